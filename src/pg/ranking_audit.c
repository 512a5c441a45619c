/*
 * ranking_audit.c
 *    fairpg.ranking_audit(): where the groups of people stand in lists that are
 *    ordered by a score.
 *
 * The source is read twice under one snapshot: once for its groups, and once in
 * the order of the lists.  Of these one at a time is kept in memory, as one entry
 * for each score and group.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/typcache.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/group_table.h"
#include "pg/host.h"
#include "pg/ranking.h"
#include "pg/report.h"

#define N_RESULT_COLUMNS 11
#define MOST_K 100
#define FETCH_ROWS 10000

enum
{
	ARG_SOURCE,
	ARG_PROTECTED,
	ARG_SCORE,
	ARG_LIST,
	ARG_K,
	ARG_TARGETS,
	ARG_LEVEL,
	ARG_OPTIONS
};

/* The list that is being read. */
typedef struct ListInMaking
{
	int64 number; /* 0 before the first */
	Size n;
	Size room;
	FairRankEntry **entries; /* [n_attributes][room] */
} ListInMaking;

static void read_call(FunctionCallInfo fcinfo, RankingCall *call);
static void check_list(const RankingCall *call);
static void read_k(FunctionCallInfo fcinfo, RankingCall *call);
static void count_groups(RankingCall *call);
static void walk_lists(RankingCall *call);

/*
 * ranking_audit(source text, protected text[], score text, list text,
 *       k integer[], targets jsonb, level float8, options jsonb)
 * returns table (kind text, attribute text, group_name text, metric text,
 *       k bigint, value float8, low float8, high float8, n bigint, flag text,
 *       reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_ranking_audit);

Datum
fairpg_ranking_audit(PG_FUNCTION_ARGS)
{
	RankingCall call = { .audit = { .purpose = "ranking audit" } };
	bool was_read_only = XactReadOnly;
	int nest_level;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	read_call(fcinfo, &call);
	SPI_connect();
	host_arena_init(&call.arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&call.monitor);
	count_groups(&call);
	ranking_targets(&call);
	/* as audit_run() has it */
	nest_level = NewGUCNestLevel();
	source_without_jit();
	XactReadOnly = true;
	walk_lists(&call);
	XactReadOnly = was_read_only;
	AtEOXact_GUC(true, nest_level);
	ranking_report(&call, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, RankingCall *call)
{
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");
	AuditCall *audit = &call->audit;
	char **attributes;
	int n_attributes;
	const ArgsOption known[] = {
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX }, { NULL }
	};

	if (PG_ARGISNULL(ARG_PROTECTED))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"protected\" must not be null")));
	audit->score = args_text_required(fcinfo, ARG_SCORE, "score");
	call->list = args_text_or_null(fcinfo, ARG_LIST);
	read_k(fcinfo, call);
	call->targets =
		PG_ARGISNULL(ARG_TARGETS) ? NULL : PG_GETARG_JSONB_P(ARG_TARGETS);
	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	audit->min_group = setting_int("fairpg.min_group");
	args_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             known);
	attributes = args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED),
	                             "protected", &n_attributes);
	if (n_attributes == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"protected\" is empty")));
	source_open(source, &audit->source);
	audit_resolve(audit, attributes, n_attributes);
	if (call->list != NULL)
		check_list(call);
}

/* Lists are told apart by their order. */
static void
check_list(const RankingCall *call)
{
	const Source *source = &call->audit.source;
	int at = source_column(source, call->list, "list");
	Oid type = TupleDescAttr(source->columns, at)->atttypid;

	if (!OidIsValid(lookup_type_cache(type, TYPECACHE_LT_OPR)->lt_opr))
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("list column \"%s\" of type %s cannot define lists",
		                call->list, format_type_be(type)),
		         errhint("Use a query as source that makes a text of it.")));
}

/* The numbers of places to look at, each once. */
static void
read_k(FunctionCallInfo fcinfo, RankingCall *call)
{
	Datum *values;
	bool *nulls;
	int n;

	if (PG_ARGISNULL(ARG_K))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"k\" must not be null")));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(ARG_K), INT4OID, 4, true,
	                  TYPALIGN_INT, &values, &nulls, &n);
	if (n > MOST_K)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("argument \"k\" has more than %d elements", MOST_K)));
	call->k = palloc(sizeof(uint64) * (Size) Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		if (nulls[i] || DatumGetInt32(values[i]) < 1)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("elements of argument \"k\" must be at least 1")));
		for (int j = 0; j < i; j++)
			if (call->k[j] == (uint64) DatumGetInt32(values[i]))
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				                errmsg("argument \"k\" has %d twice",
				                       DatumGetInt32(values[i]))));
		call->k[i] = (uint64) DatumGetInt32(values[i]);
	}
	call->n_k = n;
}

