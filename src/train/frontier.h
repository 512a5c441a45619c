/*
 * frontier.h
 *    The models of many bounds, trained together.
 */
#ifndef FAIRPG_TRAIN_FRONTIER_H
#define FAIRPG_TRAIN_FRONTIER_H

#include "train/train.h"

/* The model of one bound; figures are of the training rows. */
typedef struct TrainPoint
{
	double bound; /* as the caller wants it; the rest is the answer */
	TrainOutcome outcome;
	const char *stopped_because; /* as TrainResult */
	int iterations;              /* passes of its own search */
	uint32_t found;              /* the point whose search it comes from */
	bool is_constant;
	double loss;     /* as TrainLog */
	double gap;      /* as TrainLog */
	double accuracy; /* share of the weight that is decided as labelled */
	double *reached; /* [n_constraints] as TrainResult */
	double *coef;    /* raw, [data->n_params] */
	/* from the caller: likewise, where the search begins, near the answer; NULL:
	 * at the plain model.  And the factors of its own rows, instead of those of
	 * the settings; NULL: these.  Points of other rows share no models. */
	const double *near;
	const double *cell_factor;
} TrainPoint;

/*
 * For each of 'points' [n] the model of method constraint under the settings'
 * constraints, the first of which has the point's bound instead of its own;
 * arrays of points are the arena's.  A point is what
 * train_constraint() finds for its bound, or the model of another bound where
 * that keeps this one too and has less loss; so over bounds that grow losses
 * fall.  Results do not depend on the order of the bounds.
 *
 * NUM_BAD_ARGUMENT when no attribute has two groups to constrain.
 */
extern NumStatus
train_frontier(NumArena *arena, const Dataset *data,
               const TrainSettings *settings, NumMonitor *monitor,
               TrainPoint *points, uint32_t n);

/*
 * The same for all training rows and for those without each of the dataset's
 * folds: 'points' is [1 + data->n_folds][n], the bounds of the first n hold for
 * all.  Searches without a fold begin near the answers of all rows.  What other
 * families have in its place (family.h) answers alike.
 */
extern NumStatus
train_frontier_folds(NumArena *arena, const Dataset *data,
                     const TrainSettings *settings, NumMonitor *monitor,
                     TrainPoint *points, uint32_t n);

/* The factors of cells [2 * data->n_base_groups] that leave the rows of a fold
 * out (TrainSettings.cell_factor). */
extern void train_leave_out(const Dataset *data, uint32_t fold, double *factor);

#endif
