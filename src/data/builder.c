/*
 * builder.c
 *    Filling a dataset row by row.
 *
 * A row goes to the stream that its hash says (split.c), where it waits in
 * blocks as it came (raw_block.c) until all rows are there: only then is it
 * known which levels there are, in which order, and which numbers want a
 * pivot.  So nothing in the dataset depends on the order of the rows.
 *
 * A category with more than DATA_MANY_LEVELS values gets a crowd instead of its
 * dictionary (crowd.h), so that a column of addresses does not eat the memory.
 *
 * Cost: about 2 ns a number and 5 ns a category that is known; memory 4 bytes
 * a number and 1 to 4 a category, beside open blocks of at most a
 * megabyte for each stream.  Finishing is finish.c's work.
 */
#include "data/builder.h"

#include <math.h>
#include <string.h>

#include "data/builder_private.h"
#include "num/random.h"

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
	for (uint32_t k = 0; k < builder->shape.n_categories && status == NUM_OK;
	     k++)
		status = dictionary_init(&builder->levels[builder->shape.categories[k]],
		                         arena);
	for (uint32_t p = 0; p < spec->n_protected && status == NUM_OK; p++)
		status = dictionary_init(&builder->protected_values[p], arena);
	return status;
}

/* Sorts the columns by kind. */
static NumStatus
create_lists(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	RawShape *shape = &builder->shape;
	uint32_t n = builder->spec.n_columns;

	shape->n_columns = n;
	shape->weighted = builder->spec.weighted;
	shape->exact_column = builder->spec.label == DATA_LABEL_NUMBER
	                          ? builder->spec.label_column
	                          : RAW_NO_COLUMN;
	shape->arena = arena;
	shape->monitor = builder->spec.monitor;
	shape->rows =
		builder->spec.row_arena != NULL ? builder->spec.row_arena : arena;
	shape->numbers = arena_alloc(arena, n, sizeof(uint32_t));
	shape->categories = arena_alloc(arena, n, sizeof(uint32_t));
	builder->crowd = arena_alloc(arena, n, sizeof(Crowd *));
	builder->n_coded = arena_alloc(arena, n, sizeof(uint64_t));
	if (shape->numbers == NULL || shape->categories == NULL ||
	    builder->crowd == NULL || builder->n_coded == NULL)
		return NUM_NO_MEMORY;
	memset(builder->n_coded, 0, n * sizeof(uint64_t));
	for (uint32_t c = 0; c < n; c++)
	{
		builder->crowd[c] = NULL;
		if (builder->spec.columns[c].kind == DATA_CATEGORY)
			shape->categories[shape->n_categories++] = c;
		else
			shape->numbers[shape->n_numbers++] = c;
	}
	raw_shape_size(shape);
	return NUM_OK;
}

/* Room for one input. */
static NumStatus
create_input(DataBuilder *builder)
{
	NumArena *arena = builder->arena;
	uint32_t n = builder->spec.n_columns;
	uint32_t n_codes = builder->spec.n_protected + 1;

	builder->input.number = arena_alloc(arena, n, sizeof(double));
	builder->input.code = arena_alloc(arena, n, sizeof(uint32_t));
	builder->input.protected_code =
		arena_alloc(arena, n_codes, sizeof(uint32_t));
	builder->known_groups = arena_alloc(arena, KNOWN_GROUPS, sizeof(uint16_t));
	if (builder->known_groups == NULL || builder->input.number == NULL ||
	    builder->input.code == NULL || builder->input.protected_code == NULL)
		return NUM_NO_MEMORY;
	memset(builder->known_groups, 0, KNOWN_GROUPS * sizeof(uint16_t));
	memset(builder->input.code, 0, n * sizeof(uint32_t));
	memset(builder->input.protected_code, 0, n_codes * sizeof(uint32_t));
	builder->input.weight = 1;
	for (uint32_t c = 0; c < n; c++)
		builder->input.number[c] = NAN;
	return NUM_OK;
}

void
data_reclaim_by(DataBuilder *builder,
                bool (*reclaim)(void *owner, size_t size_bytes), void *owner)
{
	builder->arena->reclaim = builder->shape.rows->reclaim = reclaim;
	builder->arena->reclaim_owner = builder->shape.rows->reclaim_owner = owner;
}

/* Stores blocks of rows until 'size_bytes' are given back: first those that
 * finishing comes to last, from their end, then finished ones. */
static bool
give_back(void *owner, size_t size_bytes)
{
	DataBuilder *builder = owner;
	size_t freed = 0;

	for (int k = 0; k < DATA_STREAMS; k++)
	{
		/* the held-out rows, then the common strata before the rare ones */
		RawStream *stream =
			&builder->stream[k == 0 ? DATA_HELD_OUT_STREAM : k - 1];

		for (uint32_t b = stream->n_blocks; b > 0 && freed < size_bytes; b--)
			if (stream->blocks[b - 1] != NULL)
				freed += raw_evict(&builder->shape, stream->blocks[b - 1]);
	}
	return freed > 0 || (builder->pages != NULL &&
	                     data_pages_reclaim(builder->pages, size_bytes));
}

