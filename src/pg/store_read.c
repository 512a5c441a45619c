/*
 * store_read.c
 *    Finding a stored model without SPI.
 *
 * Prediction looks up a model in the planner, in parallel workers and on hot
 * standbys, and must not pay for a query there.  So the table is read by an
 * index scan, of its primary key or of the index that has champions alone, under
 * the active snapshot: everything in one statement sees the same version,
 * workers included, and a repeatable read transaction keeps the version it began
 * with.  What such a scan skips of a query's checks, store_scan.c makes up for.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

#include "pg/compat.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/store.h"
#include "pg/store_scan.h"

/* Interrupts are looked at after so many bytes of an artifact. */
#define SUM_STRIDE_BYTES ((size_t) 1 << 20)

struct StoreReader
{
	Relation table;
	Relation index;
	SysScanDesc scan;
	HeapTuple row;
	const char *model;
};

/* Attribute numbers; by name, as columns may be added by later layouts. */
typedef struct VersionColumns
{
	AttrNumber model;
	AttrNumber version;
	AttrNumber artifact;
	AttrNumber sha256;
	AttrNumber encoding;
	AttrNumber state;
} VersionColumns;

static void
find_columns(Relation table, VersionColumns *columns)
{
	columns->model = store_scan_column(table, "model", TEXTOID);
	columns->version = store_scan_column(table, "version", INT4OID);
	columns->artifact = store_scan_column(table, "artifact", BYTEAOID);
	columns->sha256 = store_scan_column(table, "artifact_sha256", BYTEAOID);
	columns->encoding = store_scan_column(table, "encoding", TEXTOID);
	columns->state = store_scan_column(table, "state", TEXTOID);
}

/* The primary key, which must be a plain B-tree over (model, version). */
static Relation
open_index(Relation table, const VersionColumns *columns)
{
	StoreKey key[2] = { { columns->model, TEXT_BTREE_FAM_OID },
		                { columns->version, INTEGER_BTREE_FAM_OID } };

	return store_scan_index(table, NULL, key, 2);
}

static void
refuse_checksum(const char *model, int version)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_DATA_CORRUPTED),
	     errmsg("checksum mismatch in model \"%s\" version %d", model, version),
	     errhint("Restore the row of fairpg_catalog.model_version from a "
	             "backup, or train again.")));
}

static void
refuse_missing(const char *model, int version)
{
	if (version > 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" version %d does not exist", model,
		                       version)));
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
	                errmsg("model \"%s\" does not exist", model)));
}

static void
refuse_unserved(const char *model)
{
	ereport(ERROR,
	        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
	         errmsg("model \"%s\" has no version in service", model),
	         errdetail("It is under a policy, and none of its versions is "
	                   "champion."),
	         errhint("Name a version, or deploy one with fairpg.deploy().")));
}

/*
 * Whether the model of the newest row, which has no state, is under a policy
 * all the same: then all versions that it had when it came under it have one,
 * the oldest too.
 */
static bool
oldest_has_state(const StoreReader *reader, ScanKey key, AttrNumber state)
{
	SysScanDesc scan = systable_beginscan_ordered(reader->table, reader->index,
	                                              GetActiveSnapshot(), 1, key);
	HeapTuple row = systable_getnext_ordered(scan, ForwardScanDirection);
	bool null = true;

	if (HeapTupleIsValid(row))
		(void) heap_getattr(row, state, RelationGetDescr(reader->table), &null);
	systable_endscan_ordered(scan);
	return !null;
}

/* The champion, by the index that has champions alone: however many versions
 * came after it.  The reader goes on with that. */
