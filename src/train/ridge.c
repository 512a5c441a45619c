/*
 * ridge.c
 *    Least squares with bounds on groups, from one walk over the rows.
 *
 * With features and label standardised, coefficients w, total weight W and
 * the Gram matrix XX, Xy, yy of the rows (model/gram.h) the model minimises
 *
 *     f(w) = (yy - 2 w'Xy + w'XX w) / 2W + l2 / 2 |w|^2
 *
 * (no ridge on the intercept) such that rates v_k(w) are within their bands
 * (band.h):  the mean prediction  x_g'w / W_g  of a group, linear in w, or half
 * its mean squared error, convex and quadratic in w and a function of the
 * group's own Gram matrix.  Without a bound the largest loss itself is minimised
 * in the place of the first term of f.
 *
 * For multipliers m the Lagrangian f + sum m_k v_k is quadratic with the matrix
 * H(m) = XX / W + sum over losses m_k XX_g / W_g + l2, so its minimiser w(m)
 * is one factorisation away, and what is left is to maximise the concave
 *
 *     q(m) = f(w(m)) + sum m_k v_k(w(m)) - cost of the bands.
 *
 * Its gradient is v(w(m)), its Hessian -J H^-1 J' with the Jacobian J of the
 * rates; so each Newton step solves the program of band.h with M = J H^-1 J'
 * and c = v + M m, and is halved until q has grown enough.  With means alone v
 * is linear, q quadratic, and the first step the answer.
 *
 * Bounds that cannot be kept: multipliers are limited, which makes an excess
 * cost much instead of everything (an exact penalty), so the answer then is the
 * model that exceeds them least.
 *
 * Cost: one walk over the rows; then n^3 / 6 a step, of which losses take some
 * ten, and means one for all bounds together, as H is the same for all of them.
 * Memory: (n + 1)^2 doubles, for losses as many for each base group, and n^2 for
 * the factor.
 *
 * References: Boyd and Vandenberghe, Convex Optimization (2004), chapter 5, for
 * the dual; Calders et al., ICDM 2013, for equal means in linear regression;
 * Agarwal, Dudik and Wu, ICML 2019, for bounded group loss.
 */
#include "train/ridge.h"

#include <math.h>
#include <string.h>

#include "num/blas.h"
#include "num/dense.h"
#include "train/ridge_error.h"
#include "train/ridge_private.h"

/* What the rows leave open (the levels of a category against the intercept,
 * columns that are one another's double) is settled by at least this ridge; what
 * it moves beside that is put back by refinement. */
#define LEAST_RIDGE 1e-10
#define REFINEMENTS 2
#define FACTOR_ATTEMPTS 8

/* Of multipliers: what a unit of excess costs where bounds cannot be kept.
 * Means can always be equal, with all coefficients 0. */
#define MOST_OF_MEANS 1e8
#define MOST_OF_LOSSES 1e5

/* A bound counts as kept up to this part of the label's spread (or of its
 * square); the program asks for a little less than the bound. */
#define TOLERANCE 1e-8
#define TIGHTER 1e-8

/* what a step must promise of q, against its size */
#define ACCURACY 1e-14
/* part of the promise that a step must keep */
#define SUFFICIENT 1e-4
#define MAX_HALVINGS 40

/* The bands of the program, in the units of the standardised label. */
static void
set_bands(Ridge *ridge, const double *bounds)
{
	double sd = ridge->data->label_sd;

	for (int c = 0; c < ridge->settings.n_constraints && bounds != NULL; c++)
		ridge->constraints[c].bound = bounds[c];
	if (ridge->least)
	{
		ridge->bands[0] =
			(Band){ .count = ridge->n_active, .kind = BAND_LEAST };
		return;
	}
	for (uint32_t b = 0; b < ridge->n_bands; b++)
	{
		Band *band = &ridge->bands[b];
		bool loss;

		*band = ridge->rates->bands[b];
		loss = ridge_is_loss(ridge, band->first);
		band->width =
			rates_band_constraint(ridge->rates, &ridge->rates->bands[b])->bound;
		band->width = loss ? band->width / sd / sd / 2 : band->width / sd;
		band->width *= 1 - TIGHTER;
		band->most = loss ? MOST_OF_LOSSES : MOST_OF_MEANS;
	}
}

