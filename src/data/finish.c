/*
 * finish.c
 *    From filled blocks to a finished dataset.
 *
 * In order: base groups and attributes; for every number mean, spread and
 * range over the training rows, NULLs filled with the mean and, where training
 * rows had any, a null flag behind the column; for every category levels
 * sorted by bytes (NULL first, rare ones pooled last) and codes renumbered;
 * columns that carry nothing left out; parameters numbered.
 *
 * So the result depends on the rows and not on which value came first.  Each
 * step is one walk over a column of all blocks.
 */
#include "data/builder_private.h"

#include <string.h>

#include "data/groups.h"

void
data_find(Finish *finish, DataFindingKind kind, uint32_t column, uint64_t count)
{
	DataFinding *finding = &finish->findings[finish->n_findings++];

	finding->kind = kind;
	finding->column = finish->builder->spec.columns[column].name;
	finding->count = count;
}

void
data_drop_column(DataBuilder *builder, uint32_t column)
{
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];

			data_give_codes(builder, block->values[column],
			                block->code_bytes[column]);
			block->values[column] = NULL;
		}
}

/* Room behind the columns in the blocks' arrays for the null flag of every
 * number that turns out to need one. */
static NumStatus
widen_blocks(DataBuilder *builder)
{
	uint32_t n = builder->spec.n_columns;
	uint32_t n_places = n + builder->n_numbers;

	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];
			void **values =
				arena_alloc(builder->arena, n_places, sizeof(void *));
			uint8_t *bytes = arena_alloc(builder->arena, n_places, 1);

			if (values == NULL || bytes == NULL)
				return NUM_NO_MEMORY;
			memset(values, 0, n_places * sizeof(void *));
			memset(bytes, 0, n_places);
			memcpy(values, block->values, n * sizeof(void *));
			memcpy(bytes, block->code_bytes, n);
			arena_release(builder->arena, block->values, n, sizeof(void *));
			arena_release(builder->arena, block->code_bytes, n, 1);
			block->values = values;
			block->code_bytes = bytes;
		}
	return NUM_OK;
}

/* Puts the blocks' arrays into the order of the final columns. */
static NumStatus
arrange_blocks(const Finish *finish)
{
	DataBuilder *builder = finish->builder;
	const uint32_t *place = finish->place;
	uint32_t n = finish->data->n_columns;
	uint32_t n_places = builder->spec.n_columns + builder->n_numbers;

	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < builder->part[p].n_blocks; b++)
		{
			DataBlock *block = builder->part[p].blocks[b];
			void **values = arena_alloc(builder->arena, n, sizeof(void *));
			uint8_t *bytes = arena_alloc(builder->arena, n, 1);

			if (values == NULL || bytes == NULL)
				return NUM_NO_MEMORY;
			for (uint32_t i = 0; i < n; i++)
			{
				values[i] = block->values[place[i]];
				bytes[i] = block->code_bytes[place[i]];
			}
			arena_release(builder->arena, block->values, n_places,
			              sizeof(void *));
			arena_release(builder->arena, block->code_bytes, n_places, 1);
			block->values = values;
			block->code_bytes = bytes;
		}
	return NUM_OK;
}

/* The columns in the order they were given, each null flag behind its
 * number, and the places of their parameters. */
static NumStatus
finish_columns(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	size_t n = builder->spec.n_columns;
	uint32_t number = 0;
	uint32_t category = 0;
	NumStatus status = widen_blocks(builder);

	finish->place = arena_alloc(builder->arena, 2 * n, sizeof(uint32_t));
	data->columns = arena_alloc(builder->arena, 2 * n, sizeof(DataColumn));
	if (finish->place == NULL || data->columns == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t c = 0; c < n && status == NUM_OK; c++)
		status = builder->spec.columns[c].kind == DATA_NUMBER
		             ? data_finish_number(finish, number++)
		             : data_finish_category(finish, category++);
	if (status == NUM_OK)
		status = arrange_blocks(finish);
	data->n_params = 1;
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		data->columns[c].first_param = data->n_params;
		data->n_params += data->columns[c].n_params;
	}
	return status;
}

static size_t
count_block_bytes(const Dataset *data)
{
	size_t bytes = 0;

	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < data->part[p].n_blocks; b++)
		{
			const DataBlock *block = data->part[p].blocks[b];

			bytes += DATA_BLOCK_ROWS * sizeof(uint16_t);
			if (block->weight != NULL)
				bytes += DATA_BLOCK_ROWS * sizeof(float);
			for (uint32_t c = 0; c < data->n_columns; c++)
				bytes += (size_t) DATA_BLOCK_ROWS * block->code_bytes[c];
		}
	return bytes;
}

NumStatus
data_builder_finish(DataBuilder *builder, Dataset **result,
                    DataFinding **findings, uint32_t *n_findings,
                    const char **culprit)
{
	Finish finish = { .builder = builder };
	NumStatus status = data_builder_flush(builder);

	*culprit = NULL;
	if (status != NUM_OK)
		return status;
	finish.data = arena_alloc(builder->arena, 1, sizeof(Dataset));
	finish.findings =
		arena_alloc(builder->arena, 2 * (size_t) builder->spec.n_columns,
	                sizeof(DataFinding));
	if (finish.data == NULL || finish.findings == NULL)
		return NUM_NO_MEMORY;
	memset(finish.data, 0, sizeof(Dataset));
	status = data_make_groups(builder, finish.data, culprit);
	if (status == NUM_OK)
		status = finish_columns(&finish);
	if (status != NUM_OK)
		return status;
	for (int p = 0; p < DATA_PARTS; p++)
		finish.data->part[p] = builder->part[p];
	finish.data->block_bytes = count_block_bytes(finish.data);
	*result = finish.data;
	*findings = finish.findings;
	*n_findings = finish.n_findings;
	return NUM_OK;
}

void
data_cell_totals(const Dataset *data, DataPart part, double *weight,
                 uint64_t *rows)
{
	size_t n_cells = 2 * (size_t) data->n_base_groups;

	memset(weight, 0, n_cells * sizeof(double));
	memset(rows, 0, n_cells * sizeof(uint64_t));
	for (uint32_t b = 0; b < data->part[part].n_blocks; b++)
	{
		const DataBlock *block = data->part[part].blocks[b];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			weight[block->cell[i]] += data_row_weight(block, i);
			rows[block->cell[i]]++;
		}
	}
}
