/*
 * bootstrap.h
 *    Intervals for gaps and ratios between groups.
 */
#ifndef FAIRPG_FAIR_BOOTSTRAP_H
#define FAIRPG_FAIR_BOOTSTRAP_H

#include <stdbool.h>
#include <stdint.h>

#include "fair/criterion.h"
#include "fair/interval.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* Replicates where nothing else is asked for: the Monte-Carlo error of a
 * 95 percent end is then about a fortieth of the interval's width. */
#define FAIR_REPLICATES 10000

/* four labelled cells, by label and decision, then the two unlabelled ones */
#define FAIR_N_CELLS 6

typedef struct FairBootstrap
{
	const FairCells *groups;
	int n_groups;
	double level;   /* in (0, 1) */
	int replicates; /* at least 1 */
	uint64_t seed;
	bool
		to_scale; /* a drawn group weighs what the group does, not its effective
	                * number of rows: for measures that add groups up */
	NumMonitor *monitor; /* or NULL */
} FairBootstrap;

typedef struct FairGapInterval
{
	double gap_low;
	double gap_high;
	double ratio_low;
	double ratio_high;
} FairGapInterval;

/*
 * Intervals of the gap and the ratio of each of 'n_criteria' criteria, none
 * of losses:
 * bootstrap percentiles, widened where gap_bounds.h knows
 * better (many groups, small ones, rates of 0 or 1); all from the same draws, to an array of as many.  Every function
 * of counts can be resampled from the counts: drawing n rows with replacement
 * and counting them into cells is a multinomial draw from the cells.  Each
 * group is drawn on its own with its effective number of rows (Kish) held
 * fixed, so weighted tables get the width they deserve.
 *
 * The same seed gives the same intervals on any machine.  Ends are NaN when
 * the gap is undefined.  O(replicates * groups).
 *
 * Reference: Efron and Tibshirani, An Introduction to the Bootstrap (1993),
 * chapter 13.
 */
extern NumStatus fair_gap_intervals(NumArena *arena, const FairBootstrap *plan,
                                    const FairCriterion *const *criteria,
                                    int n_criteria, FairGapInterval *intervals);

/* Replicates that are drawn together. */
typedef struct FairBatch
{
	int n; /* of them, at most FAIR_BATCH_MAX */
	int n_groups;
	const double *counts; /* [n_groups][FAIR_N_CELLS][n] */
	const double *scale; /* [n_groups] of a row, in weight; 1 unless to_scale */
} FairBatch;

#define FAIR_BATCH_MAX 64

/* The weights of replicate 'draw', to cells[n_groups]; nothing else of them is
 * touched. */
extern void
fair_batch_cells(const FairBatch *batch, int draw, FairCells *cells);

/* What a bootstrap measures: writes values[n_values][batch->n], NaN where
 * undefined.  'what' is the caller's. */
typedef void (*FairMeasure)(void *what, const FairBatch *batch, double *values);

/* Percentiles of 'n_values' measures over the replicates that have them, NaN
 * where none has; all from the same draws, which are those of
 * fair_gap_intervals(). */
extern NumStatus
fair_bootstrap(NumArena *arena, const FairBootstrap *plan, FairMeasure measure,
               void *what, int n_values, FairInterval *intervals);

#endif
