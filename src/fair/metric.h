/*
 * metric.h
 *    Metrics of one group: functions of its confusion table.
 *
 * With TP, FP, FN and TN the weights of the four cells, P = TP + FN and
 * N = FP + TN:
 *
 *     base_rate             P / (P + N)
 *     selection_rate        decided 1 / decided (rows without label count)
 *     tpr, fnr              TP / P, FN / P
 *     fpr, tnr              FP / N, TN / N
 *     ppv                   TP / (TP + FP)      false_discovery_rate 1 - ppv
 *     npv                   TN / (TN + FN)      false_omission_rate 1 - npv
 *     accuracy, error_rate  (TP + TN) / (P + N) and its complement
 *     balanced_accuracy     (tpr + tnr) / 2
 *     f1                    2 TP / (2 TP + FP + FN)
 *
 * A metric whose denominator is empty is undefined: NaN, with the reason.
 */
#ifndef FAIRPG_FAIR_METRIC_H
#define FAIRPG_FAIR_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "fair/cells.h"
#include "fair/interval.h"

typedef struct FairMetricValue
{
	double value; /* NaN: undefined */
	double low;   /* interval on the effective number of rows, see
	               * fair_metric_ends() */
	double high;
	uint64_t rows;      /* in the denominator */
	double effective;   /* Kish: (sum of weights)^2 / sum of squares */
	const char *reason; /* why it is undefined, else NULL */
} FairMetricValue;

extern int fair_metric_count(void);

/* Name of metric number 'metric', 0 to count - 1. */
extern const char *fair_metric_name(int metric);

/* One sentence on what it is. */
extern const char *fair_metric_description(int metric);

/* Number of the metric of that name, or -1. */
extern int fair_metric_find(const char *name);

/* True when it is undefined without labels. */
extern bool fair_metric_needs_label(int metric);

/* Where a row stands in a metric that is a share of rows: FAIR_COUNTED in its
 * numerator and its denominator, FAIR_OVER in the denominator alone, FAIR_NOT
 * in neither.  'label' is 0, 1 or below 0 for none, 'decision' 0 or 1.  In a
 * metric that is no share every row with a label is FAIR_OVER. */
typedef enum FairPlace
{
	FAIR_NOT,
	FAIR_OVER,
	FAIR_COUNTED
} FairPlace;

extern FairPlace fair_metric_place(int metric, int label, int decision);

/* True when it is a share of rows. */
extern bool fair_metric_is_share(int metric);

/* True when a group with a higher value is worse off than one with a lower: a
 * positive decision is taken for the favourable one, and an error for bad. */
extern bool fair_metric_high_is_worse(int metric);

/* Matthews' correlation of decisions with labels, -1 to 1; NaN where all labels
 * or all decisions are one.  It is no metric of the table above, whose values lie
 * between 0 and 1.
 *
 * Reference: Matthews, Biochimica et Biophysica Acta 405 (1975). */
extern double fair_matthews(const FairCells *cells);

/* The value alone; NaN where undefined. */
extern double fair_metric_figure(int metric, const FairCells *cells);

/*
 * The interval of the metric by a method for rates (interval.h), on the
 * effective number of rows; NaN where undefined.  balanced_accuracy has that of
 * a mean of two rates from theirs (Zou and Donner 2008); f1 is 2 s / (1 + s)
 * with s the share of TP in TP + FP + FN, and has that of s, brought there.
 */
extern FairInterval
fair_metric_ends(int metric, const FairCells *cells, double level,
                 const FairIntervalMethod *method);

/* The metric, with Wilson's interval at 'level' in (0, 1). */
extern void fair_metric_value(int metric, const FairCells *cells, double level,
                              FairMetricValue *result);

#endif
