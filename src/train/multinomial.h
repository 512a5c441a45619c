/*
 * multinomial.h
 *    What the methods of multinomial models share: passes, curvature, the log.
 *
 * The objective is mean weighted log-loss + l2 / 2 times the sum of squares of
 * all coefficients of all classes but the intercepts, on the standardised
 * scale.  Adding one vector to the coefficients of every class changes no
 * probability; so of all vectors the ones are taken that sum to zero over the
 * classes, where the ridge is least.
 *
 * Vectors are [n_classes][stride], as in model/softmax.h.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_MULTINOMIAL_H
#define FAIRPG_TRAIN_MULTINOMIAL_H

#include "model/softmax.h"
#include "num/lbfgs.h"
#include "train/train.h"

typedef struct Multinomial
{
	NumArena *arena;
	const Dataset *data;
	const TrainSettings *settings;
	NumMonitor *monitor;
	LinearPlan *plan;
	Softmax *softmax;
	SoftmaxRequest request; /* of the next pass */
	SoftmaxSums *sums;      /* of the last one */

	uint32_t n_classes;
	uint32_t n;    /* parameters of a class */
	size_t stride; /* of a vector of one */
	size_t size;   /* of all: n_classes * stride */
	size_t n_all;  /* parameters of all: n_classes * n */
	bool learns;   /* no Hessian: the curvature is learnt */
	Lbfgs *lbfgs;  /* when it learns, else NULL */
	int max_iterations;
	uint32_t sample; /* the search begins on one in 4^sample rows */

	double *coef;     /* where the next pass looks */
	double *gradient; /* of the objective there */
	double *step;
	double *from;          /* where the step began */
	double *from_gradient; /* the gradient there */
	double *inverse;       /* of the Hessian's diagonal, when it learns */
	double *factor;        /* [n_all][n_all], when it does not */
	double *packed;        /* [n_all] */

	double loss; /* of the objective at coef */
	int passes;
	uint32_t n_log;
	uint32_t log_room;
	TrainLog *log;
} Multinomial;

/* Everything allocated; coefficients zero, or where settings->start says.
 * 'rates' is the part of the request that is about smooth decisions, NULL: none
 * are wanted. */
extern NumStatus
multinomial_create(NumArena *arena, const Dataset *data,
                   const TrainSettings *settings, const SoftmaxRequest *rates,
                   NumMonitor *monitor, Multinomial **multinomial);

/* One pass at coef over one in 4^sample rows: objective and gradient; with
 * 'curved' the Hessian and the gradients of the rates as well, which else stay
 * those of an earlier pass. */
extern NumStatus
multinomial_pass(Multinomial *multinomial, uint32_t sample, bool curved);

/* Makes multinomial_solve() ready from the last curved pass. */
extern NumStatus multinomial_factor(Multinomial *multinomial);

/* Overwrites b with H^-1 b, for vectors that sum to zero over the classes. */
extern void multinomial_solve(Multinomial *multinomial, double *b);

/* Makes a vector sum to zero over the classes. */
extern void multinomial_centre(const Multinomial *multinomial, double *vector);

extern double multinomial_dot(const Multinomial *multinomial, const double *a,
                              const double *b);

/* Minimises the objective over one in 4^sample rows, until half the squared
 * Newton decrement falls below 'accuracy' (the last step is taken, not
 * evaluated). */
extern NumStatus multinomial_minimise(Multinomial *multinomial, uint32_t sample,
                                      double accuracy, bool *converged);

/* The whole plain fit: over a sample first, where the rows are many. */
extern NumStatus multinomial_fit(Multinomial *multinomial, bool *converged);

/* Adds a row to the log, about the last pass. */
extern void
multinomial_log(Multinomial *multinomial, uint32_t sample, double step,
                double gap, double max_multiplier, bool feasible);

/* The raw coefficients of 'coef' into the result, and the log. */
extern NumStatus multinomial_tell(Multinomial *multinomial, const double *coef,
                                  TrainResult *result);

#endif
