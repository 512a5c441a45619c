/*
 * copies.h
 *    How many rows with the same content came before.
 *
 * Contents may be as many as rows, so one takes a single word: the upper 48
 * bits of its hash, which also say where it is looked for, and 16 bits that
 * count.  Contents that agree in 48 bits are counted as one, and after 65535
 * copies the numbers come again; where numbers only make hashes differ, neither
 * does harm.
 *
 * Open addressing with linear probing in a table at most three quarters full.
 */
#ifndef FAIRPG_DATA_COPIES_H
#define FAIRPG_DATA_COPIES_H

#include <stdint.h>

#include "num/arena.h"
#include "num/status.h"

#define COPIES_COUNT UINT64_C(0xffff)

/* memory of a content at most, while the table grows */
#define COPIES_BYTES 32

typedef struct Copies
{
	NumArena *arena;
	uint64_t n;
	uint64_t room;  /* contents before the table grows */
	uint32_t shift; /* 64 less the binary logarithm of the slots */
	uint64_t *slots;
} Copies;

extern NumStatus copies_init(Copies *copies, NumArena *arena);

/* Gives the memory back; nothing when there is none. */
extern void copies_release(Copies *copies);

/* Doubles the table. */
extern NumStatus copies_grow(Copies *copies);

/* '*number' of calls with this hash before, from 0. */
static inline NumStatus
copies_number(Copies *copies, uint64_t hash, uint64_t *number)
{
	uint64_t tag = hash & ~COPIES_COUNT;
	uint64_t mask = (UINT64_C(1) << (64 - copies->shift)) - 1;
	uint64_t s = hash >> copies->shift;

	for (;; s = (s + 1) & mask)
	{
		uint64_t slot = copies->slots[s];

		if (slot == 0)
		{
			copies->slots[s] = tag | 1;
			*number = 0;
			return ++copies->n < copies->room ? NUM_OK : copies_grow(copies);
		}
		if ((slot & ~COPIES_COUNT) == tag)
		{
			*number = slot & COPIES_COUNT;
			copies->slots[s] = *number == COPIES_COUNT ? tag | 1 : slot + 1;
			return NUM_OK;
		}
	}
}

/* Adds 'count' calls with a hash that agrees with 'tag' in the upper 48 bits. */
extern NumStatus copies_add(Copies *copies, uint64_t tag, uint64_t count);

/* Calls beyond the first with each hash. */
extern uint64_t copies_further(const Copies *copies);

static inline uint64_t
copies_slots(const Copies *copies)
{
	return UINT64_C(1) << (64 - copies->shift);
}

#endif
