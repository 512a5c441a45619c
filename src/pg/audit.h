/*
 * audit.h
 *    One call of fairpg.audit(): what was asked, and what was counted.
 *
 * Internal to audit*.c, evaluate_decisions.c, which stores one, and evaluate.c,
 * which audits what a model decides.
 */
#ifndef FAIRPG_PG_AUDIT_H
#define FAIRPG_PG_AUDIT_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "fair/error_sums.h"
#include "pg/figures.h"
#include "pg/rows.h"
#include "pg/source.h"

typedef struct AuditAttribute
{
	const char *name; /* as the user wrote it: "sex", "sex*race" */
	int n_columns;
	int columns[SOURCE_MAX_CROSSED]; /* places in AuditCall.columns */
} AuditAttribute;

typedef struct AuditCall
{
	const char *purpose; /* "audit", for messages */

	/* arguments; names of columns are NULL where not given */
	char *label;
	char *decision;
	char *score;
	char *prediction; /* of a number; then of_numbers */
	char *positive;
	char *weight;
	double threshold;
	double level;
	int64 seed;

	/* options */
	int replicates;
	int min_group;

	bool of_numbers; /* what score_sql gives is no probability but a number */
	/* classes are predicted, so many: decision_sql gives the number of one, from
	 * 1, label_sql that of the label, 0 where it is none of them, and score_sql
	 * the probability of that; 0: none are */
	int n_classes;
	const char *label_sql;

	/* not the user's: expressions over the source that give the score and
	 * what was decided by it, or what was decided alone, and integer
	 * expressions to be summed up; NULL and 0 for an audit */
	const char *score_sql;
	const char *decision_sql;
	const char *weight_sql; /* in place of the column, or NULL */
	int n_sums;
	const char *const *sums_sql;
	/* expressions that give two scores of each row, which are kept with its
	 * label as they are; or NULL */
	const char *pair_sql[2];

	/* of how many rows of the counts a group may consist; 0 is one */
	int n_parts;
	/* the most rows of counts, in place of fairpg.max_groups; beyond it
	 * audit_count() returns NULL and -1 bases; 0: as the setting has it */
	int64 limit;
	/* what errors call the last attribute; NULL: protected, as all others */
	const char *last_role;
	/* what to group by, in place of all columns together; or NULL */
	const char *grouping_sql;
	/* what $1, $2 and so on stand for in the expressions over the source, which
	 * may not have values of rows in them: errors show the statement */
	int n_parameters;
	Oid *parameter_types;
	Datum *parameter_values;

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
	const uint8 *tally;  /* fair/tally.h; NULL where numbers are predicted */
	const uint8 *scores; /* fair/scores.h, or NULL without a score */
	/* where numbers are predicted; or NULL */
	const FairErrorSums *errors;
	/* where classes are predicted, [n_classes + 1]: of each of them against all
	 * others, and last of all of them together, with label 1 for all rows and
	 * decision 1 for those decided as labelled; or NULL */
	int n_classes;
	const FairCells *classes;
	int64 n_unlabelled;
	int64 *sums; /* [call->n_sums] */
	/* the rows with label and both scores, by pg/score_pairs.h */
	const char *pairs;
	size_t n_pairs;
	int64 grouping; /* with grouping_sql: columns that it is not grouped by, the
	                 * first being the highest bit; their values say nothing */
} AuditBase;

/* audit.c: the arguments of fairpg.audit(), which are the first ones of
 * fairpg.evaluate_decisions(), in their order, then the columns they name. */
extern void audit_read_call(FunctionCallInfo fcinfo, AuditCall *call);

/* audit.c: argument 'level', which may not be NULL; an error unless there is
 * either a decision or a score. */
extern double audit_level_arg(FunctionCallInfo fcinfo, int number);
extern void audit_check_decision(const AuditCall *call, const char *hint);

/* audit.c: the attributes of a call, whose source is open: the columns of
 * each 'sex', 'sex*race', and all columns together. */
extern void audit_resolve(AuditCall *call, char **attributes, int n_attributes);

/* A column of the source to group by, added to those of the call unless it is
 * there; returns its place.  An error unless its values can be told apart. */
extern int
audit_add_column(AuditCall *call, const char *name, const char *role);

/* audit_query.c: counts the source in one statement, as the caller, between
 * SPI_connect() and SPI_finish(), which are the caller's: what is returned
 * lives until the latter. */
extern AuditBase *audit_count(const AuditCall *call, int *n_bases);

/* The parts of it that audit_number.c uses as well: a column of the source as
 * an expression of type float8, or an error when it is no number; one as a
 * boolean, or an error when it is neither that nor a number, in which case
 * '*wrong' is an expression that is 1 for values other than 0 and 1; running a
 * statement that has one row for each base group; the values of the protected
 * columns, which come first in such a row, under settings that do not depend on
 * the caller (to be undone by AtEOXact_GUC()). */
extern char *
audit_number_column(const AuditCall *call, const char *name, const char *role);
extern char *audit_flag_column(const AuditCall *call, const char *name,
                               const char *role, char **wrong);
extern void
audit_run(const char *statement, int n_parameters, Oid *types, Datum *values);

/* The same, where errors are to say which columns are read; and the error of a
 * source without rows. */
extern void audit_run_call(const AuditCall *call, const char *statement,
                           int n_parameters, Oid *types, Datum *values);
extern void audit_refuse_empty(const AuditCall *call);
extern const char **
audit_group_values(const AuditCall *call, HeapTuple row, TupleDesc desc);
extern void audit_pin_output_style(void);

/* audit_number.c: counts the source where the label is a number and score_sql,
 * or the column of the prediction, predicts one, as audit_count(). */
extern AuditBase *audit_count_numbers(const AuditCall *call, int *n_bases);

/* audit_class.c: counts the source where classes are predicted, likewise.
 * '*n_unknown' are the rows whose label is no class of the model. */
extern AuditBase *
audit_count_classes(const AuditCall *call, int *n_bases, int64 *n_unknown);

/* audit_groups.c: all base groups as one group without a name, and the groups
 * of an attribute in the order of their names; in CurrentMemoryContext. */
extern void audit_overall(NumArena *arena, const AuditBase *bases, int n_bases,
                          FigureGroup *group);
extern void
audit_groups(NumArena *arena, const AuditAttribute *attribute,
             const AuditBase *bases, int n_bases, FigureAttribute *result);

/* The name of the group that has these values of the protected columns:
 * "Female, Black". */
extern char *
audit_group_name(const AuditAttribute *attribute, const char *const *values);

/* audit_rows.c: how figures are to be made for a call; every figure as a
 * row. */
extern FigureSettings
audit_settings(const AuditCall *call, NumArena *arena, NumMonitor *monitor);
extern void audit_report(const AuditCall *call, const AuditBase *bases,
                         int n_bases, Rows *rows);

/* One row of an audit; NaN and NULL become SQL NULL. */
typedef struct AuditRow
{
	const char *kind;
	const char *attribute;
	const char *group_name;
	Figure figure;
} AuditRow;

/* The row of a gap, or of its ratio. */
extern AuditRow audit_gap_row(const FigureAttribute *attribute,
                              const FigureGap *gap, bool ratio);

#endif
