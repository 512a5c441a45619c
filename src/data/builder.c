/*
 * builder.c
 *    Filling a dataset row by row.
 *
 * A row's numbers go straight into the arrays of its part's open block, its
 * codes into wide arrays beside it, which are narrowed to the 1, 2 or 4 bytes
 * that the block needs when it is full.  The first rows wait aside until the
 * pivots of the numbers are known: a column whose values are large against
 * their spread is stored as its distance from a round value near its mean, so
 * that single precision keeps what distinguishes the rows.
 *
 * A category with more than MANY_LEVELS values is retired: its dictionary is
 * dropped and its codes are NULL from then on, so that a column of addresses
 * does not eat the memory before finishing calls it an identifier.
 *
 * Cost: about 2 ns a number and 5 ns a category that is known; memory 4 bytes
 * a number and 1 to 4 a category, beside 16 kB a category and part while
 * filling.  Finishing is finish.c's work.
 */
#include "data/builder.h"

#include <math.h>
#include <string.h>

#include "data/builder_private.h"
#include "num/random.h"

/* rows that wait for the pivots: a block's worth, fewer with many columns */
#define STAGED_VALUES 131072
#define STAGED_LEAST 64

/* |mean| above this many standard deviations asks for a pivot */
#define PIVOT_RATIO 64.0

/* values of a category beyond which it is retired, whatever order they come
 * in */
#define MANY_LEVELS 65535

/* Arrays of one byte a row come in pieces of this many: memory contexts of
 * the server round small requests up to the next power of two. */
#define PIECES 16

/* entries from one array of codes to the next; the odd line keeps them from
 * competing for the same lines of the cache */
#define CODE_STRIDE (DATA_BLOCK_ROWS + 16)

/* combinations of small protected codes whose group is found in a table */
#define KNOWN_BITS 12
#define KNOWN_GROUPS (1u << KNOWN_BITS)

static NumStatus
create_dictionaries(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	const DataBuilderSpec *spec = &builder->spec;
	NumStatus status = dictionary_init(&builder->base_groups, arena);

	builder->levels = arena_alloc(arena, spec->n_columns, sizeof(Dictionary));
	builder->protected_values =
		arena_alloc(arena, spec->n_protected, sizeof(Dictionary));
	if (builder->levels == NULL || builder->protected_values == NULL)
		return NUM_NO_MEMORY;
	memset(builder->levels, 0, spec->n_columns * sizeof(Dictionary));
	for (uint32_t k = 0; k < builder->n_categories && status == NUM_OK; k++)
		status =
			dictionary_init(&builder->levels[builder->categories[k]], arena);
	for (uint32_t p = 0; p < spec->n_protected && status == NUM_OK; p++)
		status = dictionary_init(&builder->protected_values[p], arena);
	return status;
}

/* Sorts the columns by kind. */
static NumStatus
create_lists(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->spec.n_columns;

	builder->numbers = arena_alloc(arena, n, sizeof(uint32_t));
	builder->categories = arena_alloc(arena, n, sizeof(uint32_t));
	builder->pivot = arena_alloc(arena, n, sizeof(double));
	builder->waits = arena_alloc(arena, n, sizeof(bool));
	builder->min = arena_alloc(arena, n, sizeof(double));
	builder->max = arena_alloc(arena, n, sizeof(double));
	builder->retired = arena_alloc(arena, n, sizeof(bool));
	builder->retired_count = arena_alloc(arena, n, sizeof(uint64_t));
	builder->retired_hash = arena_alloc(arena, n, sizeof(uint64_t));
	if (builder->numbers == NULL || builder->categories == NULL ||
	    builder->pivot == NULL || builder->waits == NULL ||
	    builder->min == NULL || builder->max == NULL ||
	    builder->retired == NULL || builder->retired_count == NULL ||
	    builder->retired_hash == NULL)
		return NUM_NO_MEMORY;
	memset(builder->retired, 0, n * sizeof(bool));
	for (uint32_t c = 0; c < n; c++)
	{
		if (builder->spec.columns[c].kind == DATA_CATEGORY)
		{
			builder->categories[builder->n_categories++] = c;
			continue;
		}
		builder->pivot[builder->n_numbers] = 0;
		builder->min[builder->n_numbers] = INFINITY;
		builder->max[builder->n_numbers] = -INFINITY;
		builder->numbers[builder->n_numbers++] = c;
	}
	return NUM_OK;
}

