/*
 * error_stats.c
 *    The type error_stats: errors of predicted numbers, its aggregates and its
 *    accessors.
 *
 * While an aggregate runs, its state is an expanded object around FairErrorSums
 * (fair/error_sums.h); the value is the image of these.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"

#include "fair/error_figure.h"
#include "pg/compat.h"
#include "pg/error_stats.h"
#include "pg/export.h"
#include "pg/outcome_stats.h"
#include "pg/stats_image.h"

#define EXPANDED_MAGIC 0x66707265
#define LEVEL 0.95
#define N_COUNTS 5

typedef struct ExpandedErrors
{
	ExpandedObjectHeader header;
	int magic;
	FairErrorSums sums;
} ExpandedErrors;

static bool errors_valid(const uint8 *payload, Size n_bytes);
static Size flat_size(ExpandedObjectHeader *header);
static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes);

static const StatsKind error_kind = { .letter = 'e',
	                                  .type_name = "fairpg.error_stats",
	                                  .valid = errors_valid };

static const ExpandedObjectMethods expanded_methods = {
	.get_flat_size = flat_size, .flatten_into = flatten
};

static bool
errors_valid(const uint8 *payload, Size n_bytes)
{
	FairErrorSums sums;

	return fair_error_sums_take(&sums, payload, n_bytes);
}

void
error_sums_of(Datum value, FairErrorSums *sums)
{
	Size n_bytes;
	const uint8 *image = stats_payload(
		&error_kind, (struct varlena *) PG_DETOAST_DATUM(value), &n_bytes);

	(void) fair_error_sums_take(sums, image, n_bytes);
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	uint8 image[FAIR_ERROR_SUMS_BYTES];

	return VARHDRSZ + STATS_FRAME_BYTES +
	       fair_error_sums_write(&((ExpandedErrors *) header)->sums, image);
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes)
{
	(void) fair_error_sums_write(
		&((ExpandedErrors *) header)->sums,
		stats_frame(&error_kind, result, allocated_bytes));
}

/* The state argument for changing it: our own expanded object as it is, and
 * anything else (NULL, a flat value) as a new one, as score_stats.c has it. */
static ExpandedErrors *
state_arg(FunctionCallInfo fcinfo)
{
	MemoryContext context = stats_state_context(fcinfo);
	ExpandedErrors *state;

	if (!PG_ARGISNULL(0) &&
	    VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
	{
		state = (ExpandedErrors *) DatumGetEOHP(PG_GETARG_DATUM(0));
		if (state->header.eoh_methods == &expanded_methods &&
		    state->magic == EXPANDED_MAGIC)
			return state;
	}
	state = MemoryContextAllocZero(context, sizeof(ExpandedErrors));
	EOH_init_header(&state->header, &expanded_methods, context);
	state->magic = EXPANDED_MAGIC;
	if (!PG_ARGISNULL(0))
		error_sums_of(PG_GETARG_DATUM(0), &state->sums);
	return state;
}

/* in, out, recv, send: see stats_image.h. */
FAIRPG_FUNCTION(fairpg_error_stats_in);

Datum
fairpg_error_stats_in(PG_FUNCTION_ARGS)
{
	return stats_in(&error_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_error_stats_out);

Datum
fairpg_error_stats_out(PG_FUNCTION_ARGS)
{
	return stats_out(&error_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_error_stats_recv);

Datum
fairpg_error_stats_recv(PG_FUNCTION_ARGS)
{
	return stats_recv(&error_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_error_stats_send);

Datum
fairpg_error_stats_send(PG_FUNCTION_ARGS)
{
	return stats_send(&error_kind, fcinfo);
}

/* Argument 'number' as a label or prediction, or NULL. */
static const double *
number_arg(FunctionCallInfo fcinfo, int number, const char *name, double *value)
{
	if (PG_ARGISNULL(number))
		return NULL;
	*value = PG_GETARG_FLOAT8(number);
	if (!(fabs(*value) <= FAIR_MAX_NUMBER))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("argument \"%s\" is out of range", name),
		                errdetail("It must be a number between -%.2g and %.2g.",
		                          FAIR_MAX_NUMBER, FAIR_MAX_NUMBER),
		                errhint("Use NULL for rows without one.")));
	return value;
}

/*
 * errors_step(state, label float8, prediction float8 [, weight float8])
 *
 * Counts one row.  A row of weight 0 changes nothing.
 */
FAIRPG_FUNCTION(fairpg_errors_step);

Datum
fairpg_errors_step(PG_FUNCTION_ARGS)
{
	double weight = stats_weight(fcinfo, 3);
	double numbers[2];
	const double *label = number_arg(fcinfo, 1, "label", &numbers[0]);
	const double *prediction = number_arg(fcinfo, 2, "prediction", &numbers[1]);
	ExpandedErrors *state = state_arg(fcinfo);

	if (weight > 0)
		stats_check(
			fair_error_sums_add(&state->sums, label, prediction, weight));
	return EOHPGetRWDatum(&state->header);
}

/*
 * errors_combine(state, value)
 *
 * Adds the rows of another value; NULL on either side is one without rows.
 */
FAIRPG_FUNCTION(fairpg_errors_combine);

Datum
fairpg_errors_combine(PG_FUNCTION_ARGS)
{
	ExpandedErrors *state;
	FairErrorSums other;

	stats_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	error_sums_of(PG_GETARG_DATUM(1), &other);
	state = state_arg(fcinfo);
	stats_check(fair_error_sums_merge(&state->sums, &other));
	return EOHPGetRWDatum(&state->header);
}

static FairErrors
errors_arg(FunctionCallInfo fcinfo)
{
	FairErrorSums sums;
	FairErrors errors;

	error_sums_of(PG_GETARG_DATUM(0), &sums);
	fair_error_sums_read(&sums, &errors);
	return errors;
}

/* n(error_stats) returns bigint: rows with label and prediction. */
FAIRPG_FUNCTION(fairpg_errors_n);

Datum
fairpg_errors_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) errors_arg(fcinfo).rows);
}

