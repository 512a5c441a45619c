/*
 * ranked.c
 *    Where the members of groups stand in ranked lists.
 */
#include "fair/ranked.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "num/special.h"

#define LN_2 0.693147180559945309417

/* A share times a number of places may be a little below the whole number that
 * it stands for. */
#define NEARLY 1e-9

/* One list while it is walked. */
typedef struct Walk
{
	FairRanked *ranked;
	double *share;     /* [n_groups] desired */
	double *count;     /* [n_groups] above the block */
	double *step;      /* [n_groups] rows of the block, else 0 */
	uint64_t above;    /* places above the block */
	uint64_t rows;     /* of the list */
	double divergence; /* sum of count ln(count / share) */
	double discounts;
	double ndkl;
} Walk;

NumStatus
fair_ranked_init(FairRanked *ranked, NumArena *arena)
{
	size_t n = ranked->n_groups;

	ranked->groups = arena_alloc(arena, n, sizeof(FairRankedGroup));
	ranked->places = arena_alloc(arena, ranked->n_k, sizeof(double));
	ranked->scratch = arena_alloc(arena, 3 * n, sizeof(double));
	ranked->members = arena_alloc(arena, n, sizeof(uint32_t));
	if (ranked->groups == NULL || ranked->places == NULL ||
	    ranked->scratch == NULL || ranked->members == NULL)
		return NUM_NO_MEMORY;
	memset(ranked->groups, 0, n * sizeof(FairRankedGroup));
	memset(ranked->places, 0, ranked->n_k * sizeof(double));
	for (size_t g = 0; g < n; g++)
	{
		FairRankedGroup *group = &ranked->groups[g];

		group->at = arena_alloc(arena, ranked->n_k, sizeof(double));
		group->desired = arena_alloc(arena, ranked->n_k, sizeof(double));
		if (group->at == NULL || group->desired == NULL)
			return NUM_NO_MEMORY;
		memset(group->at, 0, ranked->n_k * sizeof(double));
		memset(group->desired, 0, ranked->n_k * sizeof(double));
	}
	return NUM_OK;
}

/* count ln(count / share), which is 0 without a count. */
static double
surprise(double count, double share)
{
	return count > 0 ? count * num_log(count / share) : 0;
}

/* One place of a block of 'block' rows of the first 'n' members: the 'within'th,
 * with the counts down to it. */
static void
walk_place(Walk *walk, size_t n, double block, uint64_t within)
{
	FairRanked *ranked = walk->ranked;
	double place = (double) (walk->above + within);
	double discount = LN_2 / num_log(1 + place);
	double divergence = walk->divergence;
	double part = (double) within / block;

	for (size_t m = 0; m < n; m++)
	{
		uint32_t g = ranked->members[m];
		double count = walk->count[g] + walk->step[g] * part;

		divergence += surprise(count, walk->share[g]) -
		              surprise(walk->count[g], walk->share[g]);
		ranked->groups[g].exposure += discount * walk->step[g] / block;
	}
	/* KL of the shares; rounding may leave it a little below 0 */
	walk->ndkl += discount * fmax(divergence / place - num_log(place), 0);
	walk->discounts += discount;
	for (size_t i = 0; i < ranked->n_k; i++)
		if (ranked->k[i] == walk->above + within ||
		    (ranked->k[i] > walk->rows && walk->above + within == walk->rows))
			for (size_t g = 0; g < ranked->n_groups; g++)
				ranked->groups[g].at[i] +=
					walk->count[g] + walk->step[g] * part;
}

/* Whether some group has fewer than it should have at a place. */
static bool
infeasible(const Walk *walk, double block, uint64_t within)
{
	double place = (double) (walk->above + within);
	double part = (double) within / block;

	for (size_t g = 0; g < walk->ranked->n_groups; g++)
		if (walk->count[g] + walk->step[g] * part + NEARLY <
		    floor(walk->share[g] * place + NEARLY))
			return true;
	return false;
}

/* The rows of one score; a group may have several entries. */
static NumStatus
walk_block(Walk *walk, const FairRankEntry *entries, size_t n)
{
	FairRanked *ranked = walk->ranked;
	uint64_t block = 0;
	size_t n_members = 0;

	for (size_t e = 0; e < n; e++)
	{
		double *step = &walk->step[entries[e].group];

		if (*step == 0 && entries[e].rows > 0)
			ranked->members[n_members++] = entries[e].group;
		*step += (double) entries[e].rows;
		block += entries[e].rows;
	}
	for (uint64_t within = 1; within <= block; within++)
	{
		if (within % 256 == 1 && monitor_stop(ranked->monitor))
			return NUM_CANCELLED;
		walk_place(walk, n_members, (double) block, within);
		if (infeasible(walk, (double) block, within))
			ranked->infeasible++;
	}
	for (size_t m = 0; m < n_members; m++)
	{
		uint32_t g = ranked->members[m];

		walk->divergence -= surprise(walk->count[g], walk->share[g]);
		walk->count[g] += walk->step[g];
		walk->divergence += surprise(walk->count[g], walk->share[g]);
		walk->step[g] = 0;
	}
	walk->above += block;
	return NUM_OK;
}

/* Desired shares of the list, and what its places are worth. */
static void
walk_begin(Walk *walk, const FairRankEntry *entries, size_t n_entries)
{
	FairRanked *ranked = walk->ranked;

	for (size_t e = 0; e < n_entries; e++)
	{
		walk->rows += entries[e].rows;
		walk->count[entries[e].group] += (double) entries[e].rows;
	}
	for (size_t g = 0; g < ranked->n_groups; g++)
	{
		ranked->groups[g].rows += walk->count[g];
		walk->share[g] = ranked->targets != NULL
		                     ? ranked->targets[g]
		                     : walk->count[g] / (double) walk->rows;
		walk->count[g] = 0;
	}
}

static void
walk_end(Walk *walk)
{
	FairRanked *ranked = walk->ranked;
	double ndkl = walk->ndkl / walk->discounts;

	for (size_t i = 0; i < ranked->n_k; i++)
	{
		double places = fmin((double) ranked->k[i], (double) walk->rows);

		ranked->places[i] += places;
		for (size_t g = 0; g < ranked->n_groups; g++)
			ranked->groups[g].desired[i] += places * walk->share[g];
	}
	for (size_t g = 0; g < ranked->n_groups; g++)
		ranked->groups[g].desired_exposure += walk->share[g] * walk->discounts;
	ranked->n_lists++;
	ranked->all_places += (double) walk->rows;
	ranked->ndkl += ndkl;
	ranked->ndkl_squared += ndkl * ndkl;
}

NumStatus
fair_ranked_add(FairRanked *ranked, const FairRankEntry *entries,
                size_t n_entries)
{
	size_t n = ranked->n_groups;
	Walk walk = { .ranked = ranked,
		          .share = ranked->scratch,
		          .count = ranked->scratch + n,
		          .step = ranked->scratch + 2 * n };
	NumStatus status = NUM_OK;

	memset(ranked->scratch, 0, 3 * n * sizeof(double));
	walk_begin(&walk, entries, n_entries);
	if (walk.rows == 0)
		return NUM_OK;
	for (size_t first = 0; first < n_entries && status == NUM_OK;)
	{
		size_t end = first + 1;

		while (end < n_entries && entries[end].score == entries[first].score)
			end++;
		status = walk_block(&walk, entries + first, end - first);
		first = end;
	}
	if (status == NUM_OK)
		walk_end(&walk);
	return status;
}
