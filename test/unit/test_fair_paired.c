/*
 * test_fair_paired.c
 *    Two decisions on the same rows: published intervals, what the tables say
 *    by a plain loop, and how often a true difference is covered.
 */
#include "fair/paired.h"

#include <math.h>
#include <string.h>

#include "fair/metric.h"
#include "num/random.h"
#include "scratch.h"
#include "unit.h"

static NumArena arena;

static void
put(FairPaired *paired, int label, int a, int b, double rows)
{
	paired->rows[label][a][b] = (uint64_t) rows;
	paired->weight[label][a][b] = rows;
	paired->weight_squared[label][a][b] = rows;
}

/* Two labels, or two weights, of the same rows: both tables by hand. */
static void
labels_and_weights_have_two_sides(void)
{
	FairPaired paired = { .kind = FAIR_PAIRED_LABELS };
	FairCells sides[2];

	put(&paired, 1, 1, 1, 30); /* decided 1, label 1 */
	put(&paired, 1, 1, 0, 10); /* decided 1, label 1 that turns to 0 */
	put(&paired, 0, 0, 0, 20);
	put(&paired, 0, 0, 1, 5);
	put(&paired, FAIR_UNLABELLED, 1, 0, 7);
	for (int s = 0; s < 2; s++)
		fair_paired_side(&paired, s, &sides[s]);
	CHECK(sides[0].rows[1][1] == 40 && sides[1].rows[1][1] == 30);
	CHECK(sides[0].rows[0][1] == 0 && sides[1].rows[0][1] == 10);
	CHECK(sides[0].rows[0][0] == 25 && sides[1].rows[0][0] == 20);
	CHECK(sides[0].rows[1][0] == 0 && sides[1].rows[1][0] == 5);
	CHECK(sides[0].unlabelled_rows[1] == 7 && sides[1].unlabelled_rows[1] == 7);

	memset(&paired, 0, sizeof(paired));
	paired.kind = FAIR_PAIRED_WEIGHTS;
	paired.factor = 3;
	put(&paired, 1, 1, 0, 10);
	put(&paired, 1, 1, 1, 4);
	put(&paired, 0, 1, 1, 6);
	put(&paired, FAIR_UNLABELLED, 0, 1, 2);
	for (int s = 0; s < 2; s++)
		fair_paired_side(&paired, s, &sides[s]);
	CHECK_NEAR(sides[0].weight[1][1], 14, 0);
	CHECK_NEAR(sides[1].weight[1][1], 22, 0);
	CHECK_NEAR(sides[1].weight_squared[1][1], 10 + 9 * 4, 0);
	CHECK_NEAR(sides[1].weight[0][1], 18, 0);
	CHECK_NEAR(sides[1].unlabelled_weight[0], 6, 0);
	CHECK(sides[1].rows[1][1] == 14 && sides[1].rows[0][1] == 6);
}

/* Labels that turn at random: intervals of the change of the true positive
 * rate cover it as often as they say.  Of 1 in 10 positives that turn, whatever
 * was decided, the rate stays; what changes is which rows it is of. */
static void
turned_labels_are_covered(void)
{
	FairPairedInterval *intervals =
		arena_alloc(&arena, (size_t) fair_metric_count(), sizeof(*intervals));
	int tpr = fair_metric_find("tpr");
	int fpr = fair_metric_find("fpr");
	int covered[2] = { 0, 0 };
	NumRandom random;

	num_random_seed(&random, 7);
	for (int trial = 0; trial < 400; trial++)
	{
		/* decided 1: 8 of 10 positives, 3 of 10 negatives; as many of each */
		double weight[8] = { 0.35, 0, 0.01, 0.09, 0.15, 0, 0.04, 0.36 };
		uint64_t count[8];
		FairPaired paired = { .kind = FAIR_PAIRED_LABELS };
		FairPairedPlan plan = { &paired, 1, 0.95, 400, (uint64_t) trial, NULL };
		/* 0.15 + 0.04 of 0.5 + 0.05 negatives are decided 1, before 0.15 of
		 * 0.5 */
		double truth = 0.19 / 0.55 - 0.3;

		num_random_multinomial(&random, 1000, weight, 8, count);
		for (int i = 0; i < 8; i++)
			put(&paired, i / 4, i / 2 % 2, i % 2, (double) count[i]);
		CHECK(fair_paired_metrics(&arena, &plan, intervals) == NUM_OK);
		covered[0] += intervals[tpr].low <= 0 && intervals[tpr].high >= 0;
		covered[1] +=
			intervals[fpr].low <= truth && intervals[fpr].high >= truth;
	}
	CHECK(covered[0] >= 365 && covered[1] >= 365);
}

