/*
 * offer.c
 *    Which trainings there are.
 *
 * The tables of families, methods and criteria say what each of them takes;
 * this is what follows for all of them together.  Callers refuse one thing
 * after the other, each with its own words, and must come to the same.
 */
#include "train/offer.h"

/* Whether a method has a use for the criterion at all. */
static bool
method_takes_criterion(const TrainMethod *method,
                       const FairCriterion *criterion)
{
	if (method->mixes && criterion->of_loss)
		return false;
	return method->takes_constraints || method->of_loss == criterion->of_loss;
}

static bool
method_takes_bound(const TrainMethod *method, FairBound kind)
{
	if (method->judged_only)
		return true;
	if (!method->needs_max_gap)
		return kind == FAIR_NO_BOUND;
	return method->takes_constraints ? kind != FAIR_NO_BOUND
	                                 : kind == FAIR_MAX_GAP;
}

bool
train_offers(const TrainFamily *family, const TrainMethod *method,
             const FairCriterion *criterion, FairBound kind)
{
	return train_family_has_method(family, method) &&
	       train_family_has_criterion(family, criterion) &&
	       fair_bound_fits(criterion, kind) &&
	       method_takes_criterion(method, criterion) &&
	       method_takes_bound(method, kind);
}
