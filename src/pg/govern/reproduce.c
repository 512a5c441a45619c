/*
 * reproduce.c
 *    fairpg.reproduce(): a version trained again, to see whether it becomes the
 *    same.
 *
 * The training is made in a transaction of its own within the caller's, which
 * is rolled back: what it stored is read before, and nothing of it stays.  It
 * runs as the caller and finds its source as the caller does.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/rows.h"
#include "pg/statement.h"
#include "pg/store.h"

/* What is compared of a version, in the order of the columns below. */
#define COMPARED                                                               \
	" v.version, encode(v.artifact_sha256, 'hex'),"                            \
	" v.spec #>> '{data,digest}', v.spec #>> '{data,rows_read}',"              \
	" v.server_version, v.fairpg_version, v.encoding, v.spec ->> 'kernels',"   \
	" v.spec ->> 'columns', v.spec ->> 'statement',"                           \
	" v.spec #>> '{data,min_group}', v.spec #>> '{data,max_groups}'"

enum
{
	OF_VERSION,
	OF_ARTIFACT,
	OF_DIGEST,
	OF_FIRST = OF_DIGEST, /* of those that explain a difference */
	OF_COUNT = 12
};

static const char *const compared_names[OF_COUNT] = { "version",
	                                                  "artifact",
	                                                  "rows",
	                                                  "number of rows",
	                                                  "version of PostgreSQL",
	                                                  "version of fairpg",
	                                                  "encoding",
	                                                  "kernels",
	                                                  "types of columns",
	                                                  "statement",
	                                                  "fairpg.min_group",
	                                                  "fairpg.max_groups" };

typedef struct Compared
{
	char *texts[OF_COUNT];
} Compared;

/* The row of the answer, in 'context'. */
static void
take_compared(Compared *compared, MemoryContext context)
{
	for (int i = 0; i < OF_COUNT; i++)
	{
		char *text =
			SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1);

		compared->texts[i] =
			text == NULL ? NULL : MemoryContextStrdup(context, text);
	}
}

static void
read_stored(const char *model, int version, Compared *compared,
            MemoryContext context)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();

	add_text(&parameters, model);
	add_int(&parameters, version);
	run("SELECT" COMPARED " FROM fairpg_catalog.model_version v"
	    " WHERE v.model = $1 AND v.version = $2",
	    &parameters, SPI_OK_SELECT);
	if (SPI_processed != 1)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" version %d does not exist", model,
		                       version)));
	take_compared(compared, context);
	store_spi_end(nest_level);
}

/* Trains and reads, within the inner transaction. */
static void
train_and_read(const char *model, int version, Compared *compared,
               MemoryContext context)
{
	Parameters parameters = { 0 };
	bool null;
	int made;

	SPI_connect();
	add_text(&parameters, model);
	add_int(&parameters, version);
	/* from where the search began then */
	run("SELECT (fairpg.retrain($1, version => $2, start => coalesce("
	    " (SELECT v.spec OPERATOR(pg_catalog.->>) 'start'"
	    " FROM fairpg_catalog.model_version v"
	    " WHERE v.model OPERATOR(pg_catalog.=) $1"
	    " AND v.version OPERATOR(pg_catalog.=) $2), 'none'))).version",
	    &parameters, SPI_OK_SELECT);
	made = DatumGetInt32(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	SPI_finish();
	read_stored(model, made, compared, context);
}

/* The same, and rolls back, also when it fails. */
static void
train_again(const char *model, int version, Compared *compared)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		train_and_read(model, version, compared, caller);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
}

static bool
differs(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

/*
 * reproduce(model text, version integer,
 *           OUT same boolean, OUT artifact_sha256 text,
 *           OUT again_sha256 text, OUT changed text[])
 */
FAIRPG_FUNCTION(fairpg_reproduce);
Datum
fairpg_reproduce(PG_FUNCTION_ARGS)
{
	const char *model = args_text_required(fcinfo, 0, "model");
	Compared before;
	Compared after;
	List *changed = NIL;
	RowMaker row;

	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"version\" must not be null")));
	PreventCommandIfReadOnly("fairpg.reproduce()");
	read_stored(model, PG_GETARG_INT32(1), &before, CurrentMemoryContext);
	train_again(model, PG_GETARG_INT32(1), &after);
	for (int i = OF_FIRST; i < OF_COUNT; i++)
		if (differs(before.texts[i], after.texts[i]))
			changed = lappend(changed, psprintf("%s", compared_names[i]));
	row_begin(&row, fcinfo);
	row_put(&row, BoolGetDatum(!differs(before.texts[OF_ARTIFACT],
	                                    after.texts[OF_ARTIFACT])));
	row_put_text(&row, before.texts[OF_ARTIFACT]);
	row_put_text(&row, after.texts[OF_ARTIFACT]);
	row_put_texts(&row, changed);
	return row_end(&row);
}
