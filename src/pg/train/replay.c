/*
 * replay.c
 *    fairpg.retrain(): the call that made a version, made again.
 *
 * The spec of a version keeps the arguments of its call.  They become those of
 * another call of fairpg.train(), with three differences: the features are
 * those that the version saw, so that a column which the source has had since
 * does not become one overnight; the source is the relation that the name meant
 * then, whatever search_path is now; and the search begins at the version.
 *
 * What the columns were is kept as well.  A feature or the label that is gone,
 * or has another type, is refused here, before anything is read.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/numeric.h"
#include "utils/varlena.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/source.h"
#include "pg/store.h"
#include "pg/train/call.h"
#include "pg/train/replay.h"

/* Arguments of fairpg.train() in the order of its declaration.  All of them
 * are kept but those of the single training. */
typedef struct Argument
{
	const char *name;
	Oid type;
	bool is_kept;
} Argument;

static const Argument arguments[] = {
	{ "model", TEXTOID, false },         { "source", TEXTOID, true },
	{ "label", TEXTOID, true },          { "positive", TEXTOID, true },
	{ "protected", TEXTARRAYOID, true }, { "features", TEXTARRAYOID, true },
	{ "exclude", TEXTARRAYOID, true },   { "family", TEXTOID, true },
	{ "fairness", TEXTOID, true },       { "max_gap", FLOAT8OID, true },
	{ "min_ratio", FLOAT8OID, true },    { "max_loss", FLOAT8OID, true },
	{ "method", TEXTOID, true },         { "penalty", FLOAT8OID, true },
	{ "weight", TEXTOID, true },         { "split", TEXTOID, true },
	{ "seed", INT8OID, true },           { "options", JSONBOID, true },
	{ "comment", TEXTOID, false }
};

#define N_ARGUMENTS ((int) lengthof(arguments))

/* Arguments of fairpg.retrain(). */
enum
{
	ARG_MODEL,
	ARG_SOURCE,
	ARG_VERSION,
	ARG_START,
	ARG_COMMENT
};

/* What the store says of the version to be made again. */
typedef struct Original
{
	const char *model;
	int version;
	Jsonb *call;     /* arguments by name, start and the like put right */
	Jsonb *columns;  /* types of the source's columns by name */
	Jsonb *features; /* names */
	char *relation;  /* NULL: the source was a query */
} Original;

/* ---- keeping a call ---- */

static void
write_texts(StringInfo json, ArrayType *array, const char *name)
{
	int n;
	char **texts = args_text_array(array, name, &n);

	appendStringInfoChar(json, '[');
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(json, ", ");
		escape_json(json, texts[i]);
	}
	appendStringInfoChar(json, ']');
}

static void
write_argument(StringInfo json, FunctionCallInfo fcinfo, int number)
{
	const Argument *argument = &arguments[number];
	Datum value = fcinfo->args[number].value;
	Jsonb *object;

	if (fcinfo->args[number].isnull)
	{
		appendStringInfoString(json, "null");
		return;
	}
	switch (argument->type)
	{
		case TEXTOID:
			escape_json(json, TextDatumGetCString(value));
			break;
		case TEXTARRAYOID:
			write_texts(json, DatumGetArrayTypeP(value), argument->name);
			break;
		case FLOAT8OID:
			appendStringInfoString(json,
			                       float8out_internal(DatumGetFloat8(value)));
			break;
		case INT8OID:
			appendStringInfo(json, INT64_FORMAT, DatumGetInt64(value));
			break;
		case JSONBOID:
			object = DatumGetJsonbP(value);
			JsonbToCString(json, &object->root, VARSIZE(object));
			break;
		default:
			elog(ERROR, "argument \"%s\" is of an unknown type",
			     argument->name);
	}
}

char *
replay_describe(FunctionCallInfo fcinfo)
{
	StringInfoData json;

	if (PG_NARGS() != N_ARGUMENTS)
		elog(ERROR, "fairpg.train() has %d arguments, not %d", PG_NARGS(),
		     N_ARGUMENTS);
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (int i = 0; i < N_ARGUMENTS; i++)
	{
		if (!arguments[i].is_kept)
			continue;
		if (json.len > 1)
			appendStringInfoString(&json, ", ");
		escape_json(&json, arguments[i].name);
		appendStringInfoString(&json, ": ");
		write_argument(&json, fcinfo, i);
	}
	appendStringInfoChar(&json, '}');
	return json.data;
}

