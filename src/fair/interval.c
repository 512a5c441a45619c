/*
 * interval.c
 *    Intervals of a rate, of the difference of two rates, and of their ratio.
 *
 * Score intervals hold every value whose test does not reject it: the test
 * statistic is a difference by its standard deviation under the most likely
 * pair of rates that has the value, and falls where the value rises.
 */
#include "fair/interval.h"

#include <math.h>
#include <stdbool.h>

#include "num/special.h"

/* Logarithms of ratios that are looked at: beyond any that rows can tell. */
#define LOG_RATIO_MAX 300.0

/* Halvings that leave nothing of an interval of numbers near 1. */
#define HALVINGS 100

void
fair_wilson(double rate, double n, double level, double *low, double *high)
{
	double z = num_normal_quantile(0.5 + level / 2);
	double z2 = z * z;
	double centre;
	double half;

	*low = NAN;
	*high = NAN;
	if (!(n > 0) || !(rate >= 0 && rate <= 1))
		return;
	centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
	half = z / (1 + z2 / n) * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n));
	*low = rate <= 0 ? 0 : fmax(centre - half, 0);
	*high = rate >= 1 ? 1 : fmin(centre + half, 1);
}

void
fair_clopper_pearson(double rate, double n, double level, double *low,
                     double *high)
{
	double tail = (1 - level) / 2;
	double successes = rate * n;

	*low = NAN;
	*high = NAN;
	if (!(n > 0) || !(rate >= 0 && rate <= 1))
		return;
	*low =
		rate <= 0 ? 0 : num_beta_quantile(successes, n - successes + 1, tail);
	*high = rate >= 1
	            ? 1
	            : num_beta_quantile(successes + 1, n - successes, 1 - tail);
}

static double
square(double x)
{
	return x * x;
}

/* Both rates; false where one of them has none. */
static bool
both_rates(const FairTwoRates *two, double rate[2])
{
	for (int i = 0; i < 2; i++)
	{
		if (!(two->n[i] > 0) || !(two->successes[i] >= 0) ||
		    !(two->successes[i] <= two->n[i]))
			return false;
		rate[i] = two->successes[i] / two->n[i];
	}
	return true;
}

static FairInterval
no_interval(void)
{
	return (FairInterval){ NAN, NAN };
}

FairInterval
fair_difference_of(double p, FairInterval p_ends, double q, FairInterval q_ends)
{
	double difference = p - q;

	return (FairInterval){
		difference - sqrt(square(p - p_ends.low) + square(q_ends.high - q)),
		difference + sqrt(square(p_ends.high - p) + square(q - q_ends.low))
	};
}

FairInterval
fair_ratio_of(double p, FairInterval p_ends, double q, FairInterval q_ends)
{
	double log_p = num_log(p);
	double log_q = num_log(q);
	double quotient = log_p - log_q;

	if (!(q > 0))
		return no_interval();
	if (!(p > 0))
		return (FairInterval){ 0, p_ends.high / q_ends.low };
	return (FairInterval){
		num_exp(quotient - sqrt(square(log_p - num_log(p_ends.low)) +
		                        square(num_log(q_ends.high) - log_q))),
		num_exp(quotient + sqrt(square(num_log(p_ends.high) - log_p) +
		                        square(log_q - num_log(q_ends.low))))
	};
}

FairInterval
fair_newcombe(const FairTwoRates *two, double level)
{
	double p[2];
	FairInterval ends[2];

	if (!both_rates(two, p))
		return no_interval();
	for (int i = 0; i < 2; i++)
		fair_wilson(p[i], two->n[i], level, &ends[i].low, &ends[i].high);
	return fair_difference_of(p[0], ends[0], p[1], ends[1]);
}

typedef double (*ScoreTest)(const FairTwoRates *two, double value);

/* Where a falling test statistic passes 'target', between 'low' and 'high'. */
static double
solve(ScoreTest test, const FairTwoRates *two, double target, double low,
      double high)
{
	double middle = low + (high - low) / 2;

	for (int i = 0; i < HALVINGS && middle > low && middle < high; i++)
	{
		if (test(two, middle) > target)
			low = middle;
		else
			high = middle;
		middle = low + (high - low) / 2;
	}
	return middle;
}

/* How the likelihood of rates q + difference and q rises with q. */
static double
likelihood_slope(const FairTwoRates *two, double difference, double q)
{
	double p = q + difference;
	double slope = 0;

	/* a count of zero has no term, whatever stands below it */
	if (two->successes[0] > 0)
		slope += two->successes[0] / p;
	if (two->successes[0] < two->n[0])
		slope -= (two->n[0] - two->successes[0]) / (1 - p);
	if (two->successes[1] > 0)
		slope += two->successes[1] / q;
	if (two->successes[1] < two->n[1])
		slope -= (two->n[1] - two->successes[1]) / (1 - q);
	return slope;
}

