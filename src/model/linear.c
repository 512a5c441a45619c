/*
 * linear.c
 *    The training kernel of the linear families.
 *
 * A block is walked in chunks of CHUNK_ROWS rows, small enough that all
 * working arrays stay in the first-level cache.  Per chunk:
 *
 *   1. numbers are standardised into doubles, category codes become parameter
 *      numbers, both laid out row by row;
 *   2. raw score z, probability p, loss, residual w (p - y), curvature
 *      w p (1 - p), in loops over rows that the compiler vectorises;
 *   3. gradient, Hessian and the Jacobian of the smooth decisions are
 *      accumulated by scattering: a category contributes to one coefficient,
 *      a pair of categories to one entry of the Hessian, so an exact Hessian
 *      costs some tens of additions a row, not n_params squared.
 *
 * One-hot columns never exist.  Parameters lie in the order intercept,
 * numbers, levels, so that in the lower triangle the row of a level starts
 * with the entries of intercept and numbers, which one short vector addition
 * serves.  Levels without a coefficient of their own (the first of a null
 * flag) point to a spare parameter behind the last one, whose coefficient is
 * 0 and whose sums nobody reads.
 *
 * All sums are taken in row order with one accumulator an entry, so that the
 * result depends on nothing but the data; contraction into fused operations
 * is off for the whole project.
 *
 * Cost for C category and D number columns, a row: 2 (C + D) loads and
 * additions for value and gradient, C^2 / 2 + C D + D^2 / 2 more for the
 * Hessian.  Memory: n_params squared doubles for the Hessian.
 *
 * With many numbers (an embedding) their part of the Hessian is a product of
 * matrices, taken a chunk at a time; else it would be a walk over the whole
 * matrix for each row.
 */
#include "model/linear.h"

#include <math.h>
#include <string.h>

#include "num/blas.h"
#include "num/dense.h"
#include "num/special.h"

#if defined(__GNUC__) && !defined(__clang__)
#define INDEPENDENT_ROWS _Pragma("GCC ivdep")
#else
#define INDEPENDENT_ROWS
#endif

#define CHUNK_ROWS 256
#define LANES 8

/* from so many numbers on their Hessian no longer stays in the first-level
 * cache from row to row */
#define PRODUCT_FROM 48

/* the widest vectors the machine has, with one layout of lanes for all */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define WIDE
#define ALWAYS_INLINE inline
#endif

struct LinearPlan
{
	const Dataset *data;
	uint32_t n_params;
	uint32_t n_cells;
	size_t stride; /* n_params and the spare one, in whole lanes */
	uint32_t n_numbers;
	size_t width; /* intercept and numbers, in whole lanes */
	uint32_t n_categories;
	uint32_t *number_column;   /* [n_numbers] */
	uint32_t *category_column; /* [n_categories] */
	uint32_t *first_param;     /* [n_categories] of code 0, kernel layout */
	bool *skips_first;         /* [n_categories] code 0 has no parameter */
	bool own_kernels;
	double *mean;       /* [n_numbers] */
	double *inverse_sd; /* [n_numbers] */

	/* working arrays of one chunk */
	double *dense;   /* [CHUNK_ROWS][width] 1, standardised numbers, 0... */
	uint32_t *param; /* [CHUNK_ROWS][n_categories] */
	double *row_weight;
	double *label;
	double *score; /* z */
	double *residual;
	double *curvature;
	double *slope;    /* weight * q'(z) */
	double *decision; /* weight * [p >= threshold] */
	double *soft;     /* weight * q(z) */
	double *bend;     /* cell_curvature[cell] of the row */
	double *scaled;   /* [width] one dense row times a factor */
	double *rooted;   /* [CHUNK_ROWS][width] dense rows times the root of
	                   * their curvature; NULL with few numbers */
};

