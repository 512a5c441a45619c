/*
 * significance.c
 *    Tests of whether two rates are the same.
 *
 * An exact test adds up the two tails of a distribution.  Its terms fall
 * towards either end, each a simple quotient times the one before; so a tail
 * is added up from its largest term outwards, until what follows cannot count,
 * and the place where the other tail begins is found by halving.
 */
#include "fair/significance.h"

#include <math.h>
#include <stdbool.h>

#include "num/special.h"

/* Terms between two looks at the monitor: a fraction of a millisecond. */
#define TERMS_A_LOOK 65536

/* Tables with fewer rows in a group, or fewer expected in a cell, are left to
 * the exact test. */
#define LEAST_ROWS 30
#define LEAST_EXPECTED 5

/* A hypergeometric distribution: x of n[0] and 'all' - x of n[1]. */
typedef struct Margins
{
	double n[2];
	double all;
	double least; /* x */
	double most;
	NumMonitor *monitor;
} Margins;

static double
log_probability(const Margins *margins, double x)
{
	double total = margins->n[0] + margins->n[1];
	double p = margins->all / total;
	double q = (total - margins->all) / total;

	return num_log_binomial(x, margins->n[0], p, q) +
	       num_log_binomial(margins->all - x, margins->n[1], p, q) -
	       num_log_binomial(margins->all, total, p, q);
}

/* The probability of x + 1 by that of x. */
static double
quotient(const Margins *margins, double x)
{
	return (margins->n[0] - x) / (x + 1) * (margins->all - x) /
	       (margins->n[1] - margins->all + x + 1);
}

/* Adds up the probabilities from 'x' on, upwards or downwards, as parts of
 * that of 'x'; they must fall that way. */
static NumStatus
add_tail(const Margins *margins, double x, int step, double *sum)
{
	double term = 1;

	*sum = 1;
	for (int i = 1;; i++)
	{
		if (i % TERMS_A_LOOK == 0)
		{
			i = 0;
			if (monitor_stop(margins->monitor))
				return NUM_CANCELLED;
		}
		term *= step > 0 ? quotient(margins, x) : 1 / quotient(margins, x - 1);
		x += step;
		/* 1e-22: some million terms more would still not count */
		if (!(x >= margins->least && x <= margins->most) ||
		    !(term > 1e-22 * *sum))
			return NUM_OK;
		*sum += term;
	}
}

/* The outermost place of the other tail, from its end on inwards, whose
 * probability is not above that of 'x'; 'step' leads from there to x.  NaN
 * where there is none.  Sets *tie where the two are equal. */
static double
other_tail(const Margins *margins, double x, int step, bool *tie)
{
	double end = step > 0 ? margins->least : margins->most;
	double log_seen = log_probability(margins, x);
	double total = margins->n[0] + margins->n[1];
	/* by how much logarithms may be off where the tables are as likely */
	double off = 1e-13 + 2e-15 * sqrt(total * (1 + fabs(log_seen)));
	double inside = end;            /* none of these is more likely */
	double outside = fabs(x - end); /* steps from the end: x itself */
	double steps = 0;

	*tie = false;
	if (!(outside >= 1) || log_probability(margins, end) > log_seen + off)
		return NAN;
	while (outside - steps > 1)
	{
		double middle = floor((steps + outside) / 2);
		double at = end + step * middle;

		if (log_probability(margins, at) > log_seen + off)
			outside = middle;
		else
		{
			steps = middle;
			inside = at;
		}
	}
	*tie = log_probability(margins, inside) >= log_seen - off;
	return inside;
}

static bool
is_whole(double count)
{
	return count == floor(count);
}

static bool
counts_valid(const FairTwoRates *two)
{
	for (int i = 0; i < 2; i++)
		if (!(two->successes[i] >= 0 && two->successes[i] <= two->n[i]) ||
		    !is_whole(two->successes[i]) || !is_whole(two->n[i]))
			return false;
	return two->n[0] + two->n[1] <= FAIR_COUNT_MAX;
}

NumStatus
fair_fisher(const FairTwoRates *two, NumMonitor *monitor, FairTest *test)
{
	double a = two->successes[0];
	double b = two->successes[1];
	Margins margins = { .n = { two->n[0], two->n[1] },
		                .all = a + b,
		                .monitor = monitor };
	double seen;
	double tail;
	double other;
	double other_end;
	int away;
	bool tie;
	bool whole; /* all tables are in one of the tails */
	NumStatus status;

	*test = (FairTest){ NAN, NAN, NAN };
	if (!counts_valid(two))
		return NUM_BAD_ARGUMENT;
	test->statistic = a * (two->n[1] - b) / ((two->n[0] - a) * b);
	margins.least = fmax(0, margins.all - two->n[1]);
	margins.most = fmin(two->n[0], margins.all);
	if (margins.least >= margins.most)
	{
		/* no other table has these margins */
		test->p = 1;
		test->mid_p = 0.5;
		return NUM_OK;
	}
	/* away from the mode; of two tables that share it, from the other one */
	away = a < margins.most && quotient(&margins, a) > 1 - 1e-13 ? -1 : 1;
	seen = num_exp(log_probability(&margins, a));
	status = add_tail(&margins, a, away, &tail);
	if (status != NUM_OK)
		return status;
	other_end = other_tail(&margins, a, away, &tie);
	whole =
		other_end == a - away || a == (away > 0 ? margins.least : margins.most);
	test->p = seen * tail;
	if (!isnan(other_end))
	{
		status = add_tail(&margins, other_end, -away, &other);
		if (status != NUM_OK)
			return status;
		test->p += num_exp(log_probability(&margins, other_end)) * other;
	}
	if (whole || test->p > 1)
		test->p = 1;
	test->mid_p = fmax(test->p - (tie ? seen : seen / 2), 0);
	return NUM_OK;
}

