/*
 * decision.c
 *    Whether a rate, or the rates of two groups, keep a bound, and how many rows
 *    would tell.
 */
#include "fair/decision.h"

#include <math.h>
#include <string.h>

/* A rate alone, if it were that of 'rows' rows. */
static void
judge_alone(double rate, double level, const FairIntervalMethod *method,
            double rows, FairDecision *decision)
{
	decision->value = rate;
	method->of_rate(rate, rows, level, &decision->low, &decision->high);
}

/* Two rates, if group 0 had 'rows' rows. */
static void
judge_two(const FairTwoRates *two, bool ratio, double level,
          const FairIntervalMethod *method, double rows, FairDecision *decision)
{
	double p = two->successes[0] / two->n[0];
	double q = two->successes[1] / two->n[1];
	FairTwoRates grown = { { p >= 1 ? rows : p * rows, two->successes[1] },
		                   { rows, two->n[1] } };
	FairInterval interval = method->of_two(&grown, level);

	decision->low = interval.low;
	decision->high = interval.high;
	if (ratio)
	{
		decision->value = q > 0 ? p / q : NAN;
		return;
	}
	decision->value = fabs(p - q);
	decision->high = fmax(interval.high, -interval.low);
	decision->low = interval.low <= 0 && interval.high >= 0
	                    ? 0
	                    : fmin(fabs(interval.low), fabs(interval.high));
	if (isnan(interval.low))
		decision->low = decision->high = NAN;
}

/* Value, interval and verdict if group 0 had 'rows' rows. */
static void
judge(const FairTwoRates *two, const FairConstraint *constraint, double level,
      const FairIntervalMethod *method, double rows, FairDecision *decision)
{
	if (method->of_rate != NULL)
		judge_alone(two->successes[0] / two->n[0], level, method, rows,
		            decision);
	else
		judge_two(two, constraint->kind == FAIR_MIN_RATIO, level, method, rows,
		          decision);
	decision->verdict =
		fair_constraint_verdict(constraint, decision->low, decision->high);
}

void
fair_decide(const FairTwoRates *two, const FairConstraint *constraint,
            double level, const FairIntervalMethod *method,
            FairDecision *decision)
{
	double few = floor(two->n[0]);
	double enough;
	FairDecision there;

	judge(two, constraint, level, method, two->n[0], decision);
	decision->rows_needed = NAN;
	if (strcmp(decision->verdict, "insufficient") != 0)
	{
		decision->rows_needed = two->n[0];
		return;
	}
	if (isnan(decision->value) || isnan(decision->low))
		return;
	for (enough = fmax(2 * few, 2);; enough *= 2)
	{
		judge(two, constraint, level, method, enough, &there);
		if (strcmp(there.verdict, "insufficient") != 0)
			break;
		if (enough > FAIR_ROWS_MAX)
			return;
		few = enough;
	}
	while (enough - few > 1)
	{
		double middle = floor((few + enough) / 2);

		judge(two, constraint, level, method, middle, &there);
		if (strcmp(there.verdict, "insufficient") != 0)
			enough = middle;
		else
			few = middle;
	}
	decision->rows_needed = enough;
}
