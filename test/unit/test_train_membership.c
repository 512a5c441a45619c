/*
 * test_train_membership.c
 *    What columns together tell of groups, where it is known.
 */
#include "train/membership.h"

#include <math.h>

#include "num/random.h"
#include "num/special.h"

#include "making.h"

enum
{
	ROWS = 12000
};

/* Two numbers and a text; the base groups are 0, 1 and 2.  Group 2 is told by
 * x and the text together, 0 and 1 are not told apart by anything. */
static void
make_rows(Making *making)
{
	static const DataColumnSpec columns[] = {
		{ "x", "x", 0, 1, DATA_NUMBER },
		{ "z", "z", 0, 1, DATA_NUMBER },
		{ "t", "t", 0, 3, DATA_CATEGORY },
	};
	DataAttributeSpec attribute = { "g", 1, { 0 } };
	DataBuilderSpec spec = { .n_columns = 3,
		                     .columns = columns,
		                     .n_protected = 1,
		                     .n_attributes = 1,
		                     .attributes = &attribute,
		                     .null_flags = true,
		                     .max_levels = 64,
		                     .max_groups = 10,
		                     .held_out_share = 0.5 };
	NumRandom random;

	num_random_seed(&random, 23);
	making_begin(making, &spec);
	for (uint32_t i = 0; i < ROWS; i++)
	{
		double x = num_random_uniform(&random) * 6 - 3;
		bool t = num_random_uniform(&random) < 0.5;
		bool told = num_random_uniform(&random) < num_sigmoid(x + (t ? 1 : -1));
		uint32_t group = told ? 2 : num_random_uniform(&random) < 0.3 ? 1 : 0;

		making->input->number[0] = x;
		making->input->number[1] =
			i % 10 == 0 ? NAN : num_random_uniform(&random);
		making->input->code[2] = code(making, 2, t ? "yes" : "no");
		making->input->protected_code[0] =
			data_builder_group(making->builder, 0,
		                       group == 2   ? "2"
		                       : group == 1 ? "1"
		                                    : "0",
		                       1);
		/* labels have nothing to say here */
		making->input->label = (int) (i % 2);
		CHECK_INT(data_builder_append(making->builder, DATA_TRAIN), NUM_OK);
	}
	CHECK_INT(making_finish(making), NUM_OK);
}

/* Who has one of the names in 'groups'. */
static FairRanking
rank_groups(Making *making, const char *groups)
{
	const Dataset *data = making->data;
	bool member[8];
	FairRanking ranking;
	size_t used = making->arena.used_bytes;

	for (uint32_t b = 0; b < data->n_base_groups; b++)
		member[b] =
			strstr(groups,
		           data->attributes[0]
		               .group_names[data->attributes[0].group_of_base[b]]) !=
			NULL;
	CHECK_INT(
		train_membership(&making->arena, data, member, 0.95, NULL, &ranking),
		NUM_OK);
	CHECK_INT(making->arena.used_bytes, used);
	return ranking;
}

/* AUC of the score x + 1 or x - 1 for labels drawn by its sigmoid, by brute
 * force over a fine grid of x. */
static double
best_auc(void)
{
	double below = 0;
	double pairs = 0;
	double positive = 0;

	/* scores from -4 to 4: x uniform, both texts */
	for (int s = -4000; s <= 4000; s++)
	{
		double z = s / 1000.0;
		double weight = (z >= -4 && z <= 2) + (z >= -2 && z <= 4);
		double p = num_sigmoid(z);

		pairs += weight * p * (below + weight * (1 - p) / 2);
		below += weight * (1 - p);
		positive += weight * p;
	}
	return pairs / positive / below;
}

static void
a_group_that_columns_tell_together_is_told_as_well_as_can_be(void)
{
	Making making;
	FairRanking ranking;

	make_rows(&making);
	ranking = rank_groups(&making, "2");
	CHECK_NEAR(ranking.auc, best_auc(), 0.02);
	CHECK(ranking.auc_low < best_auc() && best_auc() < ranking.auc_high);
	CHECK_INT(ranking.rows_positive + ranking.rows_negative,
	          making.data->part[DATA_HELD_OUT].n_rows);
	/* everybody else is told as well */
	CHECK_NEAR(rank_groups(&making, "01").auc, ranking.auc, 1e-6);
	scratch_end(&making.arena);
}

static void
of_groups_without_members_or_others_nothing_is_said(void)
{
	Making making;

	make_rows(&making);
	CHECK(isnan(rank_groups(&making, "").auc));
	CHECK(isnan(rank_groups(&making, "012").auc));
	scratch_end(&making.arena);
}

int
main(void)
{
	RUN(a_group_that_columns_tell_together_is_told_as_well_as_can_be);
	RUN(of_groups_without_members_or_others_nothing_is_said);
	return unit_end();
}
