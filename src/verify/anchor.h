/*
 * anchor.h
 *    What somebody kept elsewhere, and compares with a record: hashes of blocks,
 *    and leaves of events.
 *
 * They are found in any text: "block NUMBER" and "hash HEXADECIMAL" close to each
 * other, as in heads, in lines of a server log and on the pages of documents.  A
 * receipt is more than that, and says something of its block only if it leads
 * there.
 */
#ifndef FAIRPG_VERIFY_ANCHOR_H
#define FAIRPG_VERIFY_ANCHOR_H

#include "format.h"
#include "json.h"
#include "receipt.h"

typedef struct Anchor
{
	int64_t number; /* comes first, for compare_numbers() */
	uint8_t hash[HASH_BYTES];
	bool found;
} Anchor;

/* In the order of their numbers once all have been read. */
typedef struct Anchors
{
	Anchor *list;
	size_t n;
} Anchors;

typedef struct Kept
{
	Anchors blocks;
	Anchors events;
} Kept;

/* Makes room for one more in a list of 'n'; its memory doubles. */
static void *
room_for_one(void *list, size_t n, size_t element_bytes)
{
	return (n & (n - 1)) == 0 ? grow(list, (n == 0 ? 1 : 2 * n) * element_bytes)
	                          : list;
}

static void
add_anchor(Anchors *anchors, int64_t number, const uint8_t *hash)
{
	Anchor *anchor;

	anchors->list =
		room_for_one(anchors->list, anchors->n, sizeof(anchors->list[0]));
	anchor = &anchors->list[anchors->n++];
	anchor->number = number;
	anchor->found = false;
	memcpy(anchor->hash, hash, HASH_BYTES);
}

/* Numbers, and what begins with one. */
static int
compare_numbers(const void *a, const void *b)
{
	int64_t x;
	int64_t y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* How many of those of a number have its hash, and how many have another. */
typedef struct Matches
{
	size_t n_right;
	size_t n_wrong;
} Matches;

static Matches
match_anchors(Anchors *anchors, int64_t number, const uint8_t *hash)
{
	Matches matches = { 0, 0 };
	size_t low = 0;
	size_t high = anchors->n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (anchors->list[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < anchors->n && anchors->list[low].number == number; low++)
	{
		anchors->list[low].found = true;
		if (memcmp(anchors->list[low].hash, hash, HASH_BYTES) == 0)
			matches.n_right++;
		else
			matches.n_wrong++;
	}
	return matches;
}

/* --- finding them -----------------------------------------------------------
 */

static bool
is_word_part(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Characters between a word and its value, and between a block and its hash:
 * what is further away belongs to something else. */
#define ANCHOR_REACH 256

/* What follows a word that stands by itself, with a small letter or a capital,
 * behind quotes, colons, stars and tags; NULL where this is not that word. */
static const char *
value_behind(const char *text, const char *at, const char *word)
{
	size_t length = strlen(word);
	bool in_tag = false;

	if ((*at | 0x20) != *word || strncmp(at + 1, word + 1, length - 1) != 0 ||
	    is_word_part(at[length]) || (at > text && is_word_part(at[-1])))
		return NULL;
	at += length;
	for (int n = 0; n < ANCHOR_REACH && *at != '\0'; n++, at++)
		if (*at == '<')
			in_tag = true;
		else if (in_tag)
			in_tag = *at != '>';
		else if (strchr("\": \t\r\n=*", *at) == NULL)
			break;
	return at;
}

/* A block with its hash that stands for itself in a text. */
typedef struct Sighting
{
	const char *at; /* where the first of both was found */
	int64_t block;
	uint8_t hash[HASH_BYTES];
	bool has_block;
	bool has_hash;
} Sighting;

/* What a word of a text adds to it. */
static void
look_at_word(const char *text, const char *at, Sighting *seen)
{
	const char *block = value_behind(text, at, "block");
	const char *hash = value_behind(text, at, "hash");
	char digits[20] = "";

	if (at - seen->at > ANCHOR_REACH)
		seen->has_block = seen->has_hash = false;
	if (!seen->has_block && !seen->has_hash)
		seen->at = at;
	if (block != NULL && *block >= '0' && *block <= '9')
	{
		size_t length = strspn(block, "0123456789");

		memcpy(digits, block, length < sizeof(digits) ? length : 0);
		seen->has_block = read_integer(digits, &seen->block);
	}
	if (hash != NULL)
		seen->has_hash = read_digits(hash, seen->hash) &&
		                 !is_word_part(hash[2 * HASH_BYTES]);
}

/* A receipt among the anchors: one that does not lead to its block says nothing
 * of that block. */
static void
take_witness(Kept *kept, Json json)
{
	Receipt receipt;
	const char *text = check_receipt(json, &receipt);

	if (text != NULL)
		give_up("the receipt of event %" PRId64 " is no anchor: %s",
		        receipt.event, text);
	add_anchor(&kept->events, receipt.event, receipt.leaf);
	if (receipt.sealed)
		add_anchor(&kept->blocks, receipt.block.block, receipt.block.hash);
	if (receipt.head_block > 0)
		add_anchor(&kept->blocks, receipt.head_block, receipt.head_hash);
}

/* Finds receipts, and elsewhere blocks and hashes, in either order inside of one
 * pair of braces. */
static void
find_anchors(Kept *kept, const char *text)
{
	Sighting seen = { .at = text };

	for (const char *at = text; *at != '\0'; at++)
	{
		Json json = { at, *at == '{' ? json_end(at) : NULL };

		if (*at == '{' || *at == '}')
			seen.has_block = seen.has_hash = false;
		if (json.end != NULL && is_receipt(json))
		{
			take_witness(kept, json);
			at = json.end - 1;
			continue;
		}
		look_at_word(text, at, &seen);
		if (seen.has_block && seen.has_hash)
		{
			add_anchor(&kept->blocks, seen.block, seen.hash);
			seen.has_block = seen.has_hash = false;
		}
	}
}

static char *
read_text(FILE *file)
{
	char *text = NULL;
	size_t room = 0;
	size_t length = 0;
	size_t got;

	do
	{
		if (room - length < 65536)
			text = grow(text, room = 2 * room + 65536);
		got = fread(text + length, 1, room - length - 1, file);
		length += got;
	} while (got > 0);
	if (ferror(file))
		give_up("the file cannot be read");
	if (memchr(text, '\0', length) != NULL)
		give_up("there is a zero byte in the file");
	text[length] = '\0';
	return text;
}

static void
sort_anchors(Anchors *anchors)
{
	if (anchors->n > 0)
		qsort(anchors->list, anchors->n, sizeof(anchors->list[0]),
		      compare_numbers);
}

static void
read_anchors(Kept *kept, FILE *file)
{
	char *text = read_text(file);

	find_anchors(kept, text);
	free(text);
	if (kept->blocks.n + kept->events.n == 0)
		give_up("there is no block with its hash in the file of anchors");
	sort_anchors(&kept->blocks);
	sort_anchors(&kept->events);
}

#endif
