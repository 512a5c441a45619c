/*
 * test_fair_paired_rows.c
 *    Two scores of the same rows: AUCs and errors with their covariances by
 *    plain loops over all pairs, how often a true difference is covered, and
 *    that the order of the rows is no matter.
 */
#include "fair/paired_rows.h"

#include <math.h>
#include <string.h>

#include "fair/error_sums.h"
#include "num/random.h"
#include "num/special.h"
#include "scratch.h"
#include "unit.h"

#define N 400

static NumArena arena;

static double
normal(NumRandom *random)
{
	return num_normal_quantile(num_random_uniform(random) + 0x1p-54);
}

/* Rows in three parts; scores with ties, which have something in common. */
static void
some_rows(FairPairedRow *rows, size_t n, uint64_t seed)
{
	NumRandom random;

	num_random_seed(&random, seed);
	for (size_t i = 0; i < n; i++)
	{
		double label = num_random_uniform(&random) < 0.4;
		double common = normal(&random) + label;

		rows[i] = (FairPairedRow){
			.label = label,
			.score = { floor(3 * (common + 0.5 * normal(&random))),
			           floor(5 * (common + 1.5 * normal(&random))) },
			.weight = 1 + floor(3 * num_random_uniform(&random)),
			.part = (uint32_t) (3 * num_random_uniform(&random))
		};
	}
}

static double
beats(double positive, double negative)
{
	return positive > negative ? 1 : positive == negative ? 0.5 : 0;
}

/* DeLong's structural components of one group, all pairs one by one. */
static void
by_all_pairs(const FairPairedRow *rows, size_t n, const uint32_t *group_of,
             uint32_t group, FairPairedEstimate *result)
{
	double total[2] = { 0, 0 };
	double squared[2] = { 0, 0 };
	double moments[3] = { 0, 0, 0 };
	double auc[2] = { 0, 0 };

	for (size_t i = 0; i < n; i++)
		if (group_of[rows[i].part] == group)
		{
			total[(int) rows[i].label] += rows[i].weight;
			squared[(int) rows[i].label] += rows[i].weight * rows[i].weight;
		}
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++)
		{
			int y = (int) rows[i].label;
			double placed[2] = { 0, 0 };
			double worth = rows[i].weight / total[y] /
			               (total[y] * total[y] / squared[y] - 1);

			if (group_of[rows[i].part] != group)
				continue;
			for (size_t j = 0; j < n; j++)
				if (rows[j].label != rows[i].label &&
				    group_of[rows[j].part] == group)
					for (int s = 0; s < 2; s++)
						placed[s] +=
							rows[j].weight / total[1 - y] *
							(y == 1
						         ? beats(rows[i].score[s], rows[j].score[s])
						         : beats(rows[j].score[s], rows[i].score[s]));
			for (int s = 0; s < 2 && pass == 0; s++)
				if (y == 1)
					auc[s] += rows[i].weight / total[1] * placed[s];
			for (int s = 0; s < 2 && pass == 1; s++)
			{
				double off = placed[s] - auc[s];

				moments[s] += worth * off * off;
				if (s == 1)
					moments[2] += worth * off * (placed[0] - auc[0]);
			}
		}
	result->value[0] = auc[0];
	result->value[1] = auc[1];
	result->variance[0] = moments[0];
	result->variance[1] = moments[1];
	result->covariance = moments[2];
}

static void
check_same(const FairPairedEstimate *a, const FairPairedEstimate *b)
{
	for (int s = 0; s < 2; s++)
	{
		CHECK_NEAR(a->value[s], b->value[s], 1e-13);
		CHECK_NEAR(a->variance[s], b->variance[s], 1e-13);
	}
	CHECK_NEAR(a->covariance, b->covariance, 1e-13);
}

