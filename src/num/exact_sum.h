/*
 * exact_sum.h
 *    Sums whose bits do not depend on the order of their terms.
 *
 * A sum is a fixed-point number of 192 bits with a resolution of 2^-96, in
 * two's complement.  Adding a number cuts off its bits below 2^-96 (each
 * number on its own), after which additions are exact; so any order, any
 * split into partial sums and any merge give the same bits.
 */
#ifndef FAIRPG_NUM_EXACT_SUM_H
#define FAIRPG_NUM_EXACT_SUM_H

#include <stdbool.h>
#include <stdint.h>

#define EXACT_SUM_BYTES 24

/* Largest magnitude that may be added, 2^64; 2^31 such terms fit. */
#define EXACT_SUM_MAX 18446744073709551616.0

typedef struct ExactSum
{
	uint64_t limb[3]; /* least significant first */
} ExactSum;

extern void exact_sum_clear(ExactSum *sum);

/* False, and nothing added, when x is not finite, |x| > EXACT_SUM_MAX, or the
 * sum would overflow. */
extern bool exact_sum_add(ExactSum *sum, double x);

/* Adds 'other'; false, and nothing added, on overflow. */
extern bool exact_sum_merge(ExactSum *sum, const ExactSum *other);

/* The sum as the nearest double (ties to even). */
extern double exact_sum_value(const ExactSum *sum);

/* Little-endian image, the same on every machine. */
extern void exact_sum_write(const ExactSum *sum,
							unsigned char out[EXACT_SUM_BYTES]);
extern void exact_sum_read(ExactSum *sum,
						   const unsigned char in[EXACT_SUM_BYTES]);

#endif
