/*
 * std_error.h
 *    Standard errors of the coefficients of the plain fit.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_STD_ERROR_H
#define FAIRPG_TRAIN_STD_ERROR_H

#include "train/newton.h"

/* The information of a plain fit, in the layout of linear.h. */
typedef struct Information
{
	NumArena *arena;
	const Dataset *data;
	NumMonitor *monitor;
	double *matrix; /* [n][stride] lower triangle: its mean over the weight,
	                 * with the ridge; overwritten */
	uint32_t n;
	size_t stride;
	double weight; /* of all rows */
	bool own_kernels;
} Information;

/*
 * The errors as train_std_errors() describes them, for a dispersion of 1;
 * '*std_error' is NULL where columns depend linearly on each other and nothing
 * tells them apart.  Levels are told as if they summed to zero.
 */
extern NumStatus std_errors_of(const Information *of, double **std_error);

/* Moves the levels of each category to sum to zero, and the intercept by as
 * much: the same score for every row.  'place' as layout_places() has it. */
extern void std_error_centre_levels(const Dataset *data, const uint32_t *place,
                                    double *coef);

/* How many parameters the rows can tell apart: all but one level of each
 * category. */
extern uint32_t std_error_free_params(const Dataset *data);

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
