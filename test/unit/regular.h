/*
 * regular.h
 *    The table that the tests of regularisation train on, and its rows as they
 *    see them.
 */
#ifndef FAIRPG_TEST_REGULAR_H
#define FAIRPG_TEST_REGULAR_H

#include <math.h>
#include <string.h>

#include "data/builder.h"
#include "num/random.h"
#include "train/train.h"
#include "unit.h"

#define NUMBERS 4 /* x0 has NULLs, and so a null flag */
#define LEVELS 5
/* intercept, numbers, flag, levels */
#define PARAMS (1 + NUMBERS + 1 + LEVELS)
#define ROWS 6000

typedef struct Making
{
	uint32_t n_rows;
	bool weighted;
	bool lacking; /* group c has no row with label 1 */
	uint32_t n_folds;
} Making;

/* Rows of numbers of which x0 and x1 help, x2 hurts and x3 hardly matters, a
 * category and a group a to c that some of them depend on. */
static inline Dataset *
make_data(NumArena *arena, const Making *making)
{
	static const char *const names[] = { "x0", "x1", "x2", "x3" };
	static const char *const groups[] = { "a", "b", "c" };
	static const char *const levels[] = { "p", "q", "r", "s", "t" };
	DataColumnSpec columns[NUMBERS + 1];
	DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = { .n_columns = NUMBERS + 1,
		                     .columns = columns,
		                     .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .weighted = making->weighted,
		                     .null_flags = true,
		                     .max_levels = 100,
		                     .max_groups = 100,
		                     .n_folds = making->n_folds };
	DataBuilder *builder = NULL;
	DataInput *input;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	Dataset *data = NULL;
	NumRandom random;

	num_random_seed(&random, 11);
	for (uint32_t c = 0; c <= NUMBERS; c++)
		columns[c] =
			(DataColumnSpec){ .name = c < NUMBERS ? names[c] : "level",
			                  .source = c < NUMBERS ? names[c] : "level",
			                  .input = 1,
			                  .kind =
			                      c < NUMBERS ? DATA_NUMBER : DATA_CATEGORY };
	CHECK_INT(data_builder_create(arena, &spec, &builder), NUM_OK);
	input = data_builder_input(builder);
	for (uint32_t i = 0; i < making->n_rows; i++)
	{
		uint32_t g = (uint32_t) (num_random_uniform(&random) * 3);
		uint32_t level = (uint32_t) (num_random_uniform(&random) *
		                             num_random_uniform(&random) * LEVELS);
		double shared = num_random_uniform(&random);
		double z;

		for (uint32_t c = 0; c < NUMBERS; c++)
			input->number[c] =
				(c + 1) * (num_random_uniform(&random) + shared - 1) - 0.3 * g;
		z = input->number[0] + input->number[1] / 2 - input->number[2] / 3 +
		    0.02 * input->number[3] + 0.2 * (double) level - 0.5 * g;
		if (i % 20 == 0)
			input->number[0] = NAN;
		input->code[NUMBERS] =
			data_builder_code(builder, NUMBERS, levels[level], 1);
		input->protected_code[0] = data_builder_group(builder, 0, groups[g], 1);
		input->label = z + 3 * (num_random_uniform(&random) - 0.5) > 0;
		if (making->lacking && g == 2)
			input->label = 0;
		input->weight = making->weighted ? 0.5 + (i % 4) : 1;
		CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(
		data_builder_finish(builder, &data, &findings, &n_findings, &culprit),
		NUM_OK);
	CHECK_INT(data->n_params, PARAMS);
	return data;
}

/* A row in the kernel's layout and scale, or with 'raw' in that of the stored
 * numbers. */
static inline void
expand_row(const Dataset *data, const DataBlock *block, uint32_t i, bool raw,
           double *x)
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
		value = (double) ((const float *) block->values[c])[i];
		x[at++] = raw ? value : (value - column->mean) / column->sd;
	}
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		uint32_t code;

		if (column->kind == DATA_NUMBER)
			continue;
		code = ((const uint8_t *) block->values[c])[i];
		if (!column->is_null_flag)
			x[at + code] = 1;
		else if (code == 1)
			x[at] = 1;
		at += column->n_params;
	}
}

static inline double
weight_of(const DataBlock *block, uint32_t i, const TrainCell *cells)
{
	double w = block->weight == NULL ? 1 : (double) block->weight[i];

	return cells == NULL ? w : w * cells[block->cell[i]].factor;
}

static inline TrainSettings
plain_settings(void)
{
	return (TrainSettings){ .l2 = 1e-4,
		                    .temperature = 1,
		                    .threshold = 0.5,
		                    .max_iterations = 40,
		                    .min_group = 10,
		                    .own_kernels = true };
}

/* Adds a bound on the gap of selection rates. */
static inline void
ask_for_parity(TrainSettings *settings, double max_gap)
{
	static FairConstraint parity;

	parity = (FairConstraint){ .criterion =
		                           fair_criterion_find("demographic_parity"),
		                       .kind = FAIR_MAX_GAP,
		                       .bound = max_gap };
	settings->constraints = &parity;
	settings->n_constraints = 1;
}

#endif
