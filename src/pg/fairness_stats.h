/*
 * fairness_stats.h
 *    The type fairness_stats: a confusion table for each group.
 *
 * The payload of a value is the number of groups (32 bits, little-endian) and
 * then, in the order of the bytes of their names, for each group the length
 * of its name (32 bits), the name in UTF-8, and its tally (fair/tally.h).
 */
#ifndef FAIRPG_PG_FAIRNESS_STATS_H
#define FAIRPG_PG_FAIRNESS_STATS_H

#include "pg/stats_image.h"

#include "fair/cells.h"
#include "fair/criterion.h"

/* Longest name of a group; names are values of a column that says who people
 * are, not documents. */
#define GROUP_NAME_BYTES 1024

extern const StatsKind fairness_kind;

/* One group of a value, pointing into it. */
typedef struct FairnessEntry
{
	const char *name; /* not terminated; in the encoding of the database */
	uint32 name_bytes;
	const uint8 *tally;
} FairnessEntry;

/* The groups of a checked payload, in CurrentMemoryContext, in the order of
 * their names in UTF-8. */
extern FairnessEntry *fairness_entries(const uint8 *payload, int *n_groups);

/* Groups with their counts as numbers. */
typedef struct FairnessGroups
{
	int n_groups;
	FairnessEntry *entries;
	FairCells *cells; /* [n_groups] */
} FairnessGroups;

/* The groups of the first argument, in CurrentMemoryContext. */
extern void
fairness_groups_arg(FunctionCallInfo fcinfo, FairnessGroups *groups);

/* Orders names by their bytes. */
extern int fairness_compare_names(const char *a, uint32 a_bytes, const char *b,
                                  uint32 b_bytes);

/* The criterion of that name; raises an error that lists the known ones. */
extern const FairCriterion *fairness_criterion(const char *name);

/* Raises an error that names the limit of fairpg.max_groups when there are
 * more groups than it allows. */
extern void fairness_check_groups(int64 n_groups);

#endif
