/*
 * bias_audit.h
 *    One call of fairpg.bias_audit(): what was asked, and what was counted.
 *
 * Internal to bias_audit.c and bias_rows.c.
 */
#ifndef FAIRPG_PG_BIAS_AUDIT_H
#define FAIRPG_PG_BIAS_AUDIT_H

#include "pg/audit.h"

/* One table of the audit: its categories are the groups of an attribute. */
typedef struct BiasTable
{
	const char *name;      /* "sex", "race_ethnicity", "intersectional" */
	const char *reference; /* category that the user chose, or NULL */
} BiasTable;

typedef struct BiasCall
{
	AuditCall audit;   /* whose attributes are those of the tables */
	BiasTable *tables; /* [audit.n_attributes] */
	bool scoring;      /* selected is who scores above the cutoff */
	int cutoff_column; /* where that is among the values of a base */

	/* options */
	double least_ratio; /* below it a category is flagged */
	double small_share; /* of applicants, below which one is left out */
	bool share_of_known;
	double quantile; /* of all scores, which is the cutoff */
	Jsonb *reference;
	char **unknown; /* values that say no more than NULL */
	int n_unknown;
} BiasCall;

/* One category, or all that are unknown. */
typedef struct BiasCategory
{
	const char *name;
	int64 applicants; /* with a decision */
	int64 selected;
	int64 undecided;
	double share;
	bool excluded; /* too small a share */
} BiasCategory;

/* bias_rows.c: every figure as a row. */
extern void bias_report(const BiasCall *call, const AuditBase *bases,
                        int n_bases, Rows *rows);

#endif
