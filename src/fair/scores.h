/*
 * scores.h
 *    How scores rank the positive and the negative rows: sums that merge.
 *
 * FairScores collects (label, score, weight) in memory: for every distinct
 * score its negative, positive and unlabelled rows (how many, their weight and
 * their squared weight), and the sums behind the mean score, the Brier score
 * and the log-loss.  Its image is a fixed
 * sequence of bytes that depends on the rows only, never on their order or
 * on how they were split before merging, since sums are exact
 * (num/exact_sum.h).
 *
 * Up to FAIR_MAX_SCORES distinct scores are kept apart.  With more of them,
 * scores are pooled by the leading bits of their order-preserving 64-bit
 * image; the number of bits cut off is the smallest that leaves at most
 * FAIR_MAX_SCORES bins, so it depends on the set of scores alone.  Pooled
 * scores count as ties, and auc_error bounds what that can have changed.
 *
 * Image:
 *     byte 0         1 when some row had a weight other than 1, else 0
 *     byte 1         bits cut off, 0 to 63
 *     bytes 2-7      zero
 *     bytes 8-55     six counts of rows, 64 bits, little-endian: negative,
 *                    positive, label NULL, score NULL, labelled with a score
 *                    outside [0, 1], with a score too large for the mean
 *     bytes 56-295   ten exact sums: weights negative, positive, label NULL;
 *                    squared weights likewise; weighted score of labelled and
 *                    of unlabelled rows, squared error, log-loss
 *     bytes 296-299  number of entries, 32 bits; bytes 300-303 zero
 *     entries        key (64 bits), then rows negative, positive, unlabelled:
 *                    counts of 64 bits; when byte 0 is 1, then exact sums of
 *                    their weights and of their squared weights; keys rise
 *
 * Memory: 32 bytes a slot, 176 with weights, for up to 32768 slots.
 */
#ifndef FAIRPG_FAIR_SCORES_H
#define FAIRPG_FAIR_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/exact_sum.h"
#include "num/status.h"

#define FAIR_MAX_SCORES 16384

/* What rows of one score are told apart by: label 0, label 1, no label. */
#define FAIR_SCORE_LABELS 3

/* Log-loss takes probabilities as no closer to 0 and 1 than this; the value
 * is that of scikit-learn's log_loss with eps=1e-15. */
#define FAIR_LOG_LOSS_CLIP 1e-15

enum
{
	FAIR_SCORES_NEGATIVE,
	FAIR_SCORES_POSITIVE,
	FAIR_SCORES_UNLABELLED,
	FAIR_SCORES_UNSCORED,
	FAIR_SCORES_OUTSIDE,
	FAIR_SCORES_UNBOUNDED,
	FAIR_SCORES_COUNTS
};

enum
{
	FAIR_SUM_NEGATIVE,
	FAIR_SUM_POSITIVE,
	FAIR_SUM_UNLABELLED,
	FAIR_SUM_NEGATIVE_SQUARED,
	FAIR_SUM_POSITIVE_SQUARED,
	FAIR_SUM_UNLABELLED_SQUARED,
	FAIR_SUM_SCORE, /* of labelled rows */
	FAIR_SUM_SCORE_UNLABELLED,
	FAIR_SUM_BRIER,
	FAIR_SUM_LOG_LOSS,
	FAIR_SCORES_SUMS
};

/* What a row looks up: in one line of the processor's cache. */
typedef struct FairScoreSlot
{
	uint64_t key;                     /* and one; 0 is a free slot */
	uint64_t rows[FAIR_SCORE_LABELS]; /* by label */
} FairScoreSlot;

typedef struct FairScores
{
	NumArena *arena;
	bool weighted;
	uint8_t shift; /* bits cut off */
	uint64_t count[FAIR_SCORES_COUNTS];
	/* of weights only while 'weighted'; else the counts are the sums */
	ExactSum sum[FAIR_SCORES_SUMS];

	/* open addressing, power of two, at most half full */
	uint32_t n_slots;
	uint32_t n_entries;
	FairScoreSlot *slot; /* [n_slots] */
	ExactSum *weight; /* [6 * n_slots] by label, weights and then squared ones,
	                   * while weighted */
} FairScores;

extern NumStatus fair_scores_init(FairScores *scores, NumArena *arena);

/* Gives the memory back; only fair_scores_init() may follow. */
extern void fair_scores_release(FairScores *scores);

/* Counts a row: label 0, 1 or -1 for NULL; the score is not NaN; the weight
 * is in (0, FAIR_MAX_WEIGHT] (fair/tally.h). */
extern NumStatus
fair_scores_add(FairScores *scores, int label, double score, double weight);

/* Counts a row without a score. */
extern NumStatus fair_scores_add_unscored(FairScores *scores);

/* Adds what an image holds, which fair_scores_valid() has accepted. */
extern NumStatus
fair_scores_merge_image(FairScores *scores, const uint8_t *image);

/* Bytes of the image, and the image itself. */
extern size_t fair_scores_bytes(const FairScores *scores);
extern NumStatus fair_scores_write(const FairScores *scores, uint8_t *image);

/* True when the bytes are an image of just this length. */
extern bool fair_scores_valid(const uint8_t *image, size_t n_bytes);

/* The same of an image that others may follow, within 'available' bytes; and
 * the bytes of a valid one. */
extern bool fair_scores_begin(const uint8_t *image, size_t available);
extern size_t fair_scores_image_bytes(const uint8_t *image);

/* Parts of a valid image: a count or sum by its place above, and the number
 * of entries. */
extern uint64_t fair_scores_image_count(const uint8_t *image, size_t count);
extern double fair_scores_image_sum(const uint8_t *image, size_t sum);
extern size_t fair_scores_image_entries(const uint8_t *image);

/* Weights of an entry by label; and all that it holds. */
extern void fair_scores_image_entry(const uint8_t *image, size_t entry,
                                    double weight[FAIR_SCORE_LABELS]);

typedef struct FairScoreEntry
{
	double rows[FAIR_SCORE_LABELS];
	double weight[FAIR_SCORE_LABELS];
	double squared[FAIR_SCORE_LABELS];
} FairScoreEntry;

extern void fair_scores_image_rows(const uint8_t *image, size_t entry,
                                   FairScoreEntry *result);

/* The score of an entry; of a pooled one the one next to zero. */
extern double fair_scores_image_score(const uint8_t *image, size_t entry);

/* The least and the largest score that an entry can stand for. */
extern void fair_scores_image_range(const uint8_t *image, size_t entry,
                                    double *low, double *high);

/* Entries of different images stand for the same scores when their keys
 * agree after as many bits were cut off all of them. */
extern uint64_t fair_scores_image_key(const uint8_t *image, size_t entry);
extern unsigned fair_scores_image_cut(const uint8_t *image);

/* True when the image pools different scores. */
extern bool fair_scores_image_pooled(const uint8_t *image);

/* True when some row has a weight other than 1. */
extern bool fair_scores_image_weighted(const uint8_t *image);

#endif
