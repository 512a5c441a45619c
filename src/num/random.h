/*
 * random.h
 *    Seeded random numbers and a hash, the same on every machine.
 */
#ifndef FAIRPG_NUM_RANDOM_H
#define FAIRPG_NUM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct NumRandom
{
	uint64_t state[4];
} NumRandom;

/* Any seed will do; the same seed gives the same numbers for ever. */
extern void num_random_seed(NumRandom *random, uint64_t seed);

extern uint64_t num_random_bits(NumRandom *random);

/* Uniform in [0, 1), 53 bits. */
extern double num_random_uniform(NumRandom *random);

/* 'n' of them, those that as many calls give. */
extern void num_random_uniforms(NumRandom *random, size_t n, double *values);

/* Number of successes in 'n' trials, at most 2^53, of probability 'p' (taken
 * as 0 below 0 or NaN and as 1 above 1).  No normal approximation: exact but
 * for rounding in the 15th digit of a probability.  O(1) expected. */
extern uint64_t num_random_binomial(NumRandom *random, uint64_t n, double p);

/* 'n' draws of one probability: successes[i] of trials[i], whole numbers from 0
 * to 2^53.  Other draws than single ones with the same seed give, in half of the
 * time. */
extern void num_random_binomials(NumRandom *random, const double *trials,
                                 double p, size_t n, double *successes);

/* Spreads 'n' trials over cells with probabilities in proportion to 'weight'
 * (finite; a weight not above 0 gets none).  The counts add up to n, or are
 * all 0 when no weight is above 0. */
extern void
num_random_multinomial(NumRandom *random, uint64_t n, const double *weight,
                       size_t n_cells, uint64_t *count);

/* A 64-bit hash of bytes: stable for ever, for splits and dictionaries, not
 * for secrets. */
extern uint64_t num_hash64(const void *bytes, size_t length, uint64_t seed);

#endif
