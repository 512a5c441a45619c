/*
 * band.h
 *    The small quadratic program at the heart of a constrained Newton step.
 *
 * Rates that a step moves by J d must end up within a band of width 'width'
 * whose place is free, one band for each set of groups and event.  The step
 *
 *     minimise  g'd + d'Hd / 2
 *     such that  low_b <= r_k + J_k d <= low_b + width   for k in band b
 *
 * has d = -H^-1 (g + J' lambda), and its multipliers solve
 *
 *     minimise  lambda' M lambda / 2 - c' lambda + width / 2 |lambda|_1
 *     such that  the multipliers of each band sum to zero
 *
 * with M = J H^-1 J' and c = r - J H^-1 g: the free place of a band is what
 * makes its multipliers sum to zero, and its width is what makes groups
 * inside the band cost nothing.
 *
 * A program whose bands cannot all be met has no multipliers.  So they are kept
 * within 'most' in absolute value, which makes it one that pays 'most' for
 * every unit that a rate lies outside its band (an exact penalty), and always
 * has a solution.
 */
#ifndef FAIRPG_TRAIN_BAND_H
#define FAIRPG_TRAIN_BAND_H

#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct Band
{
	uint32_t first; /* rates first .. first + count - 1 */
	uint32_t count;
} Band;

typedef struct BandProgram
{
	uint32_t n;      /* rates */
	const double *m; /* [n][n], positive semidefinite */
	const double *c; /* [n] */
	const Band *bands;
	uint32_t n_bands;
	double width; /* >= 0 */
	double most;  /* > 0, of a multiplier in absolute value */
} BandProgram;

/*
 * Multipliers of the program above, by coordinate descent over the pair of
 * rates of one band that violates optimality most.  'lambda' [n] holds the
 * starting point (sums zero in every band, within 'most') and receives the
 * answer.  Stops at a relative accuracy of 1e-10 or after 1000 (n + 10) steps,
 * each of O(n).
 */
extern NumStatus band_multipliers(NumArena *arena, const BandProgram *program,
                                  NumMonitor *monitor, double *lambda);

#endif
