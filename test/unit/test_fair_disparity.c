/*
 * test_fair_disparity.c
 *    Disparities against their definitions, and their intervals in simulations.
 */
#include "unit.h"

#include "fair/bootstrap.h"
#include "fair/disparity.h"
#include "fair/inequality.h"
#include "fair/metric.h"
#include "num/random.h"

#define N_GROUPS 5

static NumArena arena;

/* A table of equal weights from its four counts. */
static FairCells
table(double tn, double fp, double fn, double tp)
{
	FairCells cells = { .weight = { { tn, fp }, { fn, tp } } };

	for (int i = 0; i < 4; i++)
	{
		cells.weight_squared[i / 2][i % 2] = cells.weight[i / 2][i % 2];
		cells.rows[i / 2][i % 2] = (uint64_t) cells.weight[i / 2][i % 2];
	}
	return cells;
}

/* Five groups; the last one has no positive labels. */
static void
make_groups(FairCells groups[N_GROUPS])
{
	groups[0] = table(40, 10, 20, 30);
	groups[1] = table(30, 30, 25, 15);
	groups[2] = table(200, 20, 10, 90);
	groups[3] = table(5, 5, 4, 0);
	groups[4] = table(10, 5, 0, 0);
}

static FairDisparity
disparity(const char *metric, FairOperator op, int reference, int group)
{
	FairCells groups[N_GROUPS];
	FairComparison comparison = { groups, N_GROUPS, fair_metric_find(metric),
		                          reference, group };
	double values[N_GROUPS];
	FairDisparity result;

	make_groups(groups);
	fair_disparity(&comparison, op, values, &result);
	return result;
}

/* TPR 0.6, 0.375, 0.9, 0 and none; 135 of 194 in all. */
static void
operators_do_what_their_names_say(void)
{
	double overall = 135.0 / 194;

	CHECK_NEAR(disparity("tpr", FAIR_DIFFERENCE, -1, -1).value, 0.9, 1e-15);
	CHECK_INT(disparity("tpr", FAIR_DIFFERENCE, -1, -1).group, 3);
	CHECK_INT(disparity("tpr", FAIR_DIFFERENCE, -1, -1).n_undefined, 1);
	CHECK_INT(disparity("tpr", FAIR_DIFFERENCE, -1, -1).rows, 194);
	CHECK(disparity("tpr", FAIR_RATIO, -1, -1).value == 0);
	CHECK_NEAR(disparity("tpr", FAIR_DIFFERENCE_TO_OVERALL, -1, -1).value,
	           overall, 1e-15);
	CHECK(disparity("tpr", FAIR_RATIO_TO_OVERALL, -1, -1).value == 0);
	CHECK_NEAR(disparity("tpr", FAIR_MEAN_DIFFERENCE, -1, -1).value,
	           (0.225 + 0.3 + 0.6 + 0.525 + 0.375 + 0.9) / 6, 1e-15);
	CHECK_NEAR(disparity("tpr", FAIR_MEAN_RATIO, -1, -1).value,
	           (0.375 / 0.6 + 0.6 / 0.9 + 0.375 / 0.9) / 6, 1e-15);
	CHECK(disparity("tpr", FAIR_MINIMUM, -1, -1).value == 0);
	CHECK_NEAR(disparity("tpr", FAIR_MAXIMUM, -1, -1).value, 0.9, 1e-15);
	CHECK_INT(disparity("tpr", FAIR_MAXIMUM, -1, -1).group, 2);
	CHECK(disparity("tpr", FAIR_WORST, -1, -1).value == 0);
	/* of errors the largest is the worst */
	CHECK_NEAR(disparity("error_rate", FAIR_WORST, -1, -1).value, 9.0 / 14,
	           1e-15);
	CHECK_INT(disparity("error_rate", FAIR_DIFFERENCE, -1, -1).group, 3);
	CHECK_NEAR(disparity("fpr", FAIR_RATIO_TO_OVERALL, -1, -1).value,
	           70.0 / 355 / 0.5, 1e-15);
}

