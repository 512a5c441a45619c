/*
 * rows.c
 *    Returning rows: a set of them all at once, or a single one.
 *
 * InitMaterializedSRF() does the like of rows_begin() from PostgreSQL 16 on
 * (15 has it under another name, 14 not at all).
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/rows.h"

void
rows_begin(Rows *rows, FunctionCallInfo fcinfo, int n_columns)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;
	bool random_access;

	if (result == NULL || !IsA(result, ReturnSetInfo) ||
	    (result->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("a set of rows cannot be returned here"),
		                errhint("Call the function in the FROM clause.")));
	random_access = (result->allowedModes & SFRM_Materialize_Random) != 0;

	caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &rows->columns) !=
	        TYPEFUNC_COMPOSITE ||
	    rows->columns->natts != n_columns)
		elog(ERROR, "result of the function does not have %d columns",
		     n_columns);
	rows->store = tuplestore_begin_heap(random_access, false, work_mem);
	result->returnMode = SFRM_Materialize;
	result->setResult = rows->store;
	result->setDesc = rows->columns;
	MemoryContextSwitchTo(caller);
}

void
rows_add(Rows *rows, Datum *values, bool *nulls)
{
	tuplestore_putvalues(rows->store, rows->columns, values, nulls);
}

void
row_begin(RowMaker *row, FunctionCallInfo fcinfo)
{
	row->n = 0;
	if (get_call_result_type(fcinfo, NULL, &row->columns) !=
	        TYPEFUNC_COMPOSITE ||
	    row->columns->natts > ROW_COLUMNS_MAX)
		elog(ERROR, "result of the function is not a row as declared");
}

void
row_begin_among(RowMaker *row, const Rows *rows)
{
	row->n = 0;
	row->columns = rows->columns;
	if (row->columns->natts > ROW_COLUMNS_MAX)
		elog(ERROR, "result of the function has more than %d columns",
		     ROW_COLUMNS_MAX);
}

static void
put(RowMaker *row, Datum value, bool null)
{
	if (row->n >= row->columns->natts)
		elog(ERROR, "result of the function has more than %d columns",
		     row->columns->natts);
	row->nulls[row->n] = null;
	row->values[row->n++] = value;
}

void
row_put(RowMaker *row, Datum value)
{
	put(row, value, false);
}

void
row_put_real(RowMaker *row, double value)
{
	put(row, Float8GetDatum(value), !isfinite(value));
}

void
row_put_end(RowMaker *row, double value)
{
	put(row, Float8GetDatum(value), isnan(value));
}

void
row_put_count(RowMaker *row, int64 value)
{
	put(row, Int64GetDatum(value), value == 0);
}

void
row_put_text(RowMaker *row, const char *value)
{
	put(row, value == NULL ? (Datum) 0 : CStringGetTextDatum(value),
	    value == NULL);
}

void
row_put_null(RowMaker *row)
{
	put(row, (Datum) 0, true);
}

void
row_put_texts(RowMaker *row, const List *texts)
{
	Datum *elements = palloc(sizeof(Datum) * (Size) (list_length(texts) + 1));
	int n = 0;
	ListCell *cell;

	foreach (cell, texts)
		elements[n++] = CStringGetTextDatum((char *) lfirst(cell));
	put(row,
	    PointerGetDatum(
			construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT)),
	    false);
}

static void
check_complete(const RowMaker *row)
{
	if (row->n != row->columns->natts)
		elog(ERROR, "result of the function has %d of %d columns", row->n,
		     row->columns->natts);
}

void
row_end_among(RowMaker *row, Rows *rows)
{
	check_complete(row);
	rows_add(rows, row->values, row->nulls);
}

Datum
row_end(RowMaker *row)
{
	check_complete(row);
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(row->columns), row->values, row->nulls));
}
