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
#include "fair/constraint.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef enum TrainOutcome
{
	TRAIN_CONVERGED,  /* the method's own test of convergence holds */
	TRAIN_INFEASIBLE, /* no iterate kept all bounds; the closest is given */
	TRAIN_ITERATION_LIMIT, /* out of iterations; the best iterate is given */
	TRAIN_EARLY_STOP,      /* settings.early_stop ended it; likewise */
	TRAIN_CONSTANT         /* the model decides the same for every row */
} TrainOutcome;

/* Where the curvature comes from. */
typedef enum TrainSolver
{
	TRAIN_SOLVER_AUTO,   /* by the number of coefficients */
	TRAIN_SOLVER_NEWTON, /* an exact Hessian: n_params squared doubles, twice */
	TRAIN_SOLVER_LBFGS   /* learnt from steps: no matrix, more passes */
} TrainSolver;

/* What early stopping watches; each is the better the smaller it is. */
typedef enum TrainMetric
{
	TRAIN_METRIC_GAP, /* as in TrainLog */
	TRAIN_METRIC_LOSS
} TrainMetric;

/* A phase of the search ends when so many iterations in a row have not made
 * the metric smaller by more than min_delta. */
typedef struct TrainEarlyStop
{
	TrainMetric metric;
	int patience; /* > 0; 0: the method's own test of convergence alone */
	double min_delta;
} TrainEarlyStop;

typedef struct TrainSettings
{
	const FairConstraint *constraints; /* [n_constraints], on the attributes of
	                                    * the dataset; bounds as the method
	                                    * takes them */
	int n_constraints;                 /* 0: no criterion */
	double penalty;                    /* method penalty; >= 0 */
	double l2; /* on every coefficient but the intercept; >= 0 */
	double l1; /* likewise, on absolute values; methods that take it */
	const signed char *signs;  /* [data->n_columns] +1 or -1: the sign that the
	                           * coefficient of a number must have; 0: any;
	                           * NULL: none; methods that take them */
	double temperature;        /* of the smooth decision; > 0 */
	bool tries_sharper;        /* and a lower one where that may be better */
	double threshold;          /* of the probability; in (0, 1) */
	int max_iterations;        /* > 0 */
	TrainEarlyStop early_stop; /* methods that take it */
	uint64_t min_group; /* groups with fewer rows of the event are audited,
	                     * not constrained */
	const double *cell_factor; /* [2 * data->n_base_groups] times the weight of
	                            * a row of the cell, >= 0; rows of factor 0 do
	                            * not exist; NULL: 1 */
	bool own_kernels;          /* never BLAS: same bits on any machine */
	TrainSolver solver;
	const double *start; /* [data->n_params] raw coefficients to begin the
	                      * search at (start.h), of a multinomial model of each
	                      * class; NULL: at zero */
	struct LinearTeam
		*team; /* processes that make the passes; NULL: this one */
} TrainSettings;

typedef struct TrainLog
{
	int iteration;
	const char *phase; /* "plain", "sample", "full" */
	uint64_t rows;     /* read by this pass */
	double loss;       /* mean log-loss, l2 and l1 at the start of the step */
	double gap;        /* largest hard gap, or loss of a group where only
	                    * losses are constrained; NaN without a criterion */
	double step;       /* Newton decrement of the step taken */
	double max_multiplier;
	bool feasible;
	bool chosen; /* this iterate is the result */
} TrainLog;

/* A group rate of an iteration. */
typedef struct TrainLogRate
{
	int iteration; /* as in TrainLog */
	uint32_t rate; /* place in the result's rates */
	double value;  /* hard rate, or mean loss, of the rows read */
} TrainLogRate;

/* A group rate that the method looked at. */
typedef struct TrainRate
{
	int constraint; /* place in the settings' constraints */
	int attribute;
	int event;
	uint32_t class; /* of a label that is one: decided or labelled so, against
	                 * all others; else 0 */
	uint32_t group;
	uint64_t rows; /* training rows of the event */
	bool defined;
	bool
		constrained; /* defined, and rows >= min_group, with those of factor 0 */
} TrainRate;

/* A cell (base group and label) to which method reweigh gave a weight. */
typedef struct TrainCell
{
	uint64_t rows;
	double weight;  /* total of the rows, before */
	double squares; /* sum of their squared weights, before */
	double factor;  /* of every row of the cell; > 0 */
	bool defined;   /* false: the group lacks a label, the factor is 1 */
} TrainCell;

