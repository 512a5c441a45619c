/*
 * arena.c
 *    What an arena does when memory is short, and an arena over malloc for
 *    tests and tools.
 */
#include "num/arena.h"

#include <stdlib.h>

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
