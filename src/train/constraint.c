/*
 * constraint.c
 *    Least loss among the models whose hard rates keep every bound.
 *
 * A search (search.c) from the plain model.  A smooth decision of temperature 1
 * carries over to rows not seen better than sharper ones; but where the scores
 * lie close together it is no stand-in for a decision at all, and models are
 * found that are fair and worthless.  There a sharper one is tried as well.
 */
#include "train/search.h"

#include <string.h>

#define PLAIN_ACCURACY 1e-4

/* Searches once more from the plain model, with sharper decisions. */
static NumStatus
search_sharper(Search *search, const Newton *newton, const double *plain)
{
	SearchAnswer first;
	NumStatus status = search_answer_create(newton, newton->arena, &first);

	if (status != NUM_OK)
		return status;
	search_take_answer(search, &first);
	search_restart(search, plain, SEARCH_SHARP);
	status = search_begin(search);
	if (status == NUM_OK)
		status = search_run(search);
	if (status == NUM_OK)
		search_prefer(search, &first);
	return status;
}

NumStatus
train_constraint(NumArena *arena, const Dataset *data,
                 const TrainSettings *settings, NumMonitor *monitor,
                 TrainResult *result)
{
	Newton *newton;
	Search *search;
	SearchAnswer answer;
	double *plain;
	bool flat;
	bool converged;
	NumStatus status;

	status = newton_create(arena, data, settings, monitor, &newton);
	if (status != NUM_OK)
		return status;
	if (newton->rates->n_active == 0)
		return NUM_BAD_ARGUMENT;
	plain = arena_alloc(arena, newton->stride, sizeof(double));
	if (plain == NULL)
		return NUM_NO_MEMORY;
	status = search_create(newton, &search);
	if (status == NUM_OK)
		status = search_answer_create(newton, arena, &answer);
	if (status == NUM_OK)
		status = newton_minimise(newton, newton->sample_stride, PLAIN_ACCURACY,
		                         "plain", &converged);
	if (status != NUM_OK)
		return status;
	memcpy(plain, newton->coef, newton->stride * sizeof(double));
	flat = newton->rates->of_decisions && search_scores_are_flat(newton);
	status = search_begin(search);
	if (status == NUM_OK)
		status = search_run(search);
	if (status == NUM_OK && settings->tries_sharper && flat)
		status = search_sharper(search, newton, plain);
	if (status != NUM_OK)
		return status;
	search_take_answer(search, &answer);
	return newton_finish(newton, search_outcome(&answer), result);
}
