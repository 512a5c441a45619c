/*
 * certificate_number.c
 *    What a stored model that predicts numbers does to the rows of one part.
 *
 * As in certificate.c every row is scored by the code that predict() uses, and
 * the sums are exact, so that the order of the rows is no matter.  Numbers are
 * taken from the label's mean over the training rows and in a unit near its
 * spread, a power of two, which loses no digit and keeps the sums in the range
 * of what can be added up exactly, whatever the units of the label are.
 */
#include "train/certificate.h"

#include <math.h>
#include <string.h>

#include "num/exact_sum.h"
#include "train/fold_rows.h"

/* Products of two squares are added up in this part of the unit of each, so
 * that one row far out does not leave the range. */
#define SQUARE_PART 0x1p-20

/* Sums of one base group, in that unit. */
typedef struct NumberSums
{
	uint64_t rows;
	ExactSum weight;
	ExactSum weight_squared;
	ExactSum label;
	ExactSum label_squared;
	ExactSum label_cubed;
	ExactSum label_fourth;
	ExactSum prediction;
	ExactSum prediction_squared;
	ExactSum absolute;
	ExactSum squared;
	ExactSum fourth;
	ExactSum squared_label;
	ExactSum squared_label_squared;
} NumberSums;

/* The unit: the power of two at or below the label's spread. */
static double
choose_unit(const Dataset *data)
{
	int exponent;

	if (!(data->label_sd > 0))
		return 1;
	frexp(data->label_sd, &exponent);
	return ldexp(1.0, exponent - 1);
}

/* One row; false when it is too far out to be added up. */
static bool
add_row(double w, double label, double prediction, NumberSums *sums)
{
	double error = prediction - label;
	double square = error * error;
	double label_square = label * label;
	bool fits = true;

	sums->rows++;
	fits &= exact_sum_add(&sums->weight, w);
	fits &= exact_sum_add(&sums->weight_squared, w * w);
	fits &= exact_sum_add(&sums->label, w * label);
	fits &= exact_sum_add(&sums->label_squared, w * label_square);
	fits &= exact_sum_add(&sums->prediction, w * prediction);
	fits &=
		exact_sum_add(&sums->prediction_squared, w * prediction * prediction);
	fits &= exact_sum_add(&sums->absolute, w * fabs(error));
	fits &= exact_sum_add(&sums->squared, w * square);
	square *= SQUARE_PART;
	label_square *= SQUARE_PART;
	fits &= exact_sum_add(&sums->label_cubed, w * label_square * label);
	fits &= exact_sum_add(&sums->label_fourth, w * label_square * label_square);
	fits &= exact_sum_add(&sums->fourth, w * square * square);
	fits &= exact_sum_add(&sums->squared_label, w * square * label);
	fits &=
		exact_sum_add(&sums->squared_label_squared, w * square * label_square);
	return fits;
}

static bool
add_block(const Dataset *data, const DataBlock *block, const double *z,
          double unit, NumberSums *sums)
{
	bool fits = true;

	for (uint32_t i = 0; i < block->n_rows; i++)
		fits &= add_row(block->weight == NULL ? 1.0 : (double) block->weight[i],
		                (block->number[i] - data->label_mean) / unit,
		                (z[i] - data->label_mean) / unit,
		                &sums[block->cell[i] >> 1]);
	return fits;
}

/* The sums of a base group in the units of the label. */
static void
read_sums(const NumberSums *sums, double centre, double unit,
          FairErrors *errors)
{
	double square = unit * unit;

	errors->rows = sums->rows;
	errors->centre = centre;
	errors->weight = exact_sum_value(&sums->weight);
	errors->weight_squared = exact_sum_value(&sums->weight_squared);
	errors->label = unit * exact_sum_value(&sums->label);
	errors->label_squared = square * exact_sum_value(&sums->label_squared);
	errors->prediction = unit * exact_sum_value(&sums->prediction);
	errors->prediction_squared =
		square * exact_sum_value(&sums->prediction_squared);
	errors->absolute = unit * exact_sum_value(&sums->absolute);
	errors->squared = square * exact_sum_value(&sums->squared);
	square /= SQUARE_PART;
	errors->label_cubed = square * unit * exact_sum_value(&sums->label_cubed);
	errors->label_fourth =
		square * square * exact_sum_value(&sums->label_fourth);
	errors->fourth = square * square * exact_sum_value(&sums->fourth);
	errors->squared_label =
		square * unit * exact_sum_value(&sums->squared_label);
	errors->squared_label_squared =
		square * square * exact_sum_value(&sums->squared_label_squared);
}

