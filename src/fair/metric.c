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
	const char *reason;
	/* of metrics that are no share: value, NaN where undefined */
	double (*function)(const FairCells *cells);
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

static const char no_rows[] = "no rows with label and decision";
static const char no_positive[] = "no positive labels";
static const char no_negative[] = "no negative labels";
static const char no_selected[] = "no positive decisions";
static const char no_rejected[] = "no negative decisions";

static const MetricDef metrics[] = {
	{ "base_rate", "share of rows whose label is positive", TP | FP | FN | TN,
	  TP | FN, false, no_rows, NULL },
	{ "selection_rate", "share of rows decided positive", TP | FP | FN | TN,
	  TP | FP, true, "no decisions", NULL },
	{ "tpr", "true positive rate: positives decided positive", TP | FN, TP,
	  false, no_positive, NULL },
	{ "fpr", "false positive rate: negatives decided positive", FP | TN, FP,
	  false, no_negative, NULL },
	{ "tnr", "true negative rate: negatives decided negative", FP | TN, TN,
	  false, no_negative, NULL },
	{ "fnr", "false negative rate: positives decided negative", TP | FN, FN,
	  false, no_positive, NULL },
	{ "ppv", "precision: positive decisions that are right", TP | FP, TP, false,
	  no_selected, NULL },
	{ "npv", "negative decisions that are right", TN | FN, TN, false,
	  no_rejected, NULL },
	{ "false_discovery_rate", "positive decisions that are wrong", TP | FP, FP,
	  false, no_selected, NULL },
	{ "false_omission_rate", "negative decisions that are wrong", TN | FN, FN,
	  false, no_rejected, NULL },
	{ "accuracy", "share of rows decided as labelled", TP | FP | FN | TN,
	  TP | TN, false, no_rows, NULL },
	{ "error_rate", "share of rows decided against the label",
	  TP | FP | FN | TN, FP | FN, false, no_rows, NULL },
	{ "balanced_accuracy", "mean of true positive and true negative rate",
	  TP | FP | FN | TN, 0, false, "one class is missing", balanced_accuracy },
	{ "f1", "harmonic mean of precision and true positive rate", TP | FP | FN,
	  0, false, "no positive labels or decisions", f1_score }
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

void
fair_metric_value(int metric, const FairCells *cells, double level,
                  FairMetricValue *result)
{
	const MetricDef *def = &metrics[metric];
	double of = 0;
	double over = 0;
	double squared = 0;

	memset(result, 0, sizeof(*result));
	for (unsigned y = 0; y < 2; y++)
		for (unsigned d = 0; d < 2; d++)
		{
			unsigned cell = 1u << (2 * y + d);

			if (!(def->over & cell))
				continue;
			over += cells->weight[y][d];
			squared += cells->weight_squared[y][d];
			result->rows += cells->rows[y][d];
			if (def->of & cell)
				of += cells->weight[y][d];
		}
	for (unsigned d = 0; d < 2 && def->unlabelled; d++)
	{
		over += cells->unlabelled_weight[d];
		squared += cells->unlabelled_weight_squared[d];
		result->rows += cells->unlabelled_rows[d];
		if (d == 1)
			of += cells->unlabelled_weight[d];
	}

	result->value = NAN;
	result->low = NAN;
	result->high = NAN;
	result->effective = squared > 0 ? over * over / squared : 0;
	if (def->function != NULL)
		result->value = def->function(cells);
	else if (over > 0)
	{
		result->value = of / over;
		fair_wilson(result->value, result->effective, level, &result->low,
		            &result->high);
	}
	if (isnan(result->value))
		result->reason = def->reason;
}
