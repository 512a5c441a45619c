/*
 * metric.c
 *    Metrics of one group: functions of its confusion table.
 *
 * Most metrics are the share of one set of cells in another.  The table gives
 * the two sets as masks over the four cells; the two that are no such share
 * have a function.
 */
#include "fair/metric.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fair/interval.h"

/* cells as bits: 1 << (2 * label + decision) */
#define TN 1u
#define FP 2u
#define FN 4u
#define TP 8u

typedef struct MetricDef
{
	const char *name;
	const char *description;
	unsigned over;   /* cells of the denominator */
	unsigned of;     /* cells of the numerator */
	bool unlabelled; /* rows without a label count too */
	bool high_is_worse;
	const char *reason;
	/* of metrics that are no share: value, NaN where undefined, and interval */
	double (*function)(const FairCells *cells);
	FairInterval (*ends)(const FairCells *cells, double level,
	                     const FairIntervalMethod *method);
} MetricDef;

static double
balanced_accuracy(const FairCells *cells)
{
	double p = cells->weight[1][0] + cells->weight[1][1];
	double n = cells->weight[0][0] + cells->weight[0][1];

	if (!(p > 0 && n > 0))
		return NAN;
	return (cells->weight[1][1] / p + cells->weight[0][0] / n) / 2;
}

static double
f1_score(const FairCells *cells)
{
	double twice = 2 * cells->weight[1][1];
	double total = twice + cells->weight[0][1] + cells->weight[1][0];

	return total > 0 ? twice / total : NAN;
}

/* The interval of the share that the first of some cells has in all of them;
 * cells are numbered 2 * label + decision. */
static FairInterval
share_ends(const FairCells *cells, const int members[], int n_members,
           double level, const FairIntervalMethod *method)
{
	double over = 0;
	double squared = 0;
	FairInterval ends = { NAN, NAN };

	for (int i = 0; i < n_members; i++)
	{
		over += cells->weight[members[i] / 2][members[i] % 2];
		squared += cells->weight_squared[members[i] / 2][members[i] % 2];
	}
	if (over > 0 && squared > 0)
		method->of_rate(cells->weight[members[0] / 2][members[0] % 2] / over,
		                over * over / squared, level, &ends.low, &ends.high);
	return ends;
}

static FairInterval
balanced_accuracy_ends(const FairCells *cells, double level,
                       const FairIntervalMethod *method)
{
	static const int positive[2] = { 3, 2 };
	static const int negative[2] = { 0, 1 };
	FairInterval tpr = share_ends(cells, positive, 2, level, method);
	FairInterval tnr = share_ends(cells, negative, 2, level, method);
	double p = cells->weight[1][0] + cells->weight[1][1];
	double n = cells->weight[0][0] + cells->weight[0][1];
	/* a sum is a difference of the one and the other's negative */
	FairInterval sum = fair_difference_of(
		cells->weight[1][1] / p, tpr, -cells->weight[0][0] / n,
		(FairInterval){ -tnr.high, -tnr.low });

	return (FairInterval){ sum.low / 2, sum.high / 2 };
}

static FairInterval
f1_ends(const FairCells *cells, double level, const FairIntervalMethod *method)
{
	static const int members[3] = { 3, 1, 2 };
	FairInterval share = share_ends(cells, members, 3, level, method);

	return (FairInterval){ 2 * share.low / (1 + share.low),
		                   2 * share.high / (1 + share.high) };
}

static const char no_rows[] = "no rows with label and decision";
static const char no_positive[] = "no positive labels";
static const char no_negative[] = "no negative labels";
static const char no_selected[] = "no positive decisions";
static const char no_rejected[] = "no negative decisions";

static const MetricDef metrics[] = {
	{ "base_rate", "share of rows whose label is positive", TP | FP | FN | TN,
	  TP | FN, false, false, no_rows, NULL, NULL },
	{ "selection_rate", "share of rows decided positive", TP | FP | FN | TN,
	  TP | FP, true, false, "no decisions", NULL, NULL },
	{ "tpr", "true positive rate: positives decided positive", TP | FN, TP,
	  false, false, no_positive, NULL, NULL },
	{ "fpr", "false positive rate: negatives decided positive", FP | TN, FP,
	  false, false, no_negative, NULL, NULL },
	{ "tnr", "true negative rate: negatives decided negative", FP | TN, TN,
	  false, true, no_negative, NULL, NULL },
	{ "fnr", "false negative rate: positives decided negative", TP | FN, FN,
	  false, true, no_positive, NULL, NULL },
	{ "ppv", "precision: positive decisions that are right", TP | FP, TP, false,
	  false, no_selected, NULL, NULL },
	{ "npv", "negative decisions that are right", TN | FN, TN, false, false,
	  no_rejected, NULL, NULL },
	{ "false_discovery_rate", "positive decisions that are wrong", TP | FP, FP,
	  false, true, no_selected, NULL, NULL },
	{ "false_omission_rate", "negative decisions that are wrong", TN | FN, FN,
	  false, true, no_rejected, NULL, NULL },
	{ "accuracy", "share of rows decided as labelled", TP | FP | FN | TN,
	  TP | TN, false, false, no_rows, NULL, NULL },
	{ "error_rate", "share of rows decided against the label",
	  TP | FP | FN | TN, FP | FN, false, true, no_rows, NULL, NULL },
	{ "balanced_accuracy", "mean of true positive and true negative rate",
	  TP | FP | FN | TN, 0, false, false, "one class is missing",
	  balanced_accuracy, balanced_accuracy_ends },
	{ "f1", "harmonic mean of precision and true positive rate", TP | FP | FN,
	  0, false, false, "no positive labels or decisions", f1_score, f1_ends }
};

