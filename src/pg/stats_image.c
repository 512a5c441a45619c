/*
 * stats_image.c
 *    What the types of statistics share.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "fair/tally.h"
#include "pg/compat.h"
#include "pg/stats_image.h"

#define LAYOUT_VERSION 1
/* bytes of a text form between two looks at interrupts: a millisecond or so */
#define WATCHED_BYTES (1 << 20)
#define STATE_CONTEXT "fairpg states"

static void refuse_image(const StatsKind *kind, const char *detail);
static int hex_digit(char c);

uint8 *
stats_frame(const StatsKind *kind, void *value, Size value_bytes)
{
	uint8 *bytes = (uint8 *) value + VARHDRSZ;
	Size length = value_bytes - VARHDRSZ;

	SET_VARSIZE(value, value_bytes);
	bytes[0] = 'f';
	bytes[1] = 'p';
	bytes[2] = (uint8) kind->letter;
	bytes[3] = LAYOUT_VERSION;
	for (int i = 0; i < 4; i++)
		bytes[4 + i] = (uint8) (length >> (8 * i));
	return bytes + STATS_FRAME_BYTES;
}

struct varlena *
stats_make(const StatsKind *kind, Size n_bytes)
{
	Size value_bytes = VARHDRSZ + STATS_FRAME_BYTES + n_bytes;
	struct varlena *value = palloc(value_bytes);

	stats_frame(kind, value, value_bytes);
	return value;
}

uint8 *
stats_payload(const StatsKind *kind, struct varlena *value, Size *n_bytes)
{
	uint8 *bytes = (uint8 *) VARDATA(value);
	Size length = VARSIZE(value) - VARHDRSZ;
	Size claimed = 0;

	if (length < STATS_FRAME_BYTES)
		refuse_image(kind, "It is too short.");
	if (bytes[0] != 'f' || bytes[1] != 'p' || bytes[2] != (uint8) kind->letter)
		refuse_image(kind, "It does not begin with the mark of the type.");
	if (bytes[3] != LAYOUT_VERSION)
		refuse_image(kind, "It was written by another version of fairpg.");
	for (int i = 0; i < 4; i++)
		claimed |= (Size) bytes[4 + i] << (8 * i);
	if (claimed != length)
		refuse_image(kind, "Its length is not the one that it states.");
	if (!kind->valid(bytes + STATS_FRAME_BYTES, length - STATS_FRAME_BYTES))
		refuse_image(kind, "Its contents are damaged.");
	if (n_bytes != NULL)
		*n_bytes = length - STATS_FRAME_BYTES;
	return bytes + STATS_FRAME_BYTES;
}

static void
refuse_image(const StatsKind *kind, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
	                errmsg("value is not a valid %s", kind->type_name),
	                errdetail_internal("%s", detail),
	                errhint("Values of this type are made by the aggregates of "
	                        "schema fairpg only.")));
}

Datum
stats_in(const StatsKind *kind, FunctionCallInfo fcinfo)
{
	const char *text = PG_GETARG_CSTRING(0);
	Size n_digits = strlen(text);
	struct varlena *value = palloc(VARHDRSZ + n_digits / 2);
	uint8 *bytes = (uint8 *) VARDATA(value);

	SET_VARSIZE(value, VARHDRSZ + n_digits / 2);
	for (Size i = 0; i < n_digits / 2 * 2; i++)
	{
		int digit = hex_digit(text[i]);

		if (i % WATCHED_BYTES == 0)
			CHECK_FOR_INTERRUPTS();
		if (digit < 0)
			break;
		if (i % 2 == 0)
			bytes[i / 2] = (uint8) (digit << 4);
		else
			bytes[i / 2] |= (uint8) digit;
		if (i + 1 == n_digits)
		{
			stats_payload(kind, value, NULL);
			PG_RETURN_POINTER(value);
		}
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
	                errmsg("invalid input syntax for type %s", kind->type_name),
	                errdetail("The text form is an even number of hexadecimal "
	                          "digits.")));
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

