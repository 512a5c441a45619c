/*
 * store_write.c
 *    Writing results into the store, and telling its triggers that it is us.
 *
 * Training and measuring run as the caller, so the caller needs INSERT on the
 * tables of results.  What a policy is judged by must all the same be what was
 * measured: triggers (govern/guard.c) take rows while a statement of ours runs,
 * and at no other time.
 *
 * Both libraries write, and the triggers are of one of them: the count of
 * statements that run is kept where the server lets libraries meet.
 */
#include "postgres.h"

#include "fmgr.h"

#include "pg/store_write.h"

static uintptr_t *
n_writing(void)
{
	static uintptr_t *counter = NULL;

	if (counter == NULL)
		counter = (uintptr_t *) find_rendezvous_variable("fairpg store_write");
	return counter;
}

bool
store_is_writing(void)
{
	return *n_writing() > 0;
}

void
store_write(const char *statement, Parameters *parameters, int expected)
{
	uintptr_t *counter = n_writing();

	(*counter)++;
	PG_TRY();
	{
		run_again(statement, parameters, expected);
	}
	PG_FINALLY();
	{
		(*counter)--;
	}
	PG_END_TRY();
}