static size_t
whole_lanes(size_t n)
{
	return (n + LANES - 1) / LANES * LANES;
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
		                  &plan->decision,   &plan->soft,      &plan->bend };

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
	{
		*arrays[i] = arena_alloc(arena, CHUNK_ROWS, sizeof(double));
		if (*arrays[i] == NULL)
			return false;
	}
	plan->dense = arena_alloc(arena, CHUNK_ROWS * plan->width, sizeof(double));
	plan->scaled = arena_alloc(arena, plan->width, sizeof(double));
	plan->param = arena_alloc(arena, CHUNK_ROWS * (size_t) plan->n_categories,
	                          sizeof(uint32_t));
	if (plan->dense == NULL || plan->scaled == NULL || plan->param == NULL)
		return false;
	if (plan->n_numbers >= PRODUCT_FROM)
	{
		plan->rooted =
			arena_alloc(arena, CHUNK_ROWS * plan->width, sizeof(double));
		if (plan->rooted == NULL)
			return false;
	}
	memset(plan->dense, 0, CHUNK_ROWS * plan->width * sizeof(double));
	return true;
}

NumStatus
linear_plan(NumArena *arena, const Dataset *data, bool own_kernels,
            LinearPlan **result)
{
	LinearPlan *plan = arena_alloc(arena, 1, sizeof(LinearPlan));

	if (plan == NULL)
		return NUM_NO_MEMORY;
	memset(plan, 0, sizeof(*plan));
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
	if (plan->number_column == NULL || plan->mean == NULL ||
	    plan->inverse_sd == NULL || plan->category_column == NULL ||
	    plan->first_param == NULL || plan->skips_first == NULL)
		return NUM_NO_MEMORY;

	plan_layout(plan);
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

NumStatus
linear_sums_create(NumArena *arena, const LinearPlan *plan, bool hessian,
                   bool jacobian, LinearSums **result)
{
	LinearSums *sums = arena_alloc(arena, 1, sizeof(LinearSums));
	size_t rows = (size_t) plan->n_params + 1;

	if (sums == NULL)
		return NUM_NO_MEMORY;
	memset(sums, 0, sizeof(*sums));
	sums->gradient = arena_alloc(arena, plan->stride, sizeof(double));
	sums->diagonal = arena_alloc(arena, plan->stride, sizeof(double));
	sums->cell_weight = arena_alloc(arena, plan->n_cells, sizeof(double));
	sums->cell_hard = arena_alloc(arena, plan->n_cells, sizeof(double));
	sums->cell_soft = arena_alloc(arena, plan->n_cells, sizeof(double));
	if (sums->gradient == NULL || sums->diagonal == NULL ||
	    sums->cell_weight == NULL || sums->cell_hard == NULL ||
	    sums->cell_soft == NULL)
		return NUM_NO_MEMORY;
	if (hessian)
	{
		sums->hessian = arena_alloc(arena, rows, plan->stride * sizeof(double));
		if (sums->hessian == NULL)
			return NUM_NO_MEMORY;
	}
	if (jacobian)
	{
		sums->cell_jacobian =
			arena_alloc(arena, plan->n_cells, plan->stride * sizeof(double));
		if (sums->cell_jacobian == NULL)
			return NUM_NO_MEMORY;
	}
	*result = sums;
	return NUM_OK;
}

static void
sums_clear(const LinearPlan *plan, const LinearRequest *request,
           LinearSums *sums)
{
	size_t cell_bytes = plan->n_cells * sizeof(double);

	sums->rows = 0;
	sums->weight = 0;
	sums->loss = 0;
	memset(sums->gradient, 0, plan->stride * sizeof(double));
	if (request->want_diagonal)
		memset(sums->diagonal, 0, plan->stride * sizeof(double));
	memset(sums->cell_weight, 0, cell_bytes);
	memset(sums->cell_hard, 0, cell_bytes);
	memset(sums->cell_soft, 0, cell_bytes);
	if (request->want_hessian)
		memset(sums->hessian, 0,
		       ((size_t) plan->n_params + 1) * plan->stride * sizeof(double));
	if (request->want_jacobian)
		memset(sums->cell_jacobian, 0, plan->stride * cell_bytes);
}

/* Step 1 for numbers: the rows of 'dense'. */
WIDE static void
chunk_numbers(LinearPlan *plan, const DataBlock *block, uint32_t first,
              uint32_t n)
{
	size_t width = plan->width;

	for (uint32_t i = 0; i < n; i++)
		plan->dense[i * width] = 1.0;
	for (uint32_t d = 0; d < plan->n_numbers; d++)
	{
		const float *x =
			(const float *) block->values[plan->number_column[d]] + first;
		double mean = plan->mean[d];
		double inverse_sd = plan->inverse_sd[d];
		double *out = plan->dense + 1 + d;

		for (uint32_t i = 0; i < n; i++)
			out[i * width] = ((double) x[i] - mean) * inverse_sd;
	}
}

/* Parameter numbers of one column, from codes of any width. */
static void
column_codes(const LinearPlan *plan, const DataBlock *block, uint32_t c,
             uint32_t first, uint32_t n)
{
	uint32_t column = plan->category_column[c];
	uint32_t base = plan->first_param[c];
	uint32_t step = plan->n_categories;
	uint32_t *out = plan->param + c;
	const void *codes = block->values[column];

	if (block->code_bytes[column] == 1)
		for (uint32_t i = 0; i < n; i++)
			out[(size_t) i * step] =
				base + ((const uint8_t *) codes)[first + i];
	else if (block->code_bytes[column] == 2)
		for (uint32_t i = 0; i < n; i++)
			out[(size_t) i * step] =
				base + ((const uint16_t *) codes)[first + i];
	else
		for (uint32_t i = 0; i < n; i++)
			out[(size_t) i * step] =
				base + ((const uint32_t *) codes)[first + i];
	if (!plan->skips_first[c])
		return;
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t p = out[(size_t) i * step];

		out[(size_t) i * step] = p == base ? plan->n_params : p - 1;
	}
}

