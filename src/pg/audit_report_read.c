/*
 * audit_report_read.c
 *    From the store to what a report tells.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/criterion.h"
#include "fair/metric.h"
#include "pg/audit_report.h"
#include "pg/statement.h"
#include "pg/store.h"

/* Reports are ASCII with references to Unicode, whatever the encoding of the
 * database is.  Bytes of SQL_ASCII have no meaning to convert. */
static const char *
to_utf8(const char *text)
{
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return text;
	return pg_server_to_any(text, (int) strlen(text), PG_UTF8);
}

static const char *
text_of(HeapTuple row, TupleDesc columns, const char *name)
{
	int number = SPI_fnumber(columns, name);
	char *text;

	if (number <= 0)
		return NULL;
	text = SPI_getvalue(row, columns, number);
	return text == NULL ? NULL : to_utf8(text);
}

static double
real_of(HeapTuple row, TupleDesc columns, const char *name)
{
	int number = SPI_fnumber(columns, name);
	bool null;
	Datum value;

	if (number <= 0)
		return NAN;
	value = SPI_getbinval(row, columns, number, &null);
	return null ? NAN : DatumGetFloat8(value);
}

static int64
count_of(HeapTuple row, TupleDesc columns, const char *name)
{
	int number = SPI_fnumber(columns, name);
	bool null;
	Datum value;

	if (number <= 0)
		return 0;
	value = SPI_getbinval(row, columns, number, &null);
	return null ? 0 : DatumGetInt64(value);
}

static void
read_finding(HeapTuple row, TupleDesc columns, Finding *finding)
{
	finding->attribute = text_of(row, columns, "attribute");
	finding->group = text_of(row, columns, "group_name");
	finding->metric = text_of(row, columns, "metric");
	finding->value = real_of(row, columns, "value");
	finding->low = real_of(row, columns, "low");
	finding->high = real_of(row, columns, "high");
	finding->x = real_of(row, columns, "x");
	finding->amount = real_of(row, columns, "amount");
	finding->p_adjusted = real_of(row, columns, "p_adjusted");
	finding->n = count_of(row, columns, "n");
	finding->rows_needed = count_of(row, columns, "rows_needed");
	finding->flag = text_of(row, columns, "flag");
	finding->reason = text_of(row, columns, "reason");
	finding->verdict = text_of(row, columns, "verdict");
	finding->reference = text_of(row, columns, "reference");
	finding->kind = text_of(row, columns, "kind");
	finding->column = text_of(row, columns, "column_name");
	finding->fact = text_of(row, columns, "fact");
	finding->advice = text_of(row, columns, "advice");
	finding->note = text_of(row, columns, "note");
}

/* Runs a query with the three parameters of the report. */
static void
query(const AuditReportCall *call, const char *sql)
{
	Parameters parameters = { 0 };

	if (call->evaluation > 0)
		add_bigint(&parameters, call->evaluation);
	else
		add_null(&parameters, INT8OID);
	add_text(&parameters, call->model);
	if (call->version > 0)
		add_int(&parameters, call->version);
	else
		add_null(&parameters, INT4OID);
	if (SPI_execute_with_args(sql, parameters.n, parameters.types,
	                          parameters.values, parameters.nulls, true,
	                          0) != SPI_OK_SELECT)
		elog(ERROR, "statement on the fairpg store failed");
}

static void
read_list(const AuditReportCall *call, const AuditReportList *list,
          Findings *findings)
{
	void *target = (char *) findings + list->offset;
	SPITupleTable *table;
	int n;

	query(call, list->sql);
	table = SPI_tuptable;
	n = (int) SPI_processed;
	if (list->facts)
	{
		Fact *facts = palloc0(sizeof(Fact) * Max(n, 1));

		for (int i = 0; i < n; i++)
		{
			char *term = SPI_getvalue(table->vals[i], table->tupdesc, 1);
			char *text = SPI_getvalue(table->vals[i], table->tupdesc, 2);

			facts[i].term = term == NULL ? "" : to_utf8(term);
			facts[i].text = text == NULL ? "" : to_utf8(text);
		}
		*(FactList *) target = (FactList){ facts, n };
	}
	else
	{
		Finding *items = palloc_extended(sizeof(Finding) * (Size) Max(n, 1),
		                                 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			read_finding(table->vals[i], table->tupdesc, &items[i]);
		}
		*(FindingList *) target = (FindingList){ items, n };
	}
}

