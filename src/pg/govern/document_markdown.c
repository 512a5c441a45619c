/*
 * document_markdown.c
 *    A document as Markdown, for repositories and tickets.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "pg/govern/document.h"

/* Text of users, in one line: nothing in it is mark-up. */
static void
append_escaped(StringInfo to, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			appendStringInfoChar(to, ' ');
		else if (*c == '<')
			appendStringInfoString(to, "&lt;");
		else if (*c == '&')
			appendStringInfoString(to, "&amp;");
		else
		{
			if (strchr("\\`*_{}[]|#~", *c) != NULL)
				appendStringInfoChar(to, '\\');
			appendStringInfoChar(to, *c);
		}
}

static void
append_table(StringInfo to, const Part *table)
{
	const Part *first = &table->parts[0];

	appendStringInfoString(to, "\n|");
	for (int c = 0; c < first->n_parts; c++)
	{
		appendStringInfoChar(to, ' ');
		append_escaped(to, document_title(first->parts[c].key));
		appendStringInfoString(to, " |");
	}
	appendStringInfoString(to, "\n|");
	for (int c = 0; c < first->n_parts; c++)
		appendStringInfoString(
			to, first->parts[c].kind == PART_NUMBER ? " ---: |" : " --- |");
	for (int r = 0; r < table->n_parts; r++)
	{
		appendStringInfoString(to, "\n|");
		for (int c = 0; c < first->n_parts; c++)
		{
			const Part *cell =
				document_part(&table->parts[r], first->parts[c].key);

			appendStringInfoChar(to, ' ');
			if (cell != NULL && cell->kind != PART_NULL)
				append_escaped(to, document_line(cell));
			appendStringInfoString(to, " |");
		}
	}
	appendStringInfoString(to, "\n");
}

static void
append_object(StringInfo to, const Part *object, int level)
{
	for (int i = 0; i < object->n_parts; i++)
	{
		const Part *part = &object->parts[i];

		if (document_is_table(part) || part->kind == PART_OBJECT)
			continue;
		appendStringInfoString(to, "- **");
		append_escaped(to, document_title(part->key));
		appendStringInfoString(to, "**: ");
		append_escaped(to, document_line(part));
		appendStringInfoChar(to, '\n');
	}
	for (int i = 0; i < object->n_parts; i++)
	{
		const Part *part = &object->parts[i];

		if (!document_is_table(part) && part->kind != PART_OBJECT)
			continue;
		appendStringInfoChar(to, '\n');
		for (int l = 0; l < level; l++)
			appendStringInfoChar(to, '#');
		appendStringInfoChar(to, ' ');
		append_escaped(to, document_title(part->key));
		appendStringInfoChar(to, '\n');
		if (part->kind == PART_OBJECT)
		{
			appendStringInfoChar(to, '\n');
			append_object(to, part, Min(level + 1, 6));
		}
		else
			append_table(to, part);
	}
}

char *
document_markdown(const Part *document)
{
	const Part *title = document_part(document, "title");
	const Part *subject = document_part(document, "subject");
	StringInfoData to;

	initStringInfo(&to);
	appendStringInfoString(&to, "# ");
	append_escaped(&to, title == NULL ? "" : document_line(title));
	if (subject != NULL)
	{
		appendStringInfoString(&to, ": ");
		append_escaped(&to, document_line(subject));
	}
	appendStringInfoString(&to, "\n\n");
	for (int i = 0; i < document->n_parts; i++)
	{
		const Part *part = &document->parts[i];

		if (part == title || part == subject || part->kind == PART_OBJECT ||
		    part->kind == PART_ARRAY)
			continue;
		append_escaped(&to, document_line(part));
		appendStringInfoString(&to, "\n\n");
	}
	for (int i = 0; i < document->n_parts; i++)
	{
		const Part *part = &document->parts[i];

		if (part->kind != PART_OBJECT && part->kind != PART_ARRAY)
			continue;
		appendStringInfo(&to, "\n## ");
		append_escaped(&to, document_title(part->key));
		appendStringInfoString(&to, "\n\n");
		if (part->kind == PART_OBJECT)
			append_object(&to, part, 3);
		else if (document_is_table(part))
			append_table(&to, part);
		else
		{
			append_escaped(&to, document_line(part));
			appendStringInfoChar(&to, '\n');
		}
	}
	return to.data;
}
