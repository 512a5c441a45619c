/*
 * test_model_build.c
 *    A model from a dataset's description, and scoring with it.
 *
 * The dataset is put together by hand: one number with NULLs, one constant,
 * one category with all kinds of levels, one category without rare ones and
 * two array elements.  What a row must score is computed here in plain
 * additions, from the meaning of the columns.
 */
#include "model/model.h"
#include "model/score.h"
#include "scratch.h"
#include "unit.h"

#define N_ROWS 5

enum
{
	AGE,
	AGE_NULL,
	YEAR,
	JOB,
	SEX,
	FIRST,
	SECOND,
	N_COLUMNS
};

/* number 0 is the intercept; see describe() for the others */
static const double coef[] = { -0.7, 0.03, 0.9, 0.4,  -0.2, 0.55,
	                           -1.1, -0.6, 0.1, 0.25, 2.0,  -3.0 };

static DataLevel job_levels[] = {
	{ DATA_LEVEL_NULL, "", 0, 2.0 },
	{ DATA_LEVEL_VALUE, "clerk", 5, 6.0 },
	{ DATA_LEVEL_VALUE, "clerks", 6, 4.0 },
	{ DATA_LEVEL_OTHER, "", 0, 1.0 },
};

static DataLevel age_null_levels[] = {
	{ DATA_LEVEL_VALUE, "", 0, 12.0 },
	{ DATA_LEVEL_NULL, "", 0, 4.0 },
};

static DataLevel sex_levels[] = {
	{ DATA_LEVEL_VALUE, "", 0, 1.0 },
	{ DATA_LEVEL_VALUE, "F", 1, 3.0 },
	{ DATA_LEVEL_VALUE, "M", 1, 0.0 },
};

static float age_values[N_ROWS] = { 20.5f, 33.0f, 33.0f, -4.25f, 1e6f };
static uint8_t age_nulls[N_ROWS] = { 0, 1, 0, 0, 0 };
static float year_values[N_ROWS] = { 0, 0, 0, 0, 0 };
static uint16_t job_codes[N_ROWS] = { 0, 1, 2, 3, 1 };
static uint8_t sex_codes[N_ROWS] = { 0, 1, 2, 1, 0 };
static float first_values[N_ROWS] = { 1, 0, -1, 0.5f, 0.125f };
static float second_values[N_ROWS] = { 0.1f, 0.2f, 0.3f, 0.4f, 0.5f };

static void *values[N_COLUMNS] = { age_values,   age_nulls, year_values,
	                               job_codes,    sex_codes, first_values,
	                               second_values };
static uint8_t code_bytes[N_COLUMNS] = { 4, 1, 4, 2, 1, 4, 4 };
static DataColumn columns[N_COLUMNS];
static Dataset data;
static DataBlock block;

static DataColumn
number_column(const char *name, uint32_t first_param, uint32_t n_params)
{
	DataColumn column;

	memset(&column, 0, sizeof(column));
	column.name = name;
	column.source = name;
	column.input = 1;
	column.kind = DATA_NUMBER;
	column.first_param = first_param;
	column.n_params = n_params;
	column.min = 0;
	column.max = 100;
	return column;
}

static DataColumn
category_column(const char *name, DataLevel *levels, uint32_t n_levels,
                uint32_t first_param)
{
	DataColumn column = number_column(name, first_param, n_levels);

	column.input = 3;
	column.kind = DATA_CATEGORY;
	column.levels = levels;
	column.n_levels = n_levels;
	return column;
}

static void
describe(void)
{
	columns[AGE] = number_column("age", 1, 1);
	columns[AGE].pivot = 10;
	columns[AGE].fill = 33.0f;
	columns[AGE_NULL] = category_column("age", age_null_levels, 2, 2);
	columns[AGE_NULL].n_params = 1;
	columns[AGE_NULL].is_null_flag = true;
	columns[YEAR] = number_column("year", 0, 0);
	columns[JOB] = category_column("job", job_levels, 4, 3);
	columns[SEX] = category_column("sex", sex_levels, 3, 7);
	columns[FIRST] = number_column("points", 10, 1);
	columns[FIRST].element = 1;
	columns[FIRST].input = 6;
	columns[SECOND] = columns[FIRST];
	columns[SECOND].first_param = 11;
	columns[SECOND].element = 2;

	memset(&data, 0, sizeof(data));
	data.n_columns = N_COLUMNS;
	data.columns = columns;
	data.n_params = sizeof(coef) / sizeof(coef[0]);
	memset(&block, 0, sizeof(block));
	block.n_rows = N_ROWS;
	block.values = values;
	block.code_bytes = code_bytes;
}

static Model *
build(NumArena *arena)
{
	Model *model = NULL;

	scratch_begin(arena, 0);
	describe();
	CHECK_INT(model_from_coefficients(arena, &data, MODEL_LOGISTIC, 0.5, coef,
	                                  &model),
	          NUM_OK);
	return model;
}

