/*
 * loss.h
 *    The mean log-loss of a group, and how well the rows tell it.
 */
#ifndef FAIRPG_FAIR_LOSS_H
#define FAIRPG_FAIR_LOSS_H

#include <stdint.h>

typedef struct FairLoss
{
	uint64_t rows; /* labelled rows with a score */
	double weight; /* sums over them: of weights, */
	double weight_squared;
	double sum;     /* of weight * loss, in nats, */
	double squared; /* of weight * loss^2 */
} FairLoss;

/* Adds the rows of 'from' to 'to'. */
extern void fair_loss_merge(FairLoss *to, const FairLoss *from);

/* The sums of an image of scores (fair/scores.h) that are probabilities.
 * Where it pools scores, 'squared' takes each at the low end of its bin. */
extern void fair_loss_of_scores(const uint8_t *image, FairLoss *loss);

/*
 * The mean and its normal interval on the effective number of rows (Kish),
 * with the variance of the losses seen; 'level' in (0, 1).  All NaN without
 * rows, both ends NaN with fewer than two effective ones.
 */
extern void fair_loss_interval(const FairLoss *loss, double level, double *mean,
                               double *low, double *high);

#endif
