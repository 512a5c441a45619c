/*
 * record_guard.c
 *    Triggers of the tables of events, and the line that each sealed block
 *    leaves in the log of the server.
 *
 * An event is signed here and nowhere else: when, by whom, salts and hashes.
 * What a statement gives for these is overwritten.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "pg/compat.h"
#include "pg/export.h"
#include "pg/govern/actor.h"
#include "pg/govern/govern.h"
#include "pg/govern/record_hash.h"

static TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *name)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event))
		ereport(ERROR,
		        (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		         errmsg("fairpg.%s() must be fired before the event", name)));
	return data;
}

static void
refuse_change(const TriggerData *data)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
	         errmsg("table \"fairpg_catalog.%s\" is only ever added to, by the "
	                "calls of governance",
	                RelationGetRelationName(data->tg_relation))));
}

/* record_kept() returns trigger: of tables that calls add to, and nobody
 * changes. */
FAIRPG_FUNCTION(fairpg_record_kept);
Datum
fairpg_record_kept(PG_FUNCTION_ARGS)
{
	TriggerData *data = check_trigger(fcinfo, "record_kept");

	if (!TRIGGER_FIRED_BY_INSERT(data->tg_event) || !govern_is_acting())
		refuse_change(data);
	return PointerGetDatum(data->tg_trigtuple);
}

/* --- events -----------------------------------------------------------------
 */

/* A row of table event, by the names of its columns. */
typedef struct EventRow
{
	TupleDesc columns;
	HeapTuple tuple;
} EventRow;

static int
column_number(const EventRow *row, const char *name)
{
	int number = SPI_fnumber(row->columns, name);

	if (number <= 0)
		elog(ERROR, "column \"%s\" of table \"event\" is missing", name);
	return number;
}

static Datum
get_column(const EventRow *row, const char *name, bool *null)
{
	return heap_getattr(row->tuple, column_number(row, name), row->columns,
	                    null);
}

static const char *
get_text(const EventRow *row, const char *name)
{
	bool null;
	Datum value = get_column(row, name, &null);

	return null ? NULL : TextDatumGetCString(value);
}

static bytea *
get_bytes(const EventRow *row, const char *name)
{
	bool null;
	Datum value = get_column(row, name, &null);

	return null ? NULL : DatumGetByteaPP(value);
}

static Jsonb *
get_payload(const EventRow *row)
{
	bool null;
	Datum value = get_column(row, "payload", &null);

	return null ? NULL : DatumGetJsonbP(value);
}

/* False where the row has no number, no time or no salt for its context. */
static bool
read_fields(const EventRow *row, EventFields *fields)
{
	bytea *salt = get_bytes(row, "context_salt");
	EventContext context;
	bool no_event;
	bool no_time;

	fields->event = DatumGetInt64(get_column(row, "event", &no_event));
	fields->at = DatumGetTimestampTz(get_column(row, "at", &no_time));
	fields->action = get_text(row, "action");
	fields->payload_digest = get_bytes(row, "payload_digest");
	context.role = get_text(row, "role");
	context.login = get_text(row, "login");
	context.asserted = get_text(row, "asserted");
	context.person = get_text(row, "person");
	context.object = get_text(row, "object");
	fields->context_digest = salt == NULL ? NULL : hash_context(salt, &context);
	return !no_event && !no_time && salt != NULL;
}

static bool
same_bytes(const bytea *a, const bytea *b)
{
	return a != NULL && b != NULL &&
	       VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
	       memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* Whether leaf and, as long as there is a payload, digest are those of the
 * row. */
static bool
is_signed(const EventRow *row)
{
	EventFields fields;
	bytea *salt = get_bytes(row, "salt");
	Jsonb *payload = get_payload(row);

	if (!read_fields(row, &fields) || (payload == NULL) != (salt == NULL))
		return false;
	return same_bytes(hash_event(&fields), get_bytes(row, "leaf")) &&
	       (payload == NULL ||
	        same_bytes(hash_payload(salt, payload), fields.payload_digest));
}

static bytea *
make_salt(void)
{
	bytea *salt = (bytea *) palloc(VARHDRSZ + SALT_BYTES);

	SET_VARSIZE(salt, VARHDRSZ + SALT_BYTES);
	if (!pg_strong_random(VARDATA(salt), SALT_BYTES))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
		                errmsg("could not generate a random salt")));
	return salt;
}

/* The row with columns set to values; NULL pointers are SQL NULL. */
static void
set_columns(EventRow *row, int n, const char *const *names, Datum *values)
{
	int numbers[8];
	bool nulls[8];

	Assert(n <= (int) lengthof(numbers));
	for (int i = 0; i < n; i++)
	{
		numbers[i] = column_number(row, names[i]);
		nulls[i] =
			strcmp(names[i], "at") != 0 && DatumGetPointer(values[i]) == NULL;
	}
	row->tuple = heap_modify_tuple_by_cols(row->tuple, row->columns, n, numbers,
	                                       values, nulls);
}

