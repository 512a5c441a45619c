/*
 * predict_shares.c
 *    What a row would be decided if a feature said the same of all rows, or if
 *    it said of this one what it says of any.
 *
 * A score is the intercept and what each feature adds to it.  contributions()
 * gives the latter, of which fairpg.scores() makes the distribution among all
 * rows; with these decision_shares() goes over the rows again.  A feature is
 * dropped when it adds its mean to every row.  It is permuted when it adds to a
 * row what it adds to a row drawn at random: the share of the draws that decide
 * the row the other way is read off the distribution, so nothing is drawn, and
 * the figures are the expectation over all permutations.
 *
 * Only the score changes: the threshold of the row's group, and the member of a
 * mixture that the row draws, stay.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "fair/scores.h"
#include "num/special.h"
#include "pg/args.h"
#include "pg/export.h"
#include "pg/predict.h"
#include "pg/predict_variants.h"
#include "pg/score_stats.h"

#define ARG_NAMES 3
#define ARG_DISTRIBUTIONS 4
#define ARG_DROP 5
#define ARG_PERMUTE 6

/* A code is variant * 2^46 + decision * 2^45 + share * 2^44. */
#define SHARE_BITS 44
#define CODE_DECISION ((int64) 1 << 45)
#define CODE_VARIANT ((int64) 1 << 46)

/* What a feature adds among all rows, in rising order. */
typedef struct Distribution
{
	double mean;
	int n;
	double *low;  /* [n], the least and the largest that an entry stands for */
	double *high; /* [n] */
	double
		*above; /* [n + 1], share of the rows in this entry and those after */
} Distribution;

typedef struct SharedFeature
{
	int first_column;
	int n_columns;
	Distribution *members; /* [n_members]; NULL for contributions() */
} SharedFeature;

/* What a call site keeps beside its binding. */
typedef struct Shares
{
	/* the arguments that it was made from, or NULL: they stay as they are */
	struct varlena *names;
	struct varlena *distributions;
	int n;
	SharedFeature *features;
	RowScores row;
	Datum *results;
	/* the last threshold, and the least raw score that reaches it */
	double threshold;
	double cutoff;
} Shares;

/* ---- arguments ---- */

static Distribution
read_distribution(const uint8 *image, const char *feature)
{
	Size n = fair_scores_image_entries(image);
	double total = fair_scores_image_sum(image, FAIR_SUM_UNLABELLED);
	Distribution result = { .n = (int) n,
		                    .low = palloc(sizeof(double) * (n + 1)),
		                    .high = palloc(sizeof(double) * (n + 1)),
		                    .above = palloc(sizeof(double) * (n + 1)) };
	double sum = 0;

	if (!(total > 0))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("distribution of feature \"%s\" has no rows", feature),
		         errhint("It is fairpg.scores(NULL, contribution) over all "
		                 "rows.")));
	result.mean =
		fair_scores_image_sum(image, FAIR_SUM_SCORE_UNLABELLED) / total;
	result.above[n] = 0;
	for (Size i = n; i-- > 0;)
	{
		double weight[FAIR_SCORE_LABELS];

		fair_scores_image_entry(image, i, weight);
		fair_scores_image_range(image, i, &result.low[i], &result.high[i]);
		sum += weight[FAIR_SCORE_LABELS - 1];
		result.above[i] = fmin(sum / total, 1);
	}
	result.above[0] = 1;
	return result;
}

static void
read_distributions(ArrayType *array, char **names, Shares *shares)
{
	Datum *values;
	bool *nulls;
	int n;
	int members = shares->row.n_members;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
	                  &values, &nulls, &n);
	if (ARR_NDIM(array) > 1 || n != shares->n * members)
		ereport(ERROR,
		        (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		         errmsg("argument \"distributions\" must have an element for "
		                "each contribution"),
		         errdetail("There are %d distributions, and %d contributions.",
		                   n, shares->n * members)));
	for (int i = 0; i < n; i++)
	{
		SharedFeature *feature = &shares->features[i / members];

		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("argument \"distributions\" must not have "
			                       "null elements")));
		if (i % members == 0)
			feature->members = palloc(sizeof(Distribution) * (Size) members);
		feature->members[i % members] = read_distribution(
			stats_payload(&score_kind,
		                  (struct varlena *) PG_DETOAST_DATUM(values[i]), NULL),
			names[i / members]);
	}
}

static struct varlena *
copy_argument(const void *argument)
{
	struct varlena *copy = palloc_extended(VARSIZE(argument), MCXT_ALLOC_HUGE);

	memcpy(copy, argument, VARSIZE(argument));
	return copy;
}

