/*
 * disparity.c
 *    Disparities between the groups of a fairness_stats: a metric, an operator
 *    and perhaps a reference group.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/disparity.h"
#include "fair/inequality.h"
#include "fair/metric.h"
#include "fair/tally.h"
#include "pg/disparity.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/report.h"
#include "pg/rows.h"

/* Groups that a hint names. */
#define NAMED_GROUPS 10

/* Arguments that all functions here have. */
enum
{
	ARG_STATS,
	ARG_METRIC,
	ARG_OPERATOR,
	ARG_REFERENCE,
	ARG_GROUP,
	ARG_LEVEL,
	ARG_SEED
};

char *
disparity_group_name(const FairnessGroups *groups, int group)
{
	return pnstrdup(groups->entries[group].name,
	                groups->entries[group].name_bytes);
}

/* "a", "b", "c" and 3 more */
static const char *
list_groups(const FairnessGroups *groups)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int g = 0; g < Min(groups->n_groups, NAMED_GROUPS); g++)
		appendStringInfo(&list, "%s\"%s\"", g == 0 ? "" : ", ",
		                 disparity_group_name(groups, g));
	if (groups->n_groups > NAMED_GROUPS)
		appendStringInfo(&list, " and %d more",
		                 groups->n_groups - NAMED_GROUPS);
	return list.data;
}

int
disparity_group_arg(FunctionCallInfo fcinfo, int number, const char *argument,
                    const FairnessGroups *groups)
{
	const text *name = PG_GETARG_TEXT_PP(number);

	for (int g = 0; g < groups->n_groups; g++)
		if (fairness_compare_names(
				groups->entries[g].name, groups->entries[g].name_bytes,
				VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) == 0)
			return g;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("argument \"%s\" is no group that occurs", argument),
	                groups->n_groups == 0
	                    ? errdetail("There are no groups.")
	                    : errhint("Groups: %s.", list_groups(groups))));
	return -1;
}

static FairOperator
operator_arg(FunctionCallInfo fcinfo)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(ARG_OPERATOR));
	int op = fair_operator_find(name);
	StringInfoData known;

	if (op >= 0)
		return (FairOperator) op;
	initStringInfo(&known);
	for (int o = 0; o < FAIR_N_OPERATORS; o++)
		appendStringInfo(&known, "%s%s", o == 0 ? "" : ", ",
		                 fair_operator_name((FairOperator) o));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("operator \"%s\" is not known", name),
	                errhint("Known operators: %s.", known.data)));
	return FAIR_DIFFERENCE;
}

/* The groups an operator compares: arguments 3 and 4. */
static void
reference_args(FunctionCallInfo fcinfo, FairOperator op,
               const FairnessGroups *groups, FairComparison *comparison)
{
	const char *name = fair_operator_name(op);

	if (!fair_operator_takes_reference(op))
	{
		if (!PG_ARGISNULL(ARG_REFERENCE) || !PG_ARGISNULL(ARG_GROUP))
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			     errmsg("operator \"%s\" compares all groups and takes no "
			            "argument \"%s\"",
			            name,
			            PG_ARGISNULL(ARG_REFERENCE) ? "grp" : "reference")));
		return;
	}
	if (PG_ARGISNULL(ARG_REFERENCE))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("operator \"%s\" needs argument \"reference\"", name),
		         groups->n_groups == 0
		             ? errdetail("There are no groups.")
		             : errhint("Groups: %s.", list_groups(groups))));
	comparison->reference =
		disparity_group_arg(fcinfo, ARG_REFERENCE, "reference", groups);
	if (!PG_ARGISNULL(ARG_GROUP))
		comparison->group =
			disparity_group_arg(fcinfo, ARG_GROUP, "grp", groups);
}

/* What a call asks for; false where an argument that must not be NULL is. */
static bool
comparison_args(FunctionCallInfo fcinfo, FairnessGroups *groups,
                FairComparison *comparison, FairOperator *op)
{
	for (int a = 0; a < PG_NARGS(); a++)
		if (a != ARG_REFERENCE && a != ARG_GROUP && PG_ARGISNULL(a))
			return false;
	fairness_groups_arg(fcinfo, groups);
	*op = operator_arg(fcinfo);
	*comparison =
		(FairComparison){ .groups = groups->cells,
		                  .n_groups = groups->n_groups,
		                  .metric = outcome_metric_number(
							  text_to_cstring(PG_GETARG_TEXT_PP(ARG_METRIC))),
		                  .reference = -1,
		                  .group = -1 };
	reference_args(fcinfo, *op, groups, comparison);
	return true;
}

