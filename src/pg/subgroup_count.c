/*
 * subgroup_count.c
 *    Counting a source for the search of subgroups.
 *
 * One scan counts the rows of every combination of values of all columns; the
 * search divides these cells.  Where there are more of them than option
 * max_cells allows, the subgroups themselves are counted, by grouping sets of
 * the columns of each, so many sets a scan: that is more work, but what it
 * returns is not more than there are subgroups of enough rows.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/tally.h"
#include "pg/encode.h"
#include "pg/fairness_stats.h"
#include "pg/report.h"
#include "pg/subgroups.h"

/* Grouping sets of one scan. */
#define SETS_PER_SCAN 60

/* Subgroups that may be found. */
#define SUBGROUPS_MAX 300000

static void
refuse_more(const SubgroupCall *call)
{
	ereport(ERROR,
	        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
	         errmsg("there are more than %d subgroups of %d rows or more",
	                SUBGROUPS_MAX, call->audit.min_group),
	         errhint("Raise option min_group, or search fewer columns or less "
	                 "deep.")));
}

/* A value of a column, and where the number of its level goes. */
typedef struct LevelUse
{
	const char *name;
	int32_t *level;
} LevelUse;

static int
compare_uses(const void *a, const void *b)
{
	const LevelUse *x = a;
	const LevelUse *y = b;

	return fairness_compare_names(x->name, (uint32) strlen(x->name), y->name,
	                              (uint32) strlen(y->name));
}

/* Numbers the values of a column in the order of their names. */
static void
number_levels(SubgroupColumn *column, LevelUse *uses, size_t n)
{
	qsort(uses, n, sizeof(LevelUse), compare_uses);
	column->levels =
		palloc_extended(sizeof(char *) * Max(n, 1), MCXT_ALLOC_HUGE);
	column->n_levels = 0;
	for (size_t i = 0; i < n; i++)
	{
		if (i == 0 || strcmp(uses[i].name, uses[i - 1].name) != 0)
			column->levels[column->n_levels++] = uses[i].name;
		*uses[i].level = column->n_levels - 1;
	}
}

/* 0 or 1: which half a base is of. */
static int
half_of(const SubgroupCall *call, const AuditBase *base)
{
	const char *half;

	if (call->split == NULL)
		return 0;
	half = base->values[call->half_place];
	if (strcmp(half, UNKNOWN_GROUP) == 0)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("split column \"%s\" is null in some rows",
		                       call->split),
		                errhint("It decides which half a row is in.")));
	return strcmp(half, "1") == 0;
}

/* Cells in an order that does not depend on how they were read. */
static int
compare_cells(const void *a, const void *b, void *n_columns)
{
	return memcmp(a, b, sizeof(int32_t) * *(size_t *) n_columns);
}

typedef struct Cells
{
	SubgroupCall *call;
	const AuditBase *bases;
	int n_bases;
	NumArena *arena;
} Cells;

/* Makes the table of one half. */
static void
fill_table(const Cells *cells, const int32_t *codes, int half,
           FairSubgroupTable *table)
{
	SubgroupCall *call = cells->call;
	size_t n_columns = (size_t) call->n_columns;
	/* codes, and which base they are of */
	size_t width = n_columns + 1;
	int32_t *rows =
		palloc_extended(sizeof(int32_t) * width * (Size) Max(cells->n_bases, 1),
	                    MCXT_ALLOC_HUGE);
	int32_t *sorted = palloc_extended(sizeof(int32_t) * n_columns *
	                                      (Size) Max(cells->n_bases, 1),
	                                  MCXT_ALLOC_HUGE);
	FairShare *shares =
		palloc0(sizeof(FairShare) * (Size) Max(cells->n_bases, 1));
	int *n_levels = palloc(sizeof(int) * n_columns);
	size_t n = 0;

	for (int b = 0; b < cells->n_bases; b++)
	{
		if (half_of(call, &cells->bases[b]) != half)
			continue;
		memcpy(rows + n * width, codes + (size_t) b * n_columns,
		       sizeof(int32_t) * n_columns);
		rows[n++ * width + n_columns] = b;
	}
	qsort_arg(rows, n, sizeof(int32_t) * width, compare_cells, &n_columns);
	for (size_t i = 0; i < n; i++)
	{
		FairCells confusion;

		memcpy(sorted + i * n_columns, rows + i * width,
		       sizeof(int32_t) * n_columns);
		fair_tally_cells(cells->bases[rows[i * width + n_columns]].tally,
		                 &confusion);
		fair_share_add(&shares[i], call->metric, &confusion);
	}
	for (size_t c = 0; c < n_columns; c++)
		n_levels[c] = call->columns[c].n_levels;
	pfree(rows);
	*table = (FairSubgroupTable){ .n_cells = n,
		                          .n_columns = call->n_columns,
		                          .n_levels = n_levels,
		                          .codes = sorted,
		                          .shares = shares };
}

