/*
 * score_call.h
 *    What fairpg.calibration() and fairpg.threshold_sweep() are asked, and the
 *    scores that they count.
 *
 * Both take the same arguments but for two of their own.  Internal to
 * score_call.c, calibration.c and threshold_sweep.c.
 */
#ifndef FAIRPG_PG_SCORE_CALL_H
#define FAIRPG_PG_SCORE_CALL_H

#include "pg/audit.h"

enum
{
	SCORE_ARG_SOURCE,
	SCORE_ARG_PROTECTED,
	SCORE_ARG_LABEL,
	SCORE_ARG_SCORE,
	SCORE_ARG_OWN, /* two of them */
	SCORE_ARG_MODEL = SCORE_ARG_OWN + 2,
	SCORE_ARG_VERSION,
	SCORE_ARG_POSITIVE,
	SCORE_ARG_WEIGHT,
	SCORE_ARG_LEVEL,
	SCORE_ARG_SEED,
	SCORE_ARG_OPTIONS
};

typedef struct ScoreCall
{
	AuditCall audit;
	NumArena arena;
	NumMonitor monitor;
} ScoreCall;

/* Reads everything but the own arguments and resolves the columns; the score
 * is then audit.score_sql, an expression of type float8 over the source.  Its
 * replicates are 'replicates' unless the options say so. */
extern void score_call_read(FunctionCallInfo fcinfo, const char *purpose,
                            int replicates, ScoreCall *call);

/* All rows, then each attribute: its groups have an image of scores each, or
 * NULL where no row of theirs has a score.  Between SPI_connect() and
 * SPI_finish(). */
typedef struct ScoreGroups
{
	FigureGroup overall;
	FigureAttribute *attributes; /* [audit.n_attributes] */
} ScoreGroups;

extern void score_call_count(ScoreCall *call, ScoreGroups *groups);

#endif
