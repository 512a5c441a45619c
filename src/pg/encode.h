/*
 * encode.h
 *    The one way from a Datum to what a model sees, for training and scoring.
 *
 * Numbers (int2, int4, int8, float4, float8, numeric, and domains over them)
 * become double; dates become days, timestamps seconds since 2000-01-01;
 * booleans, text-like types and enums become the bytes of a category level;
 * float4[] and float8[] become one number per element.  Include after
 * postgres.h.
 */
#ifndef FAIRPG_PG_ENCODE_H
#define FAIRPG_PG_ENCODE_H

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "pg/compat.h"

typedef enum EncodeClass
{
	ENCODE_NONE = 0, /* the type cannot be a feature */
	ENCODE_NUMBER = 1,
	ENCODE_BOOLEAN = 2,
	ENCODE_TEXT = 3, /* text, varchar, char, name, enum */
	ENCODE_DATE = 4,
	ENCODE_TIMESTAMP = 5, /* with and without time zone */
	ENCODE_ARRAY = 6
} EncodeClass;

/* How a value lies there, for the forms that take no more than a look. */
typedef enum EncodeForm
{
	ENCODE_FORM_OTHER = 0,
	ENCODE_FORM_INT2,
	ENCODE_FORM_INT4,
	ENCODE_FORM_INT8,
	ENCODE_FORM_FLOAT4,
	ENCODE_FORM_FLOAT8,
	ENCODE_FORM_TEXT /* a text, all of whose bytes count */
} EncodeForm;

typedef struct Encoder
{
	EncodeClass input;
	EncodeForm form;
	Oid type; /* base type, domains looked through */
	bool is_enum;
	bool is_char; /* character(n): trailing blanks do not count */
	void *memo;   /* enum labels seen; lives in 'context' */
	MemoryContext context;
} Encoder;

/* ENCODE_NONE in 'input' when the type is not supported; never an error. */
extern void encoder_init(Encoder *encoder, Oid type, MemoryContext context);

/* The next two functions for any form. */
extern double encoder_any_number(Encoder *encoder, Datum value);
extern const char *
encoder_any_text(Encoder *encoder, Datum value, uint32 *length);

/* NUMBER, DATE, TIMESTAMP; may return NaN or infinity, the caller decides.
 * Numbers beyond the range of float8 become infinite. */
static inline double
encoder_number(Encoder *encoder, Datum value)
{
	switch (encoder->form)
	{
		case ENCODE_FORM_INT2:
			return DatumGetInt16(value);
		case ENCODE_FORM_INT4:
			return DatumGetInt32(value);
		case ENCODE_FORM_INT8:
			return (double) DatumGetInt64(value);
		case ENCODE_FORM_FLOAT4:
			return (double) DatumGetFloat4(value);
		case ENCODE_FORM_FLOAT8:
			return DatumGetFloat8(value);
		default:
			return encoder_any_number(encoder, value);
	}
}

/* BOOLEAN, TEXT: bytes that stay valid as long as 'value' does (detoasted
 * copies go to CurrentMemoryContext). */
static inline const char *
encoder_text(Encoder *encoder, Datum value, uint32 *length)
{
	const void *text = DatumGetPointer(value);

	if (encoder->form != ENCODE_FORM_TEXT || VARATT_IS_COMPRESSED(text) ||
	    VARATT_IS_EXTERNAL(text))
		return encoder_any_text(encoder, value, length);
	*length = VARSIZE_ANY_EXHDR(text);
	return VARDATA_ANY(text);
}

/* ARRAY: number of elements, or -1 when it has more than one dimension;
 * '*elements' as float8 values, with '*nulls' telling which are NULL and NaN
 * in their place; '*nulls' is NULL when none is.  Both in
 * CurrentMemoryContext. */
extern int
encoder_array(Encoder *encoder, Datum value, double **elements, bool **nulls);

/* A hash of a value of any type, which is 'type' before domains are looked
 * through: the same for equal values of one class, whatever the settings. */
extern uint64
encode_hash(Encoder *encoder, Oid type, Datum value, bool null, uint64 seed);

/* The draw of a row by such a value (model.h), which is the same in databases
 * of other encodings as well. */
extern double encode_draw(Encoder *encoder, Oid type, Datum value, bool null);

/* What NULL is called where groups have names. */
#define UNKNOWN_GROUP "(unknown)"

/* The name of the group of those who have a value, which is the value, of
 * '*length' bytes: no other group than theirs.  A value that reads as NULL is
 * called, "(unknown)", gets double quotes around it, in CurrentMemoryContext,
 * and one that reads as that gets another pair. */
extern const char *encode_value_name(const char *value, uint32 *length);

/* The value of a protected column, of any type that is no domain, as text, in
 * CurrentMemoryContext.  Booleans, numbers, dates and timestamps (in UTC) are
 * written one way, whatever the settings of the session; blanks at the end of
 * a character(n) do not count; other types write as they do. */
extern char *encode_group_name(Oid type, Datum value);

/* Appends what column 'column' of 'n_columns' says to the name of a group,
 * "Female, Black"; quoted where two names could be taken for one, as
 * data/groups.c does. */
extern void encode_append_group(StringInfo name, const char *value,
                                uint32 length, int column, int n_columns);

/* Raises an error unless a group of this attribute may have this name: names
 * of people's groups are no documents, and an index has to take them. */
#define ENCODE_GROUP_NAME_BYTES 1024
extern void encode_check_group_name(const char *name, const char *attribute);

/* True when a value of class 'given' may stand where training saw 'trained'. */
extern bool encode_class_accepts(EncodeClass trained, EncodeClass given);

/* "a number", "a boolean", "text", ... for messages. */
extern const char *encode_class_name(EncodeClass input);

#endif
