/*
 * change.h
 *    What becomes of accuracy, rates and gaps when something is not as it is:
 *    what stress() and sensitivity() have in common.
 *
 * Both read one source and try many things on it.  What is tried tells the rows
 * of a cell, which agree in all protected columns, into those that it strikes,
 * a part, and the others; of cells and parts two tables of each group are made,
 * as it is and as it would be, and of these the figures.
 */
#ifndef FAIRPG_PG_CHANGE_H
#define FAIRPG_PG_CHANGE_H

#include "fair/paired.h"
#include "pg/audit.h"
#include "pg/compare.h"
#include "pg/version.h"

/* The arguments that both have, in this order. */
enum
{
	CHANGE_ARG_MODEL,
	CHANGE_ARG_SOURCE,
	CHANGE_ARG_VERSION,
	CHANGE_ARG_LABEL,
	CHANGE_ARG_POSITIVE,
	CHANGE_ARG_PROTECTED,
	CHANGE_ARG_WEIGHT,
	CHANGE_ARG_LEVEL,
	CHANGE_ARG_SEED,
	CHANGE_ARG_OPTIONS,
	CHANGE_ARG_DECISION,
	CHANGE_ARG_SCORE,
	CHANGE_ARG_THRESHOLD
};

typedef struct ChangeCall
{
	AuditCall audit;
	char *model; /* NULL: a column decides */
	VersionSpec spec;
	CompareSide side;
	bool group_metrics; /* report them */
} ChangeCall;

/* The rows that agree in all protected columns. */
typedef struct ChangeCell
{
	const AuditBase *base; /* one of them, for its values */
	FairCells cells;
	FairCells **parts; /* [n_parts + 1] from 1; NULL: no rows */
} ChangeCell;

typedef struct ChangeAttribute
{
	const char *name; /* NULL: all rows as one group */
	int n_groups;
	const char **names;
	int *group_of; /* [n_cells] */
} ChangeAttribute;

typedef struct ChangeCounts
{
	int n_cells;
	ChangeCell *cells;
	ChangeAttribute *attributes; /* [n_attributes + 1], the last of all rows */
} ChangeCounts;

/* What is done with the figures of the things that are tried. */
typedef struct ChangeReport
{
	/* the caller's: the two tables of every group of an attribute; the columns
	 * of the result that say what is tried, after the first */
	const ChangeCall *call;
	const ChangeCounts *counts;
	void (*make_tables)(const struct ChangeReport *report, int attribute,
	                    FairPaired *tables);
	void (*put_item)(const struct ChangeReport *report, RowMaker *row);
	const void *of; /* whatever these need */
	Rows *rows;

	const void *item; /* what is tried */
	bool is_baseline; /* nothing is */
	FairPaired *tables;
	FigureSettings settings;
} ChangeReport;

/* change_call.c: what decides, and the source, its groups, label and weights;
 * the former is read first.  Options are the caller's, and come between. */
extern void change_read_sides(FunctionCallInfo fcinfo, ChangeCall *call);
extern void change_read_columns(FunctionCallInfo fcinfo, ChangeCall *call);
extern void change_read_source(FunctionCallInfo fcinfo, ChangeCall *call);

/* change_call.c: an error for decisions other than 0 and 1, and for scores that
 * are no number, of which there are counts as the first sum of a base. */
extern void change_check_values(const ChangeCall *call, const AuditBase *bases,
                                int n_bases);

/* What was counted: 'of' says of each base which part it is, from 1, of the cell
 * of its first 'n_columns' values, and 0: all of it; several may be of one part. */
typedef struct ChangeParts
{
	const AuditBase *bases;
	int n_bases;
	const int *of;
	int n_columns;
	int n_parts;
} ChangeParts;

/* change_count.c: cells and groups from what was counted. */
extern void change_read_counts(const AuditCall *audit, const ChangeParts *parts,
                               ChangeCounts *counts);

/* change_count.c: adds a cell to the table of its group: with a part that is
 * decided the other way; a part that weighs 'factor' times as much, or of which
 * the others do; or rows whose label 'turned' is the other, if that is 0 or 1.  The
 * part may be NULL. */
extern void change_add_decisions(FairPaired *table, const FairCells *all,
                                 const FairCells *part);
extern void change_add_weights(FairPaired *table, const FairCells *all,
                               const FairCells *part);
extern void change_add_others(FairPaired *table, const FairCells *all,
                              const FairCells *part);
extern void
change_add_labels(FairPaired *table, const FairCells *all, int turned);

/* change_rows.c: every figure of a thing that is tried as a row. */
extern void
change_report_begin(ChangeReport *report, NumArena *arena, NumMonitor *monitor);
extern void
change_report_item(ChangeReport *report, const void *item, bool is_baseline);

#endif