/* A model of a mixture. */
typedef struct TrainMember
{
	double share; /* > 0; all of them sum to 1 */
	double *coef; /* as TrainResult.coef */
} TrainMember;

typedef struct TrainResult
{
	TrainOutcome outcome;
	const char *stopped_because; /* why the search ended, in words */
	int iterations;
	double loss;
	double gap;      /* as in TrainLog; of the constrained groups */
	double *reached; /* [n_constraints] hard gap, ratio or largest loss of the
	                  * constrained groups; NaN: none */
	double *coef;    /* raw, [data->n_params] */
	/* of each class of a multinomial model, [data->n_classes][data->n_params],
	 * instead of coef, which then is NULL */
	double *class_coef;
	double *std_error; /* of the coefficients (std_error.h), [data->n_params],
	                    * NaN where there is none; NULL: of none */
	TrainCell *cells;  /* [2 * data->n_base_groups]; NULL: nothing reweighed */
	/* of each group of attribute 0, instead of settings->threshold; NULL:
	 * that one for all */
	double *group_thresholds;
	/* rows are decided by these, in falling order of their shares, of which
	 * the first one is coef; gap, reached and log are of expected decisions;
	 * 0: by coef alone */
	uint32_t n_members;
	TrainMember *members;
	uint32_t n_rates;
	TrainRate *rates;
	uint32_t n_log;
	TrainLog *log;
	uint32_t n_log_rates;
	TrainLogRate
		*log_rates; /* by iteration; see rate_log.h for which ones, each
	                          * attribute, event and group once */
} TrainResult;

typedef struct TrainMethod
{
	const char *name;
	const char *description;
	bool needs_max_gap;
	bool needs_penalty;
	bool judged_only; /* the criterion takes no part in the fit; max_gap, if it
	                   * is given, is what the result is judged by */
	bool takes_l1;
	bool takes_signs;
	bool takes_early_stop;
	bool takes_margin;      /* may be asked for tighter bounds (margin.h) */
	bool takes_constraints; /* any number, with any kind of bound; the others
	                         * take one criterion */
	bool mixes;             /* gives members; takes no criterion of losses, and
	                         * no threshold but 0.5 */
	bool of_loss;           /* takes a criterion of losses, and none other */
	bool decides_by_group;  /* takes exactly one attribute, and gives
	                        * group_thresholds */
	NumStatus (*run)(NumArena *arena, const Dataset *data,
	                 const TrainSettings *settings, NumMonitor *monitor,
	                 TrainResult *result);
} TrainMethod;

/* The method of that name, or NULL; and all of them, ending with a NULL
 * name. */
extern const TrainMethod *train_method_find(const char *name);
extern const TrainMethod *train_method_table(void);

/* The methods; one file each.  Those with a criterion answer NUM_BAD_ARGUMENT
 * when no attribute has two groups to constrain (one, for losses). */
extern NumStatus
train_plain(NumArena *arena, const Dataset *data, const TrainSettings *settings,
            NumMonitor *monitor, TrainResult *result);
extern NumStatus train_constraint(NumArena *arena, const Dataset *data,
                                  const TrainSettings *settings,
                                  NumMonitor *monitor, TrainResult *result);
extern NumStatus train_penalty(NumArena *arena, const Dataset *data,
                               const TrainSettings *settings,
                               NumMonitor *monitor, TrainResult *result);
extern NumStatus train_reweigh(NumArena *arena, const Dataset *data,
                               const TrainSettings *settings,
                               NumMonitor *monitor, TrainResult *result);
extern NumStatus train_minimax(NumArena *arena, const Dataset *data,
                               const TrainSettings *settings,
                               NumMonitor *monitor, TrainResult *result);

extern NumStatus train_threshold(NumArena *arena, const Dataset *data,
                                 const TrainSettings *settings,
                                 NumMonitor *monitor, TrainResult *result);

extern NumStatus train_reduction(NumArena *arena, const Dataset *data,
                                 const TrainSettings *settings,
                                 NumMonitor *monitor, TrainResult *result);

/* multinomial.c: the model of a label of classes. */
extern NumStatus train_multinomial(NumArena *arena, const Dataset *data,
                                   const TrainSettings *settings,
                                   NumMonitor *monitor, TrainResult *result);

/* "converged", "infeasible", ... */
extern const char *train_outcome_name(TrainOutcome outcome);

/* early_stop.c: "gap", "loss"; NULL for a number that is no metric. */
extern const char *train_metric_name(TrainMetric metric);

#endif
