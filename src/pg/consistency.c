/*
 * consistency.c
 *    fairpg.consistency(): are people who are alike decided alike?
 *
 * The rows are read once into memory, then the nearest neighbours of a sample of
 * them are found among all (fair/consistency.h).
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/args.h"
#include "pg/consistency.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/model_cache.h"
#include "pg/report.h"
#include "pg/rows.h"

#define N_RESULT_COLUMNS 9
#define MOST_K 1000
#define MOST_COLUMNS 1000

enum
{
	ARG_SOURCE,
	ARG_COLUMNS,
	ARG_DECISION,
	ARG_PROTECTED,
	ARG_MODEL,
	ARG_VERSION,
	ARG_K,
	ARG_SAMPLE,
	ARG_WEIGHT,
	ARG_DISTANCE,
	ARG_LEVEL,
	ARG_SEED,
	ARG_OPTIONS
};

static void read_call(FunctionCallInfo fcinfo, ConsistencyCall *call);
static void read_plan(FunctionCallInfo fcinfo, FairConsistencyPlan *plan);
static void read_decision(FunctionCallInfo fcinfo, ConsistencyCall *call);
static void read_columns(FunctionCallInfo fcinfo, ConsistencyCall *call);
static void report(const ConsistencyCall *call, Rows *rows);

/*
 * consistency(source text, columns text[], decision text, protected text[],
 *         model text, version integer, k integer, sample integer, weight text,
 *         distance text, level float8, seed bigint, options jsonb)
 * returns table (attribute text, group_name text, value float8, low float8,
 *         high float8, n bigint, n_rows bigint, flag text, reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_consistency);

Datum
fairpg_consistency(PG_FUNCTION_ARGS)
{
	ConsistencyCall call = { .audit = { .purpose = "consistency" } };
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	read_call(fcinfo, &call);
	SPI_connect();
	consistency_read(&call);
	report(&call, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, ConsistencyCall *call)
{
	AuditCall *audit = &call->audit;
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");
	char **attributes = NULL;
	int n_attributes = 0;
	const ArgsOption known[] = {
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX }, { NULL }
	};

	read_plan(fcinfo, &call->plan);
	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	audit->min_group = setting_int("fairpg.min_group");
	args_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             known);
	if (!PG_ARGISNULL(ARG_PROTECTED))
		attributes = args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED),
		                             "protected", &n_attributes);
	source_open(source, &audit->source);
	audit_resolve(audit, attributes, n_attributes);
	read_decision(fcinfo, call);
	audit->weight = args_text_or_null(fcinfo, ARG_WEIGHT);
	if (audit->weight != NULL)
		call->weight_sql = audit_number_column(audit, audit->weight, "weight");
	read_columns(fcinfo, call);
}

static void
read_plan(FunctionCallInfo fcinfo, FairConsistencyPlan *plan)
{
	char *distance = args_text_required(fcinfo, ARG_DISTANCE, "distance");

	plan->k = PG_ARGISNULL(ARG_K) ? 0 : PG_GETARG_INT32(ARG_K);
	if (plan->k < 1 || plan->k > MOST_K)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"k\" must be a number from 1 to %d",
		                       MOST_K)));
	plan->sample = 0;
	if (!PG_ARGISNULL(ARG_SAMPLE))
	{
		if (PG_GETARG_INT32(ARG_SAMPLE) < 1)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("argument \"sample\" must be at least 1"),
			                errhint("NULL takes all rows.")));
		plan->sample = (size_t) PG_GETARG_INT32(ARG_SAMPLE);
	}
	plan->manhattan = strcmp(distance, "manhattan") == 0;
	if (!plan->manhattan && strcmp(distance, "euclidean") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("distance \"%s\" is not known", distance),
		                errhint("The distances are: euclidean, manhattan.")));
	plan->seed =
		PG_ARGISNULL(ARG_SEED) ? 0 : (uint64) PG_GETARG_INT64(ARG_SEED);
}

/* What a model decides, or a column of decisions. */
static void
read_decision(FunctionCallInfo fcinfo, ConsistencyCall *call)
{
	AuditCall *audit = &call->audit;
	char *model = args_text_or_null(fcinfo, ARG_MODEL);
	const CompiledModel *compiled;
	int version = 0;

	audit->decision = args_text_or_null(fcinfo, ARG_DECISION);
	if ((model == NULL) == (audit->decision == NULL))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("either a decision or a model must be given")));
	if (!PG_ARGISNULL(ARG_VERSION))
	{
		version = PG_GETARG_INT32(ARG_VERSION);
		if (model == NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("argument \"version\" needs a model")));
		if (version <= 0)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
			                errmsg("version %d does not exist", version),
			                errhint("Versions are counted from 1.")));
	}
	call->wrong_sql = "0";
	if (model == NULL)
	{
		call->decision_sql = audit_flag_column(audit, audit->decision,
		                                       "decision", &call->wrong_sql);
		return;
	}
	compiled = model_cache_find(model, version, false);
	if (compiled->model->family != MODEL_LOGISTIC)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("%s does not decide between two labels",
		                       model_title(compiled))));
	call->decision_sql = psprintf("fairpg.decide(%s, src.*, %d)",
	                              quote_literal_cstr(model), compiled->version);
}

/* Numbers, times as seconds, and levels of all else. */
static void
describe_column(const AuditCall *audit, const char *name,
                ConsistencyColumn *column)
{
	int at = source_column(&audit->source, name, "feature");

	column->name = name;
	column->type =
		getBaseType(TupleDescAttr(audit->source.columns, at)->atttypid);
	column->number = true;
	switch (column->type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			column->sql = audit_number_column(audit, name, "feature");
			break;
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			column->sql = psprintf("CAST(EXTRACT(epoch FROM src.%s) AS"
			                       " pg_catalog.float8)",
			                       quote_identifier(name));
			break;
		default:
			column->number = false;
			column->sql = psprintf("CAST(src.%s AS %s)", quote_identifier(name),
			                       format_type_be_qualified(column->type));
	}
}

