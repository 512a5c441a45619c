/*
 * arena.h
 *    Where layers 0 to 2 get their memory.
 *
 * The owner supplies alloc and release; everything else goes through the two
 * inline wrappers, which keep count and refuse to pass the limit.  Memory
 * that is not released lives until its owner drops the whole arena, so no
 * function here needs to clean up on failure (a monitor may longjmp, and so
 * may the owner of what is reclaimed).
 */
#ifndef FAIRPG_NUM_ARENA_H
#define FAIRPG_NUM_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct NumArena NumArena;

struct NumArena
{
	/* memory aligned to 64 bytes, not cleared, or NULL; must not jump */
	void *(*alloc)(NumArena *arena, size_t size_bytes);
	/* gives back what alloc returned; 'size_bytes' as it was asked for */
	void (*release)(NumArena *arena, void *memory, size_t size_bytes);
	void *host;             /* owner's own data */
	size_t used_bytes;      /* now */
	size_t peak_bytes;      /* highest value of arena_used() */
	size_t limit_bytes;     /* 0: no limit */
	const NumArena *beside; /* what it uses counts as well; NULL: nothing */

	/* asked before memory is refused, and again while it returns true: gives
	 * back some of what this arena gave; NULL: there is nothing */
	bool (*reclaim)(void *owner, size_t size_bytes);
	void *reclaim_owner;
	size_t refused_bytes; /* by the last refusal */
};

/* arena_alloc() where there is not enough at once. */
extern void *arena_reclaim(NumArena *arena, size_t size_bytes);

/* What counts against the limit. */
static inline size_t
arena_used(const NumArena *arena)
{
	return arena->used_bytes +
	       (arena->beside == NULL ? 0 : arena->beside->used_bytes);
}

/* Whether the limit allows for so much more. */
static inline bool
arena_has_room(const NumArena *arena, size_t size_bytes)
{
	return arena->limit_bytes == 0 ||
	       (arena_used(arena) <= arena->limit_bytes &&
	        size_bytes <= arena->limit_bytes - arena_used(arena));
}

/* Counts memory that another arena of the same owner gave. */
static inline void
arena_adopt(NumArena *arena, size_t size_bytes)
{
	arena->used_bytes += size_bytes;
	if (arena_used(arena) > arena->peak_bytes)
		arena->peak_bytes = arena_used(arena);
}

/* 'count' items of 'item_bytes'; NULL when too large, beyond the limit or out
 * of memory. */
static inline void *
arena_alloc(NumArena *arena, size_t count, size_t item_bytes)
{
	size_t size_bytes;
	void *memory = NULL;

	if (item_bytes != 0 && count > (SIZE_MAX / 2) / item_bytes)
		return NULL;
	size_bytes = count * item_bytes;
	if (arena_has_room(arena, size_bytes))
		memory = arena->alloc(arena, size_bytes == 0 ? 1 : size_bytes);
	if (memory == NULL)
		memory = arena_reclaim(arena, size_bytes);
	if (memory != NULL)
		arena_adopt(arena, size_bytes);
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

/*
 * An arena within another one, whose memory is all given back at once.  What is
 * taken counts in both.
 */
typedef struct ArenaNest
{
	NumArena arena; /* to be used */
	NumArena *outer;
	struct ArenaPiece *pieces;
} ArenaNest;

extern void arena_nest_begin(ArenaNest *nest, NumArena *outer);
extern void arena_nest_end(ArenaNest *nest);

/* An arena over malloc, for tests and tools; 'limit_bytes' 0 is no limit. */
extern void arena_init_malloc(NumArena *arena, size_t limit_bytes);

#endif
