/*
 * govern.h
 *    Calls of governance.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_GOVERN_GOVERN_H
#define FAIRPG_PG_GOVERN_GOVERN_H

/* Whether this session is inside of a call of governance, which is the only
 * way to write to the tables of the record. */
extern bool govern_is_acting(void);

#endif
