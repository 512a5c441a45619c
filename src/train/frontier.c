/*
 * frontier.c
 *    The models of many bounds, trained together.
 *
 * Searches (search.h) begin at the same plain model and go side by side, as many
 * at once as a pass takes models; where one ends the next one begins.  Each
 * makes the steps that it would make alone; only the passes over all rows, which
 * are what costs, are made for all of them together.  Over samples, where every
 * pass brings a Hessian, and on small data, each makes its own.
 *
 * A model that keeps a tight bound keeps every wider one.  So in the end each
 * bound gets the best of all models that keep it.
 *
 * The models of folds are points like any other, whose cells of the fold count
 * nothing, so that all of them share the passes.
 *
 * Cost of 16 bounds: that of the 16 searches over the sample, and a third of
 * 16 times what a search spends on all rows.  Memory: that of LINEAR_MANY
 * searches, which is a factor of n_params squared doubles each.
 */
#include "train/frontier.h"

#include <math.h>
#include <string.h>

#include "model/linear_many.h"
#include "train/search.h"

#define PLAIN_ACCURACY 1e-4
#define NO_POINT UINT32_MAX

typedef struct Frontier
{
	NumArena *answer_arena; /* of what the points keep */
	NumArena *arena;        /* of all else */
	const TrainSettings *settings;
	Newton *first; /* whose plan and sums the others share */
	double *plain; /* [stride] the model they all begin with */
	double plain_loss;
	bool flat; /* search_scores_are_flat() of it */
	TrainPoint *points;
	uint32_t n;
	SearchAnswer *answers; /* [n] */
	int *passes;           /* [n] */
} Frontier;

/* A place in the passes, and the search that has it. */
typedef struct FrontierPlace
{
	ArenaNest nest; /* of all that the search has, begun while it has it */
	uint32_t point; /* whose search it is, NO_POINT if nobody's */
	TrainSettings settings;
	FairConstraint *constraints;
	Newton *newton;
	Search *search;
	int round;           /* how often it has begun anew */
	SearchAnswer answer; /* of the rounds before */
} FrontierPlace;

/* The settings' constraints, with another bound. */
static FairConstraint *
bound_constraints(NumArena *arena, const TrainSettings *settings, double bound)
{
	size_t n = (size_t) settings->n_constraints;
	FairConstraint *constraints = arena_alloc(arena, n, sizeof(FairConstraint));

	if (constraints == NULL)
		return NULL;
	memcpy(constraints, settings->constraints, n * sizeof(FairConstraint));
	constraints[0].bound = bound;
	return constraints;
}

static NumStatus
place_create(const Frontier *frontier, FrontierPlace *place)
{
	const TrainPoint *point = &frontier->points[place->point];
	NumArena *arena = &place->nest.arena;
	NumStatus status;

	place->settings = *frontier->settings;
	if (point->cell_factor != NULL)
		place->settings.cell_factor = point->cell_factor;
	place->constraints =
		bound_constraints(arena, frontier->settings, point->bound);
	if (place->constraints == NULL)
		return NUM_NO_MEMORY;
	place->settings.constraints = place->constraints;
	status = newton_create_beside(arena, frontier->first, &place->settings,
	                              &place->newton);
	if (status == NUM_OK)
		status = search_create(place->newton, &place->search);
	if (status == NUM_OK)
		status = search_answer_create(place->newton, arena, &place->answer);
	return status;
}

/* Gives a place to the search of a point, which begins. */
static NumStatus
place_take(const Frontier *frontier, FrontierPlace *place, uint32_t point)
{
	const double *near = frontier->points[point].near;
	bool converged;
	Newton *newton;
	NumStatus status;

	arena_nest_begin(&place->nest, frontier->arena);
	place->point = point;
	place->round = 0;
	status = place_create(frontier, place);
	if (status != NUM_OK)
		return status;
	newton = place->newton;
	if (near != NULL && !newton->learns)
	{
		linear_from_raw(newton->plan, near, newton->coef);
		return search_begin_near(place->search);
	}
	/* what a learnt curvature has learnt on the way is part of the start */
	if (newton->learns)
		status =
			newton_minimise_sample(newton, PLAIN_ACCURACY, "plain", &converged);
	else
		memcpy(newton->coef, frontier->plain, newton->stride * sizeof(double));
	return status == NUM_OK ? search_begin(place->search) : status;
}

