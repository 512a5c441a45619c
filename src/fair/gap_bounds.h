/*
 * gap_bounds.h
 *    Bounds of a gap and a ratio from the intervals of their pairs of groups.
 */
#ifndef FAIRPG_FAIR_GAP_BOUNDS_H
#define FAIRPG_FAIR_GAP_BOUNDS_H

#include "fair/bootstrap.h"

typedef struct FairGapBounds
{
	double low;       /* in [0, 1]; NaN with fewer than two rates */
	double high;      /* likewise */
	double ratio_low; /* in [0, 1]; NaN where no two rates have a ratio */
	double ratio_high;
	double mean_low;        /* of fair_metric_bounds(): the same of the mean */
	double mean_ratio_high; /* difference and ratio of all pairs */
	int n_defined; /* groups that have the rate, of the event with most */
} FairGapBounds;

/*
 * The largest of many noisy differences is larger than the largest true one,
 * so resampling it puts the gap of many or small groups too high.  Here each
 * pair of groups and each event has Newcombe's hybrid score interval of its
 * difference, on effective rows (Kish):
 *
 *     high  is the largest upper end: it covers the true gap as surely as the
 *           interval of the pair that has it, with 1 - (1 - level) / 2;
 *     low   is the largest lower end of intervals made wide enough for all of
 *           them to hold together (Bonferroni), and not below zero.
 *
 * A ratio has the same by logarithms (the quotient of two rates is between the
 * ends that Wilson's distances give when they are taken of logarithms): 'low'
 * is the least lower end, 'high' the least upper end of wide intervals, not
 * above one.  Of a rate of zero the upper end is that of the rate by the lower
 * end of the other.
 *
 * Small groups make it wide, never wrong.  Groups, level and monitor are those
 * of 'plan'.  O(events groups^2).
 *
 * Reference: Newcombe, Statistics in Medicine 17 (1998), method 10; for ratios
 * Zou and Donner, Statistics in Medicine 27 (2008).
 */
extern NumStatus
fair_gap_bounds(NumArena *arena, const FairBootstrap *plan,
                const FairCriterion *criterion, FairGapBounds *bounds);

/* The same of the values of one metric, and of its means over pairs: the mean
 * of the ends that face equality of intervals that hold together. */
extern NumStatus fair_metric_bounds(NumArena *arena, const FairBootstrap *plan,
                                    int metric, FairGapBounds *bounds);

/* Widens percentiles by what the bounds say; NaN, on either side, changes
 * nothing. */
extern void fair_gap_widen(const FairGapBounds *bounds, int n_events,
                           FairGapInterval *interval);

#endif
