/*
 * gram.c
 *    The Gram matrices of features and label.
 *
 * The walk takes the rows in chunks as linear.c does and adds each to the set
 * that it belongs to: a number pairs with all numbers before it in a short
 * vector loop; a category adds one line of numbers and one entry for each
 * category before it.  One-hot columns never exist.
 *
 * Unlike a Hessian, which only has to be about right, these sums are the
 * answer.  So every product is rounded by itself, to the grid on which sums of
 * all rows are exact, and not its factors: what is lost of a sum is what an
 * ordinary sum of as many terms loses.
 */
#include "model/gram.h"

#include <math.h>
#include <string.h>

#include "data/slab.h"
#include "model/linear_private.h"
#include "num/grid.h"
#include "num/wide.h"

/* Lays the arrays of the sums into a piece of memory; counts its bytes when
 * that is NULL.  Numbers of gram are set. */
static size_t
lay(Gram *gram, void *memory)
{
	size_t vector = gram->stride * sizeof(double);
	size_t used = 0;

	gram->sets = slab_cut(memory, &used, gram->n_sets * sizeof(GramSet));
	for (uint32_t s = 0; s < gram->n_sets; s++)
	{
		double *xx =
			slab_cut(memory, &used, ((size_t) gram->n_params + 1) * vector);
		double *xy = slab_cut(memory, &used, vector);

		if (gram->sets != NULL)
			gram->sets[s] = (GramSet){ xx, xy, 0 };
	}
	gram->set_of_base =
		slab_cut(memory, &used, gram->n_base * sizeof(uint32_t));
	gram->rows = slab_cut(memory, &used, gram->n_base * sizeof(uint64_t));
	gram->weight = slab_cut(memory, &used, gram->n_base * sizeof(double));
	gram->x = slab_cut(memory, &used, gram->n_base * vector);
	return used;
}

/* Sums of nothing, as large as the numbers of 'like' say. */
static NumStatus
create_empty(NumArena *arena, const Gram *like, Gram **result)
{
	Gram *gram = arena_alloc(arena, 1, sizeof(Gram));
	Gram counted = *like;
	size_t bytes = lay(&counted, NULL);
	void *memory = arena_alloc(arena, 1, bytes);

	if (gram == NULL || memory == NULL)
		return NUM_NO_MEMORY;
	*gram = *like;
	memset(memory, 0, bytes);
	lay(gram, memory);
	*result = gram;
	return NUM_OK;
}

/* The numbers of the sums of a plan's dataset. */
static Gram
shape_of(const LinearPlan *plan, GramSplit split)
{
	Gram shape = { .n_params = plan->n_params,
		           .stride = plan->stride,
		           .n_sets = 1,
		           .n_base = plan->n_cells / 2 };

	if (split == GRAM_FOLDS && plan->data->n_folds > 0)
		shape.n_sets = plan->data->n_folds;
	if (split == GRAM_GROUPS)
		shape.n_sets = shape.n_base;
	return shape;
}

size_t
gram_bytes(const LinearPlan *plan, GramSplit split)
{
	Gram shape = shape_of(plan, split);

	return lay(&shape, NULL);
}

/* Adds row i of the chunk to a set. */
static ALWAYS_INLINE void
add_row(const LinearPlan *plan, uint32_t i, double y, double magnet,
        GramSet *set, double *restrict sum_x)
{
	size_t width = plan->width;
	const double *restrict x = plan->dense + i * width;
	const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
	double *restrict scaled = plan->scaled;
	double w = plan->row_weight[i];
	double rounded = grid_round(w, magnet);
	double wy = w * y;

	for (size_t k = 0; k < width; k++)
		scaled[k] = w * x[k];
	for (size_t k = 0; k < width; k++)
	{
		sum_x[k] += grid_round(scaled[k], magnet);
		set->xy[k] += grid_round(scaled[k] * y, magnet);
	}
	for (uint32_t a = 0; a <= plan->n_numbers; a++)
	{
		double *restrict row = set->xx + a * plan->stride;
		double factor = scaled[a];
		/* what is left of it beyond the diagonal is not looked at */
		size_t end = (size_t) a / LINEAR_LANES * LINEAR_LANES + LINEAR_LANES;

		for (size_t k = 0; k < end; k += LINEAR_LANES)
			for (int l = 0; l < LINEAR_LANES; l++)
				row[k + (size_t) l] +=
					grid_round(factor * x[k + (size_t) l], magnet);
	}
	for (uint32_t c = 0; c < plan->n_categories; c++)
	{
		double *restrict row = set->xx + param[c] * plan->stride;

		for (size_t k = 0; k < width; k++)
			row[k] += grid_round(scaled[k], magnet);
		for (uint32_t b = 0; b <= c; b++)
			row[param[b]] += rounded;
		sum_x[param[c]] += rounded;
		set->xy[param[c]] += grid_round(wy, magnet);
	}
	set->yy += grid_round(wy * y, magnet);
}

