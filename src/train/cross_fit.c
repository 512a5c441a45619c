/*
 * cross_fit.c
 *    What the method does to rows that it has not seen.
 *
 * One search for each fold, without its rows.  They are points of one frontier
 * (frontier.c) that differ in their rows instead of their bounds, so that their
 * passes over all rows are made together.
 *
 * Cost: that of a frontier of as many points, which begin near their answers.
 */
#include "train/cross_fit.h"

#include "train/frontier.h"

static NumStatus
fit_folds(NumArena *arena, const Dataset *data, const TrainSettings *settings,
          const double *near, NumMonitor *monitor, TrainPoint *points)
{
	size_t n_cells = 2 * (size_t) data->n_base_groups;

	for (uint32_t f = 0; f < data->n_folds; f++)
	{
		double *factor = arena_alloc(arena, n_cells, sizeof(double));

		if (factor == NULL)
			return NUM_NO_MEMORY;
		train_leave_out(data, f, factor);
		points[f] = (TrainPoint){ .bound = settings->constraints[0].bound,
			                      .near = near,
			                      .cell_factor = factor };
	}
	return train_frontier(arena, data, settings, monitor, points,
	                      data->n_folds);
}

NumStatus
train_cross_fit(NumArena *arena, const Dataset *data,
                const TrainSettings *settings, const double *near,
                NumMonitor *monitor, Certificate *certificate)
{
	ArenaNest nest;
	TrainPoint *points;
	Model **models;
	NumStatus status = NUM_OK;

	arena_nest_begin(&nest, arena);
	points = arena_alloc(&nest.arena, data->n_folds, sizeof(TrainPoint));
	models = arena_alloc(&nest.arena, data->n_folds, sizeof(Model *));
	if (points == NULL || models == NULL)
		status = NUM_NO_MEMORY;
	if (status == NUM_OK)
		status = fit_folds(&nest.arena, data, settings, near, monitor, points);
	for (uint32_t f = 0; f < data->n_folds && status == NUM_OK; f++)
		status = model_from_coefficients(&nest.arena, data, MODEL_LOGISTIC,
		                                 settings->threshold, points[f].coef,
		                                 &models[f]);
	if (status == NUM_OK)
		status = train_certify_folds(arena, data, (const Model *const *) models,
		                             monitor, certificate);
	arena_nest_end(&nest);
	return status;
}
