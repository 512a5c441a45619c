/*
 * score_access.c
 *    Accessors of the type score_stats: AUC, losses, calibration.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "fair/ranking.h"
#include "fair/scores.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/report.h"
#include "pg/rows.h"
#include "pg/score_stats.h"

static const uint8 *
image_arg(FunctionCallInfo fcinfo)
{
	return stats_payload(&score_kind, PG_GETARG_VARLENA_P(0), NULL);
}

static Datum
real_or_null(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

bool
score_binning(const char *name)
{
	if (strcmp(name, "mass") == 0)
		return true;
	if (strcmp(name, "width") != 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"binning\" must be \"width\" or \"mass\""),
		         errhint("Bins of equal width divide 0 to 1, bins of equal "
		                 "mass the rows.")));
	return false;
}

FairCalibrationPlan
score_plan(FunctionCallInfo fcinfo, int number)
{
	FairCalibrationPlan plan = { .bins = SCORE_BINS,
		                         .level = 0.95,
		                         .wide_level = 0.95 };

	if (PG_NARGS() <= number)
		return plan;
	plan.bins = PG_GETARG_INT32(number);
	if (plan.bins < 1 || plan.bins > FAIR_MAX_BINS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"bins\" must be between 1 and %d",
		                       FAIR_MAX_BINS)));
	plan.by_mass =
		score_binning(text_to_cstring(PG_GETARG_TEXT_PP(number + 1)));
	return plan;
}

int
score_figure_number(const char *name)
{
	int figure = fair_score_figure_find(name);
	StringInfoData known;

	if (figure >= 0)
		return figure;
	initStringInfo(&known);
	for (int f = 0; f < FAIR_SCORE_FIGURES; f++)
		appendStringInfo(&known, "%s%s", f == 0 ? "" : ", ",
		                 fair_score_figure_name(f));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("metric \"%s\" is not known", name),
	                errhint("Known metrics of scores: %s.", known.data)));
	return -1;
}

/* Every figure of the first argument, in CurrentMemoryContext. */
static void
figures_arg(FunctionCallInfo fcinfo, const FairCalibrationPlan *plan,
            FairScoreFigures *figures)
{
	NumArena arena;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	report_status(fair_score_figures(&arena, image_arg(fcinfo), plan, figures),
	              &arena, "metrics of scores");
}

/* One of them; arguments from 1 on are bins and binning, or missing. */
static Datum
score_figure(FunctionCallInfo fcinfo, int figure)
{
	FairCalibrationPlan plan = score_plan(fcinfo, 1);
	FairScoreFigures figures;

	figures_arg(fcinfo, &plan, &figures);
	return real_or_null(fcinfo, figures.figure[figure].value);
}

/* n(score_stats) returns bigint: rows with a score. */
FAIRPG_FUNCTION(fairpg_score_n);

Datum
fairpg_score_n(PG_FUNCTION_ARGS)
{
	FairRanking ranking;

	fair_ranking(image_arg(fcinfo), 0.95, &ranking);
	PG_RETURN_INT64((int64) ranking.rows);
}

/* auc(score_stats) and so on, whose definitions do without bins. */
#define RANKING_ACCESSOR(function, field)                                      \
	FAIRPG_FUNCTION(function);                                                 \
	Datum function(PG_FUNCTION_ARGS)                                           \
	{                                                                          \
		FairRanking ranking;                                                   \
		fair_ranking(image_arg(fcinfo), 0.95, &ranking);                       \
		return real_or_null(fcinfo, ranking.field);                            \
	}                                                                          \
	extern Datum function(PG_FUNCTION_ARGS)

RANKING_ACCESSOR(fairpg_auc, auc);
RANKING_ACCESSOR(fairpg_auc_error, auc_error);
RANKING_ACCESSOR(fairpg_brier, brier);
RANKING_ACCESSOR(fairpg_log_loss, log_loss);
RANKING_ACCESSOR(fairpg_mean_score, mean_score);

/* auc_interval(score_stats, level float8) returns interval. */
FAIRPG_FUNCTION(fairpg_auc_interval);

Datum
fairpg_auc_interval(PG_FUNCTION_ARGS)
{
	double level = stats_level(fcinfo, 1);
	FairRanking ranking;

	fair_ranking(image_arg(fcinfo), level, &ranking);
	return outcome_interval(fcinfo, ranking.auc_low, ranking.auc_high);
}

/* calibration_slope(score_stats) and so on, and ece(score_stats, bins integer,
 * binning text) and so on: parts of fair/calibration.h, NULL where undefined. */
#define CALIBRATION_ACCESSOR(function, part)                                   \
	FAIRPG_FUNCTION(function);                                                 \
	Datum function(PG_FUNCTION_ARGS)                                           \
	{                                                                          \
		return score_figure(fcinfo, FAIR_FIGURE_OF_PART(part));                \
	}                                                                          \
	extern Datum function(PG_FUNCTION_ARGS)

CALIBRATION_ACCESSOR(fairpg_calibration_in_the_large,
                     FAIR_CALIBRATION_IN_THE_LARGE);
