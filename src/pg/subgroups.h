/*
 * subgroups.h
 *    One call of fairpg.subgroups(): what was asked, and what was found.
 *
 * Internal to subgroups.c and subgroup_*.c; sensitivity_segment.c puts numbers in
 * the same bins.
 */
#ifndef FAIRPG_PG_SUBGROUPS_H
#define FAIRPG_PG_SUBGROUPS_H

#include "fair/subgroup.h"
#include "pg/audit.h"

#define SUBGROUP_COLUMNS_MAX 24
#define SUBGROUP_BINS_MAX 20

/* Where one bin of a number ends and the next begins. */
typedef struct SubgroupCut
{
	Datum value;
	const char *name; /* as it is written */
	bool from;        /* the value itself belongs above */
} SubgroupCut;

typedef struct SubgroupColumn
{
	const char *name; /* of the source */
	int place;        /* among the columns that are grouped by */
	int n_cuts;       /* 0: its values are taken as they are */
	SubgroupCut cuts[2 * SUBGROUP_BINS_MAX];

	/* the values that occur, in the order of their names */
	int n_levels;
	const char **levels;
} SubgroupColumn;

typedef struct SubgroupCall
{
	AuditCall audit;
	SubgroupColumn *columns;
	int n_columns;
	int metric;
	FairWorst worst;
	FairAdjustment adjustment;
	int depth;
	int bins;
	int top;
	bool pooled; /* rates are pooled as well */
	int max_cells;
	char *split;    /* key column, or NULL */
	int half_place; /* of the half, among the columns that are grouped by */
} SubgroupCall;

typedef struct SubgroupCounts
{
	bool crossed; /* from one table of all columns together */
	int n_scans;
	FairShare all[2];    /* of each half; without a split the first is all */
	FairSubgroups found; /* in the first half */
	/* the same of the second half: a share for any subgroup */
	FairSubgroupTable other_cells; /* where crossed */
	FairSubgroups other;           /* where not */
} SubgroupCounts;

/* subgroup_bins.c: how numbers are put in bins, by a scan of their own, if
 * any are, of which the number is returned; the bin of a row as an expression over the source, whose parameters are added to
 * those of the call. */
extern int subgroup_find_bins(SubgroupCall *call);
extern bool
subgroup_is_number(const SubgroupCall *call, const SubgroupColumn *column);
extern char *subgroup_bin_sql(SubgroupCall *call, const SubgroupColumn *column);

/* What a level of a column says: "sex = f", "25 < age <= 40"; and what one value
 * of those that are grouped by does, without the name of the column where that is
 * not a part of it: "f". */
extern char *subgroup_condition(const SubgroupColumn *column, int level);
extern const char *
subgroup_level(const SubgroupColumn *column, const char *value);

/* subgroup_count.c: reads the source and finds the subgroups. */
extern void subgroup_count(SubgroupCall *call, NumArena *arena,
                           NumMonitor *monitor, SubgroupCounts *counts);

/* The rows of a subgroup in the second half. */
extern FairShare subgroup_other_share(const SubgroupCounts *counts,
                                      const FairSubgroup *subgroup);

/* subgroup_rows.c: judges them, and reports the worst. */
extern void
subgroup_report(const SubgroupCall *call, NumArena *arena, NumMonitor *monitor,
                SubgroupCounts *counts, Rows *rows);

#endif
