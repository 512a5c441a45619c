/*
 * penalty.c
 *    Loss plus a penalty on the spread of the group rates.
 *
 * Minimises  f(w) + penalty * sum over bands of sum_k share_k (s_k - mean)^2
 * where s_k are the smooth rates of a band (one attribute and event), share_k
 * the groups' parts of the event's rows and mean their weighted mean: the
 * between-group variance of the smooth rate.  The strength has no natural
 * unit; method constraint is for those who know the gap they want.
 *
 * Newton's method with the Gauss-Newton term of the penalty and the curvature
 * of the smooth rates kept positive row by row, steps halved until the
 * objective falls.  The objective is not convex; the start is the plain fit.
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

#define ACCURACY 1e-8
#define SAMPLE_ACCURACY 1e-4
#define MAX_HALVINGS 20

typedef struct Penalty
{
	Newton *newton;
	double *share;     /* [n_active] part of the band's rows */
	double *direction; /* [stride] J_k - mean of J */
	double *mean_row;  /* [stride] */
} Penalty;

static NumStatus
penalty_create(NumArena *arena, Newton *newton, Penalty *penalty)
{
	const Rates *rates = newton->rates;

	penalty->newton = newton;
	penalty->share = arena_alloc(arena, rates->n_active, sizeof(double));
	penalty->direction = arena_alloc(arena, newton->stride, sizeof(double));
	penalty->mean_row = arena_alloc(arena, newton->stride, sizeof(double));
	if (penalty->share == NULL || penalty->direction == NULL ||
	    penalty->mean_row == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		double total = 0;

		for (uint32_t k = band->first; k < band->first + band->count; k++)
			total += (double) rates->rates[rates->active[k]].rows;
		for (uint32_t k = band->first; k < band->first + band->count; k++)
			penalty->share[k] =
				(double) rates->rates[rates->active[k]].rows / total;
	}
	return NUM_OK;
}

/* Adds the penalty's value and gradient to those of the last pass, and sets
 * the multipliers 2 penalty share_k (s_k - mean). */
static void
penalty_add(Penalty *penalty)
{
	Newton *newton = penalty->newton;
	const Rates *rates = newton->rates;
	double strength = newton->settings->penalty;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];
		double mean = 0;

		for (uint32_t k = band->first; k < band->first + band->count; k++)
			mean += penalty->share[k] * rates->soft[k];
		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			double deviation = rates->soft[k] - mean;
			const double *row = newton->jacobian + k * newton->stride;

			newton->loss +=
				strength * penalty->share[k] * deviation * deviation;
			newton->multiplier[k] =
				2 * strength * penalty->share[k] * deviation;
			for (uint32_t j = 0; j < newton->n; j++)
				newton->gradient[j] += newton->multiplier[k] * row[j];
		}
	}
}

/* Adds factor * direction direction' to the lower triangle of the Hessian. */
static void
rank_one(Penalty *penalty, double factor)
{
	Newton *newton = penalty->newton;

	for (uint32_t i = 0; i < newton->n; i++)
	{
		double *row = newton->sums->hessian + i * newton->stride;
		double v = factor * penalty->direction[i];

		for (uint32_t j = 0; j <= i; j++)
			row[j] += v * penalty->direction[j];
	}
}

/* Adds the Gauss-Newton term 2 penalty sum share (J_k - J)(J_k - J)' to the
 * Hessian sums, which stand for the total weight. */
static NumStatus
penalty_curve(Penalty *penalty)
{
	Newton *newton = penalty->newton;
	const Rates *rates = newton->rates;
	double scale = 2 * newton->settings->penalty * newton->sums->weight;

	for (uint32_t b = 0; b < rates->n_bands; b++)
	{
		const Band *band = &rates->bands[b];

		memset(penalty->mean_row, 0, newton->stride * sizeof(double));
		for (uint32_t k = band->first; k < band->first + band->count; k++)
			for (uint32_t j = 0; j < newton->n; j++)
				penalty->mean_row[j] +=
					penalty->share[k] *
					newton->jacobian[k * newton->stride + j];
		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			if (monitor_stop(newton->monitor))
				return NUM_CANCELLED;
			for (uint32_t j = 0; j < newton->n; j++)
				penalty->direction[j] =
					newton->jacobian[k * newton->stride + j] -
					penalty->mean_row[j];
			rank_one(penalty, scale * penalty->share[k]);
		}
	}
	return NUM_OK;
}

