/*
 * split.c
 *    The hash by which a row falls into a part of the dataset.
 *
 * It is of the row's content, so that the split of a table depends on its rows
 * and not on their order.  But rows with the same content, of which a table of
 * categories has many, must not all fall on one side: the model would be
 * judged by the few contents held out, each with one label only, as if their
 * copies were so many rows.  So copies are counted, and hashed with their
 * number.
 *
 * Cost: some 2 ns a value.  Counting costs a cache miss a row where contents
 * are many, which is why it ends where there are hardly any copies.
 */
#include <math.h>
#include <string.h>

#include "data/builder_private.h"

/* After so many rows, counting ends unless so many of them were copies.  With
 * fewer, a row of a hundred million has half a copy on average. */
#define LOOK_ROWS 65536
#define FEW_COPIES 8

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

static uint64_t
hash_content(const DataBuilder *builder, uint64_t seed)
{
	const DataInput *input = &builder->input;
	uint64_t hash = hash_term(seed, input->label ? 2 : 1);

	for (uint32_t k = 0; k < builder->n_numbers; k++)
	{
		/* one image for all NaNs and for both zeros */
		double x = input->number[builder->numbers[k]] + 0.0;
		uint64_t content;

		memcpy(&content, &x, sizeof(content));
		content =
			(content & INT64_MAX) > INFINITY_BITS ? NULL_CONTENT : content;
		hash += hash_term(content, 3 + builder->numbers[k]);
	}
	for (uint32_t k = 0; k < builder->n_categories; k++)
	{
		uint32_t c = builder->categories[k];
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

/* Begins to count copies with the first row, and ends where it is no use. */
static NumStatus
begin_or_end_counting(DataBuilder *builder)
{
	if (builder->n_hashed == 0)
	{
		builder->counts_copies = true;
		return copies_init(&builder->copies, builder->arena);
	}
	if (builder->n_hashed == LOOK_ROWS &&
	    builder->n_hashed - builder->copies.n < FEW_COPIES)
	{
		builder->counts_copies = false;
		copies_release(&builder->copies);
	}
	return NUM_OK;
}

NumStatus
data_builder_hash(DataBuilder *builder, uint64_t seed, uint64_t *hash)
{
	NumStatus status = NUM_OK;
	uint64_t number = 0;

	if (builder->n_hashed % LOOK_ROWS == 0)
		status = begin_or_end_counting(builder);
	builder->n_hashed++;
	*hash = hash_content(builder, seed);
	if (status == NUM_OK && builder->counts_copies)
		status = copies_number(&builder->copies, *hash, &number);
	if (number > 0)
		*hash = mix(*hash + number * HASH_OFFSET);
	return status;
}
