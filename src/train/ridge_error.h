/*
 * ridge_error.h
 *    Standard errors of plain least squares.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_RIDGE_ERROR_H
#define FAIRPG_TRAIN_RIDGE_ERROR_H

#include "model/gram.h"
#include "train/std_error.h"

/*
 * Those of std_error.h times the standard deviation of the residuals, of which
 * as many rows are taken off as there are parameters that the rows tell apart.
 * 'gram' is of all rows together, 'squares' the sum of squared errors in the
 * scale of the standardised label; 'of' has room for the matrix, but for that
 * and the weight it is filled.  '*std_error' is NULL where rows are no more than
 * parameters, or do not tell them apart.
 */
extern NumStatus ridge_errors(const Gram *gram, double squares, double l2,
                              Information *of, double **std_error);

#endif
