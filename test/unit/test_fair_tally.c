/*
 * test_fair_tally.c
 *    Confusion tables as images: order, splits, and bytes from anybody.
 */
#include "unit.h"

#include "fair/tally.h"
#include "num/random.h"

typedef struct Row
{
	int cell;
	double weight;
} Row;

#define N_ROWS 500

static Row rows[N_ROWS];

/* Counts every step-th row from 'first' on, as an aggregate does. */
static void
count(uint8_t image[FAIR_TALLY_WEIGHTED_BYTES], int first, int step)
{
	uint8_t wide[FAIR_TALLY_WEIGHTED_BYTES];

	fair_tally_clear(image);
	for (int i = first; i < N_ROWS; i += step)
	{
		NumStatus status = fair_tally_add(image, rows[i].cell, rows[i].weight);

		if (status == NUM_BAD_ARGUMENT)
		{
			fair_tally_widen(image, wide);
			memcpy(image, wide, sizeof(wide));
			status = fair_tally_add(image, rows[i].cell, rows[i].weight);
		}
		CHECK_INT(status, NUM_OK);
	}
}

static void
make_rows(double rounding)
{
	NumRandom random;

	num_random_seed(&random, 4);
	for (int i = 0; i < N_ROWS; i++)
	{
		rows[i].cell = (int) (num_random_bits(&random) % 7);
		rows[i].weight = rounding > 0 ? 0.001 + num_random_uniform(&random) : 1;
	}
}

static void
merge_into(uint8_t *image, const uint8_t *other)
{
	uint8_t wide[FAIR_TALLY_WEIGHTED_BYTES];

	if (fair_tally_weighted(other) && !fair_tally_weighted(image))
	{
		fair_tally_widen(image, wide);
		memcpy(image, wide, sizeof(wide));
	}
	CHECK_INT(fair_tally_merge(image, other), NUM_OK);
}

static void
check_splits(void)
{
	uint8_t whole[FAIR_TALLY_WEIGHTED_BYTES];
	static const int parts[] = { 2, 3, 7 };

	count(whole, 0, 1);
	for (int p = 0; p < 3; p++)
	{
		uint8_t merged[FAIR_TALLY_WEIGHTED_BYTES];
		uint8_t part[FAIR_TALLY_WEIGHTED_BYTES];

		fair_tally_clear(merged);
		for (int i = parts[p] - 1; i >= 0; i--)
		{
			count(part, i, parts[p]);
			merge_into(merged, part);
		}
		CHECK_INT(fair_tally_bytes(merged), fair_tally_bytes(whole));
		CHECK(memcmp(merged, whole, fair_tally_bytes(whole)) == 0);
	}
}

static void
any_split_of_plain_rows_merges_to_the_same_bytes(void)
{
	make_rows(0);
	check_splits();
}

static void
any_split_of_weighted_rows_merges_to_the_same_bytes(void)
{
	make_rows(1);
	check_splits();
	/* one weighted row among plain ones */
	make_rows(0);
	rows[77].weight = 0.1;
	check_splits();
}

static void
cells_are_the_counts_and_sums_of_the_rows(void)
{
	uint8_t image[FAIR_TALLY_WEIGHTED_BYTES];
	double weight = 0;
	uint64_t n = 0;
	FairCells cells;

	make_rows(1);
	count(image, 0, 1);
	for (int i = 0; i < N_ROWS; i++)
		if (rows[i].cell == fair_tally_cell(1, 0))
		{
			weight += rows[i].weight;
			n++;
		}
	fair_tally_cells(image, &cells);
	CHECK_INT(cells.rows[1][0], n);
	CHECK_NEAR(cells.weight[1][0], weight, 1e-12);

	fair_tally_clear(image);
	for (int label = -1; label < 2; label++)
		for (int decision = -1; decision < 2; decision++)
			CHECK_INT(
				fair_tally_add(image, fair_tally_cell(label, decision), 1),
				NUM_OK);
	fair_tally_cells(image, &cells);
	for (int i = 0; i < 4; i++)
		CHECK_INT(cells.rows[i / 2][i % 2], 1);
	CHECK_INT(cells.unlabelled_rows[0], 1);
	CHECK_INT(cells.unlabelled_rows[1], 1);
	CHECK_INT(cells.undecided_rows, 3);
}