static void
sum_table(const FairSubgroupTable *table, FairShare *all)
{
	memset(all, 0, sizeof(*all));
	for (size_t i = 0; i < table->n_cells; i++)
	{
		all->rows += table->shares[i].rows;
		all->n += table->shares[i].n;
		all->over += table->shares[i].over;
		all->of += table->shares[i].of;
		all->squared += table->shares[i].squared;
	}
}

/* Codes of all cells, by base and column. */
static int32_t *
encode_cells(const Cells *cells)
{
	SubgroupCall *call = cells->call;
	size_t n_bases = (size_t) cells->n_bases;
	size_t n_columns = (size_t) call->n_columns;
	int32_t *codes = palloc_extended(sizeof(int32_t) * n_bases * n_columns + 1,
	                                 MCXT_ALLOC_HUGE);
	LevelUse *uses =
		palloc_extended(sizeof(LevelUse) * n_bases + 1, MCXT_ALLOC_HUGE);

	for (size_t c = 0; c < n_columns; c++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t b = 0; b < n_bases; b++)
			uses[b] =
				(LevelUse){ cells->bases[b].values[call->columns[c].place],
				            &codes[b * n_columns + c] };
		number_levels(&call->columns[c], uses, n_bases);
	}
	pfree(uses);
	return codes;
}

/* Searches the cells of all columns together. */
static void
search_cells(const Cells *cells, NumMonitor *monitor, SubgroupCounts *counts)
{
	SubgroupCall *call = cells->call;
	FairSubgroupPlan plan = { .depth = call->depth,
		                      .min_rows = (uint64) call->audit.min_group,
		                      .limit = SUBGROUPS_MAX,
		                      .monitor = monitor };
	FairSubgroupTable table;
	int32_t *codes = encode_cells(cells);
	NumStatus status;

	fill_table(cells, codes, 0, &table);
	sum_table(&table, &counts->all[0]);
	if (call->split != NULL)
	{
		fill_table(cells, codes, 1, &counts->other_cells);
		sum_table(&counts->other_cells, &counts->all[1]);
	}
	status = fair_subgroup_search(cells->arena, &table, &plan, &counts->found);
	if (status == NUM_TOO_LARGE)
		refuse_more(call);
	report_status(status, cells->arena, "the search of subgroups");
}

/* The sets of up to 'depth' columns, one after another in the order of their
 * number; false after the last. */
static bool
next_set(const SubgroupCall *call, int *n, int columns[FAIR_SUBGROUP_DEPTH])
{
	int i = *n - 1;

	while (i >= 0 && columns[i] == call->n_columns - *n + i)
		i--;
	if (i >= 0)
	{
		columns[i]++;
		for (int j = i + 1; j < *n; j++)
			columns[j] = columns[j - 1] + 1;
		return true;
	}
	if (*n == Min(call->depth, call->n_columns))
		return false;
	(*n)++;
	for (int j = 0; j < *n; j++)
		columns[j] = j;
	return true;
}

/* A subgroup that a grouping set has counted, and the values of its
 * conditions. */
typedef struct Found
{
	FairSubgroups *halves[2];
	const char **names[2]; /* [FAIR_SUBGROUP_DEPTH] of each */
	size_t room[2];
	NumArena *arena;
} Found;

static void
take_base(const SubgroupCall *call, const AuditBase *base, Found *found,
          SubgroupCounts *counts)
{
	int half = half_of(call, base);
	FairSubgroups *list = found->halves[half];
	FairSubgroup *subgroup;
	FairCells confusion;
	int n = 0;

	fair_tally_cells(base->tally, &confusion);
	if (list->n >= SUBGROUPS_MAX)
		refuse_more(call);
	if (list->n == found->room[half])
	{
		found->room[half] = Max(2 * found->room[half], 1024);
		found->names[half] = repalloc_huge(
			found->names[half],
			sizeof(char *) * FAIR_SUBGROUP_DEPTH * found->room[half]);
	}
	subgroup = fair_subgroup_append(found->arena, list);
	if (subgroup == NULL)
		report_status(NUM_NO_MEMORY, found->arena, "the search of subgroups");
	for (int c = 0; c < call->n_columns; c++)
	{
		int place = call->columns[c].place;

		/* the first column is the highest bit */
		if ((base->grouping >> (call->audit.n_columns - 1 - place)) & 1)
			continue;
		found->names[half][(list->n - 1) * FAIR_SUBGROUP_DEPTH + n] =
			pstrdup(base->values[place]);
		subgroup->column[n++] = c;
	}
	subgroup->n_conditions = n;
	fair_share_add(&subgroup->share, call->metric, &confusion);
	if (n == 0)
	{
		/* all rows of the half */
		counts->all[half] = subgroup->share;
		list->n--;
	}
	else if (half == 0 && subgroup->share.n < (uint64) call->audit.min_group)
		list->n--;
}

