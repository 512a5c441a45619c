/*
 * linear_many.c
 *    A pass for several models at once.
 *
 * What belongs to the models lies side by side: LINEAR_MANY coefficients of
 * each parameter, LINEAR_MANY scores of each row.  Chunks are smaller than
 * those of linear.c, so that they still fit the first-level cache.
 *
 * The score of a row is added up in the same order as there; all other sums are
 * on the same grids, and know no order.
 */
#include "model/linear_many.h"

#include <math.h>
#include <string.h>

#include "model/linear_private.h"
#include "num/grid.h"
#include "num/special.h"
#include "num/wide.h"

#define MANY_ROWS 64
#define MANY_CHUNK ((size_t) MANY_ROWS * LINEAR_MANY)

/* A number of each of some models, as wide as most machines' vectors. */
#if defined(__GNUC__)
#define PART 4
typedef double Part
	__attribute__((vector_size(PART * sizeof(double)), aligned(8)));
#else
#define PART 1
typedef double Part;
#endif
#define PARTS (LINEAR_MANY / PART)

struct LinearMany
{
	uint64_t rows;
	double loss_part[2][LINEAR_MANY];
	double loss_magnet[LINEAR_MANY];
	double rest_magnet[LINEAR_MANY];
	double residual_magnet[LINEAR_MANY];

	double *coef;             /* [stride][MANY] */
	double *gradient;         /* [stride][MANY] */
	double *cell_factor;      /* [n_cells][MANY] */
	double *cell_magnet;      /* [n_cells][MANY] */
	double *cell_loss_magnet; /* [n_cells][MANY] */
	double *cell_weight;      /* [n_cells][MANY], as the next three */
	double *cell_hard;
	double *cell_soft;
	double *cell_loss;

	/* of one chunk, [MANY_ROWS][MANY] */
	double *row_weight;
	double *label;
	double *score;
	double *residual;
	double *decision;
	double *soft;
	double *loss;
};

static NumStatus
many_create(LinearPlan *plan)
{
	LinearMany *many = arena_alloc(plan->arena, 1, sizeof(LinearMany));
	size_t lane = LINEAR_MANY * sizeof(double);

	if (many == NULL)
		return NUM_NO_MEMORY;
	memset(many, 0, sizeof(*many));
	{
		double **of_params[] = { &many->coef, &many->gradient };
		double **of_cells[] = { &many->cell_factor,      &many->cell_magnet,
			                    &many->cell_loss_magnet, &many->cell_weight,
			                    &many->cell_hard,        &many->cell_soft,
			                    &many->cell_loss };
		double **of_rows[] = { &many->row_weight, &many->label,    &many->score,
			                   &many->residual,   &many->decision, &many->soft,
			                   &many->loss };
		bool enough = true;

		for (size_t i = 0; i < sizeof(of_params) / sizeof(of_params[0]); i++)
			enough &= (*of_params[i] = arena_alloc(plan->arena, plan->stride,
			                                       lane)) != NULL;
		for (size_t i = 0; i < sizeof(of_cells) / sizeof(of_cells[0]); i++)
			enough &= (*of_cells[i] = arena_alloc(plan->arena, plan->n_cells,
			                                      lane)) != NULL;
		for (size_t i = 0; i < sizeof(of_rows) / sizeof(of_rows[0]); i++)
			enough &= (*of_rows[i] =
			               arena_alloc(plan->arena, MANY_ROWS, lane)) != NULL;
		if (!enough)
			return NUM_NO_MEMORY;
	}
	plan->many = many;
	return NUM_OK;
}

/* The grids and the coefficients of model 'm'; false when its sums could
 * overflow. */