static void
add_columns(const RankingCall *call, StringInfo sql)
{
	for (int c = 0; c < call->audit.n_columns; c++)
		appendStringInfo(sql, "src.%s, ",
		                 quote_identifier(call->audit.columns[c]));
}

static int64
count_column(HeapTuple row, TupleDesc desc, int column)
{
	bool null;
	Datum value = SPI_getbinval(row, desc, column, &null);

	return null ? 0 : DatumGetInt64(value);
}

static int
compare_names(const void *a, const void *b)
{
	const char *x = *(const char *const *) a;
	const char *y = *(const char *const *) b;

	return fairness_compare_names(x, (uint32) strlen(x), y, (uint32) strlen(y));
}

/* Place of a group by its name, or -1. */
static int
find_group(const RankingAttribute *attribute, const char *name)
{
	char **found =
		bsearch(&name, attribute->names, (size_t) attribute->n_occurring,
	            sizeof(char *), compare_names);

	return found == NULL ? -1 : (int) (found - attribute->names);
}

/* The groups of an attribute from the rows of all combinations of values. */
static void
name_groups(RankingAttribute *attribute, char **names, const uint64 *scored,
            const uint64 *unscored, int n)
{
	attribute->names = palloc(sizeof(char *) * (Size) Max(n, 1));
	memcpy(attribute->names, names, sizeof(char *) * (Size) n);
	qsort(attribute->names, (size_t) n, sizeof(char *), compare_names);
	attribute->n_groups = 0;
	for (int i = 0; i < n; i++)
		if (i == 0 || strcmp(attribute->names[i],
		                     attribute->names[attribute->n_groups - 1]) != 0)
			attribute->names[attribute->n_groups++] = attribute->names[i];
	attribute->n_occurring = attribute->n_groups;
	attribute->scored = palloc0(sizeof(uint64) * (Size) Max(n, 1));
	attribute->unscored = palloc0(sizeof(uint64) * (Size) Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		int g = find_group(attribute, names[i]);

		attribute->scored[g] += scored[i];
		attribute->unscored[g] += unscored[i];
	}
}

/* Which groups there are, and what of them has no place. */
static void
count_groups(RankingCall *call)
{
	AuditCall *audit = &call->audit;
	char *score = audit_number_column(audit, audit->score, "score");
	StringInfoData sql;
	int64 n_nan = 0;
	int nest_level;
	int n;
	char **names;
	uint64 *scored;
	uint64 *unscored;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	add_columns(call, &sql);
	appendStringInfo(&sql,
	                 "pg_catalog.count(%s), pg_catalog.count(*) FILTER (WHERE"
	                 " %s IS NULL), pg_catalog.count(*) FILTER (WHERE %s"
	                 " OPERATOR(pg_catalog.=) 'NaN') FROM %s",
	                 score, score, score, audit->source.from);
	for (int c = 0; c < audit->n_columns; c++)
		appendStringInfo(&sql, "%s src.%s", c == 0 ? " GROUP BY" : ",",
		                 quote_identifier(audit->columns[c]));
	appendStringInfo(&sql, " LIMIT %d", setting_int("fairpg.max_groups") + 1);
	audit_run(sql.data, 0, NULL, NULL);
	fairness_check_groups((int64) SPI_processed);
	n = (int) SPI_processed;
	if (n == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("source %s has no rows", audit->source.name)));
	nest_level = NewGUCNestLevel();
	audit_pin_output_style();
	scored = palloc(sizeof(uint64) * (Size) n);
	unscored = palloc(sizeof(uint64) * (Size) n);
	names = palloc(sizeof(char *) * (Size) n * (Size) audit->n_attributes);
	for (int i = 0; i < n; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		const char **values = audit_group_values(audit, row, desc);

		for (int a = 0; a < audit->n_attributes; a++)
			names[a * n + i] = audit_group_name(&audit->attributes[a], values);
		scored[i] = (uint64) count_column(row, desc, audit->n_columns + 1);
		unscored[i] = (uint64) count_column(row, desc, audit->n_columns + 2);
		n_nan += count_column(row, desc, audit->n_columns + 3);
	}
	AtEOXact_GUC(true, nest_level);
	if (n_nan > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("score column \"%s\" is NaN in " INT64_FORMAT " rows",
		                audit->score, n_nan),
		         errhint("Use NULL for rows that have no place.")));
	call->attributes =
		palloc0(sizeof(RankingAttribute) * (Size) audit->n_attributes);
	for (int a = 0; a < audit->n_attributes; a++)
		name_groups(&call->attributes[a], names + a * n, scored, unscored, n);
}

