/*
 * replay.h
 *    Calls of fairpg.train() that are kept, and made again.
 *
 * Internal to src/pg/train.
 */
#ifndef FAIRPG_PG_TRAIN_REPLAY_H
#define FAIRPG_PG_TRAIN_REPLAY_H

#include "fmgr.h"
#include "nodes/pg_list.h"

#include "pg/store.h"

/* What "layout" of a spec says: its keys "call" (as replay_describe() writes
 * it), "features", "relation" and "columns" are to be read as replay.c does. */
#define REPLAY_LAYOUT 1

/* A call to be made again. */
typedef struct Replay
{
	FunctionCallInfo arguments; /* of fairpg.train() */
	int version;                /* that it made before */
	List *warnings;             /* of char * */
	ErrorContextCallback context;
} Replay;

/* The arguments of a call of fairpg.train() as a JSON object by name, without
 * model and comment.  The arguments have been found right before. */
extern char *replay_describe(FunctionCallInfo fcinfo);

/* From the arguments of fairpg.retrain() to those of fairpg.train(), in
 * CurrentMemoryContext, with the rights that 'use' takes.  Needs an active
 * snapshot.  Raises an error when there is no such version, its call cannot be made again, or the source, the label
 * or a feature is gone or of another type.  Until replay_end(), errors say
 * what was being done. */
extern void replay_find(FunctionCallInfo fcinfo, StoreUse use, Replay *replay);
extern void replay_end(Replay *replay);

#endif
