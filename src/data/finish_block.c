/*
 * finish_block.c
 *    Writing the blocks of a dataset from rows as they came.
 *
 * When all columns are settled, a block is one walk over each of its columns:
 * numbers less their pivot, NULLs filled and flagged, codes of levels for codes
 * of first appearance.  The block it came from is given back at once, so that
 * hardly more memory is used than either form takes.  A block for which there
 * is no memory goes to the store (pages.h).
 *
 * All arrays of a block are one piece of memory.
 */
#include "data/builder_private.h"

#include <string.h>

#include "data/pages.h"
#include "data/slab.h"
#include "num/grid.h"

/* Columns of a block written between two looks at the monitor. */
#define WATCHED_COLUMNS 16384

size_t
data_block_lay(const Dataset *data, bool weighted, DataBlock *block, void *slab)
{
	size_t used = 0;

	for (uint32_t c = 0; c < data->n_columns; c++)
		block->values[c] = slab_cut(
			slab, &used, (size_t) block->n_rows * block->code_bytes[c]);
	block->cell = slab_cut(slab, &used, block->n_rows * sizeof(uint16_t));
	block->weight = NULL;
	if (weighted)
		block->weight = slab_cut(slab, &used, block->n_rows * sizeof(float));
	block->number = NULL;
	if (data->label == DATA_LABEL_NUMBER)
		block->number = slab_cut(slab, &used, block->n_rows * sizeof(double));
	block->label_class = NULL;
	if (data->label == DATA_LABEL_CLASS)
		block->label_class = slab_cut(slab, &used, block->n_rows);
	/* the last: those who do not know of it lay out the rest alike */
	block->draw = NULL;
	if (data->drawn)
		block->draw = slab_cut(slab, &used, block->n_rows * sizeof(float));
	block->slab = slab;
	block->slab_bytes = used;
	return used;
}

/* Where blocks go for which there is no memory. */
static NumStatus
create_pages(Finish *finish, uint8_t *code_bytes)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	DataPages wanted = { .rows = builder->shape.rows,
		                 .store = builder->spec.block_store,
		                 .weighted = builder->spec.weighted };
	DataBlock largest = { .n_rows = builder->shape.block_rows,
		                  .code_bytes = code_bytes };
	NumStatus status;

	if (builder->spec.block_store == NULL)
		return NUM_OK;
	largest.values =
		arena_alloc(builder->arena, data->n_columns, sizeof(void *));
	if (largest.values == NULL)
		return NUM_NO_MEMORY;
	wanted.buffer_bytes = data_block_lay(data, wanted.weighted, &largest, NULL);
	arena_release(builder->arena, largest.values, data->n_columns,
	              sizeof(void *));
	status = data_pages_create(builder->arena, data, &wanted);
	builder->pages = data->part[DATA_TRAIN].pages;
	return status;
}

DataBlock *
data_create_block(const Finish *finish, uint8_t *widths, uint32_t n_rows)
{
	NumArena *arena = finish->builder->arena;
	const Dataset *data = finish->data;
	size_t values = data->n_columns * sizeof(void *);
	DataBlock *block = arena_alloc(arena, 1, sizeof(DataBlock) + values);

	if (block == NULL)
		return NULL;
	memset(block, 0, sizeof(*block));
	block->n_rows = n_rows;
	block->code_bytes = widths;
	block->values = (void **) (block + 1);
	data_block_lay(data, finish->builder->spec.weighted, block, NULL);
	return block;
}

/* A number and its null flag; 'flags' is NULL where there is none. */
static void
write_number(const RawBlock *from, uint32_t c, const DataColumn *column,
             float *to, uint8_t *flags)
{
	double pivot = column->pivot;

	if (from->width[c] == sizeof(float))
		for (uint32_t i = 0; i < from->n_rows; i++)
			to[i] =
				(float) ((double) ((const float *) from->values[c])[i] - pivot);
	else
		for (uint32_t i = 0; i < from->n_rows; i++)
			to[i] = (float) (((const double *) from->values[c])[i] - pivot);
	if (flags != NULL)
		for (uint32_t i = 0; i < from->n_rows; i++)
			flags[i] = (uint8_t) (isnan(to[i]) ? 1 : 0);
	if (column->n_null[DATA_TRAIN] + column->n_null[DATA_HELD_OUT] > 0)
		for (uint32_t i = 0; i < from->n_rows; i++)
			to[i] = isnan(to[i]) ? column->fill : to[i];
}

