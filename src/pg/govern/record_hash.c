/*
 * record_hash.c
 *    What the record is hashed by: events, trees of them, headers of blocks.
 *
 * The first byte of what is hashed says what it is (RFC 6962 has the first two),
 * so that none can stand for another:
 *
 *    0x00 event (leaf)   0x01 two nodes of a tree   0x02 header of a block
 *
 * Fields have their length before them, four bytes with the highest first, or
 * 0xFFFFFFFF for NULL.  Numbers are eight bytes, highest first; times are
 * microseconds since 2000-01-01 00:00 UTC; texts are UTF-8 whatever the
 * encoding of the database, but for SQL_ASCII, whose bytes are taken as they
 * are.
 *
 * A payload is hashed by itself, with a salt before it.  So it can be erased
 * with its salt, the digest stays, and nobody can guess from the digest what it
 * was, however few the possible payloads are.  Its text is that of jsonb, which
 * depends on no setting.
 *
 * So is the context, which is who acted on what, with a salt of its own: a
 * receipt can then prove to somebody outside what was recorded, with the digest
 * in the place of names.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/export.h"
#include "pg/govern/record_hash.h"

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01
#define BLOCK_PREFIX 0x02

/* Trees of up to 2^62 leaves. */
#define MAX_LEVELS 62

static void
sha256(const void *bytes, size_t size_bytes, uint8 *digest)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	bool done =
		context != NULL && pg_cryptohash_init(context) >= 0 &&
		pg_cryptohash_update(context, (const uint8 *) bytes, size_bytes) >= 0 &&
		pg_cryptohash_final(context, digest, HASH_BYTES) >= 0;

	if (context != NULL)
		pg_cryptohash_free(context);
	if (!done)
		elog(ERROR, "SHA-256 could not be computed");
}

static bytea *
make_bytes(const void *bytes, size_t size_bytes)
{
	bytea *made = (bytea *) palloc(VARHDRSZ + size_bytes);

	SET_VARSIZE(made, VARHDRSZ + size_bytes);
	memcpy(VARDATA(made), bytes, size_bytes);
	return made;
}

static bytea *
hash_of(const StringInfoData *image)
{
	uint8 digest[HASH_BYTES];

	sha256(image->data, image->len, digest);
	return make_bytes(digest, HASH_BYTES);
}

/* --- bytes of fields --------------------------------------------------------
 */

static void
put_raw(StringInfo image, const void *bytes, size_t size_bytes)
{
	appendBinaryStringInfo(image, (const char *) bytes, (int) size_bytes);
}

static void
put_field(StringInfo image, const void *bytes, size_t size_bytes)
{
	uint32 length = pg_hton32((uint32) size_bytes);

	put_raw(image, &length, sizeof(length));
	put_raw(image, bytes, size_bytes);
}

static void
put_null(StringInfo image)
{
	uint32 none = 0xFFFFFFFF;

	put_raw(image, &none, sizeof(none));
}

static void
put_number(StringInfo image, int64 number)
{
	uint64 ordered = pg_hton64((uint64) number);

	put_field(image, &ordered, sizeof(ordered));
}

/* Bytes in SQL_ASCII have no encoding to come from. */
static const char *
to_utf8(const char *text)
{
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return text;
	return pg_server_to_any(text, (int) strlen(text), PG_UTF8);
}

static void
put_text(StringInfo image, const char *text)
{
	const char *utf8;

	if (text == NULL)
	{
		put_null(image);
		return;
	}
	utf8 = to_utf8(text);
	put_field(image, utf8, strlen(utf8));
}

