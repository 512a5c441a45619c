/*
 * proximal.c
 *    Newton steps under an l1 penalty and constraints on signs.
 *
 * The loss is replaced by its quadratic model with the exact Hessian, and the
 * least of the model with the penalty and the constraints is found by turns:
 *
 *   1. coordinate descent, a sweep at a time, until no coefficient enters or
 *      leaves zero any more.  In one coordinate the least is at the soft
 *      threshold of the unpenalised one, moved to zero if its sign is wrong;
 *   2. Newton's step on the face that the sweeps have found, where the free
 *      coefficients keep their signs and the model is a plain quadratic: one
 *      Cholesky factor of their rows and columns.  It ends at the first
 *      coefficient that reaches zero, which then leaves the face.
 *
 * Sweeps alone would do, but where all levels of a category have a coefficient
 * the Hessian is nearly singular and they would take thousands; steps on faces
 * alone would move one coefficient at a time.  Neither ever makes the model
 * larger, and a whole step after which a sweep changes no face has reached the
 * optimum: the step has seen to the free coefficients, the sweep to the others.
 *
 * The caller takes the step back by halves while the objective does not fall
 * (newton_minimise()), which keeps coefficients within their signs.
 *
 * Cost: n squared multiplications a sweep, n^3 / 6 a face.  Memory: one matrix
 * of n_params squared doubles.
 *
 * Reference: Friedman, Hastie and Tibshirani, Journal of Statistical Software
 * 33 (1), 2010 (coordinate descent); Lee, Sun and Saunders, SIAM Journal on
 * Optimization 24, 2014 (proximal Newton methods).
 */
#include "train/proximal.h"

#include <math.h>
#include <string.h>

#include "num/dense.h"
#include "train/layout.h"
#include "train/newton.h"

/* Turns that a step may take; a handful are needed.  An inexact step is a
 * descent direction all the same. */
#define ROUNDS 200
/* Sweeps before a face that still changes is taken as it is. */
#define SWEEPS 20
/* Added to the diagonal of a face whose factorisation breaks down, as a part of
 * its largest entry, and how often ten times more of it is tried. */
#define LEAST_RIDGE 1e-12
#define RIDGE_ATTEMPTS 12

struct Proximal
{
	Newton *newton;
	double l1;
	signed char *sign; /* [n] asked for, in the kernel's layout */
	double *hessian;   /* [n][stride] both triangles, mean and with ridge */
	double *target;    /* [stride] w + d */
	double *product;   /* [stride] H d */
	double *move;      /* [stride] step on the face */
	uint32_t *face;    /* [n] the free coefficients */
	uint32_t n_free;
};

bool
proximal_wanted(const TrainSettings *settings)
{
	return settings->l1 > 0 || settings->signs != NULL;
}

NumStatus
proximal_create(Newton *newton, Proximal **result)
{
	NumArena *arena = newton->arena;
	const Dataset *data = newton->data;
	size_t row_bytes = newton->stride * sizeof(double);
	Proximal *proximal = arena_alloc(arena, 1, sizeof(Proximal));
	uint32_t *place = layout_places(arena, data);

	if (proximal == NULL || place == NULL)
		return NUM_NO_MEMORY;
	proximal->newton = newton;
	proximal->l1 = newton->settings->l1;
	proximal->sign = arena_alloc(arena, newton->n, sizeof(signed char));
	proximal->hessian = arena_alloc(arena, newton->n, row_bytes);
	proximal->target = arena_alloc(arena, 1, row_bytes);
	proximal->product = arena_alloc(arena, 1, row_bytes);
	proximal->move = arena_alloc(arena, 1, row_bytes);
	proximal->face = arena_alloc(arena, newton->n, sizeof(uint32_t));
	if (proximal->sign == NULL || proximal->hessian == NULL ||
	    proximal->target == NULL || proximal->product == NULL ||
	    proximal->move == NULL || proximal->face == NULL)
		return NUM_NO_MEMORY;
	memset(proximal->sign, 0, newton->n);
	if (newton->settings->signs != NULL)
		for (uint32_t c = 0; c < data->n_columns; c++)
			if (data->columns[c].kind == DATA_NUMBER && place[c] > 0)
				proximal->sign[place[c]] = newton->settings->signs[c];
	arena_release(arena, place, data->n_columns, sizeof(uint32_t));
	*result = proximal;
	return NUM_OK;
}

