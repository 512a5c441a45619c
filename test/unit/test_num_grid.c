/*
 * test_num_grid.c
 *    Sums on a grid against every order, and against what they approximate.
 */
#include "num/grid.h"

#include <math.h>

#include "num/random.h"
#include "unit.h"

#define N 5000

static double term[N];
static double other[N];

/* Terms of all sizes, with sums of absolute values and of squares. */
static void
make_terms(double size, double *absolute, double *squares)
{
	NumRandom random;

	num_random_seed(&random, 3);
	*absolute = 0;
	*squares = 0;
	for (int i = 0; i < N; i++)
	{
		term[i] =
			size * (num_random_uniform(&random) - 0.3) * ldexp(1.0, -(i % 40));
		other[i] =
			size * (num_random_uniform(&random) - 0.6) * ldexp(1.0, -(i % 7));
		*absolute += fabs(term[i]);
		*squares += fmax(term[i] * term[i], other[i] * other[i]);
	}
}

static void
sums_have_the_same_bits_in_any_order(void)
{
	double sizes[] = { 1, 3e-200, 7e200, 1e6 };

	for (int s = 0; s < 4; s++)
	{
		double absolute, squares, magnet;
		double exact = 0;
		double forth = 0;
		double back = 0;
		double lane[4] = { 0 };

		make_terms(sizes[s], &absolute, &squares);
		magnet = grid_magnet(absolute);
		for (int i = 0; i < N; i++)
		{
			exact += term[i];
			forth += grid_round(term[i], magnet);
			back += grid_round(term[N - 1 - i], magnet);
			lane[i % 4] += grid_round(term[i], magnet);
		}
		CHECK(forth == back);
		CHECK(forth == ((lane[3] + lane[1]) + lane[0]) + lane[2]);
		/* each term off by at most 2^-51 of the bound */
		CHECK_NEAR(forth, exact, absolute * N * 0x1p-51);
	}
}

/* Also when the machine fuses multiplication and addition. */
static void
products_of_factors_add_up_exactly(void)
{
	double sizes[] = { 1, 1e-60, 1e60, 1e6 };

	for (int s = 0; s < 4; s++)
	{
		double absolute, squares, magnet;
		double exact = 0;
		double forth = 0;
		double back = 0;
		double fused = 0;

		make_terms(sizes[s], &absolute, &squares);
		magnet = grid_factor_magnet(squares);
		for (int i = 0; i < N; i++)
		{
			int j = N - 1 - i;

			exact += term[i] * other[i];
			forth += grid_round(term[i], magnet) * grid_round(other[i], magnet);
			back += grid_round(term[j], magnet) * grid_round(other[j], magnet);
			fused = fma(grid_round(term[j], magnet),
			            grid_round(other[j], magnet), fused);
		}
		CHECK(forth == back);
		CHECK(forth == fused);
		CHECK_NEAR(forth, exact, 1e-5 * squares);
	}
}

static void
nothing_to_add_is_fine(void)
{
	CHECK(grid_round(0, grid_magnet(0)) == 0);
	CHECK(grid_round(0, grid_factor_magnet(0)) == 0);
	CHECK(isnan(grid_round(NAN, grid_magnet(1))));
}

int
main(void)
{
	RUN(sums_have_the_same_bits_in_any_order);
	RUN(products_of_factors_add_up_exactly);
	RUN(nothing_to_add_is_fine);
	return unit_end();
}
