/*
 * proximal_band.c
 *    Steps constrained by bands under an l1 penalty and constraints on signs.
 *
 * With multipliers lambda on the rates, the step minimises
 *
 *     (g + J' lambda)'d + d'Hd / 2 + l1 (|w + d|_1 - |w|_1)
 *
 * under the signs, which proximal.h does.  Its least value, with lambda'r less
 * what the bands cost, is the dual function: concave, with a gradient, and
 * quadratic as long as the face stays, where it is the function of band.h with
 * M = J_F H_FF^-1 J_F' over the free coefficients F and c = r + J d + M lambda.
 * So it is maximised by Newton's method: band_multipliers() of the face, then
 * the step and the face that go with them, halving the way while the dual
 * function does not rise.  At the end the multipliers are right for the face
 * and the face is right for the multipliers, which are the optimality
 * conditions of the whole program.
 *
 * Two to five turns, each with a factor of a face and a solution for each rate.
 * Memory: one row of n_params doubles for each rate.
 *
 * Reference: Qi and Sun, Mathematical Programming 58, 1993 (Newton's method for
 * functions whose gradient has kinks); Nocedal and Wright, Numerical
 * Optimization, chapter 12 (duality).
 */
#include "train/proximal_band.h"

#include <math.h>
#include <string.h>

#define TURNS 50
#define HALVINGS 20
/* The rise of the dual function, in units of mean loss, not worth a turn. */
#define ACCURACY 1e-12
/* part of the rise expected that a step must bring */
#define SUFFICIENT 1e-4

struct ProximalBand
{
	Newton *newton;
	double *gradient; /* [stride] of the loss alone */
	double *solved;   /* [n_active][stride] H_FF^-1 J_F' */
	double *m;        /* [n_active][n_active] */
	double *c;        /* [n_active] */
	double *from;     /* [n_active] multipliers before a turn */
	double *to;       /* [n_active] those of the face */
};

NumStatus
proximal_band_create(Newton *newton, ProximalBand **result)
{
	NumArena *arena = newton->arena;
	uint32_t n = newton->rates->n_active;
	size_t row_bytes = newton->stride * sizeof(double);
	ProximalBand *step;

	*result = NULL;
	if (newton->proximal == NULL)
		return NUM_OK;
	step = arena_alloc(arena, 1, sizeof(ProximalBand));
	if (step == NULL)
		return NUM_NO_MEMORY;
	step->newton = newton;
	step->gradient = arena_alloc(arena, 1, row_bytes);
	step->solved = arena_alloc(arena, n, row_bytes);
	step->m = arena_alloc(arena, n, n * sizeof(double));
	step->c = arena_alloc(arena, n, sizeof(double));
	step->from = arena_alloc(arena, n, sizeof(double));
	step->to = arena_alloc(arena, n, sizeof(double));
	if (step->gradient == NULL || step->solved == NULL || step->m == NULL ||
	    step->c == NULL || step->from == NULL || step->to == NULL)
		return NUM_NO_MEMORY;
	*result = step;
	return NUM_OK;
}

/* The dual function's part that knows the bands: rates, less the width of
 * their band at its upper end.  Not for BAND_LEAST. */
static double
band_value(const BandProgram *program, const double *rate, const double *lambda)
{
	double value = 0;

	for (uint32_t b = 0; b < program->n_bands; b++)
	{
		const Band *band = &program->bands[b];

		for (uint32_t k = band->first; k < band->first + band->count; k++)
			value += lambda[k] * rate[k] - band->width * fmax(lambda[k], 0);
	}
	return value;
}

/* The step for given multipliers, and the dual function there. */
static NumStatus
solve_for(ProximalBand *step, const BandProgram *program, const double *rate,
          const double *lambda, double *value)
{
	Newton *newton = step->newton;
	double decrement;
	NumStatus status;

	for (uint32_t j = 0; j < newton->n; j++)
	{
		newton->gradient[j] = step->gradient[j];
		for (uint32_t k = 0; k < program->n; k++)
			newton->gradient[j] +=
				lambda[k] * newton->jacobian[k * newton->stride + j];
	}
	status = proximal_continue(newton->proximal, &decrement);
	*value = band_value(program, rate, lambda) - decrement;
	return status;
}

