/*
 * source.c
 *    What a 'source' argument names: a relation, or a query.
 *
 * A relation is looked up in the caller's search_path, locked, and spelled
 * with its schema from then on, so that what was looked at is what is read.  A
 * query is parsed on its own before it is put between parentheses: whatever
 * the parser takes for one SELECT cannot close the parenthesis early.
 *
 * Whether row security is at work is read off the rewritten query, where
 * policies that apply to the current user stand as security quals, also of
 * tables behind views.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/heap.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parser.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "pg/source.h"

/* columns listed in a hint */
#define LISTED_COLUMNS 60

static bool
is_word(char c)
{
	return c == '_' || c == '$' || c == '.' || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       IS_HIGHBIT_SET(c);
}

/* No name of a relation begins with a parenthesis, a comment, or one of these
 * words alone, unless it is quoted. */
static bool
starts_query(const char *source)
{
	static const char *const words[] = { "select", "with", "values", "table" };

	while (scanner_isspace(*source))
		source++;
	if (*source == '(' || strncmp(source, "--", 2) == 0 ||
	    strncmp(source, "/*", 2) == 0)
		return true;
	for (int i = 0; i < lengthof(words); i++)
	{
		size_t n = strlen(words[i]);

		if (pg_strncasecmp(source, words[i], n) == 0 && !is_word(source[n]))
			return true;
	}
	return false;
}

/* Descriptor without dropped columns; two of one name are refused. */
static TupleDesc
live_columns(TupleDesc from, const char *name)
{
	TupleDesc desc;
	int n = 0;

	for (int i = 0; i < from->natts; i++)
		n += !TupleDescAttr(from, i)->attisdropped;
	desc = CreateTemplateTupleDesc(n);
	n = 0;
	for (int i = 0; i < from->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(from, i);

		if (att->attisdropped)
			continue;
		for (int j = 0; j < n; j++)
			if (strcmp(NameStr(TupleDescAttr(desc, j)->attname),
			           NameStr(att->attname)) == 0)
				ereport(ERROR,
				        (errcode(ERRCODE_DUPLICATE_COLUMN),
				         errmsg("source %s has two columns named \"%s\"", name,
				                NameStr(att->attname)),
				         errhint("Give one of them another name with AS.")));
		n++;
		TupleDescInitEntry(desc, (AttrNumber) n, NameStr(att->attname),
		                   att->atttypid, att->atttypmod, 0);
	}
	return desc;
}

static void
check_kind(Relation relation)
{
	switch (relation->rd_rel->relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
		case RELKIND_PARTITIONED_TABLE:
			return;
		default:
			ereport(ERROR,
			        (errcode(ERRCODE_WRONG_OBJECT_TYPE),
			         errmsg("\"%s\" is not a table, view or foreign table",
			                RelationGetRelationName(relation)),
			         errhint("source is the name of something that has rows, "
			                 "or a query.")));
	}
}

static bool
has_policies(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Query *query = (Query *) node;
		ListCell *cell;

		foreach (cell, query->rtable)
			if (lfirst_node(RangeTblEntry, cell)->securityQuals != NIL)
				return true;
		return query_tree_walker(query, has_policies, context, 0);
	}
	return expression_tree_walker(node, has_policies, context);
}

/* Analyses SELECT * FROM the source, for its columns and its policies. */
static void
analyse(Source *result)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext spi;
	SPIPlanPtr plan;
	CachedPlanSource *parsed;

	SPI_connect();
	plan = SPI_prepare(psprintf("SELECT * FROM %s", result->from), 0, NULL);
	if (plan == NULL)
		elog(ERROR, "source could not be prepared: %s",
		     SPI_result_code_string(SPI_result));
	parsed = linitial(SPI_plan_get_plan_sources(plan));
	spi = MemoryContextSwitchTo(caller);
	if (result->is_query)
		result->columns = live_columns(parsed->resultDesc, result->name);
	result->row_security = has_policies((Node *) parsed->query_list, NULL);
	MemoryContextSwitchTo(spi);
	SPI_finish();
	MemoryContextSwitchTo(caller);
}

void
source_without_jit(void)
{
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
	                         GUC_ACTION_SAVE, true, 0, false);
}

/* A trailing semicolon is a habit, not a second statement. */
static char *
trim_source(const char *source)
{
	char *query = pstrdup(source);
	size_t n = strlen(query);

	while (n > 0 && (scanner_isspace(query[n - 1]) || query[n - 1] == ';'))
		query[--n] = '\0';
	return query;
}

static void
refuse_name(void)
{
	ereport(ERROR,
	        (errcode(ERRCODE_SYNTAX_ERROR),
	         errmsg("source is neither the name of a relation nor a query"),
	         errhint("A query begins with SELECT, WITH, VALUES, TABLE or a "
	                 "parenthesis; names that are not lower-case words need "
	                 "double quotes.")));
}

