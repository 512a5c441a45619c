/*
 * serving.c
 *    Which versions of a model serve, and which of them a subject gets.
 *
 * A canary serves a share of the subjects.  Who they are is no draw, which
 * nobody could repeat: the salt of the deployment and the subject are hashed,
 * and the first 52 bits of the digest, read as a fraction, are compared with
 * the share.  That is
 *
 *     ('x' || left(encode(sha256(convert_to(salt || subject, 'UTF8')), 'hex'),
 *                  13))::bit(52)::bigint / 2::float8 ^ 52 < share
 *
 * with every number exact in a double.  A subject gets the same version as long
 * as the deployment lasts, and with a larger share of the same salt nobody
 * leaves the canary.
 *
 * The table of deployments is asked once in a statement, by a scan of an index
 * with the rights of the caller; it reads, and so may run in parallel workers
 * and on a standby.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "pg/export.h"
#include "pg/govern/serving.h"
#include "pg/snapshot_mark.h"
#include "pg/store.h"
#include "pg/store_scan.h"

/* Models whose service is remembered; one statement seldom asks for more. */
#define KEPT_MODELS 4

typedef struct Kept
{
	MemoryContext context; /* of all below; NULL: nothing is kept here */
	text *model;
	Oid store; /* its table of versions: another store counts from 1 again */
	SnapshotMark mark;
	Serving serving;
} Kept;

static Kept kept[KEPT_MODELS];
static int next_to_go = 0;

/* Numbers of the columns that are read. */
typedef struct DeploymentColumns
{
	AttrNumber deployment;
	AttrNumber model;
	AttrNumber version;
	AttrNumber slot;
	AttrNumber share;
	AttrNumber salt;
	AttrNumber ended_at;
} DeploymentColumns;

static void
find_columns(Relation table, DeploymentColumns *columns)
{
	columns->deployment = store_scan_column(table, "deployment", INT8OID);
	columns->model = store_scan_column(table, "model", TEXTOID);
	columns->version = store_scan_column(table, "version", INT4OID);
	columns->slot = store_scan_column(table, "slot", TEXTOID);
	columns->share = store_scan_column(table, "share", FLOAT8OID);
	columns->salt = store_scan_column(table, "salt", TEXTOID);
	columns->ended_at = store_scan_column(table, "ended_at", TIMESTAMPTZOID);
}

static void
take_deployment(Serving *serving, MemoryContext context, TupleDesc descriptor,
                const DeploymentColumns *columns, HeapTuple row)
{
	Deployment *deployment;
	char *slot;
	bool null;

	(void) heap_getattr(row, columns->ended_at, descriptor, &null);
	if (!null)
		return;
	slot = TextDatumGetCString(
		heap_getattr(row, columns->slot, descriptor, &null));
	deployment =
		strcmp(slot, "champion") == 0 ? &serving->champion : &serving->canary;
	deployment->number = DatumGetInt64(
		heap_getattr(row, columns->deployment, descriptor, &null));
	deployment->version =
		DatumGetInt32(heap_getattr(row, columns->version, descriptor, &null));
	deployment->share =
		DatumGetFloat8(heap_getattr(row, columns->share, descriptor, &null));
	deployment->salt = MemoryContextStrdup(
		context, TextDatumGetCString(
					 heap_getattr(row, columns->salt, descriptor, &null)));
}

/* The open deployments, by an index that has no others. */
static void
read_deployments(Kept *place)
{
	Relation table = store_scan_table("deployment");
	DeploymentColumns columns;
	Relation index;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple row;

	find_columns(table, &columns);
	index =
		store_scan_index(table, "deployment_open",
	                     (StoreKey[]){ { columns.model, TEXT_BTREE_FAM_OID },
	                                   { columns.slot, TEXT_BTREE_FAM_OID } },
	                     2);
	ScanKeyEntryInitialize(&key, 0, columns.model, BTEqualStrategyNumber,
	                       InvalidOid, index->rd_indcollation[0], F_TEXTEQ,
	                       PointerGetDatum(place->model));
	scan =
		systable_beginscan_ordered(table, index, GetActiveSnapshot(), 1, &key);
	while (HeapTupleIsValid(
		row = systable_getnext_ordered(scan, ForwardScanDirection)))
		take_deployment(&place->serving, place->context,
		                RelationGetDescr(table), &columns, row);
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(table, AccessShareLock);
}

/* Names are qualified, so the search_path of the caller does not matter. */
static void
read_subject_salt(Kept *place)
{
	static SPIPlanPtr plan = NULL;
	Datum model = PointerGetDatum(place->model);
	Oid type = TEXTOID;
	bool null;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (plan == NULL)
	{
		plan = SPI_prepare("SELECT d.salt FROM fairpg_catalog.deployment AS d"
		                   " WHERE d.model OPERATOR(pg_catalog.=) $1"
		                   " ORDER BY d.deployment"
		                   " USING OPERATOR(pg_catalog.<) LIMIT 1",
		                   1, &type);
		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "query of deployments could not be prepared");
	}
	if (SPI_execute_plan(plan, &model, NULL, true, 0) != SPI_OK_SELECT ||
	    SPI_processed != 1)
		elog(ERROR, "query of deployments failed");
	place->serving.subject_salt = MemoryContextStrdup(
		place->context,
		TextDatumGetCString(SPI_getbinval(SPI_tuptable->vals[0],
	                                      SPI_tuptable->tupdesc, 1, &null)));
	SPI_finish();
}

