/*
 * test_fair_metric.c
 *    Metrics, Wilson intervals and criteria against hand-computed tables.
 */
#include "unit.h"

#include "fair/criterion.h"
#include "fair/interval.h"
#include "fair/metric.h"
#include "num/random.h"

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

static double
value_of(const char *name, const FairCells *cells)
{
	FairMetricValue value;

	fair_metric_value(fair_metric_find(name), cells, 0.95, &value);
	return value.value;
}

static void
metrics_of_a_small_table_are_those_counted_by_hand(void)
{
	/* 1 true negative, 2 false positives, 3 false negatives, 4 true
	 * positives */
	FairCells cells = table(1, 2, 3, 4);

	CHECK_NEAR(value_of("base_rate", &cells), 0.7, 1e-15);
	CHECK_NEAR(value_of("selection_rate", &cells), 0.6, 1e-15);
	CHECK_NEAR(value_of("tpr", &cells), 4.0 / 7, 1e-15);
	CHECK_NEAR(value_of("fnr", &cells), 3.0 / 7, 1e-15);
	CHECK_NEAR(value_of("fpr", &cells), 2.0 / 3, 1e-15);
	CHECK_NEAR(value_of("tnr", &cells), 1.0 / 3, 1e-15);
	CHECK_NEAR(value_of("ppv", &cells), 4.0 / 6, 1e-15);
	CHECK_NEAR(value_of("false_discovery_rate", &cells), 2.0 / 6, 1e-15);
	CHECK_NEAR(value_of("npv", &cells), 1.0 / 4, 1e-15);
	CHECK_NEAR(value_of("false_omission_rate", &cells), 3.0 / 4, 1e-15);
	CHECK_NEAR(value_of("accuracy", &cells), 0.5, 1e-15);
	CHECK_NEAR(value_of("error_rate", &cells), 0.5, 1e-15);
	CHECK_NEAR(value_of("balanced_accuracy", &cells), (4.0 / 7 + 1.0 / 3) / 2,
	           1e-15);
	CHECK_NEAR(value_of("f1", &cells), 8.0 / 13, 1e-15);
}

static void
rows_without_a_label_count_for_the_selection_rate_only(void)
{
	FairCells cells = table(1, 2, 3, 4);

	cells.unlabelled_weight[1] = cells.unlabelled_weight_squared[1] = 10;
	cells.unlabelled_rows[1] = 10;
	CHECK_NEAR(value_of("selection_rate", &cells), 16.0 / 20, 1e-15);
	CHECK_NEAR(value_of("base_rate", &cells), 0.7, 1e-15);
	CHECK_NEAR(value_of("accuracy", &cells), 0.5, 1e-15);
	CHECK(!fair_metric_needs_label(fair_metric_find("selection_rate")));
	CHECK(fair_metric_needs_label(fair_metric_find("base_rate")));
}

static void
an_empty_denominator_is_undefined_with_a_reason(void)
{
	FairCells no_positive = table(5, 5, 0, 0);
	FairCells no_selected = table(5, 0, 5, 0);
	FairCells nobody = table(0, 0, 0, 0);
	FairMetricValue value;

	fair_metric_value(fair_metric_find("tpr"), &no_positive, 0.95, &value);
	CHECK(isnan(value.value) && isnan(value.low) && isnan(value.high));
	CHECK_TEXT(value.reason, "no positive labels");
	fair_metric_value(fair_metric_find("ppv"), &no_selected, 0.95, &value);
	CHECK(isnan(value.value));
	CHECK_TEXT(value.reason, "no positive decisions");
	for (int m = 0; m < fair_metric_count(); m++)
	{
		fair_metric_value(m, &nobody, 0.95, &value);
		CHECK(isnan(value.value) && value.reason != NULL);
		CHECK_INT(value.rows, 0);
	}
	fair_metric_value(fair_metric_find("fpr"), &no_positive, 0.95, &value);
	CHECK(value.reason == NULL && value.value == 0.5);
}

static void
metrics_are_found_by_their_own_names(void)
{
	for (int m = 0; m < fair_metric_count(); m++)
	{
		CHECK_INT(fair_metric_find(fair_metric_name(m)), m);
		CHECK(strlen(fair_metric_description(m)) > 5);
	}
	CHECK_INT(fair_metric_find("recall"), -1);
}

static void
wilson_intervals_are_those_of_the_formula(void)
{
	double low;
	double high;

	/* worked out with z = 1.959963984540054 */
	fair_wilson(0, 10, 0.95, &low, &high);
	CHECK(low == 0);
	CHECK_NEAR(high, 0.2775327998628892, 1e-12);
	fair_wilson(0.5, 100, 0.95, &low, &high);
	CHECK_NEAR(low, 0.4038315303659956, 1e-12);
	CHECK_NEAR(high, 0.5961684696340044, 1e-12);
	fair_wilson(1, 1, 0.95, &low, &high);
	CHECK_NEAR(low, 0.20654931437723745, 1e-12);
	CHECK(high == 1);
	fair_wilson(0.5, 0, 0.95, &low, &high);
	CHECK(isnan(low) && isnan(high));
	fair_wilson(NAN, 10, 0.95, &low, &high);
	CHECK(isnan(low) && isnan(high));
}

