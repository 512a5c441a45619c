/*
 * cross_fit.h
 *    What the method does to rows that it has not seen.
 */
#ifndef FAIRPG_TRAIN_CROSS_FIT_H
#define FAIRPG_TRAIN_CROSS_FIT_H

#include "train/certificate.h"
#include "train/train.h"

/*
 * The certificate of the training rows, each scored by a model of method
 * constraint under the settings that has not seen its fold.  'near' are raw
 * coefficients [data->n_params] near the answers, as those of all rows are;
 * data->n_folds is 2 or more, and each of them leaves both labels.  Arrays of
 * the certificate are the arena's.
 *
 * NUM_BAD_ARGUMENT when without a fold no attribute has two groups to
 * constrain.
 */
extern NumStatus
train_cross_fit(NumArena *arena, const Dataset *data,
                const TrainSettings *settings, const double *near,
                NumMonitor *monitor, Certificate *certificate);

#endif
