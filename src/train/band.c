/*
 * band.c
 *    Multipliers of a band-constrained step (see band.h for the program).
 *
 * The pair rule is that of the sequential minimal optimisation of support
 * vector machines (Platt 1998; working set of Keerthi et al. 2001): moving
 * mass from rate j to rate i of one band keeps the band's balance, and the
 * best pair is the one with the steepest descent.  Mass is counted so that the
 * balance is a sum: a unit of it is 'ratio' of a positive multiplier and one
 * of a negative one.  What a band costs, and the unit, have two values at
 * zero; a move stops where a multiplier changes sign, and the next one goes on
 * from there if that still pays.
 */
#include "train/band.h"

#include <math.h>
#include <stdbool.h>

#define ACCURACY 1e-10

/* A multiplier that may move in one direction. */
typedef struct Side
{
	uint32_t rate;
	double unit;  /* of the multiplier, signed, for one of mass */
	double slope; /* of the program; infinite: it may not move so */
	double room;  /* mass until it changes its sign or meets its bound */
} Side;

/* A step: mass to 'grow', as much from 'fall'. */
typedef struct Move
{
	Side grow;
	Side fall;
	double descent;
} Move;

static const Side nowhere = { 0, 0, INFINITY, 0 };
/* the other side of a band whose multipliers move alone */
static const Side alone = { 0, 0, 0, INFINITY };

/* What rate k of a band does when it takes mass (grows) or gives it. */
static Side
side_of(const Band *band, const double *gradient, const double *lambda,
        uint32_t k, bool grows)
{
	double direction = grows ? 1 : -1;
	/* which of its two values the cost has on the way */
	bool positive = grows ? lambda[k] >= 0 : lambda[k] > 0;
	bool signed_band = band->kind == BAND_BETWEEN;
	double most = band->kind == BAND_LEAST ? 1 : band->most;
	double size = signed_band && positive ? band->ratio : 1;
	double cost = positive && band->kind != BAND_LEAST ? band->width : 0;
	double far;
	Side side = { .rate = k, .unit = direction * size };

	if (positive)
		far = grows ? most - lambda[k] : lambda[k];
	else
		far = grows ? -lambda[k] : (signed_band ? most + lambda[k] : 0);
	if (!(far > 0))
		return nowhere;
	side.slope = side.unit * (gradient[k] + cost);
	side.room = size > 0 ? far / size : INFINITY;
	return side;
}

/* The steepest side of a band among the rates other than 'except'. */
static Side
steepest_side(const Band *band, const double *gradient, const double *lambda,
              bool grows, uint32_t except)
{
	Side best = nowhere;

	for (uint32_t k = band->first; k < band->first + band->count; k++)
	{
		Side side = side_of(band, gradient, lambda, k, grows);

		if (k != except && side.slope < best.slope)
			best = side;
	}
	return best;
}

/* The steepest move within one band. */
static Move
band_steepest(const Band *band, const double *gradient, const double *lambda)
{
	Side grow = steepest_side(band, gradient, lambda, true, UINT32_MAX);
	Side fall = steepest_side(band, gradient, lambda, false, UINT32_MAX);

	if (band->kind == BAND_BELOW && grow.slope <= fall.slope)
		fall = alone;
	else if (band->kind == BAND_BELOW)
		grow = alone;
	else if (grow.rate == fall.rate)
	{
		/* a rate cannot trade with itself */
		Side grow_other =
			steepest_side(band, gradient, lambda, true, fall.rate);
		Side fall_other =
			steepest_side(band, gradient, lambda, false, grow.rate);

		if (grow_other.slope + fall.slope < grow.slope + fall_other.slope)
			grow = grow_other;
		else
			fall = fall_other;
	}
	return (Move){ grow, fall, grow.slope + fall.slope };
}

/* How much mass moves: to the minimum along the pair, or as far as both
 * sides have room. */
static double
move_step(const BandProgram *program, const Move *move)
{
	const double *m = program->m;
	uint32_t n = program->n;
	uint32_t i = move->grow.rate;
	uint32_t j = move->fall.rate;
	double a = move->grow.unit;
	double b = move->fall.unit;
	double bend = a * a * m[(size_t) i * n + i] +
	              b * b * m[(size_t) j * n + j] +
	              2 * a * b * m[(size_t) i * n + j];
	double step = bend > 0 ? -move->descent / bend : INFINITY;

	return fmin(step, fmin(move->grow.room, move->fall.room));
}

/* Moves one multiplier; exactly to zero when that was its room. */
static void
move_side(const BandProgram *program, const Side *side, double step,
          double *lambda, double *gradient)
{
	const double *row = program->m + (size_t) side->rate * program->n;
	double change = side->unit * step;

	if (change == 0)
		return;
	if (step == side->room && lambda[side->rate] * side->unit < 0)
		lambda[side->rate] = 0;
	else
		lambda[side->rate] += change;
	/* by rows of M, which is symmetric */
	for (uint32_t k = 0; k < program->n; k++)
		gradient[k] += change * row[k];
}

NumStatus
band_multipliers(NumArena *arena, const BandProgram *program,
                 NumMonitor *monitor, double *lambda)
{
	uint32_t n = program->n;
	double *gradient = arena_alloc(arena, n, sizeof(double));
	uint64_t limit = (program->most_steps > 0 ? program->most_steps : 1000) *
	                 ((uint64_t) n + 10);
	double scale = 0;
	double accuracy;

	if (gradient == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t b = 0; b < program->n_bands; b++)
		scale = fmax(scale, program->bands[b].width);
	for (uint32_t k = 0; k < n; k++)
	{
		gradient[k] = -program->c[k];
		for (uint32_t l = 0; l < n; l++)
			gradient[k] += program->m[(size_t) k * n + l] * lambda[l];
		scale = fmax(scale, fabs(program->c[k]));
	}
	accuracy = program->accuracy > 0 ? program->accuracy : ACCURACY * scale;
	for (uint64_t step_no = 0; step_no < limit; step_no++)
	{
		Move best = { nowhere, nowhere, 0 };
		double step;

		if (step_no % 256 == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		for (uint32_t b = 0; b < program->n_bands; b++)
		{
			Move move = band_steepest(&program->bands[b], gradient, lambda);

			if (move.descent < best.descent)
				best = move;
		}
		if (!(best.descent < -accuracy))
			break;
		step = move_step(program, &best);
		if (!isfinite(step))
			return NUM_NOT_FINITE;
		move_side(program, &best.grow, step, lambda, gradient);
		move_side(program, &best.fall, step, lambda, gradient);
	}
	arena_release(arena, gradient, n, sizeof(double));
	return NUM_OK;
}
