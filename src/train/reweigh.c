/*
 * reweigh.c
 *    The plain fit over rows weighted so that groups have equal label shares.
 *
 * A row of group g and label y counts
 *
 *     P(g) P(y) / P(g, y)
 *
 * times its own weight, the probabilities being shares of weight: what the cell
 * would weigh if label and group were independent, over what it weighs.  The
 * groups are the base groups, the combinations of all protected columns.
 * Afterwards every group has the same share of positive labels, that of all
 * rows, and weighs what it did before.  Nothing is bounded: what the model does
 * to the groups is only judged.
 *
 * A group that lacks one of the labels cannot be balanced; its cells keep the
 * factor 1, and say so.
 *
 * Reference: Kamiran and Calders, Knowledge and Information Systems 33 (1),
 * 2012, section 5.2.2.
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

#include "num/exact_sum.h"

/* Squared weights of the training rows by cell. */
static NumStatus
add_squares(NumArena *arena, const Dataset *data, NumMonitor *monitor,
            TrainCell *cells)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	size_t n = 2 * (size_t) data->n_base_groups;
	ExactSum *sums = arena_alloc(arena, n, sizeof(ExactSum));

	if (sums == NULL)
		return NUM_NO_MEMORY;
	memset(sums, 0, n * sizeof(ExactSum));

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = data_block(rows, b);

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			double weight =
				block->weight == NULL ? 1 : (double) block->weight[i];

			exact_sum_add(&sums[block->cell[i]], weight * weight);
		}
	}
	for (size_t c = 0; c < n; c++)
		cells[c].squares = exact_sum_value(&sums[c]);
	arena_release(arena, sums, n, sizeof(ExactSum));
	return NUM_OK;
}

static void
set_factors(const Dataset *data, TrainCell *cells)
{
	double by_label[2] = { 0, 0 };
	double all;

	for (uint32_t c = 0; c < 2 * data->n_base_groups; c++)
		by_label[c & 1] += cells[c].weight;
	all = by_label[0] + by_label[1];
	for (uint32_t g = 0; g < data->n_base_groups; g++)
	{
		TrainCell *pair = &cells[2 * g];
		double group = pair[0].weight + pair[1].weight;

		for (int y = 0; y < 2; y++)
		{
			pair[y].defined = pair[0].weight > 0 && pair[1].weight > 0;
			pair[y].factor =
				pair[y].defined ? (group / all) * (by_label[y] / pair[y].weight)
								: 1;
		}
	}
}

static NumStatus
cells_create(NumArena *arena, const Dataset *data, NumMonitor *monitor,
             TrainCell **result)
{
	size_t n = 2 * (size_t) data->n_base_groups;
	TrainCell *cells = arena_alloc(arena, n, sizeof(TrainCell));
	const DataRows *train = &data->part[DATA_TRAIN];
	NumStatus status;

	if (cells == NULL)
		return NUM_NO_MEMORY;
	for (size_t c = 0; c < n; c++)
		cells[c] = (TrainCell){ .rows = train->cell_rows[c],
			                    .weight = train->cell_weight[c] };
	status = add_squares(arena, data, monitor, cells);
	set_factors(data, cells);
	*result = cells;
	return status;
}

NumStatus
train_reweigh(NumArena *arena, const Dataset *data,
              const TrainSettings *settings, NumMonitor *monitor,
              TrainResult *result)
{
	size_t n_cells = 2 * (size_t) data->n_base_groups;
	TrainSettings plain = *settings;
	TrainCell *cells;
	double *factor = arena_alloc(arena, n_cells, sizeof(double));
	Newton *newton;
	NumStatus status;

	if (factor == NULL)
		return NUM_NO_MEMORY;
	status = cells_create(arena, data, monitor, &cells);
	if (status != NUM_OK)
		return status;
	for (size_t c = 0; c < n_cells; c++)
		factor[c] = cells[c].factor;
	plain.n_constraints = 0;
	plain.cell_factor = factor;
	status = newton_create(arena, data, &plain, monitor, &newton);
	if (status != NUM_OK)
		return status;
	status = newton_fit(newton, result);
	result->cells = cells;
	return status;
}
