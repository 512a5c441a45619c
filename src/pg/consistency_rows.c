/*
 * consistency_rows.c
 *    Reading the rows of fairpg.consistency(): column by column into memory.
 *
 * Each row gets a hash of all that is in it, so that neither the sample nor any
 * sum depends on the order in which rows come.  Levels and combinations of
 * protected values are told apart by 64-bit hashes of their text.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "fair/tally.h"
#include "num/random.h"
#include "pg/args.h"
#include "pg/compat.h"
#include "pg/consistency.h"
#include "pg/encode.h"
#include "pg/fairness_stats.h"

#define FETCH_ROWS 10000
#define FIRST_ROWS 1024

/* A number for a hash, in the order in which hashes come. */
typedef struct Code
{
	uint64 hash;
	uint32 number;
} Code;

static HTAB *
make_codes(void)
{
	HASHCTL how = { .keysize = sizeof(uint64),
		            .entrysize = sizeof(Code),
		            .hcxt = CurrentMemoryContext };

	return hash_create("fairpg codes", 64, &how,
	                   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The number of a hash; '*n' is how many there are. */
static uint32
code_of(HTAB *codes, uint64 hash, uint32 *n)
{
	bool found;
	Code *code = hash_search(codes, &hash, HASH_ENTER, &found);

	if (!found)
		code->number = (*n)++;
	return code->number;
}

/* Protected columns, decision, whether it cannot be taken, weight, columns. */
static char *
build_statement(const ConsistencyCall *call)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (int c = 0; c < call->audit.n_columns; c++)
		appendStringInfo(&sql, "src.%s, ",
		                 quote_identifier(call->audit.columns[c]));
	appendStringInfo(&sql, "%s, %s, %s", call->decision_sql, call->wrong_sql,
	                 call->weight_sql == NULL ? "CAST(1 AS pg_catalog.float8)"
	                                          : call->weight_sql);
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, ", %s", call->columns[c].sql);
	appendStringInfo(&sql, " FROM %s", call->audit.source.from);
	return sql.data;
}

static void *
grow(void *array, Size room, Size size)
{
	if (array == NULL)
		return palloc_extended(room * size, MCXT_ALLOC_HUGE);
	return repalloc_huge(array, room * size);
}

static void
make_room(ConsistencyCall *call)
{
	if (call->n < call->room)
		return;
	if (call->n >= PG_UINT32_MAX / 2)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("the source has too many rows")));
	call->room = Max(2 * call->room, FIRST_ROWS);
	call->decisions = grow(call->decisions, call->room, sizeof(bool));
	call->hashes = grow(call->hashes, call->room, sizeof(uint64));
	call->bases = grow(call->bases, call->room, sizeof(uint32));
	if (call->weight_sql != NULL)
		call->weights = grow(call->weights, call->room, sizeof(double));
	for (int c = 0; c < call->n_columns; c++)
	{
		ConsistencyColumn *column = &call->columns[c];

		if (column->number)
			column->numbers = grow(column->numbers, call->room, sizeof(double));
		else
			column->levels = grow(column->levels, call->room, sizeof(uint32));
	}
}

/* One row as it came; texts lie in the scratch context of the row. */
typedef struct RowRead
{
	HeapTuple row;
	TupleDesc desc;
	MemoryContext kept; /* of what stays */
} RowRead;

/* The combination of protected values, with their hash. */
static uint32
read_base(ConsistencyCall *call, HTAB *codes, const RowRead *read, uint64 *hash)
{
	const char **values =
		audit_group_values(&call->audit, read->row, read->desc);
	uint32 n = (uint32) call->n_bases;
	uint32 base;
	MemoryContext before;

	*hash = 0;
	for (int c = 0; c < call->audit.n_columns; c++)
		*hash = num_hash64(values[c], strlen(values[c]), *hash + 1);
	base = code_of(codes, *hash, &n);
	if ((int) n == call->n_bases)
		return base;
	fairness_check_groups(n);
	before = MemoryContextSwitchTo(read->kept);
	call->base_values =
		call->base_values == NULL
			? palloc(sizeof(char **))
			: repalloc(call->base_values, sizeof(char **) * (Size) n);
	call->base_values[base] =
		palloc(sizeof(char *) * (Size) (call->audit.n_columns + 1));
	for (int c = 0; c < call->audit.n_columns; c++)
		call->base_values[base][c] = pstrdup(values[c]);
	MemoryContextSwitchTo(before);
	call->n_bases = (int) n;
	return base;
}

