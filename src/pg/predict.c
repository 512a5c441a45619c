/*
 * predict.c
 *    predict(), decide() and predict_class(): a row in; a probability, a
 *    number, a decision or a class out.
 *
 * A call site keeps a state as long as its expression lives: the model, pinned
 * in the cache, and the binding of the model to the row.  For each row it
 * checks that both still hold.
 *
 * The model holds as long as its name and version argument and the snapshot
 * are those it was looked up with.  A statement has one snapshot, so it never
 * mixes versions; an expression that lives for many statements (PL/pgSQL keeps
 * its expressions for a transaction) looks again in each.
 *
 * The binding holds as long as the row type does.  The server numbers row
 * types for the life of a backend, and gives a new number when one is altered.
 *
 * Most calls do not come here by row: the planner has put predict_columns() in
 * their place (predict_support.c), which saves making the row and taking it
 * apart.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "nodes/primnodes.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "num/special.h"
#include "pg/compat.h"
#include "pg/encode.h"
#include "pg/export.h"
#include "pg/predict.h"
#include "pg/predict_bind.h"
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

/* What tells two snapshots of one backend apart, and who asks. */
typedef struct SnapshotMark
{
	TransactionId xmin;
	TransactionId xmax;
	uint32 xcnt;
	int32 subxcnt;
	CommandId curcid;
	SubTransactionId subxact;
	Oid user;
} SnapshotMark;

typedef struct PredictState
{
	MemoryContext owner; /* of the state; as long as the expression lives */
	bool decides;        /* bound to what decisions take, too */

	/* the model: by name ... */
	char *name;
	int name_length;
	int version; /* asked for; 0: the newest */
	SnapshotMark mark;
	CompiledModel *pinned;
	/* ... or by value, with the argument it was made from */
	char *given;
	Size given_bytes;

	CompiledModel *compiled; /* either; NULL: none yet */

	/* the binding */
	MemoryContext binding_context; /* emptied when the binding changes */
	Binding *binding;              /* NULL: none yet */
	uint64 row_identifier;
	TupleDesc row;
	TupleDesc result; /* of examine() and the like; as long as the state */
	Encoder *label;   /* of examine_class(), likewise; NULL: none yet */
	Datum *row_values;
	bool *row_nulls;
	NullableDatum *values;
} PredictState;

static PredictState *get_state(FunctionCallInfo fcinfo, bool decides);
static void use_model(FunctionCallInfo fcinfo, PredictState *state,
                      int model_arg, int version_arg);
static void use_given_model(PredictState *state, Datum artifact);
static bool model_decides(const PredictState *state);
static void check_decides(const PredictState *state);
static void check_has_one_score(const PredictState *state);
static void check_has_classes(const PredictState *state);
static void use_row_type(PredictState *state, HeapTupleHeader row);
static void use_columns(FunctionCallInfo fcinfo, PredictState *state);
static void take_row(PredictState *state, Datum row);
static double score_row(PredictState *state, Datum row);
static Datum examination(FunctionCallInfo fcinfo, PredictState *state,
                         double prediction, const InputCounts *counts);

/*
 * predict(model text, features record, version integer) returns float8
 *
 * NULL for a NULL row.  A row whose columns are all NULL is a row.
 */
