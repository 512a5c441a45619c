/*
 * newton.c
 *    What the Newton-type methods share.
 *
 * The objective is f(w) = mean weighted log-loss + l2 / 2 |w|^2 + l1 |w|_1
 * without the intercept, w on the standardised scale.  Large data are first
 * minimised on a sample of the rows, from where the full data need two or
 * three passes more:
 * Newton's method only needs a Hessian that is about right, and a start that
 * is close.  The sample is by a hash of the rows, the same in every run.
 */
#include "train/newton.h"

#include <math.h>
#include <string.h>

#include "model/linear_many.h"
#include "num/blas.h"
#include "num/dense.h"
#include "num/special.h"

#define MAX_HALVINGS 30
/* halvings of a step from which the next ones are damped; by how much */
#define FAR_TOO_LONG 2
#define LEAST_DAMPING 1e-4
#define DAMPING_FACTOR 4

/* Entries of the diagonal count as no less than this part of the largest. */
#define LEAST_DIAGONAL 1e-7

/* Half the squared decrement below which the Hessian hardly changes any more
 * and the factor at hand serves for the rest. */
#define KEEP_HESSIAN 1e-5

/* Half the squared decrement that can be nothing but rounding error of the
 * gradient, where the Hessian is nearly singular. */
#define ROUNDING 1e-13

/* Rows that the Hessian of a pass over a sample needs, in all and for each
 * coefficient. */
#define CURVED_ROWS 4000
#define CURVED_ROWS_EACH 40

/* Half the squared decrement where the sample takes over from a part of it. */
#define COARSE_ACCURACY 0.03

/* The level of the rows that the Hessian of a pass is of: of one over a sample,
 * whose steps only need to be about right, a sample of those. */
static uint32_t
hessian_level(const Newton *newton, uint32_t stride)
{
	uint64_t rows = newton->data->part[DATA_TRAIN].n_rows / (4 * stride);
	uint32_t level = newton_sample_level(stride);

	if (level == 0 || level == DATA_STRATA - 1 || rows < CURVED_ROWS ||
	    rows < CURVED_ROWS_EACH * (uint64_t) newton->n)
		return level;
	return level + 1;
}

static LinearRequest
make_request(const Newton *newton)
{
	const Rates *rates = newton->rates;

	return (LinearRequest){
		.coef = newton->coef,
		.temperature = newton->temperature,
		.threshold = newton->settings->threshold,
		.cell_curvature = rates->of_decisions ? newton->cell_curvature : NULL,
		.min_curvature = 1,
		.cell_factor = newton->cell_factor,
		.cell_loss_curvature =
			rates->of_losses ? newton->cell_loss_curvature : NULL,
		.want_cell_loss = rates->of_losses
	};
}

static double
decided_as_labelled(const LinearSums *sums, uint32_t n_cells)
{
	double right = 0;

	for (uint32_t c = 0; c < n_cells; c++)
		right += c & 1 ? sums->cell_hard[c]
		               : sums->cell_weight[c] - sums->cell_hard[c];
	return right / sums->weight;
}

/* Rates and gaps from the sums of a pass. */
static NumStatus
read_rates(Newton *newton)
{
	Rates *rates = newton->rates;
	NumStatus status;

	if (rates->n_active == 0)
		return NUM_OK;
	status = rates_read(rates, newton->sums);
	if (status != NUM_OK)
		return status;
	newton->gap = rates_gap(rates);
	newton->violation = rates_judge(rates, newton->reached);
	return NUM_OK;
}

/* Likewise, and loss and accuracy. */
static NumStatus
read_sums(Newton *newton)
{
	const LinearSums *sums = newton->sums;
	double ridge = 0;

	for (uint32_t j = 1; j < newton->n; j++)
		ridge += newton->coef[j] * newton->coef[j];
	newton->loss = sums->loss / sums->weight + newton->settings->l2 / 2 * ridge;
	if (newton->proximal != NULL)
		newton->loss += proximal_value(newton->proximal, newton->coef);
	if (newton->tilt != NULL)
	{
		newton->loss +=
			newton_dot(newton->tilt, newton->coef, newton->n) / sums->weight;
		return NUM_OK;
	}
	newton->accuracy = decided_as_labelled(sums, linear_n_cells(newton->plan));
	return read_rates(newton);
}

