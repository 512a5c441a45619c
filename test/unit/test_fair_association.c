/*
 * test_fair_association.c
 *    Measures of association: by hand, without association, and the coverage of
 *    their intervals.
 */
#include "fair/association.h"

#include <math.h>

#include "num/random.h"
#include "unit.h"

enum
{
	MOST_CELLS = 64
};

static FairAssociation
cramer(const uint64_t *count, size_t rows, size_t columns)
{
	double scratch[4 * MOST_CELLS];
	FairTable table = { rows, columns, count, scratch };
	FairAssociation v;

	fair_cramers_v(&table, 0.95, &v);
	return v;
}

/* Two by two: chi squared is n (ad - bc)^2 / (row and column sums), by hand
 * 100 (30 * 35 - 20 * 15)^2 / (50 * 50 * 45 * 55). */
static void
cramers_v_of_four_cells_is_phi_corrected(void)
{
	const uint64_t count[] = { 30, 20, 15, 35 };
	double phi = 750.0 * 750.0 / (50.0 * 50 * 45 * 55);
	FairAssociation v = cramer(count, 2, 2);

	CHECK_NEAR(v.value, sqrt((phi - 1.0 / 99) / (1 - 1.0 / 99)), 1e-14);
	CHECK(v.low < v.value && v.value < v.high);
}

static void
things_that_tell_each_other_have_one(void)
{
	const uint64_t count[] = { 50, 0, 0, 0, 70, 0, 0, 0, 30 };
	FairAssociation v = cramer(count, 3, 3);

	CHECK_NEAR(v.value, 1, 1e-14);
	CHECK_NEAR(v.high, 1, 1e-14);
	CHECK(v.low > 0.98);
}

static void
empty_rows_and_columns_are_not_there(void)
{
	const uint64_t count[] = { 30, 0, 20, 0, 0, 0, 15, 0, 35, 0, 0, 0 };
	const uint64_t same[] = { 30, 20, 15, 35 };
	FairAssociation v = cramer(count, 4, 3);
	FairAssociation w = cramer(same, 2, 2);

	CHECK(v.value == w.value && v.low == w.low && v.high == w.high);
}

static void
one_value_has_no_association(void)
{
	const uint64_t row[] = { 5, 6, 7 };
	const uint64_t none[] = { 0, 0, 0, 0 };
	const uint64_t two[] = { 1, 0, 0, 1 };

	CHECK(isnan(cramer(row, 1, 3).value));
	CHECK(isnan(cramer(row, 3, 1).value));
	CHECK(isnan(cramer(none, 2, 2).value));
	CHECK(isnan(cramer(two, 2, 2).value));
}

/* Phi squared of cells with these probabilities. */
static double
true_phi(const double *p, size_t rows, size_t columns)
{
	double phi = -1;

	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < columns; j++)
		{
			double row = 0;
			double column = 0;

			for (size_t k = 0; k < columns; k++)
				row += p[i * columns + k];
			for (size_t k = 0; k < rows; k++)
				column += p[k * columns + j];
			phi += p[i * columns + j] * p[i * columns + j] / (row * column);
		}
	return phi;
}

/* How often the interval holds what is true, in 2000 draws of 'n' rows. */
static double
coverage(const double *p, size_t rows, size_t columns, uint64_t n)
{
	double truth = sqrt(true_phi(p, rows, columns) /
	                    (double) ((rows < columns ? rows : columns) - 1));
	NumRandom random;
	uint64_t count[MOST_CELLS];
	int held = 0;

	num_random_seed(&random, 11);
	for (int draw = 0; draw < 2000; draw++)
	{
		FairAssociation v;

		num_random_multinomial(&random, n, p, rows * columns, count);
		v = cramer(count, rows, columns);
		held += v.low <= truth + 1e-12 && truth <= v.high;
	}
	return held / 2000.0;
}

static void
intervals_of_cramers_v_hold_what_is_true_near_zero_and_far_from_it(void)
{
	double alike[MOST_CELLS];
	double weak[MOST_CELLS];
	double strong[MOST_CELLS];

	for (int i = 0; i < 24; i++)
		alike[i] = weak[i] = strong[i] = (1 + i % 4) / 60.0;
	weak[0] *= 1.5;
	weak[5] *= 0.7;
	for (int i = 0; i < 4; i++)
		strong[i * 4 + i] *= 12;
	CHECK(coverage(alike, 6, 4, 500) >= 0.95);
	CHECK(coverage(alike, 6, 4, 20000) >= 0.95);
	CHECK(coverage(weak, 6, 4, 2000) >= 0.94);
	CHECK(coverage(strong, 6, 4, 500) >= 0.92);
	CHECK(coverage(strong, 6, 4, 5000) >= 0.94);
}

