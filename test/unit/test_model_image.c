/*
 * test_model_image.c
 *    The stored form of a model: its bytes, and the memory that reading takes.
 *
 * Images are what users store, so the bytes themselves are compared here, with
 * ones put down by hand from the description in codec.c.
 */
#include "images.h"

static ModelLevel levels[] = {
	{ DATA_LEVEL_NULL, "", 0, 0.5 },
	{ DATA_LEVEL_VALUE, "a", 1, -1.25 },
	{ DATA_LEVEL_OTHER, "", 0, 3.75 },
};

static ModelColumn columns[2];

/* A model with none, one or two columns: a number and a category. */
static void
encode_example(NumArena *arena, uint32_t n_columns, uint8_t **bytes,
               size_t *size)
{
	Model model = { MODEL_LOGISTIC, 0.5, -2.5, n_columns, columns };

	memset(columns, 0, sizeof(columns));
	columns[0].source = "age";
	columns[0].input = 1;
	columns[0].max = 99;
	columns[1].source = "job";
	columns[1].input = 3;
	columns[1].kind = DATA_CATEGORY;
	columns[1].n_levels = 3;
	columns[1].levels = levels;
	CHECK_INT(model_encode(arena, &model, bytes, size), NUM_OK);
}

static void
the_bytes_of_an_empty_model_are_known(void)
{
	static const uint8_t want[] = {
		'f', 'a', 'i', 'r', 'p', 'g', 'M',  '\n', /* magic */
		1,   0,   0,   0,                         /* format */
		1,   0,   0,   0,                         /* family */
		48,  0,   0,   0,   0,   0,   0,    0,    /* length */
		0,   0,   0,   0,   0,   0,   0xe0, 0x3f, /* 0.5 */
		0,   0,   0,   0,   0,   0,   4,    0xc0, /* -2.5 */
		0,   0,   0,   0,                         /* columns */
	};
	NumArena arena;
	uint8_t *bytes;
	size_t size;

	scratch_begin(&arena, 0);
	encode_example(&arena, 0, &bytes, &size);
	CHECK_INT(size, sizeof(want) + 4);
	CHECK(memcmp(bytes, want, sizeof(want)) == 0);
	scratch_end(&arena);
}

static void
the_bytes_of_an_empty_linear_model_are_known(void)
{
	static const uint8_t want[] = {
		'f', 'a', 'i', 'r', 'p', 'g', 'M', '\n', /* magic */
		3,   0,   0,   0,                        /* format */
		2,   0,   0,   0,                        /* family */
		40,  0,   0,   0,   0,   0,   0,   0,    /* length */
		0,   0,   0,   0,   0,   0,   4,   0xc0, /* -2.5 */
		0,   0,   0,   0,                        /* columns */
	};
	Model model = { MODEL_LINEAR, 0, -2.5, 0, columns };
	Model *decoded = NULL;
	const char *field;
	NumArena arena;
	uint8_t *bytes;
	size_t size;

	scratch_begin(&arena, 0);
	CHECK_INT(model_encode(&arena, &model, &bytes, &size), NUM_OK);
	CHECK_INT(size, sizeof(want) + 4);
	CHECK(memcmp(bytes, want, sizeof(want)) == 0);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_OK);
	CHECK_INT(decoded->family, MODEL_LINEAR);
	CHECK(decoded->threshold == 0 && decoded->intercept == -2.5);
	CHECK(decoded->groups == NULL);

	/* a format goes with one family only */
	bytes[12] = 1;
	image_seal(bytes, size);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_CORRUPT);
	CHECK_TEXT(field, "family");
	encode_example(&arena, 0, &bytes, &size);
	bytes[12] = 2;
	image_seal(bytes, size);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_CORRUPT);
	CHECK_TEXT(field, "family");
	bytes[12] = 1;
	bytes[8] = 11;
	image_seal(bytes, size);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_CORRUPT);
	CHECK_TEXT(field, "format");
	scratch_end(&arena);
}

