/*
 * predict_bind.c
 *    A model bound to the columns of a row.
 *
 * Binding happens once in a statement: names are looked up, types compared and
 * encoders chosen.  Scoring a row then is one step for each column of the
 * model, in the model's order, as score.h says.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/plancache.h"

#include "num/special.h"
#include "pg/encode.h"
#include "pg/fairness_stats.h"
#include "pg/predict_bind.h"

/* What to do for one column of the model. */
typedef enum StepKind
{
	STEP_NUMBER,
	STEP_CATEGORY,
	STEP_FIRST_ELEMENT, /* unpacks the array, then as the next one */
	STEP_ELEMENT
} StepKind;

typedef struct Step
{
	StepKind kind;
	int place;  /* of the value in the row */
	int source; /* of the model */
	const ScoreColumn *score;
} Step;

struct Binding
{
	const CompiledModel *compiled;
	int n_steps;
	Step *steps;
	int *places;       /* in the row, by source */
	Encoder *encoders; /* by source */

	/* of a mixture: the steps of each member, the first of which has the ones
	 * above; and the scores of the row at hand */
	Step **member_steps;
	double *member_z;
	int draw_place; /* of the column that draws; -1: the scores do */
	Encoder draw_encoder;
	Oid draw_type;

	/* a column each of what tells groups apart; none without groups */
	int n_group_columns;
	int group_places[MODEL_MAX_CROSSED];
	Encoder group_encoders[MODEL_MAX_CROSSED];
	StringInfoData group_name; /* of the row at hand */
};

/* An array of the current row. */
typedef struct Unpacked
{
	bool null;
	double *elements;
	bool *nulls; /* by element; NULL: none is */
} Unpacked;

static int find_source(const CompiledModel *compiled, const RowShape *shape,
                       const char *name);
static void bind_members(Binding *binding);
static void bind_draw(Binding *binding, const RowShape *shape);
static void bind_groups(Binding *binding, const RowShape *shape);
static void unpack_array(const Binding *binding, const Step *step,
                         const NullableDatum *value, Unpacked *array);
static inline double score_value(const Binding *binding, const Step *step,
                                 double x, double z, InputCounts *counts);
static void refuse_number(const Binding *binding, const Step *step);

Binding *
binding_make(const CompiledModel *compiled, const RowShape *shape, bool decides)
{
	Binding *binding = palloc(sizeof(Binding));
	const Model *model = compiled->model;
	int *places = palloc(sizeof(int) * Max(compiled->n_sources, 1));

	binding->compiled = compiled;
	binding->places = places;
	binding->encoders = palloc(sizeof(Encoder) * Max(compiled->n_sources, 1));
	for (int s = 0; s < compiled->n_sources; s++)
	{
		places[s] = find_source(compiled, shape, compiled->sources[s].name);
		encoder_init(&binding->encoders[s], shape->types[places[s]],
		             CurrentMemoryContext);
		if (binding->encoders[s].input == ENCODE_NONE ||
		    !encode_class_accepts(compiled->sources[s].input,
		                          binding->encoders[s].input))
			ereport(ERROR,
			        (errcode(ERRCODE_DATATYPE_MISMATCH),
			         errmsg("column \"%s\" does not have the type that %s "
			                "needs",
			                compiled->sources[s].name, model_title(compiled)),
			         errdetail("The model was trained on %s, the column is of "
			                   "type %s.",
			                   encode_class_name(compiled->sources[s].input),
			                   format_type_be(shape->types[places[s]]))));
	}

	binding->n_steps = (int) model->n_columns;
	binding->steps = palloc_extended(sizeof(Step) * Max(model->n_columns, 1),
	                                 MCXT_ALLOC_HUGE);
	for (int c = 0; c < binding->n_steps; c++)
	{
		Step *step = &binding->steps[c];
		const ModelColumn *column = &model->columns[c];

		step->source = compiled->source_of_column[c];
		step->place = places[step->source];
		step->score = &compiled->scorer->columns[c];
		if (column->kind == DATA_CATEGORY)
			step->kind = STEP_CATEGORY;
		else if (column->element == 0)
			step->kind = STEP_NUMBER;
		else if (c == 0 || step[-1].source != step->source)
			step->kind = STEP_FIRST_ELEMENT;
		else
			step->kind = STEP_ELEMENT;
	}
	binding->member_steps = NULL;
	if (model->n_members > 0)
		bind_members(binding);
	binding->draw_place = -1;
	if (decides && model->draw_column != NULL)
		bind_draw(binding, shape);
	binding->n_group_columns = 0;
	if (decides && model->groups != NULL)
		bind_groups(binding, shape);
	return binding;
}