static void
a_reference_is_compared_with_a_group_or_with_the_rest(void)
{
	CHECK_NEAR(disparity("tpr", FAIR_DIFFERENCE_TO_REFERENCE, 2, 1).value,
	           0.375 - 0.9, 1e-15);
	CHECK_INT(disparity("tpr", FAIR_DIFFERENCE_TO_REFERENCE, 2, 1).rows, 140);
	CHECK_NEAR(disparity("tpr", FAIR_RATIO_TO_REFERENCE, 2, 1).value,
	           0.375 / 0.9, 1e-15);
	CHECK_NEAR(disparity("tpr", FAIR_DIFFERENCE_TO_REFERENCE, 2, -1).value,
	           45.0 / 94 - 0.9, 1e-15);
	CHECK_TEXT(disparity("tpr", FAIR_RATIO_TO_REFERENCE, 3, 1).reason,
	           "the metric of the reference is 0");
	CHECK_TEXT(disparity("tpr", FAIR_RATIO_TO_REFERENCE, 4, 1).reason,
	           "the reference does not have the metric");
	CHECK_TEXT(disparity("tpr", FAIR_RATIO_TO_REFERENCE, 1, 4).reason,
	           "the group does not have the metric");
	CHECK(disparity("tpr", FAIR_DIFFERENCE_TO_REFERENCE, 1, 1).value == 0);
}

static void
what_is_undefined_says_why(void)
{
	FairCells groups[2] = { table(5, 5, 0, 0), table(5, 0, 5, 0) };
	FairComparison tpr = { groups, 2, fair_metric_find("tpr"), -1, -1 };
	FairComparison ppv = { groups, 2, fair_metric_find("ppv"), -1, -1 };
	double values[2];
	FairDisparity got;

	fair_disparity(&tpr, FAIR_DIFFERENCE, values, &got);
	CHECK(isnan(got.value) && got.group == -1 && got.n_undefined == 1);
	CHECK_TEXT(got.reason, "fewer than two groups have the metric");
	fair_disparity(&tpr, FAIR_MEAN_RATIO, values, &got);
	CHECK_TEXT(got.reason, "fewer than two groups have the metric");
	fair_disparity(&tpr, FAIR_MINIMUM, values, &got);
	CHECK(got.value == 0 && got.reason == NULL);
	groups[0] = table(5, 0, 5, 0);
	fair_disparity(&tpr, FAIR_RATIO, values, &got);
	CHECK_TEXT(got.reason, "the metric is 0 in all groups");
	fair_disparity(&tpr, FAIR_MEAN_RATIO, values, &got);
	CHECK_TEXT(got.reason, "the metric is 0 in all groups");
	fair_disparity(&tpr, FAIR_RATIO_TO_OVERALL, values, &got);
	CHECK_TEXT(got.reason, "the metric is 0 in all groups");
	fair_disparity(&ppv, FAIR_MAXIMUM, values, &got);
	CHECK_TEXT(got.reason, "no group has the metric");
	ppv.n_groups = 0;
	fair_disparity(&ppv, FAIR_MEAN_DIFFERENCE, values, &got);
	CHECK_TEXT(got.reason, "no group has the metric");
}

/* Names are there and back. */
static void
operators_have_names(void)
{
	for (int o = 0; o < FAIR_N_OPERATORS; o++)
		CHECK_INT(fair_operator_find(fair_operator_name((FairOperator) o)), o);
	CHECK_INT(fair_operator_find("gap"), -1);
}

