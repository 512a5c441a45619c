/*
 * statistics.h
 *    Counts that the caller brings.
 */
#ifndef FAIRPG_PG_STATISTICS_H
#define FAIRPG_PG_STATISTICS_H

#include "fmgr.h"

#include "fair/adjust.h"
#include "fair/interval.h"

/* The first four arguments, float8: a of n1 against b of n2.  Raises an error
 * where they are no counts. */
extern FairTwoRates statistics_two_rates(FunctionCallInfo fcinfo);

/* Raises an error where 'successes' of 'n' are no counts, naming the arguments. */
extern void
statistics_check_counts(double successes, double n, const char *successes_name,
                        const char *n_name);

/* Text argument 'number' as the name of a way to adjust p-values; an error that
 * lists the known ones where it is none. */
extern FairAdjustment
statistics_adjustment(FunctionCallInfo fcinfo, int number);

#endif
