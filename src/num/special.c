/*
 * special.c
 *    The normal distribution: distribution function and quantiles.
 *
 * Both are used a few times per interval, never per row, so they are written
 * for precision.  They call nothing but the functions of special.h and the
 * square root, which IEEE 754 defines to the last bit.
 */
#include "num/special.h"

#include <math.h>
#include <stddef.h>

#define SQRT_TWO_PI 2.5066282746310005024
#define CENTRE_LIMIT 2.0
#define FRACTION_TERMS 80

/* e^(-x^2/2) / sqrt(2 pi); the square is split so that its rounding error
 * does not grow with x. */
static double
normal_density(double x)
{
	double head = (x * 16.0 + NUM_ROUNDER - NUM_ROUNDER) / 16.0;
	double rest = (x - head) * (x + head);

	return num_exp(-0.5 * head * head) * num_exp(-0.5 * rest) / SQRT_TWO_PI;
}

double
num_normal_cdf(double x)
{
	double a = fabs(x);

	if (x != x)
		return x;
	if (a > 39.0)
		return x < 0 ? 0.0 : 1.0;
	if (a < CENTRE_LIMIT)
	{
		/* 1/2 + density (x + x^3/3 + x^5/15 + ...) */
		double term = x;
		double sum = x;

		for (int k = 3; fabs(term) > 1e-18 * fabs(sum); k += 2)
		{
			term = term * x * x / k;
			sum += term;
		}
		return 0.5 + normal_density(x) * sum;
	}
	else
	{
		/* Laplace: density / (a + 1/(a + 2/(a + 3/(a + ...)))) */
		double fraction = a;
		double tail;

		for (int k = FRACTION_TERMS; k > 0; k--)
			fraction = a + k / fraction;
		tail = normal_density(a) / fraction;
		return x < 0 ? tail : 1.0 - tail;
	}
}

/* The value at r of the polynomial with 8 coefficients, lowest first. */
static double
polynomial(const double *coefficient, double r)
{
	double value = coefficient[7];

	for (int i = 6; i >= 0; i--)
		value = value * r + coefficient[i];
	return value;
}

/* Numerators and denominators of the three ranges: centre, tail, far tail. */
static const double numerator[3][8] = {
	{ 3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3,
	  1.3731693765509461125e4, 4.5921953931549871457e4,
	  6.7265770927008700853e4, 3.3430575583588128105e4,
	  2.5090809287301226727e3 },
	{ 1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
	  3.64784832476320460504, 1.27045825245236838258,
	  2.41780725177450611770e-1, 2.27238449892691845833e-2,
	  7.74545014278341407640e-4 },
	{ 6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
	  2.96560571828504891230e-1, 2.65321895265761230930e-2,
	  1.24266094738807843860e-3, 2.71155556874348757815e-5,
	  2.01033439929228813265e-7 },
};

static const double denominator[3][8] = {
	{ 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2,
	  5.3941960214247511077e3, 2.1213794301586595867e4,
	  3.9307895800092710610e4, 2.8729085735721942674e4,
	  5.2264952788528545610e3 },
	{ 1.0, 2.05319162663775882187, 1.67638483018380384940,
	  6.89767334985100004550e-1, 1.48103976427480074590e-1,
	  1.51986665636164571966e-2, 5.47593808499534494600e-4,
	  1.05075007164441684324e-9 },
	{ 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
	  1.48753612908506148525e-2, 7.86869131145613259100e-4,
	  1.84631831751005468180e-5, 1.42151175831644588870e-7,
	  2.04426310338993978564e-15 },
};

double
num_normal_quantile(double p)
{
	double q = p - 0.5;
	double r;
	double value;
	size_t range;

	if (!(p >= 0.0 && p <= 1.0))
		return num_from_bits(UINT64_C(0x7ff8000000000000));
	if (p == 0.0 || p == 1.0)
	{
		value = num_from_bits(UINT64_C(0x7ff0000000000000));
		return p == 0.0 ? -value : value;
	}
	if (fabs(q) <= 0.425)
	{
		r = 0.180625 - q * q;
		return q * polynomial(numerator[0], r) /
			   polynomial(denominator[0], r);
	}
	r = sqrt(-num_log(q < 0 ? p : 1.0 - p));
	range = r <= 5.0 ? 1 : 2;
	r -= range == 1 ? 1.6 : 5.0;
	value = polynomial(numerator[range], r) /
			polynomial(denominator[range], r);
	return q < 0 ? -value : value;
}