/* ---- finding it ---- */

/* Argument start as what option start takes, JSON text; NULL: none.  An empty
 * text stands for the version that is made again. */
static char *
read_start(FunctionCallInfo fcinfo)
{
	char *start = args_text_or_null(fcinfo, ARG_START);
	char *end;

	if (start == NULL)
		return pstrdup("");
	if (strcmp(start, "none") == 0)
		return NULL;
	if (strcmp(start, "latest") == 0)
		return pstrdup("\"latest\"");
	if (start[0] < '1' || start[0] > '9' || strtol(start, &end, 10) < 1 ||
	    *end != '\0')
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("start \"%s\" is not understood", start),
		         errhint("It is the number of a version, 'latest', or 'none' "
		                 "to begin anew; not given, it is the version that is "
		                 "trained again.")));
	return start;
}

static Jsonb *
jsonb_column(int column)
{
	bool null;
	Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
	                            column, &null);

	return null ? NULL : DatumGetJsonbPCopy(value);
}

static void
refuse_missing(const char *model, int version)
{
	ereport(ERROR,
	        (errcode(ERRCODE_UNDEFINED_OBJECT),
	         version > 0 ? errmsg("model \"%s\" version %d does not exist",
	                              model, version)
	                     : errmsg("model \"%s\" does not exist", model),
	         errhint("fairpg.retrain() makes a call of fairpg.train() again; "
	                 "the first time call that.")));
}

static void
refuse_layout(const Original *original)
{
	ereport(ERROR,
	        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	         errmsg("the call that made model \"%s\" version %d cannot be made "
	                "again",
	                original->model, original->version),
	         errdetail("Its specification is not of layout %d.", REPLAY_LAYOUT),
	         errhint("Call fairpg.train() once; the version that it makes can "
	                 "be trained again.")));
}

/* Reads the version, 0 for the newest, into CurrentMemoryContext. */
static void
find_original(Original *original, char *source, char *start)
{
	MemoryContext caller = CurrentMemoryContext;
	int nest_level = store_spi_begin();
	Oid types[4] = { TEXTOID, INT4OID, TEXTOID, TEXTOID };
	Datum values[4] = { CStringGetTextDatum(original->model),
		                Int32GetDatum(original->version),
		                source ? CStringGetTextDatum(source) : (Datum) 0,
		                start ? CStringGetTextDatum(start) : (Datum) 0 };
	char nulls[4] = { ' ', ' ', source ? ' ' : 'n', start ? ' ' : 'n' };
	MemoryContext spi;
	char *layout;
	bool null;
	int result = SPI_execute_with_args(
		"SELECT version, spec -> 'call' || jsonb_build_object("
		" 'source', coalesce($3, spec ->> 'relation',"
		" spec #>> '{call,source}'),"
		" 'features', spec -> 'features', 'exclude', '[]'::jsonb,"
		" 'options', CASE jsonb_typeof(spec #> '{call,options}')"
		" WHEN 'object' THEN spec #> '{call,options}' ELSE '{}' END - 'start'"
		" || CASE WHEN $4 IS NULL THEN '{}' ELSE jsonb_build_object('start',"
		" CASE $4 WHEN '' THEN to_jsonb(version) ELSE $4::jsonb END) END),"
		" spec -> 'columns', spec -> 'features', spec ->> 'relation',"
		" spec ->> 'layout'"
		" FROM fairpg_catalog.model_version"
		" WHERE model = $1 AND (version = $2 OR $2 = 0)"
		" ORDER BY version DESC LIMIT 1",
		4, types, values, nulls, true, 1);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "statement on the fairpg store failed: %s",
		     SPI_result_code_string(result));
	if (SPI_processed == 0)
		refuse_missing(original->model, original->version);
	spi = MemoryContextSwitchTo(caller);
	original->version = DatumGetInt32(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	original->call = jsonb_column(2);
	original->columns = jsonb_column(3);
	original->features = jsonb_column(4);
	original->relation =
		SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 5);
	layout = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 6);
	MemoryContextSwitchTo(spi);
	store_spi_end(nest_level);
	if (layout == NULL || atoi(layout) != REPLAY_LAYOUT ||
	    original->call == NULL || !JB_ROOT_IS_OBJECT(original->call) ||
	    original->columns == NULL || !JB_ROOT_IS_OBJECT(original->columns) ||
	    original->features == NULL || !JB_ROOT_IS_ARRAY(original->features))
		refuse_layout(original);
}

