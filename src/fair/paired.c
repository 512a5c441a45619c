/*
 * paired.c
 *    Two decisions on the same rows: what they differ in, and how surely.
 */
#include "fair/paired.h"

#include <math.h>
#include <string.h>

#include "fair/interval.h"
#include "fair/metric.h"

/* Adds place [i][j][k] to the cell of a label and a decision. */
static void
add_place(FairCells *cells, int y, int d, double scale,
          const FairPaired *paired, int place)
{
	int i = place / 4;
	int j = place / 2 % 2;
	int k = place % 2;
	double weight = scale * paired->weight[i][j][k];
	double squared = scale * scale * paired->weight_squared[i][j][k];

	if (scale == 0)
		return; /* rows that are not there */
	if (y == FAIR_UNLABELLED)
	{
		cells->unlabelled_weight[d] += weight;
		cells->unlabelled_weight_squared[d] += squared;
		cells->unlabelled_rows[d] += paired->rows[i][j][k];
		return;
	}
	cells->weight[y][d] += weight;
	cells->weight_squared[y][d] += squared;
	cells->rows[y][d] += paired->rows[i][j][k];
}

void
fair_paired_side(const FairPaired *paired, int side, FairCells *cells)
{
	memset(cells, 0, sizeof(*cells));
	for (int place = 0; place < 12; place++)
	{
		int i = place / 4;
		int j = place / 2 % 2;
		int k = place % 2;
		int ours = side == 0 ? j : k;

		if (paired->kind == FAIR_PAIRED_DECISIONS)
			add_place(cells, i, ours, 1, paired, place);
		else if (paired->kind == FAIR_PAIRED_WEIGHTS)
			add_place(cells, i, j, side == 1 && k == 1 ? paired->factor : 1,
			          paired, place);
		else if (i == FAIR_UNLABELLED)
			add_place(cells, i, j, 1, paired, place);
		else
			add_place(cells, ours, i, 1, paired, place);
	}
}

void
fair_changes(const FairPaired *paired, int label, FairChanges *changes)
{
	double squared = 0;

	memset(changes, 0, sizeof(*changes));
	for (int y = 0; y < 3; y++)
	{
		if (label >= 0 && label != y)
			continue;
		for (int i = 0; i < 4; i++)
		{
			changes->rows += paired->rows[y][i / 2][i % 2];
			changes->weight += paired->weight[y][i / 2][i % 2];
			squared += paired->weight_squared[y][i / 2][i % 2];
		}
		changes->gained += paired->rows[y][0][1];
		changes->lost += paired->rows[y][1][0];
		changes->weight_gained += paired->weight[y][0][1];
		changes->weight_lost += paired->weight[y][1][0];
	}
	changes->effective =
		squared > 0 ? changes->weight * changes->weight / squared : 0;
}

static double
square(double x)
{
	return x * x;
}

/* The correlation of both, pulled towards 0 by half a row as the method has
 * it where it is positive; 0 where one of them is constant. */
static double
correlation(const double counts[4], double n)
{
	double both = counts[0];
	double first = counts[1];
	double second = counts[2];
	double neither = counts[3];
	double product = both * neither - first * second;
	double scale = (both + first) * (second + neither) * (both + second) *
	               (first + neither);

	if (!(scale > 0))
		return 0;
	if (product > 0)
		product = fmax(product - n / 2, 0);
	return product / sqrt(scale);
}

void
fair_newcombe_paired(const double counts[4], double level, double *low,
                     double *high)
{
	double n = counts[0] + counts[1] + counts[2] + counts[3];
	double p = (counts[0] + counts[1]) / n;
	double q = (counts[0] + counts[2]) / n;
	double p_low, p_high, q_low, q_high;
	double phi;

	*low = *high = NAN;
	if (!(n > 0))
		return;
	fair_wilson(fmin(p, 1), n, level, &p_low, &p_high);
	fair_wilson(fmin(q, 1), n, level, &q_low, &q_high);
	phi = correlation(counts, n);
	/* under the root is never less than 0 but by rounding */
	*low = p - q -
	       sqrt(fmax(square(p - p_low) - 2 * phi * (p - p_low) * (q_high - q) +
	                     square(q_high - q),
	                 0));
	*high =
		p - q +
		sqrt(fmax(square(p_high - p) - 2 * phi * (p_high - p) * (q - q_low) +
	                  square(q - q_low),
	              0));
	*low = fmax(*low, -1);
	*high = fmin(*high, 1);
}

bool
fair_paired_same_rows(int metric)
{
	if (!fair_metric_is_share(metric))
		return false;
	for (int y = -1; y < 2; y++)
		if ((fair_metric_place(metric, y, 0) == FAIR_NOT) !=
		    (fair_metric_place(metric, y, 1) == FAIR_NOT))
			return false;
	return true;
}

/* The label of place 'y' as fair_metric_place() takes it. */
static int
label_of(int y)
{
	return y == FAIR_UNLABELLED ? -1 : y;
}

/* The interval of the difference of two shares of the same rows. */
static void
paired_interval(int metric, const FairPaired *paired, double level,
                FairPairedMetric *result)
{
	double counts[4] = { 0, 0, 0, 0 };
	double total = 0;
	double squared = 0;

	for (int y = 0; y < 3; y++)
		for (int a = 0; a < 2; a++)
			for (int b = 0; b < 2; b++)
			{
				FairPlace of_a = fair_metric_place(metric, label_of(y), a);
				FairPlace of_b = fair_metric_place(metric, label_of(y), b);
				double weight = paired->weight[y][a][b];

				if (of_a == FAIR_NOT)
					continue;
				total += weight;
				squared += paired->weight_squared[y][a][b];
				/* both, b alone, a alone, neither */
				counts[(of_b != FAIR_COUNTED) * 2 + (of_a != FAIR_COUNTED)] +=
					weight;
				if (of_a == FAIR_COUNTED && of_b != FAIR_COUNTED)
					result->first += paired->rows[y][a][b];
				if (of_b == FAIR_COUNTED && of_a != FAIR_COUNTED)
					result->last += paired->rows[y][a][b];
			}
	/* as many rows as they are worth */
	for (int i = 0; i < 4; i++)
		counts[i] *= squared > 0 ? total / squared : 0;
	fair_newcombe_paired(counts, level, &result->low, &result->high);
}

void
fair_paired_metric(int metric, const FairPaired *paired, double level,
                   FairPairedMetric *result)
{
	memset(result, 0, sizeof(*result));
	result->low = result->high = NAN;
	for (int side = 0; side < 2; side++)
	{
		FairCells cells;
		FairMetricValue value;

		fair_paired_side(paired, side, &cells);
		fair_metric_value(metric, &cells, level, &value);
		result->value[side] = value.value;
		if (value.reason != NULL)
			result->reason = value.reason;
	}
	for (int y = 0; y < 3; y++)
		for (int a = 0; a < 2; a++)
			for (int b = 0; b < 2; b++)
			{
				if (fair_metric_place(metric, label_of(y), a) == FAIR_NOT &&
				    fair_metric_place(metric, label_of(y), b) == FAIR_NOT)
					continue;
				result->rows += paired->rows[y][a][b];
				if (a != b)
					result->n_changed += paired->rows[y][a][b];
			}
	if (fair_paired_same_rows(metric))
		paired_interval(metric, paired, level, result);
}
