/*
 * mixing.h
 *    The linear program of method reduction: shares of predictors.
 *
 * Predictors are known by their error and their group rates.  A mixture that
 * decides by predictor h with probability q_h has the means of both, and the
 * best one is
 *
 *     minimise   sum_h q_h error_h + most * x
 *     such that  v_k = sum_h q_h rate_hk is at most x outside its band,
 *                q >= 0, sum q = 1, x >= 0
 *
 * with bands as BAND_BETWEEN of band.h, whose place is free.
 *
 * Its dual has a multiplier for each rate, which says what a unit of it is
 * worth: no more than 'most' in all, and balanced in each band.  A predictor
 * whose error plus multipliers times rates is smaller than the dual's own value
 * would make the mixture better; if none is, the mixture is the best there is.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_MIXING_H
#define FAIRPG_TRAIN_MIXING_H

#include "train/band.h"

typedef struct MixingProgram
{
	uint32_t n; /* predictors, at least 1 */
	const double *error;
	uint32_t n_rates;
	const double *rate; /* [n][n_rates] in [0, 1] */
	const Band *bands;  /* BAND_BETWEEN; 'most' of each is not used */
	uint32_t n_bands;
	double most; /* > 0 */
} MixingProgram;

typedef struct MixingAnswer
{
	double *share;      /* [n] >= 0, sum 1; few of them above 0 */
	double *multiplier; /* [n_rates] */
	double offset;      /* what the bands cost: the dual's value is the least
	                     * error plus multipliers times rates, less this */
	double value;       /* of both programs */
} MixingAnswer;

/*
 * Solves it by the simplex method on the dual, whose tableau has a row for each
 * predictor and band and two columns for each rate.  Arrays of the answer are
 * the caller's.  NUM_NOT_CONVERGED after more pivots than there can be need
 * for.
 */
extern NumStatus mixing_solve(NumArena *arena, const MixingProgram *program,
                              NumMonitor *monitor, MixingAnswer *answer);

#endif
