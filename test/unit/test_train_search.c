/*
 * test_train_search.c
 *    When a search ends: what room within bounds is worth, against problems
 *    whose answer is known on paper; and that what a search over all rows ends
 *    with is hardly worse than what many more passes find.
 */
#include "train/rates.h"
#include "train/train.h"

#include <math.h>
#include <string.h>

#include "regular.h"
#include "scratch.h"

/* enough for a search over a sample */
#define MANY_ROWS 90000

/* ---- what room is worth ---- */

/* A loss (x - best)^2 / 2 of one number, which is the hard rate of a group; the
 * other group's rate is 'other', and stays. */
typedef struct Paper
{
	double best;
	double other;
	FairConstraint constraint;
	BandKind kind;
} Paper;

static double
loss_at(const Paper *paper, double x)
{
	return (x - paper->best) * (x - paper->best) / 2;
}

/* Where no room is left: the end nearer to the best. */
static double
place_of_bound(const Paper *paper)
{
	switch (paper->constraint.kind)
	{
		case FAIR_MIN_RATIO:
			return paper->other * paper->constraint.bound;
		case FAIR_MAX_LOSS:
			return paper->constraint.bound;
		default:
			return paper->other + (paper->best > paper->other ? 1 : -1) *
			                          paper->constraint.bound;
	}
}

/* Rates x and paper->other with the multipliers that make x stationary. */
static double
worth_at(const Paper *paper, double x)
{
	uint32_t n = paper->kind == BAND_BETWEEN ? 2 : 1;
	double slope = fabs(x - paper->best);
	double hard[2] = { x, paper->other };
	double multiplier[2] = { slope, slope };
	uint32_t active[2] = { 0, 1 };
	TrainRate list[2];
	Band band = { .count = n, .kind = paper->kind };
	Rates rates = { .constraints = &paper->constraint,
		            .n_constraints = 1,
		            .n_rates = n,
		            .rates = list,
		            .n_active = n,
		            .active = active,
		            .n_bands = 1,
		            .bands = &band,
		            .hard = hard };

	memset(list, 0, sizeof(list));
	/* the moving rate is pushed one way and the other one the other way, a
	 * ratio's higher rate by as much less as the bound says */
	multiplier[0] *= x > paper->best ? -1 : 1;
	multiplier[1] *= x > paper->best ? 1 : -1;
	if (paper->constraint.kind == FAIR_MIN_RATIO)
		multiplier[1] *= paper->constraint.bound;
	return rates_worth_of_room(&rates, multiplier);
}

static void
check_paper(const Paper *paper, double from)
{
	double end = place_of_bound(paper);
	double least = loss_at(paper, end);

	for (int i = 0; i < 20; i++)
	{
		double x = end + (from - end) * pow(0.5, i);
		double gain = loss_at(paper, x) - least;
		double worth = worth_at(paper, x);

		/* never less than what there is, and not much more near the end */
		CHECK(gain >= 0);
		CHECK(worth >= gain * (1 - 1e-9));
		CHECK(worth <= 2.3 * gain);
		if (i > 10 && paper->constraint.kind != FAIR_MIN_RATIO)
			CHECK_CLOSE(worth, gain, 0.01);
	}
	CHECK_NEAR(worth_at(paper, end), 0, 1e-15);
}

static FairConstraint
bounded(const char *criterion, FairBound kind, double bound)
{
	return (FairConstraint){ .criterion = fair_criterion_find(criterion),
		                     .kind = kind,
		                     .bound = bound };
}

static void
room_in_a_gap_is_worth_what_the_loss_gains(void)
{
	Paper above = { 0.9, 0.3, bounded("demographic_parity", FAIR_MAX_GAP, 0.1),
		            BAND_BETWEEN };
	Paper below = { 0.05, 0.3, bounded("equal_opportunity", FAIR_MAX_GAP, 0.02),
		            BAND_BETWEEN };

	check_paper(&above, 0.3);
	check_paper(&below, 0.3);
}

