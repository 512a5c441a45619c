/*
 * train_cells.c
 *    What method reweigh did to each group and label, for people to read.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "pg/store.h"
#include "pg/train/call.h"

/* Name of a base group, and of what it is a group of: those of an attribute
 * that tells all base groups apart, or all attributes joined. */
static void
name_base_group(const Dataset *data, uint32 base, char **attribute,
                char **group_name)
{
	StringInfoData of;
	StringInfoData group;

	initStringInfo(&of);
	initStringInfo(&group);
	for (uint32 a = 0; a < data->n_attributes; a++)
	{
		const DataAttribute *from = &data->attributes[a];
		const char *name = from->group_names[from->group_of_base[base]];

		if (from->n_groups == data->n_base_groups)
		{
			*attribute = pstrdup(from->name);
			*group_name = pstrdup(name);
			return;
		}
		appendStringInfo(&of, "%s%s", a > 0 ? "*" : "", from->name);
		appendStringInfo(&group, "%s%s", a > 0 ? ", " : "", name);
	}
	*attribute = of.data;
	*group_name = group.data;
}

/* A factor is the inverse of a share of rows, and of few rows a rough one. */
static void
warn_of_small_cells(TrainCall *call)
{
	uint32 n_small = 0;
	double largest = 0;

	for (uint32 c = 0; c < 2 * call->data->n_base_groups; c++)
	{
		const TrainCell *cell = &call->result.cells[c];

		if (!cell->defined || cell->rows >= (uint64) call->min_group)
			continue;
		n_small++;
		largest = Max(largest, cell->factor);
	}
	if (n_small > 0)
		call->warnings = lappend(
			call->warnings,
			psprintf("%u of %u combinations of group and label have fewer than "
		             "%d training rows, whose weights rest on little: factors "
		             "up to %.3g",
		             n_small, 2 * call->data->n_base_groups, call->min_group,
		             largest));
}

void
train_warn_of_cells(TrainCall *call)
{
	if (call->result.cells == NULL)
		return;
	warn_of_small_cells(call);
	for (uint32 g = 0; g < call->data->n_base_groups; g++)
	{
		const TrainCell *pair = &call->result.cells[2 * g];
		char *attribute;
		char *group;

		if (pair[0].defined || pair[0].rows + pair[1].rows == 0)
			continue;
		name_base_group(call->data, g, &attribute, &group);
		call->warnings = lappend(
			call->warnings,
			psprintf("group \"%s\" of \"%s\" has no training row with a %s "
		             "label: its rows keep their weights",
		             group, attribute,
		             pair[0].rows == 0 ? "negative" : "positive"));
	}
}

void
train_store_cells(const TrainCall *call)
{
	uint32 n = 2 * call->data->n_base_groups;
	StoreCell *rows;

	if (call->result.cells == NULL)
		return;
	rows = palloc(sizeof(StoreCell) * n);
	for (uint32 c = 0; c < n; c++)
	{
		const TrainCell *cell = &call->result.cells[c];
		char *attribute;
		char *group;

		name_base_group(call->data, c / 2, &attribute, &group);
		rows[c] = (StoreCell){ .attribute = attribute,
			                   .group_name = group,
			                   .label = (c & 1) != 0,
			                   .rows = (int64) cell->rows,
			                   .weight_before = cell->weight,
			                   .squares_before = cell->squares,
			                   .factor = cell->factor,
			                   .balanced = cell->defined };
	}
	store_insert_cells(call->model, call->version, rows, (int) n);
}
