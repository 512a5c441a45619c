/*
 * test_data_meaning.c
 *    A finished dataset says what the rows said.
 *
 * Rows are made up here and kept; a dataset is built from them, and every
 * figure and every cell of it is recomputed from the kept rows in the plainest
 * way: long double, no blocks, no codes.
 */
#include <stdlib.h>

#include "data/builder.h"
#include "data/exchange.h"
#include "scratch.h"
#include "unit.h"

#define N_ROWS 11000 /* three blocks to train on, and a bit */
#define NO_TEXT NULL

enum
{
	AGE,   /* small numbers, some NULL */
	TAKEN, /* seconds: large against their spread, each once */
	RATIO, /* numbers that single precision rounds */
	JOB,   /* 40 values, some NULL */
	TOWN,  /* 700 values, unevenly often: pooled */
	N_INPUTS
};

typedef struct Row
{
	double age;
	double taken;
	double ratio;
	const char *job;
	char town[8];
	const char *sex; /* NULL: unknown */
	const char *race;
	double weight;
	int label;
	DataPart part;
} Row;

static Row rows[N_ROWS];
static char job_names[40][24];

static const DataColumnSpec inputs[N_INPUTS] = {
	{ "age", "age", 0, 1, DATA_NUMBER },
	{ "taken", "taken", 0, 1, DATA_NUMBER },
	{ "ratio", "ratio", 0, 1, DATA_NUMBER },
	{ "job", "job", 0, 3, DATA_CATEGORY },
	{ "town", "town", 0, 3, DATA_CATEGORY },
};

static const DataAttributeSpec attributes[] = {
	{ "sex", 1, { 0 } },
	{ "race", 1, { 1 } },
	{ "sex*race", 2, { 0, 1 } },
};

static const DataBuilderSpec people = {
	.n_columns = N_INPUTS,
	.columns = inputs,
	.n_protected = 2,
	.n_attributes = 3,
	.attributes = attributes,
	.weighted = true,
	.null_flags = true,
	.max_levels = 256,
	.max_groups = 100,
};

/* A generator of its own, so that the one under test elsewhere cannot hide a
 * fault here. */
static uint32_t
draw(uint32_t below)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t) (state >> 33) % below;
}

static void
make_rows(void)
{
	static const char *const races[] = { "White", "Black", "Asian", "Other" };

	for (uint32_t j = 0; j < 40; j++)
	{
		/* names of 1 to 23 bytes, so that every way of hashing is used */
		uint32_t length = 1 + j % 23;

		memset(job_names[j], 'a' + (int) (j / 23), length);
		job_names[j][length - 1] = (char) ('A' + j % 26);
	}
	for (uint32_t i = 0; i < N_ROWS; i++)
	{
		Row *row = &rows[i];
		uint32_t town = draw(700) * draw(700) / 700;

		row->age = draw(20) == 0 ? NAN : (double) (17 + draw(70));
		row->taken = 1.7e9 + (double) (i * UINT32_C(7919) % 1000003);
		row->ratio = (double) draw(1000000) / 999983.0;
		row->job = draw(30) == 0 ? NO_TEXT : job_names[draw(40)];
		snprintf(row->town, sizeof(row->town), "t%u", town);
		row->sex = draw(50) == 0 ? NO_TEXT : draw(3) == 0 ? "Female" : "Male";
		row->race = races[draw(4)];
		/* one combination never occurs */
		if (row->sex != NULL && row->sex[0] == 'F' && row->race[0] == 'O')
			row->race = "Asian";
		row->weight = 0.25 * (double) (1 + draw(8));
		row->label = draw(10) < 3;
		row->part = draw(5) == 0 ? DATA_HELD_OUT : DATA_TRAIN;
	}
}

static uint32_t
text_code(DataBuilder *builder, uint32_t column, const char *text)
{
	return text == NO_TEXT ? DATA_NULL_CODE
	                       : data_builder_code(builder, column, text,
	                                           (uint32_t) strlen(text));
}

static uint32_t
group_code(DataBuilder *builder, uint32_t column, const char *text)
{
	return text == NO_TEXT ? DATA_NULL_CODE
	                       : data_builder_group(builder, column, text,
	                                            (uint32_t) strlen(text));
}

