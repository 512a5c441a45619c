/*
 * linear_plan.c
 *    The training kernel of the linear families: layout of the parameters.
 *
 * Parameters lie in the order intercept, numbers, levels, so that in the lower
 * triangle of a matrix the row of a level starts with the entries of intercept
 * and numbers, which one short vector addition serves.  Levels without a
 * coefficient of their own (the first of a null flag) point to a spare
 * parameter behind the last one, whose coefficient is 0 and whose sums nobody
 * reads.
 */
#include "model/linear_private.h"

#include <math.h>
#include <string.h>

#include "data/slab.h"
#include "num/grid.h"
#include "num/special.h"

/* from so many numbers on their Hessian no longer stays in the first-level
 * cache from row to row */
#define PRODUCT_FROM 48

static size_t
whole_lanes(size_t n)
{
	return (n + LINEAR_LANES - 1) / LINEAR_LANES * LINEAR_LANES;
}

/* Counts the columns that have parameters. */
static void
plan_count(LinearPlan *plan)
{
	for (uint32_t c = 0; c < plan->data->n_columns; c++)
	{
		const DataColumn *column = &plan->data->columns[c];

		if (column->n_params == 0)
			continue;
		if (column->kind == DATA_NUMBER)
			plan->n_numbers++;
		else
			plan->n_categories++;
	}
}

/* Largest absolute standardised value; an upper bound is good enough. */
static double
number_reach(const DataColumn *column)
{
	double low = fabs(column->min - column->pivot - column->mean);
	double high = fabs(column->max - column->pivot - column->mean);

	return 1.001 * (low > high ? low : high) / column->sd;
}

/* Gives every column its place in the kernel's layout. */
static void
plan_layout(LinearPlan *plan)
{
	uint32_t number = 0;
	uint32_t category = 0;
	uint32_t next = 1 + plan->n_numbers;

	for (uint32_t c = 0; c < plan->data->n_columns; c++)
	{
		const DataColumn *column = &plan->data->columns[c];

		if (column->n_params == 0)
			continue;
		if (column->kind == DATA_NUMBER)
		{
			plan->number_column[number] = c;
			plan->mean[number] = column->mean;
			plan->inverse_sd[number] = 1.0 / column->sd;
			plan->reach[number] = number_reach(column);
			number++;
			continue;
		}
		plan->category_column[category] = c;
		plan->first_param[category] = next;
		plan->skips_first[category] = column->is_null_flag;
		next += column->n_params;
		category++;
	}
	plan->n_params = next;
}

static bool
plan_chunk_arrays(NumArena *arena, LinearPlan *plan)
{
	double **arrays[] = { &plan->row_weight, &plan->label,     &plan->score,
		                  &plan->residual,   &plan->curvature, &plan->slope,
		                  &plan->decision,   &plan->soft,      &plan->bend,
		                  &plan->root };
	size_t rooted_rows;

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
	{
		*arrays[i] = arena_alloc(arena, LINEAR_CHUNK_ROWS, sizeof(double));
		if (*arrays[i] == NULL)
			return false;
	}
	plan->dense =
		arena_alloc(arena, LINEAR_CHUNK_ROWS * plan->width, sizeof(double));
	plan->scaled = arena_alloc(arena, plan->width, sizeof(double));
	plan->param =
		arena_alloc(arena, LINEAR_CHUNK_ROWS * (size_t) plan->n_categories,
	                sizeof(uint32_t));
	if (plan->dense == NULL || plan->scaled == NULL || plan->param == NULL)
		return false;
	plan->multiplies = plan->n_numbers >= PRODUCT_FROM;
	rooted_rows = plan->multiplies ? LINEAR_CHUNK_ROWS : 1;
	plan->rooted =
		arena_alloc(arena, rooted_rows * plan->width, sizeof(double));
	if (plan->rooted == NULL)
		return false;
	memset(plan->dense, 0, LINEAR_CHUNK_ROWS * plan->width * sizeof(double));
	return true;
}