static void
put_bytea(StringInfo image, const bytea *bytes)
{
	if (bytes == NULL)
		put_null(image);
	else
		put_field(image, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/* --- events -----------------------------------------------------------------
 */

bytea *
hash_payload(const bytea *salt, Jsonb *payload)
{
	const char *utf8 =
		to_utf8(JsonbToCString(NULL, &payload->root, VARSIZE(payload)));
	StringInfoData image;

	initStringInfo(&image);
	put_raw(&image, VARDATA_ANY(salt), VARSIZE_ANY_EXHDR(salt));
	put_raw(&image, utf8, strlen(utf8));
	return hash_of(&image);
}

bytea *
hash_context(const bytea *salt, const EventContext *context)
{
	StringInfoData image;

	initStringInfo(&image);
	put_raw(&image, VARDATA_ANY(salt), VARSIZE_ANY_EXHDR(salt));
	put_text(&image, context->role);
	put_text(&image, context->login);
	put_text(&image, context->asserted);
	put_text(&image, context->person);
	put_text(&image, context->object);
	return hash_of(&image);
}

bytea *
hash_event(const EventFields *fields)
{
	StringInfoData image;

	initStringInfo(&image);
	appendStringInfoChar(&image, LEAF_PREFIX);
	put_number(&image, fields->event);
	put_number(&image, fields->at);
	put_text(&image, fields->action);
	put_bytea(&image, fields->context_digest);
	put_bytea(&image, fields->payload_digest);
	return hash_of(&image);
}

/* payload_digest(salt bytea, payload jsonb) returns bytea.  STRICT. */
FAIRPG_FUNCTION(fairpg_payload_digest);
Datum
fairpg_payload_digest(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(
		hash_payload(PG_GETARG_BYTEA_PP(0), PG_GETARG_JSONB_P(1)));
}

static const char *
text_or_null(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL
	                            : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

static const bytea *
bytes_or_null(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : PG_GETARG_BYTEA_PP(number);
}

/*
 * context_digest(salt bytea, role text, login text, asserted text, person text,
 *                object text) returns bytea
 *
 * Texts may be NULL; without salt there is no digest.
 */
FAIRPG_FUNCTION(fairpg_context_digest);
Datum
fairpg_context_digest(PG_FUNCTION_ARGS)
{
	EventContext context;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	context.role = text_or_null(fcinfo, 1);
	context.login = text_or_null(fcinfo, 2);
	context.asserted = text_or_null(fcinfo, 3);
	context.person = text_or_null(fcinfo, 4);
	context.object = text_or_null(fcinfo, 5);
	PG_RETURN_BYTEA_P(hash_context(PG_GETARG_BYTEA_PP(0), &context));
}

/*
 * leaf_hash(event bigint, at timestamptz, action text, context_digest bytea,
 *           payload_digest bytea) returns bytea
 *
 * Text and digests may be NULL; without number or time there is no leaf.
 */
FAIRPG_FUNCTION(fairpg_leaf_hash);
Datum
fairpg_leaf_hash(PG_FUNCTION_ARGS)
{
	EventFields fields;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	fields.event = PG_GETARG_INT64(0);
	fields.at = PG_GETARG_TIMESTAMPTZ(1);
	fields.action = text_or_null(fcinfo, 2);
	fields.context_digest = bytes_or_null(fcinfo, 3);
	fields.payload_digest = bytes_or_null(fcinfo, 4);
	PG_RETURN_BYTEA_P(hash_event(&fields));
}

/* --- trees ------------------------------------------------------------------
 */

static void
hash_nodes(const uint8 *left, const uint8 *right, uint8 *digest)
{
	uint8 image[1 + 2 * HASH_BYTES];

	image[0] = NODE_PREFIX;
	memcpy(image + 1, left, HASH_BYTES);
	memcpy(image + 1 + HASH_BYTES, right, HASH_BYTES);
	sha256(image, sizeof(image), digest);
}

/* The hash in an element of an array, or an error. */
static const uint8 *
check_hash(Datum element, bool null)
{
	bytea *hash = null ? NULL : DatumGetByteaPP(element);

	if (hash == NULL || VARSIZE_ANY_EXHDR(hash) != HASH_BYTES)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("a hash must have %d bytes", HASH_BYTES)));
	return (const uint8 *) VARDATA_ANY(hash);
}

/* The hashes of an array one behind the other, and their number. */
static uint8 *
read_hashes(ArrayType *array, int *n_hashes)
{
	Datum *elements;
	bool *nulls;
	uint8 *hashes;

	deconstruct_array(array, BYTEAOID, -1, false, TYPALIGN_INT, &elements,
	                  &nulls, n_hashes);
	hashes =
		palloc_extended(Max(*n_hashes, 1) * (Size) HASH_BYTES, MCXT_ALLOC_HUGE);
	for (int i = 0; i < *n_hashes; i++)
		memcpy(hashes + (Size) i * HASH_BYTES,
		       check_hash(elements[i], nulls[i]), HASH_BYTES);
	return hashes;
}

/*
 * One level of a tree from that below, in place; returns the number of its
 * nodes.  A node without a partner goes up as it is.
 */
static int
hash_level(uint8 *nodes, int n_nodes)
{
	int n_above = 0;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < n_nodes; i += 2, n_above++)
	{
		uint8 *above = nodes + (Size) n_above * HASH_BYTES;
		const uint8 *left = nodes + (Size) i * HASH_BYTES;

		if (i + 1 < n_nodes)
			hash_nodes(left, left + HASH_BYTES, above);
		else
			memmove(above, left, HASH_BYTES);
	}
	return n_above;
}

