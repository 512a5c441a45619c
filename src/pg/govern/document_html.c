/*
 * document_html.c
 *    A document as a page, with the style and the charts of the reports.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "pg/govern/document.h"
#include "report/findings.h"
#include "report/interval_plot.h"
#include "report/page.h"
#include "report/table.h"

/* A number of a row; NaN where there is none. */
static double
number_of(const Part *row, const char *key)
{
	const Part *part = document_part(row, key);

	return part == NULL || part->kind != PART_NUMBER ? NAN
	                                                 : strtod(part->text, NULL);
}

static const char *
text_of(const Part *row, const char *key)
{
	const Part *part = document_part(row, key);

	return part == NULL || part->kind == PART_NULL ? NULL : part->text;
}

static const char *
group_of(const Part *row)
{
	const char *attribute = text_of(row, "attribute");
	const char *group = text_of(row, "group");

	return group != NULL ? group : attribute == NULL ? "" : attribute;
}

/*
 * Rows of gaps or ratios as one picture for each metric and attribute; the
 * picture brings its own table.  False where they are no such rows.
 */
static bool
draw_intervals(Writer *writer, const Part *table)
{
	bool ratios = table->key != NULL && strcmp(table->key, "ratios") == 0;
	Finding *items;
	int n = table->n_parts;

	if (!ratios && (table->key == NULL || strcmp(table->key, "gaps") != 0))
		return false;
	items = palloc0(sizeof(Finding) * (Size) n);
	for (int i = 0; i < n; i++)
	{
		const Part *row = &table->parts[i];

		items[i] = (Finding){ .attribute = text_of(row, "attribute"),
			                  .group = group_of(row),
			                  .metric = text_of(row, "metric"),
			                  .value = number_of(row, "value"),
			                  .low = number_of(row, "low"),
			                  .high = number_of(row, "high"),
			                  .x = NAN,
			                  .n = (int64_t) number_of(row, "n"),
			                  .flag = text_of(row, "flag"),
			                  .note = text_of(row, "note") };
	}
	for (int from = 0, to; from < n; from = to)
	{
		const char *attribute = items[from].attribute;

		for (to = from + 1; to < n && attribute != NULL &&
		                    items[to].attribute != NULL &&
		                    strcmp(items[to].attribute, attribute) == 0;)
			to++;
		if (ratios)
			forest_plot(writer, attribute, &items[from], to - from);
		else
			gap_plot(writer, attribute, &items[from], to - from);
	}
	return true;
}

static void
write_cell(Writer *writer, const Part *cell)
{
	if (cell == NULL || cell->kind == PART_NULL)
		table_text(writer, "");
	else if (cell->kind != PART_NUMBER)
		table_text(writer, document_line(cell));
	else if (strpbrk(cell->text, ".eE") != NULL)
		table_figure(writer, strtod(cell->text, NULL));
	else
		table_count(writer, strtoll(cell->text, NULL, 10));
}

/* Whether a column has numbers, and nothing else. */
static bool
is_of_numbers(const Part *table, const char *key)
{
	bool any = false;

	for (int r = 0; r < table->n_parts; r++)
	{
		const Part *cell = document_part(&table->parts[r], key);

		if (cell == NULL || cell->kind == PART_NULL)
			continue;
		if (cell->kind != PART_NUMBER)
			return false;
		any = true;
	}
	return any;
}

/* The columns of a table are the keys of its first row. */
static void
write_table(Writer *writer, const Part *table)
{
	const Part *first = &table->parts[0];
	TableColumn *columns =
		palloc0(sizeof(TableColumn) * (Size) Max(first->n_parts, 1));
	TableHead head = { .caption = document_title(table->key),
		               .columns = columns,
		               .n_columns = first->n_parts,
		               .n_rows = table->n_parts };

	for (int c = 0; c < first->n_parts; c++)
		columns[c] =
			(TableColumn){ document_title(first->parts[c].key),
			               c > 0 && is_of_numbers(table, first->parts[c].key) };
	table_begin(writer, &head);
	for (int r = 0; r < table->n_parts; r++)
	{
		table_row(writer);
		for (int c = 0; c < first->n_parts; c++)
		{
			const Part *cell =
				document_part(&table->parts[r], first->parts[c].key);

			if (c == 0)
				table_header(writer, cell == NULL ? "" : document_line(cell));
			else
				write_cell(writer, cell);
		}
	}
	table_end(writer);
}

static void
write_facts(Writer *writer, const Part *object)
{
	bool any = false;

	for (int i = 0; i < object->n_parts; i++)
	{
		const Part *part = &object->parts[i];

		if (document_is_table(part) || part->kind == PART_OBJECT)
			continue;
		if (!any)
			facts_begin(writer);
		any = true;
		fact_begin(writer, document_title(part->key));
		writer_name(writer, document_line(part));
		fact_end(writer);
	}
	if (any)
		facts_end(writer);
}

/* Facts first, then tables and what has a title of its own. */
static void
write_object(Writer *writer, const Part *object, bool is_chapter)
{
	write_facts(writer, object);
	for (int i = 0; i < object->n_parts; i++)
	{
		const Part *part = &object->parts[i];

		if (document_is_table(part))
		{
			if (!draw_intervals(writer, part))
				write_table(writer, part);
		}
		else if (part->kind == PART_OBJECT)
		{
			writer_leaf(writer, is_chapter ? "h3" : "h4", NULL,
			            document_title(part->key));
			write_object(writer, part, false);
		}
	}
}

static void
write_chapter(Writer *writer, const Part *part)
{
	if (part->kind == PART_OBJECT)
		write_object(writer, part, true);
	else if (!document_is_table(part))
	{
		paragraph_begin(writer, NULL);
		writer_name(writer, document_line(part));
		writer_close(writer);
	}
	else if (!draw_intervals(writer, part))
		write_table(writer, part);
}

static bool
is_chapter(const Part *part)
{
	return part->kind == PART_OBJECT || part->kind == PART_ARRAY;
}

void
document_html(Writer *writer, const Part *document)
{
	PageChapter *chapters =
		palloc0(sizeof(PageChapter) * (Size) Max(document->n_parts, 1));
	const char *title = text_of(document, "title");
	const char *subject = text_of(document, "subject");
	int n = 0;

	page_begin(writer, title == NULL ? "" : title,
	           subject == NULL ? "" : subject);
	for (int i = 0; i < document->n_parts; i++)
		if (is_chapter(&document->parts[i]))
			chapters[n++] =
				(PageChapter){ psprintf("chapter-%d", i),
				               document_title(document->parts[i].key) };
		else if (strcmp(document->parts[i].key, "title") != 0 &&
		         strcmp(document->parts[i].key, "subject") != 0)
		{
			paragraph_begin(writer, "lead");
			writer_name(writer, document_line(&document->parts[i]));
			writer_close(writer);
		}
	page_contents(writer, chapters, n);
	n = 0;
	for (int i = 0; i < document->n_parts; i++)
	{
		if (!is_chapter(&document->parts[i]))
			continue;
		chapter_begin(writer, &chapters[n++]);
		write_chapter(writer, &document->parts[i]);
		chapter_end(writer);
	}
	page_end(writer);
}
