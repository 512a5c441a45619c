/*
 * test_model_groups.c
 *    Thresholds by group: finding one, their stored form, what that refuses.
 */
#include "images.h"

#define IMAGE_MAX 1024

static ModelColumn columns[] = {
	{ "age", 0, 1, DATA_NUMBER, 12.5, 3.0f, -0.125, 0.75, -9, 99, 0, NULL, 0 },
};

static const char *crossed[] = { "sex", "race" };

/* the longer of two names comes later, and bytes count, not letters */
static ModelGroup by_name[] = { { "", 0.25 },       { "\"a, b\", c", 0 },
	                            { "(unknown)", 2 }, { "Male", 0.5 },
	                            { "Male, x", 1 },   { "female", 0.75 },
	                            { "\xc3\xa9", 0.1 } };

#define N_GROUPS (sizeof(by_name) / sizeof(by_name[0]))

static const ModelGroups groups = { "sex*race", 2, crossed, N_GROUPS, by_name };

static const Model model = { MODEL_LOGISTIC, 0.5, -3.5, 1, columns, &groups };

static uint8_t image[IMAGE_MAX];
static size_t image_bytes;

static void
find_all_groups(NumArena *arena, const Model *decoded)
{
	(void) arena;
	if (decoded->groups == NULL)
		return;
	for (uint32_t g = 0; g < decoded->groups->n_groups; g++)
		CHECK(model_find_group(decoded->groups,
		                       decoded->groups->groups[g].name) ==
		      &decoded->groups->groups[g]);
}

static NumStatus
decode(const uint8_t *bytes, size_t size, const char *want_field)
{
	return image_decode(bytes, size, want_field, find_all_groups);
}

static void
a_group_is_found_by_its_whole_name(void)
{
	CHECK(model_find_group(&groups, "Male") == &by_name[3]);
	CHECK(model_find_group(&groups, "Male, x") == &by_name[4]);
	CHECK(model_find_group(&groups, "") == &by_name[0]);
	CHECK(model_find_group(&groups, "(unknown)") == &by_name[2]);
	CHECK(model_find_group(&groups, "male") == NULL);
	CHECK(model_find_group(&groups, "Mal") == NULL);
	CHECK(model_find_group(&groups, "zz") == NULL);
}

