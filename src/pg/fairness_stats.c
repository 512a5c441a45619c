/*
 * fairness_stats.c
 *    The type fairness_stats and its aggregates.
 *
 * While an aggregate runs, its state is an expanded object: a hash table of
 * groups with one tally each, so a row costs one look-up whatever the number
 * of groups.  Flattened, groups stand in the order of their names, so equal
 * contents are equal bytes.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "fair/tally.h"
#include "pg/args.h"
#include "pg/compat.h"
#include "pg/encode.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"

#define EXPANDED_MAGIC 0x66707366
#define FIRST_SLOTS 16
/* the most that fairpg.max_groups can allow */
#define GROUPS_LIMIT 32767

typedef struct Group
{
	uint32 hash;
	uint32 name_bytes;
	char *name;
	uint8 *tally;
} Group;

typedef struct ExpandedFairness
{
	ExpandedObjectHeader header;
	int magic;
	int n_groups;
	int n_slots;     /* power of two, at least twice the groups */
	Group *groups;   /* room for n_slots / 2 */
	int *slots;      /* number of the group + 1; 0 is free */
	Size flat_bytes; /* 0: not known */
} ExpandedFairness;

static bool fairness_valid(const uint8 *payload, Size n_bytes);
static Size flat_size(ExpandedObjectHeader *header);
static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes);

const StatsKind fairness_kind = { .letter = 'f',
	                              .type_name = "fairpg.fairness_stats",
	                              .valid = fairness_valid };

static const ExpandedObjectMethods expanded_methods = {
	.get_flat_size = flat_size, .flatten_into = flatten
};

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

/* Every length is checked against what is left before it is used. */
static bool
fairness_valid(const uint8 *payload, Size n_bytes)
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
		if (!fair_tally_valid(at, left))
			return false;
		left -= fair_tally_bytes(at);
		at += fair_tally_bytes(at);
	}
	return left == 0;
}

/* The groups of a payload, their names in UTF-8. */
static FairnessEntry *
stored_entries(const uint8 *payload, int *n_groups)
{
	const uint8 *at = payload + 4;
	FairnessEntry *entries;

	*n_groups = (int) read32(payload);
	entries = palloc(sizeof(FairnessEntry) * (Size) (*n_groups + 1));
	for (int g = 0; g < *n_groups; g++)
	{
		entries[g].name_bytes = read32(at);
		entries[g].name = (const char *) at + 4;
		at += 4 + entries[g].name_bytes;
		entries[g].tally = at;
		at += fair_tally_bytes(at);
	}
	return entries;
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

FairnessEntry *
fairness_entries(const uint8 *payload, int *n_groups)
{
	FairnessEntry *entries = stored_entries(payload, n_groups);

	for (int g = 0; g < *n_groups; g++)
		entries[g].name =
			name_from_utf8(entries[g].name, &entries[g].name_bytes);
	return entries;
}

/* ---- the expanded form ---- */

static ExpandedFairness *
expanded_new(MemoryContext context)
{
	ExpandedFairness *stats =
		MemoryContextAllocZero(context, sizeof(ExpandedFairness));

	EOH_init_header(&stats->header, &expanded_methods, context);
	stats->magic = EXPANDED_MAGIC;
	stats->n_slots = FIRST_SLOTS;
	stats->groups =
		MemoryContextAlloc(context, sizeof(Group) * FIRST_SLOTS / 2);
	stats->slots = MemoryContextAllocZero(context, sizeof(int) * FIRST_SLOTS);
	return stats;
}

static void
grow(ExpandedFairness *stats)
{
	int mask;

	stats->n_slots *= 2;
	mask = stats->n_slots - 1;
	stats->groups =
		repalloc(stats->groups, sizeof(Group) * (Size) (stats->n_slots / 2));
	stats->slots = repalloc(stats->slots, sizeof(int) * (Size) stats->n_slots);
	memset(stats->slots, 0, sizeof(int) * (Size) stats->n_slots);
	for (int g = 0; g < stats->n_groups; g++)
	{
		int slot = (int) stats->groups[g].hash & mask;

		while (stats->slots[slot] != 0)
			slot = (slot + 1) & mask;
		stats->slots[slot] = g + 1;
	}
}

/* A new group at the end of the list, with an empty tally. */
static Group *
add_group(ExpandedFairness *stats, const char *name, uint32 name_bytes,
          uint32 hash)
{
	MemoryContext context = stats->header.eoh_context;
	Group *group;

	if (name_bytes > GROUP_NAME_BYTES)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the name of a group is too long"),
		         errdetail("A group may have a name of %d bytes at most.",
		                   GROUP_NAME_BYTES)));
	fairness_check_groups(stats->n_groups + 1);
	group = &stats->groups[stats->n_groups++];
	group->hash = hash;
	group->name_bytes = name_bytes;
	group->name = MemoryContextAlloc(context, Max(name_bytes, 1));
	memcpy(group->name, name, name_bytes);
	group->tally = MemoryContextAlloc(context, FAIR_TALLY_PLAIN_BYTES);
	fair_tally_clear(group->tally);
	return group;
}

