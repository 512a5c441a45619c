/*
 * group_table.c
 *    Statistics of groups by name: the table of a running aggregate, and the
 *    bytes of a value.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/args.h"
#include "pg/compat.h"
#include "pg/encode.h"
#include "pg/group_table.h"

#define FIRST_SLOTS 16
/* the most that fairpg.max_groups can allow */
#define GROUPS_LIMIT 32767

static uint32
read32(const uint8 *at)
{
	return (uint32) at[0] | (uint32) at[1] << 8 | (uint32) at[2] << 16 |
	       (uint32) at[3] << 24;
}

static uint8 *
write32(uint8 *at, uint32 value)
{
	for (int i = 0; i < 4; i++)
		*at++ = (uint8) (value >> (8 * i));
	return at;
}

int
fairness_compare_names(const char *a, uint32 a_bytes, const char *b,
                       uint32 b_bytes)
{
	int order = memcmp(a, b, Min(a_bytes, b_bytes));

	if (order != 0)
		return order;
	return (a_bytes > b_bytes) - (a_bytes < b_bytes);
}

void
fairness_check_groups(int64 n_groups)
{
	int limit = setting_int("fairpg.max_groups");

	if (n_groups > limit)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("there are more than %d groups", limit),
		                errhint("Group by a column with fewer values, or raise "
		                        "the setting fairpg.max_groups.")));
}

/* ---- names ---- */

/*
 * Names are kept in UTF-8, whatever the encoding of the database, so that a
 * value says the same after a dump into another one.  A database of encoding
 * SQL_ASCII does not know what its bytes mean, so they are kept as they are.
 */
static const char *
name_to_utf8(const char *name, uint32 *name_bytes)
{
	const char *utf8;

	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return name;
	utf8 = pg_server_to_any(name, (int) *name_bytes, PG_UTF8);
	if (utf8 != name)
		*name_bytes = (uint32) strlen(utf8);
	return utf8;
}

static const char *
name_from_utf8(const char *name, uint32 *name_bytes)
{
	const char *own;

	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return name;
	own = pg_any_to_server(name, (int) *name_bytes, PG_UTF8);
	if (own != name)
		*name_bytes = (uint32) strlen(own);
	return own;
}

static bool
names_readable(const char *name, uint32 name_bytes)
{
	return GetDatabaseEncoding() == PG_SQL_ASCII ||
	       pg_verify_mbstr(PG_UTF8, name, (int) name_bytes, true);
}

const char *
group_name_arg(FunctionCallInfo fcinfo, int number, GroupType type,
               char *buffer, uint32 *name_bytes)
{
	const text *value;
	const char *name;

	if (PG_ARGISNULL(number))
		name = UNKNOWN_GROUP;
	else if (type == GROUP_BOOLEAN)
		name = PG_GETARG_BOOL(number) ? "true" : "false";
	else if (type == GROUP_INTEGER)
	{
		*name_bytes = (uint32) pg_ltoa(PG_GETARG_INT32(number), buffer);
		return buffer;
	}
	else
	{
		value = PG_GETARG_TEXT_PP(number);
		*name_bytes = VARSIZE_ANY_EXHDR(value);
		name = encode_value_name(VARDATA_ANY(value), name_bytes);
		return name_to_utf8(name, name_bytes);
	}
	*name_bytes = (uint32) strlen(name);
	return name;
}

/* ---- the table ---- */

void
group_table_init(GroupTable *table, MemoryContext context)
{
	memset(table, 0, sizeof(*table));
	table->context = context;
	table->n_slots = FIRST_SLOTS;
	table->groups =
		MemoryContextAlloc(context, sizeof(GroupSlot) * FIRST_SLOTS / 2);
	table->slots = MemoryContextAllocZero(context, sizeof(int) * FIRST_SLOTS);
}

static void
grow(GroupTable *table)
{
	int mask;

	table->n_slots *= 2;
	mask = table->n_slots - 1;
	table->groups = repalloc(table->groups,
	                         sizeof(GroupSlot) * (Size) (table->n_slots / 2));
	table->slots = repalloc(table->slots, sizeof(int) * (Size) table->n_slots);
	memset(table->slots, 0, sizeof(int) * (Size) table->n_slots);
	for (int g = 0; g < table->n_groups; g++)
	{
		int slot = (int) table->groups[g].hash & mask;

		while (table->slots[slot] != 0)
			slot = (slot + 1) & mask;
		table->slots[slot] = g + 1;
	}
}

/* A new group at the end of the list, without statistics. */
static GroupSlot *
add_group(GroupTable *table, const char *name, uint32 name_bytes, uint32 hash)
{
	GroupSlot *group;

	if (name_bytes > GROUP_NAME_BYTES)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the name of a group is too long"),
		         errdetail("A group may have a name of %d bytes at most.",
		                   GROUP_NAME_BYTES)));
	fairness_check_groups(table->n_groups + 1);
	group = &table->groups[table->n_groups++];
	group->hash = hash;
	group->name_bytes = name_bytes;
	group->name = MemoryContextAlloc(table->context, Max(name_bytes, 1));
	memcpy(group->name, name, name_bytes);
	group->stats = NULL;
	return group;
}

