/*
 * arena.c
 *    What an arena does when memory is short, arenas within others, and one over
 *    malloc for tests and tools.
 */
#include "num/arena.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

void *
arena_reclaim(NumArena *arena, size_t size_bytes)
{
	void *memory = NULL;

	while (memory == NULL && arena->reclaim != NULL &&
	       arena->reclaim(arena->reclaim_owner, size_bytes))
		if (arena_has_room(arena, size_bytes))
			memory = arena->alloc(arena, size_bytes == 0 ? 1 : size_bytes);
	if (memory == NULL)
		arena->refused_bytes = size_bytes;
	return memory;
}

/* The pointer that malloc gave stands just before the aligned memory. */
static void *
malloc_aligned(NumArena *arena, size_t size_bytes)
{
	char *raw;
	char *aligned;

	(void) arena;
	if (size_bytes > SIZE_MAX - ALIGNMENT - sizeof(void *))
		return NULL;
	raw = malloc(size_bytes + ALIGNMENT + sizeof(void *));
	if (raw == NULL)
		return NULL;
	aligned = raw + sizeof(void *);
	aligned += ALIGNMENT - (uintptr_t) aligned % ALIGNMENT;
	((void **) (void *) aligned)[-1] = raw;
	return aligned;
}

static void
free_aligned(NumArena *arena, void *memory, size_t size_bytes)
{
	(void) arena;
	(void) size_bytes;
	free(((void **) memory)[-1]);
}

void
arena_init_malloc(NumArena *arena, size_t limit_bytes)
{
	arena->alloc = malloc_aligned;
	arena->release = free_aligned;
	arena->host = NULL;
	arena->used_bytes = 0;
	arena->peak_bytes = 0;
	arena->limit_bytes = limit_bytes;
	arena->beside = NULL;
	arena->reclaim = NULL;
	arena->reclaim_owner = NULL;
	arena->refused_bytes = 0;
}

/* Stands before every piece of a nest, and keeps what follows aligned. */
typedef struct ArenaPiece
{
	struct ArenaPiece *next;
	struct ArenaPiece *previous;
	size_t size_bytes; /* of the piece without this */
} ArenaPiece;

static void *
nest_alloc(NumArena *arena, size_t size_bytes)
{
	ArenaNest *nest = arena->host;
	ArenaPiece *piece;

	if (size_bytes > SIZE_MAX / 2)
		return NULL;
	piece = arena_alloc(nest->outer, 1, size_bytes + ALIGNMENT);
	if (piece == NULL)
		return NULL;
	piece->size_bytes = size_bytes;
	piece->previous = NULL;
	piece->next = nest->pieces;
	if (piece->next != NULL)
		piece->next->previous = piece;
	nest->pieces = piece;
	return (char *) piece + ALIGNMENT;
}

static void
nest_release(NumArena *arena, void *memory, size_t size_bytes)
{
	ArenaNest *nest = arena->host;
	ArenaPiece *piece = (ArenaPiece *) (void *) ((char *) memory - ALIGNMENT);

	(void) size_bytes;
	if (piece->previous != NULL)
		piece->previous->next = piece->next;
	else
		nest->pieces = piece->next;
	if (piece->next != NULL)
		piece->next->previous = piece->previous;
	arena_release(nest->outer, piece, 1, piece->size_bytes + ALIGNMENT);
}

void
arena_nest_begin(ArenaNest *nest, NumArena *outer)
{
	memset(&nest->arena, 0, sizeof(nest->arena));
	nest->arena.alloc = nest_alloc;
	nest->arena.release = nest_release;
	nest->arena.host = nest;
	/* it has no limit but that of the outer one */
	nest->outer = outer;
	nest->pieces = NULL;
}

void
arena_nest_end(ArenaNest *nest)
{
	while (nest->pieces != NULL)
	{
		ArenaPiece *piece = nest->pieces;

		nest->pieces = piece->next;
		arena_release(nest->outer, piece, 1, piece->size_bytes + ALIGNMENT);
	}
	nest->arena.used_bytes = 0;
}
