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
 * fold or base group by itself; the sums of x, which mean predictions follow
 * from, are always kept by base group.  What is kept apart can be gathered
 * again, with some of the groups left out: so one walk serves the models of all
 * folds.
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

/* What has a set of its own. */
typedef enum GramSplit
{
	GRAM_WHOLE, /* all rows together */
	GRAM_FOLDS, /* each fold; all rows together where there are none */
	GRAM_GROUPS /* each base group */
} GramSplit;

typedef struct Gram
{
	uint32_t n_params;
	size_t stride;
	uint32_t n_sets;
	GramSet *sets;

	uint32_t n_base;       /* groups: the dataset's base groups, or those that
	                       * were gathered */
	uint32_t *set_of_base; /* [n_base] */
	uint64_t *rows;        /* [n_base] */
	double *weight;        /* [n_base] sum of w */
	double *x;             /* [n_base][stride] sum of w x */
	double total;          /* sum of all weights */
} Gram;

/* Bytes that the sums take; what the rows of a plan's dataset are of. */
extern size_t gram_bytes(const LinearPlan *plan, GramSplit split);

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
extern NumStatus gram_create(NumArena *arena, LinearPlan *plan, GramSplit split,
                             NumMonitor *monitor, Gram **gram);

/* Not among those that are gathered. */
#define GRAM_LEFT_OUT UINT32_MAX

/*
 * The sums of fewer groups, without a look at the rows: 'to' [from->n_base] is
 * the new group, below n_groups, that each base group becomes part of, or
 * GRAM_LEFT_OUT.  With 'by_group' each new group has a set of its own, otherwise
 * one has all of them.  As every sum is exact, they are the bits of a walk over
 * these rows alone, on the same grid.  Memory is the arena's.  NUM_NO_MEMORY;
 * NUM_BAD_ARGUMENT when a set would have to be torn apart.
 */
extern NumStatus
gram_gather(NumArena *arena, const Gram *from, const uint32_t *to,
            uint32_t n_groups, bool by_group, Gram **gram);

/* Adds factor times XX b of a set to 'to', both [n_params]. */
extern void gram_multiply(const Gram *gram, const GramSet *set, double factor,
                          const double *b, double *to);

#endif
