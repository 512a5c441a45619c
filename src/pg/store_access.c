/*
 * store_access.c
 *    Whether there is a store that may be used, and statements on it.
 *
 * What a training will write in the end is asked for before it begins: to be
 * refused after an hour of work is worse than at once.
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

/* The tables of the store that this version writes to, and the rights that
 * each use takes. */
typedef struct StoreTable
{
	const char *name;
	AclMode rights[STORE_USES];
} StoreTable;

#define READ ACL_SELECT
#define ADD ACL_INSERT
#define SET ACL_UPDATE
#define DROP ACL_DELETE

/* in the order of StoreUse */
static const StoreTable store_tables[] = {
	{ "store_version", { READ, READ, READ, READ, READ, READ, READ, 0, READ } },
	{ "model", { READ | ADD | SET, 0, READ | ADD | SET, 0, READ | ADD | SET } },
	{ "model_version", { ADD, READ, ADD, 0, READ | ADD, READ, READ, 0, READ } },
	{ "coefficient", { ADD, 0, ADD, 0, ADD } },
	{ "training_log", { ADD, 0, ADD } },
	{ "training_log_group", { ADD, 0, ADD } },
	{ "reweighing", { ADD, 0, ADD } },
	{ "group_threshold", { ADD, 0, ADD } },
	{ "frontier", { 0, 0, 0, READ | ADD, READ, 0, READ } },
	{ "frontier_point", { 0, 0, 0, ADD, READ, 0, READ } },
	{ "frontier_choice", { 0, 0, 0, 0, ADD, 0, READ } },
	{ "evaluation",
	  { READ | ADD, READ | ADD, READ | ADD, READ | ADD, READ | ADD, READ,
	    READ } },
	{ "evaluation_metric", { ADD, ADD, ADD, ADD, READ | ADD, 0, READ } },
	{ "evaluation_gap", { ADD, ADD, ADD, ADD, READ | ADD, 0, READ } },
	{ "evaluation_constraint", { ADD, ADD, ADD, ADD, READ | ADD, 0, READ } },
	{ "evaluation_ratio", { ADD, ADD, ADD, ADD, READ | ADD, 0, READ } },
	{ "analysis", { 0, 0, 0, 0, 0, READ | ADD | SET, READ } },
	{ "analysis_row", { 0, 0, 0, 0, 0, READ | ADD | DROP, READ } },
	{ "governed_model", { READ, 0, READ, 0, READ } },
	{ "run", { 0, 0, READ | ADD | SET } },
	{ "deployment", { 0, 0, 0, 0, 0, 0, 0, 0, READ } },
	{ "decision", { 0, 0, 0, 0, 0, 0, 0, 0, ADD } },
	{ "decision_attribute", { 0 } },
};

#undef READ
#undef ADD
#undef SET
#undef DROP

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

Oid
store_schema_owner(void)
{
	return schema_owner(get_namespace_oid(STORE_SCHEMA, false));
}

/*
 * Triggers and defaults of the store's tables run as whoever trains, who never
 * named these tables.  So their owner must be somebody who is trusted anyway,
 * and not just who came first to make a schema of that name.
 */
static void
require_trusted_owner(void)
{
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
	for (int t = 0; t < (int) lengthof(store_tables); t++)
	{
		Oid table = get_relname_relid(store_tables[t].name, schema);
		HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
		bool right = false;

		if (HeapTupleIsValid(tuple))
		{
			Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);

			right =
				(class->relkind == RELKIND_RELATION ||
			     class->relkind == RELKIND_PARTITIONED_TABLE) &&
				(class->relowner == owner || superuser_arg(class->relowner));
			ReleaseSysCache(tuple);
		}
		if (!right)
			ereport(ERROR,
			        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			         errmsg("table \"%s.%s\" is not as fairpg.init() made it",
			                STORE_SCHEMA, store_tables[t].name),
			         errhint("Restore the store from a dump.")));
	}
}

