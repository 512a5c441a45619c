/*
 * test_fair_sweep.c
 *    Counts at thresholds against those of the rows one by one.
 */
#include "unit.h"

#include <stdlib.h>

#include "fair/scores.h"
#include "fair/sweep.h"
#include "num/random.h"

typedef struct Row
{
	int label; /* -1: none */
	double score;
	double weight;
} Row;

static NumArena arena;

static uint8_t *
image_of(const Row *rows, int n)
{
	FairScores scores;
	uint8_t *image;

	CHECK_INT(fair_scores_init(&scores, &arena), NUM_OK);
	for (int i = 0; i < n; i++)
		CHECK_INT(fair_scores_add(&scores, rows[i].label, rows[i].score,
		                          rows[i].weight),
		          NUM_OK);
	CHECK_INT(fair_scores_add_unscored(&scores), NUM_OK);
	image = malloc(fair_scores_bytes(&scores));
	CHECK_INT(fair_scores_write(&scores, image), NUM_OK);
	fair_scores_release(&scores);
	return image;
}

static Row *
random_rows(int n, bool weighted, double levels)
{
	Row *rows = malloc((size_t) n * sizeof(Row));
	NumRandom random;

	num_random_seed(&random, 3);
	for (int i = 0; i < n; i++)
	{
		double u = 8 * num_random_uniform(&random) - 4;

		rows[i].score = levels > 0 ? floor(u * levels) / levels : u;
		rows[i].label = (int) (num_random_uniform(&random) * 3) - 1;
		/* quarters, so that sums by hand are exact */
		rows[i].weight = weighted ? 1 + i % 4 / 4.0 : 1;
	}
	return rows;
}

static void
check_table(const Row *rows, int n, double threshold, const FairCells *cells)
{
	FairCells want = { .undecided_rows = 1 };

	for (int i = 0; i < n; i++)
	{
		int d = rows[i].score >= threshold;
		double w = rows[i].weight;

		if (rows[i].label < 0)
		{
			want.unlabelled_rows[d]++;
			want.unlabelled_weight[d] += w;
			want.unlabelled_weight_squared[d] += w * w;
			continue;
		}
		want.rows[rows[i].label][d]++;
		want.weight[rows[i].label][d] += w;
		want.weight_squared[rows[i].label][d] += w * w;
	}
	CHECK(memcmp(&want, cells, sizeof(want)) == 0);
}

static void
counts_are_those_of_the_rows(void)
{
	static const double given[] = { -9, -4, -0.5, 0, 0.1, 1.0 / 3, 2, 4, 9 };

	for (int weighted = 0; weighted < 2; weighted++)
		for (int levels = 0; levels < 20; levels += 10)
		{
			int n = 3000;
			Row *rows = random_rows(n, weighted != 0, levels);
			uint8_t *image = image_of(rows, n);
			FairCells cells[9];

			fair_sweep_cells(image, given, 9, cells);
			for (int t = 0; t < 9; t++)
				check_table(rows, n, given[t], &cells[t]);
			free(image);
			free(rows);
		}
}

static void
thresholds_at_quantiles_cut_pooled_scores_nowhere(void)
{
	int n = 60000;
	Row *rows = random_rows(n, true, 0);
	uint8_t *image = image_of(rows, n);
	double thresholds[19];
	FairCells cells[19];
	double total = 0;

	CHECK(fair_scores_image_pooled(image));
	CHECK_INT(fair_sweep_thresholds(image, 19, thresholds), 19);
	fair_sweep_cells(image, thresholds, 19, cells);
	for (int i = 0; i < n; i++)
		total += rows[i].weight;
	for (int t = 0; t < 19; t++)
	{
		double below = cells[t].weight[0][0] + cells[t].weight[1][0] +
		               cells[t].unlabelled_weight[0];

		check_table(rows, n, thresholds[t], &cells[t]);
		CHECK_NEAR(below / total, (t + 1) / 20.0, 0.001);
	}
	free(image);
	free(rows);
}

static void
few_scores_have_few_thresholds(void)
{
	Row rows[] = { { 1, 1, 1 }, { 0, 2, 1 }, { -1, 4, 1 } };
	uint8_t *image = image_of(rows, 3);
	double thresholds[50];

	CHECK_INT(fair_sweep_thresholds(image, 50, thresholds), 2);
	CHECK(thresholds[0] == 1.5 && thresholds[1] == 3);
	CHECK_INT(fair_sweep_thresholds(image, 1, thresholds), 1);
	free(image);
	image = image_of(rows, 1);
	CHECK_INT(fair_sweep_thresholds(image, 5, thresholds), 0);
	free(image);
	image = image_of(rows, 0);
	CHECK_INT(fair_sweep_thresholds(image, 5, thresholds), 0);
	free(image);
}

static void
neighbours_and_infinities_are_told_apart(void)
{
	Row rows[] = { { 1, 1, 1 },
		           { 0, nextafter(1, 2), 1 },
		           { 1, INFINITY, 1 },
		           { 0, -INFINITY, 1 } };
	uint8_t *image = image_of(rows, 4);
	double thresholds[9];
	FairCells cells[9];
	size_t n = fair_sweep_thresholds(image, 9, thresholds);

	CHECK_INT(n, 3);
	fair_sweep_cells(image, thresholds, n, cells);
	for (size_t t = 0; t < n; t++)
	{
		check_table(rows, 4, thresholds[t], &cells[t]);
		CHECK_INT(cells[t].rows[0][0] + cells[t].rows[1][0], t + 1);
	}
	free(image);
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(counts_are_those_of_the_rows);
	RUN(thresholds_at_quantiles_cut_pooled_scores_nowhere);
	RUN(few_scores_have_few_thresholds);
	RUN(neighbours_and_infinities_are_told_apart);
	return unit_end();
}
