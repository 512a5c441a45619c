/*
 * softmax.c
 *    The training kernel of multinomial models.
 *
 * A block is walked in chunks, laid out row by row as in linear.c.  With the
 * probability p_k of each class the residual of a row is w (p_k - [y = k]), and
 * its curvature between two classes w p_k ([k = l] - p_l); both are scattered
 * over the row's numbers and levels, for each class or pair of classes.
 *
 * With multipliers m_k on the smooth decisions q_k of temperature T, and
 * t_k = q_k (m_k - sum_l q_l m_l), these have the curvature
 *
 *     sum_k t_k (u_k - sum_l q_l u_l)^2 / T^2
 *
 * along a move u of the scores, where the t_k sum to zero.  What is positive of
 * it is added: the terms of which t_k > 0.
 *
 * Every term is rounded to a grid before it is added up (num/grid.h).
 *
 * Cost for K classes and C columns, a row: K C for value and gradient, and
 * K^2 C^2 / 4 for the Hessian.  Memory: (K n)^2 / 2 doubles for the Hessian.
 */
#include "model/softmax.h"

#include <math.h>
#include <string.h>

#include "model/linear_private.h"
#include "num/grid.h"
#include "num/special.h"
#include "num/wide.h"

struct Softmax
{
	LinearPlan *plan;
	uint32_t n_classes;
	uint32_t n_base;

	/* magnets of the pass under way */
	double residual_magnet;
	double curvature_magnet;
	double slope_magnet;
	double weight_magnet;
	GridSum loss;
	GridSum margin;
	bool bends; /* the rows at hand take part in Hessian and diagonal */

	/* working arrays of one chunk, [n_classes][LINEAR_CHUNK_ROWS] */
	double *score;
	double *probability;
	double *soft;
	double *tilt;   /* t_k / T^2 where that is positive, else 0 */
	double *tilted; /* [LINEAR_CHUNK_ROWS] their sum */
	double *factor; /* [LINEAR_CHUNK_ROWS] */
	uint32_t *best; /* [LINEAR_CHUNK_ROWS] */
};

uint32_t
softmax_n_classes(const Softmax *softmax)
{
	return softmax->n_classes;
}

NumStatus
softmax_create(NumArena *arena, LinearPlan *plan, Softmax **result)
{
	Softmax *softmax = arena_alloc(arena, 1, sizeof(Softmax));
	size_t rows;

	if (plan->data->label != DATA_LABEL_CLASS || plan->data->n_classes < 2)
		return NUM_BAD_ARGUMENT;
	if (softmax == NULL)
		return NUM_NO_MEMORY;
	memset(softmax, 0, sizeof(*softmax));
	softmax->plan = plan;
	softmax->n_classes = plan->data->n_classes;
	softmax->n_base = plan->data->n_base_groups;
	rows = (size_t) softmax->n_classes * LINEAR_CHUNK_ROWS;
	softmax->score = arena_alloc(arena, rows, sizeof(double));
	softmax->probability = arena_alloc(arena, rows, sizeof(double));
	softmax->soft = arena_alloc(arena, rows, sizeof(double));
	softmax->tilt = arena_alloc(arena, rows, sizeof(double));
	softmax->tilted = arena_alloc(arena, LINEAR_CHUNK_ROWS, sizeof(double));
	softmax->factor = arena_alloc(arena, LINEAR_CHUNK_ROWS, sizeof(double));
	softmax->best = arena_alloc(arena, LINEAR_CHUNK_ROWS, sizeof(uint32_t));
	if (softmax->score == NULL || softmax->probability == NULL ||
	    softmax->soft == NULL || softmax->tilted == NULL ||
	    softmax->tilt == NULL || softmax->factor == NULL ||
	    softmax->best == NULL)
		return NUM_NO_MEMORY;
	*result = softmax;
	return NUM_OK;
}

/* How many doubles the arrays of sums have. */
typedef struct SumSizes
{
	size_t vector;
	size_t hessian;
	size_t hard;
	size_t soft;
	size_t jacobian;
} SumSizes;

