/*
 * gram.h
 *    Everything that squared errors of a linear model can depend on, in one
 *    walk over the rows.
 *
 * For a set of rows with features x, label y and weight w these are the sums
 *
 *     XX = sum w x x'    Xy = sum w x y    yy = sum w y^2
 *
 * (the Gram matrix of x and y), from which the squared error of any
 * coefficients b is  yy - 2 b'Xy + b'XX b  and its gradient  2 (XX b - Xy): the
 * rows need not be read again.  They are kept of all rows together, or of each
 * base group by itself; the sums of x, which mean predictions follow from, are
 * always kept by base group.
 *
 * Features are in the layout and scale of linear.h, and the label is
 * standardised by the mean and the spread that the dataset has of it.
 */
#ifndef FAIRPG_MODEL_GRAM_H
#define FAIRPG_MODEL_GRAM_H

#include "data/dataset.h"
#include "model/linear.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct GramSet
{
	double *xx; /* [n_params + 1][stride], lower triangle; the last row and what
	             * is above the diagonal mean nothing */
	double *xy; /* [stride] */
	double yy;
} GramSet;

typedef struct Gram
{
	uint32_t n_params;
	size_t stride;
	uint32_t n_sets; /* 1, or n_base */
	GramSet *sets;

	uint32_t n_base; /* base groups */
	uint64_t *rows;  /* [n_base] */
	double *weight;  /* [n_base] sum of w */
	double *x;       /* [n_base][stride] sum of w x */
	double total;    /* sum of all weights */
} Gram;

/* Bytes that the sums take; what the rows of a plan's dataset are of. */
extern size_t gram_bytes(const LinearPlan *plan, bool by_group);

/*
 * Sums up the training rows of the plan's dataset, whose label is a number that
 * is not the same in all of them.  All sums are of terms rounded to a grid
 * (num/grid.h), so they are the same bits in any order of rows, and those of
 * all rows together the bits that those of the base groups add up to.  All
 * memory is the arena's.  NUM_NO_MEMORY, NUM_CANCELLED, NUM_BAD_ARGUMENT for
 * another label, NUM_NOT_FINITE when sums could overflow.
 *
 * Cost, of a row with C categories and D numbers: 3 (D^2 / 2 + C D) additions
 * and multiplications and C^2 / 2 additions more.
 */
extern NumStatus gram_create(NumArena *arena, LinearPlan *plan, bool by_group,
                             NumMonitor *monitor, Gram **gram);

/* Adds factor times XX b of a set to 'to', both [n_params]. */
extern void gram_multiply(const Gram *gram, const GramSet *set, double factor,
                          const double *b, double *to);

#endif
