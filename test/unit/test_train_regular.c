/*
 * test_train_regular.c
 *    Elastic net and signs against their optimality conditions, reweighing
 *    against its definition; from gradients summed up row by row.
 */
#include "model/linear.h"
#include "train/layout.h"
#include "train/train.h"

#include <math.h>
#include <string.h>

#include "regular.h"
#include "scratch.h"
#include "unit.h"

/* The gradient of mean loss and ridge at kernel coefficients. */
static void
gradient_directly(const Dataset *data, const TrainCell *cells,
                  const double *coef, double l2, double *gradient)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	double weight = 0;

	memset(gradient, 0, PARAMS * sizeof(double));
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = rows->blocks[b];
			double w = weight_of(block, i, cells);
			double x[PARAMS];
			double z = 0;

			expand_row(data, block, i, false, x);
			for (uint32_t j = 0; j < PARAMS; j++)
				z += coef[j] * x[j];
			weight += w;
			for (uint32_t j = 0; j < PARAMS; j++)
				gradient[j] +=
					w * (1 / (1 + exp(-z)) - (block->cell[i] & 1)) * x[j];
		}
	for (uint32_t j = 0; j < PARAMS; j++)
		gradient[j] = gradient[j] / weight + (j > 0 ? l2 * coef[j] : 0);
}

/* The certificate: no direction that the signs allow makes the objective
 * smaller; the number of zeros among the coefficients. */
static int
check_optimal(const Dataset *data, const TrainSettings *settings,
              const TrainResult *result)
{
	LinearPlan *plan;
	NumArena arena;
	double *coef;
	double gradient[PARAMS];
	double tolerance = 1e-9;
	int n_zero = 0;

	scratch_begin(&arena, 0);
	CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
	coef = arena_alloc(&arena, linear_stride(plan), sizeof(double));
	linear_from_raw(plan, result->coef, coef);
	gradient_directly(data, result->cells, coef, settings->l2, gradient);
	CHECK_NEAR(gradient[0], 0, tolerance);
	for (uint32_t j = 1; j < PARAMS; j++)
	{
		int sign = 0;

		/* the columns are the numbers, the first with its flag behind it */
		if (settings->signs != NULL && j <= NUMBERS)
			sign = settings->signs[j == 1 ? 0 : j];
		CHECK(sign * coef[j] >= 0);
		if (coef[j] != 0)
		{
			CHECK_NEAR(gradient[j] + copysign(settings->l1, coef[j]), 0,
			           tolerance);
			continue;
		}
		n_zero++;
		CHECK(sign < 0 || gradient[j] >= -settings->l1 - tolerance);
		CHECK(sign > 0 || gradient[j] <= settings->l1 + tolerance);
	}
	scratch_end(&arena);
	return n_zero;
}

static void
an_elastic_net_is_optimal_and_has_exact_zeros(void)
{
	static const double l1[] = { 1e-4, 0.003, 0.02, 0.1 };
	static const double l2[] = { 0, 1e-4, 0.1 };
	NumArena arena;
	Making making = { .n_rows = ROWS, .weighted = true };
	Dataset *data;
	TrainSettings settings = plain_settings();

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	for (int b = 0; b < 3; b++)
	{
		int last = -1;

		for (int a = 0; a < 4; a++)
		{
			TrainResult result;
			int n_zero;

			settings.l1 = l1[a];
			settings.l2 = l2[b];
			CHECK_INT(train_plain(&arena, data, &settings, NULL, &result),
			          NUM_OK);
			CHECK_INT(result.outcome, TRAIN_CONVERGED);
			CHECK(result.std_error == NULL);
			n_zero = check_optimal(data, &settings, &result);
			CHECK(n_zero >= last);
			last = n_zero;
		}
		CHECK(last >= 3 && last < PARAMS - 1);
	}
	scratch_end(&arena);
}

static void
a_large_l1_leaves_the_share_of_positives(void)
{
	NumArena arena;
	Making making = { .n_rows = ROWS };
	Dataset *data;
	TrainSettings settings = plain_settings();
	TrainResult result;
	double positive = 0;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	settings.l1 = 10;
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &result), NUM_OK);
	for (int c = 1; c < 6; c += 2)
		positive += data->part[DATA_TRAIN].cell_weight[c];
	CHECK_NEAR(result.coef[0], log(positive / (ROWS - positive)), 1e-9);
	for (int j = 1; j < PARAMS; j++)
		CHECK(result.coef[j] == 0);
	scratch_end(&arena);
}