static NumStatus
append_row(DataBuilder *builder, const Row *row)
{
	DataInput *input = data_builder_input(builder);

	input->number[AGE] = row->age;
	input->number[TAKEN] = row->taken;
	input->number[RATIO] = row->ratio;
	input->code[JOB] = text_code(builder, JOB, row->job);
	input->code[TOWN] = text_code(builder, TOWN, row->town);
	input->protected_code[0] = group_code(builder, 0, row->sex);
	input->protected_code[1] = group_code(builder, 1, row->race);
	if (input->code[JOB] == DATA_NO_CODE || input->code[TOWN] == DATA_NO_CODE ||
	    input->protected_code[0] == DATA_NO_CODE ||
	    input->protected_code[1] == DATA_NO_CODE)
		return NUM_NO_MEMORY;
	input->weight = row->weight;
	input->label = row->label;
	return data_builder_append(builder, row->part);
}

/* All rows, every 'step'-th after the other; N_ROWS and 'step' have no common
 * divisor. */
static NumStatus
build(NumArena *arena, uint32_t step, Dataset **data)
{
	DataBuilder *builder;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	NumStatus status = data_builder_create(arena, &people, &builder);

	for (uint32_t i = 0; i < N_ROWS && status == NUM_OK; i++)
		status = append_row(builder, &rows[(uint64_t) i * step % N_ROWS]);
	if (status == NUM_OK)
		status = data_builder_finish(builder, data, &findings, &n_findings,
		                             &culprit);
	return status;
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

/* The rows dealt out among builders that do not know each other, in pieces of
 * 100, and put together again. */
static NumStatus
build_together(NumArena *arena, uint32_t n_builders, Dataset **data)
{
	static const DataExchange exchange = { name_of, piece_of };
	DataBuilderSpec spec = people;
	DataBuilder *whole;
	DataFinding *findings;
	uint32_t n_findings;
	const char *culprit;
	NumStatus status;

	spec.row_arena = arena;
	status = data_builder_create(arena, &spec, &whole);
	for (uint32_t k = 0; k < n_builders && status == NUM_OK; k++)
	{
		DataBuilder *part;
		unsigned char *image;
		size_t bytes;

		CHECK_INT(data_builder_create(arena, &spec, &part), NUM_OK);
		for (uint32_t i = 0; i < N_ROWS && status == NUM_OK; i++)
			if (i / 100 % n_builders == k)
				status = append_row(part, &rows[N_ROWS - 1 - i]);
		CHECK_INT(data_builder_export(part, &exchange, &image, &bytes), NUM_OK);
		status = data_builder_import(whole, &exchange, image);
	}
	if (status == NUM_OK)
		status =
			data_builder_finish(whole, data, &findings, &n_findings, &culprit);
	return status;
}

static uint32_t
column_named(const Dataset *data, const char *name, bool flag)
{
	for (uint32_t c = 0; c < data->n_columns; c++)
		if (strcmp(data->columns[c].name, name) == 0 &&
		    data->columns[c].is_null_flag == flag)
			return c;
	CHECK(!"a column is missing");
	return 0;
}

static uint32_t
code_at(const DataBlock *block, uint32_t c, uint32_t i)
{
	switch (block->code_bytes[c])
	{
		case 1:
			return ((const uint8_t *) block->values[c])[i];
		case 2:
			return ((const uint16_t *) block->values[c])[i];
		default:
			return ((const uint32_t *) block->values[c])[i];
	}
}

/* The level is the text: itself, NULL, or pooled when it is no level. */
static bool
level_is(const DataColumn *column, uint32_t code, const char *text)
{
	const DataLevel *level;

	if (code >= column->n_levels)
		return false;
	level = &column->levels[code];
	if (text == NO_TEXT)
		return level->kind == DATA_LEVEL_NULL;
	if (level->kind == DATA_LEVEL_VALUE)
		return level->length == strlen(text) &&
		       memcmp(level->name, text, level->length) == 0;
	if (level->kind != DATA_LEVEL_OTHER)
		return false;
	for (uint32_t l = 0; l < column->n_levels; l++)
		if (column->levels[l].kind == DATA_LEVEL_VALUE &&
		    column->levels[l].length == strlen(text) &&
		    memcmp(column->levels[l].name, text, strlen(text)) == 0)
			return false;
	return true;
}

static void
check_row(const Dataset *data, const DataBlock *block, uint32_t i,
          const Row *row)
{
	uint32_t age = column_named(data, "age", false);
	uint32_t ratio = column_named(data, "ratio", false);
	uint32_t job = column_named(data, "job", false);
	uint32_t town = column_named(data, "town", false);
	uint32_t base = block->cell[i] >> 1;
	const char *sex = row->sex == NULL ? "(unknown)" : row->sex;
	char both[40];

	if (isnan(row->age))
		CHECK(((const float *) block->values[age])[i] ==
		      data->columns[age].fill);
	else
		CHECK((double) ((const float *) block->values[age])[i] +
		          data->columns[age].pivot ==
		      row->age);
	CHECK_INT(code_at(block, age + 1, i), isnan(row->age));
	CHECK(((const float *) block->values[ratio])[i] == (float) row->ratio);
	CHECK(level_is(&data->columns[job], code_at(block, job, i), row->job));
	CHECK(level_is(&data->columns[town], code_at(block, town, i), row->town));
	CHECK_INT(block->cell[i] & 1, row->label);
	CHECK((double) block->weight[i] == row->weight);
	snprintf(both, sizeof(both), "%s, %s", sex, row->race);
	CHECK_TEXT(data->attributes[0]
	               .group_names[data->attributes[0].group_of_base[base]],
	           sex);
	CHECK_TEXT(data->attributes[1]
	               .group_names[data->attributes[1].group_of_base[base]],
	           row->race);
	CHECK_TEXT(data->attributes[2]
	               .group_names[data->attributes[2].group_of_base[base]],
	           both);
}

/* The row that was taken at the time that a stored row has. */
static const Row *
find_row(const Dataset *data, const DataBlock *block, uint32_t i)
{
	uint32_t c = column_named(data, "taken", false);
	double taken =
		(double) ((const float *) block->values[c])[i] + data->columns[c].pivot;

	for (uint32_t r = 0; r < N_ROWS; r++)
		if (rows[r].taken == taken)
			return &rows[r];
	return NULL;
}

static void
every_row_comes_back_once(void)
{
	static bool seen[N_ROWS];
	NumArena arena;
	Dataset *data;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	for (int p = 0; p < DATA_PARTS; p++)
	{
		const DataRows *part = &data->part[p];
		uint64_t n = 0;
		double weight = 0;

		for (uint32_t b = 0; b < part->n_blocks; b++)
			for (uint32_t i = 0; i < part->blocks[b]->n_rows; i++)
			{
				const Row *row = find_row(data, part->blocks[b], i);

				CHECK(row != NULL && row->part == (DataPart) p);
				if (row == NULL)
					continue;
				CHECK(!seen[row - rows]);
				seen[row - rows] = true;
				check_row(data, part->blocks[b], i, row);
				n++;
				weight += row->weight;
			}
		CHECK_INT(part->n_rows, n);
		CHECK(part->weight == weight);
	}
	CHECK_INT(data->part[0].n_rows + data->part[1].n_rows, N_ROWS);
	scratch_end(&arena);
}

/* Weighted mean, spread and range of the known training values. */
static void
check_number(const DataColumn *column, size_t offset)
{
	long double w = 0;
	long double wx = 0;
	long double squares = 0;
	double min = INFINITY;
	double max = -INFINITY;

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < N_ROWS; i++)
		{
			double x =
				*(const double *) (const void *) ((const char *) &rows[i] +
			                                      offset);
			long double d;

			if (rows[i].part != DATA_TRAIN || isnan(x))
				continue;
			if (pass == 0)
			{
				w += (long double) rows[i].weight;
				wx += (long double) (rows[i].weight * x);
				min = x < min ? x : min;
				max = x > max ? x : max;
				continue;
			}
			d = (long double) x - wx / w;
			squares += (long double) rows[i].weight * d * d;
		}
	CHECK_NEAR(column->mean + column->pivot, (double) (wx / w),
	           (offset == offsetof(Row, ratio) ? 1e-8 : 1e-12) *
	               (double) (wx / w));
	/* NULLs stand at the mean, where they may count for the spread or not */
	if (column->n_null[DATA_TRAIN] == 0)
		CHECK_CLOSE(column->sd, sqrt((double) (squares / w)),
		            offset == offsetof(Row, ratio) ? 1e-7 : 1e-9);
	CHECK(column->sd > 0);
	CHECK((float) (column->min - column->pivot) ==
	      (float) (min - column->pivot));
	CHECK((float) (column->max - column->pivot) ==
	      (float) (max - column->pivot));
	CHECK((double) column->fill + 0.0 == (double) (float) column->mean);
}