Datum
stats_out(const StatsKind *kind, FunctionCallInfo fcinfo)
{
	struct varlena *value = PG_GETARG_VARLENA_P(0);
	Size length = VARSIZE(value) - VARHDRSZ;
	const uint8 *bytes = (const uint8 *) VARDATA(value);
	char *text;

	stats_payload(kind, value, NULL);
	text = palloc(2 * length + 1);
	for (Size i = 0; i < length; i++)
	{
		if (i % WATCHED_BYTES == 0)
			CHECK_FOR_INTERRUPTS();
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	text[2 * length] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
stats_recv(const StatsKind *kind, FunctionCallInfo fcinfo)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;
	struct varlena *value = palloc(VARHDRSZ + (Size) length);

	SET_VARSIZE(value, VARHDRSZ + (Size) length);
	pq_copymsgbytes(message, VARDATA(value), length);
	stats_payload(kind, value, NULL);
	PG_RETURN_POINTER(value);
}

Datum
stats_send(const StatsKind *kind, FunctionCallInfo fcinfo)
{
	struct varlena *value = PG_GETARG_VARLENA_P(0);
	StringInfoData message;

	stats_payload(kind, value, NULL);
	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA(value), (int) (VARSIZE(value) - VARHDRSZ));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

MemoryContext
stats_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
		        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		         errmsg("aggregate support function was called outside an "
		                "aggregate"),
		         errhint("Use the aggregates of schema fairpg.")));
	return context;
}

MemoryContext
stats_state_context(FunctionCallInfo fcinfo)
{
	MemoryContext aggregate = stats_aggregate_context(fcinfo);

	for (MemoryContext child = aggregate->firstchild; child != NULL;
	     child = child->nextchild)
		if (strcmp(child->name, STATE_CONTEXT) == 0)
			return child;
	return AllocSetContextCreate(aggregate, STATE_CONTEXT,
	                             ALLOCSET_DEFAULT_SIZES);
}

double
stats_weight(FunctionCallInfo fcinfo, int number)
{
	double weight;

	if (PG_NARGS() <= number)
		return 1;
	if (PG_ARGISNULL(number))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"weight\" must not be null"),
		         errhint("Leave such rows out with FILTER, or give them a "
		                 "weight with coalesce().")));
	weight = PG_GETARG_FLOAT8(number);
	if (!(weight >= 0 && weight <= FAIR_MAX_WEIGHT))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"weight\" is out of range"),
		                errdetail("It must be a number between 0 and %.0f.",
		                          FAIR_MAX_WEIGHT)));
	if (weight > 0 && weight < FAIR_MIN_WEIGHT)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"weight\" is too small"),
		         errdetail("It must be 0, or %g at least.", FAIR_MIN_WEIGHT),
		         errhint("Only the ratios of weights matter: multiply all of "
		                 "them.")));
	return weight;
}

int
stats_boolean(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		return -1;
	return PG_GETARG_BOOL(number) ? 1 : 0;
}

double
stats_level(FunctionCallInfo fcinfo, int number)
{
	double level = PG_NARGS() > number ? PG_GETARG_FLOAT8(number) : 0.95;

	if (!(level > 0 && level < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"level\" must be greater than 0 and "
		                       "less than 1")));
	return level;
}

const FairIntervalMethod *
stats_method(FunctionCallInfo fcinfo, int number, FairEstimand estimand)
{
	const FairIntervalMethod *known = fair_interval_methods(estimand);
	const char *name = PG_NARGS() > number
	                       ? text_to_cstring(PG_GETARG_TEXT_PP(number))
	                       : known->name;
	StringInfoData list;

	initStringInfo(&list);
	for (const FairIntervalMethod *m = known; m->name != NULL; m++)
	{
		if (strcmp(m->name, name) == 0)
			return m;
		appendStringInfo(&list, "%s%s", m == known ? "" : ", ", m->name);
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("method \"%s\" is not known", name),
	                errhint("Known methods: %s.", list.data)));
	return NULL;
}

void
stats_check(NumStatus status)
{
	if (status == NUM_OK)
		return;
	if (status == NUM_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
		                errmsg("out of memory for group statistics")));
	if (status == NUM_TOO_LARGE)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("count or sum of weights is out of range")));
	elog(ERROR, "group statistics failed with status %d", (int) status);
}