/* What each set of rows counts in H under some multipliers. */
static void
weigh_sets(Ridge *ridge, const double *multiplier)
{
	const Gram *gram = ridge->gram;

	for (uint32_t s = 0; s < gram->n_sets; s++)
		ridge->set_factor[s] = ridge->least ? 0 : 1 / gram->total;
	for (uint32_t k = 0; k < ridge->n_active; k++)
		for (uint32_t b = 0; b < gram->n_base && ridge_is_loss(ridge, k); b++)
			if (ridge_has_base(ridge, k, b))
				ridge->set_factor[b] += multiplier[k] / ridge->group_weight[k];
}

/* Tries to factor H with a ridge of at least 'floor'. */
static NumStatus
try_factor(Ridge *ridge, double floor)
{
	double l2 = fmax(ridge->settings.l2, floor);

	for (uint32_t i = 0; i < ridge->n; i++)
	{
		double *row = ridge->factor + i * ridge->stride;

		memset(row, 0, (i + 1) * sizeof(double));
		for (uint32_t s = 0; s < ridge->gram->n_sets; s++)
		{
			const double *xx =
				ridge->gram->sets[s].xx + i * ridge->gram->stride;
			double factor = ridge->set_factor[s];

			for (uint32_t j = 0; j <= i && factor > 0; j++)
				row[j] += factor * xx[j];
		}
		row[i] += i > 0 ? l2 : 0;
	}
	if (!ridge->settings.own_kernels && blas_available())
		return blas_cholesky_watched(ridge->factor, ridge->n, ridge->stride,
		                             ridge->monitor);
	return dense_cholesky(ridge->factor, ridge->n, ridge->stride,
	                      ridge->monitor);
}

static NumStatus
factor_hessian(Ridge *ridge)
{
	size_t bytes = ridge->gram->n_sets * sizeof(double);
	double floor = LEAST_RIDGE;

	if (ridge->has_factor &&
	    memcmp(ridge->factored, ridge->set_factor, bytes) == 0)
		return NUM_OK;
	ridge->has_factor = false;
	for (int attempt = 0; attempt < FACTOR_ATTEMPTS; attempt++, floor *= 10)
	{
		NumStatus status = try_factor(ridge, floor);

		if (status == NUM_NOT_POSITIVE_DEFINITE)
			continue;
		ridge->has_factor = status == NUM_OK;
		memcpy(ridge->factored, ridge->set_factor, bytes);
		return status;
	}
	return NUM_NOT_POSITIVE_DEFINITE;
}

static void
solve(const Ridge *ridge, double *b)
{
	dense_cholesky_solve(ridge->factor, ridge->n, ridge->stride, b);
}

/* XX w of each set. */
static void
multiply_sets(Ridge *ridge)
{
	const Gram *gram = ridge->gram;

	for (uint32_t s = 0; s < gram->n_sets; s++)
	{
		double *product = ridge->product + s * ridge->stride;

		memset(product, 0, ridge->stride * sizeof(double));
		gram_multiply(gram, &gram->sets[s], 1, ridge->coef, product);
	}
}

/* The right side of H w = sum of factors times Xy, less the means. */
static void
build_right(Ridge *ridge, const double *multiplier)
{
	const Gram *gram = ridge->gram;

	memset(ridge->right, 0, ridge->stride * sizeof(double));
	for (uint32_t s = 0; s < gram->n_sets; s++)
		for (uint32_t j = 0; j < ridge->n; j++)
			ridge->right[j] += ridge->set_factor[s] * gram->sets[s].xy[j];
	for (uint32_t k = 0; k < ridge->n_active; k++)
		for (uint32_t b = 0; b < gram->n_base; b++)
		{
			const double *x = gram->x + b * gram->stride;
			double factor = multiplier[k] / ridge->group_weight[k];

			if (ridge_is_loss(ridge, k) || factor == 0 ||
			    !ridge_has_base(ridge, k, b))
				continue;
			for (uint32_t j = 0; j < ridge->n; j++)
				ridge->right[j] -= factor * x[j];
		}
}

/* Solves for w, and makes up for a ridge that was only there to factor. */
static void
solve_coef(Ridge *ridge)
{
	memcpy(ridge->coef, ridge->right, ridge->stride * sizeof(double));
	solve(ridge, ridge->coef);
	for (int r = 0; r <= REFINEMENTS; r++)
	{
		multiply_sets(ridge);
		if (r == REFINEMENTS)
			return;
		memcpy(ridge->rest, ridge->right, ridge->stride * sizeof(double));
		for (uint32_t j = 0; j < ridge->n; j++)
		{
			for (uint32_t s = 0; s < ridge->gram->n_sets; s++)
				ridge->rest[j] -= ridge->set_factor[s] *
				                  ridge->product[s * ridge->stride + j];
			ridge->rest[j] -= j > 0 ? ridge->settings.l2 * ridge->coef[j] : 0;
		}
		solve(ridge, ridge->rest);
		for (uint32_t j = 0; j < ridge->n; j++)
			ridge->coef[j] += ridge->rest[j];
	}
}

