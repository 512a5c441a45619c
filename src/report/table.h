/*
 * table.h
 *    Tables of data: cells in the order of rows.
 *
 *        table_begin(&writer, &table);
 *        for each row
 *            table_row(&writer);
 *            table_header(&writer, group_name);
 *            table_interval(&writer, value, low, high);
 *            table_count(&writer, n);
 *        table_end(&writer);
 */
#ifndef FAIRPG_REPORT_TABLE_H
#define FAIRPG_REPORT_TABLE_H

#include "report/writer.h"

typedef struct TableColumn
{
	const char *title;
	bool number; /* right-aligned */
} TableColumn;

typedef struct TableHead
{
	const char *caption;
	const char *about; /* a user's text after the caption; NULL: none */
	const TableColumn *columns;
	int n_columns;
	int n_rows; /* many rows are folded on screens, never on paper */
	bool open;  /* not even these */
} TableHead;

extern void table_begin(Writer *writer, const TableHead *head);
extern void table_row(Writer *writer);

/* The cell that names the row. */
extern void table_header(Writer *writer, const char *name);

/* Cells; NULL and NaN say so. */
extern void table_text(Writer *writer, const char *text);
extern void table_figure(Writer *writer, double value);
extern void table_count(Writer *writer, int64_t value);
extern void
table_interval(Writer *writer, double value, double low, double high);

/* A cell of which the content follows until writer_close(). */
extern void table_cell(Writer *writer);

extern void table_end(Writer *writer);

#endif
