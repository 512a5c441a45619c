/*
 * test_fair_constraint.c
 *    What it means to exceed a bound.
 */
#include "fair/constraint.h"

#include <math.h>

#include "unit.h"

static FairConstraint
constraint_of(const char *criterion, FairBound kind, double bound)
{
	return (FairConstraint){ .criterion = fair_criterion_find(criterion),
		                     .kind = kind,
		                     .bound = bound };
}

/* How far a value is beyond a bound, by hand. */
static void
excess_is_a_part_of_the_bound(void)
{
	FairConstraint gap =
		constraint_of("demographic_parity", FAIR_MAX_GAP, 0.02);
	FairConstraint zero = constraint_of("demographic_parity", FAIR_MAX_GAP, 0);
	FairConstraint ratio =
		constraint_of("demographic_parity", FAIR_MIN_RATIO, 0.8);
	FairConstraint loss = constraint_of("group_loss", FAIR_MAX_LOSS, 0.5);
	FairConstraint none = constraint_of("group_loss", FAIR_NO_BOUND, NAN);

	CHECK_NEAR(fair_constraint_excess(&gap, 0.03), 0.5, 1e-12);
	CHECK(fair_constraint_excess(&gap, 0.02) <= 0);
	CHECK_NEAR(fair_constraint_excess(&zero, 0.03), 3, 1e-12);
	CHECK(fair_constraint_excess(&zero, 0) <= 0);
	CHECK_NEAR(fair_constraint_excess(&ratio, 0.6), 0.25, 1e-12);
	CHECK(fair_constraint_excess(&ratio, 0.9) < 0);
	CHECK_NEAR(fair_constraint_excess(&loss, 0.75), 0.5, 1e-12);
	CHECK(isnan(fair_constraint_excess(&loss, NAN)));
	CHECK(isnan(fair_constraint_excess(&none, 1)));
}

int
main(void)
{
	RUN(excess_is_a_part_of_the_bound);
	return unit_end();
}
