/*
 * start.h
 *    Where a search begins that is not to begin at zero.
 */
#ifndef FAIRPG_TRAIN_START_H
#define FAIRPG_TRAIN_START_H

#include "data/dataset.h"
#include "model/model.h"
#include "num/arena.h"
#include "num/status.h"

/*
 * Coefficients with which 'data' scores as 'model' does, as far as they have
 * columns in common; raw, [data->n_params], the arena's, into '*start' (for
 * TrainSettings.start).
 *
 * Columns are matched by name, array element and kind, levels by name.  A
 * level that the model does not know gets what the model gives to unseen
 * values; a column that it does not know gets zero, and so does one that is
 * constant in the data.  Numbers keep their score whatever the pivot or the
 * fill of NULLs is now.
 */
extern NumStatus train_start(NumArena *arena, const Dataset *data,
                             const Model *model, double **start);

#endif
