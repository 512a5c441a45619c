/*
 * json.c
 *    Writing JSON.
 */
#include "report/json.h"

#include <math.h>
#include <string.h>

/* objects and arrays up to this depth have a line for each value */
#define DEPTH_OF_LINES 4

void
json_init(JsonWriter *json, NumArena *arena, JsonNumber *number)
{
	memset(json, 0, sizeof(*json));
	json->number = number;
	buffer_init(&json->out, arena);
}

static void
put_escape(JsonWriter *json, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	const char text[] = { '\\',
		                  'u',
		                  digits[unit >> 12 & 15],
		                  digits[unit >> 8 & 15],
		                  digits[unit >> 4 & 15],
		                  digits[unit & 15],
		                  '\0' };

	buffer_put(&json->out, text);
}

static void
put_string(JsonWriter *json, const char *text)
{
	buffer_put_byte(&json->out, '"');
	while (*text != '\0')
	{
		int length;
		uint32_t c = utf8_next(text, &length);

		text += length;
		if (c >= 0x10000)
		{
			put_escape(json, 0xd800 + ((c - 0x10000) >> 10));
			put_escape(json, 0xdc00 + ((c - 0x10000) & 0x3ff));
		}
		else if (c < 0x20 || c >= 0x7f)
			put_escape(json, c);
		else
		{
			if (c == '"' || c == '\\')
				buffer_put_byte(&json->out, '\\');
			buffer_put_byte(&json->out, (char) c);
		}
	}
	buffer_put_byte(&json->out, '"');
}

static void
new_line(JsonWriter *json)
{
	if (json->depth > DEPTH_OF_LINES)
		return;
	buffer_put_byte(&json->out, '\n');
	for (int i = 0; i < json->depth; i++)
		buffer_put(&json->out, "  ");
}

/* Comes before every value. */
static void
begin_value(JsonWriter *json, const char *name)
{
	int open = json->depth - 1;

	if (open < 0)
	{
		buffer_require(&json->out, json->out.length == 0 && name == NULL);
		return;
	}
	buffer_require(&json->out, (json->ends[open] == '}') == (name != NULL));
	if (!json->empty[open])
		buffer_put(&json->out, json->depth > DEPTH_OF_LINES ? ", " : ",");
	json->empty[open] = false;
	new_line(json);
	if (name == NULL)
		return;
	put_string(json, name);
	buffer_put(&json->out, ": ");
}

static void
begin(JsonWriter *json, const char *name, char start, char end)
{
	begin_value(json, name);
	buffer_require(&json->out, json->depth < JSON_MAX_DEPTH);
	if (json->out.status != NUM_OK)
		return;
	buffer_put_byte(&json->out, start);
	json->ends[json->depth] = end;
	json->empty[json->depth++] = true;
}

void
json_begin_object(JsonWriter *json, const char *name)
{
	begin(json, name, '{', '}');
}

void
json_begin_array(JsonWriter *json, const char *name)
{
	begin(json, name, '[', ']');
}

void
json_end(JsonWriter *json)
{
	buffer_require(&json->out, json->depth > 0);
	if (json->out.status != NUM_OK)
		return;
	json->depth--;
	if (!json->empty[json->depth] && json->depth < DEPTH_OF_LINES)
		new_line(json);
	buffer_put_byte(&json->out, json->ends[json->depth]);
}

static void
put_null(JsonWriter *json, const char *name)
{
	begin_value(json, name);
	buffer_put(&json->out, "null");
}

void
json_text(JsonWriter *json, const char *name, const char *text)
{
	if (text == NULL)
	{
		put_null(json, name);
		return;
	}
	begin_value(json, name);
	put_string(json, text);
}

void
json_real(JsonWriter *json, const char *name, double value)
{
	char text[JSON_NUMBER_CHARS];

	if (isnan(value))
	{
		put_null(json, name);
		return;
	}
	begin_value(json, name);
	if (isinf(value))
	{
		put_string(json, value > 0 ? "Infinity" : "-Infinity");
		return;
	}
	json->number(text, value);
	buffer_put(&json->out, text);
}

void
json_integer(JsonWriter *json, const char *name, int64_t value)
{
	uint64_t size = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
	char digits[JSON_NUMBER_CHARS];
	int at = JSON_NUMBER_CHARS - 1;

	digits[at] = '\0';
	do
	{
		digits[--at] = (char) ('0' + size % 10);
		size /= 10;
	} while (size > 0);
	if (value < 0)
		digits[--at] = '-';
	begin_value(json, name);
	buffer_put(&json->out, digits + at);
}

void
json_boolean(JsonWriter *json, const char *name, bool value)
{
	begin_value(json, name);
	buffer_put(&json->out, value ? "true" : "false");
}

const char *
json_finish(JsonWriter *json, size_t *length)
{
	buffer_require(&json->out, json->depth == 0);
	buffer_put_byte(&json->out, '\n');
	return buffer_end(&json->out, length);
}