Datum
fairpg_predict(PG_FUNCTION_ARGS)
{
	PredictState *state = get_state(fcinfo, false);

	use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	check_has_one_score(state);
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
	PredictState *state = get_state(fcinfo, true);
	double probability;

	use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	check_decides(state);
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
	PredictState *state = get_state(fcinfo, false);

	use_model(fcinfo, state, COLUMNS_ARG_MODEL, COLUMNS_ARG_VERSION);
	check_has_one_score(state);
	use_columns(fcinfo, state);
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
	PredictState *state = get_state(fcinfo, true);
	const NullableDatum *values = &fcinfo->args[COLUMNS_ARG_VALUES];

	use_model(fcinfo, state, COLUMNS_ARG_MODEL, COLUMNS_ARG_VERSION);
	check_decides(state);
	use_columns(fcinfo, state);
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
	PredictState *state = get_state(fcinfo, false);

	use_given_model(state, PG_GETARG_DATUM(0));
	check_has_one_score(state);
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
	PredictState *state = get_state(fcinfo, true);
	InputCounts counts;
	double prediction;

	use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	check_has_one_score(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
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
	PredictState *state = get_state(fcinfo, false);

	use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	check_has_classes(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	PG_RETURN_DATUM(best_class(state, state->values));
}

/*
 * predict_class_columns(model text, version integer, columns text[],
 *                       variadic values "any") returns text
 */
Datum
fairpg_predict_class_columns(PG_FUNCTION_ARGS)
{
	PredictState *state = get_state(fcinfo, false);

	use_model(fcinfo, state, COLUMNS_ARG_MODEL, COLUMNS_ARG_VERSION);
	check_has_classes(state);
	use_columns(fcinfo, state);
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
	PredictState *state = get_state(fcinfo, false);
	double probability[MODEL_MOST_CLASSES];
	const Model *model;
	const double *z;
	uint32 best;
	Rows rows;

	use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	check_has_classes(state);
	rows_begin(&rows, fcinfo, 3);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		return (Datum) 0;
	take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
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

/* The type of the rows that a function returns, of 'n_columns'. */
static void
use_result_type(FunctionCallInfo fcinfo, PredictState *state, int n_columns)
{
	MemoryContext before = MemoryContextSwitchTo(state->owner);

	if (state->result == NULL)
	{
		if (get_call_result_type(fcinfo, NULL, &state->result) !=
		        TYPEFUNC_COMPOSITE ||
		    state->result->natts != n_columns)
			elog(ERROR, "function must return a row of %d columns", n_columns);
		state->result = BlessTupleDesc(state->result);
	}
	MemoryContextSwitchTo(before);
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
	PredictState *state = get_state(fcinfo, false);
	Datum values[7] = { 0 };
	bool nulls[lengthof(values)] = { false };
	uint32 number = 0;
	const Model *model;
	const double *z;
	InputCounts counts;
	uint32 best;

	use_model(fcinfo, state, PREDICT_ARG_MODEL, EXAMINE_ARG_VERSION);
	check_has_classes(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	use_result_type(fcinfo, state, lengthof(values));
	take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
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
	bool decides = model_decides(state);
	bool decision =
		decides && binding_decision(state->binding, state->values, prediction);

	use_result_type(fcinfo, state, lengthof(values));
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

/* Runs when the expression goes, after an error too. */
static void
release_state(void *argument)
{
	PredictState *state = argument;

	if (state->pinned != NULL)
		model_cache_unpin(state->pinned);
	state->pinned = NULL;
}

static PredictState *
get_state(FunctionCallInfo fcinfo, bool decides)
{
	PredictState *state = fcinfo->flinfo->fn_extra;
	MemoryContextCallback *callback;

	if (state != NULL)
		return state;
	state =
		MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PredictState));
	state->owner = fcinfo->flinfo->fn_mcxt;
	state->decides = decides;
	callback = MemoryContextAlloc(state->owner, sizeof(*callback));
	callback->func = release_state;
	callback->arg = state;
	MemoryContextRegisterResetCallback(state->owner, callback);
	state->binding_context = AllocSetContextCreate(
		state->owner, "fairpg binding", ALLOCSET_SMALL_SIZES);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

static void
drop_binding(PredictState *state)
{
	state->binding = NULL;
	MemoryContextReset(state->binding_context);
}

static inline SnapshotMark
current_mark(void)
{
	Snapshot snapshot = GetActiveSnapshot();
	SnapshotMark mark = { snapshot->xmin,   snapshot->xmax,
		                  snapshot->xcnt,   snapshot->subxcnt,
		                  snapshot->curcid, GetCurrentSubTransactionId(),
		                  GetUserId() };

	return mark;
}

static inline bool
same_mark(const SnapshotMark *a, const SnapshotMark *b)
{
	return a->xmin == b->xmin && a->xmax == b->xmax && a->xcnt == b->xcnt &&
	       a->subxcnt == b->subxcnt && a->curcid == b->curcid &&
	       a->subxact == b->subxact && a->user == b->user;
}

/* Looks the model up and pins it in place of the one before. */
static void
change_model(PredictState *state, text *name, int version,
             const SnapshotMark *mark)
{
	char *copy = MemoryContextStrdup(state->owner, text_to_cstring(name));
	CompiledModel *found = model_cache_find(copy, version, false);

	if (found != state->compiled)
		drop_binding(state);
	model_cache_pin(found);
	release_state(state);
	state->pinned = found;
	state->compiled = found;
	if (state->name != NULL)
		pfree(state->name);
	state->name = copy;
	state->name_length = (int) strlen(copy);
	state->version = version;
	state->mark = *mark;
}

static void
use_model(FunctionCallInfo fcinfo, PredictState *state, int model_arg,
          int version_arg)
{
	SnapshotMark mark = current_mark();
	text *name;
	int version = 0;

	if (PG_ARGISNULL(model_arg))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"model\" must not be null")));
	name = PG_GETARG_TEXT_PP(model_arg);
	if (!PG_ARGISNULL(version_arg))
	{
		version = PG_GETARG_INT32(version_arg);
		if (version <= 0)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
			                errmsg("model \"%s\" version %d does not exist",
			                       text_to_cstring(name), version),
			                errhint("Versions are counted from 1.")));
	}

	if (state->compiled == NULL || version != state->version ||
	    !same_mark(&mark, &state->mark) ||
	    VARSIZE_ANY_EXHDR(name) != state->name_length ||
	    memcmp(VARDATA_ANY(name), state->name, state->name_length) != 0)
		change_model(state, name, version, &mark);
}

