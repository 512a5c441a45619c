/*
 * test_fair_bootstrap.c
 *    Bootstrap intervals of gaps against theory.
 */
#include "unit.h"

#include "fair/bootstrap.h"
#include "fair/constraint.h"

static NumArena arena;

static FairCells
table(double tn, double fp, double fn, double tp, double weight)
{
	FairCells cells = { .weight = { { tn * weight, fp * weight },
		                            { fn * weight, tp * weight } } };

	for (int i = 0; i < 4; i++)
	{
		double rows = cells.weight[i / 2][i % 2] / weight;

		cells.weight_squared[i / 2][i % 2] = rows * weight * weight;
		cells.rows[i / 2][i % 2] = (uint64_t) rows;
	}
	return cells;
}

static FairGapInterval
interval(const char *criterion, const FairCells *groups, int n_groups,
         uint64_t seed)
{
	FairBootstrap plan = { .groups = groups,
		                   .n_groups = n_groups,
		                   .level = 0.95,
		                   .replicates = FAIR_REPLICATES,
		                   .seed = seed };
	FairGapInterval result = { 0, 0, 0, 0 };
	const FairCriterion *one = fair_criterion_find(criterion);

	CHECK_INT(fair_gap_intervals(&arena, &plan, &one, 1, &result), NUM_OK);
	return result;
}

static void
the_interval_is_the_normal_one_where_the_gap_is_large(void)
{
	/* selection rates 0.6 of 1000 and 0.3 of 1000: far from zero, so the gap
	 * is a plain difference with this standard error */
	FairCells groups[2] = { table(200, 300, 200, 300, 1),
		                    table(350, 150, 350, 150, 1) };
	double error = sqrt(0.6 * 0.4 / 1000 + 0.3 * 0.7 / 1000);
	FairGapInterval got = interval("demographic_parity", groups, 2, 1);

	CHECK_NEAR(got.gap_low, 0.3 - 1.96 * error, 0.003);
	CHECK_NEAR(got.gap_high, 0.3 + 1.96 * error, 0.003);
	CHECK(got.ratio_low < 0.5 && 0.5 < got.ratio_high);
}

static void
the_interval_of_equal_groups_is_that_of_an_absolute_difference(void)
{
	/* the gap is |difference|, a half-normal variable */
	FairCells groups[2] = { table(250, 250, 250, 250, 1),
		                    table(250, 250, 250, 250, 1) };
	double error = sqrt(2 * 0.25 / 1000);
	FairGapInterval got = interval("demographic_parity", groups, 2, 7);

	CHECK_NEAR(got.gap_low, 0.0313 * error, 0.002);
	CHECK_NEAR(got.gap_high, 2.2414 * error, 0.003);
}

static void
weights_give_the_width_of_the_effective_rows(void)
{
	FairCells plain[2] = { table(200, 300, 200, 300, 1),
		                   table(350, 150, 350, 150, 1) };
	FairCells scaled[2] = { table(200, 300, 200, 300, 12.5),
		                    table(350, 150, 350, 150, 0.01) };
	FairGapInterval a = interval("equalized_odds", plain, 2, 3);
	FairGapInterval b = interval("equalized_odds", scaled, 2, 3);

	/* a common factor of a group's weights is no information */
	CHECK_NEAR(a.gap_low, b.gap_low, 1e-12);
	CHECK_NEAR(a.gap_high, b.gap_high, 1e-12);
	/* weights of unequal size are fewer rows */
	for (int i = 0; i < 4; i++)
		scaled[0].weight_squared[i / 2][i % 2] *= 10;
	b = interval("equalized_odds", scaled, 2, 3);
	CHECK(b.gap_high - b.gap_low > 1.5 * (a.gap_high - a.gap_low));
}