/* Members read the same columns, and have coefficients of their own. */
static void
bind_members(Binding *binding)
{
	const CompiledModel *compiled = binding->compiled;
	uint32 n = compiled->model->n_members;
	Size size = sizeof(Step) * Max(binding->n_steps, 1);

	binding->member_z = palloc(sizeof(double) * n);
	binding->member_steps = palloc(sizeof(Step *) * n);
	binding->member_steps[0] = binding->steps;
	for (uint32 m = 1; m < n; m++)
	{
		binding->member_steps[m] = palloc_extended(size, MCXT_ALLOC_HUGE);
		memcpy(binding->member_steps[m], binding->steps, size);
		for (int c = 0; c < binding->n_steps; c++)
			binding->member_steps[m][c].score =
				&compiled->scorer->member_columns[m][c];
	}
}

/* Finds the column that draws the member of a mixture. */
static void
bind_draw(Binding *binding, const RowShape *shape)
{
	const Model *model = binding->compiled->model;
	int place = find_source(binding->compiled, shape, model->draw_column);

	binding->draw_place = place;
	binding->draw_type = shape->types[place];
	encoder_init(&binding->draw_encoder, binding->draw_type,
	             CurrentMemoryContext);
	if (!encode_class_accepts(model->draw_input, binding->draw_encoder.input))
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
		     errmsg("column \"%s\" does not have the type that %s needs",
		            model->draw_column, model_title(binding->compiled)),
		     errdetail("It draws the member that decides a row; another type "
		               "of column, here %s, would draw another one.",
		               format_type_be(binding->draw_type))));
}

/* Finds the columns that say to which group a row belongs. */
static void
bind_groups(Binding *binding, const RowShape *shape)
{
	const ModelGroups *groups = binding->compiled->model->groups;

	initStringInfo(&binding->group_name);
	binding->n_group_columns = (int) groups->n_columns;
	for (int c = 0; c < binding->n_group_columns; c++)
	{
		int place = find_source(binding->compiled, shape, groups->columns[c]);
		Encoder *encoder = &binding->group_encoders[c];

		binding->group_places[c] = place;
		encoder_init(encoder, shape->types[place], CurrentMemoryContext);
		if (encoder->input == ENCODE_NONE || encoder->input == ENCODE_ARRAY)
			ereport(
				ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
			     errmsg("protected column \"%s\" of type %s cannot tell "
			            "the groups of %s",
			            groups->columns[c], format_type_be(shape->types[place]),
			            model_title(binding->compiled))));
	}
}

/* The place of a source in the row. */
static int
find_source(const CompiledModel *compiled, const RowShape *shape,
            const char *name)
{
	for (int i = 0; i < shape->n_columns; i++)
		if (shape->names[i] != NULL && strcmp(shape->names[i], name) == 0)
			return i;
	if (shape->planned)
		ResetPlanCache();
	ereport(
		ERROR,
		(errcode(shape->planned ? ERRCODE_T_R_SERIALIZATION_FAILURE
	                            : ERRCODE_UNDEFINED_COLUMN),
	     errmsg("%s needs column \"%s\", which the row does not have",
	            model_title(compiled), name),
	     compiled->encoding != GetDatabaseEncoding() &&
	             GetDatabaseEncoding() == PG_SQL_ASCII
	         ? errdetail("The model was trained in a database of encoding "
	                     "%s; this one has %s, in which names are bytes of "
	                     "no known meaning.",
	                     pg_encoding_to_char(compiled->encoding),
	                     GetDatabaseEncodingName())
	         : 0,
	     shape->missing_hint != NULL ? errhint("%s", shape->missing_hint) : 0));
	return -1;
}

/* The score after a NULL number. */
static inline double
score_null(const Step *step, double z, InputCounts *counts)
{
	if (counts != NULL)
		counts->n_null++;
	return score_add_null(step->score->column, z);
}

/* The score after a category. */
static inline double
score_category(const Step *step, Encoder *encoder, const NullableDatum *value,
               double z, InputCounts *counts)
{
	const char *name;
	uint32 length;
	bool seen;

	if (value->isnull)
	{
		if (counts != NULL)
			counts->n_null++;
		return z + step->score->null_coef;
	}
	name = encoder_text(encoder, value->value, &length);
	z += score_level(step->score, name, length, &seen);
	if (counts != NULL && !seen)
		counts->n_unseen++;
	return z;
}

/* The score after one element; a NULL array has NULL elements. */
static inline double
score_element(const Binding *binding, const Step *step, const Unpacked *array,
              double z, InputCounts *counts)
{
	uint32 element = step->score->column->element - 1;

	if (array->null || (array->nulls != NULL && array->nulls[element]))
		return score_null(step, z, counts);
	return score_value(binding, step, array->elements[element], z, counts);
}

