/*
 * loss.c
 *    The mean log-loss of a group, and its interval.
 */
#include "fair/loss.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "fair/scores.h"
#include "num/special.h"

void
fair_loss_merge(FairLoss *to, const FairLoss *from)
{
	to->rows += from->rows;
	to->weight += from->weight;
	to->weight_squared += from->weight_squared;
	to->sum += from->sum;
	to->squared += from->squared;
}

/* Loss of a row whose label has the probability 'p'. */
static double
loss_of(double p)
{
	return -num_log(fmin(fmax(p, FAIR_LOG_LOSS_CLIP), 1 - FAIR_LOG_LOSS_CLIP));
}

void
fair_loss_of_scores(const uint8_t *image, FairLoss *loss)
{
	size_t n = fair_scores_image_entries(image);

	memset(loss, 0, sizeof(*loss));
	for (size_t y = 0; y < 2; y++)
	{
		loss->rows += fair_scores_image_count(image, FAIR_SCORES_NEGATIVE + y);
		loss->weight += fair_scores_image_sum(image, FAIR_SUM_NEGATIVE + y);
		loss->weight_squared +=
			fair_scores_image_sum(image, FAIR_SUM_NEGATIVE_SQUARED + y);
	}
	loss->sum = fair_scores_image_sum(image, FAIR_SUM_LOG_LOSS);
	for (size_t e = 0; e < n; e++)
	{
		double p = fair_scores_image_score(image, e);
		double positive = loss_of(p);
		double negative = loss_of(1 - p);
		double weight[FAIR_SCORE_LABELS];

		fair_scores_image_entry(image, e, weight);
		loss->squared +=
			weight[0] * negative * negative + weight[1] * positive * positive;
	}
}

void
fair_loss_interval(const FairLoss *loss, double level, double *mean,
                   double *low, double *high)
{
	double rows;
	double variance;
	double half;

	*mean = *low = *high = NAN;
	if (!(loss->weight > 0))
		return;
	*mean = loss->sum / loss->weight;
	rows = loss->weight * loss->weight / loss->weight_squared;
	if (!(rows >= 2))
		return;
	variance = fmax(loss->squared / loss->weight - *mean * *mean, 0);
	half = num_normal_quantile(0.5 + level / 2) * sqrt(variance / (rows - 1));
	*low = fmax(*mean - half, 0);
	*high = *mean + half;
}
