/*
 * builder.c
 *    Filling a dataset row by row.
 *
 * Rows go straight into blocks, column by column; a block's codes are as wide
 * as its largest code needs, and are widened in place when a larger one comes.
 * The first STAGED_ROWS rows wait aside until the pivots of the numbers are
 * known: a column whose values are large against their spread is stored as
 * its distance from a round value near its mean, so that single precision
 * keeps what distinguishes the rows.
 *
 * Finishing is finish.c's work.
 */
#include "data/builder.h"

#include <math.h>
#include <string.h>

#include "data/builder_private.h"
#include "num/random.h"

#define STAGED_ROWS DATA_BLOCK_ROWS

/* |mean| above this many standard deviations asks for a pivot */
#define PIVOT_RATIO 64.0

static NumStatus
create_dictionaries(NumArena *arena, uint32_t n, Dictionary **result)
{
	Dictionary *dictionaries = arena_alloc(arena, n, sizeof(Dictionary));

	if (dictionaries == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++)
	{
		NumStatus status = dictionary_init(&dictionaries[i], arena);

		if (status != NUM_OK)
			return status;
	}
	*result = dictionaries;
	return NUM_OK;
}

/* Room for one input, and for the staged ones. */
static NumStatus
create_inputs(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->spec.n_columns;
	uint32_t n_protected = builder->spec.n_protected;

	builder->input.number = arena_alloc(arena, n, sizeof(double));
	builder->input.code = arena_alloc(arena, n, sizeof(uint32_t));
	builder->input.protected_code =
		arena_alloc(arena, n_protected, sizeof(uint32_t));
	builder->staged_number =
		arena_alloc(arena, (size_t) STAGED_ROWS * n, sizeof(double));
	builder->staged_code =
		arena_alloc(arena, (size_t) STAGED_ROWS * n, sizeof(uint32_t));
	builder->staged = arena_alloc(arena, STAGED_ROWS, sizeof(StagedRow));
	if (builder->input.number == NULL || builder->input.code == NULL ||
		builder->input.protected_code == NULL ||
		builder->staged_number == NULL || builder->staged_code == NULL ||
		builder->staged == NULL)
		return NUM_NO_MEMORY;
	memset(builder->input.code, 0, n * sizeof(uint32_t));
	for (uint32_t c = 0; c < n; c++)
		builder->input.number[c] = NAN;
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
	builder->pivot = arena_alloc(arena, spec->n_columns, sizeof(double));
	builder->seen_null = arena_alloc(arena, spec->n_columns, sizeof(bool));
	if (builder->pivot == NULL || builder->seen_null == NULL)
		return NUM_NO_MEMORY;
	memset(builder->seen_null, 0, spec->n_columns * sizeof(bool));
	memset(builder->pivot, 0, spec->n_columns * sizeof(double));
	status = create_dictionaries(arena, spec->n_columns, &builder->levels);
	if (status == NUM_OK)
		status = create_dictionaries(arena, spec->n_protected,
									 &builder->protected_values);
	if (status == NUM_OK)
		status = dictionary_init(&builder->base_groups, arena);
	if (status == NUM_OK)
		status = create_inputs(builder);
	*result = builder;
	return status;
}

DataInput *
data_builder_input(DataBuilder *builder)
{
	return &builder->input;
}

uint32_t
data_builder_code(DataBuilder *builder, uint32_t column, const char *bytes,
				  uint32_t length)
{
	uint32_t code = dictionary_code(&builder->levels[column], bytes, length);

	return code == DICTIONARY_FULL ? DATA_NO_CODE : code + 1;
}

uint32_t
data_builder_group(DataBuilder *builder, uint32_t column, const char *bytes,
				   uint32_t length)
{
	uint32_t code =
		dictionary_code(&builder->protected_values[column], bytes, length);

	return code == DICTIONARY_FULL ? DATA_NO_CODE : code + 1;
}

