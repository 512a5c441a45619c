/*
 * window_two.c
 *    One point on each curve, such that two rates differ by no more than a
 *    width.
 *
 * Branch and bound over where the two windows begin.  A box of beginnings
 * leaves of every curve a run of points, since both rates grow along it: those
 * not below the lowest beginning nor above the highest window.  The best point
 * of each run gives a bound that no choice within the box exceeds; when those
 * points happen to lie within one width of one another, it is attained, and
 * otherwise the box is cut in two.  The better half is searched first.
 *
 * Cost: O(curves x log points) a box, after a tree over each curve that finds
 * the best point of a run.  Some thousand boxes are usual; MOST_BOXES are
 * looked at at the very most, after which the best choice found is given.
 * Memory: 8 bytes a point.
 */
#include "train/window.h"

#include <math.h>
#include <string.h>

#define MOST_BOXES 400000
/* boxes are halved to the size of rounding, in each of two directions */
#define MOST_DEPTH 128
#define WATCHED_RUNS 2048

/* The places of best points: leaf i stands at n + i, the best of 2 k and
 * 2 k + 1 at k. */
typedef struct Tree
{
	const Curve *curve;
	uint32_t n;
	uint32_t *best;
} Tree;

typedef struct Box
{
	double low[2]; /* where windows may begin */
	double high[2];
	double bound; /* -INFINITY: nothing within */
} Box;

typedef struct Branching
{
	const WindowProblem *problem;
	NumMonitor *monitor;
	Tree *trees;
	bool used[2];    /* whether anybody is bound by the rate */
	uint32_t *found; /* [n_curves] best points of the runs of a box */
	uint32_t *best;  /* [n_curves] of the best choice so far */
	double utility;  /* its worth */
	Box stack[MOST_DEPTH];
	int n_stack;
	uint64_t n_boxes;
	uint64_t n_runs;
} Branching;

static uint32_t
prefer(const Branching *search, const Tree *tree, uint32_t a, uint32_t b)
{
	const CurvePoint *points = tree->curve->points;

	return window_better(search->problem, &points[b], &points[a]) ? b : a;
}

static NumStatus
tree_create(NumArena *arena, const Branching *search, const Curve *curve,
            Tree *tree)
{
	if (curve->n > UINT32_MAX / 2)
		return NUM_TOO_LARGE;
	tree->curve = curve;
	tree->n = (uint32_t) curve->n;
	tree->best = arena_alloc(arena, 2 * (size_t) tree->n, sizeof(uint32_t));
	if (tree->best == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < tree->n; i++)
		tree->best[tree->n + i] = i;
	for (uint32_t k = tree->n - 1; k > 0; k--)
		tree->best[k] =
			prefer(search, tree, tree->best[2 * k], tree->best[2 * k + 1]);
	return NUM_OK;
}

/* The best of the points [from, to), of which there is one. */
static uint32_t
tree_best(const Branching *search, const Tree *tree, uint32_t from, uint32_t to)
{
	uint32_t best = from;
	uint32_t left = from + tree->n;
	uint32_t right = to + tree->n;

	for (; left < right; left /= 2, right /= 2)
	{
		if (left & 1)
			best = prefer(search, tree, best, tree->best[left++]);
		if (right & 1)
			best = prefer(search, tree, best, tree->best[--right]);
	}
	return best;
}

/* The first point of which the rate is at least 'least' or, with 'beyond',
 * above it. */
