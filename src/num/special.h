/*
 * special.h
 *    The transcendental functions fairpg computes with, and those of the
 *    normal and the beta distribution.
 *
 * The C library's exp and log pick their code by processor, so their last
 * bits depend on the machine.  The inline functions below use IEEE addition,
 * subtraction, multiplication and division and integer operations in one
 * fixed order, nothing else; with contraction off (as everywhere in fairpg)
 * every machine returns the same bits.  None has a branch or a table, so a
 * loop over an array that calls them is vectorised by the compiler.
 *
 * Errors, held to by test/unit/test_num_special.c: 1.1 ulp for num_exp (2
 * where the result is subnormal) and num_log, 1.5 for num_log1p, 2.5 for
 * num_sigmoid, 3 for num_log1pexp and both of num_logistic.  num_exp and num_sigmoid never fall where
 * their argument rises.  NaN gives NaN everywhere.
 *
 * The polynomials are near-minimax fits (Chebyshev interpolation at 60
 * digits) of the function named at each; the degrees are the lowest whose
 * error stays below an eighth of an ulp of the result.
 */
#ifndef FAIRPG_NUM_SPECIAL_H
#define FAIRPG_NUM_SPECIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* log(2) as a sum; the first part has 40 bits, so its product with an
 * exponent is exact */
#define NUM_LN2_HIGH 0.6931471805592082
#define NUM_LN2_LOW 7.371002565167799e-13
#define NUM_LN2_INVERSE 1.4426950408889634

/* 1.5 * 2^52: added to a small number it leaves the nearest integer in the
 * low bits of the sum */
#define NUM_ROUNDER 6755399441055744.0

