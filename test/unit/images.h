/*
 * images.h
 *    Stored models for tests: made, sealed after a change, read.
 */
#ifndef FAIRPG_TEST_IMAGES_H
#define FAIRPG_TEST_IMAGES_H

#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "num/checksum.h"
#include "scratch.h"
#include "unit.h"

/* The image of a model, into 'to'; returns its size, which must be below
 * 'room'. */
static inline size_t
image_encode(const Model *from, uint8_t *to, size_t room)
{
	NumArena arena;
	uint8_t *bytes = NULL;
	size_t size = 0;

	scratch_begin(&arena, 0);
	CHECK_INT(model_encode(&arena, from, &bytes, &size), NUM_OK);
	CHECK(size <= room);
	memcpy(to, bytes, size);
	scratch_end(&arena);
	return size;
}

/* Puts the checksum of a changed image right. */
static inline void
image_seal(uint8_t *bytes, size_t size)
{
	uint32_t sum = num_crc32c(bytes, size - 4);

	for (int i = 0; i < 4; i++)
		bytes[size - 4 + (size_t) i] = (uint8_t) (sum >> (8 * i));
}

/*
 * The status for these bytes, which stand in memory of exactly their size.
 * What decodes must encode to itself, and is looked at by 'look' (NULL: not);
 * what is refused must name the field, which is 'want_field' unless NULL.
 */
static inline NumStatus
image_decode(const uint8_t *bytes, size_t size, const char *want_field,
             void (*look)(NumArena *arena, const Model *model))
{
	NumArena arena;
	Model *decoded = NULL;
	const char *field = NULL;
	uint8_t *exact = malloc(size > 0 ? size : 1);
	NumStatus status;

	memcpy(exact, bytes, size);
	scratch_begin(&arena, 0);
	status = model_decode(&arena, exact, size, NULL, &decoded, &field);
	/* memory is bounded by what was given, not by what it says */
	CHECK(arena.peak_bytes <= 1024 + 32 * size);
	free(exact);
	if (status == NUM_OK)
	{
		uint8_t *again = NULL;
		size_t again_bytes = 0;

		if (look != NULL)
			look(&arena, decoded);
		CHECK_INT(model_encode(&arena, decoded, &again, &again_bytes), NUM_OK);
		CHECK(again_bytes == size && memcmp(again, bytes, size) == 0);
	}
	else
	{
		CHECK(field != NULL && field[0] != '\0');
		if (want_field != NULL)
			CHECK_TEXT(field, want_field);
	}
	scratch_end(&arena);
	return status;
}

#endif
