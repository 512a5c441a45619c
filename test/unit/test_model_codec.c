/*
 * test_model_codec.c
 *    The stored form of a model: there and back, and what it refuses.
 *
 * Damage is tried everywhere: every truncation, every byte changed in every
 * bit, with the checksum left as it was and with the checksum made right
 * again, which is what an image made on purpose looks like.  What decodes must
 * then encode to the very bytes it came from.
 */
#include "images.h"
#include "model/score.h"

#define IMAGE_MAX 4096

static ModelLevel job_levels[] = {
	{ DATA_LEVEL_NULL, "", 0, 0.5 },
	{ DATA_LEVEL_VALUE, "", 0, -0.25 },
	{ DATA_LEVEL_VALUE, "a\0b", 3, 1.5 },
	{ DATA_LEVEL_VALUE, "clerk", 5, 1e-300 },
	{ DATA_LEVEL_OTHER, "", 0, -7 },
};

static ModelColumn columns[] = {
	{ "age", 0, 1, DATA_NUMBER, 12.5, 3.0f, -0.125, 0.75, -1e300, 1e300, 0,
	  NULL, 0 },
	{ "job", 0, 3, DATA_CATEGORY, 0, 0, 0, 0, 0, 0, 5, job_levels, -7 },
	{ "points", 7, 6, DATA_NUMBER, 0, 0.1f, 2, 0, 0, 0, 0, NULL, 0 },
	{ "none", 0, 2, DATA_CATEGORY, 0, 0, 0, 0, 0, 0, 0, NULL, 0.5 },
};

static const Model model = { MODEL_LOGISTIC, 0.25, -3.5, 4, columns };

static uint8_t image[IMAGE_MAX];
static size_t image_bytes;

static void
make_image(void)
{
	image_bytes = image_encode(&model, image, IMAGE_MAX);
}

static bool
same_name(const char *left, const char *right, uint32_t length)
{
	return length == 0 || memcmp(left, right, length) == 0;
}

static bool
same_column(const ModelColumn *left, const ModelColumn *right)
{
	if (strcmp(left->source, right->source) != 0 ||
	    left->element != right->element || left->input != right->input ||
	    left->kind != right->kind || left->n_levels != right->n_levels)
		return false;
	if (left->kind == DATA_NUMBER)
		return left->pivot == right->pivot && left->fill == right->fill &&
		       left->coef == right->coef &&
		       left->null_coef == right->null_coef && left->min == right->min &&
		       left->max == right->max;
	for (uint32_t l = 0; l < left->n_levels; l++)
		if (left->levels[l].kind != right->levels[l].kind ||
		    left->levels[l].length != right->levels[l].length ||
		    left->levels[l].coef != right->levels[l].coef ||
		    !same_name(left->levels[l].name, right->levels[l].name,
		               left->levels[l].length))
			return false;
	return left->unseen_coef == right->unseen_coef;
}

static NumStatus
decode(const uint8_t *bytes, size_t size)
{
	return image_decode(bytes, size, NULL, NULL);
}

static void
a_model_comes_back_as_it_was(void)
{
	NumArena arena;
	Model *decoded = NULL;
	const char *field = NULL;

	make_image();
	scratch_begin(&arena, 0);
	CHECK_INT(model_decode(&arena, image, image_bytes, NULL, &decoded, &field),
	          NUM_OK);
	CHECK_INT(decoded->family, MODEL_LOGISTIC);
	CHECK(decoded->threshold == 0.25);
	CHECK(decoded->intercept == -3.5);
	CHECK_INT(decoded->n_columns, 4);
	for (int c = 0; c < 4; c++)
		CHECK(same_column(&decoded->columns[c], &columns[c]));
	scratch_end(&arena);
}

/* Stored models outlive versions of this code: the bytes are a promise.  The
 * expected ones were put together by hand from the description in codec.c. */