static bool
same_argument(const struct varlena *kept, const void *argument)
{
	return VARSIZE(argument) == VARSIZE(kept) &&
	       memcmp(argument, kept, VARSIZE(kept)) == 0;
}

/* Reads the arguments, into the context of the binding. */
static Shares *
make_shares(FunctionCallInfo fcinfo, PredictState *state, ArrayType *names,
            ArrayType *distributions)
{
	MemoryContext before = MemoryContextSwitchTo(state->binding_context);
	Shares *shares = palloc0(sizeof(Shares));
	char **features = args_text_array(names, "names", &shares->n);

	row_scores_make(state->compiled->model, &shares->row);
	shares->features =
		palloc0(sizeof(SharedFeature) * (Size) Max(shares->n, 1));
	for (int f = 0; f < shares->n; f++)
		shares->features[f].first_column = predict_feature_columns(
			state->compiled, features[f], &shares->features[f].n_columns);
	if (distributions != NULL)
		read_distributions(distributions, features, shares);
	shares->results = palloc(sizeof(Datum) * (Size) (shares->n + 1) *
	                         (Size) Max(shares->row.n_members, 2));
	shares->threshold = NAN;
	if (!get_fn_expr_arg_stable(fcinfo->flinfo, ARG_NAMES) ||
	    (distributions != NULL &&
	     !get_fn_expr_arg_stable(fcinfo->flinfo, ARG_DISTRIBUTIONS)))
	{
		shares->names = copy_argument(names);
		if (distributions != NULL)
			shares->distributions = copy_argument(distributions);
	}
	MemoryContextSwitchTo(before);
	return shares;
}

/* Those of the call, whose arguments may be other ones than before. */
static Shares *
use_shares(FunctionCallInfo fcinfo, PredictState *state, bool distributed)
{
	Shares *shares = state->extra;
	ArrayType *names;
	ArrayType *distributions = NULL;

	if (shares != NULL && shares->names == NULL)
		return shares;
	if (PG_ARGISNULL(ARG_NAMES) ||
	    (distributed && PG_ARGISNULL(ARG_DISTRIBUTIONS)))
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		         errmsg("argument \"%s\" must not be null",
		                PG_ARGISNULL(ARG_NAMES) ? "names" : "distributions")));
	names = PG_GETARG_ARRAYTYPE_P(ARG_NAMES);
	if (distributed)
		distributions = PG_GETARG_ARRAYTYPE_P(ARG_DISTRIBUTIONS);
	if (shares == NULL || !same_argument(shares->names, names) ||
	    (distributed && !same_argument(shares->distributions, distributions)))
	{
		shares = make_shares(fcinfo, state, names, distributions);
		state->extra = shares;
	}
	return shares;
}

/* ---- rows ---- */

static int
n_columns_of(const PredictState *state)
{
	return (int) state->compiled->model->n_columns;
}

/*
 * contributions(model text, features record, version integer,
 *               names text[]) returns float8[]
 *
 * What each of the named features adds to the raw score of a row, one after
 * another; of a mixture what it adds to that of each member.  An array adds
 * what its elements do.  NULL for a NULL row.
 */
FAIRPG_FUNCTION(fairpg_contributions);

