/*
 * few_rows.h
 *    Steps that decide the rows of small groups one by one.
 *
 * A rate of 29 rows can take 30 values, and a band of 0.01 between several such
 * groups lets few combinations of them through.  A smooth rate knows nothing of
 * this: the search jumps over the values that would do, for ever.  But which of
 * these rows is decided how is known, and the scores of so few rows are linear
 * in the coefficients, so a step can be asked to put each of them on a side.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_FEW_ROWS_H
#define FAIRPG_TRAIN_FEW_ROWS_H

#include "train/newton.h"

typedef struct FewRows FewRows;

/* Whether some rate moves in steps that are no small part of its band. */
extern bool few_rows_matter(const Rates *rates);

/* Gathers the rows of such rates; the smallest groups first, as many as a small memory holds.
 * '*result' is NULL where there are none.  From the arena of 'newton'. */
extern NumStatus few_rows_create(Newton *newton, FewRows **result);

/* Before the first step of a run, whatever the run before has left. */
extern void few_rows_restart(FewRows *few);

/*
 * The multipliers of a step in which the rates of these rows are the ones that
 * they can take, into newton->multiplier [n_active] (0 for those rates), and
 * those of the rows.
 *
 * 'program' is the one of all rates (band.h), 'bands' its bands, which are made
 * as wide as the rates chosen are apart; 'solved' [n_active][stride] is H^-1 J',
 * newton->step H^-1 g, and 'curved' says that H is another one than before.
 */
extern NumStatus
few_rows_multipliers(FewRows *few, const BandProgram *program, Band *bands,
                     const double *solved, bool curved);

/* Adds to 'step' [stride] what the multipliers of the rows make of it, as
 * H^-1 times their gradients. */
extern void few_rows_add(const FewRows *few, double *step);

/* The same gradients times 'step'. */
extern double few_rows_dot(const FewRows *few, const double *step);

#endif