static void
the_bytes_of_a_small_model_are_those_of_format_1(void)
{
	static const uint8_t want[] = {
		'f',  'a', 'i',  'r',  'p', 'g', 'M',  '\n', /* magic */
		1,    0,   0,    0,                          /* format */
		1,    0,   0,    0,                          /* family */
		0x67, 0,   0,    0,    0,   0,   0,    0,    /* length 103 */
		0,    0,   0,    0,    0,   0,   0xe0, 0x3f, /* threshold 0.5 */
		0,    0,   0,    0,    0,   0,   0xf0, 0xbf, /* intercept -1 */
		1,    0,   0,    0,                          /* columns */
		1,    0,   0,    0,    'x',                  /* source */
		0,    0,   0,    0,                          /* element */
		1,    0,                                     /* class, kind */
		0,    0,   0,    0,    0,   0,   0,    0,    /* pivot 0 */
		0,    0,   0x80, 0x3f,                       /* fill 1 */
		0,    0,   0,    0,    0,   0,   0,    0x40, /* coef 2 */
		0,    0,   0,    0,    0,   0,   0,    0,    /* null_coef 0 */
		0,    0,   0,    0,    0,   0,   0,    0,    /* min 0 */
		0,    0,   0,    0,    0,   0,   0xf0, 0x3f, /* max 1 */
	};
	ModelColumn column = { "x", 0, 1, DATA_NUMBER, 0,    1.0f, 2,
		                   0,   0, 1, 0,           NULL, 0 };
	Model small = { MODEL_LOGISTIC, 0.5, -1, 1, &column };
	NumArena arena;
	uint8_t *bytes = NULL;
	size_t size = 0;

	scratch_begin(&arena, 0);
	CHECK_INT(model_encode(&arena, &small, &bytes, &size), NUM_OK);
	CHECK_INT(size, sizeof(want) + 4);
	CHECK(memcmp(bytes, want, sizeof(want)) == 0);
	scratch_end(&arena);
}

static void
every_truncation_is_refused(void)
{
	uint8_t cut[IMAGE_MAX];

	make_image();
	for (size_t size = 0; size < image_bytes; size++)
	{
		CHECK_INT(decode(image, size), NUM_CORRUPT);
		if (size < 16)
			continue;
		memcpy(cut, image, size);
		image_seal(cut, size);
		CHECK_INT(decode(cut, size), NUM_CORRUPT);
	}
}

static void
bytes_after_the_end_are_refused(void)
{
	uint8_t longer[IMAGE_MAX];

	make_image();
	for (size_t more = 1; more < 100; more++)
	{
		memset(longer, 0, sizeof(longer));
		memcpy(longer, image, image_bytes);
		CHECK_INT(decode(longer, image_bytes + more), NUM_CORRUPT);
		image_seal(longer, image_bytes + more);
		CHECK_INT(decode(longer, image_bytes + more), NUM_CORRUPT);
	}
}

static void
every_changed_byte_is_noticed(void)
{
	uint8_t changed[IMAGE_MAX];

	make_image();
	memcpy(changed, image, image_bytes);
	for (size_t i = 0; i < image_bytes; i++)
	{
		for (int difference = 1; difference < 256; difference++)
		{
			changed[i] = (uint8_t) (image[i] ^ difference);
			CHECK_INT(decode(changed, image_bytes), NUM_CORRUPT);
		}
		changed[i] = image[i];
	}
}

/* With a checksum that fits, many changes give another sound model. */
static void
every_changed_byte_with_a_right_checksum_is_refused_or_sound(void)
{
	uint8_t changed[IMAGE_MAX];
	int n_sound = 0;
	int n_refused = 0;

	make_image();
	for (size_t i = 0; i + 4 < image_bytes; i++)
	{
		for (int difference = 1; difference < 256; difference++)
		{
			NumStatus status;

			memcpy(changed, image, image_bytes);
			changed[i] = (uint8_t) (image[i] ^ difference);
			image_seal(changed, image_bytes);
			status = decode(changed, image_bytes);
			CHECK(status == NUM_OK || status == NUM_CORRUPT);
			n_sound += status == NUM_OK;
			n_refused += status == NUM_CORRUPT;
		}
	}
	CHECK(n_sound > 0);
	CHECK(n_refused > 0);
}

static void
levels_out_of_order_are_refused(void)
{
	ModelLevel levels[5];
	ModelColumn column = columns[1];
	Model bad = { MODEL_LOGISTIC, 0.5, 0, 1, &column };
	static const int orders[][5] = {
		{ 1, 0, 2, 3, 4 }, /* NULL is not the first */
		{ 0, 2, 1, 3, 4 }, /* values are not in order */
		{ 0, 1, 2, 2, 4 }, /* a value twice */
		{ 0, 1, 2, 4, 3 }, /* OTHER is not the last */
		{ 0, 0, 1, 2, 4 }, /* NULL twice */
		{ 0, 1, 2, 4, 4 }, /* OTHER twice */
	};

	column.levels = levels;
	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++)
	{
		NumArena arena;
		uint8_t *bytes = NULL;
		size_t size = 0;

		for (int l = 0; l < 5; l++)
			levels[l] = job_levels[orders[o][l]];
		scratch_begin(&arena, 0);
		CHECK_INT(model_encode(&arena, &bad, &bytes, &size), NUM_OK);
		CHECK_INT(decode(bytes, size), NUM_CORRUPT);
		scratch_end(&arena);
	}
}

