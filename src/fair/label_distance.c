/*
 * label_distance.c
 *    How far the labels of one group are from those of everybody else.
 */
#include "fair/label_distance.h"

#include <math.h>

#include "num/special.h"

static double
sum_of(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return sum;
}

/* p ln(p / q); infinite where q is 0 and p is not. */
static double
divergence(double p, double q)
{
	if (!(p > 0))
		return 0;
	return q > 0 ? p * (num_log(p) - num_log(q)) : INFINITY;
}

void
fair_label_distance(const FairLabelSides *sides, FairLabelDistance *distance)
{
	double total_a = sum_of(sides->a, sides->n_labels);
	double total_d = sum_of(sides->d, sides->n_labels);
	double weight = sides->weight_a + sides->weight_d;
	double squares = 0;

	distance->class_imbalance =
		weight > 0 ? (sides->weight_a - sides->weight_d) / weight : NAN;
	distance->dpl = NAN;
	distance->kl = distance->js = distance->lp = NAN;
	distance->tvd = distance->ks = NAN;
	if (!(total_a > 0) || !(total_d > 0))
		return;
	distance->kl = distance->js = distance->tvd = distance->ks = 0;
	if (sides->positive != NULL)
		distance->dpl = 0;
	for (size_t k = 0; k < sides->n_labels; k++)
	{
		double a = sides->a[k] / total_a;
		double d = sides->d[k] / total_d;
		double gap = fabs(a - d);

		distance->kl += divergence(a, d);
		distance->js +=
			(divergence(a, (a + d) / 2) + divergence(d, (a + d) / 2)) / 2;
		squares += gap * gap;
		distance->tvd += gap / 2;
		if (gap > distance->ks)
			distance->ks = gap;
		if (sides->positive != NULL)
			distance->dpl += sides->positive[k] * (a - d);
	}
	distance->lp = sqrt(squares);
	/* neither is, but for the last bits */
	distance->kl = distance->kl < 0 ? 0 : distance->kl;
	distance->js = distance->js < 0 ? 0 : distance->js;
}

double
fair_cddl(size_t n_strata, const double (*d)[2], const double (*all)[2])
{
	double weighted = 0;
	double weight = 0;

	for (size_t s = 0; s < n_strata; s++)
	{
		double rows = all[s][0] + all[s][1];
		double rejected = all[s][0] > 0 ? d[s][0] / all[s][0] : 0;
		double accepted = all[s][1] > 0 ? d[s][1] / all[s][1] : 0;

		weighted += rows * (rejected - accepted);
		weight += rows;
	}
	return weight > 0 ? weighted / weight : NAN;
}