/* Bentur et al. (2009), hyper-responsiveness before and after transplantation:
 * 1, 1, 7 and 12 of 21 children.  Newcombe's square-and-add interval in
 * Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014), table III:
 * -0.507 to -0.026. */
static void
interval_of_published_pairs(void)
{
	double counts[4] = { 1, 1, 7, 12 };
	double low, high;

	fair_newcombe_paired(counts, 0.95, &low, &high);
	CHECK_NEAR(low, -0.507, 0.0006);
	CHECK_NEAR(high, -0.026, 0.0006);
}

/* The other way round it is the same with the other sign; it has a width where
 * nothing differs, and none without rows. */
static void
interval_is_symmetric_and_never_certain(void)
{
	double there[4] = { 40, 12, 5, 20 };
	double back[4] = { 40, 5, 12, 20 };
	double same[4] = { 30, 0, 0, 10 };
	double all[4] = { 25, 0, 0, 0 };
	double nothing[4] = { 0, 0, 0, 0 };
	double low, high, back_low, back_high;

	fair_newcombe_paired(there, 0.9, &low, &high);
	fair_newcombe_paired(back, 0.9, &back_low, &back_high);
	CHECK_NEAR(low, -back_high, 1e-15);
	CHECK_NEAR(high, -back_low, 1e-15);
	fair_newcombe_paired(same, 0.95, &low, &high);
	CHECK(low < -0.01 && high > 0.01);
	fair_newcombe_paired(all, 0.95, &low, &high);
	CHECK(low < -0.05 && high > 0.05);
	fair_newcombe_paired(nothing, 0.95, &low, &high);
	CHECK(isnan(low) && isnan(high));
}

/* A table with another number of rows in each cell. */
static FairPaired
some_table(void)
{
	FairPaired paired;

	memset(&paired, 0, sizeof(paired));
	for (int i = 0; i < 12; i++)
		put(&paired, i / 4, i / 2 % 2, i % 2, 11 + 7 * ((i * 5) % 12));
	return paired;
}

/* Row by row: which rows a metric is over, and which of them differ. */
static void
metrics_are_those_of_both_sides(void)
{
	FairPaired paired = some_table();
	int tpr = fair_metric_find("tpr");
	int ppv = fair_metric_find("ppv");
	int selection = fair_metric_find("selection_rate");
	FairPairedMetric result;
	double p, n;

	fair_paired_metric(tpr, &paired, 0.95, &result);
	n = (double) (paired.rows[1][0][0] + paired.rows[1][0][1] +
	              paired.rows[1][1][0] + paired.rows[1][1][1]);
	p = (double) (paired.rows[1][1][0] + paired.rows[1][1][1]);
	CHECK_NEAR(result.value[0], p / n, 1e-15);
	p = (double) (paired.rows[1][0][1] + paired.rows[1][1][1]);
	CHECK_NEAR(result.value[1], p / n, 1e-15);
	CHECK(result.rows == (uint64_t) n);
	CHECK(result.first == paired.rows[1][1][0]);
	CHECK(result.last == paired.rows[1][0][1]);
	CHECK(result.n_changed == result.first + result.last);
	CHECK(result.low < result.value[1] - result.value[0] &&
	      result.value[1] - result.value[0] < result.high);

	/* rows without a label are decided too */
	fair_paired_metric(selection, &paired, 0.95, &result);
	CHECK(result.first ==
	      paired.rows[0][1][0] + paired.rows[1][1][0] + paired.rows[2][1][0]);

	/* precision is over other rows for a than for b */
	CHECK(!fair_paired_same_rows(ppv));
	CHECK(fair_paired_same_rows(fair_metric_find("error_rate")));
	CHECK(!fair_paired_same_rows(fair_metric_find("balanced_accuracy")));
	fair_paired_metric(ppv, &paired, 0.95, &result);
	CHECK(isnan(result.low));
	CHECK(result.rows == paired.rows[0][0][1] + paired.rows[0][1][0] +
	                         paired.rows[0][1][1] + paired.rows[1][0][1] +
	                         paired.rows[1][1][0] + paired.rows[1][1][1]);
}

static void
changes_are_counted_by_label(void)
{
	FairPaired paired = some_table();
	FairChanges changes;

	fair_changes(&paired, 0, &changes);
	CHECK(changes.gained == paired.rows[0][0][1]);
	CHECK(changes.lost == paired.rows[0][1][0]);
	CHECK_NEAR(changes.effective, (double) changes.rows, 1e-9);
	fair_changes(&paired, -1, &changes);
	CHECK(changes.gained ==
	      paired.rows[0][0][1] + paired.rows[1][0][1] + paired.rows[2][0][1]);
}

