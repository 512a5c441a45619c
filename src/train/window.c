/*
 * window.c
 *    One point on each curve, such that rates differ by no more than a width.
 *
 * The lowest of the chosen rates is the rate of some point.  So it is enough
 * to try windows [r, r + width] that begin at the rate of a point: they move
 * upwards over curves sorted by that rate, each curve keeps the best of its
 * points within (a queue in which worth falls from front to back, so that
 * every point enters and leaves once), and the window with the largest sum
 * wins.
 */
#include "train/window.h"

#include <math.h>
#include <string.h>

/* Points looked at between two looks at the monitor. */
#define WATCHED_POINTS 65536

/* A curve as a window moves over it. */
typedef struct Lane
{
	const CurvePoint *points;
	bool bound[FAIR_MAX_EVENTS];
	uint32_t low;    /* first point not below the window */
	uint32_t high;   /* first point above it */
	uint32_t *queue; /* [n] places of points within, the best one first */
	uint32_t front;
	uint32_t back;
	uint32_t best; /* of the best window so far */
	uint32_t n;
} Lane;

typedef struct Search
{
	const WindowProblem *problem;
	NumMonitor *monitor;
	Lane *lanes;
	double utility; /* of the best choice so far; -INFINITY: none */
	uint64_t looked_at;
} Search;

static bool
stop_asked(Search *search, uint64_t points)
{
	search->looked_at += points;
	if (search->looked_at < WATCHED_POINTS)
		return false;
	search->looked_at = 0;
	return monitor_stop(search->monitor);
}

bool
window_better(const WindowProblem *problem, const CurvePoint *a,
              const CurvePoint *b)
{
	if (a->utility != b->utility)
		return a->utility > b->utility;
	return fabs(a->threshold - problem->preferred) <
	       fabs(b->threshold - problem->preferred);
}

/* Takes in the points up to 'top' and lets go of those below 'bottom'; false
 * when none is left. */
static bool
lane_move(const Search *search, Lane *lane, int event, double bottom,
          double top)
{
	for (; lane->high < lane->n && lane->points[lane->high].rate[event] <= top;
	     lane->high++)
	{
		while (lane->back > lane->front &&
		       window_better(search->problem, &lane->points[lane->high],
		                     &lane->points[lane->queue[lane->back - 1]]))
			lane->back--;
		lane->queue[lane->back++] = lane->high;
	}
	while (lane->front < lane->back &&
	       lane->points[lane->queue[lane->front]].rate[event] < bottom)
		lane->front++;
	return lane->front < lane->back;
}

static void
lanes_rewind(Search *search)
{
	for (uint32_t l = 0; l < search->problem->n_curves; l++)
	{
		Lane *lane = &search->lanes[l];

		lane->low = lane->high = 0;
		lane->front = lane->back = 0;
	}
}

/* Where the next window begins: the lowest rate of a bound lane that has not
 * been the beginning yet; INFINITY: there is none. */
static double
next_bottom(const Search *search, int event)
{
	double bottom = INFINITY;

	for (uint32_t l = 0; l < search->problem->n_curves; l++)
	{
		const Lane *lane = &search->lanes[l];

		if (lane->bound[event] && lane->low < lane->n)
			bottom = fmin(bottom, lane->points[lane->low].rate[event]);
	}
	return bottom;
}

static void
pass_bottom(Search *search, int event, double bottom)
{
	for (uint32_t l = 0; l < search->problem->n_curves; l++)
	{
		Lane *lane = &search->lanes[l];

		while (lane->bound[event] && lane->low < lane->n &&
		       lane->points[lane->low].rate[event] <= bottom)
			lane->low++;
	}
}

/* Looks at one window; keeps its choice when it is the best so far. */
static void
try_window(Search *search, int event, double bottom, double width)
{
	double utility = 0;

	for (uint32_t l = 0; l < search->problem->n_curves; l++)
	{
		Lane *lane = &search->lanes[l];
		bool bound = lane->bound[event];

		if (!lane_move(search, lane, event, bound ? bottom : -INFINITY,
		               bound ? bottom + width + WINDOW_ROUNDING : INFINITY))
			return;
		utility += lane->points[lane->queue[lane->front]].utility;
	}
	if (!(utility > search->utility))
		return;
	search->utility = utility;
	for (uint32_t l = 0; l < search->problem->n_curves; l++)
		search->lanes[l].best = search->lanes[l].queue[search->lanes[l].front];
}

/* Moves the window of one rate over all lanes. */
static NumStatus
sweep(Search *search, int event, double width)
{
	double bottom;
	uint64_t n = search->problem->n_curves;

	lanes_rewind(search);
	bottom = next_bottom(search, event);
	/* nobody is bound: one look takes the best of each */
	if (!isfinite(bottom))
		try_window(search, event, 0, width);
	for (; isfinite(bottom); bottom = next_bottom(search, event))
	{
		if (stop_asked(search, n))
			return NUM_CANCELLED;
		try_window(search, event, bottom, width);
		pass_bottom(search, event, bottom);
	}
	return NUM_OK;
}

