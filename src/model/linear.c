/*
 * linear.c
 *    The training kernel of the linear families.
 *
 * A block is walked in chunks of LINEAR_CHUNK_ROWS rows, small enough that all
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
 * One-hot columns never exist.
 *
 * Everything is rounded to a grid before it is added up (num/grid.h), so sums
 * are the same bits in any order of rows, however they are divided among
 * blocks, chunks or processes.
 *
 * Cost for C category and D number columns, a row: 2 (C + D) loads and
 * additions for value and gradient, C^2 / 2 + C D + D^2 / 2 more for the
 * Hessian.  Memory: n_params squared doubles for the Hessian.
 *
 * With many numbers (an embedding) their part of the Hessian is a product of
 * matrices, taken a chunk at a time; else it would be a walk over the whole
 * matrix for each row.
 */
#include "model/linear_private.h"

#include <math.h>
#include <string.h>

#include "num/blas.h"
#include "num/dense.h"
#include "num/grid.h"
#include "num/special.h"
#include "num/wide.h"

static void
sums_clear(const LinearPlan *plan, const LinearRequest *request,
           LinearSums *sums)
{
	size_t cell_bytes = plan->n_cells * sizeof(double);

	sums->rows = 0;
	sums->weight = 0;
	sums->curved_weight = 0;
	sums->loss_part[0] = 0;
	sums->loss_part[1] = 0;
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
	if (request->want_cell_loss)
		memset(sums->cell_loss, 0, cell_bytes);
	if (request->want_loss_jacobian)
		memset(sums->cell_loss_jacobian, 0, plan->stride * cell_bytes);
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

void
linear_fill_chunk(LinearPlan *plan, const DataBlock *block, uint32_t first,
                  uint32_t n)
{
	chunk_numbers(plan, block, first, n);
	for (uint32_t c = 0; c < plan->n_categories; c++)
		column_codes(plan, block, c, first, n);
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
	if (request->cell_factor != NULL)
		for (uint32_t i = 0; i < n; i++)
			plan->row_weight[i] *= request->cell_factor[cell[i]];
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
		double lane[LINEAR_LANES] = { 0 };
		double z = 0;

		for (size_t k = 0; k < width; k += LINEAR_LANES)
			for (int l = 0; l < LINEAR_LANES; l++)
				lane[l] += coef[k + (size_t) l] * x[k + (size_t) l];
		for (uint32_t c = 0; c < step; c++)
			z += coef[param[c]];
		z += ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
		     ((lane[4] + lane[5]) + (lane[6] + lane[7]));
		plan->score[i] = z;
	}
}

/* Step 2, second half: everything that depends on the score alone, for the
 * rows of a chunk, rounded where it will be added up; losses to 'loss'.  With
 * temperature 1 and threshold 0.5 the smooth decision is the probability,
 * which saves the second exponential ('one'). */
