/*
 * table.c
 *    Tables of data.
 *
 * A wide table scrolls by itself, so that the page does not; the part that
 * scrolls can be reached by keyboard and has a name, as WCAG asks for.
 */
#include "report/table.h"

#include <stddef.h>

#include "report/page.h"

/* tables up to here are open on screens as well */
#define OPEN_ROWS 24

static void
write_columns(Writer *writer, const TableHead *head)
{
	writer_open(writer, "thead");
	writer_open(writer, "tr");
	for (int i = 0; i < head->n_columns; i++)
	{
		writer_open(writer, "th");
		writer_attribute(writer, "scope", "col");
		if (head->columns[i].number)
			writer_attribute(writer, "class", "num");
		writer_text(writer, head->columns[i].title);
		writer_close(writer);
	}
	writer_close(writer);
	writer_close(writer);
}

void
table_begin(Writer *writer, const TableHead *head)
{
	char id[24];

	writer_new_id(writer, "table", id, sizeof(id));
	writer_open(writer, "details");
	if (head->open || head->n_rows <= OPEN_ROWS)
		writer_attribute(writer, "open", "open");
	writer_open(writer, "summary");
	writer_text(writer, "Table: ");
	writer_text(writer, head->caption);
	if (head->about != NULL)
		writer_name(writer, head->about);
	writer_close(writer);
	writer_open(writer, "div");
	writer_attribute(writer, "class", "scroll");
	writer_attribute(writer, "role", "region");
	writer_attribute(writer, "aria-labelledby", id);
	writer_attribute(writer, "tabindex", "0");
	writer_open(writer, "table");
	writer_open(writer, "caption");
	writer_attribute(writer, "id", id);
	writer_text(writer, head->caption);
	if (head->about != NULL)
		writer_name(writer, head->about);
	writer_close(writer);
	write_columns(writer, head);
	writer_open(writer, "tbody");
	writer->first_row = true;
}

void
table_row(Writer *writer)
{
	if (!writer->first_row)
		writer_close(writer);
	writer->first_row = false;
	writer_open(writer, "tr");
}

void
table_header(Writer *writer, const char *name)
{
	writer_open(writer, "th");
	writer_attribute(writer, "scope", "row");
	writer_name(writer, name);
	writer_close(writer);
}

void
table_text(Writer *writer, const char *text)
{
	writer_open(writer, "td");
	if (text != NULL)
		writer_name(writer, text);
	writer_close(writer);
}

static void
number_begin(Writer *writer)
{
	writer_open(writer, "td");
	writer_attribute(writer, "class", "num");
}

void
table_figure(Writer *writer, double value)
{
	number_begin(writer);
	writer_figure(writer, value);
	writer_close(writer);
}

void
table_count(Writer *writer, int64_t value)
{
	number_begin(writer);
	writer_count(writer, value);
	writer_close(writer);
}

void
table_interval(Writer *writer, double value, double low, double high)
{
	number_begin(writer);
	interval_text(writer, value, low, high);
	writer_close(writer);
}

void
table_cell(Writer *writer)
{
	writer_open(writer, "td");
}

void
table_end(Writer *writer)
{
	if (!writer->first_row)
		writer_close(writer);
	writer_close(writer); /* tbody */
	writer_close(writer); /* table */
	writer_close(writer); /* div */
	writer_close(writer); /* details */
}