static bool
begin_model(LinearPlan *plan, const LinearRequest *request, uint32_t m)
{
	LinearMany *many = plan->many;

	if (!linear_set_pass(plan, request))
		return false;
	many->loss_magnet[m] = plan->loss_magnet;
	many->rest_magnet[m] = plan->rest_magnet;
	many->residual_magnet[m] = plan->residual_magnet;
	for (size_t p = 0; p < plan->stride; p++)
		many->coef[p * LINEAR_MANY + m] = request->coef[p];
	for (size_t c = 0; c < plan->n_cells; c++)
	{
		many->cell_factor[c * LINEAR_MANY + m] =
			request->cell_factor == NULL ? 1 : request->cell_factor[c];
		many->cell_magnet[c * LINEAR_MANY + m] = plan->cell_magnet[c];
		many->cell_loss_magnet[c * LINEAR_MANY + m] = plan->cell_loss_magnet[c];
	}
	return true;
}

NumStatus
linear_many_begin(LinearPlan *plan, const LinearRequest *requests, uint32_t n)
{
	NumStatus status = plan->many == NULL ? many_create(plan) : NUM_OK;
	size_t cell_bytes = plan->n_cells * LINEAR_MANY * sizeof(double);
	LinearMany *many = plan->many;

	if (status != NUM_OK)
		return status;
	/* places without a model repeat the first one */
	for (uint32_t m = 0; m < LINEAR_MANY; m++)
		if (!begin_model(plan, &requests[m < n ? m : 0], m))
			return NUM_NOT_FINITE;
	many->rows = 0;
	memset(many->loss_part, 0, sizeof(many->loss_part));
	memset(many->gradient, 0, plan->stride * LINEAR_MANY * sizeof(double));
	memset(many->cell_weight, 0, cell_bytes);
	memset(many->cell_hard, 0, cell_bytes);
	memset(many->cell_soft, 0, cell_bytes);
	memset(many->cell_loss, 0, cell_bytes);
	return NUM_OK;
}

static void
many_rows(LinearMany *many, const DataBlock *block, uint32_t first, uint32_t n)
{
	const uint16_t *cell = block->cell + first;

	for (uint32_t i = 0; i < n; i++)
	{
		double weight = linear_row_weight(block, first + i);
		double label = (double) (cell[i] & 1);
		const double *factor = many->cell_factor + cell[i] * LINEAR_MANY;

		for (uint32_t m = 0; m < LINEAR_MANY; m++)
		{
			many->row_weight[i * LINEAR_MANY + m] = weight * factor[m];
			many->label[i * LINEAR_MANY + m] = label;
		}
	}
}

/* The dense part of one row's scores, added up in the order of chunk_scores() in
 * linear.c; 'coef' begins at the models' own place.  With one vector of numbers
 * its lanes are single products, which need not be kept. */
static ALWAYS_INLINE void
dense_scores(const LinearPlan *plan, const Part *coef, const double *x,
             Part *sum)
{
	Part lane[LINEAR_LANES];

	if (plan->width == LINEAR_LANES)
	{
		Part low = coef[0] * x[0] + coef[PARTS] * x[1];
		Part high = coef[2 * PARTS] * x[2] + coef[3 * PARTS] * x[3];

		low += high;
		if (plan->n_numbers > 3)
		{
			Part more = coef[4 * PARTS] * x[4] + coef[5 * PARTS] * x[5];

			high = coef[6 * PARTS] * x[6] + coef[7 * PARTS] * x[7];
			low += more + high;
		}
		*sum += low;
		return;
	}
	for (size_t l = 0; l < LINEAR_LANES; l++)
		lane[l] = coef[l * PARTS] * x[l];
	for (size_t k = LINEAR_LANES; k < plan->width; k += LINEAR_LANES)
		for (size_t l = 0; l < LINEAR_LANES; l++)
			lane[l] += coef[(k + l) * PARTS] * x[k + l];
	*sum += ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
	        ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

WIDE static void
many_scores(const LinearPlan *plan, uint32_t n)
{
	const Part *coef = (const Part *) (const void *) plan->many->coef;
	Part *score = (Part *) (void *) plan->many->score;
	uint32_t step = plan->n_categories;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *x = plan->dense + i * plan->width;
		const uint32_t *param = plan->param + (size_t) i * step;
		Part z[PARTS];

		memset(z, 0, sizeof(z));
		for (uint32_t c = 0; c < step; c++)
			for (size_t p = 0; p < PARTS; p++)
				z[p] += coef[(size_t) param[c] * PARTS + p];
		for (size_t p = 0; p < PARTS; p++)
		{
			dense_scores(plan, coef + p, x, &z[p]);
			score[i * (size_t) PARTS + p] = z[p];
		}
	}
}