/* The least width that a window can have and still hold a point of each bound
 * lane. */
static NumStatus
least_width(Search *search, int event, double *width)
{
	double bottom;

	*width = INFINITY;
	lanes_rewind(search);
	for (bottom = next_bottom(search, event); isfinite(bottom);
	     bottom = next_bottom(search, event))
	{
		double top = bottom;

		if (stop_asked(search, search->problem->n_curves))
			return NUM_CANCELLED;
		for (uint32_t l = 0; l < search->problem->n_curves; l++)
		{
			const Lane *lane = &search->lanes[l];

			if (lane->bound[event])
				top = lane->low < lane->n
				          ? fmax(top, lane->points[lane->low].rate[event])
				          : INFINITY;
		}
		*width = fmin(*width, top - bottom);
		pass_bottom(search, event, bottom);
	}
	return NUM_OK;
}

static NumStatus
lanes_create(NumArena *arena, const WindowProblem *problem,
             const uint64_t *room, Lane **result)
{
	Lane *lanes = arena_alloc(arena, problem->n_curves, sizeof(Lane));

	if (lanes == NULL)
		return NUM_NO_MEMORY;
	memset(lanes, 0, problem->n_curves * sizeof(Lane));
	for (uint32_t l = 0; l < problem->n_curves; l++)
	{
		if (room[l] > UINT32_MAX)
			return NUM_TOO_LARGE;
		lanes[l].queue = arena_alloc(arena, room[l], sizeof(uint32_t));
		if (lanes[l].queue == NULL)
			return NUM_NO_MEMORY;
		memcpy(lanes[l].bound, problem->curves[l].bound,
		       sizeof(lanes[l].bound));
	}
	*result = lanes;
	return NUM_OK;
}

static NumStatus
choose_by_one(NumArena *arena, const WindowProblem *problem,
              NumMonitor *monitor, WindowChoice *choice)
{
	Search search = { problem, monitor, NULL, -INFINITY, 0 };
	uint64_t *room = arena_alloc(arena, problem->n_curves, sizeof(uint64_t));
	double width;
	NumStatus status = NUM_OK;

	if (room == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t l = 0; l < problem->n_curves && status == NUM_OK; l++)
	{
		Curve *curve = &problem->curves[l];
		CurvePoint *spare = arena_alloc(arena, curve->n, sizeof(CurvePoint));

		if (spare == NULL)
			return NUM_NO_MEMORY;
		room[l] = curve->n;
		status = curve_sort(curve, spare, monitor);
		arena_release(arena, spare, curve->n, sizeof(CurvePoint));
	}
	if (status == NUM_OK)
		status = lanes_create(arena, problem, room, &search.lanes);
	if (status != NUM_OK)
		return status;
	for (uint32_t l = 0; l < problem->n_curves; l++)
	{
		search.lanes[l].points = problem->curves[l].points;
		search.lanes[l].n = (uint32_t) room[l];
	}
	status = least_width(&search, 0, &width);
	if (status == NUM_OK)
		status = sweep(&search, 0,
		               isfinite(width) ? fmax(problem->width, width)
		                               : problem->width);
	if (status != NUM_OK)
		return status;
	for (uint32_t l = 0; l < problem->n_curves; l++)
		choice->points[l] = search.lanes[l].points[search.lanes[l].best];
	choice->exact = true;
	return NUM_OK;
}

static double
gap_of(const WindowProblem *problem, const WindowChoice *choice)
{
	double gap = 0;

	for (int e = 0; e < problem->n_events; e++)
	{
		double low = INFINITY;
		double high = -INFINITY;

		for (uint32_t l = 0; l < problem->n_curves; l++)
			if (problem->curves[l].bound[e])
			{
				low = fmin(low, choice->points[l].rate[e]);
				high = fmax(high, choice->points[l].rate[e]);
			}
		gap = fmax(gap, high - low);
	}
	return gap;
}

NumStatus
window_choose(NumArena *arena, const WindowProblem *problem,
              NumMonitor *monitor, WindowChoice *choice)
{
	NumStatus status;

	memset(choice, 0, sizeof(*choice));
	choice->points = arena_alloc(arena, problem->n_curves, sizeof(CurvePoint));
	if (choice->points == NULL)
		return NUM_NO_MEMORY;
	status = problem->n_events == 1
	             ? choose_by_one(arena, problem, monitor, choice)
	             : window_choose_two(arena, problem, monitor, choice);
	if (status != NUM_OK)
		return status;
	for (uint32_t l = 0; l < problem->n_curves; l++)
		choice->utility += choice->points[l].utility;
	choice->gap = gap_of(problem, choice);
	choice->feasible = choice->gap <= problem->width + 2 * WINDOW_ROUNDING;
	return NUM_OK;
}