Datum
fairpg_contributions(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	Shares *shares;
	int n = 0;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_decides(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	shares = use_shares(fcinfo, state, false);
	row_scores_take(state, &shares->row);
	for (int f = 0; f < shares->n; f++)
		for (int m = 0; m < shares->row.n_members; m++)
		{
			const SharedFeature *feature = &shares->features[f];
			const Contribution *columns =
				&shares->row.contributions[m * (n_columns_of(state) + 1) +
			                               feature->first_column];
			double sum = 0;

			for (int c = 0; c < feature->n_columns; c++)
				sum += columns[c].first + columns[c].second;
			shares->results[n++] = Float8GetDatum(sum);
		}
	PG_RETURN_ARRAYTYPE_P(construct_array(shares->results, n, FLOAT8OID,
	                                      sizeof(float8), FLOAT8PASSBYVAL,
	                                      TYPALIGN_DOUBLE));
}

/* The score of the row but for a feature, by the member that decides. */
static double
score_without(const PredictState *state, const Shares *shares,
              const SharedFeature *feature, int member)
{
	int n = n_columns_of(state);
	const Contribution *all = &shares->row.contributions[member * (n + 1)];
	double z = shares->row.before[member * (n + 1) + feature->first_column];

	for (int c = feature->first_column + feature->n_columns; c < n; c++)
		z = (z + all[c].first) + all[c].second;
	return z;
}

/* The score of the row with a feature at its mean, added in the order of the
 * columns. */
static double
score_at_mean(const PredictState *state, const Shares *shares,
              const SharedFeature *feature, int member)
{
	int n = n_columns_of(state);
	const Contribution *all = &shares->row.contributions[member * (n + 1)];
	double z = shares->row.before[member * (n + 1) + feature->first_column] +
	           feature->members[member].mean;

	for (int c = feature->first_column + feature->n_columns; c < n; c++)
		z = (z + all[c].first) + all[c].second;
	return z;
}

/* The share of what a feature adds that lifts the score 'z' to the cutoff.
 * Within an entry of pooled contributions they are taken as spread evenly. */
static double
share_above(const Distribution *distribution, double z, double cutoff)
{
	int from = 0;
	int to = distribution->n;
	double low, high;
	double inside = 1;

	/* the first entry of which anything is enough */
	while (from < to)
	{
		int middle = from + (to - from) / 2;

		if (z + distribution->high[middle] >= cutoff)
			to = middle;
		else
			from = middle + 1;
	}
	if (from == distribution->n)
		return 0;
	low = distribution->low[from];
	high = distribution->high[from];
	if (z + low < cutoff && high > low)
		inside = fmin((z + high - cutoff) / (high - low), 1);
	return distribution->above[from + 1] +
	       inside * (distribution->above[from] - distribution->above[from + 1]);
}

/* The member that decides the row, and from which raw score on it decides 1. */
static int
find_cutoff(PredictState *state, Shares *shares)
{
	const Model *model = state->compiled->model;
	double threshold = model->threshold;
	int member = 0;

	if (model->n_members == 0)
		threshold = binding_threshold(state->binding, state->values);
	else
		member = (int) mixture_member(
			model, binding_draw(state->binding, state->values, shares->row.z));
	if (threshold != shares->threshold)
	{
		shares->threshold = threshold;
		shares->cutoff = num_score_of(threshold);
	}
	return member;
}

static Datum
code_of(int variant, bool decision, int64 share)
{
	return Int64GetDatum(variant * CODE_VARIANT +
	                     (decision ? CODE_DECISION : 0) + share);
}

/*
 * decision_shares(model text, features record, version integer, names text[],
 *                 distributions score_stats[], dropped boolean,
 *                 permuted boolean) returns bigint[]
 *
 * Codes of variant * 2^46 + decision * 2^45 + share * 2^44: first variant 0,
 * the decision for the row as it is with share 1; then, for the feature at place
 * f of the names, from 1, variant 2 f - 1 where it is dropped and 2 f where it is
 * permuted, if the row is decided the other way: in which share of permutations,
 * and, once more, what is decided as it is.  Shares below 2^-44 are none.  NULL
 * for a NULL row.
 */
FAIRPG_FUNCTION(fairpg_decision_shares);

Datum
fairpg_decision_shares(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	bool dropped = !PG_ARGISNULL(ARG_DROP) && PG_GETARG_BOOL(ARG_DROP);
	bool permuted = !PG_ARGISNULL(ARG_PERMUTE) && PG_GETARG_BOOL(ARG_PERMUTE);
	const int64 whole = (int64) 1 << SHARE_BITS;
	Shares *shares;
	bool decision;
	int member;
	int n = 0;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_decides(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	shares = use_shares(fcinfo, state, true);
	row_scores_take(state, &shares->row);
	member = find_cutoff(state, shares);
	decision = shares->row.z[member] >= shares->cutoff;
	shares->results[n++] = code_of(0, decision, whole);
	for (int f = 0; f < shares->n; f++)
	{
		const SharedFeature *feature = &shares->features[f];

		if (dropped && (score_at_mean(state, shares, feature, member) >=
		                shares->cutoff) != decision)
			shares->results[n++] = code_of(2 * f + 1, decision, whole);
		if (permuted)
		{
			double above = share_above(
				&feature->members[member],
				score_without(state, shares, feature, member), shares->cutoff);
			int64 other =
				(int64) ldexp(decision ? 1 - above : above, SHARE_BITS);

			if (other > 0)
				shares->results[n++] = code_of(2 * f + 2, decision, other);
		}
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(shares->results, n, INT8OID,
	                                      sizeof(int64), FLOAT8PASSBYVAL,
	                                      TYPALIGN_DOUBLE));
}
