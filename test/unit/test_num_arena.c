/*
 * test_num_arena.c
 *    Alignment, accounting and limits of the arena.
 */
#include "num/arena.h"
#include "unit.h"

static void
memory_is_aligned_and_counted(void)
{
	NumArena arena;
	void *memory[40];

	arena_init_malloc(&arena, 0);
	for (size_t i = 0; i < 40; i++)
	{
		memory[i] = arena_alloc(&arena, i, 3);
		CHECK(memory[i] != NULL);
		CHECK((uintptr_t) memory[i] % 64 == 0);
		memset(memory[i], 0x5a, i * 3);
	}
	CHECK_INT(arena.used_bytes, 3 * 39 * 40 / 2);
	for (size_t i = 0; i < 40; i++)
		arena_release(&arena, memory[i], i, 3);
	CHECK_INT(arena.used_bytes, 0);
	CHECK_INT(arena.peak_bytes, 3 * 39 * 40 / 2);
	arena_release(&arena, NULL, 100, 8);
	CHECK_INT(arena.used_bytes, 0);
}

static void
the_limit_is_kept_to_the_byte(void)
{
	NumArena arena;
	void *first;
	void *second;

	arena_init_malloc(&arena, 1000);
	first = arena_alloc(&arena, 600, 1);
	CHECK(first != NULL);
	CHECK(arena_alloc(&arena, 401, 1) == NULL);
	second = arena_alloc(&arena, 50, 8);
	CHECK(second != NULL);
	CHECK(arena_alloc(&arena, 1, 1) == NULL);
	CHECK_INT(arena.used_bytes, 1000);
	/* a limit lowered below what is used refuses everything */
	arena.limit_bytes = 10;
	CHECK(arena_alloc(&arena, 1, 1) == NULL);
	arena_release(&arena, first, 600, 1);
	arena_release(&arena, second, 50, 8);
	CHECK_INT(arena.used_bytes, 0);
}

static void
a_nest_gives_all_of_its_memory_back(void)
{
	NumArena arena;
	ArenaNest nest;
	char *kept;
	void *pieces[10];

	arena_init_malloc(&arena, 4000);
	kept = arena_alloc(&arena, 100, 1);
	memset(kept, 1, 100);
	arena_nest_begin(&nest, &arena);
	for (size_t i = 0; i < 10; i++)
	{
		pieces[i] = arena_alloc(&nest.arena, 1 + i, 10);
		CHECK((uintptr_t) pieces[i] % 64 == 0);
		memset(pieces[i], 2, 10 * (1 + i));
	}
	CHECK_INT(nest.arena.used_bytes, 550);
	CHECK(arena.used_bytes >= 650);
	/* the first, the last and one between them */
	arena_release(&nest.arena, pieces[0], 1, 10);
	arena_release(&nest.arena, pieces[9], 10, 10);
	arena_release(&nest.arena, pieces[4], 5, 10);
	CHECK_INT(nest.arena.used_bytes, 390);
	CHECK(arena_alloc(&nest.arena, 4000, 1) == NULL);
	arena_nest_end(&nest);
	CHECK_INT(arena.used_bytes, 100);
	CHECK_INT(kept[99], 1);
	arena_release(&arena, kept, 100, 1);
}

static void
sizes_that_overflow_are_refused(void)
{
	NumArena arena;

	arena_init_malloc(&arena, 0);
	CHECK(arena_alloc(&arena, SIZE_MAX, 8) == NULL);
	CHECK(arena_alloc(&arena, SIZE_MAX / 8 + 1, 8) == NULL);
	CHECK(arena_alloc(&arena, 1, SIZE_MAX) == NULL);
	CHECK_INT(arena.used_bytes, 0);
}

int
main(void)
{
	RUN(memory_is_aligned_and_counted);
	RUN(the_limit_is_kept_to_the_byte);
	RUN(a_nest_gives_all_of_its_memory_back);
	RUN(sizes_that_overflow_are_refused);
	return unit_end();
}
