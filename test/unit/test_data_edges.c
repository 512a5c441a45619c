/*
 * test_data_edges.c
 *    Columns that carry nothing or too much, groups with awkward names, and
 *    what a dataset costs.
 *
 * Each case builds a small dataset of its own from a formula, so that what
 * must come out can be said without computing it.
 */
#include "data/builder.h"
#include "data/dictionary.h"

#include <stdlib.h>

#include "making.h"
#include "unit.h"

static void
constant_columns_have_no_coefficient(void)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	Making making;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 100; i++)
	{
		/* other values in the held-out part do not make it less constant */
		bool held_out = i % 5 == 0;

		making.input->number[0] = held_out ? (double) i : 7;
		making.input->code[1] = code(&making, 1, held_out ? "b" : "a");
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder,
		                              held_out ? DATA_HELD_OUT : DATA_TRAIN),
		          NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_params, 1);
	CHECK(found(&making, DATA_CONSTANT, "x"));
	CHECK(found(&making, DATA_CONSTANT, "t"));
	scratch_end(&making.arena);
}

static void
a_number_that_is_always_null_has_no_coefficient(void)
{
	DataBuilderSpec spec = spec_of(two_numbers, 2);
	Making making;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 100; i++)
	{
		making.input->number[0] = i % 10;
		making.input->number[1] = NAN;
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_params, 2);
	CHECK(found(&making, DATA_CONSTANT, "z"));
	scratch_end(&making.arena);
}

static void
one_value_or_null_leaves_the_flag(void)
{
	DataBuilderSpec spec = spec_of(one_number, 1);
	Making making;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 100; i++)
	{
		making.input->number[0] = i % 3 == 0 ? NAN : 5;
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_params, 2);
	CHECK_INT(making.data->n_columns, 2);
	CHECK_INT(making.data->columns[0].n_params, 0);
	CHECK(making.data->columns[0].sd == 0);
	CHECK(making.data->columns[1].is_null_flag);
	CHECK_INT(making.data->columns[1].first_param, 1);
	CHECK(making.data->columns[1].levels[1].weight == 34);
	scratch_end(&making.arena);
}

/* Nulls that only held-out rows have are filled, and no flag is learnt. */
static void
nulls_of_held_out_rows_make_no_flag(void)
{
	DataBuilderSpec spec = spec_of(one_number, 1);
	Making making;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 101; i++)
	{
		making.input->number[0] = i == 100 ? NAN : (double) i;
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder,
		                              i == 100 ? DATA_HELD_OUT : DATA_TRAIN),
		          NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_columns, 1);
	CHECK_INT(making.data->columns[0].n_null[DATA_TRAIN], 0);
	CHECK_INT(making.data->columns[0].n_null[DATA_HELD_OUT], 1);
	CHECK(((const float *) making.data->part[DATA_HELD_OUT]
	           .blocks[0]
	           ->values[0])[0] == 49.5f);
	scratch_end(&making.arena);
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The stored values of column 'c' are, in some order, value(0) to value(n - 1);
 * what is NaN there is filled. */
static void
check_values(const Making *making, uint32_t c, uint32_t n,
             double (*value)(uint32_t))
{
	static double want[12000];
	static double got[12000];
	const DataRows *rows = &making->data->part[DATA_TRAIN];
	const DataColumn *column = &making->data->columns[c];
	uint32_t n_want = 0;
	uint32_t n_got = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!isnan(value(i)))
			want[n_want++] = value(i);
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
		{
			float stored = ((const float *) rows->blocks[b]->values[c])[i];

			if (n_want == n || stored < column->fill || stored > column->fill)
				got[n_got++] = (double) stored + column->pivot;
		}
	CHECK_INT(n_got, n_want);
	qsort(want, n_want, sizeof(double), compare_doubles);
	qsort(got, n_got, sizeof(double), compare_doubles);
	CHECK(memcmp(want, got, n_want * sizeof(double)) == 0);
}