static void
intervals_of_one_metric_are_those_of_its_criterion(void)
{
	FairCells groups[N_GROUPS];
	FairBootstrap plan = { .groups = groups,
		                   .n_groups = N_GROUPS,
		                   .level = 0.9,
		                   .replicates = 1000,
		                   .seed = 3 };
	int metric = fair_metric_find("fpr");
	FairInterval got[FAIR_N_PLAIN_OPERATORS];
	const FairCriterion *criterion = fair_criterion_find("predictive_equality");
	FairGapInterval wanted;
	size_t used = arena.used_bytes;

	make_groups(groups);
	/* whatever a row weighs */
	for (int i = 0; i < 4; i++)
	{
		groups[1].weight[i / 2][i % 2] *= 0.25;
		groups[1].weight_squared[i / 2][i % 2] *= 0.0625;
	}
	CHECK_INT(fair_disparity_intervals(&arena, &plan, &metric, 1, got), NUM_OK);
	CHECK_INT(arena.used_bytes, used);
	CHECK_INT(fair_gap_intervals(&arena, &plan, &criterion, 1, &wanted),
	          NUM_OK);
	CHECK_NEAR(got[FAIR_DIFFERENCE].low, wanted.gap_low, 1e-12);
	CHECK_NEAR(got[FAIR_DIFFERENCE].high, wanted.gap_high, 1e-12);
	CHECK_NEAR(got[FAIR_RATIO].low, wanted.ratio_low, 1e-12);
	CHECK_NEAR(got[FAIR_RATIO].high, wanted.ratio_high, 1e-12);
}

/* The plain value of an operator of known rates. */
static double
true_value(const double *rates, const double *sizes, FairOperator op)
{
	FairCells groups[N_GROUPS];
	FairComparison comparison = { groups, N_GROUPS,
		                          fair_metric_find("selection_rate"), -1, -1 };
	double values[N_GROUPS];
	FairDisparity result;

	for (int g = 0; g < N_GROUPS; g++)
		groups[g] = table(sizes[g] * (1 - rates[g]), sizes[g] * rates[g], 0, 0);
	fair_disparity(&comparison, op, values, &result);
	return result.value;
}

/* In 300 samples of given rates, how often each interval holds the truth. */
static void
check_coverage(const double *rates, const double *sizes, double least)
{
	int metric = fair_metric_find("selection_rate");
	int holds[FAIR_N_PLAIN_OPERATORS] = { 0 };
	FairCells groups[N_GROUPS];
	FairBootstrap plan = {
		.groups = groups, .n_groups = N_GROUPS, .level = 0.95, .replicates = 400
	};
	FairInterval got[FAIR_N_PLAIN_OPERATORS];
	NumRandom random;

	num_random_seed(&random, 11);
	for (int sample = 0; sample < 300; sample++)
	{
		for (int g = 0; g < N_GROUPS; g++)
		{
			uint64_t n = (uint64_t) sizes[g];
			double k = (double) num_random_binomial(&random, n, rates[g]);

			groups[g] = table(sizes[g] - k, k, 0, 0);
		}
		plan.seed = (uint64_t) sample;
		CHECK_INT(fair_disparity_intervals(&arena, &plan, &metric, 1, got),
		          NUM_OK);
		for (int o = 0; o < FAIR_N_PLAIN_OPERATORS; o++)
		{
			double truth = true_value(rates, sizes, (FairOperator) o);

			holds[o] +=
				got[o].low <= truth + 1e-12 && truth - 1e-12 <= got[o].high;
		}
	}
	for (int o = 0; o < FAIR_N_PLAIN_OPERATORS; o++)
		if (holds[o] < least * 300)
			printf("# %s: %d of 300\n", fair_operator_name((FairOperator) o),
			       holds[o]);
	for (int o = 0; o < FAIR_N_PLAIN_OPERATORS; o++)
		CHECK(holds[o] >= least * 300);
}

static void
intervals_hold_the_truth_as_often_as_they_say(void)
{
	static const double alike[N_GROUPS] = { 0.3, 0.3, 0.3, 0.3, 0.3 };
	static const double apart[N_GROUPS] = { 0.1, 0.3, 0.35, 0.5, 0.6 };
	static const double sizes[N_GROUPS] = { 100, 150, 400, 900, 60 };

	check_coverage(alike, sizes, 0.92);
	check_coverage(apart, sizes, 0.92);
}