static void
a_weighted_row_needs_room(void)
{
	uint8_t image[FAIR_TALLY_PLAIN_BYTES];
	uint8_t before[FAIR_TALLY_PLAIN_BYTES];

	fair_tally_clear(image);
	memcpy(before, image, sizeof(image));
	CHECK_INT(fair_tally_add(image, 0, 2), NUM_BAD_ARGUMENT);
	CHECK(memcmp(image, before, sizeof(image)) == 0);
	/* a row without a decision has no weight to keep */
	CHECK_INT(fair_tally_add(image, fair_tally_cell(1, -1), 2), NUM_OK);
}

static void
the_largest_weight_can_be_added(void)
{
	uint8_t image[FAIR_TALLY_WEIGHTED_BYTES];
	uint8_t plain[FAIR_TALLY_PLAIN_BYTES];
	FairCells cells;

	fair_tally_clear(plain);
	fair_tally_widen(plain, image);
	CHECK_INT(fair_tally_add(image, 3, FAIR_MAX_WEIGHT), NUM_OK);
	fair_tally_cells(image, &cells);
	CHECK(cells.weight[1][1] == 0x1p32);
	CHECK(cells.weight_squared[1][1] == 0x1p64);
}

static void
counts_do_not_overflow(void)
{
	uint8_t image[FAIR_TALLY_PLAIN_BYTES];
	uint8_t other[FAIR_TALLY_PLAIN_BYTES];

	fair_tally_clear(image);
	memset(image + 8, 0xff, 7);
	image[15] = 0x7f;
	memcpy(other, image, sizeof(image));
	CHECK(fair_tally_valid(image, sizeof(image)));
	CHECK_INT(fair_tally_add(image, 0, 1), NUM_TOO_LARGE);
	CHECK_INT(fair_tally_merge(image, other), NUM_TOO_LARGE);
}

static void
what_is_no_tally_is_refused(void)
{
	uint8_t image[FAIR_TALLY_WEIGHTED_BYTES] = { 0 };

	CHECK(fair_tally_valid(image, FAIR_TALLY_PLAIN_BYTES));
	CHECK(!fair_tally_valid(image, FAIR_TALLY_PLAIN_BYTES - 1));
	CHECK(!fair_tally_valid(image, 0));
	image[0] = 1;
	CHECK(fair_tally_valid(image, sizeof(image)));
	CHECK(!fair_tally_valid(image, sizeof(image) - 1));
	image[0] = 2;
	CHECK(!fair_tally_valid(image, sizeof(image)));
	image[0] = 1;
	image[5] = 1;
	CHECK(!fair_tally_valid(image, sizeof(image)));
	image[5] = 0;
	image[15] = 0x80; /* a negative count */
	CHECK(!fair_tally_valid(image, sizeof(image)));
	image[15] = 0x40; /* two large ones */
	image[23] = 0x40;
	CHECK(!fair_tally_valid(image, sizeof(image)));
	image[15] = image[23] = 0;
	image[sizeof(image) - 1] = 0x80; /* a negative sum */
	CHECK(!fair_tally_valid(image, sizeof(image)));
}

static void
random_bytes_never_crash(void)
{
	NumRandom random;
	int n_valid = 0;

	num_random_seed(&random, 99);
	for (int i = 0; i < 20000; i++)
	{
		uint8_t image[FAIR_TALLY_WEIGHTED_BYTES];
		uint8_t sum[FAIR_TALLY_WEIGHTED_BYTES];
		FairCells cells;

		for (size_t b = 0; b < sizeof(image); b++)
			image[b] = (uint8_t) num_random_bits(&random);
		/* most of the head right, so that some get past it */
		memset(image, 0, 8);
		image[0] = (uint8_t) (num_random_bits(&random) % 2);
		for (size_t b = 15; b < 64; b += 8)
			image[b] &= 0x07;
		for (size_t b = 87; i % 3 != 0 && b < sizeof(image); b += 24)
			image[b] &= 0x7f;
		if (!fair_tally_valid(image, sizeof(image)))
			continue;
		n_valid++;
		fair_tally_widen(image, sum);
		fair_tally_cells(image, &cells);
		(void) fair_tally_merge(sum, image);
		(void) fair_tally_add(sum, 0, 3);
	}
	CHECK(n_valid > 1000);
}

int
main(void)
{
	RUN(any_split_of_plain_rows_merges_to_the_same_bytes);
	RUN(any_split_of_weighted_rows_merges_to_the_same_bytes);
	RUN(cells_are_the_counts_and_sums_of_the_rows);
	RUN(a_weighted_row_needs_room);
	RUN(the_largest_weight_can_be_added);
	RUN(counts_do_not_overflow);
	RUN(what_is_no_tally_is_refused);
	RUN(random_bytes_never_crash);
	return unit_end();
}
