/*
 * analysis_call.c
 *    A call of the function behind an analysis.
 *
 * All arguments are put together as one JSON object, which is kept with the
 * result, and then given to the function as parameters of the types that it
 * declares.  What is neither the evaluation's nor the caller's is left to the
 * function's own defaults.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/analyses.h"

/* The arguments that a function takes. */
typedef struct Signature
{
	int n;
	char **names;
	Oid *types;
} Signature;

/* The function of schema fairpg that returns rows; there is one. */
static Signature
find_signature(const char *function)
{
	Oid schema = get_namespace_oid("fairpg", false);
	CatCList *list =
		SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(function));
	Signature signature = { .n = -1 };

	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple tuple = &list->members[i]->tuple;
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);
		char *modes;
		Oid *types;
		char **names;

		if (proc->pronamespace != schema || !proc->proretset)
			continue;
		/* columns of the result come after the arguments */
		(void) get_func_arg_info(tuple, &types, &names, &modes);
		signature =
			(Signature){ .n = proc->pronargs, .names = names, .types = types };
	}
	ReleaseSysCacheList(list);
	if (signature.n < 0)
		elog(ERROR, "function \"fairpg.%s\" was not found", function);
	return signature;
}

static int
find_argument(const Signature *signature, const char *name)
{
	for (int i = 0; i < signature->n; i++)
		if (strcmp(signature->names[i], name) == 0)
			return i;
	return -1;
}

static JsonbValue *
find_key(Jsonb *object, const char *name)
{
	JsonbValue key = { .type = jbvString };

	key.val.string.val = unconstify(char *, name);
	key.val.string.len = (int) strlen(name);
	return findJsonbValueFromContainer(&object->root, JB_FOBJECT, &key);
}

bool
analysis_given(Jsonb *given, const char *argument)
{
	JsonbValue *value = given == NULL ? NULL : find_key(given, argument);

	return value != NULL && value->type != jbvNull;
}

static void
add_key(StringInfo json, const char *name)
{
	if (json->len > 1)
		appendStringInfoString(json, ", ");
	escape_json(json, name);
	appendStringInfoString(json, ": ");
}

static void
add_text(StringInfo json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	add_key(json, name);
	escape_json(json, value);
}

