/*
 * test_fair_roc.c
 *    AUCs between two sets of rows against a count of all pairs, and the area
 *    between two ROC curves against the curves point by point.
 */
#include "unit.h"

#include <stdlib.h>

#include "fair/roc.h"
#include "fair/scores.h"
#include "num/random.h"

typedef struct Row
{
	int label;
	double score;
	double weight;
	int group;
} Row;

static NumArena arena;
static NumRandom random_state;

/* Rows of a group, or of all with -1. */
static uint8_t *
image_of(const Row *rows, int n, int group)
{
	FairScores scores;
	uint8_t *image;

	CHECK_INT(fair_scores_init(&scores, &arena), NUM_OK);
	for (int i = 0; i < n; i++)
		if (group < 0 || rows[i].group == group)
			CHECK_INT(fair_scores_add(&scores, rows[i].label, rows[i].score,
			                          rows[i].weight),
			          NUM_OK);
	image = malloc(fair_scores_bytes(&scores));
	CHECK_INT(fair_scores_write(&scores, image), NUM_OK);
	fair_scores_release(&scores);
	return image;
}

static Row *
random_rows(int n, bool weighted, double levels)
{
	Row *rows = malloc((size_t) n * sizeof(Row));

	for (int i = 0; i < n; i++)
	{
		double u = num_random_uniform(&random_state);

		rows[i].group = i % 3;
		rows[i].score = levels > 0 ? floor(u * levels) / levels : u;
		rows[i].label =
			num_random_uniform(&random_state) < (i % 3 == 0 ? u : u * u);
		rows[i].weight =
			weighted ? 0.25 + num_random_uniform(&random_state) : 1;
	}
	return rows;
}

/* All pairs of a positive row of 'a' and a negative row that is in 'b', or with
 * 'others' is not. */
static double
by_pairs(const Row *rows, int n, int a, int b, bool others)
{
	double right = 0;
	double pairs = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; rows[i].label == 1 && rows[i].group == a && j < n; j++)
			if (rows[j].label == 0 && (rows[j].group == b) != others)
			{
				double w = rows[i].weight * rows[j].weight;

				pairs += w;
				if (rows[i].score > rows[j].score)
					right += w;
				if (rows[i].score == rows[j].score)
					right += w / 2;
			}
	return right / pairs;
}

static void
aucs_between_groups_count_all_pairs(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
		for (int levels = 0; levels < 30; levels += 10)
		{
			Row *rows = random_rows(600, weighted != 0, levels);
			uint8_t *all = image_of(rows, 600, -1);
			uint8_t *image[3];
			FairAuc auc;

			for (int g = 0; g < 3; g++)
				image[g] = image_of(rows, 600, g);
			for (int a = 0; a < 3; a++)
				for (int b = 0; b < 3; b++)
				{
					FairSide p = { .image = image[a] };
					FairSide q = { .image = image[b] };

					fair_auc_between(&p, &q, 0.95, &auc);
					CHECK_NEAR(auc.auc, by_pairs(rows, 600, a, b, false),
					           1e-13);
					CHECK(auc.error == 0 && auc.variance > 0);
				}
			for (int a = 0; a < 3; a++)
			{
				FairSide own = { .image = image[a] };
				FairSide others = { .image = all, .less = image[a] };

				fair_auc_between(&own, &others, 0.95, &auc);
				CHECK_NEAR(auc.auc, by_pairs(rows, 600, a, a, true), 1e-12);
			}
			for (int g = 0; g < 3; g++)
				free(image[g]);
			free(all);
			free(rows);
		}
}