/* What depends on the cell and the weight of a row. */
static void
chunk_rows(LinearPlan *plan, const LinearRequest *request,
           const DataBlock *block, uint32_t first, uint32_t n)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
		plan->label[i] = (double) (cell[i] & 1);
	if (block->weight == NULL)
		for (uint32_t i = 0; i < n; i++)
			plan->row_weight[i] = 1.0;
	else
		for (uint32_t i = 0; i < n; i++)
			plan->row_weight[i] = (double) block->weight[first + i];
	if (request->cell_curvature != NULL)
		for (uint32_t i = 0; i < n; i++)
			plan->bend[i] = request->cell_curvature[cell[i]];
	else
		for (uint32_t i = 0; i < n; i++)
			plan->bend[i] = 0;
}

/* Step 2, first half: raw scores. */
WIDE static void
chunk_scores(LinearPlan *plan, const double *coef, uint32_t n)
{
	size_t width = plan->width;
	uint32_t step = plan->n_categories;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *x = plan->dense + i * width;
		const uint32_t *param = plan->param + (size_t) i * step;
		double lane[LANES] = { 0 };
		double z = 0;

		for (size_t k = 0; k < width; k += LANES)
			for (int l = 0; l < LANES; l++)
				lane[l] += coef[k + (size_t) l] * x[k + (size_t) l];
		for (uint32_t c = 0; c < step; c++)
			z += coef[param[c]];
		z += ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
		     ((lane[4] + lane[5]) + (lane[6] + lane[7]));
		plan->score[i] = z;
	}
}

/* Step 2, second half: everything that depends on the score alone, for the
 * rows of a chunk; losses to 'loss'.  With temperature 1 and threshold 0.5 the
 * smooth decision is the probability, which saves the second exponential
 * ('one'). */
static ALWAYS_INLINE void
losses_of_rows(LinearPlan *plan, const LinearRequest *request, uint32_t n,
               double *restrict loss, bool one)
{
	double inverse_t = 1.0 / request->temperature;
	double threshold = request->threshold;
	double centre = num_log(threshold / (1.0 - threshold));
	double floor_share = request->min_curvature;
	const double *restrict score = plan->score;
	const double *restrict row_weight = plan->row_weight;
	const double *restrict label = plan->label;
	const double *restrict bend = plan->bend;
	double *restrict residual = plan->residual;
	double *restrict curvature = plan->curvature;
	double *restrict slopes = plan->slope;
	double *restrict soft = plan->soft;
	double *restrict decision = plan->decision;

	/* twelve arrays are more than the compiler cares to tell apart itself */
	INDEPENDENT_ROWS
	for (uint32_t i = 0; i < n; i++)
	{
		double z = score[i];
		double w = row_weight[i];
		double y = label[i];
		double p = num_sigmoid(z);
		double q = one ? p : num_sigmoid((z - centre) * inverse_t);
		double slope = q * (1.0 - q) * inverse_t;
		double own = w * p * (1.0 - p);
		double bent = own + bend[i] * w * slope * (1.0 - 2.0 * q) * inverse_t;
		double least = floor_share * own;

		loss[i] = w * (num_log1pexp(z) - y * z);
		residual[i] = w * (p - y);
		curvature[i] = bent > least ? bent : least;
		slopes[i] = w * slope;
		soft[i] = w * q;
		decision[i] = p >= threshold ? w : 0.0;
	}
}

