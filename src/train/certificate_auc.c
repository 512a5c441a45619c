/*
 * certificate_auc.c
 *    The area under the ROC curve, of rows as they were scored.
 *
 * Exact up to the rounding of raw scores to 23 bits: the scores are sorted as
 * order-preserving images by a radix sort in three passes, and runs of equal
 * ones count one half.
 */
#include "train/certificate_auc.h"

#include <math.h>
#include <string.h>

#include "num/grid.h"
#include "num/wide.h"

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

/* Rows sorted between two looks at the monitor: less than a millisecond. */
#define WATCHED_ROWS 65536

static inline uint32_t
key_at(const char *rows, uint64_t i, size_t size)
{
	uint32_t key;

	memcpy(&key, rows + i * size, sizeof(key));
	return key;
}

/* How many rows have each value of each of the three digits of their keys. */
static ALWAYS_INLINE NumStatus
count_digits(const char *rows, uint64_t n, size_t size, NumMonitor *monitor,
             uint64_t (*count)[DIGITS])
{
	memset(count, 0, 3 * sizeof(*count));
	for (uint64_t i = 0; i < n; i++)
	{
		uint32_t key = key_at(rows, i, size);

		if (i % WATCHED_ROWS == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		count[0][key & (DIGITS - 1)]++;
		count[1][key >> DIGIT_BITS & (DIGITS - 1)]++;
		count[2][key >> 2 * DIGIT_BITS]++;
	}
	return NUM_OK;
}

/* Sorts rows of 'size' bytes, whose first four are the key; the result is in
 * 'b', and 'a' is overwritten. */
static ALWAYS_INLINE NumStatus
radix_sort(char *a, char *b, uint64_t n, size_t size, NumMonitor *monitor)
{
	uint64_t start[3][DIGITS];
	NumStatus status = count_digits(a, n, size, monitor, start);

	for (int pass = 0; pass < 3 && status == NUM_OK; pass++)
	{
		const char *from = pass == 1 ? b : a;
		char *to = pass == 1 ? a : b;
		int shift = pass * DIGIT_BITS;
		uint64_t sum = 0;

		for (uint32_t d = 0; d < DIGITS; d++)
		{
			uint64_t count = start[pass][d];

			start[pass][d] = sum;
			sum += count;
		}
		for (uint64_t i = 0; i < n; i++)
		{
			uint32_t digit = (key_at(from, i, size) >> shift) & (DIGITS - 1);

			if (i % WATCHED_ROWS == 0 && monitor_stop(monitor))
				return NUM_CANCELLED;
			memcpy(to + start[pass][digit]++ * size, from + i * size, size);
		}
	}
	return status;
}

static NumStatus
sort_scores(char *a, char *b, uint64_t n, bool weighted, NumMonitor *monitor)
{
	return weighted ? radix_sort(a, b, n, sizeof(ScoredRow), monitor)
	                : radix_sort(a, b, n, sizeof(uint32_t), monitor);
}

/* Share of pairs of a positive and a negative row in the right order. */
static double
sorted_auc(const char *rows, uint64_t n, bool weighted, double magnet)
{
	size_t size = weighted ? sizeof(ScoredRow) : sizeof(uint32_t);
	double below = 0; /* weight of negatives with smaller scores */
	double positive = 0;
	double pairs = 0;

	for (uint64_t i = 0; i < n;)
	{
		double tie_positive = 0;
		double tie_negative = 0;
		uint32_t key = key_at(rows, i, size) | 1u;

		for (; i < n && (key_at(rows, i, size) | 1u) == key; i++)
		{
			double w = 1;

			if (weighted)
				w = grid_round((double) ((const ScoredRow *) rows)[i].weight,
				               magnet);
			if (key_at(rows, i, size) & 1u)
				tie_positive += w;
			else
				tie_negative += w;
		}
		pairs += tie_positive * (below + tie_negative / 2);
		positive += tie_positive;
		below += tie_negative;
	}
	if (!(positive > 0 && below > 0))
		return NAN;
	return pairs / (positive * below);
}

NumStatus
certificate_auc(ScoredRows *rows, double magnet, NumMonitor *monitor,
                double *auc)
{
	if (sort_scores(rows->rows, rows->spare, rows->n, rows->weighted,
	                monitor) != NUM_OK)
		return NUM_CANCELLED;
	*auc = sorted_auc(rows->spare, rows->n, rows->weighted, magnet);
	return NUM_OK;
}
