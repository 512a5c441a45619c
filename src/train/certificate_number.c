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

/* Squares of squared errors are added up in this part of their unit, so that
 * one row far out does not leave the range. */
#define SQUARE_PART 0x1p-20

/* Sums of one base group, in that unit. */
typedef struct NumberSums
{
	uint64_t rows;
	ExactSum weight;
	ExactSum weight_squared;
	ExactSum label;
	ExactSum label_squared;
	ExactSum prediction;
	ExactSum prediction_squared;
	ExactSum absolute;
	ExactSum squared;
	ExactSum fourth;
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
	bool fits = true;

	sums->rows++;
	fits &= exact_sum_add(&sums->weight, w);
	fits &= exact_sum_add(&sums->weight_squared, w * w);
	fits &= exact_sum_add(&sums->label, w * label);
	fits &= exact_sum_add(&sums->label_squared, w * label * label);
	fits &= exact_sum_add(&sums->prediction, w * prediction);
	fits &=
		exact_sum_add(&sums->prediction_squared, w * prediction * prediction);
	fits &= exact_sum_add(&sums->absolute, w * fabs(error));
	fits &= exact_sum_add(&sums->squared, w * square);
	square *= SQUARE_PART;
	fits &= exact_sum_add(&sums->fourth, w * square * square);
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
	errors->fourth = square * square * exact_sum_value(&sums->fourth);
}

/* No rows, and no figures of decisions. */
static NumStatus
certificate_create(NumArena *arena, size_t n, DataPart part,
                   Certificate *certificate)
{
	memset(certificate, 0, sizeof(*certificate));
	certificate->part = part;
	certificate->accuracy = NAN;
	certificate->auc = NAN;
	certificate->positive_share = NAN;
	certificate->base = arena_alloc(arena, n, sizeof(FairCells));
	certificate->base_loss = arena_alloc(arena, n, sizeof(FairLoss));
	certificate->base_errors = arena_alloc(arena, n, sizeof(FairErrors));
	if (certificate->base == NULL || certificate->base_loss == NULL ||
	    certificate->base_errors == NULL)
		return NUM_NO_MEMORY;
	memset(certificate->base, 0, n * sizeof(FairCells));
	memset(certificate->base_errors, 0, n * sizeof(FairErrors));
	return NUM_OK;
}

NumStatus
certify_numbers(NumArena *arena, const Dataset *data, const Model *model,
                DataPart part, NumMonitor *monitor, Certificate *certificate)
{
	const DataRows *rows = &data->part[part];
	size_t n = data->n_base_groups;
	double unit = choose_unit(data);
	double *z = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));
	NumberSums *sums = arena_alloc(arena, n, sizeof(NumberSums));
	double squared = 0;

	if (z == NULL || sums == NULL ||
	    certificate_create(arena, n, part, certificate) != NUM_OK)
		return NUM_NO_MEMORY;
	memset(sums, 0, n * sizeof(NumberSums));
	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block;

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		block = data_block(rows, b);
		model_score_block(model, data, block, z);
		if (!add_block(data, block, z, unit, sums))
			return NUM_NOT_FINITE;
	}
	for (size_t b = 0; b < n; b++)
	{
		FairErrors *errors = &certificate->base_errors[b];

		read_sums(&sums[b], data->label_mean, unit, errors);
		certificate->base_loss[b] = fair_loss_of_errors(errors);
		certificate->rows += errors->rows;
		certificate->weight += errors->weight;
		squared += errors->squared;
	}
	certificate->loss = squared / certificate->weight;
	arena_release(arena, sums, n, sizeof(NumberSums));
	arena_release(arena, z, DATA_BLOCK_ROWS, sizeof(double));
	return NUM_OK;
}