/* One chunk of a block into the sums. */
WIDE static void
add_chunk(LinearPlan *plan, const DataBlock *block, uint32_t first, uint32_t n,
          double magnet, Gram *gram)
{
	const Dataset *data = plan->data;
	double inverse_sd = 1.0 / data->label_sd;

	linear_fill_chunk(plan, block, first, n);
	for (uint32_t i = 0; i < n; i++)
		plan->row_weight[i] = linear_row_weight(block, first + i);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t base = block->cell[first + i] >> 1;
		double y = (block->number[first + i] - data->label_mean) * inverse_sd;

		gram->rows[base]++;
		gram->weight[base] += grid_round(plan->row_weight[i], magnet);
		add_row(plan, i, y, magnet, &gram->sets[gram->set_of_base[base]],
		        gram->x + base * plan->stride);
	}
}

/* All training rows. */
static NumStatus
add_blocks(LinearPlan *plan, NumMonitor *monitor, double magnet, Gram *gram)
{
	const DataRows *rows = &plan->data->part[DATA_TRAIN];

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = data_block(rows, b);

		for (uint32_t first = 0; first < block->n_rows;
		     first += LINEAR_CHUNK_ROWS)
		{
			uint32_t left = block->n_rows - first;

			if (monitor_stop(monitor))
				return NUM_CANCELLED;
			add_chunk(plan, block, first,
			          left < LINEAR_CHUNK_ROWS ? left : LINEAR_CHUNK_ROWS,
			          magnet, gram);
		}
	}
	for (uint32_t b = 0; b < gram->n_base; b++)
		gram->total += gram->weight[b];
	return NUM_OK;
}

NumStatus
gram_create(NumArena *arena, LinearPlan *plan, GramSplit split,
            NumMonitor *monitor, Gram **result)
{
	Gram shape = shape_of(plan, split);
	Gram *gram;
	NumStatus status;

	if (plan->data->label != DATA_LABEL_NUMBER || !(plan->data->label_sd > 0))
		return NUM_BAD_ARGUMENT;
	status = create_empty(arena, &shape, &gram);
	if (status != NUM_OK)
		return status;
	for (uint32_t b = 0; b < gram->n_base && gram->n_sets > 1; b++)
		gram->set_of_base[b] =
			split == GRAM_GROUPS ? b : plan->data->fold_of_base[b];
	*result = gram;
	/* features and label are standardised: by the inequality of Cauchy and
	 * Schwarz no sum of absolute products is above the weight; twice that allows
	 * for what rounding did to mean and spread */
	if (!isfinite(4 * plan->weight))
		return NUM_NOT_FINITE;
	return add_blocks(plan, monitor, grid_magnet(2 * plan->weight), gram);
}

/* Adds a set to another one. */
static void
add_set(const Gram *gram, const GramSet *from, GramSet *to)
{
	for (uint32_t i = 0; i < gram->n_params; i++)
	{
		for (uint32_t j = 0; j <= i; j++)
			to->xx[i * gram->stride + j] += from->xx[i * gram->stride + j];
		to->xy[i] += from->xy[i];
	}
	to->yy += from->yy;
}

/* The sums of base group b that are kept by group. */
static void
add_base(const Gram *from, uint32_t b, Gram *gram, uint32_t group)
{
	const double *x = from->x + b * from->stride;
	double *to = gram->x + group * gram->stride;

	for (uint32_t j = 0; j < gram->n_params; j++)
		to[j] += x[j];
	gram->rows[group] += from->rows[b];
	gram->weight[group] += from->weight[b];
}

NumStatus
gram_gather(NumArena *arena, const Gram *from, const uint32_t *to,
            uint32_t n_groups, bool by_group, Gram **result)
{
	Gram shape = { .n_params = from->n_params,
		           .stride = from->stride,
		           .n_sets = by_group ? n_groups : 1,
		           .n_base = n_groups };
	uint32_t *set_to = arena_alloc(arena, from->n_sets, sizeof(uint32_t));
	bool *seen = arena_alloc(arena, from->n_sets, sizeof(bool));
	NumStatus status = create_empty(arena, &shape, result);

	if (set_to == NULL || seen == NULL || status != NUM_OK)
		return NUM_NO_MEMORY;
	memset(seen, 0, from->n_sets * sizeof(bool));
	for (uint32_t g = 0; g < n_groups && by_group; g++)
		(*result)->set_of_base[g] = g;
	for (uint32_t b = 0; b < from->n_base; b++)
	{
		uint32_t s = from->set_of_base[b];
		uint32_t set = to[b] == GRAM_LEFT_OUT || by_group ? to[b] : 0;

		if (seen[s] && set_to[s] != set)
			return NUM_BAD_ARGUMENT;
		seen[s] = true;
		set_to[s] = set;
		if (to[b] != GRAM_LEFT_OUT)
			add_base(from, b, *result, to[b]);
	}
	for (uint32_t s = 0; s < from->n_sets; s++)
		if (seen[s] && set_to[s] != GRAM_LEFT_OUT)
			add_set(from, &from->sets[s], &(*result)->sets[set_to[s]]);
	for (uint32_t g = 0; g < n_groups; g++)
		(*result)->total += (*result)->weight[g];
	return NUM_OK;
}

void
gram_multiply(const Gram *gram, const GramSet *set, double factor,
              const double *b, double *to)
{
	for (uint32_t i = 0; i < gram->n_params; i++)
	{
		const double *row = set->xx + i * gram->stride;
		double fb = factor * b[i];
		double sum = 0;

		for (uint32_t j = 0; j < i; j++)
		{
			sum += row[j] * b[j];
			to[j] += row[j] * fb;
		}
		to[i] += factor * (sum + row[i] * b[i]);
	}
}