static NumStatus
penalty_pass(Penalty *penalty, uint32_t block_stride)
{
	NumStatus status = newton_pass(penalty->newton, block_stride, true);

	if (status == NUM_OK)
		penalty_add(penalty);
	return status;
}

/* Takes the last step back by halves until the objective is below
 * 'reference'. */
static NumStatus
penalty_backtrack(Penalty *penalty, uint32_t block_stride, double reference)
{
	Newton *newton = penalty->newton;

	for (int i = 0; i < MAX_HALVINGS && !(newton->loss <= reference); i++)
	{
		NumStatus status;

		for (uint32_t j = 0; j < newton->n; j++)
		{
			newton->step[j] /= 2;
			newton->coef[j] -= newton->step[j];
		}
		status = penalty_pass(penalty, block_stride);
		if (status == NUM_NOT_FINITE)
			newton->loss = INFINITY;
		else if (status != NUM_OK)
			return status;
	}
	return isfinite(newton->loss) ? NUM_OK : NUM_NOT_FINITE;
}

static NumStatus
penalty_run(Penalty *penalty, uint32_t block_stride, double accuracy,
            const char *phase, bool *converged)
{
	Newton *newton = penalty->newton;
	double reference = INFINITY;

	*converged = false;
	newton->remembers = false;
	for (int i = 0; i < newton->max_iterations; i++)
	{
		double decrement;
		NumStatus status = penalty_pass(penalty, block_stride);

		if (status == NUM_NOT_FINITE && i > 0)
			newton->loss = INFINITY;
		if ((status == NUM_OK || status == NUM_NOT_FINITE) && i > 0)
			status = penalty_backtrack(penalty, block_stride,
			                           reference + 1e-12 * fabs(reference));
		if (status != NUM_OK)
			return status;
		reference = newton->loss;
		newton_learn(newton, NULL);
		if (!newton->learns)
			status = penalty_curve(penalty);
		if (status == NUM_OK)
			status = newton_direction(newton, true, &decrement);
		if (status != NUM_OK)
			return status;
		newton_log(newton, phase, sqrt(fmax(2 * decrement, 0)), 0, true);
		newton_keep_best(newton, true);
		if (decrement <= accuracy)
		{
			*converged = true;
			return NUM_OK;
		}
		if (newton->early_stop.stops)
			return NUM_OK;
		rates_cell_coefficients(newton->rates, newton->sums, newton->multiplier,
		                        newton->cell_curvature,
		                        newton->cell_loss_curvature);
		newton_remember(newton, NULL);
		for (uint32_t j = 0; j < newton->n; j++)
		{
			newton->step[j] = -newton->step[j];
			newton->coef[j] += newton->step[j];
		}
	}
	return NUM_OK;
}

NumStatus
train_penalty(NumArena *arena, const Dataset *data,
              const TrainSettings *settings, NumMonitor *monitor,
              TrainResult *result)
{
	Newton *newton;
	Penalty penalty;
	bool converged;
	NumStatus status;

	status = newton_create(arena, data, settings, monitor, &newton);
	if (status != NUM_OK)
		return status;
	if (newton->rates->n_active == 0)
		return NUM_BAD_ARGUMENT;
	status = penalty_create(arena, newton, &penalty);
	if (status == NUM_OK)
		status = newton_minimise_sample(newton, 1e-3, "plain", &converged);
	if (status == NUM_OK && newton->sample_stride > 1)
		status = penalty_run(&penalty, newton->sample_stride, SAMPLE_ACCURACY,
		                     "sample", &converged);
	newton_forget_best(newton);
	if (status == NUM_OK)
		status = penalty_run(&penalty, 1, ACCURACY, "full", &converged);
	if (status != NUM_OK)
		return status;
	return newton_finish(
		newton, converged ? TRAIN_CONVERGED : TRAIN_ITERATION_LIMIT, result);
}
