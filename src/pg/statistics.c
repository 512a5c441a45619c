/*
 * statistics.c
 *    Intervals and tests of counts that the caller brings, and p-values
 *    adjusted for their number.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "fair/adjust.h"
#include "fair/significance.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/report.h"
#include "pg/rows.h"
#include "pg/statistics.h"

/* Refuses what is no number of rows. */
static void
check_count(double count, const char *name)
{
	if (!isfinite(count))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"%s\" must be a finite number", name)));
	if (count < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"%s\" must not be negative", name)));
	if (count > FAIR_COUNT_MAX)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"%s\" is out of range", name),
		                errdetail("It must not be greater than %.0f.",
		                          FAIR_COUNT_MAX)));
}

void
statistics_check_counts(double successes, double n, const char *successes_name,
                        const char *n_name)
{
	check_count(successes, successes_name);
	check_count(n, n_name);
	if (successes > n)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"%s\" must not be greater than \"%s\"",
		                successes_name, n_name),
		         errdetail("It counts some of the rows that \"%s\" counts.",
		                   n_name)));
}

static void
check_two_rates(const FairTwoRates *two)
{
	statistics_check_counts(two->successes[0], two->n[0], "a", "n1");
	statistics_check_counts(two->successes[1], two->n[1], "b", "n2");
}

FairTwoRates
statistics_two_rates(FunctionCallInfo fcinfo)
{
	FairTwoRates two = { { PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(2) },
		                 { PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(3) } };

	check_two_rates(&two);
	return two;
}

/* proportion_interval(successes float8, n float8, level float8, method text)
 * returns interval; NULL where n is 0. */
FAIRPG_FUNCTION(fairpg_proportion_interval);

Datum
fairpg_proportion_interval(PG_FUNCTION_ARGS)
{
	double successes = PG_GETARG_FLOAT8(0);
	double n = PG_GETARG_FLOAT8(1);
	double level = stats_level(fcinfo, 2);
	const FairIntervalMethod *method = stats_method(fcinfo, 3, FAIR_OF_RATE);
	double low;
	double high;

	statistics_check_counts(successes, n, "successes", "n");
	method->of_rate(successes / n, n, level, &low, &high);
	return outcome_interval(fcinfo, low, high);
}

static Datum
two_rates_interval(FunctionCallInfo fcinfo, FairEstimand estimand)
{
	FairTwoRates two = statistics_two_rates(fcinfo);
	double level = stats_level(fcinfo, 4);
	FairInterval interval =
		stats_method(fcinfo, 5, estimand)->of_two(&two, level);

	return outcome_interval(fcinfo, interval.low, interval.high);
}

/* difference_interval(a float8, n1 float8, b float8, n2 float8, level float8,
 * method text) returns interval; NULL where n1 or n2 is 0. */
FAIRPG_FUNCTION(fairpg_difference_interval);

Datum
fairpg_difference_interval(PG_FUNCTION_ARGS)
{
	return two_rates_interval(fcinfo, FAIR_OF_DIFFERENCE);
}

/* ratio_interval(a float8, n1 float8, b float8, n2 float8, level float8,
 * method text) returns interval; NULL where n1 or n2 is 0, or the method has
 * none. */
FAIRPG_FUNCTION(fairpg_counts_ratio_interval);

Datum
fairpg_counts_ratio_interval(PG_FUNCTION_ARGS)
{
	return two_rates_interval(fcinfo, FAIR_OF_RATIO);
}

/* The row of a test: statistic, p-value, mid-p. */
static Datum
test_row(FunctionCallInfo fcinfo, const FairTest *test)
{
	RowMaker row;

	row_begin(&row, fcinfo);
	row_put_real(&row, test->statistic);
	row_put_real(&row, test->p);
	row_put_real(&row, test->mid_p);
	return row_end(&row);
}

static void
check_whole(double count, const char *name)
{
	if (count != floor(count))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"%s\" must be a whole number", name),
		         errdetail("An exact test counts rows, not their weights.")));
}

/* fisher_test(a float8, n1 float8, b float8, n2 float8) returns test_result;
 * whole numbers, float8 so that sums and counts of any type will do. */
FAIRPG_FUNCTION(fairpg_fisher_test);

Datum
fairpg_fisher_test(PG_FUNCTION_ARGS)
{
	FairTwoRates two = statistics_two_rates(fcinfo);
	NumMonitor monitor;
	FairTest test;

	check_whole(two.successes[0], "a");
	check_whole(two.n[0], "n1");
	check_whole(two.successes[1], "b");
	check_whole(two.n[1], "n2");
	check_count(two.n[0] + two.n[1], "n1 + n2");
	host_monitor_quiet(&monitor);
	report_status(fair_fisher(&two, &monitor, &test), NULL, "exact test");
	if (two.n[0] == 0 || two.n[1] == 0)
		test = (FairTest){ NAN, NAN, NAN };
	return test_row(fcinfo, &test);
}

/* z_test(a float8, n1 float8, b float8, n2 float8) returns test_result */
FAIRPG_FUNCTION(fairpg_z_test);

Datum
fairpg_z_test(PG_FUNCTION_ARGS)
{
	FairTwoRates two = statistics_two_rates(fcinfo);
	FairTest test;

	fair_two_proportions(&two, &test);
	return test_row(fcinfo, &test);
}

