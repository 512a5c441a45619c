/*
 * linear_private.h
 *    What the files of the linear kernel share.
 */
#ifndef FAIRPG_MODEL_LINEAR_PRIVATE_H
#define FAIRPG_MODEL_LINEAR_PRIVATE_H

#include "model/linear.h"

#define LINEAR_CHUNK_ROWS 256
#define LINEAR_LANES 8

typedef struct LinearMany LinearMany;

struct LinearPlan
{
	NumArena *arena;
	const Dataset *data;
	uint32_t n_params;
	uint32_t n_cells;
	size_t stride; /* n_params and the spare one, in whole lanes */
	uint32_t n_numbers;
	size_t width; /* intercept and numbers, in whole lanes */
	uint32_t n_categories;
	uint32_t *number_column;   /* [n_numbers] */
	uint32_t *category_column; /* [n_categories] */
	uint32_t *first_param;     /* [n_categories] of code 0, kernel layout */
	bool *skips_first;         /* [n_categories] code 0 has no parameter */
	LinearTeam *team;          /* NULL: one process makes the passes */
	bool own_kernels;
	bool multiplies; /* the Hessian of the numbers is a product of matrices */
	double *mean;    /* [n_numbers] */
	double *inverse_sd; /* [n_numbers] */

	/* what sums can come to, which no order of rows changes */
	double *reach;       /* [n_numbers] largest |standardised value| */
	double *cell_weight; /* [n_cells] of all training rows */
	double weight;       /* of all cells */

	double least_score; /* of those decided 1 by the pass under way */

	/* magnets (num/grid.h) of the pass under way */
	double loss_magnet;
	double rest_magnet; /* of what that leaves of a loss */
	double residual_magnet;
	double curvature_magnet;
	double factor_magnet;     /* of numbers times the root of the curvature */
	double *cell_magnet;      /* [n_cells] of weights */
	double *slope_magnet;     /* [n_cells] */
	double *cell_loss_magnet; /* [n_cells] */
	double *cell_residual_magnet; /* [n_cells] */

	/* working arrays of one chunk */
	double
		*dense; /* [LINEAR_CHUNK_ROWS][width] 1, standardised numbers, 0... */
	uint32_t *param; /* [LINEAR_CHUNK_ROWS][n_categories] */
	double *row_weight;
	double *label;
	double *score; /* z */
	double *residual;
	double *curvature;
	double *slope;    /* weight * q'(z) */
	double *decision; /* weight * [z >= least_score] */
	double *soft;     /* weight * q(z) */
	double *bend;     /* cell_curvature[cell] of the row */
	double *scaled;   /* [width] one dense row times a factor */
	double *root;     /* of the curvature */
	double
		*rooted; /* [LINEAR_CHUNK_ROWS][width] dense rows times that root, with
	                   * many numbers; else one such row */
	LinearMany
		*many; /* of passes for several models; NULL until there is one */
};

static inline double
linear_row_weight(const DataBlock *block, uint32_t i)
{
	return block->weight == NULL ? 1.0 : (double) block->weight[i];
}

/* linear.c: rows 'first' to 'first' + n - 1 of a block, at most
 * LINEAR_CHUNK_ROWS, into plan->dense and plan->param. */
extern void linear_fill_chunk(LinearPlan *plan, const DataBlock *block,
                              uint32_t first, uint32_t n);

/* linear_plan.c: largest absolute score that any row can have. */
extern double linear_score_reach(const LinearPlan *plan, const double *coef);

/* Sets the magnets of a pass and its least score; false when its sums could
 * overflow. */
extern bool linear_set_pass(LinearPlan *plan, const LinearRequest *request);

#endif
