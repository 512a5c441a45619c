/*
 * store_scan.h
 *    Reading a table of the store by an index, without SPI.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_STORE_SCAN_H
#define FAIRPG_PG_STORE_SCAN_H

#include "access/attnum.h"
#include "utils/relcache.h"

/* A column of a key, with the family of the ordering that it must have. */
typedef struct StoreKey
{
	AttrNumber column;
	Oid family;
} StoreKey;

/* The table, locked; raises an error unless this user may read it like so. */
extern Relation store_scan_table(const char *name);

/* Raises an error unless there is such a column. */
extern AttrNumber store_scan_column(Relation table, const char *name, Oid type);

/* The index, locked; raises an error unless it is a B-tree over that key.  By
 * name, or with NULL the primary key. */
extern Relation
store_scan_index(Relation table, const char *name, const StoreKey *key, int n);

#endif