static void
a_field_that_cannot_be_is_named(void)
{
	static const double bad_thresholds[] = { 0, 1, -1, 2, NAN, INFINITY };

	for (size_t i = 0; i < 6; i++)
	{
		Model bad = model;
		NumArena arena;
		uint8_t *bytes = NULL;
		size_t size = 0;
		Model *decoded = NULL;
		const char *field = NULL;

		bad.threshold = bad_thresholds[i];
		scratch_begin(&arena, 0);
		CHECK_INT(model_encode(&arena, &bad, &bytes, &size), NUM_OK);
		CHECK_INT(model_decode(&arena, bytes, size, NULL, &decoded, &field),
		          NUM_CORRUPT);
		CHECK_TEXT(field, "threshold");
		scratch_end(&arena);
	}
}

static void
no_limit_of_memory_makes_it_fail_badly(void)
{
	bool succeeded = false;

	make_image();
	for (size_t limit = 1; limit < 8000; limit += 8)
	{
		NumArena arena;
		Model *decoded = NULL;
		const char *field = NULL;
		NumStatus status;

		scratch_begin(&arena, limit);
		status =
			model_decode(&arena, image, image_bytes, NULL, &decoded, &field);
		CHECK(status == NUM_OK || (status == NUM_NO_MEMORY && !succeeded));
		if (status == NUM_OK)
			succeeded = true;
		scratch_end(&arena);
	}
	CHECK(succeeded);
}

/* Says stop when it has been asked '*host' times. */
static bool
stop_after(NumMonitor *monitor)
{
	int *left = monitor->host;

	return (*left)-- <= 0;
}

/* An image of some megabytes, as of a column of long texts. */
static void
a_large_image_can_be_left_at_any_point(void)
{
	enum
	{
		N = 3000,
		LENGTH = 1000
	};
	static char names[N][LENGTH + 1];
	static ModelLevel levels[N];
	ModelColumn column = { "text", 0, 3, DATA_CATEGORY, 0, 0, 0, 0,
		                   0,      0, N, levels,        0 };
	Model large = { MODEL_LOGISTIC, 0.5, 0, 1, &column };
	NumArena arena;
	uint8_t *bytes = NULL;
	size_t size = 0;
	int asked = 0;
	NumStatus status = NUM_CANCELLED;

	for (int l = 0; l < N; l++)
	{
		memset(names[l], 'x', LENGTH);
		snprintf(names[l], 8, "%06d", l);
		names[l][6] = '-';
		levels[l] = (ModelLevel){ DATA_LEVEL_VALUE, names[l], LENGTH, l };
	}
	scratch_begin(&arena, 0);
	CHECK_INT(model_encode(&arena, &large, &bytes, &size), NUM_OK);
	for (int stop = 0; status == NUM_CANCELLED; stop++)
	{
		int left = stop;
		NumMonitor monitor = { .stop = stop_after, .host = &left };
		Model *decoded = NULL;
		Scorer *scorer;
		const char *field = NULL;

		status = model_decode(&arena, bytes, size, &monitor, &decoded, &field);
		if (status == NUM_OK)
			status = scorer_build(&arena, decoded, &monitor, &scorer);
		CHECK(status == NUM_CANCELLED || status == NUM_OK);
		asked = stop;
	}
	/* for every quarter of a megabyte while it is summed, and while it is
	 * read, and for every megabyte hashed */
	CHECK(asked >= 2 * (int) (size / (1 << 18)));
	scratch_end(&arena);
}

int
main(void)
{
	RUN(a_model_comes_back_as_it_was);
	RUN(the_bytes_of_a_small_model_are_those_of_format_1);
	RUN(every_truncation_is_refused);
	RUN(bytes_after_the_end_are_refused);
	RUN(every_changed_byte_is_noticed);
	RUN(every_changed_byte_with_a_right_checksum_is_refused_or_sound);
	RUN(levels_out_of_order_are_refused);
	RUN(a_field_that_cannot_be_is_named);
	RUN(no_limit_of_memory_makes_it_fail_badly);
	RUN(a_large_image_can_be_left_at_any_point);
	return unit_end();
}
