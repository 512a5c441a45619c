/*
 * test_train_proximal_band.c
 *    Signs and l1 under a fairness criterion: the step against the optimality
 *    conditions of its program, the methods against what they promise.
 */
#include "train/newton.h"
#include "train/proximal_band.h"

#include <math.h>
#include <string.h>

#include "regular.h"
#include "scratch.h"
#include "unit.h"

static double
gap_of(const Dataset *data, const double *raw)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	double n[3] = { 0 };
	double chosen[3] = { 0 };
	double low = 1;
	double high = 0;

	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = rows->blocks[b];
			uint32_t g = block->cell[i] / 2u;
			double x[PARAMS];
			double z = raw[0];
			uint32_t at = 1;

			expand_row(data, block, i, true, x);
			/* numbers come first in x, by columns in raw */
			for (uint32_t c = 0; c < data->n_columns; c++)
				if (data->columns[c].kind == DATA_NUMBER)
					z += raw[data->columns[c].first_param] * x[at++];
			for (uint32_t c = 0; c < data->n_columns; c++)
				if (data->columns[c].kind != DATA_NUMBER)
					for (uint32_t l = 0; l < data->columns[c].n_params; l++)
						z += raw[data->columns[c].first_param + l] * x[at++];
			n[g]++;
			chosen[g] += z >= 0;
		}
	for (int g = 0; g < 3; g++)
	{
		low = fmin(low, chosen[g] / n[g]);
		high = fmax(high, chosen[g] / n[g]);
	}
	return high - low;
}

static void
a_fair_model_keeps_signs_and_zeros(void)
{
	static const struct
	{
		const char *name;
		double l1;
	} tried[] = { { "constraint", 0 },
		          { "constraint", 0.01 },
		          { "penalty", 0 },
		          { "penalty", 0.01 } };
	NumArena arena;
	Making making = { .n_rows = ROWS };
	Dataset *data;
	TrainSettings settings = plain_settings();

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	ask_for_parity(&settings, 0.03);
	settings.penalty = 20;
	for (int t = 0; t < 4; t++)
	{
		const TrainMethod *method = train_method_find(tried[t].name);
		signed char signs[NUMBERS + 2] = { 1, 0, 1, -1, 0, 0 };
		TrainResult result;
		int n_zero = 0;

		settings.l1 = tried[t].l1;
		settings.signs = NULL;
		CHECK_INT(method->run(&arena, data, &settings, NULL, &result), NUM_OK);
		/* turn round the sign that the free fair model has */
		signs[3] = result.coef[data->columns[3].first_param] > 0 ? -1 : 1;
		settings.signs = signs;
		CHECK_INT(method->run(&arena, data, &settings, NULL, &result), NUM_OK);
		CHECK(result.outcome == TRAIN_CONVERGED);
		CHECK(result.coef[data->columns[0].first_param] >= 0);
		CHECK(result.coef[data->columns[2].first_param] >= 0);
		CHECK(result.coef[data->columns[3].first_param] == 0);
		/* better than deciding alike for everybody */
		CHECK(result.loss < 0.6);
		for (int j = 1; j < PARAMS; j++)
			n_zero += result.coef[j] == 0;
		CHECK(settings.l1 > 0 ? n_zero >= 4 : n_zero <= 3);
		if (t < 2)
		{
			CHECK(gap_of(data, result.coef) <= 0.03 + 1e-12);
			CHECK_NEAR(gap_of(data, result.coef), result.gap, 1e-9);
		}
	}
	scratch_end(&arena);
}

enum
{
	GROUPS = 3
};

/* A step and what it was made of. */
typedef struct Step
{
	Newton *newton;
	double gradient[PARAMS];
	double lambda[GROUPS];
	double curved[PARAMS]; /* H d */
	double width;
} Step;

static void
multiply_by_hessian(const Newton *newton, const double *d, double *product)
{
	const double *hessian = newton->sums->hessian;

	for (uint32_t i = 0; i < PARAMS; i++)
	{
		product[i] = i > 0 ? newton->settings->l2 * d[i] : 0;
		for (uint32_t j = 0; j < PARAMS; j++)
		{
			size_t at =
				j <= i ? i * newton->stride + j : j * newton->stride + i;

			product[i] += hessian[at] / newton->sums->weight * d[j];
		}
	}
}

/* The rates that the step leads to are in a band, and the multipliers are
 * those of rates at its edges. */
