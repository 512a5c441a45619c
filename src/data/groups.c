/*
 * groups.c
 *    Base groups and attributes of a dataset being finished.
 *
 * Base groups are numbered by first appearance while rows come in, and by the
 * order of their printable names in the end.  An attribute's groups are the
 * distinct combinations of its columns' values, in the same order.
 */
#include "data/groups.h"

#include <stdlib.h>
#include <string.h>

static const char unknown[] = "(unknown)";

typedef struct NamedGroup
{
	const char *name; /* of all columns concerned, joined by ", " */
	uint32_t base;    /* number by first appearance */
} NamedGroup;

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const NamedGroup *) a)->name,
				  ((const NamedGroup *) b)->name);
}

/* Code of protected column 'column' in base group 'base'. */
static uint32_t
code_of(const DataBuilder *builder, uint32_t base, uint32_t column)
{
	uint32_t code;

	memcpy(&code,
		   builder->base_groups.entries[base].name +
			   column * sizeof(uint32_t),
		   sizeof(code));
	return code;
}

/* "Female, Black" for the columns given. */
static const char *
group_name(const DataBuilder *builder, uint32_t base, const uint32_t *columns,
		   uint32_t n_columns)
{
	size_t length = 1;
	char *name;
	char *to;

	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1)
		{
			name = arena_alloc(builder->arena, length, 1);
			if (name == NULL)
				return NULL;
			to = name;
		}
		for (uint32_t i = 0; i < n_columns; i++)
		{
			uint32_t code = code_of(builder, base, columns[i]);
			const DictionaryEntry *entry =
				code == DATA_NULL_CODE
					? NULL
					: &builder->protected_values[columns[i]].entries[code - 1];
			const char *text = entry == NULL ? unknown : entry->name;
			size_t n = entry == NULL ? sizeof(unknown) - 1 : entry->length;

			if (pass == 0)
			{
				length += n + 2;
				continue;
			}
			if (i > 0)
			{
				memcpy(to, ", ", 2);
				to += 2;
			}
			memcpy(to, text, n);
			to += n;
		}
	}
	*to = '\0';
	return name;
}

/* Base groups named by the columns given and sorted by that name. */
static NamedGroup *
sorted_groups(const DataBuilder *builder, const uint32_t *columns,
			  uint32_t n_columns)
{
	uint32_t n = builder->base_groups.n;
	NamedGroup *named = arena_alloc(builder->arena, n, sizeof(NamedGroup));

	if (named == NULL)
		return NULL;
	for (uint32_t b = 0; b < n; b++)
	{
		named[b].base = b;
		named[b].name = group_name(builder, b, columns, n_columns);
		if (named[b].name == NULL)
			return NULL;
	}
	qsort(named, n, sizeof(NamedGroup), compare_names);
	return named;
}

static NumStatus
make_attribute(const DataBuilder *builder, const DataAttributeSpec *spec,
			   const uint32_t *new_number, DataAttribute *attribute)
{
	uint32_t n = builder->base_groups.n;
	NamedGroup *named =
		sorted_groups(builder, spec->columns, spec->n_columns);

	attribute->name = spec->name;
	attribute->n_groups = 0;
	attribute->group_names =
		arena_alloc(builder->arena, n, sizeof(const char *));
	attribute->group_of_base =
		arena_alloc(builder->arena, n, sizeof(uint32_t));
	if (named == NULL || attribute->group_names == NULL ||
		attribute->group_of_base == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++)
	{
		if (i == 0 || strcmp(named[i].name, named[i - 1].name) != 0)
			attribute->group_names[attribute->n_groups++] = named[i].name;
		attribute->group_of_base[new_number[named[i].base]] =
			attribute->n_groups - 1;
	}
	return attribute->n_groups > builder->spec.max_groups ? NUM_TOO_LARGE
														   : NUM_OK;
}

NumStatus
data_make_groups(DataBuilder *builder, Dataset *data, const char **culprit)
{
	uint32_t n = builder->base_groups.n;
	uint32_t *all =
		arena_alloc(builder->arena, builder->spec.n_protected,
					sizeof(uint32_t));
	uint32_t *new_number = arena_alloc(builder->arena, n, sizeof(uint32_t));
	NamedGroup *named;

	*culprit = NULL;
	data->n_base_groups = n;
	data->n_attributes = builder->spec.n_attributes;
	data->attributes = arena_alloc(builder->arena, data->n_attributes,
								   sizeof(DataAttribute));
	if (all == NULL || new_number == NULL || data->attributes == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t p = 0; p < builder->spec.n_protected; p++)
		all[p] = p;
	named = sorted_groups(builder, all, builder->spec.n_protected);
	if (named == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++)
		new_number[named[i].base] = i;

	for (uint32_t a = 0; a < data->n_attributes; a++)
	{
		NumStatus status =
			make_attribute(builder, &builder->spec.attributes[a], new_number,
						   &data->attributes[a]);

		if (status != NUM_OK)
		{
			*culprit = builder->spec.attributes[a].name;
			return status;
		}
	}
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];

			for (uint32_t i = 0; i < block->n_rows; i++)
				block->cell[i] =
					(uint16_t) (2 * new_number[block->cell[i] >> 1] +
								(block->cell[i] & 1u));
		}
	return NUM_OK;
}