/* All eight ways of wanting x0 to x2 wrong or right, with and without l1. */
static void
signs_are_kept_at_the_optimum(void)
{
	NumArena arena;
	Making making = { .n_rows = ROWS };
	Dataset *data;
	TrainSettings settings = plain_settings();

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	for (int way = 0; way < 16; way++)
	{
		signed char signs[NUMBERS + 2] = { 0 };
		TrainResult result;
		int n_zero;

		/* columns: x0, its flag, x1, x2, x3, level */
		signs[0] = way & 1 ? -1 : 1;
		signs[2] = way & 2 ? -1 : 1;
		signs[3] = way & 4 ? 1 : -1;
		settings.signs = signs;
		settings.l1 = way & 8 ? 0.004 : 0;
		CHECK_INT(train_plain(&arena, data, &settings, NULL, &result), NUM_OK);
		CHECK_INT(result.outcome, TRAIN_CONVERGED);
		n_zero = check_optimal(data, &settings, &result);
		CHECK((way & 15) == 0 ? n_zero == 0 : n_zero > 0);
		CHECK((result.std_error != NULL) == (way == 0));
	}
	scratch_end(&arena);
}

static void
the_learnt_curvature_refuses_l1_and_signs(void)
{
	NumArena arena;
	Making making = { .n_rows = 500 };
	Dataset *data;
	TrainSettings settings = plain_settings();
	TrainResult result;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	settings.l1 = 0.01;
	settings.solver = TRAIN_SOLVER_LBFGS;
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &result),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);
}

/* ---- reweighing ---- */

static void
reweighing_makes_group_and_label_independent(void)
{
	NumArena arena;
	Making making = { .n_rows = ROWS, .weighted = true };
	Dataset *data;
	TrainSettings settings = plain_settings();
	TrainResult result;
	const double *weight;
	double positive = 0;
	double all = 0;
	double squares = 0;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	ask_for_parity(&settings, 0.03);
	CHECK_INT(train_reweigh(&arena, data, &settings, NULL, &result), NUM_OK);
	CHECK_INT(result.outcome, TRAIN_CONVERGED);
	CHECK(result.std_error == NULL);
	weight = data->part[DATA_TRAIN].cell_weight;
	for (int c = 0; c < 6; c++)
	{
		all += weight[c];
		positive += c & 1 ? weight[c] : 0;
		squares += result.cells[c].squares;
		CHECK(result.cells[c].defined);
		CHECK_INT(result.cells[c].rows, data->part[DATA_TRAIN].cell_rows[c]);
		CHECK_CLOSE(result.cells[c].weight, weight[c], 1e-12);
	}
	CHECK_CLOSE(squares, ROWS / 4.0 * (0.25 + 2.25 + 6.25 + 12.25), 1e-12);
	for (int g = 0; g < 3; g++)
	{
		double after[2];

		for (int y = 0; y < 2; y++)
			after[y] = weight[2 * g + y] * result.cells[2 * g + y].factor;
		CHECK_CLOSE(after[1] / (after[0] + after[1]), positive / all, 1e-12);
		CHECK_CLOSE(after[0] + after[1], weight[2 * g] + weight[2 * g + 1],
		            1e-12);
	}
	/* and the fit is that of the rows so weighted */
	CHECK(check_optimal(data, &settings, &result) == 0);
	scratch_end(&arena);
}

static void
a_group_without_one_of_the_labels_keeps_its_weights(void)
{
	NumArena arena;
	Making making = { .n_rows = ROWS, .lacking = true };
	Dataset *data;
	TrainSettings settings = plain_settings();
	TrainResult result;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	ask_for_parity(&settings, 0.03);
	CHECK_INT(train_reweigh(&arena, data, &settings, NULL, &result), NUM_OK);
	for (int c = 0; c < 6; c++)
		CHECK_INT(result.cells[c].defined, c < 4);
	CHECK(result.cells[4].factor == 1);
	CHECK(result.cells[5].factor == 1);
	CHECK_INT(result.cells[5].rows, 0);
	CHECK(result.cells[1].factor != 1);
	scratch_end(&arena);
}

/* ---- the layout ---- */

static void
places_are_those_of_the_kernel(void)
{
	NumArena arena;
	Making making = { .n_rows = 500 };
	Dataset *data;
	LinearPlan *plan;
	uint32_t *place;
	double *coef;
	double raw[PARAMS];

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
	place = layout_places(&arena, data);
	coef = arena_alloc(&arena, linear_stride(plan), sizeof(double));
	for (uint32_t c = 0; c < data->n_columns; c++)
		for (uint32_t l = 0; l < data->columns[c].n_params; l++)
		{
			memset(raw, 0, sizeof(raw));
			raw[data->columns[c].first_param + l] = 1;
			linear_from_raw(plan, raw, coef);
			CHECK(coef[place[c] + l] != 0);
		}
	scratch_end(&arena);
}

int
main(void)
{
	RUN(an_elastic_net_is_optimal_and_has_exact_zeros);
	RUN(a_large_l1_leaves_the_share_of_positives);
	RUN(signs_are_kept_at_the_optimum);
	RUN(the_learnt_curvature_refuses_l1_and_signs);
	RUN(reweighing_makes_group_and_label_independent);
	RUN(a_group_without_one_of_the_labels_keeps_its_weights);
	RUN(places_are_those_of_the_kernel);
	return unit_end();
}
