/*
 * finish_number.c
 *    Finishing a number column: statistics, NULLs, the null flag.
 *
 * Sums run in LANES partial sums, row i of a block in lane i mod LANES, which
 * is a fixed order that the compiler can still turn into wide additions.
 * Mean and spread take a walk each: the spread is the root of the mean square
 * of the deviations from the mean, which cancels nothing.
 */
#include "data/builder_private.h"

#include <math.h>
#include <string.h>

#define LANES 8

/* Weighted sums over the training rows that are not NULL, of the stored form
 * x and the label y. */
typedef struct NumberSums
{
	double w;
	double wx;
	double wy;
	double wxy;
	double null_weight;
	uint64_t n_null;
} NumberSums;

static double
add_lanes(const double *lane)
{
	double sum = 0;

	for (int l = 0; l < LANES; l++)
		sum += lane[l];
	return sum;
}

/* Sums of one block into 'sums'. */
static void
add_block(const DataBlock *block, uint32_t c, NumberSums *sums)
{
	const float *x = block->values[c];
	double w[LANES] = { 0 };
	double wx[LANES] = { 0 };
	double wy[LANES] = { 0 };
	double wxy[LANES] = { 0 };

	for (uint32_t first = 0; first < block->n_rows; first += LANES)
	{
		uint32_t n = block->n_rows - first;

		n = n < LANES ? n : LANES;
		for (uint32_t l = 0; l < n; l++)
		{
			uint32_t i = first + l;
			double v = (double) x[i];
			double weight = data_row_weight(block, i);
			double y = (double) (block->cell[i] & 1u);

			if (isnan(v))
			{
				sums->n_null++;
				sums->null_weight += weight;
				continue;
			}
			w[l] += weight;
			wx[l] += weight * v;
			wy[l] += weight * y;
			wxy[l] += weight * v * y;
		}
	}
	sums->w += add_lanes(w);
	sums->wx += add_lanes(wx);
	sums->wy += add_lanes(wy);
	sums->wxy += add_lanes(wxy);
}

/* Root mean square of the deviations from 'mean'. */
static double
number_sd(const DataRows *rows, uint32_t c, double mean, double weight)
{
	double squares = 0;

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = rows->blocks[b];
		const float *x = block->values[c];
		double lane[LANES] = { 0 };

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			double d = (double) x[i] - mean;

			if (!isnan(d))
				lane[i % LANES] += data_row_weight(block, i) * d * d;
		}
		squares += add_lanes(lane);
	}
	return sqrt(squares / weight);
}

/* Whether the correlation with the label is nearly one. */
static bool
number_is_label(const NumberSums *sums, double mean, double sd)
{
	double y = sums->wy / sums->w;
	double covariance = sums->wxy / sums->w - mean * y;
	double spread = sd * sqrt(y * (1 - y));

	return spread > 0 && fabs(covariance) > DATA_DISGUISE_SHARE * spread;
}

/* Counts what the held-out rows have that needs a remark: NULLs, and numbers
 * beyond the range of the training rows, in the precision of storage. */
static void
count_held_out(const DataRows *rows, uint32_t c, DataColumn *column)
{
	float low = (float) (column->min - column->pivot);
	float high = (float) (column->max - column->pivot);

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const float *x = rows->blocks[b]->values[c];

		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			column->n_null[DATA_HELD_OUT] += isnan(x[i]) ? 1 : 0;
			column->n_out_of_range += x[i] < low || x[i] > high ? 1 : 0;
		}
	}
}

/* Fills the NULLs of column 'c'; with 'flag_at' not 0, writes flags into new
 * arrays at that place. */
static NumStatus
fill_nulls(DataBuilder *builder, uint32_t c, float fill, uint32_t flag_at)
{
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];
			float *x = block->values[c];
			uint8_t *flags;

			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			if (flag_at != 0)
			{
				flags = data_take_codes(builder, 1);
				if (flags == NULL)
					return NUM_NO_MEMORY;
				for (uint32_t i = 0; i < block->n_rows; i++)
					flags[i] = (uint8_t) (isnan(x[i]) ? 1 : 0);
				block->values[flag_at] = flags;
				block->code_bytes[flag_at] = 1;
			}
			for (uint32_t i = 0; i < block->n_rows; i++)
				x[i] = isnan(x[i]) ? fill : x[i];
		}
	return NUM_OK;
}