/* The raw score after one step; 'counts' is NULL where nobody asks, and then
 * nothing of it is left when this is inlined. */
static pg_attribute_always_inline double
take_step(Binding *binding, const Step *step, const NullableDatum *value,
          Unpacked *array, double z, InputCounts *counts)
{
	Encoder *encoder = &binding->encoders[step->source];

	switch (step->kind)
	{
		case STEP_NUMBER:
			if (value->isnull)
				return score_null(step, z, counts);
			return score_value(binding, step,
			                   encoder_number(encoder, value->value), z,
			                   counts);

		case STEP_CATEGORY:
			return score_category(step, encoder, value, z, counts);

		case STEP_FIRST_ELEMENT:
			unpack_array(binding, step, value, array);
			return score_element(binding, step, array, z, counts);

		case STEP_ELEMENT:
			return score_element(binding, step, array, z, counts);
	}
	return z;
}

/* The raw score by one walk over the steps, from the intercept 'z'. */
static pg_attribute_always_inline double
walk(Binding *binding, const Step *steps, double z, const NullableDatum *values,
     InputCounts *counts)
{
	Unpacked array = { true, NULL, NULL };

	for (int i = 0; i < binding->n_steps; i++)
		z = take_step(binding, &steps[i], &values[steps[i].place], &array, z,
		              counts);
	return z;
}

/* The number that a step reads, NaN where it is NULL. */
static double
number_of_step(const Binding *binding, const Step *step,
               const NullableDatum *value, const Unpacked *array)
{
	uint32 element;

	if (step->kind == STEP_CATEGORY || value->isnull)
		return NAN;
	if (step->kind == STEP_NUMBER)
		return encoder_number(&binding->encoders[step->source], value->value);
	element = step->score->column->element - 1;
	return array->nulls != NULL && array->nulls[element]
	           ? NAN
	           : array->elements[element];
}

void
binding_contributions(Binding *binding, const NullableDatum *values,
                      uint32 member, Contribution *contributions)
{
	const Step *steps = binding->member_steps != NULL
	                        ? binding->member_steps[member]
	                        : binding->steps;
	Unpacked array = { true, NULL, NULL };

	for (int i = 0; i < binding->n_steps; i++)
	{
		const Step *step = &steps[i];
		const NullableDatum *value = &values[step->place];
		Contribution *to = &contributions[i];
		double all = take_step(binding, step, value, &array, 0, NULL);

		to->number = number_of_step(binding, step, value, &array);
		to->first = all;
		to->second = 0;
		if (step->kind != STEP_CATEGORY && isnan(to->number))
		{
			const ModelColumn *column = step->score->column;

			to->first = column->coef * (double) column->fill;
			to->second = column->null_coef;
		}
	}
}

/* The scores of all members, or classes, into member_z. */
static void
score_members(Binding *binding, const NullableDatum *values,
              InputCounts *counts)
{
	const Model *model = binding->compiled->model;

	for (uint32 m = 0; m < model->n_members; m++)
	{
		if (counts != NULL) /* each walk counts the same */
			memset(counts, 0, sizeof(*counts));
		binding->member_z[m] =
			walk(binding, binding->member_steps[m], model->members[m].intercept,
		         values, counts);
	}
}

/* The probability by all members of a mixture, whose scores stay for the
 * decision. */
static double
mixed_probability(Binding *binding, const NullableDatum *values,
                  InputCounts *counts)
{
	score_members(binding, values, counts);
	return mixture_probability(binding->compiled->model, binding->member_z);
}

const double *
binding_class_scores(Binding *binding, const NullableDatum *values)
{
	score_members(binding, values, NULL);
	return binding->member_z;
}

const double *
binding_examine_classes(Binding *binding, const NullableDatum *values,
                        InputCounts *counts)
{
	score_members(binding, values, counts);
	return binding->member_z;
}

double
binding_probability(Binding *binding, const NullableDatum *values)
{
	if (binding->member_steps != NULL)
		return mixed_probability(binding, values, NULL);
	return model_prediction(binding->compiled->model,
	                        walk(binding, binding->steps,
	                             binding->compiled->model->intercept, values,
	                             NULL));
}

double
binding_examine(Binding *binding, const NullableDatum *values,
                InputCounts *counts)
{
	if (binding->member_steps != NULL)
		return mixed_probability(binding, values, counts);
	memset(counts, 0, sizeof(*counts));
	return model_prediction(binding->compiled->model,
	                        walk(binding, binding->steps,
	                             binding->compiled->model->intercept, values,
	                             counts));
}

int
binding_place(const Binding *binding, int source)
{
	return binding->places[source];
}