static void
weights_widen_an_interval_by_the_effective_number_of_rows(void)
{
	/* two rows of weight 3 and two of weight 1: (8)^2 / 20 = 3.2 rows */
	FairCells cells = { .weight = { { 0, 0 }, { 4, 4 } },
		                .weight_squared = { { 0, 0 }, { 10, 10 } },
		                .rows = { { 0, 0 }, { 2, 2 } } };
	FairMetricValue value;
	double low;
	double high;

	fair_metric_value(fair_metric_find("tpr"), &cells, 0.9, &value);
	CHECK_NEAR(value.effective, 3.2, 1e-12);
	fair_wilson(0.5, 3.2, 0.9, &low, &high);
	CHECK(value.low == low && value.high == high);
	CHECK_INT(value.rows, 4);
}

/* The rate by the formula of criterion.h, as training uses it. */
static double
linear_rate(const FairCriterion *criterion, int event, const FairCells *cells)
{
	double by_label[2];
	FairRate rate;
	double value;

	for (int y = 0; y < 2; y++)
		by_label[y] = cells->weight[y][0] + cells->weight[y][1];
	criterion->rate(event, by_label, &rate);
	value = rate.constant;
	for (int y = 0; y < 2; y++)
		value += rate.share[y] * cells->weight[y][1] / by_label[y];
	return value;
}

static void
every_event_of_a_criterion_is_the_metric_of_its_name(void)
{
	FairCells cells = table(17, 5, 3, 29);

	for (int i = 0; i < fair_criterion_of_decisions(); i++)
	{
		const FairCriterion *c = fair_criterion_table()[i];

		for (int e = 0; e < c->n_events; e++)
			CHECK_NEAR(linear_rate(c, e, &cells),
			           value_of(c->event_name[e], &cells), 1e-15);
	}
}

static void
the_gap_is_the_largest_difference_of_two_groups(void)
{
	/* true positive rates 0.5, 0.9, 0.7; false positive rates 0.1, 0.2, 0.4 */
	FairCells groups[3] = { table(9, 1, 5, 5), table(8, 2, 1, 9),
		                    table(6, 4, 3, 7) };
	FairGap gap;

	fair_gap(fair_criterion_find("equal_opportunity"), groups, 3, &gap);
	CHECK_NEAR(gap.gap, 0.4, 1e-15);
	CHECK_NEAR(gap.ratio, 5.0 / 9, 1e-15);
	CHECK_INT(gap.highest, 1);
	CHECK_INT(gap.lowest, 0);
	fair_gap(fair_criterion_find("predictive_equality"), groups, 3, &gap);
	CHECK_NEAR(gap.gap, 0.3, 1e-15);
	CHECK_INT(gap.highest, 2);
	/* the larger gap is that of the first event, the least ratio that of the
	 * second */
	fair_gap(fair_criterion_find("equalized_odds"), groups, 3, &gap);
	CHECK_NEAR(gap.gap, 0.4, 1e-15);
	CHECK_NEAR(gap.ratio, 0.25, 1e-15);
	CHECK_INT(gap.event, 0);
	fair_gap(fair_criterion_find("error_rate_parity"), groups, 3, &gap);
	/* errors 6, 3 and 7 of 20 */
	CHECK_NEAR(gap.gap, 0.2, 1e-15);
	fair_gap(fair_criterion_find("demographic_parity"), groups, 3, &gap);
	CHECK_NEAR(gap.gap, 0.25, 1e-15);
	CHECK_INT(gap.n_undefined, 0);
}

static void
groups_without_the_rate_are_left_out_and_counted(void)
{
	FairCells groups[3] = { table(9, 1, 5, 5), table(8, 2, 0, 0),
		                    table(6, 4, 3, 7) };
	FairGap gap;

	fair_gap(fair_criterion_find("equal_opportunity"), groups, 3, &gap);
	CHECK_NEAR(gap.gap, 0.2, 1e-15);
	CHECK_INT(gap.n_undefined, 1);
	fair_gap(fair_criterion_find("equal_opportunity"), groups, 2, &gap);
	CHECK(isnan(gap.gap) && isnan(gap.ratio));
	CHECK_INT(gap.n_undefined, 1);
	fair_gap(fair_criterion_find("equalized_odds"), groups, 2, &gap);
	CHECK_NEAR(gap.gap, 0.1, 1e-15);
	CHECK_INT(gap.event, 1);
	fair_gap(fair_criterion_find("demographic_parity"), groups, 0, &gap);
	CHECK(isnan(gap.gap));
}

static void
the_ratio_of_zero_to_zero_is_undefined(void)
{
	FairCells groups[2] = { table(10, 0, 5, 5), table(10, 0, 5, 5) };
	FairGap gap;

	fair_gap(fair_criterion_find("predictive_equality"), groups, 2, &gap);
	CHECK(gap.gap == 0 && isnan(gap.ratio));
	groups[1] = table(9, 1, 5, 5);
	fair_gap(fair_criterion_find("predictive_equality"), groups, 2, &gap);
	CHECK(gap.ratio == 0);
}

