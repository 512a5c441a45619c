/*
 * audit_report.c
 *    fairpg.audit_report(): what the store knows of an evaluation as a page, or
 *    as JSON.
 *
 * Reads nothing but the store, so that a report can be made anew at any time
 * and says the same.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/args.h"
#include "pg/audit_report.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/statement.h"
#include "pg/store.h"
#include "report/audit_json.h"
#include "report/audit_page.h"

enum
{
	ARG_MODEL,
	ARG_VERSION,
	ARG_EVALUATION,
	ARG_FORMAT,
	ARG_OPTIONS
};

static void read_call(FunctionCallInfo fcinfo, AuditReportCall *call);
static bool is_json(const char *format);
static void choose_version(AuditReportCall *call);
static void choose_evaluation(AuditReportCall *call);
static void find_evaluation(AuditReportCall *call, MemoryContext caller);
static text *write_report(const AuditReportCall *call, const Findings *findings,
                          MemoryContext caller);

/*
 * audit_report(model text, version integer, evaluation bigint, format text,
 *         options jsonb)
 * returns text
 */
FAIRPG_FUNCTION(fairpg_audit_report);

Datum
fairpg_audit_report(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	AuditReportCall call = { 0 };
	Findings findings;
	int nest_level;
	text *report;

	read_call(fcinfo, &call);
	store_require(STORE_TO_REPORT);
	if (call.model != NULL)
		choose_version(&call);
	nest_level = store_spi_begin();
	if (call.model != NULL)
		choose_evaluation(&call);
	else
		find_evaluation(&call, caller);
	audit_report_read(&call, &findings);
	report = write_report(&call, &findings, caller);
	store_spi_end(nest_level);
	PG_RETURN_TEXT_P(report);
}

/* As json_build_object() does it. */
static void
write_number(char number[JSON_NUMBER_CHARS], double value)
{
	StaticAssertStmt(JSON_NUMBER_CHARS > DOUBLE_SHORTEST_DECIMAL_LEN,
	                 "no room for a number");
	double_to_shortest_decimal_buf(value, number);
}

/* In the memory of the caller. */
static text *
write_report(const AuditReportCall *call, const Findings *findings,
             MemoryContext caller)
{
	MemoryContext spi = MemoryContextSwitchTo(caller);
	NumArena arena;
	const char *report;
	size_t length = 0;
	text *result;

	host_arena_init(&arena, caller, MaxAllocSize - 1);
	if (call->as_json)
	{
		JsonWriter json;

		json_init(&json, &arena, write_number);
		audit_json(&json, findings);
		report = json_finish(&json, &length);
		report_status(json.out.status, &arena, "the report");
	}
	else
	{
		Writer writer;

		writer_init(&writer, &arena);
		audit_page(&writer, findings);
		report = writer_end(&writer, &length);
		report_status(writer.out.status, &arena, "the report");
	}
	result = cstring_to_text_with_len(report, (int) length);
	MemoryContextSwitchTo(spi);
	return result;
}

static void
read_call(FunctionCallInfo fcinfo, AuditReportCall *call)
{
	const ArgsOption known[] = { { "title", ARGS_TEXT, &call->title },
		                         { NULL } };

	call->title = "Fairness audit";

	call->model = args_text_or_null(fcinfo, ARG_MODEL);
	if (PG_ARGISNULL(ARG_EVALUATION) == (call->model == NULL))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("exactly one of the arguments \"model\" and "
		                       "\"evaluation\" must be given")));
	if (!PG_ARGISNULL(ARG_VERSION))
	{
		call->version = PG_GETARG_INT32(ARG_VERSION);
		if (call->model == NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("argument \"version\" needs a model")));
		if (call->version <= 0)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
			                errmsg("version %d does not exist", call->version),
			                errhint("Versions are counted from 1.")));
	}
	if (!PG_ARGISNULL(ARG_EVALUATION))
		call->evaluation = PG_GETARG_INT64(ARG_EVALUATION);
	call->as_json = is_json(args_text_required(fcinfo, ARG_FORMAT, "format"));
	args_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             known);
}

/* Whether the format is json; an error unless that is it or html. */
static bool
is_json(const char *format)
{
	if (strcmp(format, "html") != 0 && strcmp(format, "json") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("unknown format \"%s\"", format),
		                errhint("Known formats are: html, json.")));
	return strcmp(format, "json") == 0;
}

/* The version that was given, or the newest; both must exist. */
static void
choose_version(AuditReportCall *call)
{
	StoredModel stored;
	StoreReader *reader = store_reader_open(
		call->model, call->version > 0 ? call->version : STORE_NEWEST, false,
		&stored);

	call->version = stored.version;
	store_reader_close(reader);
}

/* The newest evaluation of the version, rows from outside the training before
 * held-out ones, those before its own. */
static void
choose_evaluation(AuditReportCall *call)
{
	Parameters parameters = { 0 };
	bool null;

	add_text(&parameters, call->model);
	add_int(&parameters, call->version);
	if (SPI_execute_with_args(
			"SELECT evaluation FROM fairpg_catalog.evaluation"
			" WHERE model = $1 AND version = $2 ORDER BY array_position("
			"'{external,held_out,out_of_fold,train}'::text[], part),"
			" evaluated_at DESC, evaluation DESC LIMIT 1",
			parameters.n, parameters.types, parameters.values, parameters.nulls,
			true, 1) != SPI_OK_SELECT)
		elog(ERROR, "statement on the fairpg store failed");
	if (SPI_processed == 1)
		call->evaluation = DatumGetInt64(SPI_getbinval(
			SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
}

/* The model and version of an evaluation that was named by its number. */
static void
find_evaluation(AuditReportCall *call, MemoryContext caller)
{
	Parameters parameters = { 0 };
	MemoryContext spi;
	HeapTuple row;
	Datum value;
	bool null;

	add_bigint(&parameters, call->evaluation);
	if (SPI_execute_with_args(
			"SELECT model, version FROM"
			" fairpg_catalog.evaluation WHERE evaluation = $1",
			parameters.n, parameters.types, parameters.values, parameters.nulls,
			true, 1) != SPI_OK_SELECT)
		elog(ERROR, "statement on the fairpg store failed");
	if (SPI_processed == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("evaluation " INT64_FORMAT " does not exist",
		                       call->evaluation),
		                errhint("View fairpg_report.evaluations lists all "
		                        "evaluations.")));
	row = SPI_tuptable->vals[0];
	spi = MemoryContextSwitchTo(caller);
	value = SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &null);
	if (!null)
		call->model = TextDatumGetCString(value);
	value = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &null);
	if (!null)
		call->version = DatumGetInt32(value);
	MemoryContextSwitchTo(spi);
}
