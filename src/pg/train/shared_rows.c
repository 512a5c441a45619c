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
#include "utils/memutils.h"

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

/* The error that is being raised is about shared memory: it comes from the
 * server's files that get it, in this process or in a worker.  A full disk and
 * a process out of memory have the same codes. */
static bool
error_is_of_shared_memory(void)
{
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
	ErrorData *error = CopyErrorData();
	bool is_of = error->filename != NULL &&
	             (strcmp(error->filename, "dsm_impl.c") == 0 ||
	              strcmp(error->filename, "dsm.c") == 0 ||
	              strcmp(error->filename, "dsa.c") == 0);

	FreeErrorData(error);
	MemoryContextSwitchTo(before);
	return is_of;
}

/* Says what to do when there is no room for another segment. */
static void
hint_at_room(void *arg)
{
	int code = geterrcode();

	if ((code == ERRCODE_DISK_FULL || code == ERRCODE_OUT_OF_MEMORY ||
	     code == ERRCODE_INSUFFICIENT_RESOURCES) &&
	    error_is_of_shared_memory())
		errhint(
			"Give the server more shared memory (where "
			"dynamic_shared_memory_type is \"posix\" that is /dev/shm, which "
			"is small in a container unless it is told), or set "
			"fairpg.workers to 0.");
}

void
shared_rows_hint_begin(ErrorContextCallback *hint)
{
	hint->previous = error_context_stack;
	hint->callback = hint_at_room;
	hint->arg = NULL;
	error_context_stack = hint;
}

void
shared_rows_hint_end(ErrorContextCallback *hint)
{
	error_context_stack = hint->previous;
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
	ErrorContextCallback hint;
	dsa_area *area = arena->host;
	dsa_pointer name;
	void *memory;

	shared_rows_hint_begin(&hint);
	name = dsa_allocate_extended(area,
	                             size_bytes + ALIGNMENT + sizeof(dsa_pointer),
	                             DSA_ALLOC_HUGE | DSA_ALLOC_NO_OOM);
	shared_rows_hint_end(&hint);
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
	ErrorContextCallback hint;
	dsa_area *area;

	shared_rows_hint_begin(&hint);
	area = dsa_create(rows_tranche());
	shared_rows_hint_end(&hint);
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