/* Room for one input, and for the staged ones. */
static NumStatus
create_inputs(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->spec.n_columns;
	uint32_t n_protected = builder->spec.n_protected;
	uint32_t room = STAGED_VALUES / (n + 1);

	room = room < STAGED_LEAST ? STAGED_LEAST : room;
	room = room > DATA_BLOCK_ROWS ? DATA_BLOCK_ROWS : room;
	builder->staged_room = room;
	builder->input.number = arena_alloc(arena, n, sizeof(double));
	builder->input.code = arena_alloc(arena, n, sizeof(uint32_t));
	builder->input.protected_code =
		arena_alloc(arena, n_protected, sizeof(uint32_t));
	builder->staged_number =
		arena_alloc(arena, (size_t) room * n, sizeof(double));
	builder->staged_code =
		arena_alloc(arena, (size_t) room * n, sizeof(uint32_t));
	builder->staged = arena_alloc(arena, room, sizeof(StagedRow));
	builder->known_groups = arena_alloc(arena, KNOWN_GROUPS, sizeof(uint16_t));
	if (builder->known_groups == NULL || builder->input.number == NULL ||
	    builder->input.code == NULL || builder->input.protected_code == NULL ||
	    builder->staged_number == NULL || builder->staged_code == NULL ||
	    builder->staged == NULL)
		return NUM_NO_MEMORY;
	memset(builder->known_groups, 0, KNOWN_GROUPS * sizeof(uint16_t));
	memset(builder->input.code, 0, n * sizeof(uint32_t));
	memset(builder->input.protected_code, 0, n_protected * sizeof(uint32_t));
	builder->input.weight = 1;
	for (uint32_t c = 0; c < n; c++)
		builder->input.number[c] = NAN;
	return NUM_OK;
}

/* Pointers into the open block of each part, and room for its codes. */
static NumStatus
create_open_blocks(DataBuilder *builder)
{
	NumArena *arena = builder->arena;

	for (int p = 0; p < DATA_PARTS; p++)
	{
		OpenBlock *open = &builder->open[p];
		uint32_t n = builder->n_categories;

		open->number = arena_alloc(arena, builder->n_numbers, sizeof(float *));
		open->code = arena_alloc(arena, n, sizeof(uint32_t *));
		if (open->number == NULL || open->code == NULL)
			return NUM_NO_MEMORY;
	}
	return NUM_OK;
}

NumStatus
data_builder_create(NumArena *arena, const DataBuilderSpec *spec,
                    DataBuilder **result)
{
	DataBuilder *builder = arena_alloc(arena, 1, sizeof(DataBuilder));
	NumStatus status;

	if (builder == NULL)
		return NUM_NO_MEMORY;
	memset(builder, 0, sizeof(*builder));
	builder->arena = arena;
	builder->spec = *spec;
	status = create_lists(builder);
	if (status == NUM_OK)
		status = create_dictionaries(builder);
	if (status == NUM_OK)
		status = create_inputs(builder);
	if (status == NUM_OK)
		status = create_open_blocks(builder);
	*result = builder;
	return status;
}

DataInput *
data_builder_input(DataBuilder *builder)
{
	return &builder->input;
}

/* Gives up a category whose values hardly ever come back. */
static void
retire(DataBuilder *builder, uint32_t column)
{
	builder->retired[column] = true;
	builder->retired_count[column] = builder->levels[column].n;
	dictionary_release(&builder->levels[column]);
}

uint32_t
data_builder_code(DataBuilder *builder, uint32_t column, const char *bytes,
                  uint32_t length)
{
	uint32_t code;

	if (builder->retired[column])
	{
		builder->retired_hash[column] = num_hash64(bytes, length, 0);
		return DATA_RETIRED_CODE;
	}
	code = dictionary_code(&builder->levels[column], bytes, length);
	if (code == DICTIONARY_FULL)
		return DATA_NO_CODE;
	if (code >= MANY_LEVELS)
	{
		retire(builder, column);
		return data_builder_code(builder, column, bytes, length);
	}
	return code + 1;
}

