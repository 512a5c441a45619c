/*
 * args.c
 *    Reading what the user gave: settings, name lists and options.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/numeric.h"

#include "pg/args.h"

const char *
setting_string(const char *name)
{
	return GetConfigOption(name, false, false);
}

int
setting_int(const char *name)
{
	return atoi(setting_string(name));
}

double
setting_real(const char *name)
{
	return atof(setting_string(name));
}

size_t
setting_train_mem_bytes(void)
{
	size_t kb = (size_t) setting_int("fairpg.train_mem");

	if (kb == 0)
		kb = (size_t) maintenance_work_mem;
	return kb * 1024;
}

int
setting_workers(void)
{
	int workers = setting_int("fairpg.workers");

	return workers < 0 ? max_parallel_maintenance_workers : workers;
}

char **
args_text_array(ArrayType *array, const char *argument, int *count)
{
	Datum *elements;
	bool *nulls;
	char **texts;

	*count = 0;
	if (array == NULL)
		return NULL;
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		                errmsg("argument \"%s\" must be a one-dimensional "
		                       "array",
		                       argument)));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements,
	                  &nulls, count);
	texts = palloc(sizeof(char *) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
			        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			         errmsg("argument \"%s\" must not contain null elements",
			                argument)));
		texts[i] = TextDatumGetCString(elements[i]);
	}
	return texts;
}

char *
args_text_or_null(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL
	                            : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

char *
args_text_required(FunctionCallInfo fcinfo, int number, const char *argument)
{
	char *value = args_text_or_null(fcinfo, number);

	if (value == NULL || value[0] == '\0')
		ereport(
			ERROR,
			(errcode(value == NULL ? ERRCODE_NULL_VALUE_NOT_ALLOWED
		                           : ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("argument \"%s\" must not be null or empty", argument)));
	return value;
}

static const ArgsOption *
find_option(const ArgsOption *known, const JsonbValue *key)
{
	for (; known->name != NULL; known++)
		if ((int) strlen(known->name) == key->val.string.len &&
		    memcmp(known->name, key->val.string.val, key->val.string.len) == 0)
			return known;
	return NULL;
}

static void
refuse_key(const ArgsOption *known, const JsonbValue *key)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const ArgsOption *option = known; option->name != NULL; option++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", option->name);
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("option \"%.*s\" does not exist",
	                       key->val.string.len, key->val.string.val),
	                list.len > 0 ? errhint("The options are: %s.", list.data)
	                             : errhint("There are no options here.")));
}

static void
refuse_type(const ArgsOption *option, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
	                errmsg("option \"%s\" must be %s", option->name, wanted)));
}

/* A number option as double, its range checked. */
static double
option_number(const ArgsOption *option, const JsonbValue *value)
{
	double number;

	if (value->type != jbvNumeric)
		refuse_type(option, "a number");
	number = DatumGetFloat8(DirectFunctionCall1(
		numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	if (!(number >= option->min && number <= option->max))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"%s\" must be between %g and %g",
		                       option->name, option->min, option->max)));
	if (option->kind != ARGS_REAL && number != rint(number))
		refuse_type(option, "a whole number");
	return number;
}

static void
read_option(const ArgsOption *option, const JsonbValue *value)
{
	if (value->type == jbvNull)
		return;
	switch (option->kind)
	{
		case ARGS_BOOLEAN:
			if (value->type != jbvBool)
				refuse_type(option, "true or false");
			*(bool *) option->target = value->val.boolean;
			break;
		case ARGS_INT:
			*(int *) option->target = (int) option_number(option, value);
			break;
		case ARGS_BIGINT:
			*(int64 *) option->target = (int64) option_number(option, value);
			break;
		case ARGS_REAL:
			*(double *) option->target = option_number(option, value);
			break;
		case ARGS_TEXT:
			if (value->type != jbvString)
				refuse_type(option, "a string");
			*(char **) option->target =
				pnstrdup(value->val.string.val, value->val.string.len);
			break;
		case ARGS_OBJECT:
			*(Jsonb **) option->target =
				JsonbValueToJsonb((JsonbValue *) value);
			if (!JB_ROOT_IS_OBJECT(*(Jsonb **) option->target))
				refuse_type(option, "a JSON object");
			break;
		case ARGS_ARRAY:
			if (value->type != jbvBinary ||
			    !JsonContainerIsArray(value->val.binary.data))
				refuse_type(option, "an array");
			*(JsonbContainer **) option->target = value->val.binary.data;
			break;
		case ARGS_VALUE:
			*(JsonbValue **) option->target = palloc(sizeof(JsonbValue));
			**(JsonbValue **) option->target = *value;
			break;
	}
}

void
args_object(JsonbContainer *object, const ArgsOption *known)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue key;
	JsonbValue value;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		const ArgsOption *option;

		if (token != WJB_KEY)
			continue;
		option = find_option(known, &key);
		if (option == NULL)
			refuse_key(known, &key);
		JsonbIteratorNext(&iterator, &value, true);
		read_option(option, &value);
	}
}

void
args_options(Jsonb *options, const ArgsOption *known)
{
	if (options == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
		                errmsg("options must be a JSON object"),
		                errhint("For example: '{\"key\": \"id\"}'.")));
	args_object(&options->root, known);
}

char **
args_strings(JsonbContainer *array, const char *name, int *count)
{
	char **strings = palloc(sizeof(char *) * Max(JsonContainerSize(array), 1));
	JsonbIterator *iterator = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue value;

	*count = 0;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (value.type != jbvString)
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
			                errmsg("option \"%s\" must be an array of strings",
			                       name)));
		strings[(*count)++] =
			pnstrdup(value.val.string.val, value.val.string.len);
	}
	return strings;
}

double *
args_numbers(JsonbContainer *array, const char *name, double min, double max,
             int *count)
{
	double *numbers = palloc(sizeof(double) * Max(JsonContainerSize(array), 1));
	const ArgsOption option = { name, ARGS_REAL, NULL, min, max };
	JsonbIterator *iterator = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue value;

	*count = 0;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (value.type != jbvNumeric)
			refuse_type(&option, "an array of numbers");
		numbers[(*count)++] = option_number(&option, &value);
	}
	return numbers;
}
