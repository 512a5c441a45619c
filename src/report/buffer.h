/*
 * buffer.h
 *    Text that grows, and characters of UTF-8: what writers of every format
 *    are made of.
 *
 * An arena that runs out is noted and makes all that follows do nothing; the
 * caller asks at the end.
 */
#ifndef FAIRPG_REPORT_BUFFER_H
#define FAIRPG_REPORT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/status.h"

typedef struct TextBuffer
{
	NumArena *arena;
	char *text;
	size_t length;
	size_t capacity;
	NumStatus status;
} TextBuffer;

extern void buffer_init(TextBuffer *buffer, NumArena *arena);

/* Bytes, as they are. */
extern void buffer_put(TextBuffer *buffer, const char *bytes);
extern void buffer_put_byte(TextBuffer *buffer, char byte);

/* Misuse is a bug of the caller, and must not make a wrong text: unless
 * 'right', the status becomes NUM_BAD_ARGUMENT. */
extern void buffer_require(TextBuffer *buffer, bool right);

/* What was put, terminated, or NULL where the status is not NUM_OK. */
extern const char *buffer_end(TextBuffer *buffer, size_t *length);

/* What stands for bytes that are no character. */
#define UNICODE_REPLACEMENT 0xfffdu

/*
 * The next character of UTF-8 text and, in '*length', its bytes.  What is no
 * character counts as one byte, and is the replacement character: too long a
 * form, a surrogate, a number beyond Unicode, an end in the middle.
 */
extern uint32_t utf8_next(const char *text, int *length);

#endif
