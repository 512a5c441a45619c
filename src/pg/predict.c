/*
 * predict.c
 *    predict(), decide() and predict_class(): a row in; a probability, a
 *    number, a decision or a class out.
 *
 * Most calls do not come here by row: the planner has put predict_columns() in
 * their place (predict_support.c), which saves making the row and taking it
 * apart.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "num/special.h"
#include "pg/encode.h"
#include "pg/export.h"
#include "pg/predict.h"
#include "pg/predict_state.h"
#include "pg/rows.h"

FAIRPG_FUNCTION(fairpg_predict);
FAIRPG_FUNCTION(fairpg_decide);
FAIRPG_FUNCTION(fairpg_predict_columns);
FAIRPG_FUNCTION(fairpg_decide_columns);
FAIRPG_FUNCTION(fairpg_predict_with);
FAIRPG_FUNCTION(fairpg_examine);
FAIRPG_FUNCTION(fairpg_predict_class);
FAIRPG_FUNCTION(fairpg_predict_class_columns);
FAIRPG_FUNCTION(fairpg_predict_probabilities);
FAIRPG_FUNCTION(fairpg_examine_class);

static Datum examination(FunctionCallInfo fcinfo, PredictState *state,
                         double prediction, const InputCounts *counts);

static double
score_row(PredictState *state, Datum row)
{
	predict_take_row(state, row);
	return binding_probability(state->binding, state->values);
}

/*
 * predict(model text, features record, version integer) returns float8
 *
 * NULL for a NULL row.  A row whose columns are all NULL is a row.
 */
Datum
fairpg_predict(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, false);

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_score(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW)));
}

/*
 * decide(model text, features record, version integer) returns boolean
 */
Datum
fairpg_decide(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	double probability;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_decides(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	probability = score_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	PG_RETURN_BOOL(
		binding_decision(state->binding, state->values, probability));
}

/*
 * predict_columns(model text, version integer, columns text[],
 *                 variadic values "any") returns float8
 *
 * 'columns' names the values, in their order.
 */
Datum
fairpg_predict_columns(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, false);

	predict_use_model(fcinfo, state, COLUMNS_ARG_MODEL, COLUMNS_ARG_VERSION);
	predict_check_score(state);
	predict_use_columns(fcinfo, state);
	PG_RETURN_FLOAT8(
		binding_probability(state->binding, &fcinfo->args[COLUMNS_ARG_VALUES]));
}

/*
 * decide_columns(model text, version integer, columns text[],
 *                variadic values "any") returns boolean
 */
Datum
fairpg_decide_columns(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	const NullableDatum *values = &fcinfo->args[COLUMNS_ARG_VALUES];

	predict_use_model(fcinfo, state, COLUMNS_ARG_MODEL, COLUMNS_ARG_VERSION);
	predict_check_decides(state);
	predict_use_columns(fcinfo, state);
	PG_RETURN_BOOL(binding_decision(
		state->binding, values, binding_probability(state->binding, values)));
}

/*
 * predict_with(artifact bytea, features record) returns float8
 *
 * For places that cannot read the store, such as the workers of a cluster.
 */
Datum
fairpg_predict_with(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, false);

	predict_use_artifact(state, PG_GETARG_DATUM(0));
	predict_check_score(state);
	PG_RETURN_FLOAT8(score_row(state, PG_GETARG_DATUM(1)));
}

/*
 * examine(model text, features record, version integer)
 * returns (prediction float8, probability float8, decision boolean,
 *          n_null integer, n_unseen integer, n_out_of_range integer, expected_decision float8)
 *
 * What predict() and decide() answer, and what in the row the model had to
 * make do with.  NULL for a NULL row.  Probability and decision are NULL where
 * the model predicts a number.
 */
Datum
fairpg_examine(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	InputCounts counts;
	double prediction;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_score(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	prediction = binding_examine(state->binding, state->values, &counts);
	return examination(fcinfo, state, prediction, &counts);
}

/* The name of the class that a row is decided for. */
static Datum
best_class(PredictState *state, const NullableDatum *values)
{
	const Model *model = state->compiled->model;
	const double *z = binding_class_scores(state->binding, values);
	const ModelClass *class =
		&model->classes[model_best_class(z, model->n_members)];

	return PointerGetDatum(
		cstring_to_text_with_len(class->name, (int) class->length));
}

/*
 * predict_class(model text, features record, version integer) returns text
 *
 * The class of the greatest probability; NULL for a NULL row.
 */
Datum
fairpg_predict_class(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, false);

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_classes(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	PG_RETURN_DATUM(best_class(state, state->values));
}

/*
 * predict_class_columns(model text, version integer, columns text[],
 *                       variadic values "any") returns text
 */
Datum
fairpg_predict_class_columns(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, false);

	predict_use_model(fcinfo, state, COLUMNS_ARG_MODEL, COLUMNS_ARG_VERSION);
	predict_check_classes(state);
	predict_use_columns(fcinfo, state);
	PG_RETURN_DATUM(best_class(state, &fcinfo->args[COLUMNS_ARG_VALUES]));
}

