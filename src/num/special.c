/*
 * special.c
 *    The normal and the beta distribution, the gamma function, and where the
 *    logistic function reaches a value.
 *
 * All are used a few times per interval, never per row, so they are written
 * for precision.  They call nothing but the functions of special.h and the
 * square root, which IEEE 754 defines to the last bit.
 *
 * The beta distribution is its density times a continued fraction (DLMF
 * 8.17.22, evaluated by the method of Lentz, Applied Optics 15, 1976, as
 * modified by Thompson and Barnett, J. Comput. Phys. 64, 1986), which takes
 * O(sqrt(a + b)) steps.  The density is not formed from log-gammas, whose
 * large values would cancel, but from Stirling's formula with the leading
 * terms cancelled by hand; cf. Loader, Fast and accurate computation of
 * binomial probabilities (2000).
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
num_score_of(double p)
{
	double below = -750.0; /* where the function is 0, and where it is 1 */
	double above = 750.0;

	if (p <= 0.0)
		return -INFINITY;
	if (!(p <= 1.0))
		return NAN;
	for (;;)
	{
		double middle = below + (above - below) / 2;

		if (!(middle > below && middle < above))
			return above;
		if (num_sigmoid(middle) >= p)
			above = middle;
		else
			below = middle;
	}
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
	  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
	  3.3430575583588128105e4, 2.5090809287301226727e3 },
	{ 1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
	  3.64784832476320460504, 1.27045825245236838258, 2.41780725177450611770e-1,
	  2.27238449892691845833e-2, 7.74545014278341407640e-4 },
	{ 6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
	  2.96560571828504891230e-1, 2.65321895265761230930e-2,
	  1.24266094738807843860e-3, 2.71155556874348757815e-5,
	  2.01033439929228813265e-7 },
};

static const double denominator[3][8] = {
	{ 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2,
	  5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
	  2.8729085735721942674e4, 5.2264952788528545610e3 },
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
		return q * polynomial(numerator[0], r) / polynomial(denominator[0], r);
	}
	r = sqrt(-num_log(q < 0 ? p : 1.0 - p));
	range = r <= 5.0 ? 1 : 2;
	r -= range == 1 ? 1.6 : 5.0;
	value = polynomial(numerator[range], r) / polynomial(denominator[range], r);
	return q < 0 ? -value : value;
}

#define HALF_LOG_TWO_PI 0.91893853320467274178

double
num_stirling_rest(double x)
{
	double below = 0;
	double inverse;
	double square;

	/* from x to x + 1 the rest falls by (x + 1/2) log(1 + 1/x) - 1 */
	while (x < 10.0)
	{
		below += (x + 0.5) * num_log1p(1.0 / x) - 1.0;
		x += 1.0;
	}
	inverse = 1.0 / x;
	square = inverse * inverse;
	/* Bernoulli numbers: B_2k / (2k (2k - 1)) */
	return below +
	       inverse *
	           (1.0 / 12 -
	            square *
	                (1.0 / 360 -
	                 square * (1.0 / 1260 -
	                           square * (1.0 / 1680 -
	                                     square * (1.0 / 1188 -
	                                               square * 691.0 / 360360)))));
}

double
num_log_gamma(double x)
{
	double product = 1.0;

	if (!(x > 0.0))
		return num_from_bits(UINT64_C(0x7ff8000000000000));
	if (x > 1.7976931348623157e308)
		return x;
	/* small arguments through Gamma(x) = Gamma(x + m) / (x ... (x + m - 1)),
	 * which is exact where the result is zero or nearly so */
	while (x < 10.0)
	{
		product *= x;
		x += 1.0;
	}
	return (x - 0.5) * num_log(x) - x + HALF_LOG_TWO_PI + num_stirling_rest(x) -
	       num_log(product);
}

/* log(1 + u) - u, without the cancellation near zero; u > -1. */
static double
log1p_less(double u)
{
	double s = u / (2.0 + u);
	double z = s * s;
	double sum = 0;

	if (!(fabs(u) < 0.5))
		return num_log1p(u) - u;
	/* log(1 + u) = 2 (s + s^3/3 + s^5/5 + ...) and u = 2 s / (1 - s), so the
	 * difference is 2 s^3 (1/3 + s^2/5 + ...) - s u; |s| < 1/3 here */
	for (int k = 37; k >= 3; k -= 2)
		sum = sum * z + 1.0 / k;
	return 2.0 * s * z * sum - s * u;
}