static ALWAYS_INLINE void
losses_of_rows(LinearPlan *plan, const LinearRequest *request, uint32_t n,
               double *restrict loss, bool one)
{
	double inverse_t = 1.0 / request->temperature;
	double threshold = request->threshold;
	double centre = num_log(threshold / (1.0 - threshold));
	double least_score = plan->least_score;
	double floor_share = request->min_curvature;
	double curvature_magnet = plan->curvature_magnet;
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
		double p;
		double log1pexp = num_logistic(z, &p);
		double q = one ? p : num_sigmoid((z - centre) * inverse_t);
		double slope = q * (1.0 - q) * inverse_t;
		double own = w * p * (1.0 - p);
		double bent = own + bend[i] * w * slope * (1.0 - 2.0 * q) * inverse_t;
		double least = floor_share * own;

		loss[i] = w * (log1pexp - y * z);
		residual[i] = w * (p - y);
		curvature[i] =
			grid_round(bent > least ? bent : least, curvature_magnet);
		slopes[i] = w * slope;
		soft[i] = w * q;
		decision[i] = z >= least_score ? w : 0.0;
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

/* The same for a chunk, its losses added up in two parts: searches compare
 * losses down to the last digits, which one grid that is wide enough for the
 * worst of scores would not keep. */
WIDE static void
chunk_losses(LinearPlan *plan, const LinearRequest *request, uint32_t n,
             double *part)
{
	double high[LINEAR_LANES] = { 0 };
	double low[LINEAR_LANES] = { 0 };
	double loss[LINEAR_CHUNK_ROWS];

	if (request->temperature == 1.0 && request->threshold == 0.5)
		losses_plain(plan, request, n, loss);
	else
		losses_tempered(plan, request, n, loss);
	for (uint32_t i = n; i % LINEAR_LANES != 0; i++)
		loss[i] = 0;
	for (uint32_t i = 0; i < n; i += LINEAR_LANES)
		for (int l = 0; l < LINEAR_LANES; l++)
		{
			double x = loss[i + (uint32_t) l];
			double rounded = grid_round(x, plan->loss_magnet);

			high[l] += rounded;
			low[l] += grid_round(x - rounded, plan->rest_magnet);
		}
	for (int l = 0; l < LINEAR_LANES; l++)
	{
		part[0] += high[l];
		part[1] += low[l];
	}
}

/* Adds factor times one row's dense part and levels to a vector.  The dense
 * part is padded with zeros, so adding whole lanes leaves the levels behind
 * it alone. */
static ALWAYS_INLINE void
scatter_row(const LinearPlan *plan, uint32_t i, double factor, double magnet,
            double *restrict target)
{
	const double *restrict x = plan->dense + i * plan->width;
	const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
	double rounded = grid_round(factor, magnet);

	for (size_t k = 0; k < plan->width; k += LINEAR_LANES)
		for (int l = 0; l < LINEAR_LANES; l++)
			target[k + (size_t) l] +=
				grid_round(factor * x[k + (size_t) l], magnet);
	for (uint32_t c = 0; c < plan->n_categories; c++)
		target[param[c]] += rounded;
}

/* Step 3: gradient and cell sums. */
WIDE static void
chunk_gradient(LinearPlan *plan, const DataBlock *block, uint32_t first,
               uint32_t n, LinearSums *sums)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
		scatter_row(plan, i, plan->residual[i], plan->residual_magnet,
		            sums->gradient);
	for (uint32_t i = 0; i < n; i++)
	{
		double magnet = plan->cell_magnet[cell[i]];

		sums->cell_weight[cell[i]] += grid_round(plan->row_weight[i], magnet);
		sums->cell_hard[cell[i]] += grid_round(plan->decision[i], magnet);
		sums->cell_soft[cell[i]] += grid_round(plan->soft[i], magnet);
	}
}

WIDE static void
chunk_jacobian(LinearPlan *plan, const DataBlock *block, uint32_t first,
               uint32_t n, LinearSums *sums)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
		scatter_row(plan, i, plan->slope[i], plan->slope_magnet[cell[i]],
		            sums->cell_jacobian + cell[i] * plan->stride);
}

/* The losses of each cell, for those who weigh cells by them. */
WIDE static void
chunk_cell_losses(const LinearPlan *plan, const DataBlock *block,
                  uint32_t first, uint32_t n, double *cell_loss)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
	{
		double z = plan->score[i];

		cell_loss[cell[i]] += grid_round(
			plan->row_weight[i] * (num_log1pexp(z) - plan->label[i] * z),
			plan->cell_loss_magnet[cell[i]]);
	}
}

WIDE static void
chunk_loss_jacobian(const LinearPlan *plan, const DataBlock *block,
                    uint32_t first, uint32_t n, LinearSums *sums)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
		scatter_row(plan, i, plan->residual[i],
		            plan->cell_residual_magnet[cell[i]],
		            sums->cell_loss_jacobian + cell[i] * plan->stride);
}

