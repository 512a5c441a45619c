/*
 * score_stats.h
 *    The types score_stats and group_score_stats: how scores rank rows, of all
 *    of them and of each group.
 *
 * The payload of a group_score_stats is that of pg/group_table.h; the statistics
 * of a group are an image of fair/scores.h, which is the payload of a
 * score_stats.
 */
#ifndef FAIRPG_PG_SCORE_STATS_H
#define FAIRPG_PG_SCORE_STATS_H

#include "fair/score_figure.h"
#include "pg/group_table.h"
#include "pg/stats_image.h"

extern const StatsKind score_kind;
extern const StatsKind group_score_kind;

/* The groups of a checked payload of a group_score_stats, in
 * CurrentMemoryContext, in the order of their names in UTF-8. */
extern GroupEntry *group_score_entries(const uint8 *payload, int *n_groups);

/* A score_stats that holds an image. */
extern struct varlena *score_from_image(const uint8 *image);

/* The sum of several images, NULL ones left out, in CurrentMemoryContext; the
 * image itself where there is but one, NULL where there is none. */
extern const uint8 *
score_merge_images(NumArena *arena, const uint8 *const *images, int n_images);

/* A row's score, which must not be NaN. */
extern double score_arg(FunctionCallInfo fcinfo, int number);

/* score_access.c: arguments 'number' and the next, bins and binning, as a plan
 * without replicates; the number of a figure by name.  Both raise an error that
 * says what there is. */
extern FairCalibrationPlan score_plan(FunctionCallInfo fcinfo, int number);
extern bool score_binning(const char *name);
extern int score_figure_number(const char *name);

/* How many draws the interval of an ECE is made of. */
#define SCORE_REPLICATES 1000
#define SCORE_BINS 10

#endif
