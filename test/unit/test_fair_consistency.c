/*
 * test_fair_consistency.c
 *    Consistency with nearest neighbours by a plain loop over all pairs, and
 *    what cannot change it.
 */
#include "fair/consistency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/random.h"
#include "scratch.h"
#include "unit.h"

#define N 700
#define COLUMNS 3

static NumArena arena;

/* A table of two columns of numbers, the second with gaps, and one of levels. */
typedef struct Table
{
	double first[N];
	double second[N];
	uint32_t level[N];
	bool decision[N];
	uint64_t hash[N];
	FairLikeness columns[COLUMNS];
	FairConsistencyRows rows;
} Table;

static Table table;

static void
fill(uint64_t seed)
{
	NumRandom random;

	num_random_seed(&random, seed);
	for (size_t i = 0; i < N; i++)
	{
		double content[4];

		/* few values, so that there are ties */
		table.first[i] = floor(12 * num_random_uniform(&random));
		table.second[i] = num_random_uniform(&random) < 0.1
		                      ? NAN
		                      : floor(9 * num_random_uniform(&random));
		table.level[i] = (uint32_t) (4 * num_random_uniform(&random));
		table.decision[i] = num_random_uniform(&random) < 0.4;
		content[0] = table.first[i];
		content[1] = isnan(table.second[i]) ? -1 : table.second[i];
		content[2] = table.level[i];
		content[3] = table.decision[i];
		table.hash[i] = num_hash64(content, sizeof(content), 1);
	}
	table.columns[0] = (FairLikeness){ table.first, NULL, 0 };
	table.columns[1] = (FairLikeness){ table.second, NULL, 0 };
	table.columns[2] = (FairLikeness){ NULL, table.level, 4 };
	table.rows = (FairConsistencyRows){ N, COLUMNS, table.columns,
		                                table.decision, table.hash };
}

static double
deviation(const double *x)
{
	double n = 0;
	double sum = 0;
	double squares = 0;

	for (size_t i = 0; i < N; i++)
		if (!isnan(x[i]))
		{
			n++;
			sum += x[i];
		}
	for (size_t i = 0; i < N; i++)
		if (!isnan(x[i]))
			squares += (x[i] - sum / n) * (x[i] - sum / n);
	return sqrt(squares / n);
}

/* Share of pairs of rows, each with itself too, that differ in level. */
static double
share_that_differ(void)
{
	double differ = 0;

	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			differ += table.level[i] != table.level[j];
	return differ / N / N;
}

static double
apart(const double *x, double sd, size_t i, size_t j, bool manhattan)
{
	double d;

	if (isnan(x[i]) && isnan(x[j]))
		return 0;
	if (isnan(x[i]) || isnan(x[j]))
		return manhattan ? sqrt(2) : 2;
	d = fabs(x[i] - x[j]) / sd;
	return manhattan ? d : d * d;
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
by_all_pairs(size_t i, int k, bool manhattan)
{
	static double distance[N];
	static double sorted[N];
	double sd[2] = { deviation(table.first), deviation(table.second) };
	double level = 2 / share_that_differ();
	double closer = 0;
	double closer_positive = 0;
	double tied = 0;
	double tied_positive = 0;
	double furthest;
	size_t n = 0;

	for (size_t j = 0; j < N; j++)
	{
		distance[j] = apart(table.first, sd[0], i, j, manhattan) +
		              apart(table.second, sd[1], i, j, manhattan);
		if (table.level[i] != table.level[j])
			distance[j] += manhattan ? sqrt(level) : level;
		if (i != j)
			sorted[n++] = distance[j];
	}
	qsort(sorted, n, sizeof(double), compare_numbers);
	furthest = sorted[k - 1];
	for (size_t j = 0; j < N; j++)
		if (i != j && distance[j] < furthest * (1 - 1e-9))
		{
			closer++;
			closer_positive += table.decision[j];
		}
		else if (i != j && distance[j] <= furthest * (1 + 1e-9))
		{
			tied++;
			tied_positive += table.decision[j];
		}
	return 1 -
	       fabs(table.decision[i] -
	            (closer_positive + (k - closer) * tied_positive / tied) / k);
}

static void
it_is_that_of_all_pairs(void)
{
	static const int ks[] = { 1, 5, 30 };

	for (int t = 0; t < 6; t++)
	{
		FairConsistencyPlan plan = { ks[t / 2], t % 2 == 1, 0, 0 };
		FairConsistencyAnchors anchors;
		bool seen[N] = { false };

		fill((uint64_t) t);
		CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &anchors) ==
		      NUM_OK);
		CHECK(anchors.n == N);
		for (size_t a = 0; a < anchors.n; a++)
		{
			seen[anchors.rows[a]] = true;
			/* the scales were taken in another order: that may part ties */
			CHECK_NEAR(anchors.values[a],
			           by_all_pairs(anchors.rows[a], plan.k, plan.manhattan),
			           1e-12);
		}
		for (size_t i = 0; i < N; i++)
			CHECK(seen[i]);
	}
}

