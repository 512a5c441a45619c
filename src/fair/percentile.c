/*
 * percentile.c
 *    Percentiles of replicates.
 */
#include "fair/percentile.h"

#include <math.h>

/*
 * The value of rank 'rank' of values[first..last], to its place, with smaller
 * ones before it and larger ones after it.  Hoare's FIND, Comm. ACM 4 (1961).
 */
static double
select_rank(double *values, int first, int last, int rank)
{
	while (first < last)
	{
		double pivot = values[first + (last - first) / 2];
		int i = first;
		int j = last;

		while (i <= j)
		{
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i <= j)
			{
				double swap = values[i];

				values[i++] = values[j];
				values[j--] = swap;
			}
		}
		if (rank <= j)
			last = j;
		else if (rank >= i)
			first = i;
		else
			break;
	}
	return values[rank];
}

void
fair_percentiles(double *values, int n, double level, double *low, double *high)
{
	*low = NAN;
	*high = NAN;
	if (n == 0)
		return;
	for (int end = 0; end < 2; end++)
	{
		double place = (end == 0 ? (1 - level) / 2 : (1 + level) / 2) * (n - 1);
		int below = (int) place;
		double value = select_rank(values, 0, n - 1, below);

		if (below + 1 < n)
			value += (place - below) *
			         (select_rank(values, below + 1, n - 1, below + 1) - value);
		*(end == 0 ? low : high) = value;
	}
}

void
fair_size_interval(double *values, int n, double level, double seen,
                   double *low, double *high)
{
	double lower;
	double upper;
	double mean = 0;

	fair_percentiles(values, n, level, &lower, &upper);
	for (int i = 0; i < n; i++)
		mean += values[i] / n;
	*low = fmax(2 * seen - upper, 0);
	*high = seen + fmax(upper - mean, 0);
}
