/*
 * sample.c
 *    A random sample of rows whose keys decide who is in it.
 *
 * Rows gather until there are twice as many as are to be kept; then the half
 * with the larger keys goes, and no key above the largest that stayed is
 * wanted any more.
 */
#include "data/sample.h"

#include <string.h>

#include "data/hash_sort.h"

#define FIRST_ROOM 256

NumStatus
sample_init(Sample *sample, NumArena *arena, NumMonitor *monitor, size_t width,
            size_t most)
{
	sample->arena = arena;
	sample->monitor = monitor;
	sample->width = width;
	sample->most = most;
	sample->n = 0;
	sample->limit = UINT64_MAX;
	sample->room = most < FIRST_ROOM / 2 ? 2 * most : FIRST_ROOM;
	sample->words = arena_alloc(arena, sample->room, width * sizeof(uint64_t));
	return sample->words == NULL ? NUM_NO_MEMORY : NUM_OK;
}

void
sample_release(Sample *sample)
{
	arena_release(sample->arena, sample->words, sample->room,
	              sample->width * sizeof(uint64_t));
	sample->words = NULL;
}

static NumStatus
grow(Sample *sample)
{
	size_t row_bytes = sample->width * sizeof(uint64_t);
	size_t room =
		sample->room > sample->most ? 2 * sample->most : 2 * sample->room;
	uint64_t *words = arena_alloc(sample->arena, room, row_bytes);

	if (words == NULL)
		return NUM_NO_MEMORY;
	memcpy(words, sample->words, sample->n * row_bytes);
	arena_release(sample->arena, sample->words, sample->room, row_bytes);
	sample->words = words;
	sample->room = room;
	return NUM_OK;
}

static int
compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *) a;
	uint64_t y = *(const uint64_t *) b;

	return (x > y) - (x < y);
}

/* Drops the larger keys of twice as many rows as are kept. */
static NumStatus
drop_half(Sample *sample)
{
	uint64_t *keys = arena_alloc(sample->arena, sample->n, sizeof(uint64_t));
	size_t kept = 0;
	size_t at_limit = 0;
	NumStatus status;

	if (keys == NULL)
		return NUM_NO_MEMORY;
	for (size_t i = 0; i < sample->n; i++)
		keys[i] = sample->words[i * sample->width];
	status = hash_sort(keys, sample->n, sizeof(uint64_t), compare_keys,
	                   sample->monitor);
	if (status != NUM_OK)
		return status;
	sample->limit = keys[sample->most - 1];
	/* of rows with the very key of the limit only so many stay */
	for (size_t i = 0; i < sample->most; i++)
		at_limit += keys[i] == sample->limit;
	arena_release(sample->arena, keys, sample->n, sizeof(uint64_t));
	for (size_t i = 0; i < sample->n; i++)
	{
		uint64_t *row = sample->words + i * sample->width;

		if (row[0] > sample->limit ||
		    (row[0] == sample->limit && at_limit == 0))
			continue;
		at_limit -= row[0] == sample->limit;
		memmove(sample->words + kept++ * sample->width, row,
		        sample->width * sizeof(uint64_t));
	}
	sample->n = kept;
	return NUM_OK;
}

NumStatus
sample_add(Sample *sample, uint64_t key, uint64_t **row)
{
	NumStatus status = NUM_OK;

	if (sample->n == 2 * sample->most)
		status = drop_half(sample);
	else if (sample->n == sample->room)
		status = grow(sample);
	if (status != NUM_OK)
		return status;
	*row = sample->words + sample->n++ * sample->width;
	(*row)[0] = key;
	return NUM_OK;
}

NumStatus
sample_finish(Sample *sample)
{
	if (sample->n > sample->most)
	{
		NumStatus status = drop_half(sample);

		if (status != NUM_OK)
			return status;
	}
	return hash_sort(sample->words, sample->n, sample->width * sizeof(uint64_t),
	                 compare_keys, sample->monitor);
}
