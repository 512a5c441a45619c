/*
 * sensitivity.h
 *    One call of fairpg.sensitivity(): what was asked, and the factors that it
 *    looks at.
 *
 * Internal to sensitivity.c, sensitivity_feature.c and sensitivity_segment.c.
 */
#ifndef FAIRPG_PG_SENSITIVITY_H
#define FAIRPG_PG_SENSITIVITY_H

#include "pg/change.h"

typedef enum SensitivityKind
{
	SENSITIVITY_DROP,
	SENSITIVITY_PERMUTE,
	SENSITIVITY_SEGMENT, /* the rows without it, and it alone */
	SENSITIVITY_WITHIN
} SensitivityKind;

/* One thing that is tried. */
typedef struct SensitivityItem
{
	SensitivityKind kind;
	const char *factor; /* feature, or column */
	const char *level;  /* of the column; NULL: a feature */
	int part;           /* rows decided the other way, or of the segment */
} SensitivityItem;

typedef struct SensitivityCall
{
	ChangeCall change;
	bool drop;
	bool permute;
	bool segment;
	int n_features; /* of the model, to be dropped or permuted */
	char **features;
	int n_columns; /* whose values are segments */
	char **columns;
	int bins;   /* of numbers and dates */
	int levels; /* of other columns; the rest is one segment */
} SensitivityCall;

/* sensitivity.c: counts are there; reports some of what is tried with them. */
extern void
sensitivity_report(const SensitivityCall *call, const ChangeCounts *counts,
                   const SensitivityItem *items, int n_items, Rows *rows);

/* sensitivity_feature.c: reads the source for features, some at a time, and
 * reports them; the same of segments in sensitivity_segment.c. */
extern void sensitivity_features(const SensitivityCall *call, Rows *rows);
extern void sensitivity_segments(const SensitivityCall *call, Rows *rows);

#endif
