/*
 * test_fair_ranked.c
 *    Rankings against their definitions, place by place and over all orders of
 *    ties.
 */
#include "fair/ranked.h"

#include <stdlib.h>

#include "num/random.h"
#include "scratch.h"
#include "unit.h"

#define GROUPS 3

static const uint64_t k[] = { 1, 4, 10, 1000 };
#define N_K 4

/* What the definitions give of a list without ties, by plain loops. */
typedef struct Plain
{
	double at[GROUPS][N_K];
	double exposure[GROUPS];
	double ndkl;
	int infeasible;
} Plain;

static void
by_definition(const uint32_t *group, int n, const double *p, Plain *plain)
{
	double z = 0;

	memset(plain, 0, sizeof(*plain));
	for (int i = 1; i <= n; i++)
	{
		double count[GROUPS] = { 0 };
		double kl = 0;
		bool below = false;

		for (int j = 0; j < i; j++)
			count[group[j]]++;
		for (int g = 0; g < GROUPS; g++)
		{
			if (count[g] > 0)
				kl += count[g] / i * log(count[g] / i / p[g]);
			below = below || count[g] < floor(p[g] * i + 1e-9);
			for (int j = 0; j < N_K; j++)
				if ((uint64_t) i == k[j] || (i == n && k[j] > (uint64_t) n))
					plain->at[g][j] = count[g];
		}
		plain->ndkl += kl / log2(1.0 + i);
		z += 1 / log2(1.0 + i);
		plain->exposure[group[i - 1]] += 1 / log2(1.0 + i);
		plain->infeasible += below;
	}
	plain->ndkl /= z;
}

static void
begin(FairRanked *ranked, NumArena *arena, const double *targets)
{
	memset(ranked, 0, sizeof(*ranked));
	ranked->n_groups = GROUPS;
	ranked->n_k = N_K;
	ranked->k = k;
	ranked->targets = targets;
	CHECK(fair_ranked_init(ranked, arena) == NUM_OK);
}

static void
lists_without_ties_are_as_defined(void)
{
	static const double targets[GROUPS] = { 0.5, 0.3, 0.2 };
	NumArena scratch;
	NumRandom random;

	num_random_seed(&random, 31);
	for (int trial = 0; trial < 40; trial++)
	{
		uint32_t group[60];
		FairRankEntry entries[60];
		double share[GROUPS] = { 0 };
		int n = 3 + trial;
		const double *p = trial % 2 == 0 ? targets : share;
		FairRanked ranked;
		Plain plain;

		scratch_begin(&scratch, 0);
		begin(&ranked, &scratch, trial % 2 == 0 ? targets : NULL);
		for (int i = 0; i < n; i++)
		{
			group[i] = i < GROUPS
			               ? (uint32_t) i
			               : (uint32_t) (num_random_bits(&random) % GROUPS);
			share[group[i]] += 1.0 / n;
			entries[i] = (FairRankEntry){ -i, 1, group[i] };
		}
		by_definition(group, n, p, &plain);
		CHECK(fair_ranked_add(&ranked, entries, (size_t) n) == NUM_OK);
		CHECK_INT(ranked.n_lists, 1);
		CHECK_NEAR(ranked.ndkl, plain.ndkl, 1e-12);
		CHECK_INT(ranked.infeasible, plain.infeasible);
		for (int g = 0; g < GROUPS; g++)
		{
			CHECK_NEAR(ranked.groups[g].exposure, plain.exposure[g], 1e-12);
			for (int j = 0; j < N_K; j++)
			{
				double places = k[j] < (uint64_t) n ? (double) k[j] : n;

				CHECK_NEAR(ranked.groups[g].at[j], plain.at[g][j], 1e-12);
				CHECK_NEAR(ranked.groups[g].desired[j], places * p[g], 1e-12);
				CHECK(ranked.places[j] == places);
			}
		}
		scratch_end(&scratch);
	}
}

/* Shares and exposure of ties are the means over all their orders: five rows of
 * one score below one that stands alone, one row of group 0 among them. */
