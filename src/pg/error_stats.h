/*
 * error_stats.h
 *    The type error_stats for those who count by its aggregate.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_ERROR_STATS_H
#define FAIRPG_PG_ERROR_STATS_H

#include "fmgr.h"

#include "fair/error_sums.h"

/* The sums of a value of the type, which may come from anybody. */
extern void error_sums_of(Datum value, FairErrorSums *sums);

#endif
