/*
 * groups.c
 *    Base groups and attributes of a dataset being finished.
 *
 * Base groups are numbered by first appearance while rows come in, and in the
 * end by the order of their values, column by column, as bytes.  An
 * attribute's groups are the distinct combinations of its columns' values, in
 * the same order.
 *
 * A group of one column is named by its value; one of several by all values,
 * "Female, Black", where a value with a comma or a double quote stands
 * between double quotes, so that no two groups share a name.
 */
#include "data/builder_private.h"

#include <stdlib.h>
#include <string.h>

static const char unknown[] = "(unknown)";

/* A base group as an attribute's columns see it. */
typedef struct SeenGroup
{
	const DataBuilder *builder;
	const uint32_t *columns;
	uint32_t n_columns;
	uint32_t base; /* number by first appearance */
	bool by_fold;  /* folds are told apart */
} SeenGroup;

/* Value of the protected column 'column' in base group 'base'. */
static DictionaryEntry
value_of(const DataBuilder *builder, uint32_t base, uint32_t column)
{
	DictionaryEntry null = { unknown, sizeof(unknown) - 1, 0 };
	uint32_t code;

	memcpy(&code,
	       builder->base_groups.entries[base].name + column * sizeof(uint32_t),
	       sizeof(code));
	return code == DATA_NULL_CODE
	           ? null
	           : builder->protected_values[column].entries[code - 1];
}

/* Its fold; 0 without folds. */
static uint32_t
fold_of(const DataBuilder *builder, uint32_t base)
{
	uint32_t fold = 0;

	if (builder->spec.n_folds > 0)
		memcpy(&fold,
		       builder->base_groups.entries[base].name +
		           builder->spec.n_protected * sizeof(uint32_t),
		       sizeof(fold));
	return fold;
}

static int
compare_groups(const void *a, const void *b)
{
	const SeenGroup *x = a;
	const SeenGroup *y = b;
	int order = 0;

	for (uint32_t i = 0; i < x->n_columns && order == 0; i++)
	{
		DictionaryEntry p = value_of(x->builder, x->base, x->columns[i]);
		DictionaryEntry q = value_of(y->builder, y->base, y->columns[i]);

		order = dictionary_compare(p.name, p.length, q.name, q.length);
	}
	if (order == 0 && x->by_fold)
		order = (int) fold_of(x->builder, x->base) -
		        (int) fold_of(y->builder, y->base);
	return order;
}

static void
put_byte(char *to, size_t *length, char byte)
{
	if (to != NULL)
		to[*length] = byte;
	(*length)++;
}

/* Appends a value to a group's name; only its length when 'to' is NULL. */
static void
put_value(char *to, size_t *length, const DictionaryEntry *value, bool crossed)
{
	bool quoted = crossed && value->length > 0 &&
	              (memchr(value->name, ',', value->length) != NULL ||
	               memchr(value->name, '"', value->length) != NULL);

	if (quoted)
		put_byte(to, length, '"');
	for (uint32_t i = 0; i < value->length; i++)
	{
		if (quoted && value->name[i] == '"')
			put_byte(to, length, '"');
		put_byte(to, length, value->name[i]);
	}
	if (quoted)
		put_byte(to, length, '"');
}

/* "Female, Black", terminated; NULL: no memory. */
static const char *
group_name(const SeenGroup *group)
{
	size_t length = 0;
	char *name = NULL;

	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1)
		{
			name = arena_alloc(group->builder->arena, length + 1, 1);
			if (name == NULL)
				return NULL;
			length = 0;
		}
		for (uint32_t i = 0; i < group->n_columns; i++)
		{
			DictionaryEntry value =
				value_of(group->builder, group->base, group->columns[i]);

			if (i > 0)
			{
				put_byte(name, &length, ',');
				put_byte(name, &length, ' ');
			}
			put_value(name, &length, &value, group->n_columns > 1);
		}
	}
	name[length] = '\0';
	return name;
}

