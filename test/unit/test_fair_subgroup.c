/*
 * test_fair_subgroup.c
 *    The search of subgroups: the same as trying every combination by a plain
 *    loop over rows; tests that are exact where numbers are small; how many
 *    subgroups are found where there is nothing to find.
 */
#include "fair/subgroup.h"

#include <math.h>
#include <string.h>

#include "fair/metric.h"
#include "num/random.h"
#include "scratch.h"
#include "unit.h"

#define N_ROWS 600
#define N_COLUMNS 5

static NumArena arena;

/* Rows, each a cell of its own, so that a plain loop is over the same. */
typedef struct Data
{
	int32_t codes[N_ROWS][N_COLUMNS];
	FairShare shares[N_ROWS];
	int n_levels[N_COLUMNS];
} Data;

static void
fill(Data *data, uint64_t seed, double planted)
{
	NumRandom random;

	num_random_seed(&random, seed);
	for (int c = 0; c < N_COLUMNS; c++)
		data->n_levels[c] = 2 + c;
	for (int r = 0; r < N_ROWS; r++)
	{
		bool hit;
		bool counts;

		for (int c = 0; c < N_COLUMNS; c++)
			data->codes[r][c] =
				(int32_t) (num_random_uniform(&random) * data->n_levels[c]);
		hit = data->codes[r][0] == 1 && data->codes[r][2] == 3;
		counts = num_random_uniform(&random) < (hit ? 0.5 - planted : 0.5);
		data->shares[r] = (FairShare){ 1, r % 7 > 0, r % 7 > 0,
			                           counts && r % 7 > 0, r % 7 > 0 };
	}
}

static FairSubgroups
search(const Data *data, int depth, uint64_t min_rows)
{
	FairSubgroupTable table = { N_ROWS, N_COLUMNS, data->n_levels,
		                        &data->codes[0][0], data->shares };
	FairSubgroupPlan plan = { .depth = depth,
		                      .min_rows = min_rows,
		                      .limit = 100000 };
	FairSubgroups found = { NULL, 0, 0 };

	CHECK_INT(fair_subgroup_search(&arena, &table, &plan, &found), NUM_OK);
	return found;
}

/* Rows with such values in such columns, -1 being any. */
static FairShare
count_rows(const Data *data, const int want[N_COLUMNS])
{
	FairShare share = { 0, 0, 0, 0, 0 };

	for (int r = 0; r < N_ROWS; r++)
	{
		bool inside = true;

		for (int c = 0; c < N_COLUMNS; c++)
			inside &= want[c] < 0 || data->codes[r][c] == want[c];
		if (!inside)
			continue;
		share.rows += data->shares[r].rows;
		share.n += data->shares[r].n;
		share.over += data->shares[r].over;
		share.of += data->shares[r].of;
		share.squared += data->shares[r].squared;
	}
	return share;
}

/* Every combination by odometer. */
static void
finds_what_a_plain_loop_finds(void)
{
	Data *data = arena_alloc(&arena, 1, sizeof(Data));

	fill(data, 3, 0);
	for (int depth = 1; depth <= 3; depth++)
		for (uint64_t min_rows = 1; min_rows <= 41; min_rows += 20)
		{
			FairSubgroups found = search(data, depth, min_rows);
			int want[N_COLUMNS];
			size_t expected = 0;
			size_t same = 0;

			for (int c = 0; c < N_COLUMNS; c++)
				want[c] = -1;
			for (;;)
			{
				int n_conditions = 0;
				int c = 0;

				while (c < N_COLUMNS && ++want[c] == data->n_levels[c])
					want[c++] = -1;
				if (c == N_COLUMNS)
					break;
				for (c = 0; c < N_COLUMNS; c++)
					n_conditions += want[c] >= 0;
				if (n_conditions <= depth &&
				    count_rows(data, want).n >= min_rows)
					expected++;
			}
			for (size_t i = 0; i < found.n; i++)
			{
				FairShare share;

				for (int c = 0; c < N_COLUMNS; c++)
					want[c] = -1;
				for (int k = 0; k < found.list[i].n_conditions; k++)
					want[found.list[i].column[k]] = found.list[i].level[k];
				share = count_rows(data, want);
				same +=
					memcmp(&share, &found.list[i].share, sizeof(share)) == 0;
			}
			/* the loop counts those that one row more does not change, the
			 * search leaves some of them out; with 20 rows there are none */
			CHECK(min_rows == 1 ? found.n <= expected : found.n == expected);
			CHECK(same == found.n);
		}
}

static FairSubgroupTest
test_of(const Data *data, FairWorst worst)
{
	const int any[N_COLUMNS] = { -1, -1, -1, -1, -1 };
	FairSubgroupTest test = { .all = count_rows(data, any),
		                      .level = 0.95,
		                      .worst = worst,
		                      .adjustment = FAIR_HOLM };

	return test;
}

/* 9 of 20 against 14 of 20: Fisher's p 0.200287, Newcombe's interval of the
 * difference -0.4963 to 0.0520. */