/*
 * predict_probabilities(model text, features record, version integer)
 * returns table (class text, probability float8, decided boolean)
 *
 * A row for each class, in the order of the model; none for a NULL row.
 */
Datum
fairpg_predict_probabilities(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, false);
	double probability[MODEL_MOST_CLASSES];
	const Model *model;
	const double *z;
	uint32 best;
	Rows rows;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_classes(state);
	rows_begin(&rows, fcinfo, 3);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		return (Datum) 0;
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	model = state->compiled->model;
	z = binding_class_scores(state->binding, state->values);
	best = model_best_class(z, model->n_members);
	model_class_probabilities(z, model->n_members, probability);
	for (uint32 k = 0; k < model->n_members; k++)
	{
		const ModelClass *class = &model->classes[k];
		Datum values[3] = { PointerGetDatum(cstring_to_text_with_len(
								class->name, (int) class->length)),
			                Float8GetDatum(probability[k]),
			                BoolGetDatum(k == best) };
		bool nulls[3] = { false, false, false };

		rows_add(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* The text of a label as training named it, of '*length' bytes. */
static const char *
label_text(FunctionCallInfo fcinfo, PredictState *state, Datum value,
           uint32 *length)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, EXAMINE_ARG_LABEL);
	const char *text;

	if (state->label == NULL)
	{
		state->label = MemoryContextAlloc(state->owner, sizeof(Encoder));
		encoder_init(state->label, type, state->owner);
	}
	switch (type == UNKNOWNOID ? ENCODE_BOOLEAN : state->label->input)
	{
		case ENCODE_TEXT:
			return encoder_text(state->label, value, length);
		case ENCODE_NUMBER:
		case ENCODE_DATE:
		case ENCODE_TIMESTAMP:
			text = encode_group_name(state->label->type, value);
			*length = (uint32) strlen(text);
			return text;
		default:
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
			                errmsg("a label of type %s is no class",
			                       format_type_be(type)),
			                errhint("Cast it to the type that the label had in "
			                        "training.")));
	}
}

/* The number of the class of that name, from 1; 0: there is none. */
static uint32
class_number(const Model *model, const char *name, uint32 length)
{
	for (uint32 k = 0; k < model->n_members; k++)
		if (model->classes[k].length == length &&
		    memcmp(model->classes[k].name, name, length) == 0)
			return k + 1;
	return 0;
}

/*
 * examine_class(model text, features record, label "any", version integer)
 * returns (class text, class_number integer, label_number integer,
 *          label_probability float8, n_null integer, n_unseen integer,
 *          n_out_of_range integer)
 *
 * NULL for a NULL row.
 */
Datum
fairpg_examine_class(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, false);
	Datum values[7] = { 0 };
	bool nulls[lengthof(values)] = { false };
	uint32 number = 0;
	const Model *model;
	const double *z;
	InputCounts counts;
	uint32 best;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, EXAMINE_ARG_VERSION);
	predict_check_classes(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	predict_use_result(fcinfo, state, lengthof(values));
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	model = state->compiled->model;
	z = binding_examine_classes(state->binding, state->values, &counts);
	best = model_best_class(z, model->n_members);
	if (!PG_ARGISNULL(EXAMINE_ARG_LABEL))
	{
		uint32 length;
		const char *text = label_text(
			fcinfo, state, PG_GETARG_DATUM(EXAMINE_ARG_LABEL), &length);

		number = class_number(model, text, length);
	}
	values[0] = PointerGetDatum(cstring_to_text_with_len(
		model->classes[best].name, (int) model->classes[best].length));
	values[1] = Int32GetDatum(best + 1);
	values[2] = Int32GetDatum(number);
	nulls[2] = PG_ARGISNULL(EXAMINE_ARG_LABEL);
	nulls[3] = number == 0;
	if (number > 0)
		values[3] = Float8GetDatum(
			num_exp(-model_class_loss(z, model->n_members, number - 1)));
	values[4] = Int32GetDatum(counts.n_null);
	values[5] = Int32GetDatum(counts.n_unseen);
	values[6] = Int32GetDatum(counts.n_out_of_range);
	return HeapTupleGetDatum(heap_form_tuple(state->result, values, nulls));
}

static Datum
examination(FunctionCallInfo fcinfo, PredictState *state, double prediction,
            const InputCounts *counts)
{
	Datum values[7];
	bool nulls[lengthof(values)] = { false };
	bool decides = predict_decides(state);
	bool decision =
		decides && binding_decision(state->binding, state->values, prediction);

	predict_use_result(fcinfo, state, lengthof(values));
	values[0] = Float8GetDatum(prediction);
	values[1] = Float8GetDatum(prediction);
	values[2] = BoolGetDatum(decision);
	values[3] = Int32GetDatum(counts->n_null);
	values[4] = Int32GetDatum(counts->n_unseen);
	values[5] = Int32GetDatum(counts->n_out_of_range);
	values[6] = (Datum) 0;
	if (decides)
		values[6] =
			Float8GetDatum(binding_expectation(state->binding, decision));
	else
		nulls[1] = nulls[2] = nulls[6] = true;
	return HeapTupleGetDatum(heap_form_tuple(state->result, values, nulls));
}
