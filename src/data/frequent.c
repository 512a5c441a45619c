/*
 * frequent.c
 *    The values that many rows have, of a column with more values than can be
 *    remembered.
 *
 * Memory: 48 bytes a value and its own bytes.  Cost: a cache miss to find a
 * value; forgetting takes some 20 ns for each value that it makes room for.
 */
#include "data/frequent.h"

#include <string.h>

#define FIRST_TEXT 65536

NumStatus
frequent_init(Frequent *frequent, NumArena *arena, uint32_t room)
{
	memset(frequent, 0, sizeof(*frequent));
	frequent->arena = arena;
	frequent->room = room;
	frequent->values = arena_alloc(arena, room, sizeof(FrequentValue));
	frequent->slots = arena_alloc(arena, 2 * (size_t) room, sizeof(uint32_t));
	frequent->counts = arena_alloc(arena, room, sizeof(uint64_t));
	frequent->text = arena_alloc(arena, FIRST_TEXT, 1);
	if (frequent->values == NULL || frequent->slots == NULL ||
	    frequent->counts == NULL || frequent->text == NULL)
		return NUM_NO_MEMORY;
	frequent->text_room = FIRST_TEXT;
	memset(frequent->slots, 0, 2 * (size_t) room * sizeof(uint32_t));
	return NUM_OK;
}

void
frequent_release(Frequent *frequent)
{
	NumArena *arena = frequent->arena;
	size_t room = frequent->room;

	arena_release(arena, frequent->values, room, sizeof(FrequentValue));
	arena_release(arena, frequent->slots, 2 * room, sizeof(uint32_t));
	arena_release(arena, frequent->counts, room, sizeof(uint64_t));
	arena_release(arena, frequent->text, frequent->text_room, 1);
	memset(frequent, 0, sizeof(*frequent));
}

/* The slot of a value, or the free one where it would be put. */
static uint32_t *
find_slot(const Frequent *frequent, uint64_t hash, const char *bytes,
          uint32_t length)
{
	uint32_t mask = 2 * frequent->room - 1;
	uint32_t s = (uint32_t) hash & mask;

	for (; frequent->slots[s] != 0; s = (s + 1) & mask)
	{
		const FrequentValue *value = &frequent->values[frequent->slots[s] - 1];

		if (value->hash == hash && value->length == length &&
		    (length == 0 ||
		     memcmp(frequent_name(frequent, value), bytes, length) == 0))
			break;
	}
	return &frequent->slots[s];
}

/* The k-th least of n counts, from 0; their order is lost. */
static uint64_t
select_count(uint64_t *counts, uint32_t n, uint32_t k)
{
	uint32_t low = 0;
	uint32_t high = n - 1;

	while (low < high)
	{
		uint64_t middle = counts[low + (high - low) / 2];
		uint32_t i = low;
		uint32_t j = high;

		/* Hoare's partition: both scans stop at the middle at the latest */
		for (;;)
		{
			uint64_t swap;

			while (counts[i] < middle)
				i++;
			while (counts[j] > middle)
				j--;
			if (i >= j)
				break;
			swap = counts[i];
			counts[i++] = counts[j];
			counts[j--] = swap;
		}
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return counts[low];
}

/* Takes the median off all counts, and forgets what has nothing left. */
static void
forget_rare(Frequent *frequent)
{
	uint32_t n = frequent->n;
	uint64_t median;

	for (uint32_t v = 0; v < n; v++)
		frequent->counts[v] = frequent->values[v].count;
	median = select_count(frequent->counts, n, n / 2);
	memset(frequent->slots, 0, 2 * (size_t) frequent->room * sizeof(uint32_t));
	frequent->n = 0;
	frequent->text_used = 0;
	for (uint32_t v = 0; v < n; v++)
	{
		FrequentValue value = frequent->values[v];
		char *bytes = frequent->text + value.at;

		if (value.count <= median)
			continue;
		value.count -= median;
		value.at = frequent->text_used;
		if (value.length > 0)
			memmove(frequent->text + value.at, bytes, value.length);
		frequent->text_used += value.length;
		frequent->values[frequent->n++] = value;
		*find_slot(frequent, value.hash, frequent->text + value.at,
		           value.length) = frequent->n;
	}
}

static NumStatus
more_text(Frequent *frequent, size_t bytes)
{
	size_t room = 2 * frequent->text_room + bytes;
	char *text = arena_alloc(frequent->arena, room, 1);

	if (text == NULL)
		return NUM_NO_MEMORY;
	if (frequent->text_used > 0)
		memcpy(text, frequent->text, frequent->text_used);
	arena_release(frequent->arena, frequent->text, frequent->text_room, 1);
	frequent->text = text;
	frequent->text_room = room;
	return NUM_OK;
}

NumStatus
frequent_add(Frequent *frequent, uint64_t hash, const char *bytes,
             uint32_t length, uint64_t count)
{
	uint32_t *slot = find_slot(frequent, hash, bytes, length);

	if (*slot != 0)
	{
		frequent->values[*slot - 1].count += count;
		return NUM_OK;
	}
	if (frequent->n == frequent->room)
	{
		forget_rare(frequent);
		slot = find_slot(frequent, hash, bytes, length);
	}
	if (length > frequent->text_room - frequent->text_used &&
	    more_text(frequent, length) != NUM_OK)
		return NUM_NO_MEMORY;
	if (length > 0)
		memcpy(frequent->text + frequent->text_used, bytes, length);
	frequent->values[frequent->n++] =
		(FrequentValue){ hash, count, frequent->text_used, length };
	frequent->text_used += length;
	*slot = frequent->n;
	return NUM_OK;
}