static inline uint64_t
num_bits(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline double
num_from_bits(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* 2^k for the integer k that NUM_ROUNDER + k carries, -1022 <= k <= 1023. */
static inline double
num_power_of_two(double rounder_plus_k)
{
	return num_from_bits((num_bits(rounder_plus_k) << 52) +
	                     UINT64_C(0x3ff0000000000000));
}

/* (e^r - 1 - r) / r^2 on |r| <= log(2) / 2.  Polynomials are added up in
 * pairs of pairs: nothing to wait for but the next power, where Horner's rule
 * waits for every coefficient. */
static inline double
num_exp_rest(double r)
{
	double r2 = r * r;
	double r4 = r2 * r2;
	double low = (5.0000000000000010221e-1 + r * 1.6666666666666667453e-1) +
	             r2 * (4.1666666666624127873e-2 + r * 8.3333333333300618325e-3);
	double high =
		(1.3888888917213716901e-3 + r * 1.9841269863053616878e-4) +
		r2 * (2.4801521295954375131e-5 + r * 2.7557268459997064772e-6);
	double highest = 2.7620088445409748161e-7 + r * 2.5100385495510319078e-8;

	return low + r4 * (high + r4 * highest);
}

/* e^x; 0 below -745.2, infinity above 709.8. */
static inline double
num_exp(double x)
{
	double c, big, k, half, r, q;

	c = x < -746.0 ? -746.0 : x;
	c = c > 710.0 ? 710.0 : c;
	big = c * NUM_LN2_INVERSE + NUM_ROUNDER;
	k = big - NUM_ROUNDER;
	r = (c - k * NUM_LN2_HIGH) - k * NUM_LN2_LOW;
	q = 1.0 + (r + r * r * num_exp_rest(r));
	/* in two halves, as 2^k alone may lie outside the normal range */
	half = k * 0.5 + NUM_ROUNDER;
	q = q * num_power_of_two(half);
	return q * num_power_of_two((k - (half - NUM_ROUNDER)) + NUM_ROUNDER);
}

/* The same for x from -708 to 0; e^-708 below. */
static inline double
num_exp_falling(double x)
{
	double c, big, k, r;

	c = x < -708.0 ? -708.0 : x;
	big = c * NUM_LN2_INVERSE + NUM_ROUNDER;
	k = big - NUM_ROUNDER;
	r = (c - k * NUM_LN2_HIGH) - k * NUM_LN2_LOW;
	return (1.0 + (r + r * r * num_exp_rest(r))) * num_power_of_two(big);
}

/* Natural logarithm; -infinity at 0, NaN below 0. */
static inline double
num_log(double x)
{
	double scaled, offset, k, f, s, z, r, half_square, result;
	uint64_t bits, biased;

	/* a subnormal is brought into the normal range first */
	scaled = x < 2.2250738585072014e-308 ? x * 18014398509481984.0 : x;
	offset = x < 2.2250738585072014e-308 ? 54.0 : 0.0;
	/* x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2); the exponent
	 * becomes a double through the low bits of 2^52 */
	bits = num_bits(scaled) + UINT64_C(0x3ff0000000000000) -
	       UINT64_C(0x3fe6a09e667f3bcd);
	biased = bits >> 52;
	k = num_from_bits(biased | UINT64_C(0x4330000000000000)) -
	    (4503599627370496.0 + 1023.0) - offset;
	f = num_from_bits((bits & UINT64_C(0x000fffffffffffff)) +
	                  UINT64_C(0x3fe6a09e667f3bcd)) -
	    1.0;
	/* log(1 + f) = f - f^2/2 + s (f^2/2 + r) with s = f / (2 + f), where
	 * r / s^2 is a polynomial in s^2 */
	s = f / (2.0 + f);
	z = s * s;
	r = 0.14617807153417324964;
	r = r * z + 0.15331611722055007885;
	r = r * z + 0.18182892432536871201;
	r = r * z + 0.22222211089379496214;
	r = r * z + 0.28571428626253837606;
	r = r * z + 0.39999999999898890514;
	r = r * z + 0.66666666666666697077;
	r = r * z;
	half_square = 0.5 * f * f;
	result = k * NUM_LN2_HIGH -
	         ((half_square - (s * (half_square + r) + k * NUM_LN2_LOW)) - f);
	result = x > 1.7976931348623157e308 ? x : result;
	result = x < 0.0 ? num_from_bits(UINT64_C(0x7ff8000000000000)) : result;
	result = x == 0.0 ? -num_from_bits(UINT64_C(0x7ff0000000000000)) : result;
	return x != x ? x : result;
}

/* log(1 + x), exact to the last bits near 0 too; -infinity at -1, NaN
 * below. */
static inline double
num_log1p(double x)
{
	double u = 1.0 + x;
	double part = u - 1.0;
	double lost = (1.0 - (u - part)) + (x - part);
	double result = num_log(u);

	/* the rounding error of 1 + x enters to first order, which is enough */
	result =
		u > 0.0 && u <= 1.7976931348623157e308 ? result + lost / u : result;
	return x == 0.0 ? x : result;
}

/* 1 / (1 + e^-x): 0.5 at 0, 1 at infinity, 0 below -709.8.  Dividing e^x by
 * 1 + e^x for negative x would keep those last results, all below 1e-308, but
 * two roundings that pull apart can make it fall where x rises. */
static inline double
num_sigmoid(double x)
{
	return 1.0 / (1.0 + num_exp(-x));
}

/* log(1 + e) for 0 <= e <= 1, relatively exact. */
static inline double
num_log1p_of_share(double e)
{
	/* with s = e / (2 + e) it is log((1 + s) / (1 - s)), and what follows is
	 * (that / s - 2) / s^2 on 0 <= s <= 1/3 */
	double s = e / (2.0 + e);
	double z = s * s;
	double z2 = z * z;
	double z4 = z2 * z2;
	double low = (0.66666666666666658561 + z * 0.40000000000014582673) +
	             z2 * (0.28571428567108757162 + z * 0.22222222717427862989);
	double high = (0.18181789436132858169 + z * 0.15385570064958623103) +
	              z2 * (0.1331414420965493615 + z * 0.12001072809590712535);
	double highest = 0.088007384861446738822 + z * 0.16164045611943532221;

	return 2.0 * s + s * (z * (low + z4 * (high + z4 * highest)));
}

/* log(1 + e^x), the logistic loss of score x against label 0; keeps its
 * relative precision for very negative x. */
static inline double
num_log1pexp(double x)
{
	return (x > 0.0 ? x : 0.0) + num_log1p_of_share(num_exp(x < 0.0 ? x : -x));
}

/*
 * Both functions of a score by one exponential, for loops over many rows: sets
 * *sigmoid and returns log(1 + e^x).  They are num_sigmoid() and num_log1pexp()
 * but for the last bits, and for scores beyond 708, where the smaller of e^x
 * and e^-x is e^-708.  Decide by num_score_of() of the threshold, not by
 * *sigmoid: it may fall by a last bit where x rises.
 */
static inline double
num_logistic(double x, double *sigmoid)
{
	double e = num_exp_falling(x < 0.0 ? x : -x);

	*sigmoid = (x < 0.0 ? e : 1.0) / (1.0 + e);
	return (x > 0.0 ? x : 0.0) + num_log1p_of_share(e);
}

/* The least x with num_sigmoid(x) >= p, so that "x >= num_score_of(p)" decides
 * as the probability does; -infinity for p <= 0, NaN, which nothing reaches,
 * for p > 1 and NaN. */
extern double num_score_of(double p);

/* Logistic loss in nats of score z against a label, true being the positive
 * class. */
static inline double
num_logloss(double z, bool label)
{
	return num_log1pexp(label ? -z : z);
}

/* The standard normal distribution function, relative error below 1e-13 down
 * to -37.5; 0 and 1 at the infinities.  Sum or continued fraction, so tens
 * of operations: not for inner loops. */
extern double num_normal_cdf(double x);

/* The x with num_normal_cdf(x) = p, relative error below 1e-14; infinities
 * at 0 and 1, NaN outside.  Wichura 1988, algorithm AS 241 (PPND16). */
extern double num_normal_quantile(double p);

/* log Gamma(x) for x > 0, absolute error below 1e-15 (1 + |result|); NaN for
 * other x, infinity at infinity. */
extern double num_log_gamma(double x);

/* log n! less (n + 1/2) log(n + 1) - (n + 1) + log(2 pi) / 2, which is what
 * Stirling's formula leaves of log Gamma(n + 1); 0 < x = n + 1. */
extern double num_stirling_rest(double x);

/* The regularised incomplete beta function I_x(a, b), the distribution
 * function of a Beta(a, b) variable; a, b > 0 and 0 <= x <= 1, else NaN.
 * Relative error below 1e-12 for a and b up to 1e8, growing with their square
 * root; takes O(sqrt(a + b)) steps. */
extern double num_beta_cdf(double a, double b, double x);

/* log of the probability of k successes in n trials of probability p, where
 * q = 1 - p; whole 0 <= k <= n below 2^53, 0 < p < 1.  Absolute error below
 * 1e-15 (1 + |result|) + 1e-16 sqrt(n (1 + |result|)). */
extern double num_log_binomial(double k, double n, double p, double q);

/* The x with I_x(a, b) = p for 0 <= p <= 1, else NaN; relative error below
 * 1e-11 for a and b up to 1e8.  Clopper and Pearson's interval for k successes in n trials goes
 * from quantile alpha/2 of Beta(k, n - k + 1) to quantile 1 - alpha/2 of
 * Beta(k + 1, n - k). */
extern double num_beta_quantile(double a, double b, double p);

#endif