/* Ends a round of a search that is over: the next one begins, with sharper
 * decisions, or the place is free. */
static NumStatus
place_end_round(Frontier *frontier, FrontierPlace *place)
{
	double temperature;

	if (place->round > 0)
		search_prefer(place->search, &place->answer);
	search_take_answer(place->search, &place->answer);
	temperature =
		search_next_temperature(place->search, &place->answer, place->round,
	                            frontier->flat, frontier->plain_loss);
	if (temperature > 0)
	{
		place->round++;
		search_restart(place->search, frontier->plain, temperature);
		return search_begin(place->search);
	}
	search_take_answer(place->search, &frontier->answers[place->point]);
	frontier->passes[place->point] = place->newton->passes;
	place->point = NO_POINT;
	arena_nest_end(&place->nest);
	return NUM_OK;
}

/* One more pass of every search, together where they can. */
static NumStatus
pass_all(FrontierPlace *places)
{
	Newton *together[LINEAR_MANY];
	Search *searches[LINEAR_MANY];
	uint32_t n_together = 0;
	NumStatus status = NUM_OK;

	for (uint32_t p = 0; p < LINEAR_MANY && status == NUM_OK; p++)
	{
		FrontierPlace *place = &places[p];

		if (place->point == NO_POINT || search_is_over(place->search))
			continue;
		if (search_wants_curvature(place->search))
		{
			/* its sums are everybody's: to be used at once */
			status = newton_pass(place->newton, 1, true);
			if (status == NUM_OK)
				status = search_advance(place->search);
		}
		else if (n_together == 0 ||
		         place->newton->temperature == together[0]->temperature)
		{
			searches[n_together] = place->search;
			together[n_together++] = place->newton;
		}
	}
	if (status == NUM_OK && n_together > 0)
		status = newton_pass_many(together, n_together);
	for (uint32_t m = 0; m < n_together && status == NUM_OK; m++)
		status = search_advance(searches[m]);
	return status;
}

/* Ends what is over, and gives free places to the points from '*next' on;
 * whether any place is taken. */
static NumStatus
fill_places(Frontier *frontier, FrontierPlace *places, uint32_t *next,
            bool *any)
{
	NumStatus status = NUM_OK;

	*any = false;
	for (uint32_t p = 0; p < LINEAR_MANY && status == NUM_OK; p++)
	{
		FrontierPlace *place = &places[p];

		/* a search may be over as soon as it has begun */
		while (status == NUM_OK &&
		       (place->point == NO_POINT || search_is_over(place->search)))
		{
			if (place->point != NO_POINT)
				status = place_end_round(frontier, place);
			else if (*next < frontier->n)
				status = place_take(frontier, place, (*next)++);
			else
				break;
		}
		*any |= place->point != NO_POINT;
	}
	return status;
}

/* All searches, each in a place as soon as one is free. */
static NumStatus
search_points(Frontier *frontier)
{
	FrontierPlace places[LINEAR_MANY];
	NumStatus status = NUM_OK;
	uint32_t next = 0;
	bool any = true;

	for (uint32_t p = 0; p < LINEAR_MANY; p++)
		places[p].point = NO_POINT;
	while (status == NUM_OK && any)
	{
		status = fill_places(frontier, places, &next, &any);
		if (status == NUM_OK && any)
			status = pass_all(places);
	}
	for (uint32_t p = 0; p < LINEAR_MANY; p++)
		if (places[p].point != NO_POINT)
			arena_nest_end(&places[p].nest);
	return status;
}

