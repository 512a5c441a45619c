/*
 * paired_rows.c
 *    Two scores of the same rows: their order, differences and gaps.
 */
#include "fair/paired_rows.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fair/percentile.h"
#include "num/random.h"
#include "num/special.h"

/* Rows merged between two looks at the monitor: about a millisecond. */
#define ROWS_A_LOOK 65536

/* ---- order ---- */

/* A row's place by one score. */
typedef struct Ranked
{
	double score;
	uint32_t row;
} Ranked;

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

/* The order in which sums are taken; rows that agree in all of this add the
 * same. */
static int
compare_rows(const FairPairedRow *x, const FairPairedRow *y)
{
	int order = compare_numbers(x->score[0], y->score[0]);

	if (order == 0)
		order = compare_numbers(x->score[1], y->score[1]);
	if (order == 0)
		order = compare_numbers(x->label, y->label);
	return order != 0 ? order : compare_numbers(x->weight, y->weight);
}

static void
merge_rows(const FairPairedRow *from, FairPairedRow *to, size_t middle,
           size_t end)
{
	size_t left = 0;
	size_t right = middle;

	for (size_t i = 0; i < end; i++)
		if (left < middle &&
		    (right == end || compare_rows(&from[left], &from[right]) <= 0))
			to[i] = from[left++];
		else
			to[i] = from[right++];
}

static void
merge_ranked(const Ranked *from, Ranked *to, size_t middle, size_t end)
{
	size_t left = 0;
	size_t right = middle;

	for (size_t i = 0; i < end; i++)
		if (left < middle &&
		    (right == end || from[left].score <= from[right].score))
			to[i] = from[left++];
		else
			to[i] = from[right++];
}

static size_t
lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Merges sorted runs of 1, 2, 4 rows and so on, from one array to the other and
 * back. */
static NumStatus
sort_by_a(NumArena *arena, NumMonitor *monitor, FairPairedRow *rows, size_t n)
{
	FairPairedRow *spare = arena_alloc(arena, n, sizeof(FairPairedRow));
	FairPairedRow *from = rows;
	FairPairedRow *to = spare;
	size_t looked = 0;

	if (spare == NULL)
		return NUM_NO_MEMORY;
	for (size_t run = 1; run < n; run *= 2)
	{
		FairPairedRow *swapped = from;

		for (size_t at = 0; at < n; at += 2 * run)
		{
			merge_rows(from + at, to + at, lesser(run, n - at),
			           lesser(2 * run, n - at));
			looked += 2 * run;
			if (looked >= ROWS_A_LOOK && monitor_stop(monitor))
				return NUM_CANCELLED;
			looked %= ROWS_A_LOOK;
		}
		from = to;
		to = swapped;
	}
	if (from != rows)
		memcpy(rows, from, n * sizeof(FairPairedRow));
	arena_release(arena, spare, n, sizeof(FairPairedRow));
	return NUM_OK;
}

/* The same of places by b, of rows that are sorted by a, so that rows that tie
 * stay in that order. */
static NumStatus
rank_by_b(NumArena *arena, NumMonitor *monitor, FairPairedRow *rows, size_t n)
{
	Ranked *ranked = arena_alloc(arena, n, 2 * sizeof(Ranked));
	Ranked *from = ranked;
	Ranked *to;
	size_t looked = 0;

	if (ranked == NULL)
		return NUM_NO_MEMORY;
	to = ranked + n;
	for (size_t i = 0; i < n; i++)
		ranked[i] = (Ranked){ rows[i].score[1], (uint32_t) i };
	for (size_t run = 1; run < n; run *= 2)
	{
		Ranked *swapped = from;

		for (size_t at = 0; at < n; at += 2 * run)
		{
			merge_ranked(from + at, to + at, lesser(run, n - at),
			             lesser(2 * run, n - at));
			looked += 2 * run;
			if (looked >= ROWS_A_LOOK && monitor_stop(monitor))
				return NUM_CANCELLED;
			looked %= ROWS_A_LOOK;
		}
		from = to;
		to = swapped;
	}
	for (size_t i = 0; i < n; i++)
		rows[i].by_b = from[i].row;
	arena_release(arena, ranked, n, 2 * sizeof(Ranked));
	return NUM_OK;
}

NumStatus
fair_paired_rows_sort(NumArena *arena, NumMonitor *monitor, FairPairedRow *rows,
                      size_t n)
{
	NumStatus status;

	if (n > FAIR_PAIRED_ROWS_MAX)
		return NUM_BAD_ARGUMENT;
	status = sort_by_a(arena, monitor, rows, n);
	return status == NUM_OK ? rank_by_b(arena, monitor, rows, n) : status;
}

/* ---- differences ---- */

