/*
 * roc.c
 *    ROC curves of two sets of rows against each other: AUC, xAUC, ABROCA.
 *
 * An image lists the distinct scores upwards with the weight of the positive
 * and the negative rows of each, so the area under the ROC curve is one walk
 * with the weight of negatives below.  The placement value of a positive row
 * is the share of negatives it beats, that of a negative row the share of
 * positives that beat it; the variance of the AUC is that of the two means.
 */
#include "fair/roc.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fair/interval.h"
#include "fair/percentile.h"
#include "fair/scores.h"
#include "num/random.h"

/* Keys of all sides are compared after their last bits are cut off, so many
 * that none has fewer left than another. */
static unsigned
common_cut(const FairSide *a, const FairSide *b)
{
	unsigned cut = 0;
	const uint8_t *images[4] = { a->image, a->less, b->image, b->less };

	for (int i = 0; i < 4; i++)
		if (images[i] != NULL && fair_scores_image_cut(images[i]) > cut)
			cut = fair_scores_image_cut(images[i]);
	return cut;
}

/* Where a walk over one image is. */
typedef struct Walk
{
	const uint8_t *image;
	size_t n;
	size_t at;
	unsigned cut; /* bits to be cut off keys */
} Walk;

static Walk
walk_begin(const uint8_t *image, unsigned cut)
{
	Walk walk = { .image = image };

	if (image != NULL)
	{
		walk.n = fair_scores_image_entries(image);
		walk.cut = cut - fair_scores_image_cut(image);
	}
	return walk;
}

/* Adds the entries of a key, times 'sign', and goes behind them; entries
 * before it are passed over. */
static void
walk_take(Walk *walk, uint64_t key, double sign, double weight[2])
{
	for (; walk->at < walk->n; walk->at++)
	{
		uint64_t here = fair_scores_image_key(walk->image, walk->at);
		double own[FAIR_SCORE_LABELS];

		if (here >> walk->cut > key)
			break;
		if (here >> walk->cut < key)
			continue;
		fair_scores_image_entry(walk->image, walk->at, own);
		weight[0] += sign * own[0];
		weight[1] += sign * own[1];
	}
}

/* Where a walk over a side is: the weights of one score, by label. */
typedef struct Cursor
{
	Walk own;
	Walk less;
	bool done;
	uint64_t key;
	double weight[2];
} Cursor;

static void
cursor_next(Cursor *cursor)
{
	cursor->weight[0] = cursor->weight[1] = 0;
	cursor->done = cursor->own.at >= cursor->own.n;
	if (cursor->done)
		return;
	cursor->key = fair_scores_image_key(cursor->own.image, cursor->own.at) >>
	              cursor->own.cut;
	walk_take(&cursor->own, cursor->key, 1, cursor->weight);
	if (cursor->less.n == 0)
		return;
	walk_take(&cursor->less, cursor->key, -1, cursor->weight);
	/* not below zero: weights were rounded, and anybody may give a part that
	 * is none */
	cursor->weight[0] = fmax(cursor->weight[0], 0);
	cursor->weight[1] = fmax(cursor->weight[1], 0);
}

static Cursor
cursor_begin(const FairSide *side, unsigned cut)
{
	Cursor cursor = { .own = walk_begin(side->image, cut),
		              .less = walk_begin(side->less, cut) };

	cursor_next(&cursor);
	return cursor;
}

/* Two sides at once: the weights of the next score that either has. */
typedef struct Pair
{
	bool same; /* sides: then 'positive' stands for both */
	Cursor positive;
	Cursor negative;
	double weight[2]; /* negatives, positives */
} Pair;

static bool
pair_next(Pair *pair)
{
	Cursor *p = &pair->positive;
	Cursor *n = &pair->negative;
	bool take_p = !p->done && (n->done || p->key <= n->key);
	bool take_n = !n->done && (p->done || n->key <= p->key);

	if (pair->same)
	{
		memcpy(pair->weight, p->weight, sizeof(pair->weight));
		if (p->done)
			return false;
		cursor_next(p);
		return true;
	}
	pair->weight[1] = take_p ? p->weight[1] : 0;
	pair->weight[0] = take_n ? n->weight[0] : 0;
	if (take_p)
		cursor_next(p);
	if (take_n)
		cursor_next(n);
	return take_p || take_n;
}

