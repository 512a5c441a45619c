/*
 * significance.h
 *    Tests of whether two groups have the same rate, whether two decisions of
 *    the same rows do, and whether they do across strata.
 *
 * Counts are whole numbers from 0 to FAIR_COUNT_MAX.  All p-values are
 * two-sided.
 */
#ifndef FAIRPG_FAIR_SIGNIFICANCE_H
#define FAIRPG_FAIR_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "fair/interval.h"
#include "num/monitor.h"
#include "num/status.h"

/* Doubles tell whole numbers apart up to here. */
#define FAIR_COUNT_MAX 9007199254740992.0

/*
 * 'p' sums the probabilities of all outcomes that are not more likely than the
 * one seen; 'mid_p' those of all less likely ones and half of those exactly as
 * likely, so that it is on average 1/2 where there is no difference.
 */
typedef struct FairTest
{
	double statistic; /* as each function says; NaN: none */
	double p;
	double mid_p; /* NaN where the test has none */
} FairTest;

/*
 * Fisher's exact test of the same rate in both groups, given the successes of
 * both together.  The statistic is the odds ratio seen: infinite, or NaN for
 * 0/0.  Relative error of p about 1e-12 up to a million rows, growing with
 * their root; 0 below 1e-300.  O(sqrt(rows)) steps.  NUM_BAD_ARGUMENT unless
 * all are whole, 0 <= successes <= n and the sum of both n is at most
 * FAIR_COUNT_MAX; NUM_CANCELLED.
 *
 * References: Fisher, The Design of Experiments (1935); Lancaster, JASA 56
 * (1961); Agresti, Categorical Data Analysis, 3rd ed. (2013), 3.5.
 */
extern NumStatus
fair_fisher(const FairTwoRates *two, NumMonitor *monitor, FairTest *test);

/* The test of two proportions by the normal distribution, pooled variance, no
 * correction for continuity.  The statistic is z, positive where rate 0 is the
 * larger; all NaN where a group has no rows, or all rows of both are alike. */
extern void fair_two_proportions(const FairTwoRates *two, FairTest *test);

/* Both tests of one table, and the one to go by: Fisher's where a group has
 * fewer than 30 rows or a cell is expected to hold fewer than 5, else z. */
typedef struct FairRateTest
{
	FairTest fisher; /* NaN where the counts are not whole */
	FairTest z;
	bool exact; /* fisher is the one */
	double p;   /* of that one; NaN where there is nothing to test */
} FairRateTest;

/* 'whole': the counts are rows, not effective ones; else, and for counts that
 * fair_fisher() does not take, z is the one.  NUM_CANCELLED. */
extern NumStatus fair_rate_test(const FairTwoRates *two, bool whole,
                                NumMonitor *monitor, FairRateTest *test);

/*
 * McNemar's exact test: of rows that were decided twice, 'first' changed one
 * way and 'second' the other way.  The statistic is
 * (first - second)^2 / (first + second), NaN without changes.
 * NUM_BAD_ARGUMENT where the sum is beyond FAIR_COUNT_MAX, or one is negative
 * or not whole; NUM_CANCELLED.
 *
 * References: McNemar, Psychometrika 12 (1947); Fagerland, Lydersen and Laake,
 * BMC Medical Research Methodology 13 (2013).
 */
extern NumStatus
fair_mcnemar(double first, double second, NumMonitor *monitor, FairTest *test);

/* What strata say together. */
typedef struct FairStrata
{
	FairTest test;     /* chi-squared with one degree of freedom, no correction
	                    * for continuity; no mid-p */
	double odds_ratio; /* Mantel and Haenszel's; NaN for 0/0 */
	double ratio;      /* of the rates; NaN for 0/0 */
	double ratio_low;  /* by Greenland and Robins; NaN without a ratio */
	double ratio_high;
	double pooled_ratio; /* of the rates of the same rows without strata */
	size_t used;         /* strata that have rows of both groups */
} FairStrata;

/*
 * The Cochran-Mantel-Haenszel test: within strata that are alike in what they
 * say, do both groups have the same rate?  Strata without rows of either group
 * say nothing.  NaN where no stratum says anything.  'level' is that of the
 * interval.  The sums depend on the order of the strata in their last bits.
 *
 * References: Mantel and Haenszel, JNCI 22 (1959); Greenland and Robins,
 * Biometrics 41 (1985).
 */
extern void fair_mantel_haenszel(const FairTwoRates *strata, size_t n,
                                 double level, FairStrata *result);

#endif