static void
read_columns(FunctionCallInfo fcinfo, ConsistencyCall *call)
{
	char **names = NULL;

	if (!PG_ARGISNULL(ARG_COLUMNS))
		names = args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_COLUMNS), "columns",
		                        &call->n_columns);
	if (call->n_columns == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"columns\" names no columns"),
		         errhint("It says by what people are alike, for example the "
		                 "features of a model without the protected ones.")));
	if (call->n_columns > MOST_COLUMNS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("argument \"columns\" has more than %d elements",
		                       MOST_COLUMNS)));
	call->columns = palloc0(sizeof(ConsistencyColumn) * (Size) call->n_columns);
	for (int c = 0; c < call->n_columns; c++)
	{
		for (int before = 0; before < c; before++)
			if (strcmp(names[before], names[c]) == 0)
				ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
				                errmsg("argument \"columns\" has \"%s\" twice",
				                       names[c])));
		describe_column(&call->audit, names[c], &call->columns[c]);
	}
}

/* ---- rows ---- */

/* Which combinations of protected values make a group. */
typedef struct Members
{
	const char *attribute;
	const char *name;
	const bool *bases; /* NULL: all */
} Members;

static void
put_group(const ConsistencyCall *call, const FairConsistencyAnchors *anchors,
          const Members *members, Rows *rows)
{
	double *values =
		palloc_extended(sizeof(double) * Max(anchors->n, 1), MCXT_ALLOC_HUGE);
	double *weights =
		palloc_extended(sizeof(double) * Max(anchors->n, 1), MCXT_ALLOC_HUGE);
	FairConsistency mean;
	int64 n_rows = 0;
	size_t n = 0;
	RowMaker row;

	for (size_t a = 0; a < anchors->n; a++)
	{
		uint32 at = anchors->rows[a];

		if (members->bases != NULL && !members->bases[call->bases[at]])
			continue;
		values[n] = anchors->values[a];
		weights[n++] = call->weights == NULL ? 1 : call->weights[at];
	}
	for (Size i = 0; i < call->n; i++)
		n_rows += members->bases == NULL || members->bases[call->bases[i]];
	fair_consistency_mean(values, weights, n, call->audit.level, &mean);
	row_begin_among(&row, rows);
	row_put_text(&row, members->attribute);
	row_put_text(&row, members->name);
	row_put_real(&row, mean.value);
	row_put_real(&row, mean.low);
	row_put_real(&row, mean.high);
	row_put(&row, Int64GetDatum((int64) n));
	row_put(&row, Int64GetDatum(n_rows));
	row_put_text(&row,
	             n > 0 && n < (size_t) call->audit.min_group ? "small" : NULL);
	row_put_text(&row, n > 0             ? NULL
	                   : n_rows == 0     ? "no rows with a decision"
	                   : anchors->n == 0 ? "not more than k rows"
	                                     : "no row of the group is in the "
	                                       "sample");
	row_end_among(&row, rows);
	pfree(values);
	pfree(weights);
}

static int
compare_names(const void *a, const void *b)
{
	const char *x = *(const char *const *) a;
	const char *y = *(const char *const *) b;

	return fairness_compare_names(x, (uint32) strlen(x), y, (uint32) strlen(y));
}

/* The groups of an attribute in the order of their names. */
static void
put_attribute(const ConsistencyCall *call,
              const FairConsistencyAnchors *anchors,
              const AuditAttribute *attribute, Rows *rows)
{
	int n = call->n_bases;
	char **names = palloc(sizeof(char *) * (Size) Max(n, 1));
	char **sorted = palloc(sizeof(char *) * (Size) Max(n, 1));
	bool *bases = palloc(sizeof(bool) * (Size) Max(n, 1));

	for (int b = 0; b < n; b++)
		names[b] = sorted[b] =
			audit_group_name(attribute, call->base_values[b]);
	qsort(sorted, (size_t) n, sizeof(char *), compare_names);
	for (int g = 0; g < n; g++)
	{
		Members members = { attribute->name, sorted[g], bases };

		if (g > 0 && strcmp(sorted[g], sorted[g - 1]) == 0)
			continue;
		for (int b = 0; b < n; b++)
			bases[b] = strcmp(names[b], sorted[g]) == 0;
		put_group(call, anchors, &members, rows);
	}
}

static void
report(const ConsistencyCall *call, Rows *rows)
{
	FairLikeness *columns =
		palloc(sizeof(FairLikeness) * (Size) call->n_columns);
	FairConsistencyRows read = { .n = call->n,
		                         .n_columns = call->n_columns,
		                         .columns = columns,
		                         .decisions = call->decisions,
		                         .hashes = call->hashes };
	FairConsistencyAnchors anchors;
	Members all = { NULL, NULL, NULL };
	NumArena arena;
	NumMonitor monitor;

	for (int c = 0; c < call->n_columns; c++)
		columns[c] =
			(FairLikeness){ call->columns[c].numbers, call->columns[c].levels,
			                call->columns[c].n_levels };
	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	report_status(
		fair_consistency(&arena, &monitor, &read, &call->plan, &anchors),
		&arena, "nearest neighbours");
	put_group(call, &anchors, &all, rows);
	for (int a = 0; a < call->audit.n_attributes; a++)
		put_attribute(call, &anchors, &call->audit.attributes[a], rows);
}
