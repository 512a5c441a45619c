/*
 * ranking.h
 *    What scores are worth: AUC, Brier score, log-loss and mean, from the
 *    image that fair/scores.h makes.
 */
#ifndef FAIRPG_FAIR_RANKING_H
#define FAIRPG_FAIR_RANKING_H

#include <stdint.h>

typedef struct FairRanking
{
	uint64_t rows; /* with a score, labelled or not */
	uint64_t rows_positive;
	uint64_t rows_negative;
	uint64_t rows_unlabelled;
	uint64_t rows_unscored;

	/* figures are NaN where undefined, and then the reason says why */
	double auc;       /* weighted share of (positive, negative) pairs in the
	                   * right order; ties count one half */
	double auc_error; /* the AUC of unpooled scores differs by no more */
	double auc_low;
	double auc_high;
	const char *auc_reason;
	double brier;    /* mean squared difference of score and label */
	double log_loss; /* mean, nats */
	const char *loss_reason;
	double mean_score; /* of labelled and unlabelled rows */
	const char *mean_reason;
} FairRanking;

/*
 * Fills '*ranking' from an image that fair_scores_valid() accepts; 'level'
 * of the interval in (0, 1).  The AUC and its interval are those of
 * fair_auc_between() (fair/roc.h).
 */
extern void
fair_ranking(const uint8_t *image, double level, FairRanking *ranking);

#endif
