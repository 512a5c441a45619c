/*
 * values.c
 *    How many different values there are: the table.
 */
#include "data/values.h"

#include <stdbool.h>
#include <string.h>

#include "data/hash_sort.h"

#define FIRST_SLOTS 64
#define MOST_BITS 62

static NumStatus
make_table(Values *values, uint32_t n_slots)
{
	values->slots = arena_alloc(values->arena, n_slots, sizeof(ValueSlot));
	if (values->slots == NULL)
		return NUM_NO_MEMORY;
	memset(values->slots, 0, (size_t) n_slots * sizeof(ValueSlot));
	values->n_slots = n_slots;
	values->n = 0;
	return NUM_OK;
}

NumStatus
values_init(Values *values, NumArena *arena, uint32_t most)
{
	values->arena = arena;
	values->most = most;
	values->bits = 0;
	return make_table(values, FIRST_SLOTS);
}

void
values_release(Values *values)
{
	if (values->slots == NULL)
		return;
	arena_release(values->arena, values->slots, values->n_slots,
	              sizeof(ValueSlot));
	values->slots = NULL;
}

static bool
is_kept(const Values *values, uint64_t hash)
{
	return (hash & ((UINT64_C(1) << values->bits) - 1)) == 0;
}

static void
put(Values *values, const ValueSlot *entry)
{
	uint32_t s = values_place(values, entry->hash, entry->tag);

	while (values->slots[s].rows != 0)
		s = (s + 1) & (values->n_slots - 1);
	values->slots[s] = *entry;
	values->n++;
}

/* Into a table of another size, without those that are no longer kept. */
static NumStatus
rebuild(Values *values, uint32_t n_slots)
{
	Values old = *values;
	NumStatus status = make_table(values, n_slots);

	if (status != NUM_OK)
	{
		*values = old;
		return status;
	}
	for (uint32_t s = 0; s < old.n_slots; s++)
		if (old.slots[s].rows != 0 && is_kept(values, old.slots[s].hash))
			put(values, &old.slots[s]);
	values_release(&old);
	return NUM_OK;
}

NumStatus
values_insert(Values *values, uint64_t hash, uint32_t tag)
{
	ValueSlot entry = { hash, 1, tag };
	NumStatus status = NUM_OK;

	put(values, &entry);
	while (values->n > values->most && values->bits < MOST_BITS &&
	       status == NUM_OK)
	{
		values->bits++;
		status = rebuild(values, values->n_slots);
	}
	if (status == NUM_OK && values->n >= values->n_slots / 4 * 3)
		status = values->n_slots > UINT32_MAX / 2
		             ? NUM_TOO_LARGE
		             : rebuild(values, values->n_slots * 2);
	return status;
}

uint32_t
values_rows_of(const Values *values, uint64_t hash, uint32_t tag)
{
	uint32_t s = values_place(values, hash, tag);

	for (; values->slots[s].rows != 0; s = (s + 1) & (values->n_slots - 1))
		if (values->slots[s].hash == hash && values->slots[s].tag == tag)
			return values->slots[s].rows;
	return 0;
}

uint64_t
values_rows(const Values *values)
{
	uint64_t rows = 0;

	for (uint32_t s = 0; s < values->n_slots; s++)
		rows += values->slots[s].rows;
	return rows;
}

uint64_t
values_most_frequent(const Values *values)
{
	uint32_t most = 0;

	for (uint32_t s = 0; s < values->n_slots; s++)
		if (values->slots[s].rows > most)
			most = values->slots[s].rows;
	return most;
}

double
values_distinct(const Values *values)
{
	return (double) values->n * (double) (UINT64_C(1) << values->bits);
}

static int
compare_slots(const void *a, const void *b)
{
	const ValueSlot *x = a;
	const ValueSlot *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->tag > y->tag) - (x->tag < y->tag);
}

NumStatus
values_sort(Values *values, NumMonitor *monitor)
{
	uint32_t n = 0;
	NumStatus status;

	for (uint32_t s = 0; s < values->n_slots; s++)
		if (values->slots[s].rows != 0)
			values->slots[n++] = values->slots[s];
	status =
		hash_sort(values->slots, n, sizeof(ValueSlot), compare_slots, monitor);
	/* the rest of the table is free again, and no longer to be probed */
	if (n < values->n_slots)
		memset(&values->slots[n], 0,
		       (size_t) (values->n_slots - n) * sizeof(ValueSlot));
	return status;
}