static Group *
find_group(ExpandedFairness *stats, const char *name, uint32 name_bytes)
{
	uint32 hash = hash_bytes((const unsigned char *) name, (int) name_bytes);
	int mask = stats->n_slots - 1;
	int slot = (int) hash & mask;

	for (; stats->slots[slot] != 0; slot = (slot + 1) & mask)
	{
		Group *group = &stats->groups[stats->slots[slot] - 1];

		if (group->hash == hash && group->name_bytes == name_bytes &&
		    memcmp(group->name, name, name_bytes) == 0)
			return group;
	}
	if (2 * (stats->n_groups + 1) > stats->n_slots)
	{
		grow(stats);
		return find_group(stats, name, name_bytes);
	}
	stats->flat_bytes = 0;
	stats->slots[slot] = stats->n_groups + 1;
	return add_group(stats, name, name_bytes, hash);
}

/* The group's tally, from now on with room for weights. */
static void
widen(ExpandedFairness *stats, Group *group)
{
	uint8 *wide = MemoryContextAlloc(stats->header.eoh_context,
	                                 FAIR_TALLY_WEIGHTED_BYTES);

	fair_tally_widen(group->tally, wide);
	pfree(group->tally);
	group->tally = wide;
	stats->flat_bytes = 0;
}

static void
count_row(ExpandedFairness *stats, const char *name, uint32 name_bytes,
          int cell, double weight)
{
	Group *group = find_group(stats, name, name_bytes);
	NumStatus status = fair_tally_add(group->tally, cell, weight);

	if (status == NUM_BAD_ARGUMENT)
	{
		widen(stats, group);
		status = fair_tally_add(group->tally, cell, weight);
	}
	stats_check(status);
}

static void
merge_payload(ExpandedFairness *stats, const uint8 *payload)
{
	int n_groups;
	FairnessEntry *entries = stored_entries(payload, &n_groups);

	for (int g = 0; g < n_groups; g++)
	{
		Group *group =
			find_group(stats, entries[g].name, entries[g].name_bytes);

		if (fair_tally_weighted(entries[g].tally) &&
		    !fair_tally_weighted(group->tally))
			widen(stats, group);
		stats_check(fair_tally_merge(group->tally, entries[g].tally));
	}
	pfree(entries);
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	ExpandedFairness *stats = (ExpandedFairness *) header;
	Size n_bytes = VARHDRSZ + STATS_FRAME_BYTES + 4;

	Assert(stats->magic == EXPANDED_MAGIC);
	if (stats->flat_bytes != 0)
		return stats->flat_bytes;
	for (int g = 0; g < stats->n_groups; g++)
		n_bytes += 4 + stats->groups[g].name_bytes +
		           fair_tally_bytes(stats->groups[g].tally);
	stats->flat_bytes = n_bytes;
	return n_bytes;
}

static int
compare_groups(const void *a, const void *b)
{
	const Group *x = *(Group *const *) a;
	const Group *y = *(Group *const *) b;

	return fairness_compare_names(x->name, x->name_bytes, y->name,
	                              y->name_bytes);
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes)
{
	ExpandedFairness *stats = (ExpandedFairness *) header;
	/* not in the current context: sorts of PostgreSQL 17 call from one that
	 * cannot give single pieces back */
	Group **sorted = MemoryContextAlloc(
		header->eoh_context, sizeof(Group *) * (Size) (stats->n_groups + 1));
	uint8 *at = stats_frame(&fairness_kind, result, allocated_bytes);

	Assert(allocated_bytes == flat_size(header));
	for (int g = 0; g < stats->n_groups; g++)
		sorted[g] = &stats->groups[g];
	qsort(sorted, (size_t) stats->n_groups, sizeof(Group *), compare_groups);

	at = write32(at, (uint32) stats->n_groups);
	for (int g = 0; g < stats->n_groups; g++)
	{
		Size tally_bytes = fair_tally_bytes(sorted[g]->tally);

		at = write32(at, sorted[g]->name_bytes);
		memcpy(at, sorted[g]->name, sorted[g]->name_bytes);
		at += sorted[g]->name_bytes;
		memcpy(at, sorted[g]->tally, tally_bytes);
		at += tally_bytes;
	}
	pfree(sorted);
}

