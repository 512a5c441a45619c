/*
 * compat.h
 *    The differences between PostgreSQL 14 and 18, and nothing else.
 *
 * Code is written for the newest signature; what older servers lack is made
 * up for here, each entry with the version that brought the new form.
 */
#ifndef FAIRPG_PG_COMPAT_H
#define FAIRPG_PG_COMPAT_H

#include "nodes/primnodes.h"
#include "utils/guc.h"

/* 15 renamed EmitWarningsOnPlaceholders() and let it reserve the prefix. */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/* 16 gave Var the set of outer joins that may have nulled it. */
static inline void
compat_copy_nulling_rels(Var *to, const Var *from)
{
#if PG_VERSION_NUM >= 160000
	to->varnullingrels = bms_copy(from->varnullingrels);
#endif
}

#endif
