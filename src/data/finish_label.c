/*
 * finish_label.c
 *    Finishing labels that are numbers: what they are measured against.
 *
 * A label rides through the builder as one more number, in full precision, and
 * ends in an array of its own beside the columns.  Its mean and spread, over
 * the training rows, come from one walk, of sums that no order of the rows
 * changes, of the deviations from the middle of the range.
 */
#include "data/builder_private.h"

#include <math.h>

#include "num/grid.h"

/* What the training rows say. */
typedef struct LabelSums
{
	double middle; /* of the range of all rows */
	GridSum w;
	GridSum wd; /* of the deviation d from the middle */
	GridSum wdd;
	double min;
	double max;
} LabelSums;

static void
add_block(const RawBlock *block, uint32_t c, LabelSums *sums)
{
	for (uint32_t i = 0; i < block->n_rows; i++)
	{
		double y = raw_number(block, c, i);
		double w = raw_weight(block, i);
		double d = y - sums->middle;

		grid_sum_add(&sums->w, w);
		grid_sum_add(&sums->wd, w * d);
		grid_sum_add(&sums->wdd, w * d * d);
		sums->min = fmin(sums->min, y);
		sums->max = fmax(sums->max, y);
	}
}

static void
describe(const LabelSums *sums, Dataset *data)
{
	double w = grid_sum_value(&sums->w);
	double offset;
	double least;

	if (!(w > 0))
		return;
	offset = grid_sum_value(&sums->wd) / w;
	data->label_mean = sums->middle + offset;
	data->label_min = sums->min;
	data->label_max = sums->max;
	if (!(sums->max > sums->min))
		return;
	/* as of other numbers: two values, one of them in a row of very many */
	least = 0x1p-52 * (sums->max - sums->min);
	data->label_sd = fmax(
		sqrt(fmax(grid_sum_value(&sums->wdd) / w - offset * offset, 0)), least);
}

NumStatus
data_finish_label(Finish *finish)
{
	const DataBuilder *builder = finish->builder;
	uint32_t c = builder->spec.label_column;
	FinishColumn *plan = &finish->columns[c];
	double weight = finish->weight_magnet; /* more than all weights */
	double n = (double) finish->n_rows[DATA_TRAIN];
	double reach = 1.001 * (plan->high / 2 - plan->low / 2);
	LabelSums sums = { .middle = plan->low / 2 + plan->high / 2,
		               .min = INFINITY,
		               .max = -INFINITY };

	/* it is no column of the dataset */
	plan->dropped = true;
	if (!isfinite(reach))
		return NUM_OK; /* no rows */
	grid_sum_init(&sums.w, weight, n);
	grid_sum_init(&sums.wd, weight * reach, n);
	grid_sum_init(&sums.wdd, weight * reach * reach, n);
	for (int s = 0; s < DATA_STRATA; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			add_block(data_raw(builder, s, b, c), c, &sums);
		}
	describe(&sums, finish->data);
	return NUM_OK;
}
