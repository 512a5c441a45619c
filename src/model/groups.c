/*
 * groups.c
 *    Thresholds by group: what a decision takes beside the probability.
 *
 * Groups stand in the byte order of their names, so that one model has one
 * stored form and a lookup is a binary search.
 */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

static const char *
copy_name(NumArena *arena, const char *name)
{
	size_t size_bytes = strlen(name) + 1;
	char *copy = arena_alloc(arena, size_bytes, 1);

	if (copy != NULL)
		memcpy(copy, name, size_bytes);
	return copy;
}

static int
compare_groups(const void *a, const void *b)
{
	const ModelGroup *x = a;
	const ModelGroup *y = b;

	return strcmp(x->name, y->name);
}

bool
model_groups_sound(const ModelGroups *groups)
{
	if (groups->n_columns < 1 || groups->n_columns > MODEL_MAX_CROSSED ||
	    groups->n_groups < 1)
		return false;
	for (uint32_t g = 0; g < groups->n_groups; g++)
	{
		const ModelGroup *group = &groups->groups[g];

		if (!(group->threshold >= 0 &&
		      group->threshold <= MODEL_MOST_THRESHOLD))
			return false;
		if (g > 0 && strcmp(group[-1].name, group->name) >= 0)
			return false;
	}
	return true;
}

NumStatus
model_set_groups(NumArena *arena, Model *model, const ModelGroups *groups)
{
	ModelGroups *copy = arena_alloc(arena, 1, sizeof(ModelGroups));

	if (copy == NULL)
		return NUM_NO_MEMORY;
	*copy = *groups;
	copy->attribute = copy_name(arena, groups->attribute);
	copy->columns = arena_alloc(arena, groups->n_columns, sizeof(const char *));
	copy->groups = arena_alloc(arena, groups->n_groups, sizeof(ModelGroup));
	if (copy->attribute == NULL || copy->columns == NULL ||
	    copy->groups == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t c = 0; c < groups->n_columns; c++)
	{
		copy->columns[c] = copy_name(arena, groups->columns[c]);
		if (copy->columns[c] == NULL)
			return NUM_NO_MEMORY;
	}
	for (uint32_t g = 0; g < groups->n_groups; g++)
	{
		copy->groups[g].name = copy_name(arena, groups->groups[g].name);
		copy->groups[g].threshold = groups->groups[g].threshold;
		if (copy->groups[g].name == NULL)
			return NUM_NO_MEMORY;
	}
	qsort(copy->groups, copy->n_groups, sizeof(ModelGroup), compare_groups);
	if (!model_groups_sound(copy))
		return NUM_BAD_ARGUMENT;
	model->groups = copy;
	return NUM_OK;
}

const ModelGroup *
model_find_group(const ModelGroups *groups, const char *name)
{
	ModelGroup wanted = { name, 0 };

	return bsearch(&wanted, groups->groups, groups->n_groups,
	               sizeof(ModelGroup), compare_groups);
}
