/*
 * builder_crowd.c
 *    Categories with more values than a dictionary is to hold, while rows are
 *    gathered and when all are there.
 *
 * Cost: one walk over the column when it gets its crowd, and one when all rows
 * are there.
 */
#include "data/builder_private.h"

#include <string.h>

uint32_t
data_crowd_share(const DataBuilder *builder)
{
	return crowd_share(builder->spec.max_levels);
}

/* Adds up the rows of a column by the code that they have so far. */
static void
count_codes(const DataBuilder *builder, uint32_t k, uint64_t *counts)
{
	uint32_t c = builder->shape.categories[k];

	for (int s = 0; s < DATA_STREAMS; s++)
	{
		const RawStream *stream = &builder->stream[s];

		for (uint32_t b = 0; b < stream->n_blocks; b++)
		{
			const RawBlock *block = data_raw(builder, s, b, c);

			for (uint32_t i = 0; i < block->n_rows; i++)
				counts[raw_code(block, c, i)]++;
		}
		for (uint32_t i = 0; i < stream->n_open && stream->code != NULL; i++)
			counts[stream->code[k][i]]++;
	}
}

/* The place of a column among the categories. */
static uint32_t
category_of(const DataBuilder *builder, uint32_t column)
{
	uint32_t k = 0;

	while (builder->shape.categories[k] != column)
		k++;
	return k;
}

/* Adds 'counts' of rows by code to the crowd of the values of a dictionary. */
static NumStatus
add_counts(DataBuilder *builder, uint32_t column, const Dictionary *values,
           const uint64_t *counts)
{
	NumStatus status = NUM_OK;

	for (uint32_t e = 0; e < values->n && status == NUM_OK; e++)
	{
		const DictionaryEntry *entry = &values->entries[e];

		/* rows may have been coded and left out */
		if (counts[e + 1] > 0)
			status =
				frequent_add(&builder->crowd[column]->frequent, entry->stable,
			                 entry->name, entry->length, counts[e + 1]);
	}
	return status;
}

NumStatus
data_make_crowd(DataBuilder *builder, uint32_t column)
{
	NumArena *arena = builder->arena;
	Dictionary *dictionary = &builder->levels[column];
	size_t n = (size_t) dictionary->n + 1;
	uint64_t *counts = arena_alloc(arena, n, sizeof(uint64_t));
	NumStatus status;

	if (counts == NULL)
		return NUM_NO_MEMORY;
	memset(counts, 0, n * sizeof(uint64_t));
	count_codes(builder, category_of(builder, column), counts);
	status = crowd_create(arena, dictionary, builder->spec.max_levels,
	                      &builder->crowd[column]);
	if (status == NUM_OK)
		status = add_counts(builder, column, dictionary, counts);
	arena_release(arena, counts, n, sizeof(uint64_t));
	dictionary_release(dictionary);
	return status;
}

/* Settles the levels of one column. */
static NumStatus
settle(DataBuilder *builder, uint32_t c)
{
	NumArena *arena = builder->arena;
	Crowd *crowd = builder->crowd[c];
	size_t n = (size_t) crowd->frequent.n + 2;
	uint64_t *rows = arena_alloc(arena, n, sizeof(uint64_t));
	NumStatus status = crowd_list(crowd);

	if (rows == NULL)
		return NUM_NO_MEMORY;
	memset(rows, 0, n * sizeof(uint64_t));
	for (int s = 0; s < DATA_STREAMS && status == NUM_OK; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawBlock *block = data_raw(builder, s, b, c);

			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			for (uint32_t i = 0; i < block->n_rows; i++)
				rows[data_code(builder, block, c, i)]++;
		}
	if (status == NUM_OK)
		status = dictionary_init(&builder->levels[c], arena);
	if (status == NUM_OK)
		status = crowd_settle(crowd, rows, builder->n_coded[c],
		                      data_crowd_share(builder), &builder->levels[c]);
	arena_release(arena, rows, n, sizeof(uint64_t));
	return status;
}

NumStatus
data_settle_crowds(DataBuilder *builder)
{
	NumStatus status = NUM_OK;

	for (uint32_t k = 0; k < builder->shape.n_categories && status == NUM_OK;
	     k++)
		if (builder->crowd[builder->shape.categories[k]] != NULL)
			status = settle(builder, builder->shape.categories[k]);
	return status;
}