/* JSON has no infinity: as a string it is read all the same. */
static void
add_real(StringInfo json, const char *name, double value)
{
	if (isnan(value))
		return;
	add_key(json, name);
	if (isinf(value))
		appendStringInfoString(json,
		                       value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
	else
	{
		char buffer[DOUBLE_SHORTEST_DECIMAL_LEN];

		(void) double_to_shortest_decimal_buf(value, buffer);
		appendStringInfoString(json, buffer);
	}
}

static void
add_texts(StringInfo json, const char *name, char **texts, int n)
{
	if (n == 0)
		return;
	add_key(json, name);
	for (int i = 0; i < n; i++)
	{
		appendStringInfoString(json, i == 0 ? "[" : ", ");
		escape_json(json, texts[i]);
	}
	appendStringInfoChar(json, ']');
}

/* The name of the column that says what the model decides. */
static char *
decision_column(const Evaluated *evaluated)
{
	return source_free_name(&evaluated->source, "fairpg_decision");
}

/* The source with what the model decides of each row.  OFFSET 0 keeps the
 * planner from moving the call to each place that uses its result. */
static char *
decided_source(const Evaluated *evaluated)
{
	if (evaluated->model == NULL)
		return evaluated->from;
	return psprintf("SELECT src.*, fairpg.decide(%s, src.*, %d) AS %s FROM %s"
	                " OFFSET 0",
	                quote_literal_cstr(evaluated->model), evaluated->version,
	                quote_identifier(decision_column(evaluated)),
	                evaluated->source.from);
}

char **
analysis_columns(const Evaluated *evaluated, int *n)
{
	char **columns = palloc(sizeof(char *) * (Size) SOURCE_MAX_CROSSED *
	                        (Size) Max(evaluated->n_protected, 1));

	*n = 0;
	for (int a = 0; a < evaluated->n_protected; a++)
	{
		char *crossed[SOURCE_MAX_CROSSED];
		int n_crossed =
			source_attribute(&evaluated->source, evaluated->protected_names[a],
		                     "protected", crossed);

		for (int c = 0; c < n_crossed; c++)
		{
			bool known = false;

			for (int i = 0; i < *n; i++)
				known = known || strcmp(columns[i], crossed[c]) == 0;
			if (!known)
				columns[(*n)++] = crossed[c];
		}
	}
	return columns;
}

/* The column that goes by one of the names that it usually has; or NULL. */
static char *
usual_column(const Evaluated *evaluated, const char *const *usual)
{
	int n;
	char **columns = analysis_columns(evaluated, &n);

	for (; *usual != NULL; usual++)
		for (int i = 0; i < n; i++)
			if (pg_strcasecmp(columns[i], *usual) == 0)
				return columns[i];
	return NULL;
}

char *
analysis_sex(const Evaluated *evaluated)
{
	static const char *const usual[] = { "sex", "gender", NULL };

	return usual_column(evaluated, usual);
}

char *
analysis_race(const Evaluated *evaluated)
{
	static const char *const usual[] = { "race", "ethnicity", "race_ethnicity",
		                                 NULL };

	return usual_column(evaluated, usual);
}

/* Decisions, scores and predictions are what others made of the features. */
static void
add_excluded(StringInfo json, const char *name, const Evaluated *evaluated)
{
	char *excluded[3];
	int n = 0;

	if (evaluated->decision != NULL)
		excluded[n++] = evaluated->decision;
	if (evaluated->score != NULL)
		excluded[n++] = evaluated->score;
	if (evaluated->prediction != NULL)
		excluded[n++] = evaluated->prediction;
	add_texts(json, name, excluded, n);
}

static void
add_argument(StringInfo json, const AnalysisArgument *argument,
             const Evaluated *evaluated)
{
	const char *name = argument->name;
	bool of_model = evaluated->model != NULL;
	char **columns;
	int n;

	switch (argument->from)
	{
		case FROM_SOURCE:
			add_text(json, name, evaluated->from);
			break;
		case FROM_DECIDED_SOURCE:
			add_text(json, name, decided_source(evaluated));
			break;
		case FROM_LABEL:
			add_text(json, name, evaluated->label);
			break;
		case FROM_POSITIVE:
			add_text(json, name, evaluated->positive);
			break;
		case FROM_DECISION:
			add_text(json, name,
			         of_model ? decision_column(evaluated)
			                  : evaluated->decision);
			break;
		case FROM_OWN_DECISION:
			add_text(json, name, evaluated->decision);
			break;
		case FROM_SCORE:
			add_text(json, name, evaluated->score);
			break;
		case FROM_THRESHOLD:
			if (evaluated->score != NULL)
				add_real(json, name, evaluated->threshold);
			break;
		case FROM_WEIGHT:
			add_text(json, name, evaluated->weight);
			break;
		case FROM_MODEL:
			add_text(json, name, evaluated->model);
			break;
		case FROM_VERSION:
			if (of_model)
				add_real(json, name, evaluated->version);
			break;
		case FROM_PROTECTED:
			add_texts(json, name, evaluated->protected_names,
			          evaluated->n_protected);
			break;
		case FROM_COLUMNS:
			columns = analysis_columns(evaluated, &n);
			add_texts(json, name, columns, n);
			break;
		case FROM_SEX:
			add_text(json, name, analysis_sex(evaluated));
			break;
		case FROM_RACE:
			add_text(json, name, analysis_race(evaluated));
			break;
		case FROM_FEATURES:
			add_texts(json, name, evaluated->features, evaluated->n_features);
			break;
		case FROM_EXCLUDE:
			add_excluded(json, name, evaluated);
			break;
		case FROM_LEVEL:
			add_real(json, name, evaluated->level);
			break;
		case FROM_SEED:
			add_key(json, name);
			appendStringInfo(json, INT64_FORMAT, evaluated->seed);
			break;
		case FROM_OPTIONS:
			add_key(json, name);
			appendStringInfo(json, "{\"min_group\": %d}", evaluated->min_group);
			break;
	}
}

static Jsonb *
read_json(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

/* Keys of the second object in place of those of the first. */
static Jsonb *
merge(Jsonb *first, Jsonb *second)
{
	return DatumGetJsonbP(DirectFunctionCall2(
		jsonb_concat, JsonbPGetDatum(first), JsonbPGetDatum(second)));
}

/* Whether what is given for an argument of the evaluation may be. */
static void
check_given(const AnalysisCall *call, const Signature *signature,
            const char *name)
{
	const Analysis *analysis = call->analysis;
	StringInfoData known;

	for (const AnalysisArgument *a = analysis->arguments; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0 && a->from < MAY_BE_GIVEN)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("argument \"%s\" of analysis \"%s\" cannot be "
			                "given",
			                name, analysis->name),
			         errdetail("It is that of the evaluation."),
			         errhint("Call fairpg.%s() for other rows or labels.",
			                 analysis->function)));
	if (find_argument(signature, name) >= 0)
		return;
	initStringInfo(&known);
	for (int i = 0; i < signature->n; i++)
	{
		bool fixed = false;

		for (const AnalysisArgument *a = analysis->arguments; a->name != NULL;
		     a++)
			if (strcmp(a->name, signature->names[i]) == 0)
				fixed = a->from < MAY_BE_GIVEN;
		if (!fixed)
			appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "",
			                 signature->names[i]);
	}
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	     errmsg("analysis \"%s\" has no argument \"%s\"", analysis->name, name),
	     errhint("Arguments that can be given are: %s.", known.data)));
}