/*
 * The artifact is compared as it came, which for one that is stored out of
 * line is the pointer to it: it need not be read again for every row.
 */
static void
use_given_model(PredictState *state, Datum artifact)
{
	const char *given = DatumGetPointer(artifact);
	Size given_bytes = VARSIZE_ANY(given);
	CompiledModel *before = state->compiled;
	CompiledModel *compiled;
	StoredModel stored = { 0 };
	bytea *bytes;

	if (before != NULL && state->given_bytes == given_bytes &&
	    memcmp(state->given, given, given_bytes) == 0)
		return;

	drop_binding(state);
	state->compiled = NULL;
	if (before != NULL)
		MemoryContextDelete(before->context);
	bytes = DatumGetByteaPP(artifact);
	stored.bytes = (uint8 *) VARDATA_ANY(bytes);
	stored.size_bytes = VARSIZE_ANY_EXHDR(bytes);
	stored.encoding = GetDatabaseEncoding();
	compiled = model_compile(state->owner, &stored, "");
	state->given = MemoryContextAlloc(compiled->context, given_bytes);
	memcpy(state->given, given, given_bytes);
	state->given_bytes = given_bytes;
	state->compiled = compiled;
}

static bool
model_decides(const PredictState *state)
{
	return state->compiled->model->family == MODEL_LOGISTIC;
}

static void
check_has_one_score(const PredictState *state)
{
	if (state->compiled->model->classes != NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
		     errmsg("%s predicts a class", model_title(state->compiled)),
		     errdetail("A model of family \"multinomial\" has a probability "
		               "for each class."),
		     errhint("Use fairpg.predict_class() or "
		             "fairpg.predict_probabilities().")));
}

static void
check_has_classes(const PredictState *state)
{
	if (state->compiled->model->classes == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_WRONG_OBJECT_TYPE),
		         errmsg("%s does not predict classes",
		                model_title(state->compiled)),
		         errdetail("Models of family \"multinomial\" do."),
		         errhint("Use fairpg.predict()%s.",
		                 model_decides(state) ? " or fairpg.decide()" : "")));
}

static void
check_decides(const PredictState *state)
{
	check_has_one_score(state);
	if (!model_decides(state))
		ereport(ERROR,
		        (errcode(ERRCODE_WRONG_OBJECT_TYPE),
		         errmsg("%s does not decide", model_title(state->compiled)),
		         errdetail("A model of family \"linear\" predicts a number, "
		                   "and has no threshold."),
		         errhint("Compare fairpg.predict() with a number of your "
		                 "own.")));
}

/* Rows made by ROW(...) have names f1, f2 and so on. */
static bool
has_made_up_names(TupleDesc row)
{
	for (int i = 0; i < row->natts; i++)
	{
		char name[NAMEDATALEN];

		snprintf(name, sizeof(name), "f%d", i + 1);
		if (strcmp(NameStr(TupleDescAttr(row, i)->attname), name) != 0)
			return false;
	}
	return row->natts > 0;
}

