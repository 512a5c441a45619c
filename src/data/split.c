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
 * Cost: some 2 ns a value.  Numbering costs a cache miss a row, and is left
 * where a sample of the contents has no copies.
 */
#include "data/builder_private.h"

#include <math.h>
#include <string.h>

#include "data/copies.h"

/* Larger tables are looked at first: one in LOOK_ONE_IN contents. */
#define LOOK_FROM 65536
#define LOOK_ONE_IN 64
#define LOOK_MASK UINT64_C(0x3f00)

/* odd constants of the row hash: digits of the golden ratio and of pi */
#define HASH_OFFSET UINT64_C(0x9e3779b97f4a7c15)
#define HASH_STEP UINT64_C(0x243f6a8885a308d4)

/* of a double; what is above, without its sign, is a NaN */
#define INFINITY_BITS UINT64_C(0x7ff0000000000000)

/* what stands for NULL in a hash */
#define NULL_CONTENT UINT64_C(0x6e756c6c)

static inline uint64_t
mix(uint64_t hash)
{
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return hash ^ hash >> 32;
}

/* One value's term of a hash: its column's place makes the offset and the odd
 * multiplier, so that equal values of two columns do not cancel. */
static inline uint64_t
hash_term(uint64_t content, uint64_t place)
{
	return ((content ^ content >> 32) + place * HASH_OFFSET) *
	       (place * HASH_STEP | 1);
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
		double x = input->number[shape->numbers[k]] + 0.0;
		uint64_t content;

		memcpy(&content, &x, sizeof(content));
		content =
			(content & INT64_MAX) > INFINITY_BITS ? NULL_CONTENT : content;
		hash += hash_term(content, 3 + shape->numbers[k]);
	}
	for (uint32_t k = 0; k < shape->n_categories; k++)
	{
		uint32_t c = shape->categories[k];
		uint64_t content =
			builder->retired[c] && input->code[c] == DATA_RETIRED_CODE
				? builder->retired_hash[c]
				: code_content(&builder->levels[c], input->code[c]);

		hash += hash_term(content, 3 + c);
	}
	for (uint32_t p = 0; p < builder->spec.n_protected; p++)
		hash += hash_term(code_content(&builder->protected_values[p],
		                               input->protected_code[p]),
		                  UINT64_C(1) << 32 | p);
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

/* Numbers equal hashes among those with no bit of 'mask'; without a mask the
 * second and further ones get hashes of their own.  '*n_rows' counts the rows
 * looked at, '*n_copies' those that are not the first of their content. */
static NumStatus
number_copies(DataBuilder *builder, uint64_t mask, uint64_t *n_rows,
              uint64_t *n_copies)
{
	NumStatus status;
	Copies copies;

	*n_rows = 0;
	*n_copies = 0;
	status = copies_init(&copies, builder->arena);
	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			RawBlock *block = builder->stream[s].blocks[b];

			if (status == NUM_OK && monitor_stop(builder->spec.monitor))
				status = NUM_CANCELLED;
			for (uint32_t i = 0; i < block->n_rows && status == NUM_OK; i++)
			{
				uint64_t number;

				if ((block->hash[i] & mask) != 0)
					continue;
				(*n_rows)++;
				status = copies_number(&copies, block->hash[i], &number);
				if (status != NUM_OK || number == 0)
					continue;
				(*n_copies)++;
				if (mask == 0)
					block->hash[i] = mix(block->hash[i] + number * HASH_OFFSET);
			}
		}
	copies_release(&copies);
	return status;
}

/* Takes a row out of its block and puts it into another stream. */
static NumStatus
move_row(DataBuilder *builder, RawBlock *block, uint32_t at, int stream)
{
	const RawShape *shape = &builder->shape;
	DataInput *input = &builder->input;
	RawRow row = { .number = input->number,
		           .code = input->code,
		           .cell = (uint16_t) raw_cell(block, at),
		           .weight = (float) raw_weight(block, at),
		           .hash = block->hash[at] };

	for (uint32_t k = 0; k < shape->n_numbers; k++)
		input->number[shape->numbers[k]] =
			raw_number(block, shape->numbers[k], at);
	for (uint32_t k = 0; k < shape->n_categories; k++)
	{
		uint32_t c = shape->categories[k];

		input->code[c] =
			builder->retired[c] ? DATA_RETIRED_CODE : raw_code(block, c, at);
	}
	raw_forget_row(shape, block, at);
	return raw_append(shape, &builder->stream[stream], &row);
}

/* Moves the rows whose hash has changed. */
static NumStatus
move_rows(DataBuilder *builder)
{
	NumStatus status = NUM_OK;

	for (int s = 0; s < DATA_STREAMS; s++)
	{
		DataPart part = data_part_of(s);

		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
		{
			RawBlock *block = builder->stream[s].blocks[b];

			if (monitor_stop(builder->spec.monitor))
				return NUM_CANCELLED;
			for (uint32_t i = 0; i < block->n_rows && status == NUM_OK;)
			{
				int place = data_place(builder, block->hash[i], part);

				if (place == s)
					i++;
				else
					status = move_row(builder, block, i, place);
			}
		}
	}
	for (int s = 0; s < DATA_STREAMS && status == NUM_OK; s++)
		status = raw_flush(&builder->shape, &builder->stream[s]);
	return status;
}

/* Whether there may be copies: some are seen, or so few contents are that
 * those looked at are not half of what they were to be. */
static NumStatus
look_for_copies(DataBuilder *builder, bool *may_be)
{
	uint64_t n_rows = 0;
	uint64_t n_seen;
	uint64_t n_copies;
	NumStatus status;

	for (int s = 0; s < DATA_STREAMS; s++)
		for (uint32_t b = 0; b < builder->stream[s].n_blocks; b++)
			n_rows += builder->stream[s].blocks[b]->n_rows;
	*may_be = true;
	if (n_rows < LOOK_FROM)
		return NUM_OK;
	status = number_copies(builder, LOOK_MASK, &n_seen, &n_copies);
	*may_be = n_copies > 0 || n_seen * LOOK_ONE_IN < n_rows / 2;
	return status;
}

NumStatus
data_divide_copies(DataBuilder *builder)
{
	uint64_t n_rows;
	uint64_t n_copies = 0;
	bool may_be;
	NumStatus status;

	if (builder->spec.keyed)
		return NUM_OK;
	status = look_for_copies(builder, &may_be);
	if (status == NUM_OK && may_be)
		status = number_copies(builder, 0, &n_rows, &n_copies);
	if (status == NUM_OK && n_copies > 0)
		status = move_rows(builder);
	return status;
}
