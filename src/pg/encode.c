/*
 * encode.c
 *    The one way from a Datum to what a model sees.
 *
 * Training and scoring both come through here, so that a value cannot mean
 * one thing to the fit and another to the score.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "model/model.h"
#include "num/random.h"
#include "pg/compat.h"
#include "pg/encode.h"

/* Labels of an enum by their OID; few, so a list will do. */
typedef struct EnumLabel
{
	Oid oid;
	char *name;
	uint32 length;
	struct EnumLabel *next;
} EnumLabel;

static EncodeClass
class_of_type(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return ENCODE_NUMBER;
		case BOOLOID:
			return ENCODE_BOOLEAN;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
			return ENCODE_TEXT;
		case DATEOID:
			return ENCODE_DATE;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return ENCODE_TIMESTAMP;
		case FLOAT4ARRAYOID:
		case FLOAT8ARRAYOID:
			return ENCODE_ARRAY;
		default:
			return ENCODE_NONE;
	}
}

static EncodeForm
form_of_type(Oid type)
{
	switch (type)
	{
		case INT2OID:
			return ENCODE_FORM_INT2;
		case INT4OID:
			return ENCODE_FORM_INT4;
		case INT8OID:
			return ENCODE_FORM_INT8;
		case FLOAT4OID:
			return ENCODE_FORM_FLOAT4;
		case FLOAT8OID:
			return ENCODE_FORM_FLOAT8;
		case TEXTOID:
		case VARCHAROID:
			return ENCODE_FORM_TEXT;
		default:
			return ENCODE_FORM_OTHER;
	}
}

void
encoder_init(Encoder *encoder, Oid type, MemoryContext context)
{
	memset(encoder, 0, sizeof(*encoder));
	encoder->type = getBaseType(type);
	encoder->context = context;
	encoder->input = class_of_type(encoder->type);
	encoder->form = form_of_type(encoder->type);
	encoder->is_char = encoder->type == BPCHAROID;
	if (encoder->input == ENCODE_NONE && type_is_enum(encoder->type))
	{
		encoder->input = ENCODE_TEXT;
		encoder->is_enum = true;
	}
}

static double
timestamp_seconds(Timestamp value)
{
	if (TIMESTAMP_IS_NOBEGIN(value))
		return -get_float8_infinity();
	if (TIMESTAMP_IS_NOEND(value))
		return get_float8_infinity();
	return (double) value / USECS_PER_SEC;
}

/* What a numeric looks like where it is stored: one or two words of head, and
 * digits to the base of ten thousand.  pg_upgrade takes tables as they are, so
 * this is the same in all versions of the server. */
#define STORED_KIND 0xC000
#define STORED_NEGATIVE 0x4000
#define STORED_SHORT 0x8000
#define STORED_SHORT_NEGATIVE 0x2000
#define STORED_SHORT_WEIGHT 0x003F
#define STORED_SHORT_WEIGHT_SIGN 0x0040
#define STORED_MOST_DIGITS 4

/* A numeric's digits, first to last, as a whole number, and to which power of
 * ten thousand that is to be taken; false for what is no number, or has more
 * digits than a double holds for certain. */
static bool
numeric_parts(const struct varlena *stored, int64 *digits, int *power)
{
	const char *at = VARDATA_ANY(stored);
	int bytes = (int) VARSIZE_ANY_EXHDR(stored);
	int n_digits;
	bool negative;
	uint16 head;

	if (bytes < (int) sizeof(head))
		return false;
	memcpy(&head, at, sizeof(head));
	at += sizeof(head);
	if ((head & STORED_KIND) == STORED_SHORT)
	{
		negative = (head & STORED_SHORT_NEGATIVE) != 0;
		*power = head & STORED_SHORT_WEIGHT;
		if (head & STORED_SHORT_WEIGHT_SIGN)
			*power -= STORED_SHORT_WEIGHT_SIGN;
		n_digits = bytes / (int) sizeof(int16) - 1;
	}
	else if ((head & STORED_KIND) == STORED_KIND ||
	         bytes < (int) (2 * sizeof(uint16)))
		return false;
	else
	{
		int16 weight;

		negative = (head & STORED_KIND) == STORED_NEGATIVE;
		memcpy(&weight, at, sizeof(weight));
		at += sizeof(weight);
		*power = weight;
		n_digits = bytes / (int) sizeof(int16) - 2;
	}
	if (n_digits > STORED_MOST_DIGITS)
		return false;
	*digits = 0;
	for (int i = 0; i < n_digits; i++)
	{
		int16 digit;

		memcpy(&digit, at + (size_t) i * sizeof(digit), sizeof(digit));
		*digits = *digits * 10000 + digit;
	}
	if (negative)
		*digits = -*digits;
	*power -= n_digits - 1;
	return true;
}

/*
 * A numeric as the nearest double.  Whole numbers up to 2^53 and powers of ten
 * up to 22 are doubles, so one multiplication or division of such is rounded
 * as the decimal text would be, which the server goes by, at a tenth of the
 * time.
 */