/* What the sums of a pass say of newton->coef. */
static NumStatus
take_pass(Newton *newton, LinearSums *sums)
{
	newton->sums = sums;
	newton->passes++;
	newton->is_constant = false;
	for (uint32_t j = 0; j < newton->n; j++)
		newton->gradient[j] =
			(sums->gradient[j] + (newton->tilt != NULL ? newton->tilt[j] : 0)) /
				sums->weight +
			(j > 0 ? newton->settings->l2 * newton->coef[j] : 0);
	return read_sums(newton);
}

/* A pass over labels that are classes. */
static NumStatus
pass_classes(Newton *newton, uint32_t block_stride, bool curved)
{
	NumStatus status =
		newton_class_pass(newton, newton_sample_level(block_stride),
	                      hessian_level(newton, block_stride), curved);

	if (status != NUM_OK)
		return status;
	newton->passes++;
	newton->is_constant = false;
	newton->accuracy = newton_class_accuracy(newton);
	status = read_rates(newton);
	if (status == NUM_OK && curved && newton->rates->n_active > 0)
		rates_jacobian(newton->rates, newton->sums, newton->stride, newton->n,
		               newton->jacobian);
	return status;
}

NumStatus
newton_pass(Newton *newton, uint32_t block_stride, bool curved)
{
	LinearRequest request;
	NumStatus status;

	if (newton->classes != NULL)
		return pass_classes(newton, block_stride, curved);
	request = make_request(newton);
	request.sample = newton_sample_level(block_stride);
	request.hessian_sample = hessian_level(newton, block_stride);
	request.want_hessian = curved && !newton->learns;
	request.want_diagonal = curved && newton->learns;
	request.want_jacobian =
		curved && newton->rates->of_decisions && newton->tilt == NULL;
	request.want_loss_jacobian =
		curved && newton->rates->of_losses && newton->tilt == NULL;
	status =
		linear_pass(newton->plan, &request, newton->monitor, newton->own_sums);
	if (status == NUM_OK)
		status = take_pass(newton, newton->own_sums);
	if (status == NUM_OK && curved && newton->rates->n_active > 0 &&
	    newton->tilt == NULL)
		rates_jacobian(newton->rates, newton->sums, newton->stride, newton->n,
		               newton->jacobian);
	return status;
}

NumStatus
newton_pass_many(Newton *const *newtons, uint32_t n)
{
	NumStatus status = NUM_OK;

	for (uint32_t first = 0; first < n && status == NUM_OK;
	     first += LINEAR_MANY)
	{
		LinearRequest requests[LINEAR_MANY];
		LinearSums *sums[LINEAR_MANY];
		uint32_t here = n - first < LINEAR_MANY ? n - first : LINEAR_MANY;

		for (uint32_t m = 0; m < here; m++)
		{
			requests[m] = make_request(newtons[first + m]);
			requests[m].cell_curvature = NULL;
			requests[m].cell_loss_curvature = NULL;
			sums[m] = newtons[first + m]->many_sums;
		}
		status = linear_pass_many(newtons[0]->plan, requests, here, sums,
		                          newtons[0]->monitor);
		for (uint32_t m = 0; m < here && status == NUM_OK; m++)
			status = take_pass(newtons[first + m], sums[m]);
	}
	return status;
}

/* The same of labels that are classes, by a pass; the gradient of another one
 * stays. */
static NumStatus
pass_constant_class(Newton *newton)
{
	NumStatus status = newton_class_constant(newton);
	double *gradient = newton->gradient;

	/* the gradient is that of another point */
	newton->gradient = newton->classes->from;
	if (status == NUM_OK)
		status = pass_classes(newton, 1, false);
	newton->gradient = gradient;
	newton->is_constant = true;
	return status;
}

