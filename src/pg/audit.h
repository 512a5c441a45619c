/*
 * audit.h
 *    One call of fairpg.audit(): what was asked, and what was counted.
 *
 * Internal to audit.c, audit_query.c and audit_rows.c.
 */
#ifndef FAIRPG_PG_AUDIT_H
#define FAIRPG_PG_AUDIT_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "pg/rows.h"
#include "pg/source.h"

/* Columns that one attribute may cross. */
#define AUDIT_MAX_CROSSED 8

typedef struct AuditAttribute
{
	const char *name; /* as the user wrote it: "sex", "sex*race" */
	int n_columns;
	int columns[AUDIT_MAX_CROSSED]; /* places in AuditCall.columns */
} AuditAttribute;

typedef struct AuditCall
{
	/* arguments; names of columns are NULL where not given */
	char *label;
	char *decision;
	char *score;
	char *positive;
	char *weight;
	double threshold;
	double level;
	int64 seed;

	/* options */
	int replicates;
	int min_group;

	/* resolved */
	Source source;
	int n_columns; /* protected columns, each once */
	const char **columns;
	int n_attributes;
	AuditAttribute *attributes;
} AuditCall;

/* The rows that agree in all protected columns. */
typedef struct AuditBase
{
	const char **values; /* [n_columns], NULL as "(unknown)" */
	const uint8 *tally;  /* fair/tally.h */
	const uint8 *scores; /* fair/scores.h, or NULL without a score */
} AuditBase;

/* audit_query.c: counts the source in one statement, as the caller, between
 * SPI_connect() and SPI_finish(), which are the caller's: what is returned
 * lives until the latter. */
extern AuditBase *audit_count(const AuditCall *call, int *n_bases);

/* audit_rows.c: derives every figure from the counts. */
extern void audit_report(const AuditCall *call, const AuditBase *bases,
                         int n_bases, Rows *rows);

#endif