void
fair_paired_difference(const FairPairedEstimate *estimate, double level,
                       FairPairedDifference *result)
{
	double sum = estimate->variance[0] + estimate->variance[1];
	double variance = sum - 2 * estimate->covariance;
	double error;

	*result = (FairPairedDifference){ estimate->value[1] - estimate->value[0],
		                              NAN, NAN, NAN, estimate->reason };
	if (isnan(result->value) || isnan(variance))
		return;
	/* what rounding leaves of figures that move together is no variance */
	if (!(variance > 1e-12 * sum))
	{
		result->reason = result->value == 0 ? "a and b agree in every row"
		                                    : "the rows show no variation";
		return;
	}
	error = sqrt(variance);
	result->low = result->value - num_normal_quantile(0.5 + level / 2) * error;
	result->high = result->value + num_normal_quantile(0.5 + level / 2) * error;
	result->p = 2 * num_normal_cdf(-fabs(result->value) / error);
}

/* ---- gaps ---- */

/* Two independent numbers of the standard normal distribution. */
static void
draw_normal(NumRandom *random, double drawn[2])
{
	for (int i = 0; i < 2; i++)
		/* not 0, of which the quantile is infinite */
		drawn[i] = num_normal_quantile(num_random_uniform(random) + 0x1p-54);
}

/* Both figures of a group, drawn anew. */
static void
draw_estimate(NumRandom *random, const FairPairedEstimate *of, double figure[2])
{
	double spread = sqrt(of->variance[0]);
	double slope = spread > 0 ? of->covariance / spread : 0;
	double rest = of->variance[1] - slope * slope;
	double normal[2];

	draw_normal(random, normal);
	figure[0] = of->value[0] + spread * normal[0];
	figure[1] = of->value[1] + slope * normal[0] +
	            /* less is what rounding leaves of two that move together */
	            (rest > 1e-12 * of->variance[1] ? sqrt(rest) : 0) * normal[1];
}

static bool
is_defined(const FairPairedEstimate *estimate)
{
	return !isnan(estimate->value[0]) && !isnan(estimate->value[1]);
}

/* The gap of b less that of a; 'random' NULL: as they are seen, and both gaps
 * to 'seen'. */
static double
gap_difference(NumRandom *random, const FairPairedEstimate *estimates,
               size_t n_groups, size_t stride, double seen[2])
{
	double most[2] = { -INFINITY, -INFINITY };
	double least[2] = { INFINITY, INFINITY };

	for (size_t g = 0; g < n_groups; g++)
	{
		const FairPairedEstimate *estimate = &estimates[g * stride];
		double figure[2];

		if (!is_defined(estimate))
			continue;
		if (random != NULL)
			draw_estimate(random, estimate, figure);
		else
			memcpy(figure, estimate->value, sizeof(figure));
		for (int s = 0; s < 2; s++)
		{
			most[s] = fmax(most[s], figure[s]);
			least[s] = fmin(least[s], figure[s]);
		}
	}
	for (int s = 0; s < 2 && seen != NULL; s++)
		seen[s] = most[s] - least[s];
	return most[1] - least[1] - (most[0] - least[0]);
}

NumStatus
fair_paired_gap(NumArena *arena, const FairPairedGapPlan *plan,
                const FairPairedEstimate *estimates, size_t n_groups,
                size_t stride, FairPairedGap *gap)
{
	size_t n = (size_t) plan->replicates;
	bool known = true;
	double spread = 0;
	NumRandom random;
	double *draws;

	memset(gap, 0, sizeof(*gap));
	gap->value[0] = gap->value[1] = NAN;
	gap->difference = (FairPairedDifference){ NAN, NAN, NAN, NAN, NULL };
	for (size_t g = 0; g < n_groups; g++)
	{
		const FairPairedEstimate *estimate = &estimates[g * stride];

		gap->rows += estimate->rows;
		if (!is_defined(estimate))
			gap->n_undefined++;
		else if (isnan(estimate->covariance))
			known = false;
		else
			spread = fmax(spread, sqrt(estimate->variance[0]) +
			                          sqrt(estimate->variance[1]));
	}
	if (n_groups - gap->n_undefined < 2)
		return NUM_OK;
	gap->difference.value =
		gap_difference(NULL, estimates, n_groups, stride, gap->value);
	if (!known)
	{
		gap->difference.reason = "a group has too few rows for an interval";
		return NUM_OK;
	}
	draws = arena_alloc(arena, n, sizeof(double));
	if (draws == NULL)
		return NUM_NO_MEMORY;
	num_random_seed(&random, plan->seed);
	for (size_t r = 0; r < n; r++)
	{
		if (r % 256 == 0 && monitor_stop(plan->monitor))
			return NUM_CANCELLED;
		draws[r] = gap_difference(&random, estimates, n_groups, stride, NULL);
	}
	fair_percentiles(draws, (int) n, plan->level, &gap->difference.low,
	                 &gap->difference.high);
	arena_release(arena, draws, n, sizeof(double));
	/* what rounding leaves of draws that are all one is no width */
	if (!(gap->difference.high - gap->difference.low > 1e-9 * spread))
	{
		gap->difference.low = gap->difference.high = NAN;
		gap->difference.reason = "resampling finds no other value";
	}
	return NUM_OK;
}
