/*
 * errors.h
 *    What the predictions of a number are like in a group: their mean, how far
 *    they are from the labels, and how well the rows tell it.
 */
#ifndef FAIRPG_FAIR_ERRORS_H
#define FAIRPG_FAIR_ERRORS_H

#include <stdint.h>

#include "fair/loss.h"

/* Sums over the rows that have both label and prediction.  Labels and
 * predictions are taken from 'centre', so that their squares keep their
 * digits. */
typedef struct FairErrors
{
	uint64_t rows;
	uint64_t unlabelled_rows;  /* without a label */
	uint64_t unpredicted_rows; /* with a label but without a prediction */
	double weight;
	double weight_squared;
	double centre;
	double label; /* of weight * (label - centre) */
	double label_squared;
	double label_cubed;
	double label_fourth;
	double prediction; /* of weight * (prediction - centre) */
	double prediction_squared;
	double absolute; /* of weight * |error|, error = prediction - label */
	double squared;
	double fourth;        /* of weight * error^4 */
	double squared_label; /* of weight * error^2 * (label - centre) */
	double squared_label_squared;
} FairErrors;

/* A mean and its interval. */
typedef struct FairEstimate
{
	double value; /* NaN without rows */
	double low;   /* NaN with fewer than two effective rows */
	double high;
} FairEstimate;

/* Adds the rows of 'from' to 'to', which has the same centre or no rows. */
extern void fair_errors_merge(FairErrors *to, const FairErrors *from);

/* Means with normal intervals on the effective number of rows (Kish), with the
 * variance seen; 'level' in (0, 1).  Errors do not go below 0. */
extern void fair_mean_prediction(const FairErrors *errors, double level,
                                 FairEstimate *estimate);
extern void
fair_mean_label(const FairErrors *errors, double level, FairEstimate *estimate);
extern void fair_squared_error(const FairErrors *errors, double level,
                               FairEstimate *estimate);
extern void fair_absolute_error(const FairErrors *errors, double level,
                                FairEstimate *estimate);

/* The mean of label - prediction: above 0 where people are predicted less than
 * they have. */
extern void fair_mean_residual(const FairErrors *errors, double level,
                               FairEstimate *estimate);

/* The root of the mean squared error; its interval is the root of that. */
extern void fair_root_squared_error(const FairErrors *errors, double level,
                                    FairEstimate *estimate);

/* Share of the labels' variance that the predictions explain: 1 less the mean
 * squared error by that variance; negative when the mean label would do better.
 * NaN when all labels are one.  The interval is normal for the logarithm of that
 * quotient, with its variance by the delta method, so that it stays below 1;
 * none where all errors are 0. */
extern void
fair_r_squared(const FairErrors *errors, double level, FairEstimate *estimate);

/* The squared errors as losses. */
extern FairLoss fair_loss_of_errors(const FairErrors *errors);

/* The largest difference between the mean predictions of two groups. */
typedef struct FairMeanGap
{
	FairEstimate gap; /* NaN with fewer than two groups */
	int highest;      /* groups it is between; -1 without a gap */
	int lowest;
	int n_undefined; /* groups without rows */
} FairMeanGap;

/*
 * As with rates (gap_bounds.h) the largest of many noisy differences is larger
 * than the largest true one: the upper end is the largest upper end of all
 * pairs, the lower end the largest lower end of intervals that are wide enough
 * for all pairs to hold together (Bonferroni), and not below 0.  Each pair has
 * the normal interval of a difference of independent means.  Both ends are NaN
 * when a group has fewer than two effective rows.  O(n_groups^2).
 */
extern void fair_mean_gap(const FairErrors *groups, int n_groups, double level,
                          FairMeanGap *result);

#endif
