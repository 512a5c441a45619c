/*
 * test_fair_calibration.c
 *    Calibration of scores: intervals by repeated samples, pooling within its
 *    bound, and images from anybody.  sql/scores.sql has the definitions.
 */
#include "unit.h"

#include <stdlib.h>

#include "fair/calibration.h"
#include "fair/score_figure.h"
#include "fair/scores.h"
#include "num/random.h"
#include "num/special.h"

static NumArena heap;
static ArenaNest nest; /* bins live in it to the end */
static NumArena *const arena = &nest.arena;
static NumRandom random_state;

static const FairCalibrationPlan plan = {
	.bins = 10, .level = 0.95, .wide_level = 0.99, .replicates = 300
};

static uint8_t *
write_image(FairScores *scores, size_t *n_bytes)
{
	uint8_t *image;

	*n_bytes = fair_scores_bytes(scores);
	image = malloc(*n_bytes);
	CHECK_INT(fair_scores_write(scores, image), NUM_OK);
	fair_scores_release(scores);
	return image;
}

/* 'n' rows with scores u, in 'levels' steps, and P(label 1) = a u + b. */
static uint8_t *
sample(int n, int levels, double a, double b)
{
	FairScores scores;
	size_t n_bytes;

	CHECK_INT(fair_scores_init(&scores, &heap), NUM_OK);
	for (int i = 0; i < n; i++)
	{
		double u = num_random_uniform(&random_state);

		if (levels > 0)
			u = (floor(u * levels) + 0.5) / levels;
		CHECK_INT(fair_scores_add(&scores,
		                          num_random_uniform(&random_state) < a * u + b,
		                          u, 1),
		          NUM_OK);
	}
	return write_image(&scores, &n_bytes);
}

static void
intervals_hold_the_truth(void)
{
	/* scores of ten values, P(label 1) = 0.6 u + 0.1: the ECE is the mean of
	 * |0.4 u - 0.1| over u = 0.05, 0.15, ..., which is 0.13; mean(Y) - mean(P)
	 * is -0.1; their quotient 0.8 */
	int held[3] = { 0 };
	int samples = 400;
	double sum = 0;
	double sum_hidden = 0;

	for (int s = 0; s < samples; s++)
	{
		uint8_t *image = sample(400, 10, 0.6, 0.1);
		FairCalibration of;
		static const int part[3] = { FAIR_ECE, FAIR_CALIBRATION_IN_THE_LARGE,
			                         FAIR_OBSERVED_EXPECTED };
		static const double truth[3] = { 0.13, -0.1, 0.8 };

		CHECK_INT(fair_calibration(arena, image, &plan, &of), NUM_OK);
		for (int i = 0; i < 3; i++)
			held[i] += of.part[part[i]].low <= truth[i] &&
			           truth[i] <= of.part[part[i]].high;
		CHECK(of.part[FAIR_ECE].wide_low <= of.part[FAIR_ECE].low);
		CHECK(of.part[FAIR_ECE].wide_high >= of.part[FAIR_ECE].high);
		sum += of.part[FAIR_ECE].value;
		sum_hidden += fabs(of.part[FAIR_BRIER_WITHIN_BINS].value);
		free(image);
	}
	/* 19 in 20, of 400: a standard deviation is 4.4 */
	for (int i = 0; i < 3; i++)
		CHECK(held[i] >= 366);
	CHECK(sum / samples > 0.13 && sum / samples < 0.16);
	CHECK(sum_hidden / samples < 1e-15);
}

static void
a_right_score_has_the_errors_that_it_should(void)
{
	double ece = 0;
	double expected = 0;
	int small_p[2] = { 0 };
	int samples = 500;

	for (int s = 0; s < samples; s++)
	{
		uint8_t *image = sample(300, 50, 1, 0);
		FairCalibration of;

		CHECK_INT(fair_calibration(arena, image, &plan, &of), NUM_OK);
		ece += of.part[FAIR_ECE].value;
		expected += of.part[FAIR_ECE_IF_CALIBRATED].value;
		small_p[0] += of.part[FAIR_SPIEGELHALTER_P].value < 0.05;
		small_p[1] += of.part[FAIR_HOSMER_LEMESHOW_P].value < 0.05;
		free(image);
	}
	CHECK_NEAR(ece / samples, expected / samples, 0.002);
	/* 25 wanted, a standard deviation is 5 */
	CHECK(small_p[0] >= 10 && small_p[0] <= 40);
	CHECK(small_p[1] >= 10 && small_p[1] <= 40);
}

