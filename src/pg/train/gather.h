/*
 * gather.h
 *    Reading all rows of a source, with as many processes as the planner
 *    gives.
 *
 * Internal to extraction.
 */
#ifndef FAIRPG_PG_TRAIN_GATHER_H
#define FAIRPG_PG_TRAIN_GATHER_H

#include "pg/train/read_rows.h"
#include "pg/train/shared_rows.h"
#include "pg/train/spill.h"

/* What was read, and the memory that the rows are in when several processes
 * read them (NULL: one did). */
typedef struct Gathered
{
	RowReader *reader;
	SharedRows *shared;
	SpillSet *files; /* that rows wait in then; for when they are gathered */
} Gathered;

/* What is called, once, when all rows are there: in the memory context that
 * gather_rows() was called in, with the context of errors of that call.  The
 * transaction may be in parallel mode, and is read only. */
typedef struct GatherHook
{
	void (*call)(void *host, const Gathered *gathered);
	void *host;
} GatherHook;

/*
 * Reads the source of a plan.  The reader is in CurrentMemoryContext, its
 * builder in 'arena'.  Row security and rights are those of the current user
 * in every process, and no process can write.
 */
extern void
gather_rows(const ReadPlan *plan, NumArena *arena, const GatherHook *hook);

#endif