/* Whether a finding is of the name, or of the name and a class in brackets. */
static bool
has_name(const Finding *finding, const char *name)
{
	size_t length = strlen(name);

	return finding->metric != NULL &&
	       strncmp(finding->metric, name, length) == 0 &&
	       (finding->metric[length] == '\0' || finding->metric[length] == ' ');
}

static bool
is_used(const FindingList *list, const char *name)
{
	for (int i = 0; i < list->n; i++)
		if (has_name(&list->items[i], name))
			return true;
	return false;
}

/* Whether a gap is of decisions, or of figures of scores, which have other
 * units.  Of several classes the name of one stands behind the criterion's. */
static void
name_kinds(const FindingList *gaps)
{
	const FairCriterion *const *criteria = fair_criterion_table();

	for (int i = 0; i < gaps->n; i++)
	{
		Finding *gap = (Finding *) &gaps->items[i];

		gap->kind = "scores";
		for (int c = 0; criteria[c] != NULL; c++)
			if (has_name(gap, criteria[c]->name))
				gap->kind = "decisions";
	}
}

/* A sentence for each metric and criterion that occurs. */
static void
define(Findings *findings)
{
	const FairCriterion *const *criteria = fair_criterion_table();
	Fact *facts;
	int n = 0;
	int most = fair_metric_count();

	for (int c = 0; criteria[c] != NULL; c++)
		most++;
	facts = palloc0(sizeof(Fact) * most);
	for (int m = 0; m < fair_metric_count(); m++)
		if (is_used(&findings->metrics, fair_metric_name(m)))
			facts[n++] =
				(Fact){ fair_metric_name(m), fair_metric_description(m) };
	for (int c = 0; criteria[c] != NULL; c++)
		if (is_used(&findings->gaps, criteria[c]->name) ||
		    is_used(&findings->constraints, criteria[c]->name))
			facts[n++] = (Fact){ criteria[c]->name, criteria[c]->description };
	findings->definitions = (FactList){ facts, n };
}

static const char *
one_text(const AuditReportCall *call, const char *sql)
{
	char *text;

	query(call, sql);
	if (SPI_processed != 1)
		return "";
	text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return text == NULL ? "" : to_utf8(text);
}

void
audit_report_read(const AuditReportCall *call, Findings *findings)
{
	memset(findings, 0, sizeof(*findings));
	findings->title = to_utf8(call->title);
	findings->evaluated = call->evaluation > 0;
	findings->evaluation = call->evaluation;
	findings->model = call->model == NULL ? NULL : to_utf8(call->model);
	findings->version = call->version;
	findings->subject = one_text(
		call, "SELECT CASE WHEN $3 IS NOT NULL THEN $2 || ', version ' || $3"
			  " ELSE (SELECT coalesce(e.name, e.model || ', point ' || e.point"
			  "  || ' of frontier ' || e.frontier, e.decision, e.score,"
			  "  e.prediction) FROM fairpg_catalog.evaluation e"
			  "  WHERE e.evaluation = $1) END");
	if (findings->evaluated)
		findings->what = one_text(
			call, "SELECT format('%s was measured on %s rows, by %s, on %s.',"
				  " CASE WHEN $3 IS NOT NULL THEN format("
				  "   'Version %s of model \"%s\"', $3, $2)"
				  "  WHEN e.frontier IS NOT NULL THEN 'A point of a frontier'"
				  "  ELSE format('What column \"%s\" says', coalesce("
				  "   e.decision, e.score, e.prediction)) END,"
				  " to_char(n_rows, 'FM999,999,999,999'),"
				  " array_to_string(protected, ', '),"
				  " to_char(evaluated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))"
				  " FROM fairpg_catalog.evaluation e WHERE evaluation = $1");
	else
		findings->what = one_text(
			call, "SELECT format('Version %s of model \"%s\" was never "
				  "evaluated: nothing is known of how groups fare. To measure "
				  "it: SELECT * FROM fairpg.evaluate(%L, source => ..., "
				  "version => %s)', $3, $2, $2, $3)");
	query(call, "SELECT FROM fairpg_catalog.evaluation"
	            " WHERE evaluation = $1 AND part = 'external'");
	if (SPI_processed == 1)
		findings->how_to_add =
			psprintf("SELECT * FROM fairpg.add_analyses(" INT64_FORMAT ", ",
		             call->evaluation);
	for (const AuditReportList *list = audit_report_lists; list->sql != NULL;
	     list++)
		read_list(call, list, findings);
	name_kinds(&findings->gaps);
	define(findings);
}
