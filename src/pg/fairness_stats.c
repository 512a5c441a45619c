/*
 * fairness_stats.c
 *    The type fairness_stats and its aggregates.
 *
 * While an aggregate runs, its state is an expanded object: a table of groups
 * (pg/group_table.h) with one tally each.  Flattened, groups stand in the order
 * of their names, so equal contents are equal bytes.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "fair/tally.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"

#define EXPANDED_MAGIC 0x66707366

typedef struct ExpandedFairness
{
	ExpandedObjectHeader header;
	int magic;
	GroupTable table; /* statistics: a tally */
	Size flat_bytes;  /* 0: not known */
} ExpandedFairness;

static bool fairness_valid(const uint8 *payload, Size n_bytes);
static Size flat_size(ExpandedObjectHeader *header);
static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes);

const StatsKind fairness_kind = { .letter = 'f',
	                              .type_name = "fairpg.fairness_stats",
	                              .valid = fairness_valid };

static const GroupStatsKind tally_kind = { .valid = fair_tally_valid,
	                                       .bytes = fair_tally_bytes };

static const ExpandedObjectMethods expanded_methods = {
	.get_flat_size = flat_size, .flatten_into = flatten
};

static bool
fairness_valid(const uint8 *payload, Size n_bytes)
{
	return group_payload_valid(&tally_kind, payload, n_bytes);
}

FairnessEntry *
fairness_entries(const uint8 *payload, int *n_groups)
{
	GroupEntry *groups = group_payload_entries(&tally_kind, payload, n_groups);
	FairnessEntry *entries =
		palloc(sizeof(FairnessEntry) * (Size) (*n_groups + 1));

	for (int g = 0; g < *n_groups; g++)
		entries[g] = (FairnessEntry){ .name = groups[g].name,
			                          .name_bytes = groups[g].name_bytes,
			                          .tally = groups[g].stats };
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
	group_table_init(&stats->table, context);
	return stats;
}

/* The group of that name, with a tally. */
static GroupSlot *
find_group(ExpandedFairness *stats, const char *name, uint32 name_bytes)
{
	GroupSlot *group = group_table_find(&stats->table, name, name_bytes);

	if (group->stats != NULL)
		return group;
	stats->flat_bytes = 0;
	group->stats =
		MemoryContextAlloc(stats->header.eoh_context, FAIR_TALLY_PLAIN_BYTES);
	fair_tally_clear(group->stats);
	return group;
}

/* The group's tally, from now on with room for weights. */
static void
widen(ExpandedFairness *stats, GroupSlot *group)
{
	uint8 *wide = MemoryContextAlloc(stats->header.eoh_context,
	                                 FAIR_TALLY_WEIGHTED_BYTES);

	fair_tally_widen(group->stats, wide);
	pfree(group->stats);
	group->stats = wide;
	stats->flat_bytes = 0;
}

static void
count_row(ExpandedFairness *stats, const char *name, uint32 name_bytes,
          int cell, double weight)
{
	GroupSlot *group = find_group(stats, name, name_bytes);
	NumStatus status = fair_tally_add(group->stats, cell, weight);

	if (status == NUM_BAD_ARGUMENT)
	{
		widen(stats, group);
		status = fair_tally_add(group->stats, cell, weight);
	}
	stats_check(status);
}

static void
merge_payload(ExpandedFairness *stats, const uint8 *payload)
{
	int n_groups;
	GroupEntry *entries = group_payload_stored(&tally_kind, payload, &n_groups);

	for (int g = 0; g < n_groups; g++)
	{
		GroupSlot *group =
			find_group(stats, entries[g].name, entries[g].name_bytes);

		if (fair_tally_weighted(entries[g].stats) &&
		    !fair_tally_weighted(group->stats))
			widen(stats, group);
		stats_check(fair_tally_merge(group->stats, entries[g].stats));
	}
	pfree(entries);
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	ExpandedFairness *stats = (ExpandedFairness *) header;
	Size n_bytes = VARHDRSZ + STATS_FRAME_BYTES;

	Assert(stats->magic == EXPANDED_MAGIC);
	if (stats->flat_bytes != 0)
		return stats->flat_bytes;
	n_bytes += group_payload_overhead(&stats->table);
	for (int g = 0; g < stats->table.n_groups; g++)
		n_bytes += fair_tally_bytes(stats->table.groups[g].stats);
	stats->flat_bytes = n_bytes;
	return n_bytes;
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes)
{
	ExpandedFairness *stats = (ExpandedFairness *) header;
	GroupSlot **sorted = group_table_sorted(&stats->table);
	uint8 *at = stats_frame(&fairness_kind, result, allocated_bytes);

	Assert(allocated_bytes == flat_size(header));
	at = group_payload_begin(at, stats->table.n_groups);
	for (int g = 0; g < stats->table.n_groups; g++)
	{
		Size tally_bytes = fair_tally_bytes(sorted[g]->stats);

		at = group_payload_name(at, sorted[g]);
		memcpy(at, sorted[g]->stats, tally_bytes);
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

/*
 * fairness_step(state, label boolean, decision boolean, grp text
 *               [, weight float8]), and the same for integer and boolean grp
 *
 * Counts one row in its group.  A row of weight 0 changes nothing.
 */
static Datum
step(FunctionCallInfo fcinfo, GroupType type)
{
	double weight = stats_weight(fcinfo, 4);
	int cell =
		fair_tally_cell(stats_boolean(fcinfo, 1), stats_boolean(fcinfo, 2));
	ExpandedFairness *stats = state_arg(fcinfo);
	char buffer[GROUP_NUMBER_BYTES];
	uint32 name_bytes;
	const char *name = group_name_arg(fcinfo, 3, type, buffer, &name_bytes);

	if (weight > 0)
		count_row(stats, name, name_bytes, cell, weight);
	return state_result(stats);
}

FAIRPG_FUNCTION(fairpg_fairness_step_text);

Datum
fairpg_fairness_step_text(PG_FUNCTION_ARGS)
{
	return step(fcinfo, GROUP_TEXT);
}

FAIRPG_FUNCTION(fairpg_fairness_step_integer);

Datum
fairpg_fairness_step_integer(PG_FUNCTION_ARGS)
{
	return step(fcinfo, GROUP_INTEGER);
}

FAIRPG_FUNCTION(fairpg_fairness_step_boolean);

Datum
fairpg_fairness_step_boolean(PG_FUNCTION_ARGS)
{
	return step(fcinfo, GROUP_BOOLEAN);
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