/* All base groups, sorted by the columns given. */
static SeenGroup *
sorted_groups(const DataBuilder *builder, const uint32_t *columns,
              uint32_t n_columns, bool by_fold)
{
	uint32_t n = builder->base_groups.n;
	SeenGroup *groups = arena_alloc(builder->arena, n, sizeof(SeenGroup));

	if (groups == NULL)
		return NULL;
	for (uint32_t b = 0; b < n; b++)
		groups[b] = (SeenGroup){ builder, columns, n_columns, b, by_fold };
	qsort(groups, n, sizeof(SeenGroup), compare_groups);
	return groups;
}

static NumStatus
make_attribute(const DataBuilder *builder, const DataAttributeSpec *spec,
               const uint32_t *new_number, DataAttribute *attribute)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->base_groups.n;
	SeenGroup *groups =
		sorted_groups(builder, spec->columns, spec->n_columns, false);
	uint32_t n_groups = 0;

	attribute->name = spec->name;
	attribute->group_of_base = arena_alloc(arena, n, sizeof(uint32_t));
	if (groups == NULL || attribute->group_of_base == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++)
		n_groups += i == 0 || compare_groups(&groups[i], &groups[i - 1]) != 0;
	attribute->n_groups = n_groups;
	attribute->group_names = arena_alloc(arena, n_groups, sizeof(const char *));
	if (attribute->group_names == NULL)
		return NUM_NO_MEMORY;
	if (n_groups > builder->spec.max_groups)
		return NUM_TOO_LARGE;
	n_groups = 0;
	for (uint32_t i = 0; i < n; i++)
	{
		if (i == 0 || compare_groups(&groups[i], &groups[i - 1]) != 0)
		{
			attribute->group_names[n_groups] = group_name(&groups[i]);
			if (attribute->group_names[n_groups++] == NULL)
				return NUM_NO_MEMORY;
		}
		attribute->group_of_base[new_number[groups[i].base]] = n_groups - 1;
	}
	arena_release(arena, groups, n, sizeof(SeenGroup));
	return NUM_OK;
}

/* Numbers of the base groups in order, by their old number. */
static uint32_t *
renumber(const DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->base_groups.n;
	uint32_t n_protected = builder->spec.n_protected;
	uint32_t *all = arena_alloc(arena, n_protected, sizeof(uint32_t));
	uint32_t *new_number = arena_alloc(arena, n, sizeof(uint32_t));
	SeenGroup *groups;

	if (all == NULL || new_number == NULL)
		return NULL;
	for (uint32_t p = 0; p < n_protected; p++)
		all[p] = p;
	groups = sorted_groups(builder, all, n_protected, true);
	if (groups == NULL)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		new_number[groups[i].base] = i;
	arena_release(arena, groups, n, sizeof(SeenGroup));
	arena_release(arena, all, n_protected, sizeof(uint32_t));
	return new_number;
}

/* The fold of each base group, by its new number. */
static NumStatus
list_folds(const DataBuilder *builder, const uint32_t *new_number,
           Dataset *data)
{
	uint32_t n = builder->base_groups.n;

	data->n_folds = builder->spec.n_folds;
	if (data->n_folds == 0)
		return NUM_OK;
	data->fold_of_base = arena_alloc(builder->arena, n, 1);
	if (data->fold_of_base == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t b = 0; b < n; b++)
		data->fold_of_base[new_number[b]] = (uint8_t) fold_of(builder, b);
	return NUM_OK;
}

NumStatus
data_make_groups(Finish *finish, const char **culprit)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	uint32_t *new_number = renumber(builder);
	NumStatus status = NUM_OK;

	*culprit = NULL;
	data->n_base_groups = builder->base_groups.n;
	data->n_attributes = builder->spec.n_attributes;
	data->attributes =
		arena_alloc(builder->arena, data->n_attributes, sizeof(DataAttribute));
	if (new_number == NULL || data->attributes == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t a = 0; a < data->n_attributes; a++)
	{
		status = make_attribute(builder, &builder->spec.attributes[a],
		                        new_number, &data->attributes[a]);

		if (status == NUM_TOO_LARGE)
		{
			*culprit = builder->spec.attributes[a].name;
			builder->culprit_groups = data->attributes[a].n_groups;
		}
		if (status != NUM_OK)
			return status;
	}
	finish->base_group = new_number;
	return list_folds(builder, new_number, data);
}
