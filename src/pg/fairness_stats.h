/*
 * fairness_stats.h
 *    The type fairness_stats: a confusion table for each group.
 *
 * The payload of a value is that of pg/group_table.h; the statistics of a group
 * are its tally (fair/tally.h).
 */
#ifndef FAIRPG_PG_FAIRNESS_STATS_H
#define FAIRPG_PG_FAIRNESS_STATS_H

#include "pg/group_table.h"
#include "pg/stats_image.h"

#include "fair/cells.h"
#include "fair/criterion.h"

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

/* The criterion of that name; raises an error that lists the known ones. */
extern const FairCriterion *fairness_criterion(const char *name);

#endif
