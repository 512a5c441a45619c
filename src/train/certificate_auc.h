/*
 * certificate_auc.h
 *    The area under the ROC curve, of rows as they were scored.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_CERTIFICATE_AUC_H
#define FAIRPG_TRAIN_CERTIFICATE_AUC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "num/monitor.h"
#include "num/status.h"

/* A row with a weight; without one it is the key alone. */
typedef struct ScoredRow
{
	uint32_t key; /* order-preserving image of the score, its last bit the
	               * label */
	float weight;
} ScoredRow;

static inline uint32_t
score_key(double z, int label)
{
	float f = (float) z;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	bits = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
	return (bits & ~1u) | (uint32_t) label;
}

/* Rows in any order, each a ScoredRow or, without weights, its key. */
typedef struct ScoredRows
{
	char *rows;
	char *spare; /* as large */
	uint64_t n;
	bool weighted;
} ScoredRows;

static inline size_t
scored_row_bytes(bool weighted)
{
	return weighted ? sizeof(ScoredRow) : sizeof(uint32_t);
}

/* Share of pairs of a positive and a negative row in the right order, ties one
 * half; NaN where there is none.  'magnet' is that of the weights
 * (num/grid.h).  The rows are lost.  NUM_CANCELLED. */
extern NumStatus certificate_auc(ScoredRows *rows, double magnet,
                                 NumMonitor *monitor, double *auc);

#endif
