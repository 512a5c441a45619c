/*
 * std_error.h
 *    Standard errors of the coefficients of the plain fit.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_STD_ERROR_H
#define FAIRPG_TRAIN_STD_ERROR_H

#include "train/newton.h"

/*
 * Sets result->std_error, raw: [0] is of the intercept as the model's reader
 * sees it (the numbers themselves, without pivots), a null flag's is of what a
 * NULL number contributes in all.  NaN for levels that no training row has.
 *
 * Leaves it NULL where there are none to give: with l1, with a coefficient
 * that rests at zero for its sign, where the curvature is only learnt, or
 * where columns depend linearly on each other and nothing tells them apart.
 * Makes one curved pass at newton->coef, and overwrites the factor.  Without a
 * ridge the levels of each category are first moved to sum to zero, also in
 * result->coef, and the intercept by as much, which changes no score.
 */
extern NumStatus train_std_errors(Newton *newton, TrainResult *result);

#endif
