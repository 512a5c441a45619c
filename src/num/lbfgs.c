/*
 * lbfgs.c
 *    An inverse Hessian that is learnt from steps and never formed.
 *
 * The two-loop recursion.  The matrix it starts from is a diagonal D of the
 * caller's times s'y / y'Dy of the newest pair, which puts it on the scale of
 * the curvature that was met last.
 */
#include "num/lbfgs.h"

#include <math.h>
#include <string.h>

#include "num/dense.h"

#define MAX_PAIRS 1000

/* least s'y, as a part of |s| |y| */
#define LEAST_CURVATURE 1e-8

struct Lbfgs
{
	size_t n;
	size_t room;     /* pairs that can be kept */
	size_t n_pairs;  /* kept now */
	size_t newest;   /* place of the last pair in the ring */
	double *step;    /* [room][n] */
	double *change;  /* [room][n] */
	double *product; /* [room] step'change */
	double *weight;  /* [room] scratch of the recursion */
};

NumStatus
lbfgs_create(NumArena *arena, size_t n, size_t pairs, Lbfgs **result)
{
	Lbfgs *lbfgs;

	if (pairs < 1 || pairs > MAX_PAIRS)
		return NUM_BAD_ARGUMENT;
	lbfgs = arena_alloc(arena, 1, sizeof(Lbfgs));
	if (lbfgs == NULL || n > SIZE_MAX / sizeof(double))
		return NUM_NO_MEMORY;
	lbfgs->n = n;
	lbfgs->room = pairs;
	lbfgs->step = arena_alloc(arena, pairs, n * sizeof(double));
	lbfgs->change = arena_alloc(arena, pairs, n * sizeof(double));
	lbfgs->product = arena_alloc(arena, pairs, sizeof(double));
	lbfgs->weight = arena_alloc(arena, pairs, sizeof(double));
	if (lbfgs->step == NULL || lbfgs->change == NULL ||
	    lbfgs->product == NULL || lbfgs->weight == NULL)
		return NUM_NO_MEMORY;
	lbfgs_forget(lbfgs);
	*result = lbfgs;
	return NUM_OK;
}

void
lbfgs_forget(Lbfgs *lbfgs)
{
	lbfgs->n_pairs = 0;
	lbfgs->newest = lbfgs->room - 1;
}

bool
lbfgs_learn(Lbfgs *lbfgs, const double *step, const double *change)
{
	size_t n = lbfgs->n;
	double product = dense_dot(step, change, n);
	double lengths =
		sqrt(dense_dot(step, step, n)) * sqrt(dense_dot(change, change, n));

	if (!(product > LEAST_CURVATURE * lengths) || !isfinite(lengths))
		return false;
	lbfgs->newest = (lbfgs->newest + 1) % lbfgs->room;
	if (lbfgs->n_pairs < lbfgs->room)
		lbfgs->n_pairs++;
	memcpy(lbfgs->step + lbfgs->newest * n, step, n * sizeof(double));
	memcpy(lbfgs->change + lbfgs->newest * n, change, n * sizeof(double));
	lbfgs->product[lbfgs->newest] = product;
	return true;
}

static void
add_multiple(double *to, double factor, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += factor * v[i];
}

/* s'y / y'Dy of the newest pair; 1 without one. */
static double
scale_of(const Lbfgs *lbfgs, const double *inverse_diagonal)
{
	const double *y = lbfgs->change + lbfgs->newest * lbfgs->n;
	double sum = 0;

	if (lbfgs->n_pairs == 0)
		return 1;
	for (size_t i = 0; i < lbfgs->n; i++)
		sum += y[i] * inverse_diagonal[i] * y[i];
	return sum > 0 ? lbfgs->product[lbfgs->newest] / sum : 1;
}

void
lbfgs_apply(Lbfgs *lbfgs, const double *inverse_diagonal, double *v)
{
	size_t n = lbfgs->n;
	double scale = scale_of(lbfgs, inverse_diagonal);

	for (size_t age = 0; age < lbfgs->n_pairs; age++)
	{
		size_t p = (lbfgs->newest + lbfgs->room - age) % lbfgs->room;

		lbfgs->weight[p] =
			dense_dot(lbfgs->step + p * n, v, n) / lbfgs->product[p];
		add_multiple(v, -lbfgs->weight[p], lbfgs->change + p * n, n);
	}
	for (size_t i = 0; i < n; i++)
		v[i] *= scale * inverse_diagonal[i];
	for (size_t age = lbfgs->n_pairs; age-- > 0;)
	{
		size_t p = (lbfgs->newest + lbfgs->room - age) % lbfgs->room;
		double back =
			dense_dot(lbfgs->change + p * n, v, n) / lbfgs->product[p];

		add_multiple(v, lbfgs->weight[p] - back, lbfgs->step + p * n, n);
	}
}
