/*
 * tally.c
 *    A confusion table that can be stored, sent and merged.
 */
#include "fair/tally.h"

#include <string.h>

#include "num/exact_sum.h"

#define N_COUNTS 7
#define N_SUMS 6 /* all counts but that of rows without a decision */
#define COUNTS_AT 8
#define WEIGHTS_AT (COUNTS_AT + 8 * N_COUNTS)
#define SQUARES_AT (WEIGHTS_AT + EXACT_SUM_BYTES * N_SUMS)
#define COUNT_MAX ((uint64_t) INT64_MAX)

static uint64_t
get_count(const uint8_t *image, int count)
{
	const uint8_t *at = image + COUNTS_AT + 8 * count;
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value |= (uint64_t) at[i] << (8 * i);
	return value;
}

static void
put_count(uint8_t *image, int count, uint64_t value)
{
	uint8_t *at = image + COUNTS_AT + 8 * count;

	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t) (value >> (8 * i));
}

/* The exact sum at an offset plus one number; false on overflow. */
static bool
add_at(uint8_t *image, size_t at, double x)
{
	ExactSum sum;

	exact_sum_read(&sum, image + at);
	if (!exact_sum_add(&sum, x))
		return false;
	exact_sum_write(&sum, image + at);
	return true;
}

static double
value_at(const uint8_t *image, size_t at)
{
	ExactSum sum;

	exact_sum_read(&sum, image + at);
	return exact_sum_value(&sum);
}

int
fair_tally_cell(int label, int decision)
{
	if (decision < 0)
		return N_COUNTS - 1;
	if (label < 0)
		return 4 + decision;
	return 2 * label + decision;
}

void
fair_tally_clear(uint8_t *image)
{
	memset(image, 0, FAIR_TALLY_PLAIN_BYTES);
}

bool
fair_tally_weighted(const uint8_t *image)
{
	return image[0] != 0;
}

size_t
fair_tally_bytes(const uint8_t *image)
{
	return fair_tally_weighted(image) ? FAIR_TALLY_WEIGHTED_BYTES
	                                  : FAIR_TALLY_PLAIN_BYTES;
}

void
fair_tally_widen(const uint8_t *image, uint8_t *wide)
{
	memcpy(wide, image, fair_tally_bytes(image));
	if (fair_tally_weighted(image))
		return;
	memset(wide + WEIGHTS_AT, 0, FAIR_TALLY_WEIGHTED_BYTES - WEIGHTS_AT);
	wide[0] = 1;
	for (size_t c = 0; c < N_SUMS; c++)
	{
		/* until now every weight was 1; the count itself may have more bits
		 * than a double */
		uint64_t rows = get_count(image, (int) c);
		ExactSum sum = { { 0, rows << 32, rows >> 32 } };

		exact_sum_write(&sum, wide + WEIGHTS_AT + EXACT_SUM_BYTES * c);
		exact_sum_write(&sum, wide + SQUARES_AT + EXACT_SUM_BYTES * c);
	}
}

NumStatus
fair_tally_add(uint8_t *image, int cell, double weight)
{
	uint64_t rows = get_count(image, cell);

	if (!fair_tally_weighted(image) && weight != 1 && cell < N_SUMS)
		return NUM_BAD_ARGUMENT;
	if (rows >= COUNT_MAX)
		return NUM_TOO_LARGE;
	if (fair_tally_weighted(image) && cell < N_SUMS)
	{
		size_t place = EXACT_SUM_BYTES * (size_t) cell;

		if (!add_at(image, WEIGHTS_AT + place, weight) ||
		    !add_at(image, SQUARES_AT + place, weight * weight))
			return NUM_TOO_LARGE;
	}
	put_count(image, cell, rows + 1);
	return NUM_OK;
}

NumStatus
fair_tally_merge(uint8_t *image, const uint8_t *other)
{
	uint8_t wide[FAIR_TALLY_WEIGHTED_BYTES];

	if (fair_tally_weighted(other) && !fair_tally_weighted(image))
		return NUM_BAD_ARGUMENT;
	for (int c = 0; c < N_COUNTS; c++)
	{
		uint64_t rows = get_count(image, c);
		uint64_t more = get_count(other, c);

		if (rows > COUNT_MAX || more > COUNT_MAX - rows)
			return NUM_TOO_LARGE;
		put_count(image, c, rows + more);
	}
	if (!fair_tally_weighted(image))
		return NUM_OK;

	fair_tally_widen(other, wide);
	for (size_t at = WEIGHTS_AT; at < sizeof(wide); at += EXACT_SUM_BYTES)
	{
		ExactSum sum;
		ExactSum term;

		exact_sum_read(&sum, image + at);
		exact_sum_read(&term, wide + at);
		if (!exact_sum_merge(&sum, &term))
			return NUM_TOO_LARGE;
		exact_sum_write(&sum, image + at);
	}
	return NUM_OK;
}

bool
fair_tally_valid(const uint8_t *image, size_t available)
{
	uint64_t total = 0;

	if (available < FAIR_TALLY_PLAIN_BYTES || image[0] > 1 ||
	    available < fair_tally_bytes(image))
		return false;
	for (int i = 1; i < COUNTS_AT; i++)
		if (image[i] != 0)
			return false;
	for (int c = 0; c < N_COUNTS; c++)
	{
		uint64_t rows = get_count(image, c);

		/* the sum of all counts is a count as well */
		if (rows > COUNT_MAX || (total += rows) > COUNT_MAX)
			return false;
	}
	if (!fair_tally_weighted(image))
		return true;
	/* weights are not negative, nor are their sums: the sign bit is the top
	 * one of the last byte */
	for (size_t at = WEIGHTS_AT; at < FAIR_TALLY_WEIGHTED_BYTES;
	     at += EXACT_SUM_BYTES)
		if (image[at + EXACT_SUM_BYTES - 1] & 0x80)
			return false;
	return true;
}

void
fair_tally_cells(const uint8_t *image, FairCells *cells)
{
	memset(cells, 0, sizeof(*cells));
	for (int c = 0; c < N_SUMS; c++)
	{
		size_t place = EXACT_SUM_BYTES * (size_t) c;
		uint64_t rows = get_count(image, c);
		double weight = (double) rows;
		double squared = (double) rows;

		if (fair_tally_weighted(image))
		{
			weight = value_at(image, WEIGHTS_AT + place);
			squared = value_at(image, SQUARES_AT + place);
		}
		if (c < 4)
		{
			cells->rows[c / 2][c % 2] = rows;
			cells->weight[c / 2][c % 2] = weight;
			cells->weight_squared[c / 2][c % 2] = squared;
		}
		else
		{
			cells->unlabelled_rows[c - 4] = rows;
			cells->unlabelled_weight[c - 4] = weight;
			cells->unlabelled_weight_squared[c - 4] = squared;
		}
	}
	cells->undecided_rows = get_count(image, N_COUNTS - 1);
}
