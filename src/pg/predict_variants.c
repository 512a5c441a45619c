/*
 * predict_variants.c
 *    decision_changes(): what a row would be decided were it a little
 *    different, for many differences at once.
 *
 * A score is the intercept and what each column of the model adds to it, in
 * their order.  So a row is encoded once, and a variant begins with the sum of
 * what comes before the column that it changes, and adds the rest: the same
 * additions as those of a row that has the other value, and the same bits.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "num/special.h"
#include "pg/args.h"
#include "pg/export.h"
#include "pg/predict.h"
#include "pg/predict_variants.h"

#define ARG_VARIANTS 3
#define MOST_VARIANTS 100000

typedef enum VariantKind
{
	VARIANT_MISSING,
	VARIANT_ADD,
	VARIANT_LEVEL,
	VARIANT_THRESHOLD
} VariantKind;

typedef struct Variant
{
	VariantKind kind;
	int first_column; /* of the model, that it changes; as many follow each */
	int n_columns;    /* other: the elements of an array */
	double amount;    /* to add, to the number or the threshold */
	double *level;    /* [members], what the level adds to the score */
} Variant;

/* What a call site keeps beside its binding. */
typedef struct Variants
{
	struct varlena *argument; /* the one it was made from */
	int n;
	Variant *items;
	RowScores row;
	double *z;    /* [n_members], of a variant of the row */
	Datum *codes; /* [n + 1] */
} Variants;

static const ModelColumn *
columns_of(const Model *model, int member)
{
	return model->n_members > 0 ? model->members[member].columns
	                            : model->columns;
}

static const ScoreColumn *
score_column(const CompiledModel *compiled, int member, int column)
{
	return compiled->model->n_members > 0
	           ? &compiled->scorer->member_columns[member][column]
	           : &compiled->scorer->columns[column];
}

static double
intercept_of(const Model *model, int member)
{
	return model->n_members > 0 ? model->members[member].intercept
	                            : model->intercept;
}

int
predict_feature_columns(const CompiledModel *compiled, const char *feature,
                        int *n_columns)
{
	int first = 0;

	*n_columns = 0;
	for (int c = 0; c < (int) compiled->model->n_columns; c++)
	{
		int source = compiled->source_of_column[c];

		if (strcmp(compiled->sources[source].name, feature) != 0)
			continue;
		if ((*n_columns)++ == 0)
			first = c;
	}
	if (*n_columns == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
		                errmsg("column \"%s\" is no feature of %s", feature,
		                       model_title(compiled))));
	return first;
}

void
row_scores_make(const Model *model, RowScores *row)
{
	Size columns = model->n_columns;
	Size members = Max(model->n_members, 1);

	row->n_members = (int) members;
	row->contributions = palloc_extended(
		sizeof(Contribution) * members * (columns + 1), MCXT_ALLOC_HUGE);
	row->before = palloc_extended(sizeof(double) * members * (columns + 1),
	                              MCXT_ALLOC_HUGE);
	row->z = palloc(sizeof(double) * members);
}

void
row_scores_take(PredictState *state, RowScores *row)
{
	const Model *model = state->compiled->model;
	int n = (int) model->n_columns;

	for (int m = 0; m < row->n_members; m++)
	{
		Contribution *all = &row->contributions[m * (n + 1)];
		double *before = &row->before[m * (n + 1)];

		binding_contributions(state->binding, state->values, (uint32) m, all);
		before[0] = intercept_of(model, m);
		for (int c = 0; c < n; c++)
			before[c + 1] = (before[c] + all[c].first) + all[c].second;
		row->z[m] = before[n];
	}
}

static void
set_level(const CompiledModel *compiled, const Variants *variants,
          const char *level, Variant *variant)
{
	variant->level = palloc(sizeof(double) * (Size) variants->row.n_members);
	for (int m = 0; m < variants->row.n_members; m++)
		variant->level[m] =
			score_level(score_column(compiled, m, variant->first_column), level,
		                (uint32) strlen(level), NULL);
}