/* A certificate in the making. */
typedef struct Making
{
	NumArena *arena;
	const Dataset *data;
	NumMonitor *monitor;
	Certificate *certificate;
	double unit;
	double *z;        /* [DATA_BLOCK_ROWS] */
	NumberSums *sums; /* [n_base_groups] */
} Making;

static NumStatus
making_begin(Making *making)
{
	NumArena *arena = making->arena;
	size_t n = making->data->n_base_groups;
	Certificate *certificate = making->certificate;

	making->unit = choose_unit(making->data);
	making->z = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));
	making->sums = arena_alloc(arena, n, sizeof(NumberSums));
	certificate->base_errors = arena_alloc(arena, n, sizeof(FairErrors));
	if (making->z == NULL || making->sums == NULL ||
	    certificate->base_errors == NULL)
		return NUM_NO_MEMORY;
	memset(making->sums, 0, n * sizeof(NumberSums));
	memset(certificate->base_errors, 0, n * sizeof(FairErrors));
	return NUM_OK;
}

/* Scores a block by a model, and adds it. */
static NumStatus
making_add(Making *making, const Model *model, const DataBlock *block)
{
	if (monitor_stop(making->monitor))
		return NUM_CANCELLED;
	model_score_block(model, making->data, block, making->z);
	return add_block(making->data, block, making->z, making->unit, making->sums)
	           ? NUM_OK
	           : NUM_NOT_FINITE;
}

static void
making_end(Making *making)
{
	const Dataset *data = making->data;
	Certificate *certificate = making->certificate;
	size_t n = data->n_base_groups;
	double squared = 0;

	for (size_t b = 0; b < n; b++)
	{
		FairErrors *errors = &certificate->base_errors[b];

		read_sums(&making->sums[b], data->label_mean, making->unit, errors);
		certificate->base_loss[b] = fair_loss_of_errors(errors);
		certificate->rows += errors->rows;
		certificate->weight += errors->weight;
		squared += errors->squared;
	}
	certificate->loss = squared / certificate->weight;
	certificate->accuracy = NAN;
	certificate->auc = NAN;
	certificate->positive_share = NAN;
	arena_release(making->arena, making->sums, n, sizeof(NumberSums));
	arena_release(making->arena, making->z, DATA_BLOCK_ROWS, sizeof(double));
}

NumStatus
certificate_of_numbers(NumArena *arena, const Dataset *data, const Model *model,
                       NumMonitor *monitor, Certificate *certificate)
{
	const DataRows *rows = &data->part[certificate->part];
	Making making = { .arena = arena,
		              .data = data,
		              .monitor = monitor,
		              .certificate = certificate };
	NumStatus status = making_begin(&making);

	for (uint32_t b = 0; b < rows->n_blocks && status == NUM_OK; b++)
		status = making_add(&making, model, data_block(rows, b));
	if (status == NUM_OK)
		making_end(&making);
	return status;
}

NumStatus
certificate_of_number_folds(NumArena *arena, const Dataset *data,
                            const Model *const *models, NumMonitor *monitor,
                            Certificate *certificate)
{
	const DataRows *rows = &data->part[certificate->part];
	FoldRows *fold_rows = NULL;
	Making making = { .arena = arena,
		              .data = data,
		              .monitor = monitor,
		              .certificate = certificate };
	ArenaNest nest;
	NumStatus status;

	if (rows->n_blocks == 0)
		return NUM_BAD_ARGUMENT;
	status = making_begin(&making);
	if (status != NUM_OK)
		return status;
	arena_nest_begin(&nest, arena);
	status =
		fold_rows_create(&nest.arena, data, data_block(rows, 0), &fold_rows);
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t f = 0; f < data->n_folds && status == NUM_OK; f++)
			status =
				making_add(&making, models[f],
			               fold_rows_of(fold_rows, data_block(rows, b), f));
	arena_nest_end(&nest);
	if (status == NUM_OK)
		making_end(&making);
	return status;
}
