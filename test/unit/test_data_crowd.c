/*
 * test_data_crowd.c
 *    Categories with more values than are told apart: which of them keep a
 *    level, whatever order rows come in and however many builders take them.
 */
#include "data/builder.h"
#include "data/exchange.h"
#include "data/frequent.h"

#include <stdlib.h>

#include "making.h"
#include "num/random.h"
#include "unit.h"

/* ---- the table of frequent values ---- */

#define N_VALUES 5000
#define ROOM 64

/* Adds a stream where value v comes about 1 / v of the time. */
static void
add_stream(Frequent *frequent, uint64_t seed, uint64_t n, uint64_t *exact)
{
	NumRandom random;

	num_random_seed(&random, seed);
	for (uint64_t i = 0; i < n; i++)
	{
		double u = num_random_uniform(&random);
		uint32_t v = (uint32_t) pow(N_VALUES, u) - 1;
		char name[16];
		int length = snprintf(name, sizeof(name), "value %u", v);

		exact[v]++;
		CHECK_INT(frequent_add(frequent, num_hash64(name, (size_t) length, 0),
		                       name, (uint32_t) length, 1),
		          NUM_OK);
	}
}

/* No count is more than was added, or lacks more than was promised. */
static void
check_counts(const Frequent *frequent, const uint64_t *exact, uint64_t n)
{
	uint32_t n_sure = 0;

	for (uint32_t v = 0; v < N_VALUES; v++)
	{
		char name[16];
		uint32_t length =
			(uint32_t) snprintf(name, sizeof(name), "value %u", v);
		uint64_t count = 0;

		for (uint32_t k = 0; k < frequent->n; k++)
			if (frequent->values[k].length == length &&
			    memcmp(frequent_name(frequent, &frequent->values[k]), name,
			           length) == 0)
				count = frequent->values[k].count;
		CHECK(count <= exact[v]);
		CHECK(count + 2 * n / ROOM >= exact[v]);
		n_sure += exact[v] > 2 * n / ROOM;
	}
	/* or nothing was tested */
	CHECK(n_sure >= 3);
	CHECK(frequent->n <= ROOM);
}

static void
frequent_values_are_never_forgotten(void)
{
	static uint64_t exact[N_VALUES];
	NumArena arena;
	Frequent a;
	Frequent b;

	memset(exact, 0, sizeof(exact));
	scratch_begin(&arena, 0);
	CHECK_INT(frequent_init(&a, &arena, ROOM), NUM_OK);
	CHECK_INT(frequent_init(&b, &arena, ROOM), NUM_OK);
	add_stream(&a, 1, 20000, exact);
	check_counts(&a, exact, 20000);
	add_stream(&b, 2, 10000, exact);
	for (uint32_t v = 0; v < b.n; v++)
		CHECK_INT(frequent_add(&a, b.values[v].hash,
		                       frequent_name(&b, &b.values[v]),
		                       b.values[v].length, b.values[v].count),
		          NUM_OK);
	check_counts(&a, exact, 30000);
	frequent_release(&a);
	frequent_release(&b);
	CHECK_INT((intmax_t) arena.used_bytes, 0);
	scratch_end(&arena);
}

/* ---- a column with a crowd ---- */

#define N_ROWS 200000
#define N_NAMED 100

/* 195000 rows have a value: more than 23 of them must have one that keeps a
 * level. */
#define LEAST_ROWS 24

/* Row i: a named value j, which 10 + j rows have; NULL; or a value that no
 * other row has. */
static int
named_value(uint32_t i)
{
	static int named[N_ROWS];
	static bool filled = false;

	if (!filled)
	{
		uint32_t at = 0;

		for (uint32_t k = 0; k < N_ROWS; k++)
			named[k] = k % 40 == 0 ? -1 : -2;
		for (int j = 0; j < N_NAMED; j++)
			for (int k = 0; k < 10 + j; k++)
			{
				/* a walk that hits every row once */
				do
					at = (at + 77777) % N_ROWS;
				while (named[at] != -2);
				named[at] = j;
			}
		filled = true;
	}
	return named[i];
}

static void
append(DataBuilder *builder, uint32_t i)
{
	DataInput *input = data_builder_input(builder);
	int j = named_value(i);
	char text[40];
	int length = j >= 0 ? snprintf(text, sizeof(text), "named %d", j)
	                    : snprintf(text, sizeof(text), "row number %u", i);

	input->number[0] = i;
	input->code[1] =
		j == -1 ? DATA_NULL_CODE
				: data_builder_code(builder, 1, text, (uint32_t) length);
	CHECK(input->code[1] != DATA_NO_CODE);
	input->label = (int) (i / 3 % 2);
	CHECK_INT(data_builder_append(builder, DATA_TRAIN), NUM_OK);
}

static uint64_t
name_of(NumArena *arena, void *piece)
{
	(void) arena;
	return (uint64_t) (uintptr_t) piece;
}

static void *
piece_of(NumArena *arena, uint64_t name)
{
	(void) arena;
	return (void *) (uintptr_t) name;
}

/* The rows from 'first' on that are for this builder, put into 'whole'. */
static void
add_part(Making *whole, const DataBuilderSpec *spec, uint32_t from, uint32_t to)
{
	static const DataExchange exchange = { name_of, piece_of };
	DataBuilder *part;
	unsigned char *image;
	size_t bytes;

	CHECK_INT(data_builder_create(&whole->arena, spec, &part), NUM_OK);
	for (uint32_t i = from; i < to; i++)
		append(part, i);
	CHECK_INT(data_builder_export(part, &exchange, &image, &bytes), NUM_OK);
	CHECK_INT(data_builder_import(whole->builder, &exchange, image), NUM_OK);
}