static void
read_variant(const CompiledModel *compiled, const Variants *variants,
             const JsonbValue *value, Variant *variant)
{
	char *feature = NULL;
	char *level = NULL;
	bool missing = false;
	double add = NAN;
	double threshold = NAN;
	const ArgsOption known[] = { { "feature", ARGS_TEXT, &feature },
		                         { "missing", ARGS_BOOLEAN, &missing },
		                         { "add", ARGS_REAL, &add, -DBL_MAX, DBL_MAX },
		                         { "level", ARGS_TEXT, &level },
		                         { "threshold", ARGS_REAL, &threshold, -DBL_MAX,
		                           DBL_MAX },
		                         { NULL } };
	bool of_category;

	if (value->type != jbvBinary ||
	    !JsonContainerIsObject(value->val.binary.data))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
		                errmsg("each variant must be a JSON object")));
	args_object(value->val.binary.data, known);
	if (missing + !isnan(add) + (level != NULL) + !isnan(threshold) != 1 ||
	    (feature == NULL) != !isnan(threshold))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("each variant must have a feature and one of "
		                       "\"missing\", \"add\" and \"level\", or a "
		                       "\"threshold\" alone")));
	*variant = (Variant){ .kind = VARIANT_THRESHOLD, .amount = threshold };
	if (feature == NULL)
		return;
	variant->first_column =
		predict_feature_columns(compiled, feature, &variant->n_columns);
	variant->kind = VARIANT_MISSING;
	if (missing)
		return;
	of_category =
		compiled->model->columns[variant->first_column].kind == DATA_CATEGORY;
	if (of_category != (level != NULL) || variant->n_columns > 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("feature \"%s\" does not take that variant", feature),
		         errdetail("A number has \"add\", a category \"level\", an "
		                   "array neither.")));
	variant->kind = level != NULL ? VARIANT_LEVEL : VARIANT_ADD;
	variant->amount = add;
	if (level != NULL)
		set_level(compiled, variants, level, variant);
}

/* Reads the argument, into the context of the binding. */
static Variants *
make_variants(PredictState *state, const Jsonb *argument)
{
	MemoryContext before = MemoryContextSwitchTo(state->binding_context);
	Variants *variants = palloc0(sizeof(Variants));
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue value;
	Jsonb *copy;

	if (!JB_ROOT_IS_ARRAY(argument) || JB_ROOT_IS_SCALAR(argument))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
		                errmsg("argument \"variants\" must be an array")));
	if (JB_ROOT_COUNT(argument) > MOST_VARIANTS)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("there are more than %d variants", MOST_VARIANTS)));
	copy = palloc(VARSIZE(argument));
	memcpy(copy, argument, VARSIZE(argument));
	variants->argument = (struct varlena *) copy;
	row_scores_make(state->compiled->model, &variants->row);
	variants->items =
		palloc(sizeof(Variant) * (Size) (JB_ROOT_COUNT(copy) + 1));
	iterator = JsonbIteratorInit(&copy->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_ELEM)
			read_variant(state->compiled, variants, &value,
			             &variants->items[variants->n++]);
	variants->z = palloc(sizeof(double) * (Size) variants->row.n_members);
	variants->codes = palloc(sizeof(Datum) * (Size) (variants->n + 1));
	MemoryContextSwitchTo(before);
	return variants;
}

/* The variants of the call, which may be other ones than before. */
static Variants *
use_variants(FunctionCallInfo fcinfo, PredictState *state)
{
	Variants *variants = state->extra;
	Jsonb *argument;

	if (PG_ARGISNULL(ARG_VARIANTS))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"variants\" must not be null")));
	argument = PG_GETARG_JSONB_P(ARG_VARIANTS);
	if (variants == NULL || VARSIZE(argument) != VARSIZE(variants->argument) ||
	    memcmp(argument, variants->argument, VARSIZE(argument)) != 0)
	{
		variants = make_variants(state, argument);
		state->extra = variants;
	}
	return variants;
}

/* A number that is moved to where the model cannot follow. */
static void
refuse_moved(const PredictState *state, int column)
{
	const CompiledModel *compiled = state->compiled;
	int source = compiled->source_of_column[column];

	ereport(ERROR,
	        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	         errmsg("column \"%s\" has a value that %s cannot take once "
	                "it is moved",
	                compiled->sources[source].name, model_title(compiled))));
}

