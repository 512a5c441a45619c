/*
 * minimax.c
 *    Least loss of the group that has the largest one.
 *
 * Minimises  F(w) = max over groups g of L_g(w) + l2 / 2 |w|^2,  where L_g is
 * the mean log-loss of a group.  Written with the bound itself as a variable,
 *
 *     minimise  t + l2 / 2 |w|^2  such that  L_g(w) <= t,
 *
 * it is solved by sequential quadratic programming: one pass gives the L_g,
 * their gradients J and the Hessian H of sum lambda_g L_g + l2 / 2 |w|^2 under
 * the multipliers of the step before, which are at least 0 and sum to 1; the
 * step d minimises  max_g (L_g + J_g d) + l2 w'd + d'Hd / 2  (BAND_LEAST of
 * band.h), and is halved until F falls by a part of what the linear model of
 * F promised.  The multipliers are the weights that the groups have in the end.
 *
 * Everything is convex, so there is one answer, one deterministic model, and
 * the promise falls to 0 there and nowhere else: it is the test of
 * convergence.  Groups of all protected attributes compete together.
 *
 * Cost: some ten passes, of which large data make most on a sample.
 *
 * Reference: Martinez, Bertran and Sapiro, ICML 2020, and Diana et al., AIES
 * 2021, for the aim; Nocedal and Wright, Numerical Optimization, chapter 18,
 * for the way (they use multiplicative weights on the groups).
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

/* nats that a step must promise to be worth another pass */
#define ACCURACY 1e-7
#define SAMPLE_ACCURACY 1e-4
/* part of the promise that a step must keep */
#define SUFFICIENT 1e-4
#define MAX_HALVINGS 20
/* Cells whose groups have no multiplier count in the Hessian with this part,
 * so that it knows something of every column. */
#define LEAST_CURVATURE 1e-3

typedef struct Minimax
{
	Newton *newton;
	double *place;  /* [n_active] c of band.h */
	double *solved; /* [n_active][stride] H^-1 J' */
	double *m;      /* [n_active][n_active] J H^-1 J' */
	Band everyone;  /* all groups of all attributes */
} Minimax;

static NumStatus
minimax_create(NumArena *arena, Newton *newton, Minimax *minimax)
{
	uint32_t n = newton->rates->n_active;

	minimax->newton = newton;
	minimax->everyone = (Band){ .first = 0, .count = n, .kind = BAND_LEAST };
	minimax->place = arena_alloc(arena, n, sizeof(double));
	minimax->solved = arena_alloc(arena, n, newton->stride * sizeof(double));
	minimax->m = arena_alloc(arena, n, n * sizeof(double));
	if (minimax->place == NULL || minimax->solved == NULL || minimax->m == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t k = 0; k < n; k++)
		newton->multiplier[k] = 1.0 / n;
	return NUM_OK;
}

/* Sets the curvature that the next pass gives the cells: the kernel takes what
 * is to be added to the 1 of the plain loss. */
static void
weigh_cells(Newton *newton)
{
	rates_cell_coefficients(newton->rates, newton->sums, newton->multiplier,
	                        newton->cell_curvature,
	                        newton->cell_loss_curvature);
	for (uint32_t c = 0; c < linear_n_cells(newton->plan); c++)
		newton->cell_loss_curvature[c] =
			fmax(newton->cell_loss_curvature[c], LEAST_CURVATURE) - 1;
}

/* A curved pass; newton->loss becomes F and newton->gradient that of the
 * ridge. */
static NumStatus
minimax_pass(Newton *newton, uint32_t block_stride)
{
	double l2 = newton->settings->l2;
	double ridge = 0;
	NumStatus status = newton_pass(newton, block_stride, true);

	if (status != NUM_OK)
		return status;
	newton->gradient[0] = 0;
	for (uint32_t j = 1; j < newton->n; j++)
	{
		ridge += newton->coef[j] * newton->coef[j];
		newton->gradient[j] = l2 * newton->coef[j];
	}
	newton->loss = newton->gap + l2 / 2 * ridge;
	return NUM_OK;
}

