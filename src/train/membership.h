/*
 * membership.h
 *    How well the columns of a dataset together tell who belongs to a group.
 */
#ifndef FAIRPG_TRAIN_MEMBERSHIP_H
#define FAIRPG_TRAIN_MEMBERSHIP_H

#include <stdbool.h>

#include "data/dataset.h"
#include "fair/ranking.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/*
 * Fits a logistic model of being in one of the base groups for which 'member'
 * [data->n_base_groups] is true to the training rows, whatever their labels,
 * and ranks the held-out rows by it.  'level' is that of the interval.
 *
 * The AUC is NaN where the held-out rows lack members or others, or the
 * training rows do.  The dataset is one of binary labels without weights, all
 * of it in memory.  Nothing of the arena is held afterwards.
 */
extern NumStatus
train_membership(NumArena *arena, const Dataset *data, const bool *member,
                 double level, NumMonitor *monitor, FairRanking *ranking);

#endif
