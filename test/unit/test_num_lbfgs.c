/*
 * test_num_lbfgs.c
 *    The learnt inverse Hessian, against the BFGS formula with full matrices
 *    and against what the formula is made to satisfy.
 */
#include "num/lbfgs.h"

#include <math.h>
#include <string.h>

#include "num/dense.h"
#include "num/random.h"
#include "scratch.h"
#include "unit.h"

#define N 7
#define MANY 40

static NumRandom random_numbers;

static void
draw(double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = 2 * num_random_uniform(&random_numbers) - 1;
}

/* y = A s for a fixed symmetric positive definite A. */
static void
curve(const double *s, double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		y[i] = (2.0 + (double) i) * s[i];
		if (i > 0)
			y[i] += 0.5 * s[i - 1];
		if (i + 1 < n)
			y[i] += 0.5 * s[i + 1];
	}
}

/* H+ = (I - r s y') H (I - r y s') + r s s', written out. */
static void
bfgs_update(double h[N][N], const double *s, const double *y)
{
	double r = 1 / dense_dot(s, y, N);
	double left[N][N];
	double result[N][N];

	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
		{
			left[i][j] = 0;
			for (int k = 0; k < N; k++)
				left[i][j] += ((i == k ? 1 : 0) - r * s[i] * y[k]) * h[k][j];
		}
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
		{
			result[i][j] = r * s[i] * s[j];
			for (int k = 0; k < N; k++)
				result[i][j] +=
					left[i][k] * ((k == j ? 1 : 0) - r * y[k] * s[j]);
		}
	memcpy(h, result, sizeof(result));
}

static void
without_pairs_it_is_the_diagonal(void)
{
	NumArena arena;
	Lbfgs *lbfgs;
	double d[N];
	double v[N];

	scratch_begin(&arena, 0);
	CHECK_INT(lbfgs_create(&arena, N, 3, &lbfgs), NUM_OK);
	for (int i = 0; i < N; i++)
	{
		d[i] = 1.0 + i;
		v[i] = 2.0 - i;
	}
	lbfgs_apply(lbfgs, d, v);
	for (int i = 0; i < N; i++)
		CHECK(v[i] == d[i] * (2.0 - i));
	scratch_end(&arena);
}

/* The last 'kept' of several pairs, oldest first, applied to the scaled
 * diagonal, give the same matrix. */
static void
it_is_the_formula_over_the_last_pairs(void)
{
	enum
	{
		KEPT = 4,
		TAKEN = 9
	};
	NumArena arena;
	Lbfgs *lbfgs;
	double s[TAKEN][N];
	double y[TAKEN][N];
	double d[N];
	double h[N][N] = { { 0 } };
	double scale = 0;

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 11);
	CHECK_INT(lbfgs_create(&arena, N, KEPT, &lbfgs), NUM_OK);
	for (int p = 0; p < TAKEN; p++)
	{
		draw(s[p], N);
		curve(s[p], y[p], N);
		CHECK(lbfgs_learn(lbfgs, s[p], y[p]));
	}
	for (int i = 0; i < N; i++)
	{
		d[i] = 0.1 + 0.3 * i;
		scale += y[TAKEN - 1][i] * d[i] * y[TAKEN - 1][i];
	}
	scale = dense_dot(s[TAKEN - 1], y[TAKEN - 1], N) / scale;
	for (int i = 0; i < N; i++)
		h[i][i] = scale * d[i];
	for (int p = TAKEN - KEPT; p < TAKEN; p++)
		bfgs_update(h, s[p], y[p]);
	for (int j = 0; j < N; j++)
	{
		double v[N] = { 0 };

		v[j] = 1;
		lbfgs_apply(lbfgs, d, v);
		for (int i = 0; i < N; i++)
			CHECK_NEAR(v[i], h[i][j], 1e-12);
	}
	scratch_end(&arena);
}

/* H y = s for the newest pair, and v'Hv > 0. */
static void
it_inverts_the_newest_pair_and_is_positive(void)
{
	NumArena arena;
	Lbfgs *lbfgs;
	double s[MANY];
	double y[MANY];
	double d[MANY];
	double v[MANY];

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 12);
	CHECK_INT(lbfgs_create(&arena, MANY, 10, &lbfgs), NUM_OK);
	for (int i = 0; i < MANY; i++)
		d[i] = 1;
	for (int p = 0; p < 25; p++)
	{
		double before[MANY];

		draw(s, MANY);
		curve(s, y, MANY);
		CHECK(lbfgs_learn(lbfgs, s, y));
		memcpy(v, y, sizeof(v));
		lbfgs_apply(lbfgs, d, v);
		for (int i = 0; i < MANY; i++)
			CHECK_NEAR(v[i], s[i], 1e-10);
		draw(before, MANY);
		memcpy(v, before, sizeof(v));
		lbfgs_apply(lbfgs, d, v);
		CHECK(dense_dot(before, v, MANY) > 0);
	}
	scratch_end(&arena);
}

