/*
 * subgroup.c
 *    The search for groups that fare differently from everybody else.
 */
#include "fair/subgroup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fair/metric.h"

#define FIRST_ROOM 1024

void
fair_share_add(FairShare *share, int metric, const FairCells *cells)
{
	for (int y = -1; y < 2; y++)
		for (int d = 0; d < 2; d++)
		{
			FairPlace place = fair_metric_place(metric, y, d);
			uint64_t rows =
				y < 0 ? cells->unlabelled_rows[d] : cells->rows[y][d];
			double weight =
				y < 0 ? cells->unlabelled_weight[d] : cells->weight[y][d];

			share->rows += rows;
			if (place == FAIR_NOT)
				continue;
			share->n += rows;
			share->over += weight;
			share->squared += y < 0 ? cells->unlabelled_weight_squared[d]
			                        : cells->weight_squared[y][d];
			if (place == FAIR_COUNTED)
				share->of += weight;
		}
	share->rows += cells->undecided_rows;
}

FairShare
fair_share_rest(const FairShare *all, const FairShare *part)
{
	FairShare rest = { .rows = all->rows - part->rows, .n = all->n - part->n };

	if (rest.n == 0)
		return rest;
	rest.over = all->over - part->over;
	rest.of = fmax(all->of - part->of, 0);
	rest.squared = all->squared - part->squared;
	return rest;
}

FairSubgroup *
fair_subgroup_append(NumArena *arena, FairSubgroups *subgroups)
{
	if (subgroups->n == subgroups->room)
	{
		size_t room = subgroups->room == 0 ? FIRST_ROOM : 2 * subgroups->room;
		FairSubgroup *list = arena_alloc(arena, room, sizeof(FairSubgroup));

		if (list == NULL)
			return NULL;
		if (subgroups->n > 0)
			memcpy(list, subgroups->list, subgroups->n * sizeof(*list));
		arena_release(arena, subgroups->list, subgroups->room,
		              sizeof(FairSubgroup));
		subgroups->list = list;
		subgroups->room = room;
	}
	memset(&subgroups->list[subgroups->n], 0, sizeof(FairSubgroup));
	return &subgroups->list[subgroups->n++];
}

/* The search, one level of which is one condition more. */
typedef struct Search
{
	NumArena *arena;
	const FairSubgroupTable *table;
	const FairSubgroupPlan *plan;
	FairSubgroups *found;
	/* by number of conditions: cells of the subgroup that is being divided,
	 * in the order of the last column's levels, and where each level begins */
	size_t *cells[FAIR_SUBGROUP_DEPTH + 1];
	size_t *starts[FAIR_SUBGROUP_DEPTH + 1];
	FairShare *shares[FAIR_SUBGROUP_DEPTH + 1]; /* by level */
} Search;

static NumStatus divide(Search *search, const FairSubgroup *parent,
                        const size_t *cells, size_t n_cells);

static int32_t
code_at(const Search *search, size_t cell, int column)
{
	return search->table
	    ->codes[cell * (size_t) search->table->n_columns + (size_t) column];
}

static void
add_share(FairShare *to, const FairShare *share)
{
	to->rows += share->rows;
	to->n += share->n;
	to->over += share->over;
	to->of += share->of;
	to->squared += share->squared;
}

/* Sorts the cells of a subgroup by their level in a column, and sums up each
 * level. */
static void
distribute(Search *search, int depth, int column, const size_t *cells,
           size_t n_cells)
{
	size_t n_levels = (size_t) search->table->n_levels[column];
	size_t *starts = search->starts[depth];
	FairShare *shares = search->shares[depth];

	memset(starts, 0, (n_levels + 1) * sizeof(size_t));
	memset(shares, 0, n_levels * sizeof(FairShare));
	for (size_t i = 0; i < n_cells; i++)
	{
		int32_t level = code_at(search, cells[i], column);

		starts[level + 1]++;
		add_share(&shares[level], &search->table->shares[cells[i]]);
	}
	for (size_t l = 0; l < n_levels; l++)
		starts[l + 1] += starts[l];
	for (size_t i = 0; i < n_cells; i++)
		search->cells[depth][starts[code_at(search, cells[i], column)]++] =
			cells[i];
	/* each start has moved to the next level's */
	for (size_t l = n_levels; l > 0; l--)
		starts[l] = starts[l - 1];
	starts[0] = 0;
}