/* M and c of the face that the step lies on. */
static void
describe_face(ProximalBand *step, uint32_t n, const double *rate,
              const double *lambda)
{
	Newton *newton = step->newton;
	const Proximal *proximal = newton->proximal;
	size_t stride = newton->stride;

	for (uint32_t k = 0; k < n; k++)
		proximal_face_solve(proximal, newton->jacobian + k * stride,
		                    step->solved + k * stride);
	for (uint32_t k = 0; k < n; k++)
	{
		const double *row = newton->jacobian + k * stride;

		step->c[k] = rate[k] - newton_dot(row, newton->step, newton->n);
		for (uint32_t l = 0; l < n; l++)
		{
			double m =
				proximal_face_dot(proximal, row, step->solved + l * stride);

			step->m[(size_t) k * n + l] = m;
			step->c[k] += m * lambda[l];
		}
	}
}

/* How much the dual function would rise on the face, from 'from' to 'to'. */
static double
expected_rise(const ProximalBand *step, const BandProgram *program)
{
	uint32_t n = program->n;
	double rise = band_value(program, step->c, step->to) -
	              band_value(program, step->c, step->from);

	for (uint32_t k = 0; k < n; k++)
		for (uint32_t l = 0; l < n; l++)
			rise -= step->m[(size_t) k * n + l] / 2 *
			        (step->to[k] * step->to[l] - step->from[k] * step->from[l]);
	return rise;
}

/* Moves lambda from 'from' towards 'to', as far as the dual function rises;
 * back to 'from' when it does not. */
static NumStatus
move_multipliers(ProximalBand *step, const BandProgram *program,
                 const double *rate, double *lambda, double *value)
{
	double rise = expected_rise(step, program);
	double before = *value;
	double part = 1;

	for (int halving = 0; halving <= HALVINGS; halving++, part /= 2)
	{
		NumStatus status;

		if (halving == HALVINGS)
			part = 0;
		for (uint32_t k = 0; k < program->n; k++)
			lambda[k] = step->from[k] + part * (step->to[k] - step->from[k]);
		status = solve_for(step, program, rate, lambda, value);
		if (status != NUM_OK)
			return status;
		if (*value >= before + SUFFICIENT * part * rise - ACCURACY / 10)
			break;
	}
	return NUM_OK;
}

NumStatus
proximal_band_step(ProximalBand *step, bool fresh, const BandProgram *program,
                   const double *rate, double *lambda, double *length)
{
	Newton *newton = step->newton;
	BandProgram face = *program;
	size_t row_bytes = newton->stride * sizeof(double);
	size_t lambda_bytes = program->n * sizeof(double);
	double value;
	NumStatus status;

	face.m = step->m;
	face.c = step->c;
	memcpy(step->gradient, newton->gradient, row_bytes);
	proximal_begin(newton->proximal, fresh);
	status = solve_for(step, program, rate, lambda, &value);
	for (int turn = 0; turn < TURNS && status == NUM_OK; turn++)
	{
		double before = value;

		describe_face(step, program->n, rate, lambda);
		memcpy(step->from, lambda, lambda_bytes);
		memcpy(step->to, lambda, lambda_bytes);
		status =
			band_multipliers(newton->arena, &face, newton->monitor, step->to);
		if (status != NUM_OK || !(expected_rise(step, &face) > ACCURACY))
			break;
		status = move_multipliers(step, program, rate, lambda, &value);
		if (!(value > before))
			break;
	}
	if (status != NUM_OK)
		return status;
	memcpy(newton->gradient, step->gradient, row_bytes);
	for (uint32_t j = 0; j < newton->n; j++)
		newton->step[j] = -newton->step[j];
	*length = proximal_length(newton->proximal);
	return NUM_OK;
}
