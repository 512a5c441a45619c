/*
 * test_data_sample.c
 *    Which rows a sample keeps.
 */
#include "data/sample.h"

#include <stdlib.h>

#include "num/random.h"
#include "scratch.h"
#include "unit.h"

enum
{
	WIDTH = 3,
	MOST = 100,
	ROWS = 5000
};

static uint64_t keys[ROWS];

static void
make_keys(uint64_t values)
{
	NumRandom random;

	num_random_seed(&random, 5);
	for (int i = 0; i < ROWS; i++)
		keys[i] = num_random_bits(&random) % values;
}

/* Rows in the order of i * step; the words behind the key follow from it. */
static void
fill(Sample *sample, NumArena *arena, int n, int step)
{
	CHECK_INT(sample_init(sample, arena, NULL, WIDTH, MOST), NUM_OK);
	for (int i = 0; i < n; i++)
	{
		uint64_t key = keys[(int) ((int64_t) i * step % n)];
		uint64_t *row;

		if (!sample_wants(sample, key))
			continue;
		CHECK_INT(sample_add(sample, key, &row), NUM_OK);
		CHECK(row[0] == key);
		row[1] = key * 3;
		row[2] = ~key;
	}
	CHECK_INT(sample_finish(sample), NUM_OK);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *) a;
	uint64_t y = *(const uint64_t *) b;

	return (x > y) - (x < y);
}

static void
check_smallest(const Sample *sample, int n)
{
	uint64_t sorted[ROWS];

	memcpy(sorted, keys, sizeof(sorted));
	qsort(sorted, (size_t) n, sizeof(uint64_t), compare);
	CHECK_INT(sample->n, n < MOST ? n : MOST);
	for (size_t i = 0; i < sample->n; i++)
	{
		const uint64_t *row = sample_row(sample, i);

		CHECK(row[0] == sorted[i]);
		CHECK(row[1] == row[0] * 3 && row[2] == ~row[0]);
	}
}

static void
rows_with_the_smallest_keys_are_kept_in_any_order_of_rows(void)
{
	const int steps[] = { 1, 3, 1999 };
	NumArena arena;
	Sample sample;

	make_keys(UINT64_MAX);
	for (int s = 0; s < 3; s++)
	{
		scratch_begin(&arena, 0);
		fill(&sample, &arena, ROWS, steps[s]);
		check_smallest(&sample, ROWS);
		scratch_end(&arena);
	}
}

static void
few_rows_are_all_kept(void)
{
	const int counts[] = { 0, 1, MOST - 1, MOST, MOST + 1, 2 * MOST };
	NumArena arena;
	Sample sample;

	make_keys(UINT64_MAX);
	for (int c = 0; c < 6; c++)
	{
		scratch_begin(&arena, 0);
		fill(&sample, &arena, counts[c], 1);
		check_smallest(&sample, counts[c]);
		scratch_end(&arena);
	}
}

static void
equal_keys_at_the_limit_are_kept_only_as_far_as_there_is_room(void)
{
	NumArena arena;
	Sample sample;

	make_keys(7);
	scratch_begin(&arena, 0);
	fill(&sample, &arena, ROWS, 1);
	check_smallest(&sample, ROWS);
	scratch_end(&arena);
}

static void
memory_that_is_out_is_a_status(void)
{
	NumArena arena;
	Sample sample;
	NumStatus status = NUM_OK;
	uint64_t *row;

	scratch_begin(&arena, 8000);
	CHECK_INT(sample_init(&sample, &arena, NULL, WIDTH, 100000), NUM_OK);
	for (uint64_t i = 0; i < 1000 && status == NUM_OK; i++)
		status = sample_add(&sample, i, &row);
	CHECK_INT(status, NUM_NO_MEMORY);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(rows_with_the_smallest_keys_are_kept_in_any_order_of_rows);
	RUN(few_rows_are_all_kept);
	RUN(equal_keys_at_the_limit_are_kept_only_as_far_as_there_is_room);
	RUN(memory_that_is_out_is_a_status);
	return unit_end();
}
