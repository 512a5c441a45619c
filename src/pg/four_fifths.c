/*
 * four_fifths.c
 *    The selection rate of each group by that of the group that is selected
 *    most, against four fifths.
 *
 * The reference is the group with the highest rate among those that are large
 * enough to be one and whose value is known: three people who were all taken
 * are no measure for others.  It is taken as given, so an interval says
 * nothing about which group came out on top.
 *
 * Reference: Uniform Guidelines on Employee Selection Procedures, 29 CFR
 * 1607.4 D (1978).
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/adjust.h"
#include "fair/decision.h"
#include "fair/metric.h"
#include "fair/significance.h"
#include "pg/encode.h"
#include "pg/evaluation.h"
#include "pg/report.h"

#define FOUR_FIFTHS 0.8

/* A group's selections, as a test and an interval take them. */
typedef struct Selected
{
	double successes;
	double n; /* rows, or effective ones under weights */
	double rate;
} Selected;

typedef struct FourFifths
{
	const FigureSettings *settings;
	const FigureAttribute *attribute;
	bool whole; /* no weights */
	Selected *selected;
	int reference; /* -1: none */
	StoreRatio *rows;
	double *p;
} FourFifths;

/* Whether every row weighs 1. */
static bool
is_whole(const FairCells *cells)
{
	for (int d = 0; d < 2; d++)
	{
		for (int y = 0; y < 2; y++)
			if (cells->weight[y][d] != (double) cells->rows[y][d] ||
			    cells->weight_squared[y][d] != (double) cells->rows[y][d])
				return false;
		if (cells->unlabelled_weight[d] != (double) cells->unlabelled_rows[d] ||
		    cells->unlabelled_weight_squared[d] !=
		        (double) cells->unlabelled_rows[d])
			return false;
	}
	return true;
}

static int64
count_selected(const FairCells *cells)
{
	return (int64) (cells->rows[0][1] + cells->rows[1][1] +
	                cells->unlabelled_rows[1]);
}

/* The rows as far as a group alone tells, and the reference. */
static void
measure_groups(FourFifths *work)
{
	int metric = fair_metric_find("selection_rate");
	const FigureAttribute *attribute = work->attribute;
	double highest = 0;

	work->whole = true;
	for (int g = 0; g < attribute->n_groups; g++)
		work->whole = work->whole && is_whole(&attribute->groups[g].cells);
	work->reference = -1;
	for (int g = 0; g < attribute->n_groups; g++)
	{
		const FigureGroup *group = &attribute->groups[g];
		Selected *selected = &work->selected[g];
		FairMetricValue rate;
		bool small;

		fair_metric_value(metric, &group->cells, work->settings->level, &rate);
		small = rate.rows < (uint64) work->settings->min_group;
		selected->rate = rate.value;
		selected->n = work->whole ? (double) rate.rows : rate.effective;
		selected->successes =
			work->whole         ? (double) count_selected(&group->cells)
			: isnan(rate.value) ? 0
								: fmin(rate.value * selected->n, selected->n);
		work->rows[g] = (StoreRatio){ .attribute = attribute->name,
			                          .group_name = group->name,
			                          .n = (int64) rate.rows,
			                          .selected = count_selected(&group->cells),
			                          .selection_rate = rate.value,
			                          .reference_rate = NAN,
			                          .ratio = NAN,
			                          .low = NAN,
			                          .high = NAN,
			                          .p_value = NAN,
			                          .p_adjusted = NAN,
			                          .flag = small ? "small" : NULL,
			                          .reason = rate.reason };
		if (!small && strcmp(group->name, UNKNOWN_GROUP) != 0 &&
		    rate.value > highest)
		{
			highest = rate.value;
			work->reference = g;
		}
	}
}

/* Sets one group against the reference. */
static void
compare_group(FourFifths *work, int g)
{
	FairConstraint constraint = { .kind = FAIR_MIN_RATIO,
		                          .bound = FOUR_FIFTHS };
	const Selected *of = &work->selected[g];
	const Selected *to = &work->selected[work->reference];
	FairTwoRates two = { { of->successes, to->successes }, { of->n, to->n } };
	StoreRatio *row = &work->rows[g];
	FairDecision decision;
	FairRateTest test;

	CHECK_FOR_INTERRUPTS();
	row->reference_group = work->attribute->groups[work->reference].name;
	row->reference_rate = to->rate;
	if (isnan(of->rate))
		return;
	/* rounded once: where it is four fifths, it is the number 0.8 */
	row->ratio = work->whole ? of->successes * to->n / (of->n * to->successes)
	                         : of->rate / to->rate;
	if (g == work->reference)
		return;
	fair_decide(&two, &constraint, work->settings->level,
	            fair_interval_methods(FAIR_OF_RATIO), &decision);
	row->low = decision.low;
	row->high = decision.high;
	row->verdict = decision.verdict;
	if (strcmp(decision.verdict, "insufficient") == 0 &&
	    decision.rows_needed <= FAIR_ROWS_MAX)
		row->rows_needed = (int64) ceil(decision.rows_needed);
	report_status(
		fair_rate_test(&two, work->whole, work->settings->monitor, &test), NULL,
		"tests of groups");
	row->p_value = test.p;
}

StoreRatio *
four_fifths(const FigureSettings *settings, const FigureAttribute *attribute)
{
	Size n = (Size) Max(attribute->n_groups, 1);
	FourFifths work = { .settings = settings,
		                .attribute = attribute,
		                .selected = palloc(sizeof(Selected) * n),
		                .rows = palloc(sizeof(StoreRatio) * n),
		                .p = palloc(sizeof(double) * n) };

	measure_groups(&work);
	for (int g = 0; g < attribute->n_groups; g++)
	{
		if (work.reference >= 0)
			compare_group(&work, g);
		else if (work.rows[g].reason == NULL)
			work.rows[g].reason =
				"no group is large enough and selected at all";
		work.p[g] = work.rows[g].p_value;
	}
	report_status(fair_adjust(settings->arena, settings->monitor, FAIR_HOLM,
	                          work.p, (size_t) attribute->n_groups, work.p),
	              settings->arena, "p-values");
	for (int g = 0; g < attribute->n_groups; g++)
		work.rows[g].p_adjusted = work.p[g];
	return work.rows;
}
