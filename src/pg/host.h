/*
 * host.h
 *    The server as layers 0 to 2 see it: an arena and a monitor.
 */
#ifndef FAIRPG_PG_HOST_H
#define FAIRPG_PG_HOST_H

#include "num/arena.h"
#include "num/monitor.h"

/* Makes an arena of which all memory comes from 'context', in pieces of any
 * size, aligned to 64 bytes; NULL instead of an error when there is none left
 * or 'limit_bytes' (0: no limit) would be passed.  Dropping the context drops
 * everything. */
extern void
host_arena_init(NumArena *arena, MemoryContext context, size_t limit_bytes);

/* Makes a monitor that answers cancel requests, and shows progress as the
 * application name of this session: "fairpg <name> <done>/<total> loss ...".
 * 'name' is copied.  The shown name goes back to what it was at
 * host_monitor_end() and when the (sub)transaction fails.  One at a time. */
extern void host_monitor_begin(NumMonitor *monitor, const char *name);
extern void host_monitor_end(NumMonitor *monitor);

/* Makes a monitor that answers cancel requests and shows nothing. */
extern void host_monitor_quiet(NumMonitor *monitor);

/* Shows another phase of the same work: "fairpg credit reading". */
extern void host_monitor_phase(NumMonitor *monitor, const char *phase);

#endif
