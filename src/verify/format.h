/*
 * format.h
 *    What the record is hashed by, as doc/record.md has it: fields, events,
 *    trees, headers of blocks.
 *
 * Texts that come from files are trusted in nothing: a number is digits and
 * fits, a hash has 64 digits, a time is one that the server could have written.
 */
#ifndef FAIRPG_VERIFY_FORMAT_H
#define FAIRPG_VERIFY_FORMAT_H

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sha256.h"

enum
{
	EXIT_CONFIRMED = 0,
	EXIT_REFUTED = 1,
	EXIT_UNREADABLE = 2
};

static void
give_up(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("fairpg-verify: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_UNREADABLE);
}

static void *
grow(void *memory, size_t size_bytes)
{
	void *grown = realloc(memory, size_bytes);

	if (grown == NULL)
		give_up("out of memory");
	return grown;
}

/* --- numbers, hashes and times in texts -------------------------------------
 */

/* The number that a text is, in decimal digits; false where it is none, or more
 * than 64 bits hold. */
static bool
read_integer(const char *text, int64_t *number)
{
	char *end;

	if (text == NULL || (*text != '-' && (*text < '0' || *text > '9')))
		return false;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return end > text && *end == '\0' && errno == 0;
}

static int
digit_value(char digit)
{
	const char *digits = "0123456789abcdef";
	const char *place = digit == '\0' ? NULL : strchr(digits, digit);

	return place == NULL ? -1 : (int) (place - digits);
}

/* The bytes that 64 digits at the beginning of a text show in hexadecimal. */
static bool
read_digits(const char *text, uint8_t *hash)
{
	for (int i = 0; i < HASH_BYTES; i++)
	{
		int high = digit_value(text[2 * i]);
		int low = high < 0 ? -1 : digit_value(text[2 * i + 1]);

		if (low < 0)
			return false;
		hash[i] = (uint8_t) (high * 16 + low);
	}
	return true;
}

/* The same of a text that is these digits and nothing else. */
static bool
read_hash(const char *text, uint8_t *hash)
{
	return text != NULL && strlen(text) == 2 * HASH_BYTES &&
	       read_digits(text, hash);
}

/* Days from 2000-01-01 to a day of the Gregorian calendar. */
static int64_t
days_since_2000(int64_t year, int month, int day)
{
	/* years begin in March, so that leap days come last */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 -
	       730425;
}

/* "2026-11-27T15:39:15.036267Z" as microseconds since 2000-01-01.  The last year
 * is that of PostgreSQL, up to which nothing here overflows; no part has a sign
 * or blanks, which sscanf() would read. */
static bool
read_time(const char *text, int64_t *time)
{
	int64_t year;
	int month, day, hour, minute, second, micro, used = 0;
	int n_dashes = 0;

	for (const char *at = text; at != NULL && *at != '\0'; at++)
		n_dashes += *at == '-';
	if (text == NULL || strspn(text, "0123456789-T:.Z") != strlen(text) ||
	    n_dashes != 2 ||
	    sscanf(text, "%6" SCNd64 "-%2d-%2dT%2d:%2d:%2d.%6dZ%n", &year, &month,
	           &day, &hour, &minute, &second, &micro, &used) != 7 ||
	    used == 0 || text[used] != '\0' || year < 1 || year > 294276 ||
	    month < 1 || month > 12)
		return false;
	*time = days_since_2000(year, month, day) * INT64_C(86400000000) +
	        (((int64_t) hour * 60 + minute) * 60 + second) * 1000000 + micro;
	return true;
}

/* --- fields that are hashed -------------------------------------------------
 */

static void
add_number(Sha256 *sha, uint64_t number, int n_bytes)
{
	uint8_t bytes[8];

	for (int i = 0; i < n_bytes; i++)
		bytes[i] = (uint8_t) (number >> (8 * (n_bytes - 1 - i)));
	sha256_add(sha, bytes, (size_t) n_bytes);
}

/* A field of bytes; NULL is SQL's. */
static void
add_field(Sha256 *sha, const void *bytes, size_t length)
{
	if (bytes == NULL)
		add_number(sha, 0xFFFFFFFF, 4);
	else
	{
		add_number(sha, length, 4);
		sha256_add(sha, bytes, length);
	}
}

static void
add_integer(Sha256 *sha, int64_t number)
{
	add_number(sha, 8, 4);
	add_number(sha, (uint64_t) number, 8);
}

/* --- events, trees, blocks --------------------------------------------------
 */

/* What the leaf of an event commits to. */
typedef struct Leaf
{
	int64_t event;
	int64_t at;
	const char *action;
	size_t action_length;
	uint8_t context[HASH_BYTES];
	uint8_t payload[HASH_BYTES];
} Leaf;

static void
hash_leaf(const Leaf *leaf, uint8_t *digest)
{
	Sha256 sha;

	sha256_begin(&sha);
	add_number(&sha, 0x00, 1);
	add_integer(&sha, leaf->event);
	add_integer(&sha, leaf->at);
	add_field(&sha, leaf->action, leaf->action_length);
	add_field(&sha, leaf->context, HASH_BYTES);
	add_field(&sha, leaf->payload, HASH_BYTES);
	sha256_end(&sha, digest);
}

static void
hash_nodes(const uint8_t *left, const uint8_t *right, uint8_t *digest)
{
	Sha256 sha;

	sha256_begin(&sha);
	add_number(&sha, 0x01, 1);
	sha256_add(&sha, left, HASH_BYTES);
	sha256_add(&sha, right, HASH_BYTES);
	sha256_end(&sha, digest);
}

/* The header of a block. */
typedef struct Block
{
	int64_t block;
	uint8_t prev[HASH_BYTES];
	uint8_t root[HASH_BYTES];
	int64_t n;
	int64_t sealed_at;
	uint8_t hash[HASH_BYTES];
} Block;

/* Whether its hash is that of the rest. */
static bool
block_is_hashed(const Block *block)
{
	uint8_t digest[HASH_BYTES];
	Sha256 sha;

	sha256_begin(&sha);
	add_number(&sha, 0x02, 1);
	add_integer(&sha, block->block);
	add_field(&sha, block->prev, HASH_BYTES);
	add_field(&sha, block->root, HASH_BYTES);
	add_integer(&sha, block->n);
	add_integer(&sha, block->sealed_at);
	sha256_end(&sha, digest);
	return memcmp(digest, block->hash, HASH_BYTES) == 0;
}

#endif