static void
room_in_a_ratio_is_worth_no_less_than_the_loss_gains(void)
{
	Paper ratio = { 0.2, 0.5,
		            bounded("demographic_parity", FAIR_MIN_RATIO, 0.8),
		            BAND_BETWEEN };

	check_paper(&ratio, 0.5);
}

static void
room_below_a_largest_loss_is_worth_what_the_loss_gains(void)
{
	Paper loss = { 0.7, 0, bounded("group_loss", FAIR_MAX_LOSS, 0.5),
		           BAND_BELOW };

	check_paper(&loss, 0.3);
}

/* Where multipliers are zero the bound does not matter. */
static void
room_without_a_price_is_worth_nothing(void)
{
	Paper idle = { 0.31, 0.3, bounded("demographic_parity", FAIR_MAX_GAP, 0.1),
		           BAND_BETWEEN };

	CHECK(worth_at(&idle, 0.31) == 0);
}

/* ---- the end of a search ---- */

static int
passes_over_all(const TrainResult *result, uint64_t n_rows)
{
	int n = 0;

	for (uint32_t i = 0; i < result->n_log; i++)
		n += result->log[i].rows == n_rows &&
		     strcmp(result->log[i].phase, "full") == 0;
	return n;
}

/* A search that ends by itself against one that goes on. */
static void
check_end(const char *criterion, double bound, int most_passes,
          double tolerance)
{
	FairConstraint constraint = bounded(criterion, FAIR_MAX_GAP, bound);
	TrainSettings settings = { .constraints = &constraint,
		                       .n_constraints = 1,
		                       .l2 = 1e-4,
		                       .temperature = 1,
		                       .threshold = 0.5,
		                       .max_iterations = 60,
		                       .min_group = 30,
		                       .own_kernels = true };
	Making making = { .n_rows = MANY_ROWS };
	NumArena arena;
	Dataset *data;
	TrainResult soon;
	TrainResult late;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	CHECK_INT(train_constraint(&arena, data, &settings, NULL, &soon), NUM_OK);
	CHECK_INT(soon.outcome, TRAIN_CONVERGED);
	CHECK(soon.reached[0] <= bound);
	CHECK(soon.log[0].rows < MANY_ROWS / 3);
	/* a rule of the user's takes the place of the search's own end */
	settings.early_stop = (TrainEarlyStop){ TRAIN_METRIC_LOSS, 50, 0 };
	CHECK_INT(train_constraint(&arena, data, &settings, NULL, &late), NUM_OK);
	CHECK(late.reached[0] <= bound);
	CHECK(passes_over_all(&soon, MANY_ROWS) <= most_passes);
	CHECK(passes_over_all(&late, MANY_ROWS) >= 50);
	CHECK(soon.loss <= late.loss * (1 + tolerance));
	scratch_end(&arena);
}

/* Where a bound costs nothing, the first points over all rows are as good as
 * any. */
static void
a_search_ends_at_once_where_more_is_not_to_be_had(void)
{
	check_end("demographic_parity", 0.5, 3, 1e-3);
	check_end("equal_opportunity", 0.5, 3, 1e-3);
}

static void
a_search_ends_when_passes_bring_no_more(void)
{
	check_end("demographic_parity", 0.001, 16, 1e-3);
	check_end("demographic_parity", 0.02, 16, 1e-3);
	check_end("equal_opportunity", 0.05, 16, 1e-3);
}

int
main(void)
{
	RUN(room_in_a_gap_is_worth_what_the_loss_gains);
	RUN(room_in_a_ratio_is_worth_no_less_than_the_loss_gains);
	RUN(room_below_a_largest_loss_is_worth_what_the_loss_gains);
	RUN(room_without_a_price_is_worth_nothing);
	RUN(a_search_ends_at_once_where_more_is_not_to_be_had);
	RUN(a_search_ends_when_passes_bring_no_more);
	return unit_end();
}
