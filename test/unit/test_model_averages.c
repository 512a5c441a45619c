/*
 * test_model_averages.c
 *    The stored form of models that know what their columns add on average.
 *
 * Formats 6 to 10 are formats 1 to 5 with the averages behind them, so an image
 * of the one is made here from one of the other, by hand.
 */
#include "images.h"

#define IMAGE_MAX 1024
#define MEMBERS 3
#define N_COLUMNS 2

static ModelLevel levels[] = {
	{ DATA_LEVEL_VALUE, "a", 1, -1.25 },
	{ DATA_LEVEL_OTHER, "", 0, 3.75 },
};

#define NUMBER(average)                                                        \
	{                                                                          \
		"age", 0, 1, DATA_NUMBER, 12.5, 3.0f, 0.25, 0.75, -9, 99, 0, NULL, 0,  \
			average                                                            \
	}
#define CATEGORY(average)                                                      \
	{                                                                          \
		"job", 0, 3, DATA_CATEGORY, 0, 0, 0, 0, 0, 0, 2, levels, 3.75, average \
	}

static ModelColumn columns[MEMBERS][N_COLUMNS] = {
	{ NUMBER(0.5), CATEGORY(-2) },
	{ NUMBER(1), CATEGORY(0.25) },
	{ NUMBER(-1), CATEGORY(4) },
};

static ModelMember members[MEMBERS] = {
	{ 0.5, -1, columns[0] },
	{ 0.375, 0.25, columns[1] },
	{ 0.125, -2, columns[2] },
};

static const char *sex[] = { "sex" };
static ModelGroup by_name[] = { { "f", 0.25 }, { "m", 0.5 } };
static const ModelGroups groups = { "sex", 1, sex, 2, by_name };
static ModelClass classes[MEMBERS] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };

/* A model of each format from 1 to 5. */
static Model
model_of(int format)
{
	Model model = { .family = format == 3   ? MODEL_LINEAR
		                      : format == 5 ? MODEL_MULTINOMIAL
		                                    : MODEL_LOGISTIC,
		            .threshold = format == 3 || format == 5 ? 0 : 0.5,
		            .intercept = -1,
		            .n_columns = N_COLUMNS,
		            .columns = columns[0] };

	if (format == 2)
		model.groups = &groups;
	if (format >= 4)
	{
		model.n_members = MEMBERS;
		model.members = members;
	}
	if (format == 5)
		model.classes = classes;
	return model;
}

/* Behind the bytes of a model come the averages of each member, as doubles. */
static void
the_bytes_are_those_without_and_then_the_averages(void)
{
	/* 0.5, -2, 1, 0.25, -1, 4 */
	static const uint8_t averages[MEMBERS * N_COLUMNS][2] = {
		{ 0xe0, 0x3f }, { 0, 0xc0 },    { 0xf0, 0x3f },
		{ 0xd0, 0x3f }, { 0xf0, 0xbf }, { 0x10, 0x40 },
	};

	for (int format = 1; format <= 5; format++)
	{
		Model model = model_of(format);
		uint8_t want[IMAGE_MAX];
		uint8_t got[IMAGE_MAX];
		size_t size = image_encode(&model, want, IMAGE_MAX);
		int n = format >= 4 ? MEMBERS * N_COLUMNS : N_COLUMNS;

		CHECK_INT(want[8], format);
		size -= 4;
		for (int i = 0; i < n; i++)
		{
			memset(want + size, 0, 6);
			memcpy(want + size + 6, averages[i], 2);
			size += 8;
		}
		size += 4;
		want[8] = (uint8_t) (format + 5);
		want[16] = (uint8_t) (size & 0xff);
		want[17] = (uint8_t) (size >> 8);
		image_seal(want, size);
		model.has_averages = true;
		CHECK_INT(image_encode(&model, got, IMAGE_MAX), size);
		CHECK(memcmp(got, want, size) == 0);
	}
}

static void
averages_come_back_as_they_were(void)
{
	for (int format = 1; format <= 10; format++)
	{
		Model model = model_of((format - 1) % 5 + 1);
		Model *decoded = NULL;
		const char *field = NULL;
		uint8_t image[IMAGE_MAX];
		NumArena arena;
		size_t size;

		model.has_averages = format > 5;
		size = image_encode(&model, image, IMAGE_MAX);
		scratch_begin(&arena, 0);
		CHECK_INT(model_decode(&arena, image, size, NULL, &decoded, &field),
		          NUM_OK);
		CHECK(decoded->has_averages == (format > 5));
		for (uint32_t c = 0; c < N_COLUMNS; c++)
			CHECK(decoded->columns[c].average ==
			      (format > 5 ? columns[0][c].average : 0));
		for (uint32_t m = 0; m < decoded->n_members; m++)
			for (uint32_t c = 0; c < N_COLUMNS; c++)
				CHECK(decoded->members[m].columns[c].average ==
				      (format > 5 ? columns[m][c].average : 0));
		scratch_end(&arena);
	}
}

static void
damage_is_refused_or_sound(void)
{
	for (int format = 1; format <= 5; format++)
	{
		Model model = model_of(format);
		uint8_t image[IMAGE_MAX];
		uint8_t changed[IMAGE_MAX];
		size_t size;

		model.has_averages = true;
		size = image_encode(&model, image, IMAGE_MAX);
		for (size_t cut = 20; cut < size; cut++)
		{
			memcpy(changed, image, cut);
			changed[16] = (uint8_t) (cut & 0xff);
			changed[17] = (uint8_t) (cut >> 8);
			image_seal(changed, cut);
			CHECK_INT(image_decode(changed, cut, NULL, NULL), NUM_CORRUPT);
		}
		for (size_t i = 0; i + 4 < size; i++)
			for (int difference = 1; difference < 256; difference++)
			{
				NumStatus status;

				memcpy(changed, image, size);
				changed[i] = (uint8_t) (image[i] ^ difference);
				image_seal(changed, size);
				status = image_decode(changed, size, NULL, NULL);
				CHECK(status == NUM_OK || status == NUM_CORRUPT);
			}
	}
}

static void
an_average_that_is_no_number_is_named(void)
{
	ModelColumn bad[N_COLUMNS];
	Model model = model_of(1);
	uint8_t image[IMAGE_MAX];
	Model *decoded = NULL;
	const char *field = NULL;
	NumArena arena;
	size_t size;

	memcpy(bad, columns[0], sizeof(bad));
	bad[1].average = NAN;
	model.columns = bad;
	model.has_averages = true;
	size = image_encode(&model, image, IMAGE_MAX);
	scratch_begin(&arena, 0);
	CHECK_INT(model_decode(&arena, image, size, NULL, &decoded, &field),
	          NUM_CORRUPT);
	CHECK_TEXT(field, "average");
	scratch_end(&arena);
}

int
main(void)
{
	RUN(the_bytes_are_those_without_and_then_the_averages);
	RUN(averages_come_back_as_they_were);
	RUN(damage_is_refused_or_sound);
	RUN(an_average_that_is_no_number_is_named);
	return unit_end();
}
