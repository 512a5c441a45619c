/*
 * special.h
 *    Elementary functions that give the same bits on every machine.
 *
 * The C library's exp and log choose code by the CPU and differ in the last
 * bit between machines.  These use only the additions, multiplications and
 * divisions that IEEE 754 defines exactly, in one order, and selections
 * instead of branches, so a compiler can vectorise a loop over them.  They
 * need contraction into fused operations to be off.
 *
 * Errors, measured against 80-bit and multiple-precision results: num_exp and
 * num_log below 1.5 units in the last place, num_sigmoid and num_log1pexp
 * below 4.  NaN in gives NaN out.
 */
#ifndef FAIRPG_NUM_SPECIAL_H
#define FAIRPG_NUM_SPECIAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* e^x; 0 below -708 and infinity above 709, a little before the range ends. */
static inline double
num_exp(double x)
{
	/* adding and taking away 1.5 * 2^52 rounds to a whole number, and leaves
	 * it in the low bits on the way */
	const double round = 6755399441055744.0;
	double inside = x < 709.0 ? x : 709.0;
	double shifted;
	double k;
	double r;
	double p;
	double scale;
	double result;
	uint64_t bits;

	inside = inside > -708.0 ? inside : -708.0;
	shifted = inside * 1.4426950408889634 + round;
	memcpy(&bits, &shifted, sizeof(bits));
	k = shifted - round;

	/* r = x - k ln 2 with ln 2 in two parts; |r| <= ln 2 / 2 */
	r = inside - k * 6.93147180369123816490e-01;
	r = r - k * 1.90821492927058770002e-10;

	/* Taylor series: the term of degree 13 is below 2^-53 on the interval */
	p = 1.0 / 6227020800.0;
	p = p * r + 1.0 / 479001600.0;
	p = p * r + 1.0 / 39916800.0;
	p = p * r + 1.0 / 3628800.0;
	p = p * r + 1.0 / 362880.0;
	p = p * r + 1.0 / 40320.0;
	p = p * r + 1.0 / 5040.0;
	p = p * r + 1.0 / 720.0;
	p = p * r + 1.0 / 120.0;
	p = p * r + 1.0 / 24.0;
	p = p * r + 1.0 / 6.0;
	p = p * r + 0.5;
	p = p * r * r + r;
	p = p + 1.0;

	/* 2^k: its exponent field is k + 1023 */
	bits = (bits + 1023) << 52;
	memcpy(&scale, &bits, sizeof(scale));
	result = p * scale;
	result = x < -708.0 ? 0.0 : result;
	result = x > 709.0 ? (double) INFINITY : result;
	return x == x ? result : x;
}

/* Natural logarithm; -infinity at 0, NaN below, for subnormal numbers the
 * logarithm of the smallest normal one. */
static inline double
num_log(double x)
{
	double normal = x > 2.2250738585072014e-308 ? x : 2.2250738585072014e-308;
	double m;
	double e;
	double s;
	double z;
	double p;
	double result;
	uint64_t bits;
	uint64_t high;

	/* x = m 2^e with m in [sqrt(1/2), sqrt(2)) */
	memcpy(&bits, &normal, sizeof(bits));
	high = bits - 0x3fe6a09e667f3bcdULL;
	e = (double) (int32_t) ((int64_t) high >> 52);
	bits -= high & 0xfff0000000000000ULL;
	memcpy(&m, &bits, sizeof(m));

	/* ln m = 2 artanh s with s = (m - 1) / (m + 1), |s| <= 0.1716 */
	s = (m - 1.0) / (m + 1.0);
	z = s * s;
	p = 1.0 / 21.0;
	p = p * z + 1.0 / 19.0;
	p = p * z + 1.0 / 17.0;
	p = p * z + 1.0 / 15.0;
	p = p * z + 1.0 / 13.0;
	p = p * z + 1.0 / 11.0;
	p = p * z + 1.0 / 9.0;
	p = p * z + 1.0 / 7.0;
	p = p * z + 1.0 / 5.0;
	p = p * z + 1.0 / 3.0;
	p = 2.0 * s * z * p;
	result = e * 1.90821492927058770002e-10 + p;
	result = result + 2.0 * s;
	result = result + e * 6.93147180369123816490e-01;
	result = x == 0.0 ? -(double) INFINITY : result;
	result = x < 0.0 ? (double) NAN : result;
	result = x > 1.7976931348623157e308 ? x : result;
	return x == x ? result : x;
}

/* ln(1 + x) for x in [0, 1], accurate near zero. */
static inline double
num_log1p_unit(double x)
{
	/* 1 + x = u exactly but for rounding; the quotient repairs what the
	 * rounding lost */
	double u = 1.0 + x;
	double lost = (x - (u - 1.0)) / u;

	return num_log(u) + lost;
}

/* 1 / (1 + e^-z), without overflow; exactly 0.5 at 0. */
static inline double
num_sigmoid(double z)
{
	double e = num_exp(z < 0.0 ? z : -z);
	double above = 1.0 / (1.0 + e);

	return z < 0.0 ? e * above : above;
}

/* ln(1 + e^z), without overflow: the log-loss of label 0 at raw score z; that
 * of label 1 is num_log1pexp(z) - z. */
static inline double
num_log1pexp(double z)
{
	double e = num_exp(z < 0.0 ? z : -z);

	return (z > 0.0 ? z : 0.0) + num_log1p_unit(e);
}

/* ln(p / (1 - p)) for p in (0, 1). */
extern double num_logit(double p);

/* The z with P(standard normal <= z) = p, for p in (0, 1); infinite at the
 * ends, NaN outside. */
extern double num_normal_quantile(double p);

/* P(standard normal <= z). */
extern double num_normal_cdf(double z);

#endif
