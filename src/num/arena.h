/*
 * arena.h
 *    Where layers 0 to 2 get their memory.
 *
 * The owner supplies alloc and release; everything else goes through the two
 * inline wrappers, which keep count and refuse to pass the limit.  Memory
 * that is not released lives until its owner drops the whole arena, so no
 * function here needs to clean up on failure (a monitor may longjmp).
 */
#ifndef FAIRPG_NUM_ARENA_H
#define FAIRPG_NUM_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct NumArena NumArena;

struct NumArena
{
	/* memory aligned to 64 bytes, not cleared, or NULL; must not jump */
	void *(*alloc)(NumArena *arena, size_t size_bytes);
	/* gives back what alloc returned; 'size_bytes' as it was asked for */
	void (*release)(NumArena *arena, void *memory, size_t size_bytes);
	void *host;         /* owner's own data */
	size_t used_bytes;  /* now */
	size_t peak_bytes;  /* highest value of used_bytes */
	size_t limit_bytes; /* 0: no limit */
};

/* 'count' items of 'item_bytes'; NULL when too large, beyond the limit or out
 * of memory. */
static inline void *
arena_alloc(NumArena *arena, size_t count, size_t item_bytes)
{
	size_t size_bytes;
	void *memory;

	if (item_bytes != 0 && count > (SIZE_MAX / 2) / item_bytes)
		return NULL;
	size_bytes = count * item_bytes;
	if (arena->limit_bytes != 0 &&
	    size_bytes >
	        arena->limit_bytes - (arena->used_bytes < arena->limit_bytes
	                                  ? arena->used_bytes
	                                  : arena->limit_bytes))
		return NULL;
	memory = arena->alloc(arena, size_bytes == 0 ? 1 : size_bytes);
	if (memory == NULL)
		return NULL;
	arena->used_bytes += size_bytes;
	if (arena->used_bytes > arena->peak_bytes)
		arena->peak_bytes = arena->used_bytes;
	return memory;
}

static inline void
arena_release(NumArena *arena, void *memory, size_t count, size_t item_bytes)
{
	if (memory == NULL)
		return;
	arena->release(arena, memory, count * item_bytes);
	arena->used_bytes -= count * item_bytes;
}

/* Counts memory that another arena of the same owner gave. */
static inline void
arena_adopt(NumArena *arena, size_t size_bytes)
{
	arena->used_bytes += size_bytes;
	if (arena->used_bytes > arena->peak_bytes)
		arena->peak_bytes = arena->used_bytes;
}

/* An arena over malloc, for tests and tools; 'limit_bytes' 0 is no limit. */
extern void arena_init_malloc(NumArena *arena, size_t limit_bytes);

#endif
