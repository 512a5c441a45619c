/*
 * report.h
 *    What layers 0 to 2 could not do, in words.
 */
#ifndef FAIRPG_PG_REPORT_H
#define FAIRPG_PG_REPORT_H

#include "num/arena.h"
#include "num/status.h"

/* Returns when the status is NUM_OK, else raises the error for it.  'object'
 * says what the work was about, with its kind: "model \"credit\"", "source
 * \"loans\"".  'arena' is the one the work used, or NULL: with its limit
 * reached the message says how much is needed and allowed. */
extern void
report_status(NumStatus status, const NumArena *arena, const char *object);

#endif