static double
late_value(uint32_t i)
{
	return i < 6000 ? NAN : 817000000.0 + (double) (i % 300);
}

/* A column that is NULL in the rows that come first is stored as exactly as any
 * other: seconds of today differ by less than single precision tells apart. */
static void
late_values_stay_exact(void)
{
	DataBuilderSpec spec = spec_of(one_number, 1);
	const DataColumn *column;
	Making making;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 12000; i++)
	{
		making.input->number[0] = late_value(i);
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	column = &making.data->columns[0];
	CHECK(column->pivot >= 817000000.0 && column->pivot < 817000300.0);
	check_values(&making, 0, 12000, late_value);
	scratch_end(&making.arena);
}

static const DataColumnSpec number_and_category[] = {
	{ "x", "x", 0, 1, DATA_NUMBER },
	{ "job", "job", 0, 3, DATA_CATEGORY },
};

/* Held-out rows may hold what training has not shown: it is counted, and what
 * has no level shares one without weight. */
static void
surprises_of_held_out_rows_are_counted(void)
{
	DataBuilderSpec spec = spec_of(number_and_category, 2);
	const char *jobs[] = { "clerk", "guard", "nurse", "pilot" };
	const DataColumn *job;
	Making making;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 200; i++)
	{
		bool held_out = i >= 100;
		const char *name = jobs[i % (held_out ? 4 : 2)];

		/* training: 0 to 99; held out: 50 to 149, of which 50 are beyond */
		making.input->number[0] = (double) (held_out ? i - 50 : i);
		making.input->code[1] =
			data_builder_code(making.builder, 1, name, (uint32_t) strlen(name));
		making.input->label = i / 2 % 2;
		CHECK_INT(data_builder_append(making.builder,
		                              held_out ? DATA_HELD_OUT : DATA_TRAIN),
		          NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->columns[0].n_out_of_range, 50);
	job = &making.data->columns[1];
	CHECK_INT(job->n_unseen[DATA_TRAIN], 0);
	CHECK_INT(job->n_unseen[DATA_HELD_OUT], 50);
	CHECK_INT(job->n_levels, 3);
	CHECK(job->levels[2].kind == DATA_LEVEL_OTHER);
	CHECK(job->levels[2].weight == 0);
	scratch_end(&making.arena);
}

static void
without_flags_nulls_are_filled_only(void)
{
	DataBuilderSpec spec = spec_of(one_number, 1);
	const DataRows *rows;
	uint32_t n_filled = 0;
	Making making;

	spec.null_flags = false;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 100; i++)
	{
		making.input->number[0] = i < 10 ? NAN : i < 55 ? 1 : 3;
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_columns, 1);
	CHECK(making.data->columns[0].mean == 2);
	rows = &making.data->part[DATA_TRAIN];
	for (uint32_t b = 0; b < rows->n_blocks; b++)
		for (uint32_t i = 0; i < rows->blocks[b]->n_rows; i++)
			n_filled += ((const float *) rows->blocks[b]->values[0])[i] == 2.0f;
	CHECK_INT(n_filled, 10);
	scratch_end(&making.arena);
}

static void
identifiers_are_left_out_and_categories_are_not(void)
{
	for (uint32_t n_levels = 900; n_levels <= 1500; n_levels += 600)
	{
		DataBuilderSpec spec = spec_of(number_and_text, 2);
		Making making;

		making_begin(&making, &spec);
		for (uint32_t i = 0; i < 2000; i++)
		{
			making.input->number[0] = i % 17;
			making.input->code[1] =
				numbered(&making, 1, "customer number ", i % n_levels);
			making.input->label = i % 3 == 0;
			CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
		}
		CHECK_INT(making_finish(&making), NUM_OK);
		CHECK_INT(found(&making, DATA_IDENTIFIER, "t"), n_levels == 1500);
		CHECK_INT(found(&making, DATA_POOLED, "t"), n_levels == 900);
		CHECK_INT(making.data->n_params, n_levels == 1500 ? 2 : 2 + 256);
		scratch_end(&making.arena);
	}
}

