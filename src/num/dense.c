/*
 * dense.c
 *    Dense linear algebra in one fixed order of operations.
 *
 * The factorisation goes row by row; every entry is a dot product of two rows
 * already done, taken in eight lanes that the compiler turns into vectors, so
 * all memory is read along rows.
 */
#include "num/dense.h"

#include <math.h>

#define LANES 8

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define WIDE
#endif

/* a'b in eight lanes, then the rest one by one. */
WIDE static double
dot(const double *a, const double *b, size_t n)
{
	double lane[LANES] = { 0 };
	double rest = 0;
	size_t whole = n - n % LANES;

	for (size_t k = 0; k < whole; k += LANES)
		for (size_t l = 0; l < LANES; l++)
			lane[l] += a[k + l] * b[k + l];
	for (size_t k = whole; k < n; k++)
		rest += a[k] * b[k];
	return (((lane[0] + lane[1]) + (lane[2] + lane[3])) +
			((lane[4] + lane[5]) + (lane[6] + lane[7]))) +
		   rest;
}

NumStatus
dense_cholesky(double *a, size_t n, size_t stride, NumMonitor *monitor)
{
	for (size_t i = 0; i < n; i++)
	{
		double *row = a + i * stride;
		double pivot;

		if (i % 32 == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		for (size_t j = 0; j < i; j++)
		{
			const double *other = a + j * stride;

			row[j] = (row[j] - dot(row, other, j)) / other[j];
		}
		pivot = row[i] - dot(row, row, i);
		/* below this part of what it was, a pivot is rounding error */
		if (!(pivot > 1e-14 * row[i]) || !isfinite(pivot))
			return NUM_NOT_POSITIVE_DEFINITE;
		row[i] = sqrt(pivot);
	}
	return NUM_OK;
}

void
dense_cholesky_solve(const double *l, size_t n, size_t stride, double *b)
{
	for (size_t i = 0; i < n; i++)
		b[i] = (b[i] - dot(l + i * stride, b, i)) / l[i * stride + i];
	/* the transposed system by columns of L', which are rows of L */
	for (size_t i = n; i-- > 0;)
	{
		const double *row = l + i * stride;
		double x = b[i] / row[i];

		b[i] = x;
		for (size_t k = 0; k < i; k++)
			b[k] -= x * row[k];
	}
}
