/*
 * consistency.c
 *    Whether people who are alike are decided alike.
 *
 * Anchors are taken in tiles: a block of rows is brought into the cache once for
 * all anchors of a tile.  Differences are taken before they are scaled, so that
 * two rows on either side of an anchor are equally far from it to the last bit.
 * (The product of matrices by which libraries do it would lose that.)
 */
#include "fair/consistency.h"

#include <math.h>
#include <string.h>

#include "fair/interval.h"
#include "num/random.h"

/* Rows of a block: with thirty columns it is in a second-level cache. */
#define BLOCK_ROWS 512
#define TILE_ANCHORS 16

/* A row in the order of hashes. */
typedef struct Ordered
{
	uint64_t hash;
	uint32_t row;
} Ordered;

/* What two rows that differ in a column are apart, before the root. */
typedef struct Scale
{
	double factor;  /* of a difference of numbers; of levels, what it adds */
	double missing; /* what a missing number adds */
	bool has_missing;
} Scale;

/* What neighbours are searched for in. */
typedef struct Search
{
	NumMonitor *monitor;
	const FairConsistencyRows *rows;
	const FairConsistencyPlan *plan;
	Scale *scales; /* by column */
} Search;

/* The nearest rows seen so far: the k nearest, the furthest of them first (a
 * heap), and those at the distance of the furthest that have no place. */
typedef struct Nearest
{
	double *distances;
	bool *decisions;
	size_t n;
	size_t tied;
	size_t tied_positive;
} Nearest;

/* ---- order ---- */

static bool
comes_after(const Ordered *a, const Ordered *b)
{
	return a->hash > b->hash;
}

static void
sift(Ordered *rows, size_t first, size_t n)
{
	Ordered moved = rows[first];
	size_t child;

	for (; (child = 2 * first + 1) < n; first = child)
	{
		if (child + 1 < n && comes_after(&rows[child + 1], &rows[child]))
			child++;
		if (!comes_after(&rows[child], &moved))
			break;
		rows[first] = rows[child];
	}
	rows[first] = moved;
}

