/*
 * finish_number.c
 *    Finishing a number column: pivot, statistics, the null flag.
 *
 * The pivot comes from the range of all rows; mean and spread, in the form
 * that is stored, from a walk each over the training rows: the spread is the
 * root of the mean square of the deviations from the mean, which cancels
 * nothing.
 */
#include "data/builder_private.h"

#include <math.h>
#include <string.h>

#include "num/grid.h"

/* A column on its way through the statistics. */
typedef struct Number
{
	Finish *finish;
	uint32_t k; /* among the numbers */
	uint32_t c; /* among the columns */
	double pivot;
	double low; /* of all rows */
	double high;

	/* over the training rows that are not NULL, of the stored form x and the
	 * label y */
	GridSum w;
	GridSum wx;
	GridSum wy;
	GridSum wxy;
	GridSum null_weight;
	uint64_t n_null;
	float min;
	float max;
} Number;

static inline double
stored(const RawBlock *block, uint32_t c, uint32_t i, double pivot)
{
	return (double) (float) (raw_number(block, c, i) - pivot);
}

/*
 * A value amid the range, or 0 when single precision does without.  It is a
 * multiple of a power of two not far below the spread, so that subtracting it
 * leaves integers integers and costs other numbers no digits.
 */
static double
choose_pivot(double low, double high)
{
	double unit;

	if (!(high > low) || !raw_large(low, high, RAW_PIVOT_FROM))
		return 0;
	unit = ldexp(1.0, ilogb(high - low));
	return rint((low / 2 + high / 2) / unit) * unit;
}

static void
find_range(Number *number)
{
	const DataBuilder *builder = number->finish->builder;

	number->low = INFINITY;
	number->high = -INFINITY;
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawBlock *block = builder->stream[s].blocks[b];

			number->low = fmin(number->low, block->low[number->k]);
			number->high = fmax(number->high, block->high[number->k]);
		}
	number->pivot = choose_pivot(number->low, number->high);
}

static void
begin_sums(Number *number)
{
	double weight = number->finish->weight_magnet; /* more than all weights */
	double n = (double) number->finish->n_rows[DATA_TRAIN];
	double reach = fmax(fabs(number->low - number->pivot),
	                    fabs(number->high - number->pivot));

	/* rounding may have made the stored form a little larger */
	reach = isfinite(reach) ? 1.001 * reach : 0;
	grid_sum_init(&number->w, weight, n);
	grid_sum_init(&number->wx, weight * reach, n);
	grid_sum_init(&number->wy, weight, n);
	grid_sum_init(&number->wxy, weight * reach, n);
	grid_sum_init(&number->null_weight, weight, n);
	number->min = INFINITY;
	number->max = -INFINITY;
}

static void
add_block(Number *number, const RawBlock *block)
{
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double x = stored(block, number->c, i, number->pivot);
		double weight = raw_weight(block, i);

		if (isnan(x))
		{
			number->n_null++;
			grid_sum_add(&number->null_weight, weight);
			continue;
		}
		number->min = (float) x < number->min ? (float) x : number->min;
		number->max = (float) x > number->max ? (float) x : number->max;
		grid_sum_add(&number->w, weight);
		grid_sum_add(&number->wx, weight * x);
		if ((block->cell[i] & 1u) == 0)
			continue;
		grid_sum_add(&number->wy, weight);
		grid_sum_add(&number->wxy, weight * x);
	}
}

static NumStatus
add_blocks(Number *number)
{
	const DataBuilder *builder = number->finish->builder;

	begin_sums(number);
	for (int s = 0; s < DATA_STRATA; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			add_block(number, builder->stream[s].blocks[b]);
		}
	return NUM_OK;
}

/* Root mean square of the deviations from 'mean'. */
static double
number_sd(const Number *number, double mean)
{
	const DataBuilder *builder = number->finish->builder;
	double width = (double) number->max - (double) number->min;
	GridSum squares;

	grid_sum_init(&squares, number->finish->weight_magnet * width * width,
	              (double) number->finish->n_rows[DATA_TRAIN]);
	for (int s = 0; s < DATA_STRATA; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawBlock *block = builder->stream[s].blocks[b];

			for (uint32_t i = 0; i < block->n_rows; i++)
			{
				double d = stored(block, number->c, i, number->pivot) - mean;

				if (!isnan(d))
					grid_sum_add(&squares, raw_weight(block, i) * d * d);
			}
		}
	return sqrt(grid_sum_value(&squares) / grid_sum_value(&number->w));
}

