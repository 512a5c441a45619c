/*
 * predict_state.c
 *    What a call site of predict() and its like keeps from row to row.
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
 * Where the version changes from row to row, as fairpg.assign() answers
 * champion or canary, the state before is put away and taken out again, binding
 * and all.
 *
 * The binding holds as long as the row type does.  The server numbers row
 * types for the life of a backend, and gives a new number when one is altered.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "pg/compat.h"
#include "pg/predict.h"
#include "pg/predict_state.h"

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
make_state(MemoryContext owner, bool decides)
{
	PredictState *state = MemoryContextAllocZero(owner, sizeof(PredictState));
	MemoryContextCallback *callback;

	state->owner = owner;
	state->decides = decides;
	callback = MemoryContextAlloc(owner, sizeof(*callback));
	callback->func = release_state;
	callback->arg = state;
	MemoryContextRegisterResetCallback(owner, callback);
	state->binding_context =
		AllocSetContextCreate(owner, "fairpg binding", ALLOCSET_SMALL_SIZES);
	return state;
}

PredictState *
predict_state(FunctionCallInfo fcinfo, bool decides)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = make_state(fcinfo->flinfo->fn_mcxt, decides);
	return fcinfo->flinfo->fn_extra;
}

/* Takes out the state that was put away, and puts this one in its place. */
static void
exchange_states(PredictState *state)
{
	PredictState *other = state->other;
	PredictState held;

	if (other == NULL)
		other = make_state(state->owner, state->decides);
	held = *state;
	*state = *other;
	*other = held;
	state->other = other;
	other->other = NULL;
}

static void
drop_binding(PredictState *state)
{
	state->binding = NULL;
	state->extra = NULL;
	MemoryContextReset(state->binding_context);
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

/* Whether the state has this version of the model of that name. */
static bool
has_model(const PredictState *state, text *name, int version,
          const SnapshotMark *mark)
{
	return state->compiled != NULL && version == state->version &&
	       same_mark(mark, &state->mark) &&
	       VARSIZE_ANY_EXHDR(name) == state->name_length &&
	       memcmp(VARDATA_ANY(name), state->name, state->name_length) == 0;
}

void
predict_use_version(PredictState *state, text *name, int version)
{
	SnapshotMark mark = snapshot_mark();

	if (has_model(state, name, version, &mark))
		return;
	/* champion and canary come by turns */
	if (state->compiled != NULL && version != state->version)
		exchange_states(state);
	if (!has_model(state, name, version, &mark))
		change_model(state, name, version, &mark);
}

void
predict_use_model(FunctionCallInfo fcinfo, PredictState *state, int model_arg,
                  int version_arg)
{
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
	predict_use_version(state, name, version);
}

/*
 * The artifact is compared as it came, which for one that is stored out of
 * line is the pointer to it: it need not be read again for every row.
 */
void
predict_use_artifact(PredictState *state, Datum artifact)
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

void
predict_check_score(const PredictState *state)
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

void
predict_check_classes(const PredictState *state)
{
	if (state->compiled->model->classes == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_WRONG_OBJECT_TYPE),
		         errmsg("%s does not predict classes",
		                model_title(state->compiled)),
		         errdetail("Models of family \"multinomial\" do."),
		         errhint("Use fairpg.predict()%s.",
		                 predict_decides(state) ? " or fairpg.decide()" : "")));
}

void
predict_check_decides(const PredictState *state)
{
	predict_check_score(state);
	if (!predict_decides(state))
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
void
predict_take_row(PredictState *state, Datum row)
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

/*
 * Binds the model to the values of predict_columns().  Names and types are
 * part of the expression, so one binding lasts as long as the model does; the
 * names are therefore required to be constant.
 */
void
predict_use_columns(FunctionCallInfo fcinfo, PredictState *state)
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

/* The type of the rows that a function returns, of 'n_columns'. */
void
predict_use_result(FunctionCallInfo fcinfo, PredictState *state, int n_columns)
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
