/*
 * softmax.h
 *    The training kernel of multinomial models: one walk over the blocks.
 *
 * A row has a score for each class, z_k = x'w_k, and the probability of class k
 * is exp(z_k) over the sum of all.  A pass takes the coefficient vectors of all
 * classes and returns what any method needs of the rows: loss, gradient,
 * Hessian, for each base group how many of which class are decided for which,
 * and the smooth decisions for each class against all others, by cell: number
 * 2 base group + 1 of the rows whose label is the class, 2 base group of the
 * others.
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

/* Which cells have smooth decisions. */
typedef enum SoftmaxRates
{
	SOFTMAX_NO_RATES,
	SOFTMAX_OWN_RATES, /* of the rows whose label is the class; others are 0 */
	SOFTMAX_ALL_RATES
} SoftmaxRates;

typedef struct SoftmaxRequest
{
	uint32_t sample;    /* reads one in 4^sample training rows; 0: all */
	const double *coef; /* [n_classes][stride] */
	bool want_hessian;
	bool want_diagonal;
	/* both, which cost most, are of one in 4^curved_sample rows, if that are
	 * fewer than the others */
	uint32_t curved_sample;
	bool want_margin;
	/* smooth decisions, q_k = softmax(z / temperature)_k */
	double temperature; /* > 0 */
	SoftmaxRates rates;
	bool want_jacobian; /* of them */
	/* [n_classes][2 * n_base] of a row's smooth decision for a class, by cell:
	 * what is positive of its second derivatives stands in the Hessian as well,
	 * times this (softmax.c); NULL: all 0 */
	const double *multiplier;
} SoftmaxRequest;

/* Unnormalised sums, weighted; the same bits in whatever order rows come. */
typedef struct SoftmaxSums
{
	uint64_t rows;
	double weight;
	double curved_weight; /* of the rows that Hessian and diagonal are of */
	double loss;          /* sum of weight * log-loss, in nats */
	double margin;        /* sum of weight * (greatest score - the next one) */
	double *gradient;     /* [n_classes][stride] */
	/* of classes k and l <= k, number k (k + 1) / 2 + l: the lower triangle of
	 * the block of their coefficients, which is symmetric,
	 * [n_params + 1][stride] each */
	double *hessian;
	double *diagonal; /* [n_classes][stride] */
	/* weight of the rows by base group, label and decision:
	 * [n_base][n_classes][n_classes] */
	double *hard;
	double *soft; /* [n_classes][2 * n_base] sum of weight * q */
	/* [n_classes][2 * n_base] their gradients, [n_classes][stride] each */
	double *jacobian;
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
