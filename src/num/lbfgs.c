/*
 * lbfgs.c
 *    Minimises a smooth function of many variables from its gradient.
 *
 * The direction is that of the two-loop recursion over the last few steps s
 * and changes of gradient y (Nocedal, Math. Comp. 35, 1980), started from
 * s'y / y'y times the identity.  The step is found by doubling and halving
 * until the weak Wolfe conditions hold (Lewis and Overton, Math. Program. 141,
 * 2013), which makes s'y positive; every test is written so that NaN fails it,
 * hence steps out of the function's domain are just too long.  Near the
 * minimum, where the value no longer resolves the decrease, the slopes alone
 * decide (the approximate conditions of Hager and Zhang, SIAM J. Optim. 16,
 * 2005).
 *
 * O(memory n) per iteration beside the evaluations, usually one each.
 */
#include "num/lbfgs.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "num/dense.h"

/* Part of the decrease that the slope promises, and of the slope that may be
 * left: the customary values. */
#define DECREASE 1e-4
#define CURVATURE 0.9

/* Rise of the value that passes for rounding error, relative. */
#define VALUE_NOISE 1e-14

/* Halvings and doublings of one search; 2^-60 of a step moves nothing. */
#define MAX_TRIALS 60

typedef struct Lbfgs
{
	const LbfgsProblem *problem;
	size_t n;
	size_t memory;
	size_t n_pairs; /* kept now */
	size_t newest;  /* place of the last pair in the ring */
	double *x;      /* the caller's: the best point */
	double value;
	double *gradient;
	double *direction;
	double *next; /* trial point */
	double next_value;
	double *next_gradient;
	double *step;    /* [memory][n] */
	double *change;  /* [memory][n] of the gradient over the step */
	double *product; /* [memory] step'change */
	double *weight;  /* [memory] scratch of the recursion */
	LbfgsResult *result;
} Lbfgs;

static double
largest(const double *v, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		if (!(fabs(v[i]) <= most))
			most = fabs(v[i]);
	return most;
}

static void
add_multiple(double *to, double factor, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += factor * v[i];
}

/* direction = -H gradient; with no pairs kept, the gradient scaled to a first
 * step of length one at most. */
static void
find_direction(Lbfgs *run)
{
	size_t n = run->n;
	double *d = run->direction;
	double scale = 1;

	for (size_t i = 0; i < n; i++)
		d[i] = -run->gradient[i];
	if (run->n_pairs == 0)
	{
		double length = sqrt(dense_dot(d, d, n));

		scale = length > 1 ? 1 / length : 1;
	}
	for (size_t age = 0; age < run->n_pairs; age++)
	{
		size_t p = (run->newest + run->memory - age) % run->memory;

		run->weight[p] = dense_dot(run->step + p * n, d, n) / run->product[p];
		add_multiple(d, -run->weight[p], run->change + p * n, n);
	}
	if (run->n_pairs > 0)
	{
		const double *y = run->change + run->newest * n;

		scale = run->product[run->newest] / dense_dot(y, y, n);
	}
	for (size_t i = 0; i < n; i++)
		d[i] *= scale;
	for (size_t age = run->n_pairs; age-- > 0;)
	{
		size_t p = (run->newest + run->memory - age) % run->memory;
		double back = dense_dot(run->change + p * n, d, n) / run->product[p];

		add_multiple(d, run->weight[p] - back, run->step + p * n, n);
	}
}

static NumStatus
evaluate_at(Lbfgs *run, double length)
{
	for (size_t i = 0; i < run->n; i++)
		run->next[i] = run->x[i] + length * run->direction[i];
	run->result->evaluations++;
	return run->problem->evaluate(run->problem->context, run->next,
	                              &run->next_value, run->next_gradient);
}

/* Leaves an acceptable point in next; '*found' is false when there is none,
 * because the direction does not fall or rounding hides that it does. */
static NumStatus
search_line(Lbfgs *run, NumMonitor *monitor, bool *found)
{
	double slope = dense_dot(run->gradient, run->direction, run->n);
	double noise = VALUE_NOISE * fabs(run->value);
	double low = 0;
	double high = INFINITY;
	double length = 1;

	*found = false;
	if (!(slope < 0) || !isfinite(slope))
		return NUM_OK;
	for (int trial = 0; trial < MAX_TRIALS; trial++)
	{
		NumStatus status;
		double next_slope;
		bool lower;

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		status = evaluate_at(run, length);
		if (status != NUM_OK)
			return status;
		next_slope = dense_dot(run->next_gradient, run->direction, run->n);
		lower = run->next_value <= run->value + DECREASE * length * slope ||
		        (run->next_value <= run->value + noise &&
		         next_slope <= (2 * DECREASE - 1) * slope);
		/* minus infinity is no minimum, and a NaN slope no gradient */
		if (!lower || !isfinite(run->next_value) || !isfinite(next_slope))
			high = length;
		else if (next_slope < CURVATURE * slope)
			low = length;
		else
		{
			*found = true;
			return NUM_OK;
		}
		length = isinf(high) ? 2 * low : 0.5 * (low + high);
	}
	return NUM_OK;
}

