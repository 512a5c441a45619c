/*
 * rows.c
 *    Returning rows from a set-returning function, all at once.
 *
 * InitMaterializedSRF() does the like from PostgreSQL 16 on (15 has it under
 * another name, 14 not at all).
 */
#include "postgres.h"

#include "miscadmin.h"

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
