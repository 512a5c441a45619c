/*
 * document.h
 *    A document as a tree: what its JSON says, in the order it says it.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_GOVERN_DOCUMENT_H
#define FAIRPG_PG_GOVERN_DOCUMENT_H

#include "report/writer.h"

typedef enum PartKind
{
	PART_NULL,
	PART_TEXT,
	PART_NUMBER,
	PART_BOOLEAN,
	PART_OBJECT,
	PART_ARRAY
} PartKind;

typedef struct Part
{
	const char *key; /* within an object, else NULL; ours, or a user's name */
	PartKind kind;
	const char *text; /* of anything but objects and arrays, in UTF-8 */
	struct Part *parts;
	int n_parts;
} Part;

/* The tree of a text that is JSON, in CurrentMemoryContext; between
 * SPI_connect() and SPI_finish(). */
extern Part *document_read(const char *json);

/* The part of an object with that key; NULL where there is none. */
extern const Part *document_part(const Part *object, const char *key);

/* "intended_use" as "Intended use", in CurrentMemoryContext. */
extern char *document_title(const char *key);

/* Whether an array is a table: it has rows, and all are objects. */
extern bool document_is_table(const Part *part);

/* Anything as one line: arrays with commas, objects as "key: text; ..." */
extern char *document_line(const Part *part);

/* The whole document: a page, or Markdown (in CurrentMemoryContext). */
extern void document_html(Writer *writer, const Part *document);
extern char *document_markdown(const Part *document);

#endif
