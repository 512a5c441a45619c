/*
 * layout.c
 *    Where the kernel keeps the parameters of a column.
 */
#include "train/layout.h"

uint32_t *
layout_places(NumArena *arena, const Dataset *data)
{
	uint32_t *place = arena_alloc(arena, data->n_columns, sizeof(uint32_t));
	uint32_t next = 1;

	if (place == NULL)
		return NULL;
	for (int kind = DATA_NUMBER; kind <= DATA_CATEGORY; kind++)
		for (uint32_t c = 0; c < data->n_columns; c++)
		{
			if ((int) data->columns[c].kind != kind)
				continue;
			place[c] = data->columns[c].n_params > 0 ? next : 0;
			next += data->columns[c].n_params;
		}
	return place;
}