static void
a_null_flag_becomes_part_of_its_number(void)
{
	NumArena arena;
	Model *model = build(&arena);

	CHECK_INT(model->n_columns, N_COLUMNS - 1);
	CHECK_TEXT(model->columns[0].source, "age");
	CHECK(model->columns[0].coef == 0.03);
	CHECK(model->columns[0].null_coef == 0.9);
	CHECK(model->columns[0].fill == 33.0f);
	CHECK(model->columns[0].pivot == 10);
	CHECK(model->intercept == -0.7);
	CHECK_TEXT(model->columns[1].source, "year");
	CHECK(model->columns[1].coef == 0);
	CHECK_INT(model->columns[4].element, 1);
	CHECK_INT(model->columns[5].element, 2);
	CHECK(model->columns[5].coef == -3.0);
	scratch_end(&arena);
}

static void
an_unseen_level_counts_as_other_or_as_the_weighted_mean(void)
{
	NumArena arena;
	Model *model = build(&arena);

	/* job has an OTHER level */
	CHECK(model->columns[2].unseen_coef == -1.1);
	/* sex has none: (1 * -0.6 + 3 * 0.1 + 0 * 0.25) / 4 */
	CHECK_NEAR(model->columns[3].unseen_coef, (-0.6 + 3 * 0.1) / 4, 1e-15);
	scratch_end(&arena);
}

/* What a column adds on average, from the weights of its levels. */
static void
a_column_knows_what_it_adds_on_average(void)
{
	NumArena arena;
	Model *model = build(&arena);

	CHECK(model->has_averages);
	CHECK_NEAR(model->columns[0].average, 0.03 * 33 + 0.9 * 4 / 16, 1e-15);
	CHECK(model->columns[1].average == 0);
	CHECK_NEAR(model->columns[2].average,
	           (2 * 0.4 + 6 * -0.2 + 4 * 0.55 + 1 * -1.1) / 13, 1e-15);
	/* what nothing is known of is average */
	CHECK(model->columns[3].average == model->columns[3].unseen_coef);
	CHECK(model->columns[4].average == 0);
	scratch_end(&arena);
}

static void
levels_are_found_by_all_their_bytes(void)
{
	NumArena arena;
	Model *model = build(&arena);
	const ModelColumn *job = &model->columns[2];

	CHECK_INT(model_find_level(job, "clerk", 5), 1);
	CHECK_INT(model_find_level(job, "clerks", 6), 2);
	CHECK_INT(model_find_level(job, "cler", 4), -1);
	CHECK_INT(model_find_level(job, "clerkss", 7), -1);
	CHECK_INT(model_find_level(job, "", 0), -1);
	CHECK_INT(model_find_level(&model->columns[3], "", 0), 0);
	CHECK_INT(model_find_level(&model->columns[3], "M", 1), 2);
	scratch_end(&arena);
}

static void
a_level_that_no_training_row_had_counts_as_unseen(void)
{
	NumArena arena;
	Model *model = build(&arena);

	CHECK(model->columns[3].levels[2].coef == model->columns[3].unseen_coef);
	CHECK(model->columns[3].levels[1].coef == 0.1);
	scratch_end(&arena);
}

/* What a row of the block means, as a caller with values would say it. */
static void
row_values(int row, ScoreValue *value)
{
	memset(value, 0, sizeof(ScoreValue) * (N_COLUMNS - 1));
	value[0].null = age_nulls[row] != 0;
	value[0].number = (double) age_values[row] + 10;
	value[1].number = 0;
	value[2].null = job_codes[row] == 0;
	value[2].name =
		job_codes[row] == 3 ? "astronaut" : job_levels[job_codes[row]].name;
	value[2].length = (uint32_t) strlen(value[2].name);
	value[3].name = sex_levels[sex_codes[row]].name;
	value[3].length = (uint32_t) strlen(value[3].name);
	value[4].number = (double) first_values[row];
	value[5].number = (double) second_values[row];
}

static void
a_row_and_a_block_score_to_the_same_bits(void)
{
	NumArena arena;
	Model *model = build(&arena);
	Scorer *scorer = NULL;
	double z[N_ROWS];

	CHECK_INT(scorer_build(&arena, model, NULL, &scorer), NUM_OK);
	model_score_block(model, &data, &block, z);
	for (int i = 0; i < N_ROWS; i++)
	{
		ScoreValue value[N_COLUMNS - 1];
		double want = coef[0];
		double got;

		want += coef[1] * (double) age_values[i];
		if (age_nulls[i])
			want += coef[2];
		want += 0 * (double) year_values[i];
		want += coef[3 + job_codes[i]];
		/* nothing was learnt about M, which no training row had */
		want += sex_codes[i] == 2 ? model->columns[3].unseen_coef
		                          : coef[7 + sex_codes[i]];
		want += coef[10] * (double) first_values[i];
		want += coef[11] * (double) second_values[i];
		row_values(i, value);
		got = model_score_values(scorer, value);
		CHECK(memcmp(&got, &want, sizeof(want)) == 0);
		CHECK(memcmp(&z[i], &want, sizeof(want)) == 0);
	}
	scratch_end(&arena);
}

