/*
 * source.c
 *    What a 'source' argument names: a relation, or a query.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/heap.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/varlena.h"

#include "pg/source.h"

static bool
starts_query(const char *source)
{
	static const char *const words[] = { "select", "with", "values",
										 "table" };

	while (isspace((unsigned char) *source))
		source++;
	if (*source == '(')
		return true;
	for (int i = 0; i < lengthof(words); i++)
	{
		size_t n = strlen(words[i]);

		if (pg_strncasecmp(source, words[i], n) == 0 &&
			(isspace((unsigned char) source[n]) || source[n] == '('))
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
						 errmsg("source %s has two columns named \"%s\"",
								name, NameStr(att->attname)),
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
							RelationGetRelationName(relation))));
	}
}

static void
open_relation(const char *source, Source *result)
{
	List *names = textToQualifiedNameList(cstring_to_text(source));
	RangeVar *range = makeRangeVarFromNameList(names);
	Oid oid = RangeVarGetRelid(range, NoLock, true);
	Relation relation;

	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"%s\" does not exist", source),
				 errhint("source is the name of a table or view, with its "
						 "schema unless that is in search_path, or a "
						 "query.")));
	relation = relation_open(oid, AccessShareLock);
	check_kind(relation);
	result->is_query = false;
	result->name = psprintf(
		"\"%s\"", quote_qualified_identifier(
					  get_namespace_name(RelationGetNamespace(relation)),
					  RelationGetRelationName(relation)));
	result->from = psprintf(
		"%s AS src", quote_qualified_identifier(
						 get_namespace_name(RelationGetNamespace(relation)),
						 RelationGetRelationName(relation)));
	result->columns = live_columns(RelationGetDescr(relation), result->name);
	result->row_security =
		check_enable_rls(oid, InvalidOid, true) == RLS_ENABLED;
	relation_close(relation, AccessShareLock);
}

/* A trailing semicolon is a habit, not a second statement. */
static char *
trim_query(const char *source)
{
	char *query = pstrdup(source);
	size_t n = strlen(query);

	while (n > 0 && (isspace((unsigned char) query[n - 1]) ||
					 query[n - 1] == ';'))
		query[--n] = '\0';
	return query;
}

static void
open_query(const char *source, Source *result)
{
	MemoryContext caller = CurrentMemoryContext;
	/* the line break ends a comment that the query may end with */
	char *from = psprintf("(%s\n) AS src", trim_query(source));
	char *probe = psprintf("SELECT * FROM %s", from);
	SPIPlanPtr plan;
	CachedPlanSource *parsed;
	MemoryContext spi;

	SPI_connect();
	plan = SPI_prepare(probe, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "source could not be prepared: %s",
			 SPI_result_code_string(SPI_result));
	if (list_length(SPI_plan_get_plan_sources(plan)) != 1)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
						errmsg("source must be one query")));
	parsed = linitial(SPI_plan_get_plan_sources(plan));
	if (parsed->resultDesc == NULL)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
						errmsg("source must be a query that returns rows")));
	spi = MemoryContextSwitchTo(caller);
	result->is_query = true;
	result->name = "query";
	result->from = from;
	result->columns = live_columns(parsed->resultDesc, "query");
	result->row_security = parsed->dependsOnRLS;
	MemoryContextSwitchTo(spi);
	SPI_finish();
	MemoryContextSwitchTo(caller);
}

void
source_open(const char *source, Source *result)
{
	if (starts_query(source))
		open_query(source, result);
	else
		open_relation(source, result);
}

int
source_find_column(const Source *source, const char *name)
{
	for (int i = 0; i < source->columns->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(source->columns, i)->attname),
				   name) == 0)
			return i;
	return -1;
}

int
source_column(const Source *source, const char *name, const char *role)
{
	int place = source_find_column(source, name);
	StringInfoData list;

	if (place >= 0)
		return place;
	if (SystemAttributeByName(name) != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("system column \"%s\" cannot be a %s", name,
							   role)));
	initStringInfo(&list);
	for (int i = 0; i < source->columns->natts && i < 60; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
						 NameStr(TupleDescAttr(source->columns, i)->attname));
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
					errmsg("%s column \"%s\" does not exist in source %s",
						   role, name, source->name),
					errhint("The columns are: %s.", list.data)));
	return -1;
}