static void
pooled_scores_keep_the_error_within_its_bound(void)
{
	/* the same rows with the scores in 10000 steps, and in a million of which
	 * the step's middle is the mean: bins of 7 do not end at steps of bits */
	FairScores many;
	double sums[7][3] = { { 0 } };
	FairCalibrationPlan of_seven = plan;
	FairCalibration of;
	size_t n_bytes;
	uint8_t *image;
	double ece = 0;
	int n = 200000;

	of_seven.bins = 7;
	CHECK_INT(fair_scores_init(&many, &heap), NUM_OK);
	for (int i = 0; i < n; i++)
	{
		double u = num_random_uniform(&random_state);
		int label = num_random_uniform(&random_state) < u * u;
		int bin = (int) (u * 7);

		CHECK_INT(fair_scores_add(&many, label, u, 1), NUM_OK);
		sums[bin][0]++;
		sums[bin][1] += u;
		sums[bin][2] += label;
	}
	for (int b = 0; b < 7; b++)
		ece += fabs(sums[b][1] - sums[b][2]) / n;
	image = write_image(&many, &n_bytes);
	CHECK(fair_scores_image_pooled(image));
	CHECK_INT(fair_calibration(arena, image, &of_seven, &of), NUM_OK);
	CHECK(of.error > 0 && of.error < 0.01);
	CHECK(fabs(of.part[FAIR_ECE].value - ece) <= of.error);
	of_seven.by_mass = true;
	CHECK_INT(fair_calibration(arena, image, &of_seven, &of), NUM_OK);
	CHECK(of.error > 0 && of.error < 0.001);
	free(image);
}

static void
bins_of_equal_mass_keep_ties_together(void)
{
	FairScores scores;
	size_t n_bytes;
	uint8_t *image;
	FairCalibration of;
	FairCalibrationPlan by_mass = plan;
	int n_bins = 0;
	double rows = 0;

	/* nine of ten rows have one score */
	CHECK_INT(fair_scores_init(&scores, &heap), NUM_OK);
	for (int i = 0; i < 100; i++)
		CHECK_INT(fair_scores_add(&scores, i % 2, i < 90 ? 0.3 : i / 100.0, 1),
		          NUM_OK);
	image = write_image(&scores, &n_bytes);
	by_mass.by_mass = true;
	CHECK_INT(fair_calibration(arena, image, &by_mass, &of), NUM_OK);
	for (int b = 0; b < of.n_bins; b++)
	{
		n_bins += of.bins[b].rows > 0;
		rows += of.bins[b].rows;
		if (of.bins[b].rows > 0 && of.bins[b].from <= 0.3)
			CHECK(of.bins[b].rows == 90 && of.bins[b].to == 0.3);
	}
	CHECK(n_bins == 2 && rows == 100);
	free(image);
}

static void
damaged_images_are_harmless(void)
{
	FairScores scores;
	size_t n_bytes;
	uint8_t *image;
	int n_valid = 0;

	CHECK_INT(fair_scores_init(&scores, &heap), NUM_OK);
	for (int i = 0; i < 60; i++)
		CHECK_INT(fair_scores_add(&scores, i % 3 - 1, i % 11 / 10.0,
		                          i % 2 == 0 ? 0.5 : 2),
		          NUM_OK);
	image = write_image(&scores, &n_bytes);
	for (int i = 0; i < 20000; i++)
	{
		size_t at = num_random_bits(&random_state) % n_bytes;
		uint8_t was = image[at];
		FairScoreFigures figures;
		FairCalibrationPlan few = plan;

		few.replicates = 5;
		few.by_mass = i % 2 == 0;
		image[at] = (uint8_t) num_random_bits(&random_state);
		if (fair_scores_valid(image, n_bytes))
		{
			n_valid++;
			CHECK_INT(fair_score_figures(arena, image, &few, &figures), NUM_OK);
		}
		image[at] = was;
	}
	CHECK(n_valid > 5000);
	free(image);
}

int
main(void)
{
	arena_init_malloc(&heap, 0);
	arena_nest_begin(&nest, &heap);
	num_random_seed(&random_state, 11);
	RUN(intervals_hold_the_truth);
	RUN(a_right_score_has_the_errors_that_it_should);
	RUN(pooled_scores_keep_the_error_within_its_bound);
	RUN(bins_of_equal_mass_keep_ties_together);
	RUN(damaged_images_are_harmless);
	arena_nest_end(&nest);
	return unit_end();
}
