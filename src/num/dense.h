/*
 * dense.h
 *    Dense linear algebra in one fixed order of operations.
 *
 * What BLAS does faster and in an order of its own choosing: these give the
 * same bits on every machine.
 */
#ifndef FAIRPG_NUM_DENSE_H
#define FAIRPG_NUM_DENSE_H

#include <stddef.h>

#include "num/monitor.h"
#include "num/status.h"

/* A pivot this small a part of the diagonal entry it came from is taken for
 * rounding error, and the matrix for singular. */
#define DENSE_PIVOT_TOLERANCE 1e-14

/* a'b, always in the same order. */
extern double dense_dot(const double *a, const double *b, size_t n);

/*
 * Cholesky factor of a symmetric positive definite matrix, in place: the
 * lower triangle of 'a' (row-major, 'stride' doubles a row) becomes L with
 * A = L L'.  The upper triangle is neither read nor written.
 * NUM_NOT_POSITIVE_DEFINITE when a pivot is not above DENSE_PIVOT_TOLERANCE
 * times its diagonal entry (or is not finite), with 'a' half done.  n^3 / 6
 * multiplications.
 */
extern NumStatus
dense_cholesky(double *a, size_t n, size_t stride, NumMonitor *monitor);

/* Overwrites b [n] with the solution of L L' x = b. */
extern void
dense_cholesky_solve(const double *l, size_t n, size_t stride, double *b);

/* A matrix by rows that is only read. */
typedef struct DenseRows
{
	const double *first; /* of the first row */
	size_t n_rows;
	size_t n_columns;
	size_t stride; /* doubles from one row to the next */
} DenseRows;

/* Adds A'A to the lower triangle of c, 'stride' doubles a row.  Every sum
 * runs over the rows of A in order. */
extern void dense_syrk_lower(const DenseRows *a, double *c, size_t stride);

#endif
