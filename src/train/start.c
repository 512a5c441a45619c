/*
 * start.c
 *    Where a search begins that is not to begin at zero.
 *
 * A model scores a number as coef (x - pivot), and a NULL as coef fill +
 * null_coef; the dataset may have another pivot and another fill.  What differs
 * goes into the intercept and the null flag, so that every row keeps its score.
 */
#include "train/start.h"

#include <string.h>

/* The column of the model that a column of the data came from, or NULL.  A
 * null flag belongs to the number before it. */
static const ModelColumn *
find_column(const Model *model, const DataColumn *column)
{
	for (uint32_t c = 0; c < model->n_columns; c++)
	{
		const ModelColumn *candidate = &model->columns[c];

		if (candidate->element == column->element &&
		    strcmp(candidate->source, column->source) == 0)
			return candidate->kind == column->kind ? candidate : NULL;
	}
	return NULL;
}

/* Contribution of a level of the data. */
static double
level_coefficient(const ModelColumn *column, const DataLevel *level)
{
	int place;

	switch (level->kind)
	{
		case DATA_LEVEL_NULL:
			if (column->n_levels > 0 &&
			    column->levels[0].kind == DATA_LEVEL_NULL)
				return column->levels[0].coef;
			break;
		case DATA_LEVEL_VALUE:
			place = model_find_level(column, level->name, level->length);
			if (place >= 0)
				return column->levels[place].coef;
			break;
		case DATA_LEVEL_OTHER:
			break;
	}
	return column->unseen_coef;
}

NumStatus
train_start(NumArena *arena, const Dataset *data, const Model *model,
            double **start)
{
	double *coef = arena_alloc(arena, data->n_params, sizeof(double));
	double null_coef = 0; /* of the number that was seen last */

	if (coef == NULL)
		return NUM_NO_MEMORY;
	memset(coef, 0, data->n_params * sizeof(double));
	coef[0] = model->intercept;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		const ModelColumn *from;

		if (column->is_null_flag)
		{
			if (column->n_params > 0)
				coef[column->first_param] = null_coef;
			continue;
		}
		null_coef = 0;
		from = find_column(model, column);
		if (from == NULL || column->n_params == 0)
			continue;
		if (column->kind == DATA_NUMBER)
		{
			double moved = from->coef * (column->pivot - from->pivot);

			coef[column->first_param] = from->coef;
			coef[0] += moved;
			null_coef =
				from->coef * ((double) from->fill - (double) column->fill) +
				from->null_coef - moved;
			continue;
		}
		for (uint32_t l = 0; l < column->n_levels; l++)
			coef[column->first_param + l] =
				level_coefficient(from, &column->levels[l]);
	}
	*start = coef;
	return NUM_OK;
}
