/*
 * test_model_gram.c
 *    Labels that are numbers, and the Gram matrices of features and label.
 *
 * Every sum is taken again here over the rows as they were made, in long
 * double.
 */
#include <stdlib.h>

#include "model/gram.h"
#include "model/linear.h"
#include "numbers.h"
#include "scratch.h"

static NumberRow rows[MOST_ROWS];

static Gram *
gram_of(NumArena *arena, const Dataset *data, GramSplit split)
{
	LinearPlan *plan = NULL;
	Gram *gram = NULL;

	CHECK_INT(linear_plan(arena, data, true, &plan), NUM_OK);
	CHECK_INT(gram_create(arena, plan, split, NULL, &gram), NUM_OK);
	return gram;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
labels_are_kept_to_the_last_digit(void)
{
	static double made[MOST_ROWS];
	static double kept[MOST_ROWS];
	NumberRows wanted = { .n_rows = 9000, .offset = 12345.678 };
	NumArena arena;
	Dataset *data;
	uint32_t n = 0;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = number_data(&arena, &wanted, rows);
	CHECK_INT(data->label, DATA_LABEL_NUMBER);
	CHECK_INT(data->n_params, PARAMS);
	for (uint32_t b = 0; b < data->part[DATA_TRAIN].n_blocks; b++)
	{
		const DataBlock *block = data->part[DATA_TRAIN].blocks[b];

		for (uint32_t i = 0; i < block->n_rows; i++)
		{
			CHECK_INT(block->cell[i] & 1, 0);
			kept[n++] = block->number[i];
		}
	}
	CHECK_INT(n, wanted.n_rows);
	for (uint32_t i = 0; i < n; i++)
		made[i] = rows[i].y;
	qsort(made, n, sizeof(double), compare_doubles);
	qsort(kept, n, sizeof(double), compare_doubles);
	CHECK(memcmp(made, kept, n * sizeof(double)) == 0);
	scratch_end(&arena);
}

static void
mean_and_spread_of_labels_are_those_of_the_rows(void)
{
	static const NumberRows cases[] = {
		{ .n_rows = 5000 },
		{ .n_rows = 5000, .weighted = true, .offset = 1e9 },
		{ .n_rows = 700, .scale = 1e12 },
		{ .n_rows = 700, .scale = 1e-12 },
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
	{
		NumArena arena;
		Dataset *data;
		long double w = 0;
		long double mean = 0;
		long double square = 0;

		scratch_begin(&arena, 0);
		number_rows(&cases[k], rows);
		data = number_data(&arena, &cases[k], rows);
		for (uint32_t i = 0; i < cases[k].n_rows; i++)
		{
			w += rows[i].weight;
			mean += rows[i].weight * (long double) rows[i].y;
		}
		mean /= w;
		for (uint32_t i = 0; i < cases[k].n_rows; i++)
			square +=
				rows[i].weight * (rows[i].y - mean) * (rows[i].y - mean) / w;
		CHECK_CLOSE(data->label_mean, (double) mean, 1e-12);
		CHECK_CLOSE(data->label_sd, sqrt((double) square), 1e-10);
		scratch_end(&arena);
	}
}

/* Entry by entry against sums over the rows of a group, or of all. */
static void
check_set(const Dataset *data, const Gram *gram, uint32_t n_rows, int group)
{
	long double xx[PARAMS][PARAMS] = { { 0 } };
	long double xy[PARAMS] = { 0 };
	long double yy = 0;
	const GramSet *set = &gram->sets[group < 0 ? 0 : group];
	double tolerance = 1e-11 * gram->total;

	for (uint32_t i = 0; i < n_rows; i++)
	{
		double x[PARAMS];
		double y;

		if (group >= 0 && rows[i].group != (uint32_t) group)
			continue;
		number_features(data, &rows[i], x, &y);
		for (int a = 0; a < PARAMS; a++)
		{
			xy[a] += rows[i].weight * (long double) x[a] * y;
			for (int b = 0; b <= a; b++)
				xx[a][b] += rows[i].weight * (long double) x[a] * x[b];
		}
		yy += rows[i].weight * (long double) y * y;
	}
	for (uint32_t a = 0; a < PARAMS; a++)
	{
		CHECK_NEAR(set->xy[a], (double) xy[a], tolerance);
		for (uint32_t b = 0; b <= a; b++)
			CHECK_NEAR(set->xx[a * gram->stride + b], (double) xx[a][b],
			           tolerance);
		if (group >= 0)
			CHECK_NEAR(gram->x[(size_t) group * gram->stride + a],
			           (double) xx[a][0], tolerance);
	}
	CHECK_NEAR(set->yy, (double) yy, tolerance);
	if (group >= 0)
		CHECK_NEAR(gram->weight[group], (double) xx[0][0], tolerance);
}

static void
sums_are_those_of_the_rows(void)
{
	static const NumberRows cases[] = {
		{ .n_rows = 9000 },
		{ .n_rows = 3000, .weighted = true },
		{ .n_rows = 600, .scale = 1e12, .offset = -1e12 },
		{ .n_rows = 60, .twice = true },
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
	{
		NumArena arena;
		Dataset *data;

		scratch_begin(&arena, 0);
		number_rows(&cases[k], rows);
		data = number_data(&arena, &cases[k], rows);
		CHECK_INT(data->n_base_groups, GROUPS);
		check_set(data, gram_of(&arena, data, GRAM_WHOLE), cases[k].n_rows, -1);
		for (int g = 0; g < GROUPS; g++)
			check_set(data, gram_of(&arena, data, GRAM_GROUPS), cases[k].n_rows,
			          g);
		scratch_end(&arena);
	}
}

static void
groups_add_up_to_the_whole_in_every_bit(void)
{
	NumberRows wanted = { .n_rows = 9000, .weighted = true };
	NumArena arena;
	Dataset *data;
	Gram *whole;
	Gram *parts;
	int others = 0;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = number_data(&arena, &wanted, rows);
	whole = gram_of(&arena, data, GRAM_WHOLE);
	parts = gram_of(&arena, data, GRAM_GROUPS);
	for (uint32_t a = 0; a < PARAMS; a++)
		for (uint32_t b = 0; b <= a; b++)
		{
			size_t at = a * whole->stride + b;
			double sum = 0;

			for (int g = 0; g < GROUPS; g++)
				sum += parts->sets[g].xx[at];
			others += sum != whole->sets[0].xx[at];
		}
	CHECK_INT(others, 0);
	CHECK(parts->sets[0].yy + parts->sets[1].yy + parts->sets[2].yy ==
	      whole->sets[0].yy);
	scratch_end(&arena);
}

static void
sums_do_not_depend_on_the_order_of_the_rows(void)
{
	NumberRows wanted = { .n_rows = 9000, .weighted = true };
	NumArena arena;
	Gram *one;
	Gram *other;
	size_t vector;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	one = gram_of(&arena, number_data(&arena, &wanted, rows), GRAM_GROUPS);
	wanted.backwards = true;
	other = gram_of(&arena, number_data(&arena, &wanted, rows), GRAM_GROUPS);
	vector = one->stride * sizeof(double);
	for (int g = 0; g < GROUPS; g++)
	{
		for (uint32_t a = 0; a < PARAMS; a++)
			CHECK(memcmp(one->sets[g].xx + a * one->stride,
			             other->sets[g].xx + a * one->stride,
			             (a + 1) * sizeof(double)) == 0);
		CHECK(memcmp(one->sets[g].xy, other->sets[g].xy,
		             PARAMS * sizeof(double)) == 0);
		CHECK(one->sets[g].yy == other->sets[g].yy);
	}
	CHECK(memcmp(one->x, other->x, GROUPS * vector) == 0);
	scratch_end(&arena);
}

static void
a_product_is_that_of_the_whole_matrix(void)
{
	NumberRows wanted = { .n_rows = 500 };
	double b[PARAMS];
	double to[PARAMS];
	NumArena arena;
	Gram *gram;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	gram = gram_of(&arena, number_data(&arena, &wanted, rows), GRAM_WHOLE);
	for (int a = 0; a < PARAMS; a++)
	{
		b[a] = 0.3 * a - 1;
		to[a] = a;
	}
	gram_multiply(gram, &gram->sets[0], 2, b, to);
	for (uint32_t a = 0; a < PARAMS; a++)
	{
		double sum = a;

		for (uint32_t c = 0; c < PARAMS; c++)
			sum += 2 * b[c] *
			       gram->sets[0]
			           .xx[(a > c ? a : c) * gram->stride + (a > c ? c : a)];
		CHECK_NEAR(to[a], sum, 1e-9);
	}
	scratch_end(&arena);
}

static void
what_cannot_be_summed_up_is_refused(void)
{
	NumberRows wanted = { .n_rows = 300 };
	LinearPlan *plan = NULL;
	Gram *gram = NULL;
	NumArena arena;
	Dataset *data;

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	for (uint32_t i = 0; i < wanted.n_rows; i++)
		rows[i].y = 0.1;
	data = number_data(&arena, &wanted, rows);
	CHECK(data->label_sd == 0);
	CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
	CHECK_INT(gram_create(&arena, plan, GRAM_WHOLE, NULL, &gram),
	          NUM_BAD_ARGUMENT);
	scratch_end(&arena);

	scratch_begin(&arena, 0);
	number_rows(&wanted, rows);
	data = number_data(&arena, &wanted, rows);
	CHECK_INT(linear_plan(&arena, data, true, &plan), NUM_OK);
	arena.limit_bytes = arena.used_bytes + gram_bytes(plan, GRAM_GROUPS) / 2;
	CHECK_INT(gram_create(&arena, plan, GRAM_GROUPS, NULL, &gram),
	          NUM_NO_MEMORY);
	CHECK_INT(gram_create(&arena, plan, GRAM_WHOLE, NULL, &gram), NUM_OK);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(labels_are_kept_to_the_last_digit);
	RUN(mean_and_spread_of_labels_are_those_of_the_rows);
	RUN(sums_are_those_of_the_rows);
	RUN(groups_add_up_to_the_whole_in_every_bit);
	RUN(sums_do_not_depend_on_the_order_of_the_rows);
	RUN(a_product_is_that_of_the_whole_matrix);
	RUN(what_cannot_be_summed_up_is_refused);
	return unit_end();
}