/* A column of names must not use up the memory before it is left out. */
static void
identifiers_do_not_use_up_memory(void)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	Making making;

	making_begin(&making, &spec);
	making.arena.limit_bytes = 48u << 20;
	for (uint32_t i = 0; i < 600000; i++)
	{
		making.input->number[0] = i % 17;
		making.input->code[1] =
			numbered(&making, 1, "5f4dcc3b5aa765d61d8327de", i);
		CHECK(making.input->code[1] != DATA_NO_CODE);
		making.input->label = i % 3 == 0;
		if (making.input->code[1] == DATA_NO_CODE ||
		    data_builder_append(making.builder, DATA_TRAIN) != NUM_OK)
			break;
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK(found(&making, DATA_SCATTERED, "t"));
	scratch_end(&making.arena);
}

static void
equally_rare_levels_are_pooled_by_name(void)
{
	DataBuilderSpec spec = spec_of(number_and_text, 2);
	Making making;
	const DataColumn *t;

	spec.max_levels = 4;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 600; i++)
	{
		/* 'z' is frequent, the others are not and equal */
		static const char *const names[] = { "z", "e", "d", "z",
			                                 "c", "b", "z", "a" };

		making.input->number[0] = i % 17;
		making.input->code[1] = code(&making, 1, names[i % 8]);
		making.input->label = i % 3 == 0;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	t = &making.data->columns[1];
	CHECK_INT(t->n_levels, 4);
	if (t->n_levels == 4)
	{
		CHECK_INT(t->levels[0].name[0], 'a');
		CHECK_INT(t->levels[1].name[0], 'b');
		CHECK_INT(t->levels[2].name[0], 'z');
		CHECK_INT(t->levels[3].kind, DATA_LEVEL_OTHER);
		CHECK(t->levels[3].weight == 225);
	}
	scratch_end(&making.arena);
}

static void
the_label_in_disguise_is_found(void)
{
	for (int honest = 0; honest < 2; honest++)
	{
		DataBuilderSpec spec = spec_of(number_and_text, 2);
		Making making;

		making_begin(&making, &spec);
		for (uint32_t i = 0; i < 5000; i++)
		{
			uint32_t mixed = i * 2654435761u >> 16;
			uint32_t shown = honest ? mixed >> 3 & 1 : mixed & 1;

			making.input->label = (int) (mixed & 1);
			making.input->number[0] = 3.0 - 2.0 * shown;
			making.input->code[1] = code(&making, 1, shown ? "paid" : "not");
			CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
		}
		CHECK_INT(making_finish(&making), NUM_OK);
		CHECK_INT(found(&making, DATA_DISGUISE, "x"), !honest);
		CHECK_INT(found(&making, DATA_DISGUISE, "t"), !honest);
		scratch_end(&making.arena);
	}
}

/* Groups are told apart by their values, not by how those are printed. */
static void
groups_with_commas_in_their_names_stay_apart(void)
{
	static const DataAttributeSpec both[] = { { "p*q", 2, { 0, 1 } } };
	static const char *const p[] = { "a, b", "a" };
	static const char *const q[] = { "c", "b, c" };
	DataBuilderSpec spec = spec_of(one_number, 1);
	Making making;

	spec.n_protected = 2;
	spec.n_attributes = 1;
	spec.attributes = both;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 100; i++)
	{
		const char *left = p[i / 2 % 2];
		const char *right = q[i / 2 % 2];

		making.input->number[0] = i;
		making.input->label = i % 2;
		making.input->protected_code[0] = data_builder_group(
			making.builder, 0, left, (uint32_t) strlen(left));
		making.input->protected_code[1] = data_builder_group(
			making.builder, 1, right, (uint32_t) strlen(right));
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_base_groups, 2);
	CHECK_INT(making.data->attributes[0].n_groups, 2);
	scratch_end(&making.arena);
}