static SumSizes
sum_sizes(const Softmax *softmax)
{
	const LinearPlan *plan = softmax->plan;
	size_t k = softmax->n_classes;
	SumSizes sizes = { .vector = k * plan->stride,
		               .hessian = k * (k + 1) / 2 *
		                          ((size_t) plan->n_params + 1) * plan->stride,
		               .hard = k * k * softmax->n_base,
		               .soft = k * 2 * softmax->n_base };

	sizes.jacobian = sizes.soft * sizes.vector;
	return sizes;
}

static bool
wants_jacobian(const SoftmaxRequest *request)
{
	return request->rates != SOFTMAX_NO_RATES && request->want_jacobian;
}

NumStatus
softmax_sums_create(NumArena *arena, const Softmax *softmax,
                    const SoftmaxRequest *request, SoftmaxSums **result)
{
	SumSizes sizes = sum_sizes(softmax);
	SoftmaxSums *sums = arena_alloc(arena, 1, sizeof(SoftmaxSums));
	bool done = true;
	struct
	{
		double **array;
		size_t n;
		bool wanted;
	} arrays[] = {
		{ &sums->gradient, sizes.vector, true },
		{ &sums->diagonal, sizes.vector, request->want_diagonal },
		{ &sums->hessian, sizes.hessian, request->want_hessian },
		{ &sums->hard, sizes.hard, true },
		{ &sums->soft, sizes.soft, request->rates != SOFTMAX_NO_RATES },
		{ &sums->jacobian, sizes.jacobian, wants_jacobian(request) },
	};

	if (sums == NULL)
		return NUM_NO_MEMORY;
	memset(sums, 0, sizeof(*sums));
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
	{
		if (!arrays[i].wanted)
			continue;
		*arrays[i].array = arena_alloc(arena, arrays[i].n, sizeof(double));
		done = done && *arrays[i].array != NULL;
	}
	*result = sums;
	return done ? NUM_OK : NUM_NO_MEMORY;
}

static void
clear(double *array, size_t n, bool wanted)
{
	if (wanted)
		memset(array, 0, n * sizeof(double));
}

static void
sums_clear(const Softmax *softmax, const SoftmaxRequest *request,
           SoftmaxSums *sums)
{
	SumSizes sizes = sum_sizes(softmax);

	sums->rows = 0;
	sums->weight = 0;
	sums->loss = 0;
	if (request->want_hessian || request->want_diagonal)
		sums->curved_weight = 0;
	clear(sums->gradient, sizes.vector, true);
	clear(sums->diagonal, sizes.vector, request->want_diagonal);
	clear(sums->hessian, sizes.hessian, request->want_hessian);
	clear(sums->hard, sizes.hard, true);
	clear(sums->soft, sizes.soft, request->rates != SOFTMAX_NO_RATES);
	clear(sums->jacobian, sizes.jacobian, wants_jacobian(request));
}

static double
largest_multiplier(const Softmax *softmax, const SoftmaxRequest *request)
{
	size_t n = 2 * (size_t) softmax->n_base * softmax->n_classes;
	double largest = 0;

	for (size_t c = 0; c < n && request->multiplier != NULL; c++)
		largest = fmax(largest, fabs(request->multiplier[c]));
	return largest;
}

/*
 * Bounds on the sums of absolute values of all terms, by the same reasoning as
 * in linear_plan.c; the loss of a row is at most the distance between two
 * scores and the logarithm of the number of classes.
 */
static bool
set_magnets(Softmax *softmax, const SoftmaxRequest *request)
{
	const LinearPlan *plan = softmax->plan;
	double weight = 2 * plan->weight;
	double reach = 0;

	for (uint32_t k = 0; k < softmax->n_classes; k++)
		reach = fmax(
			reach, linear_score_reach(plan, request->coef + k * plan->stride));
	reach = 2 * reach + 1 + num_log((double) softmax->n_classes);
	softmax->residual_magnet = grid_magnet(weight);
	softmax->curvature_magnet = grid_magnet(
		weight * (0.25 + 4 * largest_multiplier(softmax, request) /
	                         (request->temperature * request->temperature)));
	softmax->slope_magnet = grid_magnet(weight / 4 / request->temperature);
	softmax->weight_magnet = plan->data->weight_magnet;
	if (!isfinite(weight * reach))
		return false;
	grid_sum_init(&softmax->loss, weight * reach,
	              (double) plan->data->part[DATA_TRAIN].n_rows);
	grid_sum_init(&softmax->margin, weight * reach,
	              (double) plan->data->part[DATA_TRAIN].n_rows);
	return true;
}

