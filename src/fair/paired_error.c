/*
 * paired_error.c
 *    The errors of two predictions of a number on the same rows, and their
 *    covariances.
 *
 * The influence of a row is by how much a figure moves for a little more of its
 * weight, so that the variance of a figure is that of the mean of influences
 * (the delta method).  With error e, label z less its mean, mean squared error M
 * and variance of labels V it is e^2 - M for M, (e^2 - M) / (2 sqrt M) for its
 * root, |e| less its mean, and z^2 M / V^2 - e^2 / V for R2 = 1 - M / V.
 */
#include <math.h>
#include <string.h>

#include "fair/paired_rows.h"

/* Rows walked between two looks at the monitor: about a millisecond. */
#define ROWS_A_LOOK 32768

/* The figures, in the order of fair/error_figure.c. */
enum
{
	SQUARED,
	ROOT,
	ABSOLUTE,
	R_SQUARED,
	PREDICTION,
	LABEL,
	RESIDUAL
};

typedef struct Sums
{
	uint64_t rows;
	double weight;
	double weight_squared;
	double label;      /* weight * label; then the mean */
	double variance;   /* weight * (label - mean)^2; then the variance */
	double label_size; /* weight * label^2; then the mean */
	double figure[2][FAIR_ERROR_FIGURES]; /* sums; then means */
	double moments[FAIR_ERROR_FIGURES][3];
} Sums;

static size_t
group_of(const FairPairedGroups *groups, size_t row)
{
	return groups->group_of[groups->rows[row].part];
}

static void
add_row(Sums *sums, const FairPairedRow *row)
{
	sums->rows++;
	sums->weight += row->weight;
	sums->weight_squared += row->weight * row->weight;
	sums->label += row->weight * row->label;
	sums->label_size += row->weight * row->label * row->label;
	for (int s = 0; s < 2; s++)
	{
		double *figure = sums->figure[s];
		double error = row->score[s] - row->label;

		figure[SQUARED] += row->weight * error * error;
		figure[ABSOLUTE] += row->weight * fabs(error);
		figure[PREDICTION] += row->weight * row->score[s];
		figure[RESIDUAL] -= row->weight * error;
	}
}

/* From sums to means. */
static void
take_means(Sums *sums)
{
	sums->label /= sums->weight;
	sums->label_size /= sums->weight;
	for (int s = 0; s < 2; s++)
		for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
			sums->figure[s][f] /= sums->weight;
}

static void
add_spread_of_labels(Sums *sums, const FairPairedRow *row)
{
	double z = row->label - sums->label;

	sums->variance += row->weight * z * z;
}

/* What the means come to. */
static void
take_figures(Sums *sums)
{
	sums->variance /= sums->weight;
	/* what rounding leaves of labels that are all one is no variance */
	if (!(sums->variance > 1e-14 * sums->label_size))
		sums->variance = NAN;
	for (int s = 0; s < 2; s++)
	{
		sums->figure[s][ROOT] = sqrt(sums->figure[s][SQUARED]);
		sums->figure[s][R_SQUARED] =
			1 - sums->figure[s][SQUARED] / sums->variance;
		sums->figure[s][LABEL] = sums->label;
	}
}

static void
influences(const Sums *sums, const FairPairedRow *row, int s,
           double influence[FAIR_ERROR_FIGURES])
{
	const double *figure = sums->figure[s];
	double error = row->score[s] - row->label;
	double z = row->label - sums->label;
	double more = error * error - figure[SQUARED];

	influence[SQUARED] = more;
	/* without errors the root stays at 0 */
	influence[ROOT] = figure[ROOT] > 0 ? more / (2 * figure[ROOT]) : 0;
	influence[ABSOLUTE] = fabs(error) - figure[ABSOLUTE];
	influence[R_SQUARED] =
		(z * z * figure[SQUARED] / sums->variance - error * error) /
		sums->variance;
	influence[PREDICTION] = row->score[s] - figure[PREDICTION];
	influence[LABEL] = z;
	influence[RESIDUAL] = -error - figure[RESIDUAL];
}

static void
add_moments(Sums *sums, const FairPairedRow *row)
{
	double a[FAIR_ERROR_FIGURES];
	double b[FAIR_ERROR_FIGURES];

	influences(sums, row, 0, a);
	influences(sums, row, 1, b);
	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
	{
		sums->moments[f][0] += row->weight * a[f] * a[f];
		sums->moments[f][1] += row->weight * b[f] * b[f];
		sums->moments[f][2] += row->weight * a[f] * b[f];
	}
}

static void
read_group(const Sums *sums, FairPairedEstimate *results)
{
	double rows = sums->weight * sums->weight / sums->weight_squared;

	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
	{
		FairPairedEstimate *result = &results[f];
		const double *moments = sums->moments[f];
		double scale = 1 / (sums->weight * (rows - 1));

		*result = (FairPairedEstimate){ .value = { NAN, NAN },
			                            .variance = { NAN, NAN },
			                            .covariance = NAN,
			                            .rows = sums->rows,
			                            .rarer = sums->rows };
		result->reason = "no labelled rows";
		if (sums->rows == 0)
			continue;
		result->reason = "all labels are the same";
		if (f == R_SQUARED && isnan(sums->variance))
			continue;
		result->value[0] = sums->figure[0][f];
		result->value[1] = sums->figure[1][f];
		result->reason = "fewer than two rows";
		if (!(rows >= 2))
			continue;
		result->reason = NULL;
		result->variance[0] = moments[0] * scale;
		result->variance[1] = moments[1] * scale;
		result->covariance = moments[2] * scale;
	}
}

/* One walk through all rows. */
static NumStatus
walk(NumMonitor *monitor, const FairPairedGroups *groups, Sums *sums,
     void (*add)(Sums *sums, const FairPairedRow *row))
{
	for (size_t i = 0; i < groups->n; i++)
	{
		if (i % ROWS_A_LOOK == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		add(&sums[group_of(groups, i)], &groups->rows[i]);
	}
	return NUM_OK;
}

NumStatus
fair_paired_errors(NumArena *arena, NumMonitor *monitor,
                   const FairPairedGroups *groups, FairPairedEstimate *results)
{
	size_t n_groups = groups->n_groups;
	Sums *sums = arena_alloc(arena, n_groups, sizeof(Sums));
	NumStatus status;

	if (sums == NULL)
		return NUM_NO_MEMORY;
	memset(sums, 0, n_groups * sizeof(Sums));
	status = walk(monitor, groups, sums, add_row);
	for (size_t g = 0; g < n_groups; g++)
		take_means(&sums[g]);
	if (status == NUM_OK)
		status = walk(monitor, groups, sums, add_spread_of_labels);
	for (size_t g = 0; g < n_groups; g++)
		take_figures(&sums[g]);
	if (status == NUM_OK)
		status = walk(monitor, groups, sums, add_moments);
	for (size_t g = 0; g < n_groups; g++)
		read_group(&sums[g], &results[g * FAIR_ERROR_FIGURES]);
	arena_release(arena, sums, n_groups, sizeof(Sums));
	return status;
}
