/*
 * shared_rows.h
 *    Memory for rows that all processes of one training see.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_TRAIN_SHARED_ROWS_H
#define FAIRPG_PG_TRAIN_SHARED_ROWS_H

#include "utils/dsa.h"

#include "data/exchange.h"
#include "num/arena.h"

typedef struct SharedRows
{
	dsa_area *area;
	NumArena arena; /* rows only: no small pieces */
} SharedRows;

/*
 * A new area of at most 'limit_bytes' (0: no limit), in CurrentMemoryContext
 * and of the current resource owner: it goes when all processes have let go of
 * it, however their transactions end.  An error when the machine has no such
 * memory left, with a hint.
 */
extern SharedRows *shared_rows_create(size_t limit_bytes);

/* The same area in another process, until that ends. */
extern SharedRows *shared_rows_attach(dsa_handle handle);

/* The one who created it lets go of it. */
extern void shared_rows_detach(SharedRows *shared);

/*
 * Between the two, an error about missing shared memory says what to do about
 * it, whoever raises it: the area, the server that starts workers, or a worker.
 * 'hint' is the caller's and must live until the end, which an error makes
 * superfluous.
 */
extern void shared_rows_hint_begin(ErrorContextCallback *hint);
extern void shared_rows_hint_end(ErrorContextCallback *hint);

extern const DataExchange shared_rows_exchange;

#endif
