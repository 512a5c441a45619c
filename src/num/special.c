/*
 * special.c
 *    Functions of statistics that are not called per row.
 *
 * They may use the C library's erfc, exp and log: nothing that must be the
 * same on every machine depends on them beyond the digits that are shown.
 */
#include "num/special.h"

#include <math.h>

double
num_logit(double p)
{
	return num_log(p) - num_log(1.0 - p);
}

double
num_normal_cdf(double z)
{
	return 0.5 * erfc(-z / sqrt(2.0));
}

/*
 * A start that is good to some 4.5e-4 (Abramowitz and Stegun 26.2.23), then
 * Halley's method on the distribution function, which triples the digits with
 * each step.  The lower tail is used on both sides to keep relative accuracy.
 */
double
num_normal_quantile(double p)
{
	double tail = p < 0.5 ? p : 1.0 - p;
	double t;
	double x;

	if (!(p >= 0 && p <= 1))
		return NAN;
	if (tail == 0)
		return p < 0.5 ? -INFINITY : INFINITY;
	t = sqrt(-2.0 * log(tail));
	x = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) /
				(1.0 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
	x = -x;
	for (int i = 0; i < 4; i++)
	{
		/* sqrt(2 pi) */
		double error = (num_normal_cdf(x) - tail) * 2.5066282746310002 *
					   exp(x * x / 2.0);

		x -= error / (1.0 + x * error / 2.0);
	}
	return p < 0.5 ? x : -x;
}
