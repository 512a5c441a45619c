/*
 * source.h
 *    What a 'source' argument names: a relation, or a query.
 */
#ifndef FAIRPG_PG_SOURCE_H
#define FAIRPG_PG_SOURCE_H

#include "access/tupdesc.h"

typedef struct Source
{
	bool is_query;
	const char *name;     /* for messages: "public.loans", or "query" */
	const char *from;     /* for a FROM clause, quoted, with the alias src */
	const char *relation; /* its name with the schema, quoted where needed;
	                       * NULL: a query */
	TupleDesc columns;    /* names and types; dropped ones are gone */
	bool row_security;    /* policies filter what the current user reads */
} Source;

/*
 * Looks at a source as the caller, without reading a row.  A relation may be
 * a table, view, materialised view, foreign or partitioned table; a query
 * starts with SELECT, WITH, VALUES, TABLE, a parenthesis or a comment.  The
 * relation stays locked against changes until the transaction ends.  Errors:
 * nothing of that name (42P01), something that has no rows (42809), neither
 * name nor query (42601), a query that writes or locks (25006), two columns
 * of one name (42701), and what the parser says of a query.
 */
extern void source_open(const char *source, Source *result);

/*
 * What is planned from now on, until AtEOXact_GUC(), is executed without
 * just-in-time compilation.  For statements that read a source: they are
 * estimated to cost enough for it, and while it compiles, seconds where rows
 * are wide, the server answers no cancel.
 */
extern void source_without_jit(void);

/* Place of a column in source->columns, or an error that names it and lists
 * what there is; 'role' is what it was wanted for ("label"). */
extern int
source_column(const Source *source, const char *name, const char *role);

/* Columns that one attribute may cross. */
#define SOURCE_MAX_CROSSED 8

/*
 * The columns of an attribute, 'sex' or 'sex*race', to 'names', which has room
 * for SOURCE_MAX_CROSSED; returns their number.  Errors call it by its role,
 * such as "protected".  Blanks around names
 * do not count.  A column that has the whole text for its name, asterisk and
 * all, comes first.  All of the columns exist, and no two are the same, else it
 * is an error.
 */
extern int source_attribute(const Source *source, const char *attribute,
                            const char *role, char **names);

/* Name of a type that means the same whatever search_path is. */
extern char *source_type_name(Oid type);

/* Place of a column, or -1. */
extern int source_find_column(const Source *source, const char *name);

/* A name that no column of the source has: 'wanted', or the like. */
extern char *source_free_name(const Source *source, const char *wanted);

#endif
