/*
 * constraint.c
 *    A fairness criterion with its bound.
 */
#include "fair/constraint.h"

#include <math.h>
#include <stddef.h>

#include "num/special.h"

/* a percentage point: what a part of a smaller bound is taken of */
#define LEAST_SCALE 0.01

const char *
fair_bound_name(FairBound kind)
{
	switch (kind)
	{
		case FAIR_NO_BOUND:
			break;
		case FAIR_MAX_GAP:
			return "max_gap";
		case FAIR_MIN_RATIO:
			return "min_ratio";
		case FAIR_MAX_LOSS:
			return "max_loss";
	}
	return NULL;
}

bool
fair_bound_fits(const FairCriterion *criterion, FairBound kind)
{
	if (kind == FAIR_NO_BOUND)
		return true;
	if (criterion->of_loss)
		return kind == FAIR_MAX_LOSS;
	return kind == FAIR_MAX_GAP ||
	       (kind == FAIR_MIN_RATIO && !criterion->of_mean);
}

bool
fair_constraint_covers(const FairConstraint *constraint, int attribute)
{
	return constraint->attributes == NULL || constraint->attributes[attribute];
}

double
fair_constraint_scale(const FairConstraint *constraint)
{
	return constraint->bound < LEAST_SCALE ? LEAST_SCALE : constraint->bound;
}

double
fair_constraint_excess(const FairConstraint *constraint, double value)
{
	double beyond = constraint->kind == FAIR_MIN_RATIO
	                    ? constraint->bound - value
	                    : value - constraint->bound;

	return beyond / fair_constraint_scale(constraint);
}

const char *
fair_constraint_verdict(const FairConstraint *constraint, double low,
                        double high)
{
	double low_excess = fair_constraint_excess(constraint, low);
	double high_excess = fair_constraint_excess(constraint, high);

	if (constraint->kind == FAIR_NO_BOUND)
		return NULL;
	if (low_excess <= 0 && high_excess <= 0)
		return "pass";
	if (low_excess > 0 && high_excess > 0)
		return "fail";
	return "insufficient";
}

double
fair_constraint_rows(const FairConstraint *constraint, double value, double low,
                     double high)
{
	bool least = constraint->kind == FAIR_MIN_RATIO;
	bool kept = fair_constraint_excess(constraint, value) <= 0;
	double bound = constraint->bound;
	double half;
	double quotient;

	if (least)
	{
		value = num_log(value);
		low = num_log(low);
		high = num_log(high);
		bound = num_log(bound);
	}
	if (kept)
		half = least ? value - low : high - value;
	else
		half = fmax(high - value, value - low);
	if (!isfinite(half) || isnan(low) || isnan(high) || isnan(bound))
		return NAN;
	quotient = half / (bound - value);
	return quotient * quotient;
}
