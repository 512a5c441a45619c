/*
 * decision.h
 *    Whether a rate, or the rates of two groups, keep a bound, and how many rows
 *    would tell.
 */
#ifndef FAIRPG_FAIR_DECISION_H
#define FAIRPG_FAIR_DECISION_H

#include "fair/constraint.h"
#include "fair/interval.h"

typedef struct FairDecision
{
	double value; /* NaN where one of the groups has no rows, or a ratio has
	               * nothing below it */
	double low;
	double high;
	const char *verdict; /* fair_constraint_verdict() */
	double rows_needed;  /* of group 0; NaN: no number of them decides */
} FairDecision;

/* More rows than anybody will have. */
#define FAIR_ROWS_MAX 1e15

/*
 * Judges rate 0 against rate 1 by an interval of 'method', which is one of
 * differences for FAIR_MAX_GAP (what counts is the absolute difference) and of
 * ratios for FAIR_MIN_RATIO (rate 0 by rate 1); or rate 0 alone by one of rates,
 * which is to be at most, or at least, the bound.
 *
 * rows_needed is the least number of rows of group 0 with which the verdict is
 * not "insufficient", if both rates and the rows of group 1 stay as they are;
 * the number it has where that is enough.  Up to FAIR_ROWS_MAX.
 */
extern void
fair_decide(const FairTwoRates *two, const FairConstraint *constraint,
            double level, const FairIntervalMethod *method,
            FairDecision *decision);

#endif
