/*
 * model.c
 *    A model from a dataset's description and the coefficients for it.
 *
 * The model copies names and levels, so that it outlives the dataset.  Where
 * the dataset has a null flag after a number, the model has one column for
 * both.  A constant column (no parameter) stays in the model with coefficient
 * zero: it is a column that was trained on, and a row without it is refused.
 */
#include "model/model.h"

#include <float.h>
#include <math.h>
#include <string.h>

static NumStatus fill_column(NumArena *arena, const DataColumn *data,
                             const double *coef, ModelColumn *column);
static NumStatus fill_levels(NumArena *arena, const DataColumn *data,
                             const double *coef, ModelColumn *column);
static void
add_null_coef(const DataColumn *flag, const double *coef, ModelColumn *column);
static NumStatus all_finite(const Model *model);

/* A copy of 'length' bytes with a terminating zero, or NULL. */
static char *
copy_bytes(NumArena *arena, const char *bytes, size_t length)
{
	char *copy = arena_alloc(arena, length + 1, 1);

	if (copy == NULL)
		return NULL;
	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

NumStatus
model_from_coefficients(NumArena *arena, const Dataset *data,
                        ModelFamily family, double threshold,
                        const double *coef, Model **result)
{
	Model *model;
	uint32_t n = 0;

	if (family != MODEL_LOGISTIC)
		threshold = 0;
	else if (!(threshold > 0 && threshold < 1))
		return NUM_BAD_ARGUMENT;
	model = arena_alloc(arena, 1, sizeof(Model));
	if (model == NULL)
		return NUM_NO_MEMORY;
	model->family = family;
	model->groups = NULL;
	model->n_members = 0;
	model->members = NULL;
	model->classes = NULL;
	model->draw_column = NULL;
	model->draw_input = 0;
	model->has_averages = true;
	model->threshold = threshold;
	model->intercept = coef[0];
	model->columns = arena_alloc(arena, data->n_columns, sizeof(ModelColumn));
	if (model->columns == NULL)
		return NUM_NO_MEMORY;

	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		NumStatus status;

		if (column->is_null_flag)
		{
			if (n == 0 || model->columns[n - 1].kind != DATA_NUMBER)
				return NUM_BAD_ARGUMENT;
			if (column->n_params > 0)
				add_null_coef(column, coef, &model->columns[n - 1]);
			continue;
		}
		status = fill_column(arena, column, coef, &model->columns[n]);
		if (status != NUM_OK)
			return status;
		n++;
	}
	model->n_columns = n;
	*result = model;
	return all_finite(model);
}

static NumStatus
fill_column(NumArena *arena, const DataColumn *data, const double *coef,
            ModelColumn *column)
{
	memset(column, 0, sizeof(*column));
	column->source = copy_bytes(arena, data->source, strlen(data->source));
	if (column->source == NULL)
		return NUM_NO_MEMORY;
	column->element = data->element;
	column->input = data->input;
	column->kind = data->kind;
	if (data->kind == DATA_CATEGORY)
		return fill_levels(arena, data, coef, column);

	column->pivot = data->pivot;
	column->fill = data->fill;
	column->coef = data->n_params > 0 ? coef[data->first_param] : 0;
	/* the fill is the mean as it is stored: where nothing was learnt of NULL,
	 * one is exactly average */
	column->average = column->coef * (double) column->fill;
	column->min = data->min;
	column->max = data->max;
	/* a column that was always NULL has no range: nothing is outside */
	if (!(isfinite(column->min) && isfinite(column->max) &&
	      column->min <= column->max))
	{
		column->min = -DBL_MAX;
		column->max = DBL_MAX;
	}
	return NUM_OK;
}

/* What a NULL adds to that of a number, and on average. */
static void
add_null_coef(const DataColumn *flag, const double *coef, ModelColumn *column)
{
	double present = flag->levels[0].weight;
	double null = flag->levels[1].weight;

	column->null_coef = coef[flag->first_param];
	if (null > 0)
		column->average += column->null_coef * (null / (present + null));
}

/*
 * An unseen value contributes what the pooled rare values do; where none were
 * pooled, the mean over the levels, each as often as it occurred, so that the
 * score is that of a row about which this column says nothing.
 */
static NumStatus
fill_levels(NumArena *arena, const DataColumn *data, const double *coef,
            ModelColumn *column)
{
	double weight = 0;
	double sum = 0;
	bool has_other = false;

	column->n_levels = data->n_levels;
	column->levels = arena_alloc(arena, data->n_levels, sizeof(ModelLevel));
	if (column->levels == NULL)
		return NUM_NO_MEMORY;

	for (uint32_t l = 0; l < data->n_levels; l++)
	{
		const DataLevel *from = &data->levels[l];
		ModelLevel *level = &column->levels[l];

		level->kind = from->kind;
		level->length = from->kind == DATA_LEVEL_VALUE ? from->length : 0;
		level->name = copy_bytes(arena, from->name, level->length);
		if (level->name == NULL)
			return NUM_NO_MEMORY;
		level->coef = data->n_params > 0 ? coef[data->first_param + l] : 0;
		if (level->kind == DATA_LEVEL_OTHER && from->weight > 0)
		{
			has_other = true;
			column->unseen_coef = level->coef;
		}
		weight += from->weight;
		sum += from->weight * level->coef;
	}
	if (weight > 0)
		column->average = sum / weight;
	if (!has_other)
		column->unseen_coef = column->average;
	/* a level that no training row had is as good as unseen */
	for (uint32_t l = 0; l < data->n_levels; l++)
		if (!(data->levels[l].weight > 0))
			column->levels[l].coef = column->unseen_coef;
	return NUM_OK;
}

/* Coefficients that a fit let run away must not be stored. */
static NumStatus
all_finite(const Model *model)
{
	if (!isfinite(model->intercept))
		return NUM_NOT_FINITE;
	for (uint32_t c = 0; c < model->n_columns; c++)
	{
		const ModelColumn *column = &model->columns[c];

		if (!isfinite(column->coef) || !isfinite(column->null_coef) ||
		    !isfinite(column->unseen_coef) || !isfinite(column->pivot) ||
		    !isfinite(column->fill) || !isfinite(column->average))
			return NUM_NOT_FINITE;
		for (uint32_t l = 0; l < column->n_levels; l++)
			if (!isfinite(column->levels[l].coef))
				return NUM_NOT_FINITE;
	}
	return NUM_OK;
}

int
model_find_level(const ModelColumn *column, const char *name, uint32_t length)
{
	int low = 0;
	int high = (int) column->n_levels - 1;

	/* NULL and OTHER stand at the ends and have no name */
	if (high >= 0 && column->levels[0].kind == DATA_LEVEL_NULL)
		low++;
	if (high >= low && column->levels[high].kind == DATA_LEVEL_OTHER)
		high--;

	while (low <= high)
	{
		int middle = low + (high - low) / 2;
		const ModelLevel *level = &column->levels[middle];
		uint32_t shorter = level->length < length ? level->length : length;
		int order = shorter > 0 ? memcmp(name, level->name, shorter) : 0;

		if (order == 0)
			order = (length > level->length) - (length < level->length);
		if (order == 0)
			return middle;
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return -1;
}
