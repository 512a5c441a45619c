/*
 * finish_category.c
 *    Finishing a category column: which values become levels, and in what
 *    order.
 *
 * Codes were given by first appearance; here rows are counted by code and
 * label, values chosen, levels sorted by their bytes, and every code given its
 * level.
 */
#include "data/builder_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/grid.h"

/* a category with more values than this, and more than half as many as
 * training rows, is taken for an identifier */
#define IDENTIFIER_LEVELS 1000

/* training rows that a level has on average before it can be accused of
 * being the label: with fewer, chance makes many of them pure */
#define DISGUISE_ROWS 20.0

/* What the rows that have one code are like. */
typedef struct LevelCount
{
	uint64_t rows[2];  /* training rows by label */
	double weight[2];  /* of them */
	uint64_t held_out; /* rows */
} LevelCount;

typedef struct SortedLevel
{
	const DictionaryEntry *entry;
	uint32_t code;
	double weight;
} SortedLevel;

static int
compare_by_name(const void *a, const void *b)
{
	const DictionaryEntry *p = ((const SortedLevel *) a)->entry;
	const DictionaryEntry *q = ((const SortedLevel *) b)->entry;

	return dictionary_compare(p->name, p->length, q->name, q->length);
}

/* Heaviest first, ties by name. */
static int
compare_by_weight(const void *a, const void *b)
{
	double x = ((const SortedLevel *) a)->weight;
	double y = ((const SortedLevel *) b)->weight;

	if (x != y)
		return x > y ? -1 : 1;
	return compare_by_name(a, b);
}

/* Rows of a block whose codes are bytes, by stored code and label.  Neighbours
 * often have the same code; two tables spare the second the wait for the
 * first. */
static void
tally_bytes(const uint8_t *codes, const uint16_t *cell, uint32_t n,
            uint32_t (*tally)[2])
{
	uint32_t other[UINT8_MAX + 1][2];

	memset(tally, 0, sizeof(other));
	memset(other, 0, sizeof(other));
	for (uint32_t i = 0; i + 1 < n; i += 2)
	{
		tally[codes[i]][cell[i] & 1u]++;
		other[codes[i + 1]][cell[i + 1] & 1u]++;
	}
	if (n % 2 == 1)
		tally[codes[n - 1]][cell[n - 1] & 1u]++;
	for (uint32_t v = 0; v <= UINT8_MAX; v++)
		for (int y = 0; y < 2; y++)
			tally[v][y] += other[v][y];
}

static void
count_rows(LevelCount *count, DataPart part, int label, uint32_t n)
{
	if (part == DATA_TRAIN)
		count->rows[label] += n;
	else
		count->held_out += n;
}

/* Rows of a block by code and label. */
static void
count_block(const Finish *finish, const RawBlock *block, uint32_t c,
            DataPart part, LevelCount *counts)
{
	const DataBuilder *builder = finish->builder;
	const uint16_t *cell = block->cell;

	if (block->width[c] == 1)
	{
		uint32_t tally[UINT8_MAX + 1][2];

		tally_bytes(block->values[c], cell, block->n_rows, tally);
		for (uint32_t v = 0; v <= UINT8_MAX; v++)
			for (int y = 0; y < 2; y++)
				if (tally[v][y] > 0)
					count_rows(&counts[data_code_of(builder, block, c, v)],
					           part, y, tally[v][y]);
	}
	else
		for (uint32_t i = 0; i < block->n_rows; i++)
			count_rows(&counts[data_code(builder, block, c, i)], part,
			           cell[i] & 1u, 1);
	if (block->weight == NULL || part != DATA_TRAIN)
		return;
	for (uint32_t i = 0; i < block->n_rows; i++)
		counts[data_code(builder, block, c, i)].weight[cell[i] & 1u] +=
			grid_round((double) block->weight[i], finish->weight_magnet);
}

size_t
data_levels_bytes(const DataBuilder *builder, uint32_t c)
{
	return data_n_codes(builder, c) * sizeof(LevelCount);
}

/* Counts by code, in both parts. */
NumStatus
data_count_levels(const Finish *finish, uint32_t c, void *result)
{
	const DataBuilder *builder = finish->builder;
	uint32_t n = data_n_codes(builder, c);
	LevelCount *counts = result;

	memset(counts, 0, n * sizeof(LevelCount));
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawBlock *block = data_raw(builder, s, b, c);

			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			count_block(finish, block, c, data_part_of(s), counts);
		}
	for (uint32_t i = 0; i < n && !builder->spec.weighted; i++)
		for (int y = 0; y < 2; y++)
			counts[i].weight[y] = (double) counts[i].rows[y];
	return NUM_OK;
}

