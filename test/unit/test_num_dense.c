/*
 * test_num_dense.c
 *    The dense kernels against small worked cases, residuals, and plain loops.
 */
#include <stdlib.h>

#include "num/dense.h"
#include "num/random.h"
#include "unit.h"

#define MOST 300

static double a[MOST * (MOST + 5)];
static double l[MOST * (MOST + 5)];
static double c[MOST * (MOST + 5)];

/* A = B'B + n/10 I with B of n random rows, symmetric, at 'stride'; what is
 * not of the matrix is NaN, so that touching it shows. */
static void
make_matrix(size_t n, size_t stride, uint64_t seed)
{
	static double b[MOST * MOST];
	NumRandom random;

	num_random_seed(&random, seed);
	for (size_t i = 0; i < n * n; i++)
		b[i] = num_random_uniform(&random) - 0.5;
	for (size_t i = 0; i < n * stride; i++)
		a[i] = NAN;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
		{
			double sum = i == j ? (double) n / 10 : 0;

			for (size_t k = 0; k < n; k++)
				sum += b[k * n + i] * b[k * n + j];
			a[i * stride + j] = sum;
		}
	memcpy(l, a, n * stride * sizeof(double));
}

/* Largest |A - L L'| over |A|'s largest entry. */
static double
residual(size_t n, size_t stride)
{
	double worst = 0;
	double size = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
		{
			double sum = 0;

			for (size_t k = 0; k <= j; k++)
				sum += l[i * stride + k] * l[j * stride + k];
			worst = fmax(worst, fabs(sum - a[i * stride + j]));
			size = fmax(size, fabs(a[i * stride + j]));
		}
	return worst / size;
}

static void
a_worked_factor_comes_out(void)
{
	/* L = (2 . . / 6 1 . / -8 5 3), the textbook example of integers */
	double m[9] = { 4, 0, 0, 12, 37, 0, -16, -43, 98 };
	static const double want[9] = { 2, 0, 0, 6, 1, 0, -8, 5, 3 };
	/* L L' (1 2 3)' */
	double b[3] = { 4 + 24 - 48, 12 + 74 - 129, -16 - 86 + 294 };

	CHECK_INT(dense_cholesky(m, 3, 3, NULL), NUM_OK);
	for (int i = 0; i < 9; i++)
		CHECK(m[i] == want[i]);
	dense_cholesky_solve(m, 3, 3, b);
	for (int i = 0; i < 3; i++)
		CHECK_NEAR(b[i], i + 1, 1e-14);
}

static void
factors_multiply_back_at_every_size(void)
{
	for (size_t n = 1; n <= MOST; n += n < 40 ? 1 : 37)
	{
		size_t stride = n + n % 5;

		make_matrix(n, stride, n);
		CHECK_INT(dense_cholesky(l, n, stride, NULL), NUM_OK);
		CHECK_NEAR(residual(n, stride), 0, 1e-14);
		/* the upper triangle was left alone */
		for (size_t i = 0; i < n; i++)
			for (size_t j = i + 1; j < stride; j++)
				CHECK(isnan(l[i * stride + j]));
	}
	CHECK_INT(dense_cholesky(l, 0, 0, NULL), NUM_OK);
}

static void
solutions_solve(void)
{
	for (size_t n = 1; n <= 120; n += 17)
	{
		double b[MOST];
		double x[MOST];

		make_matrix(n, n, 100 + n);
		CHECK_INT(dense_cholesky(l, n, n, NULL), NUM_OK);
		for (size_t i = 0; i < n; i++)
			x[i] = b[i] = (double) (i % 7) - 3;
		dense_cholesky_solve(l, n, n, x);
		for (size_t i = 0; i < n; i++)
		{
			double sum = 0;

			for (size_t j = 0; j < n; j++)
				sum += (j <= i ? a[i * n + j] : a[j * n + i]) * x[j];
			CHECK_NEAR(sum, b[i], 1e-11);
		}
	}
}

static void
matrices_without_a_factor_are_refused(void)
{
	double negative[4] = { 1, 0, 2, 1 };
	double singular[4] = { 1, 0, 1, 1 };
	double nearly[4] = { 1, 0, 1, 1 + 1e-15 };
	double zero[1] = { 0 };
	double nan[4] = { 1, 0, NAN, 1 };
	double infinite[1] = { INFINITY };

	CHECK_INT(dense_cholesky(negative, 2, 2, NULL), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(dense_cholesky(singular, 2, 2, NULL), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(dense_cholesky(nearly, 2, 2, NULL), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(dense_cholesky(zero, 1, 1, NULL), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(dense_cholesky(nan, 2, 2, NULL), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(dense_cholesky(infinite, 1, 1, NULL), NUM_NOT_POSITIVE_DEFINITE);
	/* every place where a large matrix can break down */
	for (size_t bad = 0; bad < 40; bad++)
	{
		make_matrix(40, 40, bad);
		l[bad * 40 + bad] = -1;
		CHECK_INT(dense_cholesky(l, 40, 40, NULL), NUM_NOT_POSITIVE_DEFINITE);
	}
}

static bool
stop_at_once(NumMonitor *monitor)
{
	(void) monitor;
	return true;
}

static void
a_monitor_stops_the_factorisation(void)
{
	NumMonitor monitor = { stop_at_once, NULL, NULL };

	make_matrix(50, 50, 1);
	CHECK_INT(dense_cholesky(l, 50, 50, &monitor), NUM_CANCELLED);
}

static void
syrk_adds_the_product(void)
{
	NumRandom random;

	num_random_seed(&random, 4);
	for (size_t n = 1; n < 40; n += 6)
		for (size_t k = 0; k < 100; k += 11)
		{
			size_t stride = n + 3;
			DenseRows rows = { a, k, n, stride };

			for (size_t i = 0; i < k * stride; i++)
				a[i] = num_random_uniform(&random) - 0.5;
			for (size_t i = 0; i < n * stride; i++)
				c[i] = l[i] = num_random_uniform(&random);
			dense_syrk_lower(&rows, c, stride);
			for (size_t i = 0; i < n; i++)
				for (size_t j = 0; j < stride; j++)
				{
					double sum = l[i * stride + j];

					for (size_t r = 0; r < k && j <= i; r++)
						sum += a[r * stride + i] * a[r * stride + j];
					/* in the order of the rows: the same bits */
					CHECK(c[i * stride + j] == sum);
				}
		}
}

/* Ours; the same for every compiler, width of vectors and processor. */
static void
every_processor_gives_the_same_bits(void)
{
	uint64_t digest = 0;

	make_matrix(100, 100, 7);
	CHECK_INT(dense_cholesky(l, 100, 100, NULL), NUM_OK);
	for (size_t i = 0; i < 100; i++)
		digest = num_hash64(l + i * 100, (i + 1) * sizeof(double), digest);
	CHECK(digest == UINT64_C(0xb3ed16ad46589aa5));
	if (unit.case_failures > 0)
		printf("# digest 0x%016" PRIx64 "\n", digest);
}

int
main(void)
{
	RUN(a_worked_factor_comes_out);
	RUN(factors_multiply_back_at_every_size);
	RUN(solutions_solve);
	RUN(matrices_without_a_factor_are_refused);
	RUN(a_monitor_stops_the_factorisation);
	RUN(syrk_adds_the_product);
	RUN(every_processor_gives_the_same_bits);
	return unit_end();
}