/* merkle_root(leaves bytea[]) returns bytea: of no leaves, the hash of nothing.
 * STRICT. */
FAIRPG_FUNCTION(fairpg_merkle_root);
Datum
fairpg_merkle_root(PG_FUNCTION_ARGS)
{
	int n_nodes;
	uint8 *nodes = read_hashes(PG_GETARG_ARRAYTYPE_P(0), &n_nodes);

	if (n_nodes == 0)
		sha256("", 0, nodes);
	while (n_nodes > 1)
		n_nodes = hash_level(nodes, n_nodes);
	PG_RETURN_BYTEA_P(make_bytes(nodes, HASH_BYTES));
}

/*
 * merkle_path(leaves bytea[], leaf_no integer) returns bytea[]
 *
 * The nodes that lead from a leaf, counted from 0, to the root: the partner on
 * each level, from below, where there is one.  STRICT.
 */
FAIRPG_FUNCTION(fairpg_merkle_path);
Datum
fairpg_merkle_path(PG_FUNCTION_ARGS)
{
	int n_nodes;
	uint8 *nodes = read_hashes(PG_GETARG_ARRAYTYPE_P(0), &n_nodes);
	int place = PG_GETARG_INT32(1);
	Datum path[MAX_LEVELS];
	int n_path = 0;

	if (place < 0 || place >= n_nodes)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("there is no leaf %d among %d", place, n_nodes)));
	while (n_nodes > 1)
	{
		int partner = place ^ 1;

		if (partner < n_nodes)
			path[n_path++] = PointerGetDatum(
				make_bytes(nodes + (Size) partner * HASH_BYTES, HASH_BYTES));
		n_nodes = hash_level(nodes, n_nodes);
		place /= 2;
	}
	PG_RETURN_ARRAYTYPE_P(
		construct_array(path, n_path, BYTEAOID, -1, false, TYPALIGN_INT));
}

/*
 * merkle_climb(leaf bytea, leaf_no integer, n integer, path bytea[])
 *    returns bytea
 *
 * The root that a leaf leads to by the path of merkle_path(), in a tree of 'n'
 * leaves; NULL where the path is too short or too long.  STRICT.
 */
FAIRPG_FUNCTION(fairpg_merkle_climb);
Datum
fairpg_merkle_climb(PG_FUNCTION_ARGS)
{
	uint8 node[HASH_BYTES];
	int place = PG_GETARG_INT32(1);
	int n_nodes = PG_GETARG_INT32(2);
	int n_path;
	int used = 0;
	const uint8 *path = read_hashes(PG_GETARG_ARRAYTYPE_P(3), &n_path);

	memcpy(node, check_hash(PG_GETARG_DATUM(0), false), HASH_BYTES);
	if (place < 0 || place >= n_nodes)
		PG_RETURN_NULL();
	for (; n_nodes > 1; n_nodes = (n_nodes - 1) / 2 + 1, place /= 2)
	{
		const uint8 *partner = path + (Size) used * HASH_BYTES;

		if ((place ^ 1) >= n_nodes)
			continue;
		if (used++ >= n_path)
			PG_RETURN_NULL();
		if (place % 2 == 1)
			hash_nodes(partner, node, node);
		else
			hash_nodes(node, partner, node);
	}
	if (used != n_path)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(make_bytes(node, HASH_BYTES));
}

/*
 * block_hash(block bigint, prev_hash bytea, merkle_root bytea, n integer,
 *            sealed_at timestamptz) returns bytea.  STRICT.
 */
FAIRPG_FUNCTION(fairpg_block_hash);
Datum
fairpg_block_hash(PG_FUNCTION_ARGS)
{
	StringInfoData image;

	initStringInfo(&image);
	appendStringInfoChar(&image, BLOCK_PREFIX);
	put_number(&image, PG_GETARG_INT64(0));
	put_bytea(&image, PG_GETARG_BYTEA_PP(1));
	put_bytea(&image, PG_GETARG_BYTEA_PP(2));
	put_number(&image, PG_GETARG_INT32(3));
	put_number(&image, PG_GETARG_TIMESTAMPTZ(4));
	PG_RETURN_BYTEA_P(hash_of(&image));
}