NumStatus
newton_pass_constant(Newton *newton)
{
	LinearRequest request;
	size_t n_cells = linear_n_cells(newton->plan);
	double *weight = arena_alloc(newton->arena, n_cells, sizeof(double));
	uint64_t *rows = arena_alloc(newton->arena, n_cells, sizeof(uint64_t));
	double by_label[2] = { 0, 0 };

	if (newton->classes != NULL)
		return pass_constant_class(newton);
	if (weight == NULL || rows == NULL)
		return NUM_NO_MEMORY;
	request = make_request(newton);
	train_cell_totals(newton->data, newton->settings, weight, rows);
	for (size_t c = 0; c < n_cells; c++)
		by_label[c & 1] += weight[c];
	memset(newton->coef, 0, newton->stride * sizeof(double));
	newton->coef[0] = num_log(by_label[1] / by_label[0]);
	newton->sums = newton->own_sums;
	linear_constant(newton->plan, &request, weight, rows, newton->sums);
	arena_release(newton->arena, weight, n_cells, sizeof(double));
	arena_release(newton->arena, rows, n_cells, sizeof(uint64_t));
	newton->is_constant = true;
	return read_sums(newton);
}

NumStatus
newton_cholesky(Newton *newton, uint32_t n)
{
	if (!newton->settings->own_kernels && blas_available())
		return blas_cholesky_watched(newton->factor, n, newton->stride,
		                             newton->monitor);
	return dense_cholesky(newton->factor, n, newton->stride, newton->monitor);
}

static NumStatus
try_factor(Newton *newton, double extra)
{
	const double *hessian = newton->sums->hessian;
	double scale = 1.0 / newton->sums->weight;

	for (uint32_t i = 0; i < newton->n; i++)
	{
		double *row = newton->factor + i * newton->stride;

		for (uint32_t j = 0; j <= i; j++)
			row[j] = hessian[i * newton->stride + j] * scale;
		row[i] += extra + (i > 0 ? newton->settings->l2 : 0);
	}
	return newton_cholesky(newton, newton->n);
}

/* The inverse of the Hessian's diagonal; a coefficient that hardly any row
 * moves gets that of one that some do, so that no step runs away with it. */
static void
invert_diagonal(Newton *newton)
{
	double largest = 0;

	for (uint32_t j = 0; j < newton->n; j++)
	{
		double d = newton->sums->diagonal[j] / newton->sums->weight;

		newton->inverse[j] = d + (j > 0 ? newton->settings->l2 : 0);
		largest = fmax(largest, newton->inverse[j]);
	}
	for (uint32_t j = 0; j < newton->n; j++)
		newton->inverse[j] = 1 / fmax(newton->inverse[j],
		                              LEAST_DIAGONAL * fmax(largest, 1e-300));
}

NumStatus
newton_factor(Newton *newton)
{
	double largest = 0;
	double extra = newton->damping;

	if (newton->classes != NULL)
		return multinomial_factor(newton->classes);
	if (newton->learns)
	{
		invert_diagonal(newton);
		return NUM_OK;
	}
	for (uint32_t i = 0; i < newton->n; i++)
		largest = fmax(largest, newton->sums->hessian[i * newton->stride + i]);
	largest /= newton->sums->weight;
	for (int attempt = 0; attempt < 12; attempt++)
	{
		NumStatus status = try_factor(newton, extra);

		if (status != NUM_NOT_POSITIVE_DEFINITE)
			return status;
		extra =
			extra > 0 ? extra * 10 : 1e-12 * (largest + newton->settings->l2);
		if (!(extra > 0))
			extra = 1e-12;
	}
	return NUM_NOT_POSITIVE_DEFINITE;
}

void
newton_solve(Newton *newton, double *b)
{
	if (newton->classes != NULL)
		multinomial_solve(newton->classes, b);
	else if (newton->learns)
		lbfgs_apply(newton->lbfgs, newton->inverse, b);
	else
		dense_cholesky_solve(newton->factor, newton->n, newton->stride, b);
}