WIDE static void
many_gradient(const LinearPlan *plan, uint32_t n)
{
	const Part *residual = (const Part *) (const void *) plan->many->residual;
	Part *gradient = (Part *) (void *) plan->many->gradient;
	uint32_t step = plan->n_categories;
	Part magnet[PARTS];

	memcpy(magnet, plan->many->residual_magnet, sizeof(magnet));
	for (uint32_t i = 0; i < n; i++)
	{
		const double *x = plan->dense + i * plan->width;
		const uint32_t *param = plan->param + (size_t) i * step;

		for (size_t p = 0; p < PARTS; p++)
		{
			Part factor = residual[i * (size_t) PARTS + p];
			Part rounded = (factor + magnet[p]) - magnet[p];

			for (size_t k = 0; k <= plan->n_numbers; k++)
				gradient[k * PARTS + p] +=
					(factor * x[k] + magnet[p]) - magnet[p];
			for (uint32_t c = 0; c < step; c++)
				gradient[(size_t) param[c] * PARTS + p] += rounded;
		}
	}
}

/* As losses_of_rows() in linear.c. */
static ALWAYS_INLINE void
losses_of_many(const LinearPlan *plan, const LinearRequest *request, size_t n,
               bool one)
{
	const LinearMany *many = plan->many;
	double inverse_t = 1.0 / request->temperature;
	double threshold = request->threshold;
	double centre = num_log(threshold / (1.0 - threshold));
	double least_score = plan->least_score;
	const double *restrict score = many->score;
	const double *restrict row_weight = many->row_weight;
	const double *restrict label = many->label;
	double *restrict residual = many->residual;
	double *restrict soft = many->soft;
	double *restrict decision = many->decision;
	double *restrict loss = many->loss;

	INDEPENDENT_ROWS
	for (size_t i = 0; i < n; i++)
	{
		double z = score[i];
		double w = row_weight[i];
		double y = label[i];
		double p;
		double log1pexp = num_logistic(z, &p);
		double q = one ? p : num_sigmoid((z - centre) * inverse_t);

		loss[i] = w * (log1pexp - y * z);
		residual[i] = w * (p - y);
		soft[i] = w * q;
		decision[i] = z >= least_score ? w : 0.0;
	}
}

WIDE static void
losses_of_many_plain(const LinearPlan *plan, const LinearRequest *request,
                     size_t n)
{
	losses_of_many(plan, request, n, true);
}

WIDE static void
losses_of_many_tempered(const LinearPlan *plan, const LinearRequest *request,
                        size_t n)
{
	losses_of_many(plan, request, n, false);
}

/* Adds up the losses of a chunk, in two parts each. */
WIDE static void
many_losses(LinearMany *many, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t m = 0; m < LINEAR_MANY; m++)
		{
			double x = many->loss[i * LINEAR_MANY + m];
			double rounded = grid_round(x, many->loss_magnet[m]);

			many->loss_part[0][m] += rounded;
			many->loss_part[1][m] +=
				grid_round(x - rounded, many->rest_magnet[m]);
		}
}

/* Adds a number of each model to those of a cell. */
static ALWAYS_INLINE void
add_to_cell(const double *restrict x, const double *restrict magnet,
            double *restrict sum)
{
	for (uint32_t m = 0; m < LINEAR_MANY; m++)
		sum[m] += grid_round(x[m], magnet[m]);
}