/* The place of a figure, or an error that lists them. */
static int
figure_number(const char *name)
{
	int figure = fair_error_figure_find(name);
	StringInfoData known;

	if (figure >= 0)
		return figure;
	initStringInfo(&known);
	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
		appendStringInfo(&known, "%s%s", f == 0 ? "" : ", ",
		                 fair_error_figure_name(f));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("metric \"%s\" is not known", name),
	                errhint("Known metrics: %s.", known.data)));
	return -1;
}

/* The figure of that name of the first argument. */
static FairScoreFigure
figure_of(FunctionCallInfo fcinfo, const char *name, double level)
{
	FairErrors errors = errors_arg(fcinfo);
	FairScoreFigure all[FAIR_ERROR_FIGURES];
	int figure = figure_number(name);

	fair_error_figures(&errors, level, level, all);
	return all[figure];
}

static Datum
value_of(FunctionCallInfo fcinfo, const char *name)
{
	double value = figure_of(fcinfo, name, LEVEL).value;

	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

/* mean_label(error_stats) and so on: one accessor for each figure of
 * fair/error_figure.c; NULL where undefined. */
#define ERROR_ACCESSOR(function, figure)                                       \
	FAIRPG_FUNCTION(function);                                                 \
	Datum function(PG_FUNCTION_ARGS)                                           \
	{                                                                          \
		return value_of(fcinfo, figure);                                       \
	}                                                                          \
	extern Datum function(PG_FUNCTION_ARGS)

ERROR_ACCESSOR(fairpg_mean_squared_error, "mean_squared_error");
ERROR_ACCESSOR(fairpg_root_mean_squared_error, "root_mean_squared_error");
ERROR_ACCESSOR(fairpg_mean_absolute_error, "mean_absolute_error");
ERROR_ACCESSOR(fairpg_r_squared, "r_squared");
ERROR_ACCESSOR(fairpg_mean_prediction, "mean_prediction");
ERROR_ACCESSOR(fairpg_mean_label, "mean_label");
ERROR_ACCESSOR(fairpg_mean_residual, "mean_residual");

/* metric(error_stats, name text) returns float8: the same by name. */
FAIRPG_FUNCTION(fairpg_errors_metric);

Datum
fairpg_errors_metric(PG_FUNCTION_ARGS)
{
	return value_of(fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(1)));
}

/* metric_reason(error_stats, name text) returns text: why the metric is
 * undefined; NULL when it is not. */
FAIRPG_FUNCTION(fairpg_errors_metric_reason);

Datum
fairpg_errors_metric_reason(PG_FUNCTION_ARGS)
{
	const char *reason =
		figure_of(fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(1)), LEVEL).reason;

	if (reason == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(reason));
}

/* metric_interval(error_stats, name text, level float8) returns interval; NULL
 * where there is none. */
FAIRPG_FUNCTION(fairpg_errors_metric_interval);

Datum
fairpg_errors_metric_interval(PG_FUNCTION_ARGS)
{
	double level = stats_level(fcinfo, 2);
	FairScoreFigure figure =
		figure_of(fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(1)), level);

	return outcome_interval(fcinfo, figure.low, figure.high);
}

/* metrics(error_stats) returns error_row: all of the above in one row. */
FAIRPG_FUNCTION(fairpg_errors_metrics);

Datum
fairpg_errors_metrics(PG_FUNCTION_ARGS)
{
	FairErrors errors = errors_arg(fcinfo);
	FairScoreFigure all[FAIR_ERROR_FIGURES];
	Datum values[N_COUNTS + FAIR_ERROR_FIGURES];
	bool nulls[N_COUNTS + FAIR_ERROR_FIGURES] = { false };
	TupleDesc row_type;

	if (get_call_result_type(fcinfo, NULL, &row_type) != TYPEFUNC_COMPOSITE ||
	    row_type->natts != N_COUNTS + FAIR_ERROR_FIGURES)
		elog(ERROR, "result of the function is not an error_row");
	values[0] = Int64GetDatum((int64) errors.rows);
	values[1] = Int64GetDatum((int64) errors.unlabelled_rows);
	values[2] = Int64GetDatum((int64) errors.unpredicted_rows);
	values[3] = Float8GetDatum(errors.weight);
	values[4] =
		Float8GetDatum(errors.rows == 0 ? 0
	                                    : errors.weight * errors.weight /
	                                          errors.weight_squared);
	fair_error_figures(&errors, LEVEL, LEVEL, all);
	for (int f = 0; f < FAIR_ERROR_FIGURES; f++)
	{
		nulls[N_COUNTS + f] = isnan(all[f].value);
		values[N_COUNTS + f] =
			Float8GetDatum(nulls[N_COUNTS + f] ? 0 : all[f].value);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(row_type), values, nulls)));
}
