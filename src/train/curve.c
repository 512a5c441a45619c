/*
 * curve.c
 *    The curve of a group: what every threshold on the score would give it.
 *
 * Rows are scored by the code that predict() uses, so that the probabilities
 * that thresholds are put between are the very ones that will be compared with
 * them.  Rows of one probability cannot be told apart and make one step.
 */
#include "train/curve.h"

#include <math.h>
#include <string.h>

#include "num/grid.h"
#include "num/special.h"

/* Items moved between two looks at the monitor: about a millisecond. */
#define WATCHED_ITEMS 65536

typedef struct ScoredRow
{
	double probability;
	float weight; /* negative for label 0 */
} ScoredRow;

/* An array of structures that begin with a double. */
typedef struct Items
{
	char *items;
	char *spare; /* room for as many */
	size_t bytes;
	size_t n;
} Items;

static double
key_of(const char *item)
{
	double key;

	memcpy(&key, item, sizeof(key));
	return key;
}

/* Merges two runs that follow one another in 'from' into 'to'. */
static void
merge_runs(const Items *list, const char *from, char *to, const size_t edge[3])
{
	size_t left = edge[0];
	size_t right = edge[1];

	for (size_t i = edge[0]; i < edge[2]; i++)
	{
		bool take_left =
			left < edge[1] &&
			(right >= edge[2] || key_of(from + left * list->bytes) <=
		                             key_of(from + right * list->bytes));

		memcpy(to + i * list->bytes,
		       from + (take_left ? left++ : right++) * list->bytes,
		       list->bytes);
	}
}

/* Sorts by the leading double, stable, by merging; finite keys. */
static NumStatus
sort_items(Items *list, NumMonitor *monitor)
{
	char *from = list->items;
	char *to = list->spare;
	size_t moved = 0;

	for (size_t run = 1; run < list->n; run *= 2)
	{
		char *swap;

		for (size_t start = 0; start < list->n; start += 2 * run)
		{
			size_t edge[3] = { start, start + run, start + 2 * run };

			for (int e = 1; e < 3; e++)
				if (edge[e] > list->n)
					edge[e] = list->n;
			merge_runs(list, from, to, edge);
			moved += edge[2] - edge[0];
			if (moved < WATCHED_ITEMS)
				continue;
			moved = 0;
			if (monitor_stop(monitor))
				return NUM_CANCELLED;
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != list->items)
		memcpy(list->items, from, list->n * list->bytes);
	return NUM_OK;
}

/* Between a score and the next smaller one, so that the first passes and the
 * second does not. */
static double
between(double higher, double lower)
{
	double middle = lower + (higher - lower) / 2;

	return middle > lower ? middle : higher;
}

/* The point at which the rows of these weights, by label, are decided
 * positive. */
static CurvePoint
make_point(const CurveSettings *settings, const double selected[2],
           const double total[2], double threshold)
{
	CurvePoint point = { .threshold = threshold };

	for (int e = 0; e < settings->criterion->n_events; e++)
	{
		FairRate rate;

		settings->criterion->rate(e, total, &rate);
		point.rate[e] = rate.constant;
		for (int y = 0; y < 2; y++)
			if (rate.share[y] != 0)
				point.rate[e] += rate.share[y] * (selected[y] / total[y]);
	}
	point.utility =
		(1 - settings->cost) * selected[1] - settings->cost * selected[0];
	return point;
}

/* The curve of a group's rows, sorted by probability.  Weights are added on a
 * grid: rows with the same probability come in any order. */
static NumStatus
trace(NumArena *arena, const CurveSettings *settings, const ScoredRow *rows,
      uint64_t n_rows, double magnet, Curve *curve)
{
	double total[2] = { 0, 0 };
	double selected[2] = { 0, 0 };
	double highest = n_rows > 0 ? rows[n_rows - 1].probability : 0;
	double nobody = between(1, highest);
	uint64_t n_points = 1;

	for (uint64_t i = 0; i < n_rows; i++)
	{
		total[rows[i].weight > 0] +=
			grid_round(fabs((double) rows[i].weight), magnet);
		n_points += i == 0 || rows[i].probability != rows[i - 1].probability;
	}
	curve->points = arena_alloc(arena, n_points, sizeof(CurvePoint));
	if (curve->points == NULL)
		return NUM_NO_MEMORY;
	if (!(nobody > highest))
		nobody = MODEL_MOST_THRESHOLD;
	curve->points[0] = make_point(settings, selected, total, nobody);
	curve->n = 1;
	for (uint64_t i = n_rows; i > 0;)
	{
		double probability = rows[i - 1].probability;

		for (; i > 0 && rows[i - 1].probability == probability; i--)
			selected[rows[i - 1].weight > 0] +=
				grid_round(fabs((double) rows[i - 1].weight), magnet);
		curve->points[curve->n++] = make_point(
			settings, selected, total,
			between(probability, i > 0 ? rows[i - 1].probability : 0));
	}
	return NUM_OK;
}

/* Every training row's probability and weight, group by group; 'start' is
 * [n_groups + 1]. */
static NumStatus
score_groups(NumArena *arena, const Dataset *data, const Model *model,
             NumMonitor *monitor, const uint64_t *start, ScoredRow *rows)
{
	const DataRows *part = &data->part[DATA_TRAIN];
	const DataAttribute *attribute = &data->attributes[0];
	double *z = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));
	uint64_t *next = arena_alloc(arena, attribute->n_groups, sizeof(uint64_t));

	if (z == NULL || next == NULL)
		return NUM_NO_MEMORY;
	memcpy(next, start, attribute->n_groups * sizeof(uint64_t));
	for (uint32_t b = 0; b < part->n_blocks; b++)
	{
		const DataBlock *block = data_block(part, b);

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		model_score_block(model, data, block, z);
		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			float w = block->weight == NULL ? 1.0f : block->weight[i];
			uint32_t group = attribute->group_of_base[block->cell[i] >> 1];
			ScoredRow *row = &rows[next[group]++];

			row->probability = num_sigmoid(z[i]);
			row->weight = block->cell[i] & 1 ? w : -w;
		}
	}
	arena_release(arena, next, attribute->n_groups, sizeof(uint64_t));
	arena_release(arena, z, DATA_BLOCK_ROWS, sizeof(double));
	return NUM_OK;
}

