/*
 * groups.h
 *    Base groups and attributes of a dataset being finished.
 */
#ifndef FAIRPG_DATA_GROUPS_H
#define FAIRPG_DATA_GROUPS_H

#include "data/builder_private.h"

/* Fills the dataset's base groups and attributes and renumbers the cells of
 * all rows.  NUM_TOO_LARGE with '*culprit' when an attribute has more than
 * max_groups groups. */
extern NumStatus
data_make_groups(DataBuilder *builder, Dataset *data, const char **culprit);

#endif
