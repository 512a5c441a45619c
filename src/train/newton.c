/*
 * newton.c
 *    What the Newton-type methods share.
 *
 * The objective is f(w) = mean weighted log-loss + l2 / 2 |w|^2 without the
 * intercept, w on the standardised scale.  Large data are first minimised on
 * every s-th block, from where the full data need two or three passes more:
 * Newton's method only needs a Hessian that is about right, and a start that
 * is close.  The sample is a stride over blocks, the same in every run.
 *
 * Memory: two matrices of n_params squared doubles.
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

#include "num/blas.h"
#include "num/dense.h"

/* The sample phase reads at least so many rows, and so many rows of each
 * constrained event, in expectation. */
#define SAMPLE_ROWS 40000
#define SAMPLE_EVENT_ROWS 200
/* Fewer rows than this are not worth two phases. */
#define SAMPLE_FROM 120000

#define MAX_HALVINGS 30

/* Half the squared decrement below which the Hessian hardly changes any more
 * and the factor at hand serves for the rest. */
#define KEEP_HESSIAN 1e-5

static uint32_t
choose_sample_stride(const Dataset *data, const Rates *rates)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	uint64_t by_rows = rows->n_rows / SAMPLE_ROWS;
	uint64_t by_events = UINT64_MAX;
	uint64_t stride;

	if (rows->n_rows < SAMPLE_FROM)
		return 1;
	if (rates->n_active > 0)
		by_events = rates->least_rows / SAMPLE_EVENT_ROWS;
	stride = by_rows < by_events ? by_rows : by_events;
	return stride < 2 ? 1 : (uint32_t) stride;
}

static NumStatus
newton_allocate(Newton *newton)
{
	NumArena *arena = newton->arena;
	size_t row_bytes = newton->stride * sizeof(double);
	uint32_t n_active = newton->rates->n_active;

	newton->coef = arena_alloc(arena, 1, row_bytes);
	newton->gradient = arena_alloc(arena, 1, row_bytes);
	newton->step = arena_alloc(arena, 1, row_bytes);
	newton->best = arena_alloc(arena, 1, row_bytes);
	newton->factor = arena_alloc(arena, newton->n, row_bytes);
	newton->multiplier = arena_alloc(arena, n_active, sizeof(double));
	newton->cell_curvature =
		arena_alloc(arena, linear_n_cells(newton->plan), sizeof(double));
	newton->log =
		arena_alloc(arena, 3 * ((size_t) newton->settings->max_iterations + 4),
	                sizeof(TrainLog));
	if (newton->coef == NULL || newton->gradient == NULL ||
	    newton->step == NULL || newton->best == NULL ||
	    newton->factor == NULL || newton->multiplier == NULL ||
	    newton->cell_curvature == NULL || newton->log == NULL)
		return NUM_NO_MEMORY;
	if (n_active > 0)
	{
		newton->jacobian = arena_alloc(arena, n_active, row_bytes);
		if (newton->jacobian == NULL)
			return NUM_NO_MEMORY;
	}
	memset(newton->coef, 0, row_bytes);
	memset(newton->step, 0, row_bytes);
	memset(newton->best, 0, row_bytes);
	memset(newton->multiplier, 0, n_active * sizeof(double));
	memset(newton->cell_curvature, 0,
	       linear_n_cells(newton->plan) * sizeof(double));
	return NUM_OK;
}

NumStatus
newton_create(NumArena *arena, const Dataset *data,
              const TrainSettings *settings, NumMonitor *monitor,
              Newton **result)
{
	Newton *newton = arena_alloc(arena, 1, sizeof(Newton));
	NumStatus status;

	if (newton == NULL)
		return NUM_NO_MEMORY;
	memset(newton, 0, sizeof(*newton));
	newton->arena = arena;
	newton->data = data;
	newton->settings = settings;
	newton->monitor = monitor;
	newton->gap = NAN;
	newton->best_gap = NAN;

	status = linear_plan(arena, data, &newton->plan);
	if (status == NUM_OK)
		status = rates_create(arena, data, settings, &newton->rates);
	if (status == NUM_OK)
		status = linear_sums_create(arena, newton->plan, true,
		                            newton->rates->n_active > 0, &newton->sums);
	if (status != NUM_OK)
		return status;
	newton->n = linear_n_params(newton->plan);
	newton->stride = linear_stride(newton->plan);
	newton->sample_stride = choose_sample_stride(data, newton->rates);
	status = newton_allocate(newton);
	*result = newton;
	return status;
}

