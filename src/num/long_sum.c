/*
 * long_sum.c
 *    Sums whose bits do not depend on the order of their terms, of numbers of
 *    any usual size.
 */
#include "num/long_sum.h"

#include <string.h>

#define LIMBS LONG_SUM_LIMBS
#define FRACTION_BITS 448

/* Whether the uppermost limb is so far from both ends that any term fits. */
static bool
has_room(const LongSum *sum)
{
	return (sum->limb[LIMBS - 1] + (UINT64_C(1) << 62)) >> 63 == 0;
}

/* Adds 'low' and 'high' to the limbs from 'at' on, or takes them away. */
static void
add_limbs(LongSum *sum, int at, const uint64_t part[2], bool negative)
{
	uint64_t carry = 0;

	for (int i = 0; at + i < LIMBS && (i < 2 || carry != 0); i++)
	{
		uint64_t *limb = &sum->limb[at + i];
		uint64_t term = i < 2 ? part[i] : 0;
		uint64_t before = *limb;
		uint64_t step = negative ? before - term : before + term;

		*limb = negative ? step - carry : step + carry;
		carry = negative ? (uint64_t) (step > before) | (*limb > step)
		                 : (uint64_t) (step < before) | (*limb < step);
	}
}

/* The same as long_sum_add() of any finite number within the range. */
static void
add_number(LongSum *sum, double x)
{
	uint64_t bits;
	uint64_t mantissa;
	uint64_t part[2];
	int shift;

	memcpy(&bits, &x, sizeof(bits));
	/* x = mantissa 2^(exponent - 1075), bit 0 of the sum is 2^-448 */
	shift = (int) ((bits >> 52) & 0x7ff) - 1075 + FRACTION_BITS;
	mantissa = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(1) << 52;
	if (shift <= -53)
		return; /* zero, or below the resolution */
	if (shift < 0)
	{
		mantissa >>= -shift;
		shift = 0;
	}
	part[0] = mantissa << (shift & 63);
	part[1] = (mantissa >> 1) >> (63 - (shift & 63));
	add_limbs(sum, shift / 64, part, bits >> 63 != 0);
}

bool
long_sum_add(LongSum *sum, double x)
{
	if (!(x <= LONG_SUM_MAX && x >= -LONG_SUM_MAX))
		return false;
	add_number(sum, x);
	return has_room(sum);
}

bool
long_sum_add_twofold(LongSum *sum, Twofold x)
{
	return long_sum_add(sum, x.high) && long_sum_add(sum, x.low);
}

bool
long_sum_merge(LongSum *sum, const LongSum *other)
{
	uint64_t carry = 0;

	if (!has_room(sum) || !has_room(other))
		return false;
	for (int i = 0; i < LIMBS; i++)
	{
		uint64_t step = sum->limb[i] + other->limb[i];
		uint64_t total = step + carry;

		carry = (uint64_t) (step < sum->limb[i]) | (total < step);
		sum->limb[i] = total;
	}
	return has_room(sum);
}

/* The double nearest to the sum, ties to even. */
static double
nearest(const LongSum *sum)
{
	LongSum magnitude = *sum;
	bool negative = sum->limb[LIMBS - 1] >> 63 != 0;
	uint64_t carry = 1;
	uint64_t top;
	int limb = LIMBS - 1;
	int shift = 0;
	double value;

	for (int i = 0; negative && i < LIMBS; i++)
	{
		magnitude.limb[i] = ~magnitude.limb[i] + carry;
		carry = carry && magnitude.limb[i] == 0;
	}
	while (limb >= 0 && magnitude.limb[limb] == 0)
		limb--;
	if (limb < 0)
		return 0;
	/* the 64 bits from the highest one down; what lies below only matters by
	 * not being zero, which the last bit then says */
	top = magnitude.limb[limb];
	while (top >> 63 == 0)
	{
		top <<= 1;
		shift++;
	}
	if (limb > 0 && shift > 0)
	{
		top |= magnitude.limb[limb - 1] >> (64 - shift);
		if (magnitude.limb[limb - 1] << shift != 0)
			top |= 1;
	}
	else if (limb > 0 && magnitude.limb[limb - 1] != 0)
		top |= 1;
	for (int i = 0; i < limb - 1; i++)
		if (magnitude.limb[i] != 0)
			top |= 1;
	value = ldexp((double) top, 64 * limb - shift - FRACTION_BITS);
	return negative ? -value : value;
}

Twofold
long_sum_value(const LongSum *sum)
{
	LongSum rest = *sum;
	Twofold value;

	value.high = nearest(sum);
	add_number(&rest, -value.high);
	value.low = nearest(&rest);
	return value;
}

size_t
long_sum_write(const LongSum *sum, unsigned char *out)
{
	int first = 0;
	int end = LIMBS;
	size_t n = 2;

	while (first < LIMBS && sum->limb[first] == 0)
		first++;
	if (first == LIMBS)
		first = end = 0;
	/* a limb above goes when it says no more than the sign of the one below */
	while (end - first > 1 &&
	       sum->limb[end - 1] ==
	           (sum->limb[end - 2] >> 63 != 0 ? UINT64_MAX : 0))
		end--;
	out[0] = (unsigned char) first;
	out[1] = (unsigned char) (end - first);
	for (int i = first; i < end; i++)
		for (int byte = 0; byte < 8; byte++)
			out[n++] = (unsigned char) (sum->limb[i] >> (8 * byte));
	return n;
}

size_t
long_sum_read(LongSum *sum, const unsigned char *in, size_t available)
{
	size_t first;
	size_t n;
	size_t at = 2;
	uint64_t sign = 0;

	if (available < 2)
		return 0;
	first = in[0];
	n = in[1];
	if (first + n > LIMBS || available < 2 + 8 * n)
		return 0;
	memset(sum, 0, sizeof(*sum));
	for (size_t i = first; i < first + n; i++)
	{
		for (int byte = 0; byte < 8; byte++)
			sum->limb[i] |= (uint64_t) in[at++] << (8 * byte);
		sign = sum->limb[i] >> 63 != 0 ? UINT64_MAX : 0;
	}
	for (size_t i = first + n; i < LIMBS; i++)
		sum->limb[i] = sign;
	return has_room(sum) ? 2 + 8 * n : 0;
}
