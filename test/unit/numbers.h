/*
 * numbers.h
 *    The table that the tests of linear models train on, and its rows as they
 *    see them.
 */
#ifndef FAIRPG_TEST_NUMBERS_H
#define FAIRPG_TEST_NUMBERS_H

#include <math.h>
#include <string.h>

#include "data/builder.h"
#include "num/random.h"
#include "unit.h"

#define NUMBERS 3 /* x0 has NULLs, and so a null flag */
#define LEVELS 4
#define GROUPS 3
/* intercept, numbers, flag, levels */
#define PARAMS (1 + NUMBERS + 1 + LEVELS)
#define MOST_ROWS 9000

typedef struct NumberRows
{
	uint32_t n_rows;
	bool weighted;
	bool backwards; /* the same rows, the last one first */
	bool exact;     /* the label is a linear function of the features */
	bool twice;     /* x2 is x1 again */
	uint32_t n_folds;
	double scale;  /* of labels and x1, 0: 1 */
	double offset; /* of labels */
} NumberRows;

/* One row as it was made. */
typedef struct NumberRow
{
	double x[NUMBERS]; /* NaN: NULL */
	uint32_t level;
	uint32_t group;
	double weight;
	double y;
} NumberRow;

/* Makes the rows: group c is small, and lies apart in x0 and x1. */
static inline void
number_rows(const NumberRows *wanted, NumberRow *rows)
{
	double scale = wanted->scale == 0 ? 1 : wanted->scale;
	NumRandom random;

	num_random_seed(&random, 23);
	for (uint32_t i = 0; i < wanted->n_rows; i++)
	{
		NumberRow *row = &rows[i];
		double u = num_random_uniform(&random);
		double noise = num_random_uniform(&random) - 0.5;

		row->group = u < 0.5 ? 0 : u < 0.9 ? 1 : 2;
		row->level = (uint32_t) (num_random_uniform(&random) * LEVELS);
		for (int c = 0; c < NUMBERS; c++)
			row->x[c] = 2 * num_random_uniform(&random) +
			            (c < 2 ? 0.7 * row->group : 0);
		row->x[1] *= scale;
		if (wanted->twice)
			row->x[2] = row->x[1];
		/* stored as single precision; gcc 12 takes a plain cast out of this
		 * loop */
		for (int c = 0; c < NUMBERS; c++)
		{
			volatile float single = (float) row->x[c];

			row->x[c] = (double) single;
		}
		row->weight = wanted->weighted ? 0.25 + (i % 5) : 1;
		/* the groups differ in what x0 means, and in noise */
		row->y = 3 + 2 * row->x[0] - row->x[1] / scale + 0.5 * row->level;
		if (!wanted->exact)
			row->y += 0.6 * row->group * row->x[0] +
			          (1 + 2 * (double) row->group) * noise;
		row->y = wanted->offset + scale * row->y;
		if (i % 20 == 7 && !wanted->exact)
			row->x[0] = NAN;
	}
}

/* A dataset of them, all to train on. */
static inline Dataset *
number_data(NumArena *arena, const NumberRows *wanted, const NumberRow *rows)
{
	static const char *const groups[] = { "a", "b", "c" };
	static const char *const levels[] = { "p", "q", "r", "s" };
	static const DataColumnSpec columns[] = {
		{ "x0", "x0", 0, 1, DATA_NUMBER },
		{ "x1", "x1", 0, 1, DATA_NUMBER },
		{ "x2", "x2", 0, 1, DATA_NUMBER },
		{ "level", "level", 0, 3, DATA_CATEGORY },
		{ "y", "y", 0, 1, DATA_NUMBER },
	};
	static const DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = { .n_columns = NUMBERS + 2,
		                     .columns = columns,
		                     .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .label = DATA_LABEL_NUMBER,
		                     .label_column = NUMBERS + 1,
		                     .weighted = wanted->weighted,
		                     .null_flags = true,
		                     .max_levels = 100,
		                     .max_groups = 100,
		                     .n_folds = wanted->n_folds };
	DataBuilder *builder = NULL;
	DataInput *input;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	Dataset *data = NULL;

	CHECK_INT(data_builder_create(arena, &spec, &builder), NUM_OK);
	input = data_builder_input(builder);
	input->label = 0;
	for (uint32_t i = 0; i < wanted->n_rows; i++)
	{
		const NumberRow *row =
			&rows[wanted->backwards ? wanted->n_rows - 1 - i : i];

		for (uint32_t c = 0; c < NUMBERS; c++)
			input->number[c] = row->x[c];
		input->number[NUMBERS + 1] = row->y;
		input->code[NUMBERS] =
			data_builder_code(builder, NUMBERS, levels[row->level], 1);
		input->protected_code[0] =
			data_builder_group(builder, 0, groups[row->group], 1);
		input->weight = row->weight;
		CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(
		data_builder_finish(builder, &data, &findings, &n_findings, &culprit),
		NUM_OK);
	return data;
}

/* A row in the layout and scale of the kernel; 'y' standardised. */
static inline void
number_features(const Dataset *data, const NumberRow *row, double *x, double *y)
{
	uint32_t at = 1;

	memset(x, 0, PARAMS * sizeof(double));
	x[0] = 1;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		double value;

		if (column->kind != DATA_NUMBER)
			continue;
		value = row->x[at - 1];
		value = isnan(value) ? (double) column->fill
		                     : (double) (float) (value - column->pivot);
		x[at++] = (value - column->mean) / column->sd;
	}
	x[at++] = isnan(row->x[0]) ? 1 : 0;
	x[at + row->level] = 1;
	*y = (row->y - data->label_mean) / data->label_sd;
}

#endif
