/*
 * shared_rows.c
 *    Memory for rows that all processes of one training see.
 *
 * A dynamic shared memory area of the server: it grows by segments, each
 * process maps those it looks into, and the last one to let go removes them.
 * A server that goes down without having done so removes them when it starts.
 */
#include "postgres.h"

#include "storage/lwlock.h"

#include "pg/train/shared_rows.h"

#define ALIGNMENT 64

static int tranche = 0;

static int
rows_tranche(void)
{
	if (tranche == 0)
	{
		tranche = LWLockNewTrancheId();
		LWLockRegisterTranche(tranche, "fairpg_rows");
	}
	return tranche;
}

/* Says what to do when there is no room for another segment. */
static void
hint_at_room(void *arg)
{
	if (geterrcode() == ERRCODE_DISK_FULL ||
	    geterrcode() == ERRCODE_OUT_OF_MEMORY)
		errhint("Give the server more shared memory (a container's /dev/shm is "
		        "small unless it is told), or set fairpg.workers to 0.");
}

/* Its name stands just before the aligned memory. */
static void *
aligned(dsa_area *area, dsa_pointer name)
{
	char *raw = dsa_get_address(area, name);
	char *memory = raw + sizeof(dsa_pointer);

	return memory + ALIGNMENT - (uintptr_t) memory % ALIGNMENT;
}

static void *
rows_alloc(NumArena *arena, size_t size_bytes)
{
	ErrorContextCallback context = { .previous = error_context_stack,
		                             .callback = hint_at_room };
	dsa_area *area = arena->host;
	dsa_pointer name;
	void *memory;

	error_context_stack = &context;
	name = dsa_allocate_extended(area,
	                             size_bytes + ALIGNMENT + sizeof(dsa_pointer),
	                             DSA_ALLOC_HUGE | DSA_ALLOC_NO_OOM);
	error_context_stack = context.previous;
	if (!DsaPointerIsValid(name))
		return NULL;
	memory = aligned(area, name);
	((dsa_pointer *) memory)[-1] = name;
	return memory;
}

static void
rows_release(NumArena *arena, void *memory, size_t size_bytes)
{
	dsa_free(arena->host, ((dsa_pointer *) memory)[-1]);
}

static uint64_t
rows_name(NumArena *arena, void *piece)
{
	return ((dsa_pointer *) piece)[-1];
}

static void *
rows_piece(NumArena *arena, uint64_t name)
{
	return aligned(arena->host, name);
}

const DataExchange shared_rows_exchange = { .name = rows_name,
	                                        .piece = rows_piece };

static SharedRows *
wrap(dsa_area *area)
{
	SharedRows *shared = palloc0(sizeof(SharedRows));

	shared->area = area;
	shared->arena.alloc = rows_alloc;
	shared->arena.release = rows_release;
	shared->arena.host = area;
	return shared;
}

SharedRows *
shared_rows_create(size_t limit_bytes)
{
	ErrorContextCallback context = { .previous = error_context_stack,
		                             .callback = hint_at_room };
	dsa_area *area;

	error_context_stack = &context;
	area = dsa_create(rows_tranche());
	error_context_stack = context.previous;
	if (limit_bytes > 0)
		dsa_set_size_limit(area, Max(limit_bytes, 2 * 1024 * 1024));
	return wrap(area);
}

SharedRows *
shared_rows_attach(dsa_handle handle)
{
	SharedRows *shared = wrap(dsa_attach(handle));

	dsa_pin_mapping(shared->area);
	return shared;
}

void
shared_rows_detach(SharedRows *shared)
{
	dsa_detach(shared->area);
	shared->area = NULL;
}