static void
the_same_seed_gives_the_same_interval(void)
{
	FairCells groups[2] = { table(20, 30, 20, 30, 1),
		                    table(35, 15, 35, 15, 1) };
	FairGapInterval a = interval("equalized_odds", groups, 2, 5);
	FairGapInterval b = interval("equalized_odds", groups, 2, 5);
	FairGapInterval c = interval("equalized_odds", groups, 2, 6);

	CHECK(memcmp(&a, &b, sizeof(a)) == 0);
	CHECK(memcmp(&a, &c, sizeof(a)) != 0);
}

static void
one_and_many_criteria_share_the_draws(void)
{
	FairCells groups[3] = { table(20, 30, 20, 30, 1), table(35, 15, 35, 15, 1),
		                    table(3, 5, 0, 2, 1) };
	FairBootstrap plan = { .groups = groups,
		                   .n_groups = 3,
		                   .level = 0.9,
		                   .replicates = 500,
		                   .seed = 11 };
	FairGapInterval all[5];
	size_t used = arena.used_bytes;

	CHECK_INT(fair_gap_intervals(&arena, &plan, fair_criterion_table(), 5, all),
	          NUM_OK);
	for (int c = 0; c < 5; c++)
	{
		FairGapInterval one;

		CHECK_INT(fair_gap_intervals(&arena, &plan, &fair_criterion_table()[c],
		                             1, &one),
		          NUM_OK);
		CHECK(one.gap_low == all[c].gap_low);
		CHECK(one.gap_high == all[c].gap_high);
		CHECK(one.ratio_low == all[c].ratio_low);
		CHECK(one.ratio_high == all[c].ratio_high);
		CHECK(one.gap_low <= one.gap_high);
	}
	CHECK_INT(arena.used_bytes, used);
}

/* The share of cells that the draws are measured by is the rate that gaps are
 * made of. */
static void
rates_are_shares_of_cells(void)
{
	FairCells cells = table(20, 30, 7, 11, 1.5);
	const double weight[6] = { 30, 45, 10.5, 16.5, 4, 8 };

	cells.unlabelled_weight[0] = weight[4];
	cells.unlabelled_weight[1] = weight[5];
	for (int c = 0; c < fair_criterion_of_decisions(); c++)
	{
		const FairCriterion *criterion = fair_criterion_table()[c];

		for (int e = 0; e < criterion->n_events; e++)
		{
			FairEventCells event = fair_event_cells(criterion, e);
			double part = 0;
			double whole = 0;
			double rate;
			double effective;

			for (int i = 0; i < 6; i++)
			{
				part += event.part >> i & 1 ? weight[i] : 0;
				whole += event.whole >> i & 1 ? weight[i] : 0;
			}
			CHECK(fair_group_rate(criterion, e, &cells, &rate, &effective));
			CHECK_NEAR(part / whole, rate, 1e-15);
		}
	}
}

static void
an_undefined_gap_has_no_interval(void)
{
	FairCells groups[2] = { table(20, 30, 20, 30, 1), table(5, 5, 0, 0, 1) };
	FairGapInterval got = interval("equal_opportunity", groups, 2, 5);

	CHECK(isnan(got.gap_low) && isnan(got.gap_high));
	CHECK(isnan(got.ratio_low) && isnan(got.ratio_high));
	got = interval("equal_opportunity", groups, 0, 5);
	CHECK(isnan(got.gap_low) && isnan(got.gap_high));
}

static bool
always(NumMonitor *monitor)
{
	(void) monitor;
	return true;
}

static void
a_monitor_stops_it_and_a_small_arena_refuses(void)
{
	FairCells groups[2] = { table(20, 30, 20, 30, 1), table(5, 5, 5, 5, 1) };
	NumMonitor monitor = { .stop = always };
	FairBootstrap plan = { .groups = groups,
		                   .n_groups = 2,
		                   .level = 0.9,
		                   .replicates = 500,
		                   .monitor = &monitor };
	FairGapInterval one;
	NumArena small;

	CHECK_INT(
		fair_gap_intervals(&arena, &plan, fair_criterion_table(), 1, &one),
		NUM_CANCELLED);
	plan.monitor = NULL;
	arena_init_malloc(&small, 1);
	CHECK_INT(
		fair_gap_intervals(&small, &plan, fair_criterion_table(), 1, &one),
		NUM_NO_MEMORY);
}

