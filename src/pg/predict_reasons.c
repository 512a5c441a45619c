/*
 * predict_reasons.c
 *    reasons(): why the score of a row is below that of the average row; and
 *    the principal reasons that the log of decisions keeps.
 *
 * A feature is a column of the row; an array is one, however many elements the
 * model has of it.  Where groups have thresholds of their own, that of the
 * row's group is a reason like a feature, named after the attribute.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "model/reasons.h"
#include "pg/export.h"
#include "pg/predict.h"
#include "pg/predict_reasons.h"
#include "pg/rows.h"

/* Regulation B, comment 9(b)(2)-1: more than four are not likely to help. */
#define PRINCIPAL_REASONS 4

/* In log-odds.  What is nearer to the average may be rounding: numbers are
 * kept in single precision. */
#define LEAST_SHORTFALL 1e-6

/* What a call site keeps beside its binding. */
typedef struct RowReasons
{
	int n;           /* features, and the threshold of the row's group */
	Reason *reasons; /* [n], numbered as the sources of the model are */
	Contribution *contributions; /* [n_columns] */
	double *added;               /* [n_columns] */
	InputCounts *counts;         /* [n_sources] */
} RowReasons;

static RowReasons *
use_row_reasons(PredictState *state)
{
	const CompiledModel *compiled = state->compiled;
	MemoryContext before = MemoryContextSwitchTo(state->binding_context);
	Size n_columns = Max(compiled->model->n_columns, 1);
	RowReasons *row = state->extra;

	if (row == NULL)
	{
		row = palloc(sizeof(RowReasons));
		row->n = compiled->n_sources + (compiled->model->groups != NULL);
		row->reasons = palloc(sizeof(Reason) * (Size) Max(row->n, 1));
		row->contributions =
			palloc_extended(sizeof(Contribution) * n_columns, MCXT_ALLOC_HUGE);
		row->added =
			palloc_extended(sizeof(double) * n_columns, MCXT_ALLOC_HUGE);
		row->counts = palloc(sizeof(InputCounts) * (Size) Max(row->n, 1));
		state->extra = row;
	}
	MemoryContextSwitchTo(before);
	return row;
}

/* The reasons of the row in state->values, in no order. */
static RowReasons *
take_reasons(PredictState *state)
{
	RowReasons *row = use_row_reasons(state);
	const CompiledModel *compiled = state->compiled;
	const Model *model = compiled->model;

	for (int i = 0; i < row->n; i++)
		row->reasons[i] = (Reason){ .feature = (uint32) i };
	for (uint32 m = 0; m < Max(model->n_members, 1); m++)
	{
		binding_contributions(state->binding, state->values, m,
		                      row->contributions);
		for (uint32 c = 0; c < model->n_columns; c++)
			row->added[c] =
				row->contributions[c].first + row->contributions[c].second;
		reasons_add(model, m, row->added, compiled->source_of_column,
		            row->reasons);
	}
	if (model->groups != NULL)
		row->reasons[compiled->n_sources].contribution = reasons_of_threshold(
			model, binding_threshold(state->binding, state->values));
	return row;
}

static bool
is_threshold(const PredictState *state, const Reason *reason)
{
	return (int) reason->feature == state->compiled->n_sources;
}

/* No column is likely to have that name, as none has (intercept). */
static Datum
name_of(const PredictState *state, const Reason *reason)
{
	const CompiledModel *compiled = state->compiled;

	if (is_threshold(state, reason))
		return CStringGetTextDatum(
			psprintf("(threshold by %s)", compiled->model->groups->attribute));
	return CStringGetTextDatum(compiled->sources[reason->feature].name);
}

bool
predict_principal_reasons(PredictState *state, Datum *names)
{
	Datum principal[PRINCIPAL_REASONS];
	RowReasons *row;
	int n = 0;

	if (!state->compiled->model->has_averages)
		return false;
	row = take_reasons(state);
	reasons_rank(row->reasons, (uint32) row->n, PRINCIPAL_REASONS);
	while (n < Min(row->n, PRINCIPAL_REASONS) &&
	       row->reasons[n].contribution < -LEAST_SHORTFALL)
	{
		principal[n] = name_of(state, &row->reasons[n]);
		n++;
	}
	*names = PointerGetDatum(
		construct_array(principal, n, TEXTOID, -1, false, TYPALIGN_INT));
	return true;
}

/* ---- reasons() ---- */

/* The value of a source as its type writes it; false for NULL. */
static bool
value_of(const PredictState *state, int source, Datum *value)
{
	int place = binding_place(state->binding, source);
	Oid output;
	bool is_varlena;

	if (state->values[place].isnull)
		return false;
	getTypeOutputInfo(TupleDescAttr(state->row, place)->atttypid, &output,
	                  &is_varlena);
	*value = CStringGetTextDatum(
		OidOutputFunctionCall(output, state->values[place].value));
	return true;
}

/* What the model makes do with in place of the value; NULL: nothing. */
static const char *
flag_of(const InputCounts *counts)
{
	if (counts->n_null > 0)
		return "null";
	if (counts->n_unseen > 0)
		return "unseen";
	return counts->n_out_of_range > 0 ? "out of range" : NULL;
}

static void
add_reason(Rows *rows, PredictState *state, const RowReasons *row, int place)
{
	const Reason *reason = &row->reasons[place];
	Datum values[6] = { 0 };
	bool nulls[lengthof(values)] = { false };
	const char *flag = NULL;

	values[0] = Int32GetDatum(place + 1);
	values[1] = name_of(state, reason);
	values[3] = Float8GetDatum(reason->contribution);
	values[4] = Float8GetDatum(reason->average);
	if (is_threshold(state, reason))
	{
		values[2] =
			CStringGetTextDatum(binding_group(state->binding, state->values));
		nulls[4] = true;
	}
	else
	{
		nulls[2] = !value_of(state, (int) reason->feature, &values[2]);
		flag = flag_of(&row->counts[reason->feature]);
	}
	if (flag != NULL)
		values[5] = CStringGetTextDatum(flag);
	nulls[5] = flag == NULL;
	rows_add(rows, values, nulls);
}

/*
 * reasons(model text, features record, version integer)
 * returns table (place integer, feature text, value text,
 *                contribution float8, average float8, flag text)
 *
 * A row for each feature, the most adverse first; none for a NULL row.
 */
FAIRPG_FUNCTION(fairpg_reasons);

Datum
fairpg_reasons(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	RowReasons *row;
	Rows rows;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_score(state);
	if (!state->compiled->model->has_averages)
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("%s does not know the average row",
		                model_title(state->compiled)),
		         errdetail("It was stored in a form that has no averages, to "
		                   "which contributions could be compared."),
		         errhint("Train it again with fairpg.retrain().")));
	rows_begin(&rows, fcinfo, 6);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		return (Datum) 0;
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	row = take_reasons(state);
	binding_examine_sources(state->binding, state->values, row->counts);
	reasons_rank(row->reasons, (uint32) row->n, (uint32) row->n);
	for (int i = 0; i < row->n; i++)
		add_reason(&rows, state, row, i);
	return (Datum) 0;
}
