/*
 * ranking.c
 *    What scores are worth: AUC, Brier score, log-loss and mean.
 */
#include "fair/ranking.h"

#include <math.h>
#include <string.h>

#include "fair/roc.h"
#include "fair/scores.h"

void
fair_ranking(const uint8_t *image, double level, FairRanking *ranking)
{
	FairSide all = { .image = image };
	FairAuc auc;
	double labelled;
	double scored;

	memset(ranking, 0, sizeof(*ranking));
	ranking->rows_negative =
		fair_scores_image_count(image, FAIR_SCORES_NEGATIVE);
	ranking->rows_positive =
		fair_scores_image_count(image, FAIR_SCORES_POSITIVE);
	ranking->rows_unlabelled =
		fair_scores_image_count(image, FAIR_SCORES_UNLABELLED);
	ranking->rows_unscored =
		fair_scores_image_count(image, FAIR_SCORES_UNSCORED);
	ranking->rows = ranking->rows_negative + ranking->rows_positive +
	                ranking->rows_unlabelled;

	fair_auc_between(&all, &all, level, &auc);
	ranking->auc = auc.auc;
	ranking->auc_error = auc.error;
	ranking->auc_low = auc.low;
	ranking->auc_high = auc.high;
	ranking->auc_reason = auc.reason;

	labelled = fair_scores_image_sum(image, FAIR_SUM_NEGATIVE) +
	           fair_scores_image_sum(image, FAIR_SUM_POSITIVE);
	ranking->brier = ranking->log_loss = ranking->mean_score = NAN;
	if (!(labelled > 0))
		ranking->loss_reason = "no rows with label and score";
	else if (fair_scores_image_count(image, FAIR_SCORES_OUTSIDE) > 0)
		ranking->loss_reason = "some scores are not within 0 and 1";
	else
	{
		ranking->brier =
			fair_scores_image_sum(image, FAIR_SUM_BRIER) / labelled;
		ranking->log_loss =
			fair_scores_image_sum(image, FAIR_SUM_LOG_LOSS) / labelled;
	}

	scored = labelled + fair_scores_image_sum(image, FAIR_SUM_UNLABELLED);
	if (!(scored > 0))
		ranking->mean_reason = "no scores";
	else if (fair_scores_image_count(image, FAIR_SCORES_UNBOUNDED) > 0)
		ranking->mean_reason = "some scores are infinite or too large to add";
	else
		ranking->mean_score =
			(fair_scores_image_sum(image, FAIR_SUM_SCORE) +
		     fair_scores_image_sum(image, FAIR_SUM_SCORE_UNLABELLED)) /
			scored;
}