static double
difference_test(const FairTwoRates *two, double difference)
{
	double low = fmax(0, -difference);
	double high = fmin(1, 1 - difference);
	double n = two->n[0] + two->n[1];
	double seen = two->successes[0] / two->n[0] - two->successes[1] / two->n[1];
	double q = low + (high - low) / 2;
	double p;
	double variance;

	for (int i = 0; i < HALVINGS && q > low && q < high; i++)
	{
		if (likelihood_slope(two, difference, q) > 0)
			low = q;
		else
			high = q;
		q = low + (high - low) / 2;
	}
	p = fmin(fmax(q + difference, 0), 1);
	variance = p * (1 - p) / two->n[0] + q * (1 - q) / two->n[1];
	return (seen - difference) / sqrt(variance * n / (n - 1));
}

FairInterval
fair_difference_score(const FairTwoRates *two, double level)
{
	double z = num_normal_quantile(0.5 + level / 2);
	double p[2];
	FairInterval interval;

	if (!both_rates(two, p) || !(two->n[0] + two->n[1] > 1))
		return no_interval();
	interval.low = solve(difference_test, two, z, -1, p[0] - p[1]);
	interval.high = solve(difference_test, two, -z, p[0] - p[1], 1);
	return interval;
}

/* The statistic of Koopman's test that the ratio is e^log_ratio. */
static double
ratio_test(const FairTwoRates *two, double log_ratio)
{
	double ratio = num_exp(log_ratio);
	double all = two->successes[0] + two->successes[1];
	double above = ratio * (two->n[0] + two->successes[1]);
	double below = two->successes[0] + two->n[1];
	/* the smaller root q of (n0 + n1) ratio q^2 - (above + below) q + all,
	 * without cancellation */
	double root = sqrt(square(above - below) +
	                   4 * ratio * (two->n[0] - two->successes[0]) *
	                       (two->n[1] - two->successes[1]));
	double q = fmin(2 * all / (above + below + root), 1);
	double p = fmin(ratio * q, 1);
	double variance =
		p * (1 - p) / two->n[0] + ratio * ratio * q * (1 - q) / two->n[1];

	return (two->successes[0] / two->n[0] -
	        ratio * (two->successes[1] / two->n[1])) /
	       sqrt(variance);
}

static FairInterval
ratio_score(const FairTwoRates *two, double z)
{
	double p[2];
	double middle;
	FairInterval interval = { 0, INFINITY };

	if (!both_rates(two, p))
		return no_interval();
	middle = num_log(p[0]) - num_log(p[1]);
	if (p[0] > 0)
		interval.low = num_exp(solve(ratio_test, two, z, -LOG_RATIO_MAX,
		                             fmin(middle, LOG_RATIO_MAX)));
	if (p[1] > 0)
		interval.high = num_exp(solve(
			ratio_test, two, -z, fmax(middle, -LOG_RATIO_MAX), LOG_RATIO_MAX));
	return interval;
}

FairInterval
fair_koopman(const FairTwoRates *two, double level)
{
	return ratio_score(two, num_normal_quantile(0.5 + level / 2));
}

FairInterval
fair_ratio_score(const FairTwoRates *two, double level)
{
	double n = two->n[0] + two->n[1];

	if (!(n > 1))
		return no_interval();
	/* a variance larger by n / (n - 1) is a quantile smaller by its root */
	return ratio_score(two, num_normal_quantile(0.5 + level / 2) *
	                            sqrt(n / (n - 1)));
}

/* The normal interval of the logarithm, 'more' successes added to both. */
static FairInterval
log_interval(const FairTwoRates *two, double more, double level)
{
	double z = num_normal_quantile(0.5 + level / 2);
	double rate[2];
	double variance = 0;
	double ratio;
	double half;

	if (!both_rates(two, rate))
		return no_interval();
	for (int i = 0; i < 2; i++)
	{
		double successes = two->successes[i] + more;
		double n = two->n[i] + more;

		if (!(successes > 0))
			return no_interval();
		rate[i] = successes / n;
		variance += 1 / successes - 1 / n;
	}
	/* of two rates of 1 the variance is 0, which says nothing of the doubt */
	if (!(variance > 0))
		return no_interval();
	ratio = rate[0] / rate[1];
	half = num_exp(z * sqrt(variance));
	return (FairInterval){ ratio / half, ratio * half };
}

FairInterval
fair_katz(const FairTwoRates *two, double level)
{
	return log_interval(two, 0, level);
}

FairInterval
fair_walter(const FairTwoRates *two, double level)
{
	return log_interval(two, 0.5, level);
}

const FairIntervalMethod *
fair_interval_methods(FairEstimand estimand)
{
	static const FairIntervalMethod of_rate[] = {
		{ "wilson", fair_wilson, NULL },
		{ "clopper_pearson", fair_clopper_pearson, NULL },
		{ NULL, NULL, NULL }
	};
	static const FairIntervalMethod of_difference[] = {
		{ "newcombe", NULL, fair_newcombe },
		{ "miettinen_nurminen", NULL, fair_difference_score },
		{ NULL, NULL, NULL }
	};
	static const FairIntervalMethod of_ratio[] = {
		{ "koopman", NULL, fair_koopman },
		{ "miettinen_nurminen", NULL, fair_ratio_score },
		{ "katz", NULL, fair_katz },
		{ "walter", NULL, fair_walter },
		{ NULL, NULL, NULL }
	};

	if (estimand == FAIR_OF_RATE)
		return of_rate;
	return estimand == FAIR_OF_DIFFERENCE ? of_difference : of_ratio;
}
