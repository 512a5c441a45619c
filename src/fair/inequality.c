/*
 * inequality.c
 *    Generalized entropy of what decisions give to people.
 */
#include "fair/inequality.h"

#include <math.h>
#include <stdbool.h>

#include "num/special.h"

/* Benefits of a table: how many have 0, 1 and 2. */
static void
count_benefits(const FairCells *cells, double count[3])
{
	count[0] = cells->weight[1][0];
	count[1] = cells->weight[0][0] + cells->weight[1][1];
	count[2] = cells->weight[0][1];
}

static double
mean_benefit(const double count[3])
{
	return (count[1] + 2 * count[2]) / (count[0] + count[1] + count[2]);
}

/* What one row with 'share' of the mean benefit adds. */
static double
entropy_of(double share, double alpha)
{
	if (alpha == 0)
		return -num_log(share);
	if (alpha == 1)
		return share > 0 ? share * num_log(share) : 0;
	if (alpha == 2)
		return (share * share - 1) / 2;
	if (!(share > 0))
		return (alpha > 0 ? -1 : INFINITY) / (alpha * (alpha - 1));
	return (num_exp(alpha * num_log(share)) - 1) / (alpha * (alpha - 1));
}

double
fair_entropy(const FairCells *cells, double alpha)
{
	double count[3];
	double mean;
	double sum = 0;

	count_benefits(cells, count);
	mean = mean_benefit(count);
	if (!(mean > 0))
		return NAN;
	for (int b = 0; b < 3; b++)
		if (count[b] > 0)
			sum += count[b] * entropy_of(b / mean, alpha);
	return sum / (count[0] + count[1] + count[2]);
}

double
fair_entropy_between(const FairCells *groups, int n_groups, double alpha)
{
	double all[3] = { 0, 0, 0 };
	double mean;
	double sum = 0;

	for (int g = 0; g < n_groups; g++)
	{
		double count[3];

		count_benefits(&groups[g], count);
		for (int b = 0; b < 3; b++)
			all[b] += count[b];
	}
	mean = mean_benefit(all);
	if (!(mean > 0))
		return NAN;
	for (int g = 0; g < n_groups; g++)
	{
		double count[3];
		double weight;

		count_benefits(&groups[g], count);
		weight = count[0] + count[1] + count[2];
		if (weight > 0)
			sum += weight * entropy_of(mean_benefit(count) / mean, alpha);
	}
	return sum / (all[0] + all[1] + all[2]);
}