/* Makes the trial point the current one and keeps the pair it gives. */
static void
take_step(Lbfgs *run)
{
	size_t n = run->n;
	size_t p = run->n_pairs == 0 ? 0 : (run->newest + 1) % run->memory;
	double *s = run->step + p * n;
	double *y = run->change + p * n;
	double product;

	for (size_t i = 0; i < n; i++)
	{
		s[i] = run->next[i] - run->x[i];
		y[i] = run->next_gradient[i] - run->gradient[i];
	}
	memcpy(run->x, run->next, n * sizeof(double));
	memcpy(run->gradient, run->next_gradient, n * sizeof(double));
	run->value = run->next_value;
	product = dense_dot(s, y, n);
	/* rounding can make it vanish; such a pair would spoil the directions.
	 * The place it took was the oldest pair's, which goes with it. */
	if (!(product > 1e-300) || !isfinite(product))
	{
		if (run->n_pairs == run->memory)
			run->n_pairs--;
		return;
	}
	run->product[p] = product;
	run->newest = p;
	if (run->n_pairs < run->memory)
		run->n_pairs++;
}

static NumStatus
iterate(Lbfgs *run, const LbfgsSettings *settings, NumMonitor *monitor)
{
	LbfgsResult *result = run->result;
	NumStatus status = evaluate_at(run, 0);

	if (status != NUM_OK)
		return status;
	run->value = run->next_value;
	memcpy(run->gradient, run->next_gradient, run->n * sizeof(double));
	if (!isfinite(run->value) || !isfinite(largest(run->gradient, run->n)))
		return NUM_NOT_FINITE;
	for (;;)
	{
		bool found;

		result->value = run->value;
		result->gradient_norm = largest(run->gradient, run->n);
		if (result->gradient_norm <= settings->gradient_tolerance)
			return NUM_OK;
		if (result->iterations >= settings->max_iterations)
			return NUM_NOT_CONVERGED;
		find_direction(run);
		status = search_line(run, monitor, &found);
		if (status == NUM_OK && !found && run->n_pairs > 0)
		{
			/* the memory may mislead: once more straight downhill */
			run->n_pairs = 0;
			find_direction(run);
			status = search_line(run, monitor, &found);
		}
		if (status != NUM_OK)
			return status;
		if (!found)
			return NUM_NOT_CONVERGED;
		take_step(run);
		result->iterations++;
		monitor_progress(monitor, result->iterations, settings->max_iterations,
		                 run->value, 0);
	}
}

NumStatus
lbfgs_minimise(NumArena *arena, const LbfgsProblem *problem,
               const LbfgsSettings *settings, NumMonitor *monitor, double *x,
               LbfgsResult *result)
{
	Lbfgs run = { .problem = problem, .n = problem->n, .x = x };
	size_t n = problem->n;
	size_t n_doubles;
	double *block;
	NumStatus status;

	memset(result, 0, sizeof(*result));
	result->value = NAN;
	result->gradient_norm = NAN;
	if (settings->memory < 1 || settings->max_iterations < 0 ||
	    !(settings->gradient_tolerance > 0))
		return NUM_BAD_ARGUMENT;
	run.memory = (size_t) settings->memory;
	/* the bound keeps the products below from overflowing */
	if (run.memory > 1000 || n > SIZE_MAX / 65536)
		return NUM_TOO_LARGE;
	n_doubles = (2 * run.memory + 4) * n + 2 * run.memory;
	block = arena_alloc(arena, n_doubles, sizeof(double));
	if (block == NULL)
		return NUM_NO_MEMORY;
	run.result = result;
	run.gradient = block;
	run.direction = run.gradient + n;
	run.next = run.direction + n;
	run.next_gradient = run.next + n;
	run.step = run.next_gradient + n;
	run.change = run.step + run.memory * n;
	run.product = run.change + run.memory * n;
	run.weight = run.product + run.memory;
	/* 0 times whatever it holds must be 0 at the start */
	memset(run.direction, 0, n * sizeof(double));
	status = iterate(&run, settings, monitor);
	arena_release(arena, block, n_doubles, sizeof(double));
	return status;
}
