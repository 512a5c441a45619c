/*
 * dictionary.h
 *    Distinct byte strings and their numbers, in order of first appearance.
 *
 * Open addressing with linear probing in a table at most half full.  A slot
 * of 32 bytes holds strings of up to 24 bytes whole, so that looking up a
 * short string that is known, which is nearly all that happens, touches half
 * a cache line and compares numbers.
 */
#ifndef FAIRPG_DATA_DICTIONARY_H
#define FAIRPG_DATA_DICTIONARY_H

#include <stdint.h>
#include <string.h>

#include "num/arena.h"
#include "num/status.h"

#define DICTIONARY_FULL UINT32_MAX

/* Bytes of a string that a slot holds. */
#define DICTIONARY_SHORT 24

typedef struct DictionaryEntry
{
	const char *name; /* not terminated */
	uint32_t length;
	uint64_t stable; /* num_hash64() with seed 0, for splits */
} DictionaryEntry;

typedef struct DictionaryKey
{
	uint64_t head;
	uint64_t middle; /* 0 up to 16 bytes */
	uint64_t tail;   /* 0 below 4 bytes */
	uint32_t length;
} DictionaryKey;

typedef struct DictionarySlot
{
	uint64_t head;
	uint64_t middle;
	uint64_t tail;
	uint32_t length; /* UINT32_MAX: free */
	uint32_t number;
} DictionarySlot;

typedef struct Dictionary
{
	NumArena *arena;
	uint32_t n;
	uint32_t shift; /* 64 less the binary logarithm of the slots */
	DictionaryEntry *entries;
	DictionarySlot *slots;
	char *text; /* where the next name goes */
	size_t text_left;
	struct DictionaryText *texts; /* all pieces that names are in */
} Dictionary;

extern NumStatus dictionary_init(Dictionary *dictionary, NumArena *arena);

/* Gives all memory back, that of the names too. */
extern void dictionary_release(Dictionary *dictionary);

/* The key of a string of more than DICTIONARY_SHORT bytes. */
extern DictionaryKey dictionary_long_key(const char *bytes, uint32_t length);

/* Adds a string that is not there. */
extern uint32_t dictionary_add(Dictionary *dictionary, const char *bytes,
                               const DictionaryKey *key);

/* Order of two byte strings: as memcmp, shorter first. */
extern int dictionary_compare(const char *a, uint32_t a_length, const char *b,
                              uint32_t b_length);

static inline uint64_t
dictionary_load4(const char *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/*
 * Short strings are put together from loads that overlap, so that no length
 * needs a loop, and all lengths from 4 to 16 the same instructions: columns
 * mix such lengths, and each branch between them would be guessed wrong.
 */
static inline DictionaryKey
dictionary_key(const char *bytes, uint32_t length)
{
	DictionaryKey key = { 0, 0, 0, length };

	if (length - 4 <= 12)
	{
		/* 0 below 8 bytes, 4 below 16, 8 at 16 */
		uint32_t inner = length >> 3 << 2;
		const char *last = bytes + length - 4;

		key.head =
			dictionary_load4(bytes) << 32 | dictionary_load4(bytes + inner);
		key.tail =
			dictionary_load4(last - inner) << 32 | dictionary_load4(last);
	}
	else if (length > DICTIONARY_SHORT)
		return dictionary_long_key(bytes, length);
	else if (length > 16)
	{
		memcpy(&key.head, bytes, 8);
		memcpy(&key.middle, bytes + 8, 8);
		memcpy(&key.tail, bytes + length - 8, 8);
	}
	else if (length > 0)
		key.head = (uint64_t) (unsigned char) bytes[0] << 16 |
		           (uint64_t) (unsigned char) bytes[length / 2] << 8 |
		           (unsigned char) bytes[length - 1];
	return key;
}

/* First slot of a key; the multipliers are the fractional digits of the
 * golden ratio and of the square root of two; one odd and one even, so that
 * they do not cancel where head and tail are the same. */
static inline uint32_t
dictionary_place(const DictionaryKey *key, uint32_t shift)
{
	uint64_t hash =
		key->head * UINT64_C(0x9e3779b97f4a7c15) +
		(key->tail ^ key->middle << 21) * UINT64_C(0x6a09e667f3bcc908) +
		key->middle + key->length;

	return (uint32_t) (hash >> shift);
}

/* Number of the string, which is copied when it is new; DICTIONARY_FULL when
 * memory is out. */
static inline __attribute__((always_inline)) uint32_t
dictionary_code(Dictionary *dictionary, const char *bytes, uint32_t length)
{
	DictionaryKey key = dictionary_key(bytes, length);
	uint32_t mask = UINT32_MAX >> (dictionary->shift - 32);
	uint32_t s = dictionary_place(&key, dictionary->shift);

	for (;; s = (s + 1) & mask)
	{
		const DictionarySlot *slot = &dictionary->slots[s];

		if (((slot->head ^ key.head) | (slot->middle ^ key.middle) |
		     (slot->tail ^ key.tail) | (slot->length ^ length)) == 0)
		{
			if (length <= DICTIONARY_SHORT ||
			    memcmp(dictionary->entries[slot->number].name, bytes, length) ==
			        0)
				return slot->number;
		}
		else if (slot->length == UINT32_MAX)
			return dictionary_add(dictionary, bytes, &key);
	}
}

#endif
