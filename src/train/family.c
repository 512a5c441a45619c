/*
 * family.c
 *    The table of model families.
 */
#include "train/family.h"

#include <string.h>

static const TrainFamily families[] = {
	{ .name = "logistic",
	  .description = "probability of a label that is true or false",
	  .model = MODEL_LOGISTIC,
	  .label = DATA_LABEL_BINARY,
	  .plain = train_plain },
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