/* Options of the caller are added to those of the evaluation; what is no object
 * is left for the function to refuse. */
static void
merge_options(AnalysisCall *call, Jsonb *own)
{
	JsonbValue *ours = find_key(own, "options");
	JsonbValue *given =
		call->given == NULL ? NULL : find_key(call->given, "options");
	StringInfoData json;
	Jsonb *options;

	if (ours == NULL || given == NULL || given->type != jbvBinary ||
	    !JsonContainerIsObject(given->val.binary.data))
		return;
	options = merge(JsonbValueToJsonb(ours), JsonbValueToJsonb(given));
	initStringInfo(&json);
	appendStringInfoString(&json, "{\"options\": ");
	(void) JsonbToCString(&json, &options->root, VARSIZE(options));
	appendStringInfoChar(&json, '}');
	call->arguments = merge(call->arguments, read_json(json.data));
}

static void
refuse_kind(const AnalysisCall *call, const char *name, const char *kind)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("argument \"%s\" of analysis \"%s\" must be %s",
	                       name, call->analysis->name, kind)));
}

/* A JSON scalar as the input function of a type takes it. */
static char *
scalar_text(const AnalysisCall *call, const char *name, const JsonbValue *value,
            Oid type)
{
	bool is_number = type == INT4OID || type == INT8OID || type == FLOAT8OID;

	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, (Size) value->val.string.len);
	if (is_number && value->type == jbvNumeric)
		return DatumGetCString(DirectFunctionCall1(
			numeric_out, NumericGetDatum(value->val.numeric)));
	if (type == BOOLOID && value->type == jbvBool)
		return pstrdup(value->val.boolean ? "true" : "false");
	refuse_kind(call, name,
	            is_number         ? "a number"
	            : type == BOOLOID ? "a boolean"
	                              : "a string");
	return NULL;
}

static Datum
scalar_datum(const AnalysisCall *call, const char *name,
             const JsonbValue *value, Oid type)
{
	Oid input;
	Oid parameter;

	getTypeInputInfo(type, &input, &parameter);
	return OidInputFunctionCall(input, scalar_text(call, name, value, type),
	                            parameter, -1);
}

