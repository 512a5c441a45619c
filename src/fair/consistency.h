/*
 * consistency.h
 *    Whether people who are alike are decided alike: consistency with nearest
 *    neighbours.
 *
 * Of a row, the anchor, it is 1 less the distance between its decision and the
 * mean decision of the k rows nearest to it, itself left out (Zemel, Wu, Swersky,
 * Pitassi and Dwork, ICML 2013).
 */
#ifndef FAIRPG_FAIR_CONSISTENCY_H
#define FAIRPG_FAIR_CONSISTENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* A column by which rows are alike: numbers, NaN where there is none, or
 * levels. */
typedef struct FairLikeness
{
	const double *numbers;
	const uint32_t *levels; /* or NULL; each below n_levels */
	uint32_t n_levels;
} FairLikeness;

typedef struct FairConsistencyRows
{
	size_t n; /* below 2^32 */
	int n_columns;
	const FairLikeness *columns;
	const bool *decisions;
	/* of all that is in a row, so that the order of rows is no matter: rows with
	 * one hash count as copies of each other */
	const uint64_t *hashes;
} FairConsistencyRows;

typedef struct FairConsistencyPlan
{
	int k;          /* neighbours, at least 1 */
	bool manhattan; /* sum of differences; else the root of that of squares */
	size_t sample;  /* at most so many anchors; 0: all rows */
	uint64_t seed;  /* of the sample */
} FairConsistencyPlan;

/* A sample of the rows. */
typedef struct FairConsistencyAnchors
{
	size_t n;
	uint32_t *rows; /* their places */
	double *values; /* their consistencies, in [0, 1] */
} FairConsistencyAnchors;

/*
 * The consistency of a sample of the rows, which hashes and seed choose, in the
 * arena; of none where there are not more than k rows.
 *
 * Each column adds the same to the distance of two rows at random, on average:
 * numbers are divided by their standard deviation; two levels that differ are as
 * far from each other as the values of a column of zeros and ones that differ as
 * often.  A missing number is as far from any other as two numbers at random.
 * Columns that are all one say nothing.
 *
 * Neighbours at one distance of whom only some belong to the nearest k count by
 * their mean.  O(anchors * n * columns) time; 16 bytes a row.  NUM_NO_MEMORY,
 * NUM_CANCELLED.
 */
extern NumStatus fair_consistency(NumArena *arena, NumMonitor *monitor,
                                  const FairConsistencyRows *rows,
                                  const FairConsistencyPlan *plan,
                                  FairConsistencyAnchors *anchors);

typedef struct FairConsistency
{
	double value; /* NaN without anchors */
	double low;
	double high;
	size_t anchors;
} FairConsistency;

/*
 * The mean of values, each by its weight (NULL: 1), with a Wilson interval on the
 * number of rows that gives the variance seen, or on effective rows (Kish) where
 * the values are all the same.
 */
extern void
fair_consistency_mean(const double *values, const double *weights, size_t n,
                      double level, FairConsistency *result);

#endif