void
fair_two_proportions(const FairTwoRates *two, FairTest *test)
{
	double n = two->n[0] + two->n[1];
	double pooled = (two->successes[0] + two->successes[1]) / n;
	double variance = pooled * (1 - pooled) * (1 / two->n[0] + 1 / two->n[1]);

	*test = (FairTest){ NAN, NAN, NAN };
	if (!(two->n[0] > 0 && two->n[1] > 0) || !(variance > 0))
		return;
	test->statistic =
		(two->successes[0] / two->n[0] - two->successes[1] / two->n[1]) /
		sqrt(variance);
	test->p = 2 * num_normal_cdf(-fabs(test->statistic));
}

/* Whether a table is too small for the normal distribution. */
static bool
is_small(const FairTwoRates *two)
{
	double all = two->n[0] + two->n[1];
	double pooled = (two->successes[0] + two->successes[1]) / all;
	double least = fmin(two->n[0], two->n[1]);

	return least < LEAST_ROWS ||
	       least * fmin(pooled, 1 - pooled) < LEAST_EXPECTED;
}

NumStatus
fair_rate_test(const FairTwoRates *two, bool whole, NumMonitor *monitor,
               FairRateTest *test)
{
	NumStatus status;

	*test = (FairRateTest){ .fisher = { NAN, NAN, NAN } };
	fair_two_proportions(two, &test->z);
	test->p = test->z.p;
	if (!whole || !(two->n[0] > 0 && two->n[1] > 0))
		return NUM_OK;
	status = fair_fisher(two, monitor, &test->fisher);
	if (status != NUM_OK)
		return status == NUM_BAD_ARGUMENT ? NUM_OK : status;
	/* where all rows are alike there is no z, and no doubt either */
	test->exact = is_small(two) || isnan(test->z.p);
	if (test->exact)
		test->p = test->fisher.p;
	return status;
}

NumStatus
fair_mcnemar(double first, double second, NumMonitor *monitor, FairTest *test)
{
	double n = first + second;
	double x = fmin(first, second);
	double term = 1;
	double sum = 1;
	double seen;

	*test = (FairTest){ NAN, NAN, NAN };
	if (!(x >= 0) || !(n <= FAIR_COUNT_MAX) || !is_whole(first) ||
	    !is_whole(second))
		return NUM_BAD_ARGUMENT;
	seen = num_exp(num_log_binomial(x, n, 0.5, 0.5));
	test->statistic = (first - second) * ((first - second) / n);
	for (double k = x; k > 0 && term > 1e-22 * sum; k--)
	{
		term *= k / (n - k + 1);
		sum += term;
		if (fmod(k, TERMS_A_LOOK) == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
	}
	if (first == second)
	{
		test->p = 1;
		test->mid_p = 1 - seen / 2;
		return NUM_OK;
	}
	/* two tails, each beginning with an outcome as likely as the one seen */
	test->p = fmin(2 * seen * sum, 1);
	test->mid_p = fmax(test->p - seen, 0);
	return NUM_OK;
}

void
fair_mantel_haenszel(const FairTwoRates *strata, size_t n, double level,
                     FairStrata *result)
{
	double excess = 0; /* of successes of group 0 over those expected */
	double variance = 0;
	double odds[2] = { 0, 0 };
	double rates[2] = { 0, 0 };
	double log_variance = 0;
	FairTwoRates all_strata = { { 0, 0 }, { 0, 0 } };
	double half;

	*result = (FairStrata){ .test = { NAN, NAN, NAN } };
	for (size_t s = 0; s < n; s++)
	{
		double a = strata[s].successes[0];
		double b = strata[s].successes[1];
		double n1 = strata[s].n[0];
		double n2 = strata[s].n[1];
		double all = n1 + n2;

		if (!(n1 > 0 && n2 > 0))
			continue;
		result->used++;
		for (int i = 0; i < 2; i++)
		{
			all_strata.successes[i] += strata[s].successes[i];
			all_strata.n[i] += strata[s].n[i];
		}
		excess += (a * n2 - b * n1) / all;
		if (all > 1)
			variance +=
				n1 / all * (n2 / all) * (a + b) * (all - a - b) / (all - 1);
		odds[0] += a * (n2 - b) / all;
		odds[1] += (n1 - a) * b / all;
		rates[0] += a * n2 / all;
		rates[1] += b * n1 / all;
		log_variance += n1 / all * (n2 / all) * (a + b) - a / all * b;
	}
	result->odds_ratio = odds[0] / odds[1];
	result->ratio = rates[0] / rates[1];
	result->pooled_ratio = all_strata.successes[0] / all_strata.n[0] /
	                       (all_strata.successes[1] / all_strata.n[1]);
	half = num_normal_quantile(0.5 + level / 2) *
	       sqrt(fmax(log_variance / (rates[0] * rates[1]), 0));
	result->ratio_low = result->ratio / num_exp(half);
	result->ratio_high = result->ratio * num_exp(half);
	if (!(rates[0] > 0 && rates[1] > 0))
		result->ratio_low = result->ratio_high = NAN;
	if (!(variance > 0))
		return;
	result->test.statistic = excess * (excess / variance);
	result->test.p = 2 * num_normal_cdf(-sqrt(result->test.statistic));
}
