/*
 * test_fair_error_sums.c
 *    Sums of errors against exact rational arithmetic, however rows are split.
 */
#include "fair/error_sums.h"
#include "num/random.h"
#include "unit.h"

/* Labels of 1e9 that differ by a few, as in the Python that made the expected
 * values with fractions.Fraction. */
static void
add_row(FairErrorSums *sums, int i)
{
	double y = 1e9 + (i * 37 % 101) / 8.0;
	double p = y + ((i * 53 % 17) - 8) / 4.0;

	CHECK(fair_error_sums_add(sums, &y, &p, 1 + i % 3) == NUM_OK);
}

static void
moments_match_rational_arithmetic(void)
{
	FairErrorSums sums = { 0 };
	FairErrors errors;

	for (int i = 0; i < 500; i++)
		add_row(&sums, i);
	fair_error_sums_read(&sums, &errors);
	CHECK_INT(errors.rows, 500);
	CHECK(errors.weight == 999 && errors.weight_squared == 2329);
	CHECK(errors.centre == 0x1.dcd650321024ep+29);
	CHECK_CLOSE(errors.label_squared, 0x1.a06e60dd67c8cp+13, 1e-12);
	CHECK_CLOSE(errors.prediction, -0x1.cfff310000000p+2, 1e-12);
	CHECK_CLOSE(errors.prediction_squared, 0x1.c8234af417c8cp+13, 1e-12);
	CHECK(errors.absolute == 0x1.07fp+10);
	CHECK(errors.squared == 0x1.75acp+10);
	CHECK(errors.fourth == 0x1.f69dep+11);
	/* fourth powers of 1e9 leave no digits of those of 10 */
	CHECK(isnan(errors.label_fourth));
}

/* The same of labels that are nearer to zero, by plain sums. */
static void
fourth_powers_are_those_of_the_rows(void)
{
	FairErrorSums sums = { 0 };
	FairErrors errors;
	double expected[4] = { 0 };

	for (int pass = 0; pass < 2; pass++)
	{
		for (int i = 0; i < 500; i++)
		{
			double y = 1000 + i * 37 % 101;
			double p = y + ((i * 53 % 17) - 8) / 4.0;
			double e = p - y;

			if (pass == 0)
			{
				CHECK(fair_error_sums_add(&sums, &y, &p, 2) == NUM_OK);
				continue;
			}
			y -= errors.centre;
			expected[0] += 2 * y * y * y;
			expected[1] += 2 * y * y * y * y;
			expected[2] += 2 * e * e * y;
			expected[3] += 2 * e * e * y * y;
		}
		fair_error_sums_read(&sums, &errors);
	}
	CHECK_CLOSE(errors.label_cubed, expected[0], 1e-9);
	CHECK_CLOSE(errors.label_fourth, expected[1], 1e-9);
	CHECK_CLOSE(errors.squared_label, expected[2], 1e-9);
	CHECK_CLOSE(errors.squared_label_squared, expected[3], 1e-9);
}

static void
split_and_merge_change_no_byte(void)
{
	FairErrorSums all = { 0 };
	FairErrorSums part[3] = { { 0 } };
	unsigned char one[FAIR_ERROR_SUMS_BYTES];
	unsigned char other[FAIR_ERROR_SUMS_BYTES];
	size_t n;

	for (int i = 0; i < 300; i++)
		add_row(&all, i);
	for (int i = 299; i >= 0; i--)
		add_row(&part[i * 7 % 3], i);
	CHECK(fair_error_sums_merge(&part[2], &part[0]) == NUM_OK);
	CHECK(fair_error_sums_merge(&part[2], &part[1]) == NUM_OK);
	n = fair_error_sums_write(&all, one);
	CHECK_INT(fair_error_sums_write(&part[2], other), n);
	CHECK(memcmp(one, other, n) == 0);
	CHECK(fair_error_sums_take(&part[0], one, n));
	CHECK(memcmp(&part[0], &all, sizeof(all)) == 0);
	CHECK(!fair_error_sums_take(&part[0], one, n - 1));
	CHECK(!fair_error_sums_take(&part[0], one, n + 1));
}

static void
rows_without_label_or_prediction_only_count(void)
{
	FairErrorSums sums = { 0 };
	FairErrors errors;
	double x = 3;

	CHECK(fair_error_sums_add(&sums, NULL, &x, 1) == NUM_OK);
	CHECK(fair_error_sums_add(&sums, NULL, NULL, 1) == NUM_OK);
	CHECK(fair_error_sums_add(&sums, &x, NULL, 1) == NUM_OK);
	fair_error_sums_read(&sums, &errors);
	CHECK_INT(errors.rows, 0);
	CHECK_INT(errors.unlabelled_rows, 2);
	CHECK_INT(errors.unpredicted_rows, 1);
	CHECK(errors.weight == 0);
}

/* Labels that are all one have no variance, whatever rounding leaves. */
static void
equal_labels_have_no_variance(void)
{
	static const double labels[] = { 0.1, 1e9 + 1.0 / 3, -7e37, 1e-30 };

	for (int l = 0; l < 4; l++)
	{
		FairErrorSums sums = { 0 };
		FairErrors errors;
		FairEstimate estimate;

		for (int i = 0; i < 1001; i++)
		{
			double p = labels[l] * (1 + i % 2);

			CHECK(fair_error_sums_add(&sums, &labels[l], &p, 0.1 + i % 3) ==
			      NUM_OK);
		}
		fair_error_sums_read(&sums, &errors);
		fair_r_squared(&errors, 0.95, &estimate);
		CHECK(isnan(estimate.value));
		CHECK_CLOSE(errors.label / errors.weight + errors.centre, labels[l],
		            1e-15);
	}
}

static void
the_largest_numbers_fit(void)
{
	FairErrorSums sums = { 0 };
	FairErrors errors;
	double y = FAIR_MAX_NUMBER;
	double p = -FAIR_MAX_NUMBER;

	for (int i = 0; i < 1000; i++)
		CHECK(fair_error_sums_add(&sums, i % 2 == 0 ? &y : &p, &y,
		                          4294967296.0) == NUM_OK);
	fair_error_sums_read(&sums, &errors);
	CHECK_CLOSE(errors.squared / errors.weight, 0x1p257, 1e-15);
}

int
main(void)
{
	RUN(moments_match_rational_arithmetic);
	RUN(fourth_powers_are_those_of_the_rows);
	RUN(split_and_merge_change_no_byte);
	RUN(rows_without_label_or_prediction_only_count);
	RUN(equal_labels_have_no_variance);
	RUN(the_largest_numbers_fit);
	return unit_end();
}
