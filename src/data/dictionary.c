/*
 * dictionary.c
 *    Distinct byte strings: what is not done for every row.
 *
 * Memory: 24 bytes an entry, 64 to 128 of slots, and the bytes themselves.
 */
#include "data/dictionary.h"

#include "num/random.h"

#define FIRST_SHIFT 58 /* 64 slots */
#define LAST_SHIFT 33
#define TEXT_CHUNK 4096

/* A piece of memory with names, which follow. */
typedef struct DictionaryText
{
	struct DictionaryText *next;
	size_t bytes;
} DictionaryText;

static uint32_t
slots_of(uint32_t shift)
{
	return UINT32_C(1) << (64 - shift);
}

static void
clear_slots(DictionarySlot *slots, uint32_t n_slots)
{
	for (uint32_t s = 0; s < n_slots; s++)
		slots[s] = (DictionarySlot){ .length = UINT32_MAX };
}

NumStatus
dictionary_init(Dictionary *dictionary, NumArena *arena)
{
	uint32_t n_slots = slots_of(FIRST_SHIFT);

	memset(dictionary, 0, sizeof(*dictionary));
	dictionary->arena = arena;
	dictionary->shift = FIRST_SHIFT;
	dictionary->slots = arena_alloc(arena, n_slots, sizeof(DictionarySlot));
	dictionary->entries =
		arena_alloc(arena, n_slots / 2, sizeof(DictionaryEntry));
	if (dictionary->slots == NULL || dictionary->entries == NULL)
		return NUM_NO_MEMORY;
	clear_slots(dictionary->slots, n_slots);
	return NUM_OK;
}

void
dictionary_release(Dictionary *dictionary)
{
	uint32_t n_slots = slots_of(dictionary->shift);

	arena_release(dictionary->arena, dictionary->slots, n_slots,
	              sizeof(DictionarySlot));
	arena_release(dictionary->arena, dictionary->entries, n_slots / 2,
	              sizeof(DictionaryEntry));
	while (dictionary->texts != NULL)
	{
		DictionaryText *text = dictionary->texts;

		dictionary->texts = text->next;
		arena_release(dictionary->arena, text, 1, text->bytes);
	}
	dictionary->slots = NULL;
	dictionary->entries = NULL;
	dictionary->text_left = 0;
	dictionary->n = 0;
}

/* All bytes count: strings such as addresses often begin and end alike. */
DictionaryKey
dictionary_long_key(const char *bytes, uint32_t length)
{
	DictionaryKey key = { .head = length, .length = length };
	uint64_t x;

	for (uint32_t at = 8; at + 8 < length; at += 8)
	{
		memcpy(&x, bytes + at, 8);
		key.head = (key.head ^ x) * UINT64_C(0xd6e8feb86659fd93);
		key.head ^= key.head >> 32;
	}
	memcpy(&key.middle, bytes, 8);
	memcpy(&key.tail, bytes + length - 8, 8);
	return key;
}

static void
put_slot(DictionarySlot *slots, uint32_t shift, const DictionaryKey *key,
         uint32_t number)
{
	uint32_t mask = slots_of(shift) - 1;
	uint32_t s = dictionary_place(key, shift);

	while (slots[s].length != UINT32_MAX)
		s = (s + 1) & mask;
	slots[s].head = key->head;
	slots[s].middle = key->middle;
	slots[s].tail = key->tail;
	slots[s].length = key->length;
	slots[s].number = number;
}

/* Doubles the room for entries and slots. */
static NumStatus
dictionary_grow(Dictionary *dictionary)
{
	NumArena *arena = dictionary->arena;
	uint32_t shift = dictionary->shift - 1;
	uint32_t n_old = slots_of(dictionary->shift);
	uint32_t n_slots;
	DictionarySlot *slots;
	DictionaryEntry *entries;

	if (shift < LAST_SHIFT)
		return NUM_TOO_LARGE;
	n_slots = slots_of(shift);
	slots = arena_alloc(arena, n_slots, sizeof(DictionarySlot));
	entries = arena_alloc(arena, n_slots / 2, sizeof(DictionaryEntry));
	if (slots == NULL || entries == NULL)
		return NUM_NO_MEMORY;
	clear_slots(slots, n_slots);
	memcpy(entries, dictionary->entries,
	       dictionary->n * sizeof(DictionaryEntry));
	for (uint32_t s = 0; s < n_old; s++)
	{
		const DictionarySlot *old = &dictionary->slots[s];
		DictionaryKey key = { old->head, old->middle, old->tail, old->length };

		if (old->length != UINT32_MAX)
			put_slot(slots, shift, &key, old->number);
	}
	arena_release(arena, dictionary->slots, n_old, sizeof(DictionarySlot));
	arena_release(arena, dictionary->entries, n_old / 2,
	              sizeof(DictionaryEntry));
	dictionary->slots = slots;
	dictionary->entries = entries;
	dictionary->shift = shift;
	return NUM_OK;
}

/* Room for names; NULL: no memory. */
static char *
new_text(Dictionary *dictionary, size_t bytes)
{
	DictionaryText *text =
		arena_alloc(dictionary->arena, 1, sizeof(DictionaryText) + bytes);

	if (text == NULL)
		return NULL;
	text->next = dictionary->texts;
	text->bytes = sizeof(DictionaryText) + bytes;
	dictionary->texts = text;
	return (char *) (text + 1);
}

static const char *
keep_text(Dictionary *dictionary, const char *bytes, uint32_t length)
{
	char *kept;

	if (length == 0)
		return "";
	if (length > dictionary->text_left)
	{
		size_t size = length > TEXT_CHUNK / 4 ? length : TEXT_CHUNK;
		char *chunk = new_text(dictionary, size);

		if (chunk == NULL)
			return NULL;
		if (size == length)
		{
			/* a long name gets its own piece, the rest of the last one waits
			 * for short ones */
			memcpy(chunk, bytes, length);
			return chunk;
		}
		dictionary->text = chunk;
		dictionary->text_left = size;
	}
	kept = dictionary->text;
	memcpy(kept, bytes, length);
	dictionary->text += length;
	dictionary->text_left -= length;
	return kept;
}

uint32_t
dictionary_add(Dictionary *dictionary, const char *bytes,
               const DictionaryKey *key)
{
	DictionaryEntry *entry;

	if (dictionary->n == slots_of(dictionary->shift) / 2 &&
	    dictionary_grow(dictionary) != NUM_OK)
		return DICTIONARY_FULL;
	entry = &dictionary->entries[dictionary->n];
	entry->name = keep_text(dictionary, bytes, key->length);
	if (entry->name == NULL)
		return DICTIONARY_FULL;
	entry->length = key->length;
	entry->stable = num_hash64(bytes, key->length, 0);
	put_slot(dictionary->slots, dictionary->shift, key, dictionary->n);
	return dictionary->n++;
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