uint32_t
data_builder_group(DataBuilder *builder, uint32_t column, const char *bytes,
                   uint32_t length)
{
	static const char unknown[] = "(unknown)";
	uint32_t code;

	if (length == sizeof(unknown) - 1 && memcmp(bytes, unknown, length) == 0)
		return DATA_NULL_CODE;
	code = dictionary_code(&builder->protected_values[column], bytes, length);
	return code == DICTIONARY_FULL ? DATA_NO_CODE : code + 1;
}

uint32_t
data_builder_group_values(const DataBuilder *builder, uint32_t column)
{
	return builder->protected_values[column].n;
}

/* Cuts a piece of memory into arrays of one byte a row and lists them. */
static bool
cut_piece(DataBuilder *builder)
{
	char *piece = arena_alloc(builder->arena, PIECES, DATA_BLOCK_ROWS);

	if (piece == NULL)
		return false;
	for (int i = PIECES - 1; i >= 0; i--)
		data_give_codes(builder, piece + (size_t) i * DATA_BLOCK_ROWS, 1);
	return true;
}

void *
data_take_codes(DataBuilder *builder, uint8_t width)
{
	void *taken;

	if (width > 1)
		return arena_alloc(builder->arena, DATA_BLOCK_ROWS, width);
	if (builder->free_piece == NULL && !cut_piece(builder))
		return NULL;
	/* a free array begins with the address of the next one */
	taken = builder->free_piece;
	memcpy(&builder->free_piece, taken, sizeof(void *));
	return taken;
}

void
data_give_codes(DataBuilder *builder, void *codes, uint8_t width)
{
	if (width > 1)
	{
		arena_release(builder->arena, codes, DATA_BLOCK_ROWS, width);
		return;
	}
	memcpy(codes, &builder->free_piece, sizeof(void *));
	builder->free_piece = codes;
}

/* A block with room for its numbers, cells and weights. */
static DataBlock *
create_block(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->spec.n_columns;
	DataBlock *block = arena_alloc(arena, 1, sizeof(DataBlock));

	if (block == NULL)
		return NULL;
	memset(block, 0, sizeof(*block));
	block->values = arena_alloc(arena, n, sizeof(void *));
	block->code_bytes = arena_alloc(arena, n, 1);
	block->cell = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(uint16_t));
	if (block->values == NULL || block->code_bytes == NULL ||
	    block->cell == NULL)
		return NULL;
	for (uint32_t k = 0; k < builder->n_numbers; k++)
	{
		uint32_t c = builder->numbers[k];

		block->code_bytes[c] = sizeof(float);
		block->values[c] = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(float));
		if (block->values[c] == NULL)
			return NULL;
	}
	if (builder->spec.weighted)
	{
		block->weight = arena_alloc(arena, DATA_BLOCK_ROWS, sizeof(float));
		if (block->weight == NULL)
			return NULL;
	}
	return block;
}

/* Makes room for one more block in a part's list. */
static NumStatus
grow_list(DataBuilder *builder, DataPart part)
{
	DataRows *rows = &builder->part[part];
	OpenBlock *open = &builder->open[part];
	uint32_t more = open->block_room == 0 ? 64 : 2 * open->block_room;
	DataBlock **blocks;

	if (rows->n_blocks < open->block_room)
		return NUM_OK;
	blocks = arena_alloc(builder->arena, more, sizeof(DataBlock *));
	if (blocks == NULL)
		return NUM_NO_MEMORY;
	if (rows->n_blocks > 0)
		memcpy(blocks, rows->blocks, rows->n_blocks * sizeof(DataBlock *));
	arena_release(builder->arena, rows->blocks, open->block_room,
	              sizeof(DataBlock *));
	rows->blocks = blocks;
	open->block_room = more;
	return NUM_OK;
}

static NumStatus
open_block(DataBuilder *builder, DataPart part)
{
	OpenBlock *open = &builder->open[part];
	NumStatus status = grow_list(builder, part);

	if (status != NUM_OK)
		return status;
	if (open->codes == NULL)
	{
		open->codes = arena_alloc(builder->arena,
		                          (size_t) builder->n_categories * CODE_STRIDE,
		                          sizeof(uint32_t));
		if (open->codes == NULL)
			return NUM_NO_MEMORY;
		for (uint32_t k = 0; k < builder->n_categories; k++)
			open->code[k] = open->codes + (size_t) k * CODE_STRIDE;
	}
	open->block = create_block(builder);
	if (open->block == NULL)
		return NUM_NO_MEMORY;
	open->n_rows = 0;
	for (uint32_t k = 0; k < builder->n_numbers; k++)
		open->number[k] = open->block->values[builder->numbers[k]];
	return NUM_OK;
}