static void
criteria_are_found_by_their_own_names(void)
{
	int n = 0;

	for (; fair_criterion_table()[n] != NULL; n++)
	{
		const FairCriterion *c = fair_criterion_table()[n];

		CHECK(fair_criterion_find(c->name) == c);
		/* those of decisions come first */
		CHECK(fair_criterion_decided(c) == (n < fair_criterion_of_decisions()));
		CHECK(!(c->of_loss && c->of_mean));
	}
	CHECK_INT(n, 7);
	CHECK_INT(fair_criterion_of_decisions(), 5);
	CHECK(fair_criterion_find("equality") == NULL);
	CHECK(
		!fair_criterion_needs_label(fair_criterion_find("demographic_parity")));
	CHECK(fair_criterion_needs_label(fair_criterion_find("error_rate_parity")));
}

/* Samples of tables whose rates are known: how often the intervals of metrics
 * that are no shares hold them. */
static void
intervals_of_f1_and_balanced_accuracy_hold_them(void)
{
	static const double shares[2][4] = { { 0.4, 0.1, 0.15, 0.35 },
		                                 { 0.75, 0.05, 0.14, 0.06 } };
	NumRandom random;

	num_random_seed(&random, 2);
	for (int t = 0; t < 2; t++)
		for (int m = 0; m < 2; m++)
		{
			const char *name = m == 0 ? "f1" : "balanced_accuracy";
			const double *share = shares[t];
			FairCells whole = table(share[0], share[1], share[2], share[3]);
			double truth = value_of(name, &whole);
			int holds = 0;

			for (int i = 0; i < 2000; i++)
			{
				uint64_t count[4];
				FairCells cells;
				FairMetricValue value;

				num_random_multinomial(&random, 80, share, 4, count);
				cells = table((double) count[0], (double) count[1],
				              (double) count[2], (double) count[3]);
				fair_metric_value(fair_metric_find(name), &cells, 0.95, &value);
				CHECK(value.low >= 0 && value.low <= value.value &&
				      value.value <= value.high && value.high <= 1);
				holds += value.low <= truth && truth <= value.high;
			}
			CHECK(holds >= 2000 * 0.935 && holds <= 2000 * 0.985);
		}
}

/* All right, as a share of 10 is; by another method, too. */
static void
the_interval_of_f1_is_that_of_a_share(void)
{
	FairCells cells = table(3, 0, 0, 10);
	int f1 = fair_metric_find("f1");
	double low;
	double high;
	FairInterval got;

	for (const FairIntervalMethod *method = fair_interval_methods(FAIR_OF_RATE);
	     method->name != NULL; method++)
	{
		method->of_rate(1, 10, 0.9, &low, &high);
		got = fair_metric_ends(f1, &cells, 0.9, method);
		CHECK_NEAR(got.low, 2 * low / (1 + low), 1e-15);
		CHECK(got.high == 1);
	}
	cells = table(3, 0, 0, 0);
	got =
		fair_metric_ends(f1, &cells, 0.9, fair_interval_methods(FAIR_OF_RATE));
	CHECK(isnan(got.low) && isnan(got.high));
}

/* 95 positives and 5 negatives: accuracy 0.91 and F1 0.95 tell little. */
static void
matthews_correlation_sees_through_imbalance(void)
{
	FairCells uneven = table(1, 4, 5, 90);
	FairCells right = table(7, 0, 0, 3);
	FairCells wrong = table(0, 7, 3, 0);
	FairCells one_label = table(0, 0, 4, 6);
	FairCells one_decision = table(0, 4, 0, 6);

	CHECK_NEAR(fair_matthews(&uneven),
	           (90.0 * 1 - 4.0 * 5) / sqrt(95.0 * 5 * 94 * 6), 1e-15);
	CHECK_NEAR(fair_matthews(&right), 1, 1e-15);
	CHECK_NEAR(fair_matthews(&wrong), -1, 1e-15);
	CHECK(isnan(fair_matthews(&one_label)));
	CHECK(isnan(fair_matthews(&one_decision)));
}

int
main(void)
{
	RUN(metrics_of_a_small_table_are_those_counted_by_hand);
	RUN(rows_without_a_label_count_for_the_selection_rate_only);
	RUN(an_empty_denominator_is_undefined_with_a_reason);
	RUN(metrics_are_found_by_their_own_names);
	RUN(wilson_intervals_are_those_of_the_formula);
	RUN(weights_widen_an_interval_by_the_effective_number_of_rows);
	RUN(every_event_of_a_criterion_is_the_metric_of_its_name);
	RUN(the_gap_is_the_largest_difference_of_two_groups);
	RUN(groups_without_the_rate_are_left_out_and_counted);
	RUN(the_ratio_of_zero_to_zero_is_undefined);
	RUN(criteria_are_found_by_their_own_names);
	RUN(intervals_of_f1_and_balanced_accuracy_hold_them);
	RUN(the_interval_of_f1_is_that_of_a_share);
	RUN(matthews_correlation_sees_through_imbalance);
	return unit_end();
}