/* Heap sort.  Rows of one hash come in any order: they are alike. */
static NumStatus
sort_by_hash(NumMonitor *monitor, Ordered *rows, size_t n)
{
	for (size_t i = n / 2; i > 0; i--)
		sift(rows, i - 1, n);
	for (size_t last = n; last > 1; last--)
	{
		Ordered greatest = rows[0];

		if (last % 65536 == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		rows[0] = rows[last - 1];
		rows[last - 1] = greatest;
		sift(rows, 0, last - 1);
	}
	return NUM_OK;
}

/* From the order of hashes to that of chances: each copy of a row has a chance
 * of its own. */
static void
draw_chances(Ordered *rows, size_t n, uint64_t seed)
{
	uint64_t key[2] = { 0, 0 };

	for (size_t i = 0; i < n; i++)
	{
		key[1] = i > 0 && rows[i].hash == key[0] ? key[1] + 1 : 0;
		key[0] = rows[i].hash;
		rows[i].hash = num_hash64(key, sizeof(key), seed);
	}
}

/* ---- scales ---- */

static void
scale_of_numbers(const double *numbers, const Ordered *order, size_t n,
                 bool manhattan, Scale *scale)
{
	double sum = 0;
	double squares = 0;
	double size = 0;
	size_t seen = 0;
	double mean;
	double variance;

	for (size_t i = 0; i < n; i++)
		if (!isnan(numbers[order[i].row]))
		{
			sum += numbers[order[i].row];
			seen++;
		}
	mean = sum / (double) seen;
	for (size_t i = 0; i < n; i++)
	{
		double x = numbers[order[i].row];

		if (isnan(x))
			continue;
		squares += (x - mean) * (x - mean);
		size += x * x;
	}
	variance = squares / (double) seen;
	scale->has_missing = seen < n;
	scale->missing = manhattan ? sqrt(2) : 2;
	/* what rounding leaves of numbers that are all one is no variance */
	scale->factor = seen > 0 && squares > 1e-14 * size ? 1 / sqrt(variance) : 0;
}

/* 'counts' has room for n_levels. */
static void
scale_of_levels(const FairLikeness *column, size_t n, bool manhattan,
                uint64_t *counts, Scale *scale)
{
	double same = 0;
	double differ;

	memset(counts, 0, sizeof(*counts) * column->n_levels);
	for (size_t i = 0; i < n; i++)
		counts[column->levels[i]]++;
	for (uint32_t l = 0; l < column->n_levels; l++)
		same += (double) counts[l] * (double) counts[l];
	differ = 1 - same / (double) n / (double) n;
	scale->has_missing = false;
	scale->factor = differ > 0 ? 2 / differ : 0;
	if (manhattan)
		scale->factor = sqrt(scale->factor);
}

static NumStatus
find_scales(NumArena *arena, const FairConsistencyRows *rows,
            const Ordered *order, bool manhattan, Scale *scales)
{
	for (int c = 0; c < rows->n_columns; c++)
	{
		const FairLikeness *column = &rows->columns[c];
		uint64_t *counts;

		if (column->levels == NULL)
		{
			scale_of_numbers(column->numbers, order, rows->n, manhattan,
			                 &scales[c]);
			continue;
		}
		counts = arena_alloc(arena, column->n_levels, sizeof(*counts));
		if (counts == NULL)
			return NUM_NO_MEMORY;
		scale_of_levels(column, rows->n, manhattan, counts, &scales[c]);
		arena_release(arena, counts, column->n_levels, sizeof(*counts));
	}
	return NUM_OK;
}

/* ---- distances ---- */

static void
add_numbers(const double *numbers, double anchor, const Scale *scale,
            bool manhattan, size_t n, double *distances)
{
	if (scale->has_missing)
	{
		for (size_t i = 0; i < n; i++)
		{
			double apart = fabs(numbers[i] - anchor) * scale->factor;

			if (!isnan(apart))
				distances[i] += manhattan ? apart : apart * apart;
			else if (!isnan(numbers[i]) || !isnan(anchor))
				distances[i] += scale->missing;
		}
	}
	else if (manhattan)
	{
		for (size_t i = 0; i < n; i++)
			distances[i] += fabs(numbers[i] - anchor) * scale->factor;
	}
	else
	{
		for (size_t i = 0; i < n; i++)
		{
			double apart = (numbers[i] - anchor) * scale->factor;

			distances[i] += apart * apart;
		}
	}
}

static void
add_levels(const uint32_t *levels, uint32_t anchor, double differ, size_t n,
           double *distances)
{
	for (size_t i = 0; i < n; i++)
		distances[i] += levels[i] == anchor ? 0 : differ;
}

/* How far the rows of a block are from an anchor: squares of it, or it. */
static void
measure_block(const Search *search, size_t anchor, size_t first, size_t n,
              double *distances)
{
	const FairConsistencyRows *rows = search->rows;
	const Scale *scales = search->scales;

	memset(distances, 0, n * sizeof(double));
	for (int c = 0; c < rows->n_columns; c++)
	{
		const FairLikeness *column = &rows->columns[c];

		if (scales[c].factor == 0 && !scales[c].has_missing)
			continue;
		if (column->levels == NULL)
			add_numbers(column->numbers + first, column->numbers[anchor],
			            &scales[c], search->plan->manhattan, n, distances);
		else
			add_levels(column->levels + first, column->levels[anchor],
			           scales[c].factor, n, distances);
	}
}

/* ---- neighbours ---- */

static void
swap(Nearest *nearest, size_t a, size_t b)
{
	double distance = nearest->distances[a];
	bool decision = nearest->decisions[a];

	nearest->distances[a] = nearest->distances[b];
	nearest->decisions[a] = nearest->decisions[b];
	nearest->distances[b] = distance;
	nearest->decisions[b] = decision;
}

static void
rise(Nearest *nearest, size_t at)
{
	while (at > 0 && nearest->distances[at] > nearest->distances[(at - 1) / 2])
	{
		swap(nearest, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void
sink(Nearest *nearest)
{
	size_t at = 0;
	size_t child;

	for (; (child = 2 * at + 1) < nearest->n; at = child)
	{
		if (child + 1 < nearest->n &&
		    nearest->distances[child + 1] > nearest->distances[child])
			child++;
		if (!(nearest->distances[child] > nearest->distances[at]))
			break;
		swap(nearest, at, child);
	}
}

static void
meet(Nearest *nearest, size_t k, double distance, bool decision)
{
	double furthest;
	bool left;

	if (nearest->n < k)
	{
		nearest->distances[nearest->n] = distance;
		nearest->decisions[nearest->n] = decision;
		rise(nearest, nearest->n++);
		return;
	}
	furthest = nearest->distances[0];
	if (distance > furthest)
		return;
	if (distance == furthest)
	{
		nearest->tied++;
		nearest->tied_positive += decision;
		return;
	}
	left = nearest->decisions[0];
	nearest->distances[0] = distance;
	nearest->decisions[0] = decision;
	sink(nearest);
	/* who had to leave is tied with those who stay, or of no more interest */
	if (nearest->distances[0] == furthest)
	{
		nearest->tied++;
		nearest->tied_positive += left;
	}
	else
		nearest->tied = nearest->tied_positive = 0;
}

/* The mean decision of the k nearest. */
static double
mean_of_nearest(const Nearest *nearest, size_t k)
{
	double furthest = nearest->distances[0];
	size_t tied = nearest->tied;
	size_t tied_positive = nearest->tied_positive;
	size_t closer = 0;
	size_t closer_positive = 0;

	for (size_t i = 0; i < k; i++)
		if (nearest->distances[i] == furthest)
		{
			tied++;
			tied_positive += nearest->decisions[i];
		}
		else
		{
			closer++;
			closer_positive += nearest->decisions[i];
		}
	return ((double) closer_positive +
	        (double) (k - closer) * (double) tied_positive / (double) tied) /
	       (double) k;
}

/* The consistencies of a tile of anchors. */
static NumStatus
measure_tile(const Search *search, const uint32_t *anchors, size_t n_anchors,
             Nearest *nearest)
{
	const FairConsistencyRows *rows = search->rows;
	size_t k = (size_t) search->plan->k;
	double distances[BLOCK_ROWS];

	for (size_t a = 0; a < n_anchors; a++)
		nearest[a].n = nearest[a].tied = nearest[a].tied_positive = 0;
	for (size_t first = 0; first < rows->n; first += BLOCK_ROWS)
	{
		size_t n = rows->n - first < BLOCK_ROWS ? rows->n - first : BLOCK_ROWS;

		if (first / BLOCK_ROWS % 16 == 0 && monitor_stop(search->monitor))
			return NUM_CANCELLED;
		for (size_t a = 0; a < n_anchors; a++)
		{
			measure_block(search, anchors[a], first, n, distances);
			for (size_t i = 0; i < n; i++)
				if (first + i != anchors[a])
					meet(&nearest[a], k, distances[i],
					     rows->decisions[first + i]);
		}
	}
	return NUM_OK;
}

/* Room for the neighbours of a tile; NULL without memory. */
static Nearest *
make_tile(NumArena *arena, size_t k)
{
	Nearest *tile = arena_alloc(arena, TILE_ANCHORS, sizeof(Nearest));
	double *distances = arena_alloc(arena, TILE_ANCHORS * k, sizeof(double));
	bool *decisions = arena_alloc(arena, TILE_ANCHORS * k, sizeof(bool));

	if (tile == NULL || distances == NULL || decisions == NULL)
		return NULL;
	for (size_t a = 0; a < TILE_ANCHORS; a++)
		tile[a] = (Nearest){ .distances = distances + a * k,
			                 .decisions = decisions + a * k };
	return tile;
}

static NumStatus
measure_anchors(NumArena *arena, const Search *search,
                FairConsistencyAnchors *anchors)
{
	size_t k = (size_t) search->plan->k;
	Nearest *tile = make_tile(arena, k);

	if (tile == NULL)
		return NUM_NO_MEMORY;
	for (size_t first = 0; first < anchors->n; first += TILE_ANCHORS)
	{
		size_t left = anchors->n - first;
		size_t n = left < TILE_ANCHORS ? left : TILE_ANCHORS;
		NumStatus status = measure_tile(search, anchors->rows + first, n, tile);

		if (status != NUM_OK)
			return status;
		for (size_t a = 0; a < n; a++)
		{
			double own = search->rows->decisions[anchors->rows[first + a]];

			anchors->values[first + a] =
				1 - fabs(own - mean_of_nearest(&tile[a], k));
		}
	}
	return NUM_OK;
}

NumStatus
fair_consistency(NumArena *arena, NumMonitor *monitor,
                 const FairConsistencyRows *rows,
                 const FairConsistencyPlan *plan,
                 FairConsistencyAnchors *anchors)
{
	size_t n = rows->n;
	size_t sample = plan->sample == 0 || plan->sample > n ? n : plan->sample;
	Ordered *order = arena_alloc(arena, n, sizeof(Ordered));
	Search search = { .monitor = monitor,
		              .rows = rows,
		              .plan = plan,
		              .scales = arena_alloc(arena, (size_t) rows->n_columns,
		                                    sizeof(Scale)) };
	NumStatus status;

	*anchors = (FairConsistencyAnchors){ .n = 0 };
	if (n <= (size_t) plan->k)
		return NUM_OK;
	anchors->rows = arena_alloc(arena, sample, sizeof(uint32_t));
	anchors->values = arena_alloc(arena, sample, sizeof(double));
	if (order == NULL || search.scales == NULL || anchors->rows == NULL ||
	    anchors->values == NULL)
		return NUM_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		order[i] = (Ordered){ rows->hashes[i], (uint32_t) i };
	status = sort_by_hash(monitor, order, n);
	if (status == NUM_OK)
		status =
			find_scales(arena, rows, order, plan->manhattan, search.scales);
	if (status != NUM_OK)
		return status;
	draw_chances(order, n, plan->seed);
	status = sort_by_hash(monitor, order, n);
	if (status != NUM_OK)
		return status;
	anchors->n = sample;
	for (size_t i = 0; i < sample; i++)
		anchors->rows[i] = order[i].row;
	arena_release(arena, order, n, sizeof(Ordered));
	return measure_anchors(arena, &search, anchors);
}

void
fair_consistency_mean(const double *values, const double *weights, size_t n,
                      double level, FairConsistency *result)
{
	double weight = 0;
	double squared = 0;
	double sum = 0;
	double spread = 0;
	double rows;
	double seen;

	*result = (FairConsistency){ NAN, NAN, NAN, n };
	for (size_t i = 0; i < n; i++)
	{
		double w = weights == NULL ? 1 : weights[i];

		weight += w;
		squared += w * w;
		sum += w * values[i];
	}
	if (!(weight > 0))
		return;
	result->value = sum / weight;
	for (size_t i = 0; i < n; i++)
	{
		double w = weights == NULL ? 1 : weights[i];
		double off = values[i] - result->value;

		spread += w * off * off;
	}
	rows = weight * weight / squared;
	/* what rounding leaves of values that are all one is no variance */
	seen = spread > 1e-12 * weight && rows >= 2
	           ? result->value * (1 - result->value) /
	                 (spread / weight / (rows - 1))
	           : rows;
	fair_wilson(result->value, seen, level, &result->low, &result->high);
}
