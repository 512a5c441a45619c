/*
 * buffer.c
 *    Text that grows, and characters of UTF-8.
 */
#include "report/buffer.h"

#include <string.h>

void
buffer_init(TextBuffer *buffer, NumArena *arena)
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->arena = arena;
}

/* Whether there is room for so many bytes more, and a terminator. */
static bool
reserve(TextBuffer *buffer, size_t more)
{
	size_t wanted = buffer->length + more + 1;
	size_t capacity = buffer->capacity == 0 ? 16384 : buffer->capacity;
	char *grown;

	if (buffer->status != NUM_OK)
		return false;
	if (wanted <= buffer->capacity)
		return true;
	while (capacity < wanted)
		capacity *= 2;
	grown = arena_alloc(buffer->arena, capacity, 1);
	if (grown == NULL)
	{
		buffer->status = NUM_NO_MEMORY;
		return false;
	}
	if (buffer->length > 0)
		memcpy(grown, buffer->text, buffer->length);
	arena_release(buffer->arena, buffer->text, buffer->capacity, 1);
	buffer->text = grown;
	buffer->capacity = capacity;
	return true;
}

void
buffer_put(TextBuffer *buffer, const char *bytes)
{
	size_t length = strlen(bytes);

	if (!reserve(buffer, length))
		return;
	memcpy(buffer->text + buffer->length, bytes, length);
	buffer->length += length;
}

void
buffer_put_byte(TextBuffer *buffer, char byte)
{
	if (reserve(buffer, 1))
		buffer->text[buffer->length++] = byte;
}

void
buffer_require(TextBuffer *buffer, bool right)
{
	if (!right && buffer->status == NUM_OK)
		buffer->status = NUM_BAD_ARGUMENT;
}

const char *
buffer_end(TextBuffer *buffer, size_t *length)
{
	if (!reserve(buffer, 0))
		return NULL;
	buffer->text[buffer->length] = '\0';
	*length = buffer->length;
	return buffer->text;
}

uint32_t
utf8_next(const char *text, int *length)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *) text;
	int n = bytes[0] < 0x80    ? 1
	        : bytes[0] < 0xc2  ? 0
	        : bytes[0] < 0xe0  ? 2
	        : bytes[0] < 0xf0  ? 3
	        : bytes[0] <= 0xf4 ? 4
	                           : 0;
	uint32_t c = n <= 1 ? bytes[0] : bytes[0] & (0xffu >> (n + 1));

	*length = 1;
	if (n == 0)
		return UNICODE_REPLACEMENT;
	for (int i = 1; i < n; i++)
	{
		if ((bytes[i] & 0xc0) != 0x80)
			return UNICODE_REPLACEMENT;
		c = c << 6 | (bytes[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return UNICODE_REPLACEMENT;
	*length = n;
	return c;
}
