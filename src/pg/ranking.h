/*
 * ranking.h
 *    One call of fairpg.ranking_audit(): what was asked, and what was counted.
 *
 * Internal to ranking_audit.c and ranking_rows.c.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_RANKING_H
#define FAIRPG_PG_RANKING_H

#include "fair/ranked.h"
#include "pg/audit.h"

typedef struct RankingAttribute
{
	int n_groups;
	int n_occurring;  /* of them; others have a desired share only */
	char **names;     /* [n_groups] those that occur in the order of their
	                    * bytes */
	uint64 *scored;   /* [n_groups] rows with a score */
	uint64 *unscored; /* [n_groups] rows without */
	double *targets;  /* [n_groups], or NULL: shares of each list */
	FairRanked ranked;
} RankingAttribute;

typedef struct RankingCall
{
	AuditCall audit;
	char *list; /* column, or NULL: all rows are one list */
	uint64 *k;
	int n_k;
	Jsonb *targets;
	NumArena arena;
	NumMonitor monitor;
	RankingAttribute *attributes; /* [audit.n_attributes] */
} RankingCall;

/* ranking_rows.c: the desired shares that the user gives, into the attributes,
 * whose groups are known: one that does not occur is added to them. */
extern void ranking_targets(RankingCall *call);

/* Every figure as a row. */
extern void ranking_report(RankingCall *call, Rows *rows);

#endif
