/*
 * test_train_start.c
 *    A search that begins at an earlier model: where that is, and that it ends
 *    where a search from nothing does.
 */
#include "train/start.h"
#include "train/train.h"

#include <math.h>
#include <string.h>

#include "regular.h"
#include "scratch.h"
#include "unit.h"

static NumArena arena;
static Dataset *data;
static TrainResult cold;

/* The plain fit from nothing. */
static void
begin(void)
{
	Making making = { .n_rows = ROWS };
	TrainSettings settings = plain_settings();

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &cold), NUM_OK);
	CHECK_INT(cold.outcome, TRAIN_CONVERGED);
	CHECK(cold.iterations > 3);
}

static double
farthest(const double *a, const double *b)
{
	double most = 0;

	for (uint32_t j = 0; j < PARAMS; j++)
		most = fmax(most, fabs(a[j] - b[j]));
	return most;
}

static void
a_model_of_the_same_rows_starts_at_its_own_coefficients(void)
{
	Model *model;
	double *start;

	begin();
	CHECK_INT(model_from_coefficients(&arena, data, MODEL_LOGISTIC, 0.5,
	                                  cold.coef, &model),
	          NUM_OK);
	CHECK_INT(train_start(&arena, data, model, &start), NUM_OK);
	CHECK(farthest(start, cold.coef) == 0);
	scratch_end(&arena);
}

static void
a_start_at_the_optimum_takes_one_pass(void)
{
	TrainSettings settings = plain_settings();
	TrainResult warm;

	begin();
	settings.start = cold.coef;
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &warm), NUM_OK);
	CHECK_INT(warm.outcome, TRAIN_CONVERGED);
	CHECK_INT(warm.iterations, 1);
	CHECK_NEAR(farthest(warm.coef, cold.coef), 0, 1e-9);
	scratch_end(&arena);
}

/* Of other signs, so large that every probability is 0 or 1, or no number. */
static void
any_start_leads_to_the_same_model(void)
{
	static const double factor[] = { 0.5, -1, -1e4, 1e4, 1e300, NAN };
	double start[PARAMS];

	begin();
	for (int f = 0; f < 6; f++)
	{
		TrainSettings settings = plain_settings();
		TrainResult warm;

		for (uint32_t j = 0; j < PARAMS; j++)
			start[j] = cold.coef[j] * factor[f];
		settings.start = start;
		CHECK_INT(train_plain(&arena, data, &settings, NULL, &warm), NUM_OK);
		CHECK_INT(warm.outcome, TRAIN_CONVERGED);
		CHECK_NEAR(farthest(warm.coef, cold.coef), 0, 1e-9);
		/* a start that is of no use costs one pass */
		CHECK(warm.iterations <= cold.iterations + 1);
	}
	scratch_end(&arena);
}

static void
a_start_of_wrong_signs_leads_to_the_same_model(void)
{
	signed char signs[NUMBERS + 2] = { -1, 0, 1, 0, 1, 0 };
	TrainSettings settings = plain_settings();
	TrainResult signed_cold;
	TrainResult warm;

	begin();
	settings.signs = signs;
	settings.l1 = 1e-3;
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &signed_cold), NUM_OK);
	settings.start = cold.coef;
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &warm), NUM_OK);
	CHECK_INT(warm.outcome, TRAIN_CONVERGED);
	CHECK_NEAR(farthest(warm.coef, signed_cold.coef), 0, 1e-8);
	CHECK(warm.coef[data->columns[0].first_param] <= 0);
	scratch_end(&arena);
}

static void
a_bound_is_kept_from_any_start(void)
{
	TrainSettings settings = plain_settings();
	TrainResult bounded;
	TrainResult warm;

	begin();
	ask_for_parity(&settings, 0.02);
	CHECK_INT(train_constraint(&arena, data, &settings, NULL, &bounded),
	          NUM_OK);
	settings.start = bounded.coef;
	CHECK_INT(train_constraint(&arena, data, &settings, NULL, &warm), NUM_OK);
	CHECK_INT(warm.outcome, TRAIN_CONVERGED);
	CHECK(warm.gap <= 0.02);
	CHECK_NEAR(warm.loss, bounded.loss, 3e-4 * bounded.loss);
	scratch_end(&arena);
}

/* ---- other rows than the model was made of ---- */

/* A number x, a number that the model does not know, and a category with a
 * level that it does not know. */
