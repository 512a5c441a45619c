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
#include "num/wide.h"

/* Replicates that are drawn together: 512 kB of counts at most, unless there
 * are more groups than that. */
#define BATCH_COUNTS 65536

#define COUNTS_SIZE (FAIR_N_CELLS * sizeof(double))

typedef struct GroupDraw
{
	double n;                   /* effective rows, a whole number */
	double scale;               /* of a row, in weight */
	double share[FAIR_N_CELLS]; /* of the cell in what the cells before leave */
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

	for (int c = 0; c < FAIR_N_CELLS; c++)
	{
		total += cell_weight(cells, c, false);
		squared += cell_weight(cells, c, true);
	}
	draw->n = squared > 0 ? floor(total * total / squared + 0.5) : 0;
	draw->scale = draw->n > 0 ? total / draw->n : 0;
	left = total;
	for (int c = 0; c < FAIR_N_CELLS; c++)
	{
		double w = cell_weight(cells, c, false);

		draw->share[c] = left > 0 ? fmin(w / left, 1) : 0;
		left -= w;
	}
}

/* 'n' multinomial draws, to counts[FAIR_N_CELLS][n]: binomials one after
 * another. */
static void
draw_group(NumRandom *random, const GroupDraw *draw, int n, double *counts)
{
	double left[FAIR_BATCH_MAX];

	for (int i = 0; i < n; i++)
		left[i] = draw->n;
	for (int c = 0; c < FAIR_N_CELLS; c++, counts += n)
	{
		num_random_binomials(random, left, draw->share[c], (size_t) n, counts);
		for (int i = 0; i < n; i++)
			left[i] -= counts[i];
	}
}

void
fair_batch_cells(const FairBatch *batch, int draw, FairCells *cells)
{
	size_t n = (size_t) batch->n;
	const double *count = batch->counts + draw;

	for (int g = 0; g < batch->n_groups; g++)
		for (int c = 0; c < FAIR_N_CELLS; c++, count += n)
			*(c < 4 ? &cells[g].weight[c / 2][c % 2]
			        : &cells[g].unlabelled_weight[c - 4]) =
				batch->scale[g] * *count;
}

/* Values of replicates. */
typedef struct Replicates
{
	int n_values;
	double *some;   /* [n_values][batch] of those drawn last */
	int *count;     /* [n_values] of replicates that have it */
	double *values; /* [n_values][replicates] */
} Replicates;

/* Adds those of the last 'n' replicates that have values. */
static void
keep_replicates(const FairBootstrap *plan, int n, Replicates *replicates)
{
	for (int v = 0; v < replicates->n_values; v++)
	{
		const double *some = replicates->some + (size_t) v * (size_t) n;
		double *values =
			replicates->values + (size_t) v * (size_t) plan->replicates;
		int count = replicates->count[v];

		for (int i = 0; i < n; i++)
		{
			values[count] = some[i];
			count += !isnan(some[i]);
		}
		replicates->count[v] = count;
	}
}

/* What is drawn from, and to. */
typedef struct Drawing
{
	const FairBootstrap *plan;
	GroupDraw *groups; /* [n_groups] */
	double *scale;     /* [n_groups] */
	double *counts;    /* [n_groups][FAIR_N_CELLS][batch] */
	int batch;         /* replicates drawn together */
	NumRandom random;
} Drawing;

static NumStatus
draw_groups(Drawing *drawing, int n)
{
	const FairBootstrap *plan = drawing->plan;

	for (int g = 0; g < plan->n_groups; g++)
	{
		/* some nanoseconds a draw */
		if (g % 1024 == 0 && monitor_stop(plan->monitor))
			return NUM_CANCELLED;
		draw_group(&drawing->random, &drawing->groups[g], n,
		           drawing->counts + (size_t) g * FAIR_N_CELLS * (size_t) n);
	}
	return NUM_OK;
}

static NumStatus
draw_replicates(Drawing *drawing, FairMeasure measure, void *what,
                Replicates *replicates)
{
	const FairBootstrap *plan = drawing->plan;
	FairBatch batch = { .n_groups = plan->n_groups,
		                .counts = drawing->counts,
		                .scale = drawing->scale };
	NumStatus status = NUM_OK;

	num_random_seed(&drawing->random, plan->seed);
	for (int r = 0; r < plan->replicates && status == NUM_OK; r += batch.n)
	{
		int left = plan->replicates - r;

		batch.n = left < drawing->batch ? left : drawing->batch;
		status = draw_groups(drawing, batch.n);
		if (status != NUM_OK)
			break;
		measure(what, &batch, replicates->some);
		keep_replicates(plan, batch.n, replicates);
	}
	return status;
}

static int
batch_of(int n_groups)
{
	int batch = BATCH_COUNTS / FAIR_N_CELLS / (n_groups > 0 ? n_groups : 1);

	return batch < 1 ? 1 : batch < FAIR_BATCH_MAX ? batch : FAIR_BATCH_MAX;
}