/* Adds up the weights of each cell on a grid; the answer is its magnet. */
static double
add_weights(LinearPlan *plan)
{
	const DataRows *rows = &plan->data->part[DATA_TRAIN];
	double most = 0;
	double magnet;

	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = data_block(rows, b);

		for (uint32_t i = 0; i < block->n_rows; i++)
			most = fmax(most, linear_row_weight(block, i));
	}
	magnet = grid_magnet((double) rows->n_rows * most);
	for (uint32_t b = 0; b < rows->n_blocks; b++)
	{
		const DataBlock *block = data_block(rows, b);

		for (uint32_t i = 0; i < block->n_rows; i++)
			plan->cell_weight[block->cell[i]] +=
				grid_round(linear_row_weight(block, i), magnet);
	}
	return magnet;
}

/* Where rows have no weights there is nothing to add up. */
static double
take_counts(LinearPlan *plan)
{
	const DataRows *rows = &plan->data->part[DATA_TRAIN];

	for (size_t c = 0; c < plan->n_cells; c++)
		plan->cell_weight[c] = (double) rows->cell_rows[c];
	return grid_magnet((double) rows->n_rows);
}

/* An upper bound on the weight of each cell, the same in any order of rows. */
static bool
plan_weights(NumArena *arena, LinearPlan *plan)
{
	const DataRows *rows = &plan->data->part[DATA_TRAIN];
	size_t n_cells = plan->n_cells;
	double magnet;
	double doubt;

	plan->cell_weight = arena_alloc(arena, n_cells, sizeof(double));
	plan->cell_magnet = arena_alloc(arena, n_cells, sizeof(double));
	plan->slope_magnet = arena_alloc(arena, n_cells, sizeof(double));
	plan->cell_loss_magnet = arena_alloc(arena, n_cells, sizeof(double));
	plan->cell_residual_magnet = arena_alloc(arena, n_cells, sizeof(double));
	if (plan->cell_weight == NULL || plan->cell_magnet == NULL ||
	    plan->slope_magnet == NULL || plan->cell_loss_magnet == NULL ||
	    plan->cell_residual_magnet == NULL)
		return false;
	memset(plan->cell_weight, 0, n_cells * sizeof(double));
	magnet = rows->n_blocks > 0 && data_block(rows, 0)->weight != NULL
	             ? add_weights(plan)
	             : take_counts(plan);
	/* these are bounds: what rounding may have taken is put back */
	doubt = magnet * 0x1p-53 * (double) rows->n_rows;
	for (size_t c = 0; c < n_cells; c++)
	{
		plan->cell_weight[c] += doubt;
		plan->weight += plan->cell_weight[c];
	}
	return true;
}

double
linear_score_reach(const LinearPlan *plan, const double *coef)
{
	double reach = fabs(coef[0]);

	for (uint32_t d = 0; d < plan->n_numbers; d++)
		reach += fabs(coef[1 + d]) * plan->reach[d];
	for (uint32_t c = 0; c < plan->n_categories; c++)
	{
		uint32_t first = plan->first_param[c];
		uint32_t end = c + 1 < plan->n_categories ? plan->first_param[c + 1]
		                                          : plan->n_params;
		double most = 0;

		for (uint32_t p = first; p < end; p++)
			most = fmax(most, fabs(coef[p]));
		reach += most;
	}
	return reach;
}

/*
 * Bounds on the sums of absolute values of all terms.  Numbers are
 * standardised: the weighted squares of each add up to the whole weight, and
 * so, by the inequality of Cauchy and Schwarz, do at most the products of two,
 * and of one with anything that is at most 1; within a cell, to the root of
 * both weights' product.  Twice that allows for what rounding did to mean and
 * spread.
 */
