/*
 * missing.c
 *    Which values are missing, and of whom.
 *
 * Rows count here, not weights: a value is missing in a row.  Every column with
 * missing values is tested against every group, so p-values are held by
 * Holm's procedure over all of these tests together.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "fair/adjust.h"
#include "fair/interval.h"
#include "fair/significance.h"
#include "pg/check/check.h"

/* expected cells below this are for the exact test */
#define LEAST_EXPECTED 5

/* Fisher's test beyond this many rows gives what the other one does. */
#define EXACT_ROWS 1e6

/* A column against a group. */
typedef struct MissingTest
{
	const CheckAttribute *attribute;
	const CheckGroup *group;
	int feature;
	FairTwoRates rates; /* of the group, of the rest */
} MissingTest;

static uint64
missing_rows(const CheckFeature *feature)
{
	return feature->n_null + feature->n_stand_in;
}

/* The exact test where few rows are expected, else that of z; as
 * significance.h says. */
static double
p_value(CheckCall *call, const MissingTest *test)
{
	const FairTwoRates *two = &test->rates;
	double n = two->n[0] + two->n[1];
	double missing = two->successes[0] + two->successes[1];
	double rarer = fmin(missing, n - missing);
	double smaller = fmin(two->n[0], two->n[1]);
	FairTest result;

	if (!(smaller > 0) || !(rarer > 0))
		return NAN;
	if (n <= EXACT_ROWS &&
	    (rarer * smaller / n < LEAST_EXPECTED || smaller < call->min_group))
		check_status(call, fair_fisher(two, &call->monitor, &result));
	else
		fair_two_proportions(two, &result);
	return result.p;
}

static void
put_column(const CheckCall *call, const CheckFeature *feature)
{
	CheckRow row = check_row("missing", "missing_share");
	uint64 missing = missing_rows(feature);

	row.column = feature->input.name;
	row.value = (double) missing / (double) call->n_rows;
	fair_wilson(row.value, (double) call->n_rows, call->level, &row.low,
	            &row.high);
	row.n = (int64) call->n_rows;
	row.severity = rules_judge(&call->rules, RULE_MISSING, row.value);
	row.fact = psprintf(
		"Column \"%s\" has no value in %s of the rows: NULL in " UINT64_FORMAT
		", a text that stands for a missing value in " UINT64_FORMAT ".",
		row.column, check_percent(row.value), feature->n_null,
		feature->n_stand_in);
	if (feature->n_stand_in > 0)
		row.advice = "A text that stands for NULL is learnt as a value of its "
					 "own: make NULL of it.";
	else if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "Find out why, and whether the column will be there when "
					 "people are decided about.";
	check_put(call, &row);
}

static void
put_test(const CheckCall *call, const MissingTest *test, double p, size_t n)
{
	const FairTwoRates *two = &test->rates;
	CheckRow row = check_row("missing", "missing_gap");
	FairInterval interval = fair_newcombe(two, call->level);
	double rates[2] = { two->successes[0] / two->n[0],
		                two->successes[1] / two->n[1] };

	row.attribute = test->attribute->name;
	row.group = test->group->name;
	row.column = call->features[test->feature].input.name;
	row.value = rates[0] - rates[1];
	row.low = interval.low;
	row.high = interval.high;
	row.n = (int64) test->group->rows;
	if (p <= 1 - call->level)
		row.severity = rules_judge(&call->rules, RULE_MISSING_GAP,
		                           fmax(interval.low, -interval.high));
	row.fact = psprintf("Column \"%s\" is missing in %s of group \"%s\" and in "
	                    "%s of the rest (p = %.2g by Holm over %zu tests).",
	                    row.column, check_percent(rates[0]), row.group,
	                    check_percent(rates[1]), p, n);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "Values are missing by group: filling them in is not "
					 "neutral, and that they are missing tells the group.";
	check_put(call, &row);
}

/* Every column with missing values against every group that has others beside
 * it. */
static size_t
list_tests(const CheckCall *call, MissingTest *tests)
{
	size_t n = 0;

	for (int f = 0; f < call->n_features; f++)
	{
		double missing = (double) missing_rows(&call->features[f]);

		for (int a = 0; a < call->n_attributes && missing > 0; a++)
		{
			const CheckAttribute *attribute = &call->attributes[a];

			for (int g = 0; g < attribute->n_groups; g++)
			{
				const CheckGroup *group = &attribute->groups[g];
				MissingTest *test = &tests[n];

				if (attribute->n_groups < 2 || attribute->crowded)
					continue;
				n++;
				test->attribute = attribute;
				test->group = group;
				test->feature = f;
				test->rates.n[0] = (double) group->rows;
				test->rates.n[1] = (double) (call->n_rows - group->rows);
				test->rates.successes[0] = (double) group->missing[f];
				test->rates.successes[1] = missing - test->rates.successes[0];
			}
		}
	}
	return n;
}

void
check_missing(CheckCall *call)
{
	Size most = 0;
	MissingTest *tests;
	double *p;
	size_t n;
	int columns = 0;

	for (int f = 0; f < call->n_features && call->n_rows > 0; f++)
		if (missing_rows(&call->features[f]) > 0)
		{
			put_column(call, &call->features[f]);
			columns++;
		}
	if (columns == 0 && call->n_rows > 0 && call->n_features > 0)
	{
		CheckRow row = check_row("missing", "missing_share");

		row.value = 0;
		row.n = (int64) call->n_rows;
		row.fact = psprintf("None of the %d features has a missing value.",
		                    call->n_features);
		check_put(call, &row);
	}
	for (int a = 0; a < call->n_attributes; a++)
		most += (Size) call->attributes[a].n_groups * (Size) columns;
	tests = MemoryContextAllocHuge(CurrentMemoryContext,
	                               sizeof(MissingTest) * (most + 1));
	p = MemoryContextAllocHuge(CurrentMemoryContext,
	                           sizeof(double) * (most + 1));
	n = list_tests(call, tests);
	for (size_t t = 0; t < n; t++)
	{
		CHECK_FOR_INTERRUPTS();
		p[t] = p_value(call, &tests[t]);
	}
	check_status(call,
	             fair_adjust(&call->arena, &call->monitor, FAIR_HOLM, p, n, p));
	for (size_t t = 0; t < n; t++)
		put_test(call, &tests[t], p[t], n);
}