/* A quasi-Newton descent with unit steps reaches the minimum of a quadratic,
 * which steps by the diagonal alone do not in as many. */
static void
steps_by_it_find_a_minimum(void)
{
	NumArena arena;
	Lbfgs *lbfgs;
	double x[MANY];
	double g[MANY];
	double d[MANY];
	double largest = 0;

	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 13);
	CHECK_INT(lbfgs_create(&arena, MANY, 15, &lbfgs), NUM_OK);
	draw(x, MANY);
	for (int i = 0; i < MANY; i++)
		d[i] = 1 / (2.0 + i);
	curve(x, g, MANY);
	for (int k = 0; k < 40; k++)
	{
		double step[MANY];
		double change[MANY];
		double next[MANY];

		memcpy(step, g, sizeof(step));
		lbfgs_apply(lbfgs, d, step);
		for (int i = 0; i < MANY; i++)
		{
			step[i] = -step[i];
			x[i] += step[i];
		}
		curve(x, next, MANY);
		for (int i = 0; i < MANY; i++)
			change[i] = next[i] - g[i];
		memcpy(g, next, sizeof(g));
		lbfgs_learn(lbfgs, step, change);
	}
	for (int i = 0; i < MANY; i++)
		largest = fmax(largest, fabs(g[i]));
	CHECK(largest < 1e-10);
	scratch_end(&arena);
}

static void
pairs_without_curvature_are_refused(void)
{
	NumArena arena;
	Lbfgs *lbfgs;
	double s[N] = { 1, 0, 0, 0, 0, 0, 0 };
	double across[N] = { 0, 1, 0, 0, 0, 0, 0 };
	double down[N] = { -1, 0, 0, 0, 0, 0, 0 };
	double bad[N] = { NAN, 0, 0, 0, 0, 0, 0 };
	double huge[N] = { INFINITY, 0, 0, 0, 0, 0, 0 };
	double zero[N] = { 0 };
	double d[N] = { 3, 3, 3, 3, 3, 3, 3 };
	double v[N] = { 1, 2, 3, 4, 5, 6, 7 };

	scratch_begin(&arena, 0);
	CHECK_INT(lbfgs_create(&arena, N, 2, &lbfgs), NUM_OK);
	CHECK(!lbfgs_learn(lbfgs, s, across));
	CHECK(!lbfgs_learn(lbfgs, s, down));
	CHECK(!lbfgs_learn(lbfgs, s, bad));
	CHECK(!lbfgs_learn(lbfgs, s, huge));
	CHECK(!lbfgs_learn(lbfgs, s, zero));
	CHECK(!lbfgs_learn(lbfgs, zero, s));
	lbfgs_apply(lbfgs, d, v);
	for (int i = 0; i < N; i++)
		CHECK(v[i] == 3.0 * (i + 1));
	CHECK(lbfgs_learn(lbfgs, s, s));
	lbfgs_forget(lbfgs);
	lbfgs_apply(lbfgs, d, v);
	CHECK(v[0] == 9.0);
	scratch_end(&arena);
}

static void
bad_sizes_are_refused(void)
{
	NumArena arena;
	Lbfgs *lbfgs;

	scratch_begin(&arena, 100000);
	CHECK_INT(lbfgs_create(&arena, N, 0, &lbfgs), NUM_BAD_ARGUMENT);
	CHECK_INT(lbfgs_create(&arena, N, 1001, &lbfgs), NUM_BAD_ARGUMENT);
	CHECK_INT(lbfgs_create(&arena, SIZE_MAX / 4, 2, &lbfgs), NUM_NO_MEMORY);
	CHECK_INT(lbfgs_create(&arena, 100000, 2, &lbfgs), NUM_NO_MEMORY);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(without_pairs_it_is_the_diagonal);
	RUN(it_is_the_formula_over_the_last_pairs);
	RUN(it_inverts_the_newest_pair_and_is_positive);
	RUN(steps_by_it_find_a_minimum);
	RUN(pairs_without_curvature_are_refused);
	RUN(bad_sizes_are_refused);
	return unit_end();
}