/* ---- making it again ---- */

/* A value of the JSON object, or NULL; a JSON null counts as given. */
static JsonbValue *
find_key(Jsonb *object, const char *name)
{
	return getKeyJsonValueFromContainer(&object->root, name, strlen(name),
	                                    NULL);
}

static ArrayType *
read_texts(JsonbContainer *list, const char *name)
{
	int n;
	char **texts = args_strings(list, name, &n);
	Datum *elements = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(texts[i]);
	return construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT);
}

/* The value of an argument; false: JSON that cannot be one. */
static bool
read_argument(const Argument *argument, JsonbValue *json, Datum *value)
{
	bool is_array =
		json->type == jbvBinary && JsonContainerIsArray(json->val.binary.data);

	switch (argument->type)
	{
		case TEXTOID:
			if (json->type != jbvString)
				return false;
			*value = PointerGetDatum(cstring_to_text_with_len(
				json->val.string.val, json->val.string.len));
			return true;
		case TEXTARRAYOID:
			if (!is_array)
				return false;
			*value = PointerGetDatum(
				read_texts(json->val.binary.data, argument->name));
			return true;
		case FLOAT8OID:
		case INT8OID:
			if (json->type != jbvNumeric)
				return false;
			*value = DirectFunctionCall1(
				argument->type == INT8OID ? numeric_int8 : numeric_float8,
				NumericGetDatum(json->val.numeric));
			return true;
		default:
			if (json->type != jbvBinary)
				return false;
			*value = JsonbPGetDatum(JsonbValueToJsonb(json));
			return true;
	}
}

/* The arguments of fairpg.train(), as if it had been called in the place of
 * 'caller'. */
static FunctionCallInfo
make_arguments(const Original *original, FunctionCallInfo caller)
{
	FunctionCallInfo made = palloc0(SizeForFunctionCallInfo(N_ARGUMENTS));

	InitFunctionCallInfoData(*made, caller->flinfo, N_ARGUMENTS,
	                         caller->fncollation, NULL, NULL);
	for (int i = 0; i < N_ARGUMENTS; i++)
	{
		JsonbValue *json;

		made->args[i].isnull = true;
		if (!arguments[i].is_kept)
			continue;
		json = find_key(original->call, arguments[i].name);
		if (json == NULL)
			refuse_layout(original);
		if (json->type == jbvNull)
			continue;
		if (!read_argument(&arguments[i], json, &made->args[i].value))
			refuse_layout(original);
		made->args[i].isnull = false;
	}
	made->args[0] = caller->args[ARG_MODEL];
	made->args[N_ARGUMENTS - 1] = caller->args[ARG_COMMENT];
	return made;
}

/* ---- what has become of the columns ---- */

static void
check_column(const Original *original, const Source *source, const char *name,
             const char *role)
{
	JsonbValue *before = find_key(original->columns, name);
	int place = source_find_column(source, name);
	char *was;
	char *is;

	if (before == NULL || before->type != jbvString)
		refuse_layout(original);
	was = pnstrdup(before->val.string.val, before->val.string.len);
	if (place < 0)
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_COLUMN),
		         errmsg("%s column \"%s\" of model \"%s\" version %d is gone "
		                "from source %s",
		                role, name, original->model, original->version,
		                source->name),
		         errdetail("It was of type %s.", was),
		         errhint("Call fairpg.train() with the columns that there are, "
		                 "or give a source that has it.")));
	is = source_type_name(TupleDescAttr(source->columns, place)->atttypid);
	if (strcmp(was, is) != 0)
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("%s column \"%s\" of model \"%s\" version %d has "
		                "another type in source %s",
		                role, name, original->model, original->version,
		                source->name),
		         errdetail("It was %s and is %s now.", was, is),
		         errhint("Call fairpg.train() with the columns as they are, or "
		                 "give a source that has it as it was.")));
}

