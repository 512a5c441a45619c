/*
 * outcome_stats.h
 *    The type outcome_stats: one confusion table.
 */
#ifndef FAIRPG_PG_OUTCOME_STATS_H
#define FAIRPG_PG_OUTCOME_STATS_H

#include "pg/stats_image.h"

#include "fair/cells.h"

extern const StatsKind outcome_kind;

/* A value that holds a tally (fair/tally.h). */
extern struct varlena *outcome_from_tally(const uint8 *tally);

/* The tally inside argument 'number', checked. */
extern const uint8 *outcome_tally_arg(FunctionCallInfo fcinfo, int number);

/* Columns of fairpg.metric_row, and filling them in: the counts and then
 * every metric, NULL where undefined. */
#define OUTCOME_ROW_COUNTS 6
extern int outcome_row_columns(void);
extern void outcome_row(const FairCells *cells, Datum *values, bool *nulls);

/* The number of a metric; raises an error that lists the known ones. */
extern int outcome_metric_number(const char *name);

/* A composite of two float8, or NULL when they are NaN. */
extern Datum outcome_interval(FunctionCallInfo fcinfo, double low, double high);

#endif
