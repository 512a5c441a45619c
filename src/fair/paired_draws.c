/*
 * paired_draws.c
 *    Two decisions on the same rows: intervals by resampling their counts.
 *
 * Drawing rows with replacement and counting them again is a multinomial draw
 * from the table of both decisions, so a replicate keeps what they have in
 * common.
 */
#include <math.h>
#include <string.h>

#include "fair/metric.h"
#include "fair/paired.h"
#include "fair/percentile.h"
#include "num/random.h"

#define N_CELLS 12

/* The replicates of one figure that are defined. */
typedef struct Replicates
{
	double *values;
	int n;
} Replicates;

static void
keep(Replicates *to, double value)
{
	if (!isnan(value))
		to->values[to->n++] = value;
}

/* Room for the replicates of 'n' figures; NULL without memory. */
static Replicates *
make_room(NumArena *arena, const FairPairedPlan *plan, int n)
{
	Replicates *all = arena_alloc(arena, (size_t) n, sizeof(Replicates));
	size_t each = (size_t) plan->replicates;
	double *values = arena_alloc(arena, each * (size_t) n, sizeof(double));

	if (all == NULL || values == NULL)
		return NULL;
	for (int i = 0; i < n; i++)
		all[i] = (Replicates){ values + each * (size_t) i, 0 };
	return all;
}

static void
give_back(NumArena *arena, const FairPairedPlan *plan, Replicates *all, int n)
{
	arena_release(arena, all[0].values, (size_t) plan->replicates * (size_t) n,
	              sizeof(double));
	arena_release(arena, all, (size_t) n, sizeof(Replicates));
}

/* One draw of the rows of a group, as the weights of 'drawn'. */
static void
draw_group(NumRandom *random, const FairPaired *group, FairPaired *drawn)
{
	double weight[N_CELLS];
	uint64_t count[N_CELLS];
	double total = 0;
	double squared = 0;

	drawn->kind = group->kind;
	drawn->factor = group->factor;
	for (int i = 0; i < N_CELLS; i++)
	{
		weight[i] = group->weight[i / 4][i / 2 % 2][i % 2];
		total += weight[i];
		squared += group->weight_squared[i / 4][i / 2 % 2][i % 2];
	}
	num_random_multinomial(
		random, squared > 0 ? (uint64_t) (total * total / squared + 0.5) : 0,
		weight, N_CELLS, count);
	for (int i = 0; i < N_CELLS; i++)
		drawn->weight[i / 4][i / 2 % 2][i % 2] = (double) count[i];
}

/* Whether the difference of a metric is to be drawn: that of two shares of the
 * same rows has a formula. */
static bool
is_drawn(const FairPaired *paired, int metric)
{
	return paired->kind != FAIR_PAIRED_DECISIONS ||
	       !fair_paired_same_rows(metric);
}

NumStatus
fair_paired_metrics(NumArena *arena, const FairPairedPlan *plan,
                    FairPairedInterval *intervals)
{
	int n = fair_metric_count();
	Replicates *all = make_room(arena, plan, n);
	FairPaired drawn = { .rows = { { { 0 } } } };
	NumRandom random;

	if (all == NULL)
		return NUM_NO_MEMORY;
	num_random_seed(&random, plan->seed);
	for (int r = 0; r < plan->replicates; r++)
	{
		FairCells sides[2];

		if (r % 256 == 0 && monitor_stop(plan->monitor))
			return NUM_CANCELLED;
		draw_group(&random, &plan->groups[0], &drawn);
		for (int side = 0; side < 2; side++)
			fair_paired_side(&drawn, side, &sides[side]);
		for (int m = 0; m < n; m++)
			if (is_drawn(&plan->groups[0], m))
				keep(&all[m], fair_metric_figure(m, &sides[1]) -
				                  fair_metric_figure(m, &sides[0]));
	}
	for (int m = 0; m < n; m++)
		fair_percentiles(all[m].values, all[m].n, plan->level,
		                 &intervals[m].low, &intervals[m].high);
	give_back(arena, plan, all, n);
	return NUM_OK;
}

/* Draws all groups, as the two confusion tables of each. */
static NumStatus
draw_groups(const FairPairedPlan *plan, NumRandom *random, FairCells *sides[2])
{
	FairPaired drawn = { .rows = { { { 0 } } } };

	for (int g = 0; g < plan->n_groups; g++)
	{
		if (g % 256 == 0 && monitor_stop(plan->monitor))
			return NUM_CANCELLED;
		draw_group(random, &plan->groups[g], &drawn);
		for (int side = 0; side < 2; side++)
			fair_paired_side(&drawn, side, &sides[side][g]);
	}
	return NUM_OK;
}

NumStatus
fair_paired_gaps(NumArena *arena, const FairPairedPlan *plan,
                 const FairCriterion *const *criteria, int n_criteria,
                 FairGapInterval *intervals)
{
	/* gaps, then ratios */
	Replicates *all = make_room(arena, plan, 2 * n_criteria);
	size_t room = (size_t) plan->n_groups;
	FairCells *tables = arena_alloc(arena, 2 * room, sizeof(FairCells));
	FairCells *sides[2] = { tables, tables + room };
	NumRandom random;

	if (all == NULL || tables == NULL)
		return NUM_NO_MEMORY;
	num_random_seed(&random, plan->seed);
	for (int r = 0; r < plan->replicates; r++)
	{
		NumStatus status = draw_groups(plan, &random, sides);

		if (status != NUM_OK)
			return status;
		for (int c = 0; c < n_criteria; c++)
		{
			FairGap a, b;

			fair_gap(criteria[c], sides[0], plan->n_groups, &a);
			fair_gap(criteria[c], sides[1], plan->n_groups, &b);
			keep(&all[c], b.gap - a.gap);
			keep(&all[n_criteria + c], b.ratio - a.ratio);
		}
	}
	for (int c = 0; c < n_criteria; c++)
	{
		Replicates *gaps = &all[c];
		Replicates *ratios = &all[n_criteria + c];

		fair_percentiles(gaps->values, gaps->n, plan->level,
		                 &intervals[c].gap_low, &intervals[c].gap_high);
		fair_percentiles(ratios->values, ratios->n, plan->level,
		                 &intervals[c].ratio_low, &intervals[c].ratio_high);
	}
	arena_release(arena, tables, 2 * room, sizeof(FairCells));
	give_back(arena, plan, all, 2 * n_criteria);
	return NUM_OK;
}
