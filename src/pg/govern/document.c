/*
 * document.c
 *    Documents of governance: from what the tables say to something to read.
 *
 * What a document says is JSON that a SQL function builds from the tables
 * (documents.sql).  The JSON is the document; a page and Markdown are other
 * ways to write it, made from it and nothing else: the first level of keys are
 * chapters, values are facts, arrays of objects are tables.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/govern/document.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/statement.h"
#include "pg/store.h"

static const char *
in_utf8(const char *text)
{
	return pg_server_to_any(text, (int) strlen(text), PG_UTF8);
}

/* A column of a row of the answer as text in 'context'; NULL where it is. */
static char *
answer_text(SPITupleTable *answer, uint64 row, int column,
            MemoryContext context)
{
	char *text = SPI_getvalue(answer->vals[row], answer->tupdesc, column);

	return text == NULL ? NULL : MemoryContextStrdup(context, text);
}

static PartKind
kind_of(const char *type)
{
	static const char *const names[] = {
		[PART_NULL] = "null",     [PART_TEXT] = "string",
		[PART_NUMBER] = "number", [PART_BOOLEAN] = "boolean",
		[PART_OBJECT] = "object", [PART_ARRAY] = "array",
	};

	for (int k = 0; k < (int) lengthof(names); k++)
		if (strcmp(names[k], type) == 0)
			return (PartKind) k;
	elog(ERROR, "unknown type of JSON: %s", type);
	return PART_NULL;
}

static void
read_parts(Part *part, const char *json, MemoryContext context)
{
	Parameters parameters = { 0 };
	SPITupleTable *answer;
	uint64 n;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	add_text(&parameters, json);
	run(part->kind == PART_OBJECT
	        ? "SELECT key, json_typeof(value), value, value #>> '{}'"
	          " FROM json_each($1::json)"
	        : "SELECT NULL, json_typeof(value), value, value #>> '{}'"
	          " FROM json_array_elements($1::json)",
	    &parameters, SPI_OK_SELECT);
	answer = SPI_tuptable;
	n = SPI_processed;
	part->n_parts = (int) n;
	part->parts = MemoryContextAllocZero(context, sizeof(Part) * Max(n, 1));
	for (uint64 i = 0; i < n; i++)
	{
		Part *to = &part->parts[i];
		char *key = answer_text(answer, i, 1, context);
		char *text;

		to->key = key == NULL ? NULL : in_utf8(key);
		to->kind = kind_of(answer_text(answer, i, 2, context));
		if (to->kind == PART_OBJECT || to->kind == PART_ARRAY)
		{
			read_parts(to, answer_text(answer, i, 3, context), context);
			continue;
		}
		text = answer_text(answer, i, 4, context);
		to->text = text == NULL ? NULL : in_utf8(text);
	}
	SPI_freetuptable(answer);
}

Part *
document_read(const char *json)
{
	MemoryContext context = CurrentMemoryContext;
	Part *document = palloc0(sizeof(Part));

	document->kind = PART_OBJECT;
	read_parts(document, json, context);
	return document;
}

const Part *
document_part(const Part *object, const char *key)
{
	for (int i = 0; i < object->n_parts; i++)
		if (object->parts[i].key != NULL &&
		    strcmp(object->parts[i].key, key) == 0)
			return &object->parts[i];
	return NULL;
}

/* Words of keys that are written otherwise than all in small letters. */
static const char *const spellings[][2] = { { "auc", "AUC" },
	                                        { "sha256", "SHA-256" },
	                                        { "fairpg", "fairpg" },
	                                        { "postgresql", "PostgreSQL" } };

static const char *
spell(const char *word)
{
	for (int i = 0; i < (int) lengthof(spellings); i++)
		if (strcmp(word, spellings[i][0]) == 0)
			return spellings[i][1];
	return NULL;
}

char *
document_title(const char *key)
{
	StringInfoData title;
	char *words = pstrdup(key);

	initStringInfo(&title);
	for (char *word = strtok(words, "_"); word != NULL;
	     word = strtok(NULL, "_"))
	{
		const char *spelling = spell(word);

		if (title.len > 0)
			appendStringInfoChar(&title, ' ');
		else if (spelling == NULL)
			word[0] = (char) pg_toupper((unsigned char) word[0]);
		appendStringInfoString(&title, spelling != NULL ? spelling : word);
	}
	return title.data;
}

bool
document_is_table(const Part *part)
{
	if (part->kind != PART_ARRAY || part->n_parts == 0)
		return false;
	for (int i = 0; i < part->n_parts; i++)
		if (part->parts[i].kind != PART_OBJECT)
			return false;
	return true;
}

/* A time as JSON has it, in UTC, without what readers do not need. */
static char *
readable(const char *text)
{
	int year, month, day, hour, minute, second, end = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour,
	           &minute, &second, &end) == 6 &&
	    end > 0 && (strcmp(text + end, "+00:00") == 0 || text[end] == '.'))
		return psprintf("%04d-%02d-%02d %02d:%02d:%02d", year, month, day, hour,
		                minute, second);
	return pstrdup(text);
}

char *
document_line(const Part *part)
{
	StringInfoData line;

	if (part->kind == PART_NULL)
		return pstrdup("not stated");
	if (part->kind == PART_BOOLEAN)
		return pstrdup(part->text[0] == 't' ? "yes" : "no");
	if (part->kind != PART_OBJECT && part->kind != PART_ARRAY)
		return readable(part->text);
	if (part->n_parts == 0)
		return pstrdup("none");
	initStringInfo(&line);
	for (int i = 0; i < part->n_parts; i++)
	{
		const Part *item = &part->parts[i];

		if (i > 0)
			appendStringInfoString(&line,
			                       part->kind == PART_ARRAY ? ", " : "; ");
		if (item->key != NULL)
			appendStringInfo(&line, "%s: ", item->key);
		appendStringInfoString(&line, document_line(item));
	}
	return line.data;
}

static text *
write_page(const Part *document, MemoryContext context)
{
	NumArena arena;
	Writer writer;
	const char *page;
	size_t length;

	host_arena_init(&arena, context, MaxAllocSize - 1);
	writer_init(&writer, &arena);
	document_html(&writer, document);
	page = writer_end(&writer, &length);
	report_status(writer.out.status, &arena, "the document");
	return cstring_to_text_with_len(page, (int) length);
}

static text *
write_markdown(const Part *document)
{
	const char *markdown = document_markdown(document);

	return cstring_to_text(
		pg_any_to_server(markdown, (int) strlen(markdown), PG_UTF8));
}

/*
 * render_document(content json, format text) returns text
 *
 * The content as html or md.
 */
FAIRPG_FUNCTION(fairpg_render_document);
Datum
fairpg_render_document(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	char *content = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *format = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int nest_level;
	Part *document;
	text *result;

	if (strcmp(format, "html") != 0 && strcmp(format, "md") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("unknown format \"%s\"", format),
		                errhint("Known formats are: html, json, md.")));
	nest_level = store_spi_begin();
	MemoryContextSwitchTo(caller);
	document = document_read(content);
	result = format[0] == 'h' ? write_page(document, caller)
	                          : write_markdown(document);
	store_spi_end(nest_level);
	PG_RETURN_TEXT_P(result);
}