/* Raw scores of one class. */
WIDE static void
chunk_scores(const LinearPlan *plan, const double *coef, uint32_t n,
             double *score)
{
	uint32_t step = plan->n_categories;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *x = plan->dense + i * plan->width;
		const uint32_t *param = plan->param + (size_t) i * step;
		double lane[LINEAR_LANES] = { 0 };
		double z = 0;

		for (size_t j = 0; j < plan->width; j += LINEAR_LANES)
			for (int l = 0; l < LINEAR_LANES; l++)
				lane[l] += x[j + (size_t) l] * coef[j + (size_t) l];
		for (int l = 0; l < LINEAR_LANES; l++)
			z += lane[l];
		for (uint32_t c = 0; c < step; c++)
			z += coef[param[c]];
		score[i] = z;
	}
}

/* The best class of each row, and into 'to' the softmax of the scores times
 * 'scale'; '*sum' [n] is what the exponentials sum to. */
WIDE static void
chunk_softmax(const Softmax *softmax, double scale, uint32_t n, double *to,
              double *sum)
{
	const double *score = softmax->score;
	double most[LINEAR_CHUNK_ROWS];

	for (uint32_t i = 0; i < n; i++)
	{
		most[i] = score[i];
		softmax->best[i] = 0;
		sum[i] = 0;
	}
	for (uint32_t k = 1; k < softmax->n_classes; k++)
		for (uint32_t i = 0; i < n; i++)
		{
			double z = score[k * LINEAR_CHUNK_ROWS + i];

			softmax->best[i] = z > most[i] ? k : softmax->best[i];
			most[i] = z > most[i] ? z : most[i];
		}
	for (uint32_t k = 0; k < softmax->n_classes; k++)
	{
		const double *z = score + k * LINEAR_CHUNK_ROWS;
		double *out = to + k * LINEAR_CHUNK_ROWS;

		for (uint32_t i = 0; i < n; i++)
		{
			out[i] = num_exp((z[i] - most[i]) * scale);
			sum[i] += out[i];
		}
	}
	for (uint32_t k = 0; k < softmax->n_classes; k++)
		for (uint32_t i = 0; i < n; i++)
			to[k * LINEAR_CHUNK_ROWS + i] /= sum[i];
}

/* Adds factor[i] times each row to a vector; terms are rounded.  The dense part
 * is padded with zeros, so adding whole lanes leaves the levels alone. */
WIDE static void
scatter_rows(const LinearPlan *plan, uint32_t n, const double *factor,
             double magnet, double *restrict target)
{
	for (uint32_t i = 0; i < n; i++)
	{
		const double *restrict x = plan->dense + i * plan->width;
		const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
		double f = factor[i];
		double rounded = grid_round(f, magnet);

		for (size_t j = 0; j < plan->width; j += LINEAR_LANES)
			for (int l = 0; l < LINEAR_LANES; l++)
				target[j + (size_t) l] +=
					grid_round(f * x[j + (size_t) l], magnet);
		for (uint32_t c = 0; c < plan->n_categories; c++)
			target[param[c]] += rounded;
	}
}

/* Adds factor[i] times the products of each row with itself to the lower
 * triangle of a matrix. */
WIDE static void
scatter_products(LinearPlan *plan, uint32_t n, const double *factor,
                 double magnet, double *matrix)
{
	double *restrict scaled = plan->scaled;

	for (uint32_t i = 0; i < n; i++)
	{
		const double *restrict x = plan->dense + i * plan->width;
		const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
		double rounded = grid_round(factor[i], magnet);

		for (size_t j = 0; j < plan->width; j++)
			scaled[j] = factor[i] * x[j];
		for (uint32_t a = 0; a <= plan->n_numbers; a++)
		{
			double *restrict row = matrix + a * plan->stride;
			double fa = scaled[a];
			/* what is beyond the diagonal is not looked at */
			size_t end =
				(size_t) a / LINEAR_LANES * LINEAR_LANES + LINEAR_LANES;

			for (size_t j = 0; j < end; j += LINEAR_LANES)
				for (int l = 0; l < LINEAR_LANES; l++)
					row[j + (size_t) l] +=
						grid_round(fa * x[j + (size_t) l], magnet);
		}
		for (uint32_t c = 0; c < plan->n_categories; c++)
		{
			double *restrict row = matrix + param[c] * plan->stride;

			for (size_t j = 0; j < plan->width; j++)
				row[j] += grid_round(scaled[j], magnet);
			for (uint32_t b = 0; b <= c; b++)
				row[param[b]] += rounded;
		}
	}
}

