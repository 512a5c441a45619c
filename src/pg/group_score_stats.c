/*
 * group_score_stats.c
 *    The type group_score_stats and its aggregates.
 *
 * While an aggregate runs, its state is an expanded object: a table of groups
 * (pg/group_table.h) with a FairScores each, so a row costs a look-up of its
 * group and one of its score.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "fair/scores.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/score_stats.h"

#define EXPANDED_MAGIC 0x66707367

typedef struct ExpandedGroups
{
	ExpandedObjectHeader header;
	int magic;
	NumArena arena;
	GroupTable table; /* statistics: FairScores */
} ExpandedGroups;

static bool groups_valid(const uint8 *payload, Size n_bytes);
static Size flat_size(ExpandedObjectHeader *header);
static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes);

const StatsKind group_score_kind = { .letter = 'g',
	                                 .type_name = "fairpg.group_score_stats",
	                                 .valid = groups_valid };

static const GroupStatsKind image_kind = { .valid = fair_scores_begin,
	                                       .bytes = fair_scores_image_bytes };

static const ExpandedObjectMethods expanded_methods = {
	.get_flat_size = flat_size, .flatten_into = flatten
};

static bool
groups_valid(const uint8 *payload, Size n_bytes)
{
	return group_payload_valid(&image_kind, payload, n_bytes);
}

GroupEntry *
group_score_entries(const uint8 *payload, int *n_groups)
{
	return group_payload_entries(&image_kind, payload, n_groups);
}

/* ---- the expanded form ---- */

static ExpandedGroups *
expanded_new(MemoryContext context)
{
	ExpandedGroups *stats =
		MemoryContextAllocZero(context, sizeof(ExpandedGroups));

	EOH_init_header(&stats->header, &expanded_methods, context);
	stats->magic = EXPANDED_MAGIC;
	host_arena_init(&stats->arena, context, 0);
	group_table_init(&stats->table, context);
	return stats;
}

/* The scores of the group of that name. */
static FairScores *
find_scores(ExpandedGroups *stats, const char *name, uint32 name_bytes)
{
	GroupSlot *group = group_table_find(&stats->table, name, name_bytes);
	FairScores *scores = group->stats;

	if (scores != NULL)
		return scores;
	scores = MemoryContextAlloc(stats->header.eoh_context, sizeof(FairScores));
	stats_check(fair_scores_init(scores, &stats->arena));
	group->stats = scores;
	return scores;
}

static void
merge_payload(ExpandedGroups *stats, const uint8 *payload)
{
	int n_groups;
	GroupEntry *entries = group_payload_stored(&image_kind, payload, &n_groups);

	for (int g = 0; g < n_groups; g++)
	{
		CHECK_FOR_INTERRUPTS();
		stats_check(fair_scores_merge_image(
			find_scores(stats, entries[g].name, entries[g].name_bytes),
			entries[g].stats));
	}
	pfree(entries);
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	ExpandedGroups *stats = (ExpandedGroups *) header;
	Size n_bytes = VARHDRSZ + STATS_FRAME_BYTES;

	Assert(stats->magic == EXPANDED_MAGIC);
	n_bytes += group_payload_overhead(&stats->table);
	for (int g = 0; g < stats->table.n_groups; g++)
		n_bytes += fair_scores_bytes(stats->table.groups[g].stats);
	if (!AllocSizeIsValid(n_bytes))
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("the scores of %d groups take more than a value can "
		                "hold",
		                stats->table.n_groups),
		         errhint("Group by a column with fewer values, or round the "
		                 "scores.")));
	return n_bytes;
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes)
{
	ExpandedGroups *stats = (ExpandedGroups *) header;
	GroupSlot **sorted = group_table_sorted(&stats->table);
	uint8 *at = stats_frame(&group_score_kind, result, allocated_bytes);

	Assert(allocated_bytes == flat_size(header));
	at = group_payload_begin(at, stats->table.n_groups);
	for (int g = 0; g < stats->table.n_groups; g++)
	{
		CHECK_FOR_INTERRUPTS();
		at = group_payload_name(at, sorted[g]);
		stats_check(fair_scores_write(sorted[g]->stats, at));
		at += fair_scores_bytes(sorted[g]->stats);
	}
	pfree(sorted);
}

