/*
 * writer.c
 *    Writing HTML and SVG: elements, attributes and text.
 */
#include "report/writer.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "report/number.h"

#define REPLACEMENT 0xfffd

void
writer_init(Writer *writer, NumArena *arena)
{
	memset(writer, 0, sizeof(*writer));
	writer->arena = arena;
}

/* Whether there is room for so many bytes more, and a terminator. */
static bool
reserve(Writer *writer, size_t more)
{
	size_t wanted = writer->length + more + 1;
	size_t capacity = writer->capacity == 0 ? 16384 : writer->capacity;
	char *grown;

	if (writer->status != NUM_OK)
		return false;
	if (wanted <= writer->capacity)
		return true;
	while (capacity < wanted)
		capacity *= 2;
	grown = arena_alloc(writer->arena, capacity, 1);
	if (grown == NULL)
	{
		writer->status = NUM_NO_MEMORY;
		return false;
	}
	if (writer->length > 0)
		memcpy(grown, writer->text, writer->length);
	arena_release(writer->arena, writer->text, writer->capacity, 1);
	writer->text = grown;
	writer->capacity = capacity;
	return true;
}

/* Bytes of ours, as they are. */
static void
put(Writer *writer, const char *bytes)
{
	size_t length = strlen(bytes);

	if (!reserve(writer, length))
		return;
	memcpy(writer->text + writer->length, bytes, length);
	writer->length += length;
}

static void
put_byte(Writer *writer, char byte)
{
	if (reserve(writer, 1))
		writer->text[writer->length++] = byte;
}

/* Misuse is a bug of the caller, and must not make a wrong page. */
static void
require(Writer *writer, bool right)
{
	if (!right && writer->status == NUM_OK)
		writer->status = NUM_BAD_ARGUMENT;
}

/* Ends the tag that attributes could still have been added to. */
static void
end_tag(Writer *writer)
{
	if (writer->in_tag)
		put(writer, writer->is_void ? "/>" : ">");
	writer->in_tag = false;
	writer->is_void = false;
}

void
writer_doctype(Writer *writer)
{
	put(writer, "<!doctype html>\n");
}

void
writer_open(Writer *writer, const char *name)
{
	require(writer, !writer->in_attribute && writer->depth < WRITER_MAX_DEPTH);
	if (writer->status != NUM_OK)
		return;
	end_tag(writer);
	put_byte(writer, '<');
	put(writer, name);
	writer->in_tag = true;
	writer->elements[writer->depth++] = name;
}

