/*
 * test_fair_pooling.c
 *    Pooled rates against integrals computed elsewhere, and in their extremes.
 */
#include "unit.h"

#include "fair/interval.h"
#include "fair/pooling.h"
#include "num/random.h"

#define N 8

static NumArena arena;

static void
pool(const FairCount *groups, int n, FairPooled *pooled)
{
	size_t used = arena.used_bytes;

	CHECK_INT(fair_pool_rates(&arena, NULL, groups, n, 0.95, pooled), NUM_OK);
	CHECK_INT(arena.used_bytes, used);
}

static void
one_group_is_not_pooled(void)
{
	FairCount groups[3] = { { 3, 7 }, { 0, 0 }, { NAN, NAN } };
	FairPooled got[3];

	pool(groups, 3, got);
	for (int g = 0; g < 3; g++)
		CHECK(isnan(got[g].value) && isnan(got[g].low) &&
		      isnan(got[g].pooling));
	pool(groups, 0, got);
}

static void
small_groups_move_towards_the_others(void)
{
	FairCount groups[N] = { { 40, 100 }, { 35, 100 }, { 200, 500 }, { 0, 6 },
		                    { 6, 6 },    { 38, 90 },  { 19, 50 },   { 0, 0 } };
	FairPooled got[N];

	pool(groups, N, got);
	for (int g = 0; g < N - 1; g++)
	{
		double rate = groups[g].successes / groups[g].n;

		CHECK(got[g].low < got[g].value && got[g].value < got[g].high);
		CHECK(got[g].pooling > 0 && got[g].pooling < 1);
		/* between the rate and what all are near */
		CHECK(fabs(got[g].value - 0.4) <= fabs(rate - 0.4) + 0.01);
	}
	CHECK(got[3].value > 0.2 && got[4].value < 0.65);
	CHECK(got[3].pooling > got[0].pooling && got[0].pooling > got[2].pooling);
	CHECK(isnan(got[7].value));
}

/* The model summed over a grid a hundred times as fine, with the beta
 * distribution of scipy 1.17.1: estimate, ends and pooling. */
static void
estimates_are_those_of_the_model(void)
{
	static const double wanted[7][4] = {
		{ 0.39904, 0.32536, 0.47671, 0.48632 },
		{ 0.37335, 0.29079, 0.44516, 0.48632 },
		{ 0.39936, 0.35995, 0.43977, 0.24004 },
		{ 0.35128, 0.11119, 0.48190, 0.87799 },
		{ 0.47329, 0.33665, 0.81842, 0.87799 },
		{ 0.41005, 0.33588, 0.49576, 0.50425 },
		{ 0.39114, 0.29483, 0.48592, 0.60351 }
	};
	FairCount groups[7] = { { 40, 100 }, { 35, 100 }, { 200, 500 }, { 0, 6 },
		                    { 6, 6 },    { 38, 90 },  { 19, 50 } };
	FairPooled got[7];

	pool(groups, 7, got);
	for (int g = 0; g < 7; g++)
	{
		CHECK_NEAR(got[g].value, wanted[g][0], 3e-4);
		CHECK_NEAR(got[g].low, wanted[g][1], 2e-3);
		CHECK_NEAR(got[g].high, wanted[g][2], 2e-3);
		CHECK_NEAR(got[g].pooling, wanted[g][3], 2e-3);
	}
}

/* Where groups truly differ, large ones keep their rates. */
static void
groups_that_differ_are_left_alone(void)
{
	FairCount groups[4] = {
		{ 1000, 10000 }, { 5000, 10000 }, { 9000, 10000 }, { 3, 7 }
	};
	FairPooled got[4];

	pool(groups, 4, got);
	for (int g = 0; g < 3; g++)
	{
		double low;
		double high;

		fair_wilson(groups[g].successes / 10000, 10000, 0.95, &low, &high);
		CHECK_NEAR(got[g].value, groups[g].successes / 10000, 2e-4);
		CHECK_NEAR(got[g].low, low, 1e-3);
		CHECK_NEAR(got[g].high, high, 1e-3);
	}
	CHECK(got[3].pooling < 0.5);
}

static void
extremes_stay_within_their_bounds(void)
{
	FairCount none[3] = { { 0, 5 }, { 0, 100000 }, { 0, 1 } };
	FairCount all[3] = { { 5, 5 }, { 3e9, 3e9 }, { 0.25, 0.25 } };
	FairPooled got[3];

	pool(none, 3, got);
	for (int g = 0; g < 3; g++)
		CHECK(got[g].low >= 0 && got[g].low <= got[g].value &&
		      got[g].value < 0.2 && got[g].high < 0.6);
	pool(all, 3, got);
	for (int g = 0; g < 3; g++)
		CHECK(got[g].value > 0.8 && got[g].high <= 1 && got[g].high > 0.99);
}

static void
the_order_of_groups_does_not_matter(void)
{
	FairCount here[3] = { { 3, 9 }, { 30, 80 }, { 5, 30 } };
	FairCount there[3] = { { 5, 30 }, { 3, 9 }, { 30, 80 } };
	FairPooled a[3];
	FairPooled b[3];

	pool(here, 3, a);
	pool(there, 3, b);
	for (int g = 0; g < 3; g++)
		CHECK_NEAR(a[g].value, b[(g + 1) % 3].value, 1e-9);
}

/* Groups drawn from the model: how often intervals hold, and how far estimates
 * are off beside the rates seen. */
static void
intervals_hold_the_truth_as_often_as_they_say(void)
{
	int holds = 0;
	double off_pooled = 0;
	double off_seen = 0;
	NumRandom random;

	num_random_seed(&random, 5);
	for (int sample = 0; sample < 60; sample++)
	{
		FairCount groups[N];
		FairPooled got[N];
		double truth[N];

		for (int g = 0; g < N; g++)
		{
			/* a mean of uniforms is near a beta distribution */
			truth[g] = 0.15 + 0.1 * (num_random_uniform(&random) +
			                         num_random_uniform(&random) +
			                         num_random_uniform(&random));
			groups[g].n = g < 4 ? 12 : 150;
			groups[g].successes = (double) num_random_binomial(
				&random, (uint64_t) groups[g].n, truth[g]);
		}
		pool(groups, N, got);
		for (int g = 0; g < N; g++)
		{
			double seen = groups[g].successes / groups[g].n - truth[g];

			holds += got[g].low <= truth[g] && truth[g] <= got[g].high;
			off_pooled += (got[g].value - truth[g]) * (got[g].value - truth[g]);
			off_seen += seen * seen;
		}
	}
	CHECK(holds >= 60 * N * 0.93);
	CHECK(off_pooled < 0.5 * off_seen);
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(one_group_is_not_pooled);
	RUN(small_groups_move_towards_the_others);
	RUN(estimates_are_those_of_the_model);
	RUN(groups_that_differ_are_left_alone);
	RUN(extremes_stay_within_their_bounds);
	RUN(the_order_of_groups_does_not_matter);
	RUN(intervals_hold_the_truth_as_often_as_they_say);
	return unit_end();
}
