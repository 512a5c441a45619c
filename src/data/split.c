/*
 * split.c
 *    The hash by which a row falls into a part and a stratum of the dataset.
 *
 * It is of the row's content or key, so that the split of a table depends on
 * its rows and not on their order.  But rows with the same content, of which a
 * table of categories has many, must not all fall on one side: the model would
 * be judged by the few contents held out, each with one label only, as if their
 * copies were so many rows.  So when all rows are there copies are numbered,
 * hashed with their number, and moved where that says.  Which of them gets
 * which number makes no difference, as they are equal.
 *
 * Cost: some 2 ns a value, and as much again for numbering, which also costs a
 * cache miss a row.  It is left where a sample of the contents has no copies.
 */
#include "data/builder_private.h"

#include <math.h>
#include <string.h>

#include "data/copies.h"

/* Larger tables are looked at first: one in LOOK_ONE_IN contents. */
#define LOOK_FROM 65536
#define LOOK_ONE_IN 64
#define LOOK_MASK UINT64_C(0x3f00)

/* Values hashed between two looks at the monitor: some milliseconds. */
#define WATCHED_VALUES 262144

/* odd constants of the row hash: digits of the golden ratio and of pi */
#define HASH_OFFSET UINT64_C(0x9e3779b97f4a7c15)
#define HASH_STEP UINT64_C(0x243f6a8885a308d4)

/* sets the fold of a row apart from all else that its hash decides */
#define FOLD_OFFSET UINT64_C(0x13198a2e03707344)

/* of a double; what is above, without its sign, is a NaN */
#define INFINITY_BITS UINT64_C(0x7ff0000000000000)

/* what stands for NULL in a hash, and for values that share a level */
#define NULL_CONTENT UINT64_C(0x6e756c6c)
#define SHARED_CONTENT UINT64_C(0x72617265)

static inline uint64_t
mix(uint64_t hash)
{
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return hash ^ hash >> 32;
}

/* A column's place makes the offset and the odd multiplier of its values'
 * terms, so that equal values of two columns do not cancel. */
static inline HashPlace
hash_place(uint64_t place)
{
	return (HashPlace){ place * HASH_OFFSET, place * HASH_STEP | 1 };
}

/* One value's term of a hash. */
static inline uint64_t
place_term(uint64_t content, HashPlace place)
{
	return ((content ^ content >> 32) + place.offset) * place.factor;
}

static inline uint64_t
hash_term(uint64_t content, uint64_t place)
{
	return place_term(content, hash_place(place));
}

NumStatus
data_hash_places(DataBuilder *builder)
{
	uint32_t n_columns = builder->spec.n_columns;
	uint32_t n_protected = builder->spec.n_protected;

	builder->column_place =
		arena_alloc(builder->arena, n_columns, sizeof(HashPlace));
	builder->protected_place =
		arena_alloc(builder->arena, n_protected, sizeof(HashPlace));
	if (builder->column_place == NULL || builder->protected_place == NULL)
		return NUM_NO_MEMORY;
	for (uint32_t c = 0; c < n_columns; c++)
		builder->column_place[c] = hash_place(3 + c);
	for (uint32_t p = 0; p < n_protected; p++)
		builder->protected_place[p] = hash_place(UINT64_C(1) << 32 | p);
	return NUM_OK;
}

/* The content of one value: its bytes, or a mark for NULL. */
static inline uint64_t
code_content(const Dictionary *dictionary, uint32_t code)
{
	return code == DATA_NULL_CODE ? NULL_CONTENT
	                              : dictionary->entries[code - 1].stable;
}

uint64_t
data_builder_hash(const DataBuilder *builder)
{
	const DataInput *input = &builder->input;
	const RawShape *shape = &builder->shape;
	uint64_t hash = hash_term(builder->spec.seed, input->label ? 2 : 1);

	for (uint32_t k = 0; k < shape->n_numbers; k++)
	{
		/* one image for all NaNs and for both zeros */
		uint32_t c = shape->numbers[k];
		double x = input->number[c] + 0.0;
		uint64_t content;

		memcpy(&content, &x, sizeof(content));
		content =
			(content & INT64_MAX) > INFINITY_BITS ? NULL_CONTENT : content;
		hash += place_term(content, builder->column_place[c]);
	}
	for (uint32_t k = 0; k < shape->n_categories; k++)
	{
		uint32_t c = shape->categories[k];
		uint32_t code = input->code[c];
		uint64_t content = (code & RAW_HASHED) != 0
		                       ? builder->crowd[c]->last_hash
		                       : code_content(&builder->levels[c], code);

		hash += place_term(content, builder->column_place[c]);
	}
	for (uint32_t p = 0; p < builder->spec.n_protected; p++)
		hash += place_term(code_content(&builder->protected_values[p],
		                                input->protected_code[p]),
		                   builder->protected_place[p]);
	/* the terms are hardly mixed, this does it for the sum */
	return mix(hash);
}

