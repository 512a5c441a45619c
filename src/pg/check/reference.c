/*
 * reference.c
 *    The reference population that coverage is measured against.
 *
 * It is a table or query with columns named as the protected ones and one
 * column "share" or "count"; only the ratios of that count.  Sums are of type
 * numeric, so no order of rows changes them.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "pg/check/check.h"

/* A combination of values of the reference population. */
typedef struct ReferenceRow
{
	char **values; /* [n_keys], NULL where the reference has no such column */
	double share;
} ReferenceRow;

typedef struct Reference
{
	Source source;
	const char *amount; /* column "share" or "count" */
	int *column_of_key; /* [n_keys] place in the statement, or -1 */
	int n_columns;
	int n_rows;
	ReferenceRow *rows;
	double total;
} Reference;

static const char *
find_amount(const Source *source)
{
	bool has_share = source_find_column(source, "share") >= 0;
	bool has_count = source_find_column(source, "count") >= 0;

	if (has_share == has_count)
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_COLUMN),
		         errmsg("reference %s has %s", source->name,
		                has_share ? "both a column \"share\" and one \"count\""
		                          : "neither a column \"share\" nor one "
		                            "\"count\""),
		         errhint("It has the protected columns and one of these, by "
		                 "which it says how many people there are.")));
	return has_share ? "share" : "count";
}

static char *
make_statement(const CheckCall *call, Reference *reference)
{
	char *amount = psprintf("CAST(src.%s AS pg_catalog.numeric)",
	                        quote_identifier(reference->amount));
	StringInfoData columns;

	initStringInfo(&columns);
	for (int k = 0; k < call->n_keys; k++)
	{
		const char *name = call->keys[k].input.name;

		reference->column_of_key[k] = -1;
		if (!call->keys[k].is_protected ||
		    source_find_column(&reference->source, name) < 0)
			continue;
		reference->column_of_key[k] = reference->n_columns++;
		appendStringInfo(&columns, "%ssrc.%s",
		                 reference->n_columns > 1 ? ", " : "",
		                 quote_identifier(name));
	}
	if (reference->n_columns == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
		                errmsg("reference %s has none of the protected columns",
		                       reference->source.name)));
	return psprintf(
		"SELECT %s, CAST(pg_catalog.sum(%s) AS pg_catalog.float8),"
		" pg_catalog.count(*) FILTER (WHERE (%s OPERATOR(pg_catalog.>=) 0 AND"
		" %s OPERATOR(pg_catalog.<) 'Infinity') IS NOT TRUE)"
		" FROM %s GROUP BY %s LIMIT %d",
		columns.data, amount, amount, amount, reference->source.from,
		columns.data, CHECK_MOST_BASES + 1);
}

static char *
value_name(HeapTuple row, TupleDesc desc, int column)
{
	bool null;
	Datum value = SPI_getbinval(row, desc, column + 1, &null);
	const char *name;
	uint32 length;

	if (null)
		return UNKNOWN_GROUP;
	name = encode_group_name(getBaseType(TupleDescAttr(desc, column)->atttypid),
	                         value);
	length = (uint32) strlen(name);
	return pstrdup(encode_value_name(name, &length));
}

static void
read_row(const CheckCall *call, Reference *reference, HeapTuple tuple,
         ReferenceRow *row)
{
	TupleDesc desc = SPI_tuptable->tupdesc;
	int n = reference->n_columns;
	bool null;
	Datum share = SPI_getbinval(tuple, desc, n + 1, &null);
	Datum bad;

	row->share = null ? 0 : DatumGetFloat8(share);
	bad = SPI_getbinval(tuple, desc, n + 2, &null);
	if (DatumGetInt64(bad) > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("column \"%s\" of reference %s is null, negative or "
		                "not finite in some row",
		                reference->amount, reference->source.name)));
	row->values = palloc0(sizeof(char *) * (Size) (call->n_keys + 1));
	for (int k = 0; k < call->n_keys; k++)
		if (reference->column_of_key[k] >= 0)
			row->values[k] =
				value_name(tuple, desc, reference->column_of_key[k]);
	reference->total += row->share;
}