static bool
in_training(const LevelCount *count)
{
	return count->rows[0] + count->rows[1] > 0;
}

/* Whether guessing the likelier label of each level is nearly always right,
 * and that is not for lack of one of the labels. */
static bool
category_is_label(const LevelCount *counts, uint32_t n)
{
	double total[2] = { 0, 0 };
	double right = 0;
	double rows = 0;
	uint32_t used = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		right += fmax(counts[i].weight[0], counts[i].weight[1]);
		total[0] += counts[i].weight[0];
		total[1] += counts[i].weight[1];
		rows += (double) (counts[i].rows[0] + counts[i].rows[1]);
		used += in_training(&counts[i]) ? 1 : 0;
	}
	return right >= DATA_DISGUISE_SHARE * (total[0] + total[1]) &&
	       fmax(total[0], total[1]) <
	           DATA_DISGUISE_SHARE * (total[0] + total[1]) &&
	       used * DISGUISE_ROWS < rows;
}

static double
weight_of(const LevelCount *count)
{
	return count->weight[0] + count->weight[1];
}

/* The values that any row has, in no order; their number is the answer. */
static uint32_t
list_values(const DataBuilder *builder, uint32_t c, const LevelCount *counts,
            SortedLevel *values)
{
	const Dictionary *dictionary = &builder->levels[c];
	uint32_t n = 0;

	for (uint32_t e = 0; e < dictionary->n; e++)
	{
		const LevelCount *count = &counts[e + 1];

		if (!in_training(count) && count->held_out == 0)
			continue;
		values[n].entry = &dictionary->entries[e];
		values[n].code = e + 1;
		values[n].weight = weight_of(count);
		n++;
	}
	return n;
}

static void
add_level(DataColumn *column, DataLevelKind kind, const DictionaryEntry *entry,
          double weight)
{
	DataLevel *level = &column->levels[column->n_levels++];

	level->kind = kind;
	level->name = entry == NULL ? "" : entry->name;
	level->length = entry == NULL ? 0 : entry->length;
	level->weight = weight;
}

/* How many of the values, heaviest first, keep a level of their own; those of a
 * crowd always have others to leave room for. */
static uint32_t
choose_kept(Finish *finish, uint32_t c, const SortedLevel *values, uint32_t n)
{
	uint32_t n_trained = 0;
	uint32_t kept;

	while (n_trained < n && values[n_trained].weight > 0)
		n_trained++;
	if (finish->builder->crowd[c] != NULL)
	{
		kept = finish->builder->spec.max_levels - 1;
		return n_trained < kept ? n_trained : kept;
	}
	if (n_trained <= finish->builder->spec.max_levels)
		return n_trained;
	kept = finish->builder->spec.max_levels - 1;
	data_find(finish, DATA_POOLED, c, n_trained - kept);
	return kept;
}

/* Gives a code the level that values without one of their own share. */
static void
pool(const LevelCount *count, DataColumn *column, double *weight)
{
	*weight += weight_of(count);
	column->n_unseen[DATA_TRAIN] += count->rows[0] + count->rows[1];
	column->n_unseen[DATA_HELD_OUT] += count->held_out;
}

/*
 * Levels and the map from codes to them.  When training rows have more than
 * max_levels values, the heaviest keep a level each and all others share
 * OTHER, as do values that only held-out rows have: a model is to treat those
 * as it will treat any value that it has not seen.
 */
