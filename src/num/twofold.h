/*
 * twofold.h
 *    Numbers of twice the digits of a double: the unevaluated sum of two.
 *
 * For differences of large numbers that nearly cancel, such as the variance
 * from sums of squares.  A product of two doubles is exact as long as neither
 * overflows nor falls below 2^-1074; sums and products of twofold numbers are
 * right to about 100 bits.
 *
 * Reference: Dekker, A floating-point technique for extending the available
 * precision, Numerische Mathematik 18 (1971); Ogita, Rump and Oishi, Accurate
 * sum and dot product, SIAM J. Sci. Comput. 26 (2005).
 */
#ifndef FAIRPG_NUM_TWOFOLD_H
#define FAIRPG_NUM_TWOFOLD_H

#include <math.h>

typedef struct Twofold
{
	double high; /* the number rounded to a double */
	double low;
} Twofold;

/* a + b, exactly. */
static inline Twofold
twofold_sum(double a, double b)
{
	double high = a + b;
	double from_b = high - a;

	return (Twofold){ high, (a - (high - from_b)) + (b - from_b) };
}

/* a * b, exactly. */
static inline Twofold
twofold_product(double a, double b)
{
	double high = a * b;

	return (Twofold){ high, fma(a, b, -high) };
}

static inline Twofold
twofold_add(Twofold a, Twofold b)
{
	Twofold sum = twofold_sum(a.high, b.high);

	return twofold_sum(sum.high, sum.low + (a.low + b.low));
}

static inline Twofold
twofold_multiply(Twofold a, Twofold b)
{
	Twofold product = twofold_product(a.high, b.high);

	return twofold_sum(product.high,
	                   product.low + (a.high * b.low + a.low * b.high));
}

/* a * b */
static inline Twofold
twofold_scale(Twofold a, double b)
{
	return twofold_multiply(a, (Twofold){ b, 0 });
}

#endif
