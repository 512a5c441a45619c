/*
 * sensitivity_segment.c
 *    Segments of rows, by the values of one column, left out or alone.
 *
 * Numbers and dates are put in bins as subgroups() does.  One scan of the source
 * counts all segments of some columns, by grouping sets: the groups of each
 * column and the protected ones, and those of the protected columns alone.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/tally.h"
#include "pg/encode.h"
#include "pg/fairness_stats.h"
#include "pg/sensitivity.h"
#include "pg/subgroups.h"

/* Rows of counts that one scan may return. */
#define COUNTS_MAX 200000
/* GROUPING() takes no more columns. */
#define GROUPED_COLUMNS 31

/* Some of the columns. */
typedef struct Batch
{
	const SensitivityCall *call;
	SubgroupCall grouped; /* with a source of its own */
	int n_protected;      /* of the columns that are grouped by */
	int n_segments;
	SensitivityItem *items; /* two of each segment */
} Batch;

static void
open_columns(Batch *batch, int first, int n)
{
	const SensitivityCall *call = batch->call;
	SubgroupCall *grouped = &batch->grouped;
	AuditCall *audit = &grouped->audit;
	const char **columns;

	*audit = call->change.audit;
	batch->n_protected = audit->n_columns;
	columns = palloc0(sizeof(char *) * (Size) (batch->n_protected + n));
	memcpy(columns, audit->columns, sizeof(char *) * (Size) batch->n_protected);
	audit->columns = columns;
	audit->limit = COUNTS_MAX;
	grouped->bins = call->bins;
	grouped->n_columns = n;
	grouped->columns = palloc0(sizeof(SubgroupColumn) * (Size) n);
	for (int c = 0; c < n; c++)
		grouped->columns[c].name = call->columns[first + c];
}

/* Wraps the source so that each row carries what is decided, and the bin or the
 * value of every column under a name of its own. */
static void
wrap_source(Batch *batch)
{
	SubgroupCall *grouped = &batch->grouped;
	AuditCall *audit = &grouped->audit;
	Source *source = &audit->source;
	const CompareSide *side = &batch->call->change.side;
	char *decision =
		pstrdup(quote_identifier(source_free_name(source, "fairpg_decision")));
	char *wrong =
		pstrdup(quote_identifier(source_free_name(source, "fairpg_wrong")));
	const char **sums = palloc(sizeof(char *));
	StringInfoData from;
	StringInfoData sets;
	StringInfoData protected_columns;

	initStringInfo(&protected_columns);
	for (int p = 0; p < batch->n_protected; p++)
		appendStringInfo(&protected_columns, "%ssrc.%s", p > 0 ? ", " : "",
		                 quote_identifier(audit->columns[p]));
	initStringInfo(&sets);
	appendStringInfo(&sets, "GROUPING SETS ((%s)", protected_columns.data);
	initStringInfo(&from);
	appendStringInfo(&from, "(SELECT src.*, %s AS %s, %s AS %s",
	                 side->decision_sql, decision, side->wrong_sql, wrong);
	for (int c = 0; c < grouped->n_columns; c++)
	{
		SubgroupColumn *column = &grouped->columns[c];
		char *name =
			source_free_name(source, psprintf("fairpg_segment_%d", c + 1));

		column->place = audit->n_columns;
		audit->columns[audit->n_columns++] = name;
		appendStringInfo(
			&from, ", %s AS %s",
			column->n_cuts > 0
				? subgroup_bin_sql(grouped, column)
				: psprintf("src.%s", quote_identifier(column->name)),
			quote_identifier(name));
		appendStringInfo(&sets, ", (%s%ssrc.%s)", protected_columns.data,
		                 batch->n_protected > 0 ? ", " : "",
		                 quote_identifier(name));
	}
	appendStringInfo(&from, " FROM %s OFFSET 0) AS src", source->from);
	appendStringInfoChar(&sets, ')');
	source->from = from.data;
	audit->grouping_sql = sets.data;
	audit->decision_sql = psprintf("src.%s", decision);
	sums[0] = psprintf("src.%s", wrong);
	audit->sums_sql = sums;
	audit->n_sums = 1;
}

/* The column that a base is grouped by, -1: none but the protected ones. */
static int
column_of(const Batch *batch, const AuditBase *base)
{
	int n = batch->grouped.n_columns;

	for (int c = 0; c < n; c++)
		if ((base->grouping >> (n - 1 - c) & 1) == 0)
			return c;
	return -1;
}

/* A value of a column, the rows that have it, and its segment. */
typedef struct Level
{
	const char *name;
	uint64 rows;
	int segment; /* from 1 */
} Level;

static int
compare_names(const void *a, const void *b)
{
	const Level *x = a;
	const Level *y = b;

	return fairness_compare_names(x->name, (uint32) strlen(x->name), y->name,
	                              (uint32) strlen(y->name));
}

/* The most frequent first. */
static int
compare_rows(const void *a, const void *b)
{
	const Level *x = a;
	const Level *y = b;

	if (x->rows != y->rows)
		return x->rows > y->rows ? -1 : 1;
	return compare_names(a, b);
}

static int
compare_bins(const void *a, const void *b)
{
	const Level *x = a;
	const Level *y = b;
	bool x_unknown = strcmp(x->name, UNKNOWN_GROUP) == 0;
	bool y_unknown = strcmp(y->name, UNKNOWN_GROUP) == 0;

	if (x_unknown || y_unknown)
		return x_unknown - y_unknown;
	return atoi(x->name) - atoi(y->name);
}