/* ---- the lists ---- */

/* One list is complete. */
static void
end_list(RankingCall *call, ListInMaking *list)
{
	for (int a = 0; a < call->audit.n_attributes && list->n > 0; a++)
		report_status(fair_ranked_add(&call->attributes[a].ranked,
		                              list->entries[a], list->n),
		              &call->arena, "ranking");
	list->n = 0;
}

static void
make_room(const RankingCall *call, ListInMaking *list)
{
	if (list->n < list->room)
		return;
	list->room *= 2;
	for (int a = 0; a < call->audit.n_attributes; a++)
		list->entries[a] =
			repalloc_huge(list->entries[a], sizeof(FairRankEntry) * list->room);
}

/* One row of the statement: so many rows of a list, a score and a combination
 * of protected values. */
static void
add_row(RankingCall *call, ListInMaking *list, HeapTuple row, TupleDesc desc)
{
	const AuditCall *audit = &call->audit;
	const char **values = audit_group_values(audit, row, desc);
	int64 number = count_column(row, desc, audit->n_columns + 1);
	bool null;
	double score =
		DatumGetFloat8(SPI_getbinval(row, desc, audit->n_columns + 2, &null));

	if (number != list->number)
		end_list(call, list);
	list->number = number;
	make_room(call, list);
	for (int a = 0; a < audit->n_attributes; a++)
	{
		int group = find_group(&call->attributes[a],
		                       audit_group_name(&audit->attributes[a], values));

		if (group < 0)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("source %s gives other rows each time it is read",
			                audit->source.name)));
		list->entries[a][list->n] = (FairRankEntry){
			.score = score,
			.rows = (uint64) count_column(row, desc, audit->n_columns + 3),
			.group = (uint32) group
		};
	}
	list->n++;
}

static char *
list_statement(const RankingCall *call)
{
	const AuditCall *audit = &call->audit;
	char *score = audit_number_column(audit, audit->score, "score");
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	add_columns(call, &sql);
	if (call->list == NULL)
		appendStringInfoString(&sql, "CAST(1 AS pg_catalog.int8)");
	else
		appendStringInfo(&sql, "pg_catalog.dense_rank() OVER (ORDER BY src.%s)",
		                 quote_identifier(call->list));
	appendStringInfo(&sql,
	                 ", %s, pg_catalog.count(*) FROM %s WHERE %s IS NOT NULL"
	                 " GROUP BY ",
	                 score, audit->source.from, score);
	add_columns(call, &sql);
	if (call->list != NULL)
		appendStringInfo(&sql, "src.%s, ", quote_identifier(call->list));
	appendStringInfo(&sql, "%s ORDER BY %d, %d DESC", score,
	                 audit->n_columns + 1, audit->n_columns + 2);
	return sql.data;
}

static void
begin_walk(RankingCall *call, ListInMaking *list)
{
	int n = call->audit.n_attributes;

	list->room = 1024;
	list->entries = palloc(sizeof(FairRankEntry *) * (Size) n);
	for (int a = 0; a < n; a++)
	{
		RankingAttribute *attribute = &call->attributes[a];

		list->entries[a] = palloc(sizeof(FairRankEntry) * list->room);
		attribute->ranked =
			(FairRanked){ .n_groups = (size_t) attribute->n_groups,
			              .n_k = (size_t) call->n_k,
			              .k = call->k,
			              .targets = attribute->targets,
			              .monitor = &call->monitor };
		report_status(fair_ranked_init(&attribute->ranked, &call->arena),
		              &call->arena, "ranking");
	}
}

static void
walk_lists(RankingCall *call)
{
	MemoryContext scratch = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg ranking", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = CurrentMemoryContext;
	ListInMaking list = { .number = 0 };
	int nest_level;
	Portal portal;

	begin_walk(call, &list);
	portal = SPI_cursor_open_with_args(NULL, list_statement(call), 0, NULL,
	                                   NULL, NULL, true, CURSOR_OPT_NO_SCROLL);
	do
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		nest_level = NewGUCNestLevel();
		audit_pin_output_style();
		for (uint64 r = 0; r < SPI_processed; r++)
		{
			if (r % 512 == 0)
			{
				CHECK_FOR_INTERRUPTS();
				MemoryContextReset(scratch);
			}
			MemoryContextSwitchTo(scratch);
			add_row(call, &list, SPI_tuptable->vals[r], SPI_tuptable->tupdesc);
			MemoryContextSwitchTo(before);
		}
		AtEOXact_GUC(true, nest_level);
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
	end_list(call, &list);
	MemoryContextDelete(scratch);
}
