/*
 * outcome_stats.c
 *    The type outcome_stats: one confusion table, its aggregates and its
 *    accessors.
 *
 * The state of the aggregates is the value itself, changed in place: its
 * tally is as cheap to count into as a struct would be.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "fair/metric.h"
#include "fair/tally.h"
#include "pg/export.h"
#include "pg/outcome_stats.h"

static bool outcome_valid(const uint8 *payload, Size n_bytes);
static Datum outcome_metric(FunctionCallInfo fcinfo, const char *name);

const StatsKind outcome_kind = { .letter = 'o',
	                             .type_name = "fairpg.outcome_stats",
	                             .valid = outcome_valid };

static bool
outcome_valid(const uint8 *payload, Size n_bytes)
{
	return fair_tally_valid(payload, n_bytes) &&
	       fair_tally_bytes(payload) == n_bytes;
}

struct varlena *
outcome_from_tally(const uint8 *tally)
{
	Size n_bytes = fair_tally_bytes(tally);
	struct varlena *value = stats_make(&outcome_kind, n_bytes);

	memcpy(stats_inside(value), tally, n_bytes);
	return value;
}

const uint8 *
outcome_tally_arg(FunctionCallInfo fcinfo, int number)
{
	return stats_payload(&outcome_kind, PG_GETARG_VARLENA_P(number), NULL);
}

/* The same table with room for weights, in CurrentMemoryContext. */
static struct varlena *
widen(const uint8 *tally)
{
	struct varlena *wide = stats_make(&outcome_kind, FAIR_TALLY_WEIGHTED_BYTES);

	fair_tally_widen(tally, stats_inside(wide));
	return wide;
}

/* in, out, recv, send: see stats_image.h. */
FAIRPG_FUNCTION(fairpg_outcome_stats_in);

