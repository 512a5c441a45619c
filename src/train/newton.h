/*
 * newton.h
 *    What the Newton-type methods share: passes, curvature, the log.
 *
 * The curvature is an exact Hessian and its factor or, with more coefficients
 * than that is good for, what steps teach (num/lbfgs.h).  Methods need not
 * know which: they solve with newton_solve(), and say newton_remember() before
 * they move and newton_learn() when they have arrived.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_NEWTON_H
#define FAIRPG_TRAIN_NEWTON_H

#include "model/linear.h"
#include "num/lbfgs.h"
#include "train/early_stop.h"
#include "train/proximal.h"
#include "train/rate_log.h"
#include "train/rates.h"
#include "train/train.h"

struct Newton
{
	NumArena *arena;
	const Dataset *data;
	const TrainSettings *settings;
	NumMonitor *monitor;
	LinearPlan *plan;
	LinearSums *sums;
	Rates *rates;
	Proximal *proximal;        /* l1 and signs; NULL: neither */
	const double *cell_factor; /* [n_cells] as LinearRequest; NULL: 1 */
	/* [stride] a sum over the rows of a pass that is added to that of the
	 * gradients, whatever the coefficients; passes then tell of no rates, and
	 * leave no trace in the log; NULL: none */
	const double *tilt;

	bool learns;            /* no Hessian: the curvature is learnt */
	int max_iterations;     /* of one run; learning takes more of them */
	uint32_t n;             /* parameters */
	size_t stride;          /* of every matrix */
	uint32_t sample_stride; /* the sample phase reads one row in so many, which
	                         * is a power of 4 */

	double *coef;           /* [stride] where the next pass looks */
	double *gradient;       /* [stride] of mean loss and ridge there */
	double *factor;         /* [n][stride] Cholesky factor of the Hessian;
	                         * NULL when it learns */
	Lbfgs *lbfgs;           /* when it learns, else NULL; likewise these: */
	double *inverse;        /* [stride] of the Hessian's diagonal */
	double *last_coef;      /* [stride] where the step began */
	double *last_gradient;  /* [stride] of the Lagrangian there */
	bool remembers;         /* the last two are filled */
	double *step;           /* [stride] */
	double *jacobian;       /* [n_active][stride], NULL without rates */
	double *best;           /* [stride] the iterate to return */
	double *multiplier;     /* [n_active] */
	double *cell_curvature; /* [n_cells] of smooth decisions */
	double *cell_loss_curvature; /* [n_cells] of losses */

	double temperature; /* of the smooth decision */

	bool is_constant; /* the last pass was newton_pass_constant() */
	double loss;      /* mean loss, ridge and l1 at coef */
	double gap;       /* hard gap at coef, as in TrainLog */
	double accuracy;  /* share of weight decided as labelled at coef */
	double violation; /* of all constraints at coef, rates_judge(); 0: none */
	double *reached;  /* [n_constraints] what each of them has come to */

	double best_loss;
	double best_gap;
	double best_accuracy;
	double best_violation;
	double *best_reached; /* [n_constraints] */
	bool best_feasible;
	bool best_is_constant;
	bool has_best;
	int passes;
	uint32_t best_log;
	TrainLog *log;
	uint32_t n_log;
	RateLog rate_log;     /* of the active rates */
	EarlyStop early_stop; /* has seen every row of the log */
	bool is_stuck;        /* no step made the objective smaller */
};

/* Everything allocated; coefficients zero, or where settings->start says. */
extern NumStatus newton_create(NumArena *arena, const Dataset *data,
                               const TrainSettings *settings,
                               NumMonitor *monitor, Newton **newton);

/* One pass over one row in 'block_stride' (a power of 4) at newton->coef: loss, gradient,
 * rates, gap; with 'curved' also the Hessian and the Jacobian of the rates,
 * which cost three times the rest and else stay those of an earlier pass. */
extern NumStatus
newton_pass(Newton *newton, uint32_t block_stride, bool curved);

/* What a pass over all rows would say of the model with only an intercept, to
 * which it sets newton->coef: the share of positive labels.  The last
 * gradient, Hessian and Jacobian stay. */
extern NumStatus newton_pass_constant(Newton *newton);

/* Factorises the leading 'n' rows of newton->factor in place. */
extern NumStatus newton_cholesky(Newton *newton, uint32_t n);

/* Makes newton_solve() ready from the last curved pass: factorises the Hessian,
 * ridge included (a nearly singular one gets the smallest extra ridge that
 * lets the factorisation through), or takes its diagonal. */
extern NumStatus newton_factor(Newton *newton);

/* Overwrites b [stride] with H^-1 b. */
extern void newton_solve(Newton *newton, double *b);

/* From the last pass, curved if 'fresh': the step whose negative leads to the
 * least of the quadratic model, l1 and signs respected, into newton->step;
 * '*decrement' is by how much the model falls. */
extern NumStatus
newton_direction(Newton *newton, bool fresh, double *decrement);

/* Before a move: keeps the point and the gradient of the loss plus
 * 'multiplier' [n_active] times the rates (NULL: of what stands in
 * newton->gradient alone). */
extern void newton_remember(Newton *newton, const double *multiplier);

/* After the curved pass at the new point: learns from the move, with the same
 * multipliers.  Nothing without a point to compare with. */
extern void newton_learn(Newton *newton, const double *multiplier);

/* Adds a log row for the pass just made, which newton->early_stop sees as
 * well. */
extern void newton_log(Newton *newton, const char *phase, double step,
                       double max_multiplier, bool feasible);

/* Keeps the current point if it is better than the best so far: feasible
 * before infeasible, then the smaller loss, or gap where early stopping looks
 * at that and there are no bounds (infeasible: the smaller violation).  The constant model gives way to a greater accuracy as well: a
 * loss of no information is no merit. */
extern void newton_keep_best(Newton *newton, bool feasible);

/* Forgets the best point (the sample's, when the full passes begin). */
extern void newton_forget_best(Newton *newton);

/* Minimises loss, ridge and l1 alone over one row in 'block_stride', until
 * half the squared Newton decrement falls below 'accuracy' (the last step is
 * taken, not evaluated).  Of a start that these rows speak against it goes
 * back to zero. */
extern NumStatus
newton_minimise(Newton *newton, uint32_t block_stride, double accuracy,
                const char *phase, bool *converged);

/* Minimises loss, ridge and l1 to the end, over a sample first where that
 * pays and there is no better start, and gives the result; newton->coef is the
 * point. */
extern NumStatus newton_fit(Newton *newton, TrainResult *result);

/* The result from the best point. */
extern NumStatus
newton_finish(Newton *newton, TrainOutcome outcome, TrainResult *result);

extern double newton_dot(const double *a, const double *b, uint32_t n);

#endif
