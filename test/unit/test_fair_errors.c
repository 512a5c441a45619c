/*
 * test_fair_errors.c
 *    Means and errors of predicted numbers, their intervals, and the gap
 *    between groups.
 */
#include "fair/errors.h"

#include <math.h>
#include <stdlib.h>

#include "num/random.h"
#include "unit.h"

#define ROWS 400
#define LEVEL 0.95
#define QUANTILE 1.959963984540054

static double label[ROWS];
static double prediction[ROWS];
static double weight[ROWS];

static void
make_rows(NumRandom *random, double mean, double spread, bool weighted)
{
	for (int i = 0; i < ROWS; i++)
	{
		label[i] = mean + spread * (num_random_uniform(random) - 0.5);
		prediction[i] =
			label[i] + spread / 4 * (num_random_uniform(random) - 0.4);
		weight[i] = weighted ? 0.5 + i % 4 : 1;
	}
}

static FairErrors
sum_up(int first, int end, double centre)
{
	FairErrors errors = { .centre = centre };

	for (int i = first; i < end; i++)
	{
		double e = prediction[i] - label[i];
		double y = label[i] - centre;
		double p = prediction[i] - centre;

		errors.rows++;
		errors.weight += weight[i];
		errors.weight_squared += weight[i] * weight[i];
		errors.label += weight[i] * y;
		errors.label_squared += weight[i] * y * y;
		errors.prediction += weight[i] * p;
		errors.prediction_squared += weight[i] * p * p;
		errors.absolute += weight[i] * fabs(e);
		errors.squared += weight[i] * e * e;
		errors.fourth += weight[i] * e * e * e * e;
		errors.label_cubed += weight[i] * y * y * y;
		errors.label_fourth += weight[i] * y * y * y * y;
		errors.squared_label += weight[i] * e * e * y;
		errors.squared_label_squared += weight[i] * e * e * y * y;
	}
	return errors;
}

static double
r_squared(const FairErrors *errors)
{
	FairEstimate estimate;

	fair_r_squared(errors, LEVEL, &estimate);
	return estimate.value;
}

/* Mean and standard error of values, the plain way. */
static void
mean_of(double (*value)(int), double *mean, double *error)
{
	double w = 0;
	double ww = 0;
	double sum = 0;
	double square = 0;

	for (int i = 0; i < ROWS; i++)
	{
		w += weight[i];
		ww += weight[i] * weight[i];
		sum += weight[i] * value(i);
	}
	*mean = sum / w;
	for (int i = 0; i < ROWS; i++)
		square += weight[i] * (value(i) - *mean) * (value(i) - *mean) / w;
	*error = sqrt(square / (w * w / ww - 1));
}

static double
value_prediction(int i)
{
	return prediction[i];
}

static double
value_label(int i)
{
	return label[i];
}

static double
value_residual(int i)
{
	return label[i] - prediction[i];
}

static double
value_squared(int i)
{
	return (prediction[i] - label[i]) * (prediction[i] - label[i]);
}

static double
value_absolute(int i)
{
	return fabs(prediction[i] - label[i]);
}

static void
means_and_intervals_are_those_of_the_rows(void)
{
	typedef void (*Estimate)(const FairErrors *, double, FairEstimate *);
	static const struct
	{
		Estimate estimate;
		double (*value)(int);
	} cases[] = { { fair_mean_prediction, value_prediction },
		          { fair_mean_label, value_label },
		          { fair_squared_error, value_squared },
		          { fair_absolute_error, value_absolute },
		          { fair_mean_residual, value_residual } };
	NumRandom random;

	num_random_seed(&random, 3);
	for (int weighted = 0; weighted < 2; weighted++)
	{
		/* the centre is near, as squares of 1e9 keep few digits of 1 */
		make_rows(&random, 1e9, 3, weighted == 1);
		for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		{
			FairErrors errors = sum_up(0, ROWS, 1e9 + 1);
			FairEstimate estimate;
			double mean;
			double error;

			mean_of(cases[c].value, &mean, &error);
			cases[c].estimate(&errors, LEVEL, &estimate);
			CHECK_NEAR(estimate.value, mean, 1e-6);
			CHECK_NEAR(estimate.high - estimate.value, QUANTILE * error, 1e-6);
			CHECK_NEAR(estimate.value - estimate.low, QUANTILE * error, 1e-6);
		}
	}
}

