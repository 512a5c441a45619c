/*
 * exact_sum.c
 *    Sums whose bits do not depend on the order of their terms.
 */
#include "num/exact_sum.h"

#include <math.h>
#include <string.h>

#define FRACTION_BITS 96
#define SIGN_BIT (1ULL << 63)

void
exact_sum_clear(ExactSum *sum)
{
	memset(sum, 0, sizeof(*sum));
}

static void
negate(ExactSum *sum)
{
	uint64_t carry = 1;

	for (int i = 0; i < 3; i++)
	{
		sum->limb[i] = ~sum->limb[i] + carry;
		carry = carry && sum->limb[i] == 0;
	}
}

bool
exact_sum_merge(ExactSum *sum, const ExactSum *other)
{
	return exact_sum_add_limbs(sum, other->limb, 0, 0);
}

double
exact_sum_value(const ExactSum *sum)
{
	ExactSum magnitude = *sum;
	bool negative = (sum->limb[2] & SIGN_BIT) != 0;
	uint64_t top;
	bool sticky = false;
	int highest = -1;
	int drop;
	double value;

	if (negative)
		negate(&magnitude);
	for (int i = 2; i >= 0 && highest < 0; i--)
		for (int b = 63; b >= 0 && highest < 0; b--)
			if ((magnitude.limb[i] >> b) & 1)
				highest = 64 * i + b;
	if (highest < 0)
		return 0;

	/* the 64 bits from the highest one down; what lies below only matters by
	 * not being zero, which the last bit then says */
	drop = highest - 63;
	if (drop <= 0)
		top = magnitude.limb[0];
	else
	{
		int limb = drop / 64;
		int shift = drop % 64;

		top = magnitude.limb[limb] >> shift;
		if (shift > 0 && limb < 2)
			top |= magnitude.limb[limb + 1] << (64 - shift);
		for (int i = 0; i < limb; i++)
			sticky = sticky || magnitude.limb[i] != 0;
		if (shift > 0)
			sticky =
				sticky || (magnitude.limb[limb] & ((1ULL << shift) - 1)) != 0;
	}
	if (sticky)
		top |= 1;
	value = ldexp((double) top, (drop > 0 ? drop : 0) - FRACTION_BITS);
	return negative ? -value : value;
}

void
exact_sum_write(const ExactSum *sum, unsigned char out[EXACT_SUM_BYTES])
{
	for (int i = 0; i < EXACT_SUM_BYTES; i++)
		out[i] = (unsigned char) (sum->limb[i / 8] >> (8 * (i % 8)));
}

void
exact_sum_read(ExactSum *sum, const unsigned char in[EXACT_SUM_BYTES])
{
	exact_sum_clear(sum);
	for (int i = 0; i < EXACT_SUM_BYTES; i++)
		sum->limb[i / 8] |= (uint64_t) in[i] << (8 * (i % 8));
}
