/*
 * test_fair_conditional.c
 *    Conditional disparity against its definition, and how often its interval
 *    holds.
 */
#include "fair/conditional.h"

#include <math.h>

#include "fair/label_distance.h"
#include "num/random.h"
#include "unit.h"

#define STRATA 6
#define LEVEL 0.95

/* Berkeley 1973 (Bickel, Hammel and O'Connell 1975): applicants and admitted of
 * the six largest departments, men and women. */
static const double men[STRATA] = { 825, 560, 325, 417, 191, 373 };
static const double men_in[STRATA] = { 512, 353, 120, 138, 53, 22 };
static const double women[STRATA] = { 108, 25, 593, 375, 393, 341 };
static const double women_in[STRATA] = { 89, 17, 202, 131, 94, 24 };

static FairStratum
stratum_of(double others, double others_in, double own, double own_in)
{
	return (FairStratum){
		{ { others - others_in, others_in }, { own - own_in, own_in } },
		{ { others - others_in, others_in }, { own - own_in, own_in } }
	};
}

static void
berkeley(FairStratum *strata)
{
	for (int s = 0; s < STRATA; s++)
		strata[s] = stratum_of(men[s], men_in[s], women[s], women_in[s]);
}

static void
berkeley_turns_over_within_departments(void)
{
	FairStratum strata[STRATA];
	FairTwoRates rates[STRATA];
	FairConditional result;
	double d[STRATA][2];
	double all[STRATA][2];
	double away = 0;
	double taken = 0;
	double n_away = 0;
	double n_taken = 0;

	berkeley(strata);
	for (int s = 0; s < STRATA; s++)
	{
		d[s][0] = women[s] - women_in[s];
		d[s][1] = women_in[s];
		all[s][0] = d[s][0] + men[s] - men_in[s];
		all[s][1] = d[s][1] + men_in[s];
		away += d[s][0];
		taken += d[s][1];
		n_away += all[s][0];
		n_taken += all[s][1];
	}
	fair_conditional(strata, STRATA, LEVEL, rates, &result);
	CHECK_NEAR(result.all.value, away / n_away - taken / n_taken, 1e-12);
	CHECK_NEAR(
		result.conditional.value,
		fair_cddl(STRATA, (const double(*)[2]) d, (const double(*)[2]) all),
		1e-12);
	CHECK(result.all.low > 0.1 && result.conditional.value < 0);
	CHECK_INT(result.tests.used, STRATA);
	CHECK(result.tests.pooled_ratio < 1 && result.tests.ratio > 1);
	CHECK_INT(result.decided_alike, 0);
}

static void
strata_that_decide_alike_are_counted(void)
{
	FairStratum strata[3] = { stratum_of(10, 10, 10, 10),
		                      stratum_of(0, 0, 20, 5), stratum_of(0, 0, 0, 0) };
	FairTwoRates rates[3];
	FairConditional result;

	fair_conditional(strata, 3, LEVEL, rates, &result);
	CHECK_INT(result.decided_alike, 1);
	/* nobody is turned away: less the share of those taken; where all are of
	 * the group, its shares are both 1 */
	CHECK_NEAR(result.conditional.value, 0.5 * -0.5, 1e-12);
	CHECK_INT(result.tests.used, 1);
	fair_conditional(strata + 2, 1, LEVEL, rates, &result);
	CHECK(isnan(result.conditional.value) && isnan(result.all.value));
}

static void
one_stratum_is_no_condition(void)
{
	FairStratum one = stratum_of(40, 30, 60, 20);
	FairTwoRates rates[1];
	FairConditional result;

	fair_conditional(&one, 1, LEVEL, rates, &result);
	CHECK_NEAR(result.conditional.value, result.all.value, 1e-15);
	CHECK_NEAR(result.conditional.low, result.all.low, 1e-12);
	CHECK_NEAR(result.conditional.high, result.all.high, 1e-12);
}

/* Doubled weights say the same. */
static void
weights_count_by_their_ratios(void)
{
	FairStratum strata[STRATA];
	FairTwoRates rates[STRATA];
	FairConditional one;
	FairConditional two;

	berkeley(strata);
	fair_conditional(strata, STRATA, LEVEL, rates, &one);
	for (int s = 0; s < STRATA; s++)
		for (int i = 0; i < 4; i++)
		{
			strata[s].weight[i / 2][i % 2] *= 2;
			strata[s].squared[i / 2][i % 2] *= 4;
		}
	fair_conditional(strata, STRATA, LEVEL, rates, &two);
	CHECK_NEAR(one.conditional.value, two.conditional.value, 1e-12);
	CHECK_NEAR(one.conditional.low, two.conditional.low, 1e-12);
	CHECK_NEAR(one.tests.ratio_high, two.tests.ratio_high, 1e-12);
}

/* Rows are drawn anew from the shares of Berkeley: the interval holds what they
 * were drawn from in 95 of 100 cases or so. */
static void
intervals_cover(void)
{
	FairStratum truth[STRATA];
	FairTwoRates rates[STRATA];
	FairConditional expected;
	NumRandom random;
	int covered = 0;

	num_random_seed(&random, 41);
	berkeley(truth);
	fair_conditional(truth, STRATA, LEVEL, rates, &expected);
	for (int trial = 0; trial < 2000; trial++)
	{
		FairStratum drawn[STRATA];
		FairConditional result;

		for (int s = 0; s < STRATA; s++)
			for (int d = 0; d < 2; d++)
			{
				double n = truth[s].weight[0][d] + truth[s].weight[1][d];
				double own = (double) num_random_binomial(
					&random, (uint64_t) n, truth[s].weight[1][d] / n);

				drawn[s].weight[1][d] = drawn[s].squared[1][d] = own;
				drawn[s].weight[0][d] = drawn[s].squared[0][d] = n - own;
			}
		fair_conditional(drawn, STRATA, LEVEL, rates, &result);
		covered += result.conditional.low <= expected.conditional.value &&
		           result.conditional.high >= expected.conditional.value;
	}
	/* 1900 is expected, 10 its standard deviation */
	CHECK(covered > 1860 && covered < 1960);
}

int
main(void)
{
	RUN(berkeley_turns_over_within_departments);
	RUN(strata_that_decide_alike_are_counted);
	RUN(one_stratum_is_no_condition);
	RUN(weights_count_by_their_ratios);
	RUN(intervals_cover);
	return unit_end();
}
