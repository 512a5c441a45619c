/*
 * spill.h
 *    Temporary files for rows for which there is no memory.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_TRAIN_SPILL_H
#define FAIRPG_PG_TRAIN_SPILL_H

#include "data/store.h"

/*
 * A store in a temporary file of the server, in CurrentMemoryContext.  The file
 * is made when something is written; it counts against temp_file_limit, lies
 * in temp_tablespaces, and is shown by log_temp_files.  It goes with the
 * current resource owner, however that ends, or when a server that crashed
 * starts again; one that outlives the transaction goes with spill_end() or the
 * session.
 */
extern DataStore *spill_create(bool outlives);

/* Removes the file. */
extern void spill_end(DataStore *store);

#endif
