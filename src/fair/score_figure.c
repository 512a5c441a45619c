/*
 * score_figure.c
 *    The table of figures of scores, and gaps between groups in them.
 */
#include "fair/score_figure.h"

#include <math.h>
#include <string.h>

#include "fair/calibration_rows.h"
#include "fair/loss.h"
#include "fair/ranking.h"
#include "fair/roc.h"
#include "fair/scores.h"

typedef struct FigureDef
{
	const char *name;
	FairWorse worse;
} FigureDef;

static const FigureDef figures[FAIR_SCORE_FIGURES] = {
	{ "auc", FAIR_LOWER_IS_WORSE },
	{ "brier", FAIR_HIGHER_IS_WORSE },
	{ "log_loss", FAIR_HIGHER_IS_WORSE },
	{ "mean_score", FAIR_LOWER_IS_WORSE },
	{ "calibration_in_the_large", FAIR_FAR_FROM_ZERO_IS_WORSE },
	{ "observed_expected", FAIR_FAR_FROM_ONE_IS_WORSE },
	{ "calibration_slope", FAIR_FAR_FROM_ONE_IS_WORSE },
	{ "calibration_intercept", FAIR_FAR_FROM_ZERO_IS_WORSE },
	{ "calibration_offset", FAIR_FAR_FROM_ZERO_IS_WORSE },
	{ "ece", FAIR_HIGHER_IS_WORSE },
	{ "ece_if_calibrated", FAIR_NOT_COMPARED },
	{ "mce", FAIR_HIGHER_IS_WORSE },
	{ "brier_reliability", FAIR_HIGHER_IS_WORSE },
	{ "brier_resolution", FAIR_LOWER_IS_WORSE },
	{ "brier_uncertainty", FAIR_HIGHER_IS_WORSE },
	{ "brier_within_bins", FAIR_NOT_COMPARED },
	{ "hosmer_lemeshow", FAIR_NOT_COMPARED },
	{ "hosmer_lemeshow_p", FAIR_NOT_COMPARED },
	{ "spiegelhalter_z", FAIR_NOT_COMPARED },
	{ "spiegelhalter_p", FAIR_NOT_COMPARED }
};

const char *
fair_score_figure_name(int figure)
{
	return figures[figure].name;
}

int
fair_score_figure_find(const char *name)
{
	for (int f = 0; f < FAIR_SCORE_FIGURES; f++)
		if (strcmp(figures[f].name, name) == 0)
			return f;
	return -1;
}

bool
fair_score_figure_needs_label(int figure)
{
	return figure != FAIR_FIGURE_MEAN_SCORE;
}

bool
fair_score_figure_compares(int figure)
{
	return figures[figure].worse != FAIR_NOT_COMPARED;
}

/* ---- the figures of one image ---- */

/* The spread of squared errors and of scores, over the entries. */
typedef struct Spread
{
	double error_fourth;  /* sum of weight (score - label)^4 */
	double score_squared; /* sum of weight score^2, unlabelled rows too */
	double score_effective;
} Spread;

static Spread
read_spread(const uint8_t *image)
{
	size_t n = fair_scores_image_entries(image);
	Spread spread = { 0 };
	double total = 0;
	double squared = 0;

	for (size_t e = 0; e < n; e++)
	{
		double weight[FAIR_SCORE_LABELS];
		double low;
		double high;
		double score;
		double off[2];

		fair_scores_image_entry(image, e, weight);
		fair_scores_image_range(image, e, &low, &high);
		score = low < high ? low / 2 + high / 2 : low;
		off[0] = score * score;
		off[1] = (1 - score) * (1 - score);
		spread.error_fourth +=
			weight[0] * off[0] * off[0] + weight[1] * off[1] * off[1];
		spread.score_squared +=
			(weight[0] + weight[1] + weight[2]) * score * score;
	}
	for (size_t y = 0; y < FAIR_SCORE_LABELS; y++)
	{
		total += fair_scores_image_sum(image, FAIR_SUM_NEGATIVE + y);
		squared += fair_scores_image_sum(image, FAIR_SUM_NEGATIVE_SQUARED + y);
	}
	spread.score_effective = squared > 0 ? total * total / squared : 0;
	spread.score_squared /= total > 0 ? total : 1;
	return spread;
}

