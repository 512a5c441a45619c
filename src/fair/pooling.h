/*
 * pooling.h
 *    Rates of many groups, each with help from all of them.
 *
 * The rate of a group of seven rows says little.  Where groups are taken for
 * draws from one distribution, the others say something about it too: its
 * estimate moves towards their mean, the more the fewer rows it has and the
 * more alike the others are.  That is for reading beside the rate and its own
 * interval, never instead: it assumes that the group is like the others.
 *
 * The model: rates are Beta(m M, (1 - m) M), counts binomial.  The mean m is
 * uniform on (0, 1) beforehand.  M, the rows that the pool is worth, has
 * log M logistic around the logarithm of the harmonic mean of the groups' rows:
 * then any degree of pooling of a group of that size, M / (M + n), is as likely
 * as any other.  Both are summed over on a grid, so that what is not known
 * of them widens the intervals.
 *
 * References: Christiansen and Morris, JASA 92 (1997); Gelman et al., Bayesian
 * Data Analysis, 3rd ed. (2013), 5.3.
 */
#ifndef FAIRPG_FAIR_POOLING_H
#define FAIRPG_FAIR_POOLING_H

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* A group: successes among rows, which may be effective ones (Kish). */
typedef struct FairCount
{
	double successes;
	double n; /* not above 0: the group takes no part */
} FairCount;

typedef struct FairPooled
{
	double value; /* NaN where the group takes no part, or none other does */
	double low;   /* of 'level' */
	double high;
	double pooling; /* share of the estimate that comes from the pool */
} FairPooled;

/* O(n) passes of some thousand logarithms a group. */
extern NumStatus
fair_pool_rates(NumArena *arena, NumMonitor *monitor, const FairCount *groups,
                int n_groups, double level, FairPooled *pooled);

#endif
