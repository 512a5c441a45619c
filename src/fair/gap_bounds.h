/*
 * gap_bounds.h
 *    Bounds of a gap from the intervals of its pairs of groups.
 */
#ifndef FAIRPG_FAIR_GAP_BOUNDS_H
#define FAIRPG_FAIR_GAP_BOUNDS_H

#include "fair/bootstrap.h"

typedef struct FairGapBounds
{
	double low;    /* in [0, 1]; NaN with fewer than two rates */
	double high;   /* likewise */
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
 * Small groups make it wide, never wrong.  Groups, level and monitor are those
 * of 'plan'.  O(events groups^2).
 *
 * Reference: Newcombe, Statistics in Medicine 17 (1998), method 10.
 */
extern NumStatus
fair_gap_bounds(NumArena *arena, const FairBootstrap *plan,
                const FairCriterion *criterion, FairGapBounds *bounds);

#endif