/* mcnemar_test(only_first float8, only_second float8) returns test_result;
 * likewise. */
FAIRPG_FUNCTION(fairpg_mcnemar_test);

Datum
fairpg_mcnemar_test(PG_FUNCTION_ARGS)
{
	double first = PG_GETARG_FLOAT8(0);
	double second = PG_GETARG_FLOAT8(1);
	NumMonitor monitor;
	FairTest test;

	check_count(first, "only_first");
	check_count(second, "only_second");
	check_whole(first, "only_first");
	check_whole(second, "only_second");
	check_count(first + second, "only_first + only_second");
	host_monitor_quiet(&monitor);
	report_status(fair_mcnemar(first, second, &monitor, &test), NULL,
	              "exact test");
	if (first + second == 0)
		test = (FairTest){ NAN, NAN, NAN };
	return test_row(fcinfo, &test);
}

/* One of four arrays of counts, without NULL, of one dimension at most. */
static const float8 *
counts_array(FunctionCallInfo fcinfo, int number, const char *name, int *n)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(number);

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
		        (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		         errmsg("argument \"%s\" must have one dimension", name)));
	if (array_contains_nulls(array))
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		         errmsg("argument \"%s\" must not contain nulls", name)));
	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (const float8 *) ARR_DATA_PTR(array);
}

/* mantel_haenszel_test(a float8[], n1 float8[], b float8[], n2 float8[],
 * level float8) returns stratified_result */
FAIRPG_FUNCTION(fairpg_mantel_haenszel_test);

Datum
fairpg_mantel_haenszel_test(PG_FUNCTION_ARGS)
{
	static const char *const names[4] = { "a", "n1", "b", "n2" };
	double level = stats_level(fcinfo, 4);
	const float8 *counts[4];
	FairTwoRates *strata;
	FairStrata result;
	RowMaker row;
	int n[4];

	for (int i = 0; i < 4; i++)
	{
		counts[i] = counts_array(fcinfo, i, names[i], &n[i]);
		if (n[i] != n[0])
			ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			                errmsg("arguments \"a\" and \"%s\" must have the "
			                       "same number of elements",
			                       names[i])));
	}
	strata = palloc(sizeof(FairTwoRates) * (Size) Max(n[0], 1));
	for (int s = 0; s < n[0]; s++)
	{
		for (int i = 0; i < 2; i++)
		{
			strata[s].successes[i] = counts[2 * i][s];
			strata[s].n[i] = counts[2 * i + 1][s];
		}
		check_two_rates(&strata[s]);
	}
	fair_mantel_haenszel(strata, (size_t) n[0], level, &result);
	row_begin(&row, fcinfo);
	row_put(&row, Int64GetDatum((int64) result.used));
	row_put_real(&row, result.test.statistic);
	row_put_real(&row, result.test.p);
	row_put_real(&row, result.odds_ratio);
	row_put_real(&row, result.ratio);
	row_put_end(&row, result.ratio_low);
	row_put_end(&row, result.ratio_high);
	row_put_real(&row, result.pooled_ratio);
	if (isnan(result.ratio) || isnan(result.pooled_ratio))
		row_put_text(&row, NULL);
	else
		row_put(&row,
		        BoolGetDatum((result.ratio < 1 && result.pooled_ratio > 1) ||
		                     (result.ratio > 1 && result.pooled_ratio < 1)));
	return row_end(&row);
}

FairAdjustment
statistics_adjustment(FunctionCallInfo fcinfo, int number)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(number));
	StringInfoData known;

	initStringInfo(&known);
	for (int a = 0; fair_adjustment_name(a) != NULL; a++)
	{
		if (strcmp(fair_adjustment_name(a), name) == 0)
			return (FairAdjustment) a;
		appendStringInfo(&known, "%s%s", a == 0 ? "" : ", ",
		                 fair_adjustment_name(a));
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("method \"%s\" is not known", name),
	                errhint("Known methods: %s.", known.data)));
	return FAIR_HOLM;
}

/* adjust_p_values(p_values float8[], method text) returns float8[]: of the
 * same shape, NULL where NULL was. */
FAIRPG_FUNCTION(fairpg_adjust_p_values);

Datum
fairpg_adjust_p_values(PG_FUNCTION_ARGS)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	FairAdjustment adjustment = statistics_adjustment(fcinfo, 1);
	NumArena arena;
	NumMonitor monitor;
	Datum *values;
	bool *nulls;
	double *p;
	int n;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
	                  TYPALIGN_DOUBLE, &values, &nulls, &n);
	p = palloc(sizeof(double) * (Size) Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		p[i] = nulls[i] ? NAN : DatumGetFloat8(values[i]);
		if (!nulls[i] && !(p[i] >= 0 && p[i] <= 1))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("element %d of argument \"p_values\" is not "
			                       "between 0 and 1",
			                       i + 1),
			                errhint("Use NULL for a test that was not made.")));
	}
	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	report_status(fair_adjust(&arena, &monitor, adjustment, p, (size_t) n, p),
	              &arena, "p-values");
	for (int i = 0; i < n; i++)
		values[i] = Float8GetDatum(p[i]);
	PG_RETURN_ARRAYTYPE_P(construct_md_array(
		values, nulls, ARR_NDIM(array), ARR_DIMS(array), ARR_LBOUND(array),
		FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
