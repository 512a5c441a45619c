/*
 * test_fair_label_distance.c
 *    Distances between the labels of two groups, by published figures.
 */
#include "fair/label_distance.h"

#include "unit.h"

static FairLabelDistance
distance_of(size_t n, const double *a, const double *d, const double *positive)
{
	FairLabelSides sides = { n, a, d, 0, 0, positive };
	FairLabelDistance distance;

	for (size_t k = 0; k < n; k++)
	{
		sides.weight_a += a[k];
		sides.weight_d += d[k];
	}
	fair_label_distance(&sides, &distance);
	return distance;
}

/* ProPublica's COMPAS, two_year_recid of Caucasian (a) and African-American
 * (d): 1281 without and 822 with, 1514 and 1661.  The figures are those of the
 * formulas of Clarify, computed with 16 digits. */
static void
figures_of_compas_are_those_of_clarify(void)
{
	const double a[] = { 1281, 822 };
	const double d[] = { 1514, 1661 };
	const double positive[] = { 0, 1 };
	FairLabelDistance distance = distance_of(2, a, d, positive);

	CHECK_NEAR(distance.class_imbalance, -0.20310723758999621, 1e-15);
	CHECK_NEAR(distance.dpl, -0.1322794208498545, 1e-15);
	CHECK_NEAR(distance.kl, 0.035196877998369916, 1e-15);
	CHECK_NEAR(distance.js, 0.00884095015159454, 1e-15);
	CHECK_NEAR(distance.lp, 0.18707135098872255, 1e-15);
	CHECK_NEAR(distance.tvd, 0.13227942084985447, 1e-15);
	CHECK_NEAR(distance.ks, 0.1322794208498545, 1e-15);
}

/* Clarify's own test has a facet without one of the labels; the figures of
 * the full support, by exact arithmetic. */
static void
a_label_that_one_side_lacks_counts_as_none(void)
{
	const double a[] = { 2, 3 };
	const double d[] = { 1, 0 };
	FairLabelDistance distance = distance_of(2, a, d, NULL);

	CHECK(isinf(distance.kl) && distance.kl > 0);
	CHECK_NEAR(distance.js, 0.27435846855026524, 1e-15);
	CHECK_NEAR(distance.lp, 0.848528137423857, 1e-15);
	CHECK_NEAR(distance.tvd, 0.6, 1e-15);
	CHECK_NEAR(distance.ks, 0.6, 1e-15);
	CHECK(isnan(distance.dpl));
	/* the other way round a has the label for certain */
	distance = distance_of(2, d, a, NULL);
	CHECK_NEAR(distance.kl, log(1 / 0.4), 1e-15);
}

static void
equal_shares_have_no_distance(void)
{
	const double a[] = { 10, 20, 30 };
	const double d[] = { 1, 2, 3 };
	FairLabelDistance distance = distance_of(3, a, d, NULL);

	CHECK(distance.kl == 0 && distance.js == 0 && distance.lp == 0);
	CHECK(distance.tvd == 0 && distance.ks == 0);
	CHECK_NEAR(distance.class_imbalance, 54.0 / 66, 1e-15);
}

static void
a_side_without_labels_has_no_distance(void)
{
	const double a[] = { 10, 20 };
	const double none[] = { 0, 0 };
	FairLabelDistance distance = distance_of(2, a, none, NULL);

	CHECK(isnan(distance.kl) && isnan(distance.js) && isnan(distance.ks));
	CHECK(distance.class_imbalance == 1);
	distance = distance_of(2, none, none, NULL);
	CHECK(isnan(distance.class_imbalance));
}

static void
strata_are_weighted_by_their_rows(void)
{
	/* of 10 rows 4 negative, one of d; of 30 rows no positive ones */
	const double d[][2] = { { 1, 3 }, { 12, 0 } };
	const double all[][2] = { { 4, 6 }, { 30, 0 } };

	CHECK_NEAR(fair_cddl(1, d, all), 0.25 - 0.5, 1e-15);
	CHECK_NEAR(fair_cddl(2, d, all), (10 * -0.25 + 30 * 0.4) / 40, 1e-15);
	CHECK(isnan(fair_cddl(0, d, all)));
}

int
main(void)
{
	RUN(figures_of_compas_are_those_of_clarify);
	RUN(a_label_that_one_side_lacks_counts_as_none);
	RUN(equal_shares_have_no_distance);
	RUN(a_side_without_labels_has_no_distance);
	RUN(strata_are_weighted_by_their_rows);
	return unit_end();
}
