/*
 * test_fair_loss.c
 *    Mean losses of groups and their intervals, from rows and from scores.
 */
#include "fair/loss.h"

#include <math.h>
#include <stdlib.h>

#include "fair/scores.h"
#include "num/random.h"
#include "scratch.h"
#include "unit.h"

enum
{
	ROWS = 3000
};

static NumArena arena;
static NumRandom random_numbers;
static double score[ROWS];
static double weight[ROWS];
static int label[ROWS];

static void
make_rows(bool weighted)
{
	for (int i = 0; i < ROWS; i++)
	{
		score[i] = num_random_uniform(&random_numbers);
		label[i] = num_random_uniform(&random_numbers) < score[i];
		weight[i] =
			weighted ? 0.5 + 2 * num_random_uniform(&random_numbers) : 1;
	}
}

static FairLoss
loss_of_rows(void)
{
	FairLoss sums = { 0 };

	for (int i = 0; i < ROWS; i++)
	{
		double loss = -log(label[i] == 1 ? score[i] : 1 - score[i]);
		FairLoss row = { 1, weight[i], weight[i] * weight[i], weight[i] * loss,
			             weight[i] * loss * loss };

		fair_loss_merge(&sums, &row);
	}
	return sums;
}

static FairLoss
loss_of_scores(void)
{
	FairScores scores;
	FairLoss loss;
	uint8_t *image;

	CHECK_INT(fair_scores_init(&scores, &arena), NUM_OK);
	for (int i = 0; i < ROWS; i++)
		CHECK_INT(fair_scores_add(&scores, label[i], score[i], weight[i]),
		          NUM_OK);
	image = arena_alloc(&arena, fair_scores_bytes(&scores), 1);
	CHECK_INT(fair_scores_write(&scores, image), NUM_OK);
	fair_loss_of_scores(image, &loss);
	return loss;
}

static void
scores_tell_the_sums_of_the_rows(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
	{
		FairLoss a;
		FairLoss b;

		make_rows(weighted == 1);
		a = loss_of_rows();
		b = loss_of_scores();
		CHECK_INT((int) a.rows, (int) b.rows);
		CHECK_CLOSE(a.weight, b.weight, 1e-12);
		CHECK_CLOSE(a.weight_squared, b.weight_squared, 1e-12);
		CHECK_CLOSE(a.sum, b.sum, 1e-10);
		CHECK_CLOSE(a.squared, b.squared, 1e-10);
	}
}

/* The loss of scores that are true probabilities is their entropy, 1/2 in the
 * mean over uniform ones; nineteen intervals of twenty must hold it. */
static void
intervals_hold_the_truth(void)
{
	int held = 0;

	for (int trial = 0; trial < 400; trial++)
	{
		FairLoss loss;
		double mean;
		double low;
		double high;

		make_rows(trial % 2 == 0);
		loss = loss_of_rows();
		fair_loss_interval(&loss, 0.95, &mean, &low, &high);
		CHECK(low < mean && mean < high);
		held += low <= 0.5 && 0.5 <= high;
	}
	/* 380 +- 3 standard deviations */
	CHECK(held >= 367 && held <= 393);
}

static void
nothing_is_told_by_too_few_rows(void)
{
	FairLoss none = { 0 };
	FairLoss one = { 1, 1, 1, 0.3, 0.09 };
	double mean;
	double low;
	double high;

	fair_loss_interval(&none, 0.95, &mean, &low, &high);
	CHECK(isnan(mean) && isnan(low) && isnan(high));
	fair_loss_interval(&one, 0.95, &mean, &low, &high);
	CHECK_NEAR(mean, 0.3, 1e-15);
	CHECK(isnan(low) && isnan(high));
}

int
main(void)
{
	scratch_begin(&arena, 0);
	num_random_seed(&random_numbers, 41);
	RUN(scores_tell_the_sums_of_the_rows);
	RUN(intervals_hold_the_truth);
	RUN(nothing_is_told_by_too_few_rows);
	scratch_end(&arena);
	return unit_end();
}
