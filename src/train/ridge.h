/*
 * ridge.h
 *    Least squares with bounds on groups, from one walk over the rows.
 *
 * ridge_create() reads the training rows once; ridge_solve() may then be
 * called for any number of bounds, and never reads a row.  From ridge_walk() that
 * holds for the rows without any fold as well.
 */
#ifndef FAIRPG_TRAIN_RIDGE_H
#define FAIRPG_TRAIN_RIDGE_H

#include "data/dataset.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"
#include "train/frontier.h"
#include "train/train.h"

typedef struct Ridge Ridge;

/*
 * Sums up the training rows, whose label is a number that is not the same in
 * all of them, for these constraints: criteria mean_parity (FAIR_MAX_GAP) and
 * group_loss (FAIR_MAX_LOSS, or FAIR_NO_BOUND alone for the least loss of the
 * worst group).  Settings and constraints are copied; their cell_factor may
 * leave out whole folds (train_leave_out()).  NUM_BAD_ARGUMENT for
 * another criterion, bound or factor, or when no attribute has two groups to
 * constrain (one, for losses); NUM_NO_MEMORY when the sums do not fit.  All
 * memory is the arena's.
 */
extern NumStatus
ridge_create(NumArena *arena, const Dataset *data,
             const TrainSettings *settings, NumMonitor *monitor, Ridge **ridge);

/*
 * The same in two parts: the walk over the rows, after which there are sums but
 * nothing to solve; and a ridge on these sums, which must outlive it, without a
 * look at the rows, for all rows or without some folds: the settings differ from
 * those of the walk in the cell_factor alone.
 */
extern NumStatus
ridge_walk(NumArena *arena, const Dataset *data, const TrainSettings *settings,
           NumMonitor *monitor, Ridge **ridge);
extern NumStatus
ridge_create_beside(NumArena *arena, const Ridge *walked,
                    const TrainSettings *settings, Ridge **ridge);

/*
 * The model under 'bounds' [n_constraints], in the units of the label (of its
 * square for losses); NULL: those of the settings.  It does not depend on the
 * calls before.  Arrays of the result are the arena's.
 */
extern NumStatus
ridge_solve(Ridge *ridge, const double *bounds, TrainResult *result);

/* Bytes that the sums of one base group take where losses of groups are
 * constrained, and of how many there are sums: of each base group, and with folds
 * of each group again. */
extern size_t ridge_group_bytes(const Dataset *data, uint32_t *n_base_groups);

/* Both in one, for the table of families: without constraints the plain model,
 * with them whatever they ask for. */
extern NumStatus
train_ridge(NumArena *arena, const Dataset *data, const TrainSettings *settings,
            NumMonitor *monitor, TrainResult *result);

/* ridge_frontier.c: the models of many bounds on the first of the settings'
 * constraints, as train_frontier_folds() has them, from one walk over the rows.
 * Each is the one that train_ridge() finds for its bound and rows, to the last
 * byte.  There is no accuracy (NaN), and whether a model is constant is not
 * told. */
extern NumStatus
ridge_frontier(NumArena *arena, const Dataset *data,
               const TrainSettings *settings, NumMonitor *monitor,
               TrainPoint *points, uint32_t n);

#endif