static void
a_small_subgroup_has_the_exact_test(void)
{
	FairSubgroupTest test = { .all = { 40, 40, 40, 23, 40 },
		                      .level = 0.95,
		                      .worst = FAIR_WORST_LOW };
	FairSubgroup one = { .n_conditions = 1, .share = { 20, 20, 20, 9, 20 } };

	CHECK_INT(fair_subgroup_judge(&arena, &test, &one, 1), NUM_OK);
	CHECK_NEAR(one.p, 0.200287272812, 1e-9);
	CHECK_NEAR(one.p_adjusted, one.p, 1e-15);
	CHECK_NEAR(one.low, -0.4963033565, 1e-9);
	CHECK_NEAR(one.high, 0.0519562882, 1e-9);
	CHECK_NEAR(one.certain, -one.high, 1e-15);
	CHECK_NEAR(one.effect, 9.0 / 20 - 14.0 / 20, 1e-15);
	test.worst = FAIR_WORST_HIGH;
	CHECK_INT(fair_subgroup_judge(&arena, &test, &one, 1), NUM_OK);
	CHECK_NEAR(one.certain, one.low, 1e-15);
	/* 170/390 against 412/797: z's p 0.008707 */
	test.all = (FairShare){ 1187, 1187, 1187, 582, 1187 };
	one.share = (FairShare){ 390, 390, 390, 170, 390 };
	CHECK_INT(fair_subgroup_judge(&arena, &test, &one, 1), NUM_OK);
	CHECK_NEAR(one.p, 0.008707495352, 1e-9);
	/* nobody else */
	test.all = one.share;
	CHECK_INT(fair_subgroup_judge(&arena, &test, &one, 1), NUM_OK);
	CHECK(isnan(one.p) && isnan(one.effect));
	CHECK_NEAR(one.value, 170.0 / 390, 1e-15);
}

/* What was planted comes first, and is significant among all. */
static void
a_planted_subgroup_is_found(void)
{
	Data *data = arena_alloc(&arena, 1, sizeof(Data));
	FairSubgroupTest test;
	FairSubgroups found;

	fill(data, 5, 0.45);
	found = search(data, 3, 20);
	test = test_of(data, FAIR_WORST_LOW);
	CHECK_INT(fair_subgroup_judge(&arena, &test, found.list, found.n), NUM_OK);
	fair_subgroup_sort(found.list, found.n);
	CHECK_INT(found.list[0].n_conditions, 2);
	CHECK_INT(found.list[0].column[0], 0);
	CHECK_INT(found.list[0].level[0], 1);
	CHECK_INT(found.list[0].column[1], 2);
	CHECK_INT(found.list[0].level[1], 3);
	CHECK(found.list[0].p_adjusted < 0.01);
	for (size_t i = 1; i < found.n; i++)
		CHECK(!(found.list[i].certain > found.list[i - 1].certain));
}

/* Where nothing is planted, five percent of searches at most find anything. */
static void
nothing_is_found_in_noise(void)
{
	Data *data = arena_alloc(&arena, 1, sizeof(Data));
	int n_false = 0;
	const int n_searches = 200;

	for (int s = 0; s < n_searches; s++)
	{
		FairSubgroupTest test;
		FairSubgroups found;
		bool any = false;

		fill(data, 100 + (uint64_t) s, 0);
		found = search(data, 2, 20);
		test = test_of(data, FAIR_WORST_EITHER);
		CHECK_INT(fair_subgroup_judge(&arena, &test, found.list, found.n),
		          NUM_OK);
		for (size_t i = 0; i < found.n; i++)
			any |= found.list[i].p_adjusted < 0.05;
		n_false += any;
	}
	CHECK(n_false <= 0.08 * n_searches);
}

static void
more_than_the_limit_is_refused(void)
{
	Data *data = arena_alloc(&arena, 1, sizeof(Data));
	FairSubgroupTable table = { N_ROWS, N_COLUMNS, data->n_levels,
		                        &data->codes[0][0], data->shares };
	FairSubgroupPlan plan = { .depth = 2, .min_rows = 1, .limit = 10 };
	FairSubgroups found = { NULL, 0, 0 };
	NumArena small;

	fill(data, 1, 0);
	CHECK_INT(fair_subgroup_search(&arena, &table, &plan, &found),
	          NUM_TOO_LARGE);
	CHECK(found.n == 10);
	arena_init_malloc(&small, 1000);
	found = (FairSubgroups){ NULL, 0, 0 };
	CHECK_INT(fair_subgroup_search(&small, &table, &plan, &found),
	          NUM_NO_MEMORY);
}

/* The sums are those that the metric itself has. */
static void
shares_are_those_of_the_metric(void)
{
	FairCells cells = { .undecided_rows = 3 };

	for (int i = 0; i < 4; i++)
	{
		cells.rows[i / 2][i % 2] = 5 + (uint64_t) i;
		cells.weight[i / 2][i % 2] = 2.5 * (i + 1);
		cells.weight_squared[i / 2][i % 2] = 1.5 * (i + 1);
	}
	cells.unlabelled_rows[1] = 4;
	cells.unlabelled_weight[1] = 7;
	cells.unlabelled_weight_squared[1] = 12.25;
	for (int m = 0; m < fair_metric_count(); m++)
	{
		FairShare share = { 0, 0, 0, 0, 0 };
		FairMetricValue value;

		if (!fair_metric_is_share(m))
			continue;
		fair_share_add(&share, m, &cells);
		fair_metric_value(m, &cells, 0.95, &value);
		CHECK_NEAR(share.of / share.over, value.value, 1e-15);
		CHECK_NEAR(share.over * share.over / share.squared, value.effective,
		           1e-12);
		CHECK(share.n == value.rows);
		CHECK(share.rows == 5 + 6 + 7 + 8 + 4 + 3);
	}
}

int
main(void)
{
	scratch_begin(&arena, 0);
	RUN(finds_what_a_plain_loop_finds);
	RUN(a_small_subgroup_has_the_exact_test);
	RUN(a_planted_subgroup_is_found);
	RUN(nothing_is_found_in_noise);
	RUN(more_than_the_limit_is_refused);
	RUN(shares_are_those_of_the_metric);
	scratch_end(&arena);
	return unit_end();
}
