/*
 * proximal_band.h
 *    Steps constrained by bands under an l1 penalty and constraints on signs.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_PROXIMAL_BAND_H
#define FAIRPG_TRAIN_PROXIMAL_BAND_H

#include "train/band.h"
#include "train/newton.h"

typedef struct ProximalBand ProximalBand;

/* Room for the rates of 'newton'; NULL where it has neither l1 nor signs. */
extern NumStatus proximal_band_create(Newton *newton, ProximalBand **result);

/*
 * The step d of band.h with l1 (|w + d|_1 - |w|_1) added to what is minimised,
 * and such that w + d has its signs: into newton->step, its length in the norm
 * of H into '*length'.  Of 'program' the bands, their width and 'most' are
 * used; 'rate' [n_active] holds the rates before the step.  'lambda' is where
 * the search for the multipliers begins, and its end.  'fresh' as in
 * proximal_step().
 */
extern NumStatus
proximal_band_step(ProximalBand *step, bool fresh, const BandProgram *program,
                   const double *rate, double *lambda, double *length);

#endif
