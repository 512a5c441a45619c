/*
 * version.c
 *    What the store says of a version of a model.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/store.h"
#include "pg/version.h"

static char *
text_column(int column)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
}

static double
real_column(int column)
{
	bool null;
	Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
	                            column, &null);

	return null ? NAN : DatumGetFloat8(value);
}

/* The row of the statement that read_version() has run. */
static void
take_version(VersionSpec *spec)
{
	HeapTuple row = SPI_tuptable->vals[0];
	TupleDesc desc = SPI_tuptable->tupdesc;
	Datum value;
	bool null;

	spec->version = DatumGetInt32(SPI_getbinval(row, desc, 1, &null));
	spec->constraints = DatumGetJsonbPCopy(SPI_getbinval(row, desc, 2, &null));
	spec->threshold = real_column(3);
	spec->label = text_column(4);
	spec->positive = text_column(5);
	spec->weight = text_column(6);
	spec->protected_names =
		args_text_array(DatumGetArrayTypeP(SPI_getbinval(row, desc, 7, &null)),
	                    "protected", &spec->n_protected);
	spec->min_group = text_column(8);
	spec->of_numbers = strcmp(text_column(9), "linear") == 0;
	value = SPI_getbinval(row, desc, 10, &null);
	if (!null)
		spec->classes = args_text_array(DatumGetArrayTypeP(value), "classes",
		                                &spec->n_classes);
}

void
version_read(const char *model, int version, VersionSpec *spec)
{
	MemoryContext caller = CurrentMemoryContext;
	int nest_level = store_spi_begin();
	Oid types[2] = { TEXTOID, INT4OID };
	Datum values[2] = { CStringGetTextDatum(model), Int32GetDatum(version) };
	int result = SPI_execute_with_args(
		"SELECT version, coalesce(spec -> 'constraints', '[]'), threshold,"
		" label,"
		" spec ->> 'positive', spec ->> 'weight', protected,"
		" (spec #>> '{options,min_group}')::numeric::int, family,"
		" (SELECT array_agg(c ORDER BY place)"
		" FROM jsonb_array_elements_text(spec -> 'classes')"
		" WITH ORDINALITY AS class (c, place))"
		" FROM fairpg_catalog.model_version"
		" WHERE model = $1 AND (version = $2 OR $2 = 0)"
		" ORDER BY version DESC LIMIT 1",
		2, types, values, NULL, true, 1);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "model version could not be read: %s",
		     SPI_result_code_string(result));
	if (SPI_processed == 0 && version > 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" version %d does not exist", model,
		                       version)));
	if (SPI_processed == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" does not exist", model)));
	MemoryContextSwitchTo(caller);
	take_version(spec);
	store_spi_end(nest_level);
	MemoryContextSwitchTo(caller);
}

int
version_arg(FunctionCallInfo fcinfo, int number, const char *model)
{
	int version;

	if (PG_ARGISNULL(number))
		return 0;
	version = PG_GETARG_INT32(number);
	if (version <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" version %d does not exist", model,
		                       version),
		                errhint("Versions are counted from 1.")));
	return version;
}

char *
version_text_arg(FunctionCallInfo fcinfo, int number, char *otherwise)
{
	return PG_ARGISNULL(number) ? otherwise : args_text_or_null(fcinfo, number);
}
