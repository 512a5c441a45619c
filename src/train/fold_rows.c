/*
 * fold_rows.c
 *    The rows of one fold, a block at a time.
 */
#include "train/fold_rows.h"

#include <string.h>

struct FoldRows
{
	const Dataset *data;
	DataBlock part;
	uint16_t at[DATA_BLOCK_ROWS]; /* places in the block */
};

NumStatus
fold_rows_create(NumArena *arena, const Dataset *data, const DataBlock *like,
                 FoldRows **result)
{
	FoldRows *rows = arena_alloc(arena, 1, sizeof(FoldRows));
	DataBlock *part;
	bool done;

	if (rows == NULL)
		return NUM_NO_MEMORY;
	memset(rows, 0, sizeof(*rows));
	rows->data = data;
	part = &rows->part;
	part->code_bytes = like->code_bytes;
	part->values = arena_alloc(arena, data->n_columns, sizeof(void *));
	part->cell = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(uint16_t));
	done = part->values != NULL && part->cell != NULL;
	if (like->weight != NULL)
	{
		part->weight = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(float));
		done = done && part->weight != NULL;
	}
	if (like->number != NULL)
	{
		part->number = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(double));
		done = done && part->number != NULL;
	}
	for (uint32_t c = 0; c < data->n_columns && done; c++)
	{
		part->values[c] =
			arena_alloc(arena, DATA_BLOCK_ROWS, like->code_bytes[c]);
		done = part->values[c] != NULL;
	}
	*result = rows;
	return done ? NUM_OK : NUM_NO_MEMORY;
}

/* The values of one column. */
static void
fill_column(const FoldRows *rows, const void *from, int bytes, void *to)
{
	const uint16_t *at = rows->at;
	uint32_t n = rows->part.n_rows;

	if (bytes == 1)
		for (uint32_t i = 0; i < n; i++)
			((uint8_t *) to)[i] = ((const uint8_t *) from)[at[i]];
	else if (bytes == 2)
		for (uint32_t i = 0; i < n; i++)
			((uint16_t *) to)[i] = ((const uint16_t *) from)[at[i]];
	else
		for (uint32_t i = 0; i < n; i++)
			((uint32_t *) to)[i] = ((const uint32_t *) from)[at[i]];
}

const DataBlock *
fold_rows_of(FoldRows *rows, const DataBlock *block, uint32_t fold)
{
	const Dataset *data = rows->data;
	DataBlock *part = &rows->part;
	uint16_t *at = rows->at;
	uint32_t n = 0;

	for (uint32_t i = 0; i < block->n_rows; i++)
		if (data->fold_of_base[block->cell[i] >> 1] == fold)
			at[n++] = (uint16_t) i;
	part->n_rows = n;
	for (uint32_t i = 0; i < n; i++)
		part->cell[i] = block->cell[at[i]];
	for (uint32_t i = 0; i < n && block->weight != NULL; i++)
		part->weight[i] = block->weight[at[i]];
	for (uint32_t i = 0; i < n && block->number != NULL; i++)
		part->number[i] = block->number[at[i]];
	for (uint32_t c = 0; c < data->n_columns; c++)
		fill_column(rows, block->values[c], block->code_bytes[c],
		            part->values[c]);
	return part;
}
