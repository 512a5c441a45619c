/*
 * test_train_std_error.c
 *    Standard errors against the inverse of the information matrix in raw units
 *    and sum-to-zero coding, summed up row by row.
 */
#include "model/linear.h"
#include "train/train.h"

#include <math.h>
#include <string.h>

#include "regular.h"
#include "scratch.h"
#include "unit.h"

/* Parameters of the independent computation: intercept, numbers in raw units,
 * flag, and all levels but the last, which is minus their sum. */
#define CODED (PARAMS - 1)

static void
invert(double a[CODED][CODED], double inverse[CODED][CODED])
{
	for (int i = 0; i < CODED; i++)
		for (int j = 0; j < CODED; j++)
			inverse[i][j] = i == j;
	for (int p = 0; p < CODED; p++)
	{
		double pivot = a[p][p];

		for (int j = 0; j < CODED; j++)
		{
			a[p][j] /= pivot;
			inverse[p][j] /= pivot;
		}
		for (int i = 0; i < CODED; i++)
		{
			double factor = a[i][p];

			if (i == p)
				continue;
			for (int j = 0; j < CODED; j++)
			{
				a[i][j] -= factor * a[p][j];
				inverse[i][j] -= factor * inverse[p][j];
			}
		}
	}
}

/* The penalised information in raw units and sum-to-zero coding. */
static void
information_directly(const Dataset *data, const double *coef, double l2,
                     double information[CODED][CODED])
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	double weight = 0;

	memset(information, 0, sizeof(double) * CODED * CODED);
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = rows->blocks[b];
			double w = weight_of(block, i, NULL);
			double x[PARAMS];
			double z = 0;
			double p;

			expand_row(data, block, i, false, x);
			for (uint32_t j = 0; j < PARAMS; j++)
				z += coef[j] * x[j];
			p = 1 / (1 + exp(-z));
			weight += w;
			expand_row(data, block, i, true, x);
			for (int l = 1; l < LEVELS; l++)
				x[PARAMS - 1 - l] -= x[PARAMS - 1];
			for (int j = 0; j < CODED; j++)
				for (int k = 0; k < CODED; k++)
					information[j][k] += w * p * (1 - p) * x[j] * x[k];
		}
	/* the ridge is on standardised numbers, on the flag and on all levels */
	for (int j = 1; j < CODED; j++)
	{
		double sd = j <= NUMBERS ? data->columns[j == 1 ? 0 : j].sd : 1;

		information[j][j] += weight * l2 * sd * sd;
		for (int k = NUMBERS + 2; k < CODED && j >= NUMBERS + 2; k++)
			information[j][k] += weight * l2;
	}
}

static void
check_errors(double l2, bool weighted)
{
	NumArena arena;
	Making making = { .n_rows = ROWS, .weighted = weighted };
	Dataset *data;
	TrainSettings settings = plain_settings();
	TrainResult result;
	LinearPlan *plan;
	double *coef;
	double a[CODED][CODED];
	double c[CODED][CODED];
	double fill;
	double last = 0;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	settings.l2 = l2;
	CHECK_INT(train_plain(&arena, data, &settings, NULL, &result), NUM_OK);
	CHECK(result.std_error != NULL);
	CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
	coef = arena_alloc(&arena, linear_stride(plan), sizeof(double));
	linear_from_raw(plan, result.coef, coef);
	information_directly(data, coef, l2, a);
	invert(a, c);

	CHECK_CLOSE(result.std_error[0], sqrt(c[0][0]), 1e-6);
	for (uint32_t j = 1; j <= NUMBERS; j++)
		CHECK_CLOSE(result.std_error[data->columns[j == 1 ? 0 : j].first_param],
		            sqrt(c[j][j]), 1e-6);
	/* what a NULL adds: the filled-in number and the flag */
	fill = (double) data->columns[0].fill;
	CHECK(data->columns[1].is_null_flag);
	CHECK_CLOSE(result.std_error[data->columns[1].first_param],
	            sqrt(fill * fill * c[1][1] + 2 * fill * c[1][NUMBERS + 1] +
	                 c[NUMBERS + 1][NUMBERS + 1]),
	            1e-6);
	for (uint32_t l = 0; l < LEVELS - 1; l++)
	{
		uint32_t j = NUMBERS + 2 + l;

		CHECK_CLOSE(
			result.std_error[data->columns[NUMBERS + 1].first_param + l],
			sqrt(c[j][j]), 1e-6);
		for (uint32_t k = NUMBERS + 2; k < CODED; k++)
			last += c[j][k];
	}
	CHECK_CLOSE(
		result.std_error[data->columns[NUMBERS + 1].first_param + LEVELS - 1],
		sqrt(last), 1e-6);
	scratch_end(&arena);
}

static void
standard_errors_are_those_of_sum_to_zero_coding(void)
{
	check_errors(1e-4, false);
	check_errors(1e-4, true);
	check_errors(0.05, false);
	check_errors(0, false);
}

int
main(void)
{
	RUN(standard_errors_are_those_of_sum_to_zero_coding);
	return unit_end();
}
