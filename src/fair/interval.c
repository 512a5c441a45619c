/*
 * interval.c
 *    Intervals for rates.
 */
#include "fair/interval.h"

#include <math.h>

#include "num/special.h"

void
fair_wilson(double rate, double n, double level, double *low, double *high)
{
	double z = num_normal_quantile(0.5 + level / 2);
	double z2 = z * z;
	double centre;
	double half;

	*low = NAN;
	*high = NAN;
	if (!(n > 0) || !(rate >= 0 && rate <= 1))
		return;
	centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
	half = z / (1 + z2 / n) * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n));
	*low = rate <= 0 ? 0 : fmax(centre - half, 0);
	*high = rate >= 1 ? 1 : fmin(centre + half, 1);
}