/* The columns that the source has had since, as one warning; NIL without. */
static List *
warn_of_new_columns(const Original *original, const Source *source)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < source->columns->natts; i++)
	{
		char *name = NameStr(TupleDescAttr(source->columns, i)->attname);

		if (find_key(original->columns, name) == NULL)
			appendStringInfo(&list, "%s\"%s\"", list.len > 0 ? ", " : "", name);
	}
	if (list.len == 0)
		return NIL;
	return list_make1(psprintf("columns that version %d did not have are no "
	                           "features: %s",
	                           original->version, list.data));
}

/* The relation of the version, where no other source was given. */
static void
check_relation(const Original *original, const char *name)
{
	List *names;

	if (original->relation == NULL || strcmp(original->relation, name) != 0)
		return;
	names = textToQualifiedNameList(cstring_to_text(name));
	if (!OidIsValid(
			RangeVarGetRelid(makeRangeVarFromNameList(names), NoLock, true)))
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_TABLE),
		         errmsg("source \"%s\" of model \"%s\" version %d is gone",
		                name, original->model, original->version),
		         errhint("Give another one with source.")));
}

/* Looks at the source before anything is read. */
static List *
check_columns(const Original *original, FunctionCallInfo made)
{
	char *name = TextDatumGetCString(made->args[1].value);
	char *label = TextDatumGetCString(made->args[2].value);
	int n;
	char **features = args_strings(&original->features->root, "features", &n);
	Source source;

	check_relation(original, name);
	source_open(name, &source);
	check_column(original, &source, label, "label");
	for (int i = 0; i < n; i++)
		check_column(original, &source, features[i], "feature");
	return warn_of_new_columns(original, &source);
}

/* Says what a training is that fails, whoever finds it in a log. */
static void
explain_error(void *original)
{
	errcontext("training model \"%s\" again as version %d was",
	           ((Original *) original)->model,
	           ((Original *) original)->version);
}

void
replay_find(FunctionCallInfo fcinfo, StoreUse use, Replay *replay)
{
	Original *original = palloc0(sizeof(Original));
	char *source = args_text_or_null(fcinfo, ARG_SOURCE);

	original->model = args_text_required(fcinfo, ARG_MODEL, "model");
	if (!PG_ARGISNULL(ARG_VERSION))
		original->version = PG_GETARG_INT32(ARG_VERSION);
	if (!PG_ARGISNULL(ARG_VERSION) && original->version < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("version must be greater than zero")));
	if (source != NULL && source[0] == '\0')
		args_text_required(fcinfo, ARG_SOURCE, "source");
	store_require(use);
	find_original(original, source, read_start(fcinfo));
	replay->context = (ErrorContextCallback){ .previous = error_context_stack,
		                                      .callback = explain_error,
		                                      .arg = original };
	error_context_stack = &replay->context;
	replay->version = original->version;
	replay->arguments = make_arguments(original, fcinfo);
	replay->warnings = check_columns(original, replay->arguments);
}

void
replay_end(Replay *replay)
{
	error_context_stack = replay->context.previous;
}

/*
 * retrain(model, source, version, start, comment) returns fairpg.train_result
 *
 * Makes the call again that made the version (the newest, where none is
 * given), over the rows of today, and stores what comes of it as the next
 * version.
 */
FAIRPG_FUNCTION(fairpg_retrain);
Datum
fairpg_retrain(PG_FUNCTION_ARGS)
{
	Replay replay;
	Datum result;

	replay_find(fcinfo, STORE_TO_TRAIN, &replay);
	result = train_run(replay.arguments, "fairpg.retrain()", &replay);
	replay_end(&replay);
	return result;
}