static void
pooled_and_unpooled_sides_agree_within_the_bound(void)
{
	/* group 0 has few scores, the others very many */
	int n = 60000;
	Row *rows = random_rows(n, false, 0);
	double below = 0;
	double right = 0;
	double totals[2] = { 0, 0 };
	double *negative = calloc(1001, sizeof(double));
	FairAuc auc;

	for (int i = 0; i < n; i += 3)
		rows[i].score = floor(rows[i].score * 1000) / 1000 + 1.0 / 2048;
	for (int i = 0; i < n; i++)
		if (rows[i].group == 0 && rows[i].label == 0)
			negative[(int) floor(rows[i].score * 1000)]++;
	for (int i = 0; i < n; i++)
	{
		int at = (int) floor(rows[i].score * 1000);

		if (rows[i].group == 0 || rows[i].label == 0)
			continue;
		below = 0;
		for (int k = 0; k < at; k++)
			below += negative[k];
		if (rows[i].score > floor(rows[i].score * 1000) / 1000 + 1.0 / 2048)
			below += negative[at];
		right += below;
		totals[1]++;
	}
	for (int k = 0; k < 1001; k++)
		totals[0] += negative[k];
	for (int i = 0; i < n; i++)
		rows[i].group = rows[i].group == 0;
	{
		uint8_t *few = image_of(rows, n, 1);
		uint8_t *many = image_of(rows, n, 0);
		FairSide p = { .image = many };
		FairSide q = { .image = few };

		CHECK(fair_scores_image_pooled(many) && !fair_scores_image_pooled(few));
		fair_auc_between(&p, &q, 0.95, &auc);
		CHECK(auc.error > 0 && auc.error < 0.002);
		CHECK(fabs(auc.auc - right / totals[0] / totals[1]) <= auc.error);
		free(few);
		free(many);
	}
	free(negative);
	free(rows);
}

static int
compare_rows(const void *a, const void *b)
{
	const Row *x = a;
	const Row *y = b;

	return (x->score < y->score) - (x->score > y->score);
}

/* TPR of a group at a FPR, by the curve from the upper left: rows sorted down
 * by score. */
static double
tpr_at(const Row *sorted, int n, int group, double fpr)
{
	double total[2] = { 0, 0 };
	double passed[2] = { 0, 0 };

	for (int i = 0; i < n; i++)
		if (sorted[i].group == group)
			total[sorted[i].label] += sorted[i].weight;
	for (int i = 0; i < n;)
	{
		double score = sorted[i].score;
		double step[2] = { 0, 0 };

		for (; i < n && sorted[i].score == score; i++)
			if (sorted[i].group == group)
				step[sorted[i].label] += sorted[i].weight;
		if (step[0] > 0 && (passed[0] + step[0]) / total[0] > fpr)
			return (passed[1] +
			        step[1] * (fpr * total[0] - passed[0]) / step[0]) /
			       total[1];
		passed[0] += step[0];
		passed[1] += step[1];
	}
	return 1;
}

static void
the_area_between_curves_is_that_of_their_points(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
		for (int levels = 0; levels < 10; levels += 7)
		{
			int n = 90;
			Row *rows = random_rows(n, weighted != 0, levels);
			uint8_t *a = image_of(rows, n, 0);
			uint8_t *b = image_of(rows, n, 1);
			FairSide sides[2] = { { .image = a }, { .image = b } };
			FairAbroca abroca;
			double area = 0;
			int cuts = 20000;

			fair_abroca(&sides[0], &sides[1], &abroca);
			qsort(rows, (size_t) n, sizeof(Row), compare_rows);
			for (int i = 0; i < cuts; i++)
			{
				double x = (i + 0.5) / cuts;

				area +=
					fabs(tpr_at(rows, n, 0, x) - tpr_at(rows, n, 1, x)) / cuts;
			}
			CHECK_NEAR(abroca.area, area, 1e-4);
			CHECK(abroca.area > 0.01 && abroca.error == 0);
			free(a);
			free(b);
			free(rows);
		}
}