/* The rates at w. */
static void
read_values(Ridge *ridge)
{
	const Gram *gram = ridge->gram;

	for (uint32_t k = 0; k < ridge->n_active; k++)
	{
		ridge->value[k] = 0;
		for (uint32_t b = 0; b < gram->n_base; b++)
		{
			if (!ridge_has_base(ridge, k, b))
				continue;
			ridge->value[k] += ridge_is_loss(ridge, k)
			                       ? ridge->set_loss[b]
			                       : dense_dot(gram->x + b * gram->stride,
			                                   ridge->coef, ridge->n);
		}
		ridge->value[k] /= ridge->group_weight[k];
	}
}

/* f and the losses of the sets at w, and q. */
static void
read_objective(Ridge *ridge, const double *multiplier)
{
	const Gram *gram = ridge->gram;
	double loss = 0;
	double ridge_term = 0;

	for (uint32_t s = 0; s < gram->n_sets; s++)
	{
		const GramSet *set = &gram->sets[s];
		double squares =
			set->yy - 2 * dense_dot(ridge->coef, set->xy, ridge->n) +
			dense_dot(ridge->coef, ridge->product + s * ridge->stride,
		              ridge->n);

		ridge->set_loss[s] = fmax(squares, 0) / 2;
		loss += ridge->set_loss[s];
	}
	for (uint32_t j = 1; j < ridge->n; j++)
		ridge_term += ridge->coef[j] * ridge->coef[j];
	read_values(ridge);
	ridge->f = (ridge->least ? 0 : loss / gram->total) +
	           ridge->settings.l2 / 2 * ridge_term;
	ridge->q = ridge->f;
	for (uint32_t b = 0; b < ridge->n_bands; b++)
	{
		const Band *band = &ridge->bands[b];

		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			ridge->q += multiplier[k] * ridge->value[k];
			if (band->kind != BAND_LEAST)
				ridge->q -= band->width * fmax(multiplier[k], 0);
		}
	}
}

/* Everything at some multipliers. */
static NumStatus
evaluate(Ridge *ridge, const double *multiplier)
{
	NumStatus status;

	if (monitor_stop(ridge->monitor))
		return NUM_CANCELLED;
	weigh_sets(ridge, multiplier);
	status = factor_hessian(ridge);
	if (status != NUM_OK)
		return status;
	build_right(ridge, multiplier);
	solve_coef(ridge);
	read_objective(ridge, multiplier);
	return isfinite(ridge->q) ? NUM_OK : NUM_NOT_FINITE;
}

/* Gradients of the rates at w. */
static void
build_jacobian(Ridge *ridge)
{
	const Gram *gram = ridge->gram;

	memset(ridge->jacobian, 0,
	       ridge->n_active * ridge->stride * sizeof(double));
	for (uint32_t k = 0; k < ridge->n_active; k++)
	{
		double *row = ridge->jacobian + k * ridge->stride;
		double inverse = 1 / ridge->group_weight[k];

		for (uint32_t b = 0; b < gram->n_base; b++)
		{
			if (!ridge_has_base(ridge, k, b))
				continue;
			for (uint32_t j = 0; j < ridge->n && ridge_is_loss(ridge, k); j++)
				row[j] += inverse * (ridge->product[b * ridge->stride + j] -
				                     gram->sets[b].xy[j]);
			for (uint32_t j = 0; j < ridge->n && !ridge_is_loss(ridge, k); j++)
				row[j] += inverse * gram->x[b * gram->stride + j];
		}
	}
}

