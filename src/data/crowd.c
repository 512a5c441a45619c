/*
 * crowd.c
 *    A category with more values than a dictionary is to hold.
 *
 * Memory: 48 bytes and the bytes of the value for each that is remembered, of
 * which there are four times crowd_share(); 4 bytes for each value of the
 * dictionary that was; and 16 bytes for each remembered one when it settles.
 */
#include "data/crowd.h"

#include <string.h>

#include "num/random.h"

#define LEAST_SHARE 8192
#define MOST_SHARE 32768

/* Values remembered: twice as many as would do, so that of two values with
 * one code that with a level is remembered with the higher count. */
#define ROOM_OF_SHARE 4

uint32_t
crowd_share(uint32_t max_levels)
{
	uint32_t share = LEAST_SHARE;

	while (share < MOST_SHARE && share / 4 < max_levels)
		share *= 2;
	return share;
}

NumStatus
crowd_create(NumArena *arena, const Dictionary *dictionary, uint32_t max_levels,
             Crowd **result)
{
	Crowd *crowd = arena_alloc(arena, 1, sizeof(Crowd));

	if (crowd == NULL)
		return NUM_NO_MEMORY;
	memset(crowd, 0, sizeof(*crowd));
	crowd->arena = arena;
	crowd->n_early = dictionary->n;
	crowd->early = arena_alloc(arena, dictionary->n, sizeof(uint32_t));
	if (crowd->early == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t e = 0; e < dictionary->n; e++)
		crowd->early[e] = crowd_code_of(dictionary->entries[e].stable);
	*result = crowd;
	return frequent_init(&crowd->frequent, arena,
	                     ROOM_OF_SHARE * crowd_share(max_levels));
}

uint32_t
crowd_row(Crowd *crowd, const char *bytes, uint32_t length)
{
	crowd->last_hash = num_hash64(bytes, length, 0);
	if (frequent_add(&crowd->frequent, crowd->last_hash, bytes, length, 1) !=
	    NUM_OK)
		return UINT32_MAX;
	return crowd_code_of(crowd->last_hash);
}

static NumStatus
make_table(Crowd *crowd, uint32_t n)
{
	uint32_t size = 16;

	while (size / 2 < n)
		size *= 2;
	crowd->mask = size - 1;
	crowd->keys = arena_alloc(crowd->arena, size, sizeof(uint32_t));
	crowd->levels = arena_alloc(crowd->arena, size, sizeof(uint32_t));
	if (crowd->keys == NULL || crowd->levels == NULL)
		return NUM_NO_MEMORY;
	memset(crowd->keys, 0, size * sizeof(uint32_t));
	return NUM_OK;
}

static void
release_table(Crowd *crowd)
{
	size_t size = (size_t) crowd->mask + 1;

	arena_release(crowd->arena, crowd->keys, size, sizeof(uint32_t));
	arena_release(crowd->arena, crowd->levels, size, sizeof(uint32_t));
}

/* The place of a code, or the free one where it would be put. */
static uint32_t
find_key(const Crowd *crowd, uint32_t code)
{
	uint32_t s = code & crowd->mask;

	while (crowd->keys[s] != 0 && crowd->keys[s] != code)
		s = (s + 1) & crowd->mask;
	return s;
}

/* Which of two values with one code is remembered with more rows; of two with
 * as many the one that comes first. */
static bool
comes_before(const Frequent *frequent, const FrequentValue *a,
             const FrequentValue *b)
{
	if (a->count != b->count)
		return a->count > b->count;
	return dictionary_compare(frequent_name(frequent, a), a->length,
	                          frequent_name(frequent, b), b->length) < 0;
}

NumStatus
crowd_list(Crowd *crowd)
{
	const Frequent *frequent = &crowd->frequent;

	if (make_table(crowd, frequent->n) != NUM_OK)
		return NUM_NO_MEMORY;
	for (uint32_t v = 0; v < frequent->n; v++)
	{
		const FrequentValue *value = &frequent->values[v];
		uint32_t code = crowd_code_of(value->hash);
		uint32_t s = find_key(crowd, code);

		if (crowd->keys[s] == code &&
		    !comes_before(frequent, value,
		                  &frequent->values[crowd->levels[s] - 1]))
			continue;
		crowd->keys[s] = code;
		crowd->levels[s] = v + 1;
	}
	crowd->pooled = frequent->n + 1;
	return NUM_OK;
}

NumStatus
crowd_settle(Crowd *crowd, const uint64_t *rows, uint64_t all, uint32_t share,
             Dictionary *levels)
{
	const Frequent *frequent = &crowd->frequent;
	uint32_t n = 0;

	release_table(crowd);
	for (uint32_t v = 0; v < frequent->n; v++)
		n += rows[v + 1] > all / share ? 1 : 0;
	if (make_table(crowd, n) != NUM_OK)
		return NUM_NO_MEMORY;
	for (uint32_t v = 0; v < frequent->n; v++)
	{
		const FrequentValue *value = &frequent->values[v];
		const char *name = frequent_name(frequent, value);
		uint32_t number;
		uint32_t s;

		if (rows[v + 1] <= all / share)
			continue;
		number = dictionary_code(levels, name, value->length);
		if (number == DICTIONARY_FULL)
			return NUM_NO_MEMORY;
		s = find_key(crowd, crowd_code_of(value->hash));
		crowd->keys[s] = crowd_code_of(value->hash);
		crowd->levels[s] = number + 1;
	}
	crowd->pooled = levels->n + 1;
	frequent_release(&crowd->frequent);
	return NUM_OK;
}
