/*
 * score_stats.h
 *    The type score_stats: how scores rank positive and negative rows.
 */
#ifndef FAIRPG_PG_SCORE_STATS_H
#define FAIRPG_PG_SCORE_STATS_H

#include "pg/stats_image.h"

/* The payload is the image of fair/scores.h. */
extern const StatsKind score_kind;

#endif