static Pair
pair_begin(const FairSide *positives, const FairSide *negatives)
{
	unsigned cut = common_cut(positives, negatives);
	Pair pair = { .same = positives->image == negatives->image &&
		                  positives->less == negatives->less,
		          .positive = cursor_begin(positives, cut),
		          .negative = cursor_begin(negatives, cut) };

	return pair;
}

typedef struct Sides
{
	double total[2]; /* weight: of negatives, of positives */
	double rows[2];  /* effective: (sum of weights)^2 / sum of squares */
} Sides;

static double
side_sum(const FairSide *side, size_t place)
{
	double sum = fair_scores_image_sum(side->image, place);

	if (side->less != NULL)
		sum = fmax(sum - fair_scores_image_sum(side->less, place), 0);
	return sum;
}

static uint64_t
side_count(const FairSide *side, size_t place)
{
	uint64_t count = fair_scores_image_count(side->image, place);
	uint64_t less =
		side->less == NULL ? 0 : fair_scores_image_count(side->less, place);

	return less < count ? count - less : 0;
}

static void
read_side(const FairSide *side, size_t y, Sides *sides)
{
	double squared = side_sum(side, FAIR_SUM_NEGATIVE_SQUARED + y);

	sides->total[y] = side_sum(side, FAIR_SUM_NEGATIVE + y);
	sides->rows[y] =
		squared > 0 ? sides->total[y] * sides->total[y] / squared : 0;
}

/* The AUC and what pooling can have done to it. */
static void
walk_auc(Pair pair, const Sides *sides, bool pooled, FairAuc *result)
{
	double below = 0;
	double pairs = 0;
	double tied = 0;

	while (pair_next(&pair))
	{
		pairs += pair.weight[1] * (below + pair.weight[0] / 2);
		tied += pair.weight[1] * pair.weight[0];
		below += pair.weight[0];
	}
	result->auc = pairs / sides->total[1] / sides->total[0];
	/* a pooled tie counts one half where it may be none or one */
	result->error = pooled ? tied / 2 / sides->total[1] / sides->total[0] : 0;
}

/* Variance of the AUC; zero when every placement is alike. */
static double
auc_variance(Pair pair, const Sides *sides, double auc)
{
	double below[2] = { 0, 0 };
	double spread[2] = { 0, 0 };
	double variance = 0;

	while (pair_next(&pair))
	{
		const double *weight = pair.weight;
		double beats = (below[0] + weight[0] / 2) / sides->total[0];
		double beaten = 1 - (below[1] + weight[1] / 2) / sides->total[1];

		spread[1] += weight[1] * (beats - auc) * (beats - auc);
		spread[0] += weight[0] * (beaten - auc) * (beaten - auc);
		below[0] += weight[0];
		below[1] += weight[1];
	}
	for (int y = 0; y < 2; y++)
		if (sides->rows[y] > 1)
			variance += spread[y] / sides->total[y] / (sides->rows[y] - 1);
	return variance;
}

/* Effective rows of one label below which DeLong's variance is too small:
 * intervals by it covered 86 percent with 5 of them and 91 with 10. */
#define FEW_ROWS 10

void
fair_auc_between(const FairSide *positives, const FairSide *negatives,
                 double level, FairAuc *result)
{
	Pair pair = pair_begin(positives, negatives);
	Sides sides;
	double rarer;
	double rows;

	memset(result, 0, sizeof(*result));
	result->auc = result->error = result->variance = NAN;
	result->low = result->high = NAN;
	result->rows_positive = side_count(positives, FAIR_SCORES_POSITIVE);
	result->rows_negative = side_count(negatives, FAIR_SCORES_NEGATIVE);
	read_side(negatives, 0, &sides);
	read_side(positives, 1, &sides);
	if (!(sides.total[1] > 0))
		result->reason = "no positive labels";
	else if (!(sides.total[0] > 0))
		result->reason = "no negative labels";
	if (result->reason != NULL)
		return;

	walk_auc(pair, &sides, common_cut(positives, negatives) > 0, result);
	result->variance = auc_variance(pair, &sides, result->auc);
	rarer = fmin(sides.rows[0], sides.rows[1]);
	rows = result->variance > 0
	           ? result->auc * (1 - result->auc) / result->variance
	           : rarer;
	/* a handful of rows shows too little of its own variance */
	if (rarer < FEW_ROWS)
		rows = fmin(rows, rarer);
	result->effective = rows;
	fair_auc_interval(result, level, &result->low, &result->high);
}