static void
narrow_codes(const uint32_t *from, uint32_t n, uint8_t width, void *to)
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

/* Puts the codes into the block, as narrow as they can be, and the block into
 * the part's list. */
static NumStatus
close_block(DataBuilder *builder, DataPart part)
{
	OpenBlock *open = &builder->open[part];
	DataRows *rows = &builder->part[part];
	DataBlock *block = open->block;

	if (block == NULL)
		return NUM_OK;
	block->n_rows = open->n_rows;
	for (uint32_t k = 0; k < builder->n_categories; k++)
	{
		uint32_t c = builder->categories[k];
		const uint32_t *codes = open->code[k];
		uint32_t largest = 0;
		uint8_t width;

		for (uint32_t i = 0; i < block->n_rows; i++)
			largest = codes[i] > largest ? codes[i] : largest;
		width = data_code_width(largest);
		block->code_bytes[c] = width;
		block->values[c] = data_take_codes(builder, width);
		if (block->values[c] == NULL)
			return NUM_NO_MEMORY;
		narrow_codes(codes, block->n_rows, width, block->values[c]);
	}
	rows->blocks[rows->n_blocks++] = block;
	open->block = NULL;
	return NUM_OK;
}

/* Rows come that have a first value in columns that were NULL until now: it is
 * the best pivot there is, and what is stored so far has no value to lose. */
static void
settle_pivots(DataBuilder *builder, const double *number)
{
	for (uint32_t k = 0; k < builder->n_numbers; k++)
	{
		double x = number[builder->numbers[k]];

		if (!builder->waits[k] || isnan(x))
			continue;
		builder->pivot[k] = rint(x);
		builder->waits[k] = false;
		builder->n_waiting--;
	}
}

/* One row into its part's open block. */
static NumStatus
store_row(DataBuilder *builder, const double *number, const uint32_t *code,
          const StagedRow *row)
{
	DataRows *rows = &builder->part[row->part];
	OpenBlock *open = &builder->open[row->part];
	uint32_t at;

	if (open->block == NULL)
	{
		NumStatus status = open_block(builder, row->part);

		if (status != NUM_OK)
			return status;
	}
	if (builder->n_waiting > 0)
		settle_pivots(builder, number);
	at = open->n_rows++;
	for (uint32_t k = 0; k < builder->n_numbers; k++)
		open->number[k][at] =
			(float) (number[builder->numbers[k]] - builder->pivot[k]);
	for (uint32_t k = 0; k < builder->n_categories; k++)
		open->code[k][at] = code[builder->categories[k]];
	if (row->part == DATA_TRAIN)
		for (uint32_t k = 0; k < builder->n_numbers; k++)
		{
			/* false for NaN, which is NULL */
			double x = number[builder->numbers[k]];

			builder->min[k] = x < builder->min[k] ? x : builder->min[k];
			builder->max[k] = x > builder->max[k] ? x : builder->max[k];
		}
	open->block->cell[at] = row->cell;
	if (open->block->weight != NULL)
		open->block->weight[at] = (float) row->weight;
	rows->n_rows++;
	rows->weight += row->weight;
	return open->n_rows == DATA_BLOCK_ROWS ? close_block(builder, row->part)
	                                       : NUM_OK;
}

/*
 * A value near the mean of one in 'stride' numbers, or 0 when single
 * precision does without.  It is a multiple of a power of two not far above
 * the spread, so that subtracting it leaves integers integers and costs other
 * numbers no digits.
 */
static double
choose_pivot(const double *values, uint32_t n, uint32_t stride)
{
	double sum = 0;
	double squares = 0;
	double mean, sd, unit;
	uint32_t known = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!isnan(values[(size_t) i * stride]))
		{
			sum += values[(size_t) i * stride];
			known++;
		}
	if (known == 0)
		return 0;
	mean = sum / known;
	for (uint32_t i = 0; i < n; i++)
		if (!isnan(values[(size_t) i * stride]))
		{
			double d = values[(size_t) i * stride] - mean;

			squares += d * d;
		}
	sd = sqrt(squares / known);
	if (!(fabs(mean) > PIVOT_RATIO * sd))
		return 0;
	/* without spread there is no better guess than the next integer */
	unit = sd > 0 ? ldexp(1.0, ilogb(sd) + 3) : 1.0;
	return rint(mean / unit) * unit;
}