WIDE static void
many_cells(LinearMany *many, const uint16_t *cell, uint32_t n, bool losses)
{
	for (uint32_t i = 0; i < n; i++)
	{
		size_t row = i * (size_t) LINEAR_MANY;
		size_t at = cell[i] * (size_t) LINEAR_MANY;

		add_to_cell(many->row_weight + row, many->cell_magnet + at,
		            many->cell_weight + at);
		add_to_cell(many->decision + row, many->cell_magnet + at,
		            many->cell_hard + at);
		add_to_cell(many->soft + row, many->cell_magnet + at,
		            many->cell_soft + at);
		if (losses)
			add_to_cell(many->loss + row, many->cell_loss_magnet + at,
			            many->cell_loss + at);
	}
}

NumStatus
linear_many_block(LinearPlan *plan, const LinearRequest *any_request,
                  uint32_t b, NumMonitor *monitor)
{
	const DataBlock *block = data_block(&plan->data->part[DATA_TRAIN], b);
	LinearMany *many = plan->many;
	bool plain =
		any_request->temperature == 1.0 && any_request->threshold == 0.5;

	for (uint32_t first = 0; first < block->n_rows; first += MANY_ROWS)
	{
		uint32_t left = block->n_rows - first;
		uint32_t rows = left < MANY_ROWS ? left : MANY_ROWS;

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		linear_fill_chunk(plan, block, first, rows);
		many_rows(many, block, first, rows);
		many_scores(plan, rows);
		if (plain)
			losses_of_many_plain(plan, any_request,
			                     (size_t) rows * LINEAR_MANY);
		else
			losses_of_many_tempered(plan, any_request,
			                        (size_t) rows * LINEAR_MANY);
		many_losses(many, rows);
		many_gradient(plan, rows);
		many_cells(many, block->cell + first, rows,
		           any_request->want_cell_loss);
	}
	many->rows += block->n_rows;
	return NUM_OK;
}

void
linear_many_take(const LinearPlan *plan, uint32_t n, LinearSums *const *sums)
{
	const LinearMany *many = plan->many;

	for (uint32_t m = 0; m < n; m++)
	{
		LinearSums *to = sums[m];

		to->rows = many->rows;
		to->weight = 0;
		to->curved_weight = 0;
		to->loss_part[0] = many->loss_part[0][m];
		to->loss_part[1] = many->loss_part[1][m];
		for (size_t p = 0; p < plan->stride; p++)
			to->gradient[p] = many->gradient[p * LINEAR_MANY + m];
		for (size_t c = 0; c < plan->n_cells; c++)
		{
			size_t at = c * LINEAR_MANY + m;

			to->cell_weight[c] = many->cell_weight[at];
			to->cell_hard[c] = many->cell_hard[at];
			to->cell_soft[c] = many->cell_soft[at];
			if (to->cell_loss != NULL)
				to->cell_loss[c] = many->cell_loss[at];
		}
	}
}

NumStatus
linear_pass_many(LinearPlan *plan, const LinearRequest *requests, uint32_t n,
                 LinearSums *const *sums, NumMonitor *monitor)
{
	uint32_t n_blocks = linear_n_blocks(plan, requests);
	NumStatus status = NUM_OK;

	if (n < LINEAR_MANY_FROM)
	{
		for (uint32_t m = 0; m < n && status == NUM_OK; m++)
			status = linear_pass(plan, &requests[m], monitor, sums[m]);
		return status;
	}
	if (plan->team != NULL)
		return plan->team->pass_many(plan->team, plan, requests, n, sums,
		                             monitor);
	status = linear_many_begin(plan, requests, n);
	for (uint32_t b = 0; b < n_blocks && status == NUM_OK; b++)
		status = linear_many_block(plan, requests, b, monitor);
	if (status == NUM_OK)
		linear_many_take(plan, n, sums);
	for (uint32_t m = 0; m < n && status == NUM_OK; m++)
		status = linear_end(plan, &requests[m], sums[m]);
	return status;
}
