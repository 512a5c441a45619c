/*
 * paired.h
 *    Two decisions on the same rows: what they differ in, and how surely.
 *
 * The rows of a group that both decide make one table of counts, by label and
 * by both decisions, and everything here is a function of it.  Decision 0 is
 * called a, decision 1 is called b; a difference is that of b less that of a.
 *
 * The same rows may also be told apart by two labels with one decision, or by
 * two weights: what else may change while the rows stay.
 */
#ifndef FAIRPG_FAIR_PAIRED_H
#define FAIRPG_FAIR_PAIRED_H

#include <stdbool.h>
#include <stdint.h>

#include "fair/bootstrap.h"
#include "fair/cells.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* The place of rows without a label. */
#define FAIR_UNLABELLED 2

/* What a and b differ in, and so what the places of a table are. */
typedef enum FairPairedKind
{
	FAIR_PAIRED_DECISIONS, /* [label][decision of a][decision of b] */
	FAIR_PAIRED_LABELS,    /* [decision][label of a][label of b]; rows without
	                        * a label are [FAIR_UNLABELLED][decision][0] */
	FAIR_PAIRED_WEIGHTS    /* [label][decision][0 or 1]: rows at 1 weigh
	                        * 'factor' times as much for b as for a, of which
	                        * the weights are; with 0 b does without them */
} FairPairedKind;

typedef struct FairPaired
{
	double weight[3][2][2];
	double weight_squared[3][2][2];
	uint64_t rows[3][2][2];
	FairPairedKind kind;
	double factor;
} FairPaired;

/* The confusion table of side 0, a, or 1, b. */
extern void
fair_paired_side(const FairPaired *paired, int side, FairCells *cells);

/* Of decisions: rows that are decided one way by a and the other way by b: 'gained' of them
 * with the decision by b alone, 'lost' by a alone.  'label' is 0, 1 or
 * FAIR_UNLABELLED, or below 0 for all. */
typedef struct FairChanges
{
	uint64_t rows; /* all of that label */
	uint64_t gained;
	uint64_t lost;
	double weight; /* as 'rows', and so on */
	double weight_gained;
	double weight_lost;
	double effective; /* rows (Kish) */
} FairChanges;

extern void
fair_changes(const FairPaired *paired, int label, FairChanges *changes);

/* True where a metric of a and of b are shares of the same rows, since the
 * decision has no part in which rows those are. */
extern bool fair_paired_same_rows(int metric);

typedef struct FairPairedMetric
{
	double value[2];    /* of a, of b; NaN: undefined */
	const char *reason; /* why one of them is, else NULL */
	uint64_t rows;      /* in the denominator of either */
	uint64_t n_changed; /* of these, decided differently */
	uint64_t first;     /* of shares of the same rows: those that count for a */
	uint64_t last;      /* alone, and for b alone, which McNemar's test is of */
	double low; /* interval of the difference of such shares, else NaN */
	double high;
} FairPairedMetric;

/*
 * A metric of both decisions, with the interval of the difference where both are shares
 * of the same rows: Newcombe's for paired proportions, on effective rows
 * (Kish).  It has a width also where no row is decided differently.
 *
 * Reference: Newcombe, Statistics in Medicine 17 (1998) 2635, method 10.
 */
extern void fair_paired_metric(int metric, const FairPaired *paired,
                               double level, FairPairedMetric *result);

/* That interval, of rows that count for both, for b alone, for a alone and for
 * neither; they need not be whole. */
extern void fair_newcombe_paired(const double counts[4], double level,
                                 double *low, double *high);

typedef struct FairPairedPlan
{
	const FairPaired *groups;
	int n_groups;
	double level;   /* in (0, 1) */
	int replicates; /* at least 1 */
	uint64_t seed;
	NumMonitor *monitor; /* or NULL */
} FairPairedPlan;

typedef struct FairPairedInterval
{
	double low;
	double high;
} FairPairedInterval;

/*
 * Bootstrap percentiles, from the same multinomial draws of the table of each
 * group, whose effective number of rows is held fixed: the first of the
 * differences of those metrics of group 0 that are no shares of the same rows,
 * to intervals[fair_metric_count()], where the others are NaN, and where labels
 * or weights differ of all metrics; the second of
 * the differences of gap and ratio of each criterion (none of losses) between
 * all groups.  NaN where no draw has a difference.  Where no row is decided
 * differently both ends are 0, and say nothing.
 */
extern NumStatus
fair_paired_metrics(NumArena *arena, const FairPairedPlan *plan,
                    FairPairedInterval *intervals);

extern NumStatus fair_paired_gaps(NumArena *arena, const FairPairedPlan *plan,
                                  const FairCriterion *const *criteria,
                                  int n_criteria, FairGapInterval *intervals);

#endif