static void
read_number(ConsistencyColumn *column, Size at, Datum value, bool null,
            uint64 *hash)
{
	double x = null ? NAN : DatumGetFloat8(value);

	if (!null && !isfinite(x))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("column \"%s\" has a value that is not finite",
		                       column->name),
		                errhint("Make it NULL, which is as far from any number "
		                        "as two numbers at random.")));
	/* 0 and -0 are one number */
	x = null ? NAN : x + 0.0;
	column->numbers[at] = x;
	*hash = null ? num_hash64("", 0, *hash) : num_hash64(&x, sizeof(x), *hash);
}

static void
read_level(ConsistencyColumn *column, Size at, Datum value, bool null,
           uint64 *hash)
{
	const char *name = UNKNOWN_GROUP;
	uint32 length;
	uint64 own;

	if (!null)
	{
		name = encode_group_name(column->type, value);
		length = (uint32) strlen(name);
		name = encode_value_name(name, &length);
	}
	own = num_hash64(name, strlen(name), 0);
	column->levels[at] = code_of(column->codes, own, &column->n_levels);
	*hash = num_hash64(&own, sizeof(own), *hash);
}

/* Weight of the row; 0: it does not count. */
static double
read_weight(const ConsistencyCall *call, Datum value, bool null)
{
	double weight = null ? NAN : DatumGetFloat8(value);

	if (!(weight >= 0 && weight <= FAIR_MAX_WEIGHT))
		ereport(ERROR,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("weight column \"%s\" is null, negative or too large",
		                call->audit.weight),
		         errhint("Weights are 0, or numbers to %.0f; only their ratios "
		                 "matter.",
		                 FAIR_MAX_WEIGHT)));
	return weight;
}

static void
read_row(ConsistencyCall *call, HTAB *codes, const RowRead *read)
{
	int first = call->audit.n_columns + 1;
	Size at = call->n;
	bool null;
	Datum decision = SPI_getbinval(read->row, read->desc, first, &null);
	Datum value;
	double own[2]; /* decision, weight */
	uint64 hash;

	if (null)
		return;
	value = SPI_getbinval(read->row, read->desc, first + 1, &null);
	if (!null && DatumGetInt32(value) != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("decision column \"%s\" has values other than 0 "
		                       "and 1",
		                       call->audit.decision)));
	value = SPI_getbinval(read->row, read->desc, first + 2, &null);
	own[0] = DatumGetBool(decision);
	own[1] = read_weight(call, value, null);
	if (own[1] == 0)
		return;
	call->bases[at] = read_base(call, codes, read, &hash);
	call->decisions[at] = DatumGetBool(decision);
	if (call->weights != NULL)
		call->weights[at] = own[1];
	hash = num_hash64(own, sizeof(own), hash);
	for (int c = 0; c < call->n_columns; c++)
	{
		ConsistencyColumn *column = &call->columns[c];

		value = SPI_getbinval(read->row, read->desc, first + 3 + c, &null);
		if (column->number)
			read_number(column, at, value, null, &hash);
		else
			read_level(column, at, value, null, &hash);
	}
	call->hashes[at] = hash;
	call->n++;
}

static uint64
read_batch(ConsistencyCall *call, HTAB *codes, MemoryContext scratch)
{
	MemoryContext kept = CurrentMemoryContext;
	int nest_level = NewGUCNestLevel();
	uint64 n = SPI_processed;

	audit_pin_output_style();
	for (uint64 r = 0; r < n; r++)
	{
		RowRead read = { SPI_tuptable->vals[r], SPI_tuptable->tupdesc, kept };

		if (r % 512 == 0)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextReset(scratch);
		}
		make_room(call);
		MemoryContextSwitchTo(scratch);
		read_row(call, codes, &read);
		MemoryContextSwitchTo(kept);
	}
	AtEOXact_GUC(true, nest_level);
	SPI_freetuptable(SPI_tuptable);
	return n;
}

void
consistency_read(ConsistencyCall *call)
{
	MemoryContext scratch = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg consistency row", ALLOCSET_DEFAULT_SIZES);
	bool was_read_only = XactReadOnly;
	HTAB *codes = make_codes();
	uint64 n_read = 0;
	uint64 n;
	Portal portal;

	for (int c = 0; c < call->n_columns; c++)
		call->columns[c].codes = make_codes();
	/* as audit_run() has it */
	XactReadOnly = true;
	portal = SPI_cursor_open_with_args(NULL, build_statement(call), 0, NULL,
	                                   NULL, NULL, true, CURSOR_OPT_NO_SCROLL);
	do
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		n = read_batch(call, codes, scratch);
		n_read += n;
	} while (n > 0);
	SPI_cursor_close(portal);
	XactReadOnly = was_read_only;
	if (n_read == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("source %s has no rows", call->audit.source.name)));
	hash_destroy(codes);
	for (int c = 0; c < call->n_columns; c++)
		hash_destroy(call->columns[c].codes);
	MemoryContextDelete(scratch);
}
