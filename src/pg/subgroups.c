/*
 * subgroups.c
 *    fairpg.subgroups(): the groups, by the values of up to three columns,
 *    that fare worst.
 *
 * Everything of enough rows is tested, and the tests are adjusted for their
 * number.  With a key to split by, the worst of one half of the rows are
 * looked at again in the other half, which had no part in choosing them.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "utils/builtins.h"

#include "fair/metric.h"
#include "pg/args.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/stats_image.h"
#include "pg/subgroups.h"

#define N_RESULT_COLUMNS 20

enum
{
	ARG_SOURCE,
	ARG_COLUMNS,
	ARG_LABEL,
	ARG_DECISION,
	ARG_SCORE,
	ARG_THRESHOLD,
	ARG_POSITIVE,
	ARG_METRIC,
	ARG_DEPTH,
	ARG_WEIGHT,
	ARG_LEVEL,
	ARG_SEED,
	ARG_OPTIONS
};

static void read_call(FunctionCallInfo fcinfo, SubgroupCall *call);
static void read_decision(FunctionCallInfo fcinfo, AuditCall *audit);
static void read_metric(FunctionCallInfo fcinfo, SubgroupCall *call);
static void read_options(Jsonb *options, SubgroupCall *call);
static void read_columns(SubgroupCall *call, char **names, int n_names);
static void wrap_source(SubgroupCall *call);

/*
 * subgroups(source text, columns text[], label text, decision text,
 *           score text, threshold float8, positive text, metric text,
 *           depth integer, weight text, level float8, seed bigint,
 *           options jsonb)
 * returns table (kind text, rank bigint, attribute text, group_name text,
 *           metric text, value float8, rest float8, effect float8,
 *           low float8, high float8, n bigint, n_rest bigint,
 *           p_value float8, p_adjusted float8, pooled float8,
 *           pooled_low float8, pooled_high float8, verdict text, flag text,
 *           reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_subgroups);

Datum
fairpg_subgroups(PG_FUNCTION_ARGS)
{
	SubgroupCall call = { .audit = { .purpose = "search of subgroups" } };
	SubgroupCounts counts = { .n_scans = 0 };
	NumArena arena;
	NumMonitor monitor;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	read_call(fcinfo, &call);
	SPI_connect();
	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	counts.n_scans = subgroup_find_bins(&call);
	wrap_source(&call);
	subgroup_count(&call, &arena, &monitor, &counts);
	subgroup_report(&call, &arena, &monitor, &counts, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, SubgroupCall *call)
{
	AuditCall *audit = &call->audit;
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");
	char **names;
	int n_names;

	if (PG_ARGISNULL(ARG_COLUMNS))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"columns\" must not be null")));
	read_decision(fcinfo, audit);
	audit->weight = args_text_or_null(fcinfo, ARG_WEIGHT);
	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	audit->seed = PG_ARGISNULL(ARG_SEED) ? 0 : PG_GETARG_INT64(ARG_SEED);
	call->depth = PG_ARGISNULL(ARG_DEPTH) ? FAIR_SUBGROUP_DEPTH
	                                      : PG_GETARG_INT32(ARG_DEPTH);
	if (call->depth < 1 || call->depth > FAIR_SUBGROUP_DEPTH)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"depth\" must be between 1 and %d",
		                FAIR_SUBGROUP_DEPTH),
		         errdetail("A subgroup has as many conditions at most.")));
	read_metric(fcinfo, call);
	read_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             call);
	names = args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_COLUMNS), "columns",
	                        &n_names);
	source_open(source, &audit->source);
	read_columns(call, names, n_names);
}

static void
read_decision(FunctionCallInfo fcinfo, AuditCall *audit)
{
	audit->label = args_text_or_null(fcinfo, ARG_LABEL);
	audit->decision = args_text_or_null(fcinfo, ARG_DECISION);
	audit->score = args_text_or_null(fcinfo, ARG_SCORE);
	audit->positive = args_text_or_null(fcinfo, ARG_POSITIVE);
	audit_check_decision(audit, "With a score, the decision is score >= "
	                            "threshold.");
	if (PG_ARGISNULL(ARG_THRESHOLD) || isnan(PG_GETARG_FLOAT8(ARG_THRESHOLD)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"threshold\" must be a number")));
	audit->threshold = PG_GETARG_FLOAT8(ARG_THRESHOLD);
	if (audit->positive != NULL && audit->label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"positive\" needs a label")));
}

/* A rate, and which way it is bad unless an option says so. */
static void
read_metric(FunctionCallInfo fcinfo, SubgroupCall *call)
{
	static const char *const high[] = { "fnr", "false_discovery_rate",
		                                "false_omission_rate", "error_rate" };
	static const char *const either[] = { "base_rate", "fpr", "tnr" };
	char *name = args_text_required(fcinfo, ARG_METRIC, "metric");

	call->metric = outcome_metric_number(name);
	if (!fair_metric_is_share(call->metric))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("metric \"%s\" is no share of rows", name),
		                errhint("Rates can be searched for, such as "
		                        "selection_rate, tpr, fpr or error_rate.")));
	if (fair_metric_needs_label(call->metric) && call->audit.label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("metric \"%s\" needs a label", name)));
	call->worst = FAIR_WORST_LOW;
	for (int i = 0; i < lengthof(high); i++)
		if (strcmp(name, high[i]) == 0)
			call->worst = FAIR_WORST_HIGH;
	for (int i = 0; i < lengthof(either); i++)
		if (strcmp(name, either[i]) == 0)
			call->worst = FAIR_WORST_EITHER;
}