static double
numeric_number(Datum value)
{
	static const double powers[] = { 1, 1e4, 1e8, 1e12, 1e16, 1e20 };
	const struct varlena *stored =
		(const struct varlena *) DatumGetPointer(value);
	int64 digits;
	int power;

	if (!VARATT_IS_COMPRESSED(stored) && !VARATT_IS_EXTERNAL(stored) &&
	    numeric_parts(stored, &digits, &power) &&
	    abs(power) < (int) lengthof(powers) &&
	    digits <= INT64CONST(9007199254740992) &&
	    digits >= -INT64CONST(9007199254740992))
		return power < 0 ? (double) digits / powers[-power]
		                 : (double) digits * powers[power];
	return DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, value));
}

double
encoder_any_number(Encoder *encoder, Datum value)
{
	switch (encoder->type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
			return encoder_number(encoder, value);
		case NUMERICOID:
			return numeric_number(value);
		case DATEOID:
			if (DATE_IS_NOBEGIN(DatumGetDateADT(value)))
				return -get_float8_infinity();
			if (DATE_IS_NOEND(DatumGetDateADT(value)))
				return get_float8_infinity();
			return DatumGetDateADT(value);
		default:
			return timestamp_seconds(DatumGetTimestamp(value));
	}
}

static const EnumLabel *
enum_label(Encoder *encoder, Oid oid)
{
	EnumLabel *label;
	HeapTuple tuple;

	for (label = encoder->memo; label != NULL; label = label->next)
		if (label->oid == oid)
			return label;
	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(oid));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		                errmsg("invalid internal value for enum: %u", oid)));
	label = MemoryContextAlloc(encoder->context, sizeof(EnumLabel));
	label->oid = oid;
	label->name = MemoryContextStrdup(
		encoder->context,
		NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel));
	label->length = (uint32) strlen(label->name);
	label->next = encoder->memo;
	encoder->memo = label;
	ReleaseSysCache(tuple);
	return label;
}

const char *
encoder_any_text(Encoder *encoder, Datum value, uint32 *length)
{
	const char *bytes;
	text *packed;

	if (encoder->input == ENCODE_BOOLEAN)
	{
		*length = DatumGetBool(value) ? 4 : 5;
		return DatumGetBool(value) ? "true" : "false";
	}
	if (encoder->is_enum)
	{
		const EnumLabel *label = enum_label(encoder, DatumGetObjectId(value));

		*length = label->length;
		return label->name;
	}
	if (encoder->type == NAMEOID)
	{
		bytes = NameStr(*DatumGetName(value));
		*length = (uint32) strlen(bytes);
		return bytes;
	}
	packed = DatumGetTextPP(value);
	bytes = VARDATA_ANY(packed);
	*length = VARSIZE_ANY_EXHDR(packed);
	while (encoder->is_char && *length > 0 && bytes[*length - 1] == ' ')
		(*length)--;
	return bytes;
}

/* Elements of an array without NULLs, which lie side by side. */
static void
copy_elements(const ArrayType *array, bool is_double, int n, double *to)
{
	if (is_double)
		memcpy(to, ARR_DATA_PTR(array), n * sizeof(float8));
	else
	{
		const float4 *from = (const float4 *) ARR_DATA_PTR(array);

		for (int i = 0; i < n; i++)
			to[i] = (double) from[i];
	}
}

int
encoder_array(Encoder *encoder, Datum value, double **elements, bool **nulls)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	bool is_double = encoder->type == FLOAT8ARRAYOID;
	Datum *datums;
	int n;

	*nulls = NULL;
	if (ARR_NDIM(array) > 1)
		return -1;
	n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*elements = palloc(sizeof(double) * Max(n, 1));
	if (!ARR_HASNULL(array))
	{
		copy_elements(array, is_double, n, *elements);
		return n;
	}
	deconstruct_array(array, is_double ? FLOAT8OID : FLOAT4OID,
	                  is_double ? 8 : 4, is_double ? FLOAT8PASSBYVAL : true,
	                  is_double ? TYPALIGN_DOUBLE : TYPALIGN_INT, &datums,
	                  nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if ((*nulls)[i])
			(*elements)[i] = get_float8_nan();
		else
			(*elements)[i] = is_double ? DatumGetFloat8(datums[i])
			                           : (double) DatumGetFloat4(datums[i]);
	}
	return n;
}

const char *
encode_value_name(const char *value, uint32 *length)
{
	const uint32 unknown_bytes = sizeof(UNKNOWN_GROUP) - 1;
	uint32 n = *length;
	uint32 quotes = 0;
	char *quoted;

	while (2 * quotes < n && value[quotes] == '"' &&
	       value[n - 1 - quotes] == '"')
		quotes++;
	if (n - 2 * quotes != unknown_bytes ||
	    memcmp(value + quotes, UNKNOWN_GROUP, unknown_bytes) != 0)
		return value;

	quoted = palloc((Size) n + 3);
	quoted[0] = '"';
	memcpy(quoted + 1, value, n);
	quoted[n + 1] = '"';
	quoted[n + 2] = '\0';
	*length = n + 2;
	return quoted;
}

