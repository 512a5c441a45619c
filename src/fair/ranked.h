/*
 * ranked.h
 *    Where the members of groups stand in ranked lists.
 *
 * A list is its scores from the highest down, each with how many rows of each
 * group have it.  Rows of one score have no order, so each place of such a block
 * counts as shared by all of them alike: what comes of it are means over all
 * orders that the scores leave open, exactly for shares and exposure.  With p_g
 * the desired share of group g, by default its share of the list, c_g(k) its
 * rows among the first k, and d_i = 1 / log2(1 + i) the worth of place i:
 *
 *     skew at k         ln (c_g(k) / k) / p_g; over several lists the logarithm
 *                       of the sum of c_g(k) by the sum of k p_g
 *     NDKL              sum of d_i KL(shares among the first i | p) by the sum
 *                       of d_i; over several lists their mean
 *     infeasible index  number of k at which some group has fewer than
 *                       floor(p_g k)
 *     exposure          sum of d_i over the rows of a group
 *
 * References: Geyik, Ambler and Kenthapadi, Fairness-aware ranking in search and
 * recommendation systems, KDD 2019 (skew, NDKL, infeasible index); Singh and
 * Joachims, Fairness of exposure in rankings, KDD 2018.
 */
#ifndef FAIRPG_FAIR_RANKED_H
#define FAIRPG_FAIR_RANKED_H

#include <stddef.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* So many rows of a group have a score; those of one score follow each other. */
typedef struct FairRankEntry
{
	double score;
	uint64_t rows;
	uint32_t group;
} FairRankEntry;

typedef struct FairRankedGroup
{
	double rows;
	double exposure;
	double desired_exposure; /* of every list p_g times all of its exposure */
	double *at;              /* [n_k] rows among the first k of all lists */
	double *desired;         /* [n_k] sum of min(k, rows of the list) p_g */
} FairRankedGroup;

typedef struct FairRanked
{
	/* asked for */
	size_t n_groups;
	size_t n_k;
	const uint64_t *k; /* [n_k] */
	const double
		*targets; /* [n_groups] above 0, or NULL: shares of each list */
	NumMonitor *monitor;

	/* sums over lists */
	FairRankedGroup *groups; /* [n_groups] */
	double *places;          /* [n_k] sum of min(k, rows of the list) */
	uint64_t n_lists;
	uint64_t infeasible; /* places k of any list */
	double all_places;
	double ndkl; /* sum, and sum of squares, over lists */
	double ndkl_squared;

	double *scratch;   /* [3 n_groups] */
	uint32_t *members; /* [n_groups] */
} FairRanked;

/* Makes room for the sums, in the arena, of what is asked for; all 0. */
extern NumStatus fair_ranked_init(FairRanked *ranked, NumArena *arena);

/* Adds a list.  O(rows + places times groups that share them).
 * NUM_CANCELLED when the monitor says so. */
extern NumStatus
fair_ranked_add(FairRanked *ranked, const FairRankEntry *entries,
                size_t n_entries);

#endif
