/*
 * constraint.h
 *    A fairness criterion with its bound, over some of the attributes.
 *
 * A training carries a list of them, and every measurement of its model is
 * judged by the same list.
 */
#ifndef FAIRPG_FAIR_CONSTRAINT_H
#define FAIRPG_FAIR_CONSTRAINT_H

#include <stdbool.h>

#include "fair/criterion.h"

typedef enum FairBound
{
	FAIR_NO_BOUND, /* measured only: the method has no use for one */
	FAIR_MAX_GAP,  /* largest difference of rates of two groups; 0 to 1, of mean
	                 * predictions >= 0 */
	FAIR_MIN_RATIO, /* least quotient of rates of two groups; 0 to 1 */
	FAIR_MAX_LOSS   /* largest mean loss of a group; > 0 */
} FairBound;

#define FAIR_N_BOUNDS (FAIR_MAX_LOSS + 1)

typedef struct FairConstraint
{
	const FairCriterion *criterion;
	FairBound kind;
	double bound;           /* NaN for FAIR_NO_BOUND */
	const bool *attributes; /* which ones, by number; NULL: all of them */
} FairConstraint;

/* "max_gap", "min_ratio", "max_loss"; NULL for FAIR_NO_BOUND. */
extern const char *fair_bound_name(FairBound kind);

/* Whether a bound of that kind means something for the criterion; none
 * always does. */
extern bool fair_bound_fits(const FairCriterion *criterion, FairBound kind);

/* Whether attribute number 'attribute' is one of the constraint's. */
extern bool
fair_constraint_covers(const FairConstraint *constraint, int attribute);

/* What an excess is measured by: the bound, or 0.01 where it is smaller, so that
 * a gap of 0 can be asked for; NaN without a bound. */
extern double fair_constraint_scale(const FairConstraint *constraint);

/*
 * How far 'value' (a gap, a ratio, a largest loss, as the kind of the bound
 * has it) is beyond the bound, as a part of its scale: positive when the
 * constraint is violated, at most 0 when it is kept.  NaN for NaN, and without
 * a bound.
 */
extern double
fair_constraint_excess(const FairConstraint *constraint, double value);

/* The verdict on an interval: "pass" when all of it keeps the bound, "fail" when
 * all of it is beyond, else "insufficient", as for NaN.  NULL without a bound. */
extern const char *fair_constraint_verdict(const FairConstraint *constraint,
                                           double low, double high);

/*
 * By how much the rows would have to grow for the interval from 'low' to
 * 'high' to lie on one side of the bound, if the value stayed as it is:
 *
 *     (half / (value - bound))^2
 *
 * since an interval shrinks as one over the root of the rows.  'half' is the
 * half of the interval that reaches across the bound; for a value beyond the
 * bound the wider half, as the other one may be cut off where there is no gap
 * any more.  Ratios are taken by their logarithms.  With many groups the end
 * may be of another pair than the value is; then it takes less.
 * INFINITY for a value that equals the bound; NaN without an interval or a
 * bound, and for a ratio whose interval reaches 0.
 */
extern double fair_constraint_rows(const FairConstraint *constraint,
                                   double value, double low, double high);

#endif