CALIBRATION_ACCESSOR(fairpg_observed_expected, FAIR_OBSERVED_EXPECTED);
CALIBRATION_ACCESSOR(fairpg_calibration_slope, FAIR_CALIBRATION_SLOPE);
CALIBRATION_ACCESSOR(fairpg_calibration_intercept, FAIR_CALIBRATION_INTERCEPT);
CALIBRATION_ACCESSOR(fairpg_calibration_offset, FAIR_CALIBRATION_OFFSET);
CALIBRATION_ACCESSOR(fairpg_spiegelhalter_z, FAIR_SPIEGELHALTER_Z);
CALIBRATION_ACCESSOR(fairpg_spiegelhalter_p, FAIR_SPIEGELHALTER_P);
CALIBRATION_ACCESSOR(fairpg_ece, FAIR_ECE);
CALIBRATION_ACCESSOR(fairpg_ece_if_calibrated, FAIR_ECE_IF_CALIBRATED);
CALIBRATION_ACCESSOR(fairpg_mce, FAIR_MCE);
CALIBRATION_ACCESSOR(fairpg_brier_reliability, FAIR_BRIER_RELIABILITY);
CALIBRATION_ACCESSOR(fairpg_brier_resolution, FAIR_BRIER_RESOLUTION);
CALIBRATION_ACCESSOR(fairpg_brier_uncertainty, FAIR_BRIER_UNCERTAINTY);
CALIBRATION_ACCESSOR(fairpg_brier_within_bins, FAIR_BRIER_WITHIN_BINS);
CALIBRATION_ACCESSOR(fairpg_hosmer_lemeshow, FAIR_HOSMER_LEMESHOW);
CALIBRATION_ACCESSOR(fairpg_hosmer_lemeshow_p, FAIR_HOSMER_LEMESHOW_P);

/* ece_error(score_stats, bins integer, binning text) returns float8: how far
 * ece() can be from that of the scores as they were. */
FAIRPG_FUNCTION(fairpg_ece_error);

Datum
fairpg_ece_error(PG_FUNCTION_ARGS)
{
	FairCalibrationPlan plan = score_plan(fcinfo, 1);
	FairScoreFigures figures;

	figures_arg(fcinfo, &plan, &figures);
	return real_or_null(fcinfo, figures.ece_error);
}

/* metric(score_stats, name text, bins integer, binning text) returns float8:
 * any of them by name. */
FAIRPG_FUNCTION(fairpg_score_metric);

Datum
fairpg_score_metric(PG_FUNCTION_ARGS)
{
	int figure = score_figure_number(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	FairCalibrationPlan plan = score_plan(fcinfo, 2);
	FairScoreFigures figures;

	figures_arg(fcinfo, &plan, &figures);
	return real_or_null(fcinfo, figures.figure[figure].value);
}

/* metric_reason(score_stats, name text, bins integer, binning text) returns
 * text: why the metric is undefined; NULL when it is not. */
FAIRPG_FUNCTION(fairpg_score_metric_reason);

Datum
fairpg_score_metric_reason(PG_FUNCTION_ARGS)
{
	int figure = score_figure_number(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	FairCalibrationPlan plan = score_plan(fcinfo, 2);
	FairScoreFigures figures;

	figures_arg(fcinfo, &plan, &figures);
	if (figures.figure[figure].reason == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(figures.figure[figure].reason));
}

/* metric_interval(score_stats, name text, level float8, bins integer, binning
 * text, seed bigint) returns interval; NULL where the metric has none. */
FAIRPG_FUNCTION(fairpg_score_metric_interval);

Datum
fairpg_score_metric_interval(PG_FUNCTION_ARGS)
{
	int figure = score_figure_number(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	FairCalibrationPlan plan = score_plan(fcinfo, 3);
	FairScoreFigures figures;

	plan.level = plan.wide_level = stats_level(fcinfo, 2);
	plan.replicates =
		figure == FAIR_FIGURE_OF_PART(FAIR_ECE) ? SCORE_REPLICATES : 0;
	plan.seed = (uint64) PG_GETARG_INT64(5);
	figures_arg(fcinfo, &plan, &figures);
	return outcome_interval(fcinfo, figures.figure[figure].low,
	                        figures.figure[figure].high);
}

/* calibration_bins(score_stats, bins integer, binning text, level float8)
 * returns a row for each bin; of equal mass, for each that has rows. */
FAIRPG_FUNCTION(fairpg_calibration_bins);

Datum
fairpg_calibration_bins(PG_FUNCTION_ARGS)
{
	FairCalibrationPlan plan = score_plan(fcinfo, 1);
	FairScoreFigures figures;
	Rows rows;

	plan.level = stats_level(fcinfo, 3);
	figures_arg(fcinfo, &plan, &figures);
	rows_begin(&rows, fcinfo, 9);
	for (int b = 0; b < figures.n_bins; b++)
	{
		const FairScoreBin *bin = &figures.bins[b];
		RowMaker row;

		if (plan.by_mass && !(bin->weight > 0))
			continue;
		row_begin_among(&row, &rows);
		row_put(&row, Int32GetDatum(b + 1));
		row_put_real(&row, bin->from);
		row_put_real(&row, bin->to);
		row_put(&row, Int64GetDatum((int64) bin->rows));
		row_put_real(&row, bin->effective);
		row_put_real(&row, bin->mean_score);
		row_put_real(&row, bin->observed);
		row_put_real(&row, bin->low);
		row_put_real(&row, bin->high);
		row_end_among(&row, &rows);
	}
	PG_RETURN_NULL();
}