/* The model's copy is in order and its own. */
static void
groups_may_be_given_in_any_order(void)
{
	char name[] = "b";
	ModelGroup given[] = { { "c", 0.3 }, { name, 0.2 }, { "a", 0.1 } };
	const char *column = "g";
	ModelGroups some = { "g", 1, &column, 3, given };
	Model owner = model;
	NumArena arena;

	scratch_begin(&arena, 0);
	CHECK_INT(model_set_groups(&arena, &owner, &some), NUM_OK);
	name[0] = 'x';
	CHECK_TEXT(owner.groups->groups[0].name, "a");
	CHECK(model_find_group(owner.groups, "b")->threshold == 0.2);
	/* the same name twice, a threshold out of range, no group */
	given[0].name = "a";
	CHECK_INT(model_set_groups(&arena, &owner, &some), NUM_BAD_ARGUMENT);
	given[0].name = "c";
	given[0].threshold = 2.5;
	CHECK_INT(model_set_groups(&arena, &owner, &some), NUM_BAD_ARGUMENT);
	given[0].threshold = NAN;
	CHECK_INT(model_set_groups(&arena, &owner, &some), NUM_BAD_ARGUMENT);
	some.n_groups = 0;
	CHECK_INT(model_set_groups(&arena, &owner, &some), NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

/* The bytes are a promise; these were put together by hand from the
 * description in codec.c. */
static void
the_bytes_are_those_of_format_2(void)
{
	static const uint8_t head[] = {
		'f', 'a', 'i', 'r', 'p', 'g', 'M',  '\n', /* magic */
		2,   0,   0,   0,                         /* format */
		1,   0,   0,   0,                         /* family */
		99,  0,   0,   0,   0,   0,   0,    0,    /* length */
		0,   0,   0,   0,   0,   0,   0xe0, 0x3f, /* threshold 0.5 */
		0,   0,   0,   0,   0,   0,   0xf0, 0xbf, /* intercept -1 */
		0,   0,   0,   0,                         /* columns */
	};
	static const uint8_t tail[] = {
		3, 0, 0, 0, 's', 'e', 'x',        /* attribute */
		1, 0, 0, 0,                       /* its columns */
		3, 0, 0, 0, 's', 'e', 'x',        /* source */
		2, 0, 0, 0,                       /* groups */
		1, 0, 0, 0, 'f',                  /* name */
		0, 0, 0, 0, 0,   0,   0xd0, 0x3f, /* threshold 0.25 */
		4, 0, 0, 0, 'm', 'a', 'l',  'e',  /* name */
		0, 0, 0, 0, 0,   0,   0,    0x40, /* threshold 2 */
		0, 0, 0, 0,                       /* room for the sum, not compared */
	};
	ModelGroup two[] = { { "f", 0.25 }, { "male", 2 } };
	ModelGroups some = { "sex", 1, crossed, 2, two };
	Model small = { MODEL_LOGISTIC, 0.5, -1, 0, NULL, &some };
	uint8_t bytes[IMAGE_MAX];
	size_t size;

	size = image_encode(&small, bytes, IMAGE_MAX);
	CHECK_INT(size, sizeof(head) + sizeof(tail));
	CHECK_INT(size, head[16]);
	CHECK(memcmp(bytes, head, sizeof(head)) == 0);
	CHECK(memcmp(bytes + sizeof(head), tail, sizeof(tail) - 4) == 0);
}

/* Without groups a model is stored as ever. */
static void
a_model_without_groups_is_of_format_1(void)
{
	Model plain = model;

	plain.groups = NULL;
	image_bytes = image_encode(&plain, image, IMAGE_MAX);
	CHECK_INT(image[8], 1);
	CHECK_INT(decode(image, image_bytes, NULL), NUM_OK);
	/* the same bytes under the other number lack their groups */
	image[8] = 2;
	image_seal(image, image_bytes);
	CHECK_INT(decode(image, image_bytes, "protected attribute"), NUM_CORRUPT);
	image[8] = 3; /* of another family */
	image_seal(image, image_bytes);
	CHECK_INT(decode(image, image_bytes, "family"), NUM_CORRUPT);
	image[8] = 5; /* likewise */
	image_seal(image, image_bytes);
	CHECK_INT(decode(image, image_bytes, "family"), NUM_CORRUPT);
	image[8] = 6; /* lacks its averages */
	image_seal(image, image_bytes);
	CHECK_INT(decode(image, image_bytes, "average"), NUM_CORRUPT);
	image[8] = 11;
	image_seal(image, image_bytes);
	CHECK_INT(decode(image, image_bytes, "format"), NUM_CORRUPT);
	/* and the other way round there are bytes too many */
	image_bytes = image_encode(&model, image, IMAGE_MAX);
	image[8] = 1;
	image_seal(image, image_bytes);
	CHECK_INT(decode(image, image_bytes, "length"), NUM_CORRUPT);
}

static void
a_model_with_groups_comes_back_as_it_was(void)
{
	NumArena arena;
	Model *decoded = NULL;
	const char *field = NULL;

	image_bytes = image_encode(&model, image, IMAGE_MAX);
	scratch_begin(&arena, 0);
	CHECK_INT(model_decode(&arena, image, image_bytes, NULL, &decoded, &field),
	          NUM_OK);
	CHECK_TEXT(decoded->groups->attribute, "sex*race");
	CHECK_INT(decoded->groups->n_columns, 2);
	CHECK_TEXT(decoded->groups->columns[0], "sex");
	CHECK_TEXT(decoded->groups->columns[1], "race");
	CHECK_INT(decoded->groups->n_groups, N_GROUPS);
	for (size_t g = 0; g < N_GROUPS; g++)
	{
		CHECK_TEXT(decoded->groups->groups[g].name, by_name[g].name);
		CHECK(decoded->groups->groups[g].threshold == by_name[g].threshold);
	}
	scratch_end(&arena);
}

static void
damage_is_refused_or_sound(void)
{
	uint8_t changed[IMAGE_MAX];
	int n_sound = 0;
	int n_refused = 0;

	image_bytes = image_encode(&model, image, IMAGE_MAX);
	for (size_t size = 0; size < image_bytes; size++)
	{
		CHECK_INT(decode(image, size, NULL), NUM_CORRUPT);
		memcpy(changed, image, size);
		if (size >= 16)
			image_seal(changed, size);
		CHECK_INT(decode(changed, size, NULL), NUM_CORRUPT);
	}
	for (size_t i = 0; i + 4 < image_bytes; i++)
		for (int difference = 1; difference < 256; difference++)
		{
			NumStatus status;

			memcpy(changed, image, image_bytes);
			changed[i] = (uint8_t) (image[i] ^ difference);
			CHECK_INT(
				decode(changed, image_bytes, i < 8 ? "magic" : "checksum"),
				NUM_CORRUPT);
			image_seal(changed, image_bytes);
			status = decode(changed, image_bytes, NULL);
			CHECK(status == NUM_OK || status == NUM_CORRUPT);
			n_sound += status == NUM_OK;
			n_refused += status == NUM_CORRUPT;
		}
	CHECK(n_sound > 0);
	CHECK(n_refused > 0);
}

/* Images made on purpose: what the encoder would never write. */
static void
what_cannot_be_is_named(void)
{
	static const double bad[] = { -0.5, 2.5, -1e-300 };
	ModelGroup two[] = { { "a", 0.5 }, { "b", 0.5 } };
	ModelGroups some = { "sex", 1, crossed, 2, two };
	Model hostile = { MODEL_LOGISTIC, 0.5, -1, 0, NULL, &some };

	for (size_t i = 0; i < 3; i++)
	{
		two[1].threshold = bad[i];
		image_bytes = image_encode(&hostile, image, IMAGE_MAX);
		CHECK_INT(decode(image, image_bytes, "groups"), NUM_CORRUPT);
	}
	two[1].threshold = NAN;
	image_bytes = image_encode(&hostile, image, IMAGE_MAX);
	CHECK_INT(decode(image, image_bytes, "group threshold"), NUM_CORRUPT);
	two[1].threshold = 0.5;
	two[1].name = "a";
	image_bytes = image_encode(&hostile, image, IMAGE_MAX);
	CHECK_INT(decode(image, image_bytes, "groups"), NUM_CORRUPT);
	two[1].name = "A";
	image_bytes = image_encode(&hostile, image, IMAGE_MAX);
	CHECK_INT(decode(image, image_bytes, "groups"), NUM_CORRUPT);
	two[1].name = "b";
	some.n_groups = 0;
	image_bytes = image_encode(&hostile, image, IMAGE_MAX);
	CHECK_INT(decode(image, image_bytes, "groups"), NUM_CORRUPT);
	some.n_groups = 2;
	some.n_columns = 0;
	image_bytes = image_encode(&hostile, image, IMAGE_MAX);
	CHECK_INT(decode(image, image_bytes, "number of protected columns"),
	          NUM_CORRUPT);
	some.n_columns = 1;
	some.attribute = "";
	image_bytes = image_encode(&hostile, image, IMAGE_MAX);
	CHECK_INT(decode(image, image_bytes, "protected attribute"), NUM_CORRUPT);
}

static void
counts_beyond_the_image_take_no_memory(void)
{
	image_bytes = image_encode(&model, image, IMAGE_MAX);
	for (size_t place = 8; place + 4 <= image_bytes - 4; place++)
	{
		uint8_t changed[IMAGE_MAX];

		memcpy(changed, image, image_bytes);
		memset(changed + place, 0xff, 4);
		image_seal(changed, image_bytes);
		/* looks at the memory taken */
		(void) decode(changed, image_bytes, NULL);
	}
}

int
main(void)
{
	RUN(a_group_is_found_by_its_whole_name);
	RUN(groups_may_be_given_in_any_order);
	RUN(the_bytes_are_those_of_format_2);
	RUN(a_model_without_groups_is_of_format_1);
	RUN(a_model_with_groups_comes_back_as_it_was);
	RUN(damage_is_refused_or_sound);
	RUN(what_cannot_be_is_named);
	RUN(counts_beyond_the_image_take_no_memory);
	return unit_end();
}