/* The content of one value: its bytes, or a mark for NULL. */
static uint64_t
code_content(const Dictionary *dictionary, uint32_t code)
{
	return code == DATA_NULL_CODE ? 0x6e756c6cULL
								  : dictionary->entries[code - 1].stable;
}

uint64_t
data_builder_hash(const DataBuilder *builder, uint64_t seed)
{
	const DataInput *input = &builder->input;
	uint64_t hash = seed * 0x9e3779b97f4a7c15ULL + (input->label ? 1u : 0u);

	for (uint32_t c = 0; c < builder->spec.n_columns; c++)
	{
		uint64_t content;

		if (builder->spec.columns[c].kind == DATA_NUMBER)
		{
			/* one image for all NaNs and for both zeros */
			double x = input->number[c] + 0.0;

			if (isnan(x))
				content = 0x6e756c6cULL;
			else
				memcpy(&content, &x, sizeof(content));
		}
		else
			content = code_content(&builder->levels[c], input->code[c]);
		hash = (hash ^ content) * 0xd6e8feb86659fd93ULL;
		hash ^= hash >> 32;
	}
	for (uint32_t p = 0; p < builder->spec.n_protected; p++)
	{
		hash = (hash ^ code_content(&builder->protected_values[p],
									input->protected_code[p])) *
			   0xd6e8feb86659fd93ULL;
		hash ^= hash >> 32;
	}
	return hash * 0x9e3779b97f4a7c15ULL;
}

/* Number of the combination of protected values; DATA_NO_CODE: no memory. */
static uint32_t
base_group(DataBuilder *builder)
{
	const uint32_t *codes = builder->input.protected_code;
	size_t bytes = builder->spec.n_protected * sizeof(uint32_t);
	uint32_t code = dictionary_code(&builder->base_groups,
									(const char *) codes, (uint32_t) bytes);

	return code == DICTIONARY_FULL ? DATA_NO_CODE : code;
}

