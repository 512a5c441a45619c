/*
 * raw_block.c
 *    Rows as they came, in blocks.
 *
 * Cost: some 1 ns a value to append and as much to pack.  Memory: 8 bytes a
 * number and 4 a category for one block of a stream, the packed ones beside
 * it.
 */
#include "data/raw_block.h"

#include <string.h>

#include "data/dataset.h"
#include "data/slab.h"

/* An open block takes no more than about this; full ones have at least
 * LEAST_ROWS rows, which make up for what a block costs a column beside its
 * values, or of rows that have LONG_ROW bytes or more LEAST_LONG_ROWS: there
 * memory is scarcer than time. */
#define OPEN_BYTES (1024 * 1024)
#define LEAST_ROWS 64
#define LONG_ROW (1024 * 1024)
#define LEAST_LONG_ROWS 16

/* Columns looked at between two looks at the monitor: of a block some ten
 * milliseconds. */
#define WATCHED_COLUMNS 16384

/* rows from one array of an open block to the next; the odd line keeps them
 * from competing for the same lines of the cache */
#define SPARE_ROWS 8

/* rows at a time, for the compiler to take together */
#define LANES 8

void
raw_shape_size(RawShape *shape)
{
	size_t row = shape->n_numbers * sizeof(double) +
	             shape->n_categories * sizeof(uint32_t) + sizeof(uint16_t) +
	             sizeof(float);
	uint32_t least = row < LONG_ROW ? LEAST_ROWS : LEAST_LONG_ROWS;

	shape->block_rows = DATA_BLOCK_ROWS;
	while (shape->block_rows > least && shape->block_rows * row > OPEN_BYTES)
		shape->block_rows /= 2;
}

/* Lays the arrays of an open block into a piece, or counts its bytes. */
static size_t
lay_open(const RawShape *shape, RawStream *stream, char *piece)
{
	size_t rows = (size_t) shape->block_rows + SPARE_ROWS;
	size_t used = 0;
	double **number =
		slab_cut(piece, &used, shape->n_numbers * sizeof(double *));
	uint32_t **code =
		slab_cut(piece, &used, shape->n_categories * sizeof(uint32_t *));

	for (uint32_t k = 0; k < shape->n_numbers; k++)
	{
		double *array = slab_cut(piece, &used, rows * sizeof(double));

		if (number != NULL)
			number[k] = array;
	}
	for (uint32_t k = 0; k < shape->n_categories; k++)
	{
		uint32_t *array = slab_cut(piece, &used, rows * sizeof(uint32_t));

		if (code != NULL)
			code[k] = array;
	}
	stream->number = number;
	stream->code = code;
	stream->cell = slab_cut(piece, &used, rows * sizeof(uint16_t));
	stream->weight = NULL;
	if (shape->weighted)
		stream->weight = slab_cut(piece, &used, rows * sizeof(float));
	return used;
}

/* Asks after so many columns of a wide row, or of a block of few rows. */
static inline bool
stops_at(const RawShape *shape, uint32_t k)
{
	return k % WATCHED_COLUMNS == WATCHED_COLUMNS - 1 &&
	       monitor_stop(shape->monitor);
}

static NumStatus
open_stream(const RawShape *shape, RawStream *stream)
{
	size_t bytes = lay_open(shape, stream, NULL);
	char *piece = arena_alloc(shape->arena, 1, bytes);

	if (piece == NULL)
		return NUM_NO_MEMORY;
	lay_open(shape, stream, piece);
	stream->open = piece;
	stream->open_bytes = bytes;
	stream->n_open = 0;
	return NUM_OK;
}

static void
close_stream(const RawShape *shape, RawStream *stream)
{
	arena_release(shape->arena, stream->open, 1, stream->open_bytes);
	stream->open = NULL;
	stream->number = NULL;
}

size_t
raw_lay(const RawShape *shape, RawBlock *block, void *slab)
{
	size_t rows = block->laid_rows;
	size_t used = 0;

	for (uint32_t c = 0; c < shape->n_columns; c++)
		block->values[c] = slab_cut(slab, &used, rows * block->width[c]);
	block->cell = slab_cut(slab, &used, rows * sizeof(uint16_t));
	block->weight = NULL;
	if (shape->weighted)
		block->weight = slab_cut(slab, &used, rows * sizeof(float));
	block->slab = slab;
	block->slab_bytes = used;
	return used;
}