/* Weighs the curvature of the loss by the cell; |residual| / weight is p or
 * 1 - p, whatever the label.  Rows of factor 0 have neither. */
static void
chunk_loss_curvature(LinearPlan *plan, const DataBlock *block, uint32_t first,
                     uint32_t n, const double *factor)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
	{
		double weight = plan->row_weight[i];
		double residual = fabs(plan->residual[i]);
		double own = weight > 0 ? residual * (1.0 - residual / weight) : 0;

		plan->curvature[i] = grid_round(
			plan->curvature[i] + factor[cell[i]] * own, plan->curvature_magnet);
	}
}

/* Step 3: the diagonal of the Hessian alone. */
WIDE static void
chunk_diagonal(LinearPlan *plan, uint32_t n, double *restrict diagonal)
{
	size_t width = plan->width;
	double magnet = plan->curvature_magnet;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *restrict x = plan->dense + i * width;
		const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
		double factor = plan->curvature[i];

		for (size_t k = 0; k < width; k++)
			diagonal[k] += grid_round(factor * x[k] * x[k], magnet);
		for (uint32_t c = 0; c < plan->n_categories; c++)
			diagonal[param[c]] += factor;
	}
}

/* Numbers times the root of their row's curvature, from which the part of the
 * Hessian that only numbers have to do with is made; not the intercept. */
static ALWAYS_INLINE void
root_row(const LinearPlan *plan, const double *restrict x, double root,
         double *restrict rooted)
{
	double magnet = plan->factor_magnet;

	for (size_t k = 0; k < plan->width; k++)
		rooted[k] = grid_round(root * x[k], magnet);
	rooted[0] = 0;
}

/* That part, where numbers are few: row by row of the data. */
static ALWAYS_INLINE void
add_outer_product(const LinearPlan *plan, const double *restrict rooted,
                  double sign, double *hessian)
{
	for (uint32_t a = 1; a <= plan->n_numbers; a++)
	{
		double *restrict row = hessian + a * plan->stride;
		double ra = sign * rooted[a];

		for (size_t k = 0; k < plan->width; k++)
			row[k] += ra * rooted[k];
	}
}

/* The same for many numbers, as a product of matrices. */
WIDE static NumStatus
chunk_product(LinearPlan *plan, uint32_t n, NumMonitor *monitor,
              double *hessian)
{
	size_t width = plan->width;
	DenseRows rows = { .first = plan->rooted,
		               .n_rows = n,
		               .n_columns = (size_t) plan->n_numbers + 1,
		               .stride = width };

	for (uint32_t i = 0; i < n; i++)
		/* a product of matrices has no place for curvature downwards */
		root_row(plan, plan->dense + i * width,
		         plan->curvature[i] < 0 ? 0 : plan->root[i],
		         plan->rooted + i * width);
	if (!plan->own_kernels && blas_available())
		return blas_syrk_lower(&rows, hessian, plan->stride, monitor);
	dense_syrk_lower(&rows, hessian, plan->stride);
	return NUM_OK;
}

/* Step 3: the lower triangle of the Hessian, but for what chunk_product()
 * does.  The intercept and the numbers meet in the first row, above the
 * triangle, which needs no products. */
WIDE static void
chunk_hessian(LinearPlan *plan, uint32_t n, double *hessian)
{
	size_t width = plan->width;
	size_t stride = plan->stride;
	uint32_t step = plan->n_categories;
	double magnet = plan->curvature_magnet;
	double *restrict scaled = plan->scaled;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *restrict x = plan->dense + i * width;
		const uint32_t *param = plan->param + (size_t) i * step;
		double factor = plan->curvature[i];

		for (size_t k = 0; k < width; k++)
			scaled[k] = grid_round(factor * x[k], magnet);
		for (size_t k = 0; k < width; k++)
			hessian[k] += scaled[k];
		if (!plan->multiplies)
		{
			root_row(plan, x, plan->root[i], plan->rooted);
			add_outer_product(plan, plan->rooted, factor < 0 ? -1.0 : 1.0,
			                  hessian);
		}
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

/* Roots of the curvatures of a chunk; its weight is the answer. */
static double
chunk_roots(LinearPlan *plan, uint32_t n)
{
	double weight = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		plan->root[i] = sqrt(fabs(plan->curvature[i]));
		weight += grid_round(plan->row_weight[i], plan->residual_magnet);
	}
	return weight;
}