/* Levels and codes are those that the rule gives. */
static void
check_crowd(const Making *making, uint32_t max_levels)
{
	const Dataset *data = making->data;
	const DataColumn *t = &data->columns[1];
	uint32_t n_kept = N_NAMED - (LEAST_ROWS - 10);
	uint64_t n_rows = 0;

	if (n_kept > max_levels - 1)
		n_kept = max_levels - 1;
	CHECK_INT(data->n_columns, 2);
	CHECK_INT(t->n_levels, n_kept + 2);
	CHECK(found(making, DATA_CROWDED, "t"));
	CHECK_INT(t->levels[0].kind, DATA_LEVEL_NULL);
	CHECK_INT(t->levels[n_kept + 1].kind, DATA_LEVEL_OTHER);
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < data->part[p].n_blocks; b++)
		{
			const DataBlock *block = data->part[p].blocks[b];

			n_rows += block->n_rows;
			for (uint32_t i = 0; i < block->n_rows; i++)
			{
				double x = (double) ((const float *) block->values[0])[i] +
				           data->columns[0].pivot;
				int j = named_value((uint32_t) x);
				const DataLevel *level =
					&t->levels[((const uint8_t *) block->values[1])[i]];
				char text[40] = "";

				if (j >= (int) (N_NAMED - n_kept))
					snprintf(text, sizeof(text), "named %d", j);
				CHECK_INT(level->kind, j == -1           ? DATA_LEVEL_NULL
				                       : text[0] != '\0' ? DATA_LEVEL_VALUE
				                                         : DATA_LEVEL_OTHER);
				CHECK(level->length == strlen(text) &&
				      memcmp(level->name, text, strlen(text)) == 0);
			}
		}
	CHECK_INT((intmax_t) n_rows, N_ROWS);
}

static void
levels_of_a_crowd_are_its_frequent_values(void)
{
	for (uint32_t max_levels = 64; max_levels <= 256; max_levels *= 4)
	{
		DataBuilderSpec spec = spec_of(number_and_text, 2);
		Making making;

		/* levels are chosen by training rows, which all are */
		spec.max_levels = max_levels;
		making_begin(&making, &spec);
		for (uint32_t i = 0; i < N_ROWS; i++)
			append(making.builder, i);
		CHECK_INT(making_finish(&making), NUM_OK);
		check_crowd(&making, max_levels);
		scratch_end(&making.arena);
	}
}

static bool
same_levels(const Dataset *a, const Dataset *b)
{
	const DataColumn *s = &a->columns[1];
	const DataColumn *t = &b->columns[1];
	bool same =
		s->n_levels == t->n_levels && a->part[0].n_rows == b->part[0].n_rows &&
		s->n_unseen[0] == t->n_unseen[0] && s->n_unseen[1] == t->n_unseen[1];

	for (uint32_t l = 0; l < s->n_levels && same; l++)
		same = s->levels[l].weight == t->levels[l].weight &&
		       s->levels[l].length == t->levels[l].length;
	return same;
}

/* In the other order; by builders of which none has a crowd of its own; and by
 * some that have one and some that have not. */
static void
a_crowd_is_the_same_however_rows_come(void)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	static const uint32_t cuts[3][5] = { { 0, 50000, 100000, 150000, N_ROWS },
		                                 { 0, 3000, 190000, 195000, N_ROWS },
		                                 { 0, 100000, N_ROWS, N_ROWS,
		                                   N_ROWS } };
	Making forth;
	Making back;

	spec.held_out_share = 0.1;
	making_begin(&forth, &spec);
	making_begin(&back, &spec);
	for (uint32_t i = 0; i < N_ROWS; i++)
	{
		append(forth.builder, i);
		append(back.builder, N_ROWS - 1 - i);
	}
	CHECK_INT(making_finish(&forth), NUM_OK);
	CHECK_INT(making_finish(&back), NUM_OK);
	check_crowd(&back, 256);
	CHECK(same_levels(forth.data, back.data));
	scratch_end(&back.arena);
	for (int k = 0; k < 3; k++)
	{
		Making whole;

		making_begin(&whole, &spec);
		spec.row_arena = &whole.arena;
		for (int p = 0; p < 4; p++)
			add_part(&whole, &spec, cuts[k][p], cuts[k][p + 1]);
		spec.row_arena = NULL;
		CHECK_INT(making_finish(&whole), NUM_OK);
		check_crowd(&whole, 256);
		CHECK(same_levels(forth.data, whole.data));
		scratch_end(&whole.arena);
	}
	scratch_end(&forth.arena);
}

/* Copies of rows count as such when they differ in values that share a level,
 * so that they are divided by their number, as all other copies are. */
static void
rows_that_differ_in_rare_values_are_copies(void)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	Making making;

	spec.held_out_share = 0.5;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 140000; i++)
	{
		making.input->number[0] = i % 7;
		making.input->code[1] = i % 2 == 0
		                            ? numbered(&making, 1, "often ", i % 14)
		                            : numbered(&making, 1, "once ", i);
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->columns[1].n_levels, 8);
	/* five standard deviations */
	CHECK_NEAR((double) making.data->part[DATA_HELD_OUT].n_rows, 70000, 950);
	scratch_end(&making.arena);
}

int
main(void)
{
	RUN(frequent_values_are_never_forgotten);
	RUN(levels_of_a_crowd_are_its_frequent_values);
	RUN(a_crowd_is_the_same_however_rows_come);
	RUN(rows_that_differ_in_rare_values_are_copies);
	return unit_end();
}
