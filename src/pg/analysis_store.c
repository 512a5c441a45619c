/*
 * analysis_store.c
 *    Evaluations as an analysis finds them, and its rows in the store.
 *
 * The line of fairpg_catalog.analysis is written first: of two sessions that
 * add the same analysis the second waits there, and then replaces the rows of
 * the first.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/analyses.h"
#include "pg/args.h"
#include "pg/store.h"
#include "pg/store_write.h"

/* A column of the row that read_row() is at. */
static Datum
column(int number, bool *null)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number,
	                     null);
}

static char *
text_column(int number)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number);
}

static char **
texts_column(int number, int *n)
{
	bool null;
	Datum value = column(number, &null);

	return args_text_array(null ? NULL : DatumGetArrayTypeP(value), "protected",
	                       n);
}

static void
take_row(Evaluated *evaluated)
{
	bool null;
	Datum value;

	evaluated->model = text_column(1);
	value = column(2, &null);
	evaluated->version = null ? 0 : DatumGetInt32(value);
	evaluated->family = text_column(3);
	evaluated->from = text_column(5);
	evaluated->label = text_column(6);
	evaluated->positive = text_column(7);
	evaluated->protected_names = texts_column(8, &evaluated->n_protected);
	evaluated->decision = text_column(9);
	evaluated->score = text_column(10);
	value = column(11, &null);
	evaluated->threshold = null ? NAN : DatumGetFloat8(value);
	evaluated->weight = text_column(12);
	evaluated->level = DatumGetFloat8(column(13, &null));
	evaluated->seed = DatumGetInt64(column(14, &null));
	evaluated->min_group = DatumGetInt32(column(15, &null));
	evaluated->has_loss = DatumGetBool(column(16, &null));
	evaluated->features = texts_column(17, &evaluated->n_features);
	evaluated->prediction = text_column(18);
}

/* The rows that a training held out are known to it alone. */
static void
refuse_part(const Evaluated *evaluated, const char *part)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	     errmsg("evaluation " INT64_FORMAT " is of rows that cannot be read "
	            "again",
	            evaluated->number),
	     errdetail("It is of part \"%s\" of a training.", part),
	     errhint("Evaluate the model on a source: SELECT evaluation FROM "
	             "fairpg.evaluate(%s, 'source').",
	             quote_literal_cstr(evaluated->model))));
}

void
analysis_read(int64 number, Evaluated *evaluated)
{
	MemoryContext caller = CurrentMemoryContext;
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	char *part;

	add_bigint(&parameters, number);
	run("SELECT e.model, e.version, v.family, e.part,"
	    " coalesce(e.relation, e.source), e.label, e.positive, e.protected,"
	    " e.decision, e.score, e.threshold, e.weight, e.level, e.seed,"
	    " e.min_group, e.loss IS NOT NULL,"
	    " (SELECT array_agg(f ORDER BY place)"
	    "  FROM jsonb_array_elements_text(v.spec -> 'features')"
	    "  WITH ORDINALITY AS feature (f, place)), e.prediction"
	    " FROM fairpg_catalog.evaluation AS e"
	    " LEFT JOIN fairpg_catalog.model_version AS v"
	    "  ON v.model = e.model AND v.version = e.version"
	    " WHERE e.evaluation = $1",
	    &parameters, SPI_OK_SELECT);
	if (SPI_processed == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_OBJECT),
		         errmsg("evaluation " INT64_FORMAT " does not exist", number),
		         errhint("View fairpg_report.evaluations lists all "
		                 "evaluations.")));
	MemoryContextSwitchTo(caller);
	evaluated->number = number;
	take_row(evaluated);
	part = text_column(4);
	if (strcmp(part, "external") != 0)
		refuse_part(evaluated, part);
	store_spi_end(nest_level);
	MemoryContextSwitchTo(caller);
}

