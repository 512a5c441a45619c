/*
 * test_data_values.c
 *    Counts of different values, exact and in bounded memory.
 */
#include "data/values.h"

#include <math.h>

#include "num/random.h"
#include "scratch.h"
#include "unit.h"

enum
{
	MOST = 1000,
	ROWS = 200000
};

static uint64_t
hash_of(uint64_t i)
{
	return num_hash64(&i, sizeof(i), 7);
}

static void
few_values_are_counted_exactly(void)
{
	NumArena arena;
	Values values;

	scratch_begin(&arena, 0);
	CHECK_INT(values_init(&values, &arena, MOST), NUM_OK);
	CHECK(values_distinct(&values) == 0);
	for (uint64_t i = 0; i < ROWS; i++)
		CHECK_INT(values_add(&values, hash_of(i % 700 < 300 ? 5 : i % 700), 0),
		          NUM_OK);
	CHECK_INT(values.bits, 0);
	CHECK(values_distinct(&values) == 401);
	CHECK(values_rows(&values) == ROWS);
	/* values 0 to 299 and 5 are one, in 285 rounds of 700 and one of 500 */
	CHECK(values_most_frequent(&values) == 286 * 300);
	scratch_end(&arena);
}

static void
tags_tell_equal_hashes_apart(void)
{
	NumArena arena;
	Values values;
	uint64_t rows[3] = { 0 };

	scratch_begin(&arena, 0);
	CHECK_INT(values_init(&values, &arena, MOST), NUM_OK);
	for (uint64_t i = 0; i < 3000; i++)
		values_add(&values, hash_of(i % 10), i % 4 == 0 ? 2 : 1);
	CHECK_INT(values.n, 15);
	CHECK_INT(values_sort(&values, NULL), NUM_OK);
	for (uint32_t i = 0; i < values.n; i++)
	{
		rows[values.slots[i].tag] += values.slots[i].rows;
		if (i > 0 && values.slots[i].hash == values.slots[i - 1].hash)
			CHECK(values.slots[i].tag > values.slots[i - 1].tag);
		else if (i > 0)
			CHECK(values.slots[i].hash > values.slots[i - 1].hash);
	}
	CHECK(rows[2] == 750 && rows[1] == 2250);
	scratch_end(&arena);
}

/* 100 000 values, of which every second one has three rows. */
static void
fill(Values *values, NumArena *arena, uint64_t step)
{
	uint64_t n = 100000;

	CHECK_INT(values_init(values, arena, MOST), NUM_OK);
	for (uint64_t i = 0; i < n; i++)
	{
		uint64_t v = i * step % n;

		for (int row = 0; row < (v % 2 == 0 ? 3 : 1); row++)
			CHECK_INT(values_add(values, hash_of(v), 0), NUM_OK);
	}
}

static void
of_many_values_a_part_is_kept_with_all_of_its_rows(void)
{
	NumArena arena;
	Values values;
	double sd = 1 / sqrt(MOST / 2.0);

	scratch_begin(&arena, 0);
	fill(&values, &arena, 1);
	CHECK(values.bits > 0);
	CHECK(values.n <= MOST);
	CHECK_NEAR(values_distinct(&values) / 100000, 1, 4 * sd);
	CHECK_NEAR((double) values.n / (double) values_rows(&values), 0.5,
	           4 * sd * 0.5);
	for (uint32_t s = 0; s < values.n_slots; s++)
		CHECK(values.slots[s].rows <= 3 && values.slots[s].rows != 2);
	scratch_end(&arena);
}

static void
what_is_kept_depends_on_the_values_and_not_on_their_order(void)
{
	NumArena arena;
	Values one;
	Values other;

	scratch_begin(&arena, 0);
	fill(&one, &arena, 1);
	fill(&other, &arena, 77777);
	CHECK_INT(values_sort(&one, NULL), NUM_OK);
	CHECK_INT(values_sort(&other, NULL), NUM_OK);
	CHECK_INT(one.n, other.n);
	CHECK_INT(one.bits, other.bits);
	CHECK(memcmp(one.slots, other.slots, one.n * sizeof(ValueSlot)) == 0);
	scratch_end(&arena);
}

static void
memory_that_is_out_is_a_status(void)
{
	NumArena arena;
	Values values;
	NumStatus status = NUM_OK;

	scratch_begin(&arena, 20000);
	CHECK_INT(values_init(&values, &arena, 1000000), NUM_OK);
	for (uint64_t i = 0; i < 10000 && status == NUM_OK; i++)
		status = values_add(&values, hash_of(i), 0);
	CHECK_INT(status, NUM_NO_MEMORY);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(few_values_are_counted_exactly);
	RUN(tags_tell_equal_hashes_apart);
	RUN(of_many_values_a_part_is_kept_with_all_of_its_rows);
	RUN(what_is_kept_depends_on_the_values_and_not_on_their_order);
	RUN(memory_that_is_out_is_a_status);
	return unit_end();
}