static void
aucs_are_those_of_all_pairs(void)
{
	static const uint32_t each[3] = { 0, 1, 2 };
	static const uint32_t all[3] = { 0, 0, 0 };
	FairPairedRow rows[N];

	for (uint64_t seed = 0; seed < 5; seed++)
	{
		FairPairedEstimate result[3];
		FairPairedEstimate direct;
		FairPairedGroups groups = { rows, N, each, 3 };

		some_rows(rows, N, seed);
		CHECK(fair_paired_rows_sort(&arena, NULL, rows, N) == NUM_OK);
		CHECK(fair_paired_auc(&arena, NULL, &groups, result) == NUM_OK);
		for (uint32_t g = 0; g < 3; g++)
		{
			by_all_pairs(rows, N, each, g, &direct);
			check_same(&result[g], &direct);
		}
		groups.group_of = all;
		groups.n_groups = 1;
		CHECK(fair_paired_auc(&arena, NULL, &groups, result) == NUM_OK);
		by_all_pairs(rows, N, all, 0, &direct);
		check_same(&result[0], &direct);
	}
}

/* The rows the other way round, and in two halves the other way round. */
static void
order_changes_no_bit(void)
{
	static const uint32_t each[3] = { 0, 1, 2 };
	FairPairedRow rows[N];
	FairPairedRow other[N];
	FairPairedEstimate auc[2][3];
	FairPairedEstimate errors[2][3 * FAIR_ERROR_FIGURES];
	FairPairedGroups groups = { rows, N, each, 3 };

	memset(auc, 0, sizeof(auc));
	memset(errors, 0, sizeof(errors));
	some_rows(rows, N, 11);
	for (size_t i = 0; i < N; i++)
		other[i] = rows[i < N / 2 ? N / 2 - 1 - i : N + N / 2 - 1 - i];
	for (int k = 0; k < 2; k++)
	{
		groups.rows = k == 0 ? rows : other;
		CHECK(fair_paired_rows_sort(&arena, NULL, k == 0 ? rows : other, N) ==
		      NUM_OK);
		CHECK(fair_paired_auc(&arena, NULL, &groups, auc[k]) == NUM_OK);
		CHECK(fair_paired_errors(&arena, NULL, &groups, errors[k]) == NUM_OK);
	}
	for (int g = 0; g < 3; g++)
	{
		CHECK(auc[0][g].value[1] == auc[1][g].value[1]);
		CHECK(auc[0][g].covariance == auc[1][g].covariance);
		for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
		{
			const FairPairedEstimate *a =
				&errors[0][g * FAIR_ERROR_FIGURES + f];
			const FairPairedEstimate *b =
				&errors[1][g * FAIR_ERROR_FIGURES + f];

			CHECK(a->value[0] == b->value[0] && a->value[1] == b->value[1]);
			CHECK(a->variance[0] == b->variance[0]);
			CHECK(a->covariance == b->covariance);
		}
	}
}

/* Values and intervals of one side are those of its sums. */
static void
errors_are_those_of_either_side(void)
{
	static const uint32_t all[3] = { 0, 0, 0 };
	FairPairedRow rows[N];
	FairPairedEstimate result[FAIR_ERROR_FIGURES];
	FairPairedGroups groups = { rows, N, all, 1 };
	double quantile = num_normal_quantile(0.975);

	some_rows(rows, N, 3);
	for (size_t i = 0; i < N; i++)
		rows[i].label = rows[i].score[0] / 3 + (double) (i % 7);
	CHECK(fair_paired_rows_sort(&arena, NULL, rows, N) == NUM_OK);
	CHECK(fair_paired_errors(&arena, NULL, &groups, result) == NUM_OK);
	for (int s = 0; s < 2; s++)
	{
		FairScoreFigure direct[FAIR_ERROR_FIGURES];
		FairErrorSums sums;
		FairErrors errors;

		memset(&sums, 0, sizeof(sums));
		for (size_t i = 0; i < N; i++)
			CHECK(fair_error_sums_add(&sums, &rows[i].label, &rows[i].score[s],
			                          rows[i].weight) == NUM_OK);
		fair_error_sums_read(&sums, &errors);
		fair_error_figures(&errors, 0.95, 0.95, direct);
		for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
		{
			const char *name = fair_error_figure_name(f);
			double half = quantile * sqrt(result[f].variance[s]);

			CHECK_NEAR(result[f].value[s], direct[f].value, 1e-12);
			/* the root and R2 have intervals that are not normal */
			if (strcmp(name, "root_mean_squared_error") != 0 &&
			    strcmp(name, "r_squared") != 0)
				CHECK_NEAR(direct[f].value - half, direct[f].low, 1e-11);
		}
		/* R2: of the logarithm of what is not explained */
		{
			int f = fair_error_figure_find("r_squared");
			double rest = 1 - direct[f].value;

			CHECK_NEAR(rest *
			               exp(quantile * sqrt(result[f].variance[s]) / rest),
			           1 - direct[f].low, 1e-11);
		}
	}
	/* labels are the same on either side */
	{
		FairPairedDifference same;

		fair_paired_difference(&result[fair_error_figure_find("mean_label")],
		                       0.95, &same);
		CHECK(same.value == 0 && isnan(same.p));
	}
}