/* Everything of a block but its rows is one piece of memory: small pieces cost
 * the owner some hundred bytes more each. */
static size_t
lay_head(const RawShape *shape, RawBlock *block, char *piece)
{
	size_t used = 0;

	slab_cut(piece, &used, sizeof(RawBlock));
	block->values = slab_cut(piece, &used, shape->n_columns * sizeof(void *));
	block->low = slab_cut(piece, &used, shape->n_numbers * sizeof(double));
	block->high = slab_cut(piece, &used, shape->n_numbers * sizeof(double));
	block->width = slab_cut(piece, &used, shape->n_columns);
	return used;
}

RawBlock *
raw_create(const RawShape *shape)
{
	RawBlock head;
	char *piece = arena_alloc(shape->arena, 1, lay_head(shape, &head, NULL));
	RawBlock *block = (RawBlock *) (void *) piece;

	if (piece == NULL)
		return NULL;
	memset(block, 0, sizeof(*block));
	lay_head(shape, block, piece);
	return block;
}

void
raw_release(const RawShape *shape, RawBlock *block)
{
	RawBlock head;

	if (shape->pages != NULL && block == shape->pages->paged)
		shape->pages->paged = NULL;
	else
		arena_release(shape->rows, block->slab, 1, block->slab_bytes);
	if (shape->pages != NULL && block == shape->pages->in_use)
		shape->pages->in_use = NULL;
	arena_release(shape->arena, block, 1, lay_head(shape, &head, NULL));
}

/* Least and greatest of the numbers of an open block. */
static void
number_range(const double *x, uint32_t n, double *low, double *high)
{
	double least[LANES];
	double greatest[LANES];
	uint32_t whole = n - n % LANES;

	for (int l = 0; l < LANES; l++)
	{
		least[l] = INFINITY;
		greatest[l] = -INFINITY;
	}
	/* comparisons are false for NaN, which is NULL */
	for (uint32_t i = 0; i < whole; i += LANES)
		for (uint32_t l = 0; l < LANES; l++)
		{
			least[l] = x[i + l] < least[l] ? x[i + l] : least[l];
			greatest[l] = x[i + l] > greatest[l] ? x[i + l] : greatest[l];
		}
	for (uint32_t i = whole; i < n; i++)
	{
		least[0] = x[i] < least[0] ? x[i] : least[0];
		greatest[0] = x[i] > greatest[0] ? x[i] : greatest[0];
	}
	*low = least[0];
	*high = greatest[0];
	for (int l = 1; l < LANES; l++)
	{
		*low = fmin(*low, least[l]);
		*high = fmax(*high, greatest[l]);
	}
}

static bool
all_floats(const double *x, uint32_t n)
{
	uint32_t others = 0;

	for (uint32_t i = 0; i < n; i++)
		others += (double) (float) x[i] < x[i] || (double) (float) x[i] > x[i];
	return others == 0;
}

static uint32_t
largest_code(const uint32_t *codes, uint32_t n)
{
	uint32_t largest = 0;

	for (uint32_t i = 0; i < n; i++)
		largest = codes[i] > largest ? codes[i] : largest;
	return largest;
}

static void
pack_numbers(const double *from, uint32_t n, uint8_t width, void *to)
{
	if (width == sizeof(double))
		memcpy(to, from, n * sizeof(double));
	else
		for (uint32_t i = 0; i < n; i++)
			((float *) to)[i] = (float) from[i];
}

static void
pack_codes(const uint32_t *from, uint32_t n, uint8_t width, void *to)
{
	if (width == 1)
		for (uint32_t i = 0; i < n; i++)
			((uint8_t *) to)[i] = (uint8_t) from[i];
	else if (width == 2)
		for (uint32_t i = 0; i < n; i++)
			((uint16_t *) to)[i] = (uint16_t) from[i];
	else
		memcpy(to, from, n * sizeof(uint32_t));
}

/* Stores a block and forgets where it is in memory. */
static void
raw_store(const RawShape *shape, RawBlock *block)
{
	block->store = shape->pages->store;
	block->place = store_place(block->store, block->slab_bytes);
	block->store->write(block->store, block->place, block->slab,
	                    block->slab_bytes);
	block->slab = NULL;
	block->is_laid = false;
}