static void
merged_groups_are_the_rows_of_both(void)
{
	FairErrors all;
	FairErrors merged = { 0 };
	FairErrors part;
	NumRandom random;

	num_random_seed(&random, 4);
	make_rows(&random, -7, 2, true);
	all = sum_up(0, ROWS, -6);
	part = sum_up(0, 100, -6);
	fair_errors_merge(&merged, &part);
	part = sum_up(100, ROWS, -6);
	fair_errors_merge(&merged, &part);
	CHECK_INT(merged.rows, all.rows);
	CHECK(merged.centre == -6);
	CHECK_CLOSE(merged.prediction, all.prediction, 1e-12);
	CHECK_CLOSE(merged.fourth, all.fourth, 1e-12);
	CHECK_CLOSE(r_squared(&merged), r_squared(&all), 1e-12);
}

static void
r_squared_is_one_less_the_error_by_the_variance(void)
{
	FairErrors errors;
	NumRandom random;
	double mean;
	double error;
	double square = 0;

	num_random_seed(&random, 5);
	make_rows(&random, 5, 2, true);
	mean_of(value_label, &mean, &error);
	errors = sum_up(0, ROWS, 4);
	for (int i = 0; i < ROWS; i++)
		square += weight[i] * (label[i] - mean) * (label[i] - mean);
	CHECK_CLOSE(r_squared(&errors), 1 - errors.squared / square, 1e-10);
	for (int i = 0; i < ROWS; i++)
		label[i] = 0.1;
	errors = sum_up(0, ROWS, 4);
	CHECK(isnan(r_squared(&errors)));
}

/* The interval of R^2 holds the true one as often as it says: labels are y, and
 * predictions y with noise of half its spread, so that it is 3/4. */
static void
intervals_of_r_squared_cover(void)
{
	int covered = 0;
	NumRandom random;

	num_random_seed(&random, 11);
	for (int trial = 0; trial < 1000; trial++)
	{
		FairErrors errors;
		FairEstimate estimate;

		for (int i = 0; i < ROWS; i++)
		{
			label[i] = 100 + num_random_uniform(&random);
			prediction[i] =
				label[i] + 0.5 * (num_random_uniform(&random) - 0.5);
			weight[i] = 1;
		}
		errors = sum_up(0, ROWS, 99);
		fair_r_squared(&errors, LEVEL, &estimate);
		CHECK(estimate.low < estimate.value && estimate.value < estimate.high &&
		      estimate.high < 1);
		covered += estimate.low <= 0.75 && estimate.high >= 0.75;
	}
	/* 950 is expected, 7 its standard deviation */
	CHECK(covered > 922 && covered < 978);
}

static void
roots_of_errors_have_roots_of_ends(void)
{
	FairErrors errors;
	FairEstimate square;
	FairEstimate root;
	NumRandom random;

	num_random_seed(&random, 12);
	make_rows(&random, 0, 2, true);
	errors = sum_up(0, ROWS, 0);
	fair_squared_error(&errors, LEVEL, &square);
	fair_root_squared_error(&errors, LEVEL, &root);
	CHECK_CLOSE(root.value * root.value, square.value, 1e-14);
	CHECK_CLOSE(root.low * root.low, square.low, 1e-14);
	CHECK_CLOSE(root.high * root.high, square.high, 1e-14);
}

/* Groups may be taken from centres of their own. */
static void
gaps_do_not_depend_on_centres(void)
{
	FairErrors same[2];
	FairErrors own[2];
	FairMeanGap a;
	FairMeanGap b;
	NumRandom random;

	num_random_seed(&random, 13);
	make_rows(&random, 50, 2, true);
	for (int i = 0; i < 100; i++)
		prediction[i] += 3;
	same[0] = sum_up(0, 100, 50);
	same[1] = sum_up(100, ROWS, 50);
	own[0] = sum_up(0, 100, 53);
	own[1] = sum_up(100, ROWS, 49);
	fair_mean_gap(same, 2, LEVEL, &a);
	fair_mean_gap(own, 2, LEVEL, &b);
	CHECK(b.highest == 0 && b.lowest == 1);
	CHECK_CLOSE(a.gap.value, b.gap.value, 1e-12);
	CHECK_CLOSE(a.gap.low, b.gap.low, 1e-10);
	CHECK_CLOSE(a.gap.high, b.gap.high, 1e-10);
}