static void
open_relation(const char *source, Source *result)
{
	List *names;
	RangeVar *range;
	Oid oid;
	Relation relation;
	char *qualified;

	source = trim_source(source);
	if (!SplitIdentifierString(pstrdup(source), '.', &names) || names == NIL)
		refuse_name();
	names = textToQualifiedNameList(cstring_to_text(source));
	range = makeRangeVarFromNameList(names);
	oid = RangeVarGetRelid(range, AccessShareLock, true);
	if (!OidIsValid(oid))
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_TABLE),
		         errmsg("relation \"%s\" does not exist", source),
		         errhint("source is the name of a table or view, with its "
		                 "schema unless that is in search_path, or a "
		                 "query.")));
	/* the lock is kept: nobody changes the table before it is read */
	relation = relation_open(oid, NoLock);
	check_kind(relation);
	qualified = quote_qualified_identifier(
		get_namespace_name(RelationGetNamespace(relation)),
		RelationGetRelationName(relation));
	result->is_query = false;
	result->relation = qualified;
	result->name = psprintf("\"%s\"", qualified);
	result->from = psprintf("%s AS src", qualified);
	result->columns = live_columns(RelationGetDescr(relation), result->name);
	relation_close(relation, NoLock);
	analyse(result);
}

/* The position of a syntax error is one in the source, not in the statement
 * that called us. */
static void
locate_error(void *query)
{
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(query);
	}
}

static void
refuse_writing(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
	                errmsg("source must only read, but it has %s", what),
	                errhint("Do that before, and give a query that "
	                        "selects.")));
}

/* One SELECT, VALUES or TABLE that does not write. */
static void
check_query(char *query)
{
	ErrorContextCallback context = { .previous = error_context_stack,
		                             .callback = locate_error,
		                             .arg = query };
	List *statements;
	SelectStmt *select;
	ListCell *cell;

	error_context_stack = &context;
	statements = raw_parser(query, RAW_PARSE_DEFAULT);
	error_context_stack = context.previous;
	if (list_length(statements) != 1)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
		                errmsg("source must be one query, not %d",
		                       list_length(statements))));
	select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
	if (!IsA(select, SelectStmt))
		refuse_writing("a statement that is not a query");
	if (select->intoClause != NULL)
		refuse_writing("an INTO clause");
	if (select->lockingClause != NIL)
		refuse_writing("a locking clause");
	if (select->withClause == NULL)
		return;
	foreach (cell, select->withClause->ctes)
		if (!IsA(lfirst_node(CommonTableExpr, cell)->ctequery, SelectStmt))
			refuse_writing("a WITH clause that writes");
}

static void
open_query(const char *source, Source *result)
{
	char *query = trim_source(source);

	check_query(query);
	result->is_query = true;
	result->name = "query";
	/* the line break ends a comment that the query may end with */
	result->from = psprintf("(%s\n) AS src", query);
	analyse(result);
}

void
source_open(const char *source, Source *result)
{
	memset(result, 0, sizeof(*result));
	if (starts_query(source))
		open_query(source, result);
	else
		open_relation(source, result);
}

char *
source_type_name(Oid type)
{
	char *name = format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY);
	size_t n = strlen("pg_catalog.");

	return strncmp(name, "pg_catalog.", n) == 0 ? name + n : name;
}

int
source_find_column(const Source *source, const char *name)
{
	for (int i = 0; i < source->columns->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(source->columns, i)->attname), name) ==
		    0)
			return i;
	return -1;
}

char *
source_free_name(const Source *source, const char *wanted)
{
	char *name = pstrdup(wanted);

	while (source_find_column(source, name) >= 0)
		name = psprintf("%s_", name);
	return name;
}

int
source_column(const Source *source, const char *name, const char *role)
{
	int place = source_find_column(source, name);
	StringInfoData list;

	if (place >= 0)
		return place;
	if (SystemAttributeByName(name) != NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		         errmsg("system column \"%s\" cannot be a %s", name, role)));
	initStringInfo(&list);
	for (int i = 0; i < source->columns->natts && i < LISTED_COLUMNS; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
		                 NameStr(TupleDescAttr(source->columns, i)->attname));
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
	                errmsg("%s column \"%s\" does not exist in source %s", role,
	                       name, source->name),
	                errhint("The columns are: %s.", list.data)));
	return -1;
}

/* An intersection of a column with itself has no groups but those of the
 * column. */
static void
check_crossed(const char *attribute, const char *role, char **names, int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
				                errmsg("%s attribute \"%s\" crosses column "
				                       "\"%s\" with itself",
				                       role, attribute, names[i])));
}

int
source_attribute(const Source *source, const char *attribute, const char *role,
                 char **names)
{
	char *rest = pstrdup(attribute);
	int n = 0;

	if (source_find_column(source, attribute) >= 0)
	{
		names[0] = rest;
		return 1;
	}
	while (rest != NULL)
	{
		char *name = rest;
		char *star = strchr(rest, '*');

		rest = star == NULL ? NULL : star + 1;
		if (star != NULL)
			*star = '\0';
		while (*name == ' ')
			name++;
		for (Size length = strlen(name); length > 0 && name[length - 1] == ' ';
		     length--)
			name[length - 1] = '\0';
		if (n == SOURCE_MAX_CROSSED)
			ereport(ERROR,
			        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			         errmsg("%s attribute \"%s\" crosses more than %d columns",
			                role, attribute, SOURCE_MAX_CROSSED)));
		source_column(source, name, role);
		names[n++] = name;
	}
	check_crossed(attribute, role, names, n);
	return n;
}