/* Standard error of a mean, from the mean of squares. */
static double
error_of_mean(double mean, double mean_squared, double effective)
{
	if (!(effective >= 2))
		return NAN;
	return sqrt(fmax(mean_squared - mean * mean, 0) / (effective - 1));
}

/* Rows that losses are taken over, likewise. */
static double
labelled_rows(const uint8_t *image, double *weight)
{
	double squared = 0;

	*weight = 0;
	for (size_t y = 0; y < 2; y++)
	{
		*weight += fair_scores_image_sum(image, FAIR_SUM_NEGATIVE + y);
		squared += fair_scores_image_sum(image, FAIR_SUM_NEGATIVE_SQUARED + y);
	}
	return squared > 0 ? *weight * *weight / squared : 0;
}

/* AUC, and its interval at both levels. */
static void
figure_auc(const uint8_t *image, const FairCalibrationPlan *plan,
           FairScoreFigures *result)
{
	FairScoreFigure *figure = &result->figure[FAIR_FIGURE_AUC];
	FairSide all = { .image = image };
	FairAuc auc;

	fair_auc_between(&all, &all, plan->level, &auc);
	figure->value = auc.auc;
	figure->low = auc.low;
	figure->high = auc.high;
	figure->reason = auc.reason;
	result->auc_error = auc.error;
	figure->wide_low = figure->low;
	figure->wide_high = figure->high;
	if (auc.reason != NULL)
		return;
	fair_auc_interval(&auc, plan->wide_level, &figure->wide_low,
	                  &figure->wide_high);
}

static void
figure_losses(const uint8_t *image, const FairCalibrationPlan *plan,
              const FairRanking *ranking, FairScoreFigures *result)
{
	static const double share[2] = { 0, 1 };
	FairScoreFigure *brier = &result->figure[FAIR_FIGURE_BRIER];
	FairScoreFigure *log_loss = &result->figure[FAIR_FIGURE_LOG_LOSS];
	FairScoreFigure *mean = &result->figure[FAIR_FIGURE_MEAN_SCORE];
	Spread spread = read_spread(image);
	double weight;
	double effective = labelled_rows(image, &weight);
	double ignored;
	FairLoss loss;

	brier->reason = log_loss->reason = ranking->loss_reason;
	mean->reason = ranking->mean_reason;
	if (ranking->loss_reason == NULL)
	{
		calibration_normal(plan, ranking->brier,
		                   error_of_mean(ranking->brier,
		                                 spread.error_fourth / weight,
		                                 effective),
		                   share, brier);
		fair_loss_of_scores(image, &loss);
		fair_loss_interval(&loss, plan->level, &ignored, &log_loss->low,
		                   &log_loss->high);
		fair_loss_interval(&loss, plan->wide_level, &ignored,
		                   &log_loss->wide_low, &log_loss->wide_high);
		log_loss->value = ranking->log_loss;
	}
	if (ranking->mean_reason == NULL)
		calibration_normal(plan, ranking->mean_score,
		                   error_of_mean(ranking->mean_score,
		                                 spread.score_squared,
		                                 spread.score_effective),
		                   (const double[2]){ -INFINITY, INFINITY }, mean);
}

NumStatus
fair_score_figures(NumArena *arena, const uint8_t *image,
                   const FairCalibrationPlan *plan, FairScoreFigures *result)
{
	FairRanking ranking;
	FairCalibration calibration;
	NumStatus status;

	memset(result, 0, sizeof(*result));
	fair_ranking(image, plan->level, &ranking);
	result->rows = ranking.rows;
	result->rows_negative = ranking.rows_negative;
	result->rows_positive = ranking.rows_positive;
	result->rows_unlabelled = ranking.rows_unlabelled;
	result->rows_unscored = ranking.rows_unscored;
	for (int f = 0; f < FAIR_FIGURE_OF_PART(0); f++)
	{
		FairScoreFigure *figure = &result->figure[f];

		figure->value = figure->low = figure->high = NAN;
		figure->wide_low = figure->wide_high = NAN;
		figure->rows = (double) (ranking.rows_negative + ranking.rows_positive);
	}
	result->figure[FAIR_FIGURE_MEAN_SCORE].rows = (double) ranking.rows;
	figure_auc(image, plan, result);
	figure_losses(image, plan, &ranking, result);
	status = fair_calibration(arena, image, plan, &calibration);
	memcpy(&result->figure[FAIR_FIGURE_OF_PART(0)], calibration.part,
	       sizeof(calibration.part));
	result->ece_error = calibration.error;
	result->n_bins = calibration.n_bins;
	result->bins = calibration.bins;
	return status;
}

