/*
 * store_write.h
 *    Writing results into the store.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_STORE_WRITE_H
#define FAIRPG_PG_STORE_WRITE_H

#include "pg/statement.h"

/*
 * run() of a statement that writes rows of the tables of results, which their
 * triggers let through from nobody else.  Nothing that a user has written may
 * run within it: no query of theirs, no value of a type that is not built in.
 */
extern void
store_write(const char *statement, Parameters *parameters, int expected);

/* Whether such a statement is running. */
extern bool store_is_writing(void);

#endif