double
proximal_value(const Proximal *proximal, const double *coef)
{
	double sum = 0;

	for (uint32_t j = 1; j < proximal->newton->n; j++)
		sum += fabs(coef[j]);
	return proximal->l1 * sum;
}

int
proximal_sign(const Proximal *proximal, uint32_t param)
{
	return proximal->sign[param];
}

/* Both triangles of the mean Hessian and the ridge, from the last pass. */
static void
take_hessian(Proximal *proximal)
{
	const Newton *newton = proximal->newton;
	double scale = 1.0 / newton->sums->weight;

	for (uint32_t i = 0; i < newton->n; i++)
	{
		const double *from = newton->sums->hessian + i * newton->stride;
		double *row = proximal->hessian + i * newton->stride;

		for (uint32_t j = 0; j <= i; j++)
		{
			row[j] = from[j] * scale;
			proximal->hessian[j * newton->stride + i] = row[j];
		}
		row[i] += i > 0 ? newton->settings->l2 : 0;
	}
}

/* Whether zero is a place where this coefficient may come to rest. */
static bool
may_rest(const Proximal *proximal, uint32_t j)
{
	return j > 0 && (proximal->l1 > 0 || proximal->sign[j] != 0);
}

/* Where the model is least in coordinate j alone, given where it would be
 * without penalty and constraint. */
static double
least_in_coordinate(const Proximal *proximal, uint32_t j, double unpenalised,
                    double curvature)
{
	double threshold = j > 0 ? proximal->l1 / curvature : 0;
	double least = 0;

	if (fabs(unpenalised) > threshold)
		least = unpenalised - copysign(threshold, unpenalised);
	return proximal->sign[j] * least < 0 ? 0 : least;
}

/* Moves coordinate j of the target to 'value'. */
static void
move_coordinate(Proximal *proximal, uint32_t j, double value)
{
	const Newton *newton = proximal->newton;
	const double *row = proximal->hessian + j * newton->stride;
	double by = value - proximal->target[j];

	if (by == 0)
		return;
	proximal->target[j] = value;
	for (uint32_t k = 0; k < newton->n; k++)
		proximal->product[k] += by * row[k];
}

/* Step 1: one sweep; whether a coefficient entered or left zero, or went
 * through it. */
static bool
sweep(Proximal *proximal)
{
	const Newton *newton = proximal->newton;
	bool changed = false;

	for (uint32_t j = 0; j < newton->n; j++)
	{
		double curvature = proximal->hessian[j * newton->stride + j];
		double old = proximal->target[j];
		double slope = newton->gradient[j] + proximal->product[j];
		double value;

		/* a level that no row has, without a ridge */
		if (!(curvature > 0))
			continue;
		value = least_in_coordinate(proximal, j, old - slope / curvature,
		                            curvature);
		move_coordinate(proximal, j, value);
		if (may_rest(proximal, j) && !(old * value > 0) &&
		    !(old == 0 && value == 0))
			changed = true;
	}
	return changed;
}

/* Factorises the face's part of the Hessian into newton->factor. */
static NumStatus
factor_face(Proximal *proximal)
{
	Newton *newton = proximal->newton;
	double largest = 0;
	double extra = 0;

	for (uint32_t j = 0; j < newton->n; j++)
		largest = fmax(largest, proximal->hessian[j * newton->stride + j]);
	for (int attempt = 0; attempt < RIDGE_ATTEMPTS; attempt++)
	{
		NumStatus status;

		for (uint32_t a = 0; a < proximal->n_free; a++)
		{
			const double *from =
				proximal->hessian + proximal->face[a] * newton->stride;
			double *row = newton->factor + a * newton->stride;

			for (uint32_t b = 0; b <= a; b++)
				row[b] = from[proximal->face[b]];
			row[a] += extra;
		}
		status = newton_cholesky(newton, proximal->n_free);
		if (status != NUM_NOT_POSITIVE_DEFINITE)
			return status;
		extra = extra > 0 ? extra * 10 : LEAST_RIDGE * fmax(largest, 1e-300);
	}
	return NUM_NOT_POSITIVE_DEFINITE;
}

/* How much of the step on the face can be taken before a coefficient reaches
 * zero, at most 1; '*blocking' is its place in the face, or n_free. */
