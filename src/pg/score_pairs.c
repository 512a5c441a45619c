/*
 * score_pairs.c
 *    The aggregate score_pairs(): rows with a label and two scores, one after
 *    another.
 *
 * What fairpg.compare() needs where figures are no function of counts.  While it
 * runs, the state is an expanded object with an array that doubles; the value is
 * the array.
 */
#include "postgres.h"

#include <math.h>

#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "pg/export.h"
#include "pg/score_pairs.h"
#include "pg/stats_image.h"

#define EXPANDED_MAGIC 0x66707370
#define FIRST_PAIRS 32

typedef struct ExpandedPairs
{
	ExpandedObjectHeader header;
	int magic;
	size_t n;
	size_t room;
	ScorePair *pairs;
} ExpandedPairs;

static Size flat_size(ExpandedObjectHeader *header);
static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes);

static const ExpandedObjectMethods expanded_methods = {
	.get_flat_size = flat_size, .flatten_into = flatten
};

const char *
score_pairs_of(Datum value, size_t *n)
{
	struct varlena *flat = PG_DETOAST_DATUM_PACKED(value);
	Size n_bytes = VARSIZE_ANY_EXHDR(flat);

	if (n_bytes % sizeof(ScorePair) != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		                errmsg("value is no list of pairs of scores")));
	*n = n_bytes / sizeof(ScorePair);
	return VARDATA_ANY(flat);
}

/* More rows than a value can hold. */
static void
check_pairs(size_t n)
{
	if (n > (MaxAllocSize - VARHDRSZ) / sizeof(ScorePair))
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("a group has more rows with two scores than a value "
		                "can hold"),
		         errhint("Compare a sample of the rows, or leave their scores "
		                 "out with option \"auc\" set to false.")));
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	ExpandedPairs *state = (ExpandedPairs *) header;

	Assert(state->magic == EXPANDED_MAGIC);
	return VARHDRSZ + state->n * sizeof(ScorePair);
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated_bytes)
{
	ExpandedPairs *state = (ExpandedPairs *) header;

	Assert(allocated_bytes == flat_size(header));
	SET_VARSIZE(result, allocated_bytes);
	memcpy(VARDATA(result), state->pairs, state->n * sizeof(ScorePair));
}

/* Room for 'n' pairs more; where the first of them goes. */
static ScorePair *
make_room(ExpandedPairs *state, size_t n)
{
	check_pairs(state->n + n);
	if (state->n + n > state->room)
	{
		state->room = Max(2 * state->room, state->n + n);
		state->pairs =
			repalloc_huge(state->pairs, state->room * sizeof(ScorePair));
	}
	state->n += n;
	return state->pairs + state->n - n;
}

/* The state argument for changing it: our own expanded object as it is, and
 * anything else (NULL, a flat value) as a new one, as score_stats.c has it. */
static ExpandedPairs *
state_arg(FunctionCallInfo fcinfo)
{
	MemoryContext context = stats_state_context(fcinfo);
	ExpandedPairs *state;
	const char *pairs;
	size_t n;

	if (!PG_ARGISNULL(0) &&
	    VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
	{
		state = (ExpandedPairs *) DatumGetEOHP(PG_GETARG_DATUM(0));
		if (state->header.eoh_methods == &expanded_methods &&
		    state->magic == EXPANDED_MAGIC)
			return state;
	}
	state = MemoryContextAllocZero(context, sizeof(ExpandedPairs));
	EOH_init_header(&state->header, &expanded_methods, context);
	state->magic = EXPANDED_MAGIC;
	state->room = FIRST_PAIRS;
	state->pairs = MemoryContextAlloc(context, FIRST_PAIRS * sizeof(ScorePair));
	if (PG_ARGISNULL(0))
		return state;
	pairs = score_pairs_of(PG_GETARG_DATUM(0), &n);
	if (n > 0)
		memcpy(make_room(state, n), pairs, n * sizeof(ScorePair));
	return state;
}

/* Argument 'number', which is not NULL. */
static double
number_arg(FunctionCallInfo fcinfo, int number)
{
	double value = PG_GETARG_FLOAT8(number);

	if (isnan(value))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("a label or score is NaN")));
	return value;
}

/*
 * score_pairs_step(state, label float8, a float8, b float8 [, weight float8])
 *
 * Keeps the row unless a label, a score or all weight is missing.
 */
FAIRPG_FUNCTION(fairpg_score_pairs_step);

Datum
fairpg_score_pairs_step(PG_FUNCTION_ARGS)
{
	double weight = stats_weight(fcinfo, 4);
	ExpandedPairs *state = state_arg(fcinfo);

	if (weight > 0 && !PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(3))
	{
		ScorePair pair = { .label = number_arg(fcinfo, 1),
			               .score = { number_arg(fcinfo, 2),
			                          number_arg(fcinfo, 3) },
			               .weight = weight };

		*make_room(state, 1) = pair;
	}
	return EOHPGetRWDatum(&state->header);
}

/*
 * score_pairs_combine(state, value)
 *
 * Adds the rows of another value; NULL on either side has none.
 */
FAIRPG_FUNCTION(fairpg_score_pairs_combine);

Datum
fairpg_score_pairs_combine(PG_FUNCTION_ARGS)
{
	ExpandedPairs *state;
	const char *pairs;
	size_t n;

	stats_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = state_arg(fcinfo);
	pairs = score_pairs_of(PG_GETARG_DATUM(1), &n);
	if (n > 0)
		memcpy(make_room(state, n), pairs, n * sizeof(ScorePair));
	return EOHPGetRWDatum(&state->header);
}
