/*
 * consistency.h
 *    One call of fairpg.consistency(): what was asked, and the rows read.
 *
 * Internal to consistency.c and consistency_rows.c.
 */
#ifndef FAIRPG_PG_CONSISTENCY_H
#define FAIRPG_PG_CONSISTENCY_H

#include "fair/consistency.h"
#include "pg/audit.h"

/* A column by which rows are alike. */
typedef struct ConsistencyColumn
{
	const char *name;
	char *sql;          /* expression over the source: a number, or any value */
	bool number;        /* else levels */
	Oid type;           /* of these */
	struct HTAB *codes; /* of levels, by the hash of their text */

	/* what was read */
	double *numbers;
	uint32 *levels;
	uint32 n_levels;
} ConsistencyColumn;

typedef struct ConsistencyCall
{
	AuditCall audit; /* source, protected columns, level, min_group */
	FairConsistencyPlan plan;
	char *decision_sql;
	char *wrong_sql;  /* 1 for each row whose decision cannot be taken */
	char *weight_sql; /* NULL: none */
	int n_columns;
	ConsistencyColumn *columns;

	/* rows with a decision */
	Size n;
	Size room;
	bool *decisions;
	double *weights; /* NULL without a weight */
	uint64 *hashes;
	uint32 *bases; /* which combination of protected values */

	int n_bases;
	const char ***base_values; /* [n_bases][audit.n_columns] */
} ConsistencyCall;

/* consistency_rows.c: reads the source in one statement, as the caller, between
 * SPI_connect() and SPI_finish(). */
extern void consistency_read(ConsistencyCall *call);

#endif