static Datum
text_datum(const char *text)
{
	return text == NULL ? PointerGetDatum(NULL) : CStringGetTextDatum(text);
}

/* When, who, salts and hashes. */
static void
sign_event(EventRow *row)
{
	static const char *const signed_columns[] = {
		"at",   "role",           "login",       "asserted",
		"salt", "payload_digest", "context_salt"
	};
	static const char *const leaf_column[] = { "leaf" };
	Datum values[lengthof(signed_columns)];
	Jsonb *payload = get_payload(row);
	bytea *salt = make_salt();
	EventFields fields;
	Datum leaf;
	Actor actor;

	if (payload == NULL)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
		                errmsg("an event must have a payload")));
	actor_read(&actor);
	values[0] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[1] = text_datum(actor.role);
	values[2] = text_datum(actor.login);
	values[3] = text_datum(actor.asserted);
	values[4] = PointerGetDatum(salt);
	values[5] = PointerGetDatum(hash_payload(salt, payload));
	values[6] = PointerGetDatum(make_salt());
	set_columns(row, (int) lengthof(values), signed_columns, values);
	if (!read_fields(row, &fields))
		elog(ERROR, "an event has no number");
	leaf = PointerGetDatum(hash_event(&fields));
	set_columns(row, 1, leaf_column, &leaf);
}

/*
 * event_guarded() returns trigger
 *
 * Inside of a call, a new event is signed, and an old one may lose its payload
 * and salt, which its leaf outlives.  Outside, rows of a dump may come back:
 * from a superuser, who could do without the trigger, and only as they were
 * signed.
 */
FAIRPG_FUNCTION(fairpg_event_guarded);
Datum
fairpg_event_guarded(PG_FUNCTION_ARGS)
{
	TriggerData *data = check_trigger(fcinfo, "event_guarded");
	EventRow row = { RelationGetDescr(data->tg_relation), data->tg_trigtuple };
	bytea *leaf;

	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && govern_is_acting())
	{
		leaf = get_bytes(&row, "leaf");
		row.tuple = data->tg_newtuple;
		if (get_payload(&row) != NULL || !is_signed(&row) ||
		    !same_bytes(leaf, get_bytes(&row, "leaf")))
			refuse_change(data);
		return PointerGetDatum(row.tuple);
	}
	if (!TRIGGER_FIRED_BY_INSERT(data->tg_event))
		refuse_change(data);
	if (govern_is_acting())
		sign_event(&row);
	else if (!superuser() || get_bytes(&row, "leaf") == NULL)
		refuse_change(data);
	else if (!is_signed(&row))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
		                errmsg("the event is not as it was recorded"),
		                errdetail("Its leaf is not that of its fields.")));
	return PointerGetDatum(row.tuple);
}

/* --- the line in the log ----------------------------------------------------
 *
 * Whoever keeps the log elsewhere has an anchor for each block.  A line for a
 * block that was rolled back would later accuse the record of having lost it,
 * so it is written when the transaction has committed.
 */

typedef struct Announcement
{
	SubTransactionId made_in; /* Invalid: there is nothing to say */
	int64 block;
	int n;
	char hash[2 * HASH_BYTES + 1];
} Announcement;

static Announcement announcement;

static void
announce_at_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT &&
	    announcement.made_in != InvalidSubTransactionId)
		ereport(
			LOG,
			(errmsg("fairpg record: block " INT64_FORMAT ", %d events, hash %s",
		            announcement.block, announcement.n, announcement.hash),
		     errhidestmt(true)));
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
	    event == XACT_EVENT_PREPARE)
		announcement.made_in = InvalidSubTransactionId;
}

/* Numbers only grow, so whatever began in an open subtransaction, or in one that
 * was part of it, has its number or a higher one. */
static void
forget_with_part(SubXactEvent event, SubTransactionId part,
                 SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && announcement.made_in >= part)
		announcement.made_in = InvalidSubTransactionId;
}

/*
 * announce_block(block bigint, n integer, hash text) returns void
 *
 * Has the server log say so when the transaction commits.  Only inside of a
 * call: the lines of the log are witnesses.  STRICT.
 */
FAIRPG_FUNCTION(fairpg_announce_block);
Datum
fairpg_announce_block(PG_FUNCTION_ARGS)
{
	static bool listens = false;

	if (!govern_is_acting())
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		                errmsg("blocks are announced by fairpg.seal() alone")));
	if (!listens)
	{
		RegisterXactCallback(announce_at_end, NULL);
		RegisterSubXactCallback(forget_with_part, NULL);
		listens = true;
	}
	announcement.made_in = GetCurrentSubTransactionId();
	announcement.block = PG_GETARG_INT64(0);
	announcement.n = PG_GETARG_INT32(1);
	strlcpy(announcement.hash, text_to_cstring(PG_GETARG_TEXT_PP(2)),
	        sizeof(announcement.hash));
	PG_RETURN_VOID();
}