/* How many of the blocks the Hessian is of. */
static uint32_t
n_curved_blocks(const LinearPlan *plan, const LinearRequest *request)
{
	const DataRows *rows = &plan->data->part[DATA_TRAIN];

	return rows->sample_blocks[request->hessian_sample > request->sample
	                               ? request->hessian_sample
	                               : request->sample];
}

/* One chunk of a block into the sums. */
static NumStatus
pass_chunk(LinearPlan *plan, const LinearRequest *request, uint32_t b,
           uint32_t first, NumMonitor *monitor, LinearSums *sums)
{
	const DataBlock *block = data_block(&plan->data->part[DATA_TRAIN], b);
	uint32_t left = block->n_rows - first;
	uint32_t n = left < LINEAR_CHUNK_ROWS ? left : LINEAR_CHUNK_ROWS;

	linear_fill_chunk(plan, block, first, n);
	chunk_rows(plan, request, block, first, n);
	chunk_scores(plan, request->coef, n);
	chunk_losses(plan, request, n, sums->loss_part);
	if (request->cell_loss_curvature != NULL)
		chunk_loss_curvature(plan, block, first, n,
		                     request->cell_loss_curvature);
	chunk_gradient(plan, block, first, n, sums);
	if (request->want_cell_loss)
		chunk_cell_losses(plan, block, first, n, sums->cell_loss);
	if (request->want_loss_jacobian)
		chunk_loss_jacobian(plan, block, first, n, sums);
	if (request->want_jacobian)
		chunk_jacobian(plan, block, first, n, sums);
	if (request->want_diagonal)
		chunk_diagonal(plan, n, sums->diagonal);
	if (!request->want_hessian || b >= n_curved_blocks(plan, request))
		return NUM_OK;
	sums->curved_weight += chunk_roots(plan, n);
	chunk_hessian(plan, n, sums->hessian);
	if (!plan->multiplies)
		return NUM_OK;
	return chunk_product(plan, n, monitor, sums->hessian);
}

uint32_t
linear_n_blocks(const LinearPlan *plan, const LinearRequest *request)
{
	return plan->data->part[DATA_TRAIN].sample_blocks[request->sample];
}

NumStatus
linear_begin(LinearPlan *plan, const LinearRequest *request, LinearSums *sums)
{
	sums_clear(plan, request, sums);
	return linear_set_pass(plan, request) ? NUM_OK : NUM_NOT_FINITE;
}

NumStatus
linear_block(LinearPlan *plan, const LinearRequest *request, uint32_t b,
             NumMonitor *monitor, LinearSums *sums)
{
	const DataBlock *block = data_block(&plan->data->part[DATA_TRAIN], b);

	for (uint32_t first = 0; first < block->n_rows; first += LINEAR_CHUNK_ROWS)
	{
		NumStatus status;

		/* a chunk takes some ten milliseconds with a thousand columns */
		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		status = pass_chunk(plan, request, b, first, monitor, sums);
		if (status != NUM_OK)
			return status;
	}
	sums->rows += block->n_rows;
	return NUM_OK;
}

static void
add_vector(const double *from, size_t n, double *to)
{
	for (size_t i = 0; i < n; i++)
		to[i] += from[i];
}

