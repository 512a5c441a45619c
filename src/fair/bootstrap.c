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
draw_group(NumRandom *random, const GroupDraw *draw, FairCells *cells)
{
	uint64_t left = draw->n;

	for (int c = 0; c < N_CELLS; c++)
	{
		uint64_t count = num_random_binomial(random, left, draw->share[c]);

		left -= count;
		if (c < 4)
			cells->weight[c / 2][c % 2] = (double) count;
		else
			cells->unlabelled_weight[c - 4] = (double) count;
	}
}

/* The replicates of one criterion that have a gap, and a ratio. */
typedef struct Replicates
{
	double *gaps;
	double *ratios;
	int n_gaps;
	int n_ratios;
} Replicates;

static NumStatus
draw_replicates(const FairBootstrap *plan, const GroupDraw *draws,
                FairCells *cells, const FairCriterion *const *criteria,
                int n_criteria, Replicates *replicates)
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
			draw_group(&random, &draws[g], &cells[g]);
		}
		for (int c = 0; c < n_criteria; c++)
		{
			Replicates *to = &replicates[c];
			FairGap gap;

			fair_gap(criteria[c], cells, plan->n_groups, &gap);
			if (!isnan(gap.gap))
				to->gaps[to->n_gaps++] = gap.gap;
			if (!isnan(gap.ratio))
				to->ratios[to->n_ratios++] = gap.ratio;
		}
	}
	return NUM_OK;
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
	bool mend;

	if (status != NUM_OK || isnan(interval->gap_low) || isnan(bounds.low))
		return status;
	interval->gap_high = fmax(interval->gap_high, bounds.high);
	/* of two groups there is one difference an event and no bias to mend;
	 * Bonferroni over the events would only lose what resampling knows */
	mend = bounds.n_defined > 2 || criterion->n_events == 1;
	if (mend)
		interval->gap_low = fmin(interval->gap_low, bounds.low);
	if (isnan(interval->ratio_low) || isnan(bounds.ratio_low))
		return NUM_OK;
	interval->ratio_low = fmin(interval->ratio_low, bounds.ratio_low);
	if (mend)
		interval->ratio_high = fmax(interval->ratio_high, bounds.ratio_high);
	return NUM_OK;
}

NumStatus
fair_gap_intervals(NumArena *arena, const FairBootstrap *plan,
                   const FairCriterion *const *criteria, int n_criteria,
                   FairGapInterval *intervals)
{
	size_t n = (size_t) plan->n_groups;
	size_t n_values = 2 * (size_t) plan->replicates * (size_t) n_criteria;
	GroupDraw *draws = arena_alloc(arena, n, sizeof(GroupDraw));
	FairCells *cells = arena_alloc(arena, n, sizeof(FairCells));
	double *values = arena_alloc(arena, n_values, sizeof(double));
	Replicates *replicates =
		arena_alloc(arena, (size_t) n_criteria, sizeof(Replicates));
	NumStatus status;

	if (draws == NULL || cells == NULL || values == NULL || replicates == NULL)
		return NUM_NO_MEMORY;
	memset(cells, 0, n * sizeof(FairCells));
	for (int g = 0; g < plan->n_groups; g++)
		prepare_draw(&plan->groups[g], &draws[g]);
	for (int c = 0; c < n_criteria; c++)
	{
		replicates[c].gaps = values + 2 * c * plan->replicates;
		replicates[c].ratios = replicates[c].gaps + plan->replicates;
		replicates[c].n_gaps = 0;
		replicates[c].n_ratios = 0;
	}
	status =
		draw_replicates(plan, draws, cells, criteria, n_criteria, replicates);
	for (int c = 0; c < n_criteria && status == NUM_OK; c++)
	{
		fair_percentiles(replicates[c].gaps, replicates[c].n_gaps, plan->level,
		                 &intervals[c].gap_low, &intervals[c].gap_high);
		fair_percentiles(replicates[c].ratios, replicates[c].n_ratios,
		                 plan->level, &intervals[c].ratio_low,
		                 &intervals[c].ratio_high);
		status = widen_interval(arena, plan, criteria[c], &intervals[c]);
	}
	arena_release(arena, replicates, (size_t) n_criteria, sizeof(Replicates));
	arena_release(arena, values, n_values, sizeof(double));
	arena_release(arena, cells, n, sizeof(FairCells));
	arena_release(arena, draws, n, sizeof(GroupDraw));
	return status;
}