static void
numbers_have_the_moments_of_training_rows(void)
{
	NumArena arena;
	Dataset *data;
	uint64_t n_null[DATA_PARTS] = { 0 };
	uint64_t n_outside = 0;
	const DataColumn *age;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	check_number(&data->columns[column_named(data, "age", false)],
	             offsetof(Row, age));
	check_number(&data->columns[column_named(data, "taken", false)],
	             offsetof(Row, taken));
	check_number(&data->columns[column_named(data, "ratio", false)],
	             offsetof(Row, ratio));
	age = &data->columns[column_named(data, "age", false)];
	for (uint32_t i = 0; i < N_ROWS; i++)
	{
		n_null[rows[i].part] += isnan(rows[i].age) ? 1 : 0;
		if (rows[i].part == DATA_HELD_OUT &&
		    (rows[i].age < age->min || rows[i].age > age->max))
			n_outside++;
	}
	CHECK(n_null[DATA_TRAIN] > 0 && n_null[DATA_HELD_OUT] > 0);
	for (int p = 0; p < DATA_PARTS; p++)
		CHECK_INT(age->n_null[p], n_null[p]);
	CHECK_INT(age->n_out_of_range, n_outside);
	CHECK(data->columns[column_named(data, "age", false)].pivot == 0);
	CHECK(data->columns[column_named(data, "taken", false)].pivot != 0);
	scratch_end(&arena);
}