/* Notes a subgroup, and divides it further. */
static NumStatus
take(Search *search, const FairSubgroup *subgroup, const size_t *cells,
     size_t n_cells)
{
	FairSubgroup *place;

	if (search->found->n >= search->plan->limit)
		return NUM_TOO_LARGE;
	place = fair_subgroup_append(search->arena, search->found);
	if (place == NULL)
		return NUM_NO_MEMORY;
	*place = *subgroup;
	if (subgroup->n_conditions == search->plan->depth)
		return NUM_OK;
	return divide(search, subgroup, cells, n_cells);
}

/* Every subgroup that has one condition more than 'parent', in a column after
 * those that it has. */
static NumStatus
divide(Search *search, const FairSubgroup *parent, const size_t *cells,
       size_t n_cells)
{
	int depth = parent->n_conditions;
	int column = depth == 0 ? 0 : parent->column[depth - 1] + 1;

	for (; column < search->table->n_columns; column++)
	{
		FairSubgroup child = *parent;

		if (monitor_stop(search->plan->monitor))
			return NUM_CANCELLED;
		distribute(search, depth, column, cells, n_cells);
		child.n_conditions = depth + 1;
		child.column[depth] = column;
		for (int l = 0; l < search->table->n_levels[column]; l++)
		{
			size_t first = search->starts[depth][l];
			NumStatus status;

			child.share = search->shares[depth][l];
			/* the same rows as the parent are the parent */
			if (child.share.n < search->plan->min_rows ||
			    child.share.rows == parent->share.rows)
				continue;
			child.level[depth] = l;
			status = take(search, &child, search->cells[depth] + first,
			              search->starts[depth][l + 1] - first);
			if (status != NUM_OK)
				return status;
		}
	}
	return NUM_OK;
}

/* What each number of conditions needs; false without memory. */
static bool
make_room(Search *search, NumArena *scratch)
{
	size_t n_cells = search->table->n_cells;
	size_t levels = 1;

	for (int c = 0; c < search->table->n_columns; c++)
		if ((size_t) search->table->n_levels[c] + 1 > levels)
			levels = (size_t) search->table->n_levels[c] + 1;
	for (int d = 0; d < search->plan->depth; d++)
	{
		search->cells[d] = arena_alloc(scratch, n_cells, sizeof(size_t));
		search->starts[d] = arena_alloc(scratch, levels, sizeof(size_t));
		search->shares[d] = arena_alloc(scratch, levels, sizeof(FairShare));
		if (search->cells[d] == NULL || search->starts[d] == NULL ||
		    search->shares[d] == NULL)
			return false;
	}
	return true;
}

NumStatus
fair_subgroup_search(NumArena *arena, const FairSubgroupTable *table,
                     const FairSubgroupPlan *plan, FairSubgroups *subgroups)
{
	ArenaNest scratch;
	Search search = {
		.arena = arena, .table = table, .plan = plan, .found = subgroups
	};
	FairSubgroup all = { .n_conditions = 0 };
	size_t *cells;
	NumStatus status = NUM_NO_MEMORY;

	arena_nest_begin(&scratch, arena);
	cells = arena_alloc(&scratch.arena, table->n_cells, sizeof(size_t));
	if (cells != NULL && make_room(&search, &scratch.arena))
	{
		for (size_t i = 0; i < table->n_cells; i++)
		{
			cells[i] = i;
			add_share(&all.share, &table->shares[i]);
		}
		status = divide(&search, &all, cells, table->n_cells);
	}
	arena_nest_end(&scratch);
	return status;
}

bool
fair_subgroup_within(const FairSubgroup *a, const FairSubgroup *b)
{
	int n = 0;

	for (int i = 0; i < a->n_conditions; i++)
		for (int j = 0; j < b->n_conditions; j++)
			n += a->column[i] == b->column[j] && a->level[i] == b->level[j];
	return n == a->n_conditions;
}
