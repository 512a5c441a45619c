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

/* Types whose values are read in line (encode_number(), encode_text()). */
typedef enum EncodePath
{
	ENCODE_BY_CALL = 0,
	ENCODE_INT2,
	ENCODE_INT4,
	ENCODE_INT8,
	ENCODE_FLOAT4,
	ENCODE_FLOAT8,
	ENCODE_VARLENA
} EncodePath;

typedef struct Encoder
{
	EncodeClass input;
	Oid type; /* base type, domains looked through */
	bool is_enum;
	bool is_char; /* character(n): trailing blanks do not count */
	void *memo;   /* enum labels seen; lives in 'context' */
	MemoryContext context;
	EncodePath path;
} Encoder;

/* ENCODE_NONE in 'input' when the type is not supported; never an error. */
extern void encoder_init(Encoder *encoder, Oid type, MemoryContext context);

/* NUMBER, DATE, TIMESTAMP; may return NaN or infinity, the caller decides.
 * Numbers beyond the range of float8 become infinite. */
extern double encoder_number(Encoder *encoder, Datum value);

/* BOOLEAN, TEXT: bytes that stay valid as long as 'value' does (detoasted
 * copies go to CurrentMemoryContext). */
extern const char *encoder_text(Encoder *encoder, Datum value, uint32 *length);

/* ARRAY: number of elements, or -1 when it has more than one dimension;
 * '*elements' as float8 values, NULL elements as NaN with '*has_null' set, in
 * CurrentMemoryContext. */
extern int
encoder_array(Encoder *encoder, Datum value, double **elements, bool *has_null);

/* True for the classes that become numbers of one element. */
static inline bool
encode_is_number(EncodeClass input)
{
	return input == ENCODE_NUMBER || input == ENCODE_DATE ||
	       input == ENCODE_TIMESTAMP;
}

/* As encoder_number(), in line for the common types. */
static inline double
encode_number(Encoder *encoder, Datum value)
{
	switch (encoder->path)
	{
		case ENCODE_INT2:
			return (double) DatumGetInt16(value);
		case ENCODE_INT4:
			return (double) DatumGetInt32(value);
		case ENCODE_INT8:
			return (double) DatumGetInt64(value);
		case ENCODE_FLOAT4:
			return (double) DatumGetFloat4(value);
		case ENCODE_FLOAT8:
			return DatumGetFloat8(value);
		default:
			return encoder_number(encoder, value);
	}
}

/* As encoder_text(), in line for short values of the varlena types. */
static inline const char *
encode_text(Encoder *encoder, Datum value, uint32 *length)
{
	const char *bytes = DatumGetPointer(value);

	if (encoder->path != ENCODE_VARLENA || !VARATT_IS_1B(bytes) ||
	    VARATT_IS_1B_E(bytes))
		return encoder_text(encoder, value, length);
	*length = (uint32) (VARSIZE_1B(bytes) - VARHDRSZ_SHORT);
	return VARDATA_1B(bytes);
}

/* True when a value of class 'given' may stand where training saw 'trained'. */
extern bool encode_class_accepts(EncodeClass trained, EncodeClass given);

/* "a number", "a boolean", "text", ... for messages. */
extern const char *encode_class_name(EncodeClass input);

#endif