/* The step into newton->step, and what the linear model of F promises of it. */
static NumStatus
build_step(Minimax *minimax, double *promise)
{
	Newton *newton = minimax->newton;
	const Rates *rates = newton->rates;
	uint32_t n = rates->n_active;
	size_t stride = newton->stride;
	BandProgram program = { .n = n,
		                    .m = minimax->m,
		                    .c = minimax->place,
		                    .bands = &minimax->everyone,
		                    .n_bands = 1 };
	double highest = -INFINITY;
	NumStatus status;

	memcpy(newton->step, newton->gradient, stride * sizeof(double));
	newton_solve(newton, newton->step);
	memcpy(minimax->solved, newton->jacobian, n * stride * sizeof(double));
	for (uint32_t k = 0; k < n; k++)
	{
		if (monitor_stop(newton->monitor))
			return NUM_CANCELLED;
		newton_solve(newton, minimax->solved + k * stride);
		minimax->place[k] =
			rates->hard[k] -
			newton_dot(newton->jacobian + k * stride, newton->step, newton->n);
		for (uint32_t l = 0; l <= k; l++)
		{
			double v = newton_dot(newton->jacobian + l * stride,
			                      minimax->solved + k * stride, newton->n);

			minimax->m[(size_t) k * n + l] = v;
			minimax->m[(size_t) l * n + k] = v;
		}
	}
	status = band_multipliers(newton->arena, &program, newton->monitor,
	                          newton->multiplier);
	if (status != NUM_OK)
		return status;
	for (uint32_t k = 0; k < n; k++)
		if (newton->multiplier[k] != 0)
			for (uint32_t j = 0; j < newton->n; j++)
				newton->step[j] +=
					newton->multiplier[k] * minimax->solved[k * stride + j];
	for (uint32_t j = 0; j < newton->n; j++)
		newton->step[j] = -newton->step[j];
	for (uint32_t k = 0; k < n; k++)
		highest = fmax(highest, rates->hard[k] +
		                            newton_dot(newton->jacobian + k * stride,
		                                       newton->step, newton->n));
	*promise = newton->gap - highest -
	           newton_dot(newton->gradient, newton->step, newton->n);
	return NUM_OK;
}

/* Takes the step, and takes it back by halves until F has fallen far enough.
 * Ends with the pass of the point it ends at; '*stuck' when there is none. */
static NumStatus
take_step(Newton *newton, uint32_t block_stride, double promise, bool *stuck)
{
	double reference = newton->loss;
	double size = 1;

	for (uint32_t j = 0; j < newton->n; j++)
		newton->coef[j] += newton->step[j];
	for (int halving = 0; halving <= MAX_HALVINGS; halving++)
	{
		NumStatus status = minimax_pass(newton, block_stride);

		if (status != NUM_OK && status != NUM_NOT_FINITE)
			return status;
		*stuck = status != NUM_OK ||
		         !(newton->loss <= reference - SUFFICIENT * size * promise);
		if (!*stuck)
			return NUM_OK;
		size /= 2;
		for (uint32_t j = 0; j < newton->n; j++)
		{
			newton->step[j] /= 2;
			newton->coef[j] -= newton->step[j];
		}
	}
	return NUM_OK;
}

static NumStatus
minimax_run(Minimax *minimax, uint32_t block_stride, double accuracy,
            const char *phase, bool *converged)
{
	Newton *newton = minimax->newton;
	bool stuck = false;
	NumStatus status;

	*converged = false;
	newton->remembers = false;
	status = minimax_pass(newton, block_stride);
	for (int i = 0; i < newton->max_iterations && status == NUM_OK; i++)
	{
		double promise;
		double largest = 0;

		newton_learn(newton, newton->multiplier);
		status = newton_factor(newton);
		if (status == NUM_OK)
			status = build_step(minimax, &promise);
		if (status != NUM_OK)
			return status;
		for (uint32_t k = 0; k < newton->rates->n_active; k++)
			largest = fmax(largest, newton->multiplier[k]);
		newton_log(newton, phase, promise, largest, true);
		newton_keep_best(newton, true);
		if (promise <= accuracy)
		{
			*converged = true;
			return NUM_OK;
		}
		if (newton->early_stop.stops)
			return NUM_OK;
		weigh_cells(newton);
		newton_remember(newton, newton->multiplier);
		status = take_step(newton, block_stride, promise, &stuck);
		newton->is_stuck = stuck;
		if (stuck)
			return status;
	}
	return status;
}

NumStatus
train_minimax(NumArena *arena, const Dataset *data,
              const TrainSettings *settings, NumMonitor *monitor,
              TrainResult *result)
{
	Newton *newton;
	Minimax minimax;
	bool converged;
	NumStatus status;

	status = newton_create(arena, data, settings, monitor, &newton);
	if (status != NUM_OK)
		return status;
	if (newton->rates->n_active == 0)
		return NUM_BAD_ARGUMENT;
	status = minimax_create(arena, newton, &minimax);
	if (status == NUM_OK)
		status = newton_minimise_sample(newton, 1e-3, "plain", &converged);
	if (status == NUM_OK && newton->sample_stride > 1)
		status = minimax_run(&minimax, newton->sample_stride, SAMPLE_ACCURACY,
		                     "sample", &converged);
	newton_forget_best(newton);
	if (status == NUM_OK)
		status = minimax_run(&minimax, 1, ACCURACY, "full", &converged);
	if (status != NUM_OK)
		return status;
	return newton_finish(
		newton, converged ? TRAIN_CONVERGED : TRAIN_ITERATION_LIMIT, result);
}
