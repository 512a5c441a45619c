/*
 * linear.h
 *    The training kernel of the linear families: one walk over the blocks.
 *
 * A pass takes one coefficient vector and returns the sums that any method
 * needs of the rows: loss, gradient, Hessian, and for each cell (base group
 * x label) its hard and smooth decisions and how the smooth ones move with
 * the coefficients.  What is fair about it is the caller's business.
 *
 * Coefficients here are in the kernel's own layout and scale: number 0 is the
 * intercept, then the numbers standardised by mean and standard deviation,
 * then the category levels.  linear_to_raw() turns them into the layout of
 * DataColumn.first_param and the units of the stored columns.
 */
#ifndef FAIRPG_MODEL_LINEAR_H
#define FAIRPG_MODEL_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "data/dataset.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct LinearPlan LinearPlan;

typedef struct LinearRequest
{
	uint32_t sample;    /* reads one in 4^sample training rows; 0: all */
	const double *coef; /* [n_params] */
	double temperature; /* t > 0 of the smooth decision, which is
	                        * sigmoid((z - logit(threshold)) / t) */
	double threshold;   /* of the probability */

	/* adds cell_curvature[cell] * q''(z) to a row's curvature, which is kept
	 * at min_curvature times the loss's own or above; NULL: loss only */
	const double *cell_curvature;
	double min_curvature;

	const double *cell_factor; /* [n_cells] times a row's weight; NULL: 1 */
	/* adds cell_loss_curvature[cell] times the loss's own curvature of a row,
	 * after that; not below -1; NULL: nothing */
	const double *cell_loss_curvature;

	bool want_hessian;
	bool want_diagonal; /* of the Hessian, where the whole is too large */
	bool want_jacobian;
	bool want_cell_loss; /* of sums with linear_sums_add_losses() */
	bool want_loss_jacobian;

	/* the Hessian, which costs most, is of one in 4^hessian_sample rows, if
	 * that are fewer than the others, and scaled to the weight of all */
	uint32_t hessian_sample;
} LinearRequest;

/* Unnormalised sums, weighted; arrays belong to the plan's arena.  They are
 * the same bits in whatever order the rows come. */
typedef struct LinearSums
{
	uint64_t rows;
	double weight;
	double curved_weight;       /* of the rows that the Hessian is of */
	double loss;                /* sum of weight * log-loss, in nats */
	double loss_part[2];        /* whose sum it is; each is exact */
	double *gradient;           /* [n_params] of the loss */
	double *hessian;            /* [n_params][stride], lower triangle */
	double *diagonal;           /* [n_params] of the same matrix */
	double *cell_weight;        /* [n_cells] */
	double *cell_hard;          /* [n_cells] weight of the rows decided 1 */
	double *cell_soft;          /* [n_cells] sum of weight * smooth decision */
	double *cell_jacobian;      /* [n_cells][stride], gradient of cell_soft */
	double *cell_loss;          /* [n_cells] sum of weight * log-loss */
	double *cell_loss_jacobian; /* [n_cells][stride], gradient of cell_loss */
} LinearSums;

/*
 * Processes that divide a pass among them.  Each makes the plan for itself,
 * and sums some of the blocks with linear_begin() and linear_block(); what they
 * have is put together with linear_add() and linear_end(), in any order.
 */
typedef struct LinearTeam LinearTeam;
struct LinearTeam
{
	NumStatus (*pass)(LinearTeam *team, LinearPlan *plan,
	                  const LinearRequest *request, NumMonitor *monitor,
	                  LinearSums *sums);
	/* linear_pass_many() (linear_many.h), likewise */
	NumStatus (*pass_many)(LinearTeam *team, LinearPlan *plan,
	                       const LinearRequest *requests, uint32_t n,
	                       LinearSums *const *sums, NumMonitor *monitor);
	void *host;
};

/* Lays out the parameters of a finished dataset.  With 'own_kernels' BLAS is
 * left alone even where it is loaded. */
extern NumStatus linear_plan(NumArena *arena, const Dataset *data,
                             bool own_kernels, LinearPlan **plan);

extern uint32_t linear_n_params(const LinearPlan *plan);

/* How many of them belong to number columns. */
extern uint32_t linear_n_numbers(const LinearPlan *plan);

/* Doubles from one row of a matrix in LinearSums to the next. */
extern size_t linear_stride(const LinearPlan *plan);

extern uint32_t linear_n_cells(const LinearPlan *plan);

/* Room for the sums of one pass; the two matrices only when asked for, the
 * diagonal always. */
extern NumStatus
linear_sums_create(NumArena *arena, const LinearPlan *plan, bool hessian,
                   bool jacobian, LinearSums **sums);

/* Room for the losses of each cell and their gradients as well. */
extern NumStatus linear_sums_add_losses(NumArena *arena, const LinearPlan *plan,
                                        LinearSums *sums);

/* Lays the arrays of sums into a piece of memory; counts its bytes when that is
 * NULL. */
extern size_t
linear_sums_lay(const LinearPlan *plan, bool hessian, bool jacobian,
                bool losses, LinearSums *sums, void *memory);

/* From now on passes are divided among a team; NULL: no more. */
extern void linear_plan_team(LinearPlan *plan, LinearTeam *team);

/* One pass.  NUM_NOT_FINITE when a score overflowed. */
extern NumStatus linear_pass(LinearPlan *plan, const LinearRequest *request,
                             NumMonitor *monitor, LinearSums *sums);

/* What a pass over all rows says of the model that has only the intercept: all
 * sums but gradient and matrices, from the weights and rows of the cells. */
extern void
linear_constant(const LinearPlan *plan, const LinearRequest *request,
                const double *cell_weight, const uint64_t *cell_rows,
                LinearSums *sums);

/* Its parts: how many blocks it is over; sums of none; of one block more; of
 * two sums; and what follows from all of them. */
extern uint32_t
linear_n_blocks(const LinearPlan *plan, const LinearRequest *request);
extern NumStatus
linear_begin(LinearPlan *plan, const LinearRequest *request, LinearSums *sums);
extern NumStatus
linear_block(LinearPlan *plan, const LinearRequest *request, uint32_t b,
             NumMonitor *monitor, LinearSums *sums);
extern void linear_add(const LinearPlan *plan, const LinearRequest *request,
                       const LinearSums *from, LinearSums *to);
extern NumStatus linear_end(const LinearPlan *plan,
                            const LinearRequest *request, LinearSums *sums);

/* Row i of a block as the kernel sees it: what the coefficients are multiplied
 * by, into x [stride]. */
extern void
linear_row(LinearPlan *plan, const DataBlock *block, uint32_t i, double *x);

/* Coefficients as model_from_coefficients() takes them; 'raw' has room for
 * data->n_params. */
extern void
linear_to_raw(const LinearPlan *plan, const double *coef, double *raw);

/* The other way: standardised coefficients of a raw vector. */
extern void
linear_from_raw(const LinearPlan *plan, const double *raw, double *coef);

#endif
