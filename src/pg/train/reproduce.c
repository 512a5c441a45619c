/*
 * reproduce.c
 *    fairpg.reproduce(): a version trained again, to see whether it becomes the
 *    same.
 *
 * Nothing is stored: the model and what it was made of are compared where they
 * are.  So who validates a version needs to read it and its source, and no right
 * to train.  The functions of that source are another matter: they run as who
 * calls, who need not have read them.  The training is therefore made in a
 * transaction within the caller's that is read-only and rolled back, without a
 * way to other roles; and a superuser, for whom that is no limit, reads the
 * source as the role that trained the version.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/rows.h"
#include "pg/statement.h"
#include "pg/store.h"
#include "pg/train/call.h"
#include "pg/train/replay.h"

/* What is compared of a version, in the order of the columns below. */
#define COMPARED                                                               \
	" encode(v.artifact_sha256, 'hex'),"                                       \
	" v.spec #>> '{data,digest}', v.spec #>> '{data,rows_read}',"              \
	" v.server_version, v.fairpg_version, v.encoding, v.spec ->> 'kernels',"   \
	" v.spec ->> 'columns', v.spec ->> 'statement',"                           \
	" v.spec #>> '{data,min_group}', v.spec #>> '{data,max_groups}'"

enum
{
	OF_ARTIFACT,
	OF_DIGEST,
	OF_FIRST = OF_DIGEST, /* of those that explain a difference */
	OF_COUNT = 11
};

static const char *const compared_names[OF_COUNT] = {
	"artifact",          "rows",
	"number of rows",    "version of PostgreSQL",
	"version of fairpg", "encoding",
	"kernels",           "types of columns",
	"statement",         "fairpg.min_group",
	"fairpg.max_groups"
};

typedef struct Compared
{
	char *texts[OF_COUNT];
} Compared;

/* The version that is to be made again. */
typedef struct Original
{
	char *model;
	int version;
	Compared compared;
	char *start;   /* where its search began: a version, or none */
	List *authors; /* roles that can have written its source; NULL: not known */
	bool is_imported;
} Original;

/* A column of the answer, in 'context'; NULL where it is. */
static char *
take_text(int column, MemoryContext context)
{
	char *text =
		SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);

	return text == NULL ? NULL : MemoryContextStrdup(context, text);
}

static void
take_compared(Compared *compared, MemoryContext context)
{
	for (int i = 0; i < OF_COUNT; i++)
		compared->texts[i] = take_text(i + 1, context);
}

static void
read_original(Original *original, MemoryContext context)
{
	Parameters parameters = { 0 };
	int nest_level = store_spi_begin();

	add_text(&parameters, original->model);
	add_int(&parameters, original->version);
	run("SELECT" COMPARED ", coalesce(v.spec ->> 'start', 'none')"
	    " FROM fairpg_catalog.model_version v"
	    " WHERE v.model = $1 AND v.version = $2",
	    &parameters, SPI_OK_SELECT);
	if (SPI_processed != 1)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" version %d does not exist",
		                       original->model, original->version)));
	take_compared(&original->compared, context);
	original->start = take_text(OF_COUNT + 1, context);

	/* who trained it, explored what it was chosen of, and the same of the
	 * versions whose training it repeats */
	run("WITH RECURSIVE made AS ("
	    " SELECT v.version, v.spec, v.author_role, 0 AS steps"
	    " FROM fairpg_catalog.model_version v"
	    " WHERE v.model = $1 AND v.version = $2"
	    " UNION ALL SELECT v.version, v.spec, v.author_role, m.steps + 1"
	    " FROM made m JOIN fairpg_catalog.model_version v ON v.model = $1"
	    "  AND v.version = (m.spec ->> 'replays')::integer"
	    "  AND v.version < m.version)"
	    " SELECT r.role, m.spec ? 'imported' FROM made m"
	    " LEFT JOIN fairpg_catalog.frontier_choice c"
	    "  ON c.model = $1 AND c.version = m.version"
	    " LEFT JOIN fairpg_catalog.frontier f ON f.frontier = c.frontier"
	    " CROSS JOIN LATERAL (VALUES (1, m.author_role), (2, f.created_by))"
	    "  AS r (place, role)"
	    " WHERE r.place = 1 OR f.frontier IS NOT NULL"
	    " ORDER BY m.steps, r.place",
	    &parameters, SPI_OK_SELECT);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(context);
		char *author =
			SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		char *imported =
			SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		original->authors = lappend(original->authors, author);
		original->is_imported |= imported[0] == 't';
		MemoryContextSwitchTo(spi);
	}
	store_spi_end(nest_level);
}