void
data_reclaim_own(DataBuilder *builder)
{
	if (builder->spec.raw_store != NULL)
		data_reclaim_by(builder, give_back, builder);
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
	if (status == NUM_OK && spec->raw_store != NULL)
	{
		data_reclaim_own(builder);
		status = raw_pages_create(&builder->shape, spec->raw_store);
	}
	if (status == NUM_OK)
		status = create_dictionaries(builder);
	if (status == NUM_OK)
		status = create_input(builder);
	if (status == NUM_OK)
		status = data_hash_places(builder);
	if (status == NUM_OK)
		status = copies_init(&builder->looked, arena);
	*result = builder;
	return status;
}

DataInput *
data_builder_input(DataBuilder *builder)
{
	return &builder->input;
}

uint32_t
data_value_code(DataBuilder *builder, uint32_t column, const char *bytes,
                uint32_t length)
{
	uint32_t code;

	if (builder->crowd[column] != NULL)
		return crowd_code_of(num_hash64(bytes, length, 0));
	code = dictionary_code(&builder->levels[column], bytes, length);
	if (code == DICTIONARY_FULL)
		return DATA_NO_CODE;
	if (code < DATA_MANY_LEVELS)
		return code + 1;
	return data_make_crowd(builder, column) == NUM_OK
	           ? data_value_code(builder, column, bytes, length)
	           : DATA_NO_CODE;
}

uint32_t
data_builder_code(DataBuilder *builder, uint32_t column, const char *bytes,
                  uint32_t length)
{
	builder->n_coded[column]++;
	if (builder->crowd[column] == NULL)
	{
		uint32_t code =
			dictionary_code(&builder->levels[column], bytes, length);

		if (code < DATA_MANY_LEVELS)
			return code + 1;
		if (code == DICTIONARY_FULL ||
		    data_make_crowd(builder, column) != NUM_OK)
			return DATA_NO_CODE;
	}
	return crowd_row(builder->crowd[column], bytes, length);
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
data_builder_values(const DataBuilder *builder, uint32_t column)
{
	return builder->crowd[column] != NULL ? DATA_MANY_LEVELS
	                                      : builder->levels[column].n;
}

uint32_t
data_builder_group_values(const DataBuilder *builder, uint32_t column)
{
	return builder->protected_values[column].n;
}

/* Small codes, put side by side, find their group in a table. */
NumStatus
data_base_group(DataBuilder *builder, uint32_t *group)
{
	uint32_t n = data_group_codes(builder);
	const uint32_t *codes = builder->input.protected_code;
	uint32_t bits = n == 0 ? KNOWN_BITS : KNOWN_BITS / n;
	uint32_t place = 0;
	uint32_t above = bits == 0 ? 1 : 0;

	for (uint32_t p = 0; p < n; p++)
	{
		above |= codes[p] >> bits;
		place = place << bits | codes[p];
	}
	if (above == 0 && builder->known_groups[place] != 0)
	{
		*group = builder->known_groups[place] - 1u;
		return NUM_OK;
	}
	*group = dictionary_code(&builder->base_groups, (const char *) codes,
	                         n * (uint32_t) sizeof(uint32_t));
	if (*group == DICTIONARY_FULL)
		return NUM_NO_MEMORY;
	/* a cell, twice that and the label, has 16 bits */
	if (*group > INT16_MAX)
		return NUM_TOO_LARGE;
	if (above == 0)
		builder->known_groups[place] = (uint16_t) (*group + 1);
	return NUM_OK;
}

NumStatus
data_builder_append(DataBuilder *builder, DataPart part)
{
	DataInput *input = &builder->input;
	uint32_t group;
	RawRow row = { .number = input->number,
		           .code = input->code,
		           .weight = (float) input->weight };
	uint64_t hash;
	NumStatus status;
	int stream;

	input->content_hash = data_builder_hash(builder);
	hash = builder->spec.keyed ? input->key_hash : input->content_hash;
	input->protected_code[builder->spec.n_protected] = data_fold(builder, hash);
	status = data_base_group(builder, &group);
	if (status != NUM_OK)
		return status;
	row.cell = (uint16_t) (2 * group + (input->label ? 1u : 0u));
	if (!builder->spec.keyed)
	{
		status = data_look_at(builder, hash);
		if (status != NUM_OK)
			return status;
	}
	stream = data_place(builder, hash, part);
	return raw_append(&builder->shape, &builder->stream[stream], &row);
}

uint64_t
data_builder_rows(const DataBuilder *builder, DataPart part)
{
	uint64_t n = 0;

	for (int s = 0; s < DATA_STREAMS; s++)
	{
		const RawStream *stream = &builder->stream[s];

		if (data_part_of(s) != part)
			continue;
		n += stream->n_open;
		for (uint32_t b = 0; b < stream->n_blocks; b++)
			n += stream->blocks[b]->n_rows;
	}
	return n;
}

void
data_builder_team(DataBuilder *builder, struct FinishTeam *team)
{
	builder->team = team;
}

uint64_t
data_builder_culprit_groups(const DataBuilder *builder)
{
	return builder->culprit_groups;
}
