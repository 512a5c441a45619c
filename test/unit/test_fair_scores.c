/*
 * test_fair_scores.c
 *    Scores as images, and the AUC against a count of all pairs.
 */
#include "unit.h"

#include <stdlib.h>

#include "fair/ranking.h"
#include "fair/scores.h"
#include "num/random.h"

typedef struct Row
{
	int label; /* -1: none */
	double score;
	double weight;
} Row;

typedef struct Image
{
	size_t n_bytes;
	uint8_t *bytes;
} Image;

static NumArena arena;

static void
add_rows(FairScores *scores, const Row *rows, int n, int first, int step)
{
	for (int i = first; i < n; i += step)
		CHECK_INT(fair_scores_add(scores, rows[i].label, rows[i].score,
		                          rows[i].weight),
		          NUM_OK);
}

static Image
image_of(const FairScores *scores)
{
	Image image = { .n_bytes = fair_scores_bytes(scores) };

	image.bytes = malloc(image.n_bytes);
	CHECK_INT(fair_scores_write(scores, image.bytes), NUM_OK);
	CHECK(fair_scores_valid(image.bytes, image.n_bytes));
	return image;
}

static Image
count(const Row *rows, int n, int first, int step)
{
	FairScores scores;
	Image image;

	CHECK_INT(fair_scores_init(&scores, &arena), NUM_OK);
	add_rows(&scores, rows, n, first, step);
	image = image_of(&scores);
	fair_scores_release(&scores);
	return image;
}

/* Parts in an order of their own, merged: the bytes must be the same. */
static void
check_splits(const Row *rows, int n)
{
	Image whole = count(rows, n, 0, 1);
	static const int parts[] = { 2, 7 };

	for (int p = 0; p < 2; p++)
	{
		FairScores merged;
		Image image;

		CHECK_INT(fair_scores_init(&merged, &arena), NUM_OK);
		for (int i = parts[p] - 1; i >= 0; i--)
		{
			Image part = count(rows, n, i, parts[p]);

			CHECK_INT(fair_scores_merge_image(&merged, part.bytes), NUM_OK);
			free(part.bytes);
		}
		image = image_of(&merged);
		CHECK_INT(image.n_bytes, whole.n_bytes);
		CHECK(image.n_bytes == whole.n_bytes &&
		      memcmp(image.bytes, whole.bytes, whole.n_bytes) == 0);
		free(image.bytes);
		fair_scores_release(&merged);
	}
	free(whole.bytes);
}

static FairRanking
ranking_of(const Row *rows, int n)
{
	Image image = count(rows, n, 0, 1);
	FairRanking ranking;

	fair_ranking(image.bytes, 0.95, &ranking);
	free(image.bytes);
	return ranking;
}

static Row *
random_rows(int n, bool weighted, double levels)
{
	Row *rows = malloc((size_t) n * sizeof(Row));
	NumRandom random;

	num_random_seed(&random, 12);
	for (int i = 0; i < n; i++)
	{
		double u = num_random_uniform(&random);

		rows[i].score = levels > 0 ? floor(u * levels) / levels : u;
		rows[i].label = num_random_uniform(&random) < u * u ? 1 : 0;
		if (num_random_uniform(&random) < 0.05)
			rows[i].label = -1;
		rows[i].weight = weighted ? 0.1 + num_random_uniform(&random) : 1;
	}
	return rows;
}

/* All pairs, one by one. */
static double
auc_by_pairs(const Row *rows, int n)
{
	double right = 0;
	double pairs = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; rows[i].label == 1 && j < n; j++)
			if (rows[j].label == 0)
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
the_auc_counts_all_pairs(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
		for (int levels = 0; levels < 30; levels += 10)
		{
			Row *rows = random_rows(900, weighted != 0, levels);
			FairRanking ranking = ranking_of(rows, 900);

			CHECK_NEAR(ranking.auc, auc_by_pairs(rows, 900), 1e-13);
			CHECK(ranking.auc_error == 0);
			CHECK(ranking.auc_low < ranking.auc &&
			      ranking.auc < ranking.auc_high);
			free(rows);
		}
}