NumStatus
fair_bootstrap(NumArena *arena, const FairBootstrap *plan, FairMeasure measure,
               void *what, int n_values, FairInterval *intervals)
{
	size_t n = (size_t) plan->n_groups;
	size_t width = (size_t) n_values;
	size_t length = (size_t) plan->replicates;
	size_t batch = (size_t) batch_of(plan->n_groups);
	Drawing drawing = { .plan = plan,
		                .groups = arena_alloc(arena, n, sizeof(GroupDraw)),
		                .scale = arena_alloc(arena, n, sizeof(double)),
		                .counts = arena_alloc(arena, n * batch, COUNTS_SIZE),
		                .batch = (int) batch };
	Replicates replicates = {
		.n_values = n_values,
		.some = arena_alloc(arena, width * batch, sizeof(double)),
		.count = arena_alloc(arena, width, sizeof(int)),
		.values = arena_alloc(arena, width * length, sizeof(double))
	};
	NumStatus status;

	if (drawing.groups == NULL || drawing.scale == NULL ||
	    drawing.counts == NULL || replicates.some == NULL ||
	    replicates.count == NULL || replicates.values == NULL)
		return NUM_NO_MEMORY;
	memset(replicates.count, 0, width * sizeof(int));
	for (int g = 0; g < plan->n_groups; g++)
	{
		prepare_draw(&plan->groups[g], &drawing.groups[g]);
		drawing.scale[g] = plan->to_scale ? drawing.groups[g].scale : 1;
	}
	status = draw_replicates(&drawing, measure, what, &replicates);
	for (int v = 0; v < n_values && status == NUM_OK; v++)
		fair_percentiles(replicates.values + (size_t) v * length,
		                 replicates.count[v], plan->level, &intervals[v].low,
		                 &intervals[v].high);
	arena_release(arena, replicates.values, width * length, sizeof(double));
	arena_release(arena, replicates.count, width, sizeof(int));
	arena_release(arena, replicates.some, width * batch, sizeof(double));
	arena_release(arena, drawing.counts, n * batch, COUNTS_SIZE);
	arena_release(arena, drawing.scale, n, sizeof(double));
	arena_release(arena, drawing.groups, n, sizeof(GroupDraw));
	return status;
}

/* The gap and the ratio of each of several criteria. */
typedef struct GapMeasure
{
	const FairCriterion *const *criteria;
	int n_criteria;
} GapMeasure;

/* Least and largest rate of an event over the groups that have it. */
typedef struct RateRange
{
	double low[FAIR_BATCH_MAX];
	double high[FAIR_BATCH_MAX];
	double n_defined[FAIR_BATCH_MAX];
} RateRange;

/* Adds cells to sums. */
static ALWAYS_INLINE void
add_cells(const double *counts, int n, unsigned cells, double *sums)
{
	for (int i = 0; i < n; i++)
		sums[i] = 0;
	for (int c = 0; c < FAIR_N_CELLS; c++)
		if (cells & (1u << c))
			for (int i = 0; i < n; i++)
				sums[i] += counts[c * n + i];
}

WIDE static void
range_of_event(const FairCriterion *criterion, int event,
               const FairBatch *batch, RateRange *range)
{
	int n = batch->n;
	FairEventCells cells = fair_event_cells(criterion, event);
	double part[FAIR_BATCH_MAX];
	double whole[FAIR_BATCH_MAX];

	for (int i = 0; i < n; i++)
	{
		range->low[i] = INFINITY;
		range->high[i] = -INFINITY;
		range->n_defined[i] = 0;
	}
	for (int g = 0; g < batch->n_groups; g++)
	{
		const double *counts =
			batch->counts + (size_t) g * FAIR_N_CELLS * (size_t) n;

		add_cells(counts, n, cells.part, part);
		add_cells(counts, n, cells.whole, whole);
		for (int i = 0; i < n; i++)
		{
			/* NaN is neither less nor more than anything */
			double rate = part[i] / whole[i];

			range->low[i] = rate < range->low[i] ? rate : range->low[i];
			range->high[i] = rate > range->high[i] ? rate : range->high[i];
			range->n_defined[i] += whole[i] > 0 ? 1 : 0;
		}
	}
}

/* Takes in one event: gap[n] is below 0, and ratio[n] above 1, as long as no
 * event has one. */
WIDE static void
add_event(const RateRange *range, int n, double *gap, double *ratio)
{
	for (int i = 0; i < n; i++)
	{
		bool defined = range->n_defined[i] >= 2;
		double one = defined ? range->high[i] - range->low[i] : -1;
		double other =
			defined & (range->high[i] > 0) ? range->low[i] / range->high[i] : 2;

		gap[i] = one > gap[i] ? one : gap[i];
		ratio[i] = other < ratio[i] ? other : ratio[i];
	}
}

static void
measure_gaps(void *what, const FairBatch *batch, double *values)
{
	const GapMeasure *measure = what;
	int n = batch->n;

	for (int c = 0; c < measure->n_criteria; c++)
	{
		const FairCriterion *criterion = measure->criteria[c];
		double *gap = values + (size_t) (2 * c) * (size_t) n;
		double *ratio = gap + n;

		for (int i = 0; i < n; i++)
		{
			gap[i] = -1;
			ratio[i] = 2;
		}
		for (int e = 0; e < criterion->n_events; e++)
		{
			RateRange range;

			range_of_event(criterion, e, batch, &range);
			add_event(&range, n, gap, ratio);
		}
		for (int i = 0; i < n; i++)
		{
			gap[i] = gap[i] < 0 ? NAN : gap[i];
			ratio[i] = ratio[i] > 1 ? NAN : ratio[i];
		}
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
	GapMeasure measure = { criteria, n_criteria };
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