/* The score after column 'c', which the variant changes. */
static double
add_changed(const PredictState *state, const Variant *variant, int member,
            int c, const Contribution *contribution, double z)
{
	const ModelColumn *column = &columns_of(state->compiled->model, member)[c];
	double add;

	switch (variant->kind)
	{
		case VARIANT_LEVEL:
			return z + variant->level[member];

		case VARIANT_MISSING:
			if (column->kind == DATA_CATEGORY)
				return z + score_column(state->compiled, member, c)->null_coef;
			return score_add_null(column, z);

		default:
			/* what is not known stays so */
			if (isnan(contribution->number))
				return (z + contribution->first) + contribution->second;
			add = score_number(column, contribution->number + variant->amount);
			if (!isfinite(add))
				refuse_moved(state, c);
			return z + add;
	}
}

/* The raw score of a variant by one member. */
static double
changed_score(const PredictState *state, const Variants *variants,
              const Variant *variant, int member)
{
	int n = (int) state->compiled->model->n_columns;
	const Contribution *all = &variants->row.contributions[member * (n + 1)];
	int end = variant->first_column + variant->n_columns;
	double z = variants->row.before[member * (n + 1) + variant->first_column];

	for (int c = variant->first_column; c < end; c++)
		z = add_changed(state, variant, member, c, &all[c], z);
	for (int c = end; c < n; c++)
		z = (z + all[c].first) + all[c].second;
	return z;
}

/* What scores decide, where the threshold is moved. */
static bool
decide(PredictState *state, const double *z, double threshold, double moved)
{
	const Model *model = state->compiled->model;
	Model other;

	if (model->n_members == 0)
		return model_prediction(model, z[0]) >= threshold + moved;
	other = *model;
	other.threshold += moved;
	return mixture_decision(&other, z,
	                        binding_draw(state->binding, state->values, z));
}

/* Decides by one variant. */
static bool
decide_variant(PredictState *state, Variants *variants, const Variant *variant,
               double threshold)
{
	if (variant->kind == VARIANT_THRESHOLD)
		return decide(state, variants->row.z, threshold, variant->amount);
	for (int m = 0; m < variants->row.n_members; m++)
		variants->z[m] = changed_score(state, variants, variant, m);
	return decide(state, variants->z, threshold, 0);
}

/*
 * decision_changes(model text, features record, version integer,
 *                  variants jsonb) returns integer[]
 *
 * First the decision for the row as it is, 0 or 1; then, for each variant that
 * is decided the other way, its number from 1 times 4, plus that decision.
 * NULL for a NULL row.
 *
 * Only scores are changed: the group whose threshold decides, and the column
 * that draws a member of a mixture, stay those of the row.
 */
FAIRPG_FUNCTION(fairpg_decision_changes);

Datum
fairpg_decision_changes(PG_FUNCTION_ARGS)
{
	PredictState *state = predict_state(fcinfo, true);
	double threshold = 0;
	Variants *variants;
	bool decision;
	int n = 0;

	predict_use_model(fcinfo, state, PREDICT_ARG_MODEL, PREDICT_ARG_VERSION);
	predict_check_decides(state);
	if (PG_ARGISNULL(PREDICT_ARG_ROW))
		PG_RETURN_NULL();
	predict_take_row(state, PG_GETARG_DATUM(PREDICT_ARG_ROW));
	variants = use_variants(fcinfo, state);
	row_scores_take(state, &variants->row);
	if (state->compiled->model->n_members == 0)
		threshold = binding_threshold(state->binding, state->values);
	decision = decide(state, variants->row.z, threshold, 0);
	variants->codes[n++] = Int32GetDatum(decision);
	for (int v = 0; v < variants->n; v++)
		if (decide_variant(state, variants, &variants->items[v], threshold) !=
		    decision)
			variants->codes[n++] = Int32GetDatum(4 * (v + 1) + decision);
	PG_RETURN_ARRAYTYPE_P(construct_array(variants->codes, n, INT4OID,
	                                      sizeof(int32), true, TYPALIGN_INT));
}
