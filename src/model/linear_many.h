/*
 * linear_many.h
 *    A pass for several models at once.
 *
 * Reading the rows, and finding which coefficients they meet, is most of what a
 * pass costs; several models share it, and their sums lie side by side in one
 * vector of the machine.  A pass for eight models takes the time of three or four.
 *
 * Every model gets the very bits that linear_pass() would give it.
 */
#ifndef FAIRPG_MODEL_LINEAR_MANY_H
#define FAIRPG_MODEL_LINEAR_MANY_H

#include "model/linear.h"

/* models of one pass, at most */
#define LINEAR_MANY 8

/* fewer are faster one by one, which linear_pass_many() then does */
#define LINEAR_MANY_FROM 4

/*
 * A pass for 'n' models, 1 to LINEAR_MANY: 'sums[m]' for 'requests[m]'.  The
 * requests want neither Hessian nor diagonal nor Jacobians, and have the same
 * sample, temperature, threshold and want_cell_loss; coefficients and
 * cell_factor are each model's own, curvatures are not looked at.
 * NUM_NOT_FINITE when a score of any of them overflowed.
 */
extern NumStatus
linear_pass_many(LinearPlan *plan, const LinearRequest *requests, uint32_t n,
                 LinearSums *const *sums, NumMonitor *monitor);

/* Its parts, for processes that divide the blocks (linear_n_blocks()): sums of
 * no rows; a block more; and what has come together, to be put together with
 * linear_add() and linear_end(). */
extern NumStatus
linear_many_begin(LinearPlan *plan, const LinearRequest *requests, uint32_t n);
extern NumStatus
linear_many_block(LinearPlan *plan, const LinearRequest *any_request,
                  uint32_t b, NumMonitor *monitor);
extern void
linear_many_take(const LinearPlan *plan, uint32_t n, LinearSums *const *sums);

#endif