static void
a_null_without_a_level_of_its_own_counts_as_unseen(void)
{
	NumArena arena;
	Model *model = build(&arena);
	Scorer *scorer = NULL;
	ScoreValue value[N_COLUMNS - 1];
	double with_null;
	double with_unseen;

	CHECK_INT(scorer_build(&arena, model, NULL, &scorer), NUM_OK);
	row_values(1, value);
	value[3].null = true;
	with_null = model_score_values(scorer, value);
	value[3].null = false;
	value[3].name = "X";
	value[3].length = 1;
	with_unseen = model_score_values(scorer, value);
	CHECK(with_null == with_unseen);
	scratch_end(&arena);
}

/* Names of every length from 0 to 40 that differ in one place each. */
static void
a_level_is_told_from_every_near_one(void)
{
	NumArena arena;
	enum
	{
		N = 41
	};
	static char names[N][64];
	static ModelLevel levels[N];
	ModelColumn column;
	Model model;
	Scorer *scorer = NULL;

	scratch_begin(&arena, 0);
	memset(&column, 0, sizeof(column));
	column.source = "c";
	column.kind = DATA_CATEGORY;
	column.n_levels = N;
	column.levels = levels;
	column.unseen_coef = -1;
	for (int i = 0; i < N; i++)
	{
		memset(names[i], 'a', (size_t) i);
		levels[i].kind = DATA_LEVEL_VALUE;
		levels[i].name = names[i];
		levels[i].length = (uint32_t) i;
		levels[i].coef = i;
	}
	memset(&model, 0, sizeof(model));
	model.n_columns = 1;
	model.columns = &column;
	CHECK_INT(scorer_build(&arena, &model, NULL, &scorer), NUM_OK);

	for (int i = 0; i < N; i++)
	{
		bool seen = false;

		CHECK(score_level(&scorer->columns[0], names[i], (uint32_t) i, &seen) ==
		      i);
		CHECK(seen);
		for (int place = 0; place < i; place++)
		{
			char other[64];

			memcpy(other, names[i], sizeof(other));
			other[place] = 'b';
			CHECK(score_level(&scorer->columns[0], other, (uint32_t) i,
			                  &seen) == -1);
			CHECK(!seen);
			CHECK_INT(model_find_level(&column, other, (uint32_t) i), -1);
		}
		CHECK_INT(model_find_level(&column, names[i], (uint32_t) i), i);
	}
	scratch_end(&arena);
}

static void
what_is_not_a_model_is_refused(void)
{
	NumArena arena;
	Model *model = NULL;
	double bad[sizeof(coef) / sizeof(coef[0])];

	scratch_begin(&arena, 0);
	describe();
	for (size_t i = 0; i < sizeof(coef) / sizeof(coef[0]); i++)
	{
		memcpy(bad, coef, sizeof(bad));
		bad[i] = NAN;
		CHECK_INT(model_from_coefficients(&arena, &data, MODEL_LOGISTIC, 0.5,
		                                  bad, &model),
		          NUM_NOT_FINITE);
		bad[i] = INFINITY;
		CHECK_INT(model_from_coefficients(&arena, &data, MODEL_LOGISTIC, 0.5,
		                                  bad, &model),
		          NUM_NOT_FINITE);
	}
	CHECK_INT(
		model_from_coefficients(&arena, &data, MODEL_LOGISTIC, 0, coef, &model),
		NUM_BAD_ARGUMENT);
	CHECK_INT(
		model_from_coefficients(&arena, &data, MODEL_LOGISTIC, 1, coef, &model),
		NUM_BAD_ARGUMENT);
	CHECK_INT(model_from_coefficients(&arena, &data, MODEL_LOGISTIC, NAN, coef,
	                                  &model),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

static void
no_limit_of_memory_makes_it_fail_badly(void)
{
	bool succeeded = false;

	describe();
	for (size_t limit = 1; limit < 20000; limit += 24)
	{
		NumArena arena;
		Model *model = NULL;
		Scorer *scorer = NULL;
		NumStatus status;

		scratch_begin(&arena, limit);
		status = model_from_coefficients(&arena, &data, MODEL_LOGISTIC, 0.5,
		                                 coef, &model);
		if (status == NUM_OK)
			status = scorer_build(&arena, model, NULL, &scorer);
		CHECK(status == NUM_OK || (status == NUM_NO_MEMORY && !succeeded));
		CHECK(arena.peak_bytes <= limit);
		if (status == NUM_OK)
			succeeded = true;
		scratch_end(&arena);
	}
	CHECK(succeeded);
}

int
main(void)
{
	RUN(a_null_flag_becomes_part_of_its_number);
	RUN(an_unseen_level_counts_as_other_or_as_the_weighted_mean);
	RUN(a_level_that_no_training_row_had_counts_as_unseen);
	RUN(a_column_knows_what_it_adds_on_average);
	RUN(levels_are_found_by_all_their_bytes);
	RUN(a_row_and_a_block_score_to_the_same_bits);
	RUN(a_null_without_a_level_of_its_own_counts_as_unseen);
	RUN(a_level_is_told_from_every_near_one);
	RUN(what_is_not_a_model_is_refused);
	RUN(no_limit_of_memory_makes_it_fail_badly);
	return unit_end();
}
