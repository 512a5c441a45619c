/*
 * compare.h
 *    One call of fairpg.compare(): what was asked, and what was counted.
 *
 * Internal to compare*.c.
 */
#ifndef FAIRPG_PG_COMPARE_H
#define FAIRPG_PG_COMPARE_H

#include "fair/paired.h"
#include "fair/paired_rows.h"
#include "pg/audit.h"

typedef enum CompareKind
{
	COMPARE_MODEL,
	COMPARE_DECISION,
	COMPARE_SCORE,
	COMPARE_PREDICTION
} CompareKind;

/* One of the two that decide, or that predict numbers. */
typedef struct CompareSide
{
	const char *argument; /* "a" or "b" */
	CompareKind kind;
	bool must_decide; /* between two labels; any other model is refused */
	bool of_numbers;  /* it predicts these */
	char *name;       /* of the model or the column */
	int version;      /* of the model */
	double threshold; /* of the score */

	/* what the version was trained with */
	char *label;
	char *positive;
	char **protected_names;
	int n_protected;

	char *decision_sql; /* expression over the source; NULL: of_numbers */
	char *score_sql;    /* likewise, without NaN unless it is a number that is
	                     * predicted; NULL: it has no scores */
	char *wrong_sql;    /* 1 for each row whose value cannot be taken */
} CompareSide;

typedef struct CompareCall
{
	AuditCall audit;
	CompareSide sides[2];
	int decision_column; /* of b, among the values of a base */
	bool of_numbers;     /* both sides */
	bool weighted;
	bool mid_p; /* McNemar's test */
	bool auc;   /* wanted where both have scores */
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

/* One row of the result; NaN and NULL become SQL NULL, and n_changed below
 * 0. */
typedef struct CompareFigure
{
	const char *metric;
	double value_a;
	double value_b;
	double value;
	double low;
	double high;
	int64 n;
	int64 n_changed;
	double p;
	double p_adjusted;
	const char *verdict;
	const char *flag;
	const char *reason;
} CompareFigure;

typedef struct CompareReport
{
	const CompareCall *call;
	const AuditBase *bases;
	int n_bases;
	Rows *rows;
	NumArena *arena;
	NumMonitor *monitor;
	FairPairedRow *pairs; /* the rows that both score; NULL: not asked for */
	size_t n_pairs;
} CompareReport;

/* compare_rows.c: every figure as a row; a row with the names of its place; a
 * figure that has no numbers yet; what the interval of a difference says, where
 * 'direction' 1 is that up is better, -1 down, 0 neither. */
extern void compare_report(const CompareCall *call, const AuditBase *bases,
                           int n_bases, Rows *rows);
extern void compare_put(const CompareReport *report, const char *kind,
                        const char *attribute, const char *group_name,
                        const CompareFigure *figure);
extern CompareFigure compare_figure(const char *metric);
extern const char *compare_verdict(const CompareFigure *figure, int direction);

/* compare_number.c: wraps the source so that every row carries both predictions;
 * an error where those of b are no numbers; every figure as a row. */
extern void compare_add_numbers(CompareCall *call);
extern void compare_check_numbers(const CompareCall *call,
                                  const AuditBase *bases, int n_bases);
extern void
compare_report_numbers(const CompareCall *call, const AuditBase *bases,
                       int n_bases, Rows *rows);

/* compare_pairs.c: the rows of all bases that both score, to report->pairs; which
 * group each base is of, in CurrentMemoryContext, 'by' NULL for all rows. */
extern void compare_read_pairs(CompareReport *report);
extern FairPairedGroups
compare_pair_groups(const CompareReport *report, const AuditAttribute *by,
                    const CompareAttribute *groups);

/* compare_pairs.c: a figure of each group as a row, adjusted for the number of
 * groups, from estimates[i * stride]; the gap between them. */
extern CompareFigure *
compare_estimates(const CompareReport *report, const char *metric,
                  int direction, const FairPairedEstimate *estimates,
                  int n_groups, int stride);
extern void compare_put_gap(const CompareReport *report, const char *metric,
                            const CompareAttribute *attribute,
                            const FairPairedEstimate *estimates, int stride);

#endif