Datum
fairpg_outcome_stats_in(PG_FUNCTION_ARGS)
{
	return stats_in(&outcome_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_outcome_stats_out);

Datum
fairpg_outcome_stats_out(PG_FUNCTION_ARGS)
{
	return stats_out(&outcome_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_outcome_stats_recv);

Datum
fairpg_outcome_stats_recv(PG_FUNCTION_ARGS)
{
	return stats_recv(&outcome_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_outcome_stats_send);

Datum
fairpg_outcome_stats_send(PG_FUNCTION_ARGS)
{
	return stats_send(&outcome_kind, fcinfo);
}

/*
 * outcomes_step(state, label boolean, decision boolean [, weight float8])
 *
 * Counts one row.  A row of weight 0 changes nothing.
 */
FAIRPG_FUNCTION(fairpg_outcomes_step);

Datum
fairpg_outcomes_step(PG_FUNCTION_ARGS)
{
	double weight = stats_weight(fcinfo, 3);
	int cell =
		fair_tally_cell(stats_boolean(fcinfo, 1), stats_boolean(fcinfo, 2));
	struct varlena *state;
	uint8 *tally;
	NumStatus status;

	stats_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
	{
		state = stats_make(&outcome_kind, FAIR_TALLY_PLAIN_BYTES);
		tally = stats_inside(state);
		fair_tally_clear(tally);
	}
	else
	{
		state = PG_GETARG_VARLENA_P(0);
		tally = stats_payload(&outcome_kind, state, NULL);
	}
	if (weight == 0)
		PG_RETURN_POINTER(state);

	status = fair_tally_add(tally, cell, weight);
	if (status == NUM_BAD_ARGUMENT)
	{
		state = widen(tally);
		status = fair_tally_add(stats_inside(state), cell, weight);
	}
	stats_check(status);
	PG_RETURN_POINTER(state);
}

/*
 * outcomes_combine(state, value)
 *
 * Adds another table; NULL on either side is an empty one.
 */
FAIRPG_FUNCTION(fairpg_outcomes_combine);

Datum
fairpg_outcomes_combine(PG_FUNCTION_ARGS)
{
	struct varlena *state;
	uint8 *tally;
	const uint8 *other;
	NumStatus status;

	stats_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = outcome_tally_arg(fcinfo, 1);
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(outcome_from_tally(other));

	state = PG_GETARG_VARLENA_P(0);
	tally = stats_payload(&outcome_kind, state, NULL);
	if (fair_tally_weighted(other) && !fair_tally_weighted(tally))
	{
		state = widen(tally);
		tally = stats_inside(state);
	}
	status = fair_tally_merge(tally, other);
	stats_check(status);
	PG_RETURN_POINTER(state);
}

/* Rows with a decision whose label is positive, or anything known. */
static int64
count_rows(const FairCells *cells, bool positive_only)
{
	uint64 rows = cells->rows[1][0] + cells->rows[1][1];

	if (!positive_only)
		rows += cells->rows[0][0] + cells->rows[0][1] +
		        cells->unlabelled_rows[0] + cells->unlabelled_rows[1];
	return (int64) rows;
}

/* n(outcome_stats) returns bigint: rows with a decision. */
FAIRPG_FUNCTION(fairpg_outcome_n);

Datum
fairpg_outcome_n(PG_FUNCTION_ARGS)
{
	FairCells cells;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	PG_RETURN_INT64(count_rows(&cells, false));
}

/* n_positive(outcome_stats) returns bigint: of these, with label true. */
FAIRPG_FUNCTION(fairpg_outcome_n_positive);

Datum
fairpg_outcome_n_positive(PG_FUNCTION_ARGS)
{
	FairCells cells;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	PG_RETURN_INT64(count_rows(&cells, true));
}

int
outcome_metric_number(const char *name)
{
	int metric = fair_metric_find(name);
	StringInfoData known;

	if (metric >= 0)
		return metric;
	initStringInfo(&known);
	for (int m = 0; m < fair_metric_count(); m++)
		appendStringInfo(&known, "%s%s", m == 0 ? "" : ", ",
		                 fair_metric_name(m));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("metric \"%s\" is not known", name),
	                errhint("Known metrics: %s.", known.data)));
	return -1;
}

/* The metric of that name of the first argument; NULL when undefined. */
static Datum
outcome_metric(FunctionCallInfo fcinfo, const char *name)
{
	FairCells cells;
	FairMetricValue value;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	fair_metric_value(outcome_metric_number(name), &cells, 0.95, &value);
	if (isnan(value.value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value.value);
}

/* tpr(outcome_stats) and so on: one accessor for each metric of
 * fair/metric.c, which defines them; NULL where undefined. */
#define OUTCOME_ACCESSOR(function, metric)                                     \
	FAIRPG_FUNCTION(function);                                                 \
	Datum function(PG_FUNCTION_ARGS)                                           \
	{                                                                          \
		return outcome_metric(fcinfo, metric);                                 \
	}                                                                          \
	extern Datum function(PG_FUNCTION_ARGS)

OUTCOME_ACCESSOR(fairpg_base_rate, "base_rate");
OUTCOME_ACCESSOR(fairpg_selection_rate, "selection_rate");
OUTCOME_ACCESSOR(fairpg_tpr, "tpr");
OUTCOME_ACCESSOR(fairpg_fpr, "fpr");
OUTCOME_ACCESSOR(fairpg_tnr, "tnr");
OUTCOME_ACCESSOR(fairpg_fnr, "fnr");
OUTCOME_ACCESSOR(fairpg_ppv, "ppv");
OUTCOME_ACCESSOR(fairpg_npv, "npv");
OUTCOME_ACCESSOR(fairpg_false_discovery_rate, "false_discovery_rate");
OUTCOME_ACCESSOR(fairpg_false_omission_rate, "false_omission_rate");
OUTCOME_ACCESSOR(fairpg_accuracy, "accuracy");
OUTCOME_ACCESSOR(fairpg_error_rate, "error_rate");
OUTCOME_ACCESSOR(fairpg_balanced_accuracy, "balanced_accuracy");
OUTCOME_ACCESSOR(fairpg_f1, "f1");

/* mcc(outcome_stats) returns float8; NULL where undefined. */
FAIRPG_FUNCTION(fairpg_mcc);

Datum
fairpg_mcc(PG_FUNCTION_ARGS)
{
	FairCells cells;
	double correlation;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	correlation = fair_matthews(&cells);
	if (isnan(correlation))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(correlation);
}

/* metric(outcome_stats, name text) returns float8: the same by name. */
FAIRPG_FUNCTION(fairpg_metric);

Datum
fairpg_metric(PG_FUNCTION_ARGS)
{
	return outcome_metric(fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(1)));
}

/* metric_reason(outcome_stats, name text) returns text: why the metric is
 * undefined; NULL when it is not. */
FAIRPG_FUNCTION(fairpg_metric_reason);

Datum
fairpg_metric_reason(PG_FUNCTION_ARGS)
{
	FairCells cells;
	FairMetricValue value;
	int metric = outcome_metric_number(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	fair_metric_value(metric, &cells, 0.95, &value);
	if (value.reason == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(value.reason));
}

/* metric_interval(outcome_stats, name text, level float8, method text) returns
 * interval; NULL where the metric is undefined. */
FAIRPG_FUNCTION(fairpg_metric_interval);

Datum
fairpg_metric_interval(PG_FUNCTION_ARGS)
{
	double level = stats_level(fcinfo, 2);
	int metric = outcome_metric_number(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	const FairIntervalMethod *method = stats_method(fcinfo, 3, FAIR_OF_RATE);
	FairInterval ends;
	FairCells cells;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	ends = fair_metric_ends(metric, &cells, level, method);
	return outcome_interval(fcinfo, ends.low, ends.high);
}

/* effective_n(outcome_stats, metric text) returns float8: rows of equal weight
 * that carry as much information as those the metric is taken over (Kish). */
FAIRPG_FUNCTION(fairpg_effective_n);

Datum
fairpg_effective_n(PG_FUNCTION_ARGS)
{
	int metric = outcome_metric_number(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	FairCells cells;
	FairMetricValue value;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	fair_metric_value(metric, &cells, 0.95, &value);
	PG_RETURN_FLOAT8(value.effective);
}

Datum
outcome_interval(FunctionCallInfo fcinfo, double low, double high)
{
	TupleDesc row_type;
	Datum values[2];
	bool nulls[2] = { false, false };

	if (isnan(low) || isnan(high))
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &row_type) != TYPEFUNC_COMPOSITE ||
	    row_type->natts != 2)
		elog(ERROR, "result of the function is not an interval");
	values[0] = Float8GetDatum(low);
	values[1] = Float8GetDatum(high);
	PG_RETURN_DATUM(HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(row_type), values, nulls)));
}

