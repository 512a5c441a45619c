/*
 * test_fair_interval.c
 *    Intervals of rates, differences and ratios against published examples,
 *    their definitions and each other.
 */
#include "unit.h"

#include "fair/interval.h"
#include "num/special.h"

static FairTwoRates
two(double a, double n1, double b, double n2)
{
	return (FairTwoRates){ { a, b }, { n1, n2 } };
}

/* Newcombe (1998), table II, method 10: 56/70 less 48/80, 9/10 less 3/10, 10/10
 * less 0/20; four decimals. */
static void
differences_are_those_that_newcombe_published(void)
{
	static const double cases[][6] = {
		{ 56, 70, 48, 80, 0.0524, 0.3339 }, { 9, 10, 3, 10, 0.1705, 0.8090 },
		{ 6, 7, 2, 7, 0.0582, 0.8062 },     { 5, 56, 0, 29, -0.0381, 0.1926 },
		{ 0, 10, 0, 20, -0.1611, 0.2775 },  { 10, 10, 0, 20, 0.6791, 1.0 },
		{ 10, 10, 0, 10, 0.6075, 1.0 }
	};

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		const double *c = cases[i];
		FairTwoRates rates = two(c[0], c[1], c[2], c[3]);
		FairInterval got = fair_newcombe(&rates, 0.95);

		CHECK_NEAR(got.low, c[4], 5.1e-5);
		CHECK_NEAR(got.high, c[5], 5.1e-5);
	}
}

/* Where Clopper and Pearson's ends stand, the tail of the seen count has half
 * of what the level leaves. */
static void
exact_intervals_leave_half_of_the_rest_in_each_tail(void)
{
	for (int n = 1; n <= 40; n += 3)
		for (int k = 0; k <= n; k++)
		{
			double low;
			double high;

			fair_clopper_pearson((double) k / n, n, 0.9, &low, &high);
			if (k == 0)
				CHECK(low == 0);
			else
				CHECK_NEAR(num_beta_cdf(k, n - k + 1, low), 0.05, 1e-11);
			if (k == n)
				CHECK(high == 1);
			else
				CHECK_NEAR(num_beta_cdf(k + 1, n - k, high), 0.95, 1e-11);
		}
}

/* Chi-squared of Koopman: both groups against the most likely rates with that
 * ratio, found here by trying all. */
static double
koopman_statistic(const FairTwoRates *rates, double ratio)
{
	double best = INFINITY;
	double best_q = 0;
	double low = 0;
	double high = fmin(1, 1 / ratio);

	for (int round = 0; round < 12; round++)
	{
		double step = (high - low) / 200;

		best = INFINITY;
		for (int i = 1; i < 200; i++)
		{
			double q = low + i * step;
			double loss = 0;

			for (int g = 0; g < 2; g++)
			{
				double p = g == 0 ? q * ratio : q;

				if (rates->successes[g] > 0)
					loss -= rates->successes[g] * log(p);
				if (rates->successes[g] < rates->n[g])
					loss -= (rates->n[g] - rates->successes[g]) * log(1 - p);
			}
			if (loss < best)
			{
				best = loss;
				best_q = q;
			}
		}
		low = best_q - step;
		high = best_q + step;
	}
	best = 0;
	for (int g = 0; g < 2; g++)
	{
		double p = g == 0 ? best_q * ratio : best_q;
		double off = rates->successes[g] - rates->n[g] * p;

		best += off * off / (rates->n[g] * p * (1 - p));
	}
	return best;
}

static void
ends_of_score_intervals_of_ratios_are_where_the_test_rejects(void)
{
	static const double cases[][4] = { { 9, 20, 14, 20 },
		                               { 1, 12, 9, 30 },
		                               { 0, 12, 9, 30 },
		                               { 12, 12, 20, 30 },
		                               { 36, 40, 16, 80 } };
	double z = num_normal_quantile(0.975);

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		const double *c = cases[i];
		FairTwoRates rates = two(c[0], c[1], c[2], c[3]);
		FairInterval got = fair_koopman(&rates, 0.95);

		if (c[0] > 0)
			CHECK_NEAR(koopman_statistic(&rates, got.low), z * z, 1e-6);
		else
			CHECK(got.low == 0);
		CHECK_NEAR(koopman_statistic(&rates, got.high), z * z, 1e-6);
	}
}

