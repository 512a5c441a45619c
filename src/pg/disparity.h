/*
 * disparity.h
 *    Groups of a fairness_stats by their names.
 */
#ifndef FAIRPG_PG_DISPARITY_H
#define FAIRPG_PG_DISPARITY_H

#include "pg/fairness_stats.h"

/* The name of a group, in CurrentMemoryContext. */
extern char *disparity_group_name(const FairnessGroups *groups, int group);

/* The number of the group that text argument 'number' names; an error that
 * lists the groups where there is none, calling the argument 'argument'. */
extern int
disparity_group_arg(FunctionCallInfo fcinfo, int number, const char *argument,
                    const FairnessGroups *groups);

#endif