int
outcome_row_columns(void)
{
	return OUTCOME_ROW_COUNTS + fair_metric_count();
}

void
outcome_row(const FairCells *cells, Datum *values, bool *nulls)
{
	double weight = 0;
	double squared = 0;
	int c = 0;

	for (int i = 0; i < 2; i++)
	{
		weight += cells->weight[0][i] + cells->weight[1][i] +
		          cells->unlabelled_weight[i];
		squared += cells->weight_squared[0][i] + cells->weight_squared[1][i] +
		           cells->unlabelled_weight_squared[i];
	}
	memset(nulls, 0, (Size) outcome_row_columns());
	values[c++] = Int64GetDatum(count_rows(cells, false));
	values[c++] = Int64GetDatum(
		(int64) (cells->unlabelled_rows[0] + cells->unlabelled_rows[1]));
	values[c++] = Int64GetDatum((int64) cells->undecided_rows);
	values[c++] = Int64GetDatum(count_rows(cells, true));
	values[c++] = Float8GetDatum(weight);
	values[c++] = Float8GetDatum(squared > 0 ? weight * weight / squared : 0);
	Assert(c == OUTCOME_ROW_COUNTS);
	for (int m = 0; m < fair_metric_count(); m++, c++)
	{
		FairMetricValue value;

		fair_metric_value(m, cells, 0.95, &value);
		nulls[c] = isnan(value.value);
		values[c] = Float8GetDatum(nulls[c] ? 0 : value.value);
	}
}

/* metrics(outcome_stats) returns metric_row: all of the above in one row. */
FAIRPG_FUNCTION(fairpg_metrics);

Datum
fairpg_metrics(PG_FUNCTION_ARGS)
{
	int n = outcome_row_columns();
	Datum *values = palloc(sizeof(Datum) * (Size) n);
	bool *nulls = palloc(sizeof(bool) * (Size) n);
	TupleDesc row_type;
	FairCells cells;

	fair_tally_cells(outcome_tally_arg(fcinfo, 0), &cells);
	if (get_call_result_type(fcinfo, NULL, &row_type) != TYPEFUNC_COMPOSITE ||
	    row_type->natts != n)
		elog(ERROR, "result of the function is not a metric_row");
	outcome_row(&cells, values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(row_type), values, nulls)));
}