/* Likewise the diagonal alone. */
WIDE static void
scatter_squares(const LinearPlan *plan, uint32_t n, const double *factor,
                double magnet, double *restrict target)
{
	for (uint32_t i = 0; i < n; i++)
	{
		const double *restrict x = plan->dense + i * plan->width;
		const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
		double f = factor[i];
		double rounded = grid_round(f, magnet);

		for (size_t j = 0; j < plan->width; j++)
			target[j] += grid_round(f * x[j] * x[j], magnet);
		for (uint32_t c = 0; c < plan->n_categories; c++)
			target[param[c]] += rounded;
	}
}

/* Losses, and who is decided for what. */
static void
chunk_decisions(Softmax *softmax, const DataBlock *block, uint32_t first,
                uint32_t n, const double *sum, SoftmaxSums *sums)
{
	uint32_t k = softmax->n_classes;

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t label = block->label_class[first + i];
		uint32_t best = softmax->best[i];
		double w = softmax->plan->row_weight[i];
		double most = softmax->score[best * LINEAR_CHUNK_ROWS + i];
		double own = softmax->score[label * LINEAR_CHUNK_ROWS + i];
		size_t cell = ((block->cell[first + i] >> 1) * k + label) * k + best;

		grid_sum_add(&softmax->loss, w * (num_log(sum[i]) + (most - own)));
		sums->hard[cell] += grid_round(w, softmax->weight_magnet);
	}
}

/* By how much the best class of each row is ahead of the next one. */
static void
chunk_margins(Softmax *softmax, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
	{
		double most = softmax->score[softmax->best[i] * LINEAR_CHUNK_ROWS + i];
		double next = -INFINITY;

		for (uint32_t k = 0; k < softmax->n_classes; k++)
			if (k != softmax->best[i])
				next = fmax(next, softmax->score[k * LINEAR_CHUNK_ROWS + i]);
		grid_sum_add(&softmax->margin,
		             softmax->plan->row_weight[i] * (most - next));
	}
}

static void
chunk_gradient(Softmax *softmax, const DataBlock *block, uint32_t first,
               uint32_t n, SoftmaxSums *sums)
{
	LinearPlan *plan = softmax->plan;

	for (uint32_t k = 0; k < softmax->n_classes; k++)
	{
		const double *p = softmax->probability + k * LINEAR_CHUNK_ROWS;

		for (uint32_t i = 0; i < n; i++)
			softmax->factor[i] =
				plan->row_weight[i] *
				(p[i] - (block->label_class[first + i] == k ? 1.0 : 0.0));
		scatter_rows(plan, n, softmax->factor, softmax->residual_magnet,
		             sums->gradient + k * plan->stride);
	}
}

/* What the multipliers of a chunk's rows add to their curvature. */
static void
tilt_chunk(Softmax *softmax, const SoftmaxRequest *request,
           const DataBlock *block, uint32_t first, uint32_t n)
{
	uint32_t n_cells = 2 * softmax->n_base;
	double scale = 1 / (request->temperature * request->temperature);
	double m[DATA_MOST_CLASSES];

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t label = block->label_class[first + i];
		uint32_t base = block->cell[first + i] >> 1;
		double mean = 0;
		double sum = 0;

		for (uint32_t k = 0; k < softmax->n_classes; k++)
		{
			m[k] =
				request
					->multiplier[k * n_cells + 2 * base + (k == label ? 1 : 0)];
			mean += softmax->soft[k * LINEAR_CHUNK_ROWS + i] * m[k];
		}
		for (uint32_t k = 0; k < softmax->n_classes; k++)
		{
			double q = softmax->soft[k * LINEAR_CHUNK_ROWS + i];
			double t = scale * q * fmax(m[k] - mean, 0);

			softmax->tilt[k * LINEAR_CHUNK_ROWS + i] = t;
			sum += t;
		}
		softmax->tilted[i] = sum;
	}
}

