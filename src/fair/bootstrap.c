/*
 * bootstrap.c
 *    Intervals for gaps and ratios between groups, by resampling counts.
 */
#include "fair/bootstrap.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "num/random.h"

/* four labelled cells, then the two unlabelled ones */
#define N_CELLS 6

typedef struct GroupDraw
{
	uint64_t n;           /* effective rows */
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

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Percentiles by linear interpolation between order statistics. */
static void
percentiles(double *values, int n, double level, double *low, double *high)
{
	*low = NAN;
	*high = NAN;
	if (n == 0)
		return;
	qsort(values, (size_t) n, sizeof(double), compare_doubles);
	for (int end = 0; end < 2; end++)
	{
		double place =
			(end == 0 ? (1 - level) / 2 : (1 + level) / 2) * (n - 1);
		int below = (int) place;
		double part = place - below;
		double value = values[below];

		if (below + 1 < n)
			value += part * (values[below + 1] - values[below]);
		*(end == 0 ? low : high) = value;
	}
}

NumStatus
fair_gap_interval(NumArena *arena, const FairCriterion *criterion,
				  const FairCells *groups, int n_groups, double level,
				  int replicates, uint64_t seed, double *low, double *high,
				  double *ratio_low, double *ratio_high)
{
	size_t n = (size_t) n_groups;
	size_t n_values = (size_t) replicates;
	GroupDraw *draws = arena_alloc(arena, n, sizeof(GroupDraw));
	FairCells *cells = arena_alloc(arena, n, sizeof(FairCells));
	double *gaps = arena_alloc(arena, n_values, sizeof(double));
	double *ratios = arena_alloc(arena, n_values, sizeof(double));
	int n_gaps = 0;
	int n_ratios = 0;
	NumRandom random;

	if (draws == NULL || cells == NULL || gaps == NULL || ratios == NULL)
		return NUM_NO_MEMORY;
	memset(cells, 0, n * sizeof(FairCells));
	for (int g = 0; g < n_groups; g++)
		prepare_draw(&groups[g], &draws[g]);
	num_random_seed(&random, seed);
	for (int r = 0; r < replicates; r++)
	{
		FairGap gap;

		for (int g = 0; g < n_groups; g++)
			draw_group(&random, &draws[g], &cells[g]);
		fair_gap(criterion, cells, n_groups, &gap);
		if (!isnan(gap.gap))
			gaps[n_gaps++] = gap.gap;
		if (!isnan(gap.ratio))
			ratios[n_ratios++] = gap.ratio;
	}
	percentiles(gaps, n_gaps, level, low, high);
	percentiles(ratios, n_ratios, level, ratio_low, ratio_high);
	arena_release(arena, ratios, n_values, sizeof(double));
	arena_release(arena, gaps, n_values, sizeof(double));
	arena_release(arena, cells, n, sizeof(FairCells));
	arena_release(arena, draws, n, sizeof(GroupDraw));
	return NUM_OK;
}