int
data_place(const DataBuilder *builder, uint64_t hash, DataPart part)
{
	double share = builder->spec.held_out_share;
	int stratum = 0;

	if (share > 0)
		part = (double) (hash >> 11) * 0x1p-53 < share ? DATA_HELD_OUT
		                                               : DATA_TRAIN;
	if (part == DATA_HELD_OUT)
		return DATA_HELD_OUT_STREAM;
	/* by bits that the part does not depend on */
	while (stratum < DATA_STRATA - 1 && (hash & 3) == 0)
	{
		stratum++;
		hash >>= 2;
	}
	return stratum;
}

NumStatus
data_look_at(DataBuilder *builder, uint64_t hash)
{
	uint64_t number;

	if ((hash & LOOK_MASK) != 0)
		return NUM_OK;
	return copies_number(&builder->looked, hash, &number);
}

/* Whether there may be copies: some are seen, or so few contents are that those
 * looked at are not half of what they were to be, or a look is not worth
 * while. */
static bool
may_have_copies(const DataBuilder *builder)
{
	uint64_t n_rows = 0;
	uint64_t further = copies_further(&builder->looked);

	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
			n_rows += builder->stream[s].blocks[b]->n_rows;
	return n_rows < LOOK_FROM || further > 0 ||
	       builder->looked.n * LOOK_ONE_IN < n_rows / 2;
}

uint32_t
data_fold(const DataBuilder *builder, uint64_t hash)
{
	/* part and stratum are by other bits than those that are left of this */
	uint64_t high = mix(hash + FOLD_OFFSET) >> 32;

	return (uint32_t) (high * builder->spec.n_folds >> 32);
}

/* The terms of the hash that a base group has, by its number. */
static uint64_t *
group_terms(const DataBuilder *builder)
{
	uint32_t n = builder->base_groups.n;
	uint64_t *terms = arena_alloc(builder->arena, n, sizeof(uint64_t));

	if (terms == NULL)
		return NULL;
	for (uint32_t b = 0; b < n; b++)
	{
		terms[b] = 0;
		for (uint32_t p = 0; p < builder->spec.n_protected; p++)
		{
			uint32_t code;

			memcpy(&code,
			       builder->base_groups.entries[b].name + p * sizeof(uint32_t),
			       sizeof(code));
			terms[b] +=
				hash_term(code_content(&builder->protected_values[p], code),
			              UINT64_C(1) << 32 | p);
		}
	}
	return terms;
}

/* A number as the dataset will hold it: less its pivot in single precision, but
 * for a label. */
static uint64_t
number_content(const Finish *finish, uint32_t c, double number)
{
	float x = (float) (number - finish->columns[c].pivot);
	uint32_t bits;

	if (c == finish->builder->shape.exact_column)
	{
		uint64_t all;

		number += 0.0;
		memcpy(&all, &number, sizeof(all));
		return all;
	}
	x += 0.0f;
	memcpy(&bits, &x, sizeof(bits));
	return isnan(x) ? NULL_CONTENT : bits;
}

/* The content of a category's value as far as levels tell values apart. */
static uint64_t
level_content(const DataBuilder *builder, const RawBlock *block, uint32_t c,
              uint32_t i)
{
	uint32_t code = data_code(builder, block, c, i);

	return code > builder->levels[c].n
	           ? SHARED_CONTENT
	           : code_content(&builder->levels[c], code);
}

/* A hash of what the dataset will hold of a row, but for the weight. */
static uint64_t
hash_stored(const Finish *finish, const RawBlock *block, uint32_t i,
            const uint64_t *groups)
{
	const DataBuilder *builder = finish->builder;
	const RawShape *shape = &builder->shape;
	uint32_t cell = raw_cell(block, i);
	uint64_t hash = hash_term(builder->spec.seed, cell & 1 ? 2 : 1);

	for (uint32_t k = 0; k < shape->n_numbers; k++)
	{
		uint32_t c = shape->numbers[k];

		hash += hash_term(number_content(finish, c, raw_number(block, c, i)),
		                  3 + c);
	}
	for (uint32_t k = 0; k < shape->n_categories; k++)
	{
		uint32_t c = shape->categories[k];

		hash += hash_term(level_content(builder, block, c, i), 3 + c);
	}
	return mix(hash + groups[cell >> 1]);
}

/* The cell of a row, in the fold that 'hash' says. */
static NumStatus
find_cell(DataBuilder *builder, const RawBlock *block, uint32_t at,
          uint64_t hash, uint16_t *result)
{
	uint32_t cell = raw_cell(block, at);
	uint32_t n_protected = builder->spec.n_protected;
	uint32_t group;
	NumStatus status;

	*result = (uint16_t) cell;
	if (builder->spec.n_folds == 0)
		return NUM_OK;
	memcpy(builder->input.protected_code,
	       builder->base_groups.entries[cell >> 1].name,
	       n_protected * sizeof(uint32_t));
	builder->input.protected_code[n_protected] = data_fold(builder, hash);
	status = data_base_group(builder, &group);
	*result = (uint16_t) (2 * group + (cell & 1));
	return status;
}