/* Bytes for bytes, by a table of all that occur. */
static void
write_bytes(const Finish *finish, const RawBlock *from, uint32_t c, uint8_t *to)
{
	const DataBuilder *builder = finish->builder;
	const uint32_t *level = finish->columns[c].level;
	const uint8_t *codes = from->values[c];
	uint8_t map[UINT8_MAX + 1];
	uint8_t largest = 0;

	for (uint32_t i = 0; i < from->n_rows; i++)
		largest = codes[i] > largest ? codes[i] : largest;
	for (uint32_t v = 0; v <= largest; v++)
		map[v] = (uint8_t) level[data_code_of(builder, from, c, v)];
	for (uint32_t i = 0; i < from->n_rows; i++)
		to[i] = map[codes[i]];
}

static void
write_codes(const Finish *finish, const RawBlock *from, uint32_t c, void *to)
{
	const DataBuilder *builder = finish->builder;
	const FinishColumn *plan = &finish->columns[c];
	const uint32_t *level = plan->level;

	if (plan->width == 1 && from->width[c] == 1)
		write_bytes(finish, from, c, to);
	else if (plan->width == 1)
		for (uint32_t i = 0; i < from->n_rows; i++)
			((uint8_t *) to)[i] =
				(uint8_t) level[data_code(builder, from, c, i)];
	else if (plan->width == 2)
		for (uint32_t i = 0; i < from->n_rows; i++)
			((uint16_t *) to)[i] =
				(uint16_t) level[data_code(builder, from, c, i)];
	else
		for (uint32_t i = 0; i < from->n_rows; i++)
			((uint32_t *) to)[i] = level[data_code(builder, from, c, i)];
}

/* The cell of a row in the dataset. */
static uint16_t
own_cell(const Finish *finish, const RawBlock *block, uint32_t i)
{
	uint32_t cell = raw_cell(block, i);

	return (uint16_t) (2 * finish->base_group[cell >> 1] + (cell & 1));
}

static NumStatus
write_block(const Finish *finish, const RawBlock *from, DataBlock *to)
{
	const Dataset *data = finish->data;

	for (uint32_t c = 0; c < finish->builder->spec.n_columns; c++)
	{
		const FinishColumn *plan = &finish->columns[c];

		if (c % WATCHED_COLUMNS == WATCHED_COLUMNS - 1 &&
		    monitor_stop(finish->builder->spec.monitor))
			return NUM_CANCELLED;
		if (plan->dropped)
			continue;
		if (finish->builder->spec.columns[c].kind == DATA_CATEGORY)
			write_codes(finish, from, c, to->values[plan->column]);
		else
			write_number(from, c, &data->columns[plan->column],
			             to->values[plan->column],
			             plan->flagged ? to->values[plan->column + 1] : NULL);
	}
	for (uint32_t i = 0; i < from->n_rows; i++)
		to->cell[i] = own_cell(finish, from, i);
	if (to->weight != NULL)
		memcpy(to->weight, from->weight, from->n_rows * sizeof(float));
	for (uint32_t i = 0; i < from->n_rows && to->number != NULL; i++)
		to->number[i] = raw_number(from, finish->builder->spec.label_column, i);
	for (uint32_t i = 0; i < from->n_rows && to->label_class != NULL; i++)
	{
		uint32_t c = finish->builder->spec.label_column;

		to->label_class[i] =
			(uint8_t) finish->columns[c].level[raw_code(from, c, i)];
	}
	for (uint32_t i = 0; i < from->n_rows && to->draw != NULL; i++)
		to->draw[i] =
			(float) raw_number(from, finish->builder->spec.draw_column, i);
	return NUM_OK;
}