/* By how much an answer violates the constraints with the first one's bound
 * being 'bound', as rates_judge(). */
static double
violation_of(const Frontier *frontier, const SearchAnswer *answer, double bound)
{
	const TrainSettings *settings = frontier->settings;
	double violation = 0;

	for (int c = 0; c < settings->n_constraints; c++)
	{
		FairConstraint constraint = settings->constraints[c];
		double excess;

		if (c == 0)
			constraint.bound = bound;
		excess = fair_constraint_excess(&constraint, answer->reached[c]);
		violation += excess > 0 ? excess : 0;
	}
	return violation;
}

static const char *
why_stopped(const Frontier *frontier, const SearchAnswer *answer)
{
	if (answer->converged && answer->feasible)
		return "converged";
	return answer->stopped_early
	           ? early_stop_reason(&frontier->settings->early_stop)
	           : "iteration limit";
}

/* The best of all answers under a bound, by the rule of newton_keep_best(); of
 * equals the one that comes first is kept. */
static uint32_t
best_answer(const Frontier *frontier, uint32_t own)
{
	double bound = frontier->points[own].bound;
	uint32_t best = own;
	double best_violation = frontier->answers[own].violation;

	for (uint32_t i = 0; i < frontier->n; i++)
	{
		const SearchAnswer *now = &frontier->answers[best];
		const SearchAnswer *other = &frontier->answers[i];
		double violation = violation_of(frontier, other, bound);
		bool better;

		if (frontier->points[i].cell_factor !=
		    frontier->points[own].cell_factor)
			continue;
		if ((violation > 0) != (best_violation > 0))
			better = best_violation > 0;
		else if (violation > 0)
			better = violation < best_violation;
		else if (now->is_constant != other->is_constant)
			better = now->is_constant ? other->accuracy > now->accuracy ||
			                                other->loss < now->loss
			                          : false;
		else
			better = other->loss < now->loss;
		if (!better)
			continue;
		best = i;
		best_violation = violation;
	}
	return best;
}

static NumStatus
fill_point(const Frontier *frontier, uint32_t own)
{
	TrainPoint *point = &frontier->points[own];
	double bound = point->bound;
	uint32_t found = best_answer(frontier, own);
	SearchAnswer answer = frontier->answers[found];
	size_t n_constraints = (size_t) frontier->settings->n_constraints;

	answer.feasible = !(violation_of(frontier, &answer, bound) > 0);
	*point = (TrainPoint){ .bound = bound,
		                   .near = point->near,
		                   .cell_factor = point->cell_factor,
		                   .outcome = search_outcome(&answer),
		                   .stopped_because = why_stopped(frontier, &answer),
		                   .iterations = frontier->passes[own],
		                   .found = found,
		                   .is_constant = answer.is_constant,
		                   .loss = answer.loss,
		                   .gap = answer.gap,
		                   .accuracy = answer.accuracy };
	point->reached =
		arena_alloc(frontier->answer_arena, n_constraints, sizeof(double));
	point->coef = arena_alloc(frontier->answer_arena,
	                          frontier->first->data->n_params, sizeof(double));
	if (point->reached == NULL || point->coef == NULL)
		return NUM_NO_MEMORY;
	memcpy(point->reached, answer.reached, n_constraints * sizeof(double));
	for (uint32_t j = 0; j < frontier->first->n; j++)
		if (!isfinite(answer.coef[j]))
			return NUM_NOT_FINITE;
	linear_to_raw(frontier->first->plan, answer.coef, point->coef);
	return NUM_OK;
}