static void
too_many_groups_name_the_attribute(void)
{
	static const DataAttributeSpec one[] = { { "p", 1, { 0 } } };
	DataBuilderSpec spec = spec_of(one_number, 1);
	Making making;

	spec.n_protected = 1;
	spec.n_attributes = 1;
	spec.attributes = one;
	spec.max_groups = 50;
	for (uint32_t n = 50; n <= 51; n++)
	{
		making_begin(&making, &spec);
		for (uint32_t i = 0; i < 510; i++)
		{
			char text[16];
			int length = snprintf(text, sizeof(text), "%u", i % n);

			making.input->number[0] = i;
			making.input->label = i % 2;
			making.input->protected_code[0] =
				data_builder_group(making.builder, 0, text, (uint32_t) length);
			CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
		}
		CHECK_INT(making_finish(&making), n == 50 ? NUM_OK : NUM_TOO_LARGE);
		if (n == 51)
			CHECK_TEXT(making.culprit, "p");
		scratch_end(&making.arena);
	}
}

static void
without_protected_columns_there_is_one_base_group(void)
{
	DataBuilderSpec spec = spec_of(one_number, 1);
	Making making;
	const uint64_t *rows;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 10; i++)
	{
		making.input->number[0] = i;
		making.input->label = i < 3;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK_INT(making.data->n_base_groups, 1);
	CHECK_INT(making.data->n_attributes, 0);
	CHECK_INT(making.data->part[DATA_TRAIN].cell_rows[0], 7);
	CHECK(making.data->part[DATA_TRAIN].cell_weight[1] == 3);
	rows = making.data->part[DATA_HELD_OUT].cell_rows;
	CHECK_INT(rows[0] + rows[1], 0);
	scratch_end(&making.arena);
}

static double
second(uint32_t i)
{
	return 8.3e8 + i;
}

static double
large_key(uint32_t i)
{
	return i % 2 == 0 ? -1e15 - i : -1e15 + i;
}

/* A second of 2026 and the next one differ; single precision alone would
 * not tell them apart. */
static void
seconds_and_large_keys_stay_exact(void)
{
	DataBuilderSpec spec = spec_of(two_numbers, 2);
	Making making;
	const DataColumn *x;

	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 9000; i++)
	{
		making.input->number[0] = second(i);
		making.input->number[1] = large_key(i);
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	check_values(&making, 0, 9000, second);
	check_values(&making, 1, 9000, large_key);
	x = &making.data->columns[0];
	CHECK(x->min == 8.3e8 && x->max == 8.3e8 + 8999);
	scratch_end(&making.arena);
}

/* Six numbers, eight categories, as the census data have them. */
static void
census_rows_cost_at_most_48_bytes(void)
{
	DataColumnSpec columns[14];
	DataBuilderSpec spec;
	Making making;

	for (uint32_t c = 0; c < 14; c++)
	{
		columns[c] = c < 6 ? one_number[0] : number_and_text[1];
		columns[c].name = columns[c].source = c < 6 ? "x" : "t";
	}
	spec = spec_of(columns, 14);
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 400000; i++)
	{
		for (uint32_t c = 0; c < 14; c++)
			if (c < 6)
				making.input->number[c] = (double) (i % (90 + 7 * c));
			else
				making.input->code[c] =
					numbered(&making, c, "v", i % (3 + 5 * c));
		making.input->label = i % 3 == 0;
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK((double) making.arena.used_bytes / 400000 <= 48);
	CHECK((double) making.arena.peak_bytes / 400000 <= 48);
	CHECK(making.data->block_bytes <= making.arena.used_bytes);
	scratch_end(&making.arena);
}