static NumStatus
place_levels(Finish *finish, uint32_t c, const LevelCount *counts,
             DataColumn *column, uint32_t *map)
{
	DataBuilder *builder = finish->builder;
	uint32_t room = builder->levels[c].n;
	SortedLevel *values =
		arena_alloc(builder->arena, room, sizeof(SortedLevel));
	bool null = in_training(&counts[DATA_NULL_CODE]) ||
	            counts[DATA_NULL_CODE].held_out > 0;
	double pooled = 0;
	uint32_t kept, n;

	if (values == NULL)
		return NUM_NO_MEMORY;
	n = list_values(builder, c, counts, values);
	if (n > 1)
		qsort(values, n, sizeof(SortedLevel), compare_by_weight);
	kept = choose_kept(finish, c, values, n);
	if (kept > 1)
		qsort(values, kept, sizeof(SortedLevel), compare_by_name);

	column->levels =
		arena_alloc(builder->arena, (size_t) kept + 2, sizeof(DataLevel));
	if (column->levels == NULL)
		return NUM_NO_MEMORY;
	if (null)
	{
		map[DATA_NULL_CODE] = column->n_levels;
		add_level(column, DATA_LEVEL_NULL, NULL,
		          weight_of(&counts[DATA_NULL_CODE]));
	}
	for (uint32_t i = 0; i < kept; i++)
	{
		map[values[i].code] = column->n_levels;
		add_level(column, DATA_LEVEL_VALUE, values[i].entry, values[i].weight);
	}
	for (uint32_t i = kept; i < n; i++)
	{
		map[values[i].code] = column->n_levels;
		pool(&counts[values[i].code], column, &pooled);
	}
	if (builder->crowd[c] != NULL)
	{
		map[room + 1] = column->n_levels;
		pool(&counts[room + 1], column, &pooled);
		data_find(finish, DATA_CROWDED, c, kept);
		finish->findings[finish->n_findings - 1].rows =
			column->n_unseen[DATA_TRAIN];
	}
	if (kept < n || builder->crowd[c] != NULL)
		add_level(column, DATA_LEVEL_OTHER, NULL, pooled);
	arena_release(builder->arena, values, room, sizeof(SortedLevel));
	return NUM_OK;
}

/* Why a column is left out, or false. */
static bool
carries_nothing(Finish *finish, uint32_t c, const LevelCount *counts)
{
	DataBuilder *builder = finish->builder;
	uint64_t rows = finish->n_rows[DATA_TRAIN];
	uint64_t n_values = 0;

	if (builder->crowd[c] != NULL && builder->levels[c].n == 0)
	{
		data_find(finish, DATA_SCATTERED, c, 0);
		return true;
	}
	for (uint32_t e = 1; e < data_n_codes(builder, c); e++)
		n_values += in_training(&counts[e]) ? 1 : 0;
	if (n_values + (in_training(&counts[DATA_NULL_CODE]) ? 1 : 0) < 2)
	{
		data_find(finish, DATA_CONSTANT, c, n_values);
		return true;
	}
	if (n_values > IDENTIFIER_LEVELS && n_values > rows / 2)
	{
		data_find(finish, DATA_IDENTIFIER, c, n_values);
		return true;
	}
	return false;
}

/* Levels, codes and description of a column that stays. */
static NumStatus
describe_category(Finish *finish, uint32_t c, const LevelCount *counts,
                  DataColumn *column)
{
	DataBuilder *builder = finish->builder;
	const DataColumnSpec *spec = &builder->spec.columns[c];
	const LevelCount *null = &counts[DATA_NULL_CODE];
	FinishColumn *plan = &finish->columns[c];
	uint32_t n = data_n_codes(builder, c);
	uint32_t *map = arena_alloc(builder->arena, n, sizeof(uint32_t));
	NumStatus status;

	if (map == NULL)
		return NUM_NO_MEMORY;
	memset(map, 0, n * sizeof(uint32_t));
	memset(column, 0, sizeof(*column));
	column->name = spec->name;
	column->source = spec->source;
	column->element = spec->element;
	column->input = spec->input;
	column->kind = DATA_CATEGORY;
	column->n_null[DATA_TRAIN] = null->rows[0] + null->rows[1];
	column->n_null[DATA_HELD_OUT] = null->held_out;
	if (category_is_label(counts, n))
		data_find(finish, DATA_DISGUISE, c, 0);
	status = place_levels(finish, c, counts, column, map);
	column->n_params = column->n_levels;
	plan->level = map;
	plan->width = raw_code_width(column->n_levels - 1);
	return status;
}

NumStatus
data_finish_category(Finish *finish, uint32_t k)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	uint32_t c = builder->shape.categories[k];
	FinishColumn *plan = &finish->columns[c];
	size_t bytes = data_levels_bytes(builder, c);
	LevelCount *counted = data_counted(finish, DATA_COUNT_COLUMNS + c);
	LevelCount *counts = counted;
	NumStatus status = NUM_OK;

	if (counted == NULL)
	{
		counts = arena_alloc(builder->arena, 1, bytes);
		if (counts == NULL)
			return NUM_NO_MEMORY;
		status = data_count_levels(finish, c, counts);
	}
	if (status != NUM_OK)
		return status;
	plan->dropped = carries_nothing(finish, c, counts);
	if (!plan->dropped)
	{
		plan->column = data->n_columns++;
		status =
			describe_category(finish, c, counts, &data->columns[plan->column]);
	}
	if (counted == NULL)
		arena_release(builder->arena, counts, 1, bytes);
	return status;
}
