/*
 * constraint.c
 *    A fairness criterion with its bound.
 */
#include "fair/constraint.h"

#include <math.h>
#include <stddef.h>

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