/* Copies the open rows into a block whose widths are known. */
static NumStatus
fill_block(const RawShape *shape, const RawStream *stream, RawBlock *block)
{
	uint32_t n = block->n_rows;
	void *slab = arena_alloc(shape->rows, 1, raw_lay(shape, block, NULL));
	bool stays = slab != NULL;

	if (!stays && shape->pages != NULL)
		slab = shape->pages->packed;
	if (slab == NULL)
		return NUM_NO_MEMORY;
	raw_lay(shape, block, slab);
	for (uint32_t k = 0; k < shape->n_numbers; k++)
	{
		uint32_t c = shape->numbers[k];

		if (stops_at(shape, k))
			return NUM_CANCELLED;
		pack_numbers(stream->number[k], n, block->width[c], block->values[c]);
	}
	for (uint32_t k = 0; k < shape->n_categories; k++)
	{
		uint32_t c = shape->categories[k];

		pack_codes(stream->code[k], n, block->width[c], block->values[c]);
	}
	memcpy(block->cell, stream->cell, n * sizeof(uint16_t));
	if (block->weight != NULL)
		memcpy(block->weight, stream->weight, n * sizeof(float));
	if (!stays)
		raw_store(shape, block);
	return NUM_OK;
}

NumStatus
raw_add(const RawShape *shape, RawStream *stream, RawBlock *block)
{
	if (stream->n_blocks == stream->block_room)
	{
		uint32_t more = stream->block_room == 0 ? 16 : 2 * stream->block_room;
		RawBlock **blocks = arena_alloc(shape->arena, more, sizeof(RawBlock *));

		if (blocks == NULL)
			return NUM_NO_MEMORY;
		if (stream->n_blocks > 0)
			memcpy(blocks, stream->blocks,
			       stream->n_blocks * sizeof(RawBlock *));
		arena_release(shape->arena, stream->blocks, stream->block_room,
		              sizeof(RawBlock *));
		stream->blocks = blocks;
		stream->block_room = more;
	}
	stream->blocks[stream->n_blocks++] = block;
	return NUM_OK;
}

/* The open rows become a block of the list. */
static NumStatus
pack(const RawShape *shape, RawStream *stream)
{
	RawBlock *block = raw_create(shape);
	NumStatus status;

	if (block == NULL)
		return NUM_NO_MEMORY;
	block->n_rows = block->laid_rows = stream->n_open;
	block->heaviest = stream->weight == NULL ? 1 : 0;
	for (uint32_t i = 0; i < block->n_rows && stream->weight != NULL; i++)
		block->heaviest = stream->weight[i] > block->heaviest
		                      ? stream->weight[i]
		                      : block->heaviest;
	for (uint32_t k = 0; k < shape->n_numbers; k++)
	{
		const double *x = stream->number[k];
		uint32_t c = shape->numbers[k];
		bool exact = c == shape->exact_column;

		if (stops_at(shape, k))
			return NUM_CANCELLED;
		number_range(x, block->n_rows, &block->low[k], &block->high[k]);
		exact =
			exact || raw_large(block->low[k], block->high[k], RAW_WIDE_FROM);
		block->width[c] = exact && !all_floats(x, block->n_rows)
		                      ? sizeof(double)
		                      : sizeof(float);
	}
	for (uint32_t k = 0; k < shape->n_categories; k++)
		block->width[shape->categories[k]] =
			raw_code_width(largest_code(stream->code[k], block->n_rows));
	status = fill_block(shape, stream, block);
	if (status != NUM_OK)
		return status;
	stream->n_open = 0;
	return raw_add(shape, stream, block);
}

NumStatus
raw_append(const RawShape *shape, RawStream *stream, const RawRow *row)
{
	uint32_t at;

	if (stream->open == NULL)
	{
		NumStatus status = open_stream(shape, stream);

		if (status != NUM_OK)
			return status;
	}
	at = stream->n_open++;
	for (uint32_t from = 0, to; from < shape->n_numbers; from = to)
	{
		to = shape->n_numbers - from > WATCHED_COLUMNS ? from + WATCHED_COLUMNS
		                                               : shape->n_numbers;
		for (uint32_t k = from; k < to; k++)
			stream->number[k][at] = row->number[shape->numbers[k]];
		if (to < shape->n_numbers && monitor_stop(shape->monitor))
			return NUM_CANCELLED;
	}
	for (uint32_t k = 0; k < shape->n_categories; k++)
		stream->code[k][at] = row->code[shape->categories[k]];
	stream->cell[at] = row->cell;
	if (stream->weight != NULL)
		stream->weight[at] = row->weight;
	return stream->n_open == shape->block_rows ? pack(shape, stream) : NUM_OK;
}

