/*
 * compat.h
 *    The differences between PostgreSQL 14 and 18, and nothing else.
 *
 * Code is written for the newest signature; what older servers lack is made
 * up for here, each entry with the version that brought the new form.
 */
#ifndef FAIRPG_PG_COMPAT_H
#define FAIRPG_PG_COMPAT_H

#include "catalog/pg_proc.h"
#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"
#include "parser/parse_relation.h"
#include "storage/sharedfileset.h"
#include "utils/acl.h"
#include "utils/guc.h"

/* 16 took the layout of varlena values out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 15 renamed EmitWarningsOnPlaceholders() and let it reserve the prefix. */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/* 15 took what one process can do as well out of sets of shared files. */
static inline File
compat_file_set_create(SharedFileSet *files, const char *name)
{
#if PG_VERSION_NUM >= 150000
	return FileSetCreate(&files->fs, name);
#else
	return SharedFileSetCreate(files, name);
#endif
}

/* To be read. */
static inline File
compat_file_set_open(SharedFileSet *files, const char *name)
{
#if PG_VERSION_NUM >= 150000
	return FileSetOpen(&files->fs, name, O_RDONLY);
#else
	return SharedFileSetOpen(files, name, O_RDONLY);
#endif
}

/* 16 replaced the check for each kind of object by one for all. */
static inline AclResult
compat_function_allowed(Oid function, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE);
#else
	return pg_proc_aclcheck(function, role, ACL_EXECUTE);
#endif
}

/* 16 has members of a role that neither inherit its rights nor may become it;
 * who creates a role without being a superuser is one. */
static inline bool
compat_has_role(Oid member, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return has_privs_of_role(member, role) || member_can_set_role(member, role);
#else
	return is_member_of_role(member, role);
#endif
}

/* 16 gave Var the set of outer joins that may have nulled it; 18 has rows of
 * RETURNING that do not exist, such as the old one of an INSERT. */
static inline bool
compat_var_is_nullable(const Var *var)
{
#if PG_VERSION_NUM >= 180000
	return var->varnullingrels != NULL ||
	       var->varreturningtype != VAR_RETURNING_DEFAULT;
#elif PG_VERSION_NUM >= 160000
	return var->varnullingrels != NULL;
#else
	return false;
#endif
}

/* 18 lets Vars of RETURNING say whether they mean the old or the new row. */
static inline void
compat_expand_rte(RangeTblEntry *entry, const Var *row, bool include_dropped,
                  List **names, List **vars)
{
#if PG_VERSION_NUM >= 180000
	expandRTE(entry, row->varno, (int) row->varlevelsup, row->varreturningtype,
	          row->location, include_dropped, names, vars);
#else
	expandRTE(entry, row->varno, (int) row->varlevelsup, row->location,
	          include_dropped, names, vars);
#endif
}

#endif