static double *
room_for_values(int n_groups)
{
	return palloc(sizeof(double) * (Size) Max(n_groups, 1));
}

/* The disparity of a call; false where it has NULL for an answer anyway. */
static bool
disparity_args(FunctionCallInfo fcinfo, FairDisparity *disparity)
{
	FairnessGroups groups;
	FairComparison comparison;
	FairOperator op;

	if (!comparison_args(fcinfo, &groups, &comparison, &op))
		return false;
	fair_disparity(&comparison, op, room_for_values(groups.n_groups),
	               disparity);
	return true;
}

/* disparity(fairness_stats, metric text, operator text, reference text, grp
 * text) returns float8; NULL where undefined. */
FAIRPG_FUNCTION(fairpg_disparity);

Datum
fairpg_disparity(PG_FUNCTION_ARGS)
{
	FairDisparity disparity;

	if (!disparity_args(fcinfo, &disparity) || isnan(disparity.value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(disparity.value);
}

/* Why there is no disparity, or which groups it leaves out; NULL when it is
 * complete. */
static const char *
reason_of(const FairDisparity *disparity)
{
	if (disparity->reason != NULL)
		return disparity->reason;
	if (disparity->n_undefined == 1)
		return "1 group does not have the metric";
	if (disparity->n_undefined > 1)
		return psprintf("%d groups do not have the metric",
		                disparity->n_undefined);
	return NULL;
}

/* disparity_reason(the same) returns text. */
FAIRPG_FUNCTION(fairpg_disparity_reason);

Datum
fairpg_disparity_reason(PG_FUNCTION_ARGS)
{
	FairDisparity disparity;
	const char *reason;

	if (!disparity_args(fcinfo, &disparity))
		PG_RETURN_NULL();
	reason = reason_of(&disparity);
	if (reason == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(reason));
}

/* A plan of the bootstrap over groups. */
static void
make_plan(FairBootstrap *plan, const FairnessGroups *groups, double level,
          int64 seed, NumMonitor *monitor)
{
	host_monitor_quiet(monitor);
	*plan = (FairBootstrap){ .groups = groups->cells,
		                     .n_groups = groups->n_groups,
		                     .level = level,
		                     .replicates = FAIR_REPLICATES,
		                     .seed = (uint64) seed,
		                     .monitor = monitor };
}

/* disparity_interval(the same, level float8, seed bigint) returns interval. */
FAIRPG_FUNCTION(fairpg_disparity_interval);

Datum
fairpg_disparity_interval(PG_FUNCTION_ARGS)
{
	FairInterval intervals[FAIR_N_PLAIN_OPERATORS];
	FairInterval interval;
	FairnessGroups groups;
	FairComparison comparison;
	FairOperator op;
	FairBootstrap plan;
	NumMonitor monitor;
	NumArena arena;

	if (!comparison_args(fcinfo, &groups, &comparison, &op))
		PG_RETURN_NULL();
	make_plan(&plan, &groups, stats_level(fcinfo, ARG_LEVEL),
	          PG_GETARG_INT64(ARG_SEED), &monitor);
	host_arena_init(&arena, CurrentMemoryContext, 0);
	if (fair_operator_takes_reference(op))
		interval = fair_reference_interval(&comparison, op, plan.level);
	else
	{
		report_status(fair_disparity_intervals(
						  &arena, &plan, &comparison.metric, 1, intervals),
		              &arena, "interval of a disparity");
		interval = intervals[op];
	}
	return outcome_interval(fcinfo, interval.low, interval.high);
}

/* A row of disparities(). */
static void
add_row(Rows *rows, const FairnessGroups *groups,
        const FairComparison *comparison, FairOperator op,
        const FairInterval *interval)
{
	double *values = room_for_values(groups->n_groups);
	FairDisparity disparity;
	RowMaker row;

	fair_disparity(comparison, op, values, &disparity);
	row_begin_among(&row, rows);
	row_put_text(&row, fair_metric_name(comparison->metric));
	row_put_text(&row, fair_operator_name(op));
	row_put_text(&row, disparity.group < 0
	                       ? NULL
	                       : disparity_group_name(groups, disparity.group));
	row_put_text(&row,
	             comparison->reference < 0
	                 ? NULL
	                 : disparity_group_name(groups, comparison->reference));
	row_put_real(&row, disparity.value);
	row_put_end(&row, interval->low);
	row_put_end(&row, interval->high);
	row_put(&row, Int64GetDatum((int64) disparity.rows));
	row_put_text(&row, reason_of(&disparity));
	row_end_among(&row, rows);
	pfree(values);
}

/* The rows of one metric against a reference: each other group. */
static void
add_reference_rows(Rows *rows, const FairnessGroups *groups, double level,
                   FairComparison *comparison)
{
	for (int g = 0; g < groups->n_groups; g++)
		for (int o = FAIR_N_PLAIN_OPERATORS; o < FAIR_N_OPERATORS; o++)
		{
			FairInterval interval;

			if (g == comparison->reference)
				continue;
			CHECK_FOR_INTERRUPTS();
			comparison->group = g;
			interval =
				fair_reference_interval(comparison, (FairOperator) o, level);
			add_row(rows, groups, comparison, (FairOperator) o, &interval);
		}
}

/* disparities(fairness_stats, reference text, level float8, seed bigint)
 * returns a row for each metric and operator. */
FAIRPG_FUNCTION(fairpg_disparities);

Datum
fairpg_disparities(PG_FUNCTION_ARGS)
{
	int n_metrics = fair_metric_count();
	int *metrics = palloc(sizeof(int) * (Size) n_metrics);
	FairInterval *intervals = palloc(sizeof(FairInterval) * (Size) n_metrics *
	                                 FAIR_N_PLAIN_OPERATORS);
	int reference = -1;
	FairnessGroups groups;
	FairBootstrap plan;
	NumMonitor monitor;
	NumArena arena;
	Rows rows;

	rows_begin(&rows, fcinfo, 9);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	fairness_groups_arg(fcinfo, &groups);
	if (!PG_ARGISNULL(1))
		reference = disparity_group_arg(fcinfo, 1, "reference", &groups);
	make_plan(&plan, &groups, stats_level(fcinfo, 2), PG_GETARG_INT64(3),
	          &monitor);
	host_arena_init(&arena, CurrentMemoryContext, 0);
	for (int m = 0; m < n_metrics; m++)
		metrics[m] = m;
	report_status(
		fair_disparity_intervals(&arena, &plan, metrics, n_metrics, intervals),
		&arena, "intervals of disparities");
	for (int m = 0; m < n_metrics; m++)
	{
		FairComparison comparison = { groups.cells, groups.n_groups, m, -1,
			                          -1 };

		for (int o = 0; o < FAIR_N_PLAIN_OPERATORS; o++)
			add_row(&rows, &groups, &comparison, (FairOperator) o,
			        &intervals[m * FAIR_N_PLAIN_OPERATORS + o]);
		comparison.reference = reference;
		if (reference >= 0)
			add_reference_rows(&rows, &groups, plan.level, &comparison);
	}
	PG_RETURN_NULL();
}

static double
alpha_arg(FunctionCallInfo fcinfo)
{
	double alpha = PG_GETARG_FLOAT8(1);

	if (!isfinite(alpha))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"alpha\" must be a finite number")));
	return alpha;
}

/* generalized_entropy(outcome_stats, alpha float8) returns float8; NULL where
 * undefined. */
FAIRPG_FUNCTION(fairpg_generalized_entropy);

Datum
fairpg_generalized_entropy(PG_FUNCTION_ARGS)
{
	FairCells cells;
	double entropy;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	entropy = fair_entropy(&cells, alpha_arg(fcinfo));
	if (isnan(entropy))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(entropy);
}

/* entropy_between(fairness_stats, alpha float8) returns float8; likewise. */
FAIRPG_FUNCTION(fairpg_entropy_between);

Datum
fairpg_entropy_between(PG_FUNCTION_ARGS)
{
	FairnessGroups groups;
	double entropy;

	fairness_groups_arg(fcinfo, &groups);
	entropy =
		fair_entropy_between(groups.cells, groups.n_groups, alpha_arg(fcinfo));
	if (isnan(entropy))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(entropy);
}
