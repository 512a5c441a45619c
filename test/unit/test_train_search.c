/*
 * test_train_search.c
 *    When a search ends: what room within bounds is worth, against problems
 *    whose answer is known on paper; and that what a search over all rows ends
 *    with is hardly worse than what many more passes find.  What it learns of
 *    hard rates from its steps, against Broyden's conditions.
 */
#include "train/rates.h"
#include "train/search_private.h"
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
	Band band = { .count = n,
		          .kind = paper->kind,
		          .width = paper->constraint.bound,
		          .ratio = paper->constraint.bound };
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
	return rates_worth_of_room(&rates, &band, multiplier);
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

static TrainSettings
settings_of(const FairConstraint *constraint)
{
	return (TrainSettings){ .constraints = constraint,
		                    .n_constraints = 1,
		                    .l2 = 1e-4,
		                    .temperature = 1,
		                    .threshold = 0.5,
		                    .max_iterations = 60,
		                    .min_group = 30,
		                    .own_kernels = true };
}

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
	TrainSettings settings = settings_of(&constraint);
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
	/* where so narrow a band is entered depends on the way there */
	check_end("demographic_parity", 0.001, 16, 2e-3);
	check_end("demographic_parity", 0.02, 16, 1e-3);
	check_end("equal_opportunity", 0.05, 16, 5e-3);
}

/* Rows of the first and the last pass of a phase; 0 without one. */
static void
rows_of_phase(const TrainResult *result, const char *phase, uint64_t rows[2])
{
	rows[0] = rows[1] = 0;
	for (uint32_t i = 0; i < result->n_log; i++)
		if (strcmp(result->log[i].phase, phase) == 0)
		{
			rows[0] = rows[0] == 0 ? result->log[i].rows : rows[0];
			rows[1] = result->log[i].rows;
		}
}

/* Checks which parts of the rows the phases begin with; both end on a quarter. */
static void
check_way(NumArena *arena, const TrainSettings *settings, const Dataset *data,
          double plain, double sample)
{
	TrainResult result;
	uint64_t rows[2];

	CHECK_INT(train_constraint(arena, data, settings, NULL, &result), NUM_OK);
	rows_of_phase(&result, "plain", rows);
	CHECK_NEAR((double) rows[0] / MANY_ROWS, plain, 0.01);
	CHECK_NEAR((double) rows[1] / MANY_ROWS, 0.25, 0.01);
	rows_of_phase(&result, "sample", rows);
	CHECK_NEAR((double) rows[0] / MANY_ROWS, sample, 0.01);
	CHECK_NEAR((double) rows[1] / MANY_ROWS, 0.25, 0.01);
}

/* On a quarter of it; not where somebody has given the start, nor the search
 * proper where a figure is watched that is not to be compared between them. */
static void
a_search_begins_on_a_part_of_its_sample(void)
{
	FairConstraint constraint =
		bounded("demographic_parity", FAIR_MAX_GAP, 0.02);
	TrainSettings settings = settings_of(&constraint);
	Making making = { .n_rows = MANY_ROWS };
	NumArena arena;
	Dataset *data;
	TrainResult start;

	scratch_begin(&arena, 0);
	data = make_data(&arena, &making);
	check_way(&arena, &settings, data, 1.0 / 16, 1.0 / 16);
	settings.early_stop = (TrainEarlyStop){ TRAIN_METRIC_LOSS, 5, 0 };
	check_way(&arena, &settings, data, 1.0 / 16, 0.25);
	settings = settings_of(&constraint);
	CHECK_INT(train_constraint(&arena, data, &settings, NULL, &start), NUM_OK);
	settings.start = start.coef;
	check_way(&arena, &settings, data, 0.25, 0.25);
	scratch_end(&arena);
}

/* ---- what steps teach ---- */

#define N 3
#define STRIDE 4

/* Two rates of three coefficients under a diagonal H. */
typedef struct Lesson
{
	double h[N];
	double gradient[STRIDE];
	double jacobian[2 * STRIDE];
	double solved[2 * STRIDE];
	double multiplier[2];
	double step[STRIDE];
	double hard[2];
	Rates rates;
	Newton newton;
	Search search;
} Lesson;

