/*
 * scratch.h
 *    An arena of which a test gives everything back at once.
 *
 * Code under test frees little, since its arenas are dropped whole.  So that
 * leak checkers see real leaks only, this one remembers what it gave.
 *
 *     NumArena arena;
 *     scratch_begin(&arena, 0);
 *     ...
 *     scratch_end(&arena);
 */
#ifndef FAIRPG_TEST_SCRATCH_H
#define FAIRPG_TEST_SCRATCH_H

#include <stdlib.h>

#include "num/arena.h"

typedef struct ScratchPiece
{
	struct ScratchPiece *next;
	void *memory; /* as the arena underneath gave it */
	size_t size_bytes;
} ScratchPiece;

/* Memory comes from an arena over malloc. */
static inline void *
scratch_alloc(NumArena *arena, size_t size_bytes)
{
	ScratchPiece **list = arena->host;
	ScratchPiece *piece;
	NumArena under;

	arena_init_malloc(&under, 0);
	piece = malloc(sizeof(ScratchPiece));
	if (piece == NULL)
		return NULL;
	piece->memory = arena_alloc(&under, size_bytes, 1);
	piece->size_bytes = size_bytes;
	piece->next = *list;
	*list = piece;
	return piece->memory;
}

static inline void
scratch_release(NumArena *arena, void *memory, size_t size_bytes)
{
	ScratchPiece **place = arena->host;
	NumArena under;

	arena_init_malloc(&under, 0);
	while ((*place)->memory != memory)
		place = &(*place)->next;
	{
		ScratchPiece *piece = *place;

		*place = piece->next;
		under.release(&under, memory, size_bytes);
		free(piece);
	}
}

static inline void
scratch_begin(NumArena *arena, size_t limit_bytes)
{
	arena_init_malloc(arena, limit_bytes);
	arena->alloc = scratch_alloc;
	arena->release = scratch_release;
	arena->host = calloc(1, sizeof(ScratchPiece *));
}

static inline void
scratch_end(NumArena *arena)
{
	ScratchPiece **list = arena->host;
	NumArena under;

	arena_init_malloc(&under, 0);
	while (*list != NULL)
	{
		ScratchPiece *piece = *list;

		*list = piece->next;
		if (piece->memory != NULL)
			under.release(&under, piece->memory, piece->size_bytes);
		free(piece);
	}
	free(list);
}

#endif
