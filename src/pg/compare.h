/*
 * compare.h
 *    One call of fairpg.compare(): what was asked, and what was counted.
 *
 * Internal to compare.c, compare_side.c and compare_rows.c.
 */
#ifndef FAIRPG_PG_COMPARE_H
#define FAIRPG_PG_COMPARE_H

#include "fair/paired.h"
#include "pg/audit.h"

typedef enum CompareKind
{
	COMPARE_MODEL,
	COMPARE_DECISION,
	COMPARE_SCORE
} CompareKind;

/* One of the two that decide. */
typedef struct CompareSide
{
	const char *argument; /* "a" or "b" */
	CompareKind kind;
	char *name;       /* of the model or the column */
	int version;      /* of the model */
	double threshold; /* of the score */

	/* what the version was trained with */
	char *label;
	char *positive;
	char **protected_names;
	int n_protected;

	char *decision_sql; /* expression over the source */
	char *wrong_sql;    /* 1 for each row whose value cannot be taken */
} CompareSide;

typedef struct CompareCall
{
	AuditCall audit;
	CompareSide sides[2];
	int decision_column; /* of b, among the values of a base */
	bool weighted;
	bool mid_p; /* McNemar's test */
} CompareCall;

/* A group, by what both decide. */
typedef struct CompareGroup
{
	const char *name;
	FairPaired paired;
	/* rows that a leaves undecided, b does, and those that have both */
	int64 n_undecided[2];
	int64 n_rows;
} CompareGroup;

typedef struct CompareAttribute
{
	const char *name; /* NULL: all rows as one group */
	int n_groups;
	CompareGroup *groups;
} CompareAttribute;

/* compare_side.c: what argument 'a' or 'b' names; 'version' 0 where it was not
 * given.  Models are looked up at once, columns once the source is open. */
extern void compare_read_side(CompareSide *side, const char *text, int version);
extern void compare_resolve_side(const AuditCall *audit, CompareSide *side);

/* compare_rows.c: every figure as a row. */
extern void compare_report(const CompareCall *call, const AuditBase *bases,
                           int n_bases, Rows *rows);

#endif
