/*
 * errors.c
 *    What the predictions of a number are like in a group.
 */
#include "fair/errors.h"

#include <math.h>
#include <stdbool.h>

#include "num/special.h"

void
fair_errors_merge(FairErrors *to, const FairErrors *from)
{
	if (to->rows == 0)
		to->centre = from->centre;
	to->rows += from->rows;
	to->weight += from->weight;
	to->weight_squared += from->weight_squared;
	to->label += from->label;
	to->label_squared += from->label_squared;
	to->prediction += from->prediction;
	to->prediction_squared += from->prediction_squared;
	to->absolute += from->absolute;
	to->squared += from->squared;
	to->fourth += from->fourth;
}

/* Mean and squared standard error of values with these sums; the latter is NaN
 * with fewer than two effective rows. */
static double
mean_of(const FairErrors *errors, double sum, double squared,
        double *error_squared)
{
	double mean = sum / errors->weight;
	double rows = errors->weight * errors->weight / errors->weight_squared;

	*error_squared = NAN;
	if (!(errors->weight > 0))
		return NAN;
	if (rows >= 2)
		*error_squared =
			fmax(squared / errors->weight - mean * mean, 0) / (rows - 1);
	return mean;
}

static void
estimate_mean(const FairErrors *errors, double sum, double squared,
              double level, FairEstimate *estimate)
{
	double error_squared;
	double half;

	estimate->value = mean_of(errors, sum, squared, &error_squared);
	half = num_normal_quantile(0.5 + level / 2) * sqrt(error_squared);
	estimate->low = estimate->value - half;
	estimate->high = estimate->value + half;
}

/* fmax() alone would take 0 for NaN. */
static void
keep_positive(FairEstimate *estimate)
{
	if (estimate->low < 0)
		estimate->low = 0;
}

void
fair_mean_prediction(const FairErrors *errors, double level,
                     FairEstimate *estimate)
{
	estimate_mean(errors, errors->prediction, errors->prediction_squared, level,
	              estimate);
	estimate->value += errors->centre;
	estimate->low += errors->centre;
	estimate->high += errors->centre;
}

void
fair_mean_label(const FairErrors *errors, double level, FairEstimate *estimate)
{
	estimate_mean(errors, errors->label, errors->label_squared, level,
	              estimate);
	estimate->value += errors->centre;
	estimate->low += errors->centre;
	estimate->high += errors->centre;
}

void
fair_squared_error(const FairErrors *errors, double level,
                   FairEstimate *estimate)
{
	estimate_mean(errors, errors->squared, errors->fourth, level, estimate);
	keep_positive(estimate);
}

void
fair_absolute_error(const FairErrors *errors, double level,
                    FairEstimate *estimate)
{
	estimate_mean(errors, errors->absolute, errors->squared, level, estimate);
	keep_positive(estimate);
}

double
fair_r_squared(const FairErrors *errors)
{
	double mean = errors->label / errors->weight;
	double variance = errors->label_squared / errors->weight - mean * mean;

	/* what rounding leaves of labels that are all one is no variance */
	if (!(errors->weight > 0) ||
	    !(variance > 1e-14 * (errors->label_squared / errors->weight)))
		return NAN;
	return 1 - errors->squared / errors->weight / variance;
}

FairLoss
fair_loss_of_errors(const FairErrors *errors)
{
	FairLoss loss = { .rows = errors->rows,
		              .weight = errors->weight,
		              .weight_squared = errors->weight_squared,
		              .sum = errors->squared,
		              .squared = errors->fourth };

	return loss;
}

/* What one ordered pair of groups says. */
static void
scan_pair(const FairErrors *a, const FairErrors *b, double quantile,
          double wide_quantile, FairEstimate *gap)
{
	double error_a;
	double error_b;
	double difference =
		mean_of(a, a->prediction, a->prediction_squared, &error_a) -
		mean_of(b, b->prediction, b->prediction_squared, &error_b);
	double error = sqrt(error_a + error_b);
	double low = difference - wide_quantile * error;
	double high = difference + quantile * error;

	if (!(difference <= gap->value))
		gap->value = difference;
	/* a NaN stays */
	if (!(low <= gap->low) && !isnan(gap->low))
		gap->low = low;
	if (!(high <= gap->high) && !isnan(gap->high))
		gap->high = high;
}

void
fair_mean_gap(const FairErrors *groups, int n_groups, double level,
              FairMeanGap *result)
{
	double quantile = num_normal_quantile(0.5 + level / 2);
	double wide;
	double n;

	*result =
		(FairMeanGap){ .gap = { NAN, NAN, NAN }, .highest = -1, .lowest = -1 };
	for (int g = 0; g < n_groups; g++)
	{
		const FairErrors *high =
			&groups[result->highest < 0 ? g : result->highest];
		const FairErrors *low =
			&groups[result->lowest < 0 ? g : result->lowest];

		if (!(groups[g].weight > 0))
		{
			result->n_undefined++;
			continue;
		}
		if (groups[g].prediction / groups[g].weight >=
		    high->prediction / high->weight)
			result->highest = g;
		if (groups[g].prediction / groups[g].weight <
		        low->prediction / low->weight ||
		    result->lowest < 0)
			result->lowest = g;
	}
	n = n_groups - result->n_undefined;
	if (n < 2)
	{
		result->highest = result->lowest = -1;
		return;
	}
	wide = num_normal_quantile(1 - (1 - level) / (n * (n - 1)));
	result->gap = (FairEstimate){ 0, 0, 0 };
	for (int g = 0; g < n_groups; g++)
		for (int h = 0; h < n_groups; h++)
			if (g != h && groups[g].weight > 0 && groups[h].weight > 0)
				scan_pair(&groups[g], &groups[h], quantile, wide, &result->gap);
}