/* Curvature of a chunk's rows between two classes into softmax->factor. */
static void
pair_curvature(Softmax *softmax, bool tilted, uint32_t k, uint32_t l,
               uint32_t n)
{
	const double *pk = softmax->probability + k * LINEAR_CHUNK_ROWS;
	const double *pl = softmax->probability + l * LINEAR_CHUNK_ROWS;
	const double *qk = softmax->soft + k * LINEAR_CHUNK_ROWS;
	const double *ql = softmax->soft + l * LINEAR_CHUNK_ROWS;
	const double *tk = softmax->tilt + k * LINEAR_CHUNK_ROWS;
	const double *tl = softmax->tilt + l * LINEAR_CHUNK_ROWS;
	const double *w = softmax->plan->row_weight;
	double same = k == l ? 1 : 0;

	for (uint32_t i = 0; i < n; i++)
		softmax->factor[i] = w[i] * pk[i] * (same - pl[i]);
	for (uint32_t i = 0; i < n && tilted; i++)
		softmax->factor[i] +=
			w[i] * (tk[i] * (same - ql[i]) +
		            qk[i] * (softmax->tilted[i] * ql[i] - tl[i]));
}

static void
chunk_curvature(Softmax *softmax, const SoftmaxRequest *request,
                const DataBlock *block, uint32_t first, uint32_t n,
                SoftmaxSums *sums)
{
	bool tilted = request->multiplier != NULL;
	LinearPlan *plan = softmax->plan;
	size_t pair = ((size_t) plan->n_params + 1) * plan->stride;

	if (tilted)
		tilt_chunk(softmax, request, block, first, n);
	for (uint32_t k = 0; k < softmax->n_classes && request->want_diagonal; k++)
	{
		pair_curvature(softmax, tilted, k, k, n);
		scatter_squares(plan, n, softmax->factor, softmax->curvature_magnet,
		                sums->diagonal + k * plan->stride);
	}
	for (uint32_t k = 0; k < softmax->n_classes && request->want_hessian; k++)
		for (uint32_t l = 0; l <= k; l++)
		{
			pair_curvature(softmax, tilted, k, l, n);
			scatter_products(plan, n, softmax->factor,
			                 softmax->curvature_magnet,
			                 sums->hessian + softmax_pair(k, l) * pair);
		}
}

/* Adds the factor times row i to a vector. */
static ALWAYS_INLINE void
scatter_row(const LinearPlan *plan, uint32_t i, double factor, double magnet,
            double *restrict target)
{
	const double *restrict x = plan->dense + i * plan->width;
	const uint32_t *param = plan->param + (size_t) i * plan->n_categories;
	double rounded = grid_round(factor, magnet);

	for (size_t j = 0; j < plan->width; j++)
		target[j] += grid_round(factor * x[j], magnet);
	for (uint32_t c = 0; c < plan->n_categories; c++)
		target[param[c]] += rounded;
}

/* The gradient of the smooth decision of row i for class c, added to a cell's. */
WIDE static void
add_slopes(const Softmax *softmax, uint32_t i, uint32_t c, double factor,
           double *target)
{
	const LinearPlan *plan = softmax->plan;
	double own = softmax->soft[c * LINEAR_CHUNK_ROWS + i];

	for (uint32_t k = 0; k < softmax->n_classes; k++)
	{
		double q = softmax->soft[k * LINEAR_CHUNK_ROWS + i];

		scatter_row(plan, i, factor * own * ((k == c ? 1.0 : 0.0) - q),
		            softmax->slope_magnet, target + k * plan->stride);
	}
}

/* Smooth decisions of a chunk, which chunk_softmax() has made. */
static void
chunk_rates(Softmax *softmax, const SoftmaxRequest *request,
            const DataBlock *block, uint32_t first, uint32_t n,
            SoftmaxSums *sums)
{
	const LinearPlan *plan = softmax->plan;
	uint32_t n_classes = softmax->n_classes;
	size_t n_cells = 2 * (size_t) softmax->n_base;
	size_t vector = n_classes * plan->stride;
	bool all = request->rates == SOFTMAX_ALL_RATES;

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t label = block->label_class[first + i];
		uint32_t base = block->cell[first + i] >> 1;
		double w = plan->row_weight[i];

		for (uint32_t c = all ? 0 : label; c < (all ? n_classes : label + 1);
		     c++)
		{
			size_t cell = c * n_cells + 2 * base + (c == label ? 1 : 0);

			sums->soft[cell] +=
				grid_round(w * softmax->soft[c * LINEAR_CHUNK_ROWS + i],
			               softmax->weight_magnet);
			if (request->want_jacobian)
				add_slopes(softmax, i, c, w / request->temperature,
				           sums->jacobian + cell * vector);
		}
	}
}