/* Backwards, and with other numbers for the levels. */
static void
order_changes_no_bit(void)
{
	FairConsistencyPlan plan = { 5, false, 100, 7 };
	FairConsistencyAnchors there;
	FairConsistencyAnchors back;
	FairConsistency one;
	FairConsistency other;

	fill(3);
	CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &there) == NUM_OK);
	for (size_t i = 0; i < N / 2; i++)
	{
		size_t j = N - 1 - i;
		double first = table.first[i];
		double second = table.second[i];
		uint32_t level = table.level[i];
		bool decision = table.decision[i];
		uint64_t hash = table.hash[i];

		table.first[i] = table.first[j];
		table.first[j] = first;
		table.second[i] = table.second[j];
		table.second[j] = second;
		table.level[i] = table.level[j];
		table.level[j] = level;
		table.decision[i] = table.decision[j];
		table.decision[j] = decision;
		table.hash[i] = table.hash[j];
		table.hash[j] = hash;
	}
	for (size_t i = 0; i < N; i++)
		table.level[i] = 3 - table.level[i];
	CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &back) == NUM_OK);
	CHECK(there.n == 100 && back.n == 100);
	for (size_t a = 0; a < 100; a++)
		CHECK(there.values[a] == back.values[a]);
	fair_consistency_mean(there.values, NULL, there.n, 0.95, &one);
	fair_consistency_mean(back.values, NULL, back.n, 0.95, &other);
	CHECK(one.value == other.value && one.low == other.low);
}

/* All alike in what was decided: 1.  Decided by a coin: what pairs at random
 * have.  Decided by a column: near 1, and 0 where it is the opposite of that of
 * the only neighbour. */
static void
what_it_says(void)
{
	FairConsistencyPlan plan = { 5, false, 0, 0 };
	FairConsistencyAnchors anchors;
	FairConsistency mean;

	fill(5);
	memset(table.decision, 0, sizeof(table.decision));
	CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &anchors) ==
	      NUM_OK);
	fair_consistency_mean(anchors.values, NULL, anchors.n, 0.95, &mean);
	CHECK(mean.value == 1 && mean.high == 1 && mean.low < 1 && mean.low > 0.99);
	fill(5);
	CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &anchors) ==
	      NUM_OK);
	fair_consistency_mean(anchors.values, NULL, anchors.n, 0.95, &mean);
	CHECK(mean.low < 0.52 && mean.high > 0.52 && mean.high - mean.low < 0.1);

	/* pairs of rows at one place each, decided against each other */
	for (size_t i = 0; i < N; i++)
	{
		table.first[i] = (double) (i / 2 * 10);
		table.second[i] = 0;
		table.level[i] = 0;
		table.decision[i] = i % 2;
	}
	plan.k = 1;
	CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &anchors) ==
	      NUM_OK);
	fair_consistency_mean(anchors.values, NULL, anchors.n, 0.95, &mean);
	CHECK(mean.value == 0);

	/* not more than k rows have no neighbours; columns that are all one leave
	 * all rows tied */
	plan.k = N;
	CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &anchors) ==
	      NUM_OK);
	CHECK(anchors.n == 0);
	fair_consistency_mean(NULL, NULL, 0, 0.95, &mean);
	CHECK(isnan(mean.value));
	plan.k = 3;
	memset(table.first, 0, sizeof(table.first));
	CHECK(fair_consistency(&arena, NULL, &table.rows, &plan, &anchors) ==
	      NUM_OK);
	for (size_t a = 0; a < anchors.n; a++)
		CHECK_NEAR(anchors.values[a], 349.0 / 699, 1e-15);
}

static void
weights_are_of_the_mean(void)
{
	double values[4] = { 1, 0.5, 0, 1 };
	double weights[4] = { 1, 2, 1, 0 };
	FairConsistency mean;

	fair_consistency_mean(values, weights, 4, 0.95, &mean);
	CHECK_NEAR(mean.value, 0.5, 1e-15);
	CHECK(mean.low > 0 && mean.high < 1);
}

int
main(void)
{
	scratch_begin(&arena, 0);
	RUN(it_is_that_of_all_pairs);
	RUN(order_changes_no_bit);
	RUN(what_it_says);
	RUN(weights_are_of_the_mean);
	scratch_end(&arena);
	return unit_end();
}