/*
 * The state argument for changing it: our own expanded object as it is, and
 * anything else (NULL, a flat value) as a new one in the context of the
 * aggregate, of which nodeAgg.c then makes no further copy.
 */
static ExpandedFairness *
state_arg(FunctionCallInfo fcinfo)
{
	MemoryContext context = stats_state_context(fcinfo);
	ExpandedFairness *stats;
	Datum state;

	if (PG_ARGISNULL(0))
		return expanded_new(context);
	state = PG_GETARG_DATUM(0);
	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(state)))
	{
		stats = (ExpandedFairness *) DatumGetEOHP(state);
		if (stats->header.eoh_methods == &expanded_methods &&
		    stats->magic == EXPANDED_MAGIC)
			return stats;
	}
	stats = expanded_new(context);
	merge_payload(stats,
	              stats_payload(&fairness_kind, PG_GETARG_VARLENA_P(0), NULL));
	return stats;
}

static Datum
state_result(ExpandedFairness *stats)
{
	return EOHPGetRWDatum(&stats->header);
}

/* ---- functions ---- */

FAIRPG_FUNCTION(fairpg_fairness_stats_in);

Datum
fairpg_fairness_stats_in(PG_FUNCTION_ARGS)
{
	return stats_in(&fairness_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_fairness_stats_out);

Datum
fairpg_fairness_stats_out(PG_FUNCTION_ARGS)
{
	return stats_out(&fairness_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_fairness_stats_recv);

Datum
fairpg_fairness_stats_recv(PG_FUNCTION_ARGS)
{
	return stats_recv(&fairness_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_fairness_stats_send);

Datum
fairpg_fairness_stats_send(PG_FUNCTION_ARGS)
{
	return stats_send(&fairness_kind, fcinfo);
}

/* Counts the row of one of the step functions below in its group. */
static Datum
step(FunctionCallInfo fcinfo, const char *name, uint32 name_bytes)
{
	double weight = stats_weight(fcinfo, 4);
	int cell =
		fair_tally_cell(stats_boolean(fcinfo, 1), stats_boolean(fcinfo, 2));
	ExpandedFairness *stats = state_arg(fcinfo);

	if (weight > 0 && PG_ARGISNULL(3))
		count_row(stats, UNKNOWN_GROUP, strlen(UNKNOWN_GROUP), cell, weight);
	else if (weight > 0)
		count_row(stats, name, name_bytes, cell, weight);
	return state_result(stats);
}

/*
 * fairness_step(state, label boolean, decision boolean, grp text
 *               [, weight float8]), and the same for integer and boolean grp
 *
 * Counts one row in its group.  A row of weight 0 changes nothing.
 */
FAIRPG_FUNCTION(fairpg_fairness_step_text);

Datum
fairpg_fairness_step_text(PG_FUNCTION_ARGS)
{
	const text *value;
	const char *name;
	uint32 name_bytes;

	if (PG_ARGISNULL(3))
		return step(fcinfo, NULL, 0);
	value = PG_GETARG_TEXT_PP(3);
	name_bytes = VARSIZE_ANY_EXHDR(value);
	name = encode_value_name(VARDATA_ANY(value), &name_bytes);
	name = name_to_utf8(name, &name_bytes);
	return step(fcinfo, name, name_bytes);
}

FAIRPG_FUNCTION(fairpg_fairness_step_integer);

Datum
fairpg_fairness_step_integer(PG_FUNCTION_ARGS)
{
	char name[12]; /* "-2147483648" */

	if (PG_ARGISNULL(3))
		return step(fcinfo, NULL, 0);
	return step(fcinfo, name, (uint32) pg_ltoa(PG_GETARG_INT32(3), name));
}

FAIRPG_FUNCTION(fairpg_fairness_step_boolean);

Datum
fairpg_fairness_step_boolean(PG_FUNCTION_ARGS)
{
	const char *name;

	if (PG_ARGISNULL(3))
		return step(fcinfo, NULL, 0);
	name = PG_GETARG_BOOL(3) ? "true" : "false";
	return step(fcinfo, name, strlen(name));
}

/*
 * fairness_combine(state, value)
 *
 * Adds the groups of another value; NULL on either side is one without
 * groups.
 */
FAIRPG_FUNCTION(fairpg_fairness_combine);

Datum
fairpg_fairness_combine(PG_FUNCTION_ARGS)
{
	ExpandedFairness *stats;

	stats_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	stats = state_arg(fcinfo);
	merge_payload(stats,
	              stats_payload(&fairness_kind, PG_GETARG_VARLENA_P(1), NULL));
	return state_result(stats);
}
