/*
 * spill.h
 *    Temporary files for rows for which there is no memory.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_TRAIN_SPILL_H
#define FAIRPG_PG_TRAIN_SPILL_H

#include "storage/dsm.h"

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

/* Removes the file, or closes that of a set. */
extern void spill_end(DataStore *store);

/*
 * Files of several processes, of which each writes one, and one reads all when
 * they are done.  Made and attached to in CurrentMemoryContext and for the
 * current resource owner; the files are there until all processes have let go.
 */
typedef struct SpillSet SpillSet;

extern SpillSet *spill_set_create(void);
extern dsm_handle spill_set_handle(const SpillSet *set);
extern SpillSet *spill_set_attach(dsm_handle handle);

/* File 'number' of a set, to be written to by this process or, when it is
 * another one's, to be read. */
extern DataStore *spill_set_store(SpillSet *set, uint64 number, bool own);

/* Its number. */
extern uint64 spill_set_number(DataStore *store);

/* Lets go of all files; the bytes that were written to those that this process
 * has had to do with. */
extern uint64 spill_set_end(SpillSet *set);

#endif
