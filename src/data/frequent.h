/*
 * frequent.h
 *    The values that many rows have, of a column with more values than can be
 *    remembered.
 *
 * A table of at most 'room' values with counts.  When it is full, the median
 * of the counts is taken off all of them and values that have nothing left are
 * forgotten.  That takes at least room / 2 times the median off the sum of all
 * counts, so no count ever lacks more than 2 / room of what was added in all:
 * a value of which there was more is there, in whatever order values came and
 * tables were put together.
 *
 * Source: Misra and Gries (1982); with the median, Anderson et al. (2017), "A
 * high-performance algorithm for identifying frequent items in data streams";
 * that tables can be put together, Agarwal et al. (2012), "Mergeable
 * summaries".
 */
#ifndef FAIRPG_DATA_FREQUENT_H
#define FAIRPG_DATA_FREQUENT_H

#include <stddef.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/status.h"

typedef struct FrequentValue
{
	uint64_t hash;  /* num_hash64() with seed 0 */
	uint64_t count; /* at most what was added, and short of it as said above */
	size_t at;      /* of its bytes in the text */
	uint32_t length;
} FrequentValue;

typedef struct Frequent
{
	NumArena *arena;
	uint32_t room; /* a power of two */
	uint32_t n;
	FrequentValue *values; /* [room] in the order of their text */
	uint32_t *slots;       /* [2 * room] place of a value + 1; 0: free */
	uint64_t *counts;      /* [room] for finding the median */
	char *text;            /* [text_room] */
	size_t text_used;
	size_t text_room;
} Frequent;

/* 'room' is a power of two. */
extern NumStatus
frequent_init(Frequent *frequent, NumArena *arena, uint32_t room);

/* Gives all memory back. */
extern void frequent_release(Frequent *frequent);

/* Adds 'count' rows with a value, whose num_hash64() is 'hash'. */
extern NumStatus
frequent_add(Frequent *frequent, uint64_t hash, const char *bytes,
             uint32_t length, uint64_t count);

static inline const char *
frequent_name(const Frequent *frequent, const FrequentValue *value)
{
	return frequent->text + value->at;
}

#endif