/* Two scores of which one is noisier; then errors of two predictions, and the
 * difference of gaps between two groups. */
static void
differences_are_covered(void)
{
	static const uint32_t each[2] = { 0, 1 };
	static const int mae = 2;
	/* of shifted normal numbers with standard deviations s: Phi(1 / (s sqrt 2)) */
	double truth =
		num_normal_cdf(1 / 1.25 / sqrt(2)) - num_normal_cdf(1 / 1.0 / sqrt(2));
	/* the mean of |N(0, s)| is s sqrt(2 / pi) */
	double of_errors = (1.25 - 1) * sqrt(2 / 3.14159265358979);
	int covered[3] = { 0, 0, 0 };
	NumRandom random;

	num_random_seed(&random, 5);
	for (int trial = 0; trial < 1000; trial++)
	{
		FairPairedRow rows[160];
		FairPairedRow numbers[160];
		FairPairedGroups groups = { rows, 160, each, 2 };
		FairPairedEstimate auc[2];
		FairPairedEstimate errors[2 * FAIR_ERROR_FIGURES];
		FairPairedDifference difference;
		FairPairedGap gap;
		FairPairedGapPlan plan = { 0.95, 400, (uint64_t) trial, NULL };

		for (size_t i = 0; i < 160; i++)
		{
			double label = (double) (i % 2);
			double common = normal(&random);
			double extra = 0.75 * normal(&random);
			uint32_t part = i < 80 ? 0 : 1;

			/* the second group is told apart less well by either */
			rows[i] = (FairPairedRow){
				label, { label + common, label + common + extra }, 1, part, 0
			};
			numbers[i] = (FairPairedRow){ 10 * label,
				                          { 10 * label + common,
				                            10 * label + common + extra },
				                          1,
				                          part,
				                          0 };
			if (part == 1)
				rows[i].score[1] = rows[i].score[0] = 0.4 * label + common;
		}
		CHECK(fair_paired_rows_sort(&arena, NULL, rows, 160) == NUM_OK);
		CHECK(fair_paired_rows_sort(&arena, NULL, numbers, 160) == NUM_OK);
		CHECK(fair_paired_auc(&arena, NULL, &groups, auc) == NUM_OK);
		fair_paired_difference(&auc[0], 0.95, &difference);
		covered[0] += difference.low <= truth && truth <= difference.high;
		CHECK(auc[0].covariance > 0);
		CHECK((difference.p < 0.05) ==
		      (difference.low > 0 || difference.high < 0));
		CHECK(fair_paired_gap(&arena, &plan, auc, 2, 1, &gap) == NUM_OK);
		/* the second group is alike by both: the gap shrinks as the first does */
		covered[1] +=
			gap.difference.low <= truth && truth <= gap.difference.high;
		groups.rows = numbers;
		CHECK(fair_paired_errors(&arena, NULL, &groups, errors) == NUM_OK);
		fair_paired_difference(&errors[mae], 0.95, &difference);
		covered[2] +=
			difference.low <= of_errors && of_errors <= difference.high;
	}
	CHECK(covered[0] >= 925 && covered[0] <= 975);
	CHECK(covered[1] >= 925);
	CHECK(covered[2] >= 925 && covered[2] <= 975);
}

