/*
 * disparity.c
 *    Disparities: what a metric of several groups comes to as one number.
 */
#include "fair/disparity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fair/gap_bounds.h"
#include "fair/metric.h"

static const char *const names[FAIR_N_OPERATORS] = {
	[FAIR_DIFFERENCE] = "difference",
	[FAIR_RATIO] = "ratio",
	[FAIR_DIFFERENCE_TO_OVERALL] = "difference_to_overall",
	[FAIR_RATIO_TO_OVERALL] = "ratio_to_overall",
	[FAIR_MEAN_DIFFERENCE] = "mean_difference",
	[FAIR_MEAN_RATIO] = "mean_ratio",
	[FAIR_MINIMUM] = "minimum",
	[FAIR_MAXIMUM] = "maximum",
	[FAIR_WORST] = "worst",
	[FAIR_DIFFERENCE_TO_REFERENCE] = "difference_to_reference",
	[FAIR_RATIO_TO_REFERENCE] = "ratio_to_reference"
};

static const char too_few[] = "fewer than two groups have the metric";
static const char none_has[] = "no group has the metric";
static const char all_zero[] = "the metric is 0 in all groups";

const char *
fair_operator_name(FairOperator op)
{
	return names[op];
}

int
fair_operator_find(const char *name)
{
	for (int o = 0; o < FAIR_N_OPERATORS; o++)
		if (strcmp(names[o], name) == 0)
			return o;
	return -1;
}

bool
fair_operator_takes_reference(FairOperator op)
{
	return op >= FAIR_DIFFERENCE_TO_REFERENCE;
}

void
fair_cells_add(FairCells *cells, const FairCells *more)
{
	for (int d = 0; d < 2; d++)
	{
		for (int y = 0; y < 2; y++)
		{
			cells->weight[y][d] += more->weight[y][d];
			cells->weight_squared[y][d] += more->weight_squared[y][d];
			cells->rows[y][d] += more->rows[y][d];
		}
		cells->unlabelled_weight[d] += more->unlabelled_weight[d];
		cells->unlabelled_weight_squared[d] +=
			more->unlabelled_weight_squared[d];
		cells->unlabelled_rows[d] += more->unlabelled_rows[d];
	}
	cells->undecided_rows += more->undecided_rows;
}

FairCells
fair_cells_but(const FairCells *groups, int n_groups, int but)
{
	FairCells sum = { .undecided_rows = 0 };

	for (int g = 0; g < n_groups; g++)
		if (g != but)
			fair_cells_add(&sum, &groups[g]);
	return sum;
}

/* What the groups come to before an operator is applied. */
typedef struct Spread
{
	const double *values; /* [n_groups], NaN where a group has none */
	int n_groups;
	int n_defined;
	int lowest; /* -1 without any */
	int highest;
	bool high_is_worse;
} Spread;

static Spread
spread_of(const double *values, int n_groups, int metric)
{
	Spread spread = { .values = values,
		              .n_groups = n_groups,
		              .lowest = -1,
		              .highest = -1,
		              .high_is_worse = fair_metric_high_is_worse(metric) };

	for (int g = 0; g < n_groups; g++)
	{
		if (isnan(values[g]))
			continue;
		spread.n_defined++;
		if (spread.lowest < 0 || values[g] < values[spread.lowest])
			spread.lowest = g;
		if (spread.highest < 0 || values[g] > values[spread.highest])
			spread.highest = g;
	}
	return spread;
}

/* The group that is worse off of the two that are farthest apart. */
static int
worse_group(const Spread *spread)
{
	return spread->high_is_worse ? spread->highest : spread->lowest;
}