/* log of x^a y^b / B(a, b), for 0 < x < 1 and y = 1 - x. */
static double
log_beta_power(double a, double b, double x, double y)
{
	double n = a + b;
	double excess = x <= y ? x * n - a : b - y * n;

	return a * log1p_less(excess / a) + b * log1p_less(-excess / b) +
	       0.5 * num_log(a / n * b) - HALF_LOG_TWO_PI + num_stirling_rest(n) -
	       num_stirling_rest(a) - num_stirling_rest(b);
}

double
num_log_binomial(double k, double n, double p, double q)
{
	/* the density of Beta(k + 1, n - k + 1) but for a factor */
	return log_beta_power(k + 1.0, n - k + 1.0, p, q) - num_log(p) -
	       num_log(q) - num_log(n + 1.0);
}

/* The continued fraction for I_x(a, b), good for x below the mean or a little
 * above. */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1.0;
	double d = 1.0 - (a + b) * x / (a + 1.0);
	double value;

	d = 1.0 / (fabs(d) < tiny ? tiny : d);
	value = d;
	for (double m = 1.0; m < 1e6; m += 1.0)
	{
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd =
			-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double change;

		d = 1.0 + even * d;
		c = 1.0 + even / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		value *= d * c;
		d = 1.0 + odd * d;
		c = 1.0 + odd / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		change = d * c;
		value *= change;
		if (!(fabs(change - 1.0) > 3e-16))
			break;
	}
	return value;
}

/* log I_x(a, b) for 0 < x < 1 and y = 1 - x, and its derivative by x, times
 * x y.  Whichever of x and y is small has its digits kept. */
static double
log_beta_cdf(double a, double b, double x, double y, double *slope)
{
	double power = log_beta_power(a, b, x, y);
	double result;

	if (x < (a + 1.0) / (a + b + 2.0))
		result = power + num_log(beta_fraction(a, b, x) / a);
	else
		result =
			num_log1p(-num_exp(power + num_log(beta_fraction(b, a, y) / b)));
	*slope = num_exp(power - result);
	return result;
}

static bool
beta_arguments_valid(double a, double b, double x)
{
	return a > 0.0 && b > 0.0 && a + b <= 1.7976931348623157e308 && x >= 0.0 &&
	       x <= 1.0;
}

double
num_beta_cdf(double a, double b, double x)
{
	double slope;

	if (!beta_arguments_valid(a, b, x))
		return num_from_bits(UINT64_C(0x7ff8000000000000));
	if (x == 0.0 || x == 1.0)
		return x;
	return num_exp(log_beta_cdf(a, b, x, 1.0 - x, &slope));
}

/* The quantile for a <= b, where lower + upper = 1 are the probabilities on
 * its two sides: Newton's iteration on the logarithm of the smaller one as a
 * function of log x, kept inside a bracket. */
static double
small_beta_quantile(double a, double b, double lower, double upper)
{
	double x = a / (a + b);
	double slope;
	double log_mean = num_log(x);
	double at = log_mean;
	double last = 0;
	bool is_lower = num_log(lower) <= log_beta_cdf(a, b, x, 1.0 - x, &slope);
	double target = num_log(is_lower ? lower : upper);
	double low = is_lower ? -1e308 : log_mean;
	double high = is_lower ? log_mean : 0.0;

	for (int i = 0; i < 200 && x > 0.0; i++)
	{
		double y = 1.0 - x;
		double step;

		if (is_lower)
			step = (target - log_beta_cdf(a, b, x, y, &slope)) / slope * y;
		else
			step = (log_beta_cdf(b, a, y, x, &slope) - target) / slope * y;
		if (step > 0)
			low = at;
		else
			high = at;
		/* done, or down to the noise, where steps no longer shrink */
		if (!(fabs(step) > 2e-16 * (1.0 - at)) ||
		    (fabs(step) < 1e-10 && i > 0 && fabs(step) > 0.5 * fabs(last)))
			break;
		last = step;
		at += step;
		if (!(at > low && at < high))
			at = 0.5 * (low + high);
		x = num_exp(at);
	}
	return x;
}

double
num_beta_quantile(double a, double b, double p)
{
	if (!beta_arguments_valid(a, b, p))
		return num_from_bits(UINT64_C(0x7ff8000000000000));
	if (p == 0.0 || p == 1.0)
		return p;
	if (a <= b)
		return small_beta_quantile(a, b, p, 1.0 - p);
	return 1.0 - small_beta_quantile(b, a, 1.0 - p, p);
}
