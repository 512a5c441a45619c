/*
 * test_data_split.c
 *    Which part and stratum a row falls into, and its copies.
 */
#include "data/builder.h"
#include "making.h"
#include "unit.h"

static void
put(Making *making, double x, const char *t)
{
	making->input->number[0] = x;
	making->input->code[1] = t == NULL ? DATA_NULL_CODE : code(making, 1, t);
}

static uint64_t
hash_of(Making *making, double x, const char *t)
{
	put(making, x, t);
	return data_builder_hash(making->builder);
}

static void
the_hash_is_of_the_content_alone(void)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	Making a;
	Making b;
	Making other;

	making_begin(&a, &spec);
	making_begin(&b, &spec);
	spec.seed = 1;
	making_begin(&other, &spec);
	a.input->label = b.input->label = other.input->label = 1;
	hash_of(&a, 1, "first here");
	CHECK(hash_of(&a, 1, "x") == hash_of(&b, 1, "x"));
	CHECK(hash_of(&a, 0.0, "x") == hash_of(&b, -0.0, "x"));
	CHECK(hash_of(&a, NAN, "x") == hash_of(&b, -NAN, "x"));
	CHECK(hash_of(&a, 1, NULL) == hash_of(&b, 1, NULL));
	CHECK(hash_of(&a, 1, "x") != hash_of(&other, 1, "x"));
	CHECK(hash_of(&a, 1, "x") != hash_of(&b, 2, "x"));
	CHECK(hash_of(&a, 1, "x") != hash_of(&b, 1, "y"));
	CHECK(hash_of(&a, 1, "") != hash_of(&b, 1, NULL));
	a.input->weight = 2;
	CHECK(hash_of(&a, 1, "x") == hash_of(&b, 1, "x"));
	a.input->label = 0;
	CHECK(hash_of(&a, 1, "x") != hash_of(&b, 1, "x"));
	scratch_end(&a.arena);
	scratch_end(&b.arena);
	scratch_end(&other.arena);
}

/* Rows of the sample of level s. */
static uint64_t
sample_rows(const Dataset *data, int s)
{
	const DataRows *rows = &data->part[DATA_TRAIN];
	uint64_t n = 0;

	for (uint32_t b = 0; b < rows->sample_blocks[s]; b++)
		n += rows->blocks[b]->n_rows;
	return n;
}

/* 80000 rows, of 'contents' different ones each as often, and every share that
 * a hash was to give. */
static void
check_shares(uint32_t contents, bool keyed)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	Making making;

	spec.held_out_share = 0.2;
	spec.keyed = keyed;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 80000; i++)
	{
		put(&making, i % contents, i % 2 == 0 ? "x" : "y");
		making.input->label = i % 2;
		/* any good hash of i */
		making.input->key_hash =
			(i + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
		making.input->key_hash ^= making.input->key_hash >> 29;
		making.input->key_hash *= UINT64_C(0xbf58476d1ce4e5b9);
		making.input->key_hash ^= making.input->key_hash >> 32;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	/* five standard deviations */
	CHECK_NEAR((double) making.data->part[DATA_HELD_OUT].n_rows, 16000, 570);
	CHECK_INT(sample_rows(making.data, 0),
	          making.data->part[DATA_TRAIN].n_rows);
	CHECK_NEAR((double) sample_rows(making.data, 1), 16000, 570);
	CHECK_NEAR((double) sample_rows(making.data, 2), 4000, 310);
	CHECK_NEAR((double) sample_rows(making.data, 4), 250, 80);
	scratch_end(&making.arena);
}

static void
shares_are_what_was_asked_for(void)
{
	check_shares(80000, false);
	check_shares(3, true);
}

/* Rows with the same content are divided as others are. */
static void
copies_are_divided_like_other_rows(void)
{
	check_shares(2, false);
	check_shares(400, false);
	check_shares(20000, false);
}

/* How many rows of each number are held out; the order is turned round. */
static void
count_held_out(uint32_t n_rows, uint32_t contents, bool backwards,
               uint32_t *count)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	const DataRows *rows;
	Making making;

	spec.held_out_share = 0.2;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < n_rows; i++)
	{
		uint32_t x = (backwards ? n_rows - 1 - i : i) % contents;

		put(&making, x, x % 3 == 0 ? "x" : "y");
		making.input->label = x % 2 == 0;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	rows = &making.data->part[DATA_HELD_OUT];
	memset(count, 0, contents * sizeof(uint32_t));
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = rows->blocks[b];
			uint32_t x = (uint32_t) ((const float *) block->values[0])[i];

			/* what moved with the row is still its own */
			CHECK_INT(((const uint8_t *) block->values[1])[i], x % 3 != 0);
			CHECK_INT(block->cell[i] & 1, x % 2 == 0);
			count[x]++;
		}
	scratch_end(&making.arena);
}