bool
linear_set_pass(LinearPlan *plan, const LinearRequest *request)
{
	double slope = 0.25 / request->temperature;
	/* most of |q (1 - q) (1 - 2q)| */
	double bend = 0.0963 / (request->temperature * request->temperature);
	double curvature = 0.25;
	double factor = request->cell_factor == NULL ? 1 : 0;
	double losses = 0;
	double reach = 1 + linear_score_reach(plan, request->coef);
	double weight;

	for (uint32_t c = 0; c < plan->n_cells && request->cell_factor; c++)
		factor = fmax(factor, request->cell_factor[c]);
	weight = 2 * factor * plan->weight;
	for (uint32_t c = 0; c < plan->n_cells; c++)
	{
		double cell = plan->cell_weight[c];

		if (request->cell_factor != NULL)
			cell *= request->cell_factor[c];
		if (request->cell_curvature != NULL)
			curvature =
				fmax(curvature, 0.25 + bend * fabs(request->cell_curvature[c]));
		plan->cell_magnet[c] = grid_magnet(cell);
		plan->slope_magnet[c] = grid_magnet(2 * slope * sqrt(cell * weight));
		plan->cell_loss_magnet[c] = grid_magnet(cell * reach);
		plan->cell_residual_magnet[c] = grid_magnet(2 * sqrt(cell * weight));
		if (request->cell_loss_curvature != NULL)
			losses = fmax(losses, fabs(request->cell_loss_curvature[c]) / 4);
	}
	curvature += losses;
	plan->loss_magnet = grid_magnet(weight * reach);
	/* no rest is more than half of the grid's unit */
	plan->rest_magnet =
		grid_magnet((double) plan->data->part[DATA_TRAIN].n_rows *
	                plan->loss_magnet * 0x1p-52);
	plan->residual_magnet = grid_magnet(weight);
	plan->curvature_magnet = grid_magnet(curvature * weight);
	plan->factor_magnet = grid_factor_magnet(curvature * weight);
	plan->least_score = num_score_of(request->threshold);
	return isfinite(weight * reach) && isfinite(curvature * weight);
}

NumStatus
linear_plan(NumArena *arena, const Dataset *data, bool own_kernels,
            LinearPlan **result)
{
	LinearPlan *plan = arena_alloc(arena, 1, sizeof(LinearPlan));

	if (plan == NULL)
		return NUM_NO_MEMORY;
	memset(plan, 0, sizeof(*plan));
	plan->arena = arena;
	plan->data = data;
	plan->own_kernels = own_kernels;
	plan->n_cells = 2 * data->n_base_groups;
	plan_count(plan);
	plan->width = whole_lanes(1 + (size_t) plan->n_numbers);

	plan->number_column = arena_alloc(arena, plan->n_numbers, sizeof(uint32_t));
	plan->mean = arena_alloc(arena, plan->n_numbers, sizeof(double));
	plan->inverse_sd = arena_alloc(arena, plan->n_numbers, sizeof(double));
	plan->category_column =
		arena_alloc(arena, plan->n_categories, sizeof(uint32_t));
	plan->first_param =
		arena_alloc(arena, plan->n_categories, sizeof(uint32_t));
	plan->skips_first = arena_alloc(arena, plan->n_categories, sizeof(bool));
	plan->reach = arena_alloc(arena, plan->n_numbers, sizeof(double));
	if (plan->number_column == NULL || plan->mean == NULL ||
	    plan->inverse_sd == NULL || plan->category_column == NULL ||
	    plan->first_param == NULL || plan->skips_first == NULL ||
	    plan->reach == NULL)
		return NUM_NO_MEMORY;

	plan_layout(plan);
	if (!plan_weights(arena, plan))
		return NUM_NO_MEMORY;
	/* a row of a matrix must hold the padded dense part as well */
	plan->stride = whole_lanes((size_t) plan->n_params + 1);
	if (plan->stride < plan->width)
		plan->stride = plan->width;
	if (!plan_chunk_arrays(arena, plan))
		return NUM_NO_MEMORY;
	*result = plan;
	return NUM_OK;
}

uint32_t
linear_n_params(const LinearPlan *plan)
{
	return plan->n_params;
}

uint32_t
linear_n_numbers(const LinearPlan *plan)
{
	return plan->n_numbers;
}

size_t
linear_stride(const LinearPlan *plan)
{
	return plan->stride;
}

uint32_t
linear_n_cells(const LinearPlan *plan)
{
	return plan->n_cells;
}