/* Whether a deployment of one state is open in the other as well; the numbers
 * of another store are of others. */
static bool
share_deployment(const Kept *a, const Kept *b)
{
	int64 numbers[2] = { a->serving.champion.number, a->serving.canary.number };

	if (a->store != b->store)
		return false;
	for (int i = 0; i < 2; i++)
		if (numbers[i] > 0 && (numbers[i] == b->serving.champion.number ||
		                       numbers[i] == b->serving.canary.number))
			return true;
	return false;
}

/* Of a model without a deployment: an error, unless it has no policy. */
static void
read_newest(Kept *place)
{
	StoredModel stored;
	StoreReader *reader =
		store_reader_open(text_to_cstring(place->model), 0, false, &stored);

	place->serving.newest = stored.version;
	store_reader_close(reader);
}

static void
forget(Kept *place)
{
	if (place->context != NULL)
		MemoryContextDelete(place->context);
	place->context = NULL;
}

static bool
is_of(const Kept *place, text *model)
{
	return place->context != NULL &&
	       VARSIZE_ANY(place->model) == VARSIZE_ANY(model) &&
	       memcmp(place->model, model, VARSIZE_ANY(model)) == 0;
}

static const Serving *
keep(text *model, const SnapshotMark *mark)
{
	Kept new = { 0 };
	Kept *place = NULL;

	if (!OidIsValid(store_version_table()))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                errmsg("this database has no fairpg store"),
		                errhint("Run SELECT fairpg.init().")));
	for (int i = 0; i < KEPT_MODELS && place == NULL; i++)
		if (is_of(&kept[i], model))
			place = &kept[i];
	new.context = AllocSetContextCreate(CurrentMemoryContext, "fairpg serving",
	                                    ALLOCSET_SMALL_SIZES);
	new.model = MemoryContextAlloc(new.context, VARSIZE_ANY(model));
	memcpy(new.model, model, VARSIZE_ANY(model));
	new.store = store_version_table();
	new.mark = *mark;
	read_deployments(&new);
	/* no model changes its first deployment; and no number comes twice in a
	 * store */
	if (new.serving.champion.number == 0 && new.serving.canary.number == 0)
		read_newest(&new);
	else if (place != NULL && share_deployment(place, &new))
		new.serving.subject_salt =
			MemoryContextStrdup(new.context, place->serving.subject_salt);
	else
		read_subject_salt(&new);

	/* from here on nothing can fail */
	if (place == NULL)
	{
		place = &kept[next_to_go];
		next_to_go = (next_to_go + 1) % KEPT_MODELS;
	}
	forget(place);
	MemoryContextSetParent(new.context, TopMemoryContext);
	*place = new;
	return &place->serving;
}

const Serving *
serving_find(text *model)
{
	SnapshotMark mark = snapshot_mark();

	for (int i = 0; i < KEPT_MODELS; i++)
		if (same_mark(&kept[i].mark, &mark) && is_of(&kept[i], model))
			return &kept[i].serving;
	return keep(model, &mark);
}

void
serving_digest(const char *salt, text *subject,
               uint8 digest[SUBJECT_DIGEST_BYTES])
{
	char *text = VARDATA_ANY(subject);
	int length = (int) VARSIZE_ANY_EXHDR(subject);
	char *utf8 = pg_server_to_any(text, length, PG_UTF8);
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	bool done;

	if (utf8 != text)
		length = (int) strlen(utf8);
	done = context != NULL && pg_cryptohash_init(context) >= 0 &&
	       pg_cryptohash_update(context, (const uint8 *) salt, strlen(salt)) >=
	           0 &&
	       pg_cryptohash_update(context, (const uint8 *) utf8,
	                            (size_t) length) >= 0 &&
	       pg_cryptohash_final(context, digest, SUBJECT_DIGEST_BYTES) >= 0;
	if (context != NULL)
		pg_cryptohash_free(context);
	if (!done)
		elog(ERROR, "SHA-256 could not be computed");
}

/* The first 52 bits of the digest as a fraction, below 1. */
static double
fraction_of(const uint8 digest[SUBJECT_DIGEST_BYTES])
{
	uint64 bits = 0;

	for (int i = 0; i < 8; i++)
		bits = bits << 8 | digest[i];
	return (double) (bits >> 12) / (double) (UINT64CONST(1) << 52);
}

const Deployment *
serving_choose(const Serving *serving, text *subject)
{
	if (serving->canary.number > 0)
	{
		uint8 digest[SUBJECT_DIGEST_BYTES];

		serving_digest(serving->canary.salt, subject, digest);
		if (fraction_of(digest) < serving->canary.share)
			return &serving->canary;
	}
	return serving->champion.number > 0 ? &serving->champion : NULL;
}

/*
 * assign(model text, subject text) returns integer
 *
 * The version that serves the subject; of a model without a policy the newest
 * one.  NULL where only a canary serves, and not this subject.
 */
FAIRPG_FUNCTION(fairpg_assign);
Datum
fairpg_assign(PG_FUNCTION_ARGS)
{
	const Serving *serving = serving_find(PG_GETARG_TEXT_PP(0));
	const Deployment *chosen;

	if (serving->newest > 0)
		PG_RETURN_INT32(serving->newest);
	chosen = serving_choose(serving, PG_GETARG_TEXT_PP(1));
	if (chosen == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(chosen->version);
}