static Datum
array_datum(const AnalysisCall *call, const char *name, const JsonbValue *value,
            Oid element)
{
	JsonbContainer *array = NULL;
	Datum *values;
	int n;
	int16 length;
	bool by_value;
	char align;

	if (value->type == jbvBinary)
		array = value->val.binary.data;
	if (array == NULL || !JsonContainerIsArray(array) ||
	    JsonContainerIsScalar(array))
		refuse_kind(call, name, "an array");
	n = (int) JsonContainerSize(array);
	values = palloc(sizeof(Datum) * (Size) Max(n, 1));
	for (int i = 0; i < n; i++)
		values[i] = scalar_datum(
			call, name, getIthJsonbValueFromContainer(array, (uint32) i),
			element);
	get_typlenbyvalalign(element, &length, &by_value, &align);
	return PointerGetDatum(
		construct_array(values, n, element, length, by_value, align));
}

/* An argument as a parameter of the statement, or as NULL. */
static void
add_parameter(AnalysisCall *call, StringInfo statement, const char *name,
              JsonbValue *value, Oid type)
{
	Oid element = get_element_type(type);
	Datum datum;

	appendStringInfo(statement, "%s => ", quote_identifier(name));
	if (value->type == jbvNull)
	{
		appendStringInfoString(statement, "NULL");
		return;
	}
	if (type == JSONBOID)
		datum = JsonbPGetDatum(JsonbValueToJsonb(value));
	else if (OidIsValid(element))
		datum = array_datum(call, name, value, element);
	else
		datum = scalar_datum(call, name, value, type);
	call->types[call->n_parameters] = type;
	call->values[call->n_parameters] = datum;
	appendStringInfo(statement, "$%d", ++call->n_parameters);
}

static void
build_statement(AnalysisCall *call, const Signature *signature)
{
	JsonbIterator *iterator = JsonbIteratorInit(&call->arguments->root);
	StringInfoData statement;
	JsonbIteratorToken token;
	JsonbValue value;
	char *name = NULL;

	call->types = palloc(sizeof(Oid) * (Size) signature->n);
	call->values = palloc(sizeof(Datum) * (Size) signature->n);
	initStringInfo(&statement);
	appendStringInfo(&statement, "SELECT r.* FROM fairpg.%s(",
	                 quote_identifier(call->analysis->function));
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			if (name != NULL)
				appendStringInfoString(&statement, ", ");
			name = pnstrdup(value.val.string.val, (Size) value.val.string.len);
		}
		else if (token == WJB_VALUE)
			add_parameter(call, &statement, name, &value,
			              signature->types[find_argument(signature, name)]);
	}
	appendStringInfoString(&statement, ") AS r");
	call->statement = statement.data;
}

void
analysis_prepare(const Evaluated *evaluated, AnalysisCall *call)
{
	const Analysis *analysis = call->analysis;
	Signature signature = find_signature(analysis->function);
	StringInfoData json;
	Jsonb *own;

	if (call->given != NULL)
	{
		JsonbIterator *iterator = JsonbIteratorInit(&call->given->root);
		JsonbIteratorToken token;
		JsonbValue value;

		while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
			if (token == WJB_KEY)
				check_given(call, &signature,
				            pnstrdup(value.val.string.val,
				                     (Size) value.val.string.len));
	}
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (const AnalysisArgument *a = analysis->arguments; a->name != NULL; a++)
		if (a->from < MAY_BE_GIVEN || a->from == FROM_OPTIONS ||
		    !analysis_given(call->given, a->name))
			add_argument(&json, a, evaluated);
	appendStringInfoChar(&json, '}');
	own = read_json(json.data);
	call->arguments = call->given == NULL ? own : merge(own, call->given);
	merge_options(call, own);
	build_statement(call, &signature);
}