/* One chunk of a block into the sums. */
static void
pass_chunk(Softmax *softmax, const SoftmaxRequest *request,
           const DataBlock *block, uint32_t first, SoftmaxSums *sums)
{
	LinearPlan *plan = softmax->plan;
	uint32_t left = block->n_rows - first;
	uint32_t n = left < LINEAR_CHUNK_ROWS ? left : LINEAR_CHUNK_ROWS;
	double sum[LINEAR_CHUNK_ROWS];

	linear_fill_chunk(plan, block, first, n);
	for (uint32_t i = 0; i < n; i++)
		plan->row_weight[i] = linear_row_weight(block, first + i);
	for (uint32_t i = 0; i < n && softmax->bends; i++)
		sums->curved_weight +=
			grid_round(plan->row_weight[i], softmax->weight_magnet);
	for (uint32_t k = 0; k < softmax->n_classes; k++)
		chunk_scores(plan, request->coef + k * plan->stride, n,
		             softmax->score + k * LINEAR_CHUNK_ROWS);
	chunk_softmax(softmax, 1, n, softmax->probability, sum);
	chunk_decisions(softmax, block, first, n, sum, sums);
	if (request->want_margin)
		chunk_margins(softmax, n);
	chunk_gradient(softmax, block, first, n, sums);
	if (request->rates != SOFTMAX_NO_RATES || request->multiplier != NULL)
		chunk_softmax(softmax, 1 / request->temperature, n, softmax->soft, sum);
	if (softmax->bends)
		chunk_curvature(softmax, request, block, first, n, sums);
	if (request->rates != SOFTMAX_NO_RATES)
		chunk_rates(softmax, request, block, first, n, sums);
}

/* What stands behind the parameters of vectors is nobody's. */
static void
clear_rest(const Softmax *softmax, double *vectors, size_t n)
{
	const LinearPlan *plan = softmax->plan;

	for (size_t v = 0; v < n; v++)
		memset(vectors + v * plan->stride + plan->n_params, 0,
		       (plan->stride - plan->n_params) * sizeof(double));
}

static void
pass_end(Softmax *softmax, const SoftmaxRequest *request, SoftmaxSums *sums)
{
	SumSizes sizes = sum_sizes(softmax);
	size_t k = softmax->n_classes;

	for (size_t c = 0; c < sizes.hard; c++)
		sums->weight += sums->hard[c];
	sums->loss = grid_sum_value(&softmax->loss);
	sums->margin =
		request->want_margin ? grid_sum_value(&softmax->margin) : NAN;
	clear_rest(softmax, sums->gradient, k);
	if (request->want_diagonal)
		clear_rest(softmax, sums->diagonal, k);
	if (wants_jacobian(request))
		clear_rest(softmax, sums->jacobian, sizes.soft * k);
}

NumStatus
softmax_pass(Softmax *softmax, const SoftmaxRequest *request,
             NumMonitor *monitor, SoftmaxSums *sums)
{
	const DataRows *rows = &softmax->plan->data->part[DATA_TRAIN];

	sums_clear(softmax, request, sums);
	if (!set_magnets(softmax, request))
		return NUM_NOT_FINITE;
	for (uint32_t b = 0; b < rows->sample_blocks[request->sample]; b++)
	{
		const DataBlock *block = data_block(rows, b);

		softmax->bends = (request->want_hessian || request->want_diagonal) &&
		                 b < rows->sample_blocks[request->curved_sample];
		for (uint32_t first = 0; first < block->n_rows;
		     first += LINEAR_CHUNK_ROWS)
		{
			if (monitor_stop(monitor))
				return NUM_CANCELLED;
			pass_chunk(softmax, request, block, first, sums);
		}
		sums->rows += block->n_rows;
	}
	pass_end(softmax, request, sums);
	return isfinite(sums->loss) ? NUM_OK : NUM_NOT_FINITE;
}
