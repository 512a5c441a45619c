/*
 * rows.h
 *    Returning rows: a set of them all at once, or a single one.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_ROWS_H
#define FAIRPG_PG_ROWS_H

#include "funcapi.h"
#include "nodes/pg_list.h"
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

#define ROW_COLUMNS_MAX 32

/* A single row under construction, column by column. */
typedef struct RowMaker
{
	TupleDesc columns;
	int n; /* put so far */
	Datum values[ROW_COLUMNS_MAX];
	bool nulls[ROW_COLUMNS_MAX];
} RowMaker;

/* Begins the result of a function that returns a composite type. */
extern void row_begin(RowMaker *row, FunctionCallInfo fcinfo);

/* Or a row of those that a function returns; the second adds it to them. */
extern void row_begin_among(RowMaker *row, const Rows *rows);
extern void row_end_among(RowMaker *row, Rows *rows);

/* The next column: a value, a number that is NULL unless it is finite, the
 * end of an interval, which is NULL only where it is NaN, a bigint that is NULL when it is 0, a text or NULL, a list of char * as
 * text[]. */
extern void row_put(RowMaker *row, Datum value);
extern void row_put_real(RowMaker *row, double value);
extern void row_put_end(RowMaker *row, double value);
extern void row_put_count(RowMaker *row, int64 value);
extern void row_put_text(RowMaker *row, const char *value);
extern void row_put_null(RowMaker *row);
extern void row_put_texts(RowMaker *row, const List *texts);

/* The row, which must have all its columns; in CurrentMemoryContext. */
extern Datum row_end(RowMaker *row);

#endif