/* The line of the analysis, which holds off whoever adds the same one. */
static void
store_line(const Evaluated *evaluated, const AnalysisCall *call, int64 n_rows,
           double seconds)
{
	Parameters line = { 0 };
	Parameters key = { 0 };

	add_bigint(&line, evaluated->number);
	add_text(&line, call->analysis->name);
	add_text(&line, JsonbToCString(NULL, &call->arguments->root,
	                               VARSIZE(call->arguments)));
	add_bigint(&line, n_rows);
	add_real(&line, seconds);
	add_boolean(&line, evaluated->source.row_security);
	add_text(&line, FAIRPG_VERSION);
	store_write(
		"INSERT INTO fairpg_catalog.analysis AS a"
		" (evaluation, analysis, arguments, n_rows, seconds, row_security,"
		" fairpg_version, analysed_at, analysed_by)"
		" VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7, clock_timestamp(),"
		" current_user)"
		" ON CONFLICT (evaluation, analysis) DO UPDATE SET"
		" arguments = excluded.arguments, n_rows = excluded.n_rows,"
		" seconds = excluded.seconds, row_security = excluded.row_security,"
		" fairpg_version = excluded.fairpg_version,"
		" analysed_at = excluded.analysed_at,"
		" analysed_by = excluded.analysed_by",
		&line, SPI_OK_INSERT);
	add_bigint(&key, evaluated->number);
	add_text(&key, call->analysis->name);
	store_write("DELETE FROM fairpg_catalog.analysis_row"
	            " WHERE evaluation = $1 AND analysis = $2",
	            &key, SPI_OK_DELETE);
}

/* Which rows are kept; their number. */
static uint64
choose_rows(const Analysis *analysis, SPITupleTable *rows, uint64 n_rows,
            HeapTuple *kept)
{
	int at = analysis->only_check == NULL
	             ? 0
	             : SPI_fnumber(rows->tupdesc, "check_name");
	uint64 n = 0;

	for (uint64 i = 0; i < n_rows; i++)
		if (at == 0 || strcmp(SPI_getvalue(rows->vals[i], rows->tupdesc, at),
		                      analysis->only_check) == 0)
			kept[n++] = rows->vals[i];
	return n;
}

/* One column of the result as an array. */
static void
add_column(Parameters *parameters, TupleDesc desc, HeapTuple *rows, uint64 n,
           int number)
{
	Elements elements;

	elements_init(&elements, (int) n);
	for (uint64 i = 0; i < n; i++)
		elements.values[i] =
			SPI_getbinval(rows[i], desc, number, &elements.nulls[i]);
	elements.n = (int) n;
	add_elements(parameters, TupleDescAttr(desc, number - 1)->atttypid,
	             &elements);
}

int64
analysis_store(const Evaluated *evaluated, const AnalysisCall *call,
               SPITupleTable *rows, uint64 n_rows, double seconds)
{
	TupleDesc desc = rows->tupdesc;
	HeapTuple *kept = palloc_extended(sizeof(HeapTuple) * (Size) Max(n_rows, 1),
	                                  MCXT_ALLOC_HUGE);
	uint64 n = choose_rows(call->analysis, rows, n_rows, kept);
	Parameters parameters = { 0 };
	StringInfoData names;
	StringInfoData arrays;
	int nest_level = store_spi_begin();

	store_line(evaluated, call, (int64) n, seconds);
	add_bigint(&parameters, evaluated->number);
	add_text(&parameters, call->analysis->name);
	initStringInfo(&names);
	initStringInfo(&arrays);
	for (int c = 1; c <= desc->natts; c++)
	{
		appendStringInfo(
			&names, "%s, ",
			quote_identifier(NameStr(TupleDescAttr(desc, c - 1)->attname)));
		appendStringInfo(&arrays, "%s$%d", c > 1 ? ", " : "", c + 2);
		add_column(&parameters, desc, kept, n, c);
	}
	store_write(
		psprintf("INSERT INTO fairpg_catalog.analysis_row"
	             " (%splace, evaluation, analysis)"
	             " SELECT u.*, $1, $2 FROM unnest(%s) WITH ORDINALITY AS u",
	             names.data, arrays.data),
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
	return (int64) n;
}