static uint64
rows_of(const AuditBase *base)
{
	FairCells cells;
	uint64 rows;

	fair_tally_cells(base->tally, &cells);
	rows = cells.undecided_rows;
	for (int d = 0; d < 2; d++)
		rows += cells.rows[0][d] + cells.rows[1][d] + cells.unlabelled_rows[d];
	return rows;
}

/* The values of a column in the order of their names, with their rows. */
static int
find_levels(const Batch *batch, int column, const AuditBase *bases, int n_bases,
            Level *levels)
{
	int place = batch->grouped.columns[column].place;
	int n = 0;
	int last = 0;

	for (int b = 0; b < n_bases; b++)
		if (column_of(batch, &bases[b]) == column)
			levels[n++] =
				(Level){ bases[b].values[place], rows_of(&bases[b]), 0 };
	qsort(levels, (size_t) n, sizeof(Level), compare_names);
	for (int i = 1; i < n; i++)
	{
		if (compare_names(&levels[i], &levels[last]) == 0)
			levels[last].rows += levels[i].rows;
		else
			levels[++last] = levels[i];
	}
	return n == 0 ? 0 : last + 1;
}

static void
add_segment(Batch *batch, const SubgroupColumn *column, const char *level)
{
	int part = ++batch->n_segments;

	for (int i = 0; i < 2; i++)
		batch->items[2 * (part - 1) + i] =
			(SensitivityItem){ i == 0 ? SENSITIVITY_SEGMENT
			                          : SENSITIVITY_WITHIN,
			                   column->name, level, part };
}

/* Makes segments of the values of a column: bins in their order; of values the
 * most frequent ones, and one of all others. */
static void
make_segments(Batch *batch, int column, Level *levels, int n)
{
	const SubgroupColumn *of = &batch->grouped.columns[column];
	int most = batch->call->levels;
	bool all = of->n_cuts > 0 || n <= most + 1;

	qsort(levels, (size_t) n, sizeof(Level),
	      of->n_cuts > 0 ? compare_bins : compare_rows);
	for (int i = 0; i < n; i++)
	{
		if (all || i < most)
			add_segment(batch, of, subgroup_level(of, levels[i].name));
		else if (i == most)
			add_segment(batch, of, "(other)");
		levels[i].segment = batch->n_segments;
	}
	qsort(levels, (size_t) n, sizeof(Level), compare_names);
}

/* Which segment each base is of. */
static int *
find_segments(Batch *batch, const AuditBase *bases, int n_bases)
{
	int *segments = palloc0(sizeof(int) * (Size) Max(n_bases, 1));
	Level *levels = palloc(sizeof(Level) * (Size) Max(n_bases, 1));

	batch->items = palloc(sizeof(SensitivityItem) * 2 * (Size) Max(n_bases, 1));
	for (int c = 0; c < batch->grouped.n_columns; c++)
	{
		int n = find_levels(batch, c, bases, n_bases, levels);

		CHECK_FOR_INTERRUPTS();
		make_segments(batch, c, levels, n);
		for (int b = 0; b < n_bases; b++)
			if (column_of(batch, &bases[b]) == c)
			{
				Level key = { bases[b].values[batch->grouped.columns[c].place],
					          0, 0 };
				Level *found = bsearch(&key, levels, (size_t) n, sizeof(Level),
				                       compare_names);

				segments[b] = found->segment;
			}
	}
	pfree(levels);
	return segments;
}

static void
count_batch(Batch *batch, ChangeCounts *counts)
{
	AuditCall *audit = &batch->grouped.audit;
	int n_bases;
	AuditBase *bases;
	int *segments;

	(void) subgroup_find_bins(&batch->grouped);
	wrap_source(batch);
	bases = audit_count(audit, &n_bases);
	if (bases == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("columns of source %s have too many values for "
		                "segments",
		                audit->source.name),
		         errdetail("There are more than %d combinations with values of "
		                   "the protected columns.",
		                   COUNTS_MAX),
		         errhint("Name the columns that matter by argument "
		                 "\"columns\".")));
	if (n_bases == 0)
		audit_refuse_empty(audit);
	change_check_values(&batch->call->change, bases, n_bases);
	segments = find_segments(batch, bases, n_bases);
	change_read_counts(audit,
	                   &(ChangeParts){ bases, n_bases, segments,
	                                   batch->n_protected, batch->n_segments },
	                   counts);
	fairness_check_groups(counts->n_cells);
}

/* Whether the columns are there, and of types to group by. */
static void
check_columns(const SensitivityCall *call)
{
	AuditCall audit = call->change.audit;

	audit.n_columns = 0;
	audit.columns = palloc(sizeof(char *) * (Size) Max(call->n_columns, 1));
	for (int c = 0; c < call->n_columns; c++)
		(void) audit_add_column(&audit, call->columns[c], "segment");
}

void
sensitivity_segments(const SensitivityCall *call, Rows *rows)
{
	/* no more than subgroup_bin_sql() has parameters for */
	int at_a_time = Max(Min(SUBGROUP_COLUMNS_MAX,
	                        GROUPED_COLUMNS - call->change.audit.n_columns),
	                    1);

	check_columns(call);
	for (int first = 0; first < call->n_columns; first += at_a_time)
	{
		MemoryContext before = CurrentMemoryContext;
		MemoryContext own = AllocSetContextCreate(before, "fairpg sensitivity",
		                                          ALLOCSET_DEFAULT_SIZES);
		Batch batch = { .call = call };
		ChangeCounts counts;

		MemoryContextSwitchTo(own);
		open_columns(&batch, first, Min(at_a_time, call->n_columns - first));
		count_batch(&batch, &counts);
		sensitivity_report(call, &counts, batch.items, 2 * batch.n_segments,
		                   rows);
		MemoryContextSwitchTo(before);
		MemoryContextDelete(own);
	}
}