/* Bytes of a value by column, the same in all blocks. */
static uint8_t *
list_widths(const Finish *finish)
{
	const Dataset *data = finish->data;
	uint8_t *widths = arena_alloc(finish->builder->arena, data->n_columns, 1);

	if (widths == NULL)
		return NULL;
	for (uint32_t c = 0; c < finish->builder->spec.n_columns; c++)
	{
		const FinishColumn *plan = &finish->columns[c];

		if (plan->dropped)
			continue;
		widths[plan->column] =
			finish->builder->spec.columns[c].kind == DATA_CATEGORY
				? plan->width
				: (uint8_t) sizeof(float);
		if (plan->flagged)
			widths[plan->column + 1] = 1;
	}
	return widths;
}

NumStatus
data_write_block(const Finish *finish, uint8_t *widths, RawBlock *from,
                 DataBlock **to)
{
	const RawShape *shape = &finish->builder->shape;
	DataBlock *block = data_create_block(finish, widths, from->n_rows);
	char *piece;

	*to = NULL;
	if (block == NULL)
		return NUM_NO_MEMORY;
	piece = arena_alloc(shape->rows, 1, block->slab_bytes);
	if (piece == NULL)
		return NUM_OK;
	data_block_lay(finish->data, shape->weighted, block, piece);
	if (write_block(finish, from, block) != NUM_OK)
		return NUM_CANCELLED;
	arena_release(shape->rows, from->slab, 1, from->slab_bytes);
	from->slab = NULL;
	*to = block;
	return NUM_OK;
}

/* The totals of the cells of a part: weights, and behind them rows. */
typedef struct CellTotals
{
	double *weight;
	uint64_t *rows;
} CellTotals;

static size_t
n_cells(const Dataset *data)
{
	return 2 * (size_t) data->n_base_groups;
}

static CellTotals
totals_at(const Dataset *data, void *cells)
{
	double *weight = cells;

	return (CellTotals){ weight, (uint64_t *) (weight + n_cells(data)) };
}

size_t
data_cells_bytes(const Dataset *data)
{
	return n_cells(data) * (sizeof(double) + sizeof(uint64_t));
}

NumStatus
data_count_cells(const Finish *finish, DataPart part, void *cells)
{
	const DataBuilder *builder = finish->builder;
	CellTotals totals = totals_at(finish->data, cells);

	memset(cells, 0, data_cells_bytes(finish->data));
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			const RawBlock *block = builder->stream[s].blocks[b];

			if (data_part_of(s) != part)
				break;
			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			for (uint32_t i = 0; i < block->n_rows; i++)
				totals.rows[own_cell(finish, block, i)]++;
			for (uint32_t i = 0; i < block->n_rows && block->weight; i++)
				totals.weight[own_cell(finish, block, i)] += grid_round(
					(double) block->weight[i], finish->weight_magnet);
		}
	return NUM_OK;
}

/* Adds the rows of a block to the totals of their part. */
static void
count_cells(const Finish *finish, const DataBlock *block, DataRows *rows)
{
	for (uint32_t i = 0; i < block->n_rows; i++)
		rows->cell_rows[block->cell[i]]++;
	for (uint32_t i = 0; i < block->n_rows && block->weight != NULL; i++)
		rows->cell_weight[block->cell[i]] +=
			grid_round((double) block->weight[i], finish->weight_magnet);
}

/* What the cells weigh where rows have no weights, and all of them together. */
static void
weigh_cells(const Finish *finish, DataRows *rows)
{
	for (size_t c = 0; c < n_cells(finish->data); c++)
	{
		if (!finish->builder->spec.weighted)
			rows->cell_weight[c] = (double) rows->cell_rows[c];
		rows->weight += rows->cell_weight[c];
	}
}

/* Writes a block that goes to the store where there is no memory for it. */
static NumStatus
write_anywhere(Finish *finish, int s, uint32_t b, uint8_t *widths,
               DataBlock **result)
{
	DataBuilder *builder = finish->builder;
	const RawBlock *from = data_raw(builder, s, b, RAW_ALL);
	DataBlock *to = data_create_block(finish, widths, from->n_rows);
	char *piece;
	bool stays;

	if (to == NULL)
		return NUM_NO_MEMORY;
	piece = arena_alloc(builder->shape.rows, 1, to->slab_bytes);
	stays = piece != NULL;
	if (!stays && builder->pages != NULL)
		piece = builder->pages->buffer;
	if (piece == NULL)
		return NUM_NO_MEMORY;
	data_block_lay(finish->data, builder->spec.weighted, to, piece);
	if (write_block(finish, from, to) != NUM_OK)
		return NUM_CANCELLED;
	if (finish->counted == NULL)
		count_cells(finish, to, &finish->data->part[data_part_of(s)]);
	if (!stays)
		data_pages_store(builder->pages, to);
	*result = to;
	return NUM_OK;
}