static uint32_t
find_point(const Tree *tree, int event, double least, bool beyond)
{
	uint32_t low = 0;
	uint32_t high = tree->n;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		double rate = tree->curve->points[middle].rate[event];

		if (beyond ? rate > least : rate >= least)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Finds the best point of each run, and the bound of the box. */
static void
bound_box(Branching *search, Box *box)
{
	search->n_boxes++;
	box->bound = -INFINITY;
	for (uint32_t l = 0; l < search->problem->n_curves; l++)
	{
		const Tree *tree = &search->trees[l];
		uint32_t from = 0;
		uint32_t to = tree->n;

		search->n_runs++;
		for (int e = 0; e < 2; e++)
		{
			double top =
				box->high[e] + search->problem->width + WINDOW_ROUNDING;
			uint32_t first, last;

			if (!tree->curve->bound[e])
				continue;
			first = find_point(tree, e, box->low[e], false);
			last = find_point(tree, e, top, true);
			from = first > from ? first : from;
			to = last < to ? last : to;
		}
		if (from >= to)
			return;
		search->found[l] = tree_best(search, tree, from, to);
	}
	box->bound = 0;
	for (uint32_t l = 0; l < search->problem->n_curves; l++)
		box->bound += search->trees[l].curve->points[search->found[l]].utility;
}

/* Whether the points found lie within one width of one another. */
static bool
found_choice(const Branching *search)
{
	for (int e = 0; e < 2; e++)
	{
		double low = INFINITY;
		double high = -INFINITY;

		for (uint32_t l = 0; l < search->problem->n_curves; l++)
		{
			const Curve *curve = search->trees[l].curve;

			if (!curve->bound[e])
				continue;
			low = fmin(low, curve->points[search->found[l]].rate[e]);
			high = fmax(high, curve->points[search->found[l]].rate[e]);
		}
		if (high - low > search->problem->width + 2 * WINDOW_ROUNDING)
			return false;
	}
	return true;
}

/* Looks at a box: it is worth nothing, or gives a choice, or is left to be cut
 * in two, for which it answers true. */
static bool
look_at(Branching *search, Box *box)
{
	bound_box(search, box);
	if (!(box->bound > search->utility))
		return false;
	if (!found_choice(search))
		return true;
	search->utility = box->bound;
	memcpy(search->best, search->found,
	       search->problem->n_curves * sizeof(uint32_t));
	return false;
}

/* Cuts a box across its longer side and puts on the stack what is left to
 * search, the better half on top. */
static void
cut_box(Branching *search, const Box *box)
{
	int e = search->used[0] &&
	                (!search->used[1] ||
	                 box->high[0] - box->low[0] >= box->high[1] - box->low[1])
	            ? 0
	            : 1;
	double middle = box->low[e] + (box->high[e] - box->low[e]) / 2;
	Box lower = *box;
	Box upper = *box;
	bool left[2];
	bool upper_first;

	/* every choice in a box of this size passes for one within the width */
	if (box->high[e] - box->low[e] < WINDOW_ROUNDING / 2)
		return;
	lower.high[e] = middle;
	upper.low[e] = middle;
	left[0] = look_at(search, &lower);
	left[1] = look_at(search, &upper);
	upper_first = upper.bound > lower.bound;
	if (left[upper_first ? 0 : 1])
		search->stack[search->n_stack++] = upper_first ? lower : upper;
	if (left[upper_first ? 1 : 0])
		search->stack[search->n_stack++] = upper_first ? upper : lower;
}

static NumStatus
branch(Branching *search)
{
	Box whole = { { 0, 0 }, { 1, 1 }, 0 };

	if (look_at(search, &whole))
		search->stack[search->n_stack++] = whole;
	while (search->n_stack > 0 && search->n_boxes < MOST_BOXES)
	{
		Box box = search->stack[--search->n_stack];

		if (search->n_runs >= WATCHED_RUNS)
		{
			search->n_runs = 0;
			if (monitor_stop(search->monitor))
				return NUM_CANCELLED;
		}
		if (box.bound > search->utility)
			cut_box(search, &box);
	}
	return NUM_OK;
}

NumStatus
window_choose_two(NumArena *arena, const WindowProblem *problem,
                  NumMonitor *monitor, WindowChoice *choice)
{
	Branching *search = arena_alloc(arena, 1, sizeof(Branching));
	uint32_t n = problem->n_curves;
	NumStatus status;

	if (search == NULL)
		return NUM_NO_MEMORY;
	memset(search, 0, sizeof(*search));
	search->problem = problem;
	search->monitor = monitor;
	search->utility = 0; /* of deciding nobody positive: the first points */
	search->trees = arena_alloc(arena, n, sizeof(Tree));
	search->found = arena_alloc(arena, n, sizeof(uint32_t));
	search->best = arena_alloc(arena, n, sizeof(uint32_t));
	if (search->trees == NULL || search->found == NULL || search->best == NULL)
		return NUM_NO_MEMORY;
	memset(search->best, 0, n * sizeof(uint32_t));
	for (uint32_t l = 0; l < n; l++)
	{
		const Curve *curve = &problem->curves[l];

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		status = tree_create(arena, search, curve, &search->trees[l]);
		if (status != NUM_OK)
			return status;
		for (int e = 0; e < 2; e++)
			search->used[e] = search->used[e] || curve->bound[e];
	}
	status = branch(search);
	choice->exact = search->n_stack == 0;
	for (uint32_t l = 0; l < n; l++)
		choice->points[l] = problem->curves[l].points[search->best[l]];
	return status;
}
