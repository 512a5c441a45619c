/*
 * offer.h
 *    Which trainings there are: family, method, criterion and kind of bound.
 */
#ifndef FAIRPG_TRAIN_OFFER_H
#define FAIRPG_TRAIN_OFFER_H

#include "fair/constraint.h"
#include "train/family.h"

/*
 * Whether a model of 'family' can be trained by 'method' under one criterion,
 * given by itself, with a bound of that kind (FAIR_NO_BOUND: without one).
 * What is refused for other reasons (options, attributes, the data) is no part
 * of the answer.
 */
extern bool train_offers(const TrainFamily *family, const TrainMethod *method,
                         const FairCriterion *criterion, FairBound kind);

#endif