NumStatus
raw_flush(const RawShape *shape, RawStream *stream)
{
	NumStatus status = NUM_OK;

	if (stream->open == NULL)
		return NUM_OK;
	if (stream->n_open > 0)
		status = pack(shape, stream);
	close_stream(shape, stream);
	return status;
}

void
raw_forget_row(const RawShape *shape, RawBlock *block, uint32_t at)
{
	uint32_t last = --block->n_rows;

	if (at == last)
		return;
	for (uint32_t c = 0; c < shape->n_columns; c++)
	{
		size_t width = block->width[c];
		char *values = block->values[c];

		memcpy(values + at * width, values + last * width, width);
	}
	block->cell[at] = block->cell[last];
	if (block->weight != NULL)
		block->weight[at] = block->weight[last];
}

NumStatus
raw_pages_create(RawShape *shape, DataStore *store)
{
	RawPages *pages = arena_alloc(shape->arena, 1, sizeof(RawPages));
	size_t used = 0;

	if (pages == NULL)
		return NUM_NO_MEMORY;
	memset(pages, 0, sizeof(*pages));
	for (uint32_t k = 0; k < shape->n_numbers; k++)
		slab_cut(NULL, &used, shape->block_rows * sizeof(double));
	for (uint32_t k = 0; k < shape->n_categories; k++)
		slab_cut(NULL, &used, shape->block_rows * sizeof(uint32_t));
	slab_cut(NULL, &used, shape->block_rows * sizeof(uint16_t));
	slab_cut(NULL, &used, shape->block_rows * sizeof(float));
	pages->store = store;
	pages->buffer_bytes = used;
	pages->buffer = arena_alloc(shape->arena, used, 1);
	pages->packed = arena_alloc(shape->arena, used, 1);
	if (pages->buffer == NULL || pages->packed == NULL)
		return NUM_NO_MEMORY;
	shape->pages = pages;
	return NUM_OK;
}

/* Reads what lies in the store from 'from' to 'to' of the buffer. */
static void
read_piece(const RawBlock *block, const RawPages *pages, const char *from,
           const char *to)
{
	size_t at = (size_t) (from - (const char *) pages->buffer);

	block->store->read(block->store, block->place + at,
	                   (char *) pages->buffer + at, (size_t) (to - from));
}

void
raw_open(const RawShape *shape, RawBlock *block, uint32_t column)
{
	RawPages *pages = shape->pages;
	const char *end;

	if (pages == NULL)
		return;
	pages->in_use = block;
	if (pages->paged != block)
	{
		if (block->slab != NULL)
			return;
		if (pages->paged != NULL)
			pages->paged->slab = NULL;
	}
	else if (pages->column == RAW_ALL || pages->column == column)
		return;
	if (!block->is_laid)
		raw_lay(shape, block, pages->buffer);
	block->is_laid = true;
	block->slab = pages->buffer;
	end = (const char *) pages->buffer + block->slab_bytes;
	if (column == RAW_ALL)
		read_piece(block, pages, pages->buffer, end);
	else
	{
		const char *values = block->values[column];

		read_piece(block, pages, values,
		           values + (size_t) block->laid_rows * block->width[column]);
		read_piece(block, pages, (const char *) block->cell, end);
	}
	pages->paged = block;
	pages->column = column;
}

void
raw_write_back(const RawShape *shape, RawBlock *block)
{
	RawPages *pages = shape->pages;

	if (pages == NULL || pages->paged != block)
		return;
	if (block->store != pages->store)
	{
		block->store = pages->store;
		block->place = store_place(pages->store, block->slab_bytes);
	}
	block->store->write(block->store, block->place, block->slab,
	                    block->slab_bytes);
}

size_t
raw_evict(const RawShape *shape, RawBlock *block)
{
	RawPages *pages = shape->pages;
	void *slab = block->slab;

	if (slab == NULL || block == pages->paged || block == pages->in_use)
		return 0;
	raw_store(shape, block);
	arena_release(shape->rows, slab, 1, block->slab_bytes);
	return block->slab_bytes;
}
