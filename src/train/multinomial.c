/*
 * multinomial.c
 *    The plain multinomial model, by Newton's method.
 *
 * The Hessian of all classes together is singular in the directions that move
 * the coefficients of all classes alike, in which neither the gradient nor any
 * step has a part.  So a multiple of the projection on them is added before it
 * is factored, which changes no step.
 *
 * Cost of a step: K^2 n^2 / 2 additions at most for each row, far fewer where
 * columns are categories, and (K n)^3 / 6 for the factor; with more than
 * LEARN_FROM coefficients curvature is learnt from steps instead (num/lbfgs.h).
 *
 * References: Boehning, Ann. Inst. Statist. Math. 44 (1992), for the
 * likelihood and its Hessian; Nocedal and Wright, Numerical Optimization.
 */
#include "train/multinomial.h"

#include <math.h>
#include <string.h>

#include "num/blas.h"
#include "num/dense.h"
#include "num/special.h"

/* as in plain.c and newton_create.c */
#define ACCURACY 1e-17
#define SAMPLE_ACCURACY 1e-5
#define LEARNT_TRUST 1e-4
#define ROUNDING 1e-13
#define KEEP_HESSIAN 1e-5
#define LEARN_FROM 1200
#define LEARN_ITERATIONS 10
#define PAIRS 20
#define MAX_HALVINGS 30
#define FACTOR_ATTEMPTS 12
#define LEAST_DIAGONAL 1e-7

/* rows that a sample has at least, in all and for each coefficient */
#define SAMPLE_ROWS 40000
#define SAMPLE_ROWS_EACH 40

/* How much of the rows is enough to begin with. */
static uint32_t
choose_sample(const Multinomial *m)
{
	const DataRows *rows = &m->data->part[DATA_TRAIN];
	uint64_t n = rows->n_rows;
	uint32_t level = 0;

	while (level < DATA_STRATA - 1 && n / 4 >= SAMPLE_ROWS &&
	       n / 4 >= SAMPLE_ROWS_EACH * (uint64_t) m->n_all &&
	       rows->sample_blocks[level + 1] > 0)
	{
		n /= 4;
		level++;
	}
	return level;
}

static NumStatus
allocate(Multinomial *m)
{
	NumArena *arena = m->arena;
	double **vectors[] = { &m->coef, &m->gradient,      &m->step,
		                   &m->from, &m->from_gradient, &m->inverse };

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
	{
		*vectors[i] = arena_alloc(arena, m->size, sizeof(double));
		if (*vectors[i] == NULL)
			return NUM_NO_MEMORY;
		memset(*vectors[i], 0, m->size * sizeof(double));
	}
	m->packed = arena_alloc(arena, m->n_all, sizeof(double));
	m->log_room = 2 * (uint32_t) m->max_iterations + 4;
	m->log = arena_alloc(arena, m->log_room, sizeof(TrainLog));
	if (m->packed == NULL || m->log == NULL)
		return NUM_NO_MEMORY;
	if (m->learns)
		return lbfgs_create(arena, m->size, PAIRS, &m->lbfgs);
	m->factor = arena_alloc(arena, m->n_all, m->n_all * sizeof(double));
	return m->factor == NULL ? NUM_NO_MEMORY : NUM_OK;
}

/* The coefficients that the settings name; zero where they are no numbers. */
static void
begin_at_start(Multinomial *m)
{
	if (m->settings->start == NULL)
		return;
	for (uint32_t k = 0; k < m->n_classes; k++)
		linear_from_raw(m->plan, m->settings->start + k * m->data->n_params,
		                m->coef + k * m->stride);
	multinomial_centre(m, m->coef);
	for (size_t i = 0; i < m->size; i++)
		if (!isfinite(m->coef[i]))
		{
			memset(m->coef, 0, m->size * sizeof(double));
			return;
		}
}

