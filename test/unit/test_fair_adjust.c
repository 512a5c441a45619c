/*
 * test_fair_adjust.c
 *    Adjusted p-values against a published example and their definitions.
 */
#include "unit.h"

#include "fair/adjust.h"
#include "num/random.h"

#define N 40

static NumArena arena;

static void
adjust(FairAdjustment adjustment, const double *p, size_t n, double *adjusted)
{
	size_t used = arena.used_bytes;

	CHECK_INT(fair_adjust(&arena, NULL, adjustment, p, n, adjusted), NUM_OK);
	CHECK_INT(arena.used_bytes, used);
}

/* Benjamini and Hochberg (1995), section 4.2, fifteen p-values of myocardial
 * infarction: at 0.05 their procedure rejects the four least, Holm's three. */
static void
the_published_example_rejects_as_published(void)
{
	static const double p[15] = { 0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
		                          0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
		                          0.4262, 0.5719, 0.6528, 0.7590, 1.000 };
	double got[15];

	adjust(FAIR_BENJAMINI_HOCHBERG, p, 15, got);
	CHECK(got[3] <= 0.05 && got[4] > 0.05);
	CHECK_NEAR(got[3], 0.0095 * 15 / 4, 1e-15);
	CHECK_NEAR(got[14], 1, 0);
	adjust(FAIR_HOLM, p, 15, got);
	CHECK(got[2] <= 0.05 && got[3] > 0.05);
	CHECK_NEAR(got[2], 0.0019 * 13, 1e-15);
}

/* By their definitions, over all pairs. */
static void
adjusted_values_are_those_of_the_definitions(void)
{
	double p[N];
	double holm[N];
	double hochberg[N];
	double yekutieli[N];
	double harmonic = 0;
	NumRandom random;

	num_random_seed(&random, 1);
	for (int i = 0; i < N; i++)
	{
		/* some equal ones, and a 0 */
		p[i] = floor(num_random_uniform(&random) * 25) / 50;
		harmonic += 1.0 / (i + 1);
	}
	adjust(FAIR_HOLM, p, N, holm);
	adjust(FAIR_BENJAMINI_HOCHBERG, p, N, hochberg);
	adjust(FAIR_BENJAMINI_YEKUTIELI, p, N, yekutieli);
	for (int i = 0; i < N; i++)
	{
		double most = 0;
		double least = 1;
		double least_any = 1;

		for (int j = 0; j < N; j++)
		{
			int below = 0;
			int up_to = 0;

			for (int k = 0; k < N; k++)
			{
				below += p[k] < p[j];
				up_to += p[k] <= p[j];
			}
			if (p[j] <= p[i])
				most = fmax(most, fmin((N - below) * p[j], 1));
			if (p[j] >= p[i])
			{
				least = fmin(least, p[j] * N / up_to);
				least_any = fmin(least_any, p[j] * N / up_to * harmonic);
			}
		}
		CHECK_NEAR(holm[i], most, 1e-14);
		CHECK_NEAR(hochberg[i], least, 1e-14);
		CHECK_NEAR(yekutieli[i], least_any, 1e-14);
	}
}

static void
tests_that_were_not_made_do_not_count(void)
{
	double p[5] = { NAN, 0.01, NAN, 0.04, NAN };

	adjust(FAIR_HOLM, p, 5, p);
	CHECK(isnan(p[0]) && isnan(p[2]) && isnan(p[4]));
	CHECK(p[1] == 0.02 && p[3] == 0.04);
	adjust(FAIR_BENJAMINI_HOCHBERG, p, 1, p);
	CHECK(isnan(p[0]));
	adjust(FAIR_HOLM, p, 0, p);
}

static void
what_is_no_p_value_is_refused(void)
{
	double p[2] = { 0.5, 1.5 };
	double negative = -0.1;

	CHECK_INT(fair_adjust(&arena, NULL, FAIR_HOLM, p, 2, p), NUM_BAD_ARGUMENT);
	CHECK_INT(fair_adjust(&arena, NULL, FAIR_HOLM, &negative, 1, p),
	          NUM_BAD_ARGUMENT);
}

static void
every_method_has_a_name(void)
{
	CHECK_TEXT(fair_adjustment_name(FAIR_HOLM), "holm");
	CHECK_TEXT(fair_adjustment_name(FAIR_BENJAMINI_HOCHBERG),
	           "benjamini_hochberg");
	CHECK_TEXT(fair_adjustment_name(FAIR_BENJAMINI_YEKUTIELI),
	           "benjamini_yekutieli");
	CHECK(fair_adjustment_name(FAIR_BENJAMINI_YEKUTIELI + 1) == NULL);
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(the_published_example_rejects_as_published);
	RUN(adjusted_values_are_those_of_the_definitions);
	RUN(tests_that_were_not_made_do_not_count);
	RUN(what_is_no_p_value_is_refused);
	RUN(every_method_has_a_name);
	return unit_end();
}