/* The plain model, and what follows from it. */
static NumStatus
frontier_begin(Frontier *frontier, const Dataset *data, NumMonitor *monitor)
{
	NumArena *arena = frontier->arena;
	const TrainSettings *settings = frontier->settings;
	bool converged;
	NumStatus status =
		newton_create(arena, data, settings, monitor, &frontier->first);

	if (status != NUM_OK)
		return status;
	if (frontier->first->rates->n_active == 0)
		return NUM_BAD_ARGUMENT;
	frontier->plain =
		arena_alloc(arena, frontier->first->stride, sizeof(double));
	frontier->answers = arena_alloc(arena, frontier->n, sizeof(SearchAnswer));
	frontier->passes = arena_alloc(arena, frontier->n, sizeof(int));
	if (frontier->plain == NULL || frontier->answers == NULL ||
	    frontier->passes == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t b = 0; b < frontier->n && status == NUM_OK; b++)
		status =
			search_answer_create(frontier->first, arena, &frontier->answers[b]);
	if (status == NUM_OK)
		status = newton_minimise_sample(frontier->first, PLAIN_ACCURACY,
		                                "plain", &converged);
	if (status != NUM_OK)
		return status;
	memcpy(frontier->plain, frontier->first->coef,
	       frontier->first->stride * sizeof(double));
	frontier->plain_loss = frontier->first->loss;
	frontier->flat = frontier->first->rates->of_decisions &&
	                 search_scores_are_flat(frontier->first);
	return NUM_OK;
}

static NumStatus
train_all(Frontier *frontier, const Dataset *data, NumMonitor *monitor)
{
	NumStatus status = frontier_begin(frontier, data, monitor);
	uint32_t n = frontier->n;

	if (status == NUM_OK)
		status = search_points(frontier);
	for (uint32_t p = 0; p < n && status == NUM_OK; p++)
		status = fill_point(frontier, p);
	return status;
}

NumStatus
train_frontier(NumArena *arena, const Dataset *data,
               const TrainSettings *settings, NumMonitor *monitor,
               TrainPoint *points, uint32_t n)
{
	Frontier frontier = {
		.answer_arena = arena, .settings = settings, .points = points, .n = n
	};
	ArenaNest nest;
	NumStatus status;

	arena_nest_begin(&nest, arena);
	frontier.arena = &nest.arena;
	status = train_all(&frontier, data, monitor);
	arena_nest_end(&nest);
	return status;
}

/* The points of each fold begin near those of all rows, and see no row of the
 * fold. */
static void
ask_for_folds(const Dataset *data, TrainPoint *points, uint32_t n,
              double *factors)
{
	size_t n_cells = 2 * (size_t) data->n_base_groups;

	for (uint32_t f = 0; f < data->n_folds; f++)
	{
		TrainPoint *own = points + (1 + (size_t) f) * n;
		double *factor = factors + f * n_cells;

		train_leave_out(data, f, factor);
		for (uint32_t p = 0; p < n; p++)
		{
			own[p].bound = points[p].bound;
			own[p].near = points[p].coef;
			own[p].cell_factor = factor;
		}
	}
}

NumStatus
train_frontier_folds(NumArena *arena, const Dataset *data,
                     const TrainSettings *settings, NumMonitor *monitor,
                     TrainPoint *points, uint32_t n)
{
	uint32_t n_own = data->n_folds * n;
	size_t fold_bytes = 2 * (size_t) data->n_base_groups * sizeof(double);
	double *factors;
	NumStatus status =
		train_frontier(arena, data, settings, monitor, points, n);

	if (status != NUM_OK || data->n_folds == 0)
		return status;
	factors = arena_alloc(arena, data->n_folds, fold_bytes);
	if (factors == NULL)
		return NUM_NO_MEMORY;
	ask_for_folds(data, points, n, factors);
	status = train_frontier(arena, data, settings, monitor, points + n, n_own);
	for (uint32_t p = n; p < n + n_own; p++)
		points[p].cell_factor = NULL;
	arena_release(arena, factors, data->n_folds, fold_bytes);
	return status;
}

void
train_leave_out(const Dataset *data, uint32_t fold, double *factor)
{
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		factor[2 * b] = data->fold_of_base[b] == fold ? 0 : 1;
		factor[2 * b + 1] = factor[2 * b];
	}
}