WIDE static void
losses_plain(LinearPlan *plan, const LinearRequest *request, uint32_t n,
             double *loss)
{
	losses_of_rows(plan, request, n, loss, true);
}

WIDE static void
losses_tempered(LinearPlan *plan, const LinearRequest *request, uint32_t n,
                double *loss)
{
	losses_of_rows(plan, request, n, loss, false);
}

/* The same for a chunk; the result is the sum of its losses. */
static double
chunk_losses(LinearPlan *plan, const LinearRequest *request, uint32_t n)
{
	double lane[LANES] = { 0 };
	double loss[CHUNK_ROWS];

	if (request->temperature == 1.0 && request->threshold == 0.5)
		losses_plain(plan, request, n, loss);
	else
		losses_tempered(plan, request, n, loss);
	for (uint32_t i = n; i % LANES != 0; i++)
		loss[i] = 0;
	for (uint32_t i = 0; i < n; i += LANES)
		for (int l = 0; l < LANES; l++)
			lane[l] += loss[i + (uint32_t) l];
	return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
	       ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* Adds factor times one row's dense part and levels to a vector.  The dense
 * part is padded with zeros, so adding whole lanes leaves the levels behind
 * it alone. */
static ALWAYS_INLINE void
scatter_row(const LinearPlan *plan, uint32_t i, double factor,
            double *restrict target)
{
	const double *restrict x = plan->dense + i * plan->width;
	const uint32_t *param = plan->param + (size_t) i * plan->n_categories;

	for (size_t k = 0; k < plan->width; k += LANES)
		for (int l = 0; l < LANES; l++)
			target[k + (size_t) l] += factor * x[k + (size_t) l];
	for (uint32_t c = 0; c < plan->n_categories; c++)
		target[param[c]] += factor;
}

/* Step 3: gradient and cell sums. */
WIDE static void
chunk_gradient(LinearPlan *plan, const DataBlock *block, uint32_t first,
               uint32_t n, LinearSums *sums)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
		scatter_row(plan, i, plan->residual[i], sums->gradient);
	for (uint32_t i = 0; i < n; i++)
	{
		sums->cell_weight[cell[i]] += plan->row_weight[i];
		sums->cell_hard[cell[i]] += plan->decision[i];
		sums->cell_soft[cell[i]] += plan->soft[i];
	}
}

WIDE static void
chunk_jacobian(LinearPlan *plan, const DataBlock *block, uint32_t first,
               uint32_t n, LinearSums *sums)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
		scatter_row(plan, i, plan->slope[i],
		            sums->cell_jacobian + cell[i] * plan->stride);
}

/* Step 3: the diagonal of the Hessian alone. */
WIDE static void
chunk_diagonal(LinearPlan *plan, uint32_t n, double *restrict diagonal)
{
	size_t width = plan->width;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *restrict x = plan->dense + i * width;
		const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
		double factor = plan->curvature[i];

		for (size_t k = 0; k < width; k++)
			diagonal[k] += factor * x[k] * x[k];
		for (uint32_t c = 0; c < plan->n_categories; c++)
			diagonal[param[c]] += factor;
	}
}

/* The part of the Hessian that only numbers have to do with, few of them: row
 * by row of the data. */
static ALWAYS_INLINE void
add_outer_product(const LinearPlan *plan, const double *restrict x,
                  const double *restrict scaled, double *hessian)
{
	for (uint32_t a = 0; a <= plan->n_numbers; a++)
	{
		double *restrict row = hessian + a * plan->stride;
		double xa = x[a];

		for (size_t k = 0; k < plan->width; k++)
			row[k] += xa * scaled[k];
	}
}