static void
of_things_that_have_nothing_to_do_with_each_other_v_is_near_zero(void)
{
	double p[MOST_CELLS];
	double squares = 0;
	NumRandom random;
	uint64_t count[MOST_CELLS];

	num_random_seed(&random, 3);
	for (int i = 0; i < 64; i++)
		p[i] = 1 / 64.0;
	for (int draw = 0; draw < 500; draw++)
	{
		FairAssociation v;

		num_random_multinomial(&random, 200, p, 64, count);
		v = cramer(count, 16, 4);
		squares += v.value * v.value;
	}
	/* without the correction it would be about 45 / 200 / 3 */
	CHECK(squares / 500 < 0.015);
}

static FairMoments
moments(const double *x, size_t n)
{
	FairMoments m = { 0, 0, 0, 0, 0 };

	for (size_t i = 0; i < n; i++)
	{
		m.n += 1;
		m.sum += x[i];
		m.squares += x[i] * x[i];
		m.cubes += x[i] * x[i] * x[i];
		m.fourths += x[i] * x[i] * x[i] * x[i];
	}
	return m;
}

/* 1 2 3 against 3 4 8: means 2 and 5, within 2 + 14, between 13.5. */
static void
the_correlation_ratio_is_that_of_the_sums_of_squares(void)
{
	const double a[] = { 1, 2, 3 };
	const double b[] = { 3, 4, 8 };
	FairMoments groups[] = { moments(a, 3), { 0, 0, 0, 0, 0 }, moments(b, 3) };
	FairAssociation eta;

	fair_correlation_ratio(groups, 3, 0.95, &eta);
	CHECK_NEAR(eta.value, sqrt(1 - 16 / 29.5 * 5 / 4), 1e-14);
	CHECK(eta.low >= 0 && eta.low < eta.value);
	CHECK(eta.high <= 1 && eta.high > eta.value);
	fair_correlation_ratio(groups, 2, 0.95, &eta);
	CHECK(isnan(eta.value));
}

static void
intervals_of_the_correlation_ratio_hold_what_is_true(void)
{
	const double shifts[] = { 0, 0.1, 1, 3 };
	NumRandom random;

	num_random_seed(&random, 17);
	for (int s = 0; s < 4; s++)
	{
		double d = shifts[s];
		/* two groups of equal size, uniform numbers of variance 1/12 */
		double truth = sqrt(d * d / 4 / (d * d / 4 + 1 / 12.0));
		int held = 0;

		for (int draw = 0; draw < 1000; draw++)
		{
			double x[2][150];
			FairMoments groups[2];
			FairAssociation eta;

			for (int g = 0; g < 2; g++)
			{
				for (int i = 0; i < 150; i++)
					x[g][i] = num_random_uniform(&random) - 0.5 + g * d;
				groups[g] = moments(x[g], 150);
			}
			fair_correlation_ratio(groups, 2, 0.95, &eta);
			held += eta.low <= truth + 1e-12 && truth <= eta.high;
		}
		CHECK(held >= 930);
	}
}

/* Of 10 rows b is 0 six times; knowing a, 6 + 3 are guessed right. */
static void
lambda_is_the_share_of_errors_saved(void)
{
	const uint32_t a[] = { 0, 1, 0, 1, 0, 1, 0, 1, 0, 0 };
	const uint32_t b[] = { 0, 2, 0, 1, 0, 1, 0, 1, 0, 0 };
	const uint32_t by_a[] = { 0, 2, 4, 6, 8, 9, 1, 3, 5, 7 };
	const uint32_t constant[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	uint32_t seen[3];
	FairCodes pair = { a, b, by_a, 10, 3 };

	CHECK_NEAR(fair_lambda(&pair, seen), (9.0 - 6) / (10 - 6), 1e-15);
	pair.b = constant;
	CHECK(isnan(fair_lambda(&pair, seen)));
	pair.b = a;
	CHECK(fair_lambda(&pair, seen) == 1);
}

int
main(void)
{
	RUN(cramers_v_of_four_cells_is_phi_corrected);
	RUN(things_that_tell_each_other_have_one);
	RUN(empty_rows_and_columns_are_not_there);
	RUN(one_value_has_no_association);
	RUN(intervals_of_cramers_v_hold_what_is_true_near_zero_and_far_from_it);
	RUN(of_things_that_have_nothing_to_do_with_each_other_v_is_near_zero);
	RUN(the_correlation_ratio_is_that_of_the_sums_of_squares);
	RUN(intervals_of_the_correlation_ratio_hold_what_is_true);
	RUN(lambda_is_the_share_of_errors_saved);
	return unit_end();
}
