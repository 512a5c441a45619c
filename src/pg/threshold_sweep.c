/*
 * threshold_sweep.c
 *    fairpg.threshold_sweep(): what each group gets at each of many thresholds.
 *
 * The source is read once.  Where thresholds are given, a row's score is the
 * number of thresholds that it reaches, so that nothing is pooled; where they
 * are not, they are quantiles of the scores, which no pooled scores straddle.
 * Either way the counts at every threshold are exact.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "fair/metric.h"
#include "fair/sweep.h"
#include "pg/export.h"
#include "pg/score_call.h"

#define N_RESULT_COLUMNS 11
#define MAX_THRESHOLDS 1000
/* draws behind the interval of a gap at one threshold */
#define REPLICATES 1000

static const char *const metrics[] = { "selection_rate", "tpr", "fpr", "ppv",
	                                   "accuracy" };

typedef struct SweepCall
{
	ScoreCall scores;
	FigureSettings settings;
	Rows rows;
	int n;
	double *cuts;       /* [n] by which scores are divided */
	double *thresholds; /* [n] as they are shown */
} SweepCall;

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The thresholds given, upwards and each once; false where none are. */
static bool
read_thresholds(FunctionCallInfo fcinfo, SweepCall *call)
{
	ArrayType *array;
	Datum *elements;
	bool *nulls;
	int n;

	if (PG_ARGISNULL(SCORE_ARG_OWN))
		return false;
	array = PG_GETARG_ARRAYTYPE_P(SCORE_ARG_OWN);
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
	                  TYPALIGN_DOUBLE, &elements, &nulls, &n);
	if (ARR_NDIM(array) > 1 || n == 0 || n > MAX_THRESHOLDS)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"thresholds\" must be an array of 1 to %d "
		                "numbers",
		                MAX_THRESHOLDS)));
	call->thresholds = palloc(sizeof(double) * (Size) n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i] || !isfinite(DatumGetFloat8(elements[i])))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("every threshold must be a finite number")));
		/* -0 and 0 are one */
		call->thresholds[i] = DatumGetFloat8(elements[i]) + 0.0;
	}
	qsort(call->thresholds, (size_t) n, sizeof(double), compare_doubles);
	for (int i = 0; i < n; i++)
		if (i == 0 || call->thresholds[i] > call->thresholds[call->n - 1])
			call->thresholds[call->n++] = call->thresholds[i];
	call->cuts = palloc(sizeof(double) * (Size) call->n);
	for (int i = 0; i < call->n; i++)
		call->cuts[i] = i + 1;
	return true;
}

static int
read_steps(FunctionCallInfo fcinfo)
{
	int steps = PG_ARGISNULL(SCORE_ARG_OWN + 1)
	                ? 0
	                : PG_GETARG_INT32(SCORE_ARG_OWN + 1);

	if (steps < 1 || steps > MAX_THRESHOLDS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"steps\" must be between 1 and %d",
		                       MAX_THRESHOLDS)));
	return steps;
}

/* A score becomes the number of thresholds that it reaches; NaN stays, to be
 * refused. */
static void
count_thresholds(SweepCall *call)
{
	AuditCall *audit = &call->scores.audit;
	StringInfoData array;

	initStringInfo(&array);
	for (int i = 0; i < call->n; i++)
		appendStringInfo(&array, "%s%.17g", i == 0 ? "" : ",",
		                 call->thresholds[i]);
	audit->score_sql = psprintf(
		"CASE WHEN %s OPERATOR(pg_catalog.=) CAST('NaN' AS pg_catalog.float8)"
		" THEN CAST('NaN' AS pg_catalog.float8) ELSE CAST("
		"pg_catalog.width_bucket(%s, CAST('{%s}' AS pg_catalog.float8[]))"
		" AS pg_catalog.float8) END",
		audit->score_sql, audit->score_sql, array.data);
}

static void
choose_thresholds(SweepCall *call, const uint8 *image, int steps)
{
	call->thresholds = palloc(sizeof(double) * (Size) steps);
	call->n = image == NULL ? 0
	                        : (int) fair_sweep_thresholds(image, (size_t) steps,
	                                                      call->thresholds);
	call->cuts = call->thresholds;
	if (call->n == 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("there are fewer than two scores, and nothing to choose "
		            "thresholds between"),
		     errhint("Give the thresholds by argument \"thresholds\".")));
}

