/*
 * dense.c
 *    Dense linear algebra in one fixed order of operations.
 *
 * Every entry of the factor is a dot product of two rows, taken in eight lanes
 * that the compiler turns into vectors, so all memory is read along rows, and
 * neither the width of the vectors nor the tiles below change a bit.  Rows are
 * done eight at a time: each earlier row is then fetched once for the eight.
 */
#include "num/dense.h"

#include <math.h>

#include "num/wide.h"

#define LANES 8
#define TILE 8

/* Rows of A taken at a time by dense_syrk_lower(), to stay in the cache. */
#define SYRK_ROWS 32

/* Rows of a tile's work between two looks at the monitor: 16 million
 * multiplications at a thousand parameters. */
#define WATCHED_ROWS 1024

/* Eight lanes, then the rest one by one.  Not the public function itself: the
 * compiler exports what dispatches between clones of a public one. */
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

double
dense_dot(const double *a, const double *b, size_t n)
{
	return dot(a, b, n);
}

/* c[0 .. i] += sum over rows r of a[r][i] a[r][0 .. i]: vectors run along the
 * row, so every entry is summed in the order of the rows. */
WIDE static void
add_rows(const double *a, size_t n_rows, size_t stride, size_t i, double *c)
{
	size_t r = 0;

	for (; r + 4 <= n_rows; r += 4)
	{
		const double *a0 = a + r * stride;
		const double *a1 = a0 + stride;
		const double *a2 = a1 + stride;
		const double *a3 = a2 + stride;

		for (size_t j = 0; j <= i; j++)
			c[j] = (((c[j] + a0[i] * a0[j]) + a1[i] * a1[j]) + a2[i] * a2[j]) +
			       a3[i] * a3[j];
	}
	for (; r < n_rows; r++)
		for (size_t j = 0; j <= i; j++)
			c[j] += a[r * stride + i] * a[r * stride + j];
}

/* The factor's entry in column j < i of 'row' i, given row j done and the
 * columns before j. */
static void
make_entry(double *row, const double *other, size_t j)
{
	row[j] = (row[j] - dot(row, other, j)) / other[j];
}

static NumStatus
make_pivot(double *row, size_t i)
{
	double pivot = row[i] - dot(row, row, i);

	/* below this part of what it was, a pivot is rounding error */
	if (!(pivot > DENSE_PIVOT_TOLERANCE * row[i]) || !isfinite(pivot))
		return NUM_NOT_POSITIVE_DEFINITE;
	row[i] = sqrt(pivot);
	return NUM_OK;
}

NumStatus
dense_cholesky(double *a, size_t n, size_t stride, NumMonitor *monitor)
{
	for (size_t first = 0; first < n; first += TILE)
	{
		size_t end = first + TILE < n ? first + TILE : n;

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		for (size_t j = 0; j < first; j++)
		{
			if (j % WATCHED_ROWS == WATCHED_ROWS - 1 && monitor_stop(monitor))
				return NUM_CANCELLED;
			for (size_t i = first; i < end; i++)
				make_entry(a + i * stride, a + j * stride, j);
		}
		for (size_t i = first; i < end; i++)
		{
			NumStatus status;

			for (size_t j = first; j < i; j++)
				make_entry(a + i * stride, a + j * stride, j);
			status = make_pivot(a + i * stride, i);
			if (status != NUM_OK)
				return status;
		}
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

void
dense_syrk_lower(const DenseRows *a, double *c, size_t stride)
{
	for (size_t first = 0; first < a->n_rows; first += SYRK_ROWS)
	{
		size_t left = a->n_rows - first;

		for (size_t i = 0; i < a->n_columns; i++)
			add_rows(a->first + first * a->stride,
			         left < SYRK_ROWS ? left : SYRK_ROWS, a->stride, i,
			         c + i * stride);
	}
}
