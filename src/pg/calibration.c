/*
 * calibration.c
 *    fairpg.calibration(): whether the scores of a table or query, or of a
 *    stored model, are the probabilities that they claim to be, by group.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/scores.h"
#include "pg/export.h"
#include "pg/report.h"
#include "pg/score_call.h"
#include "pg/score_stats.h"

#define N_RESULT_COLUMNS 14

typedef struct CalibrationCall
{
	ScoreCall scores;
	FigureSettings settings;
	FairCalibrationPlan plan;
	Rows rows;
} CalibrationCall;

/* What a row of the result is of. */
typedef struct Place
{
	const char *kind;
	const char *attribute;
	const char *group_name;
} Place;

static void
put_place(RowMaker *row, const Place *place)
{
	row_put_text(row, place->kind);
	row_put_text(row, place->attribute);
	row_put_text(row, place->group_name);
}

static void
put_bin(CalibrationCall *call, const Place *place, const FairScoreBin *bin,
        int number)
{
	RowMaker row;

	row_begin_among(&row, &call->rows);
	put_place(&row, place);
	row_put(&row, Int32GetDatum(number));
	row_put_real(&row, bin->from);
	row_put_real(&row, bin->to);
	row_put_real(&row, bin->mean_score);
	row_put_text(&row, "observed");
	row_put_real(&row, bin->observed);
	row_put_real(&row, bin->low);
	row_put_real(&row, bin->high);
	row_put(&row, Int64GetDatum((int64) bin->rows));
	row_put_text(&row, bin->rows < call->settings.min_group ? "small" : NULL);
	row_put_text(&row, bin->weight > 0 ? NULL : "no rows in the bin");
	row_end_among(&row, &call->rows);
}

/* A row without a bin. */
static void
put_figure(CalibrationCall *call, const Place *place, const Figure *figure)
{
	RowMaker row;

	row_begin_among(&row, &call->rows);
	put_place(&row, place);
	/* bin, its ends and its mean score */
	for (int i = 0; i < 4; i++)
		row_put_null(&row);
	row_put_text(&row, figure->metric);
	row_put_real(&row, figure->value);
	row_put_real(&row, figure->low);
	row_put_real(&row, figure->high);
	row_put(&row, Int64GetDatum(figure->n));
	row_put_text(&row, figure->flag);
	row_put_text(&row, figure->reason);
	row_end_among(&row, &call->rows);
}

/* All figures of a group and then its bins; the figures. */
static FairScoreFigures *
put_group(CalibrationCall *call, const char *attribute,
          const FigureGroup *group)
{
	FairScoreFigures *figures = palloc0(sizeof(FairScoreFigures));
	Place place = { .kind = attribute == NULL ? "overall" : "group",
		            .attribute = attribute,
		            .group_name = group->name };

	CHECK_FOR_INTERRUPTS();
	report_status(fair_score_figures(&call->scores.arena, group->scores,
	                                 &call->plan, figures),
	              &call->scores.arena, "calibration");
	for (int f = 0; f < FAIR_SCORE_FIGURES; f++)
	{
		const FairScoreFigure *of = &figures->figure[f];
		Figure figure = { .metric = fair_score_figure_name(f),
			              .value = of->value,
			              .low = of->low,
			              .high = of->high,
			              .n = (int64) of->rows,
			              .flag =
			                  figures_score_flag(&call->settings, figures, f),
			              .reason = figures_score_reason(figures, f) };

		put_figure(call, &place, &figure);
	}
	place.kind = "bin";
	for (int b = 0; b < figures->n_bins; b++)
		if (!call->plan.by_mass || figures->bins[b].weight > 0)
			put_bin(call, &place, &figures->bins[b], b + 1);
	return figures;
}

static void
put_gaps(CalibrationCall *call, const FigureAttribute *attribute,
         const FairScoreFigures *const *figures)
{
	for (int f = 0; f < FAIR_SCORE_FIGURES; f++)
	{
		Place place = { .kind = "gap", .attribute = attribute->name };
		FigureScoreGap gap;

		if (!fair_score_figure_compares(f))
			continue;
		gap =
			figures_score_gap(&call->settings, figures, attribute->n_groups, f);
		if (gap.worst >= 0)
			place.group_name = attribute->groups[gap.worst].name;
		put_figure(call, &place, &gap.figure);
	}
}

/* Scores that are no probabilities have no calibration. */
static void
check_scores(const CalibrationCall *call, const ScoreGroups *groups)
{
	const uint8 *image = groups->overall.scores;
	uint64 outside =
		image == NULL ? 0 : fair_scores_image_count(image, FAIR_SCORES_OUTSIDE);

	if (outside > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         call->scores.audit.score == NULL
		             ? errmsg("the model gives scores that are not within 0 "
		                      "and 1")
		             : errmsg("score column \"%s\" has values that are not "
		                      "within 0 and 1",
		                      call->scores.audit.score),
		         errdetail(UINT64_FORMAT " labelled rows have such a score.",
		                   outside),
		         errhint("Only probabilities can be calibrated; "
		                 "fairpg.audit() and fairpg.threshold_sweep() take "
		                 "any scores.")));
}

/*
 * calibration(source text, protected text[], label text, score text,
 *             bins integer, binning text, model text, version integer,
 *             positive text, weight text, level float8, seed bigint,
 *             options jsonb)
 * returns table (kind text, attribute text, group_name text, bin integer,
 *             score_from float8, score_to float8, mean_score float8,
 *             metric text, value float8, low float8, high float8, n bigint,
 *             flag text, reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_calibration);

Datum
fairpg_calibration(PG_FUNCTION_ARGS)
{
	CalibrationCall call;
	ScoreGroups groups;

	rows_begin(&call.rows, fcinfo, N_RESULT_COLUMNS);
	for (int i = SCORE_ARG_OWN; i < SCORE_ARG_OWN + 2; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("argument \"%s\" must not be null",
			                       i == SCORE_ARG_OWN ? "bins" : "binning")));
	call.plan = score_plan(fcinfo, SCORE_ARG_OWN);
	SPI_connect();
	score_call_read(fcinfo, "calibration", SCORE_REPLICATES, &call.scores);
	if (call.scores.audit.label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"label\" must be given")));
	score_call_count(&call.scores, &groups);
	check_scores(&call, &groups);
	call.settings = audit_settings(&call.scores.audit, &call.scores.arena,
	                               &call.scores.monitor);
	call.plan.level = call.plan.wide_level = call.scores.audit.level;
	call.plan.seed = (uint64) call.scores.audit.seed;
	call.plan.replicates = call.scores.audit.replicates;
	call.plan.monitor = &call.scores.monitor;
	(void) put_group(&call, NULL, &groups.overall);
	for (int a = 0; a < call.scores.audit.n_attributes; a++)
	{
		const FigureAttribute *attribute = &groups.attributes[a];
		const FairScoreFigures **figures = palloc(
			sizeof(FairScoreFigures *) * (Size) Max(attribute->n_groups, 1));

		call.plan.wide_level =
			fair_score_wide_level(call.plan.level, attribute->n_groups);
		for (int g = 0; g < attribute->n_groups; g++)
			figures[g] =
				put_group(&call, attribute->name, &attribute->groups[g]);
		put_gaps(&call, attribute, figures);
	}
	SPI_finish();
	PG_RETURN_NULL();
}
