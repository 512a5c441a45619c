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
#include <string.h>

#define EXACT_SUM_BYTES 24

/* Largest magnitude that may be added, 2^64; 2^31 such terms fit. */
#define EXACT_SUM_MAX 18446744073709551616.0

typedef struct ExactSum
{
	uint64_t limb[3]; /* least significant first */
} ExactSum;

extern void exact_sum_clear(ExactSum *sum);

/* Adds the three limbs of a term, each xor-ed with 'mask', and 'carry'.  With
 * a mask of ones and a carry of one that subtracts the term.  False, and
 * nothing added, on overflow. */
static inline bool
exact_sum_add_limbs(ExactSum *sum, const uint64_t *limb, uint64_t mask,
                    uint64_t carry)
{
	uint64_t total[3];

	for (int i = 0; i < 3; i++)
	{
		uint64_t part = sum->limb[i] + (limb[i] ^ mask);

		total[i] = part + carry;
		carry = (uint64_t) (part < sum->limb[i]) | (uint64_t) (total[i] < part);
	}
	/* overflow: both terms of one sign, the sum of the other */
	if (((sum->limb[2] ^ total[2]) & ((limb[2] ^ mask) ^ total[2])) >> 63)
		return false;
	/* one by one: a copy of all would wait for the stores of each */
	sum->limb[0] = total[0];
	sum->limb[1] = total[1];
	sum->limb[2] = total[2];
	return true;
}

/* False, and nothing added, when x is not finite, |x| > EXACT_SUM_MAX, or the
 * sum would overflow.  A few nanoseconds. */
static inline bool
exact_sum_add(ExactSum *sum, double x)
{
	uint64_t limb[3];
	uint64_t bits;
	uint64_t mantissa;
	uint64_t negative;
	uint64_t low;
	uint64_t high;
	int shift;

	if (!(x <= EXACT_SUM_MAX && x >= -EXACT_SUM_MAX))
		return false;
	memcpy(&bits, &x, sizeof(bits));
	negative = bits >> 63;
	/* x = mantissa 2^(exponent - 1075), bit 0 of the sum is 2^-96; 52 is the
	 * bit that the format leaves out, and 1087 the exponent of 2^64 */
	shift = (int) ((bits >> 52) & 0x7ff) - 1075 + 96;
	mantissa = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(1) << 52;
	if (shift < 0)
	{
		if (shift <= -53)
			return true; /* zero, or below the resolution */
		mantissa >>= -shift;
		shift = 0;
	}
	low = mantissa << (shift & 63);
	high = (mantissa >> 1) >> (63 - (shift & 63));
	limb[0] = shift < 64 ? low : 0;
	limb[1] = shift < 64 ? high : low;
	limb[2] = shift < 64 ? 0 : high;
	return exact_sum_add_limbs(sum, limb, UINT64_C(0) - negative, negative);
}

/* Adds 'other'; false, and nothing added, on overflow. */
extern bool exact_sum_merge(ExactSum *sum, const ExactSum *other);

/* The sum as the nearest double (ties to even). */
extern double exact_sum_value(const ExactSum *sum);

/* Little-endian image, the same on every machine. */
extern void
exact_sum_write(const ExactSum *sum, unsigned char out[EXACT_SUM_BYTES]);
extern void
exact_sum_read(ExactSum *sum, const unsigned char in[EXACT_SUM_BYTES]);

#endif