#define N_METRICS ((int) (sizeof(metrics) / sizeof(metrics[0])))

int
fair_metric_count(void)
{
	return N_METRICS;
}

const char *
fair_metric_name(int metric)
{
	return metrics[metric].name;
}

const char *
fair_metric_description(int metric)
{
	return metrics[metric].description;
}

int
fair_metric_find(const char *name)
{
	for (int m = 0; m < N_METRICS; m++)
		if (strcmp(metrics[m].name, name) == 0)
			return m;
	return -1;
}

bool
fair_metric_needs_label(int metric)
{
	return !metrics[metric].unlabelled;
}

FairPlace
fair_metric_place(int metric, int label, int decision)
{
	const MetricDef *def = &metrics[metric];
	unsigned cell;

	if (label < 0)
	{
		if (!def->unlabelled)
			return FAIR_NOT;
		/* as a row of either label that is decided so */
		label = 0;
	}
	cell = 1u << (2 * label + decision);
	if (!(def->over & cell))
		return FAIR_NOT;
	return def->of & cell ? FAIR_COUNTED : FAIR_OVER;
}

bool
fair_metric_is_share(int metric)
{
	return metrics[metric].function == NULL;
}

bool
fair_metric_high_is_worse(int metric)
{
	return metrics[metric].high_is_worse;
}

/* The weights of the numerator and of the denominator. */
static void
add_weights(const MetricDef *def, const FairCells *cells, double *of,
            double *over)
{
	*of = 0;
	*over = 0;
	for (unsigned y = 0; y < 2; y++)
		for (unsigned d = 0; d < 2; d++)
		{
			unsigned cell = 1u << (2 * y + d);

			if (!(def->over & cell))
				continue;
			*over += cells->weight[y][d];
			if (def->of & cell)
				*of += cells->weight[y][d];
		}
	for (unsigned d = 0; d < 2 && def->unlabelled; d++)
	{
		*over += cells->unlabelled_weight[d];
		if (d == 1)
			*of += cells->unlabelled_weight[d];
	}
}

double
fair_matthews(const FairCells *cells)
{
	double tp = cells->weight[1][1];
	double fp = cells->weight[0][1];
	double fn = cells->weight[1][0];
	double tn = cells->weight[0][0];
	/* roots one by one, so that no product of counts overflows */
	double labels = sqrt(tp + fn) * sqrt(fp + tn);
	double decisions = sqrt(tp + fp) * sqrt(fn + tn);

	if (!(labels > 0 && decisions > 0))
		return NAN;
	return (tp / labels) * (tn / decisions) - (fp / labels) * (fn / decisions);
}

double
fair_metric_figure(int metric, const FairCells *cells)
{
	const MetricDef *def = &metrics[metric];
	double of;
	double over;

	if (def->function != NULL)
		return def->function(cells);
	add_weights(def, cells, &of, &over);
	return over > 0 ? of / over : NAN;
}

void
fair_metric_value(int metric, const FairCells *cells, double level,
                  FairMetricValue *result)
{
	const MetricDef *def = &metrics[metric];
	double of;
	double over;
	double squared = 0;

	memset(result, 0, sizeof(*result));
	add_weights(def, cells, &of, &over);
	for (unsigned y = 0; y < 2; y++)
		for (unsigned d = 0; d < 2; d++)
		{
			if (!(def->over & 1u << (2 * y + d)))
				continue;
			squared += cells->weight_squared[y][d];
			result->rows += cells->rows[y][d];
		}
	for (unsigned d = 0; d < 2 && def->unlabelled; d++)
	{
		squared += cells->unlabelled_weight_squared[d];
		result->rows += cells->unlabelled_rows[d];
	}
	result->low = NAN;
	result->high = NAN;
	result->value = fair_metric_figure(metric, cells);
	result->effective = squared > 0 ? over * over / squared : 0;
	if (isnan(result->value))
		result->reason = def->reason;
	else if (def->ends == NULL)
		fair_wilson(result->value, result->effective, level, &result->low,
		            &result->high);
	else
	{
		FairInterval ends =
			def->ends(cells, level, fair_interval_methods(FAIR_OF_RATE));

		result->low = ends.low;
		result->high = ends.high;
	}
}

FairInterval
fair_metric_ends(int metric, const FairCells *cells, double level,
                 const FairIntervalMethod *method)
{
	FairInterval ends = { NAN, NAN };
	FairMetricValue value;

	fair_metric_value(metric, cells, level, &value);
	if (isnan(value.value))
		return ends;
	if (metrics[metric].ends != NULL)
		return metrics[metric].ends(cells, level, method);
	method->of_rate(value.value, value.effective, level, &ends.low, &ends.high);
	return ends;
}