static void
the_bytes_of_an_empty_multinomial_model_are_known(void)
{
	static const uint8_t want[] = {
		'f', 'a', 'i', 'r', 'p', 'g', 'M', '\n', /* magic */
		5,   0,   0,   0,                        /* format */
		3,   0,   0,   0,                        /* family */
		75,  0,   0,   0,   0,   0,   0,   0,    /* length */
		0,   0,   0,   0,   0,   0,   4,   0xc0, /* -2.5 */
		0,   0,   0,   0,                        /* columns */
		3,   0,   0,   0,                        /* classes */
		1,   0,   0,   0,   'a',                 /* of the first */
		0,   0,   0,   0,                        /* the second, "" */
		0,   0,   0,   0,   0,   0,   4,   0x40, /* 2.5 */
		2,   0,   0,   0,   'b', 'c',            /* the third */
		0,   0,   0,   0,   0,   0,   0,   0,    /* 0 */
	};
	ModelMember members[] = { { 1, -2.5, columns },
		                      { 1, 2.5, columns },
		                      { 1, 0, columns } };
	ModelClass classes[] = { { "a", 1 }, { "", 0 }, { "bc", 2 } };
	Model model = { .family = MODEL_MULTINOMIAL,
		            .intercept = -2.5,
		            .n_members = 3,
		            .members = members,
		            .classes = classes };
	Model *decoded = NULL;
	const char *field;
	NumArena arena;
	uint8_t *bytes;
	size_t size;

	scratch_begin(&arena, 0);
	CHECK_INT(model_encode(&arena, &model, &bytes, &size), NUM_OK);
	CHECK_INT(size, sizeof(want) + 4);
	CHECK(memcmp(bytes, want, sizeof(want)) == 0);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_OK);
	CHECK_INT(decoded->family, MODEL_MULTINOMIAL);
	CHECK_INT(decoded->n_members, 3);
	CHECK_TEXT(decoded->classes[2].name, "bc");
	CHECK(decoded->members[1].intercept == 2.5 && decoded->threshold == 0);

	/* two classes of one name, fewer than three, and what is missing */
	bytes[sizeof(want) - 10] = 'a';
	bytes[sizeof(want) - 9] = '\0';
	image_seal(bytes, size);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_CORRUPT);
	CHECK_TEXT(field, "class name");
	bytes[36] = 2;
	image_seal(bytes, size);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_CORRUPT);
	CHECK_TEXT(field, "number of classes");
	bytes[36] = 50;
	image_seal(bytes, size);
	CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
	          NUM_CORRUPT);
	CHECK_TEXT(field, "number of classes");
	scratch_end(&arena);
}

static void
the_bytes_of_a_column_are_known(void)
{
	static const uint8_t want[] = {
		3, 0, 0, 0, 'j', 'o', 'b',    /* source */
		0, 0, 0, 0,                   /* element */
		3, 1,                         /* class, kind */
		0, 0, 0, 0, 0,   0,   0,   0, /* unseen */
		3, 0, 0, 0,                   /* levels */
	};
	NumArena arena;
	uint8_t *bytes;
	size_t size;
	size_t header = 44;
	size_t number = 4 + 3 + 4 + 2 + 8 + 4 + 4 * 8;

	scratch_begin(&arena, 0);
	encode_example(&arena, 2, &bytes, &size);
	CHECK_INT(bytes[header], 3);
	CHECK(memcmp(bytes + header + number, want, 25) == 0);
	/* levels: kind, length, bytes, coefficient */
	CHECK_INT(bytes[header + number + 25], DATA_LEVEL_NULL);
	CHECK_INT(bytes[header + number + 25 + 13], DATA_LEVEL_VALUE);
	CHECK_INT(bytes[header + number + 25 + 13 + 5], 'a');
	CHECK_INT(bytes[header + number + 25 + 13 + 14], DATA_LEVEL_OTHER);
	CHECK_INT(size, header + number + 25 + 13 + 14 + 13 + 4);
	scratch_end(&arena);
}

/* Counts that claim more than there is must be refused before memory is asked
 * for. */
static void
decoding_takes_little_more_memory_than_the_image(void)
{
	NumArena arena;
	uint8_t *bytes;
	size_t size;

	scratch_begin(&arena, 0);
	encode_example(&arena, 2, &bytes, &size);
	for (size_t place = 8; place + 4 <= size - 4; place++)
	{
		NumArena small;
		uint8_t kept[4];
		Model *model = NULL;
		const char *field;
		NumStatus status;

		memcpy(kept, bytes + place, 4);
		memset(bytes + place, 0xff, 4);
		image_seal(bytes, size);
		scratch_begin(&small, 0);
		status = model_decode(&small, bytes, size, NULL, &model, &field);
		CHECK(status == NUM_OK || status == NUM_CORRUPT);
		CHECK(small.peak_bytes < 8 * size);
		scratch_end(&small);
		memcpy(bytes + place, kept, 4);
	}
	scratch_end(&arena);
}

int
main(void)
{
	RUN(the_bytes_of_an_empty_model_are_known);
	RUN(the_bytes_of_an_empty_linear_model_are_known);
	RUN(the_bytes_of_an_empty_multinomial_model_are_known);
	RUN(the_bytes_of_a_column_are_known);
	RUN(decoding_takes_little_more_memory_than_the_image);
	return unit_end();
}