/* Where the rows of each group begin; [n_groups + 1]. */
static NumStatus
count_groups(NumArena *arena, const Dataset *data, uint64_t **result)
{
	const DataAttribute *attribute = &data->attributes[0];
	const uint64_t *rows = data->part[DATA_TRAIN].cell_rows;
	uint64_t *start =
		arena_alloc(arena, (size_t) attribute->n_groups + 1, sizeof(uint64_t));

	if (start == NULL)
		return NUM_NO_MEMORY;
	memset(start, 0, ((size_t) attribute->n_groups + 1) * sizeof(uint64_t));
	for (uint32_t b = 0; b < data->n_base_groups; b++)
		start[attribute->group_of_base[b] + 1] += rows[2 * b] + rows[2 * b + 1];
	for (uint32_t g = 0; g < attribute->n_groups; g++)
		start[g + 1] += start[g];
	*result = start;
	return NUM_OK;
}

NumStatus
curves_create(NumArena *arena, const Dataset *data, const Model *model,
              const CurveSettings *settings, NumMonitor *monitor,
              Curve **result)
{
	uint32_t n_groups = data->attributes[0].n_groups;
	uint64_t n_rows = data->part[DATA_TRAIN].n_rows;
	ScoredRow *rows = arena_alloc(arena, n_rows, sizeof(ScoredRow));
	ScoredRow *spare = arena_alloc(arena, n_rows, sizeof(ScoredRow));
	Curve *curves = arena_alloc(arena, n_groups, sizeof(Curve));
	uint64_t *start;
	NumStatus status;

	if (rows == NULL || spare == NULL || curves == NULL)
		return NUM_NO_MEMORY;
	memset(curves, 0, n_groups * sizeof(Curve));
	status = count_groups(arena, data, &start);
	if (status == NUM_OK)
		status = score_groups(arena, data, model, monitor, start, rows);
	for (uint32_t g = 0; g < n_groups && status == NUM_OK; g++)
	{
		Items list = { (char *) (rows + start[g]), (char *) spare,
			           sizeof(ScoredRow), start[g + 1] - start[g] };

		status = sort_items(&list, monitor);
	}
	arena_release(arena, spare, n_rows, sizeof(ScoredRow));
	for (uint32_t g = 0; g < n_groups && status == NUM_OK; g++)
	{
		curves[g].group = g;
		status =
			trace(arena, settings, rows + start[g], start[g + 1] - start[g],
		          data->weight_magnet, &curves[g]);
	}
	arena_release(arena, rows, n_rows, sizeof(ScoredRow));
	*result = curves;
	return status;
}

NumStatus
curve_sort(Curve *curve, CurvePoint *spare, NumMonitor *monitor)
{
	Items list = { (char *) curve->points, (char *) spare, sizeof(CurvePoint),
		           curve->n };

	for (uint64_t i = 1; i < curve->n; i++)
		if (curve->points[i].rate[0] < curve->points[i - 1].rate[0])
			return sort_items(&list, monitor);
	return NUM_OK;
}
