/*
 * change_count.c
 *    From the base groups that were counted to two tables of each group: as it
 *    is, and as it would be.
 *
 * Cells are taken in the order of their values, so sums of weights do not
 * depend on the order in which the statement returned them.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/tally.h"
#include "pg/encode.h"
#include "pg/group_table.h"
#include "pg/change.h"

typedef struct SortedBase
{
	const AuditBase *base;
	int part;
} SortedBase;

/* By the values of the first '*n_columns' columns. */
static int
compare_bases(const void *a, const void *b, void *n_columns)
{
	const SortedBase *x = a;
	const SortedBase *y = b;

	for (int c = 0; c < *(int *) n_columns; c++)
	{
		const char *p = x->base->values[c];
		const char *q = y->base->values[c];
		int order = fairness_compare_names(p, (uint32) strlen(p), q,
		                                   (uint32) strlen(q));

		if (order != 0)
			return order;
	}
	return 0;
}

/* Adds a base to a part of its cell. */
static void
add_part(ChangeCell *cell, int part, const AuditBase *base)
{
	FairCells cells;
	FairCells *sum = cell->parts[part];

	fair_tally_cells(base->tally, &cells);
	if (sum == NULL)
	{
		cell->parts[part] = palloc(sizeof(FairCells));
		*cell->parts[part] = cells;
		return;
	}
	for (int d = 0; d < 2; d++)
	{
		for (int y = 0; y < 2; y++)
		{
			sum->weight[y][d] += cells.weight[y][d];
			sum->weight_squared[y][d] += cells.weight_squared[y][d];
			sum->rows[y][d] += cells.rows[y][d];
		}
		sum->unlabelled_weight[d] += cells.unlabelled_weight[d];
		sum->unlabelled_weight_squared[d] += cells.unlabelled_weight_squared[d];
		sum->unlabelled_rows[d] += cells.unlabelled_rows[d];
	}
	sum->undecided_rows += cells.undecided_rows;
}

/* Cells of the bases that differ in nothing but the part.  Sorted by all
 * values, so that sums do not depend on the order in which they came. */
static void
read_cells(SortedBase *sorted, const ChangeParts *parts, int n_values,
           ChangeCounts *counts)
{
	int n_bases = parts->n_bases;
	int n_columns = parts->n_columns;

	qsort_arg(sorted, (size_t) n_bases, sizeof(SortedBase), compare_bases,
	          &n_values);
	counts->cells = palloc0(sizeof(ChangeCell) * (Size) Max(n_bases, 1));
	counts->n_cells = 0;
	for (int b = 0; b < n_bases; b++)
	{
		ChangeCell *cell = &counts->cells[counts->n_cells - 1];
		int part = sorted[b].part;

		CHECK_FOR_INTERRUPTS();
		if (b == 0 ||
		    compare_bases(&sorted[b - 1], &sorted[b], &n_columns) != 0)
		{
			cell = &counts->cells[counts->n_cells++];
			cell->base = sorted[b].base;
			cell->parts =
				palloc0(sizeof(FairCells *) * (Size) (parts->n_parts + 1));
		}
		if (part == 0)
			fair_tally_cells(sorted[b].base->tally, &cell->cells);
		else
			add_part(cell, part, sorted[b].base);
	}
}

static int
compare_texts(const void *a, const void *b)
{
	const char *p = *(const char *const *) a;
	const char *q = *(const char *const *) b;

	return fairness_compare_names(p, (uint32) strlen(p), q, (uint32) strlen(q));
}

/* The groups of an attribute in the order of their names, and which cell is in
 * which; all cells in one group without an attribute. */
static void
read_attribute(const AuditAttribute *attribute, const ChangeCounts *counts,
               ChangeAttribute *result)
{
	Size n = (Size) Max(counts->n_cells, 1);
	const char **names = palloc(sizeof(char *) * n);

	result->group_of = palloc0(sizeof(int) * n);
	result->names = palloc0(sizeof(char *) * n);
	result->name = attribute == NULL ? NULL : attribute->name;
	result->n_groups = 1;
	if (attribute == NULL)
		return;
	for (int c = 0; c < counts->n_cells; c++)
		names[c] = result->names[c] =
			audit_group_name(attribute, counts->cells[c].base->values);
	qsort(result->names, (size_t) counts->n_cells, sizeof(char *),
	      compare_texts);
	result->n_groups = 0;
	for (int c = 0; c < counts->n_cells; c++)
		if (c == 0 ||
		    strcmp(result->names[c], result->names[result->n_groups - 1]) != 0)
			result->names[result->n_groups++] = result->names[c];
	for (int c = 0; c < counts->n_cells; c++)
	{
		const char **found =
			bsearch(&names[c], result->names, (size_t) result->n_groups,
		            sizeof(char *), compare_texts);

		result->group_of[c] = (int) (found - result->names);
	}
}