NumStatus
multinomial_create(NumArena *arena, const Dataset *data,
                   const TrainSettings *settings, const SoftmaxRequest *rates,
                   NumMonitor *monitor, Multinomial **result)
{
	Multinomial *m = arena_alloc(arena, 1, sizeof(Multinomial));
	NumStatus status;

	if (m == NULL)
		return NUM_NO_MEMORY;
	memset(m, 0, sizeof(*m));
	*result = m;
	m->arena = arena;
	m->data = data;
	m->settings = settings;
	m->monitor = monitor;
	status = linear_plan(arena, data, settings->own_kernels, &m->plan);
	if (status == NUM_OK)
		status = softmax_create(arena, m->plan, &m->softmax);
	if (status != NUM_OK)
		return status;
	m->n_classes = softmax_n_classes(m->softmax);
	m->n = linear_n_params(m->plan);
	m->stride = linear_stride(m->plan);
	m->size = m->n_classes * m->stride;
	m->n_all = (size_t) m->n_classes * m->n;
	m->learns =
		settings->solver == TRAIN_SOLVER_LBFGS ||
		(settings->solver == TRAIN_SOLVER_AUTO && m->n_all > LEARN_FROM);
	m->max_iterations =
		settings->max_iterations * (m->learns ? LEARN_ITERATIONS : 1);
	m->sample = choose_sample(m);
	/* where a start has been given, the sample would lead away from it */
	if (settings->start != NULL)
		m->sample = 0;
	if (rates != NULL)
		m->request = *rates;
	m->request.temperature = settings->temperature;
	m->request.want_hessian = !m->learns;
	m->request.want_diagonal = m->learns;
	status = allocate(m);
	if (status == NUM_OK)
		begin_at_start(m);
	if (status == NUM_OK)
		status = softmax_sums_create(arena, m->softmax, &m->request, &m->sums);
	return status;
}

NumStatus
multinomial_pass(Multinomial *m, uint32_t sample, bool curved)
{
	SoftmaxRequest request = m->request;
	double ridge = 0;
	NumStatus status;

	request.coef = m->coef;
	request.sample = sample;
	request.want_hessian = request.want_hessian && curved;
	request.want_diagonal = request.want_diagonal && curved;
	request.want_jacobian = request.want_jacobian && curved;
	status = softmax_pass(m->softmax, &request, m->monitor, m->sums);
	m->passes++;
	if (status != NUM_OK)
		return status;
	for (uint32_t k = 0; k < m->n_classes; k++)
		for (uint32_t j = 0; j < m->n; j++)
		{
			size_t at = k * m->stride + j;
			double w = m->coef[at];

			m->gradient[at] = m->sums->gradient[at] / m->sums->weight;
			if (j == 0)
				continue;
			m->gradient[at] += m->settings->l2 * w;
			ridge += w * w;
		}
	m->loss = m->sums->loss / m->sums->weight + m->settings->l2 / 2 * ridge;
	return NUM_OK;
}

void
multinomial_centre(const Multinomial *m, double *vector)
{
	for (uint32_t j = 0; j < m->n; j++)
	{
		double sum = 0;

		for (uint32_t k = 0; k < m->n_classes; k++)
			sum += vector[k * m->stride + j];
		for (uint32_t k = 0; k < m->n_classes; k++)
			vector[k * m->stride + j] -= sum / m->n_classes;
	}
}