/* The next multipliers into 'trial'. */
static NumStatus
build_step(Ridge *ridge)
{
	uint32_t n = ridge->n_active;
	BandProgram program = { .n = n,
		                    .m = ridge->m,
		                    .c = ridge->c,
		                    .bands = ridge->bands,
		                    .n_bands = ridge->n_bands };

	build_jacobian(ridge);
	memcpy(ridge->solved, ridge->jacobian, n * ridge->stride * sizeof(double));
	for (uint32_t k = 0; k < n; k++)
	{
		if (monitor_stop(ridge->monitor))
			return NUM_CANCELLED;
		solve(ridge, ridge->solved + k * ridge->stride);
		for (uint32_t l = 0; l <= k; l++)
		{
			double v = dense_dot(ridge->jacobian + l * ridge->stride,
			                     ridge->solved + k * ridge->stride, ridge->n);

			ridge->m[(size_t) k * n + l] = v;
			ridge->m[(size_t) l * n + k] = v;
		}
	}
	for (uint32_t k = 0; k < n; k++)
		ridge->c[k] = ridge->value[k] + dense_dot(ridge->m + (size_t) k * n,
		                                          ridge->multiplier, n);
	memcpy(ridge->trial, ridge->multiplier, n * sizeof(double));
	return band_multipliers(ridge->arena, &program, ridge->monitor,
	                        ridge->trial);
}

/* How fast q grows towards 'trial', to begin with. */
static double
slope_to_trial(const Ridge *ridge)
{
	double slope = 0;

	for (uint32_t b = 0; b < ridge->n_bands; b++)
	{
		const Band *band = &ridge->bands[b];

		for (uint32_t k = band->first; k < band->first + band->count; k++)
		{
			double from = ridge->multiplier[k];
			double to = ridge->trial[k];

			slope += ridge->value[k] * (to - from);
			if (band->kind != BAND_LEAST)
				slope -= band->width * (fmax(to, 0) - fmax(from, 0));
		}
	}
	return slope;
}

/* Moves towards 'trial' as far as q grows enough; '*moved' is false where
 * rounding lets it grow no more. */
static NumStatus
take_step(Ridge *ridge, double slope, bool *moved)
{
	double before = ridge->q;
	double part = 1;

	*moved = true;
	for (int halving = 0; halving < MAX_HALVINGS; halving++, part /= 2)
	{
		NumStatus status;

		if (halving > 0)
			for (uint32_t k = 0; k < ridge->n_active; k++)
				ridge->trial[k] = (ridge->trial[k] + ridge->multiplier[k]) / 2;
		status = evaluate(ridge, ridge->trial);
		if (status != NUM_OK)
			return status;
		if (!(ridge->q >= before + SUFFICIENT * part * slope))
			continue;
		memcpy(ridge->multiplier, ridge->trial,
		       ridge->n_active * sizeof(double));
		return NUM_OK;
	}
	*moved = false;
	return evaluate(ridge, ridge->multiplier);
}

/* The rates in the units of the label, for rates_judge() and its like. */
static void
tell_rates(Ridge *ridge)
{
	double sd = ridge->data->label_sd;

	for (uint32_t k = 0; k < ridge->n_active; k++)
		ridge->rates->hard[k] =
			ridge_is_loss(ridge, k)
				? 2 * sd * sd * ridge->value[k]
				: ridge->data->label_mean + sd * ridge->value[k];
}

/* Whether all bounds are kept. */
static bool
is_feasible(const Ridge *ridge)
{
	for (uint32_t b = 0; b < ridge->n_bands && !ridge->least; b++)
	{
		const Band *band = &ridge->bands[b];
		double reached = rates_band_reached(ridge->rates, band, ridge->value);

		if (!(reached <= band->width / (1 - TIGHTER) + TOLERANCE))
			return false;
	}
	return true;
}

static void
write_log(Ridge *ridge, double step, TrainResult *result)
{
	TrainLog *log = &result->log[result->n_log++];
	double sd = ridge->data->label_sd;

	tell_rates(ridge);
	*log = (TrainLog){
		.iteration = (int) result->n_log,
		.phase = "gram",
		.rows = result->n_log == 1 ? ridge->data->part[DATA_TRAIN].n_rows : 0,
		.loss = 2 * sd * sd * ridge->f,
		.gap = ridge->n_active > 0 ? rates_gap(ridge->rates) : NAN,
		.step = step,
		.feasible = is_feasible(ridge)
	};
	for (uint32_t k = 0; k < ridge->n_active; k++)
		log->max_multiplier =
			fmax(log->max_multiplier, fabs(ridge->multiplier[k]));
	if (ridge->monitor != NULL && ridge->monitor->progress != NULL)
		ridge->monitor->progress(ridge->monitor, log->iteration,
		                         ridge->settings.max_iterations, log->loss,
		                         log->gap);
}

