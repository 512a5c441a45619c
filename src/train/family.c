/*
 * family.c
 *    The table of model families.
 */
#include "train/family.h"

#include <string.h>

#include "train/ridge.h"

static const char *const linear_methods[] = { "constraint", "minimax", NULL };

/* what is of decisions, and what has no closed form */
static const char *const no_linear_options[] = { "temperature", "threshold",
	                                             "solver",      "l1",
	                                             "monotone",    "early_stop",
	                                             "cross_fit",   NULL };

static const char *const class_methods[] = { "constraint", NULL };

/* what has one threshold, or is not there yet */
static const char *const no_class_options[] = {
	"threshold", "l1", "monotone", "early_stop", "tighten", "cross_fit", NULL
};

static const TrainFamily families[] = {
	{ .name = "logistic",
	  .description = "probability of a label that is true or false",
	  .model = MODEL_LOGISTIC,
	  .label = DATA_LABEL_BINARY,
	  .many_passes = true,
	  .plain = train_plain,
	  .frontier = train_frontier_folds },
	{ .name = "linear",
	  .description = "a number, by least squares",
	  .model = MODEL_LINEAR,
	  .label = DATA_LABEL_NUMBER,
	  .plain = train_ridge,
	  .methods = linear_methods,
	  .fit = train_ridge,
	  .frontier = ridge_frontier,
	  .no_options = no_linear_options },
	{ .name = "multinomial",
	  .description = "a class of three to fifty, by its probability",
	  .model = MODEL_MULTINOMIAL,
	  .label = DATA_LABEL_CLASS,
	  .plain = train_multinomial,
	  .methods = class_methods,
	  .fit = train_constraint,
	  .no_options = no_class_options },
	{ .name = NULL }
};

const TrainFamily *
train_family_table(void)
{
	return families;
}

const TrainFamily *
train_family_find(const char *name)
{
	for (const TrainFamily *f = families; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

bool
train_family_has_method(const TrainFamily *family, const TrainMethod *method)
{
	if (family->methods == NULL)
		return true;
	for (const char *const *name = family->methods; *name != NULL; name++)
		if (strcmp(*name, method->name) == 0)
			return true;
	return false;
}

bool
train_family_has_criterion(const TrainFamily *family,
                           const FairCriterion *criterion)
{
	if (family->label == DATA_LABEL_CLASS)
		return criterion == &fair_demographic_parity ||
		       criterion == &fair_equal_opportunity;
	if (criterion->of_loss)
		return true;
	return criterion->of_mean == (family->label == DATA_LABEL_NUMBER);
}

TrainRun
train_family_fit(const TrainFamily *family, const TrainMethod *method)
{
	if (method == NULL)
		return family->plain;
	return family->methods == NULL ? method->run : family->fit;
}
