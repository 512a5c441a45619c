/*
 * test_fair_decision.c
 *    Verdicts on two rates, and the rows that would decide.
 */
#include "unit.h"

#include "fair/decision.h"

static FairDecision
decide(double a, double n1, double b, double n2, FairBound kind, double bound)
{
	FairTwoRates two = { { a, b }, { n1, n2 } };
	FairConstraint constraint = { .kind = kind, .bound = bound };
	FairDecision decision;

	fair_decide(&two, &constraint, 0.95,
	            fair_interval_methods(kind == FAIR_MIN_RATIO
	                                      ? FAIR_OF_RATIO
	                                      : FAIR_OF_DIFFERENCE),
	            &decision);
	return decision;
}

static void
the_verdict_is_on_all_of_the_interval(void)
{
	FairConstraint gap = { .kind = FAIR_MAX_GAP, .bound = 0.1 };
	FairConstraint ratio = { .kind = FAIR_MIN_RATIO, .bound = 0.8 };
	FairConstraint none = { .kind = FAIR_NO_BOUND, .bound = NAN };

	CHECK_TEXT(fair_constraint_verdict(&gap, 0, 0.1), "pass");
	CHECK_TEXT(fair_constraint_verdict(&gap, 0.1, 0.11), "insufficient");
	CHECK_TEXT(fair_constraint_verdict(&gap, 0.11, 0.2), "fail");
	CHECK_TEXT(fair_constraint_verdict(&gap, NAN, NAN), "insufficient");
	CHECK_TEXT(fair_constraint_verdict(&ratio, 0.8, INFINITY), "pass");
	CHECK_TEXT(fair_constraint_verdict(&ratio, 0.7, 0.9), "insufficient");
	CHECK_TEXT(fair_constraint_verdict(&ratio, 0, 0.79), "fail");
	CHECK(fair_constraint_verdict(&none, 0, 1) == NULL);
}

static void
a_gap_is_an_absolute_difference(void)
{
	FairDecision here = decide(300, 1000, 400, 1000, FAIR_MAX_GAP, 0.05);
	FairDecision there = decide(400, 1000, 300, 1000, FAIR_MAX_GAP, 0.05);
	FairDecision alike = decide(300, 1000, 300, 1000, FAIR_MAX_GAP, 0.05);
	FairTwoRates two = { { 400, 300 }, { 1000, 1000 } };

	CHECK_TEXT(here.verdict, "fail");
	CHECK_NEAR(here.value, 0.1, 1e-15);
	CHECK_NEAR(here.low, there.low, 1e-15);
	CHECK_NEAR(here.high, there.high, 1e-15);
	CHECK_NEAR(there.low, fair_newcombe(&two, 0.95).low, 1e-15);
	CHECK(here.rows_needed == 1000);
	CHECK(alike.low == 0 && alike.high > 0.03);
	CHECK_TEXT(alike.verdict, "pass");
}

/* With as many rows as it says the verdict is there, with one less it is not. */
static void
the_rows_needed_decide_and_fewer_do_not(void)
{
	static const double cases[][6] = {
		{ 55, 100, 600, 1000, FAIR_MIN_RATIO, 0.8 },
		{ 40, 100, 600, 1000, FAIR_MIN_RATIO, 0.8 },
		{ 47, 100, 540, 1000, FAIR_MAX_GAP, 0.02 },
		{ 3, 7, 600, 1000, FAIR_MAX_GAP, 0.3 },
		{ 2.5, 7.5, 600, 1000, FAIR_MIN_RATIO, 0.9 }
	};

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		const double *c = cases[i];
		FairBound kind = (FairBound) c[4];
		FairDecision first = decide(c[0], c[1], c[2], c[3], kind, c[5]);
		double rows = first.rows_needed;
		double rate = c[0] / c[1];

		CHECK_TEXT(first.verdict, "insufficient");
		CHECK(rows > c[1]);
		CHECK(strcmp(decide(rate * rows, rows, c[2], c[3], kind, c[5]).verdict,
		             "insufficient") != 0);
		CHECK_TEXT(
			decide(rate * (rows - 1), rows - 1, c[2], c[3], kind, c[5]).verdict,
			"insufficient");
	}
}

static void
where_the_other_group_is_what_is_uncertain_no_rows_decide(void)
{
	CHECK(isnan(decide(45, 100, 6, 10, FAIR_MAX_GAP, 0.05).rows_needed));
	CHECK(isnan(decide(45, 100, 60, 100, FAIR_MIN_RATIO, 0.75).rows_needed));
	CHECK(isnan(decide(0, 0, 6, 10, FAIR_MAX_GAP, 0.05).rows_needed));
	CHECK_TEXT(decide(0, 0, 6, 10, FAIR_MAX_GAP, 0.05).verdict, "insufficient");
	/* more than any bound, although there is no ratio */
	CHECK_TEXT(decide(3, 10, 0, 10, FAIR_MIN_RATIO, 0.8).verdict, "pass");
	CHECK(decide(3, 10, 0, 10, FAIR_MIN_RATIO, 0.8).rows_needed == 10);
}

/* 8 of 100 against 0.1 and 0.02, by the definition of the intervals. */
static void
a_rate_alone_is_judged_by_its_interval(void)
{
	FairTwoRates one = { { 8, 0 }, { 100, 0 } };
	FairConstraint most = { .kind = FAIR_MAX_GAP, .bound = 0.1 };
	FairConstraint least = { .kind = FAIR_MIN_RATIO, .bound = 0.02 };
	const FairIntervalMethod *wilson = fair_interval_methods(FAIR_OF_RATE);
	FairDecision got;
	double low;
	double high;

	fair_decide(&one, &most, 0.95, wilson, &got);
	CHECK_TEXT(got.verdict, "insufficient");
	fair_wilson(0.08, 100, 0.95, &low, &high);
	CHECK(got.value == 0.08 && got.low == low && got.high == high);
	fair_wilson(0.08, got.rows_needed, 0.95, &low, &high);
	CHECK(high <= 0.1);
	fair_wilson(0.08, got.rows_needed - 1, 0.95, &low, &high);
	CHECK(high > 0.1);
	fair_decide(&one, &least, 0.95, wilson, &got);
	CHECK_TEXT(got.verdict, "pass");
	CHECK(got.rows_needed == 100);
	one.n[0] = 0;
	one.successes[0] = 0;
	fair_decide(&one, &least, 0.95, wilson, &got);
	CHECK_TEXT(got.verdict, "insufficient");
	CHECK(isnan(got.rows_needed));
}

int
main(void)
{
	RUN(the_verdict_is_on_all_of_the_interval);
	RUN(a_gap_is_an_absolute_difference);
	RUN(the_rows_needed_decide_and_fewer_do_not);
	RUN(a_rate_alone_is_judged_by_its_interval);
	RUN(where_the_other_group_is_what_is_uncertain_no_rows_decide);
	return unit_end();
}
