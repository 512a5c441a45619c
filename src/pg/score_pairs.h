/*
 * score_pairs.h
 *    The value of fairpg.score_pairs(): rows with two scores, as they are.
 *
 * A bytea with one ScorePair after another, in no order.  It lives as long as
 * the statement that made it: its numbers are those of the machine.  Include
 * after postgres.h.
 */
#ifndef FAIRPG_PG_SCORE_PAIRS_H
#define FAIRPG_PG_SCORE_PAIRS_H

#include "fmgr.h"

typedef struct ScorePair
{
	double label;
	double score[2];
	double weight;
} ScorePair;

/* The pairs of a value, which may be toasted, and how many there are; they lie
 * where no double may be read from but by memcpy().  An error unless the value
 * can be one. */
extern const char *score_pairs_of(Datum value, size_t *n);

#endif
