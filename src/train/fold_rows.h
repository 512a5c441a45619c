/*
 * fold_rows.h
 *    The rows of one fold, a block at a time.
 */
#ifndef FAIRPG_TRAIN_FOLD_ROWS_H
#define FAIRPG_TRAIN_FOLD_ROWS_H

#include "data/dataset.h"
#include "num/arena.h"
#include "num/status.h"

typedef struct FoldRows FoldRows;

/* Room for the rows of any block of a dataset with folds, of which 'like' is
 * one.  Memory is the arena's; NUM_NO_MEMORY. */
extern NumStatus fold_rows_create(NumArena *arena, const Dataset *data,
                                  const DataBlock *like, FoldRows **rows);

/* The rows of a block that lie in a fold, as a block of their own, which may be
 * empty; until the next call. */
extern const DataBlock *
fold_rows_of(FoldRows *rows, const DataBlock *block, uint32_t fold);

#endif
