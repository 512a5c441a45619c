/*
 * agreement.c
 *    How far several people agree who gave labels to the same rows.
 */
#include "fair/agreement.h"

#include <math.h>
#include <string.h>

#include "fair/interval.h"
#include "num/special.h"

/* The labels of a row by class. */
typedef struct Unit
{
	double count[FAIR_MOST_CLASSES + 1]; /* by class, [0] of none */
	double labels;
	double disagreeing; /* ordered pairs of labels that differ */
} Unit;

static void
read_unit(const FairRatings *ratings, size_t row, Unit *unit)
{
	const uint8_t *label = ratings->label + row * ratings->raters;

	memset(unit->count, 0, (ratings->classes + 1) * sizeof(double));
	for (size_t r = 0; r < ratings->raters; r++)
		unit->count[label[r]] += 1;
	unit->labels = (double) ratings->raters - unit->count[0];
	unit->disagreeing = 0;
	for (uint32_t c = 1; c <= ratings->classes; c++)
		unit->disagreeing += unit->count[c] * (unit->labels - unit->count[c]);
}

/* Share of pairs of a row's labels that differ; it has two labels. */
static double
disagreement_of(const Unit *unit)
{
	return unit->disagreeing / (unit->labels * (unit->labels - 1));
}

/* Sums over rows with two labels or more. */
typedef struct Totals
{
	size_t rows;
	double labels;
	double disagreement; /* of disagreement_of() */
	double weighted;     /* of the same times labels */
	double count[FAIR_MOST_CLASSES + 1];
	double least; /* labels of a row */
	double most;
} Totals;

static Totals
sum_up(const FairRatings *ratings)
{
	Totals totals = { .least = INFINITY };
	Unit unit;

	for (size_t i = 0; i < ratings->n; i++)
	{
		read_unit(ratings, i, &unit);
		if (unit.labels < 2)
			continue;
		totals.rows++;
		totals.labels += unit.labels;
		totals.disagreement += disagreement_of(&unit);
		totals.weighted += disagreement_of(&unit) * unit.labels;
		totals.least = fmin(totals.least, unit.labels);
		totals.most = fmax(totals.most, unit.labels);
		for (uint32_t c = 1; c <= ratings->classes; c++)
			totals.count[c] += unit.count[c];
	}
	return totals;
}

/* A coefficient's disagreement by that of chance, which is 'chance', with the sum
 * of squared influences of rows on the ratio. */
static void
finish(double ratio, double chance, double squares, double level,
       FairAgreement *agreement)
{
	double z = num_normal_quantile((1 + level) / 2);
	double n = (double) agreement->rows;
	/* where nobody disagrees, a row that did would count as much as this */
	double a = ratio > 0 ? squares * n / (n - 1) / ratio : 1 / (n * chance);
	double half = z * sqrt(a * ratio + z * z * a * a / 4);

	agreement->value = 1 - ratio;
	if (n < 2)
		return;
	agreement->low = fmax(-1, 1 - (ratio + z * z * a / 2 + half));
	agreement->high = fmin(1, 1 - (ratio + z * z * a / 2 - half));
}

static void
begin(const Totals *totals, FairAgreement *agreement)
{
	agreement->value = agreement->low = agreement->high = NAN;
	agreement->rows = totals->rows;
}

void
fair_agreement_rate(const FairRatings *ratings, double level,
                    FairAgreement *agreement)
{
	Totals totals = sum_up(ratings);
	double n = (double) totals.rows;
	double mean;
	double squares = 0;
	double rows;
	Unit unit;

	begin(&totals, agreement);
	if (totals.rows == 0)
		return;
	mean = 1 - totals.disagreement / n;
	for (size_t i = 0; i < ratings->n; i++)
	{
		read_unit(ratings, i, &unit);
		if (unit.labels < 2)
			continue;
		squares += (1 - disagreement_of(&unit) - mean) *
		           (1 - disagreement_of(&unit) - mean);
	}
	/* a mean of shares varies no more than one of zeros and ones */
	rows = squares > 0 ? n * fmax(1, mean * (1 - mean) / (squares / n)) : n;
	agreement->value = mean;
	fair_wilson(mean, rows, level, &agreement->low, &agreement->high);
}

/*
 * With n labels, n_c of class c, and A the sum of labels times disagreement,
 * alpha = 1 - (n - 1) A / E, where E = n^2 - sum of n_c^2.  The influence of a row
 * with m labels, m_c of class c, is the differential of that ratio.
 */
