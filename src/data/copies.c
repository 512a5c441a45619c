/*
 * copies.c
 *    How many rows with the same content came before: the table.
 *
 * Memory: 11 to 21 bytes a content, and half as much again (COPIES_BYTES) while
 * it grows.
 */
#include "data/copies.h"

#include <string.h>

#define FIRST_SHIFT 54 /* 1024 slots */
#define LAST_SHIFT 17  /* beyond it a slot would not be found by its tag */

static size_t
slots_of(uint32_t shift)
{
	return (size_t) 1 << (64 - shift);
}

static NumStatus
make_table(Copies *copies, uint32_t shift)
{
	size_t n = slots_of(shift);

	copies->slots = arena_alloc(copies->arena, n, sizeof(uint64_t));
	if (copies->slots == NULL)
		return NUM_NO_MEMORY;
	memset(copies->slots, 0, n * sizeof(uint64_t));
	copies->shift = shift;
	copies->room = n / 4 * 3;
	return NUM_OK;
}

NumStatus
copies_init(Copies *copies, NumArena *arena)
{
	copies->arena = arena;
	copies->n = 0;
	return make_table(copies, FIRST_SHIFT);
}

void
copies_release(Copies *copies)
{
	if (copies->slots == NULL)
		return;
	arena_release(copies->arena, copies->slots, slots_of(copies->shift),
	              sizeof(uint64_t));
	copies->slots = NULL;
}

NumStatus
copies_grow(Copies *copies)
{
	Copies old = *copies;
	size_t n_old = slots_of(old.shift);
	uint64_t mask;
	NumStatus status;

	if (old.shift == LAST_SHIFT)
		return NUM_TOO_LARGE;
	status = make_table(copies, old.shift - 1);
	if (status != NUM_OK)
	{
		*copies = old;
		return status;
	}
	mask = slots_of(copies->shift) - 1;
	for (size_t i = 0; i < n_old; i++)
	{
		uint64_t s = old.slots[i] >> copies->shift;

		if (old.slots[i] == 0)
			continue;
		while (copies->slots[s] != 0)
			s = (s + 1) & mask;
		copies->slots[s] = old.slots[i];
	}
	copies_release(&old);
	return NUM_OK;
}

NumStatus
copies_add(Copies *copies, uint64_t tag, uint64_t count)
{
	NumStatus status = NUM_OK;
	uint64_t number;

	for (uint64_t i = 0; i < count && status == NUM_OK; i++)
		status = copies_number(copies, tag, &number);
	return status;
}

uint64_t
copies_further(const Copies *copies)
{
	uint64_t further = 0;

	for (uint64_t s = 0; s < copies_slots(copies); s++)
		if (copies->slots[s] != 0)
			further += (copies->slots[s] & COPIES_COUNT) - 1;
	return further;
}