/* A hundred rows of a wide table need no more than a few megabytes. */
static void
wide_rows_do_not_need_room_for_thousands(void)
{
	DataColumnSpec columns[768];
	DataBuilderSpec spec;
	Making making;

	for (uint32_t c = 0; c < 768; c++)
	{
		columns[c] = one_number[0];
		columns[c].element = c + 1;
	}
	spec = spec_of(columns, 768);
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < 1000; i++)
	{
		for (uint32_t c = 0; c < 768; c++)
			making.input->number[c] = (double) ((i * (c + 3)) % 101);
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder,
		                              i % 5 == 0 ? DATA_HELD_OUT : DATA_TRAIN),
		          NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK(making.arena.peak_bytes < 64u << 20);
	scratch_end(&making.arena);
}

/* And of few rows of very many numbers no more than some hundred times what
 * they are: every number takes lines of the cache of its own. */
static void
long_rows_do_not_need_room_for_many(void)
{
	enum
	{
		LONG_ROW = 140000,
		FEW_ROWS = 24
	};
	DataColumnSpec *columns = malloc(LONG_ROW * sizeof(DataColumnSpec));
	DataBuilderSpec spec;
	Making making;

	CHECK(columns != NULL);
	if (columns == NULL)
		return;
	for (uint32_t c = 0; c < LONG_ROW; c++)
	{
		columns[c] = one_number[0];
		columns[c].element = c + 1;
	}
	spec = spec_of(columns, LONG_ROW);
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < FEW_ROWS; i++)
	{
		for (uint32_t c = 0; c < LONG_ROW; c++)
			making.input->number[c] = (double) ((i * (c + 3)) % 101);
		making.input->label = i % 2;
		CHECK_INT(data_builder_append(making.builder,
		                              i % 5 == 0 ? DATA_HELD_OUT : DATA_TRAIN),
		          NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK(making.arena.peak_bytes < (size_t) LONG_ROW * 1500);
	scratch_end(&making.arena);
	free(columns);
}

/* Every length takes its own way through the hash. */
static void
dictionaries_tell_all_strings_apart(void)
{
	NumArena arena;
	Dictionary dictionary;
	char text[101];
	uint32_t n = 0;

	scratch_begin(&arena, 0);
	CHECK_INT(dictionary_init(&dictionary, &arena), NUM_OK);
	for (int round = 0; round < 2; round++)
	{
		uint32_t at = 0;

		for (uint32_t length = 0; length <= 100; length++)
			for (uint32_t change = 0; change <= length; change++)
			{
				memset(text, 'a', sizeof(text));
				if (change < length)
					text[change] = '\0';
				CHECK_INT(dictionary_code(&dictionary, text, length), at);
				at++;
			}
		n = at;
	}
	CHECK_INT(dictionary.n, n);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(constant_columns_have_no_coefficient);
	RUN(a_number_that_is_always_null_has_no_coefficient);
	RUN(one_value_or_null_leaves_the_flag);
	RUN(nulls_of_held_out_rows_make_no_flag);
	RUN(late_values_stay_exact);
	RUN(surprises_of_held_out_rows_are_counted);
	RUN(without_flags_nulls_are_filled_only);
	RUN(identifiers_are_left_out_and_categories_are_not);
	RUN(identifiers_do_not_use_up_memory);
	RUN(equally_rare_levels_are_pooled_by_name);
	RUN(the_label_in_disguise_is_found);
	RUN(groups_with_commas_in_their_names_stay_apart);
	RUN(too_many_groups_name_the_attribute);
	RUN(without_protected_columns_there_is_one_base_group);
	RUN(seconds_and_large_keys_stay_exact);
	RUN(census_rows_cost_at_most_48_bytes);
	RUN(wide_rows_do_not_need_room_for_thousands);
	RUN(long_rows_do_not_need_room_for_many);
	RUN(dictionaries_tell_all_strings_apart);
	return unit_end();
}