static void
a_rate_of_zero_below_leaves_ratios_open_above(void)
{
	FairTwoRates rates = two(3, 10, 0, 10);
	FairTwoRates none = two(0, 10, 0, 10);

	CHECK(fair_koopman(&rates, 0.95).high == INFINITY);
	CHECK(fair_koopman(&rates, 0.95).low > 0);
	CHECK(fair_koopman(&none, 0.95).low == 0);
	CHECK(fair_koopman(&none, 0.95).high == INFINITY);
	CHECK(isnan(fair_katz(&rates, 0.95).low));
	CHECK(isfinite(fair_walter(&rates, 0.95).high));
}

/* Ten of ten against one of one: one row says next to nothing. */
static void
rates_of_one_have_no_interval_by_logarithms(void)
{
	FairTwoRates rates = two(10, 10, 1, 1);
	FairTwoRates one = two(10, 10, 5, 10);

	CHECK(isnan(fair_katz(&rates, 0.95).low));
	CHECK(isnan(fair_walter(&rates, 0.95).high));
	CHECK(fair_koopman(&rates, 0.95).low < 0.8);
	CHECK(fair_koopman(&rates, 0.95).high > 1.2);
	CHECK(fair_katz(&one, 0.95).low < 2 && fair_katz(&one, 0.95).high > 2);
}

/* Exchanging the groups turns a difference's signs and inverts a ratio. */
static void
groups_may_be_exchanged(void)
{
	const FairIntervalMethod *method;

	for (int a = 0; a <= 7; a++)
		for (int b = 0; b <= 5; b++)
		{
			FairTwoRates here = two(a, 7, b, 5);
			FairTwoRates there = two(b, 5, a, 7);

			for (method = fair_interval_methods(FAIR_OF_DIFFERENCE);
			     method->name != NULL; method++)
			{
				FairInterval x = method->of_two(&here, 0.9);
				FairInterval y = method->of_two(&there, 0.9);

				CHECK_NEAR(x.low, -y.high, 1e-12);
				CHECK_NEAR(x.high, -y.low, 1e-12);
				CHECK(x.low >= -1 && x.high <= 1 && x.low <= x.high);
			}
			for (method = fair_interval_methods(FAIR_OF_RATIO);
			     method->name != NULL; method++)
			{
				FairInterval x = method->of_two(&here, 0.9);
				FairInterval y = method->of_two(&there, 0.9);

				if (isnan(x.low))
					continue;
				CHECK_NEAR(x.low * y.high, x.low == 0 ? NAN : 1, 1e-10);
				CHECK(x.low >= 0 && x.low <= x.high);
			}
		}
}

static void
without_rows_there_is_no_interval(void)
{
	FairTwoRates rates = two(0, 0, 3, 10);
	double low;
	double high;

	fair_clopper_pearson(NAN, 0, 0.95, &low, &high);
	CHECK(isnan(low) && isnan(high));
	CHECK(isnan(fair_newcombe(&rates, 0.95).low));
	CHECK(isnan(fair_difference_score(&rates, 0.95).low));
	CHECK(isnan(fair_koopman(&rates, 0.95).high));
	CHECK(isnan(fair_ratio_score(&rates, 0.95).high));
	CHECK(isnan(fair_katz(&rates, 0.95).low));
	CHECK(isnan(fair_walter(&rates, 0.95).low));
}

int
main(void)
{
	RUN(differences_are_those_that_newcombe_published);
	RUN(exact_intervals_leave_half_of_the_rest_in_each_tail);
	RUN(ends_of_score_intervals_of_ratios_are_where_the_test_rejects);
	RUN(a_rate_of_zero_below_leaves_ratios_open_above);
	RUN(rates_of_one_have_no_interval_by_logarithms);
	RUN(groups_may_be_exchanged);
	RUN(without_rows_there_is_no_interval);
	return unit_end();
}