/* Newton's method on q. */
static NumStatus
maximise(Ridge *ridge, TrainResult *result, bool *converged)
{
	NumStatus status = evaluate(ridge, ridge->multiplier);

	*converged = false;
	while (status == NUM_OK)
	{
		double slope = 0;
		bool moved = true;

		if (ridge->n_active > 0)
			status = build_step(ridge);
		if (status != NUM_OK)
			return status;
		if (ridge->n_active > 0)
			slope = slope_to_trial(ridge);
		write_log(ridge, fmax(slope, 0) / 2, result);
		*converged = !(slope > ACCURACY * (1 + fabs(ridge->q)));
		if (*converged || (int) result->n_log >= ridge->settings.max_iterations)
			return NUM_OK;
		status = take_step(ridge, slope, &moved);
		*converged = !moved;
		if (!moved)
			return status;
	}
	return status;
}

/* The coefficients in the units of columns and label. */
static NumStatus
tell_coef(Ridge *ridge, TrainResult *result)
{
	const Dataset *data = ridge->data;

	/* as a ridge has them, however small */
	if (ridge->settings.l2 == 0)
		std_error_centre_levels(data, ridge->place, ridge->coef);
	for (uint32_t j = 0; j < ridge->n; j++)
		if (!isfinite(ridge->coef[j]))
			return NUM_NOT_FINITE;
	linear_to_raw(ridge->plan, ridge->coef, result->coef);
	for (uint32_t j = 0; j < data->n_params; j++)
		result->coef[j] *= data->label_sd;
	result->coef[0] += data->label_mean;
	return NUM_OK;
}

/* Standard errors of the plain model. */
static NumStatus
tell_errors(Ridge *ridge, TrainResult *result)
{
	/* which takes the place of the factor */
	Information of = { .arena = ridge->arena,
		               .data = ridge->data,
		               .monitor = ridge->monitor,
		               .matrix = ridge->factor,
		               .n = ridge->n,
		               .stride = ridge->stride,
		               .own_kernels = ridge->settings.own_kernels };

	ridge->has_factor = false;
	return ridge_errors(ridge->gram, 2 * ridge->set_loss[0], ridge->settings.l2,
	                    &of, &result->std_error);
}

NumStatus
ridge_solve(Ridge *ridge, const double *bounds, TrainResult *result)
{
	NumArena *arena = ridge->arena;
	size_t n_constraints = (size_t) ridge->settings.n_constraints;
	bool converged;
	NumStatus status;

	memset(result, 0, sizeof(*result));
	result->coef = arena_alloc(arena, ridge->data->n_params, sizeof(double));
	result->reached = arena_alloc(arena, n_constraints, sizeof(double));
	result->log = arena_alloc(
		arena, (size_t) ridge->settings.max_iterations + 1, sizeof(TrainLog));
	if (result->coef == NULL || result->reached == NULL || result->log == NULL)
		return NUM_NO_MEMORY;
	set_bands(ridge, bounds);
	/* not where the last bounds ended: answers are not to depend on these */
	for (uint32_t k = 0; k < ridge->n_active; k++)
		ridge->multiplier[k] = ridge->least ? 1.0 / ridge->n_active : 0;
	status = maximise(ridge, result, &converged);
	if (status == NUM_OK)
		status = tell_coef(ridge, result);
	if (status == NUM_OK && n_constraints == 0)
		status = tell_errors(ridge, result);
	if (status != NUM_OK)
		return status;
	tell_rates(ridge);
	rates_judge(ridge->rates, result->reached);
	result->log[result->n_log - 1].chosen = true;
	result->outcome = !converged           ? TRAIN_ITERATION_LIMIT
	                  : is_feasible(ridge) ? TRAIN_CONVERGED
	                                       : TRAIN_INFEASIBLE;
	result->stopped_because = converged
	                              ? "no multiplier could be improved any more"
	                              : "the limit of iterations was reached";
	result->iterations = (int) result->n_log;
	result->loss = result->log[result->n_log - 1].loss;
	result->gap = result->log[result->n_log - 1].gap;
	result->n_rates = ridge->rates->n_rates;
	result->rates = ridge->rates->rates;
	return NUM_OK;
}

NumStatus
train_ridge(NumArena *arena, const Dataset *data, const TrainSettings *settings,
            NumMonitor *monitor, TrainResult *result)
{
	Ridge *ridge;
	NumStatus status = ridge_create(arena, data, settings, monitor, &ridge);

	return status == NUM_OK ? ridge_solve(ridge, NULL, result) : status;
}