static void
too_few_rows_have_no_interval(void)
{
	FairErrors none = { 0 };
	FairErrors one = { .rows = 1,
		               .weight = 2,
		               .weight_squared = 4,
		               .prediction = 6,
		               .prediction_squared = 18,
		               .squared = 2,
		               .fourth = 2 };
	FairEstimate estimate;

	fair_mean_prediction(&none, LEVEL, &estimate);
	CHECK(isnan(estimate.value) && isnan(estimate.low) && isnan(estimate.high));
	fair_mean_prediction(&one, LEVEL, &estimate);
	CHECK(estimate.value == 3);
	CHECK(isnan(estimate.low) && isnan(estimate.high));
	fair_squared_error(&one, LEVEL, &estimate);
	CHECK(estimate.value == 1 && isnan(estimate.low));
	CHECK(isnan(r_squared(&none)));
}

static void
the_gap_is_between_the_ends_and_its_interval_around_it(void)
{
	FairErrors groups[4];
	FairMeanGap gap;
	FairEstimate low;
	FairEstimate high;
	NumRandom random;

	num_random_seed(&random, 6);
	for (int g = 0; g < 4; g++)
	{
		static const double means[] = { 3, 1, 9, 4 };

		make_rows(&random, means[g], 2, false);
		groups[g] = sum_up(0, g == 3 ? 0 : ROWS, 5);
	}
	fair_mean_gap(groups, 4, LEVEL, &gap);
	CHECK_INT(gap.n_undefined, 1);
	CHECK_INT(gap.highest, 2);
	CHECK_INT(gap.lowest, 1);
	fair_mean_prediction(&groups[1], LEVEL, &low);
	fair_mean_prediction(&groups[2], LEVEL, &high);
	CHECK_NEAR(gap.gap.value, high.value - low.value, 1e-9);
	/* Pythagoras, of the half-widths of independent means */
	CHECK_NEAR(gap.gap.high - gap.gap.value,
	           hypot(high.high - high.value, low.high - low.value), 1e-9);
	CHECK(gap.gap.low < gap.gap.value - (gap.gap.high - gap.gap.value));
	CHECK(gap.gap.low > 0);

	/* two that are alike */
	groups[1] = groups[0];
	fair_mean_gap(groups, 2, LEVEL, &gap);
	CHECK(gap.gap.value == 0);
	CHECK(gap.gap.low == 0);
	CHECK(gap.gap.high > 0);

	/* one group, and one with a single row */
	fair_mean_gap(groups, 1, LEVEL, &gap);
	CHECK(isnan(gap.gap.value) && isnan(gap.gap.low));
	CHECK_INT(gap.highest, -1);
	groups[1] = sum_up(0, 1, 5);
	fair_mean_gap(groups, 2, LEVEL, &gap);
	CHECK(!isnan(gap.gap.value));
	CHECK(isnan(gap.gap.low) && isnan(gap.gap.high));
}

/* The interval is there to hold the true gap: 0 here, in most of many draws. */
static void
intervals_of_equal_groups_reach_zero(void)
{
	NumRandom random;
	int missed = 0;

	num_random_seed(&random, 7);
	for (int k = 0; k < 400; k++)
	{
		FairErrors groups[5];
		FairMeanGap gap;

		for (int g = 0; g < 5; g++)
		{
			make_rows(&random, 0, 1, false);
			groups[g] = sum_up(0, 60, 0);
		}
		fair_mean_gap(groups, 5, LEVEL, &gap);
		missed += gap.gap.low > 0;
	}
	CHECK(missed <= 30);
}

static void
errors_are_losses(void)
{
	FairErrors errors;
	FairLoss loss;
	NumRandom random;

	num_random_seed(&random, 8);
	make_rows(&random, 1, 1, true);
	errors = sum_up(0, ROWS, 0);
	loss = fair_loss_of_errors(&errors);
	CHECK_INT(loss.rows, ROWS);
	CHECK(loss.sum == errors.squared && loss.squared == errors.fourth);
	CHECK(loss.weight == errors.weight);
}

int
main(void)
{
	RUN(means_and_intervals_are_those_of_the_rows);
	RUN(merged_groups_are_the_rows_of_both);
	RUN(r_squared_is_one_less_the_error_by_the_variance);
	RUN(intervals_of_r_squared_cover);
	RUN(roots_of_errors_have_roots_of_ends);
	RUN(gaps_do_not_depend_on_centres);
	RUN(too_few_rows_have_no_interval);
	RUN(the_gap_is_between_the_ends_and_its_interval_around_it);
	RUN(intervals_of_equal_groups_reach_zero);
	RUN(errors_are_losses);
	return unit_end();
}
