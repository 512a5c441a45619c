/*
 * family.h
 *    The table of model families: what each learns, and by which methods.
 *
 * A family is a kind of model (model/model.h) together with the kind of label
 * that it is trained on.  Adding one is its kernel in src/model, a fit in
 * src/train and a line in family.c.
 */
#ifndef FAIRPG_TRAIN_FAMILY_H
#define FAIRPG_TRAIN_FAMILY_H

#include "data/dataset.h"
#include "model/model.h"
#include "train/train.h"

typedef NumStatus (*TrainRun)(NumArena *arena, const Dataset *data,
                              const TrainSettings *settings,
                              NumMonitor *monitor, TrainResult *result);

typedef struct TrainFamily
{
	const char *name;
	const char *description; /* one clause for messages and lists */
	ModelFamily model;
	DataLabel label;
	TrainRun plain; /* the fit without fairness */
} TrainFamily;

/* The family of that name, or NULL; and all of them, ending with a NULL
 * name. */
extern const TrainFamily *train_family_find(const char *name);
extern const TrainFamily *train_family_table(void);

#endif