/* Whether the correlation with the label is nearly one. */
static bool
number_is_label(const Number *number, double mean, double sd)
{
	double w = grid_sum_value(&number->w);
	double y = grid_sum_value(&number->wy) / w;
	double covariance = grid_sum_value(&number->wxy) / w - mean * y;
	double spread = sd * sqrt(y * (1 - y));

	return spread > 0 && fabs(covariance) > DATA_DISGUISE_SHARE * spread;
}

/* Counts what the held-out rows have that needs a remark: NULLs, and numbers
 * beyond the range of the training rows, in the precision of storage. */
static void
count_held_out(const Number *number, DataColumn *column)
{
	const RawStream *stream =
		&number->finish->builder->stream[DATA_HELD_OUT_STREAM];

	for (uint32_t b = 0; b < stream->n_blocks; b++)
	{
		const RawBlock *block = stream->blocks[b];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			double x = stored(block, number->c, i, number->pivot);

			column->n_null[DATA_HELD_OUT] += isnan(x) ? 1 : 0;
			column->n_out_of_range +=
				x < (double) number->min || x > (double) number->max ? 1 : 0;
		}
	}
}

static NumStatus
describe_flag(const Number *number, DataColumn *flag)
{
	NumArena *arena = number->finish->builder->arena;

	*flag = flag[-1];
	flag->kind = DATA_CATEGORY;
	flag->is_null_flag = true;
	memset(flag->n_null, 0, sizeof(flag->n_null));
	flag->n_out_of_range = 0;
	flag->n_levels = 2;
	flag->levels = arena_alloc(arena, 2, sizeof(DataLevel));
	if (flag->levels == NULL)
		return NUM_NO_MEMORY;
	flag->levels[0] = (DataLevel){ .kind = DATA_LEVEL_VALUE,
		                           .name = "",
		                           .weight = grid_sum_value(&number->w) };
	flag->levels[1] =
		(DataLevel){ .kind = DATA_LEVEL_NULL,
		             .name = "",
		             .weight = grid_sum_value(&number->null_weight) };
	flag->n_params = 1;
	return NUM_OK;
}

/* Mean, spread and range; the spread is 0 exactly when all values are one. */
static void
describe_number(Number *number, DataColumn *column)
{
	Finish *finish = number->finish;
	const DataColumnSpec *spec = &finish->builder->spec.columns[number->c];
	double w = grid_sum_value(&number->w);

	memset(column, 0, sizeof(*column));
	column->name = spec->name;
	column->source = spec->source;
	column->element = spec->element;
	column->input = spec->input;
	column->kind = DATA_NUMBER;
	column->pivot = number->pivot;
	column->min = number->pivot + (double) number->min;
	column->max = number->pivot + (double) number->max;
	column->n_null[DATA_TRAIN] = number->n_null;
	count_held_out(number, column);
	if (!(w > 0))
		return;
	column->mean = grid_sum_value(&number->wx) / w;
	column->fill = (float) column->mean;
	if (number->max > number->min)
	{
		double sd = number_sd(number, column->mean);

		if (number_is_label(number, column->mean, sd))
			data_find(finish, DATA_DISGUISE, number->c, 0);
		/* NULLs filled in leave the mean and shrink the spread */
		column->sd = sd * sqrt(w / (w + grid_sum_value(&number->null_weight)));
	}
}

NumStatus
data_finish_number(Finish *finish, uint32_t k)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	DataColumn *column = &data->columns[data->n_columns];
	Number number = { .finish = finish,
		              .k = k,
		              .c = builder->shape.numbers[k] };
	FinishColumn *plan = &finish->columns[number.c];
	bool wants_flag = builder->spec.null_flags;
	NumStatus status;

	find_range(&number);
	status = add_blocks(&number);
	if (status != NUM_OK)
		return status;
	describe_number(&number, column);
	if (column->sd > 0)
		column->n_params = 1;
	else if (number.n_null == 0 || !(grid_sum_value(&number.w) > 0) ||
	         !builder->spec.null_flags)
	{
		data_find(finish, DATA_CONSTANT, number.c, 0);
		/* an element stays, so that its array keeps its length */
		if (column->element == 0)
		{
			plan->dropped = true;
			return NUM_OK;
		}
		wants_flag = false;
	}
	/* else one value or NULL: only the flag tells anything */

	plan->column = data->n_columns++;
	plan->flagged = number.n_null > 0 && wants_flag;
	if (!plan->flagged)
		return NUM_OK;
	return describe_flag(&number, &data->columns[data->n_columns++]);
}
