/*
 * ridge_frontier.c
 *    The least squares of many bounds, and of all folds, from one walk over the
 *    rows.
 *
 * Every point is the answer of ridge.c itself: its problems are convex and solved
 * to the last digits, so no point can serve another's bound better.
 */
#include <math.h>
#include <string.h>

#include "train/ridge.h"

/* The points of a ridge, into memory of the answer's. */
static NumStatus
solve_points(NumArena *arena, const Dataset *data,
             const TrainSettings *settings, Ridge *ridge, TrainPoint *points,
             uint32_t n)
{
	size_t n_constraints = (size_t) settings->n_constraints;
	double *bounds = arena_alloc(arena, n_constraints, sizeof(double));

	if (bounds == NULL)
		return NUM_NO_MEMORY;
	for (size_t c = 0; c < n_constraints; c++)
		bounds[c] = settings->constraints[c].bound;
	for (uint32_t p = 0; p < n; p++)
	{
		TrainResult result;
		NumStatus status;

		bounds[0] = points[p].bound;
		status = ridge_solve(ridge, bounds, &result);
		if (status != NUM_OK)
			return status;
		points[p] = (TrainPoint){ .bound = points[p].bound,
			                      .outcome = result.outcome,
			                      .stopped_because = result.stopped_because,
			                      .iterations = result.iterations,
			                      .found = p,
			                      .loss = result.loss,
			                      .gap = result.gap,
			                      .accuracy = NAN };
		points[p].reached = arena_alloc(arena, n_constraints, sizeof(double));
		points[p].coef = arena_alloc(arena, data->n_params, sizeof(double));
		if (points[p].reached == NULL || points[p].coef == NULL)
			return NUM_NO_MEMORY;
		memcpy(points[p].reached, result.reached,
		       n_constraints * sizeof(double));
		memcpy(points[p].coef, result.coef, data->n_params * sizeof(double));
	}
	return NUM_OK;
}

/* The points of all rows, or of those that the factors of cells leave. */
static NumStatus
solve_rows(NumArena *arena, const Ridge *walked, const Dataset *data,
           const TrainSettings *settings, TrainPoint *points, uint32_t n)
{
	Ridge *ridge = NULL;
	ArenaNest nest;
	NumStatus status;

	arena_nest_begin(&nest, arena);
	status = ridge_create_beside(&nest.arena, walked, settings, &ridge);
	if (status == NUM_OK)
		status = solve_points(arena, data, settings, ridge, points, n);
	arena_nest_end(&nest);
	return status;
}

/* The points of each fold, from the rows outside it. */
static NumStatus
solve_folds(NumArena *arena, const Ridge *walked, const Dataset *data,
            const TrainSettings *settings, TrainPoint *points, uint32_t n)
{
	size_t n_cells = 2 * (size_t) data->n_base_groups;
	double *factor = arena_alloc(arena, n_cells, sizeof(double));
	TrainSettings without = *settings;
	NumStatus status = NUM_OK;

	if (factor == NULL)
		return NUM_NO_MEMORY;
	without.cell_factor = factor;
	for (uint32_t f = 0; f < data->n_folds && status == NUM_OK; f++)
	{
		TrainPoint *own = points + (1 + (size_t) f) * n;

		for (uint32_t p = 0; p < n; p++)
			own[p].bound = points[p].bound;
		train_leave_out(data, f, factor);
		status = solve_rows(arena, walked, data, &without, own, n);
	}
	arena_release(arena, factor, n_cells, sizeof(double));
	return status;
}

NumStatus
ridge_frontier(NumArena *arena, const Dataset *data,
               const TrainSettings *settings, NumMonitor *monitor,
               TrainPoint *points, uint32_t n)
{
	Ridge *walked = NULL;
	ArenaNest nest;
	NumStatus status;

	arena_nest_begin(&nest, arena);
	status = ridge_walk(&nest.arena, data, settings, monitor, &walked);
	if (status == NUM_OK)
		status = solve_rows(arena, walked, data, settings, points, n);
	if (status == NUM_OK && data->n_folds > 0)
		status = solve_folds(arena, walked, data, settings, points, n);
	arena_nest_end(&nest);
	return status;
}
