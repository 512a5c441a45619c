/*
 * finish_label.c
 *    Finishing labels that are numbers or classes.
 *
 * A class rides through the builder as one more category, and ends in an array
 * of its own beside the columns.  Classes are numbered in the order of their
 * bytes; those that only held-out rows have share the number after the last.
 *
 * A number rides through the builder as one more number, in full precision, and
 * ends in such an array as well.  Its mean and spread, over
 * the training rows, come from one walk, of sums that no order of the rows
 * changes, of the deviations from the middle of the range.
 */
#include "data/builder_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/grid.h"

/* What the training rows say. */
typedef struct LabelSums
{
	double middle; /* of the range of all rows */
	GridSum w;
	GridSum wd; /* of the deviation d from the middle */
	GridSum wdd;
	double min;
	double max;
} LabelSums;

static void
add_block(const RawBlock *block, uint32_t c, LabelSums *sums)
{
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double y = raw_number(block, c, i);
		double w = raw_weight(block, i);
		double d = y - sums->middle;

		grid_sum_add(&sums->w, w);
		grid_sum_add(&sums->wd, w * d);
		grid_sum_add(&sums->wdd, w * d * d);
		sums->min = fmin(sums->min, y);
		sums->max = fmax(sums->max, y);
	}
}

static void
describe(const LabelSums *sums, Dataset *data)
{
	double w = grid_sum_value(&sums->w);
	double offset;
	double least;

	if (!(w > 0))
		return;
	offset = grid_sum_value(&sums->wd) / w;
	data->label_mean = sums->middle + offset;
	data->label_min = sums->min;
	data->label_max = sums->max;
	if (!(sums->max > sums->min))
		return;
	/* as of other numbers: two values, one of them in a row of very many */
	least = 0x1p-52 * (sums->max - sums->min);
	data->label_sd = fmax(
		sqrt(fmax(grid_sum_value(&sums->wdd) / w - offset * offset, 0)), least);
}

NumStatus
data_finish_label(Finish *finish)
{
	const DataBuilder *builder = finish->builder;
	uint32_t c = builder->spec.label_column;
	FinishColumn *plan = &finish->columns[c];
	double weight = finish->weight_magnet; /* more than all weights */
	double n = (double) finish->n_rows[DATA_TRAIN];
	double reach = 1.001 * (plan->high / 2 - plan->low / 2);
	LabelSums sums = { .middle = plan->low / 2 + plan->high / 2,
		               .min = INFINITY,
		               .max = -INFINITY };

	/* it is no column of the dataset */
	plan->dropped = true;
	if (!isfinite(reach))
		return NUM_OK; /* no rows */
	grid_sum_init(&sums.w, weight, n);
	grid_sum_init(&sums.wd, weight * reach, n);
	grid_sum_init(&sums.wdd, weight * reach * reach, n);
	for (int s = 0; s < DATA_STRATA; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			add_block(data_raw(builder, s, b, c), c, &sums);
		}
	describe(&sums, finish->data);
	return NUM_OK;
}

/* A class on its way to its place. */
typedef struct LabelClass
{
	const DictionaryEntry *entry;
	uint32_t code;
	uint64_t held_out; /* rows */
	uint64_t rows;
	double weight;
} LabelClass;

static int
compare_classes(const void *a, const void *b)
{
	const DictionaryEntry *p = ((const LabelClass *) a)->entry;
	const DictionaryEntry *q = ((const LabelClass *) b)->entry;

	return dictionary_compare(p->name, p->length, q->name, q->length);
}

/* Rows of a block by class, and for training rows how many and how heavy. */
static void
count_classes(const Finish *finish, const RawBlock *block, bool trained,
              LabelClass *classes)
{
	uint32_t c = finish->builder->spec.label_column;

	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		LabelClass *label = &classes[raw_code(block, c, i) - 1];

		label->held_out += trained ? 0 : 1;
		if (!trained)
			continue;
		label->rows++;
		label->weight +=
			grid_round(raw_weight(block, i), finish->weight_magnet);
	}
}

/* Gives the classes that training rows have their places; 'map' is by code. */
static NumStatus
place_classes(Finish *finish, LabelClass *classes, uint32_t n, uint32_t *map)
{
	NumArena *arena = finish->builder->arena;
	Dataset *data = finish->data;

	qsort(classes, n, sizeof(LabelClass), compare_classes);
	data->classes = arena_alloc(arena, n, sizeof(DataLevel));
	data->class_rows = arena_alloc(arena, n, sizeof(uint64_t));
	if (data->classes == NULL || data->class_rows == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t k = 0; k < n; k++)
	{
		if (classes[k].rows == 0)
			continue;
		map[classes[k].code] = data->n_classes;
		data->classes[data->n_classes] =
			(DataLevel){ .kind = DATA_LEVEL_VALUE,
			             .name = classes[k].entry->name,
			             .length = classes[k].entry->length,
			             .weight = classes[k].weight };
		data->class_rows[data->n_classes++] = classes[k].rows;
	}
	for (uint32_t k = 0; k < n; k++)
	{
		if (classes[k].rows > 0)
			continue;
		map[classes[k].code] = data->n_classes;
		data->n_untrained_classes += classes[k].held_out > 0 ? 1 : 0;
	}
	return NUM_OK;
}

NumStatus
data_finish_classes(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	uint32_t c = builder->spec.label_column;
	uint32_t n = data_builder_values(builder, c);
	LabelClass classes[DATA_MOST_CLASSES];
	uint32_t *map;

	/* it is no column of the dataset */
	finish->columns[c].dropped = true;
	if (n > DATA_MOST_CLASSES)
		return NUM_TOO_LARGE;
	map = arena_alloc(builder->arena, (size_t) n + 1, sizeof(uint32_t));
	if (map == NULL)
		return NUM_NO_MEMORY;
	memset(map, 0, ((size_t) n + 1) * sizeof(uint32_t));
	memset(classes, 0, sizeof(classes));
	for (uint32_t k = 0; k < n; k++)
	{
		classes[k].entry = &builder->levels[c].entries[k];
		classes[k].code = k + 1;
	}
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			count_classes(finish, data_raw(builder, s, b, c),
			              data_part_of(s) == DATA_TRAIN, classes);
		}
	finish->columns[c].level = map;
	return place_classes(finish, classes, n, map);
}
