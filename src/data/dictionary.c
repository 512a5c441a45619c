/*
 * dictionary.c
 *    Distinct byte strings and their numbers.
 *
 * Open addressing with linear probing over slots of four bytes; the hash of
 * an entry is compared before its bytes.  Most look-ups of a table's column
 * find a short string that is there already: two overlapping loads cover
 * strings of up to sixteen bytes.
 */
#include "data/dictionary.h"

#include <string.h>

#include "num/random.h"

#define FIRST_SLOTS 64
#define TEXT_CHUNK 4096

static uint64_t
load8(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

static uint64_t
blend(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ 0x9e3779b97f4a7c15ULL) * (b | 1);

	return x ^ (x >> 29) ^ (b * 0xbf58476d1ce4e5b9ULL);
}

/* Not stable across machines: it never leaves the process. */
static uint64_t
quick_hash(const char *p, uint32_t length)
{
	uint64_t h = length;

	if (length < 8)
	{
		uint64_t x = 0;

		memcpy(&x, p, length);
		h = blend(x, h + 0x94d049bb133111ebULL);
		return h ^ (h >> 32);
	}
	for (uint32_t at = 0; at + 8 < length; at += 8)
		h = blend(load8(p + at), h + 0x94d049bb133111ebULL);
	h = blend(load8(p + length - 8), h);
	return h ^ (h >> 32);
}

NumStatus
dictionary_init(Dictionary *dictionary, NumArena *arena)
{
	memset(dictionary, 0, sizeof(*dictionary));
	dictionary->arena = arena;
	dictionary->n_slots = FIRST_SLOTS;
	dictionary->n_entries = FIRST_SLOTS / 2;
	dictionary->slots = arena_alloc(arena, FIRST_SLOTS, sizeof(uint32_t));
	dictionary->entries =
		arena_alloc(arena, dictionary->n_entries, sizeof(DictionaryEntry));
	if (dictionary->slots == NULL || dictionary->entries == NULL)
		return NUM_NO_MEMORY;
	memset(dictionary->slots, 0, FIRST_SLOTS * sizeof(uint32_t));
	return NUM_OK;
}

/* Doubles the room for entries and slots. */
static NumStatus
dictionary_grow(Dictionary *dictionary)
{
	NumArena *arena = dictionary->arena;
	uint32_t n_slots = 2 * dictionary->n_slots;
	uint32_t *slots = arena_alloc(arena, n_slots, sizeof(uint32_t));
	DictionaryEntry *entries =
		arena_alloc(arena, n_slots / 2, sizeof(DictionaryEntry));

	if (slots == NULL || entries == NULL || n_slots == 0)
		return NUM_NO_MEMORY;
	memset(slots, 0, n_slots * sizeof(uint32_t));
	memcpy(entries, dictionary->entries,
		   dictionary->n * sizeof(DictionaryEntry));
	for (uint32_t e = 0; e < dictionary->n; e++)
	{
		uint32_t s = (uint32_t) entries[e].hash & (n_slots - 1);

		while (slots[s] != 0)
			s = (s + 1) & (n_slots - 1);
		slots[s] = e + 1;
	}
	arena_release(arena, dictionary->slots, dictionary->n_slots,
				  sizeof(uint32_t));
	arena_release(arena, dictionary->entries, dictionary->n_entries,
				  sizeof(DictionaryEntry));
	dictionary->slots = slots;
	dictionary->entries = entries;
	dictionary->n_slots = n_slots;
	dictionary->n_entries = n_slots / 2;
	return NUM_OK;
}

static const char *
keep_text(Dictionary *dictionary, const char *bytes, uint32_t length)
{
	char *kept;

	if (length > dictionary->text_left)
	{
		size_t size = length > TEXT_CHUNK ? length : TEXT_CHUNK;

		dictionary->text = arena_alloc(dictionary->arena, size, 1);
		if (dictionary->text == NULL)
		{
			dictionary->text_left = 0;
			return NULL;
		}
		dictionary->text_left = size;
	}
	kept = dictionary->text;
	memcpy(kept, bytes, length);
	dictionary->text += length;
	dictionary->text_left -= length;
	return kept;
}

static uint32_t
dictionary_add(Dictionary *dictionary, const char *bytes, uint32_t length,
			   uint64_t hash)
{
	DictionaryEntry *entry;
	uint32_t s;

	if (dictionary->n == dictionary->n_entries &&
		dictionary_grow(dictionary) != NUM_OK)
		return DICTIONARY_FULL;
	entry = &dictionary->entries[dictionary->n];
	entry->name = keep_text(dictionary, bytes, length);
	if (entry->name == NULL && length > 0)
		return DICTIONARY_FULL;
	entry->length = length;
	entry->hash = hash;
	entry->stable = num_hash64(bytes, length, 0);
	s = (uint32_t) hash & (dictionary->n_slots - 1);
	while (dictionary->slots[s] != 0)
		s = (s + 1) & (dictionary->n_slots - 1);
	dictionary->slots[s] = ++dictionary->n;
	return dictionary->n - 1;
}

uint32_t
dictionary_code(Dictionary *dictionary, const char *bytes, uint32_t length)
{
	uint64_t hash = quick_hash(bytes, length);
	uint32_t mask = dictionary->n_slots - 1;

	for (uint32_t s = (uint32_t) hash & mask; dictionary->slots[s] != 0;
		 s = (s + 1) & mask)
	{
		uint32_t e = dictionary->slots[s] - 1;
		const DictionaryEntry *entry = &dictionary->entries[e];

		if (entry->hash == hash && entry->length == length &&
			memcmp(entry->name, bytes, length) == 0)
			return e;
	}
	return dictionary_add(dictionary, bytes, length, hash);
}

int
dictionary_compare(const char *a, uint32_t a_length, const char *b,
				   uint32_t b_length)
{
	uint32_t common = a_length < b_length ? a_length : b_length;
	int order = common > 0 ? memcmp(a, b, common) : 0;

	if (order != 0)
		return order;
	return (a_length > b_length) - (a_length < b_length);
}