/* Binds the model to a row type, when it is not the one of the row before. */
static void
use_row_type(PredictState *state, HeapTupleHeader row)
{
	Oid type = HeapTupleHeaderGetTypeId(row);
	int32 typmod = HeapTupleHeaderGetTypMod(row);
	uint64 identifier = assign_record_type_identifier(type, typmod);
	MemoryContext before;
	TupleDesc shared;
	RowShape shape = { 0 };

	if (state->binding != NULL && state->row_identifier == identifier)
		return;

	drop_binding(state);
	before = MemoryContextSwitchTo(state->binding_context);
	shared = lookup_rowtype_tupdesc(type, typmod);
	state->row = CreateTupleDescCopy(shared);
	ReleaseTupleDesc(shared);

	shape.n_columns = state->row->natts;
	shape.names = palloc0(sizeof(char *) * Max(shape.n_columns, 1));
	shape.types = palloc0(sizeof(Oid) * Max(shape.n_columns, 1));
	shape.missing_hint =
		has_made_up_names(state->row)
			? "A row made by ROW(...) has no column names; pass a row of a "
			  "table or of a subquery with an alias."
			: NULL;
	for (int i = 0; i < shape.n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(state->row, i);

		if (attribute->attisdropped)
			continue;
		shape.names[i] = NameStr(attribute->attname);
		shape.types[i] = attribute->atttypid;
	}
	state->row_values = palloc(sizeof(Datum) * Max(shape.n_columns, 1));
	state->row_nulls = palloc(sizeof(bool) * Max(shape.n_columns, 1));
	state->values = palloc(sizeof(NullableDatum) * Max(shape.n_columns, 1));
	state->binding = binding_make(state->compiled, &shape, state->decides);
	state->row_identifier = identifier;
	MemoryContextSwitchTo(before);
}

/* Binds the model to a row and takes the row apart. */
static void
take_row(PredictState *state, Datum row)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(row);
	HeapTupleData tuple;

	use_row_type(state, header);
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, state->row, state->row_values, state->row_nulls);
	for (int i = 0; i < state->row->natts; i++)
	{
		state->values[i].value = state->row_values[i];
		state->values[i].isnull = state->row_nulls[i];
	}
}

static double
score_row(PredictState *state, Datum row)
{
	take_row(state, row);
	return binding_probability(state->binding, state->values);
}

/*
 * Binds the model to the values of predict_columns().  Names and types are
 * part of the expression, so one binding lasts as long as the model does; the
 * names are therefore required to be constant.
 */
static void
use_columns(FunctionCallInfo fcinfo, PredictState *state)
{
	MemoryContext before;
	RowShape shape = { 0 };
	Datum *names;
	bool *nulls;

	if (state->binding != NULL)
		return;
	if (PG_ARGISNULL(COLUMNS_ARG_NAMES) || fcinfo->flinfo->fn_expr == NULL ||
	    !IsA(fcinfo->flinfo->fn_expr, FuncExpr) ||
	    !IsA(list_nth(((FuncExpr *) fcinfo->flinfo->fn_expr)->args,
	                  COLUMNS_ARG_NAMES),
	         Const))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"columns\" must be a constant")));
	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
		        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		         errmsg("values must be given one by one, not as an array")));

	drop_binding(state);
	before = MemoryContextSwitchTo(state->binding_context);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(COLUMNS_ARG_NAMES), TEXTOID, -1,
	                  false, TYPALIGN_INT, &names, &nulls, &shape.n_columns);
	if (shape.n_columns != PG_NARGS() - COLUMNS_ARG_VALUES)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("every value needs a name"),
		         errdetail("There are %d names and %d values.", shape.n_columns,
		                   PG_NARGS() - COLUMNS_ARG_VALUES)));
	shape.names = palloc0(sizeof(char *) * Max(shape.n_columns, 1));
	shape.types = palloc0(sizeof(Oid) * Max(shape.n_columns, 1));
	shape.planned = true;
	shape.missing_hint = "If the model was trained anew while the statement "
						 "was planned, run the statement again.";
	for (int i = 0; i < shape.n_columns; i++)
	{
		if (nulls[i])
			continue;
		shape.names[i] = TextDatumGetCString(names[i]);
		shape.types[i] =
			get_fn_expr_argtype(fcinfo->flinfo, COLUMNS_ARG_VALUES + i);
		if (!OidIsValid(shape.types[i]))
			shape.types[i] = UNKNOWNOID;
	}
	state->binding = binding_make(state->compiled, &shape, state->decides);
	MemoryContextSwitchTo(before);
}
