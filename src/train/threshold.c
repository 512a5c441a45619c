/*
 * threshold.c
 *    The plain model, decided by a threshold for each group.
 *
 * Of all deterministic rules that compare the plain model's probability with
 * a threshold of the row's group, the one that is worth most on the training
 * rows among those whose gap is at most max_gap.  What a decision is worth
 * follows from the threshold of the settings, t: it is right to decide a row
 * positive when its chance is at least t, so a true positive is worth 1 - t and a false one
 * costs t.  With t = 1/2 that is accuracy.
 *
 * Groups that are too small to constrain keep the threshold of the settings.
 *
 * Reference: Hardt, Price and Srebro, NeurIPS 2016, for thresholds by group;
 * there, as in Cruz and Hardt, ICLR 2024, points between two thresholds are
 * reached by chance.  Nobody is decided by chance here.
 */
#include "train/window.h"

#include <math.h>
#include <string.h>

#include "train/rates.h"
#include "train/train.h"

/* Marks the curves that take part in the gap, event by event; true when some
 * do. */
static bool
bind_curves(const Rates *rates, Curve *curves)
{
	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		const TrainRate *rate = &rates->rates[rates->active[k]];

		curves[rate->group].bound[rate->event] = true;
	}
	return rates->n_active > 0;
}

static bool
is_bound(const Curve *curve)
{
	for (int e = 0; e < FAIR_MAX_EVENTS; e++)
		if (curve->bound[e])
			return true;
	return false;
}

/* A log of one more row, which tells of the choice. */
static NumStatus
add_log(NumArena *arena, const Dataset *data, const WindowChoice *choice,
        TrainResult *result)
{
	uint32_t n = result->n_log;
	TrainLog *log = arena_alloc(arena, (size_t) n + 1, sizeof(TrainLog));

	if (log == NULL)
		return NUM_NO_MEMORY;
	memcpy(log, result->log, n * sizeof(TrainLog));
	for (uint32_t i = 0; i < n; i++)
		log[i].chosen = false;
	log[n] = (TrainLog){ .iteration = n > 0 ? log[n - 1].iteration + 1 : 1,
		                 .phase = "threshold",
		                 .rows = data->part[DATA_TRAIN].n_rows,
		                 .loss = result->loss,
		                 .gap = choice->gap,
		                 .feasible = choice->feasible,
		                 .chosen = true };
	result->log = log;
	result->n_log = n + 1;
	return NUM_OK;
}

/* The rates that the choice has, as those of the last iteration. */
static NumStatus
log_rates(NumArena *arena, const Rates *rates, const WindowChoice *choice,
          TrainResult *result)
{
	TrainLogRate *log =
		arena_alloc(arena, rates->n_active, sizeof(TrainLogRate));

	if (log == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t k = 0; k < rates->n_active; k++)
	{
		const TrainRate *rate = &rates->rates[rates->active[k]];

		log[k].iteration = result->log[result->n_log - 1].iteration;
		log[k].rate = rates->active[k];
		log[k].value = choice->points[rate->group].rate[rate->event];
	}
	result->log_rates = log;
	result->n_log_rates = rates->n_active;
	return NUM_OK;
}

/* The curves of the groups, and of them the choice. */
static NumStatus
choose(NumArena *arena, const Dataset *data, const TrainSettings *settings,
       NumMonitor *monitor, TrainResult *result)
{
	uint32_t n_groups = data->attributes[0].n_groups;
	const FairConstraint *constraint = &settings->constraints[0];
	CurveSettings curve_settings = { constraint->criterion,
		                             settings->threshold };
	WindowProblem problem = { .n_curves = n_groups,
		                      .n_events = constraint->criterion->n_events,
		                      .width = constraint->bound,
		                      .preferred = settings->threshold };
	WindowChoice choice;
	Rates *rates;
	Model *model;
	NumStatus status;

	status = model_from_coefficients(arena, data, MODEL_LOGISTIC,
	                                 settings->threshold, result->coef, &model);
	if (status == NUM_OK)
		status = rates_create(arena, data, settings, &rates);
	if (status == NUM_OK)
		status = curves_create(arena, data, model, &curve_settings, monitor,
		                       &problem.curves);
	if (status != NUM_OK)
		return status;
	if (!bind_curves(rates, problem.curves))
		return NUM_BAD_ARGUMENT;
	status = window_choose(arena, &problem, monitor, &choice);
	if (status != NUM_OK)
		return status;
	result->group_thresholds = arena_alloc(arena, n_groups, sizeof(double));
	if (result->group_thresholds == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t g = 0; g < n_groups; g++)
	{
		result->group_thresholds[g] = is_bound(&problem.curves[g])
		                                  ? choice.points[g].threshold
		                                  : settings->threshold;
		arena_release(arena, problem.curves[g].points, problem.curves[g].n,
		              sizeof(CurvePoint));
	}
	result->reached = arena_alloc(arena, 1, sizeof(double));
	if (result->reached == NULL)
		return NUM_NO_MEMORY;
	result->reached[0] = choice.gap;
	result->gap = choice.gap;
	result->n_rates = rates->n_rates;
	result->rates = rates->rates;
	if (!choice.feasible)
		result->outcome = TRAIN_INFEASIBLE;
	if (result->outcome != TRAIN_ITERATION_LIMIT)
		result->stopped_because =
			choice.exact ? "best choice found" : "search limit";
	status = add_log(arena, data, &choice, result);
	if (status != NUM_OK)
		return status;
	return log_rates(arena, rates, &choice, result);
}

NumStatus
train_threshold(NumArena *arena, const Dataset *data,
                const TrainSettings *settings, NumMonitor *monitor,
                TrainResult *result)
{
	NumStatus status;

	if (data->n_attributes != 1)
		return NUM_BAD_ARGUMENT;
	status = train_plain(arena, data, settings, monitor, result);
	if (status != NUM_OK)
		return status;
	return choose(arena, data, settings, monitor, result);
}
