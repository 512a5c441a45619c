/*
 * sample.h
 *    A random sample of rows whose keys decide who is in it.
 *
 * A row is an array of words of which the first is its key, a hash.  The rows
 * with the smallest keys are kept, so the sample is the same in any order of
 * rows, and all of them while there are no more than 'most'.  Rows with equal
 * keys should be equal, else it is left to chance which of them is kept.
 *
 * Memory: room for twice as many rows as are kept.
 */
#ifndef FAIRPG_DATA_SAMPLE_H
#define FAIRPG_DATA_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct Sample
{
	NumArena *arena;
	NumMonitor *monitor; /* asked while sorting; may be NULL */
	size_t width;        /* words of a row */
	size_t most;
	size_t n;        /* rows now, up to 2 * most */
	size_t room;     /* rows that memory is there for */
	uint64_t limit;  /* keys above it are not wanted */
	uint64_t *words; /* [room][width] */
} Sample;

/* An empty sample; 'width' and 'most' above 0.  NUM_NO_MEMORY. */
extern NumStatus sample_init(Sample *sample, NumArena *arena,
                             NumMonitor *monitor, size_t width, size_t most);

/* Gives the memory back. */
extern void sample_release(Sample *sample);

static inline bool
sample_wants(const Sample *sample, uint64_t key)
{
	return key <= sample->limit;
}

/* '*row' becomes room for one row more, with its key in place, which is wanted.
 * NUM_NO_MEMORY, NUM_CANCELLED. */
extern NumStatus sample_add(Sample *sample, uint64_t key, uint64_t **row);

/* Leaves no more than 'most' rows, in the order of their keys; nothing may be
 * added afterwards.  NUM_NO_MEMORY, NUM_CANCELLED. */
extern NumStatus sample_finish(Sample *sample);

/* Row 'i' of a finished sample. */
static inline const uint64_t *
sample_row(const Sample *sample, size_t i)
{
	return sample->words + i * sample->width;
}

#endif