static NumStatus
describe_flag(NumArena *arena, const DataColumn *number, const NumberSums *sums,
              DataColumn *flag)
{
	memset(flag, 0, sizeof(*flag));
	flag->name = number->name;
	flag->source = number->source;
	flag->element = number->element;
	flag->input = number->input;
	flag->kind = DATA_CATEGORY;
	flag->is_null_flag = true;
	flag->n_levels = 2;
	flag->levels = arena_alloc(arena, 2, sizeof(DataLevel));
	if (flag->levels == NULL)
		return NUM_NO_MEMORY;
	flag->levels[0] =
		(DataLevel){ .kind = DATA_LEVEL_VALUE, .name = "", .weight = sums->w };
	flag->levels[1] = (DataLevel){ .kind = DATA_LEVEL_NULL,
		                           .name = "",
		                           .weight = sums->null_weight };
	flag->n_params = 1;
	return NUM_OK;
}

/* Mean, spread and range; the spread is 0 exactly when all values are one. */
static void
describe_number(Finish *finish, uint32_t k, const NumberSums *sums,
                DataColumn *column)
{
	DataBuilder *builder = finish->builder;
	const DataRows *train = &builder->part[DATA_TRAIN];
	uint32_t c = builder->numbers[k];
	const DataColumnSpec *spec = &builder->spec.columns[c];

	memset(column, 0, sizeof(*column));
	column->name = spec->name;
	column->source = spec->source;
	column->element = spec->element;
	column->input = spec->input;
	column->kind = DATA_NUMBER;
	column->pivot = builder->pivot[k];
	column->min = builder->min[k];
	column->max = builder->max[k];
	if (!(sums->w > 0))
		return;
	column->mean = sums->wx / sums->w;
	column->fill = (float) column->mean;
	if ((float) (column->max - column->pivot) >
	    (float) (column->min - column->pivot))
	{
		double sd = number_sd(train, c, column->mean, sums->w);

		if (number_is_label(sums, column->mean, sd))
			data_find(finish, DATA_DISGUISE, c, 0);
		/* NULLs filled in leave the mean and shrink the spread */
		column->sd = sd * sqrt(sums->w / (sums->w + sums->null_weight));
	}
}

NumStatus
data_finish_number(Finish *finish, uint32_t k)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	const DataRows *train = &builder->part[DATA_TRAIN];
	uint32_t c = builder->numbers[k];
	DataColumn *column = &data->columns[data->n_columns];
	NumberSums sums = { 0 };
	bool wants_flag = builder->spec.null_flags;
	uint32_t flag_at = 0;
	NumStatus status;

	for (uint32_t b = 0; b < train->n_blocks; b++)
	{
		if (monitor_stop(builder->spec.monitor))
			return NUM_CANCELLED;
		add_block(train->blocks[b], c, &sums);
	}
	describe_number(finish, k, &sums, column);
	if (column->sd > 0)
		column->n_params = 1;
	else if (sums.n_null == 0 || !(sums.w > 0) || !builder->spec.null_flags)
	{
		data_find(finish, DATA_CONSTANT, c, 0);
		/* an element stays, so that its array keeps its length */
		if (column->element == 0)
		{
			data_drop_column(builder, c);
			return NUM_OK;
		}
		wants_flag = false;
	}
	/* else one value or NULL: only the flag tells anything */

	column->n_null[DATA_TRAIN] = sums.n_null;
	count_held_out(&builder->part[DATA_HELD_OUT], c, column);
	finish->place[data->n_columns++] = c;
	if (sums.n_null > 0 && wants_flag)
	{
		flag_at = builder->spec.n_columns + k;
		status = describe_flag(builder->arena, column, &sums,
		                       &data->columns[data->n_columns]);
		if (status != NUM_OK)
			return status;
		finish->place[data->n_columns++] = flag_at;
	}
	if (column->n_null[DATA_TRAIN] + column->n_null[DATA_HELD_OUT] == 0)
		return NUM_OK;
	return fill_nulls(builder, c, column->fill, flag_at);
}
