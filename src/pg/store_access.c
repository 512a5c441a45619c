/*
 * store_access.c
 *    Whether there is a store that may be used, and statements on it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/store.h"

int
store_spi_begin(void)
{
	int nest_level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
	                         PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	return nest_level;
}

void
store_spi_end(int nest_level)
{
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	AtEOXact_GUC(true, nest_level);
}

Oid
store_version_table(void)
{
	Oid schema = get_namespace_oid(STORE_SCHEMA, true);

	if (!OidIsValid(schema))
		return InvalidOid;
	return get_relname_relid("model_version", schema);
}

static Oid
database_owner(void)
{
	HeapTuple tuple =
		SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	Oid owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
		ReleaseSysCache(tuple);
	}
	return owner;
}

static Oid
schema_owner(Oid schema)
{
	HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	Oid owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/*
 * Triggers and defaults of the store's tables run as whoever trains, who never
 * named these tables.  So their owner must be somebody who is trusted anyway,
 * and not just who came first to make a schema of that name.
 */
static void
require_trusted_owner(void)
{
	static const char *const tables[] = {
		"store_version",     "model",           "model_version",
		"coefficient",       "training_log",    "training_log_group",
		"reweighing",        "group_threshold", "evaluation",
		"evaluation_metric", "evaluation_gap",  "evaluation_constraint"
	};
	Oid schema = get_namespace_oid(STORE_SCHEMA, false);
	Oid owner = schema_owner(schema);

	if (!superuser_arg(owner) && owner != database_owner() &&
	    !has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
		        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		         errmsg("the fairpg store belongs to \"%s\", whose triggers "
		                "would run as you",
		                GetUserNameFromId(owner, false)),
		         errhint("Have a superuser or the owner of the database run "
		                 "fairpg.init(), or a role that you are a member "
		                 "of.")));
	for (int t = 0; t < (int) lengthof(tables); t++)
	{
		Oid table = get_relname_relid(tables[t], schema);
		HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
		bool right = false;

		if (HeapTupleIsValid(tuple))
		{
			Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);

			right =
				class->relkind == RELKIND_RELATION &&
				(class->relowner == owner || superuser_arg(class->relowner));
			ReleaseSysCache(tuple);
		}
		if (!right)
			ereport(ERROR,
			        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			         errmsg("table \"%s.%s\" is not as fairpg.init() made it",
			                STORE_SCHEMA, tables[t]),
			         errhint("Restore the store from a dump.")));
	}
}

void
store_require(void)
{
	int nest_level;
	bool null = true;
	int version = 0;

	if (!OidIsValid(store_version_table()))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("this database has no fairpg store"),
		                errhint("Run SELECT fairpg.init().")));
	require_trusted_owner();

	nest_level = store_spi_begin();
	if (SPI_execute("SELECT max(version) FROM fairpg_catalog.store_version",
	                true, 1) == SPI_OK_SELECT &&
	    SPI_processed == 1)
		version = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
		                                      SPI_tuptable->tupdesc, 1, &null));
	store_spi_end(nest_level);

	if (null || version != STORE_VERSION)
		ereport(ERROR,
		        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		         errmsg("the fairpg store has layout %d, this version needs %d",
		                version, STORE_VERSION),
		         version < STORE_VERSION
		             ? errhint("Run SELECT fairpg.init().")
		             : errhint("Install the version of fairpg that made it.")));
}

void
store_check_model_name(const char *model)
{
	int length = pg_mbstrlen(model);
	bool printable = true;

	for (const char *c = model; *c != '\0'; c++)
		if ((unsigned char) *c < 32 || *c == 127)
			printable = false;
	if (length < 1 || length > STORE_MODEL_NAME_MAX || !printable)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_NAME), errmsg("invalid model name"),
		         errdetail("A name has 1 to %d characters, and no control "
		                   "characters.",
		                   STORE_MODEL_NAME_MAX)));
}
