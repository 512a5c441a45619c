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
#include "train/multinomial.h"
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
	/* makes the passes and the curvature where labels are classes; then all
	 * vectors are [n_classes][stride of one], and sums those of each class
	 * against all others, [n_classes] (newton_class.c); NULL: they are not */
	Multinomial *classes;
	LinearSums *sums;      /* of the last pass: one of the next two */
	LinearSums *own_sums;  /* of newton_pass() */
	LinearSums *many_sums; /* of newton_pass_many(), without matrices */
	Rates *rates;
	Proximal *proximal;        /* l1 and signs; NULL: neither */
	const double *cell_factor; /* of the next passes: that of the settings, or
	                            * another one; [n_cells] */
	/* [stride] a sum over the rows of a pass that is added to that of the
	 * gradients, whatever the coefficients; passes then tell of no rates, and
	 * leave no trace in the log; NULL: none */
	const double *tilt;

	bool learns;            /* no Hessian: the curvature is learnt */
	int max_iterations;     /* of one run; learning takes more of them */
	uint32_t n;             /* parameters */
	uint32_t n_cells;       /* of the data, or of those of each class */
	size_t stride;          /* of every matrix */
	uint32_t sample_stride; /* the sample phase reads one row in so many, which
	                         * is a power of 4 */
	uint32_t coarse_stride; /* the first way to it one in so many; the same:
	                         * there is no such way */
	bool coarse_serves;     /* and these tell of every constrained rate */

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
	double damping; /* on the diagonal of the next matrix, see backtrack() */

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

/* Everything allocated; coefficients zero, or where settings->start says.
 * Labels that are classes are none for newton_create_beside(),
 * newton_pass_many(), proximal steps and losses of groups. */
extern NumStatus newton_create(NumArena *arena, const Dataset *data,
                               const TrainSettings *settings,
                               NumMonitor *monitor, Newton **newton);

/* Likewise beside another one of the same data and criteria, whose plan and sums
 * it shares: what the sums of its last pass say holds until the next one of
 * any of them, but for those of newton_pass_many(). */
extern NumStatus
newton_create_beside(NumArena *arena, const Newton *first,
                     const TrainSettings *settings, Newton **newton);

/* The level of the sample of one row in 'stride', a power of 4. */
static inline uint32_t
newton_sample_level(uint32_t stride)
{
	uint32_t level = 0;

	for (; stride > 1; stride /= 4)
		level++;
	return level;
}

/* One pass over one row in 'block_stride' (a power of 4) at newton->coef: loss, gradient,
 * rates, gap; with 'curved' also the Hessian and the Jacobian of the rates,
 * which cost three times the rest and else stay those of an earlier pass. */
extern NumStatus
newton_pass(Newton *newton, uint32_t block_stride, bool curved);

/* The same for any number of them, not curved, over all rows; they stand beside
 * each other (newton_create_beside()) and have one temperature. */
extern NumStatus newton_pass_many(Newton *const *newtons, uint32_t n);

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

/* The same over the sample, or over all rows where there is none; first over a
 * part of it, where the start is nobody's and some way is left to go. */
extern NumStatus newton_minimise_sample(Newton *newton, double accuracy,
                                        const char *phase, bool *converged);

/* Minimises loss, ridge and l1 to the end, over a sample first where that
 * pays and there is no better start, and gives the result; newton->coef is the
 * point. */
extern NumStatus newton_fit(Newton *newton, TrainResult *result);

/* The result from the best point. */
extern NumStatus
newton_finish(Newton *newton, TrainOutcome outcome, TrainResult *result);

extern double newton_dot(const double *a, const double *b, uint32_t n);

/* newton_class.c: what of it is another thing where labels are classes; the
 * samples of a pass and of its Hessian are levels. */
extern NumStatus newton_class_create(Newton *newton);
extern NumStatus newton_class_pass(Newton *newton, uint32_t sample,
                                   uint32_t curved_sample, bool curved);
extern double newton_class_accuracy(const Newton *newton);

/* The logarithms of the classes' shares as intercepts, into newton->coef. */
extern NumStatus newton_class_constant(Newton *newton);

/* Mean loss of that model over the rows of the last pass. */
extern double newton_class_entropy(const Newton *newton);

/* Mean over the rows of the last curved pass of how far the greatest score is
 * ahead of the next one. */
extern double newton_class_margin(const Newton *newton);

#endif