static HeapTuple
find_champion(StoreReader *reader, const VersionColumns *columns)
{
	StoreKey of_model = { columns->model, TEXT_BTREE_FAM_OID };
	ScanKeyData key;
	HeapTuple row;
	bool null;
	Datum state;

	systable_endscan_ordered(reader->scan);
	index_close(reader->index, AccessShareLock);
	reader->index =
		store_scan_index(reader->table, "model_version_champion", &of_model, 1);
	ScanKeyEntryInitialize(&key, 0, columns->model, BTEqualStrategyNumber,
	                       InvalidOid, reader->index->rd_indcollation[0],
	                       F_TEXTEQ, CStringGetTextDatum(reader->model));
	reader->scan = systable_beginscan_ordered(reader->table, reader->index,
	                                          GetActiveSnapshot(), 1, &key);
	row = systable_getnext_ordered(reader->scan, ForwardScanDirection);
	if (!HeapTupleIsValid(row))
		return NULL;
	state = heap_getattr(row, columns->state, RelationGetDescr(reader->table),
	                     &null);
	return !null && strcmp(TextDatumGetCString(state), "champion") == 0 ? row
	                                                                    : NULL;
}

/* The row that stands for its model: the newest, or under a policy the
 * champion. */
static HeapTuple
find_in_service(StoreReader *reader, ScanKey key, const VersionColumns *columns,
                bool *is_governed)
{
	HeapTuple newest =
		systable_getnext_ordered(reader->scan, BackwardScanDirection);
	bool null;

	if (!HeapTupleIsValid(newest))
		return NULL;
	(void) heap_getattr(newest, columns->state, RelationGetDescr(reader->table),
	                    &null);
	*is_governed = !null || oldest_has_state(reader, key, columns->state);
	return *is_governed ? find_champion(reader, columns) : newest;
}

StoreReader *
store_reader_open(const char *model, int version, bool missing_ok,
                  StoredModel *stored)
{
	StoreReader *reader = palloc(sizeof(StoreReader));
	VersionColumns columns;
	TupleDesc descriptor;
	ScanKeyData keys[2];
	Datum value;
	bool null;
	bool is_governed = false;

	reader->model = model;
	reader->table = store_scan_table("model_version");
	descriptor = RelationGetDescr(reader->table);
	find_columns(reader->table, &columns);
	reader->index = open_index(reader->table, &columns);

	ScanKeyEntryInitialize(&keys[0], 0, columns.model, BTEqualStrategyNumber,
	                       InvalidOid, reader->index->rd_indcollation[0],
	                       F_TEXTEQ, CStringGetTextDatum(model));
	ScanKeyInit(&keys[1], columns.version, BTEqualStrategyNumber, F_INT4EQ,
	            Int32GetDatum(version));
	reader->scan = systable_beginscan_ordered(reader->table, reader->index,
	                                          GetActiveSnapshot(),
	                                          version > 0 ? 2 : 1, keys);
	/* backwards, so the highest version comes first */
	if (version == STORE_IN_SERVICE)
		reader->row = find_in_service(reader, keys, &columns, &is_governed);
	else
		reader->row =
			systable_getnext_ordered(reader->scan, BackwardScanDirection);
	if (!HeapTupleIsValid(reader->row))
	{
		store_reader_close(reader);
		if (!missing_ok && is_governed)
			refuse_unserved(model);
		if (!missing_ok)
			refuse_missing(model, version);
		return NULL;
	}

	memset(stored, 0, sizeof(*stored));
	stored->version = DatumGetInt32(
		heap_getattr(reader->row, columns.version, descriptor, &null));
	value = heap_getattr(reader->row, columns.sha256, descriptor, &null);
	if (!null)
	{
		bytea *sha256 = DatumGetByteaPP(value);

		if (VARSIZE_ANY_EXHDR(sha256) == sizeof(stored->sha256))
			memcpy(stored->sha256, VARDATA_ANY(sha256), sizeof(stored->sha256));
	}
	value = heap_getattr(reader->row, columns.encoding, descriptor, &null);
	stored->encoding =
		null ? -1 : pg_char_to_encoding(TextDatumGetCString(value));
	value = heap_getattr(reader->row, columns.artifact, descriptor, &null);
	if (null)
		refuse_checksum(model, stored->version);
	stored->raw = DatumGetPointer(value);
	stored->raw_bytes = VARSIZE_ANY(stored->raw);
	return reader;
}