/* Largest difference from 'overall', or least ratio; sets the group. */
static double
to_overall(const Spread *spread, double overall, bool ratio, int *group)
{
	double worst = NAN;

	*group = -1;
	for (int g = 0; g < spread->n_groups; g++)
	{
		double value = spread->values[g];
		double one;

		if (isnan(value) || (ratio && !(overall > 0)))
			continue;
		if (!ratio)
			one = fabs(value - overall);
		else
			one = value < overall ? value / overall : overall / value;
		if (ratio ? worst <= one : worst >= one)
			continue;
		worst = one;
		*group = g;
	}
	return worst;
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Mean difference or ratio of all pairs; 'values' has the defined ones first,
 * sorted. */
static double
mean_of_pairs(const double *values, int n, bool ratio)
{
	double sum = 0;
	double before = 0; /* of the values below */
	double n_pairs = 0;

	for (int i = 0; i < n; i++)
	{
		if (!ratio)
			sum += (double) i * values[i] - before;
		else if (values[i] > 0)
			sum += before / values[i];
		if (!ratio || values[i] > 0)
			n_pairs += i;
		before += values[i];
	}
	return n_pairs > 0 ? sum / n_pairs : NAN;
}

static int
sort_defined(double *values, int n_groups)
{
	int n = 0;

	for (int g = 0; g < n_groups; g++)
		if (!isnan(values[g]))
			values[n++] = values[g];
	qsort(values, (size_t) n, sizeof(double), compare_numbers);
	return n;
}

/* A plain operator but for the means of pairs. */
static double
apply(const Spread *spread, FairOperator op, double overall, int *group)
{
	double low = spread->lowest < 0 ? NAN : spread->values[spread->lowest];
	double high = spread->highest < 0 ? NAN : spread->values[spread->highest];

	*group = worse_group(spread);
	switch (op)
	{
		case FAIR_DIFFERENCE:
			return spread->n_defined < 2 ? NAN : high - low;
		case FAIR_RATIO:
			return spread->n_defined < 2 || !(high > 0) ? NAN : low / high;
		case FAIR_DIFFERENCE_TO_OVERALL:
		case FAIR_RATIO_TO_OVERALL:
			return to_overall(spread, overall, op == FAIR_RATIO_TO_OVERALL,
			                  group);
		case FAIR_MINIMUM:
			*group = spread->lowest;
			return low;
		case FAIR_MAXIMUM:
			*group = spread->highest;
			return high;
		case FAIR_WORST:
			return spread->high_is_worse ? high : low;
		default:
			*group = -1;
			return NAN;
	}
}

/* The group a comparison is about, or all but the reference as one. */
static FairCells
compared_group(const FairComparison *comparison)
{
	if (comparison->group >= 0)
		return comparison->groups[comparison->group];
	return fair_cells_but(comparison->groups, comparison->n_groups,
	                      comparison->reference);
}

static void
to_reference(const FairComparison *comparison, FairOperator op,
             FairDisparity *result)
{
	FairCells cells = compared_group(comparison);
	FairMetricValue group;
	FairMetricValue reference;

	fair_metric_value(comparison->metric, &cells, 0.95, &group);
	fair_metric_value(comparison->metric,
	                  &comparison->groups[comparison->reference], 0.95,
	                  &reference);
	result->group = comparison->group;
	result->rows = group.rows + reference.rows;
	result->n_undefined =
		(isnan(group.value) != 0) + (isnan(reference.value) != 0);
	if (isnan(reference.value))
		result->reason = "the reference does not have the metric";
	else if (isnan(group.value))
		result->reason = comparison->group < 0
		                     ? "no other group has the metric"
		                     : "the group does not have the metric";
	else if (op == FAIR_DIFFERENCE_TO_REFERENCE)
		result->value = group.value - reference.value;
	else if (reference.value > 0)
		result->value = group.value / reference.value;
	else
		result->reason = "the metric of the reference is 0";
}

void
fair_disparity(const FairComparison *comparison, FairOperator op,
               double *values, FairDisparity *result)
{
	const FairCells *groups = comparison->groups;
	int n_groups = comparison->n_groups;
	FairCells all = fair_cells_but(groups, n_groups, -1);
	double overall = fair_metric_figure(comparison->metric, &all);
	Spread spread;

	*result = (FairDisparity){ .value = NAN, .group = -1 };
	if (fair_operator_takes_reference(op))
	{
		to_reference(comparison, op, result);
		return;
	}
	for (int g = 0; g < n_groups; g++)
	{
		FairMetricValue value;

		fair_metric_value(comparison->metric, &groups[g], 0.95, &value);
		values[g] = value.value;
		result->rows += value.rows;
	}
	spread = spread_of(values, n_groups, comparison->metric);
	result->n_undefined = n_groups - spread.n_defined;
	result->value = apply(&spread, op, overall, &result->group);
	if (op == FAIR_MEAN_DIFFERENCE || op == FAIR_MEAN_RATIO)
		result->value = mean_of_pairs(values, sort_defined(values, n_groups),
		                              op == FAIR_MEAN_RATIO);
	if (!isnan(result->value))
		return;
	result->group = -1;
	if (spread.n_defined == 0)
		result->reason = none_has;
	else if (spread.n_defined < 2 && op != FAIR_RATIO_TO_OVERALL)
		result->reason = too_few;
	else
		result->reason = all_zero;
}

/* What the bootstrap of all plain operators needs. */
typedef struct PlainMeasure
{
	const int *metrics;
	int n_metrics;
	int n_groups;
	FairCells *cells; /* [n_groups] */
	double *values;   /* [n_groups] */
} PlainMeasure;

/* All plain operators of one metric of measure->cells. */
static void
measure_metric(const PlainMeasure *measure, int metric, const FairCells *all,
               double by_operator[FAIR_N_PLAIN_OPERATORS])
{
	double overall = fair_metric_figure(metric, all);
	Spread spread;
	int group;
	int n;

	for (int g = 0; g < measure->n_groups; g++)
		measure->values[g] = fair_metric_figure(metric, &measure->cells[g]);
	spread = spread_of(measure->values, measure->n_groups, metric);
	for (int o = 0; o < FAIR_N_PLAIN_OPERATORS; o++)
		by_operator[o] = apply(&spread, (FairOperator) o, overall, &group);
	n = sort_defined(measure->values, measure->n_groups);
	by_operator[FAIR_MEAN_DIFFERENCE] =
		mean_of_pairs(measure->values, n, false);
	by_operator[FAIR_MEAN_RATIO] = mean_of_pairs(measure->values, n, true);
}

static void
measure_plain(void *what, const FairBatch *batch, double *values)
{
	const PlainMeasure *measure = what;

	for (int r = 0; r < batch->n; r++)
	{
		FairCells all;

		fair_batch_cells(batch, r, measure->cells);
		all = fair_cells_but(measure->cells, measure->n_groups, -1);
		for (int m = 0; m < measure->n_metrics; m++)
		{
			double by_operator[FAIR_N_PLAIN_OPERATORS];

			measure_metric(measure, measure->metrics[m], &all, by_operator);
			for (int o = 0; o < FAIR_N_PLAIN_OPERATORS; o++)
				values[(m * FAIR_N_PLAIN_OPERATORS + o) * batch->n + r] =
					by_operator[o];
		}
	}
}

/* The intervals of the least and the largest value: see disparity.h. */
static void
extreme_intervals(const FairBootstrap *plan, int metric,
                  FairInterval *of_metric)
{
	const FairIntervalMethod *wilson = fair_interval_methods(FAIR_OF_RATE);
	double joint = 1 - (1 - plan->level) / plan->n_groups;
	FairInterval least = { INFINITY, INFINITY };
	FairInterval largest = { -INFINITY, -INFINITY };

	for (int g = 0; g < plan->n_groups; g++)
	{
		const FairCells *cells = &plan->groups[g];
		FairInterval ends =
			fair_metric_ends(metric, cells, plan->level, wilson);
		FairInterval wide = fair_metric_ends(metric, cells, joint, wilson);

		if (isnan(ends.low))
			continue;
		least.low = fmin(least.low, ends.low);
		least.high = fmin(least.high, wide.high);
		largest.low = fmax(largest.low, wide.low);
		largest.high = fmax(largest.high, ends.high);
	}
	if (!(least.low < INFINITY))
		return;
	of_metric[FAIR_MINIMUM] = least;
	of_metric[FAIR_MAXIMUM] = largest;
	of_metric[FAIR_WORST] = fair_metric_high_is_worse(metric) ? largest : least;
}

/* The ends that face equality of the groups' distances to all rows, from
 * intervals wide enough for all groups to hold together. */
static void
overall_bounds(const FairBootstrap *plan, int metric, double *difference_low,
               double *ratio_high)
{
	const FairIntervalMethod *wilson = fair_interval_methods(FAIR_OF_RATE);
	double joint = 1 - (1 - plan->level) / plan->n_groups;
	FairCells all = fair_cells_but(plan->groups, plan->n_groups, -1);
	double overall = fair_metric_figure(metric, &all);
	FairInterval overall_ends = fair_metric_ends(metric, &all, joint, wilson);

	*difference_low = 0;
	*ratio_high = 1;
	for (int g = 0; g < plan->n_groups; g++)
	{
		double value = fair_metric_figure(metric, &plan->groups[g]);
		FairInterval ends =
			fair_metric_ends(metric, &plan->groups[g], joint, wilson);
		FairInterval difference;
		FairInterval ratio;

		if (isnan(value))
			continue;
		difference = fair_difference_of(value, ends, overall, overall_ends);
		*difference_low =
			fmax(*difference_low, fmax(difference.low, -difference.high));
		ratio = fair_ratio_of(value, ends, overall, overall_ends);
		if (ratio.high < 1)
			*ratio_high = fmin(*ratio_high, ratio.high);
		else if (ratio.low > 1)
			*ratio_high = fmin(*ratio_high, 1 / ratio.low);
	}
}

/* Widens the percentiles of one metric. */
static NumStatus
widen_metric(NumArena *arena, const FairBootstrap *plan, int metric,
             double *values, FairInterval *of_metric)
{
	FairComparison comparison = { plan->groups, plan->n_groups, metric, -1,
		                          -1 };
	FairGapInterval gap;
	FairGapBounds bounds;
	NumStatus status = fair_metric_bounds(arena, plan, metric, &bounds);
	double difference_low;
	double ratio_high;

	if (status != NUM_OK)
		return status;
	gap = (FairGapInterval){ of_metric[FAIR_DIFFERENCE].low,
		                     of_metric[FAIR_DIFFERENCE].high,
		                     of_metric[FAIR_RATIO].low,
		                     of_metric[FAIR_RATIO].high };
	fair_gap_widen(&bounds, 1, &gap);
	of_metric[FAIR_DIFFERENCE] = (FairInterval){ gap.gap_low, gap.gap_high };
	of_metric[FAIR_RATIO] = (FairInterval){ gap.ratio_low, gap.ratio_high };
	of_metric[FAIR_MEAN_DIFFERENCE].low =
		fmin(of_metric[FAIR_MEAN_DIFFERENCE].low, bounds.mean_low);
	of_metric[FAIR_MEAN_RATIO].high =
		fmax(of_metric[FAIR_MEAN_RATIO].high, bounds.mean_ratio_high);
	overall_bounds(plan, metric, &difference_low, &ratio_high);
	of_metric[FAIR_DIFFERENCE_TO_OVERALL].low =
		fmin(of_metric[FAIR_DIFFERENCE_TO_OVERALL].low, difference_low);
	of_metric[FAIR_RATIO_TO_OVERALL].high =
		fmax(of_metric[FAIR_RATIO_TO_OVERALL].high, ratio_high);
	extreme_intervals(plan, metric, of_metric);
	for (int o = 0; o < FAIR_N_PLAIN_OPERATORS; o++)
	{
		FairDisparity disparity;

		fair_disparity(&comparison, (FairOperator) o, values, &disparity);
		if (isnan(disparity.value))
			of_metric[o] = (FairInterval){ NAN, NAN };
	}
	return NUM_OK;
}

NumStatus
fair_disparity_intervals(NumArena *arena, const FairBootstrap *plan,
                         const int *metrics, int n_metrics,
                         FairInterval *intervals)
{
	size_t room = (size_t) plan->n_groups;
	FairBootstrap to_scale = *plan;
	PlainMeasure measure = { .metrics = metrics,
		                     .n_metrics = n_metrics,
		                     .n_groups = plan->n_groups,
		                     .cells =
		                         arena_alloc(arena, room, sizeof(FairCells)),
		                     .values =
		                         arena_alloc(arena, room, sizeof(double)) };
	NumStatus status;

	if (measure.cells == NULL || measure.values == NULL)
		return NUM_NO_MEMORY;
	memset(measure.cells, 0, room * sizeof(FairCells));
	to_scale.to_scale = true;
	status = fair_bootstrap(arena, &to_scale, measure_plain, &measure,
	                        n_metrics * FAIR_N_PLAIN_OPERATORS, intervals);
	for (int m = 0; m < n_metrics && status == NUM_OK; m++)
		status = widen_metric(arena, plan, metrics[m], measure.values,
		                      intervals + m * FAIR_N_PLAIN_OPERATORS);
	arena_release(arena, measure.values, room, sizeof(double));
	arena_release(arena, measure.cells, room, sizeof(FairCells));
	return status;
}

FairInterval
fair_reference_interval(const FairComparison *comparison, FairOperator op,
                        double level)
{
	FairCells cells[2] = { compared_group(comparison),
		                   comparison->groups[comparison->reference] };
	FairMetricValue value[2];
	FairInterval ends[2];
	FairTwoRates two;

	for (int i = 0; i < 2; i++)
	{
		fair_metric_value(comparison->metric, &cells[i], level, &value[i]);
		ends[i] = (FairInterval){ value[i].low, value[i].high };
		two.n[i] = value[i].effective;
		two.successes[i] =
			fmin(value[i].value * value[i].effective, value[i].effective);
	}
	if (isnan(value[0].value) || isnan(value[1].value))
		return (FairInterval){ NAN, NAN };
	if (op == FAIR_DIFFERENCE_TO_REFERENCE)
		return fair_difference_of(value[0].value, ends[0], value[1].value,
		                          ends[1]);
	return fair_metric_is_share(comparison->metric)
	           ? fair_koopman(&two, level)
	           : fair_ratio_of(value[0].value, ends[0], value[1].value,
	                           ends[1]);
}
