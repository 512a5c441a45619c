/*
 * statement.c
 *    Statements that fairpg writes itself, with parameters.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "pg/compat.h"
#include "pg/statement.h"

static void
add(Parameters *parameters, Oid type, Datum value, bool null)
{
	if (parameters->n >= MAX_PARAMETERS)
		elog(ERROR, "too many parameters");
	parameters->types[parameters->n] = type;
	parameters->values[parameters->n] = value;
	parameters->nulls[parameters->n] = null ? 'n' : ' ';
	parameters->n++;
}

void
add_null(Parameters *parameters, Oid type)
{
	add(parameters, type, (Datum) 0, true);
}

void
add_text(Parameters *parameters, const char *value)
{
	add(parameters, TEXTOID,
	    value != NULL ? CStringGetTextDatum(value) : (Datum) 0, value == NULL);
}

void
add_real(Parameters *parameters, double value)
{
	add(parameters, FLOAT8OID, Float8GetDatum(value), isnan(value));
}

void
add_int(Parameters *parameters, int value)
{
	add(parameters, INT4OID, Int32GetDatum(value), false);
}

void
add_bigint(Parameters *parameters, int64 value)
{
	add(parameters, INT8OID, Int64GetDatum(value), false);
}

void
add_boolean(Parameters *parameters, bool value)
{
	add(parameters, BOOLOID, BoolGetDatum(value), false);
}

void
add_jsonb(Parameters *parameters, Datum value)
{
	add(parameters, JSONBOID, value, false);
}

void
add_bytes(Parameters *parameters, const uint8_t *bytes, size_t size_bytes)
{
	bytea *value;

	if (size_bytes > MaxAllocSize - VARHDRSZ)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("the model is too large to be stored")));
	value = palloc(size_bytes + VARHDRSZ);
	SET_VARSIZE(value, size_bytes + VARHDRSZ);
	memcpy(VARDATA(value), bytes, size_bytes);
	add(parameters, BYTEAOID, PointerGetDatum(value), false);
}

void
elements_init(Elements *elements, int n)
{
	elements->values =
		palloc_extended((Size) Max(n, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	elements->nulls =
		palloc_extended((Size) Max(n, 1) * sizeof(bool), MCXT_ALLOC_HUGE);
	elements->n = 0;
}

void
push_text(Elements *elements, const char *value)
{
	elements->values[elements->n] =
		value != NULL ? CStringGetTextDatum(value) : (Datum) 0;
	elements->nulls[elements->n++] = value == NULL;
}

void
push_real(Elements *elements, double value)
{
	elements->values[elements->n] = Float8GetDatum(value);
	elements->nulls[elements->n++] = isnan(value);
}

void
push_int(Elements *elements, int value)
{
	elements->values[elements->n] = Int32GetDatum(value);
	elements->nulls[elements->n++] = false;
}

void
push_bigint(Elements *elements, int64 value)
{
	elements->values[elements->n] = Int64GetDatum(value);
	elements->nulls[elements->n++] = false;
}

void
push_boolean(Elements *elements, bool value)
{
	elements->values[elements->n] = BoolGetDatum(value);
	elements->nulls[elements->n++] = false;
}

/* Adds the column as an array of the element type. */
void
add_elements(Parameters *parameters, Oid type, Elements *elements)
{
	int dimension = elements->n;
	int lower = 1;
	int16 length;
	bool by_value;
	char align;
	ArrayType *array;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	if (elements->n == 0)
		array = construct_empty_array(type);
	else
		array =
			construct_md_array(elements->values, elements->nulls, 1, &dimension,
		                       &lower, type, length, by_value, align);
	add(parameters, get_array_type(type), PointerGetDatum(array), false);
}

void
add_text_array(Parameters *parameters, char **texts, int n)
{
	Elements elements;

	elements_init(&elements, n);
	for (int i = 0; i < n; i++)
		push_text(&elements, texts[i]);
	add_elements(parameters, TEXTOID, &elements);
}

/* Runs one statement of ours; with RETURNING the answer is in SPI_tuptable. */
void
run(const char *statement, Parameters *parameters, int expected)
{
	int result =
		SPI_execute_with_args(statement, parameters->n, parameters->types,
	                          parameters->values, parameters->nulls, false, 0);

	if (result != expected)
		elog(ERROR, "statement on the fairpg store failed: %s",
		     SPI_result_code_string(result));
}
