/*
 * percentile.c
 *    Percentiles of replicates.
 */
#include "fair/percentile.h"

#include <math.h>

/* Values from which on a sample finds a pivot close to the rank. */
#define SAMPLED_FROM 600

/*
 * The value of rank 'rank' of values[first..last], to its place, with smaller
 * ones before it and larger ones after it.  Floyd and Rivest's SELECT, Comm. ACM
 * 18 (1975), Algorithm 489: so few values lie on one side of the pivot that
 * comparisons can be foretold.
 */
static double
select_rank(double *values, int first, int last, int rank)
{
	while (first < last)
	{
		double pivot;
		int i = first;
		int j = last;

		if (last - first > SAMPLED_FROM)
		{
			double n = last - first + 1;
			double place = rank - first + 1;
			double size = 0.5 * exp(2 * log(n) / 3);
			double spread = 0.5 * sqrt(log(n) * size * (n - size) / n) *
			                (place < n / 2 ? -1 : 1);
			int from =
				(int) fmax(first, floor(rank - place * size / n + spread));
			int to =
				(int) fmin(last, floor(rank + (n - place) * size / n + spread));

			(void) select_rank(values, from, to, rank);
		}
		pivot = values[rank];
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
