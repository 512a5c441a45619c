/*
 * curve.h
 *    The curve of a group: what every threshold on the score would give it.
 *
 * A point of a curve is a threshold between two scores that the group's
 * training rows have, or beyond all of them: point 0 decides nobody positive,
 * the last one everybody.  Choosing a point for each group is choosing a
 * deterministic model (window.h does).
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_CURVE_H
#define FAIRPG_TRAIN_CURVE_H

#include "data/dataset.h"
#include "fair/criterion.h"
#include "model/model.h"
#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

typedef struct CurvePoint
{
	double rate[FAIR_MAX_EVENTS]; /* of the criterion's events */
	double utility;   /* worth of the decisions, in weight of rows */
	double threshold; /* of the probability, in [0, 2] */
} CurvePoint;

typedef struct Curve
{
	uint32_t group;
	bool bound[FAIR_MAX_EVENTS]; /* the group takes part in that event's gap */
	uint64_t n;
	CurvePoint *points; /* see curve_sort() for their order */
} Curve;

/* What curves are taken of. */
typedef struct CurveSettings
{
	const FairCriterion *criterion;
	/* what a decision is worth: a positive one 1 - cost for a row of the
	 * positive label, -cost for one of the negative label; 1/2 counts right
	 * decisions alike */
	double cost;
} CurveSettings;

/*
 * The curves of all groups of attribute 0 over the training rows, in the order
 * of falling thresholds; '*curves' is [n_groups], with 'bound' false.  A group
 * without training rows has one point.
 *
 * Cost: O(n log n); 48 bytes a row while it runs, 32 bytes a distinct score of
 * a group afterwards.
 */
extern NumStatus
curves_create(NumArena *arena, const Dataset *data, const Model *model,
              const CurveSettings *settings, NumMonitor *monitor,
              Curve **curves);

/* Puts a curve in the order of its first rate; nothing to do for rates that
 * grow as the threshold falls.  'spare' has room for curve->n points. */
extern NumStatus
curve_sort(Curve *curve, CurvePoint *spare, NumMonitor *monitor);

#endif
