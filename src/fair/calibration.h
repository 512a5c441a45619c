/*
 * calibration.h
 *    Whether scores are the probabilities that they claim to be: reliability
 *    by bins and what is read off it, and the logistic recalibration.
 *
 * Works on images of scores (fair/scores.h) that fair_scores_valid() accepts,
 * over the rows with a label, by weight.  With P the score, Y the label and a
 * bar for means:
 *
 *     calibration_in_the_large  mean(Y) - mean(P)
 *     observed_expected         mean(Y) / mean(P)
 *     calibration_slope, _intercept   b and a of the fit Y ~ a + b logit(P)
 *     calibration_offset        a of the fit Y ~ a + logit(P)
 *     ece, mce                  mean and largest |mean(Y) - mean(P)| of bins
 *     ece_if_calibrated         the ECE to be expected of so many rows if every
 *                               score were right
 *     brier = brier_reliability - brier_resolution + brier_uncertainty
 *             + brier_within_bins       Murphy's parts of the mean (P - Y)^2, and
 *                               what the bins hide, which is 0 where each bin
 *                               has one score
 *     hosmer_lemeshow           sum over bins of (O - E)^2 / (E (1 - E / n)), to
 *                               be judged by as many degrees of freedom as there
 *                               are bins, since nothing was fitted to the rows
 *     spiegelhalter_z           sum (Y - P)(1 - 2P) by its deviation if every
 *                               score were right
 *
 * Bins are of equal width, [0, 1/k), [1/k, 2/k), ... with 1 in the last, or of
 * equal mass: a score belongs to bin floor(k m), m being the share of weight
 * below it and half of its own; so ties stay together.
 *
 * Logits are those of scores no closer to 0 and 1 than 1e-6.  Under weights
 * intervals and tests take the effective number of rows (Kish).
 *
 * Where scores were pooled, a bin takes them as the middle of what they can
 * be, and 'error' bounds what that can do to the ECE.
 *
 * References: Naeini, Cooper and Hauskrecht, AAAI 2015 (ECE, MCE); Murphy, J.
 * Applied Meteorology 12 (1973); Stephenson et al., Weather and Forecasting 23
 * (2008); Cox, Biometrika 45 (1958); Spiegelhalter, Statistics in Medicine 5
 * (1986); Hosmer and Lemeshow, Applied Logistic Regression, section 5.2.2.
 */
#ifndef FAIRPG_FAIR_CALIBRATION_H
#define FAIRPG_FAIR_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

#define FAIR_LOGIT_CLIP 1e-6
#define FAIR_MAX_BINS 1000

/* How calibration is to be measured. */
typedef struct FairCalibrationPlan
{
	int bins; /* 1 to FAIR_MAX_BINS */
	bool by_mass;
	double level;      /* of intervals, in (0, 1) */
	double wide_level; /* of a second, wider one; see FairScoreFigure */
	uint64_t seed;     /* of the interval of the ECE */
	int replicates;    /* likewise; 0: none */
	NumMonitor *monitor;
} FairCalibrationPlan;

typedef struct FairScoreBin
{
	double
		from; /* of equal width: the ends of the bin; of equal mass: the least
	              * and the largest score in it */
	double to;
	double rows;
	double weight;
	double effective;  /* rows (Kish) */
	double mean_score; /* NaN without rows, as all that follows */
	double observed;   /* share of positive labels */
	double low;        /* its Wilson interval */
	double high;
} FairScoreBin;

/* One figure of a set of scores. */
typedef struct FairScoreFigure
{
	double value; /* NaN: undefined, and then the reason says why */
	double low;   /* NaN where there is no interval */
	double high;
	double wide_low; /* the same at plan->wide_level */
	double wide_high;
	double rows; /* it is taken over */
	const char *reason;
} FairScoreFigure;

typedef enum FairCalibrationPart
{
	FAIR_CALIBRATION_IN_THE_LARGE,
	FAIR_OBSERVED_EXPECTED,
	FAIR_CALIBRATION_SLOPE,
	FAIR_CALIBRATION_INTERCEPT,
	FAIR_CALIBRATION_OFFSET,
	FAIR_ECE,
	FAIR_ECE_IF_CALIBRATED,
	FAIR_MCE,
	FAIR_BRIER_RELIABILITY,
	FAIR_BRIER_RESOLUTION,
	FAIR_BRIER_UNCERTAINTY,
	FAIR_BRIER_WITHIN_BINS,
	FAIR_HOSMER_LEMESHOW,
	FAIR_HOSMER_LEMESHOW_P,
	FAIR_SPIEGELHALTER_Z,
	FAIR_SPIEGELHALTER_P,
	FAIR_CALIBRATION_PARTS
} FairCalibrationPart;

typedef struct FairCalibration
{
	FairScoreFigure part[FAIR_CALIBRATION_PARTS];
	int n_bins; /* plan->bins, or 0 without rows or with scores out of range */
	FairScoreBin *bins; /* in the arena */
	double error; /* how far the ECE can be from that of unpooled scores */
} FairCalibration;

/*
 * Measures the calibration of an image.  Where there are no labelled rows, or
 * some scores are not within 0 and 1, every part is undefined, with the reason;
 * the fits need both labels, and scores that do not tell them apart.
 * O(entries), and O(replicates bins).
 */
extern NumStatus
fair_calibration(NumArena *arena, const uint8_t *image,
                 const FairCalibrationPlan *plan, FairCalibration *result);

#endif
