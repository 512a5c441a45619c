/*
 * figures_number.c
 *    The figures of groups for whom a number is predicted.
 */
#include "postgres.h"

#include <math.h>

#include "fair/error_figure.h"
#include "pg/figures.h"

/* beside the figures: rows without a label or without a prediction */
#define N_COUNTS 2

static const char *
small_flag(const FigureSettings *settings, uint64 rows)
{
	return rows < (uint64) settings->min_group ? "small" : NULL;
}

/* How many rows of all there are the figures leave out. */
static Figure
figure_of_count(const FairErrors *errors, const char *metric, uint64 rows)
{
	return (Figure){ .metric = metric,
		             .value = (double) rows,
		             .low = NAN,
		             .high = NAN,
		             .n = (int64) (errors->rows + errors->unlabelled_rows +
		                           errors->unpredicted_rows) };
}

Figure *
figures_of_numbers(const FigureSettings *settings, const FairErrors *errors,
                   int *n_figures)
{
	Figure *figures = palloc(sizeof(Figure) * (FAIR_ERROR_FIGURES + N_COUNTS));
	FairScoreFigure all[FAIR_ERROR_FIGURES];
	int n = 0;

	fair_error_figures(errors, settings->level, settings->level, all);
	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
		figures[n++] = (Figure){ .metric = fair_error_figure_name(f),
			                     .value = all[f].value,
			                     .low = all[f].low,
			                     .high = all[f].high,
			                     .n = (int64) errors->rows,
			                     .flag = small_flag(settings, errors->rows),
			                     .reason = all[f].reason };
	figures[n++] =
		figure_of_count(errors, "n_unlabelled", errors->unlabelled_rows);
	figures[n++] =
		figure_of_count(errors, "n_unpredicted", errors->unpredicted_rows);
	*n_figures = n;
	return figures;
}

/* Whether some group that has rows has few. */
static const char *
flag_of_gap(const FigureSettings *settings, const FigureAttribute *attribute,
            int n_undefined, double gap, int64 *n_rows)
{
	const char *flag = NULL;

	*n_rows = 0;
	for (int g = 0; g < attribute->n_groups; g++)
	{
		uint64 rows = attribute->groups[g].errors.rows;

		*n_rows += (int64) rows;
		if (rows > 0 && small_flag(settings, rows) != NULL)
			flag = "small";
	}
	return n_undefined > 0 && !isnan(gap) ? "incomplete" : flag;
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
		errors[g] = attribute->groups[g].errors;
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
	figure->flag = flag_of_gap(settings, attribute, gap.n_undefined,
	                           gap.gap.value, &figure->n);
}

FigureScoreGap *
figures_of_number_gaps(const FigureSettings *settings,
                       const FigureAttribute *attribute, int *n_gaps)
{
	int n_groups = attribute->n_groups;
	FigureScoreGap *gaps = palloc0(sizeof(FigureScoreGap) * FAIR_ERROR_FIGURES);
	FairScoreFigure *all = palloc(sizeof(FairScoreFigure) * FAIR_ERROR_FIGURES *
	                              (Size) Max(n_groups, 1));
	const FairScoreFigure **by_group =
		palloc(sizeof(FairScoreFigure *) * (Size) Max(n_groups, 1));
	double wide_level = fair_score_wide_level(settings->level, n_groups);

	for (int g = 0; g < n_groups; g++)
	{
		fair_error_figures(&attribute->groups[g].errors, settings->level,
		                   wide_level, all + g * FAIR_ERROR_FIGURES);
		by_group[g] = all + g * FAIR_ERROR_FIGURES;
	}
	*n_gaps = 0;
	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
	{
		Figure *figure = &gaps[*n_gaps].figure;
		FairScoreGap gap;

		/* that is mean_parity */
		if (f == fair_error_figure_find("mean_prediction"))
			continue;
		fair_error_gap(by_group, n_groups, f, &gap);
		figure->metric = fair_error_figure_name(f);
		figure->value = gap.gap;
		figure->low = gap.low;
		figure->high = gap.high;
		figure->reason = figures_gap_reason(
			&(FairGap){ .gap = gap.gap, .n_undefined = gap.n_undefined },
			n_groups);
		figure->flag = flag_of_gap(settings, attribute, gap.n_undefined,
		                           gap.gap, &figure->n);
		gaps[(*n_gaps)++].worst = gap.worst;
	}
	return gaps;
}