void
fair_krippendorff_alpha(const FairRatings *ratings, double level,
                        FairAgreement *agreement)
{
	Totals totals = sum_up(ratings);
	double n = totals.labels;
	double pairs = n * n;
	double squares = 0;
	double ratio;
	Unit unit;

	begin(&totals, agreement);
	for (uint32_t c = 1; c <= ratings->classes; c++)
		pairs -= totals.count[c] * totals.count[c];
	if (!(pairs > 0))
		return;
	ratio = (n - 1) * totals.weighted / pairs;
	for (size_t i = 0; i < ratings->n; i++)
	{
		double shared = 0;
		double influence;

		read_unit(ratings, i, &unit);
		if (unit.labels < 2)
			continue;
		for (uint32_t c = 1; c <= ratings->classes; c++)
			shared += totals.count[c] * unit.count[c];
		influence = (unit.labels * totals.weighted +
		             (n - 1) * unit.labels * disagreement_of(&unit)) /
		                pairs -
		            ratio * 2 * (n * unit.labels - shared) / pairs;
		squares += influence * influence;
	}
	finish(ratio, pairs / (n * n), squares, level, agreement);
}

/* kappa = 1 - D / (1 - sum of p_c^2), D the mean disagreement of rows and p_c the
 * shares of labels. */
void
fair_fleiss_kappa(const FairRatings *ratings, double level,
                  FairAgreement *agreement)
{
	Totals totals = sum_up(ratings);
	double rows = (double) totals.rows;
	double chance = 1;
	double squares = 0;
	double ratio;
	Unit unit;

	begin(&totals, agreement);
	for (uint32_t c = 1; c <= ratings->classes && totals.labels > 0; c++)
		chance -=
			totals.count[c] / totals.labels * (totals.count[c] / totals.labels);
	if (totals.rows == 0 || totals.least != totals.most || !(chance > 1e-15))
		return;
	ratio = totals.disagreement / rows / chance;
	for (size_t i = 0; i < ratings->n; i++)
	{
		double shared = 0;
		double influence;

		read_unit(ratings, i, &unit);
		if (unit.labels < 2)
			continue;
		for (uint32_t c = 1; c <= ratings->classes; c++)
		{
			double share = totals.count[c] / totals.labels;

			shared += share * (unit.count[c] / unit.labels - share);
		}
		influence = (disagreement_of(&unit) - totals.disagreement / rows) /
		                chance / rows +
		            ratio * 2 * shared / chance / rows;
		squares += influence * influence;
	}
	finish(ratio, chance, squares, level, agreement);
}

/* Labels of two raters by class. */
typedef struct Pair
{
	size_t rows;
	double disagreeing;
	double first[FAIR_MOST_CLASSES + 1];
	double second[FAIR_MOST_CLASSES + 1];
} Pair;

static Pair
count_pair(const FairRatings *ratings, const size_t pair[2])
{
	Pair counts = { .rows = 0 };

	for (size_t i = 0; i < ratings->n; i++)
	{
		const uint8_t *label = ratings->label + i * ratings->raters;
		uint8_t a = label[pair[0]];
		uint8_t b = label[pair[1]];

		if (a == 0 || b == 0)
			continue;
		counts.rows++;
		counts.disagreeing += a != b;
		counts.first[a] += 1;
		counts.second[b] += 1;
	}
	return counts;
}

/* kappa = 1 - D / (1 - sum of r_c s_c), r and s the shares of both raters. */
void
fair_cohen_kappa(const FairRatings *ratings, const size_t pair[2], double level,
                 FairAgreement *agreement)
{
	Pair counts = count_pair(ratings, pair);
	double n = (double) counts.rows;
	double agreeing = 0;
	double squares = 0;
	double ratio;

	agreement->value = agreement->low = agreement->high = NAN;
	agreement->rows = counts.rows;
	for (uint32_t c = 1; c <= ratings->classes && counts.rows > 0; c++)
		agreeing += counts.first[c] / n * (counts.second[c] / n);
	if (counts.rows == 0 || !(1 - agreeing > 1e-15))
		return;
	ratio = counts.disagreeing / n / (1 - agreeing);
	for (size_t i = 0; i < ratings->n; i++)
	{
		const uint8_t *label = ratings->label + i * ratings->raters;
		uint8_t a = label[pair[0]];
		uint8_t b = label[pair[1]];
		double influence;

		if (a == 0 || b == 0)
			continue;
		influence =
			((a != b) - counts.disagreeing / n) / (1 - agreeing) / n +
			ratio *
				(counts.second[a] / n + counts.first[b] / n - 2 * agreeing) /
				(1 - agreeing) / n;
		squares += influence * influence;
	}
	finish(ratio, 1 - agreeing, squares, level, agreement);
}

uint8_t
fair_majority(const FairRatings *ratings, size_t row)
{
	Unit unit;
	uint32_t best = 0;
	double most = 0;

	read_unit(ratings, row, &unit);
	for (uint32_t c = 1; c <= ratings->classes; c++)
		if (unit.count[c] > most)
		{
			most = unit.count[c];
			best = c;
		}
		else if (unit.count[c] == most)
			best = 0;
	return (uint8_t) best;
}
