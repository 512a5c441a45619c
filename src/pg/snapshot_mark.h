/*
 * snapshot_mark.h
 *    What was read under a snapshot holds as long as its mark does.
 *
 * Of the transactions before xmax, a snapshot counts those that are running.
 * Their set only shrinks while xmax stays, so the same xmax and counts are the
 * same set; what the own transaction did is told by its command counter and
 * subtransaction.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_SNAPSHOT_MARK_H
#define FAIRPG_PG_SNAPSHOT_MARK_H

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

/* What tells two snapshots of one backend apart, and who asks. */
typedef struct SnapshotMark
{
	TransactionId xmin;
	TransactionId xmax;
	uint32 xcnt;
	int32 subxcnt;
	CommandId curcid;
	SubTransactionId subxact;
	Oid user;
} SnapshotMark;

/* That of the active snapshot and the current user. */
static inline SnapshotMark
snapshot_mark(void)
{
	Snapshot snapshot = GetActiveSnapshot();
	SnapshotMark mark = { snapshot->xmin,   snapshot->xmax,
		                  snapshot->xcnt,   snapshot->subxcnt,
		                  snapshot->curcid, GetCurrentSubTransactionId(),
		                  GetUserId() };

	return mark;
}

static inline bool
same_mark(const SnapshotMark *a, const SnapshotMark *b)
{
	return a->xmin == b->xmin && a->xmax == b->xmax && a->xcnt == b->xcnt &&
	       a->subxcnt == b->subxcnt && a->curcid == b->curcid &&
	       a->subxact == b->subxact && a->user == b->user;
}

#endif