/* Whether the interval of two groups of 'rows' rows with these rates lies on
 * one side of the bound. */
static bool
is_decided(const FairConstraint *constraint, double p, double q, double rows,
           double value_low_high[3])
{
	FairCells groups[2] = { table(rows * (1 - p) / 2, rows * p / 2,
		                          rows * (1 - p) / 2, rows * p / 2, 1),
		                    table(rows * (1 - q) / 2, rows * q / 2,
		                          rows * (1 - q) / 2, rows * q / 2, 1) };
	FairGapInterval got = interval("demographic_parity", groups, 2, 5);
	bool ratio = constraint->kind == FAIR_MIN_RATIO;

	value_low_high[0] = ratio ? fmin(p, q) / fmax(p, q) : fabs(p - q);
	value_low_high[1] = ratio ? got.ratio_low : got.gap_low;
	value_low_high[2] = ratio ? got.ratio_high : got.gap_high;
	return (fair_constraint_excess(constraint, value_low_high[1]) > 0) ==
	       (fair_constraint_excess(constraint, value_low_high[2]) > 0);
}

static void
as_many_rows_decide_as_are_said_to(void)
{
	static const struct
	{
		FairBound kind;
		double p;
		double q;
		double bound;
	} cases[] = {
		{ FAIR_MAX_GAP, 0.5, 0.5, 0.03 },   { FAIR_MAX_GAP, 0.5, 0.47, 0.06 },
		{ FAIR_MAX_GAP, 0.5, 0.44, 0.03 },  { FAIR_MAX_GAP, 0.2, 0.3, 0.05 },
		{ FAIR_MAX_GAP, 0.92, 0.9, 0.01 },  { FAIR_MIN_RATIO, 0.5, 0.46, 0.8 },
		{ FAIR_MIN_RATIO, 0.3, 0.22, 0.8 }, { FAIR_MIN_RATIO, 0.1, 0.1, 0.8 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		FairConstraint constraint = { .criterion = fair_criterion_find(
										  "demographic_parity"),
			                          .kind = cases[i].kind,
			                          .bound = cases[i].bound };
		double seen[3];
		double growth;
		double p = cases[i].p;
		double q = cases[i].q;

		CHECK(!is_decided(&constraint, p, q, 400, seen));
		growth = fair_constraint_rows(&constraint, seen[0], seen[1], seen[2]);
		CHECK(growth > 1 && isfinite(growth));
		CHECK(is_decided(&constraint, p, q, 400 * growth * 1.25, seen));
		/* no more of them than there need to be, as far as the interval of few
		 * rows can tell */
		CHECK(!is_decided(&constraint, p, q, 400 * growth * 0.5, seen));
		CHECK(fair_constraint_rows(&constraint, cases[i].bound, 0.01, 0.99) ==
		      INFINITY);
		CHECK(isnan(fair_constraint_rows(&constraint, 0.1, NAN, 0.2)));
	}
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(the_interval_is_the_normal_one_where_the_gap_is_large);
	RUN(the_interval_of_equal_groups_is_that_of_an_absolute_difference);
	RUN(weights_give_the_width_of_the_effective_rows);
	RUN(the_same_seed_gives_the_same_interval);
	RUN(one_and_many_criteria_share_the_draws);
	RUN(rates_are_shares_of_cells);
	RUN(an_undefined_gap_has_no_interval);
	RUN(as_many_rows_decide_as_are_said_to);
	RUN(a_monitor_stops_it_and_a_small_arena_refuses);
	return unit_end();
}