static void
a_reference_has_the_interval_of_two_rates(void)
{
	FairCells groups[N_GROUPS];
	FairComparison comparison = { groups, N_GROUPS, fair_metric_find("tpr"), 0,
		                          1 };
	FairTwoRates two = { { 15, 30 }, { 40, 50 } };
	FairInterval got;

	make_groups(groups);
	got = fair_reference_interval(&comparison, FAIR_DIFFERENCE_TO_REFERENCE,
	                              0.95);
	CHECK_NEAR(got.low, fair_newcombe(&two, 0.95).low, 1e-14);
	CHECK_NEAR(got.high, fair_newcombe(&two, 0.95).high, 1e-14);
	got = fair_reference_interval(&comparison, FAIR_RATIO_TO_REFERENCE, 0.95);
	CHECK_NEAR(got.low, fair_koopman(&two, 0.95).low, 1e-14);
	comparison.group = 4;
	got = fair_reference_interval(&comparison, FAIR_RATIO_TO_REFERENCE, 0.95);
	CHECK(isnan(got.low) && isnan(got.high));
	comparison.group = 2;
	comparison.metric = fair_metric_find("f1");
	got = fair_reference_interval(&comparison, FAIR_DIFFERENCE_TO_REFERENCE,
	                              0.95);
	CHECK(got.low < 180.0 / 210 - 60.0 / 90 &&
	      180.0 / 210 - 60.0 / 90 < got.high);
}

/* Benefits 1, 2, 1, 1, 2 of research on such indices: 0.0592 = GE(0), by its
 * definition; and the others by theirs. */
static void
entropies_are_those_of_their_definitions(void)
{
	FairCells five = table(3, 2, 0, 0);
	FairCells four = table(1, 2, 1, 0);
	FairCells both[3] = { five, four, table(0, 0, 0, 0) };
	double between;

	CHECK_NEAR(fair_entropy(&five, 0), log(1.4) - 2 * log(2) / 5, 1e-15);
	CHECK_NEAR(fair_entropy(&five, 0), 0.0592, 5e-5);
	CHECK_NEAR(fair_entropy(&five, 2),
	           (3 / (1.4 * 1.4) + 2 * 4 / (1.4 * 1.4) - 5) / 5 / 2, 1e-15);
	CHECK_NEAR(fair_entropy(&five, 0.5),
	           ((3 * sqrt(1 / 1.4) + 2 * sqrt(2 / 1.4)) / 5 - 1) / -0.25,
	           1e-14);
	CHECK_NEAR(fair_entropy(&four, 1),
	           (0.8 * log(0.8) + 2 * 1.6 * log(1.6)) / 4, 1e-15);
	CHECK(fair_entropy(&four, 0) == INFINITY);
	CHECK(fair_entropy(&four, -1) == INFINITY);
	CHECK_NEAR(fair_entropy(&four, 3),
	           ((0.8 * 0.8 * 0.8 + 2 * 1.6 * 1.6 * 1.6) / 4 - 1) / 6, 1e-14);
	both[0].weight[0][0] += 0;
	between = fair_entropy_between(both, 3, 2);
	CHECK_NEAR(between,
	           (5 * 1.4 * 1.4 + 4 * 1.25 * 1.25) / 9 / (12.0 / 9) / (12.0 / 9) /
	                   2 -
	               0.5,
	           1e-15);
	CHECK(isnan(fair_entropy(&both[2], 2)));
	CHECK(isnan(fair_entropy_between(both, 0, 2)));
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(operators_do_what_their_names_say);
	RUN(a_reference_is_compared_with_a_group_or_with_the_rest);
	RUN(what_is_undefined_says_why);
	RUN(operators_have_names);
	RUN(intervals_of_one_metric_are_those_of_its_criterion);
	RUN(intervals_hold_the_truth_as_often_as_they_say);
	RUN(a_reference_has_the_interval_of_two_rates);
	RUN(entropies_are_those_of_their_definitions);
	return unit_end();
}