void
fair_auc_interval(const FairAuc *auc, double level, double *low, double *high)
{
	fair_wilson(auc->auc, auc->effective, level, low, high);
	*low = fmax(*low - auc->error, 0);
	*high = fmin(*high + auc->error, 1);
}

/* ---- the area between two curves ---- */

/*
 * A ROC curve from its upper right end: 'x' is the share of negatives, 'y' that
 * of positives, whose score is no higher.  Turned so, the area between two
 * curves is the same.
 */
typedef struct Curve
{
	Cursor cursor;
	const double *cells[2]; /* or these instead, by label; NULL: none */
	size_t n_cells;
	size_t at;
	double total[2];
	double below[2]; /* weights passed */
	double tied;     /* products of the weights of pooled scores */
	bool pooled;
	double x0; /* the piece that is not vertical */
	double y0;
	double x1;
	double y1;
} Curve;

/* The weights of the next score or cell; false at the end. */
static bool
curve_step(Curve *curve, double weight[2])
{
	Cursor *cursor = &curve->cursor;

	weight[0] = weight[1] = 0;
	if (curve->cells[0] != NULL)
	{
		if (curve->at == curve->n_cells)
			return false;
		weight[0] = curve->cells[0][curve->at];
		weight[1] = curve->cells[1][curve->at++];
		return true;
	}
	if (cursor->done)
		return false;
	memcpy(weight, cursor->weight, sizeof(cursor->weight));
	cursor_next(cursor);
	return true;
}

/* The next piece that goes to the right; at the end one that reaches as far as
 * needed. */
static void
curve_next(Curve *curve)
{
	bool more = true;
	double weight[2] = { 0, 0 };

	curve->x0 = curve->x1;
	while (more && !(weight[0] > 0))
	{
		more = curve_step(curve, weight);
		curve->y0 = curve->below[1] / curve->total[1];
		curve->below[0] += weight[0];
		curve->below[1] += weight[1];
		curve->tied += weight[0] * weight[1];
	}
	/* rounded sums of weights may end beside 1 */
	curve->x1 = more ? curve->below[0] / curve->total[0] : INFINITY;
	curve->y1 = more ? curve->below[1] / curve->total[1] : curve->y0;
}

static double
curve_at(const Curve *curve, double x)
{
	double width = curve->x1 - curve->x0;

	if (!(width > 0) || isinf(width))
		return curve->y0;
	return curve->y0 + (curve->y1 - curve->y0) * ((x - curve->x0) / width);
}

static void
curve_begin(const FairSide *side, Curve *curve)
{
	memset(curve, 0, sizeof(*curve));
	curve->pooled = common_cut(side, side) > 0;
	curve->cursor = cursor_begin(side, common_cut(side, side));
	curve->total[0] = side_sum(side, FAIR_SUM_NEGATIVE);
	curve->total[1] = side_sum(side, FAIR_SUM_POSITIVE);
	curve_next(curve);
}

/* Why a side has no curve, or NULL. */
static const char *
no_curve(const FairSide *side)
{
	if (!(side_sum(side, FAIR_SUM_POSITIVE) > 0))
		return "no positive labels";
	if (!(side_sum(side, FAIR_SUM_NEGATIVE) > 0))
		return "no negative labels";
	return NULL;
}

/* Integral of |d| over 'width', where d goes straight from d0 to d1. */
static double
area_between(double width, double d0, double d1)
{
	if (d0 * d1 >= 0)
		return width * (fabs(d0) + fabs(d1)) / 2;
	return width * (d0 * d0 + d1 * d1) / (2 * (fabs(d0) + fabs(d1)));
}

/* The area between two curves, of which the first piece is there. */
static double
area_of(Curve curve[2])
{
	double x = 0;
	double area = 0;

	while (x < 1)
	{
		double end = fmin(fmin(curve[0].x1, curve[1].x1), 1);
		double d0 = curve_at(&curve[0], x) - curve_at(&curve[1], x);
		double d1 = curve_at(&curve[0], end) - curve_at(&curve[1], end);

		area += area_between(end - x, d0, d1);
		x = end;
		for (int i = 0; i < 2; i++)
			if (!(curve[i].x1 > x) && x < 1)
				curve_next(&curve[i]);
	}
	return area;
}