static void
begin_lesson(Lesson *lesson, NumArena *arena, double size)
{
	static const double h[N] = { 2, 0.5, 4 };
	static const double gradient[N] = { 1, -2, 0.5 };
	static const double jacobian[2][N] = { { 1, 3, -1 }, { -2, 1, 2 } };

	memset(lesson, 0, sizeof(*lesson));
	memcpy(lesson->h, h, sizeof(h));
	for (int j = 0; j < N; j++)
		lesson->gradient[j] = size * gradient[j];
	for (int k = 0; k < 2; k++)
		for (int j = 0; j < N; j++)
		{
			lesson->jacobian[k * STRIDE + j] = jacobian[k][j];
			lesson->solved[k * STRIDE + j] = jacobian[k][j] / h[j];
		}
	lesson->multiplier[0] = 0.7 * size;
	lesson->multiplier[1] = -0.2 * size;
	lesson->hard[0] = 0.3;
	lesson->hard[1] = 0.6;
	lesson->rates = (Rates){ .n_active = 2, .hard = lesson->hard };
	lesson->newton = (Newton){ .arena = arena,
		                       .rates = &lesson->rates,
		                       .n = N,
		                       .stride = STRIDE,
		                       .gradient = lesson->gradient,
		                       .jacobian = lesson->jacobian,
		                       .multiplier = lesson->multiplier,
		                       .step = lesson->step };
	lesson->search.newton = &lesson->newton;
	lesson->search.solved = lesson->solved;
	CHECK_INT(search_secant_create(&lesson->search), NUM_OK);
}

/* Makes 'part' of the step, notes it, and returns its squared length. */
static double
make_step(Lesson *lesson, double part)
{
	double squared = 0;

	for (int j = 0; j < N; j++)
	{
		double dual = lesson->gradient[j];

		for (int k = 0; k < 2; k++)
			dual += lesson->multiplier[k] * lesson->jacobian[k * STRIDE + j];
		lesson->step[j] = -part * dual / lesson->h[j];
		squared += lesson->h[j] * lesson->step[j] * lesson->step[j];
	}
	lesson->multiplier[0] *= part;
	lesson->multiplier[1] *= part;
	search_secant_note(&lesson->search, part, squared);
	return squared;
}

static double
row_times(const Lesson *lesson, int k, const double *x)
{
	double sum = 0;

	for (int j = 0; j < N; j++)
		sum += lesson->jacobian[k * STRIDE + j] * x[j];
	return sum;
}

/* After steps of which the second is cut short, long ones or short ones. */
static void
check_lesson(double size, double part)
{
	static const double moved[2] = { 0.02, -0.05 };
	NumArena arena;
	Lesson lesson;
	double told[2];
	double across[N];
	double told_across[2];
	double squared;

	scratch_begin(&arena, 0);
	begin_lesson(&lesson, &arena, size);
	squared = make_step(&lesson, part);
	/* a direction that H makes perpendicular to the step */
	across[0] = lesson.h[1] * lesson.step[1];
	across[1] = -lesson.h[0] * lesson.step[0];
	across[2] = 0;
	for (int k = 0; k < 2; k++)
	{
		told[k] = row_times(&lesson, k, lesson.step);
		told_across[k] = row_times(&lesson, k, across);
		lesson.hard[k] += moved[k];
	}
	search_secant_learn(&lesson.search);
	for (int k = 0; k < 2; k++)
	{
		/* what it tells of the step now is what happened, the more the longer
		 * the step was; of what is perpendicular it tells what it told */
		CHECK_CLOSE(row_times(&lesson, k, lesson.step) - told[k],
		            (moved[k] - told[k]) * squared / (squared + 1e-3), 1e-9);
		CHECK_NEAR(row_times(&lesson, k, across), told_across[k], 1e-9);
		for (int j = 0; j < N; j++)
			CHECK_CLOSE(lesson.solved[k * STRIDE + j] * lesson.h[j],
			            lesson.jacobian[k * STRIDE + j], 1e-9);
	}
	scratch_end(&arena);
}

static void
steps_teach_what_they_did(void)
{
	check_lesson(1, 1);
	check_lesson(1, 0.25);
	check_lesson(0.01, 1);
	check_lesson(0.001, 0.5);
}

/* Before there is a step nothing is learnt. */
static void
no_step_teaches_nothing(void)
{
	NumArena arena;
	Lesson lesson;
	Lesson before;

	scratch_begin(&arena, 0);
	begin_lesson(&lesson, &arena, 1);
	before = lesson;
	search_secant_learn(&lesson.search);
	CHECK(memcmp(lesson.jacobian, before.jacobian, sizeof(before.jacobian)) ==
	      0);
	CHECK(memcmp(lesson.solved, before.solved, sizeof(before.solved)) == 0);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(room_in_a_gap_is_worth_what_the_loss_gains);
	RUN(room_in_a_ratio_is_worth_no_less_than_the_loss_gains);
	RUN(room_below_a_largest_loss_is_worth_what_the_loss_gains);
	RUN(room_without_a_price_is_worth_nothing);
	RUN(a_search_ends_at_once_where_more_is_not_to_be_had);
	RUN(a_search_begins_on_a_part_of_its_sample);
	RUN(a_search_ends_when_passes_bring_no_more);
	RUN(steps_teach_what_they_did);
	RUN(no_step_teaches_nothing);
	return unit_end();
}