static void
read_worst(const char *worst, SubgroupCall *call)
{
	if (worst == NULL)
		return;
	if (strcmp(worst, "low") == 0)
		call->worst = FAIR_WORST_LOW;
	else if (strcmp(worst, "high") == 0)
		call->worst = FAIR_WORST_HIGH;
	else if (strcmp(worst, "either") == 0)
		call->worst = FAIR_WORST_EITHER;
	else
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"worst\" must be \"low\", \"high\" or "
		                       "\"either\"")));
}

static void
read_adjustment(const char *name, SubgroupCall *call)
{
	StringInfoData known;
	const char *candidate;

	if (name == NULL)
		return;
	initStringInfo(&known);
	for (int a = 0; (candidate = fair_adjustment_name(a)) != NULL; a++)
	{
		call->adjustment = (FairAdjustment) a;
		if (strcmp(name, candidate) == 0)
			return;
		appendStringInfo(&known, "%s%s", a > 0 ? ", " : "", candidate);
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("adjustment \"%s\" does not exist", name),
	                errhint("The adjustments are: %s.", known.data)));
}

static void
read_options(Jsonb *options, SubgroupCall *call)
{
	AuditCall *audit = &call->audit;
	char *worst = NULL;
	char *adjustment = NULL;
	int max_cells = 100000;
	const ArgsOption known[] = {
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX },
		{ "bins", ARGS_INT, &call->bins, 2, SUBGROUP_BINS_MAX },
		{ "top", ARGS_INT, &call->top, 1, 10000 },
		{ "worst", ARGS_TEXT, &worst },
		{ "adjustment", ARGS_TEXT, &adjustment },
		{ "split", ARGS_TEXT, &call->split },
		{ "pooled", ARGS_BOOLEAN, &call->pooled },
		{ "max_cells", ARGS_INT, &max_cells, 1, 1000000 },
		{ NULL }
	};

	audit->min_group = setting_int("fairpg.min_group");
	call->bins = 4;
	call->top = 20;
	call->adjustment = FAIR_HOLM;
	args_options(options, known);
	read_worst(worst, call);
	read_adjustment(adjustment, call);
	audit->limit = max_cells;
}

static void
read_columns(SubgroupCall *call, char **names, int n_names)
{
	AuditCall *audit = &call->audit;

	if (n_names == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"columns\" must name a column")));
	if (n_names > SUBGROUP_COLUMNS_MAX)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("argument \"columns\" must not name more than %d "
		                "columns",
		                SUBGROUP_COLUMNS_MAX),
		         errdetail("It names %d.", n_names),
		         errhint("What is found among many columns is found by "
		                 "chance more often. Search those that matter.")));
	call->n_columns = n_names;
	call->columns = palloc0(sizeof(SubgroupColumn) * (Size) n_names);
	/* and one for the half */
	audit->columns = palloc0(sizeof(char *) * (Size) (n_names + 1));
	for (int c = 0; c < n_names; c++)
	{
		call->columns[c].name = names[c];
		for (int d = 0; d < c; d++)
			if (strcmp(names[c], names[d]) == 0)
				ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
				                errmsg("column \"%s\" is listed twice in "
				                       "argument \"columns\"",
				                       names[c])));
		/* to see that it is there, and of a type to group by */
		(void) audit_add_column(audit, names[c], "subgroup");
	}
	if (call->split != NULL)
		(void) source_column(&audit->source, call->split, "split");
}

/*
 * Wraps the source so that every row carries its bins and its half.  Only what
 * is grouped by changes: the label and the rest are read as they are.
 */
static void
wrap_source(SubgroupCall *call)
{
	AuditCall *audit = &call->audit;
	StringInfoData from;

	initStringInfo(&from);
	appendStringInfoString(&from, "(SELECT src.*");
	for (int c = 0; c < call->n_columns; c++)
	{
		SubgroupColumn *column = &call->columns[c];

		column->place = c;
		if (column->n_cuts == 0)
			continue;
		audit->columns[c] =
			source_free_name(&audit->source, psprintf("fairpg_bin_%d", c + 1));
		appendStringInfo(&from, ", %s AS %s", subgroup_bin_sql(call, column),
		                 quote_identifier(audit->columns[c]));
	}
	if (call->split != NULL)
	{
		call->half_place = audit->n_columns++;
		audit->columns[call->half_place] =
			source_free_name(&audit->source, "fairpg_half");
		appendStringInfo(
			&from,
			", pg_catalog.hashtextextended(CAST(src.%s AS pg_catalog.text),"
			" " INT64_FORMAT ") OPERATOR(pg_catalog.&) 1 AS %s",
			quote_identifier(call->split), audit->seed,
			quote_identifier(audit->columns[call->half_place]));
	}
	appendStringInfo(&from, " FROM %s OFFSET 0) AS src", audit->source.from);
	audit->source.from = from.data;
}