static void
levels_are_sorted_and_carry_training_weight(void)
{
	NumArena arena;
	Dataset *data;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];
		double weight = 0;

		if (column->kind != DATA_CATEGORY)
			continue;
		for (uint32_t l = 0; l < column->n_levels; l++)
		{
			const DataLevel *level = &column->levels[l];

			weight += level->weight;
			if (column->is_null_flag)
				continue;
			CHECK(level->kind != DATA_LEVEL_NULL || l == 0);
			CHECK(level->kind != DATA_LEVEL_OTHER || l == column->n_levels - 1);
			if (level->kind != DATA_LEVEL_VALUE || l == 0 ||
			    level[-1].kind != DATA_LEVEL_VALUE)
				continue;
			{
				uint32_t common = level->length < level[-1].length
				                      ? level->length
				                      : level[-1].length;
				int order = memcmp(level[-1].name, level->name, common);

				CHECK(order < 0 ||
				      (order == 0 && level[-1].length < level->length));
			}
		}
		CHECK(weight == data->part[DATA_TRAIN].weight);
	}
	CHECK(data->columns[column_named(data, "job", false)].levels[0].kind ==
	      DATA_LEVEL_NULL);
	{
		const DataColumn *town =
			&data->columns[column_named(data, "town", false)];
		double other = town->levels[town->n_levels - 1].weight;

		CHECK(town->levels[town->n_levels - 1].kind == DATA_LEVEL_OTHER);
		CHECK(town->n_levels <= 257);
		/* what is pooled is rarer than what is kept */
		for (uint32_t i = 0; i < N_ROWS; i++)
		{
			double own = 0;
			double least = INFINITY;
			bool kept = false;

			if (i % 500 != 0)
				continue;
			for (uint32_t j = 0; j < N_ROWS; j++)
				if (rows[j].part == DATA_TRAIN &&
				    strcmp(rows[i].town, rows[j].town) == 0)
					own += rows[j].weight;
			for (uint32_t l = 0; l + 1 < town->n_levels; l++)
			{
				double weight = town->levels[l].weight;

				least = weight < least ? weight : least;
				if (town->levels[l].length == strlen(rows[i].town) &&
				    memcmp(town->levels[l].name, rows[i].town,
				           town->levels[l].length) == 0)
				{
					kept = true;
					CHECK(weight == own);
				}
			}
			CHECK(kept || own <= least);
		}
		CHECK(other > 0);
	}
	scratch_end(&arena);
}

