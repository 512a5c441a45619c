/*
 * stress_count.c
 *    Two tables of each group for one thing that a stress test tries.
 */
#include "postgres.h"

#include <math.h>

#include "pg/stress.h"

/* Adds a cell to the table of its group. */
static void
add_cell(const StressItem *item, const ChangeCell *cell, bool struck,
         FairPaired *table)
{
	switch (table->kind)
	{
		case FAIR_PAIRED_DECISIONS:
			change_add_decisions(table, &cell->cells,
			                     struck && item->variant > 0
			                         ? cell->parts[item->variant]
			                         : NULL);
			break;

		case FAIR_PAIRED_WEIGHTS:
			change_add_weights(table, &cell->cells,
			                   struck ? &cell->cells : NULL);
			break;

		case FAIR_PAIRED_LABELS:
			/* keep_labels() lets a share of these move */
			change_add_labels(table, &cell->cells, struck ? item->label : -1);
			break;
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
stress_tables(const ChangeReport *report, int attribute, FairPaired *tables)
{
	const ChangeCounts *counts = report->counts;
	const StressItem *item = report->item;
	const ChangeAttribute *groups = &counts->attributes[attribute];

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