void
binding_examine_sources(Binding *binding, const NullableDatum *values,
                        InputCounts *counts)
{
	Unpacked array = { true, NULL, NULL };

	memset(counts, 0, sizeof(*counts) * (Size) binding->compiled->n_sources);
	for (int i = 0; i < binding->n_steps; i++)
	{
		const Step *step = &binding->steps[i];

		(void) take_step(binding, step, &values[step->place], &array, 0,
		                 &counts[step->source]);
	}
}

double
binding_expectation(const Binding *binding, bool decision)
{
	if (binding->member_steps == NULL)
		return decision ? 1 : 0;
	return mixture_expectation(binding->compiled->model, binding->member_z);
}

/* Puts the name of a row's group together, as training did. */
const char *
binding_group(Binding *binding, const NullableDatum *values)
{
	resetStringInfo(&binding->group_name);
	for (int c = 0; c < binding->n_group_columns; c++)
	{
		const NullableDatum *value = &values[binding->group_places[c]];
		Encoder *encoder = &binding->group_encoders[c];
		const char *text = UNKNOWN_GROUP;
		uint32 length = sizeof(UNKNOWN_GROUP) - 1;

		if (!value->isnull &&
		    (encoder->input == ENCODE_TEXT || encoder->input == ENCODE_BOOLEAN))
			text = encoder_text(encoder, value->value, &length);
		else if (!value->isnull)
		{
			text = encode_group_name(encoder->type, value->value);
			length = (uint32) strlen(text);
		}
		if (!value->isnull)
			text = encode_value_name(text, &length);
		encode_append_group(&binding->group_name, text, length, c,
		                    binding->n_group_columns);
	}
	return binding->group_name.data;
}

/* The message names the attribute and never the value. */
static void
refuse_group(const Binding *binding)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("%s cannot decide for a group of protected attribute "
	                "\"%s\" that training did not see",
	                model_title(binding->compiled),
	                binding->compiled->model->groups->attribute),
	         errdetail("The model has a threshold for each group that its "
	                   "training saw, and none for this one."),
	         errhint("Train again with rows of that group, or decide such "
	                 "rows by fairpg.predict() and a threshold of your "
	                 "own.")));
}

double
binding_draw(Binding *binding, const NullableDatum *values, const double *z)
{
	const NullableDatum *value;

	if (binding->draw_place < 0)
		return mixture_draw(z, binding->compiled->model->n_members);
	value = &values[binding->draw_place];
	return encode_draw(&binding->draw_encoder, binding->draw_type, value->value,
	                   value->isnull);
}

double
binding_threshold(Binding *binding, const NullableDatum *values)
{
	const Model *model = binding->compiled->model;
	const ModelGroup *group;

	if (model->groups == NULL)
		return model->threshold;
	group = model_find_group(model->groups, binding_group(binding, values));
	if (group == NULL)
		refuse_group(binding);
	return group->threshold;
}

bool
binding_decision(Binding *binding, const NullableDatum *values,
                 double probability)
{
	if (binding->member_steps != NULL)
		return mixture_decision(
			binding->compiled->model, binding->member_z,
			binding_draw(binding, values, binding->member_z));
	return probability >= binding_threshold(binding, values);
}

static void
unpack_array(const Binding *binding, const Step *step,
             const NullableDatum *value, Unpacked *array)
{
	const ModelSource *source = &binding->compiled->sources[step->source];
	int n_elements;

	array->null = value->isnull;
	if (array->null)
		return;
	n_elements = encoder_array(&binding->encoders[step->source], value->value,
	                           &array->elements, &array->nulls);
	if (n_elements != (int) source->n_elements)
		ereport(ERROR,
		        (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
		         errmsg("array column \"%s\" does not have the length that %s "
		                "needs",
		                source->name, model_title(binding->compiled)),
		         errdetail("The model was trained on %u elements, the array "
		                   "has %d.",
		                   source->n_elements, n_elements)));
}

/* The score after a number.  The range is compared in the precision in which
 * the rows of a training are kept, so that their counts are the same. */
static inline double
score_value(const Binding *binding, const Step *step, double x, double z,
            InputCounts *counts)
{
	const ModelColumn *column = step->score->column;
	double add = score_number(column, x);

	if (!isfinite(add))
		refuse_number(binding, step);
	if (counts != NULL)
	{
		float stored = (float) (x - column->pivot);

		if (stored < (float) (column->min - column->pivot) ||
		    stored > (float) (column->max - column->pivot))
			counts->n_out_of_range++;
	}
	return z + add;
}

static void
refuse_number(const Binding *binding, const Step *step)
{
	ereport(ERROR,
	        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	         errmsg("column \"%s\" has a value that %s cannot take",
	                binding->compiled->sources[step->source].name,
	                model_title(binding->compiled)),
	         errdetail("Numbers must be finite, and of a size that type real "
	                   "can hold.")));
}
