/*
 * paired_rows.h
 *    Two scores, or two predicted numbers, of the same rows: figures of both,
 *    how surely they differ, and how gaps between groups do.
 *
 * AUCs and errors are no function of a table of counts, so the rows themselves
 * are kept.  Score 0 is called a, score 1 is called b; a difference is that of b
 * less that of a.
 *
 * A figure is a mean of what each row adds to it, its placement or its
 * influence; the covariance of both figures is that of these means, so what a
 * and b have in common drops out of the difference.  Sums are taken in the order
 * of what is in the rows, so the order in which they come changes no bit.
 */
#ifndef FAIRPG_FAIR_PAIRED_ROWS_H
#define FAIRPG_FAIR_PAIRED_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "fair/error_figure.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct FairPairedRow
{
	double label;    /* 0 or 1 for AUCs */
	double score[2]; /* all of these finite */
	double weight;   /* above 0 */
	uint32_t part;   /* which part of the rows it is of */
	uint32_t by_b;   /* [i].by_b: place of the i-th row in the order of b */
} FairPairedRow;

/* Most rows that can be compared at once. */
#define FAIR_PAIRED_ROWS_MAX UINT32_MAX

/* Sorts rows by a (then by all else but the part), and fills in 'by_b'.
 * O(n log n); takes as much memory again for as long.  NUM_NO_MEMORY,
 * NUM_CANCELLED, NUM_BAD_ARGUMENT beyond FAIR_PAIRED_ROWS_MAX. */
extern NumStatus fair_paired_rows_sort(NumArena *arena, NumMonitor *monitor,
                                       FairPairedRow *rows, size_t n);

/* Which rows make which group. */
typedef struct FairPairedGroups
{
	const FairPairedRow *rows; /* sorted */
	size_t n;
	const uint32_t *group_of; /* by part, each below n_groups */
	size_t n_groups;
} FairPairedGroups;

/* A figure of a and of b in one group. */
typedef struct FairPairedEstimate
{
	double value[2];    /* NaN: undefined */
	double variance[2]; /* NaN: too few rows to tell */
	double covariance;
	uint64_t rows;
	uint64_t rarer;     /* of these, with the rarer label; of errors all */
	const char *reason; /* why it is undefined, or has no variance */
} FairPairedEstimate;

/*
 * The AUCs of each group, to results[n_groups], ties counting one half, with the
 * covariance of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); under
 * weights each pair of rows counts by their product, and the covariance is on
 * effective rows (Kish).  No covariance with fewer than two effective rows of
 * either label.  O(n); takes two numbers for each row as long as it runs.
 */
extern NumStatus
fair_paired_auc(NumArena *arena, NumMonitor *monitor,
                const FairPairedGroups *groups, FairPairedEstimate *results);

/*
 * The errors of each group, every figure of fair/error_figure.h, to
 * results[n_groups * FAIR_ERROR_FIGURES].  Means with the covariance seen, the
 * root of the mean squared error and R2 by the delta method, on effective rows.
 * O(n).
 */
extern NumStatus
fair_paired_errors(NumArena *arena, NumMonitor *monitor,
                   const FairPairedGroups *groups, FairPairedEstimate *results);

/* The difference of a figure. */
typedef struct FairPairedDifference
{
	double value; /* NaN: undefined */
	double low;   /* NaN where it is not known how sure it is */
	double high;
	double p;           /* two-sided, that there is none; NaN likewise */
	const char *reason; /* why something is NaN */
} FairPairedDifference;

/* Normal interval and test.  Where both figures move together in every row, the
 * variance is zero and says nothing: then there is neither. */
extern void fair_paired_difference(const FairPairedEstimate *estimate,
                                   double level, FairPairedDifference *result);

typedef struct FairPairedGapPlan
{
	double level; /* in (0, 1) */
	int replicates;
	uint64_t seed;
	NumMonitor *monitor;
} FairPairedGapPlan;

/* The gap, largest less least, of a figure between groups. */
typedef struct FairPairedGap
{
	double value[2]; /* NaN with fewer than two groups that have the figure */
	FairPairedDifference difference; /* p is NaN */
	uint64_t rows;
	size_t n_undefined; /* groups without the figure */
} FairPairedGap;

/*
 * The gap of each side between groups, whose figures are estimates[i * stride],
 * and the difference of both gaps.  Its interval is percentiles of draws: groups
 * are independent, and both figures of one are drawn as two normal numbers with
 * their covariance.  No interval where a group has no variance.
 */
extern NumStatus
fair_paired_gap(NumArena *arena, const FairPairedGapPlan *plan,
                const FairPairedEstimate *estimates, size_t n_groups,
                size_t stride, FairPairedGap *gap);

#endif
