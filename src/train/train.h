/*
 * train.h
 *    What a training method gets, and what it gives back.
 *
 * A method sees a finished dataset and settings, and returns coefficients, a
 * status and one log row an iteration.  It judges itself by the training rows
 * only; train_certify() (certificate.h) judges the result afterwards, by code
 * that shares nothing with it.
 */
#ifndef FAIRPG_TRAIN_TRAIN_H
#define FAIRPG_TRAIN_TRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "data/dataset.h"
#include "fair/criterion.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef enum TrainOutcome
{
	TRAIN_CONVERGED,       /* the method's own test of convergence holds */
	TRAIN_INFEASIBLE,      /* no iterate met max_gap; the closest is given */
	TRAIN_ITERATION_LIMIT, /* out of iterations; the best iterate is given */
	TRAIN_CONSTANT         /* the model decides the same for every row */
} TrainOutcome;

/* Where the curvature comes from. */
typedef enum TrainSolver
{
	TRAIN_SOLVER_AUTO,   /* by the number of coefficients */
	TRAIN_SOLVER_NEWTON, /* an exact Hessian: n_params squared doubles, twice */
	TRAIN_SOLVER_LBFGS   /* learnt from steps: no matrix, more passes */
} TrainSolver;

typedef struct TrainSettings
{
	const FairCriterion *criterion; /* NULL: none */
	double max_gap;                 /* method constraint; in [0, 1] */
	double penalty;                 /* method penalty; >= 0 */
	double l2;          /* on every coefficient but the intercept; >= 0 */
	double temperature; /* of the smooth decision; > 0 */
	double threshold;   /* of the probability; in (0, 1) */
	int max_iterations; /* > 0 */
	uint64_t min_group; /* groups with fewer rows of the event are audited,
	                     * not constrained */
	bool own_kernels;   /* never BLAS: same bits on any machine */
	TrainSolver solver;
} TrainSettings;

typedef struct TrainLog
{
	int iteration;
	const char *phase; /* "plain", "sample", "full" */
	uint64_t rows;     /* read by this pass */
	double loss;       /* mean log-loss and ridge, at the start of the step */
	double gap;        /* largest hard gap; NaN without a criterion */
	double step;       /* Newton decrement of the step taken */
	double max_multiplier;
	bool feasible;
	bool chosen; /* this iterate is the result */
} TrainLog;

/* A group rate that the method looked at. */
typedef struct TrainRate
{
	int attribute;
	int event;
	uint32_t group;
	uint64_t rows; /* training rows of the event */
	bool defined;
	bool constrained; /* defined, and rows >= min_group */
} TrainRate;

typedef struct TrainResult
{
	TrainOutcome outcome;
	int iterations;
	double loss;
	double gap;   /* largest hard gap of the constrained groups; NaN: none */
	double *coef; /* raw, [data->n_params] */
	uint32_t n_rates;
	TrainRate *rates;
	uint32_t n_log;
	TrainLog *log;
} TrainResult;

typedef struct TrainMethod
{
	const char *name;
	const char *description;
	bool needs_max_gap;
	bool needs_penalty;
	NumStatus (*run)(NumArena *arena, const Dataset *data,
	                 const TrainSettings *settings, NumMonitor *monitor,
	                 TrainResult *result);
} TrainMethod;

/* The method of that name, or NULL; and all of them, ending with a NULL
 * name. */
extern const TrainMethod *train_method_find(const char *name);
extern const TrainMethod *train_method_table(void);

/* The methods; one file each.  Those with a criterion answer NUM_BAD_ARGUMENT
 * when no attribute has two groups to constrain. */
extern NumStatus
train_plain(NumArena *arena, const Dataset *data, const TrainSettings *settings,
            NumMonitor *monitor, TrainResult *result);
extern NumStatus train_constraint(NumArena *arena, const Dataset *data,
                                  const TrainSettings *settings,
                                  NumMonitor *monitor, TrainResult *result);
extern NumStatus train_penalty(NumArena *arena, const Dataset *data,
                               const TrainSettings *settings,
                               NumMonitor *monitor, TrainResult *result);

/* "converged", "infeasible", ... */
extern const char *train_outcome_name(TrainOutcome outcome);

#endif
