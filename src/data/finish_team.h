/*
 * finish_team.h
 *    Processes that take part in finishing a dataset.
 *
 * The rows lie in memory that all of them see.  What is to be done goes to the
 * others as an image, and what they find out comes back in room that all see
 * as well.
 */
#ifndef FAIRPG_DATA_FINISH_TEAM_H
#define FAIRPG_DATA_FINISH_TEAM_H

#include "data/exchange.h"
#include "num/monitor.h"

/* What the owner of the processes supplies. */
typedef struct FinishTeam FinishTeam;
struct FinishTeam
{
	const DataExchange *exchange;
	/* the leader: calls the others, who may come while it goes on; cleared room
	 * of so many bytes, until the next call; NULL: there is no memory for that.
	 * In it 0 is the name of nothing. */
	void *(*begin)(FinishTeam *team, const unsigned char *image, size_t bytes,
	               size_t room_bytes);
	/* everybody: the number, from 0, of a piece that nobody else has taken */
	uint32_t (*take)(FinishTeam *team);
	/* the leader: nobody may come any more; waits for those who have */
	NumStatus (*end)(FinishTeam *team);
	void *host;
};

/* In another process: does some of the pieces.  'rows' is that process's view of
 * the memory of the rows, and 'arena' keeps what it needs besides. */
extern NumStatus
data_finish_help(NumArena *arena, NumArena *rows, FinishTeam *team,
                 const unsigned char *image, void *room, NumMonitor *monitor);

#endif
