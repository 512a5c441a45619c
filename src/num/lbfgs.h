/*
 * lbfgs.h
 *    Minimises a smooth function of many variables from its gradient.
 *
 * For objectives whose Hessian is too large to form.  Needs one function,
 * the settings below, and 2 (memory + 2) n doubles of the arena while it runs.
 */
#ifndef FAIRPG_NUM_LBFGS_H
#define FAIRPG_NUM_LBFGS_H

#include <stddef.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/*
 * Fills '*value' and gradient [n] at x [n].  A value that is not finite says
 * "outside": the search comes nearer again.  Anything but NUM_OK ends the
 * minimisation with that status.
 */
typedef NumStatus (*LbfgsFunction)(void *context, const double *x,
                                   double *value, double *gradient);

typedef struct LbfgsProblem
{
	size_t n; /* variables */
	LbfgsFunction evaluate;
	void *context;
} LbfgsProblem;

typedef struct LbfgsSettings
{
	int memory;                /* pairs kept, 1 or more; 10 is usual */
	int max_iterations;        /* 0 or more */
	double gradient_tolerance; /* largest |component| at the solution, > 0 */
} LbfgsSettings;

typedef struct LbfgsResult
{
	int iterations;
	int evaluations;
	double value;
	double gradient_norm; /* largest |component| */
} LbfgsResult;

/*
 * Moves x [n] from a start to a minimum.  NUM_OK when the gradient is within
 * its tolerance; NUM_NOT_CONVERGED when the iterations or the digits of the
 * function ran out; NUM_NOT_FINITE when the start is outside;
 * NUM_BAD_ARGUMENT, NUM_NO_MEMORY, NUM_CANCELLED, or what evaluate returned.
 * In every case x is the best point so far, and the value never rises (beyond
 * rounding) from one iteration to the next.
 */
extern NumStatus
lbfgs_minimise(NumArena *arena, const LbfgsProblem *problem,
               const LbfgsSettings *settings, NumMonitor *monitor, double *x,
               LbfgsResult *result);

#endif