static Dataset *
make_other(void)
{
	static const DataColumnSpec columns[] = {
		{ "t", "t", 0, 3, DATA_CATEGORY },
		{ "later", "later", 0, 1, DATA_NUMBER },
		{ "x", "x", 0, 1, DATA_NUMBER },
	};
	DataBuilderSpec spec = { .n_columns = 3,
		                     .columns = columns,
		                     .null_flags = true,
		                     .max_levels = 100,
		                     .max_groups = 100 };
	DataBuilder *builder;
	DataInput *input;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	Dataset *other;

	CHECK_INT(data_builder_create(&arena, &spec, &builder), NUM_OK);
	input = data_builder_input(builder);
	input->weight = 1;
	for (int i = 0; i < 300; i++)
	{
		input->code[0] = data_builder_code(builder, 0, i % 3 ? "a" : "c", 1);
		input->number[1] = i % 7;
		input->number[2] = i % 10 ? 5e6 + i % 13 : NAN;
		input->label = (i / 2) % 2;
		CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(
		data_builder_finish(builder, &other, &findings, &n_findings, &culprit),
		NUM_OK);
	return other;
}

/* Its model: x with another pivot and fill, t with a level that is no more, and
 * a number that is none of the columns; then one that has x for a category. */
static ModelLevel levels[] = { { DATA_LEVEL_VALUE, "a", 1, 1.5 },
	                           { DATA_LEVEL_VALUE, "b", 1, -9 } };
static ModelColumn columns[] = {
	{ .source = "gone", .kind = DATA_NUMBER, .coef = 77 },
	{ .source = "x",
	  .kind = DATA_NUMBER,
	  .pivot = 4999000,
	  .fill = 3,
	  .coef = 0.25,
	  .null_coef = 0.75 },
	{ .source = "t",
	  .kind = DATA_CATEGORY,
	  .n_levels = 2,
	  .levels = levels,
	  .unseen_coef = -0.5 },
};
static Model earlier = { .family = MODEL_LOGISTIC,
	                     .threshold = 0.5,
	                     .intercept = -2,
	                     .n_columns = 3,
	                     .columns = columns };

static const ModelColumn *
column_of(const Model *model, const char *source)
{
	for (uint32_t c = 0; c < model->n_columns; c++)
		if (strcmp(model->columns[c].source, source) == 0)
			return &model->columns[c];
	return NULL;
}

/* The model that the start makes over the other rows. */
static Model *
model_of_start(void)
{
	Dataset *other = make_other();
	double *start;
	Model *model = NULL;

	CHECK_INT(train_start(&arena, other, &earlier, &start), NUM_OK);
	CHECK_INT(model_from_coefficients(&arena, other, MODEL_LOGISTIC, 0.5, start,
	                                  &model),
	          NUM_OK);
	return model;
}

static void
a_start_scores_other_rows_as_the_model_does(void)
{
	Model *model;
	const ModelColumn *x;
	const ModelColumn *t;
	double rest;

	scratch_begin(&arena, 0);
	model = model_of_start();
	x = column_of(model, "x");
	t = column_of(model, "t");
	CHECK(x->pivot != 4999000);
	CHECK(x->coef == 0.25);
	CHECK(column_of(model, "later")->coef == 0);
	CHECK_NEAR(model->intercept + x->coef * (5000004 - x->pivot),
	           -2 + 0.25 * (5000004 - 4999000), 1e-9);
	CHECK_NEAR(model->intercept + x->coef * (double) x->fill + x->null_coef,
	           -2 + 0.25 * 3 + 0.75, 1e-9);
	CHECK_INT(t->n_levels, 2);
	CHECK(t->levels[0].coef == 1.5);
	CHECK(t->levels[1].coef == -0.5);

	/* what is another kind of column by now tells nothing */
	columns[1].kind = DATA_CATEGORY;
	model = model_of_start();
	columns[1].kind = DATA_NUMBER;
	rest = column_of(model, "x")->coef;
	CHECK(rest == 0);
	CHECK(model->intercept == -2);
	CHECK(column_of(model, "t")->levels[0].coef == 1.5);
	scratch_end(&arena);
}

static void
an_element_of_an_array_is_a_column_of_its_own(void)
{
	Model *model;

	scratch_begin(&arena, 0);
	columns[1].element = 2;
	model = model_of_start();
	columns[1].element = 0;
	CHECK(column_of(model, "x")->coef == 0);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(a_model_of_the_same_rows_starts_at_its_own_coefficients);
	RUN(a_start_at_the_optimum_takes_one_pass);
	RUN(any_start_leads_to_the_same_model);
	RUN(a_start_of_wrong_signs_leads_to_the_same_model);
	RUN(a_bound_is_kept_from_any_start);
	RUN(a_start_scores_other_rows_as_the_model_does);
	RUN(an_element_of_an_array_is_a_column_of_its_own);
	return unit_end();
}