double
multinomial_dot(const Multinomial *m, const double *a, const double *b)
{
	double sum = 0;

	for (size_t i = 0; i < m->size; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Entry a, b of the block of two classes. */
static double
block_entry(const Multinomial *m, uint32_t k, uint32_t l, uint32_t a,
            uint32_t b)
{
	const double *block =
		m->sums->hessian + softmax_pair(k, l) * ((size_t) m->n + 1) * m->stride;

	return a >= b ? block[a * m->stride + b] : block[b * m->stride + a];
}

/* Lays the Hessian out, with 'extra' on its diagonal. */
static void
fill_factor(Multinomial *m, double extra)
{
	double scale = 1 / m->sums->curved_weight;

	for (uint32_t k = 0; k < m->n_classes; k++)
		for (uint32_t a = 0; a < m->n; a++)
		{
			double *row = m->factor + ((size_t) k * m->n + a) * m->n_all;

			for (uint32_t l = 0; l <= k; l++)
				for (uint32_t b = 0; b < (l < k ? m->n : a + 1); b++)
					row[(size_t) l * m->n + b] =
						block_entry(m, k, l, a, b) * scale;
			row[(size_t) k * m->n + a] += extra + (a > 0 ? m->settings->l2 : 0);
		}
	for (uint32_t a = 0; a < m->n; a++)
	{
		double mean = 0;

		for (uint32_t k = 0; k < m->n_classes; k++)
			mean += block_entry(m, k, k, a, a) * scale / m->n_classes;
		for (uint32_t k = 0; k < m->n_classes; k++)
			for (uint32_t l = 0; l <= k; l++)
				m->factor[((size_t) k * m->n + a) * m->n_all +
				          (size_t) l * m->n + a] += mean;
	}
}

/* The inverse of the diagonal; a coefficient that hardly any row moves gets
 * that of one that some do, and what is none 1. */
static void
invert_diagonal(Multinomial *m)
{
	double largest = 0;

	for (size_t i = 0; i < m->size; i++)
	{
		m->inverse[i] = m->sums->diagonal[i] / m->sums->curved_weight +
		                (i % m->stride > 0 ? m->settings->l2 : 0);
		if (i % m->stride < m->n)
			largest = fmax(largest, m->inverse[i]);
	}
	for (size_t i = 0; i < m->size; i++)
		m->inverse[i] =
			1 / fmax(m->inverse[i], LEAST_DIAGONAL * fmax(largest, 1e-300));
}

NumStatus
multinomial_factor(Multinomial *m)
{
	double extra = 0;

	if (m->learns)
	{
		invert_diagonal(m);
		return NUM_OK;
	}
	for (int attempt = 0; attempt < FACTOR_ATTEMPTS; attempt++)
	{
		NumStatus status;

		fill_factor(m, extra);
		status =
			!m->settings->own_kernels && blas_available()
				? blas_cholesky_watched(m->factor, m->n_all, m->n_all,
		                                m->monitor)
				: dense_cholesky(m->factor, m->n_all, m->n_all, m->monitor);
		if (status != NUM_NOT_POSITIVE_DEFINITE)
			return status;
		extra = extra > 0 ? extra * 10 : 1e-12;
	}
	return NUM_NOT_POSITIVE_DEFINITE;
}

void
multinomial_solve(Multinomial *m, double *b)
{
	if (m->learns)
		lbfgs_apply(m->lbfgs, m->inverse, b);
	else
	{
		for (uint32_t k = 0; k < m->n_classes; k++)
			memcpy(m->packed + (size_t) k * m->n, b + k * m->stride,
			       m->n * sizeof(double));
		dense_cholesky_solve(m->factor, m->n_all, m->n_all, m->packed);
		for (uint32_t k = 0; k < m->n_classes; k++)
			memcpy(b + k * m->stride, m->packed + (size_t) k * m->n,
			       m->n * sizeof(double));
	}
	multinomial_centre(m, b);
}

void
multinomial_log(Multinomial *m, uint32_t sample, double step, double gap,
                double max_multiplier, bool feasible)
{
	TrainLog *row;

	if (m->n_log == m->log_room)
		return;
	row = &m->log[m->n_log++];
	*row = (TrainLog){ .iteration = (int) m->n_log,
		               .phase = sample > 0 ? "sample" : "full",
		               .rows = m->sums->rows,
		               .loss = m->loss,
		               .gap = gap,
		               .step = step,
		               .max_multiplier = max_multiplier,
		               .feasible = feasible };
	monitor_progress(m->monitor, row->iteration, m->max_iterations, m->loss,
	                 gap);
}

/* Moves by the step, or the part of it that makes the objective no larger, with
 * curved passes or others; '*moved' is false where none does, and then
 * everything is as before. */
static NumStatus
take_step(Multinomial *m, uint32_t sample, bool curved, bool *moved)
{
	double reference = m->loss + 1e-12 * fabs(m->loss);
	double part = 1;

	memcpy(m->from, m->coef, m->size * sizeof(double));
	memcpy(m->from_gradient, m->gradient, m->size * sizeof(double));
	*moved = true;
	for (int halving = 0; halving < MAX_HALVINGS; halving++, part /= 2)
	{
		NumStatus status;

		for (size_t i = 0; i < m->size; i++)
			m->coef[i] = m->from[i] - part * m->step[i];
		status = multinomial_pass(m, sample, curved);
		if (status != NUM_OK && status != NUM_NOT_FINITE)
			return status;
		if (status == NUM_OK && m->loss <= reference)
			return NUM_OK;
	}
	*moved = false;
	memcpy(m->coef, m->from, m->size * sizeof(double));
	return multinomial_pass(m, sample, curved);
}

/* Tells the memory of curvature of the step just taken. */
static void
learn(Multinomial *m)
{
	if (!m->learns)
		return;
	for (size_t i = 0; i < m->size; i++)
	{
		m->from[i] = m->coef[i] - m->from[i];
		m->from_gradient[i] = m->gradient[i] - m->from_gradient[i];
	}
	lbfgs_learn(m->lbfgs, m->from, m->from_gradient);
}

NumStatus
multinomial_minimise(Multinomial *m, uint32_t sample, double accuracy,
                     bool *converged)
{
	NumStatus status = multinomial_pass(m, sample, true);
	bool curved = true; /* the last pass was */

	*converged = false;
	/* a start that is worse than none */
	if (m->settings->start != NULL &&
	    (status == NUM_NOT_FINITE ||
	     (status == NUM_OK && !(m->loss <= num_log(m->n_classes)))))
	{
		memset(m->coef, 0, m->size * sizeof(double));
		status = multinomial_pass(m, sample, true);
	}
	if (m->learns)
		lbfgs_forget(m->lbfgs);
	for (int i = 0; i < m->max_iterations && status == NUM_OK; i++)
	{
		double decrement;
		bool moved;

		if (curved)
			status = multinomial_factor(m);
		if (status != NUM_OK)
			return status;
		memcpy(m->step, m->gradient, m->size * sizeof(double));
		multinomial_solve(m, m->step);
		decrement = multinomial_dot(m, m->step, m->gradient) / 2;
		multinomial_log(m, sample, decrement, NAN, 0, true);
		if (decrement <= accuracy)
		{
			for (size_t j = 0; j < m->size; j++)
				m->coef[j] -= m->step[j];
			*converged = true;
			return NUM_OK;
		}
		/* near the end the Hessian hardly changes any more */
		curved = m->learns || !(decrement < KEEP_HESSIAN);
		status = take_step(m, sample, curved, &moved);
		if (status == NUM_OK && !moved)
		{
			*converged = decrement < ROUNDING;
			return NUM_OK;
		}
		if (status == NUM_OK)
			learn(m);
	}
	return status;
}

NumStatus
multinomial_fit(Multinomial *m, bool *converged)
{
	NumStatus status = NUM_OK;

	if (m->sample > 0)
		status = multinomial_minimise(m, m->sample, SAMPLE_ACCURACY, converged);
	if (status == NUM_OK)
		status = multinomial_minimise(
			m, 0, ACCURACY * (m->learns ? LEARNT_TRUST : 1), converged);
	return status;
}

NumStatus
multinomial_tell(Multinomial *m, const double *coef, TrainResult *result)
{
	size_t n_params = m->data->n_params;

	result->class_coef =
		arena_alloc(m->arena, m->n_classes * n_params, sizeof(double));
	if (result->class_coef == NULL)
		return NUM_NO_MEMORY;
	for (size_t i = 0; i < m->size; i++)
		if (!isfinite(coef[i]))
			return NUM_NOT_FINITE;
	for (uint32_t k = 0; k < m->n_classes; k++)
		linear_to_raw(m->plan, coef + k * m->stride,
		              result->class_coef + k * n_params);
	result->iterations = m->passes;
	result->n_log = m->n_log;
	result->log = m->log;
	return NUM_OK;
}

NumStatus
train_multinomial(NumArena *arena, const Dataset *data,
                  const TrainSettings *settings, NumMonitor *monitor,
                  TrainResult *result)
{
	Multinomial *m;
	bool converged;
	NumStatus status =
		multinomial_create(arena, data, settings, NULL, monitor, &m);

	memset(result, 0, sizeof(*result));
	if (status == NUM_OK)
		status = multinomial_fit(m, &converged);
	if (status == NUM_OK)
		status = multinomial_tell(m, m->coef, result);
	if (status != NUM_OK)
		return status;
	result->outcome = converged ? TRAIN_CONVERGED : TRAIN_ITERATION_LIMIT;
	result->stopped_because = converged ? "converged" : "iteration limit";
	result->log[result->n_log - 1].chosen = true;
	result->loss = result->log[result->n_log - 1].loss;
	result->gap = NAN;
	return NUM_OK;
}