void
linear_add(const LinearPlan *plan, const LinearRequest *request,
           const LinearSums *from, LinearSums *to)
{
	size_t n_cells = plan->n_cells;

	to->rows += from->rows;
	to->curved_weight += from->curved_weight;
	add_vector(from->loss_part, 2, to->loss_part);
	add_vector(from->gradient, plan->stride, to->gradient);
	if (request->want_diagonal)
		add_vector(from->diagonal, plan->stride, to->diagonal);
	add_vector(from->cell_weight, n_cells, to->cell_weight);
	add_vector(from->cell_hard, n_cells, to->cell_hard);
	add_vector(from->cell_soft, n_cells, to->cell_soft);
	if (request->want_cell_loss)
		add_vector(from->cell_loss, n_cells, to->cell_loss);
	if (request->want_loss_jacobian)
		add_vector(from->cell_loss_jacobian, n_cells * plan->stride,
		           to->cell_loss_jacobian);
	if (request->want_hessian)
		add_vector(from->hessian, (plan->n_params + 1) * plan->stride,
		           to->hessian);
	if (request->want_jacobian)
		add_vector(from->cell_jacobian, n_cells * plan->stride,
		           to->cell_jacobian);
}

/* Puts the sums with the intercept where they belong, and makes a part of the
 * rows stand for all. */
static void
finish_hessian(const LinearPlan *plan, LinearSums *sums)
{
	double scale = sums->weight / sums->curved_weight;

	for (uint32_t a = 1; a <= plan->n_numbers; a++)
		sums->hessian[a * plan->stride] = sums->hessian[a];
	/* the weights of all rows are on another grid */
	if (!(fabs(scale - 1) > 1e-9) || !isfinite(scale))
		return;
	for (uint32_t a = 0; a < plan->n_params; a++)
		for (uint32_t b = 0; b <= a; b++)
			sums->hessian[a * plan->stride + b] *= scale;
}

NumStatus
linear_end(const LinearPlan *plan, const LinearRequest *request,
           LinearSums *sums)
{
	for (uint32_t c = 0; c < plan->n_cells; c++)
		sums->weight += sums->cell_weight[c];
	sums->loss = sums->loss_part[0] + sums->loss_part[1];
	if (request->want_hessian)
		finish_hessian(plan, sums);
	return isfinite(sums->loss) ? NUM_OK : NUM_NOT_FINITE;
}

NumStatus
linear_pass(LinearPlan *plan, const LinearRequest *request, NumMonitor *monitor,
            LinearSums *sums)
{
	uint32_t n_blocks = linear_n_blocks(plan, request);
	NumStatus status;

	if (plan->team != NULL)
		return plan->team->pass(plan->team, plan, request, monitor, sums);
	status = linear_begin(plan, request, sums);
	for (uint32_t b = 0; b < n_blocks && status == NUM_OK; b++)
		status = linear_block(plan, request, b, monitor, sums);
	return status == NUM_OK ? linear_end(plan, request, sums) : status;
}

void
linear_constant(const LinearPlan *plan, const LinearRequest *request,
                const double *cell_weight, const uint64_t *cell_rows,
                LinearSums *sums)
{
	double z = request->coef[0];
	double centre = num_log(request->threshold / (1.0 - request->threshold));
	double q = num_sigmoid((z - centre) / request->temperature);
	bool decision = num_sigmoid(z) >= request->threshold;

	sums->rows = 0;
	sums->weight = 0;
	sums->loss = 0;
	for (uint32_t c = 0; c < plan->n_cells; c++)
	{
		double w = cell_weight[c];
		double loss = w * (num_log1pexp(z) - (c & 1 ? z : 0));

		sums->rows += cell_rows[c];
		sums->weight += w;
		sums->loss += loss;
		sums->cell_weight[c] = w;
		sums->cell_hard[c] = decision ? w : 0;
		sums->cell_soft[c] = w * q;
		if (request->want_cell_loss)
			sums->cell_loss[c] = loss;
	}
}
