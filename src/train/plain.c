/*
 * plain.c
 *    The model without fairness: least loss, ridge and l1, by Newton's method.
 */
#include "train/newton.h"
#include "train/std_error.h"

#include <math.h>
#include <string.h>

/* Half the squared Newton decrement below which the step that follows is the
 * last.  What is left after it is below what a stored coefficient can show,
 * also where a rare level has little curvature of its own. */
#define ACCURACY 1e-17
#define SAMPLE_ACCURACY 1e-5
/* a learnt curvature knows little of directions that hardly matter, and makes
 * the decrement in them too small by about this factor */
#define LEARNT_TRUST 1e-4

NumStatus
newton_fit(Newton *newton, TrainResult *result)
{
	bool converged;
	NumStatus status = NUM_OK;

	/* where a start has been given, the sample would lead away from it */
	if (newton->sample_stride > 1 && newton->settings->start == NULL)
		status = newton_minimise_sample(newton, SAMPLE_ACCURACY, "sample",
		                                &converged);
	if (status == NUM_OK)
		status = newton_minimise(newton, 1,
		                         ACCURACY * (newton->learns ? LEARNT_TRUST : 1),
		                         "full", &converged);
	if (status != NUM_OK)
		return status;
	memcpy(newton->best, newton->coef, newton->stride * sizeof(double));
	newton->best_loss = newton->loss;
	newton->best_log = newton->n_log;
	return newton_finish(
		newton, converged ? TRAIN_CONVERGED : TRAIN_ITERATION_LIMIT, result);
}

NumStatus
train_plain(NumArena *arena, const Dataset *data, const TrainSettings *settings,
            NumMonitor *monitor, TrainResult *result)
{
	TrainSettings plain = *settings;
	Newton *newton;
	NumStatus status;

	plain.n_constraints = 0;
	status = newton_create(arena, data, &plain, monitor, &newton);
	if (status == NUM_OK)
		status = newton_fit(newton, result);
	if (status == NUM_OK && result->outcome == TRAIN_CONVERGED)
		status = train_std_errors(newton, result);
	return status;
}
