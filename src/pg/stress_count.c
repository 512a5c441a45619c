/*
 * stress_count.c
 *    From the base groups that a stress test counted to two tables of each
 *    group: as it is, and as it would be.
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
#include "pg/stress.h"

static int
variant_of(const StressCall *call, const AuditBase *base)
{
	return atoi(base->values[call->variant_column]);
}

typedef struct SortedBase
{
	const AuditBase *base;
	int n_columns;
} SortedBase;

static int
compare_bases(const void *a, const void *b)
{
	const SortedBase *x = a;
	const SortedBase *y = b;

	for (int c = 0; c < x->n_columns; c++)
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

/* Cells of the bases that differ in nothing but the variant. */
static void
read_cells(const StressCall *call, const AuditBase *bases, int n_bases,
           StressCounts *counts)
{
	SortedBase *sorted = palloc(sizeof(SortedBase) * (Size) Max(n_bases, 1));

	for (int b = 0; b < n_bases; b++)
		sorted[b] = (SortedBase){ &bases[b], call->variant_column };
	qsort(sorted, (size_t) n_bases, sizeof(SortedBase), compare_bases);
	counts->cells = palloc0(sizeof(StressCell) * (Size) Max(n_bases, 1));
	counts->n_cells = 0;
	for (int b = 0; b < n_bases; b++)
	{
		const AuditBase *base = sorted[b].base;
		StressCell *cell = &counts->cells[counts->n_cells - 1];
		int variant = variant_of(call, base);

		CHECK_FOR_INTERRUPTS();
		if (b == 0 || compare_bases(&sorted[b - 1], &sorted[b]) != 0)
		{
			cell = &counts->cells[counts->n_cells++];
			cell->base = base;
			cell->changed =
				palloc0(sizeof(FairCells *) * (Size) (call->n_variants + 1));
		}
		if (variant == 0)
		{
			fair_tally_cells(base->tally, &cell->cells);
			continue;
		}
		cell->changed[variant] = palloc(sizeof(FairCells));
		fair_tally_cells(base->tally, cell->changed[variant]);
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
read_attribute(const AuditAttribute *attribute, const StressCounts *counts,
               StressAttribute *result)
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
stress_read_counts(const StressCall *call, const AuditBase *bases, int n_bases,
                   StressCounts *counts)
{
	int n = call->audit.n_attributes;

	read_cells(call, bases, n_bases, counts);
	counts->attributes = palloc0(sizeof(StressAttribute) * (Size) (n + 1));
	for (int a = 0; a < n; a++)
		read_attribute(&call->audit.attributes[a], counts,
		               &counts->attributes[a]);
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

/* Adds a cell to the table of its group. */
static void
add_cell(const StressItem *item, const StressCell *cell, bool struck,
         FairPaired *table)
{
	const FairCells *changed =
		struck && item->variant > 0 ? cell->changed[item->variant] : NULL;

	for (int y = 0; y < 3; y++)
		for (int d = 0; d < 2; d++)
		{
			Amount all = amount_of(&cell->cells, y, d);
			Amount part = amount_of(changed, y, d);

			switch (table->kind)
			{
				case FAIR_PAIRED_DECISIONS:
					add(table, y, d, d, less(all, part));
					add(table, y, d, !d, part);
					break;

				case FAIR_PAIRED_WEIGHTS:
					add(table, y, d, struck, all);
					break;

				case FAIR_PAIRED_LABELS:
					/* keep_labels() lets a share of these move */
					if (y == FAIR_UNLABELLED)
						add(table, y, d, 0, all);
					else
						add(table, d, y, struck && y == item->label ? !y : y,
						    all);
					break;
			}
		}
}

/* Keeps the share of labels that do not turn. */
static void
keep_labels(const StressItem *item, FairPaired *table)
{
	int y = item->label;

	for (int d = 0; d < 2; d++)
	{
		double rows = (double) table->rows[d][y][!y];
		uint64 moved = (uint64) rint(item->amount * rows);

		table->rows[d][y][y] += table->rows[d][y][!y] - moved;
		table->rows[d][y][!y] = moved;
		table->weight[d][y][y] += (1 - item->amount) * table->weight[d][y][!y];
		table->weight[d][y][!y] *= item->amount;
		table->weight_squared[d][y][y] +=
			(1 - item->amount) * table->weight_squared[d][y][!y];
		table->weight_squared[d][y][!y] *= item->amount;
	}
}

/* Weights that are all multiplied by the same change no rate: then they are left
 * as they are, and nothing is rounded. */
static void
keep_even_weights(FairPaired *table)
{
	uint64 others = 0;

	for (int i = 0; i < 6; i++)
		others += table->rows[i / 2][i % 2][0];
	if (others == 0)
		table->factor = 1;
}

void
stress_tables(const StressCall *call, const StressCounts *counts,
              const StressItem *item, int attribute, FairPaired *tables)
{
	const StressAttribute *groups = &counts->attributes[attribute];

	memset(tables, 0, sizeof(FairPaired) * (Size) groups->n_groups);
	for (int g = 0; g < groups->n_groups; g++)
	{
		if (item->scenario == STRESS_GROUP_MIX)
			tables[g].kind = FAIR_PAIRED_WEIGHTS;
		else if (item->scenario == STRESS_LABEL_NOISE)
			tables[g].kind = FAIR_PAIRED_LABELS;
		tables[g].factor = item->amount;
	}
	for (int c = 0; c < counts->n_cells; c++)
	{
		bool struck =
			item->attribute < 0 ||
			counts->attributes[item->attribute].group_of[c] == item->group;

		add_cell(item, &counts->cells[c], struck, &tables[groups->group_of[c]]);
	}
	for (int g = 0; g < groups->n_groups; g++)
	{
		if (tables[g].kind == FAIR_PAIRED_LABELS)
			keep_labels(item, &tables[g]);
		else if (tables[g].kind == FAIR_PAIRED_WEIGHTS)
			keep_even_weights(&tables[g]);
	}
}
