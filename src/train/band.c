/*
 * band.c
 *    Multipliers of a band-constrained step (see band.h for the program).
 *
 * The pair rule is that of the sequential minimal optimisation of support
 * vector machines (Platt 1998; working set of Keerthi et al. 2001): moving
 * mass from rate j to rate i of one band keeps the band's sum, and the best
 * pair is the one with the steepest descent.  The absolute value has two
 * slopes at zero; a move stops where a multiplier changes sign, and the next
 * one goes on from there if that still pays.
 */
#include "train/band.h"

#include <math.h>
#include <stdbool.h>

#define ACCURACY 1e-10

/* Slope of width/2 |lambda| when lambda grows, or (negated) when it falls. */
static double
kink_slope(double lambda, double half_width, bool grows)
{
	if (grows)
		return lambda >= 0 ? half_width : -half_width;
	return lambda <= 0 ? half_width : -half_width;
}

/* The steepest pair of one band: its descent (<= 0) and members. */
static double
band_steepest(const BandProgram *program, const Band *band,
              const double *gradient, const double *lambda, uint32_t *grow,
              uint32_t *fall)
{
	double half_width = program->width / 2;
	double least_up = INFINITY;
	double least_down = INFINITY;

	for (uint32_t k = band->first; k < band->first + band->count; k++)
	{
		double up = gradient[k] + kink_slope(lambda[k], half_width, true);
		double down = -gradient[k] + kink_slope(lambda[k], half_width, false);

		if (lambda[k] >= program->most)
			up = INFINITY;
		if (lambda[k] <= -program->most)
			down = INFINITY;
		if (up < least_up)
		{
			least_up = up;
			*grow = k;
		}
		if (down < least_down)
		{
			least_down = down;
			*fall = k;
		}
	}
	return least_up + least_down;
}

/* How far mass moves from 'fall' to 'grow': to the minimum along the pair, or
 * to the nearest change of sign or bound. */
static double
pair_step(const BandProgram *program, const double *lambda, uint32_t grow,
          uint32_t fall, double descent)
{
	const double *m = program->m;
	uint32_t n = program->n;
	double bend = m[(size_t) grow * n + grow] + m[(size_t) fall * n + fall] -
	              2 * m[(size_t) grow * n + fall];
	double step = bend > 0 ? -descent / bend : INFINITY;

	step = fmin(step, lambda[grow] < 0 ? -lambda[grow]
	                                   : program->most - lambda[grow]);
	return fmin(step,
	            lambda[fall] > 0 ? lambda[fall] : program->most + lambda[fall]);
}

NumStatus
band_multipliers(NumArena *arena, const BandProgram *program,
                 NumMonitor *monitor, double *lambda)
{
	const double *m = program->m;
	const double *c = program->c;
	uint32_t n = program->n;
	double *gradient = arena_alloc(arena, n, sizeof(double));
	uint64_t limit = 1000 * ((uint64_t) n + 10);
	double scale = program->width;

	if (gradient == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t k = 0; k < n; k++)
	{
		gradient[k] = -c[k];
		for (uint32_t l = 0; l < n; l++)
			gradient[k] += m[(size_t) k * n + l] * lambda[l];
		scale = fmax(scale, fabs(c[k]));
	}
	for (uint64_t step_no = 0; step_no < limit; step_no++)
	{
		double descent = 0;
		double step;
		uint32_t grow = 0;
		uint32_t fall = 0;

		if (step_no % 256 == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		for (uint32_t b = 0; b < program->n_bands; b++)
		{
			uint32_t g = 0;
			uint32_t f = 0;
			double d = band_steepest(program, &program->bands[b], gradient,
			                         lambda, &g, &f);

			if (g != f && d < descent)
			{
				descent = d;
				grow = g;
				fall = f;
			}
		}
		if (!(descent < -ACCURACY * scale))
			break;
		step = pair_step(program, lambda, grow, fall, descent);
		if (!isfinite(step))
			return NUM_NOT_FINITE;
		lambda[grow] += step;
		lambda[fall] -= step;
		/* by rows of M, which is symmetric */
		for (uint32_t k = 0; k < n; k++)
			gradient[k] +=
				step * (m[(size_t) grow * n + k] - m[(size_t) fall * n + k]);
	}
	arena_release(arena, gradient, n, sizeof(double));
	return NUM_OK;
}
