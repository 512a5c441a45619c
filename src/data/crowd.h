/*
 * crowd.h
 *    A category with more values than a dictionary is to hold.
 *
 * A row then waits with a code that is a hash of its value, so that rows can
 * be counted by value when all are there, while names are kept only of values
 * that many rows may have (frequent.h).  Which values those are is settled
 * when all rows are there, by their exact counts: a value has a level of its
 * own when more than one in crowd_share() of the rows that have a value have
 * it.  Such values are in the table whatever came first, so the order of rows
 * does not show.
 *
 * A code has 31 bits of the hash.  A value is counted with the rows of another
 * when these agree, which a rare value among a million does to one of 256
 * levels once in eight columns; the rows of both are the same in any order.
 *
 * Internal to src/data.
 */
#ifndef FAIRPG_DATA_CROWD_H
#define FAIRPG_DATA_CROWD_H

#include "data/dictionary.h"
#include "data/frequent.h"
#include "data/raw_block.h"

typedef struct Crowd
{
	NumArena *arena;
	Frequent frequent;
	uint32_t *early; /* [n_early] codes by the numbers given before */
	uint32_t n_early;
	uint64_t last_hash; /* of the value coded last */

	/* of the values listed, and when settled of those that are levels */
	uint32_t mask;
	uint32_t *keys;   /* [mask + 1] codes; 0: free */
	uint32_t *levels; /* [mask + 1] settled codes */
	uint32_t pooled;  /* settled code of all others: the last one */
} Crowd;

/* Of so many rows a value must have more than one, for levels in this number. */
extern uint32_t crowd_share(uint32_t max_levels);

/* An empty one, in place of a dictionary whose values get codes. */
extern NumStatus crowd_create(NumArena *arena, const Dictionary *dictionary,
                              uint32_t max_levels, Crowd **crowd);

/* Code of a value by its hash. */
static inline uint32_t
crowd_code_of(uint64_t hash)
{
	uint32_t code = (uint32_t) (hash >> 33) | RAW_HASHED;

	/* which is no code */
	return code == UINT32_MAX ? UINT32_MAX - 1 : code;
}

/* One row with a value, and its code; UINT32_MAX: no memory. */
extern uint32_t crowd_row(Crowd *crowd, const char *bytes, uint32_t length);

/* The code for all of an early one; not for that of NULL. */
static inline uint32_t
crowd_whole_code(const Crowd *crowd, uint32_t code)
{
	return code & RAW_HASHED ? code : crowd->early[code - 1];
}

/* Makes settled codes the places of values in 'frequent' + 1, for counting. */
extern NumStatus crowd_list(Crowd *crowd);

/* Settles the levels: values that more than one in 'share' of 'all' rows have,
 * by their 'rows' [settled codes of crowd_list()].  Their names become the
 * entries of 'levels', entry e having the settled code e + 1. */
extern NumStatus crowd_settle(Crowd *crowd, const uint64_t *rows, uint64_t all,
                              uint32_t share, Dictionary *levels);

/* The settled code. */
static inline uint32_t
crowd_settled(const Crowd *crowd, uint32_t code)
{
	uint32_t whole;

	if (code == 0)
		return 0;
	whole = crowd_whole_code(crowd, code);
	for (uint32_t s = whole & crowd->mask; crowd->keys[s] != 0;
	     s = (s + 1) & crowd->mask)
		if (crowd->keys[s] == whole)
			return crowd->levels[s];
	return crowd->pooled;
}

#endif