/* Takes a row out of its block and puts it into the stream and the fold that
 * 'hash' says. */
static NumStatus
move_row(DataBuilder *builder, RawBlock *block, uint32_t at, int stream,
         uint64_t hash)
{
	const RawShape *shape = &builder->shape;
	DataInput *input = &builder->input;
	RawRow row = { .number = input->number,
		           .code = input->code,
		           .weight = (float) raw_weight(block, at) };
	NumStatus status = find_cell(builder, block, at, hash, &row.cell);

	if (status != NUM_OK)
		return status;
	for (uint32_t k = 0; k < shape->n_numbers; k++)
		input->number[shape->numbers[k]] =
			raw_number(block, shape->numbers[k], at);
	for (uint32_t k = 0; k < shape->n_categories; k++)
	{
		uint32_t c = shape->categories[k];

		input->code[c] = raw_code(block, c, at);
	}
	raw_forget_row(shape, block, at);
	return raw_append(shape, &builder->stream[stream], &row);
}

/* Some of all contents, by bits of their hash that copies.h does not look at. */
typedef struct Share
{
	uint32_t number;
	uint32_t of;
	const uint64_t *groups;
	Copies copies;
} Share;

/* Divides the copies in block 'b' of stream 's' of which the contents are in
 * the share. */
static NumStatus
divide_block(Finish *finish, int s, uint32_t b, Share *share)
{
	RawBlock *block = data_raw(finish->builder, s, b, RAW_ALL);
	uint32_t n_rows = block->n_rows;
	size_t unwatched = 0;

	for (uint32_t i = 0; i < block->n_rows;)
	{
		uint64_t hash = hash_stored(finish, block, i, share->groups);
		uint64_t number;
		int place = s;
		NumStatus status;

		unwatched += finish->builder->spec.n_columns;
		if (unwatched > WATCHED_VALUES)
		{
			unwatched = 0;
			if (monitor_stop(finish->builder->spec.monitor))
				return NUM_CANCELLED;
		}
		if (share->of > 1 && (hash & COPIES_COUNT) % share->of != share->number)
		{
			i++;
			continue;
		}
		status = copies_number(&share->copies, hash, &number);
		if (status != NUM_OK)
			return status;
		hash = mix(hash + number * HASH_OFFSET);
		if (number > 0)
			place = data_place(finish->builder, hash, data_part_of(s));
		/* the last row of the block comes into the place of one that moves; so
		 * does one that changes nothing but its fold */
		if (number == 0 || (place == s && finish->builder->spec.n_folds == 0))
			i++;
		else
			status = move_row(finish->builder, block, i, place, hash);
		if (status != NUM_OK)
			return status;
	}
	if (block->n_rows < n_rows)
		raw_write_back(&finish->builder->shape, block);
	return NUM_OK;
}

/* Into how many shares contents are divided so that half of the memory holds
 * what is to be known of one. */
static uint32_t
n_shares(const Finish *finish)
{
	const DataBuilder *builder = finish->builder;
	uint64_t limit = builder->arena->limit_bytes;
	uint64_t rows = 0;

	if (builder->shape.pages == NULL || limit == 0)
		return 1;
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
			rows += builder->stream[s].blocks[b]->n_rows;
	return (uint32_t) (1 + rows * COPIES_BYTES / (limit / 2 + 1));
}

/* Divides the copies whose contents are in a share; 'n_blocks' of the streams
 * have the rows that have not been moved. */
static NumStatus
divide_share(Finish *finish, const uint32_t *n_blocks, Share *share)
{
	DataBuilder *builder = finish->builder;
	NumStatus status = copies_init(&share->copies, builder->arena);

	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < n_blocks[s] && status == NUM_OK; b++)
			status = monitor_stop(builder->spec.monitor)
			             ? NUM_CANCELLED
			             : divide_block(finish, s, b, share);
	if (status == NUM_OK)
		copies_release(&share->copies);
	return status;
}

NumStatus
data_divide_copies(Finish *finish)
{
	DataBuilder *builder = finish->builder;
	uint32_t n_blocks[DATA_STREAMS];
	uint32_t n_groups = builder->base_groups.n;
	uint64_t *groups;
	Share share = { .of = n_shares(finish) };
	NumStatus status = NUM_OK;

	if (builder->spec.keyed || !may_have_copies(builder))
		return NUM_OK;
	share.groups = groups = group_terms(builder);
	if (groups == NULL)
		return NUM_NO_MEMORY;
	/* rows that have moved are in their place: further blocks are theirs */
	for (int s = 0; s < DATA_STREAMS; s++)
		n_blocks[s] = builder->stream[s].n_blocks;
	for (; share.number < share.of && status == NUM_OK; share.number++)
		status = divide_share(finish, n_blocks, &share);
	for (int s = 0; s < DATA_STREAMS && status == NUM_OK; s++)
		status = raw_flush(&builder->shape, &builder->stream[s]);
	if (status != NUM_OK)
		return status;
	arena_release(builder->arena, groups, n_groups, sizeof(uint64_t));
	return NUM_OK;
}
