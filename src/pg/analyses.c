/*
 * analyses.c
 *    fairpg.add_analyses(): the rows of an evaluation read again, and what
 *    functions such as fairpg.calibration() say of them stored beside it.
 *
 * Each function is called by SQL, as the caller and under the caller's
 * search_path, in which the source is looked up; its rows are written with
 * search_path pinned.  Analyses are made in the order of the table whatever the
 * order they are asked for in, so that sessions do not wait for each other in
 * circles.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "pg/analyses.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/store.h"

#define N_RESULT_COLUMNS 4

/* What add_analyses() was asked. */
typedef struct AnalysesCall
{
	Evaluated evaluated;
	char **names; /* analyses asked for */
	int n_names;
	bool all; /* whichever apply */
	Jsonb *arguments;
	Rows rows;
	const Analysis *current;

	/* the last function that was called, for another analysis of its rows */
	AnalysisCall last;
	SPITupleTable *last_rows;
	uint64 last_n;
	double last_seconds;
} AnalysesCall;

static const Analysis *
find_analysis(const char *name)
{
	for (const Analysis *a = analysis_table; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
	                errmsg("analysis \"%s\" does not exist", name),
	                errhint("Known analyses: %s.", analysis_names())));
	return NULL;
}

static bool
is_wanted(const AnalysesCall *call, const char *name)
{
	for (int i = 0; i < call->n_names; i++)
		if (strcmp(call->names[i], name) == 0)
			return true;
	return call->all;
}

/* Arguments are for analyses that are asked for, an object for each. */
static void
check_arguments(const AnalysesCall *call)
{
	JsonbIterator *iterator = JsonbIteratorInit(&call->arguments->root);
	JsonbIteratorToken token;
	JsonbValue value;
	char *name = NULL;

	if (!JB_ROOT_IS_OBJECT(call->arguments))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("arguments must be a JSON object"),
		                errhint("Give an object for each analysis, such as "
		                        "{\"calibration\": {\"bins\": 20}}.")));
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			name = pnstrdup(value.val.string.val, (Size) value.val.string.len);
			(void) find_analysis(name);
			if (!is_wanted(call, name))
				ereport(ERROR,
				        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				         errmsg("arguments are given for analysis \"%s\", "
				                "which is not asked for",
				                name)));
		}
		else if (token == WJB_VALUE &&
		         (value.type != jbvBinary ||
		          !JsonContainerIsObject(value.val.binary.data)))
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("arguments of analysis \"%s\" must be a JSON "
			                "object",
			                name)));
	}
}

static void
read_call(FunctionCallInfo fcinfo, AnalysesCall *call)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"evaluation\" must not be null")));
	call->all = PG_ARGISNULL(1);
	call->names = args_text_array(call->all ? NULL : PG_GETARG_ARRAYTYPE_P(1),
	                              "analyses", &call->n_names);
	for (int i = 0; i < call->n_names; i++)
		(void) find_analysis(call->names[i]);
	if (!PG_ARGISNULL(2))
	{
		call->arguments = PG_GETARG_JSONB_P(2);
		check_arguments(call);
	}
	analysis_read(PG_GETARG_INT64(0), &call->evaluated);
}

static Jsonb *
given_to(const AnalysesCall *call, const char *name)
{
	JsonbValue key = { .type = jbvString };
	JsonbValue *value;

	if (call->arguments == NULL)
		return NULL;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = (int) strlen(name);
	value =
		findJsonbValueFromContainer(&call->arguments->root, JB_FOBJECT, &key);
	return value == NULL ? NULL : JsonbValueToJsonb(value);
}

/* Says what was being done. */
static void
add_context(void *call)
{
	const AnalysesCall *analyses = call;

	errcontext("analysis \"%s\" of evaluation " INT64_FORMAT,
	           analyses->current->name, analyses->evaluated.number);
}

/* Calls the function behind an analysis, unless it was the last one called, and
 * with the same arguments. */
static void
call_function(AnalysesCall *call, const Analysis *analysis, Jsonb *given)
{
	AnalysisCall next = { .analysis = analysis, .given = given };
	bool same = call->last_rows != NULL &&
	            strcmp(call->last.analysis->function, analysis->function) == 0;
	TimestampTz begun = GetCurrentTimestamp();

	analysis_prepare(&call->evaluated, &next);
	if (same && compareJsonbContainers(&call->last.arguments->root,
	                                   &next.arguments->root) == 0)
		return;
	audit_run(next.statement, next.n_parameters, next.types, next.values);
	call->last = next;
	call->last_rows = SPI_tuptable;
	call->last_n = SPI_processed;
	call->last_seconds = (double) (GetCurrentTimestamp() - begun) / 1e6;
}

static void
put_row(AnalysesCall *call, const Analysis *analysis, int64 n_rows,
        const char *skipped)
{
	RowMaker row;

	row_begin_among(&row, &call->rows);
	row_put_text(&row, analysis->name);
	if (skipped == NULL)
	{
		row_put(&row, Int64GetDatum(n_rows));
		row_put_real(&row, call->last_seconds);
	}
	else
	{
		row_put_null(&row);
		row_put_null(&row);
	}
	row_put_text(&row, skipped);
	row_end_among(&row, &call->rows);
}

/* Makes one analysis, or says why it does not apply; who asked for it by name
 * is not to miss that. */
static void
add_analysis(AnalysesCall *call, const Analysis *analysis)
{
	Evaluated *evaluated = &call->evaluated;
	Jsonb *given = given_to(call, analysis->name);
	const char *skipped =
		analysis->skip == NULL ? NULL : analysis->skip(evaluated, given);
	ErrorContextCallback context = { .previous = error_context_stack,
		                             .callback = add_context,
		                             .arg = call };
	int64 n_rows;

	if (skipped != NULL && !call->all)
		ereport(
			ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		     errmsg(
				 "analysis \"%s\" does not apply to evaluation " INT64_FORMAT,
				 analysis->name, evaluated->number),
		     errdetail("The reason: %s.", skipped)));
	if (skipped != NULL)
	{
		put_row(call, analysis, 0, skipped);
		return;
	}
	call->current = analysis;
	error_context_stack = &context;
	call_function(call, analysis, given);
	error_context_stack = context.previous;
	call->last.analysis = analysis;
	n_rows = analysis_store(evaluated, &call->last, call->last_rows,
	                        call->last_n, call->last_seconds);
	put_row(call, analysis, n_rows, NULL);
}

/*
 * add_analyses(evaluation bigint, analyses text[], arguments jsonb)
 * returns table (analysis text, n_rows bigint, seconds float8,
 *                skipped_because text)
 */
FAIRPG_FUNCTION(fairpg_add_analyses);

Datum
fairpg_add_analyses(PG_FUNCTION_ARGS)
{
	AnalysesCall call = { .n_names = 0 };
	NumMonitor monitor;

	PreventCommandIfReadOnly("fairpg.add_analyses()");
	rows_begin(&call.rows, fcinfo, N_RESULT_COLUMNS);
	store_require(STORE_TO_ANALYSE);
	SPI_connect();
	read_call(fcinfo, &call);
	source_open(call.evaluated.from, &call.evaluated.source);
	host_monitor_begin(&monitor, "analyses");
	for (const Analysis *a = analysis_table; a->name != NULL; a++)
		if (is_wanted(&call, a->name))
		{
			host_monitor_phase(&monitor, a->name);
			add_analysis(&call, a);
		}
	host_monitor_end(&monitor);
	SPI_finish();
	PG_RETURN_NULL();
}
