/*
 * error_figure.c
 *    The table of figures of predicted numbers, and gaps between groups in
 *    them.
 */
#include "fair/error_figure.h"

#include <math.h>
#include <string.h>

typedef struct FigureDef
{
	const char *name;
	void (*estimate)(const FairErrors *errors, double level,
	                 FairEstimate *estimate);
	FairWorse worse;
} FigureDef;

static const FigureDef figures[FAIR_ERROR_FIGURES] = {
	{ "mean_squared_error", fair_squared_error, FAIR_HIGHER_IS_WORSE },
	{ "root_mean_squared_error", fair_root_squared_error,
	  FAIR_HIGHER_IS_WORSE },
	{ "mean_absolute_error", fair_absolute_error, FAIR_HIGHER_IS_WORSE },
	{ "r_squared", fair_r_squared, FAIR_LOWER_IS_WORSE },
	{ "mean_prediction", fair_mean_prediction, FAIR_LOWER_IS_WORSE },
	{ "mean_label", fair_mean_label, FAIR_LOWER_IS_WORSE },
	{ "mean_residual", fair_mean_residual, FAIR_HIGHER_IS_WORSE }
};

const char *
fair_error_figure_name(int figure)
{
	return figures[figure].name;
}

int
fair_error_figure_find(const char *name)
{
	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
		if (strcmp(figures[f].name, name) == 0)
			return f;
	return -1;
}

void
fair_error_figures(const FairErrors *errors, double level, double wide_level,
                   FairScoreFigure result[FAIR_ERROR_FIGURES])
{
	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
	{
		FairEstimate estimate;
		FairEstimate wide;

		figures[f].estimate(errors, level, &estimate);
		figures[f].estimate(errors, wide_level, &wide);
		result[f] =
			(FairScoreFigure){ .value = estimate.value,
			                   .low = estimate.low,
			                   .high = estimate.high,
			                   .wide_low = wide.low,
			                   .wide_high = wide.high,
			                   .rows = (double) errors->rows,
			                   .reason = errors->rows == 0 ? "no labelled rows"
			                             : isnan(estimate.value)
			                                 ? "all labels are the same"
			                                 : NULL };
	}
}

void
fair_error_gap(const FairScoreFigure *const *groups, int n_groups, int figure,
               FairScoreGap *gap)
{
	fair_figure_gap(groups, n_groups, figure, figures[figure].worse, gap);
}