static void
intervals_of_the_area_hold_the_truth(void)
{
	/* group 0 has P(label 1 | u) = u, group 1 has u^2; with F the shares below
	 * u of negatives and of positives, x = 2u - u^2 and y = u^2 for the first,
	 * x = (3u - u^3) / 2 and y = u^3 for the second: the area by a sum over x */
	double truth = 0;
	int held = 0;
	int samples = 200;
	int cuts = 20000;
	FairDraws plan = { .level = 0.95, .replicates = 200 };

	for (int i = 0; i < cuts; i++)
	{
		double x = (i + 0.5) / cuts;
		double u = 1 - sqrt(1 - x);
		double v = x;

		for (int k = 0; k < 60; k++)
			v -= ((3 * v - v * v * v) / 2 - x) / fmax(1.5 * (1 - v * v), 1e-3);
		truth += fabs(u * u - v * v * v) / cuts;
	}
	for (int s = 0; s < samples; s++)
	{
		Row *rows = random_rows(900, false, 0);
		FairSide sides[2] = { { .image = image_of(rows, 900, 0) },
			                  { .image = image_of(rows, 900, 1) } };
		FairAbroca abroca;

		CHECK_INT(fair_abroca_interval(&arena, sides, &plan, &abroca), NUM_OK);
		CHECK(abroca.low <= abroca.area && abroca.area <= abroca.high);
		held += abroca.low <= truth && truth <= abroca.high;
		free((void *) sides[0].image);
		free((void *) sides[1].image);
		free(rows);
	}
	/* 190 wanted, a standard deviation is 3 */
	CHECK(held >= 180);
}

static void
one_label_has_no_curve(void)
{
	Row rows[] = { { 1, 0.5, 1, 0 }, { 0, 0.5, 1, 1 }, { 1, 0.6, 1, 1 } };
	uint8_t *a = image_of(rows, 3, 0);
	uint8_t *b = image_of(rows, 3, 1);
	FairSide sides[2] = { { .image = a }, { .image = b } };
	FairAbroca abroca;
	FairAuc auc;

	fair_abroca(&sides[0], &sides[1], &abroca);
	CHECK(isnan(abroca.area));
	CHECK_TEXT(abroca.reason, "no negative labels");
	fair_auc_between(&sides[0], &sides[1], 0.95, &auc);
	CHECK(auc.auc == 0.5);
	fair_auc_between(&sides[1], &sides[0], 0.95, &auc);
	CHECK(isnan(auc.auc) && isnan(auc.low));
	free(a);
	free(b);
}

static void
damaged_images_are_harmless(void)
{
	Row *rows = random_rows(120, true, 40);
	FairScores scores;
	uint8_t *image[2];
	size_t n_bytes;
	int n_valid = 0;

	image[0] = image_of(rows, 120, 0);
	CHECK_INT(fair_scores_init(&scores, &arena), NUM_OK);
	for (int i = 0; i < 120; i++)
		CHECK_INT(fair_scores_add(&scores, rows[i].label, rows[i].score,
		                          rows[i].weight),
		          NUM_OK);
	n_bytes = fair_scores_bytes(&scores);
	image[1] = malloc(n_bytes);
	CHECK_INT(fair_scores_write(&scores, image[1]), NUM_OK);
	fair_scores_release(&scores);
	for (int i = 0; i < 4000; i++)
	{
		size_t at = num_random_bits(&random_state) % n_bytes;
		uint8_t was = image[1][at];
		FairSide sides[2] = { { .image = image[0] }, { .image = image[1] } };
		FairSide without = { .image = image[1], .less = image[0] };
		FairDraws plan = { .level = 0.95, .replicates = 3 };
		FairAbroca abroca;
		FairAuc auc;

		image[1][at] = (uint8_t) num_random_bits(&random_state);
		if (fair_scores_valid(image[1], n_bytes))
		{
			n_valid++;
			CHECK_INT(fair_abroca_interval(&arena, sides, &plan, &abroca),
			          NUM_OK);
			fair_auc_between(&without, &sides[i % 2], 0.95, &auc);
		}
		image[1][at] = was;
	}
	CHECK(n_valid > 1000);
	free(image[0]);
	free(image[1]);
	free(rows);
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	num_random_seed(&random_state, 7);
	RUN(aucs_between_groups_count_all_pairs);
	RUN(pooled_and_unpooled_sides_agree_within_the_bound);
	RUN(the_area_between_curves_is_that_of_their_points);
	RUN(intervals_of_the_area_hold_the_truth);
	RUN(one_label_has_no_curve);
	RUN(damaged_images_are_harmless);
	return unit_end();
}