/* Weights of 3 are worth no more rows. */
static void
even_weights_change_nothing(void)
{
	FairPaired paired = some_table();
	FairPaired weighted = paired;
	FairPairedMetric one, three;

	for (int i = 0; i < 12; i++)
	{
		weighted.weight[i / 4][i / 2 % 2][i % 2] *= 3;
		weighted.weight_squared[i / 4][i / 2 % 2][i % 2] *= 9;
	}
	for (int m = 0; m < fair_metric_count(); m++)
	{
		fair_paired_metric(m, &paired, 0.95, &one);
		fair_paired_metric(m, &weighted, 0.95, &three);
		CHECK_NEAR(one.value[0], three.value[0], 1e-12);
		if (!isnan(one.low))
			CHECK_NEAR(one.low, three.low, 1e-12);
	}
}

/* Draws of precision agree with the formula that holds for large numbers where
 * both select different rows; the gap of two groups is the difference of two
 * differences. */
static void
draws_have_the_right_spread(void)
{
	FairPaired groups[2];
	FairPairedInterval *intervals;
	const FairCriterion *parity = fair_criterion_find("demographic_parity");
	FairGapInterval gap;
	FairPairedPlan plan = { .groups = groups,
		                    .n_groups = 2,
		                    .level = 0.95,
		                    .replicates = 20000,
		                    .seed = 7 };
	int ppv = fair_metric_find("ppv");
	double spread;

	memset(groups, 0, sizeof(groups));
	/* a selects 600 of whom 300 are right, b 800 others of whom 600 are */
	put(&groups[0], 1, 1, 0, 300);
	put(&groups[0], 0, 1, 0, 300);
	put(&groups[0], 1, 0, 1, 600);
	put(&groups[0], 0, 0, 1, 200);
	put(&groups[0], 0, 0, 0, 600);
	/* both select 1000 of 4000, the same rows but for 200 */
	put(&groups[1], 0, 0, 0, 2900);
	put(&groups[1], 0, 1, 1, 900);
	put(&groups[1], 0, 1, 0, 100);
	put(&groups[1], 0, 0, 1, 100);
	intervals = arena_alloc(&arena, (size_t) fair_metric_count(),
	                        sizeof(FairPairedInterval));
	CHECK_INT(fair_paired_metrics(&arena, &plan, intervals), NUM_OK);
	spread = 1.96 * sqrt(0.25 / 600 + 0.1875 / 800);
	CHECK_NEAR(intervals[ppv].low, 0.25 - spread, 0.003);
	CHECK_NEAR(intervals[ppv].high, 0.25 + spread, 0.003);
	CHECK(isnan(intervals[fair_metric_find("tpr")].low));

	/* gap of b less gap of a: |0.4 - 0.25| - |0.3 - 0.25| */
	CHECK_INT(fair_paired_gaps(&arena, &plan, &parity, 1, &gap), NUM_OK);
	spread =
		1.96 * sqrt((1400.0 / 2000 - 0.1 * 0.1) / 2000 + (200.0 / 4000) / 4000);
	CHECK_NEAR(gap.gap_low, 0.1 - spread, 0.003);
	CHECK_NEAR(gap.gap_high, 0.1 + spread, 0.003);
}

/* How often the interval holds the truth, in small groups that hardly
 * differ. */
static void
intervals_cover(void)
{
	static const double truth[3][4] = { { 0.30, 0.04, 0.02, 0.64 },
		                                { 0.05, 0.01, 0.05, 0.89 },
		                                { 0.45, 0.10, 0.10, 0.35 } };
	NumRandom random;

	num_random_seed(&random, 11);
	for (int t = 0; t < 3; t++)
		for (int n = 30; n <= 120; n += 90)
		{
			int covered = 0;

			for (int r = 0; r < 4000; r++)
			{
				uint64_t drawn[4];
				double counts[4];
				double low, high;

				num_random_multinomial(&random, (uint64_t) n, truth[t], 4,
				                       drawn);
				for (int i = 0; i < 4; i++)
					counts[i] = (double) drawn[i];
				fair_newcombe_paired(counts, 0.95, &low, &high);
				covered += low <= truth[t][1] - truth[t][2] &&
				           truth[t][1] - truth[t][2] <= high;
			}
			CHECK(covered >= 0.94 * 4000);
		}
}

int
main(void)
{
	scratch_begin(&arena, 0);
	RUN(interval_of_published_pairs);
	RUN(labels_and_weights_have_two_sides);
	RUN(turned_labels_are_covered);
	RUN(interval_is_symmetric_and_never_certain);
	RUN(metrics_are_those_of_both_sides);
	RUN(changes_are_counted_by_label);
	RUN(even_weights_change_nothing);
	RUN(draws_have_the_right_spread);
	RUN(intervals_cover);
	scratch_end(&arena);
	return unit_end();
}
