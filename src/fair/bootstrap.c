/*
 * bootstrap.c
 *    Intervals for gaps and ratios between groups, by resampling counts.
 */
#include "fair/bootstrap.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fair/gap_bounds.h"
#include "fair/percentile.h"
#include "num/random.h"

/* four labelled cells, then the two unlabelled ones */
#define N_CELLS 6

typedef struct GroupDraw
{
	uint64_t n;            /* effective rows */
	double scale;          /* of a row, in weight */
	double share[N_CELLS]; /* of the cell in what the cells before leave */
} GroupDraw;

static double
cell_weight(const FairCells *cells, int cell, bool squared)
{
	if (cell < 4)
		return squared ? cells->weight_squared[cell / 2][cell % 2]
		               : cells->weight[cell / 2][cell % 2];
	return squared ? cells->unlabelled_weight_squared[cell - 4]
	               : cells->unlabelled_weight[cell - 4];
}

static void
prepare_draw(const FairCells *cells, GroupDraw *draw)
{
	double total = 0;
	double squared = 0;
	double left;

	for (int c = 0; c < N_CELLS; c++)
	{
		total += cell_weight(cells, c, false);
		squared += cell_weight(cells, c, true);
	}
	draw->n = squared > 0 ? (uint64_t) (total * total / squared + 0.5) : 0;
	draw->scale = draw->n > 0 ? total / (double) draw->n : 0;
	left = total;
	for (int c = 0; c < N_CELLS; c++)
	{
		double w = cell_weight(cells, c, false);

		draw->share[c] = left > 0 ? fmin(w / left, 1) : 0;
		left -= w;
	}
}

/* One multinomial draw: binomials one after another. */
static void
draw_group(NumRandom *random, const GroupDraw *draw, bool to_scale,
           FairCells *cells)
{
	uint64_t left = draw->n;
	double scale = to_scale ? draw->scale : 1;

	for (int c = 0; c < N_CELLS; c++)
	{
		uint64_t count = num_random_binomial(random, left, draw->share[c]);

		left -= count;
		if (c < 4)
			cells->weight[c / 2][c % 2] = scale * (double) count;
		else
			cells->unlabelled_weight[c - 4] = scale * (double) count;
	}
}

/* Values of replicates. */
typedef struct Replicates
{
	int n_values;
	double *one;    /* [n_values] of the last replicate */
	int *count;     /* [n_values] of replicates that have it */
	double *values; /* [n_values][replicates] */
} Replicates;

/* Fills rows of 'values', one a measure, with those replicates that have it,
 * and counts them. */
static NumStatus
draw_replicates(const FairBootstrap *plan, const GroupDraw *draws,
                FairCells *cells, FairMeasure measure, void *what,
                Replicates *replicates)
{
	NumRandom random;

	num_random_seed(&random, plan->seed);
	for (int r = 0; r < plan->replicates; r++)
	{
		for (int g = 0; g < plan->n_groups; g++)
		{
			/* a draw is some microsecond */
			if (g % 1024 == 0 && monitor_stop(plan->monitor))
				return NUM_CANCELLED;
			draw_group(&random, &draws[g], plan->to_scale, &cells[g]);
		}
		measure(what, cells, replicates->one);
		for (int v = 0; v < replicates->n_values; v++)
			if (!isnan(replicates->one[v]))
				replicates->values[(size_t) v * (size_t) plan->replicates +
				                   (size_t) replicates->count[v]++] =
					replicates->one[v];
	}
	return NUM_OK;
}

NumStatus
fair_bootstrap(NumArena *arena, const FairBootstrap *plan, FairMeasure measure,
               void *what, int n_values, FairInterval *intervals)
{
	size_t n = (size_t) plan->n_groups;
	size_t width = (size_t) n_values;
	size_t length = (size_t) plan->replicates;
	GroupDraw *draws = arena_alloc(arena, n, sizeof(GroupDraw));
	FairCells *cells = arena_alloc(arena, n, sizeof(FairCells));
	Replicates replicates = { .n_values = n_values,
		                      .one = arena_alloc(arena, width, sizeof(double)),
		                      .count = arena_alloc(arena, width, sizeof(int)),
		                      .values = arena_alloc(arena, width * length,
		                                            sizeof(double)) };
	NumStatus status;

	if (draws == NULL || cells == NULL || replicates.one == NULL ||
	    replicates.count == NULL || replicates.values == NULL)
		return NUM_NO_MEMORY;
	memset(cells, 0, n * sizeof(FairCells));
	memset(replicates.count, 0, width * sizeof(int));
	for (int g = 0; g < plan->n_groups; g++)
		prepare_draw(&plan->groups[g], &draws[g]);
	status = draw_replicates(plan, draws, cells, measure, what, &replicates);
	for (int v = 0; v < n_values && status == NUM_OK; v++)
		fair_percentiles(replicates.values + (size_t) v * length,
		                 replicates.count[v], plan->level, &intervals[v].low,
		                 &intervals[v].high);
	arena_release(arena, replicates.values, width * length, sizeof(double));
	arena_release(arena, replicates.count, width, sizeof(int));
	arena_release(arena, replicates.one, width, sizeof(double));
	arena_release(arena, cells, n, sizeof(FairCells));
	arena_release(arena, draws, n, sizeof(GroupDraw));
	return status;
}

/* The gap and the ratio of each of several criteria. */
typedef struct GapMeasure
{
	const FairCriterion *const *criteria;
	int n_criteria;
	int n_groups;
} GapMeasure;

static void
measure_gaps(void *what, const FairCells *groups, double *values)
{
	const GapMeasure *measure = what;

	for (int c = 0; c < measure->n_criteria; c++)
	{
		FairGap gap;

		fair_gap(measure->criteria[c], groups, measure->n_groups, &gap);
		values[2 * c] = gap.gap;
		values[2 * c + 1] = gap.ratio;
	}
}

/* Widens the intervals by what pairs of groups say, which resampling
 * does not see: that a largest difference is biased, and that a rate of 0 or 1
 * may be another one in truth. */
static NumStatus
widen_interval(NumArena *arena, const FairBootstrap *plan,
               const FairCriterion *criterion, FairGapInterval *interval)
{
	FairGapBounds bounds;
	NumStatus status = fair_gap_bounds(arena, plan, criterion, &bounds);

	if (status == NUM_OK)
		fair_gap_widen(&bounds, criterion->n_events, interval);
	return status;
}

NumStatus
fair_gap_intervals(NumArena *arena, const FairBootstrap *plan,
                   const FairCriterion *const *criteria, int n_criteria,
                   FairGapInterval *intervals)
{
	size_t n = 2 * (size_t) n_criteria;
	FairInterval *ends = arena_alloc(arena, n, sizeof(FairInterval));
	GapMeasure measure = { criteria, n_criteria, plan->n_groups };
	NumStatus status;

	if (ends == NULL)
		return NUM_NO_MEMORY;
	status = fair_bootstrap(arena, plan, measure_gaps, &measure, (int) n, ends);
	for (int c = 0; c < n_criteria && status == NUM_OK; c++)
	{
		intervals[c] =
			(FairGapInterval){ ends[2 * c].low, ends[2 * c].high,
			                   ends[2 * c + 1].low, ends[2 * c + 1].high };
		status = widen_interval(arena, plan, criteria[c], &intervals[c]);
	}
	arena_release(arena, ends, n, sizeof(FairInterval));
	return status;
}
