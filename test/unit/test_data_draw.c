/*
 * test_data_draw.c
 *    Draws: each row keeps its own, in either part, and they are no column.
 */
#include "making.h"

#include <math.h>

#define ROWS 20000

static const DataColumnSpec columns[] = {
	{ "x", "x", 0, 1, DATA_NUMBER },
	{ "", "", 0, 0, DATA_NUMBER },
	{ "t", "t", 0, 3, DATA_CATEGORY },
};

/* What row i is given; single precision keeps it. */
static double
draw_of(uint32_t i)
{
	return (double) (i * 2654435761u >> 8) * 0x1p-24;
}

static void
check(bool drawn, uint32_t n_rows, double held_out)
{
	DataBuilderSpec spec = spec_of(columns, 3);
	Making making;
	uint32_t n = 0;

	spec.drawn = drawn;
	spec.draw_column = 1;
	spec.keyed = true;
	spec.held_out_share = held_out;
	making_begin(&making, &spec);
	for (uint32_t i = 0; i < n_rows; i++)
	{
		making.input->number[0] = i;
		making.input->number[1] = draw_of(i);
		making.input->code[2] = numbered(&making, 2, "t", i % 7);
		making.input->label = i % 3 == 0;
		making.input->key_hash = (uint64_t) i * UINT64_C(0x9E3779B97F4A7C15);
		CHECK_INT(data_builder_append(making.builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(&making), NUM_OK);
	CHECK(making.data->drawn == drawn);
	CHECK_INT(making.data->n_columns, drawn ? 2 : 3);
	/* intercept, x, the column or not, levels */
	CHECK_INT(making.data->n_params,
	          2 + (drawn ? 0u : 1u) + (n_rows < 7 ? n_rows : 7u));
	CHECK_TEXT(making.data->columns[0].name, "x");
	for (int p = 0; p < DATA_PARTS; p++)
		for (uint32_t b = 0; b < making.data->part[p].n_blocks; b++)
		{
			const DataBlock *block = making.data->part[p].blocks[b];

			CHECK((block->draw != NULL) == drawn);
			for (uint32_t i = 0; i < block->n_rows && drawn; i++)
			{
				double x = (double) ((const float *) block->values[0])[i] +
				           making.data->columns[0].pivot;

				CHECK((double) block->draw[i] == draw_of((uint32_t) x));
				n++;
			}
		}
	CHECK_INT(n, drawn ? n_rows : 0);
	scratch_end(&making.arena);
}

static void
each_row_keeps_its_draw(void)
{
	check(true, ROWS, 0);
	check(true, ROWS, 0.2);
	check(true, 3, 0);
}

static void
without_draws_the_column_is_one_like_others(void)
{
	check(false, ROWS, 0.2);
}

int
main(void)
{
	RUN(each_row_keeps_its_draw);
	RUN(without_draws_the_column_is_one_like_others);
	return unit_end();
}
