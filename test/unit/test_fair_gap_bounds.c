/*
 * test_fair_gap_bounds.c
 *    Bounds of gaps and ratios: published intervals of differences, and how
 *    often the true gap and the true ratio are covered.
 */
#include "fair/gap_bounds.h"

#include <math.h>

#include "num/random.h"
#include "unit.h"

static NumArena arena;

/* A group of which 'selected' of 'rows' rows, all with label 1, were selected,
 * each with this weight. */
static FairCells
group_of(double selected, double rows, double weight)
{
	FairCells cells = { .weight = { { 0, 0 }, { 0, 0 } } };

	for (int d = 0; d < 2; d++)
	{
		double n = d == 1 ? selected : rows - selected;

		cells.weight[1][d] = n * weight;
		cells.weight_squared[1][d] = n * weight * weight;
		cells.rows[1][d] = (uint64_t) n;
	}
	return cells;
}

static FairGapBounds
bounds_of(const char *criterion, const FairCells *groups, int n_groups)
{
	FairBootstrap plan = { .groups = groups,
		                   .n_groups = n_groups,
		                   .level = 0.95 };
	FairGapBounds bounds = { -1, -1, -1, -1, -1 };

	CHECK_INT(
		fair_gap_bounds(&arena, &plan, fair_criterion_find(criterion), &bounds),
		NUM_OK);
	return bounds;
}

/* Newcombe's method 10; values by a statistics library at high precision. */
static void
two_groups_have_newcombes_interval(void)
{
	FairCells groups[2] = { group_of(9, 20, 1), group_of(14, 20, 1) };
	FairCells weighted[2] = { group_of(9, 20, 3.5), group_of(14, 20, 0.25) };
	FairGapBounds bounds = bounds_of("demographic_parity", groups, 2);

	/* of 9/20 - 14/20: -0.4963033565167878 to 0.0519562882300626 */
	CHECK_NEAR(bounds.high, 0.4963033565167878, 1e-9);
	CHECK(bounds.low == 0);
	CHECK_INT(bounds.n_defined, 2);
	/* groups weighted evenly have as many effective rows */
	bounds = bounds_of("equal_opportunity", weighted, 2);
	CHECK_NEAR(bounds.high, 0.4963033565167878, 1e-9);

	/* of 56/70 - 48/80: 0.0524 to 0.3339, and the complement: Newcombe 1998,
	 * table II, case (a) */
	groups[0] = group_of(56, 70, 1);
	groups[1] = group_of(48, 80, 1);
	bounds = bounds_of("demographic_parity", groups, 2);
	CHECK_NEAR(bounds.low, 0.0524, 5e-5);
	CHECK_NEAR(bounds.high, 0.3339, 5e-5);
}

/* Thirty of thirty is no proof of a rate of one. */
static void
perfect_small_groups_are_uncertain(void)
{
	FairCells groups[2] = { group_of(30, 30, 1), group_of(30, 30, 1) };
	FairGapBounds bounds = bounds_of("equal_opportunity", groups, 2);

	CHECK(bounds.low == 0);
	CHECK(bounds.high > 0.1 && bounds.high < 0.2);
	CHECK(bounds.ratio_low > 0.8 && bounds.ratio_low < 0.9);
	CHECK(bounds.ratio_high == 1);

	/* nor none of thirty of a rate of zero, or of a ratio of zero */
	groups[0] = group_of(0, 30, 1);
	groups[1] = group_of(3, 30, 1);
	bounds = bounds_of("equal_opportunity", groups, 2);
	CHECK(bounds.ratio_low == 0);
	CHECK(bounds.ratio_high == 1);
	groups[1] = group_of(0, 30, 1);
	bounds = bounds_of("equal_opportunity", groups, 2);
	CHECK(isnan(bounds.ratio_low) && isnan(bounds.ratio_high));
}

static void
what_is_undefined_has_no_bounds(void)
{
	FairCells groups[2] = { group_of(3, 9, 1), group_of(0, 0, 1) };
	FairGapBounds bounds = bounds_of("demographic_parity", groups, 2);

	CHECK(isnan(bounds.low) && isnan(bounds.high));
	groups[1] = group_of(5, 9, 1);
	bounds = bounds_of("predictive_equality", groups, 2);
	CHECK(isnan(bounds.low) && isnan(bounds.high));
}

/* Draws groups with known rates over and over: at least 97.5 percent of each
 * end must be right, whether the gap is at a small group or not, where the
 * percentiles of the drawn gaps are hardly ever. */
static void
both_ends_cover_the_true_gap(void)
{
	static const struct
	{
		double rates[8];
		int n_groups;
		double gap;
	} cases[] = {
		{ { 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5 }, 8, 0 },
		{ { 0.52, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5 }, 8, 0.02 },
		{ { 0.51, 0.52, 0.5, 0.51, 0.51, 0.51, 0.51, 0.51 }, 8, 0.02 },
		{ { 0.95, 0.99, 0.99 }, 3, 0.04 },
		{ { 0.05, 0.06, 0.06, 0.06 }, 4, 0.01 },
	};
	enum
	{
		DRAWS = 2000
	};
	NumRandom random;

	num_random_seed(&random, 5);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
	{
		int low = 0;
		int high = 0;
		int ratio_low = 0;
		int ratio_high = 0;
		double least = 1;
		double most = 0;
		double ratio;

		for (int g = 0; g < cases[c].n_groups; g++)
		{
			least = fmin(least, cases[c].rates[g]);
			most = fmax(most, cases[c].rates[g]);
		}
		ratio = least / most;
		for (int draw = 0; draw < DRAWS; draw++)
		{
			FairCells groups[8];
			FairGapBounds bounds;

			for (int g = 0; g < cases[c].n_groups; g++)
			{
				uint64_t n = g == 0 ? 100 : 2000;

				groups[g] = group_of(
					(double) num_random_binomial(&random, n, cases[c].rates[g]),
					(double) n, 1);
			}
			bounds = bounds_of("demographic_parity", groups, cases[c].n_groups);
			low += bounds.low <= cases[c].gap ? 1 : 0;
			high += bounds.high >= cases[c].gap ? 1 : 0;
			ratio_low += bounds.ratio_low <= ratio ? 1 : 0;
			ratio_high += bounds.ratio_high >= ratio ? 1 : 0;
		}
		/* three standard errors of the count below 97.5 percent */
		CHECK(low >= 0.965 * DRAWS);
		CHECK(high >= 0.965 * DRAWS);
		CHECK(ratio_low >= 0.965 * DRAWS);
		CHECK(ratio_high >= 0.965 * DRAWS);
	}
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(two_groups_have_newcombes_interval);
	RUN(perfect_small_groups_are_uncertain);
	RUN(what_is_undefined_has_no_bounds);
	RUN(both_ends_cover_the_true_gap);
	return unit_end();
}