GroupSlot *
group_table_find(GroupTable *table, const char *name, uint32 name_bytes)
{
	uint32 hash = hash_bytes((const unsigned char *) name, (int) name_bytes);
	int mask = table->n_slots - 1;
	int slot = (int) hash & mask;

	for (; table->slots[slot] != 0; slot = (slot + 1) & mask)
	{
		GroupSlot *group = &table->groups[table->slots[slot] - 1];

		if (group->hash == hash && group->name_bytes == name_bytes &&
		    memcmp(group->name, name, name_bytes) == 0)
			return group;
	}
	if (2 * (table->n_groups + 1) > table->n_slots)
	{
		grow(table);
		return group_table_find(table, name, name_bytes);
	}
	table->slots[slot] = table->n_groups + 1;
	return add_group(table, name, name_bytes, hash);
}

static int
compare_groups(const void *a, const void *b)
{
	const GroupSlot *x = *(GroupSlot *const *) a;
	const GroupSlot *y = *(GroupSlot *const *) b;

	return fairness_compare_names(x->name, x->name_bytes, y->name,
	                              y->name_bytes);
}

GroupSlot **
group_table_sorted(const GroupTable *table)
{
	/* not in the current context: sorts of PostgreSQL 17 call from one that
	 * cannot give single pieces back */
	GroupSlot **sorted = MemoryContextAlloc(
		table->context, sizeof(GroupSlot *) * (Size) (table->n_groups + 1));

	for (int g = 0; g < table->n_groups; g++)
		sorted[g] = &table->groups[g];
	qsort(sorted, (size_t) table->n_groups, sizeof(GroupSlot *),
	      compare_groups);
	return sorted;
}

/* ---- payloads ---- */

bool
group_payload_valid(const GroupStatsKind *kind, const uint8 *payload,
                    Size n_bytes)
{
	const uint8 *at = payload + 4;
	Size left = n_bytes - 4;
	const char *last = NULL;
	uint32 last_bytes = 0;
	uint32 n_groups;

	if (n_bytes < 4)
		return false;
	n_groups = read32(payload);
	if (n_groups > GROUPS_LIMIT)
		return false;
	for (uint32 g = 0; g < n_groups; g++)
	{
		const char *name = (const char *) at + 4;
		uint32 name_bytes;

		CHECK_FOR_INTERRUPTS();
		if (left < 4)
			return false;
		name_bytes = read32(at);
		if (name_bytes > GROUP_NAME_BYTES || left - 4 < name_bytes)
			return false;
		if (memchr(name, '\0', name_bytes) != NULL ||
		    !names_readable(name, name_bytes))
			return false;
		if (last != NULL &&
		    fairness_compare_names(last, last_bytes, name, name_bytes) >= 0)
			return false;
		last = name;
		last_bytes = name_bytes;
		at += 4 + name_bytes;
		left -= 4 + name_bytes;
		if (!kind->valid(at, left))
			return false;
		left -= kind->bytes(at);
		at += kind->bytes(at);
	}
	return left == 0;
}

GroupEntry *
group_payload_stored(const GroupStatsKind *kind, const uint8 *payload,
                     int *n_groups)
{
	const uint8 *at = payload + 4;
	GroupEntry *entries;

	*n_groups = (int) read32(payload);
	entries = palloc(sizeof(GroupEntry) * (Size) (*n_groups + 1));
	for (int g = 0; g < *n_groups; g++)
	{
		entries[g].name_bytes = read32(at);
		entries[g].name = (const char *) at + 4;
		at += 4 + entries[g].name_bytes;
		entries[g].stats = at;
		at += kind->bytes(at);
	}
	return entries;
}

GroupEntry *
group_payload_entries(const GroupStatsKind *kind, const uint8 *payload,
                      int *n_groups)
{
	GroupEntry *entries = group_payload_stored(kind, payload, n_groups);

	for (int g = 0; g < *n_groups; g++)
		entries[g].name =
			name_from_utf8(entries[g].name, &entries[g].name_bytes);
	return entries;
}

uint8 *
group_payload_begin(uint8 *at, int n_groups)
{
	return write32(at, (uint32) n_groups);
}

uint8 *
group_payload_name(uint8 *at, const GroupSlot *group)
{
	at = write32(at, group->name_bytes);
	memcpy(at, group->name, group->name_bytes);
	return at + group->name_bytes;
}

Size
group_payload_overhead(const GroupTable *table)
{
	Size n_bytes = 4;

	for (int g = 0; g < table->n_groups; g++)
		n_bytes += 4 + table->groups[g].name_bytes;
	return n_bytes;
}