static bool
all_null(const double *values, uint32_t n, uint32_t stride)
{
	for (uint32_t i = 0; i < n; i++)
		if (!isnan(values[(size_t) i * stride]))
			return false;
	return true;
}

/* Chooses the pivots and stores the staged rows. */
static NumStatus
unstage(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->spec.n_columns;
	size_t room = builder->staged_room;

	for (uint32_t k = 0; k < builder->n_numbers; k++)
	{
		const double *values = builder->staged_number + builder->numbers[k];

		builder->pivot[k] = choose_pivot(values, builder->n_staged, n);
		builder->waits[k] = all_null(values, builder->n_staged, n);
		builder->n_waiting += builder->waits[k] ? 1 : 0;
	}
	for (uint32_t i = 0; i < builder->n_staged; i++)
	{
		NumStatus status = store_row(
			builder, builder->staged_number + (size_t) i * n,
			builder->staged_code + (size_t) i * n, &builder->staged[i]);

		if (status != NUM_OK)
			return status;
	}
	arena_release(arena, builder->staged_number, room * n, sizeof(double));
	arena_release(arena, builder->staged_code, room * n, sizeof(uint32_t));
	arena_release(arena, builder->staged, room, sizeof(StagedRow));
	builder->n_staged = 0;
	builder->flushed = true;
	return NUM_OK;
}

NumStatus
data_builder_flush(DataBuilder *builder)
{
	NumStatus status = builder->flushed ? NUM_OK : unstage(builder);

	builder->counts_copies = false;
	copies_release(&builder->copies);
	for (int p = 0; p < DATA_PARTS && status == NUM_OK; p++)
	{
		OpenBlock *open = &builder->open[p];

		status = close_block(builder, (DataPart) p);
		arena_release(builder->arena, open->codes,
		              (size_t) builder->n_categories * CODE_STRIDE,
		              sizeof(uint32_t));
		open->codes = NULL;
	}
	return status;
}

/* Number of the combination of protected values; DICTIONARY_FULL: no
 * memory.  Small codes, put side by side, find it in a table. */
static uint32_t
base_group(DataBuilder *builder)
{
	uint32_t n = builder->spec.n_protected;
	const uint32_t *codes = builder->input.protected_code;
	uint32_t bits = n == 0 ? KNOWN_BITS : KNOWN_BITS / n;
	uint32_t place = 0;
	uint32_t above = bits == 0 ? 1 : 0;
	uint32_t group;

	for (uint32_t p = 0; p < n; p++)
	{
		above |= codes[p] >> bits;
		place = place << bits | codes[p];
	}
	if (above == 0 && builder->known_groups[place] != 0)
		return builder->known_groups[place] - 1u;
	group = dictionary_code(&builder->base_groups, (const char *) codes,
	                        n * (uint32_t) sizeof(uint32_t));
	if (above == 0 && group < UINT16_MAX)
		builder->known_groups[place] = (uint16_t) (group + 1);
	return group;
}

NumStatus
data_builder_append(DataBuilder *builder, DataPart part)
{
	uint32_t n = builder->spec.n_columns;
	uint32_t group = base_group(builder);
	StagedRow row = { .part = part, .weight = builder->input.weight };

	if (group == DICTIONARY_FULL)
		return NUM_NO_MEMORY;
	/* a cell, twice that and the label, has 16 bits */
	if (group > INT16_MAX)
		return NUM_TOO_LARGE;
	row.cell = (uint16_t) (2 * group + (builder->input.label ? 1u : 0u));
	if (builder->flushed)
		return store_row(builder, builder->input.number, builder->input.code,
		                 &row);

	memcpy(builder->staged_number + (size_t) builder->n_staged * n,
	       builder->input.number, n * sizeof(double));
	memcpy(builder->staged_code + (size_t) builder->n_staged * n,
	       builder->input.code, n * sizeof(uint32_t));
	builder->staged[builder->n_staged++] = row;
	return builder->n_staged == builder->staged_room ? unstage(builder)
	                                                 : NUM_OK;
}

uint64_t
data_builder_culprit_groups(const DataBuilder *builder)
{
	return builder->culprit_groups;
}