/* Adds the blocks of a stream to those of its part; 'written' has those that
 * are there already, and may be NULL. */
static NumStatus
write_stream(Finish *finish, int s, uint8_t *widths, DataBlock *const *written)
{
	DataBuilder *builder = finish->builder;
	RawStream *stream = &builder->stream[s];
	DataRows *rows = &finish->data->part[data_part_of(s)];

	for (uint32_t b = 0; b < stream->n_blocks; b++)
	{
		RawBlock *from = stream->blocks[b];
		DataBlock *to = written == NULL ? NULL : written[b];
		NumStatus status = NUM_OK;

		if (monitor_stop(builder->spec.monitor))
			return NUM_CANCELLED;
		if (to == NULL && from->n_rows > 0)
			status = write_anywhere(finish, s, b, widths, &to);
		if (status != NUM_OK)
			return status;
		if (to != NULL)
		{
			rows->blocks[rows->n_blocks++] = to;
			rows->n_rows += to->n_rows;
			finish->data->block_bytes += to->slab_bytes;
		}
		stream->blocks[b] = NULL;
		raw_release(&builder->shape, from);
	}
	arena_release(builder->arena, stream->blocks, stream->block_room,
	              sizeof(RawBlock *));
	stream->blocks = NULL;
	stream->n_blocks = 0;
	stream->block_room = 0;
	return NUM_OK;
}

/* Room for the blocks of a part and the totals of its cells, which may have been
 * counted. */
static NumStatus
create_part(Finish *finish, DataPart part)
{
	DataBuilder *builder = finish->builder;
	DataRows *rows = &finish->data->part[part];
	const void *counted = data_counted(finish, part);
	void *cells =
		arena_alloc(builder->arena, 1, data_cells_bytes(finish->data));
	size_t n_blocks = 0;

	for (int s = 0; s < DATA_STREAMS; s++)
		if (data_part_of(s) == part)
			n_blocks += builder->stream[s].n_blocks;
	rows->blocks = arena_alloc(builder->arena, n_blocks, sizeof(DataBlock *));
	if (rows->blocks == NULL || cells == NULL)
		return NUM_NO_MEMORY;
	rows->cell_weight = totals_at(finish->data, cells).weight;
	rows->cell_rows = totals_at(finish->data, cells).rows;
	if (counted != NULL)
		memcpy(cells, counted, data_cells_bytes(finish->data));
	else
		memset(cells, 0, data_cells_bytes(finish->data));
	return NUM_OK;
}

NumStatus
data_finish_blocks(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	Dataset *data = finish->data;
	uint8_t *widths = list_widths(finish);
	DataBlock **written = NULL;
	NumStatus status = NUM_OK;

	if (widths == NULL)
		return NUM_NO_MEMORY;
	for (int p = 0; p < DATA_PARTS && status == NUM_OK; p++)
		status = create_part(finish, (DataPart) p);
	if (status == NUM_OK)
		status = create_pages(finish, widths);
	if (status == NUM_OK)
		status = data_write_together(finish, widths, &written);
	for (int k = 0; k < DATA_STREAMS && status == NUM_OK; k++)
	{
		int s = data_stream_at(k);
		uint32_t n = builder->stream[s].n_blocks;

		status = write_stream(finish, s, widths, written);
		written = written == NULL ? NULL : written + n;
		if (s != DATA_HELD_OUT_STREAM)
			data->part[DATA_TRAIN].sample_blocks[s] =
				data->part[DATA_TRAIN].n_blocks;
	}
	for (int p = 0; p < DATA_PARTS && status == NUM_OK; p++)
		weigh_cells(finish, &data->part[p]);
	data->weight_magnet = finish->weight_magnet;
	/* there are no other rows any more */
	if (builder->pages != NULL)
		data_reclaim_by(builder, data_pages_reclaim, builder->pages);
	return status;
}
