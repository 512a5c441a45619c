/*
 * import.c
 *    Looking at a model that comes from elsewhere.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/store.h"

/* check_artifact(artifact bytea, encoding text) returns void */
FAIRPG_FUNCTION(fairpg_check_artifact);
Datum
fairpg_check_artifact(PG_FUNCTION_ARGS)
{
	bytea *artifact = PG_GETARG_BYTEA_PP(0);
	const char *encoding = text_to_cstring(PG_GETARG_TEXT_PP(1));
	StoredModel stored = { .bytes = (const uint8 *) VARDATA_ANY(artifact),
		                   .size_bytes = VARSIZE_ANY_EXHDR(artifact),
		                   .encoding = pg_char_to_encoding(encoding) };
	NumArena arena;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	(void) store_decode(&arena, &stored, "");
	PG_RETURN_VOID();
}
