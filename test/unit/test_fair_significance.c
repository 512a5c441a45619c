/*
 * test_fair_significance.c
 *    Exact tests against sums over all tables, the others against published
 *    examples.
 */
#include "unit.h"

#include "fair/significance.h"
#include "num/random.h"

static FairTest
fisher(double a, double n1, double b, double n2)
{
	FairTwoRates two = { { a, b }, { n1, n2 } };
	FairTest test;

	CHECK_INT(fair_fisher(&two, NULL, &test), NUM_OK);
	return test;
}

/* Binomial coefficients as long doubles: exact up to 2^64, which n <= 60
 * keeps; so ties are exact too. */
static long double
choose(int n, int k)
{
	long double value = 1;

	for (int i = 1; i <= k; i++)
		value = value * (n - k + i) / i;
	return value;
}

static void
fishers_test_is_the_sum_over_all_tables(void)
{
	NumRandom random;

	num_random_seed(&random, 4);
	for (int round = 0; round < 3000; round++)
	{
		int n1 = 1 + (int) (num_random_uniform(&random) * 30);
		int n2 = 1 + (int) (num_random_uniform(&random) * 30);
		int a = (int) (num_random_uniform(&random) * (n1 + 1));
		int b = (int) (num_random_uniform(&random) * (n2 + 1));
		int m = a + b;
		long double seen = choose(n1, a) * choose(n2, b);
		long double less = 0;
		long double same = 0;
		long double total = choose(n1 + n2, m);
		FairTest got = fisher(a, n1, b, n2);

		for (int x = m > n2 ? m - n2 : 0; x <= n1 && x <= m; x++)
		{
			long double weight = choose(n1, x) * choose(n2, m - x);

			if (weight < seen)
				less += weight;
			else if (weight == seen)
				same += weight;
		}
		CHECK_NEAR(got.p, (double) ((less + same) / total), 1e-13);
		CHECK_NEAR(got.mid_p, (double) ((less + same / 2) / total), 1e-13);
	}
}

/* The tea lady: Fisher (1935). */
static void
the_tea_lady_has_her_p_value(void)
{
	CHECK_NEAR(fisher(3, 4, 1, 4).p, 34.0 / 70, 1e-15);
	CHECK_NEAR(fisher(4, 4, 0, 4).p, 2.0 / 70, 1e-15);
	CHECK(fisher(3, 4, 1, 4).statistic == 9);
	CHECK(fisher(4, 4, 0, 4).statistic == INFINITY);
}

static void
one_table_alone_has_a_p_value_of_one(void)
{
	CHECK(fisher(0, 5, 0, 7).p == 1 && fisher(0, 5, 0, 7).mid_p == 0.5);
	CHECK(fisher(5, 5, 7, 7).p == 1);
	CHECK(fisher(2, 4, 3, 6).p == 1);
}

/* Wanted: mpmath, 40 digits.  Far out p stays above 0. */
static void
millions_of_rows_are_no_matter(void)
{
	FairTwoRates two = { { 1530000, 2247000 }, { 4000000, 6000000 } };
	FairTest exact = fisher(1500000, 4000000, 2247000, 6000000);

	CHECK_CLOSE(exact.p, 0.10954179269794801502, 1e-11);
	CHECK_CLOSE(exact.mid_p, 0.10946786452758659513, 1e-11);
	exact = fisher(1500, 4000000, 2100, 6000000);
	CHECK_CLOSE(exact.p, 0.042892802415693597335, 1e-11);
	CHECK_CLOSE(exact.mid_p, 0.042045952975081153662, 1e-11);
	exact = fisher(300, 1000000, 299, 1000000);
	CHECK(exact.p == 1);
	CHECK_CLOSE(exact.mid_p, 0.96743519986464725014, 1e-11);
	CHECK_INT(fair_fisher(&two, NULL, &exact), NUM_OK);
	CHECK(exact.p > 0 && exact.p < 1e-100);
	two = (FairTwoRates){ { 4e15, 4e15 }, { 9e15, 9e15 } };
	CHECK_INT(fair_fisher(&two, NULL, &exact), NUM_BAD_ARGUMENT);
	two = (FairTwoRates){ { 5, -1 }, { 9, 9 } };
	CHECK_INT(fair_fisher(&two, NULL, &exact), NUM_BAD_ARGUMENT);
	two = (FairTwoRates){ { NAN, 1 }, { 9, 9 } };
	CHECK_INT(fair_fisher(&two, NULL, &exact), NUM_BAD_ARGUMENT);
}

static bool
stop(NumMonitor *monitor)
{
	(void) monitor;
	return true;
}

/* Effective numbers of rows are no counts: there is no next table to halve
 * towards. */