void
change_read_counts(const AuditCall *audit, const ChangeParts *parts,
                   ChangeCounts *counts)
{
	SortedBase *sorted =
		palloc(sizeof(SortedBase) * (Size) Max(parts->n_bases, 1));
	int n = audit->n_attributes;

	for (int b = 0; b < parts->n_bases; b++)
		sorted[b] = (SortedBase){ &parts->bases[b], parts->of[b] };
	read_cells(sorted, parts, audit->n_columns, counts);
	pfree(sorted);
	counts->attributes = palloc0(sizeof(ChangeAttribute) * (Size) (n + 1));
	for (int a = 0; a < n; a++)
		read_attribute(&audit->attributes[a], counts, &counts->attributes[a]);
	read_attribute(NULL, counts, &counts->attributes[n]);
}

/* What one place of a confusion table holds; label 2: none. */
typedef struct Amount
{
	double weight;
	double squared;
	int64 rows;
} Amount;

static Amount
amount_of(const FairCells *cells, int y, int d)
{
	if (cells == NULL)
		return (Amount){ 0 };
	if (y == FAIR_UNLABELLED)
		return (Amount){ cells->unlabelled_weight[d],
			             cells->unlabelled_weight_squared[d],
			             (int64) cells->unlabelled_rows[d] };
	return (Amount){ cells->weight[y][d], cells->weight_squared[y][d],
		             (int64) cells->rows[y][d] };
}

static void
add(FairPaired *table, int i, int j, int k, Amount amount)
{
	table->weight[i][j][k] += amount.weight;
	table->weight_squared[i][j][k] += amount.squared;
	table->rows[i][j][k] += (uint64) amount.rows;
}

/* What is left of an amount without a part of it. */
static Amount
less(Amount all, Amount part)
{
	Amount rest = { all.weight - part.weight, all.squared - part.squared,
		            all.rows - part.rows };

	/* of no rows there is nothing but what rounding leaves */
	if (rest.rows == 0)
		return (Amount){ 0 };
	rest.weight = fmax(rest.weight, 0);
	rest.squared = fmax(rest.squared, 0);
	return rest;
}

void
change_add_decisions(FairPaired *table, const FairCells *all,
                     const FairCells *part)
{
	for (int y = 0; y < 3; y++)
		for (int d = 0; d < 2; d++)
		{
			Amount changed = amount_of(part, y, d);

			add(table, y, d, d, less(amount_of(all, y, d), changed));
			add(table, y, d, !d, changed);
		}
}

void
change_add_weights(FairPaired *table, const FairCells *all,
                   const FairCells *part)
{
	for (int y = 0; y < 3; y++)
		for (int d = 0; d < 2; d++)
		{
			Amount struck = amount_of(part, y, d);

			add(table, y, d, 0, less(amount_of(all, y, d), struck));
			add(table, y, d, 1, struck);
		}
}

void
change_add_others(FairPaired *table, const FairCells *all,
                  const FairCells *part)
{
	for (int y = 0; y < 3; y++)
		for (int d = 0; d < 2; d++)
		{
			Amount kept = amount_of(part, y, d);

			add(table, y, d, 0, kept);
			add(table, y, d, 1, less(amount_of(all, y, d), kept));
		}
}

void
change_add_labels(FairPaired *table, const FairCells *all, int turned)
{
	for (int d = 0; d < 2; d++)
	{
		add(table, FAIR_UNLABELLED, d, 0, amount_of(all, FAIR_UNLABELLED, d));
		for (int y = 0; y < 2; y++)
			add(table, d, y, y == turned ? !y : y, amount_of(all, y, d));
	}
}