/* "INSERT": the first right that is wanting, of those in 'rights'; NULL when
 * none is.  One column is enough here, the statement itself will tell. */
static const char *
missing_right(Oid table, AclMode rights)
{
	static const struct
	{
		AclMode right;
		const char *name;
	} known[] = { { ACL_SELECT, "SELECT" },
		          { ACL_INSERT, "INSERT" },
		          { ACL_UPDATE, "UPDATE" },
		          { ACL_DELETE, "DELETE" } };
	Oid user = GetUserId();

	for (int i = 0; i < (int) lengthof(known); i++)
		if ((rights & known[i].right) != 0 &&
		    pg_class_aclcheck(table, user, known[i].right) != ACLCHECK_OK &&
		    pg_attribute_aclcheck_all(table, user, known[i].right,
		                              ACLMASK_ANY) != ACLCHECK_OK)
			return known[i].name;
	return NULL;
}

/* Raises the error for a right that is wanting. */
static void
refuse_right(const StoreTable *table, StoreUse use, const char *missing)
{
	static const char *const uses[] = {
		[STORE_TO_TRAIN] = "Training",
		[STORE_TO_EVALUATE] = "An evaluation",
		[STORE_TO_RUN_JOB] = "A job",
		[STORE_TO_EXPLORE] = "A frontier",
		[STORE_TO_CHOOSE] = "A choice",
		[STORE_TO_ANALYSE] = "An analysis",
		[STORE_TO_REPORT] = "A report",
		[STORE_TO_GOVERN] = "Governance",
		[STORE_TO_LOG] = "The log of decisions"
	};

	ereport(ERROR,
	        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
	         errmsg("permission denied for table \"%s.%s\"", STORE_SCHEMA,
	                table->name),
	         errdetail("%s needs %s on it.", uses[use], missing),
	         use == STORE_TO_ANALYSE
	             ? errhint("A role that adds analyses needs SELECT on all "
	                       "tables in schema \"%s\", INSERT and UPDATE on "
	                       "\"%s.analysis\", and INSERT and DELETE on "
	                       "\"%s.analysis_row\".",
	                       STORE_SCHEMA, STORE_SCHEMA, STORE_SCHEMA)
	         : use == STORE_TO_REPORT
	             ? errhint("A role that writes reports needs SELECT on the "
	                       "tables in schema \"%s\".",
	                       STORE_SCHEMA)
	         : use == STORE_TO_LOG
	             ? errhint("A role that logs decisions needs SELECT on "
	                       "tables store_version, model_version and "
	                       "deployment in schema \"%s\", and INSERT on "
	                       "decision and decision_attribute.",
	                       STORE_SCHEMA)
	         : use == STORE_TO_RUN_JOB && table->rights[STORE_TO_TRAIN] == 0
	             ? errhint("A role that runs jobs needs UPDATE on \"%s.%s\", "
	                       "beside what training takes.",
	                       STORE_SCHEMA, table->name)
	             : errhint("A role that trains or evaluates needs SELECT and "
	                       "INSERT on all tables in schema \"%s\", and UPDATE "
	                       "on \"%s.model\" to train.",
	                       STORE_SCHEMA, STORE_SCHEMA)));
}

static void
require_rights(StoreUse use)
{
	Oid schema = get_namespace_oid(STORE_SCHEMA, false);

	for (int t = 0; t < (int) lengthof(store_tables); t++)
	{
		const StoreTable *table = &store_tables[t];
		const char *missing = missing_right(
			get_relname_relid(table->name, schema), table->rights[use]);

		if (missing != NULL)
			refuse_right(table, use, missing);
	}
}

void
store_require(StoreUse use)
{
	int nest_level;
	bool null = true;
	int version = 0;

	if (!OidIsValid(store_version_table()))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("this database has no fairpg store"),
		                errhint("Run SELECT fairpg.init().")));
	require_trusted_owner();
	require_rights(use);

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