static void
exact_tests_refuse_what_is_no_whole_number(void)
{
	static const FairTwoRates some[] = {
		{ { 1.5, 3 }, { 9, 9 } },       { { 1, 3.25 }, { 9, 9 } },
		{ { 1, 3 }, { 9.5, 9 } },       { { 1, 3 }, { 9, 9.75 } },
		{ { 2.5, 3.5 }, { 8.5, 9.5 } },
	};
	FairTest test;

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
	{
		FairRateTest rates;

		CHECK_INT(fair_fisher(&some[i], NULL, &test), NUM_BAD_ARGUMENT);
		CHECK(isnan(test.p) && isnan(test.mid_p));
		CHECK_INT(fair_rate_test(&some[i], true, NULL, &rates), NUM_OK);
		CHECK(!rates.exact && rates.p == rates.z.p);
	}
	CHECK_INT(fair_mcnemar(1.5, 3, NULL, &test), NUM_BAD_ARGUMENT);
	CHECK_INT(fair_mcnemar(1, 3.5, NULL, &test), NUM_BAD_ARGUMENT);
}

static void
a_long_sum_can_be_stopped(void)
{
	FairTwoRates two = { { 2e15, 2e15 }, { 4e15, 4e15 } };
	NumMonitor monitor = { .stop = stop };
	FairTest test;

	CHECK_INT(fair_fisher(&two, &monitor, &test), NUM_CANCELLED);
	CHECK_INT(fair_mcnemar(2e15, 2e15 + 1, &monitor, &test), NUM_CANCELLED);
}

static void
mcnemars_test_is_the_sum_over_all_outcomes(void)
{
	for (int n = 1; n <= 50; n++)
		for (int x = 0; x <= n; x++)
		{
			long double all = choose(n, x);
			long double less = 0;
			long double same = 0;
			FairTest got;

			for (int k = 0; k <= n; k++)
			{
				if (choose(n, k) < all)
					less += choose(n, k);
				else if (choose(n, k) == all)
					same += choose(n, k);
			}
			CHECK_INT(fair_mcnemar(x, n - x, NULL, &got), NUM_OK);
			CHECK_NEAR(got.p, (double) (ldexpl(less + same, -n)), 1e-14);
			CHECK_NEAR(got.mid_p, (double) (ldexpl(less + same / 2, -n)),
			           1e-14);
			CHECK_NEAR(got.statistic, (2.0 * x - n) * (2.0 * x - n) / n, 1e-13);
		}
}

/* Fagerland, Lydersen and Laake (2013), table 1: of 21 children 1 and 7
 * changed; exact 0.070, mid-p 0.039.  Then nobody, and nonsense. */
static void
airway_hyper_responsiveness_has_its_p_values(void)
{
	FairTest got;

	CHECK_INT(fair_mcnemar(1, 7, NULL, &got), NUM_OK);
	CHECK_NEAR(got.p, 0.070, 5e-4);
	CHECK_NEAR(got.mid_p, 0.039, 5e-4);
	CHECK_INT(fair_mcnemar(0, 0, NULL, &got), NUM_OK);
	CHECK(got.p == 1 && isnan(got.statistic));
	CHECK_INT(fair_mcnemar(-1, 2, NULL, &got), NUM_BAD_ARGUMENT);
	CHECK_INT(fair_mcnemar(1, NAN, NULL, &got), NUM_BAD_ARGUMENT);
	CHECK_INT(fair_mcnemar(1e16, 1, NULL, &got), NUM_BAD_ARGUMENT);
	CHECK_INT(fair_mcnemar(4e6, 4.01e6, NULL, &got), NUM_OK);
	CHECK_NEAR(got.p, erfc(1e4 / sqrt(2 * 8.01e6)), 1e-6);
}

static void
two_proportions_are_tested_by_the_pooled_rate(void)
{
	FairTwoRates two = { { 9, 14 }, { 20, 20 } };
	FairTest got;

	fair_two_proportions(&two, &got);
	CHECK_NEAR(got.statistic, -0.25 / sqrt(0.575 * 0.425 / 10), 1e-14);
	CHECK_NEAR(got.p, erfc(-got.statistic / sqrt(2)), 1e-14);
	two = (FairTwoRates){ { 5, 7 }, { 5, 7 } };
	fair_two_proportions(&two, &got);
	CHECK(isnan(got.p) && isnan(got.statistic));
	two = (FairTwoRates){ { 0, 7 }, { 0, 9 } };
	fair_two_proportions(&two, &got);
	CHECK(isnan(got.p));
}

