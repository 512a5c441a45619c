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
	to->unlabelled_rows += from->unlabelled_rows;
	to->unpredicted_rows += from->unpredicted_rows;
	to->weight += from->weight;
	to->weight_squared += from->weight_squared;
	to->label += from->label;
	to->label_squared += from->label_squared;
	to->label_cubed += from->label_cubed;
	to->label_fourth += from->label_fourth;
	to->prediction += from->prediction;
	to->prediction_squared += from->prediction_squared;
	to->absolute += from->absolute;
	to->squared += from->squared;
	to->fourth += from->fourth;
	to->squared_label += from->squared_label;
	to->squared_label_squared += from->squared_label_squared;
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

void
fair_mean_residual(const FairErrors *errors, double level,
                   FairEstimate *estimate)
{
	estimate_mean(errors, errors->label - errors->prediction, errors->squared,
	              level, estimate);
}

void
fair_root_squared_error(const FairErrors *errors, double level,
                        FairEstimate *estimate)
{
	fair_squared_error(errors, level, estimate);
	estimate->value = sqrt(estimate->value);
	estimate->low = sqrt(estimate->low);
	estimate->high = sqrt(estimate->high);
}

/* Standard error of M / V, the mean squared error by the variance of the labels:
 * each row moves it by e^2 / V - z^2 M / V^2, z being its label less the mean.
 * NaN with fewer than two effective rows. */
static double
quotient_error(const FairErrors *errors, double mse, double variance)
{
	double w = errors->weight;
	double m = errors->label / w;
	double rows = w * w / errors->weight_squared;
	double z4 = (errors->label_fourth - 4 * m * errors->label_cubed +
	             6 * m * m * errors->label_squared) /
	                w -
	            3 * m * m * m * m;
	double e2z2 = (errors->squared_label_squared -
	               2 * m * errors->squared_label + m * m * errors->squared) /
	              w;
	double q = mse / variance;
	double moved = errors->fourth / w - 2 * q * e2z2 + q * q * z4;

	/* a NaN stays */
	if (!(rows >= 2) || isnan(moved))
		return NAN;
	return sqrt(fmax(moved, 0) / (rows - 1)) / variance;
}

void
fair_r_squared(const FairErrors *errors, double level, FairEstimate *estimate)
{
	double mean = errors->label / errors->weight;
	double variance = errors->label_squared / errors->weight - mean * mean;
	double mse = errors->squared / errors->weight;
	double half;

	*estimate = (FairEstimate){ NAN, NAN, NAN };
	/* what rounding leaves of labels that are all one is no variance */
	if (!(errors->weight > 0) ||
	    !(variance > 1e-14 * (errors->label_squared / errors->weight)))
		return;
	estimate->value = 1 - mse / variance;
	if (!(mse > 0))
		return;
	half = num_normal_quantile(0.5 + level / 2) *
	       quotient_error(errors, mse, variance) * variance / mse;
	estimate->low = 1 - mse / variance * num_exp(half);
	estimate->high = 1 - mse / variance * num_exp(-half);
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
		mean_of(b, b->prediction, b->prediction_squared, &error_b) +
		(a->centre - b->centre);
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

static double
mean_prediction(const FairErrors *errors)
{
	return errors->prediction / errors->weight + errors->centre;
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
		if (mean_prediction(&groups[g]) >= mean_prediction(high))
			result->highest = g;
		if (mean_prediction(&groups[g]) < mean_prediction(low) ||
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
