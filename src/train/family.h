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
#include "train/frontier.h"
#include "train/train.h"

typedef NumStatus (*TrainRun)(NumArena *arena, const Dataset *data,
                              const TrainSettings *settings,
                              NumMonitor *monitor, TrainResult *result);

/* train_frontier_folds(), or what a family has in its place. */
typedef NumStatus (*TrainFrontierRun)(NumArena *arena, const Dataset *data,
                                      const TrainSettings *settings,
                                      NumMonitor *monitor, TrainPoint *points,
                                      uint32_t n);

typedef struct TrainFamily
{
	const char *name;
	const char *description; /* one clause for messages and lists */
	ModelFamily model;
	DataLabel label;
	bool many_passes; /* worth dividing among processes */
	TrainRun plain;   /* the fit without fairness */

	/* NULL: every method there is, each by its own function; else the names of
	 * those it has, ending with NULL, all of them by 'fit' */
	const char *const *methods;
	TrainRun fit;

	TrainFrontierRun frontier; /* the models of many bounds; NULL: none */

	const char *const *no_options; /* options of train() that it has no use for,
	                                * ending with NULL; NULL: none */
} TrainFamily;

/* The family of that name, or NULL; and all of them, ending with a NULL
 * name. */
extern const TrainFamily *train_family_find(const char *name);
extern const TrainFamily *train_family_table(void);

/* Whether a method or a criterion is for models of that family. */
extern bool
train_family_has_method(const TrainFamily *family, const TrainMethod *method);
extern bool train_family_has_criterion(const TrainFamily *family,
                                       const FairCriterion *criterion);

/* What fits a model of that family by a method it has; NULL: without
 * fairness. */
extern TrainRun
train_family_fit(const TrainFamily *family, const TrainMethod *method);

#endif
