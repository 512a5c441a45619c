/*
 * actor.c
 *    Who it is that acts.
 *
 * current_user is the owner inside of our own calls, and whatever SET ROLE
 * made of it elsewhere.  The session's role survives that, but a superuser can
 * change it by SET SESSION AUTHORIZATION; the name that was authenticated when
 * the connection was made, nobody can.  Both are kept.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/govern/actor.h"
#include "pg/rows.h"

void
actor_read(Actor *actor)
{
	const char *asserted = setting_string("fairpg.actor");
	Oid role = GetSessionUserId();
	Oid login = GetAuthenticatedUserId();

	actor->role = GetUserNameFromId(role, false);
	actor->login = OidIsValid(login) ? GetUserNameFromId(login, true) : NULL;
	actor->asserted =
		asserted != NULL && asserted[0] != '\0' ? pstrdup(asserted) : NULL;
	actor->is_superuser =
		superuser_arg(role) || (OidIsValid(login) && superuser_arg(login));
}

/*
 * session_actor(OUT role text, OUT login text, OUT asserted text,
 *               OUT is_superuser boolean)
 */
FAIRPG_FUNCTION(fairpg_session_actor);
Datum
fairpg_session_actor(PG_FUNCTION_ARGS)
{
	Actor actor;
	RowMaker row;

	actor_read(&actor);
	row_begin(&row, fcinfo);
	row_put_text(&row, actor.role);
	row_put_text(&row, actor.login);
	row_put_text(&row, actor.asserted);
	row_put(&row, BoolGetDatum(actor.is_superuser));
	return row_end(&row);
}
