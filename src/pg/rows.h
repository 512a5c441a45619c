/*
 * rows.h
 *    Returning rows from a set-returning function, all at once.
 */
#ifndef FAIRPG_PG_ROWS_H
#define FAIRPG_PG_ROWS_H

#include "funcapi.h"
#include "utils/tuplestore.h"

typedef struct Rows
{
	TupleDesc columns;
	Tuplestorestate *store;
} Rows;

/* Makes the result of the function a list of rows, which may go to disk
 * beyond work_mem; 'n_columns' is how many the caller will give.  Raises an
 * error where a set cannot be taken. */
extern void rows_begin(Rows *rows, FunctionCallInfo fcinfo, int n_columns);

extern void rows_add(Rows *rows, Datum *values, bool *nulls);

#endif
