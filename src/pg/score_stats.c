/*
 * score_stats.c
 *    The type score_stats and its aggregates.
 *
 * While an aggregate runs, its state is an expanded object around FairScores
 * (fair/scores.h), so a row costs one look-up of its score.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "fair/scores.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/score_stats.h"

#define EXPANDED_MAGIC 0x66707373

typedef struct ExpandedScores
{
	ExpandedObjectHeader header;
	int magic;
	NumArena arena;
	FairScores scores;
} ExpandedScores;

static Size flat_size(ExpandedObjectHeader *header);
static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes);

const StatsKind score_kind = { .letter = 's',
	                           .type_name = "fairpg.score_stats",
	                           .valid = fair_scores_valid };

static const ExpandedObjectMethods expanded_methods = {
	.get_flat_size = flat_size, .flatten_into = flatten
};

static ExpandedScores *
expanded_new(MemoryContext context)
{
	ExpandedScores *state =
		MemoryContextAllocZero(context, sizeof(ExpandedScores));

	EOH_init_header(&state->header, &expanded_methods, context);
	state->magic = EXPANDED_MAGIC;
	host_arena_init(&state->arena, context, 0);
	stats_check(fair_scores_init(&state->scores, &state->arena));
	return state;
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	ExpandedScores *state = (ExpandedScores *) header;

	Assert(state->magic == EXPANDED_MAGIC);
	return VARHDRSZ + STATS_FRAME_BYTES + fair_scores_bytes(&state->scores);
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes)
{
	ExpandedScores *state = (ExpandedScores *) header;

	Assert(allocated_bytes == flat_size(header));
	stats_check(fair_scores_write(
		&state->scores, stats_frame(&score_kind, result, allocated_bytes)));
}

/*
 * The state argument for changing it: our own expanded object as it is, and
 * anything else (NULL, a flat value) as a new one in the context of the
 * aggregate, of which nodeAgg.c then makes no further copy.
 */
static ExpandedScores *
state_arg(FunctionCallInfo fcinfo)
{
	MemoryContext context = stats_state_context(fcinfo);
	ExpandedScores *state;
	Datum given;

	if (PG_ARGISNULL(0))
		return expanded_new(context);
	given = PG_GETARG_DATUM(0);
	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(given)))
	{
		state = (ExpandedScores *) DatumGetEOHP(given);
		if (state->header.eoh_methods == &expanded_methods &&
		    state->magic == EXPANDED_MAGIC)
			return state;
	}
	state = expanded_new(context);
	stats_check(fair_scores_merge_image(
		&state->scores,
		stats_payload(&score_kind, PG_GETARG_VARLENA_P(0), NULL)));
	return state;
}

/* in, out, recv, send: see stats_image.h. */
FAIRPG_FUNCTION(fairpg_score_stats_in);

Datum
fairpg_score_stats_in(PG_FUNCTION_ARGS)
{
	return stats_in(&score_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_score_stats_out);

Datum
fairpg_score_stats_out(PG_FUNCTION_ARGS)
{
	return stats_out(&score_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_score_stats_recv);

Datum
fairpg_score_stats_recv(PG_FUNCTION_ARGS)
{
	return stats_recv(&score_kind, fcinfo);
}

FAIRPG_FUNCTION(fairpg_score_stats_send);

Datum
fairpg_score_stats_send(PG_FUNCTION_ARGS)
{
	return stats_send(&score_kind, fcinfo);
}

double
score_arg(FunctionCallInfo fcinfo, int number)
{
	double score = PG_GETARG_FLOAT8(number);

	if (isnan(score))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"score\" must not be NaN"),
		                errhint("Use NULL for rows without a score.")));
	return score;
}

/*
 * scores_step(state, label boolean, score float8 [, weight float8])
 *
 * Counts one row.  NaN is an error, a row of weight 0 changes nothing.
 */
FAIRPG_FUNCTION(fairpg_scores_step);

Datum
fairpg_scores_step(PG_FUNCTION_ARGS)
{
	double weight = stats_weight(fcinfo, 3);
	int label = stats_boolean(fcinfo, 1);
	ExpandedScores *state;

	state = state_arg(fcinfo);
	if (weight == 0)
		return EOHPGetRWDatum(&state->header);
	if (PG_ARGISNULL(2))
	{
		stats_check(fair_scores_add_unscored(&state->scores));
		return EOHPGetRWDatum(&state->header);
	}
	stats_check(
		fair_scores_add(&state->scores, label, score_arg(fcinfo, 2), weight));
	return EOHPGetRWDatum(&state->header);
}

/*
 * scores_combine(state, value)
 *
 * Adds the rows of another value; NULL on either side is one without rows.
 */
FAIRPG_FUNCTION(fairpg_scores_combine);

Datum
fairpg_scores_combine(PG_FUNCTION_ARGS)
{
	ExpandedScores *state;

	stats_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = state_arg(fcinfo);
	stats_check(fair_scores_merge_image(
		&state->scores,
		stats_payload(&score_kind, PG_GETARG_VARLENA_P(1), NULL)));
	return EOHPGetRWDatum(&state->header);
}

struct varlena *
score_from_image(const uint8 *image)
{
	Size n_bytes = fair_scores_image_bytes(image);
	struct varlena *value = stats_make(&score_kind, n_bytes);

	memcpy(stats_inside(value), image, n_bytes);
	return value;
}

const uint8 *
score_merge_images(NumArena *arena, const uint8 *const *images, int n_images)
{
	const uint8 *only = NULL;
	uint8 *merged;
	FairScores scores;
	int n = 0;

	for (int i = 0; i < n_images; i++)
		if (images[i] != NULL)
		{
			only = images[i];
			n++;
		}
	if (n <= 1)
		return only;
	stats_check(fair_scores_init(&scores, arena));
	for (int i = 0; i < n_images; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (images[i] != NULL)
			stats_check(fair_scores_merge_image(&scores, images[i]));
	}
	merged = palloc(fair_scores_bytes(&scores));
	stats_check(fair_scores_write(&scores, merged));
	fair_scores_release(&scores);
	return merged;
}
