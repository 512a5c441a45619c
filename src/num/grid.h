/*
 * grid.h
 *    Sums in plain doubles whose bits do not depend on the order of the terms.
 *
 * Each term is rounded to a multiple of one power of two before it is added,
 * so coarse that all sums of such terms are exact: then any order, any split
 * among workers and any vector width give the same bits.  Two additions a term
 * do the rounding; nothing else of the loop changes.
 *
 * What is lost: a term is off by at most 2^-51 of the bound on the sum of all
 * absolute values, in either direction alike, so that the sum of n terms is as
 * good as an ordinary one.
 *
 * For products of matrices, whose terms nobody can round, the factors are:
 * multiples of a power of two whose products sum up exactly.
 *
 * References: Rump, Ogita and Oishi, SIAM J. Sci. Comput. 31 (2008), for the
 * rounding; Demmel and Nguyen, ARITH 2013, for reproducible sums; Ozaki et
 * al., Numer. Algorithms 59 (2012), for products.
 */
#ifndef FAIRPG_NUM_GRID_H
#define FAIRPG_NUM_GRID_H

#include <math.h>

/*
 * What grid_round() needs for terms whose absolute values have a sum of at
 * most 'bound' (finite, >= 0).  Sums of rounded terms are exact up to four
 * times that.
 */
static inline double
grid_magnet(double bound)
{
	int exponent;

	if (!(bound > 0))
		return 3 * 0x1p-900;
	frexp(bound, &exponent); /* bound <= 2^exponent */
	return ldexp(3.0, exponent);
}

/* The same for factors: the products of any two rounded factors, of which
 * the squares have a sum of at most 'bound', add up exactly up to twice that,
 * by whatever multiplications and additions, fused or not. */
static inline double
grid_factor_magnet(double bound)
{
	int exponent;

	if (!(bound > 0))
		return 3 * 0x1p-400;
	frexp(bound, &exponent);
	/* the unit u has u^2 >= 2^(exponent - 52) */
	return ldexp(3.0, 51 + (exponent + 949) / 2 - 500);
}

/* x to the nearest multiple of the magnet's unit. */
static inline double
grid_round(double x, double magnet)
{
	return (x + magnet) - magnet;
}

/* A sum on two grids, of which the second takes what the first leaves of each
 * term: the value is nearly the one that the terms have. */
typedef struct GridSum
{
	double magnet;
	double rest_magnet;
	double sum;
	double rest;
} GridSum;

/* 'bound' as above; 'n' terms at most. */
static inline void
grid_sum_init(GridSum *sum, double bound, double n)
{
	sum->magnet = grid_magnet(bound);
	/* no rest is more than half of the first grid's unit */
	sum->rest_magnet = grid_magnet(n * sum->magnet * 0x1p-52);
	sum->sum = 0;
	sum->rest = 0;
}

static inline void
grid_sum_add(GridSum *sum, double x)
{
	double rounded = grid_round(x, sum->magnet);

	sum->sum += rounded;
	sum->rest += grid_round(x - rounded, sum->rest_magnet);
}

static inline double
grid_sum_value(const GridSum *sum)
{
	return sum->sum + sum->rest;
}

#endif