static double
longest_move(const Proximal *proximal, uint32_t *blocking)
{
	double longest = 1;

	*blocking = proximal->n_free;
	for (uint32_t a = 0; a < proximal->n_free; a++)
	{
		uint32_t j = proximal->face[a];
		double from = proximal->target[j];
		double by = proximal->move[a];

		if (!may_rest(proximal, j) || from * (from + by) > 0)
			continue;
		if (-from / by < longest)
		{
			longest = -from / by;
			*blocking = a;
		}
	}
	return longest;
}

/* Step 2: Newton's step on the face; '*whole' tells whether nothing was in
 * its way. */
static NumStatus
step_on_face(Proximal *proximal, bool *whole)
{
	Newton *newton = proximal->newton;
	uint32_t blocking;
	double part;
	NumStatus status;

	proximal->n_free = 0;
	for (uint32_t j = 0; j < newton->n; j++)
	{
		double from = proximal->target[j];
		double slope = newton->gradient[j] + proximal->product[j];

		if (may_rest(proximal, j) && from == 0)
			continue;
		if (j > 0 && from != 0)
			slope += copysign(proximal->l1, from);
		proximal->move[proximal->n_free] = -slope;
		proximal->face[proximal->n_free++] = j;
	}
	status = factor_face(proximal);
	if (status != NUM_OK)
		return status;
	dense_cholesky_solve(newton->factor, proximal->n_free, newton->stride,
	                     proximal->move);
	part = longest_move(proximal, &blocking);
	*whole = blocking == proximal->n_free;
	for (uint32_t a = 0; a < proximal->n_free; a++)
	{
		uint32_t j = proximal->face[a];
		double from = proximal->target[j];
		double value = from + part * proximal->move[a];

		/* the second by rounding, where two reach zero together */
		if (a == blocking || (may_rest(proximal, j) && from * value < 0))
			value = 0;
		move_coordinate(proximal, j, value);
	}
	return NUM_OK;
}

/* The step towards the target, and how far the model falls on it. */
static double
measure_step(Proximal *proximal)
{
	Newton *newton = proximal->newton;
	double fall = 0;

	for (uint32_t j = 0; j < newton->n; j++)
	{
		double by = proximal->target[j] - newton->coef[j];
		double size = fabs(proximal->target[j]) - fabs(newton->coef[j]);

		newton->step[j] = -by;
		fall -= by * (newton->gradient[j] + proximal->product[j] / 2) +
		        (j > 0 ? proximal->l1 * size : 0);
	}
	return fall;
}

void
proximal_begin(Proximal *proximal, bool fresh)
{
	size_t row_bytes = proximal->newton->stride * sizeof(double);

	if (fresh)
		take_hessian(proximal);
	memcpy(proximal->target, proximal->newton->coef, row_bytes);
	memset(proximal->product, 0, row_bytes);
}

NumStatus
proximal_continue(Proximal *proximal, double *decrement)
{
	bool whole = false;

	for (int round = 0; round < ROUNDS; round++)
	{
		NumStatus status;
		bool changed = false;

		for (int s = 0; s < SWEEPS; s++)
		{
			if (monitor_stop(proximal->newton->monitor))
				return NUM_CANCELLED;
			if (!sweep(proximal))
				break;
			changed = true;
		}
		if (whole && !changed)
			break;
		status = step_on_face(proximal, &whole);
		if (status != NUM_OK)
			return status;
	}
	*decrement = measure_step(proximal);
	return NUM_OK;
}

NumStatus
proximal_step(Proximal *proximal, bool fresh, double *decrement)
{
	proximal_begin(proximal, fresh);
	return proximal_continue(proximal, decrement);
}

double
proximal_length(const Proximal *proximal)
{
	const double *coef = proximal->newton->coef;
	double squared = 0;

	for (uint32_t j = 0; j < proximal->newton->n; j++)
		squared += (proximal->target[j] - coef[j]) * proximal->product[j];
	return sqrt(fmax(squared, 0));
}

void
proximal_face_solve(const Proximal *proximal, const double *row, double *solved)
{
	const Newton *newton = proximal->newton;

	for (uint32_t a = 0; a < proximal->n_free; a++)
		solved[a] = row[proximal->face[a]];
	dense_cholesky_solve(newton->factor, proximal->n_free, newton->stride,
	                     solved);
}

double
proximal_face_dot(const Proximal *proximal, const double *row,
                  const double *solved)
{
	double sum = 0;

	for (uint32_t a = 0; a < proximal->n_free; a++)
		sum += row[proximal->face[a]] * solved[a];
	return sum;
}
