/*
 * values.h
 *    How many different values there are, and how often each, in bounded
 *    memory.
 *
 * A value is a hash of 64 bits with a tag beside it.  While no more than 'most'
 * of them are different, all are kept and every count is exact.  Beyond that
 * only those are kept whose hash ends in so many zero bits: a random part of
 * the values with all of their rows, so that shares among the kept ones are
 * estimates of shares among all.  Which values are kept depends on the values
 * alone, not on their order.
 *
 * Hashes that agree count as one value: among a hundred million values some
 * three in ten thousand runs.
 *
 * Memory: 16 bytes a slot, at most three quarters of which are taken, and half
 * as much again while the table grows.
 *
 * Reference: Gibbons and Tirthapura, SPAA 2001 (adaptive sampling, Wegman).
 */
#ifndef FAIRPG_DATA_VALUES_H
#define FAIRPG_DATA_VALUES_H

#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct ValueSlot
{
	uint64_t hash;
	uint32_t rows; /* 0: the slot is free; no more than UINT32_MAX */
	uint32_t tag;
} ValueSlot;

typedef struct Values
{
	NumArena *arena;
	uint32_t most;
	uint32_t n;    /* kept */
	uint32_t bits; /* that are zero at the end of every kept hash */
	uint32_t n_slots;
	ValueSlot *slots;
} Values;

/* An empty table of at most 'most' > 0 values.  NUM_NO_MEMORY. */
extern NumStatus values_init(Values *values, NumArena *arena, uint32_t most);

/* Gives the memory back. */
extern void values_release(Values *values);

/* Adds a value that is not there. */
extern NumStatus values_insert(Values *values, uint64_t hash, uint32_t tag);

/* Rows of a value so far; 0 of one that is not kept. */
extern uint32_t
values_rows_of(const Values *values, uint64_t hash, uint32_t tag);

/* Rows of the kept values, and of the most frequent one. */
extern uint64_t values_rows(const Values *values);
extern uint64_t values_most_frequent(const Values *values);

/* Different values: exact while 'bits' is 0, else an estimate whose relative
 * error is about one in the square root of 'most' / 2. */
extern double values_distinct(const Values *values);

/* Sorts the kept values by hash and tag to the front of 'slots', after which
 * nothing may be added.  NUM_CANCELLED. */
extern NumStatus values_sort(Values *values, NumMonitor *monitor);

static inline uint32_t
values_place(const Values *values, uint64_t hash, uint32_t tag)
{
	/* the low bits of kept hashes are all alike */
	return (uint32_t) ((hash ^ tag * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
	       (values->n_slots - 1);
}

/* Counts a row with the value.  NUM_NO_MEMORY. */
static inline NumStatus
values_add(Values *values, uint64_t hash, uint32_t tag)
{
	uint32_t s;

	if (hash & ((UINT64_C(1) << values->bits) - 1))
		return NUM_OK;
	s = values_place(values, hash, tag);
	for (; values->slots[s].rows != 0; s = (s + 1) & (values->n_slots - 1))
		if (values->slots[s].hash == hash && values->slots[s].tag == tag)
		{
			values->slots[s].rows += values->slots[s].rows != UINT32_MAX;
			return NUM_OK;
		}
	return values_insert(values, hash, tag);
}

#endif
