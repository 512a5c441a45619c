/*
 * store_run.h
 *    Runs of scheduled jobs in the store: begun, ended, and how.
 *
 * Every statement runs with the rights of the current user, through SPI, with
 * search_path pinned.
 */
#ifndef FAIRPG_PG_STORE_RUN_H
#define FAIRPG_PG_STORE_RUN_H

#include "utils/elog.h"

/* Notes that a run begins; returns its number. */
extern int64 store_begin_run(const char *model, const char *procedure);

/* Notes how many rows it has read. */
extern void store_run_rows(int64 run, int64 rows);

/* Notes that it has ended with a version, or with an error, which counts as
 * cancelled when that is what it says. */
extern void store_finish_run(int64 run, int version);
extern void store_fail_run(int64 run, const ErrorData *error);

#endif