/* Makes codes of a column in a block 'wide' bytes each. */
static NumStatus
widen_codes(NumArena *arena, DataBlock *block, uint32_t column, uint8_t wide)
{
	uint8_t narrow = block->code_bytes[column];
	const void *old = block->values[column];
	void *values = arena_alloc(arena, DATA_BLOCK_ROWS, wide);

	if (values == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t i = 0; i < block->n_rows; i++)
		data_put_code(values, wide, i, data_get_code(old, narrow, i));
	arena_release(arena, block->values[column], DATA_BLOCK_ROWS, narrow);
	block->values[column] = values;
	block->code_bytes[column] = wide;
	return NUM_OK;
}

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
	for (uint32_t c = 0; c < n; c++)
	{
		uint32_t levels = builder->levels[c].n;

		if (builder->spec.columns[c].kind == DATA_NUMBER)
			block->code_bytes[c] = sizeof(float);
		else
			block->code_bytes[c] = data_code_width(levels);
		block->values[c] =
			arena_alloc(arena, DATA_BLOCK_ROWS, block->code_bytes[c]);
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

/* Appends an empty block to a part's list. */
static NumStatus
add_block(DataBuilder *builder, DataPart part)
{
	DataRows *rows = &builder->part[part];
	uint32_t *room = &builder->block_room[part];

	if (rows->n_blocks == *room)
	{
		uint32_t more = *room == 0 ? 64 : 2 * *room;
		DataBlock **blocks =
			arena_alloc(builder->arena, more, sizeof(DataBlock *));

		if (blocks == NULL)
			return NUM_NO_MEMORY;
		if (*room > 0)
			memcpy(blocks, rows->blocks, *room * sizeof(DataBlock *));
		arena_release(builder->arena, rows->blocks, *room,
					  sizeof(DataBlock *));
		rows->blocks = blocks;
		*room = more;
	}
	rows->blocks[rows->n_blocks] = create_block(builder);
	if (rows->blocks[rows->n_blocks] == NULL)
		return NUM_NO_MEMORY;
	rows->n_blocks++;
	return NUM_OK;
}

/* One row into its part's last block. */
static NumStatus
store_row(DataBuilder *builder, const double *number, const uint32_t *code,
		  const StagedRow *row)
{
	DataRows *rows = &builder->part[row->part];
	DataBlock *block;
	uint32_t at;

	if (rows->n_blocks == 0 ||
		rows->blocks[rows->n_blocks - 1]->n_rows == DATA_BLOCK_ROWS)
	{
		NumStatus status = add_block(builder, row->part);

		if (status != NUM_OK)
			return status;
	}
	block = rows->blocks[rows->n_blocks - 1];
	at = block->n_rows;
	for (uint32_t c = 0; c < builder->spec.n_columns; c++)
	{
		if (builder->spec.columns[c].kind == DATA_NUMBER)
		{
			((float *) block->values[c])[at] =
				(float) (number[c] - builder->pivot[c]);
			continue;
		}
		if (data_code_width(code[c]) > block->code_bytes[c])
		{
			NumStatus status = widen_codes(builder->arena, block, c,
										   data_code_width(code[c]));

			if (status != NUM_OK)
				return status;
		}
		data_put_code(block->values[c], block->code_bytes[c], at, code[c]);
		if (code[c] == DATA_NULL_CODE)
			builder->seen_null[c] = true;
	}
	block->cell[at] = row->cell;
	if (block->weight != NULL)
		block->weight[at] = (float) row->weight;
	block->n_rows++;
	rows->n_rows++;
	rows->weight += row->weight;
	return NUM_OK;
}

/* A round value near the mean, or 0 when single precision does without. */
static double
choose_pivot(const double *values, uint32_t n, uint32_t stride)
{
	double sum = 0;
	double squares = 0;
	double mean;
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
	if (!(fabs(mean) > PIVOT_RATIO) ||
		!(fabs(mean) > PIVOT_RATIO * sqrt(squares / known)))
		return 0;
	return rint(mean);
}

/* Chooses the pivots and stores the staged rows. */
NumStatus
data_builder_flush(DataBuilder *builder)
{
	uint32_t n = builder->spec.n_columns;

	if (builder->flushed)
		return NUM_OK;
	for (uint32_t c = 0; c < n; c++)
		if (builder->spec.columns[c].kind == DATA_NUMBER)
			builder->pivot[c] = choose_pivot(builder->staged_number + c,
											 builder->n_staged, n);
	for (uint32_t i = 0; i < builder->n_staged; i++)
	{
		NumStatus status =
			store_row(builder, builder->staged_number + (size_t) i * n,
					  builder->staged_code + (size_t) i * n,
					  &builder->staged[i]);

		if (status != NUM_OK)
			return status;
	}
	arena_release(builder->arena, builder->staged_number,
				  (size_t) STAGED_ROWS * n, sizeof(double));
	arena_release(builder->arena, builder->staged_code,
				  (size_t) STAGED_ROWS * n, sizeof(uint32_t));
	arena_release(builder->arena, builder->staged, STAGED_ROWS,
				  sizeof(StagedRow));
	builder->flushed = true;
	return NUM_OK;
}

NumStatus
data_builder_append(DataBuilder *builder, DataPart part)
{
	uint32_t n = builder->spec.n_columns;
	uint32_t group = base_group(builder);
	StagedRow row = { .part = part, .weight = builder->input.weight };

	if (group == DATA_NO_CODE)
		return NUM_NO_MEMORY;
	if (group > INT16_MAX)
		return NUM_TOO_LARGE;
	row.cell = (uint16_t) (2 * group + (uint32_t) builder->input.label);
	if (builder->flushed)
		return store_row(builder, builder->input.number, builder->input.code,
						 &row);

	memcpy(builder->staged_number + (size_t) builder->n_staged * n,
		   builder->input.number, n * sizeof(double));
	memcpy(builder->staged_code + (size_t) builder->n_staged * n,
		   builder->input.code, n * sizeof(uint32_t));
	builder->staged[builder->n_staged++] = row;
	if (builder->n_staged == STAGED_ROWS)
		return data_builder_flush(builder);
	return NUM_OK;
}
