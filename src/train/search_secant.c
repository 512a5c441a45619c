/*
 * search_secant.c
 *    What steps teach about the gradients of the hard rates.
 *
 * Passes over all rows are made with the Jacobian of the smooth rates of a
 * sample.  Hard rates move otherwise, some half as far and some twice, and steps
 * that do not know it come to their bounds by halves.  So after each step the
 * Jacobian is given the least change, in the norm of H^-1, after which it would
 * have told what the step did (Broyden's update, in which H^-1 times the
 * change is the step itself, so that nothing is solved anew):
 *
 *     J <- J + (h - expected) (H d)' / (d'H d + DOUBT)
 *
 * Hard rates jump by what one row is worth, and short steps tell more of jumps
 * than of gradients: DOUBT, the squared length of a step that is half
 * believed, makes little of them.
 *
 * Reference: Broyden, Mathematics of Computation 19 (1965); Dennis and More,
 * SIAM Review 19 (1977), on the choice of the norm.
 */
#include <string.h>

#include "train/search_private.h"

#define DOUBT 1e-3

NumStatus
search_secant_create(Search *search)
{
	const Newton *newton = search->newton;
	NumArena *arena = newton->arena;
	Secant *secant = &search->secant;

	secant->squared = 0;
	secant->step = arena_alloc(arena, newton->stride, sizeof(double));
	secant->dual = arena_alloc(arena, newton->stride, sizeof(double));
	secant->expected =
		arena_alloc(arena, newton->rates->n_active, sizeof(double));
	return secant->step == NULL || secant->dual == NULL ||
	               secant->expected == NULL
	           ? NUM_NO_MEMORY
	           : NUM_OK;
}

void
search_secant_note(Search *search, double part, double squared)
{
	const Newton *newton = search->newton;
	Secant *secant = &search->secant;

	/* H times the whole step is -(g + J' lambda) */
	for (uint32_t j = 0; j < newton->n; j++)
		secant->dual[j] = -part * newton->gradient[j];
	for (uint32_t k = 0; k < newton->rates->n_active; k++)
	{
		const double *row = newton->jacobian + k * newton->stride;

		for (uint32_t j = 0; j < newton->n; j++)
			secant->dual[j] -= newton->multiplier[k] * row[j];
		secant->expected[k] =
			newton->rates->hard[k] + newton_dot(row, newton->step, newton->n);
	}
	memcpy(secant->step, newton->step, newton->stride * sizeof(double));
	secant->squared = squared;
}

void
search_secant_learn(Search *search)
{
	Newton *newton = search->newton;
	const Secant *secant = &search->secant;

	if (!(secant->squared > 0))
		return;
	for (uint32_t k = 0; k < newton->rates->n_active; k++)
	{
		double wrong = newton->rates->hard[k] - secant->expected[k];
		double part = wrong / (secant->squared + DOUBT);
		double *row = newton->jacobian + k * newton->stride;
		double *solved = search->solved + k * newton->stride;

		for (uint32_t j = 0; j < newton->n; j++)
		{
			row[j] += part * secant->dual[j];
			solved[j] += part * secant->step[j];
		}
	}
}