static void
put_row(SweepCall *call, double threshold, const AuditRow *of)
{
	RowMaker row;

	row_begin_among(&row, &call->rows);
	row_put_text(&row, of->kind);
	row_put_text(&row, of->attribute);
	row_put_text(&row, of->group_name);
	row_put(&row, Float8GetDatum(threshold));
	row_put_text(&row, of->figure.metric);
	row_put_real(&row, of->figure.value);
	row_put_real(&row, of->figure.low);
	row_put_real(&row, of->figure.high);
	row_put(&row, Int64GetDatum(of->figure.n));
	row_put_text(&row, of->figure.flag);
	row_put_text(&row, of->figure.reason);
	row_end_among(&row, &call->rows);
}

/* The rates of a group at one threshold. */
static void
put_rates(SweepCall *call, double threshold, const char *attribute,
          const FigureGroup *group)
{
	AuditRow row = { .kind = attribute == NULL ? "overall" : "group",
		             .attribute = attribute,
		             .group_name = group->name };

	for (int i = 0; i < lengthof(metrics); i++)
	{
		int metric = fair_metric_find(metrics[i]);
		FairMetricValue value;

		if (!call->settings.has_label && fair_metric_needs_label(metric))
			continue;
		fair_metric_value(metric, &group->cells, call->settings.level, &value);
		row.figure = (Figure){ .metric = metrics[i],
			                   .value = value.value,
			                   .low = value.low,
			                   .high = value.high,
			                   .n = (int64) value.rows,
			                   .reason = value.reason };
		if (value.rows < (uint64) call->settings.min_group)
			row.figure.flag = "small";
		put_row(call, threshold, &row);
	}
}

static void
put_gaps(SweepCall *call, double threshold, const FigureAttribute *attribute)
{
	int n_gaps;
	FigureGap *gaps = figures_of_gaps(&call->settings, attribute, &n_gaps);

	for (int ratio = 0; ratio < 2; ratio++)
		for (int g = 0; g < n_gaps; g++)
		{
			AuditRow row = audit_gap_row(attribute, &gaps[g], ratio == 1);

			put_row(call, threshold, &row);
		}
}

/* The confusion tables of a group, [call->n]. */
static FairCells *
sweep_group(const SweepCall *call, const FigureGroup *group)
{
	FairCells *cells = palloc0(sizeof(FairCells) * (Size) call->n);

	if (group->scores != NULL)
		fair_sweep_cells(group->scores, call->cuts, (size_t) call->n, cells);
	return cells;
}

/* All rows of an attribute, or with NULL of all groups together. */
static void
put_attribute(SweepCall *call, FigureAttribute *attribute, FigureGroup *groups,
              int n_groups)
{
	FairCells **cells = palloc(sizeof(FairCells *) * (Size) Max(n_groups, 1));
	const char *name = attribute == NULL ? NULL : attribute->name;

	for (int g = 0; g < n_groups; g++)
		cells[g] = sweep_group(call, &groups[g]);
	for (int t = 0; t < call->n; t++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int g = 0; g < n_groups; g++)
		{
			groups[g].cells = cells[g][t];
			put_rates(call, call->thresholds[t], name, &groups[g]);
		}
		if (attribute != NULL)
			put_gaps(call, call->thresholds[t], attribute);
	}
}

/*
 * threshold_sweep(source text, protected text[], label text, score text,
 *                 thresholds float8[], steps integer, model text,
 *                 version integer, positive text, weight text, level float8,
 *                 seed bigint, options jsonb)
 * returns table (kind text, attribute text, group_name text,
 *                 threshold float8, metric text, value float8, low float8,
 *                 high float8, n bigint, flag text, reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_threshold_sweep);

Datum
fairpg_threshold_sweep(PG_FUNCTION_ARGS)
{
	SweepCall call = { 0 };
	ScoreGroups groups;
	int steps = read_steps(fcinfo);
	bool given;

	rows_begin(&call.rows, fcinfo, N_RESULT_COLUMNS);
	SPI_connect();
	given = read_thresholds(fcinfo, &call);
	score_call_read(fcinfo, "threshold sweep", REPLICATES, &call.scores);
	if (given)
		count_thresholds(&call);
	score_call_count(&call.scores, &groups);
	if (!given)
		choose_thresholds(&call, groups.overall.scores, steps);
	call.settings = audit_settings(&call.scores.audit, &call.scores.arena,
	                               &call.scores.monitor);
	put_attribute(&call, NULL, &groups.overall, 1);
	for (int a = 0; a < call.scores.audit.n_attributes; a++)
		put_attribute(&call, &groups.attributes[a], groups.attributes[a].groups,
		              groups.attributes[a].n_groups);
	SPI_finish();
	PG_RETURN_NULL();
}