NumStatus
newton_pass(Newton *newton, uint32_t block_stride, bool curved)
{
	const TrainSettings *settings = newton->settings;
	bool has_rates = newton->rates->n_active > 0;
	LinearRequest request = { .first_block = 0,
		                      .block_stride = block_stride,
		                      .coef = newton->coef,
		                      .temperature = settings->temperature,
		                      .threshold = settings->threshold,
		                      .cell_curvature =
		                          has_rates ? newton->cell_curvature : NULL,
		                      .min_curvature = 0.1,
		                      .want_hessian = curved,
		                      .want_jacobian = curved && has_rates };
	double ridge = 0;
	NumStatus status =
		linear_pass(newton->plan, &request, newton->monitor, newton->sums);

	if (status != NUM_OK)
		return status;
	newton->passes++;
	for (uint32_t j = 0; j < newton->n; j++)
		newton->gradient[j] = newton->sums->gradient[j] / newton->sums->weight;
	for (uint32_t j = 1; j < newton->n; j++)
	{
		ridge += newton->coef[j] * newton->coef[j];
		newton->gradient[j] += settings->l2 * newton->coef[j];
	}
	newton->loss =
		newton->sums->loss / newton->sums->weight + settings->l2 / 2 * ridge;
	if (!has_rates)
		return NUM_OK;
	status = rates_read(newton->rates, newton->sums);
	if (status != NUM_OK)
		return status;
	newton->gap = rates_gap(newton->rates, newton->rates->hard);
	if (curved)
		rates_jacobian(newton->rates, newton->sums, newton->stride, newton->n,
		               newton->jacobian);
	return NUM_OK;
}

static NumStatus
try_factor(Newton *newton, double extra)
{
	const double *hessian = newton->sums->hessian;
	double scale = 1.0 / newton->sums->weight;

	for (uint32_t i = 0; i < newton->n; i++)
	{
		double *row = newton->factor + i * newton->stride;

		for (uint32_t j = 0; j <= i; j++)
			row[j] = hessian[i * newton->stride + j] * scale;
		row[i] += extra + (i > 0 ? newton->settings->l2 : 0);
	}
	if (!newton->settings->own_kernels && blas_available())
		return blas_cholesky_watched(newton->factor, newton->n, newton->stride,
		                             newton->monitor);
	return dense_cholesky(newton->factor, newton->n, newton->stride,
	                      newton->monitor);
}

NumStatus
newton_factor(Newton *newton)
{
	double largest = 0;
	double extra = 0;

	for (uint32_t i = 0; i < newton->n; i++)
		largest = fmax(largest, newton->sums->hessian[i * newton->stride + i]);
	largest /= newton->sums->weight;
	for (int attempt = 0; attempt < 12; attempt++)
	{
		NumStatus status = try_factor(newton, extra);

		if (status != NUM_NOT_POSITIVE_DEFINITE)
			return status;
		extra =
			extra > 0 ? extra * 10 : 1e-12 * (largest + newton->settings->l2);
		if (!(extra > 0))
			extra = 1e-12;
	}
	return NUM_NOT_POSITIVE_DEFINITE;
}

void
newton_solve(const Newton *newton, double *b)
{
	dense_cholesky_solve(newton->factor, newton->n, newton->stride, b);
}