NumStatus
newton_direction(Newton *newton, bool fresh, double *decrement)
{
	NumStatus status = NUM_OK;

	if (newton->proximal != NULL)
		return proximal_step(newton->proximal, fresh, decrement);
	if (fresh)
		status = newton_factor(newton);
	if (status != NUM_OK)
		return status;
	memcpy(newton->step, newton->gradient, newton->stride * sizeof(double));
	newton_solve(newton, newton->step);
	*decrement = newton_dot(newton->step, newton->gradient, newton->n) / 2;
	return NUM_OK;
}

/* Adds the multipliers times the gradients of the rates. */
static void
add_rate_gradients(const Newton *newton, const double *multiplier,
                   double *gradient)
{
	if (multiplier == NULL)
		return;
	for (uint32_t k = 0; k < newton->rates->n_active; k++)
	{
		const double *row = newton->jacobian + k * newton->stride;

		if (multiplier[k] != 0)
			for (uint32_t j = 0; j < newton->n; j++)
				gradient[j] += multiplier[k] * row[j];
	}
}

void
newton_remember(Newton *newton, const double *multiplier)
{
	size_t row_bytes = newton->stride * sizeof(double);

	if (!newton->learns)
		return;
	memcpy(newton->last_coef, newton->coef, row_bytes);
	memcpy(newton->last_gradient, newton->gradient, row_bytes);
	add_rate_gradients(newton, multiplier, newton->last_gradient);
	newton->remembers = true;
}

void
newton_learn(Newton *newton, const double *multiplier)
{
	double *step = newton->last_coef;
	double *change = newton->last_gradient;

	if (!newton->learns || !newton->remembers)
		return;
	newton->remembers = false;
	for (uint32_t j = 0; j < newton->n; j++)
	{
		step[j] = newton->coef[j] - step[j];
		change[j] = newton->gradient[j] - change[j];
	}
	add_rate_gradients(newton, multiplier, change);
	lbfgs_learn(newton->lbfgs, step, change);
}

void
newton_log(Newton *newton, const char *phase, double step,
           double max_multiplier, bool feasible)
{
	TrainLog *row;

	if (newton->tilt != NULL)
		return;
	row = &newton->log[newton->n_log++];
	row->iteration = (int) newton->n_log;
	row->phase = phase;
	row->rows = newton->sums->rows;
	row->loss = newton->loss;
	row->gap = newton->gap;
	row->step = step;
	row->max_multiplier = max_multiplier;
	row->feasible = feasible;
	row->chosen = false;
	if (newton->rates->n_active > 0)
		rate_log_add(&newton->rate_log, row->iteration, newton->rates->hard);
	early_stop_see(&newton->early_stop, row, newton->violation);
	monitor_progress(newton->monitor, row->iteration, newton->max_iterations,
	                 newton->loss, newton->gap);
}

void
newton_keep_best(Newton *newton, bool feasible)
{
	bool better;

	if (!newton->has_best)
		better = true;
	else if (feasible != newton->best_feasible)
		better = feasible;
	else if (newton->early_stop.rule != NULL &&
	         newton->early_stop.rule->metric == TRAIN_METRIC_GAP &&
	         early_stop_chooses(newton->settings))
		better = newton->gap < newton->best_gap ||
		         (newton->gap == newton->best_gap &&
		          newton->loss < newton->best_loss);
	else if (feasible)
		better = newton->loss < newton->best_loss ||
		         (newton->best_is_constant &&
		          newton->accuracy > newton->best_accuracy);
	else
		better = newton->violation < newton->best_violation;
	if (!better)
		return;
	memcpy(newton->best, newton->coef, newton->stride * sizeof(double));
	newton->best_loss = newton->loss;
	newton->best_gap = newton->gap;
	newton->best_accuracy = newton->accuracy;
	newton->best_violation = newton->violation;
	memcpy(newton->best_reached, newton->reached,
	       (size_t) newton->settings->n_constraints * sizeof(double));
	newton->best_feasible = feasible;
	newton->best_log = newton->n_log;
	newton->best_is_constant = newton->is_constant;
	newton->has_best = true;
	rate_log_keep(&newton->rate_log, (int) newton->n_log, newton->rates->hard);
}

