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
	ExactSum total;
	uint64_t carry = 0;

	for (int i = 0; i < 3; i++)
	{
		uint64_t a = sum->limb[i];
		uint64_t b = other->limb[i];
		uint64_t ab = a + b;

		total.limb[i] = ab + carry;
		carry = (uint64_t) (ab < a) | (uint64_t) (total.limb[i] < ab);
	}
	/* overflow: terms of one sign, a sum of the other */
	if (((sum->limb[2] ^ total.limb[2]) & (other->limb[2] ^ total.limb[2])) &
		SIGN_BIT)
		return false;
	*sum = total;
	return true;
}

bool
exact_sum_add(ExactSum *sum, double x)
{
	ExactSum term = { { 0, 0, 0 } };
	uint64_t bits;
	uint64_t mantissa;
	int exponent;
	int shift;
	int limb;

	if (!(fabs(x) <= EXACT_SUM_MAX))
		return false;
	memcpy(&bits, &x, sizeof(bits));
	mantissa = bits & 0x000fffffffffffffULL;
	exponent = (int) ((bits >> 52) & 0x7ff);
	if (exponent == 0)
		return true; /* zero, or far below the resolution */
	mantissa |= 1ULL << 52;

	/* x = mantissa 2^(exponent - 1075); bit 0 of the sum is 2^-96 */
	shift = exponent - 1075 + FRACTION_BITS;
	if (shift <= -53)
		return true;
	if (shift < 0)
		term.limb[0] = mantissa >> -shift;
	else
	{
		limb = shift / 64;
		term.limb[limb] = mantissa << (shift % 64);
		if (shift % 64 > 11 && limb < 2)
			term.limb[limb + 1] = mantissa >> (64 - shift % 64);
	}
	if (bits >> 63)
		negate(&term);
	return exact_sum_merge(sum, &term);
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
			sticky = sticky ||
					 (magnitude.limb[limb] & ((1ULL << shift) - 1)) != 0;
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
