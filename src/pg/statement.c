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

static void
check(int result, int expected)
{
	if (result != expected)
		elog(ERROR, "statement on the fairpg store failed: %s",
		     SPI_result_code_string(result));
}

/* Runs one statement of ours; with RETURNING the answer is in SPI_tuptable. */
void
run(const char *statement, Parameters *parameters, int expected)
{
	check(SPI_execute_with_args(statement, parameters->n, parameters->types,
	                            parameters->values, parameters->nulls, false,
	                            0),
	      expected);
}

/* Statements whose plans the session keeps. */
#define MOST_KEPT 64

typedef struct KeptPlan
{
	char *statement;
	int n; /* parameters */
	Oid types[MAX_PARAMETERS];
	SPIPlanPtr plan;
} KeptPlan;

static KeptPlan *kept[MOST_KEPT];
static int n_kept = 0;

static SPIPlanPtr
find_plan(const char *statement, const Parameters *parameters)
{
	for (int i = 0; i < n_kept; i++)
		if (strcmp(kept[i]->statement, statement) == 0 &&
		    kept[i]->n == parameters->n &&
		    memcmp(kept[i]->types, parameters->types,
		           sizeof(Oid) * (Size) parameters->n) == 0)
			return kept[i]->plan;
	return NULL;
}

static SPIPlanPtr
keep_plan(const char *statement, Parameters *parameters)
{
	SPIPlanPtr plan = SPI_prepare_cursor(
		statement, parameters->n, parameters->types, CURSOR_OPT_GENERIC_PLAN);
	KeptPlan *place;

	if (plan == NULL)
		elog(ERROR, "statement on the fairpg store failed: %s",
		     SPI_result_code_string(SPI_result));
	if (n_kept == MOST_KEPT)
		return plan;
	place = MemoryContextAlloc(TopMemoryContext, sizeof(KeptPlan));
	place->statement = MemoryContextStrdup(TopMemoryContext, statement);
	place->n = parameters->n;
	memcpy(place->types, parameters->types, sizeof(Oid) * (Size) parameters->n);
	place->plan = plan;
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "could not keep a plan");
	kept[n_kept++] = place;
	return plan;
}

/* The same of a statement that comes again: its plan is kept, one for all
 * values, up to some number of them a session. */
void
run_again(const char *statement, Parameters *parameters, int expected)
{
	SPIPlanPtr plan = find_plan(statement, parameters);

	if (plan == NULL)
		plan = keep_plan(statement, parameters);
	check(
		SPI_execute_plan(plan, parameters->values, parameters->nulls, false, 0),
		expected);
}