static bool
sha256_matches(const StoredModel *stored)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	bool done;

	done = context != NULL && pg_cryptohash_init(context) >= 0;
	for (size_t at = 0; done && at < stored->size_bytes; at += SUM_STRIDE_BYTES)
	{
		/* what the context holds is the transaction's to free */
		CHECK_FOR_INTERRUPTS();
		done = pg_cryptohash_update(
				   context, stored->bytes + at,
				   Min(SUM_STRIDE_BYTES, stored->size_bytes - at)) >= 0;
	}
	done = done && pg_cryptohash_final(context, digest, sizeof(digest)) >= 0;
	if (context != NULL)
		pg_cryptohash_free(context);
	if (!done)
		elog(ERROR, "SHA-256 could not be computed");
	return memcmp(digest, stored->sha256, sizeof(digest)) == 0;
}

void
store_reader_fetch(StoreReader *reader, StoredModel *stored)
{
	bytea *artifact = DatumGetByteaPP(PointerGetDatum(stored->raw));

	stored->bytes = (const uint8 *) VARDATA_ANY(artifact);
	stored->size_bytes = VARSIZE_ANY_EXHDR(artifact);
	if (!sha256_matches(stored))
		refuse_checksum(reader->model, stored->version);
}

void
store_reader_close(StoreReader *reader)
{
	systable_endscan_ordered(reader->scan);
	index_close(reader->index, AccessShareLock);
	table_close(reader->table, AccessShareLock);
	pfree(reader);
}

/* What an error about names is about. */
static void
locate_names(void *stored)
{
	errcontext("names in a fairpg model that was trained in a database of "
	           "encoding %s",
	           pg_encoding_to_char(((const StoredModel *) stored)->encoding));
}

static void
convert_names(Model *model, const StoredModel *stored, const char *name)
{
	ErrorContextCallback context = { .previous = error_context_stack,
		                             .callback = locate_names,
		                             .arg = unconstify(StoredModel *, stored) };

	if (stored->encoding == GetDatabaseEncoding())
		return;
	if (!PG_VALID_BE_ENCODING(stored->encoding))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
		                errmsg("model \"%s\" version %d has no known encoding",
		                       name, stored->version)));
	error_context_stack = &context;
	store_convert_names(model, stored->encoding);
	error_context_stack = context.previous;
}

Model *
store_decode(NumArena *arena, const StoredModel *stored, const char *model)
{
	Model *result = NULL;
	const char *field = NULL;
	int version = stored->version;
	NumMonitor monitor;
	NumStatus status;

	host_monitor_quiet(&monitor);
	status = model_decode(arena, stored->bytes, stored->size_bytes, &monitor,
	                      &result, &field);
	if (status == NUM_CORRUPT && version == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		                errmsg("invalid fairpg model"),
		                errdetail("The error is in field \"%s\".", field)));
	if (status == NUM_CORRUPT && strcmp(field, "checksum") == 0)
		refuse_checksum(model, version);
	if (status == NUM_CORRUPT)
		ereport(ERROR,
		        (errcode(ERRCODE_DATA_CORRUPTED),
		         errmsg("model \"%s\" version %d is damaged", model, version),
		         errdetail("The error is in field \"%s\".", field)));
	report_status(status, arena, "stored model");
	convert_names(result, stored, model);
	return result;
}

Model *
store_load_model(NumArena *arena, const char *model, int *version)
{
	StoredModel stored;
	StoreReader *reader = store_reader_open(model, *version, false, &stored);
	Model *result;

	store_reader_fetch(reader, &stored);
	result = store_decode(arena, &stored, model);
	*version = stored.version;
	store_reader_close(reader);
	return result;
}
