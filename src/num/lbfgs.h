/*
 * lbfgs.h
 *    An inverse Hessian that is learnt from steps and never formed.
 *
 * For objectives with too many variables for a matrix.  Whoever minimises
 * tells each step s it took and the change y of the gradient over it; the
 * memory answers with H v, where H is the inverse that the BFGS formula makes
 * of the last few pairs.  Memory: 2 pairs n doubles of the arena.
 *
 * Reference: Nocedal, Math. Comp. 35 (1980); Nocedal and Wright, Numerical
 * Optimization, algorithm 7.4.
 */
#ifndef FAIRPG_NUM_LBFGS_H
#define FAIRPG_NUM_LBFGS_H

#include <stdbool.h>
#include <stddef.h>

#include "num/arena.h"
#include "num/status.h"

typedef struct Lbfgs Lbfgs;

/* An empty memory for 'n' variables that keeps the last 'pairs' pairs (1 to
 * 1000; 10 to 20 are usual).  NUM_BAD_ARGUMENT, NUM_NO_MEMORY. */
extern NumStatus
lbfgs_create(NumArena *arena, size_t n, size_t pairs, Lbfgs **result);

/* Back to empty. */
extern void lbfgs_forget(Lbfgs *lbfgs);

/*
 * Takes a step [n] and the change [n] of the gradient over it.  A pair that
 * shows no upward curvature (s'y not above a hundred-millionth of |s| |y|, or
 * not finite) would spoil H and is not kept: false.
 */
extern bool lbfgs_learn(Lbfgs *lbfgs, const double *step, const double *change);

/*
 * Overwrites v [n] with H v.  'inverse_diagonal' [n] is what H is before any
 * pair, all above 0; it is scaled to the newest pair.  H is symmetric and
 * positive definite.  O(pairs n).
 */
extern void
lbfgs_apply(Lbfgs *lbfgs, const double *inverse_diagonal, double *v);

#endif