void
fair_abroca(const FairSide *a, const FairSide *b, FairAbroca *result)
{
	Curve curve[2];

	memset(result, 0, sizeof(*result));
	result->area = result->error = result->low = result->high = NAN;
	result->reason = no_curve(a);
	if (result->reason == NULL)
		result->reason = no_curve(b);
	if (result->reason != NULL)
		return;
	curve_begin(a, &curve[0]);
	curve_begin(b, &curve[1]);
	result->area = area_of(curve);
	result->error = 0;
	/* within the box of a pooled tie the curve may leave its diagonal by half
	 * of the box, as the AUC may */
	for (int i = 0; i < 2; i++)
		if (curve[i].pooled)
			result->error +=
				curve[i].tied / 2 / curve[i].total[0] / curve[i].total[1];
}

/* ---- its interval ---- */

/* Cells that a curve is drawn from: neighbouring scores together, so that the
 * draws cost no more than that however many scores there are. */
#define MAX_CELLS 100

typedef struct DrawnSide
{
	size_t n;
	double weight[2][MAX_CELLS]; /* by label, upwards */
	uint64_t rows[2];            /* effective, rounded */
	double drawn[2][MAX_CELLS];
} DrawnSide;

static void
gather_cells(const FairSide *side, DrawnSide *drawn)
{
	Cursor cursor = cursor_begin(side, common_cut(side, side));
	double total[2] = { side_sum(side, FAIR_SUM_NEGATIVE),
		                side_sum(side, FAIR_SUM_POSITIVE) };
	double share = 0; /* of both labels, in the cells that are full */

	memset(drawn, 0, sizeof(*drawn));
	for (; !cursor.done; cursor_next(&cursor))
	{
		share += cursor.weight[0] / total[0] + cursor.weight[1] / total[1];
		for (int y = 0; y < 2; y++)
			drawn->weight[y][drawn->n] += cursor.weight[y];
		if (share * MAX_CELLS >= 2.0 * (double) (drawn->n + 1) &&
		    drawn->n + 1 < MAX_CELLS)
			drawn->n++;
	}
	drawn->n++;
	for (size_t y = 0; y < 2; y++)
	{
		double squared = side_sum(side, FAIR_SUM_NEGATIVE_SQUARED + y);
		double rows = total[y] * total[y] / squared;

		/* one at least, whatever somebody has put there */
		drawn->rows[y] = (uint64_t) (fmin(fmax(rows, 1), 9e15) + 0.5);
	}
}

/* The curve of as many rows drawn from the cells. */
static void
draw_curve(NumRandom *random, DrawnSide *side, Curve *curve)
{
	uint64_t count[MAX_CELLS];

	memset(curve, 0, sizeof(*curve));
	for (int y = 0; y < 2; y++)
	{
		num_random_multinomial(random, side->rows[y], side->weight[y], side->n,
		                       count);
		for (size_t c = 0; c < side->n; c++)
			side->drawn[y][c] = (double) count[c];
		curve->cells[y] = side->drawn[y];
		curve->total[y] = (double) side->rows[y];
	}
	curve->n_cells = side->n;
	curve_next(curve);
}

NumStatus
fair_abroca_interval(NumArena *arena, const FairSide sides[2],
                     const FairDraws *plan, FairAbroca *result)
{
	size_t n = (size_t) plan->replicates;
	double *areas = arena_alloc(arena, n, sizeof(double));
	DrawnSide *drawn = arena_alloc(arena, 2, sizeof(DrawnSide));
	NumStatus status = NUM_OK;
	NumRandom random;

	if (areas == NULL || drawn == NULL)
		return NUM_NO_MEMORY;
	fair_abroca(&sides[0], &sides[1], result);
	if (result->reason == NULL)
	{
		num_random_seed(&random, plan->seed);
		for (int i = 0; i < 2; i++)
			gather_cells(&sides[i], &drawn[i]);
		for (size_t r = 0; r < n && status == NUM_OK; r++)
		{
			Curve curve[2];

			if (monitor_stop(plan->monitor))
				status = NUM_CANCELLED;
			for (int i = 0; i < 2; i++)
				draw_curve(&random, &drawn[i], &curve[i]);
			areas[r] = area_of(curve);
		}
		fair_size_interval(areas, plan->replicates, plan->level, result->area,
		                   &result->low, &result->high);
		result->low = fmax(result->low - result->error, 0);
		result->high = fmin(result->high + result->error, 1);
	}
	arena_release(arena, areas, n, sizeof(double));
	arena_release(arena, drawn, 2, sizeof(DrawnSide));
	return status;
}