void
newton_forget_best(Newton *newton)
{
	newton->has_best = false;
}

double
newton_dot(const double *a, const double *b, uint32_t n)
{
	double sum = 0;

	for (uint32_t j = 0; j < n; j++)
		sum += a[j] * b[j];
	return sum;
}

/*
 * Where rows that the model is sure of are wrong, they have a gradient and hardly
 * any curvature, and what a rare feature of theirs costs is not told by the
 * matrix.  Steps then run away in that one direction, and taking them back by
 * halves stops all the others.  So one that was too long by far is followed by
 * matrices with more on their diagonal, which there outweighs the curvature, until
 * steps can be taken whole again.
 */
static void
adapt_damping(Newton *newton, int halvings)
{
	if (halvings >= FAR_TOO_LONG)
		newton->damping = fmax(newton->damping * DAMPING_FACTOR, LEAST_DAMPING);
	else if (halvings == 0)
		newton->damping /= 2;
	if (newton->damping < LEAST_DAMPING)
		newton->damping = 0;
}

/* Takes the step back by halves until the loss is below 'reference'. */
static NumStatus
backtrack(Newton *newton, uint32_t block_stride, double reference)
{
	for (int halving = 0; halving < MAX_HALVINGS; halving++)
	{
		NumStatus status;

		if (newton->loss <= reference)
		{
			adapt_damping(newton, halving);
			return NUM_OK;
		}
		for (uint32_t j = 0; j < newton->n; j++)
		{
			newton->step[j] /= 2;
			newton->coef[j] -= newton->step[j];
		}
		status = newton_pass(newton, block_stride, true);
		if (status == NUM_NOT_FINITE)
			newton->loss = INFINITY;
		else if (status != NUM_OK)
			return status;
	}
	return isfinite(newton->loss) ? NUM_OK : NUM_NOT_FINITE;
}

/* Whether the point that the settings named is of no use for these rows, which
 * the last pass was over: its loss is above that of a model that knows nothing
 * of them but the share of each label. */
static bool
start_is_worthless(const Newton *newton, NumStatus status)
{
	const LinearSums *sums = newton->sums;
	double by_label[2] = { 0, 0 };
	double entropy = 0;

	if (newton->settings->start == NULL)
		return false;
	if (status != NUM_OK)
		return status == NUM_NOT_FINITE;
	if (newton->classes != NULL)
		return !(sums->loss <= newton_class_entropy(newton) * sums->weight);
	for (uint32_t c = 0; c < linear_n_cells(newton->plan); c++)
		by_label[c & 1] += sums->cell_weight[c];
	for (int label = 0; label < 2; label++)
		if (by_label[label] > 0)
			entropy -=
				by_label[label] * num_log(by_label[label] / sums->weight);
	return !(sums->loss <= entropy);
}

NumStatus
newton_minimise(Newton *newton, uint32_t block_stride, double accuracy,
                const char *phase, bool *converged)
{
	double reference = INFINITY;
	double decrement = INFINITY;
	double last_decrement = INFINITY;
	bool slow = false; /* with the matrix of an earlier point */

	newton->damping = 0;
	*converged = false;
	newton->remembers = false;
	for (int i = 0; i < newton->max_iterations; i++)
	{
		bool curved = newton->learns || newton->damping > 0 || slow ||
		              !(decrement < KEEP_HESSIAN);
		NumStatus status = newton_pass(newton, block_stride, curved);

		if (i == 0 && start_is_worthless(newton, status))
		{
			memset(newton->coef, 0, newton->stride * sizeof(double));
			status = newton_pass(newton, block_stride, curved);
		}
		if (status == NUM_NOT_FINITE && i > 0)
			newton->loss = INFINITY;
		if ((status == NUM_OK || status == NUM_NOT_FINITE) && i > 0)
			status = backtrack(newton, block_stride,
			                   reference + 1e-12 * fabs(reference));
		if (status == NUM_OK && curved)
			newton_learn(newton, NULL);
		if (status == NUM_OK)
			status = newton_direction(newton, curved, &decrement);
		if (status != NUM_OK)
			return status;
		reference = newton->loss;
		newton_remember(newton, NULL);
		for (uint32_t j = 0; j < newton->n; j++)
		{
			newton->step[j] = -newton->step[j];
			newton->coef[j] += newton->step[j];
		}
		newton_log(newton, phase, sqrt(fmax(decrement * 2, 0)), 0, true);
		/* or where rounding lets it fall no further */
		if (newton->damping > 0)
			continue;
		if (decrement <= accuracy ||
		    (decrement <= ROUNDING && !(decrement < last_decrement / 2)))
		{
			*converged = true;
			break;
		}
		/* without a ridge there may be no optimum, and slowness says so */
		slow = newton->settings->l2 > 0 && !(decrement < last_decrement / 4);
		last_decrement = decrement;
	}
	newton->damping = 0;
	return NUM_OK;
}