static void
small_tables_are_left_to_the_exact_test(void)
{
	FairTwoRates two = { { 9, 14 }, { 20, 20 } };
	FairRateTest got;

	CHECK_INT(fair_rate_test(&two, true, NULL, &got), NUM_OK);
	CHECK(got.exact && got.p == fisher(9, 20, 14, 20).p);
	/* effective rows have no exact test */
	CHECK_INT(fair_rate_test(&two, false, NULL, &got), NUM_OK);
	CHECK(!got.exact && got.p == got.z.p && isnan(got.fisher.p));
	two = (FairTwoRates){ { 170, 412 }, { 390, 797 } };
	CHECK_INT(fair_rate_test(&two, true, NULL, &got), NUM_OK);
	CHECK(!got.exact && got.p == got.z.p);
	CHECK_NEAR(got.fisher.p, fisher(170, 390, 412, 797).p, 0);
	/* 300 rows, and 2 successes expected */
	two = (FairTwoRates){ { 1, 7 }, { 300, 900 } };
	CHECK_INT(fair_rate_test(&two, true, NULL, &got), NUM_OK);
	CHECK(got.exact);
	two = (FairTwoRates){ { 299, 893 }, { 300, 900 } };
	CHECK_INT(fair_rate_test(&two, true, NULL, &got), NUM_OK);
	CHECK(got.exact);
	/* all alike, and nobody */
	two = (FairTwoRates){ { 40, 50 }, { 40, 50 } };
	CHECK_INT(fair_rate_test(&two, true, NULL, &got), NUM_OK);
	CHECK(got.exact && got.p == 1 && isnan(got.z.p));
	two = (FairTwoRates){ { 0, 50 }, { 0, 50 } };
	CHECK_INT(fair_rate_test(&two, true, NULL, &got), NUM_OK);
	CHECK(isnan(got.p) && isnan(got.fisher.p));
}

/* Berkeley 1973, the six largest departments, men and women admitted (Bickel,
 * Hammel and O'Connell, Science 187; R's UCBAdmissions): without departments
 * women are admitted less, within them not (odds ratio 0.9047, chi-squared
 * without correction 1.5246, p 0.2169, of R's mantelhaen.test). */
static void
berkeley_admitted_alike_within_departments(void)
{
	static const FairTwoRates departments[] = {
		{ { 512, 89 }, { 825, 108 } },  { { 353, 17 }, { 560, 25 } },
		{ { 120, 202 }, { 325, 593 } }, { { 138, 131 }, { 417, 375 } },
		{ { 53, 94 }, { 191, 393 } },   { { 22, 24 }, { 373, 341 } }
	};
	FairStrata got;

	fair_mantel_haenszel(departments, 6, 0.95, &got);
	CHECK_NEAR(got.odds_ratio, 0.9047, 5e-5);
	CHECK_NEAR(got.test.statistic, 1.5246, 5e-5);
	CHECK_NEAR(got.test.p, 0.2169, 5e-5);
	CHECK_INT(got.used, 6);
	CHECK(got.ratio_low < 1 && got.ratio_high > 1);
	CHECK(got.ratio_low < got.ratio && got.ratio < got.ratio_high);
	CHECK_NEAR(got.pooled_ratio, 1198.0 / 2691 / (557.0 / 1835), 1e-14);
}

/* One stratum: the test of two proportions but for (n - 1) / n, the ratio and
 * Katz's interval of the stratum. */
static void
one_stratum_says_what_its_table_says(void)
{
	FairTwoRates strata[3] = { { { 9, 14 }, { 20, 25 } },
		                       { { 3, 0 }, { 7, 0 } },
		                       { { 0, 0 }, { 0, 0 } } };
	FairInterval katz = fair_katz(&strata[0], 0.9);
	FairStrata got;
	FairTest z;

	fair_mantel_haenszel(strata, 3, 0.9, &got);
	fair_two_proportions(&strata[0], &z);
	CHECK_INT(got.used, 1);
	CHECK_NEAR(got.test.statistic, z.statistic * z.statistic * 44 / 45, 1e-13);
	CHECK_NEAR(got.ratio, 0.45 / 0.56, 1e-15);
	CHECK_NEAR(got.ratio_low, katz.low, 1e-14);
	CHECK_NEAR(got.ratio_high, katz.high, 1e-14);
	fair_mantel_haenszel(strata + 1, 2, 0.9, &got);
	CHECK(isnan(got.test.p) && isnan(got.ratio) && isnan(got.ratio_low));
	fair_mantel_haenszel(NULL, 0, 0.9, &got);
	CHECK(isnan(got.test.p) && got.used == 0);
}

int
main(void)
{
	RUN(fishers_test_is_the_sum_over_all_tables);
	RUN(the_tea_lady_has_her_p_value);
	RUN(one_table_alone_has_a_p_value_of_one);
	RUN(millions_of_rows_are_no_matter);
	RUN(exact_tests_refuse_what_is_no_whole_number);
	RUN(a_long_sum_can_be_stopped);
	RUN(mcnemars_test_is_the_sum_over_all_outcomes);
	RUN(airway_hyper_responsiveness_has_its_p_values);
	RUN(two_proportions_are_tested_by_the_pooled_rate);
	RUN(small_tables_are_left_to_the_exact_test);
	RUN(berkeley_admitted_alike_within_departments);
	RUN(one_stratum_says_what_its_table_says);
	return unit_end();
}