size_t
linear_sums_lay(const LinearPlan *plan, bool hessian, bool jacobian,
                bool losses, LinearSums *sums, void *memory)
{
	size_t vector = plan->stride * sizeof(double);
	size_t cells = plan->n_cells * sizeof(double);
	size_t used = 0;

	memset(sums, 0, sizeof(*sums));
	sums->gradient = slab_cut(memory, &used, vector);
	sums->diagonal = slab_cut(memory, &used, vector);
	sums->cell_weight = slab_cut(memory, &used, cells);
	sums->cell_hard = slab_cut(memory, &used, cells);
	sums->cell_soft = slab_cut(memory, &used, cells);
	if (hessian)
		sums->hessian =
			slab_cut(memory, &used, ((size_t) plan->n_params + 1) * vector);
	if (jacobian)
		sums->cell_jacobian = slab_cut(memory, &used, plan->n_cells * vector);
	if (losses)
	{
		sums->cell_loss = slab_cut(memory, &used, cells);
		sums->cell_loss_jacobian =
			slab_cut(memory, &used, plan->n_cells * vector);
	}
	return used;
}

NumStatus
linear_sums_create(NumArena *arena, const LinearPlan *plan, bool hessian,
                   bool jacobian, LinearSums **result)
{
	LinearSums *sums = arena_alloc(arena, 1, sizeof(LinearSums));
	void *memory;

	if (sums == NULL)
		return NUM_NO_MEMORY;
	memory = arena_alloc(
		arena, 1, linear_sums_lay(plan, hessian, jacobian, false, sums, NULL));
	if (memory == NULL)
		return NUM_NO_MEMORY;
	linear_sums_lay(plan, hessian, jacobian, false, sums, memory);
	*result = sums;
	return NUM_OK;
}

NumStatus
linear_sums_add_losses(NumArena *arena, const LinearPlan *plan,
                       LinearSums *sums)
{
	sums->cell_loss = arena_alloc(arena, plan->n_cells, sizeof(double));
	sums->cell_loss_jacobian =
		arena_alloc(arena, plan->n_cells, plan->stride * sizeof(double));
	return sums->cell_loss == NULL || sums->cell_loss_jacobian == NULL
	           ? NUM_NO_MEMORY
	           : NUM_OK;
}

void
linear_plan_team(LinearPlan *plan, LinearTeam *team)
{
	plan->team = team;
}

void
linear_row(LinearPlan *plan, const DataBlock *block, uint32_t i, double *x)
{
	linear_fill_chunk(plan, block, i, 1);
	memset(x, 0, plan->stride * sizeof(double));
	memcpy(x, plan->dense, (1 + (size_t) plan->n_numbers) * sizeof(double));
	for (uint32_t c = 0; c < plan->n_categories; c++)
		x[plan->param[c]] = 1;
	x[plan->n_params] = 0;
}

void
linear_to_raw(const LinearPlan *plan, const double *coef, double *raw)
{
	const Dataset *data = plan->data;
	double intercept = coef[0];

	memset(raw, 0, data->n_params * sizeof(double));
	for (uint32_t d = 0; d < plan->n_numbers; d++)
	{
		double slope = coef[1 + d] * plan->inverse_sd[d];

		raw[data->columns[plan->number_column[d]].first_param] = slope;
		intercept -= slope * plan->mean[d];
	}
	for (uint32_t c = 0; c < plan->n_categories; c++)
	{
		const DataColumn *column = &data->columns[plan->category_column[c]];

		memcpy(raw + column->first_param, coef + plan->first_param[c],
		       column->n_params * sizeof(double));
	}
	raw[0] = intercept;
}

void
linear_from_raw(const LinearPlan *plan, const double *raw, double *coef)
{
	const Dataset *data = plan->data;
	double intercept = raw[0];

	memset(coef, 0, plan->stride * sizeof(double));
	for (uint32_t d = 0; d < plan->n_numbers; d++)
	{
		double slope = raw[data->columns[plan->number_column[d]].first_param];

		coef[1 + d] = slope / plan->inverse_sd[d];
		intercept += slope * plan->mean[d];
	}
	for (uint32_t c = 0; c < plan->n_categories; c++)
	{
		const DataColumn *column = &data->columns[plan->category_column[c]];

		memcpy(coef + plan->first_param[c], raw + column->first_param,
		       column->n_params * sizeof(double));
	}
	coef[0] = intercept;
}