NumStatus
newton_minimise_sample(Newton *newton, double accuracy, const char *phase,
                       bool *converged)
{
	NumStatus status = NUM_OK;

	if (newton->coarse_stride > newton->sample_stride)
		status = newton_minimise(newton, newton->coarse_stride, COARSE_ACCURACY,
		                         phase, converged);
	if (status == NUM_OK)
		status = newton_minimise(newton, newton->sample_stride, accuracy, phase,
		                         converged);
	return status;
}

static const char *
why_stopped(const Newton *newton, TrainOutcome outcome)
{
	if (outcome == TRAIN_CONVERGED)
		return "converged";
	if (newton->early_stop.stops)
		return early_stop_reason(newton->early_stop.rule);
	return newton->is_stuck ? "no better step" : "iteration limit";
}

/* The logged rates, those that several constraints look at once. */
static NumStatus
copy_rate_log(const Newton *newton, TrainResult *result)
{
	const RateLog *log = &newton->rate_log;
	uint32_t n = rate_log_count(log);
	TrainLogRate *to = arena_alloc(newton->arena, (size_t) n * log->n_rates,
	                               sizeof(TrainLogRate));

	result->n_log_rates = 0;
	result->log_rates = to;
	if (to == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++)
	{
		int iteration;
		const double *value = rate_log_get(log, i, &iteration);

		for (uint32_t k = 0; k < log->n_rates; k++)
			if (!rates_repeated(newton->rates, k))
				to[result->n_log_rates++] =
					(TrainLogRate){ iteration, newton->rates->active[k],
					                value[k] };
	}
	return NUM_OK;
}

/* The best point in the scale of the columns. */
static NumStatus
tell_coefficients(const Newton *newton, TrainResult *result)
{
	if (newton->classes != NULL)
		return multinomial_tell(newton->classes, newton->best, result);
	result->coef =
		arena_alloc(newton->arena, newton->data->n_params, sizeof(double));
	if (result->coef == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t j = 0; j < newton->n; j++)
		if (!isfinite(newton->best[j]))
			return NUM_NOT_FINITE;
	linear_to_raw(newton->plan, newton->best, result->coef);
	return NUM_OK;
}

NumStatus
newton_finish(Newton *newton, TrainOutcome outcome, TrainResult *result)
{
	NumStatus status = tell_coefficients(newton, result);

	if (status != NUM_OK)
		return status;
	if (newton->best_log > 0 && newton->best_log <= newton->n_log)
		newton->log[newton->best_log - 1].chosen = true;
	result->std_error = NULL;
	result->cells = NULL;
	if (outcome == TRAIN_ITERATION_LIMIT && newton->early_stop.stops)
		outcome = TRAIN_EARLY_STOP;
	result->outcome = outcome;
	result->stopped_because = why_stopped(newton, outcome);
	result->iterations = newton->passes;
	result->loss = newton->best_loss;
	result->gap = newton->best_gap;
	result->reached = newton->best_reached;
	result->n_rates = newton->rates->n_rates;
	result->rates = newton->rates->rates;
	result->n_log = newton->n_log;
	result->log = newton->log;
	return copy_rate_log(newton, result);
}
