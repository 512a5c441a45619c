/*
 * constraint.c
 *    Least loss among the models whose hard rates keep every bound.
 *
 * A search (search.c) from the plain model.  A smooth decision of temperature 1
 * carries over to rows not seen better than sharper ones; but where the scores
 * lie close together it is no stand-in for a decision at all, and models are
 * found that are fair and worthless.  There a sharper one is tried as well, and
 * also where the answer keeps no bounds, decides alike for all or costs much.
 * Labels may be classes (newton_class.c).
 */
#include "train/search.h"

#include <string.h>

#define PLAIN_ACCURACY 1e-4

/* Searches from the plain model, and once more for as long as that promises a
 * better answer. */
static NumStatus
search_rounds(Search *search, const Newton *newton, const double *plain,
              bool flat, SearchAnswer *answer)
{
	double plain_loss = newton->loss;

	for (int round = 0;; round++)
	{
		NumStatus status = search_begin(search);
		double temperature;

		if (status == NUM_OK)
			status = search_run(search);
		if (status != NUM_OK)
			return status;
		if (round > 0)
			search_prefer(search, answer);
		search_take_answer(search, answer);
		temperature =
			search_next_temperature(search, answer, round, flat, plain_loss);
		if (!(temperature > 0))
			return NUM_OK;
		search_restart(search, plain, temperature);
	}
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
		status =
			newton_minimise_sample(newton, PLAIN_ACCURACY, "plain", &converged);
	if (status != NUM_OK)
		return status;
	memcpy(plain, newton->coef, newton->stride * sizeof(double));
	flat = newton->classes == NULL && newton->rates->of_decisions &&
	       search_scores_are_flat(newton);
	newton->temperature = search_first_temperature(newton);
	status = search_rounds(search, newton, plain, flat, &answer);
	if (status != NUM_OK)
		return status;
	return newton_finish(newton, search_outcome(&answer), result);
}
