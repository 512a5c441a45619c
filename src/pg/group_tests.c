/*
 * group_tests.c
 *    Each group of a fairness_stats against a reference or all others: the
 *    difference and the ratio of a rate, tested, the tests adjusted for their
 *    number.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/adjust.h"
#include "fair/disparity.h"
#include "fair/metric.h"
#include "fair/significance.h"
#include "fair/tally.h"
#include "pg/disparity.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/report.h"
#include "pg/rows.h"
#include "pg/statistics.h"

/* What a call asks for. */
typedef struct GroupTests
{
	FairnessGroups groups;
	FairCells *others; /* [n_groups] what each group is compared with */
	int metric;
	int reference; /* -1: all other groups as one */
	bool whole;    /* no weights */
	double level;
	FairRateTest *tests; /* [n_groups] */
	double *adjusted;    /* [n_groups] */
} GroupTests;

static void
read_args(FunctionCallInfo fcinfo, GroupTests *tests)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	FairnessGroups *groups = &tests->groups;
	Size n;

	tests->metric = outcome_metric_number(name);
	if (!fair_metric_is_share(tests->metric))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("metric \"%s\" is no share of rows and cannot be "
		                "tested",
		                name)));
	tests->level = stats_level(fcinfo, 4);
	fairness_groups_arg(fcinfo, groups);
	tests->reference =
		PG_ARGISNULL(2) ? -1
						: disparity_group_arg(fcinfo, 2, "reference", groups);
	n = (Size) Max(groups->n_groups, 1);
	tests->others = palloc(sizeof(FairCells) * n);
	tests->tests = palloc(sizeof(FairRateTest) * n);
	tests->adjusted = palloc(sizeof(double) * n);
	tests->whole = true;
	for (int g = 0; g < groups->n_groups; g++)
	{
		tests->whole =
			tests->whole && !fair_tally_weighted(groups->entries[g].tally);
		tests->others[g] =
			tests->reference >= 0
				? groups->cells[tests->reference]
				: fair_cells_but(groups->cells, groups->n_groups, g);
	}
}

/* Successes and rows of a metric: rows, or effective ones under weights. */
static void
count(const GroupTests *tests, const FairCells *cells, double *successes,
      double *n)
{
	FairMetricValue value;

	fair_metric_value(tests->metric, cells, tests->level, &value);
	*n = tests->whole ? (double) value.rows : value.effective;
	*successes = isnan(value.value) ? 0 : fmin(value.value * *n, *n);
	if (tests->whole)
		*successes = rint(*successes);
}

/* Tests every group but the reference; of two groups that are compared with
 * each other there is one test, which stands at the first. */
static void
test_groups(GroupTests *tests, FairAdjustment adjustment)
{
	int n_groups = tests->groups.n_groups;
	NumArena arena;
	NumMonitor monitor;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	for (int g = 0; g < n_groups; g++)
	{
		FairTwoRates two;

		CHECK_FOR_INTERRUPTS();
		tests->adjusted[g] = NAN;
		if (g == tests->reference)
			continue;
		count(tests, &tests->groups.cells[g], &two.successes[0], &two.n[0]);
		count(tests, &tests->others[g], &two.successes[1], &two.n[1]);
		report_status(
			fair_rate_test(&two, tests->whole, &monitor, &tests->tests[g]),
			NULL, "tests of groups");
		if (n_groups > 2 || g == 0 || tests->reference >= 0)
			tests->adjusted[g] = tests->tests[g].p;
	}
	report_status(fair_adjust(&arena, &monitor, adjustment, tests->adjusted,
	                          (size_t) n_groups, tests->adjusted),
	              &arena, "p-values");
	if (n_groups == 2 && tests->reference < 0)
		tests->adjusted[1] = tests->adjusted[0];
}

static void
put_text(RowMaker *row, const FairnessGroups *groups, int group)
{
	row_put_text(row, group < 0 ? NULL : disparity_group_name(groups, group));
}

static void
put_comparison(RowMaker *row, const FairComparison *comparison, FairOperator op,
               double level)
{
	FairInterval interval = fair_reference_interval(comparison, op, level);
	FairDisparity disparity;

	fair_disparity(comparison, op, NULL, &disparity);
	row_put_real(row, disparity.value);
	row_put_end(row, interval.low);
	row_put_end(row, interval.high);
}

static void
add_row(const GroupTests *tests, int g, Rows *rows)
{
	const FairRateTest *test = &tests->tests[g];
	/* the group, and what it is compared with, as two groups */
	FairCells cells[2] = { tests->groups.cells[g], tests->others[g] };
	FairComparison comparison = { cells, 2, tests->metric, 1, 0 };
	FairMetricValue value[2];
	RowMaker row;

	for (int i = 0; i < 2; i++)
		fair_metric_value(tests->metric, &cells[i], tests->level, &value[i]);
	row_begin_among(&row, rows);
	put_text(&row, &tests->groups, g);
	put_text(&row, &tests->groups, tests->reference);
	row_put(&row, Int64GetDatum((int64) value[0].rows));
	row_put_real(&row, value[0].value);
	row_put(&row, Int64GetDatum((int64) value[1].rows));
	row_put_real(&row, value[1].value);
	put_comparison(&row, &comparison, FAIR_DIFFERENCE_TO_REFERENCE,
	               tests->level);
	put_comparison(&row, &comparison, FAIR_RATIO_TO_REFERENCE, tests->level);
	row_put_text(&row, isnan(test->p) ? NULL : test->exact ? "fisher" : "z");
	row_put_real(&row, test->p);
	row_put_real(&row, test->fisher.mid_p);
	row_put_real(&row, test->z.statistic);
	row_put_real(&row, tests->adjusted[g]);
	row_put_text(&row, value[0].reason != NULL ? value[0].reason
	                   : value[1].reason != NULL
	                       ? (tests->reference < 0
	                              ? "no other group has the metric"
	                              : "the reference does not have the metric")
	                       : NULL);
	row_end_among(&row, rows);
}

/* group_tests(fairness_stats, metric text, reference text, adjustment text,
 * level float8) returns a row for each group but the reference. */
FAIRPG_FUNCTION(fairpg_group_tests);

Datum
fairpg_group_tests(PG_FUNCTION_ARGS)
{
	GroupTests tests;
	Rows rows;

	rows_begin(&rows, fcinfo, 18);
	for (int a = 0; a < 5; a++)
		if (a != 2 && PG_ARGISNULL(a))
			PG_RETURN_NULL();
	read_args(fcinfo, &tests);
	test_groups(&tests, statistics_adjustment(fcinfo, 3));
	for (int g = 0; g < tests.groups.n_groups; g++)
		if (g != tests.reference)
			add_row(&tests, g, &rows);
	PG_RETURN_NULL();
}
