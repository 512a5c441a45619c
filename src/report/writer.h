/*
 * writer.h
 *    Writing HTML and SVG: elements, attributes and text.
 *
 * Every text goes through writer_text(), which escapes it, whether it becomes
 * an attribute or content: nobody can forget to.  Elements are closed in the
 * order they were opened, so that what comes out is well formed, also as XML.
 *
 * Names of elements and attributes are constants of the program.  Text is
 * UTF-8.  What is written is ASCII: all other characters become numeric
 * references, so the page means the same in whatever encoding it is sent or
 * kept.  Bytes that are no UTF-8, and control characters, which HTML does not
 * allow, become U+FFFD.
 *
 * An arena that runs out is noted and makes all that follows do nothing; the
 * caller asks at the end.
 */
#ifndef FAIRPG_REPORT_WRITER_H
#define FAIRPG_REPORT_WRITER_H

#include <stdbool.h>

#include "report/buffer.h"

#define WRITER_MAX_DEPTH 32

typedef struct Writer
{
	TextBuffer out;
	bool in_tag;       /* attributes may follow */
	bool is_void;      /* and nothing else */
	bool in_attribute; /* text is the value of one */
	int depth;
	const char *elements[WRITER_MAX_DEPTH]; /* that are open */
	int next_id;
	bool first_row; /* of the table being written, table.c */
} Writer;

extern void writer_init(Writer *writer, NumArena *arena);

/* What a page begins with. */
extern void writer_doctype(Writer *writer);

/* Begins an element; attributes may follow, then what it holds. */
extern void writer_open(Writer *writer, const char *name);

/* Ends the element that was begun last. */
extern void writer_close(Writer *writer);

/* Begins an element that holds nothing, such as <br/>; attributes may follow.
 * It is over when anything else is written. */
extern void writer_void(Writer *writer, const char *name);

/* An attribute of the element just begun. */
extern void
writer_attribute(Writer *writer, const char *name, const char *value);

/* The same, from all that is written between the two calls. */
extern void writer_attribute_begin(Writer *writer, const char *name);
extern void writer_attribute_end(Writer *writer);

/* The same, from a number, with two digits after the point at most. */
extern void
writer_attribute_real(Writer *writer, const char *name, double value);

/* Text; NULL writes nothing. */
extern void writer_text(Writer *writer, const char *text);

/* Several pieces of text, the last argument being NULL. */
extern void writer_texts(Writer *writer, const char *text, ...);

/* Numbers as number.h writes them; coordinates with two digits. */
extern void writer_figure(Writer *writer, double value);
extern void writer_count(Writer *writer, int64_t value);
extern void writer_real(Writer *writer, double value);

/* A whole element with a class, where that is not NULL, and text. */
extern void writer_leaf(Writer *writer, const char *name, const char *class,
                        const char *text);

/* Text that a user chose, kept from changing the direction of what stands
 * around it. */
extern void writer_name(Writer *writer, const char *name);

/* The rules of a style sheet, which is a constant of the program: nothing is
 * escaped, because a style element may not hold references. */
extern void writer_style(Writer *writer, const char *rules);

/* A name for an element, different from all others on the page: "t12". */
extern void
writer_new_id(Writer *writer, const char *prefix, char *id, size_t id_bytes);

/* What was written, terminated, or NULL where the status is not NUM_OK.  All
 * elements must have been closed. */
extern const char *writer_end(Writer *writer, size_t *length);

#endif