/* The same of what was trained, as the store would have it. */
static void
read_made(const TrainCall *call, Compared *compared, MemoryContext context)
{
	Parameters parameters = { 0 };
	char *spec = train_describe_call(call);
	int nest_level = store_spi_begin();

	add_bytes(&parameters, call->artifact, call->artifact_bytes);
	add_text(&parameters, spec);
	add_text(&parameters, FAIRPG_VERSION);
	run("SELECT" COMPARED " FROM (SELECT sha256($1) AS artifact_sha256,"
	    " $2::jsonb AS spec, $3 AS fairpg_version,"
	    " current_setting('server_version') AS server_version,"
	    " getdatabaseencoding() AS encoding) v",
	    &parameters, SPI_OK_SELECT);
	take_compared(compared, context);
	store_spi_end(nest_level);
}

/* Whose rights the source is read with: the caller's, or an author's where the
 * caller is a superuser.  A superuser who imported a version, chose it or
 * trained it again has not written its source; one is read with only where no
 * other role had a part in it. */
static Oid
find_reader(const Original *original)
{
	Oid reader = InvalidOid;
	bool is_known = true;
	ListCell *cell;

	if (!superuser())
		return GetUserId();
	foreach (cell, original->authors)
	{
		const char *author = lfirst(cell);
		Oid role = author == NULL ? InvalidOid : get_role_oid(author, true);

		is_known &= OidIsValid(role);
		if (OidIsValid(role) &&
		    (!OidIsValid(reader) ||
		     (superuser_arg(reader) && !superuser_arg(role))))
			reader = role;
	}
	if (!is_known || (original->is_imported && superuser_arg(reader)))
		ereport(ERROR,
		        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		         errmsg("model \"%s\" version %d cannot be trained again by a "
		                "superuser",
		                original->model, original->version),
		         errdetail("Functions of its source would run with all "
		                   "rights, since %s.",
		                   is_known ? "a superuser has imported it"
		                            : "the role that trained it is gone"),
		         errhint("Call it as a role that may read the source.")));
	return reader;
}

/* Arguments of fairpg.retrain(): the version as it was, from where its search
 * began then. */
static void
fill_arguments(FunctionCallInfo retrain, const Original *original)
{
	for (int i = 0; i < 5; i++)
		retrain->args[i].isnull = i % 2 == 1 || i == 4;
	retrain->args[0].value = CStringGetTextDatum(original->model);
	retrain->args[2].value = Int32GetDatum(original->version);
	retrain->args[3].value = CStringGetTextDatum(original->start);
	retrain->args[3].isnull = false;
}

/* Trains and compares, within the inner transaction. */
static void
train_and_read(FunctionCallInfo fcinfo, const Original *original,
               Compared *compared, MemoryContext caller)
{
	MemoryContext context = AllocSetContextCreate(caller, "fairpg training",
	                                              ALLOCSET_DEFAULT_SIZES);
	TrainCall *call;
	Replay replay;
	LOCAL_FCINFO(retrain, 5);

	MemoryContextSwitchTo(context);
	InitFunctionCallInfoData(*retrain, fcinfo->flinfo, 5, fcinfo->fncollation,
	                         NULL, NULL);
	fill_arguments(retrain, original);
	call = palloc0(sizeof(TrainCall));
	replay_find(retrain, STORE_TO_GOVERN, &replay);
	train_begin(call, replay.arguments, &replay);
	train_extract(call, STORE_TO_GOVERN, context);
	train_fit(call);
	train_certified(call);
	read_made(call, compared, caller);
	train_release(call);
	replay_end(&replay);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* The same, and rolls back, also when it fails. */
static void
train_again(FunctionCallInfo fcinfo, const Original *original,
            Compared *compared)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Oid user;
	int security;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		/* until the end of the inner transaction, whatever a function sets:
		 * no writes, no other role, no call of governance in one's name */
		XactReadOnly = true;
		GetUserIdAndSecContext(&user, &security);
		SetUserIdAndSecContext(find_reader(original),
		                       security | SECURITY_LOCAL_USERID_CHANGE |
		                           SECURITY_RESTRICTED_OPERATION);
		train_and_read(fcinfo, original, compared, caller);
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
	Original original = { .model = args_text_required(fcinfo, 0, "model") };
	Compared after;
	List *changed = NIL;
	RowMaker row;

	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"version\" must not be null")));
	original.version = PG_GETARG_INT32(1);
	PreventCommandDuringRecovery("fairpg.reproduce()");
	read_original(&original, CurrentMemoryContext);
	train_again(fcinfo, &original, &after);
	for (int i = OF_FIRST; i < OF_COUNT; i++)
		if (differs(original.compared.texts[i], after.texts[i]))
			changed = lappend(changed, psprintf("%s", compared_names[i]));
	row_begin(&row, fcinfo);
	row_put(&row, BoolGetDatum(!differs(original.compared.texts[OF_ARTIFACT],
	                                    after.texts[OF_ARTIFACT])));
	row_put_text(&row, original.compared.texts[OF_ARTIFACT]);
	row_put_text(&row, after.texts[OF_ARTIFACT]);
	row_put_texts(&row, changed);
	return row_end(&row);
}