static void
parameters_are_numbered_without_gaps(void)
{
	NumArena arena;
	Dataset *data;
	uint32_t next = 1;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		const DataColumn *column = &data->columns[c];

		CHECK_INT(column->first_param, next);
		CHECK_INT(column->n_params,
		          column->kind == DATA_NUMBER || column->is_null_flag
		              ? 1
		              : column->n_levels);
		next += column->n_params;
	}
	CHECK_INT(data->n_params, next);
	CHECK(data->columns[1].is_null_flag);
	scratch_end(&arena);
}

static void
groups_are_what_occurs_in_order(void)
{
	static const char *const sexes[] = { "(unknown)", "Female", "Male" };
	NumArena arena;
	Dataset *data;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	CHECK_INT(data->attributes[0].n_groups, 3);
	for (uint32_t g = 0; g < 3; g++)
		CHECK_TEXT(data->attributes[0].group_names[g], sexes[g]);
	CHECK_INT(data->attributes[1].n_groups, 4);
	CHECK_INT(data->attributes[2].n_groups, 11);
	CHECK_INT(data->n_base_groups, 11);
	CHECK_TEXT(data->attributes[2].name, "sex*race");
	for (uint32_t g = 1; g < 11; g++)
		CHECK(strcmp(data->attributes[2].group_names[g - 1],
		             data->attributes[2].group_names[g]) < 0);
	scratch_end(&arena);
}

static void
cell_totals_are_those_of_the_rows(void)
{
	NumArena arena;
	Dataset *data;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	for (int p = 0; p < DATA_PARTS && data->n_base_groups == 11; p++)
	{
		const double *weight = data->part[p].cell_weight;
		const uint64_t *count = data->part[p].cell_rows;

		for (uint32_t cell = 0; cell < 22; cell++)
		{
			const DataAttribute *both = &data->attributes[2];
			const char *name = both->group_names[both->group_of_base[cell / 2]];
			double want = 0;
			uint64_t want_count = 0;

			for (uint32_t i = 0; i < N_ROWS; i++)
			{
				char own[40];

				snprintf(own, sizeof(own), "%s, %s",
				         rows[i].sex == NULL ? "(unknown)" : rows[i].sex,
				         rows[i].race);
				if (rows[i].part != (DataPart) p ||
				    rows[i].label != (int) (cell % 2) || strcmp(own, name) != 0)
					continue;
				want += rows[i].weight;
				want_count++;
			}
			CHECK(weight[cell] == want);
			CHECK_INT(count[cell], want_count);
		}
	}
	scratch_end(&arena);
}

#define IMAGE_BYTES 64

/* Everything that a stored row has, as bytes. */
static void
row_image(const Dataset *data, const DataBlock *block, uint32_t i,
          unsigned char *image)
{
	uint32_t at = 0;

	memset(image, 0, IMAGE_BYTES);
	for (uint32_t c = 0; c < data->n_columns; c++)
	{
		uint32_t n = block->code_bytes[c];

		memcpy(image + at, (const char *) block->values[c] + (size_t) i * n, n);
		at += n;
	}
	memcpy(image + at, &block->cell[i], sizeof(uint16_t));
	at += (uint32_t) sizeof(uint16_t);
	memcpy(image + at, &block->weight[i], sizeof(float));
}

static int
compare_images(const void *a, const void *b)
{
	return memcmp(a, b, IMAGE_BYTES);
}

/* The rows of the first blocks in an order of their own. */
static uint64_t
sorted_images(const Dataset *data, DataPart part, uint32_t n_blocks,
              unsigned char (*images)[IMAGE_BYTES])
{
	uint64_t n = 0;

	for (uint32_t b = 0; b < n_blocks; b++)
		for (uint32_t i = 0; i < data->part[part].blocks[b]->n_rows; i++)
			row_image(data, data->part[part].blocks[b], i, images[n++]);
	qsort(images, n, IMAGE_BYTES, compare_images);
	return n;
}