/* Read only in two senses, as the source is. */
static void
read_reference(CheckCall *call, Reference *reference)
{
	MemoryContext context = call->arena.host;
	bool was_read_only = XactReadOnly;
	int nest_level = NewGUCNestLevel();
	char *statement = make_statement(call, reference);
	int code;

	XactReadOnly = true;
	code = SPI_execute(statement, true, 0);
	XactReadOnly = was_read_only;
	if (code != SPI_OK_SELECT)
		elog(ERROR, "reference could not be read: %s",
		     SPI_result_code_string(code));
	if (SPI_processed > CHECK_MOST_BASES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("reference %s has more than %d groups",
		                       reference->source.name, CHECK_MOST_BASES)));
	(void) set_config_option("IntervalStyle", "postgres", PGC_USERSET,
	                         PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	/* where SPI has left it is SPI's, not the caller's */
	MemoryContextSwitchTo(context);
	reference->n_rows = (int) SPI_processed;
	reference->rows =
		palloc(sizeof(ReferenceRow) * (Size) (reference->n_rows + 1));
	for (int r = 0; r < reference->n_rows; r++)
		read_row(call, reference, SPI_tuptable->vals[r], &reference->rows[r]);
	AtEOXact_GUC(true, nest_level);
	if (!(reference->total > 0) || !isfinite(reference->total))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("column \"%s\" of reference %s has no positive sum",
		                reference->amount, reference->source.name)));
}

/* What an attribute calls a row of the reference; NULL where that lacks a
 * column of the attribute. */
static char *
group_name(const CheckAttribute *attribute, const ReferenceRow *row)
{
	StringInfoData name;

	initStringInfo(&name);
	for (int k = 0; k < attribute->n_keys; k++)
	{
		const char *value = row->values[attribute->keys[k]];

		if (value == NULL)
			return NULL;
		encode_append_group(&name, value, (uint32) strlen(value), k,
		                    attribute->n_keys);
	}
	return name.data;
}

static int
compare_groups(const void *a, const void *b)
{
	return strcmp(((const CheckGroup *) a)->name,
	              ((const CheckGroup *) b)->name);
}

/* A group that only the reference has; there is room for it. */
static CheckGroup *
add_absent(CheckAttribute *attribute, const char *name)
{
	for (int g = 0; g < attribute->n_absent; g++)
		if (strcmp(attribute->absent[g].name, name) == 0)
			return &attribute->absent[g];
	attribute->absent[attribute->n_absent].name = name;
	attribute->absent[attribute->n_absent].expected = 0;
	return &attribute->absent[attribute->n_absent++];
}

/* Adds up the shares of the groups of an attribute. */
static void
expect_groups(CheckAttribute *attribute, const Reference *reference)
{
	attribute->absent =
		palloc0(sizeof(CheckGroup) * (Size) (reference->n_rows + 1));
	for (int r = 0; r < reference->n_rows; r++)
	{
		const ReferenceRow *row = &reference->rows[r];
		CheckGroup key = { .name = group_name(attribute, row) };
		CheckGroup *group;

		if (key.name == NULL)
			return;
		attribute->has_reference = true;
		group = bsearch(&key, attribute->groups, (size_t) attribute->n_groups,
		                sizeof(CheckGroup), compare_groups);
		if (group == NULL)
			group = add_absent(attribute, key.name);
		if (isnan(group->expected))
			group->expected = 0;
		group->expected += row->share / reference->total;
	}
	qsort(attribute->absent, (size_t) attribute->n_absent, sizeof(CheckGroup),
	      compare_groups);
}

void
check_read_reference(CheckCall *call)
{
	Reference reference = { .total = 0 };
	MemoryContext caller;

	if (call->reference == NULL)
		return;
	caller = MemoryContextSwitchTo(call->arena.host);
	source_open(call->reference, &reference.source);
	reference.amount = find_amount(&reference.source);
	reference.column_of_key = palloc(sizeof(int) * (Size) (call->n_keys + 1));
	read_reference(call, &reference);
	for (int a = 0; a < call->n_attributes; a++)
		if (!call->attributes[a].crowded)
			expect_groups(&call->attributes[a], &reference);
	MemoryContextSwitchTo(caller);
}