static void
what_cannot_be_told_has_a_reason(void)
{
	static const uint32_t each[4] = { 0, 1, 2, 3 };
	FairPairedRow rows[8] = { { 1, { 1, 2 }, 1, 0, 0 },
		                      { 1, { 3, 3 }, 1, 0, 0 }, /* no negatives */
		                      { 0, { 1, 2 }, 1, 1, 0 }, /* no positives */
		                      { 1, { 2, 1 }, 1, 2, 0 },
		                      { 0, { 1, 2 }, 1, 2, 0 }, /* one of each */
		                      { 0, { 0, 0 }, 1, 2, 0 },
		                      { 0, { INFINITY, 5 }, 1, 1, 0 },
		                      { 1, { -INFINITY, 9 }, 1, 0, 0 } };
	FairPairedGroups groups = { rows, 8, each, 4 };
	FairPairedEstimate auc[4];
	FairPairedEstimate errors[4 * FAIR_ERROR_FIGURES];
	FairPairedDifference difference;
	FairPairedGapPlan plan = { 0.95, 100, 1, NULL };
	FairPairedGap gap;

	CHECK(fair_paired_rows_sort(&arena, NULL, rows, 8) == NUM_OK);
	CHECK(fair_paired_auc(&arena, NULL, &groups, auc) == NUM_OK);
	CHECK(isnan(auc[0].value[0]) &&
	      strcmp(auc[0].reason, "no negative labels") == 0);
	CHECK(isnan(auc[1].value[1]) &&
	      strcmp(auc[1].reason, "no positive labels") == 0);
	CHECK(auc[2].value[0] == 1 && auc[2].value[1] == 0.5);
	CHECK(isnan(auc[2].covariance) && auc[2].reason != NULL);
	CHECK(isnan(auc[3].value[0]) && auc[3].rows == 0);
	fair_paired_difference(&auc[2], 0.95, &difference);
	CHECK(difference.value == -0.5 && isnan(difference.low) &&
	      isnan(difference.p) && difference.reason != NULL);
	CHECK(fair_paired_gap(&arena, &plan, auc, 4, 1, &gap) == NUM_OK);
	CHECK(isnan(gap.value[0]) && gap.n_undefined == 3);

	groups.n = 0;
	CHECK(fair_paired_errors(&arena, NULL, &groups, errors) == NUM_OK);
	CHECK(isnan(errors[0].value[0]) &&
	      strcmp(errors[0].reason, "no labelled rows") == 0);
	CHECK(fair_paired_rows_sort(&arena, NULL, rows, 0) == NUM_OK);
	CHECK(fair_paired_auc(&arena, NULL, &groups, auc) == NUM_OK);
}

/* Of the same score twice, or of one that orders the rows alike. */
static void
alike_scores_have_no_interval(void)
{
	static const uint32_t all[3] = { 0, 0, 0 };
	FairPairedRow rows[N];
	FairPairedGroups groups = { rows, N, all, 1 };
	FairPairedEstimate auc;
	FairPairedDifference difference;

	some_rows(rows, N, 2);
	for (size_t i = 0; i < N; i++)
		rows[i].score[1] = 7 * rows[i].score[0] - 100;
	CHECK(fair_paired_rows_sort(&arena, NULL, rows, N) == NUM_OK);
	CHECK(fair_paired_auc(&arena, NULL, &groups, &auc) == NUM_OK);
	fair_paired_difference(&auc, 0.95, &difference);
	CHECK(difference.value == 0 && isnan(difference.low) &&
	      isnan(difference.p));
	CHECK(difference.reason != NULL);
}

int
main(void)
{
	scratch_begin(&arena, 0);
	RUN(aucs_are_those_of_all_pairs);
	RUN(order_changes_no_bit);
	RUN(errors_are_those_of_either_side);
	RUN(differences_are_covered);
	RUN(what_cannot_be_told_has_a_reason);
	RUN(alike_scores_have_no_interval);
	scratch_end(&arena);
	return unit_end();
}
