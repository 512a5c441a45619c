/*
 * figures_number.c
 *    The figures of groups for whom a number is predicted.
 */
#include "postgres.h"

#include <math.h>

#include "pg/figures.h"

#define N_FIGURES 5

static const char *const no_rows = "no labelled rows";

static Figure
figure_of(const FigureSettings *settings, const char *metric,
          const FairErrors *errors, FairEstimate estimate)
{
	return (Figure){ .metric = metric,
		             .value = estimate.value,
		             .low = estimate.low,
		             .high = estimate.high,
		             .n = (int64) errors->rows,
		             .flag = errors->rows < (uint64) settings->min_group
		                         ? "small"
		                         : NULL,
		             .reason = errors->rows == 0 ? no_rows : NULL };
}

Figure *
figures_of_numbers(const FigureSettings *settings, const FairErrors *errors,
                   int *n_figures)
{
	Figure *figures = palloc(sizeof(Figure) * N_FIGURES);
	FairEstimate estimate;
	int n = 0;

	fair_squared_error(errors, settings->level, &estimate);
	figures[n++] = figure_of(settings, "mean_squared_error", errors, estimate);
	fair_absolute_error(errors, settings->level, &estimate);
	figures[n++] = figure_of(settings, "mean_absolute_error", errors, estimate);
	estimate = (FairEstimate){ fair_r_squared(errors), NAN, NAN };
	figures[n++] = figure_of(settings, "r_squared", errors, estimate);
	if (errors->rows > 0 && isnan(estimate.value))
		figures[n - 1].reason = "all labels are the same";
	fair_mean_prediction(errors, settings->level, &estimate);
	figures[n++] = figure_of(settings, "mean_prediction", errors, estimate);
	fair_mean_label(errors, settings->level, &estimate);
	figures[n++] = figure_of(settings, "mean_label", errors, estimate);
	*n_figures = n;
	return figures;
}

void
figures_mean_gap(const FigureSettings *settings,
                 const FigureAttribute *attribute, FigureGap *figure)
{
	int n_groups = attribute->n_groups;
	FairErrors *errors = palloc(sizeof(FairErrors) * (Size) Max(n_groups, 1));
	FairMeanGap gap;

	memset(figure, 0, sizeof(*figure));
	for (int g = 0; g < n_groups; g++)
	{
		errors[g] = attribute->groups[g].errors;
		figure->n += (int64) errors[g].rows;
		if (errors[g].rows > 0 && errors[g].rows < (uint64) settings->min_group)
			figure->flag = "small";
	}
	fair_mean_gap(errors, n_groups, settings->level, &gap);
	figure->criterion = &fair_mean_parity;
	figure->gap = (FairGap){ .gap = gap.gap.value,
		                     .highest = gap.highest,
		                     .lowest = gap.lowest,
		                     .n_undefined = gap.n_undefined,
		                     .ratio = NAN,
		                     .ratio_highest = -1,
		                     .ratio_lowest = -1 };
	figure->interval = (FairGapInterval){ gap.gap.low, gap.gap.high, NAN, NAN };
	figure->reason = figures_gap_reason(&figure->gap, n_groups);
	if (figure->gap.n_undefined > 0 && !isnan(figure->gap.gap))
		figure->flag = "incomplete";
}
