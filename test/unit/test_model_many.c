/*
 * test_model_many.c
 *    A pass for several models gives each the bits of a pass of its own.
 */
#include "model/linear_many.h"

#include <string.h>

#include "regular.h"
#include "scratch.h"

#define CELLS 6

typedef struct Passes
{
	NumArena arena;
	Dataset *data;
	LinearPlan *plan;
	double *coef[LINEAR_MANY];
	double factor[LINEAR_MANY][CELLS];
	LinearRequest requests[LINEAR_MANY];
	LinearSums *sums[LINEAR_MANY];
} Passes;

/* Models of random coefficients, one much larger than the next. */
static void
begin(Passes *passes, bool weighted, bool factors, bool losses)
{
	Making making = { .n_rows = 5000, .weighted = weighted };
	NumRandom random;

	num_random_seed(&random, 3);
	scratch_begin(&passes->arena, 0);
	passes->data = make_data(&passes->arena, &making);
	CHECK_INT(linear_plan(&passes->arena, passes->data, true, &passes->plan),
	          NUM_OK);
	for (int m = 0; m < LINEAR_MANY; m++)
	{
		size_t stride = linear_stride(passes->plan);

		passes->coef[m] = arena_alloc(&passes->arena, stride, sizeof(double));
		memset(passes->coef[m], 0, stride * sizeof(double));
		for (uint32_t p = 0; p < linear_n_params(passes->plan); p++)
			passes->coef[m][p] =
				(m + 0.1) * (num_random_uniform(&random) - 0.5);
		for (int c = 0; c < CELLS; c++)
			passes->factor[m][c] = c == m ? 0 : num_random_uniform(&random);
		passes->requests[m] =
			(LinearRequest){ .coef = passes->coef[m],
			                 .temperature = 1,
			                 .threshold = 0.5,
			                 .min_curvature = 1,
			                 .cell_factor = factors ? passes->factor[m] : NULL,
			                 .want_cell_loss = losses };
		CHECK_INT(linear_sums_create(&passes->arena, passes->plan, false, false,
		                             &passes->sums[m]),
		          NUM_OK);
		if (losses)
			CHECK_INT(linear_sums_add_losses(&passes->arena, passes->plan,
			                                 passes->sums[m]),
			          NUM_OK);
	}
}

/* Every model by itself. */
static void
check_each(Passes *passes, uint32_t n)
{
	LinearSums *alone;
	size_t cells = CELLS * sizeof(double);

	CHECK_INT(
		linear_sums_create(&passes->arena, passes->plan, false, false, &alone),
		NUM_OK);
	CHECK_INT(linear_sums_add_losses(&passes->arena, passes->plan, alone),
	          NUM_OK);
	for (uint32_t m = 0; m < n; m++)
	{
		const LinearSums *sums = passes->sums[m];

		CHECK_INT(linear_pass(passes->plan, &passes->requests[m], NULL, alone),
		          NUM_OK);
		CHECK_INT(sums->rows, alone->rows);
		CHECK(sums->weight == alone->weight);
		CHECK(sums->loss == alone->loss);
		CHECK(memcmp(sums->gradient, alone->gradient,
		             linear_n_params(passes->plan) * sizeof(double)) == 0);
		CHECK(memcmp(sums->cell_weight, alone->cell_weight, cells) == 0);
		CHECK(memcmp(sums->cell_hard, alone->cell_hard, cells) == 0);
		CHECK(memcmp(sums->cell_soft, alone->cell_soft, cells) == 0);
		if (passes->requests[m].want_cell_loss)
			CHECK(memcmp(sums->cell_loss, alone->cell_loss, cells) == 0);
	}
}

static void
each_model_gets_the_bits_of_its_own_pass(void)
{
	for (int kind = 0; kind < 8; kind++)
	{
		Passes passes;

		begin(&passes, kind & 1, (kind & 2) != 0, (kind & 4) != 0);
		CHECK_INT(linear_pass_many(passes.plan, passes.requests, LINEAR_MANY,
		                           passes.sums, NULL),
		          NUM_OK);
		check_each(&passes, LINEAR_MANY);
		scratch_end(&passes.arena);
	}
}

static void
fewer_models_and_other_decisions_as_well(void)
{
	for (uint32_t n = 1; n < LINEAR_MANY; n++)
	{
		Passes passes;

		begin(&passes, true, true, true);
		for (uint32_t m = 0; m < n; m++)
		{
			passes.requests[m].temperature = 0.2;
			passes.requests[m].threshold = 0.3;
		}
		CHECK_INT(linear_pass_many(passes.plan, passes.requests, n, passes.sums,
		                           NULL),
		          NUM_OK);
		check_each(&passes, n);
		scratch_end(&passes.arena);
	}
}

static void
scores_that_overflow_are_told(void)
{
	Passes passes;

	begin(&passes, false, false, false);
	passes.coef[3][1] = 1e308;
	passes.coef[3][2] = 1e308;
	CHECK_INT(linear_pass_many(passes.plan, passes.requests, LINEAR_MANY,
	                           passes.sums, NULL),
	          NUM_NOT_FINITE);
	scratch_end(&passes.arena);
}

int
main(void)
{
	RUN(each_model_gets_the_bits_of_its_own_pass);
	RUN(fewer_models_and_other_decisions_as_well);
	RUN(scores_that_overflow_are_told);
	return unit_end();
}
