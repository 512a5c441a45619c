/*
 * subgroup.h
 *    The search for groups, defined by the values of up to a few columns, that
 *    fare differently from everybody else.
 *
 * Rows that agree in all columns are one cell; a subgroup is what has certain
 * values in some of the columns, so it is a sum of cells.  What is measured is
 * a rate: rows that count, among rows that a metric is over (metric.h).
 */
#ifndef FAIRPG_FAIR_SUBGROUP_H
#define FAIRPG_FAIR_SUBGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fair/adjust.h"
#include "fair/cells.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* Conditions of a subgroup at most. */
#define FAIR_SUBGROUP_DEPTH 3

/* A rate as its sums. */
typedef struct FairShare
{
	uint64_t rows; /* all, whether or not the metric is over them */
	uint64_t n;    /* that the metric is over */
	double over;   /* their weight */
	double of;     /* weight of those that count */
	double squared;
} FairShare;

/* Adds what a confusion table says of a metric that is a share of rows. */
extern void
fair_share_add(FairShare *share, int metric, const FairCells *cells);

/* All rows but those of a part. */
extern FairShare fair_share_rest(const FairShare *all, const FairShare *part);

typedef struct FairSubgroupTable
{
	size_t n_cells;
	int n_columns;
	const int *n_levels;     /* [n_columns], by column */
	const int32_t *codes;    /* [n_cells][n_columns], from 0 */
	const FairShare *shares; /* [n_cells] */
} FairSubgroupTable;

typedef struct FairSubgroup
{
	int n_conditions;
	int column[FAIR_SUBGROUP_DEPTH]; /* ascending */
	int32_t level[FAIR_SUBGROUP_DEPTH];
	FairShare share;

	/* by fair_subgroup_judge() */
	double value;
	double rest;   /* the rate of all other rows */
	double effect; /* value less rest */
	double low;    /* Newcombe's interval of the effect, on effective rows */
	double high;
	double p; /* two-sided: Fisher's where an expected count is below 5 or
	           * either has less than 30 rows, else that of two proportions;
	           * NaN where there is nothing to compare */
	double p_adjusted;
	double certain; /* how large the effect is at least, in the direction
	                 * asked for: below 0 where the interval contains 0 */
} FairSubgroup;

typedef struct FairSubgroups
{
	FairSubgroup *list;
	size_t n;
	size_t room;
} FairSubgroups;

typedef struct FairSubgroupPlan
{
	int depth;         /* 1 to FAIR_SUBGROUP_DEPTH */
	uint64_t min_rows; /* of 'n'; at least 1 */
	size_t limit;      /* of subgroups */
	NumMonitor *monitor;
} FairSubgroupPlan;

/* Room for one more, at the end; NULL without memory. */
extern FairSubgroup *
fair_subgroup_append(NumArena *arena, FairSubgroups *subgroups);

/*
 * Appends every subgroup that has 'min_rows' rows or more and is not all rows.
 * A subgroup of a subgroup has fewer rows, so below one that is too small
 * nothing is looked at.  One that has the very rows of the subgroup without
 * its last condition is left out.  NUM_TOO_LARGE beyond the limit.  O(cells
 * subsets of columns) at most.
 *
 * Reference: Agrawal and Srikant, "Fast Algorithms for Mining Association
 * Rules", VLDB 1994.
 */
extern NumStatus
fair_subgroup_search(NumArena *arena, const FairSubgroupTable *table,
                     const FairSubgroupPlan *plan, FairSubgroups *subgroups);

/* Which effects are bad. */
typedef enum FairWorst
{
	FAIR_WORST_LOW = -1,
	FAIR_WORST_EITHER = 0,
	FAIR_WORST_HIGH = 1
} FairWorst;

typedef struct FairSubgroupTest
{
	FairShare all;
	double level; /* of intervals */
	FairWorst worst;
	bool weighted; /* then tests are of effective rows; else weights are counts,
	                * all of 1 */
	FairAdjustment adjustment;
	NumMonitor *monitor;
} FairSubgroupTest;

/* Sets each of the subgroups against all other rows, and adjusts the p-values
 * for their number. */
extern NumStatus
fair_subgroup_judge(NumArena *arena, const FairSubgroupTest *test,
                    FairSubgroup *list, size_t n);

/* Orders them by 'certain', the largest first; of equal ones those with fewer
 * conditions, then by columns and levels.  Undefined ones come last. */
extern void fair_subgroup_sort(FairSubgroup *list, size_t n);

/* True when every condition of 'a' is one of 'b'. */
extern bool fair_subgroup_within(const FairSubgroup *a, const FairSubgroup *b);

#endif