/* One scan for some of the sets. */
static void
count_sets(SubgroupCall *call, const char *sets, Found *found,
           SubgroupCounts *counts)
{
	/* what was read of a scan goes before the next */
	MemoryContext scan = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg subgroups", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	AuditBase *bases;
	int n_bases;

	call->audit.grouping_sql =
		psprintf("GROUPING SETS (%s) HAVING pg_catalog.count(*)"
	             " OPERATOR(pg_catalog.>=) %d",
	             sets,
	             call->split != NULL ? (call->audit.min_group + 1) / 2
	                                 : call->audit.min_group);
	caller = MemoryContextSwitchTo(scan);
	bases = audit_count(&call->audit, &n_bases);
	MemoryContextSwitchTo(caller);
	counts->n_scans++;
	if (bases == NULL)
		refuse_more(call);
	for (int b = 0; b < n_bases; b++)
		take_base(call, &bases[b], found, counts);
	SPI_freetuptable(SPI_tuptable);
	MemoryContextDelete(scan);
}

/* The columns of a set, as SQL. */
static void
append_set(const SubgroupCall *call, const int *columns, int n, StringInfo sets)
{
	int n_named = 0;

	appendStringInfo(sets, "%s(", sets->len > 0 ? ", " : "");
	for (int i = 0; i < n; i++)
		appendStringInfo(
			sets, "%ssrc.%s", n_named++ == 0 ? "" : ", ",
			quote_identifier(
				call->audit.columns[call->columns[columns[i]].place]));
	if (call->split != NULL)
		appendStringInfo(
			sets, "%ssrc.%s", n_named == 0 ? "" : ", ",
			quote_identifier(call->audit.columns[call->half_place]));
	appendStringInfoChar(sets, ')');
}

/* Numbers the values that conditions are of. */
static void
number_found(SubgroupCall *call, Found *found)
{
	size_t n = found->halves[0]->n + found->halves[1]->n;
	LevelUse *uses = palloc_extended(
		sizeof(LevelUse) * (FAIR_SUBGROUP_DEPTH * n + 1), MCXT_ALLOC_HUGE);

	for (int c = 0; c < call->n_columns; c++)
	{
		size_t n_uses = 0;

		CHECK_FOR_INTERRUPTS();
		for (int half = 0; half < 2; half++)
			for (size_t i = 0; i < found->halves[half]->n; i++)
			{
				FairSubgroup *subgroup = &found->halves[half]->list[i];

				for (int k = 0; k < subgroup->n_conditions; k++)
					if (subgroup->column[k] == c)
						uses[n_uses++] = (LevelUse){
							found->names[half][i * FAIR_SUBGROUP_DEPTH + k],
							&subgroup->level[k]
						};
			}
		number_levels(&call->columns[c], uses, n_uses);
	}
	pfree(uses);
}

/* Counts every subgroup by itself, so many sets of columns a scan. */
static void
count_subgroups(SubgroupCall *call, NumArena *arena, SubgroupCounts *counts)
{
	Found found = { .halves = { &counts->found, &counts->other },
		            .room = { 1024, 1024 },
		            .arena = arena };
	int columns[FAIR_SUBGROUP_DEPTH] = { 0 };
	int n = 0;
	int n_sets = 0;
	StringInfoData sets;

	for (int half = 0; half < 2; half++)
		found.names[half] = palloc(sizeof(char *) * FAIR_SUBGROUP_DEPTH * 1024);
	initStringInfo(&sets);
	call->audit.limit = SUBGROUPS_MAX;
	do
	{
		append_set(call, columns, n, &sets);
		if (++n_sets < SETS_PER_SCAN)
			continue;
		count_sets(call, sets.data, &found, counts);
		resetStringInfo(&sets);
		n_sets = 0;
	} while (next_set(call, &n, columns));
	if (n_sets > 0)
		count_sets(call, sets.data, &found, counts);
	number_found(call, &found);
}

void
subgroup_count(SubgroupCall *call, NumArena *arena, NumMonitor *monitor,
               SubgroupCounts *counts)
{
	Cells cells = { .call = call, .arena = arena };

	cells.bases = audit_count(&call->audit, &cells.n_bases);
	counts->n_scans++;
	counts->crossed = cells.bases != NULL;
	if (counts->crossed)
		search_cells(&cells, monitor, counts);
	else
	{
		SPI_freetuptable(SPI_tuptable);
		count_subgroups(call, arena, counts);
	}
}

FairShare
subgroup_other_share(const SubgroupCounts *counts, const FairSubgroup *subgroup)
{
	FairShare share = { 0 };

	for (size_t i = 0; i < counts->other.n; i++)
	{
		const FairSubgroup *other = &counts->other.list[i];

		if (other->n_conditions == subgroup->n_conditions &&
		    fair_subgroup_within(other, subgroup))
			return other->share;
	}
	for (size_t i = 0; i < counts->other_cells.n_cells; i++)
	{
		const FairShare *cell = &counts->other_cells.shares[i];
		const int32_t *codes =
			counts->other_cells.codes + i * counts->other_cells.n_columns;
		bool inside = true;

		for (int k = 0; k < subgroup->n_conditions; k++)
			inside &= codes[subgroup->column[k]] == subgroup->level[k];
		if (!inside)
			continue;
		share.rows += cell->rows;
		share.n += cell->n;
		share.over += cell->over;
		share.of += cell->of;
		share.squared += cell->squared;
	}
	return share;
}