static void
which_rows_are_held_out_is_no_matter_of_order(void)
{
	static uint32_t forth[3000];
	static uint32_t back[3000];
	uint32_t n_undivided = 0;

	count_held_out(60000, 3000, false, forth);
	count_held_out(60000, 3000, true, back);
	CHECK(memcmp(forth, back, sizeof(forth)) == 0);
	for (uint32_t c = 0; c < 3000; c++)
		n_undivided += forth[c] == 0 || forth[c] == 20;
	/* 0.8^20 of the contents have all their copies on one side by chance */
	CHECK_NEAR(n_undivided, 3000 * 0.0115, 30);
}

#define FOLDS 5

/* How many training rows of each number lie in each fold; the order is turned
 * round. */
static void
count_folds(uint32_t n_rows, uint32_t contents, bool backwards,
            uint32_t (*count)[FOLDS])
{
	static const char *const groups[] = { "a", "b", "c" };
	DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	const DataRows *rows;
	Making making;

	spec.held_out_share = 0.2;
	spec.n_folds = FOLDS;
	spec.n_protected = 1;
	spec.n_attributes = 1;
	spec.attributes = &attribute;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < n_rows; i++)
	{
		uint32_t x = (backwards ? n_rows - 1 - i : i) % contents;

		put(&making, x, x % 3 == 0 ? "x" : "y");
		making.input->label = x % 2 == 0;
		making.input->protected_code[0] =
			data_builder_group(making.builder, 0, groups[x % 3], 1);
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_folds, FOLDS);
	CHECK_INT(making.data->attributes[0].n_groups, 3);
	rows = &making.data->part[DATA_TRAIN];
	memset(count, 0, contents * sizeof(*count));
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			const DataBlock *block = rows->blocks[b];
			uint32_t x = (uint32_t) ((const float *) block->values[0])[i];
			uint32_t base = block->cell[i] / 2u;

			/* what moved with the row is still its own */
			CHECK_INT(((const uint8_t *) block->values[1])[i], x % 3 != 0);
			CHECK_INT(block->cell[i] & 1, x % 2 == 0);
			CHECK_INT(making.data->attributes[0].group_of_base[base], x % 3);
			count[x][making.data->fold_of_base[base]]++;
		}
	scratch_end(&making.arena);
}

/* Of rows that are all different, and of few that have many copies. */
static void
folds_are_of_like_size_and_know_no_order(void)
{
	static const uint32_t contents[] = { 60000, 600, 6 };
	static uint32_t forth[60000][FOLDS];
	static uint32_t back[60000][FOLDS];

	for (int k = 0; k < 3; k++)
	{
		uint32_t size[FOLDS] = { 0 };
		uint32_t training = 0;

		count_folds(60000, contents[k], false, forth);
		count_folds(60000, contents[k], true, back);
		CHECK(memcmp(forth, back, contents[k] * sizeof(forth[0])) == 0);
		for (uint32_t x = 0; x < contents[k]; x++)
			for (int f = 0; f < FOLDS; f++)
			{
				size[f] += forth[x][f];
				training += forth[x][f];
			}
		CHECK_NEAR(training, 48000, 500);
		/* five standard deviations */
		for (int f = 0; f < FOLDS; f++)
			CHECK_NEAR(size[f], training / (double) FOLDS, 440);
	}
}

int
main(void)
{
	RUN(the_hash_is_of_the_content_alone);
	RUN(shares_are_what_was_asked_for);
	RUN(copies_are_divided_like_other_rows);
	RUN(which_rows_are_held_out_is_no_matter_of_order);
	RUN(folds_are_of_like_size_and_know_no_order);
	return unit_end();
}
