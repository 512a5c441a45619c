/*
 * band.h
 *    The small quadratic program at the heart of a constrained Newton step.
 *
 * Rates that a step moves by J d must end up where the band that they belong
 * to allows.  The step
 *
 *     minimise  g'd + d'Hd / 2  such that  r_k + J_k d  is allowed in its band
 *
 * has d = -H^-1 (g + J' lambda), and its multipliers minimise
 *
 *     lambda' M lambda / 2 - c' lambda + what the bands cost
 *
 * with M = J H^-1 J' and c = r - J H^-1 g.  With v = r + J d, a band allows
 *
 *     BAND_BETWEEN  low <= v_k <= low / ratio + width, where low is free.  A
 *                   gap of at most width is ratio 1; a quotient of at least
 *                   ratio between any two rates is width 0, and linear in the
 *                   rates where logarithms would not be.  Its multipliers are
 *                   positive at the upper end, negative at the lower one, and
 *                   since the place is free the positive ones, divided by the
 *                   ratio, sum to the negative ones: a sum of zero for gaps.
 *                   Groups inside the band cost nothing.
 *     BAND_BELOW    v_k <= width: multipliers at least 0.
 *     BAND_LEAST    anything, but the largest v_k is what is minimised, in the
 *                   place of a bound: multipliers at least 0 with sum 1.
 *
 * Programs whose bands cannot all be met have no multipliers.  So they are kept
 * within 'most' of their band in absolute value, which makes it one that pays
 * 'most' for every unit that a rate lies outside it (an exact penalty), and
 * always has a solution.
 */
#ifndef FAIRPG_TRAIN_BAND_H
#define FAIRPG_TRAIN_BAND_H

#include <stdbool.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef enum BandKind
{
	BAND_BETWEEN,
	BAND_BELOW,
	BAND_LEAST
} BandKind;

typedef struct Band
{
	uint32_t first; /* rates first .. first + count - 1 */
	uint32_t count;
	BandKind kind;
	double width; /* >= 0, or the bound of BAND_BELOW */
	double ratio; /* of BAND_BETWEEN; in [0, 1] */
	double most;  /* > 0, of a multiplier in absolute value; not of BAND_LEAST,
	               * where that is 1 */
} Band;

typedef struct BandProgram
{
	uint32_t n;      /* rates */
	const double *m; /* [n][n], positive semidefinite */
	const double *c; /* [n] */
	const Band *bands;
	uint32_t n_bands;
	double accuracy;     /* of constraints, in their units; 0: 1e-10 of the
	                      * largest number of the program */
	uint32_t most_steps; /* for each rate; 0: 1000 */
} BandProgram;

/*
 * Multipliers of the program above, by coordinate descent over the pair of
 * rates of one band (of BAND_BELOW: the rate) that violates optimality most.
 * 'lambda' [n] holds the starting point, which must be one that the bands
 * allow (all zero is, but for BAND_LEAST), and receives the answer.  Stops at the
 * accuracy or after most_steps (n + 10) steps, each of O(n).
 */
extern NumStatus band_multipliers(NumArena *arena, const BandProgram *program,
                                  NumMonitor *monitor, double *lambda);

#endif
