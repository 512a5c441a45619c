/*
 * window.h
 *    One point on each curve, such that rates differ by no more than a width.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_WINDOW_H
#define FAIRPG_TRAIN_WINDOW_H

#include "train/curve.h"

typedef struct WindowProblem
{
	Curve *curves;
	uint32_t n_curves;
	int n_events;
	double width;     /* largest difference of rates asked for */
	double preferred; /* of two points of the same worth, the one with the
	                   * threshold closer to this is taken */
} WindowProblem;

typedef struct WindowChoice
{
	CurvePoint *points; /* [n_curves] the chosen ones */
	double utility;     /* their sum */
	double gap;         /* largest difference of rates between bound curves */
	bool feasible;      /* the gap is within the width */
	bool exact;         /* no choice within the width has more utility */
} WindowChoice;

/* Rates are sums of quotients: two that are equal on paper may differ so. */
#define WINDOW_ROUNDING 1e-12

/*
 * The choice of largest utility in which the rates of each event of the bound
 * curves differ by at most 'width'; where there is none, by as little as they
 * can.  Curves that are bound nowhere get their best point.
 *
 * One event: exact, O(points x curves) after sorting, which reorders the
 * curves' points.  Two events, both of which must grow as the threshold falls:
 * window_choose_two().
 */
extern NumStatus window_choose(NumArena *arena, const WindowProblem *problem,
                               NumMonitor *monitor, WindowChoice *choice);

/* window_two.c: fills choice->points and choice->exact for two events.  Always
 * finds a choice, since deciding nobody positive has no gap. */
extern NumStatus
window_choose_two(NumArena *arena, const WindowProblem *problem,
                  NumMonitor *monitor, WindowChoice *choice);

/* Whether point a is to be preferred to b. */
extern bool window_better(const WindowProblem *problem, const CurvePoint *a,
                          const CurvePoint *b);

#endif
