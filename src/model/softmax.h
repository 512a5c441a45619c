/*
 * softmax.h
 *    The training kernel of multinomial models: one walk over the blocks.
 *
 * A row has a score for each class, z_k = x'w_k, and the probability of class k
 * is exp(z_k) over the sum of all.  A pass takes the coefficient vectors of all
 * classes and returns what any method needs of the rows: loss, gradient,
 * Hessian, and for each base group how many of which class are decided for
 * which, hard and smooth.
 *
 * Vectors are those of the linear kernel (linear.h), one for each class:
 * [n_classes][stride], in its layout and scale.  What lies behind the
 * parameters of a vector is 0.
 */
#ifndef FAIRPG_MODEL_SOFTMAX_H
#define FAIRPG_MODEL_SOFTMAX_H

#include <stdbool.h>
#include <stdint.h>

#include "model/linear.h"

typedef struct Softmax Softmax;

typedef struct SoftmaxRequest
{
	uint32_t sample;    /* reads one in 4^sample training rows; 0: all */
	const double *coef; /* [n_classes][stride] */
	bool want_hessian;
	bool want_diagonal;
	/* smooth decisions, q_k = softmax(z / temperature)_k, by base group: of all
	 * rows, and of those whose label is the class; with their gradients */
	double temperature; /* > 0 */
	bool want_rates;
	bool want_own_rates;
	bool want_jacobian;
} SoftmaxRequest;

/* Unnormalised sums, weighted; the same bits in whatever order rows come. */
typedef struct SoftmaxSums
{
	uint64_t rows;
	double weight;
	double loss;      /* sum of weight * log-loss, in nats */
	double *gradient; /* [n_classes][stride] */
	/* of classes k and l <= k, number k (k + 1) / 2 + l: the lower triangle of
	 * the block of their coefficients, which is symmetric,
	 * [n_params + 1][stride] each */
	double *hessian;
	double *diagonal; /* [n_classes][stride] */
	/* weight of the rows by base group, label and decision:
	 * [n_base][n_classes][n_classes] */
	double *hard;
	double *soft;     /* [n_base][n_classes] sum of weight * q */
	double *own_soft; /* likewise, of the rows whose label is the class */
	/* [n_base][n_classes] gradients of these, [n_classes][stride] each */
	double *jacobian;
	double *own_jacobian;
} SoftmaxSums;

/* Over the plan of a dataset whose labels are classes. */
extern NumStatus
softmax_create(NumArena *arena, LinearPlan *plan, Softmax **softmax);

extern uint32_t softmax_n_classes(const Softmax *softmax);

/* Room for the sums of a pass, as far as 'request' wants them. */
extern NumStatus
softmax_sums_create(NumArena *arena, const Softmax *softmax,
                    const SoftmaxRequest *request, SoftmaxSums **sums);

/* One pass.  NUM_NOT_FINITE when a score overflowed. */
extern NumStatus softmax_pass(Softmax *softmax, const SoftmaxRequest *request,
                              NumMonitor *monitor, SoftmaxSums *sums);

/* Number of the block of two classes in SoftmaxSums.hessian; l <= k. */
static inline size_t
softmax_pair(uint32_t k, uint32_t l)
{
	return (size_t) k * (k + 1) / 2 + l;
}

#endif
