/*
 * certificate_walk.h
 *    The walk of a certificate over the rows of a part, of models that decide.
 *
 * A walk adds up blocks in any order.  Processes divide one by each walking
 * over some of the blocks, with sums of its own and the scored rows in one
 * place for all; then their sums are put together.
 */
#ifndef FAIRPG_TRAIN_CERTIFICATE_WALK_H
#define FAIRPG_TRAIN_CERTIFICATE_WALK_H

#include "data/dataset.h"
#include "model/model.h"
#include "num/arena.h"
#include "num/exact_sum.h"
#include "num/monitor.h"
#include "num/status.h"
#include "train/certificate_auc.h"

typedef struct WalkLoss
{
	ExactSum sum; /* of weight * loss */
	ExactSum squared;
} WalkLoss;

/* Arrays in one piece of memory; sums are exact, so that the order of the rows
 * is no matter. */
typedef struct WalkSums
{
	uint64_t (*rows)[2][2];    /* [base group][label][decision] */
	WalkLoss *loss;            /* [base group] */
	ExactSum (*weight)[2][2];  /* [base group][label][decision] weights; NULL:
	                           * rows have none */
	ExactSum (*squared)[2][2]; /* their squares */
	ExactSum (*expected)[2];   /* [base group][label] expected decisions; NULL:
	                          * no mixture */
} WalkSums;

typedef struct CertificateWalk CertificateWalk;

/* Where a walk writes, where that is not the arena's; NULL: it is. */
typedef struct WalkRoom
{
	void *sums;   /* of certificate_walk_bytes(), cleared when it begins */
	char *scored; /* for all rows of the part, each of
	               * certificate_walk_row_bytes(); those of the blocks that are
	               * walked over are filled */
} WalkRoom;

/* Bytes of the sums of a walk; those of a scored row. */
extern size_t
certificate_walk_bytes(const Dataset *data, const Model *model, DataPart part);
extern size_t certificate_walk_row_bytes(const Dataset *data, DataPart part);

/* Begins a walk for 'model', or any that has as many members, in 'arena', which
 * certificate_walk_release() gives everything back to.  NUM_BAD_ARGUMENT when a
 * group of the rows has no threshold in the model, or they lack the draws that
 * it wants. */
extern NumStatus
certificate_walk_begin(NumArena *arena, const Dataset *data, const Model *model,
                       DataPart part, WalkRoom room, CertificateWalk **walk);

/* Walks over block 'b' of the part.  NUM_NOT_FINITE when a loss is too large to
 * be one. */
extern NumStatus
certificate_walk_block(CertificateWalk *walk, uint32_t b, NumMonitor *monitor);

/* Walks over rows that lie in block 'b', as many as all calls for the block
 * bring together, and scores them by another model without thresholds by
 * group. */
extern NumStatus
certificate_walk_rows(CertificateWalk *walk, uint32_t b, const Model *model,
                      const DataBlock *rows, NumMonitor *monitor);

/* Adds the sums of another walk over other blocks. */
extern void certificate_walk_add(CertificateWalk *walk, void *sums);

extern const WalkSums *certificate_walk_sums(const CertificateWalk *walk);
extern char *certificate_walk_scored(const CertificateWalk *walk);

extern void certificate_walk_release(CertificateWalk *walk);

#endif
