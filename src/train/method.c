/*
 * method.c
 *    The table of training methods.
 *
 * Adding one is a file, a prototype in train.h and a line here.
 */
#include "train/train.h"

#include <string.h>

static const TrainMethod methods[] = {
	{ .name = "constraint",
	  .description = "least loss among the models that keep the bounds",
	  .needs_max_gap = true,
	  .takes_l1 = true,
	  .takes_signs = true,
	  .takes_early_stop = true,
	  .takes_margin = true,
	  .takes_constraints = true,
	  .run = train_constraint },
	{ .name = "penalty",
	  .description = "loss plus penalty times the spread of the group rates",
	  .needs_penalty = true,
	  .takes_l1 = true,
	  .takes_signs = true,
	  .takes_early_stop = true,
	  .run = train_penalty },
	{ .name = "reweigh",
	  .description = "rows weighted so that groups have equal label shares",
	  .judged_only = true,
	  .takes_l1 = true,
	  .takes_signs = true,
	  .run = train_reweigh },
	{ .name = "minimax",
	  .description = "least loss of the group that has the largest one",
	  .of_loss = true,
	  .takes_early_stop = true,
	  .run = train_minimax },
	{ .name = "threshold",
	  .description = "the plain model with a threshold for each group",
	  .needs_max_gap = true,
	  .takes_l1 = true,
	  .takes_signs = true,
	  .decides_by_group = true,
	  .run = train_threshold },
	{ .name = "reduction",
	  .description = "the mixture of least error that keeps the bounds",
	  .needs_max_gap = true,
	  .takes_early_stop = true,
	  .takes_constraints = true,
	  .mixes = true,
	  .run = train_reduction },
	{ .name = NULL }
};

const TrainMethod *
train_method_table(void)
{
	return methods;
}

const TrainMethod *
train_method_find(const char *name)
{
	for (const TrainMethod *m = methods; m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

const char *
train_outcome_name(TrainOutcome outcome)
{
	switch (outcome)
	{
		case TRAIN_CONVERGED:
			return "converged";
		case TRAIN_INFEASIBLE:
			return "infeasible";
		case TRAIN_ITERATION_LIMIT:
			return "iteration_limit";
		case TRAIN_EARLY_STOP:
			return "early_stop";
		case TRAIN_CONSTANT:
			return "constant";
	}
	return "converged";
}
