/*
 * import.c
 *    import_model(): a version that comes from elsewhere.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/store.h"
#include "pg/store_write.h"

/* check_artifact(artifact bytea, encoding text) returns void */
FAIRPG_FUNCTION(fairpg_check_artifact);
Datum
fairpg_check_artifact(PG_FUNCTION_ARGS)
{
	bytea *artifact = PG_GETARG_BYTEA_PP(0);
	const char *encoding = text_to_cstring(PG_GETARG_TEXT_PP(1));
	StoredModel stored = { .bytes = (const uint8 *) VARDATA_ANY(artifact),
		                   .size_bytes = VARSIZE_ANY_EXHDR(artifact),
		                   .encoding = pg_char_to_encoding(encoding) };
	NumArena arena;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	(void) store_decode(&arena, &stored, "");
	PG_RETURN_VOID();
}

/* What the imported version has of its own, but for its number; '*name' is the
 * model's.  Both are in 'context'. */
static Datum
read_image(Datum image, const char *model, MemoryContext context, char **name)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();
	bool null;
	Datum own;

	add_jsonb(&parameters, image);
	add_text(&parameters, model);
	run("SELECT o.own, o.own ->> 'model'"
	    " FROM (SELECT fairpg.read_image($1, $2)) AS o (own)",
	    &parameters, SPI_OK_SELECT);
	own = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null);
	own = SPI_datumTransfer(own, false, -1);
	*name = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	if (*name != NULL)
		*name = MemoryContextStrdup(context, *name);
	store_spi_end(nest_level);
	return own;
}

/*
 * import_model(image jsonb, model text) returns integer
 *
 * The number of the new version.  Raises an error unless the image is whole and
 * its artifact is a model.
 */
FAIRPG_FUNCTION(fairpg_import_model);
Datum
fairpg_import_model(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Parameters parameters = { 0 };
	int nest_level;
	int version;
	char *name;
	Datum own;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"image\" must not be null")));
	store_require(STORE_TO_TRAIN);
	own = read_image(PG_GETARG_DATUM(0),
	                 PG_ARGISNULL(1) ? NULL
	                                 : text_to_cstring(PG_GETARG_TEXT_PP(1)),
	                 caller, &name);
	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("the exported model has no name"),
		                errhint("Give it one with argument \"model\".")));
	version = store_next_version(name);
	nest_level = store_spi_begin();
	add_jsonb(&parameters, PG_GETARG_DATUM(0));
	add_jsonb(&parameters, own);
	add_int(&parameters, version);
	store_write("INSERT INTO fairpg_catalog.model_version"
	            " SELECT r.* FROM jsonb_populate_record("
	            "NULL::fairpg_catalog.model_version, $1 -> 'version' || $2"
	            " || jsonb_build_object('version', $3)) AS r",
	            &parameters, SPI_OK_INSERT);
	store_write("INSERT INTO fairpg_catalog.coefficient"
	            " SELECT r.* FROM jsonb_array_elements("
	            "coalesce(nullif($1 -> 'coefficients', 'null'), '[]')) AS c,"
	            " jsonb_populate_record(NULL::fairpg_catalog.coefficient, c"
	            " || jsonb_build_object('model', $2 -> 'model', 'version', $3))"
	            " AS r",
	            &parameters, SPI_OK_INSERT);
	store_write(
		"INSERT INTO fairpg_catalog.group_threshold"
		" SELECT r.* FROM jsonb_array_elements("
		"coalesce(nullif($1 -> 'group_thresholds', 'null'), '[]')) AS t,"
		" jsonb_populate_record(NULL::fairpg_catalog.group_threshold, t"
		" || jsonb_build_object('model', $2 -> 'model', 'version', $3))"
		" AS r",
		&parameters, SPI_OK_INSERT);
	store_spi_end(nest_level);
	PG_RETURN_INT32(version);
}