/* Elements that make a line of their own in the page's source. */
static bool
ends_line(const char *name)
{
	static const char *const names[] = { "p",       "tr",     "li",
		                                 "section", "figure", "table",
		                                 "g",       "head",   "h2" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

void
writer_close(Writer *writer)
{
	const char *name;

	require(writer, !writer->in_attribute && writer->depth > 0);
	if (writer->status != NUM_OK)
		return;
	end_tag(writer);
	name = writer->elements[--writer->depth];
	put(writer, "</");
	put(writer, name);
	put(writer, ends_line(name) ? ">\n" : ">");
}

void
writer_void(Writer *writer, const char *name)
{
	writer_open(writer, name);
	if (writer->status != NUM_OK)
		return;
	writer->depth--;
	writer->is_void = true;
}

void
writer_attribute_begin(Writer *writer, const char *name)
{
	require(writer, writer->in_tag && !writer->in_attribute);
	if (writer->status != NUM_OK)
		return;
	put_byte(writer, ' ');
	put(writer, name);
	put(writer, "=\"");
	writer->in_attribute = true;
}

void
writer_attribute_end(Writer *writer)
{
	require(writer, writer->in_attribute);
	if (writer->status != NUM_OK)
		return;
	put_byte(writer, '"');
	writer->in_attribute = false;
}

void
writer_attribute(Writer *writer, const char *name, const char *value)
{
	writer_attribute_begin(writer, name);
	writer_text(writer, value);
	writer_attribute_end(writer);
}

void
writer_attribute_real(Writer *writer, const char *name, double value)
{
	writer_attribute_begin(writer, name);
	writer_real(writer, value);
	writer_attribute_end(writer);
}

/*
 * The next character of UTF-8 text and, in '*length', its bytes.  What is no
 * character counts as one byte, and is the replacement character: too long a
 * form, a surrogate, a number beyond Unicode, an end in the middle.
 */
static uint32_t
next_character(const unsigned char *text, int *length)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int n = text[0] < 0x80    ? 1
	        : text[0] < 0xc2  ? 0
	        : text[0] < 0xe0  ? 2
	        : text[0] < 0xf0  ? 3
	        : text[0] <= 0xf4 ? 4
	                          : 0;
	uint32_t c = n <= 1 ? text[0] : text[0] & (0xffu >> (n + 1));

	*length = 1;
	if (n == 0)
		return REPLACEMENT;
	for (int i = 1; i < n; i++)
	{
		if ((text[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (text[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return REPLACEMENT;
	*length = n;
	return c;
}

/* Whether HTML and XML allow for the character. */
static bool
is_allowed(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n';
	return !(c >= 0x7f && c < 0xa0) && (c & 0xfffe) != 0xfffe &&
	       !(c >= 0xfdd0 && c < 0xfdf0);
}

static void
put_reference(Writer *writer, uint32_t c)
{
	static const char digits[] = "0123456789abcdef";
	char text[16];
	int at = sizeof(text) - 1;

	text[at--] = '\0';
	text[at--] = ';';
	do
	{
		text[at--] = digits[c & 15];
		c >>= 4;
	} while (c > 0);
	text[at--] = 'x';
	text[at--] = '#';
	text[at] = '&';
	put(writer, text + at);
}

void
writer_text(Writer *writer, const char *text)
{
	const unsigned char *at = (const unsigned char *) text;

	if (text == NULL)
		return;
	if (!writer->in_attribute)
		end_tag(writer);
	while (*at != '\0' && writer->status == NUM_OK)
	{
		int length;
		uint32_t c = next_character(at, &length);

		at += length;
		if (!is_allowed(c))
			put_reference(writer, REPLACEMENT);
		else if (c >= 0x80)
			put_reference(writer, c);
		else if (c == '&')
			put(writer, "&amp;");
		else if (c == '<')
			put(writer, "&lt;");
		else if (c == '>')
			put(writer, "&gt;");
		else if (c == '"')
			put(writer, "&quot;");
		else if (c == '\'')
			put(writer, "&#x27;");
		else if (writer->in_attribute && c < 0x20)
			put_reference(writer, c);
		else
			put_byte(writer, (char) c);
	}
}

void
writer_texts(Writer *writer, const char *text, ...)
{
	va_list more;

	va_start(more, text);
	for (; text != NULL; text = va_arg(more, const char *))
		writer_text(writer, text);
	va_end(more);
}

void
writer_figure(Writer *writer, double value)
{
	char text[NUMBER_CHARS];

	number_figure(text, value);
	writer_text(writer, text);
}

void
writer_count(Writer *writer, int64_t value)
{
	char text[NUMBER_CHARS];

	number_count(text, value);
	writer_text(writer, text);
}

void
writer_real(Writer *writer, double value)
{
	char text[NUMBER_CHARS];

	number_short(text, value);
	writer_text(writer, text);
}

void
writer_leaf(Writer *writer, const char *name, const char *class,
            const char *text)
{
	writer_open(writer, name);
	if (class != NULL)
		writer_attribute(writer, "class", class);
	writer_text(writer, text);
	writer_close(writer);
}

void
writer_name(Writer *writer, const char *name)
{
	writer_leaf(writer, "bdi", NULL, name);
}

void
writer_style(Writer *writer, const char *rules)
{
	/* these would end the element or begin a reference */
	require(writer, strpbrk(rules, "<&") == NULL);
	end_tag(writer);
	put(writer, rules);
}

void
writer_new_id(Writer *writer, const char *prefix, char *id, size_t id_bytes)
{
	char number[NUMBER_CHARS];
	size_t prefix_length = strlen(prefix);

	number_plain(number, ++writer->next_id, 0);
	require(writer, prefix_length + strlen(number) < id_bytes);
	if (writer->status != NUM_OK)
	{
		id[0] = '\0';
		return;
	}
	memcpy(id, prefix, prefix_length);
	memcpy(id + prefix_length, number, strlen(number) + 1);
}

const char *
writer_end(Writer *writer, size_t *length)
{
	require(writer, writer->depth == 0 && !writer->in_attribute);
	end_tag(writer);
	if (!reserve(writer, 0))
		return NULL;
	writer->text[writer->length] = '\0';
	*length = writer->length;
	return writer->text;
}