/* ---- gaps ---- */

double
fair_score_wide_level(double level, int n_groups)
{
	double pairs = 0.5 * n_groups * (n_groups - 1.0);

	return 1 - (1 - level) / fmax(pairs, 1);
}

static double
square(double x)
{
	return x * x;
}

void
fair_figure_difference(const FairScoreFigure *a, const FairScoreFigure *b,
                       FairScoreFigure *difference)
{
	memset(difference, 0, sizeof(*difference));
	difference->value = a->value - b->value;
	difference->rows = a->rows + b->rows;
	difference->reason = a->reason != NULL ? a->reason : b->reason;
	difference->low = difference->value - sqrt(square(a->value - a->low) +
	                                           square(b->high - b->value));
	difference->high = difference->value + sqrt(square(a->high - a->value) +
	                                            square(b->value - b->low));
	difference->wide_low =
		difference->value -
		sqrt(square(a->value - a->wide_low) + square(b->wide_high - b->value));
	difference->wide_high =
		difference->value +
		sqrt(square(a->wide_high - a->value) + square(b->value - b->wide_low));
}

/* How bad a value is. */
static double
badness(FairWorse worse, double value)
{
	switch (worse)
	{
		case FAIR_LOWER_IS_WORSE:
			return -value;
		case FAIR_FAR_FROM_ZERO_IS_WORSE:
			return fabs(value);
		case FAIR_FAR_FROM_ONE_IS_WORSE:
			return fabs(value - 1);
		default:
			return value;
	}
}

/* The interval of the gap, from all pairs of groups. */
static void
bound_gap(const FairScoreFigure *const *groups, int n_groups, int figure,
          FairScoreGap *gap)
{
	gap->low = gap->high = 0;
	for (int i = 0; i < n_groups; i++)
		for (int j = 0; j < n_groups; j++)
		{
			const FairScoreFigure *a = &groups[i][figure];
			const FairScoreFigure *b = &groups[j][figure];
			FairScoreFigure difference;

			if (i == j || isnan(a->value) || isnan(b->value))
				continue;
			fair_figure_difference(a, b, &difference);
			/* one group without an interval leaves the gap without one */
			if (isnan(difference.low) || isnan(difference.high))
			{
				gap->low = gap->high = NAN;
				return;
			}
			gap->low = fmax(gap->low, difference.wide_low);
			gap->high = fmax(gap->high, difference.high);
		}
}

void
fair_score_gap(const FairScoreFigure *const *groups, int n_groups, int figure,
               FairScoreGap *gap)
{
	fair_figure_gap(groups, n_groups, figure, figures[figure].worse, gap);
}

void
fair_figure_gap(const FairScoreFigure *const *groups, int n_groups, int figure,
                FairWorse worse, FairScoreGap *gap)
{
	memset(gap, 0, sizeof(*gap));
	gap->gap = gap->low = gap->high = NAN;
	gap->highest = gap->lowest = gap->worst = -1;
	for (int g = 0; g < n_groups; g++)
	{
		double value = groups[g][figure].value;

		if (isnan(value))
		{
			gap->n_undefined++;
			continue;
		}
		if (gap->highest < 0 || value > groups[gap->highest][figure].value)
			gap->highest = g;
		if (gap->lowest < 0 || value < groups[gap->lowest][figure].value)
			gap->lowest = g;
		if (gap->worst < 0 ||
		    badness(worse, value) >
		        badness(worse, groups[gap->worst][figure].value))
			gap->worst = g;
	}
	if (n_groups - gap->n_undefined < 2)
	{
		gap->worst = -1;
		return;
	}
	gap->gap =
		groups[gap->highest][figure].value - groups[gap->lowest][figure].value;
	bound_gap(groups, n_groups, figure, gap);
}
