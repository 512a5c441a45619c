/*
 * store_scan.c
 *    Reading a table of the store by an index, without SPI.
 *
 * A scan runs the comparison functions of the index with the rights of whoever
 * reads, and skips what a query would check.  Hence the table is looked at
 * before: it must be an ordinary table with the columns we know, its key must
 * use the built-in orderings, the user must have SELECT, and row security,
 * which a scan cannot apply, is refused.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "pg/compat.h"
#include "pg/store.h"
#include "pg/store_scan.h"

static void
refuse_table(const char *name)
{
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	                errmsg("table \"%s.%s\" is not as fairpg.init() made it",
	                       STORE_SCHEMA, name),
	                errhint("Restore the store from a dump, or rename schema "
	                        "\"%s\" and run SELECT fairpg.init().",
	                        STORE_SCHEMA)));
}

Relation
store_scan_table(const char *name)
{
	Oid schema = get_namespace_oid(STORE_SCHEMA, true);
	Oid oid = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
	AclResult allowed;

	if (!OidIsValid(oid))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("this database has no fairpg store"),
		                errhint("Run SELECT fairpg.init().")));
	if (get_rel_relkind(oid) != RELKIND_RELATION)
		refuse_table(name);
	allowed = pg_class_aclcheck(oid, GetUserId(), ACL_SELECT);
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_TABLE, name);
	if (check_enable_rls(oid, InvalidOid, false) == RLS_ENABLED)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("row security on \"%s.%s\" is not supported",
		                       STORE_SCHEMA, name),
		                errhint("Use GRANT to say who may predict.")));
	return table_open(oid, AccessShareLock);
}

AttrNumber
store_scan_column(Relation table, const char *name, Oid type)
{
	AttrNumber number = get_attnum(RelationGetRelid(table), name);

	if (number == InvalidAttrNumber ||
	    TupleDescAttr(RelationGetDescr(table), number - 1)->atttypid != type)
		refuse_table(RelationGetRelationName(table));
	return number;
}

static Oid
find_index(Relation table, const char *name)
{
	if (name != NULL)
		return get_relname_relid(name, RelationGetNamespace(table));
	list_free(RelationGetIndexList(table));
	return table->rd_pkindex;
}

static bool
has_key(Relation table, Relation index, const StoreKey *key, int n)
{
	if (index->rd_index->indrelid != RelationGetRelid(table) ||
	    index->rd_rel->relam != BTREE_AM_OID || !index->rd_index->indisvalid ||
	    IndexRelationGetNumberOfKeyAttributes(index) != n)
		return false;
	for (int i = 0; i < n; i++)
		if (index->rd_index->indkey.values[i] != key[i].column ||
		    index->rd_opfamily[i] != key[i].family)
			return false;
	return true;
}

Relation
store_scan_index(Relation table, const char *name, const StoreKey *key, int n)
{
	Oid oid = find_index(table, name);
	Relation index;

	if (!OidIsValid(oid) || get_rel_relkind(oid) != RELKIND_INDEX)
		refuse_table(RelationGetRelationName(table));
	index = index_open(oid, AccessShareLock);
	if (!has_key(table, index, key, n))
		refuse_table(RelationGetRelationName(table));
	return index;
}