/* The held-out rows and every sample of the training rows. */
static void
check_same_rows(const Dataset *a, const Dataset *b)
{
	static unsigned char of_a[N_ROWS][IMAGE_BYTES];
	static unsigned char of_b[N_ROWS][IMAGE_BYTES];

	for (int s = 0; s <= DATA_STRATA; s++)
	{
		DataPart part = s == DATA_STRATA ? DATA_HELD_OUT : DATA_TRAIN;
		uint64_t n =
			sorted_images(a, part,
		                  s == DATA_STRATA ? a->part[part].n_blocks
		                                   : a->part[part].sample_blocks[s],
		                  of_a);

		CHECK_INT(n, sorted_images(b, part,
		                           s == DATA_STRATA
		                               ? b->part[part].n_blocks
		                               : b->part[part].sample_blocks[s],
		                           of_b));
		CHECK(n > 0);
		CHECK(memcmp(of_a, of_b, n * IMAGE_BYTES) == 0);
	}
}

static void
the_order_of_rows_does_not_show(void)
{
	NumArena arena;
	Dataset *a;
	Dataset *b;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &a), NUM_OK);
	CHECK_INT(build(&arena, N_ROWS - 1, &b), NUM_OK);
	CHECK_INT(a->n_columns, b->n_columns);
	CHECK_INT(a->n_params, b->n_params);
	CHECK_INT(a->n_base_groups, b->n_base_groups);
	for (uint32_t c = 0; c < a->n_columns && c < b->n_columns; c++)
	{
		const DataColumn *x = &a->columns[c];
		const DataColumn *y = &b->columns[c];

		CHECK_TEXT(x->name, y->name);
		CHECK_INT(x->n_levels, y->n_levels);
		CHECK(x->pivot == y->pivot && x->fill == y->fill);
		CHECK(x->mean == y->mean && x->sd == y->sd);
		CHECK(x->min == y->min && x->max == y->max);
		for (int p = 0; p < DATA_PARTS; p++)
		{
			CHECK_INT(x->n_null[p], y->n_null[p]);
			CHECK_INT(x->n_unseen[p], y->n_unseen[p]);
		}
		CHECK_INT(x->n_out_of_range, y->n_out_of_range);
		for (uint32_t l = 0; l < x->n_levels && l < y->n_levels; l++)
		{
			CHECK_INT(x->levels[l].kind, y->levels[l].kind);
			CHECK_INT(x->levels[l].length, y->levels[l].length);
			CHECK(memcmp(x->levels[l].name, y->levels[l].name,
			             x->levels[l].length) == 0);
			CHECK(x->levels[l].weight == y->levels[l].weight);
		}
	}
	for (uint32_t g = 0; g < a->n_base_groups; g++)
		CHECK_INT(a->attributes[2].group_of_base[g],
		          b->attributes[2].group_of_base[g]);
	check_same_rows(a, b);
	CHECK_INT(build(&arena, 4001, &b), NUM_OK);
	check_same_rows(a, b);
	for (uint32_t n = 1; n <= 4; n++)
	{
		CHECK_INT(build_together(&arena, n, &b), NUM_OK);
		check_same_rows(a, b);
	}
	scratch_end(&arena);
}

/* The smallest limits that fail, and those up to enough: a status each time,
 * and no more memory than was allowed. */
static void
too_little_memory_is_a_status(void)
{
	NumArena arena;
	Dataset *data;
	size_t enough;

	scratch_begin(&arena, 0);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	enough = arena.peak_bytes;
	scratch_end(&arena);
	for (uint32_t i = 0; i < 40; i++)
	{
		size_t limit = 1 + (enough - 1) / 40 * i;

		scratch_begin(&arena, limit);
		CHECK_INT(build(&arena, 1, &data), NUM_NO_MEMORY);
		CHECK(arena.peak_bytes <= limit);
		scratch_end(&arena);
	}
	scratch_begin(&arena, enough);
	CHECK_INT(build(&arena, 1, &data), NUM_OK);
	scratch_end(&arena);
}

int
main(void)
{
	make_rows();
	RUN(every_row_comes_back_once);
	RUN(numbers_have_the_moments_of_training_rows);
	RUN(levels_are_sorted_and_carry_training_weight);
	RUN(parameters_are_numbered_without_gaps);
	RUN(groups_are_what_occurs_in_order);
	RUN(cell_totals_are_those_of_the_rows);
	RUN(the_order_of_rows_does_not_show);
	RUN(too_little_memory_is_a_status);
	return unit_end();
}
