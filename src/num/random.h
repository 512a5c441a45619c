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

/* Number of successes in 'n' trials of probability 'p' (taken as 0 below 0
 * and as 1 above 1).  Exact: no normal approximation. */
extern uint64_t num_random_binomial(NumRandom *random, uint64_t n, double p);

/* A 64-bit hash of bytes: stable for ever, for splits and dictionaries, not
 * for secrets. */
extern uint64_t num_hash64(const void *bytes, size_t length, uint64_t seed);

#endif