static void
figures_of_four_rows_are_those_counted_by_hand(void)
{
	Row rows[] = {
		{ 1, 0.8, 1 }, { 0, 0.4, 1 }, { 1, 0.4, 2 }, { -1, 0.9, 1 }
	};
	FairRanking ranking = ranking_of(rows, 4);

	/* 0.8 beats 0.4 (weight 1), 0.4 ties 0.4 (weight 2, one half) */
	CHECK_NEAR(ranking.auc, 2.0 / 3, 1e-15);
	CHECK_NEAR(ranking.brier, (0.04 + 0.16 + 2 * 0.36) / 4, 1e-15);
	CHECK_NEAR(ranking.log_loss, -(log(0.8) + log(0.6) + 2 * log(0.4)) / 4,
	           1e-14);
	CHECK_NEAR(ranking.mean_score, (0.8 + 0.4 + 0.8 + 0.9) / 5, 1e-15);
	CHECK_INT(ranking.rows, 4);
	CHECK_INT(ranking.rows_positive, 2);
	CHECK_INT(ranking.rows_negative, 1);
	CHECK_INT(ranking.rows_unlabelled, 1);
}

static void
a_perfect_ranking_has_an_interval_below_one(void)
{
	Row rows[20];
	FairRanking ranking;

	for (int i = 0; i < 20; i++)
		rows[i] = (Row){ i >= 10, i, 1 };
	ranking = ranking_of(rows, 20);
	CHECK(ranking.auc == 1);
	CHECK(ranking.auc_high == 1);
	CHECK(ranking.auc_low > 0.6 && ranking.auc_low < 0.8);
}

static void
the_variance_is_that_of_repeated_samples(void)
{
	/* many samples of 300 rows: the intervals hold the true AUC of scores u
	 * with P(label 1) = u^2, which is 7/8, about 19 times in 20 */
	int held = 0;
	Row *rows = random_rows(300 * 400, false, 0);

	for (int s = 0; s < 400; s++)
	{
		FairRanking ranking = ranking_of(rows + 300 * s, 300);

		held += ranking.auc_low <= 0.875 && 0.875 <= ranking.auc_high;
	}
	CHECK(held >= 366 && held <= 394);
	free(rows);
}

static void
any_split_merges_to_the_same_bytes(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
	{
		Row *rows = random_rows(3000, weighted != 0, 200);

		check_splits(rows, 3000);
		free(rows);
	}
}

static void
any_split_of_pooled_scores_merges_to_the_same_bytes(void)
{
	for (int weighted = 0; weighted < 2; weighted++)
	{
		Row *rows = random_rows(90000, weighted != 0, 0);

		/* few distinct scores in one part, very many in the others */
		for (int i = 0; i < 90000; i += 7)
			rows[i].score = (i % 3) / 2.0;
		/* and one part with scores of another size altogether */
		for (int i = 3; i < 90000; i += 7)
			rows[i].score = (rows[i].score - 0.5) * 1e30;
		check_splits(rows, 90000);
		free(rows);
	}
}

static void
pooling_keeps_the_auc_within_its_bound(void)
{
	int n = 60000;
	Row *rows = random_rows(n, true, 0);
	FairScores scores;
	Image image;
	FairRanking ranking;
	double exact = 0;
	double below = 0;
	double total[2] = { 0, 0 };

	CHECK_INT(fair_scores_init(&scores, &arena), NUM_OK);
	add_rows(&scores, rows, n, 0, 1);
	CHECK(scores.n_entries <= FAIR_MAX_SCORES);
	CHECK(scores.n_entries > FAIR_MAX_SCORES / 2 && scores.shift > 0);
	image = image_of(&scores);
	fair_ranking(image.bytes, 0.95, &ranking);

	/* the rows sorted by a bucket sort fine enough to have no ties */
	for (int pass = 0; pass < 256; pass++)
	{
		int picked[4096];
		int k = 0;

		for (int i = 0; i < n && k < 4096; i++)
			if ((int) (rows[i].score * 256) == pass && rows[i].label >= 0)
			{
				int at = k++;

				for (; at > 0 && rows[picked[at - 1]].score > rows[i].score;
				     at--)
					picked[at] = picked[at - 1];
				picked[at] = i;
			}
		for (int i = 0; i < k; i++)
		{
			const Row *row = &rows[picked[i]];

			if (row->label == 1)
				exact += row->weight * below;
			else
				below += row->weight;
			total[row->label] += row->weight;
		}
	}
	exact /= total[0] * total[1];
	CHECK(ranking.auc_error > 0 && ranking.auc_error < 0.001);
	CHECK(fabs(ranking.auc - exact) <= ranking.auc_error);
	free(image.bytes);
	free(rows);
	fair_scores_release(&scores);
}