char *
encode_group_name(Oid type, Datum value)
{
	char buffer[MAXDATELEN + 1];
	int utc = 0;
	Oid output;
	bool is_varlena;
	char *text;

	/* the types that training takes need no look into the catalogs */
	switch (type)
	{
		case INT2OID:
			pg_itoa(DatumGetInt16(value), buffer);
			return pstrdup(buffer);
		case INT4OID:
			pg_ltoa(DatumGetInt32(value), buffer);
			return pstrdup(buffer);
		case INT8OID:
			pg_lltoa(DatumGetInt64(value), buffer);
			return pstrdup(buffer);
		case NUMERICOID:
			return DatumGetCString(DirectFunctionCall1(numeric_out, value));
		case BOOLOID:
			return pstrdup(DatumGetBool(value) ? "true" : "false");
		case FLOAT4OID:
			float_to_shortest_decimal_buf(DatumGetFloat4(value), buffer);
			return pstrdup(buffer);
		case FLOAT8OID:
			double_to_shortest_decimal_buf(DatumGetFloat8(value), buffer);
			return pstrdup(buffer);
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			JsonEncodeDateTime(buffer, value, type, &utc);
			text = strchr(buffer, 'T');
			if (text != NULL)
				*text = ' ';
			return pstrdup(buffer);
		default:
			getTypeOutputInfo(type, &output, &is_varlena);
			text = OidOutputFunctionCall(output, value);
			break;
	}
	if (type == BPCHAROID)
		for (Size n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
			text[n - 1] = '\0';
	return text;
}

void
encode_append_group(StringInfo name, const char *value, uint32 length,
                    int column, int n_columns)
{
	bool quoted = n_columns > 1 && (memchr(value, ',', length) != NULL ||
	                                memchr(value, '"', length) != NULL);

	if (column > 0)
		appendStringInfoString(name, ", ");
	if (!quoted)
	{
		appendBinaryStringInfo(name, value, (int) length);
		return;
	}
	appendStringInfoChar(name, '"');
	for (uint32 i = 0; i < length; i++)
	{
		if (value[i] == '"')
			appendStringInfoChar(name, '"');
		appendStringInfoChar(name, value[i]);
	}
	appendStringInfoChar(name, '"');
}

void
encode_check_group_name(const char *name, const char *attribute)
{
	if (strlen(name) > ENCODE_GROUP_NAME_BYTES)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("a group of protected attribute \"%s\" has too long a "
		                "name",
		                attribute),
		         errdetail("A group may have a name of %d bytes at most.",
		                   ENCODE_GROUP_NAME_BYTES),
		         errhint("Use a query as source that makes shorter texts of "
		                 "its values.")));
}

/* As encode_hash(); text in UTF-8 where 'portable'. */
static uint64
hash_value(Encoder *encoder, Oid type, Datum value, uint64 seed, bool portable)
{
	uint32 length;
	const char *text;

	switch (encoder->input)
	{
		case ENCODE_NUMBER:
		case ENCODE_DATE:
		case ENCODE_TIMESTAMP:
		{
			double x = encoder_number(encoder, value) + 0.0;

			return num_hash64(&x, sizeof(x), seed);
		}
		case ENCODE_BOOLEAN:
		case ENCODE_TEXT:
			text = encoder_text(encoder, value, &length);
			if (portable && GetDatabaseEncoding() != PG_UTF8 && length > 0)
			{
				text = pg_server_to_any(pnstrdup(text, length), (int) length,
				                        PG_UTF8);
				length = (uint32) strlen(text);
			}
			break;
		default:
		{
			Oid send;
			bool is_varlena;
			bytea *image;

			/* the text of such types may depend on settings, not this */
			getTypeBinaryOutputInfo(type, &send, &is_varlena);
			image = OidSendFunctionCall(send, value);
			text = VARDATA(image);
			length = (uint32) (VARSIZE(image) - VARHDRSZ);
		}
	}
	return num_hash64(text, length, seed);
}

uint64
encode_hash(Encoder *encoder, Oid type, Datum value, bool null, uint64 seed)
{
	return null ? num_hash64("", 0, seed)
	            : hash_value(encoder, type, value, seed, false);
}

double
encode_draw(Encoder *encoder, Oid type, Datum value, bool null)
{
	return (double) mixture_draw_of(
		null ? num_hash64("", 0, 0)
			 : hash_value(encoder, type, value, 0, true));
}

bool
encode_class_accepts(EncodeClass trained, EncodeClass given)
{
	return trained == given;
}

const char *
encode_class_name(EncodeClass input)
{
	switch (input)
	{
		case ENCODE_NUMBER:
			return "a number";
		case ENCODE_BOOLEAN:
			return "a boolean";
		case ENCODE_TEXT:
			return "text";
		case ENCODE_DATE:
			return "a date";
		case ENCODE_TIMESTAMP:
			return "a timestamp";
		case ENCODE_ARRAY:
			return "an array of floating-point numbers";
		case ENCODE_NONE:
			break;
	}
	return "a type without encoding";
}