/*
 * The state argument for changing it: our own expanded object as it is, and
 * anything else (NULL, a flat value) as a new one in the context of the
 * aggregate, of which nodeAgg.c then makes no further copy.
 */
static ExpandedGroups *
state_arg(FunctionCallInfo fcinfo)
{
	MemoryContext context = stats_state_context(fcinfo);
	ExpandedGroups *stats;
	Datum state;

	if (PG_ARGISNULL(0))
		return expanded_new(context);
	state = PG_GETARG_DATUM(0);
	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(state)))
	{
		stats = (ExpandedGroups *) DatumGetEOHP(state);
		if (stats->header.eoh_methods == &expanded_methods &&
		    stats->magic == EXPANDED_MAGIC)
			return stats;
	}
	stats = expanded_new(context);
	merge_payload(
		stats, stats_payload(&group_score_kind, PG_GETARG_VARLENA_P(0), NULL));
	return stats;
}

/* ---- functions ---- */

/* in, out, recv, send: see stats_image.h. */
FAIRPG_FUNCTION(fairpg_group_score_stats_in);

Datum
fairpg_group_score_stats_in(PG_FUNCTION_ARGS)
{
	return stats_in(&group_score_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_group_score_stats_out);

Datum
fairpg_group_score_stats_out(PG_FUNCTION_ARGS)
{
	return stats_out(&group_score_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_group_score_stats_recv);

Datum
fairpg_group_score_stats_recv(PG_FUNCTION_ARGS)
{
	return stats_recv(&group_score_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_group_score_stats_send);

Datum
fairpg_group_score_stats_send(PG_FUNCTION_ARGS)
{
	return stats_send(&group_score_kind, fcinfo);
}

/*
 * group_scores_step(state, label boolean, score float8, grp text
 *                   [, weight float8]), and the same for integer and boolean
 *
 * Counts one row in its group.  NaN is an error, a row of weight 0 changes
 * nothing.
 */
static Datum
step(FunctionCallInfo fcinfo, GroupType type)
{
	double weight = stats_weight(fcinfo, 4);
	int label = stats_boolean(fcinfo, 1);
	ExpandedGroups *stats = state_arg(fcinfo);
	char buffer[GROUP_NUMBER_BYTES];
	uint32 name_bytes;
	const char *name = group_name_arg(fcinfo, 3, type, buffer, &name_bytes);
	FairScores *scores;

	if (weight == 0)
		return EOHPGetRWDatum(&stats->header);
	scores = find_scores(stats, name, name_bytes);
	if (PG_ARGISNULL(2))
		stats_check(fair_scores_add_unscored(scores));
	else
		stats_check(
			fair_scores_add(scores, label, score_arg(fcinfo, 2), weight));
	return EOHPGetRWDatum(&stats->header);
}

FAIRPG_FUNCTION(fairpg_group_scores_step_text);

Datum
fairpg_group_scores_step_text(PG_FUNCTION_ARGS)
{
	return step(fcinfo, GROUP_TEXT);
}

FAIRPG_FUNCTION(fairpg_group_scores_step_integer);

Datum
fairpg_group_scores_step_integer(PG_FUNCTION_ARGS)
{
	return step(fcinfo, GROUP_INTEGER);
}

FAIRPG_FUNCTION(fairpg_group_scores_step_boolean);

Datum
fairpg_group_scores_step_boolean(PG_FUNCTION_ARGS)
{
	return step(fcinfo, GROUP_BOOLEAN);
}

/*
 * group_scores_combine(state, value)
 *
 * Adds the groups of another value; NULL on either side is one without
 * groups.
 */
FAIRPG_FUNCTION(fairpg_group_scores_combine);

Datum
fairpg_group_scores_combine(PG_FUNCTION_ARGS)
{
	ExpandedGroups *stats;

	stats_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	stats = state_arg(fcinfo);
	merge_payload(
		stats, stats_payload(&group_score_kind, PG_GETARG_VARLENA_P(1), NULL));
	return EOHPGetRWDatum(&stats->header);
}
