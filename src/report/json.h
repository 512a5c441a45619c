/*
 * json.h
 *    Writing JSON: objects and arrays of values, in the order they come.
 *
 *        json_begin_object(&json, NULL);
 *        json_text(&json, "title", title);
 *        json_begin_array(&json, "rows");
 *        ...
 *        json_end(&json);
 *        json_end(&json);
 *
 * The name of a value is the second argument: NULL within an array.  Text is
 * UTF-8; what is written is ASCII, all other characters are escaped, so that it
 * means the same in whatever encoding it is sent or kept.  Bytes that are no
 * UTF-8 become U+FFFD.  Values that there are none of, NULL and NaN, are null;
 * infinite ones, for which JSON has no number, are the texts "Infinity" and
 * "-Infinity", as PostgreSQL writes them.
 */
#ifndef FAIRPG_REPORT_JSON_H
#define FAIRPG_REPORT_JSON_H

#include "report/buffer.h"

#define JSON_MAX_DEPTH 16

/* Room for any number as text, with its terminator. */
#define JSON_NUMBER_CHARS 40

/* Writes a finite number as JSON has them, with as few digits as tell it from
 * all others; the caller has it of a library. */
typedef void JsonNumber(char text[JSON_NUMBER_CHARS], double value);

typedef struct JsonWriter
{
	TextBuffer out;
	JsonNumber *number;
	int depth;
	char ends[JSON_MAX_DEPTH];  /* what is open, by what ends it */
	bool empty[JSON_MAX_DEPTH]; /* whether nothing was put into it */
} JsonWriter;

extern void json_init(JsonWriter *json, NumArena *arena, JsonNumber *number);

extern void json_begin_object(JsonWriter *json, const char *name);
extern void json_begin_array(JsonWriter *json, const char *name);

/* Ends what was begun last. */
extern void json_end(JsonWriter *json);

extern void json_text(JsonWriter *json, const char *name, const char *text);

extern void json_real(JsonWriter *json, const char *name, double value);
extern void json_integer(JsonWriter *json, const char *name, int64_t value);
extern void json_boolean(JsonWriter *json, const char *name, bool value);

/* What was written, terminated, or NULL where the status is not NUM_OK.  All
 * that was begun must have been ended. */
extern const char *json_finish(JsonWriter *json, size_t *length);

#endif
