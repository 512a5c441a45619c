/*
 * image.h
 *    What goes from one process to another, written down and read.
 *
 * An image is for processes of one program on one machine: nothing in it is
 * aligned, and nothing is checked.
 *
 * Internal to src/data.
 */
#ifndef FAIRPG_DATA_IMAGE_H
#define FAIRPG_DATA_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "num/arena.h"
#include "num/status.h"

/* An image that grows, in an arena. */
typedef struct ImageWriter
{
	NumArena *arena;
	unsigned char *bytes;
	size_t n;
	size_t room;
	NumStatus status; /* of all that was written so far */
} ImageWriter;

static inline void
image_put(ImageWriter *writer, const void *bytes, size_t n)
{
	if (writer->status != NUM_OK || n == 0)
		return;
	if (writer->n + n > writer->room)
	{
		size_t room = 2 * (writer->n + n) + 1024;
		unsigned char *more = arena_alloc(writer->arena, room, 1);

		if (more == NULL)
		{
			writer->status = NUM_NO_MEMORY;
			return;
		}
		if (writer->n > 0)
			memcpy(more, writer->bytes, writer->n);
		arena_release(writer->arena, writer->bytes, writer->room, 1);
		writer->bytes = more;
		writer->room = room;
	}
	memcpy(writer->bytes + writer->n, bytes, n);
	writer->n += n;
}

static inline void
image_put_number(ImageWriter *writer, uint64_t number)
{
	image_put(writer, &number, sizeof(number));
}

typedef struct ImageReader
{
	const unsigned char *at;
} ImageReader;

/* The next piece of 'n' bytes, where it stands. */
static inline const void *
image_get(ImageReader *reader, size_t n)
{
	const void *piece = reader->at;

	reader->at += n;
	return piece;
}

static inline uint64_t
image_get_number(ImageReader *reader)
{
	uint64_t number;

	memcpy(&number, image_get(reader, sizeof(number)), sizeof(number));
	return number;
}

#endif
