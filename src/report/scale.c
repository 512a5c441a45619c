/*
 * scale.c
 *    From values to places on a chart, and the ticks in between.
 */
#include "report/scale.h"

#include <math.h>
#include <stddef.h>

/* The round step next to 'rough' from above. */
static double
round_step(double rough)
{
	double unit = pow(10, floor(log10(rough)));
	double part = rough / unit;

	if (part <= 1.0000001)
		return unit;
	if (part <= 2.0000001)
		return 2 * unit;
	return part <= 5.0000001 ? 5 * unit : 10 * unit;
}

static int
decimals_of(double step)
{
	int decimals = (int) -floor(log10(step) + 1e-9);

	return decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
}

void
scale_linear(Scale *scale, double low, double high, int wanted)
{
	double step;
	double first;

	if (!isfinite(low) || !isfinite(high) || low > high)
	{
		low = 0;
		high = 1;
	}
	/* a single value gets room on both sides */
	if (high - low <= 1e-9 * fmax(fabs(low), fabs(high)))
	{
		double room = low == 0 ? 0.5 : fabs(low) * 0.1;

		low -= room;
		high += room;
	}
	step = round_step((high - low) / wanted);
	first = floor(low / step + 1e-9);
	scale->log = false;
	scale->n_ticks = 0;
	for (double i = first; scale->n_ticks < SCALE_MAX_TICKS; i++)
	{
		scale->ticks[scale->n_ticks++] = i * step;
		if (i * step >= high - step * 1e-9)
			break;
	}
	scale->low = scale->ticks[0];
	scale->high = scale->ticks[scale->n_ticks - 1];
	scale->decimals = decimals_of(step);
}

void
scale_ratio(Scale *scale, double low, double high)
{
	static const double round[] = { 0.01, 0.02, 0.05, 0.1, 0.2,  0.3, 0.4,
		                            0.5,  0.6,  0.8,  1,   1.25, 1.5, 2,
		                            2.5,  3,    5,    10,  20,   50,  100 };
	const int n = sizeof(round) / sizeof(round[0]);
	int first = n - 1;
	int last = 0;
	double least;

	/* what nobody can read is left beyond the ends */
	low = isfinite(low) ? fmax(low, 0.01) : 0.5;
	high = isfinite(high) ? fmin(high, 100) : 2;
	while (first > 0 && round[first] > low * 1.000001)
		first--;
	while (last < n - 1 && round[last] < high * 0.999999)
		last++;
	if (last <= first)
		last = first == n - 1 ? first-- : first + 1;
	scale->log = true;
	scale->low = round[first];
	scale->high = round[last];
	scale->n_ticks = 0;
	scale->decimals = 2;
	/* ticks not too near to each other, so that their numbers have room */
	least = log(scale->high / scale->low) / 9;
	for (int i = first; i <= last && scale->n_ticks < SCALE_MAX_TICKS; i++)
		if (i == first || i == last || round[i] == 1 ||
		    (log(round[i] / scale->ticks[scale->n_ticks - 1]) >= least &&
		     log(scale->high / round[i]) >= least &&
		     fabs(log(round[i])) >= least))
			scale->ticks[scale->n_ticks++] = round[i];
}

void
scale_span(Scale *scale, double from, double to)
{
	scale->from = from;
	scale->to = to;
}

double
scale_place(const Scale *scale, double value)
{
	double part;

	if (isnan(value))
		return scale->from;
	if (value <= scale->low)
		return scale->from;
	if (value >= scale->high)
		return scale->to;
	part = scale->log ? log(value / scale->low) / log(scale->high / scale->low)
	                  : (value - scale->low) / (scale->high - scale->low);
	return scale->from + part * (scale->to - scale->from);
}