/* The same for many numbers, as a product of matrices. */
static NumStatus
chunk_product(LinearPlan *plan, uint32_t n, NumMonitor *monitor,
              double *hessian)
{
	size_t width = plan->width;
	DenseRows rows = { .first = plan->rooted,
		               .n_rows = n,
		               .n_columns = (size_t) plan->n_numbers + 1,
		               .stride = width };

	for (uint32_t i = 0; i < n; i++)
	{
		double root = sqrt(plan->curvature[i]);

		for (size_t k = 0; k < width; k++)
			plan->rooted[i * width + k] = root * plan->dense[i * width + k];
	}
	if (!plan->own_kernels && blas_available())
		return blas_syrk_lower(&rows, hessian, plan->stride, monitor);
	dense_syrk_lower(&rows, hessian, plan->stride);
	return NUM_OK;
}

/* Step 3: the lower triangle of the Hessian, but for what chunk_product()
 * does. */
WIDE static void
chunk_hessian(LinearPlan *plan, uint32_t n, double *hessian)
{
	size_t width = plan->width;
	size_t stride = plan->stride;
	uint32_t step = plan->n_categories;
	bool numbers = plan->rooted == NULL;
	double *restrict scaled = plan->scaled;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *restrict x = plan->dense + i * width;
		const uint32_t *param = plan->param + (size_t) i * step;
		double factor = plan->curvature[i];

		for (size_t k = 0; k < width; k++)
			scaled[k] = factor * x[k];
		if (numbers)
			add_outer_product(plan, x, scaled, hessian);
		for (uint32_t c = 0; c < step; c++)
		{
			double *restrict row = hessian + param[c] * stride;

			for (size_t k = 0; k < width; k++)
				row[k] += scaled[k];
			for (uint32_t b = 0; b <= c; b++)
				row[param[b]] += factor;
		}
	}
}

/* One chunk of a block into the sums. */
static NumStatus
pass_chunk(LinearPlan *plan, const LinearRequest *request,
           const DataBlock *block, uint32_t first, NumMonitor *monitor,
           LinearSums *sums)
{
	uint32_t left = block->n_rows - first;
	uint32_t n = left < CHUNK_ROWS ? left : CHUNK_ROWS;

	chunk_numbers(plan, block, first, n);
	for (uint32_t c = 0; c < plan->n_categories; c++)
		column_codes(plan, block, c, first, n);
	chunk_rows(plan, request, block, first, n);
	chunk_scores(plan, request->coef, n);
	sums->loss += chunk_losses(plan, request, n);
	chunk_gradient(plan, block, first, n, sums);
	if (request->want_jacobian)
		chunk_jacobian(plan, block, first, n, sums);
	if (request->want_diagonal)
		chunk_diagonal(plan, n, sums->diagonal);
	if (!request->want_hessian)
		return NUM_OK;
	chunk_hessian(plan, n, sums->hessian);
	if (plan->rooted == NULL)
		return NUM_OK;
	return chunk_product(plan, n, monitor, sums->hessian);
}

NumStatus
linear_pass(LinearPlan *plan, const LinearRequest *request, NumMonitor *monitor,
            LinearSums *sums)
{
	const DataRows *rows = &plan->data->part[DATA_TRAIN];

	sums_clear(plan, request, sums);
	for (uint32_t b = request->first_block; b < rows->n_blocks;
	     b += request->block_stride)
	{
		const DataBlock *block = rows->blocks[b];

		for (uint32_t first = 0; first < block->n_rows; first += CHUNK_ROWS)
		{
			NumStatus status;

			/* a chunk takes some ten milliseconds with a thousand columns */
			if (monitor_stop(monitor))
				return NUM_CANCELLED;
			status = pass_chunk(plan, request, block, first, monitor, sums);
			if (status != NUM_OK)
				return status;
		}
		sums->rows += block->n_rows;
	}
	for (uint32_t c = 0; c < plan->n_cells; c++)
		sums->weight += sums->cell_weight[c];
	return isfinite(sums->loss) ? NUM_OK : NUM_NOT_FINITE;
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
