/*
 * dictionary.h
 *    Distinct byte strings and their numbers, in order of first appearance.
 */
#ifndef FAIRPG_DATA_DICTIONARY_H
#define FAIRPG_DATA_DICTIONARY_H

#include <stdint.h>

#include "num/arena.h"
#include "num/status.h"

#define DICTIONARY_FULL UINT32_MAX

typedef struct DictionaryEntry
{
	const char *name;
	uint32_t length;
	uint64_t hash;   /* of this process, for look-ups */
	uint64_t stable; /* num_hash64() with seed 0, for splits */
} DictionaryEntry;

typedef struct Dictionary
{
	NumArena *arena;
	uint32_t n;
	uint32_t n_entries;  /* room */
	uint32_t n_slots;    /* a power of two, at least twice n */
	DictionaryEntry *entries;
	uint32_t *slots;     /* number + 1, or 0 */
	char *text;          /* where the next name goes */
	size_t text_left;
} Dictionary;

extern NumStatus dictionary_init(Dictionary *dictionary, NumArena *arena);

/* Number of the string, which is copied when it is new; DICTIONARY_FULL when
 * memory is out. */
extern uint32_t dictionary_code(Dictionary *dictionary, const char *bytes,
								uint32_t length);

/* Order of two byte strings: as memcmp, shorter first. */
extern int dictionary_compare(const char *a, uint32_t a_length, const char *b,
							  uint32_t b_length);

#endif
