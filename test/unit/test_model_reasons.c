/*
 * test_model_reasons.c
 *    Why a score is below the average: sums, thresholds, order.
 */
#include "model/reasons.h"

#include "unit.h"

static ModelColumn columns[2][3] = {
	{ { .source = "age", .pivot = 40, .coef = 0.25, .average = 0.5 },
	  { .source = "points", .element = 1, .average = -1 },
	  { .source = "points", .element = 2, .average = 2 } },
	{ { .source = "age", .average = 1.5 },
	  { .source = "points", .element = 1, .average = 0 },
	  { .source = "points", .element = 2, .average = -3 } },
};
static const int feature_of_column[] = { 0, 1, 1 };

static void
elements_of_an_array_are_one_feature(void)
{
	static const double added[] = { 0.25, -1.5, 4 };
	Model model = { .family = MODEL_LOGISTIC,
		            .n_columns = 3,
		            .columns = columns[0] };
	Reason reasons[2] = { { .feature = 0 }, { .feature = 1 } };

	reasons_add(&model, 0, added, feature_of_column, reasons);
	CHECK(reasons[0].contribution == -0.25);
	CHECK(reasons[0].average == 10.5);
	CHECK(reasons[1].contribution == 1.5);
	CHECK(reasons[1].average == 1);
}

static void
members_count_by_their_shares(void)
{
	static const double added[2][3] = { { 0.25, -1.5, 4 }, { 2, 1, 1 } };
	ModelMember members[] = { { 0.75, 0, columns[0] },
		                      { 0.25, 0, columns[1] } };
	Model model = { .family = MODEL_LOGISTIC,
		            .n_columns = 3,
		            .columns = columns[0],
		            .n_members = 2,
		            .members = members };
	Reason reasons[2] = { { .feature = 0 }, { .feature = 1 } };

	for (uint32_t m = 0; m < 2; m++)
		reasons_add(&model, m, added[m], feature_of_column, reasons);
	CHECK_NEAR(reasons[0].contribution, 0.75 * -0.25 + 0.25 * 0.5, 1e-15);
	CHECK_NEAR(reasons[0].average, 0.75 * 10.5 + 0.25 * 1.5, 1e-14);
	CHECK_NEAR(reasons[1].contribution, 0.75 * 1.5 + 0.25 * 5, 1e-15);
	CHECK_NEAR(reasons[1].average, 0.75 * 1 + 0.25 * -3, 1e-15);
}

static void
a_higher_threshold_is_a_reason(void)
{
	Model model = { .family = MODEL_LOGISTIC, .threshold = 0.25 };

	CHECK(reasons_of_threshold(&model, 0.25) == 0);
	CHECK_NEAR(reasons_of_threshold(&model, 0.75), 2 * log(1 / 3.0), 1e-15);
	CHECK_NEAR(reasons_of_threshold(&model, 0.1), log(3.0), 1e-15);
	CHECK(reasons_of_threshold(&model, 0) == INFINITY);
	CHECK(reasons_of_threshold(&model, 1) == -INFINITY);
	CHECK(reasons_of_threshold(&model, 2) == -INFINITY);
}

/* Every order of a few reasons with ties, and every number that is wanted. */
static void
the_most_adverse_come_first(void)
{
	static const double values[] = { 0.5, -2, -0.5, -2, -INFINITY };
	enum
	{
		N = 5
	};

	for (int order = 0; order < 3125; order++)
		for (uint32_t first = 0; first <= N; first++)
		{
			Reason reasons[N];
			int left = order;

			for (uint32_t i = 0; i < N; i++, left /= 5)
				reasons[i] = (Reason){ i, values[left % 5], 0 };
			left = order;
			reasons_rank(reasons, N, first);
			for (uint32_t i = 0; i < first; i++)
			{
				uint32_t n_before = 0;
				const Reason *reason = &reasons[i];

				/* those that have to stand before it are as many as do */
				left = order;
				for (uint32_t k = 0; k < N; k++, left /= 5)
					n_before += values[left % 5] < reason->contribution ||
					            (values[left % 5] == reason->contribution &&
					             k < reason->feature);
				CHECK_INT(n_before, i);
			}
		}
}

int
main(void)
{
	RUN(elements_of_an_array_are_one_feature);
	RUN(members_count_by_their_shares);
	RUN(a_higher_threshold_is_a_reason);
	RUN(the_most_adverse_come_first);
	return unit_end();
}