static void
ties_are_means_over_their_orders(void)
{
	static const FairRankEntry tied[] = {
		{ 9, 1, 1 }, { 5, 1, 0 }, { 5, 2, 2 }, { 5, 1, 1 }, { 5, 1, 1 }
	};
	static const double shares[GROUPS] = { 1 / 6.0, 3 / 6.0, 2 / 6.0 };
	double at[GROUPS][N_K] = { { 0 } };
	double exposure[GROUPS] = { 0 };
	int n_orders = 0;
	NumArena scratch;
	FairRanked ranked;

	/* the place of group 0 and the two of group 2 settle an order */
	for (int a = 1; a <= 5; a++)
		for (int b = 1; b <= 5; b++)
			for (int c = b + 1; c <= 5; c++)
			{
				uint32_t group[6] = { 1, 1, 1, 1, 1, 1 };
				Plain plain;

				if (a == b || a == c)
					continue;
				group[a] = 0;
				group[b] = group[c] = 2;
				by_definition(group, 6, shares, &plain);
				for (int g = 0; g < GROUPS; g++)
				{
					exposure[g] += plain.exposure[g];
					for (int j = 0; j < N_K; j++)
						at[g][j] += plain.at[g][j];
				}
				n_orders++;
			}
	CHECK_INT(n_orders, 30);
	scratch_begin(&scratch, 0);
	begin(&ranked, &scratch, NULL);
	CHECK(fair_ranked_add(&ranked, tied, 5) == NUM_OK);
	for (int g = 0; g < GROUPS; g++)
	{
		CHECK_NEAR(ranked.groups[g].exposure, exposure[g] / n_orders, 1e-12);
		for (int j = 0; j < N_K; j++)
			CHECK_NEAR(ranked.groups[g].at[j], at[g][j] / n_orders, 1e-12);
	}
	scratch_end(&scratch);
}

/* A list in which all have one score says nothing against anybody. */
static void
one_score_for_all_has_no_skew(void)
{
	static const FairRankEntry all[] = { { 1, 30, 0 },
		                                 { 1, 50, 1 },
		                                 { 1, 20, 2 } };
	NumArena scratch;
	FairRanked ranked;

	scratch_begin(&scratch, 0);
	begin(&ranked, &scratch, NULL);
	CHECK(fair_ranked_add(&ranked, all, 3) == NUM_OK);
	CHECK(fair_ranked_add(&ranked, all, 3) == NUM_OK);
	CHECK(fair_ranked_add(&ranked, all, 0) == NUM_OK);
	CHECK_INT(ranked.n_lists, 2);
	CHECK_INT(ranked.infeasible, 0);
	CHECK_NEAR(ranked.ndkl, 0, 1e-12);
	for (int g = 0; g < GROUPS; g++)
	{
		CHECK_NEAR(ranked.groups[g].exposure, ranked.groups[g].desired_exposure,
		           1e-9);
		for (int j = 0; j < N_K; j++)
			CHECK_NEAR(ranked.groups[g].at[j], ranked.groups[g].desired[j],
			           1e-9);
	}
	scratch_end(&scratch);
}

static bool
stop(NumMonitor *monitor)
{
	(void) monitor;
	return true;
}

static void
long_lists_can_be_stopped(void)
{
	static const FairRankEntry all[] = { { 1, 4000000000u, 0 },
		                                 { 1, 4000000000u, 1 } };
	NumMonitor monitor = { .stop = stop };
	NumArena scratch;
	FairRanked ranked;

	scratch_begin(&scratch, 0);
	begin(&ranked, &scratch, NULL);
	ranked.monitor = &monitor;
	CHECK(fair_ranked_add(&ranked, all, 2) == NUM_CANCELLED);
	scratch_end(&scratch);
}

int
main(void)
{
	RUN(lists_without_ties_are_as_defined);
	RUN(ties_are_means_over_their_orders);
	RUN(one_score_for_all_has_no_skew);
	RUN(long_lists_can_be_stopped);
	return unit_end();
}
