/*
 * writer.c
 *    Writing HTML and SVG: elements, attributes and text.
 */
#include "report/writer.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "report/number.h"

void
writer_init(Writer *writer, NumArena *arena)
{
	memset(writer, 0, sizeof(*writer));
	buffer_init(&writer->out, arena);
}

static void
put(Writer *writer, const char *bytes)
{
	buffer_put(&writer->out, bytes);
}

static void
put_byte(Writer *writer, char byte)
{
	buffer_put_byte(&writer->out, byte);
}

static void
require(Writer *writer, bool right)
{
	buffer_require(&writer->out, right);
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
	if (writer->out.status != NUM_OK)
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
	if (writer->out.status != NUM_OK)
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
	if (writer->out.status != NUM_OK)
		return;
	writer->depth--;
	writer->is_void = true;
}

void
writer_attribute_begin(Writer *writer, const char *name)
{
	require(writer, writer->in_tag && !writer->in_attribute);
	if (writer->out.status != NUM_OK)
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
	if (writer->out.status != NUM_OK)
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
	if (text == NULL)
		return;
	if (!writer->in_attribute)
		end_tag(writer);
	while (*text != '\0' && writer->out.status == NUM_OK)
	{
		int length;
		uint32_t c = utf8_next(text, &length);

		text += length;
		if (!is_allowed(c))
			put_reference(writer, UNICODE_REPLACEMENT);
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
	if (writer->out.status != NUM_OK)
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
	return buffer_end(&writer->out, length);
}