static void
check_bands(const Step *step)
{
	const Newton *newton = step->newton;
	const double *lambda = step->lambda;
	double moved[GROUPS];
	double low;

	CHECK_NEAR(lambda[0] + lambda[1] + lambda[2], 0, 1e-12);
	for (size_t k = 0; k < GROUPS; k++)
		moved[k] = newton->rates->soft[k] +
		           newton_dot(newton->jacobian + k * newton->stride,
		                      newton->step, PARAMS);
	low = fmin(moved[0], fmin(moved[1], moved[2]));
	for (int k = 0; k < GROUPS; k++)
	{
		CHECK(fabs(lambda[k]) < 10);
		CHECK(moved[k] <= low + step->width + 1e-7);
		CHECK(!(lambda[k] > 1e-7) || fabs(moved[k] - low - step->width) < 1e-7);
		CHECK(!(lambda[k] < -1e-7) || fabs(moved[k] - low) < 1e-7);
	}
}

/* The coefficients that the step leads to have their signs, and moving any of
 * them makes the Lagrangian larger. */
static int
check_coefficients(const Step *step)
{
	const Newton *newton = step->newton;
	double l1 = newton->settings->l1;
	int n_zero = 0;

	for (uint32_t j = 0; j < PARAMS; j++)
	{
		double at = newton->coef[j] + newton->step[j];
		double slope = step->gradient[j] + step->curved[j];
		int sign = 0;

		if (newton->settings->signs != NULL && j > 0 && j <= NUMBERS)
			sign = newton->settings->signs[j == 1 ? 0 : j];
		for (size_t k = 0; k < GROUPS; k++)
			slope += step->lambda[k] * newton->jacobian[k * newton->stride + j];
		CHECK(sign * at >= 0);
		if (j == 0 || at != 0)
		{
			CHECK_NEAR(slope + (j > 0 ? copysign(l1, at) : 0), 0, 1e-10);
			continue;
		}
		n_zero++;
		CHECK(sign < 0 || slope >= -l1 - 1e-10);
		CHECK(sign > 0 || slope <= l1 + 1e-10);
	}
	return n_zero;
}

/* The step under bands, l1 and signs against the optimality conditions of its
 * quadratic program; how many coefficients it leads to zero. */
static int
check_step(const Dataset *data, const signed char *signs, double l1,
           double width)
{
	NumArena arena;
	TrainSettings settings = plain_settings();
	ProximalBand *proximal;
	static Step step;
	double length;
	int n_zero;

	memset(&step, 0, sizeof(step));
	step.width = width;
	scratch_begin(&arena, 0);
	ask_for_parity(&settings, width);
	settings.signs = signs;
	settings.l1 = l1;
	CHECK_INT(newton_create(&arena, data, &settings, NULL, &step.newton),
	          NUM_OK);
	CHECK_INT(step.newton->rates->n_active, GROUPS);
	CHECK_INT(proximal_band_create(step.newton, &proximal), NUM_OK);
	CHECK(proximal != NULL);
	step.newton->coef[1] = 0.05 * (signs != NULL ? signs[0] : 1);
	CHECK_INT(newton_pass(step.newton, 1, true), NUM_OK);
	memcpy(step.gradient, step.newton->gradient, sizeof(step.gradient));
	{
		Band band = step.newton->rates->bands[0];
		BandProgram program = { .n = GROUPS, .bands = &band, .n_bands = 1 };

		band.most = 10;

		CHECK_INT(proximal_band_step(proximal, true, &program,
		                             step.newton->rates->soft, step.lambda,
		                             &length),
		          NUM_OK);
	}
	multiply_by_hessian(step.newton, step.newton->step, step.curved);
	CHECK_CLOSE(length * length,
	            newton_dot(step.newton->step, step.curved, PARAMS), 1e-9);
	n_zero = check_coefficients(&step);
	check_bands(&step);
	scratch_end(&arena);
	return n_zero;
}

static void
a_step_under_bands_l1_and_signs_is_optimal(void)
{
	NumArena arena;
	Making making = { .n_rows = ROWS };
	Dataset *data;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	for (int way = 0; way < 16; way++)
	{
		signed char signs[NUMBERS + 2] = { 0 };

		signs[0] = way & 1 ? -1 : 1;
		signs[2] = way & 2 ? -1 : 1;
		signs[3] = way & 4 ? 1 : -1;
		signs[4] = way & 8 ? 1 : 0;
		check_step(data, signs, 0, 0.02);
		check_step(data, signs, 0, 0);
		check_step(data, signs, 0.003, 0.01);
	}
	CHECK_INT(check_step(data, NULL, 1e-6, 0.01), 0);
	CHECK(check_step(data, NULL, 0.01, 0.01) > 2);
	CHECK(check_step(data, NULL, 0.03, 0) > 5);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(a_fair_model_keeps_signs_and_zeros);
	RUN(a_step_under_bands_l1_and_signs_is_optimal);
	return unit_end();
}
