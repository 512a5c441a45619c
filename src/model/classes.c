/*
 * classes.c
 *    Models that have a score for each class of a label.
 */
#include "model/model.h"

#include <string.h>

#include "num/special.h"

bool
model_classes_sound(const ModelClass *classes, uint32_t n)
{
	if (n < MODEL_LEAST_CLASSES || n > MODEL_MOST_CLASSES)
		return false;
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t l = 0; l < k; l++)
			if (classes[k].length == classes[l].length &&
			    memcmp(classes[k].name, classes[l].name, classes[k].length) ==
			        0)
				return false;
	return true;
}

/* Copies of the names of the dataset's classes. */
static NumStatus
copy_classes(NumArena *arena, const Dataset *data, ModelClass *classes)
{
	for (uint32_t k = 0; k < data->n_classes; k++)
	{
		const DataLevel *from = &data->classes[k];
		char *name = arena_alloc(arena, (size_t) from->length + 1, 1);

		if (name == NULL)
			return NUM_NO_MEMORY;
		if (from->length > 0)
			memcpy(name, from->name, from->length);
		name[from->length] = '\0';
		classes[k] = (ModelClass){ name, from->length };
	}
	return model_classes_sound(classes, data->n_classes) ? NUM_OK
	                                                     : NUM_BAD_ARGUMENT;
}

NumStatus
model_from_classes(NumArena *arena, const Dataset *data, const double *coef,
                   Model **result)
{
	uint32_t n = data->n_classes;
	ModelMember *members = arena_alloc(arena, n, sizeof(ModelMember));
	ModelClass *classes = arena_alloc(arena, n, sizeof(ModelClass));
	Model *first = NULL;
	NumStatus status;

	if (members == NULL || classes == NULL)
		return NUM_NO_MEMORY;
	status = copy_classes(arena, data, classes);
	for (uint32_t k = 0; k < n && status == NUM_OK; k++)
	{
		Model *model;

		status =
			model_from_coefficients(arena, data, MODEL_MULTINOMIAL, 0,
		                            coef + (size_t) k * data->n_params, &model);
		if (status != NUM_OK)
			return status;
		members[k] = (ModelMember){ 1, model->intercept, model->columns };
		if (k == 0)
			first = model;
	}
	if (status != NUM_OK)
		return status;
	first->n_members = n;
	first->members = members;
	first->classes = classes;
	*result = first;
	return NUM_OK;
}

uint32_t
model_best_class(const double *z, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t k = 1; k < n; k++)
		if (z[k] > z[best])
			best = k;
	return best;
}

void
model_class_probabilities(const double *z, uint32_t n, double *probability)
{
	double most = z[model_best_class(z, n)];
	double sum = 0;

	for (uint32_t k = 0; k < n; k++)
	{
		probability[k] = num_exp(z[k] - most);
		sum += probability[k];
	}
	for (uint32_t k = 0; k < n; k++)
		probability[k] /= sum;
}

double
model_class_loss(const double *z, uint32_t n, uint32_t label)
{
	double most = z[model_best_class(z, n)];
	double sum = 0;

	for (uint32_t k = 0; k < n; k++)
		sum += num_exp(z[k] - most);
	return num_log(sum) + (most - z[label]);
}
