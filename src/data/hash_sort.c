/*
 * hash_sort.c
 *    Sorting many records by hashes, with looks at the monitor.
 *
 * Reference: McIlroy, Bostic and McIlroy, Computing Systems 6 (1993), for the
 * division in place.
 */
#include "data/hash_sort.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PART_BITS 8
#define PARTS (1 << PART_BITS)
#define WATCHED 65536

static uint64_t
hash_of(const char *record)
{
	uint64_t hash;

	memcpy(&hash, record, sizeof(hash));
	return hash;
}

/* Bits below the leading ones of the largest hash. */
static uint32_t
find_shift(const char *records, size_t n, size_t size)
{
	uint64_t all = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++)
		all |= hash_of(records + i * size);
	while (bits < 64 && all >> bits != 0)
		bits++;
	return bits > PART_BITS ? bits - PART_BITS : 0;
}

static void
swap(char *a, char *b, size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(uint64_t))
	{
		uint64_t word;

		memcpy(&word, a + i, sizeof(word));
		memcpy(a + i, b + i, sizeof(word));
		memcpy(b + i, &word, sizeof(word));
	}
}

/* Puts every record into its part, which ends before 'end' of it. */
static NumStatus
divide(char *records, size_t size, uint32_t shift, size_t *next,
       const size_t *end, NumMonitor *monitor)
{
	size_t moved = 0;

	for (size_t p = 0; p < PARTS; p++)
		while (next[p] < end[p])
		{
			char *record = records + next[p] * size;
			size_t to = (size_t) (hash_of(record) >> shift);

			if (++moved % WATCHED == 0 && monitor_stop(monitor))
				return NUM_CANCELLED;
			if (to != p)
				swap(record, records + next[to] * size, size);
			next[to]++;
		}
	return NUM_OK;
}

NumStatus
hash_sort(void *records, size_t n, size_t size,
          int (*compare)(const void *, const void *), NumMonitor *monitor)
{
	char *bytes = records;
	size_t next[PARTS] = { 0 };
	size_t end[PARTS];
	uint32_t shift = find_shift(bytes, n, size);
	size_t sum = 0;
	NumStatus status;

	for (size_t i = 0; i < n; i++)
		next[hash_of(bytes + i * size) >> shift]++;
	for (size_t p = 0; p < PARTS; p++)
	{
		size_t start = sum;

		sum += next[p];
		next[p] = start;
		end[p] = sum;
	}
	status = divide(bytes, size, shift, next, end, monitor);
	for (size_t p = 0; p < PARTS && status == NUM_OK; p++)
	{
		size_t start = p == 0 ? 0 : end[p - 1];

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		qsort(bytes + start * size, end[p] - start, size, compare);
	}
	return status;
}
