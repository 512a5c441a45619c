/*
 * actor.h
 *    Who it is that acts.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_GOVERN_ACTOR_H
#define FAIRPG_PG_GOVERN_ACTOR_H

/* The names are in CurrentMemoryContext. */
typedef struct Actor
{
	const char *role;     /* of the session: SET ROLE does not change it */
	const char *login;    /* who has logged in: SET SESSION AUTHORIZATION does
	                       * not either; NULL: nobody has */
	const char *asserted; /* what the application says of itself, the setting
	                       * fairpg.actor; NULL: nothing */
	bool is_superuser;    /* either of both roles is one */
} Actor;

/* Finds out who acts; asks nothing that a statement could have set, but for
 * what is asserted. */
extern void actor_read(Actor *actor);

#endif