void
newton_log(Newton *newton, const char *phase, double step,
           double max_multiplier, bool feasible)
{
	TrainLog *row = &newton->log[newton->n_log++];

	row->iteration = (int) newton->n_log;
	row->phase = phase;
	row->rows = newton->sums->rows;
	row->loss = newton->loss;
	row->gap = newton->gap;
	row->step = step;
	row->max_multiplier = max_multiplier;
	row->feasible = feasible;
	row->chosen = false;
	monitor_progress(newton->monitor, row->iteration,
	                 newton->settings->max_iterations, newton->loss,
	                 newton->gap);
}

void
newton_keep_best(Newton *newton, bool feasible)
{
	bool better;

	if (!newton->has_best)
		better = true;
	else if (feasible != newton->best_feasible)
		better = feasible;
	else if (feasible)
		better = newton->loss < newton->best_loss;
	else
		better = newton->gap < newton->best_gap;
	if (!better)
		return;
	memcpy(newton->best, newton->coef, newton->stride * sizeof(double));
	newton->best_loss = newton->loss;
	newton->best_gap = newton->gap;
	newton->best_feasible = feasible;
	newton->best_log = newton->n_log;
	newton->has_best = true;
}

void
newton_forget_best(Newton *newton)
{
	newton->has_best = false;
}

double
newton_dot(const double *a, const double *b, uint32_t n)
{
	double sum = 0;

	for (uint32_t j = 0; j < n; j++)
		sum += a[j] * b[j];
	return sum;
}

/* Takes the step back by halves until the loss is below 'reference'. */
static NumStatus
backtrack(Newton *newton, uint32_t block_stride, double reference)
{
	for (int halving = 0; halving < MAX_HALVINGS; halving++)
	{
		NumStatus status;

		if (newton->loss <= reference)
			return NUM_OK;
		for (uint32_t j = 0; j < newton->n; j++)
		{
			newton->step[j] /= 2;
			newton->coef[j] -= newton->step[j];
		}
		status = newton_pass(newton, block_stride, true);
		if (status != NUM_OK && status != NUM_NOT_FINITE)
			return status;
	}
	return NUM_OK;
}

NumStatus
newton_minimise(Newton *newton, uint32_t block_stride, double accuracy,
                const char *phase, bool *converged)
{
	double reference = INFINITY;
	double decrement = INFINITY;

	*converged = false;
	for (int i = 0; i < newton->settings->max_iterations; i++)
	{
		bool curved = !(decrement < KEEP_HESSIAN);
		NumStatus status = newton_pass(newton, block_stride, curved);

		if (status == NUM_OK && i > 0)
			status = backtrack(newton, block_stride,
			                   reference + 1e-12 * fabs(reference));
		if (status == NUM_OK && curved)
			status = newton_factor(newton);
		if (status != NUM_OK)
			return status;
		reference = newton->loss;
		memcpy(newton->step, newton->gradient, newton->stride * sizeof(double));
		newton_solve(newton, newton->step);
		decrement = newton_dot(newton->step, newton->gradient, newton->n) / 2;
		for (uint32_t j = 0; j < newton->n; j++)
		{
			newton->step[j] = -newton->step[j];
			newton->coef[j] += newton->step[j];
		}
		newton_log(newton, phase, sqrt(fmax(decrement * 2, 0)), 0, true);
		if (decrement <= accuracy)
		{
			*converged = true;
			break;
		}
	}
	return NUM_OK;
}

NumStatus
newton_finish(Newton *newton, TrainOutcome outcome, TrainResult *result)
{
	result->coef =
		arena_alloc(newton->arena, newton->data->n_params, sizeof(double));
	if (result->coef == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t j = 0; j < newton->n; j++)
		if (!isfinite(newton->best[j]))
			return NUM_NOT_FINITE;
	linear_to_raw(newton->plan, newton->best, result->coef);
	if (newton->best_log > 0 && newton->best_log <= newton->n_log)
		newton->log[newton->best_log - 1].chosen = true;
	result->outcome = outcome;
	result->iterations = newton->passes;
	result->loss = newton->best_loss;
	result->gap = newton->best_gap;
	result->n_rates = newton->rates->n_rates;
	result->rates = newton->rates->rates;
	result->n_log = newton->n_log;
	result->log = newton->log;
	return NUM_OK;
}
