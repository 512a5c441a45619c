/*
 * interval.h
 *    Intervals of a rate, of the difference of two rates, and of their ratio.
 *
 * Numbers of rows may be effective ones (Kish), so they need not be whole.
 * 'level' is in (0, 1) everywhere.  An interval that cannot be told has NaN at
 * both ends.
 *
 * Which method is the default, and why:
 *
 *     rate         Wilson.  Its coverage is near the level for any rate and
 *                  any number of rows; Clopper and Pearson's is never below
 *                  the level, and wider for it.
 *     difference   Newcombe's hybrid of two Wilson intervals: as good, stays
 *                  within -1 and 1, and is nothing but arithmetic.
 *     ratio        Koopman's score interval: it needs no correction where a
 *                  count is zero or all, where that of the logarithm has
 *                  nothing to say or is too short.
 *
 * References: Wilson, JASA 22 (1927); Clopper and Pearson, Biometrika 26
 * (1934); Brown, Cai and DasGupta, Statistical Science 16 (2001); Newcombe,
 * Statistics in Medicine 17 (1998), method 10; Koopman, Biometrics 40 (1984);
 * Miettinen and Nurminen, Statistics in Medicine 4 (1985); Katz et al.,
 * Biometrics 34 (1978); Walter, Biometrics 31 (1975).
 */
#ifndef FAIRPG_FAIR_INTERVAL_H
#define FAIRPG_FAIR_INTERVAL_H

typedef struct FairInterval
{
	double low;
	double high;
} FairInterval;

/* successes[i] of n[i] rows; 0 <= successes[i] <= n[i]. */
typedef struct FairTwoRates
{
	double successes[2];
	double n[2];
} FairTwoRates;

/*
 * Wilson score interval of a rate that is 'rate' over 'n' rows.  Both ends are
 * NaN when n is not above zero.
 */
extern void
fair_wilson(double rate, double n, double level, double *low, double *high);

/* The exact interval of a rate by quantiles of the beta distribution, half of
 * what 'level' leaves in each tail; NaN likewise. */
extern void fair_clopper_pearson(double rate, double n, double level,
                                 double *low, double *high);

/*
 * Intervals of p - q and of p / q from those of p and q, independent of each
 * other: the distances to their ends are added as standard errors are, of a
 * quotient those of the logarithms.  For a p of 0 the ratio goes from 0 to the
 * upper end of p by the lower end of q; for a q of 0 there is none (NaN).
 *
 * Reference: Zou and Donner, Statistics in Medicine 27 (2008).
 */
extern FairInterval fair_difference_of(double p, FairInterval p_ends, double q,
                                       FairInterval q_ends);
extern FairInterval
fair_ratio_of(double p, FairInterval p_ends, double q, FairInterval q_ends);

/* Intervals of rate 0 less rate 1, within -1 and 1; NaN where one of them has
 * no rows. */
extern FairInterval fair_newcombe(const FairTwoRates *two, double level);
extern FairInterval
fair_difference_score(const FairTwoRates *two, double level);

/* Intervals of rate 0 by rate 1, from 0 to infinity: Koopman's, the same with
 * the variance of Miettinen and Nurminen, the normal one of the logarithm
 * (NaN where a count is zero), and that with half a success more of either
 * group; both are NaN where all rows of either group are successes, as their
 * variance is 0 then.  NaN where one of them has no rows. */
extern FairInterval fair_koopman(const FairTwoRates *two, double level);
extern FairInterval fair_ratio_score(const FairTwoRates *two, double level);
extern FairInterval fair_katz(const FairTwoRates *two, double level);
extern FairInterval fair_walter(const FairTwoRates *two, double level);

/* The same by name. */
typedef enum FairEstimand
{
	FAIR_OF_RATE,
	FAIR_OF_DIFFERENCE,
	FAIR_OF_RATIO
} FairEstimand;

typedef struct FairIntervalMethod
{
	const char *name;
	void (*of_rate)(double rate, double n, double level, double *low,
	                double *high);
	FairInterval (*of_two)(const FairTwoRates *two, double level);
} FairIntervalMethod;

/* The methods for one estimand, the default first; ends with a NULL name. */
extern const FairIntervalMethod *fair_interval_methods(FairEstimand estimand);

#endif
