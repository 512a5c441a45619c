/*
 * sweep.c
 *    What would be decided at each of many thresholds.
 */
#include "fair/sweep.h"

#include <math.h>
#include <string.h>

#include "fair/scores.h"

static double
entry_weight(const uint8_t *image, size_t entry)
{
	double weight[FAIR_SCORE_LABELS];

	fair_scores_image_entry(image, entry, weight);
	return weight[0] + weight[1] + weight[2];
}

/* Between the scores of an entry and those of the next. */
static double
midway(const uint8_t *image, size_t entry)
{
	double low;
	double below;
	double above;
	double middle;

	fair_scores_image_range(image, entry, &low, &below);
	fair_scores_image_range(image, entry + 1, &above, &low);
	middle = below / 2 + above / 2;
	/* there may be no number in between, and none midway to infinity */
	return middle > below && middle <= above ? middle : above;
}

size_t
fair_sweep_thresholds(const uint8_t *image, size_t steps, double *thresholds)
{
	size_t n_entries = fair_scores_image_entries(image);
	double total = 0;
	double below = 0; /* weight up to the entry that is looked at */
	size_t n = 0;
	size_t last = n_entries; /* entry that the last threshold is above */
	size_t e = 0;

	for (size_t i = 0; i < n_entries; i++)
		total += entry_weight(image, i);
	for (size_t s = 1; s <= steps && n_entries > 1; s++)
	{
		double wanted = total * (double) s / (double) (steps + 1);

		/* the cut behind entry e is the first with as much below it */
		for (; e + 2 < n_entries; e++)
		{
			double weight = entry_weight(image, e);
			double next = entry_weight(image, e + 1);

			if (below + weight >= wanted ||
			    wanted - (below + weight) <= below + weight + next - wanted)
				break;
			below += weight;
		}
		if (e == last)
			continue;
		last = e;
		thresholds[n++] = midway(image, e);
	}
	return n;
}

/* Sums of rows on one side of a threshold. */
typedef struct Side
{
	double sum[3][FAIR_SCORE_LABELS]; /* rows, weight, squared weight */
} Side;

static void
add_entry(Side *side, const uint8_t *image, size_t entry)
{
	FairScoreEntry of;

	fair_scores_image_rows(image, entry, &of);
	for (size_t y = 0; y < FAIR_SCORE_LABELS; y++)
	{
		side->sum[0][y] += of.rows[y];
		side->sum[1][y] += of.weight[y];
		side->sum[2][y] += of.squared[y];
	}
}

static void
set_side(const Side *side, int decision, FairCells *cells)
{
	for (int y = 0; y < 2; y++)
	{
		cells->rows[y][decision] = (uint64_t) side->sum[0][y];
		cells->weight[y][decision] = side->sum[1][y];
		cells->weight_squared[y][decision] = side->sum[2][y];
	}
	cells->unlabelled_rows[decision] =
		(uint64_t) side->sum[0][FAIR_SCORES_UNLABELLED];
	cells->unlabelled_weight[decision] = side->sum[1][FAIR_SCORES_UNLABELLED];
	cells->unlabelled_weight_squared[decision] =
		side->sum[2][FAIR_SCORES_UNLABELLED];
}

static double
least_score(const uint8_t *image, size_t entry)
{
	double low;
	double high;

	fair_scores_image_range(image, entry, &low, &high);
	return low;
}

void
fair_sweep_cells(const uint8_t *image, const double *thresholds, size_t n,
                 FairCells *cells)
{
	size_t n_entries = fair_scores_image_entries(image);
	Side below = { 0 };
	Side above = { 0 };
	size_t e = 0;

	/* each side by sums of its own, so that no difference is rounded */
	for (size_t t = 0; t < n; t++)
	{
		for (; e < n_entries && least_score(image, e) < thresholds[t]; e++)
			add_entry(&below, image, e);
		memset(&cells[t], 0, sizeof(FairCells));
		set_side(&below, 0, &cells[t]);
		cells[t].undecided_rows =
			fair_scores_image_count(image, FAIR_SCORES_UNSCORED);
	}
	e = n_entries;
	for (size_t t = n; t > 0; t--)
	{
		for (; e > 0 && !(least_score(image, e - 1) < thresholds[t - 1]); e--)
			add_entry(&above, image, e - 1);
		set_side(&above, 1, &cells[t - 1]);
	}
}