static void
signed_zeros_are_one_score_and_infinities_are_scores(void)
{
	Row rows[] = {
		{ 1, 0.0, 1 }, { 0, -0.0, 1 }, { 1, INFINITY, 1 }, { 0, -INFINITY, 1 }
	};
	FairRanking ranking = ranking_of(rows, 4);

	CHECK_NEAR(ranking.auc, (3 + 0.5) / 4, 1e-15);
	CHECK(isnan(ranking.brier) && isnan(ranking.log_loss));
	CHECK_TEXT(ranking.loss_reason, "some scores are not within 0 and 1");
	CHECK(isnan(ranking.mean_score));
	CHECK(ranking.mean_reason != NULL);
}

static void
certain_predictions_have_a_finite_log_loss(void)
{
	Row right[] = { { 1, 1, 1 }, { 0, 0, 1 } };
	Row wrong[] = { { 1, 0, 1 }, { 0, 1, 1 } };

	CHECK_NEAR(ranking_of(right, 2).log_loss, 1e-15, 1e-16);
	CHECK_NEAR(ranking_of(wrong, 2).log_loss, -log(1e-15), 1e-12);
	CHECK(ranking_of(wrong, 2).brier == 1);
}

static void
one_label_has_no_auc(void)
{
	Row rows[] = { { 1, 0.5, 1 }, { 1, 0.6, 1 } };
	FairRanking ranking = ranking_of(rows, 2);

	CHECK(isnan(ranking.auc) && isnan(ranking.auc_low));
	CHECK_TEXT(ranking.auc_reason, "no negative labels");
	CHECK_NEAR(ranking.brier, (0.25 + 0.16) / 2, 1e-15);
	ranking = ranking_of(rows, 0);
	CHECK(isnan(ranking.auc) && isnan(ranking.brier) &&
	      isnan(ranking.mean_score));
}

static void
damaged_images_are_refused_or_harmless(void)
{
	Row *rows = random_rows(200, true, 50);
	Image image = count(rows, 200, 0, 1);
	NumRandom random;
	int n_valid = 0;

	num_random_seed(&random, 5);
	for (size_t n = 0; n < image.n_bytes; n++)
		CHECK(!fair_scores_valid(image.bytes, n));
	for (int i = 0; i < 5000; i++)
	{
		size_t at = num_random_bits(&random) % image.n_bytes;
		uint8_t was = image.bytes[at];
		FairRanking ranking;
		FairScores scores;

		image.bytes[at] = (uint8_t) num_random_bits(&random);
		if (fair_scores_valid(image.bytes, image.n_bytes))
		{
			n_valid++;
			fair_ranking(image.bytes, 0.95, &ranking);
			CHECK_INT(fair_scores_init(&scores, &arena), NUM_OK);
			(void) fair_scores_merge_image(&scores, image.bytes);
			(void) fair_scores_merge_image(&scores, image.bytes);
			fair_scores_release(&scores);
		}
		image.bytes[at] = was;
	}
	CHECK(n_valid > 500);
	free(image.bytes);
	free(rows);
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(the_auc_counts_all_pairs);
	RUN(figures_of_four_rows_are_those_counted_by_hand);
	RUN(a_perfect_ranking_has_an_interval_below_one);
	RUN(the_variance_is_that_of_repeated_samples);
	RUN(any_split_merges_to_the_same_bytes);
	RUN(any_split_of_pooled_scores_merges_to_the_same_bytes);
	RUN(pooling_keeps_the_auc_within_its_bound);
	RUN(signed_zeros_are_one_score_and_infinities_are_scores);
	RUN(certain_predictions_have_a_finite_log_loss);
	RUN(one_label_has_no_auc);
	RUN(damaged_images_are_refused_or_harmless);
	return unit_end();
}
