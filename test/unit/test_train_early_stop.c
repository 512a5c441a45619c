/*
 * test_train_early_stop.c
 *    When patience is at its end, counted by hand; and what is kept of the
 *    group rates of a long training.
 */
#include "train/early_stop.h"
#include "train/rate_log.h"

#include <math.h>
#include <string.h>

#include "scratch.h"
#include "unit.h"

typedef struct Point
{
	const char *phase;
	double gap;
	double loss;
	double violation; /* 0: keeps the bounds */
} Point;

/* The number of the first row, from 1, at which the rule stops; 0: none. */
static int
stops_at(TrainEarlyStop rule, const Point *points, int n)
{
	TrainSettings settings;
	EarlyStop early_stop;

	memset(&settings, 0, sizeof(settings));
	settings.early_stop = rule;
	early_stop_begin(&settings, &early_stop);
	for (int i = 0; i < n; i++)
	{
		TrainLog row = { .phase = points[i].phase,
			             .gap = points[i].gap,
			             .loss = points[i].loss,
			             .feasible = points[i].violation <= 0 };

		early_stop_see(&early_stop, &row, points[i].violation);
		if (early_stop.stops)
			return i + 1;
	}
	return 0;
}

static void
test_gap(void)
{
	static const Point falling[] = {
		{ "full", 0.3, 1, 5 },   { "full", 0.2, 1, 4 }, { "full", 0.19, 1, 4 },
		{ "full", 0.185, 1, 4 }, { "full", 0.1, 1, 2 }, { "full", 0.1, 1, 2 },
		{ "full", 0.11, 1, 2 },  { "full", 0.1, 1, 2 }
	};
	TrainEarlyStop rule = { TRAIN_METRIC_GAP, 3, 0 };

	CHECK_INT(stops_at(rule, falling, 8), 8);
	rule.patience = 2;
	CHECK_INT(stops_at(rule, falling, 8), 7);
	rule.patience = 4;
	CHECK_INT(stops_at(rule, falling, 8), 0);
	/* 0.2 to 0.185 is less than 0.02, so rows 3 and 4 count as no better */
	rule = (TrainEarlyStop){ TRAIN_METRIC_GAP, 2, 0.02 };
	CHECK_INT(stops_at(rule, falling, 8), 4);
	/* small steps add up against the last row that was better */
	rule = (TrainEarlyStop){ TRAIN_METRIC_GAP, 3, 0.012 };
	CHECK_INT(stops_at(rule, falling, 8), 8);
	/* not asked for */
	rule.patience = 0;
	CHECK_INT(stops_at(rule, falling, 8), 0);
}

/* What a sample said is forgotten when all rows are read. */
static void
test_phases(void)
{
	static const Point points[] = {
		{ "sample", 0.1, 1, 0 }, { "sample", 0.2, 1, 0 }, { "full", 0.3, 1, 0 },
		{ "full", 0.25, 1, 0 },  { "full", 0.25, 1, 0 },  { "full", 0.25, 1, 0 }
	};

	CHECK_INT(stops_at((TrainEarlyStop){ TRAIN_METRIC_GAP, 2, 0 }, points, 6),
	          6);
	CHECK_INT(stops_at((TrainEarlyStop){ TRAIN_METRIC_GAP, 1, 0 }, points, 6),
	          2);
}

/* A loss is no merit before the bounds are kept; coming closer is. */
static void
test_loss(void)
{
	static const Point points[] = {
		{ "full", 0.3, 0.40, 5 },  { "full", 0.2, 0.41, 3 },
		{ "full", 0.3, 0.39, 4 },  { "full", 0.1, 0.45, 2 },
		{ "full", 0.01, 0.50, 0 }, { "full", 0.01, 0.49, 0 },
		{ "full", 0.1, 0.40, 2 },  { "full", 0.01, 0.49, 0 },
		{ "full", 0.01, 0.48, 0 }, { "full", 0.001, 0.48, 0 },
	};
	TrainEarlyStop rule = { TRAIN_METRIC_LOSS, 1, 0 };

	CHECK_INT(stops_at(rule, points, 10), 3);
	rule.patience = 2;
	CHECK_INT(stops_at(rule, points, 10), 8);
	rule.patience = 3;
	CHECK_INT(stops_at(rule, points, 10), 0);
	rule = (TrainEarlyStop){ TRAIN_METRIC_LOSS, 4, 0.02 };
	/* 0.50, then 0.49, 0.40 out of bounds, 0.49 and 0.48 */
	CHECK_INT(stops_at(rule, points, 10), 9);
}

static void
test_answer(void)
{
	FairConstraint constraints[2] = {
		{ &fair_demographic_parity, FAIR_NO_BOUND, NAN, NULL },
		{ &fair_equal_opportunity, FAIR_MAX_GAP, 0.1, NULL }
	};
	TrainSettings settings;

	memset(&settings, 0, sizeof(settings));
	settings.constraints = constraints;
	settings.n_constraints = 1;
	CHECK(!early_stop_chooses(&settings));
	settings.early_stop.patience = 2;
	CHECK(early_stop_chooses(&settings));
	settings.n_constraints = 2;
	CHECK(!early_stop_chooses(&settings));
}

/* The value that rate k has in an iteration. */
static double
rate_of(int iteration, uint32_t k)
{
	return iteration + k / 100000.0;
}

static void
fill(RateLog *log, int first, int last, double *value)
{
	for (int i = first; i <= last; i++)
	{
		for (uint32_t k = 0; k < log->n_rates; k++)
			value[k] = rate_of(i, k);
		rate_log_add(log, i, value);
	}
}

static void
check_log(const RateLog *log)
{
	int before = 0;

	for (uint32_t i = 0; i < rate_log_count(log); i++)
	{
		int iteration;
		const double *value = rate_log_get(log, i, &iteration);

		CHECK(iteration > before);
		for (uint32_t k = 0; k < log->n_rates; k++)
			CHECK(value[k] == rate_of(iteration, k));
		before = iteration;
	}
}

static bool
has(const RateLog *log, int iteration)
{
	for (uint32_t i = 0; i < rate_log_count(log); i++)
	{
		int found;

		rate_log_get(log, i, &found);
		if (found == iteration)
			return true;
	}
	return false;
}

static void
check_thinning(uint32_t n_rates, int n_iterations, uint32_t expected_every)
{
	NumArena arena;
	RateLog log;
	double *value;
	uint32_t n = 0;

	scratch_begin(&arena, 0);
	value = arena_alloc(&arena, n_rates, sizeof(double));
	CHECK_INT(rate_log_create(&arena, n_rates, (size_t) n_iterations, &log),
	          NUM_OK);
	fill(&log, 1, n_iterations, value);
	for (int i = 1; i <= n_iterations; i += (int) expected_every)
	{
		CHECK(has(&log, i));
		n++;
	}
	CHECK_INT(rate_log_count(&log), n);
	CHECK((size_t) n * n_rates <= RATE_LOG_VALUES);
	check_log(&log);
	scratch_end(&arena);
}

static void
test_bounded(void)
{
	check_thinning(2, 200, 1);
	check_thinning(100, 100, 1);
	check_thinning(100, 101, 2);
	check_thinning(100, 200, 2);
	check_thinning(100, 201, 4);
	check_thinning(3333, 40, 16);
	check_thinning(5000, 40, 32);
}

/* The answer is kept, among the others in its order or alone. */
static void
test_kept(void)
{
	NumArena arena;
	RateLog log;
	double value[6000];

	scratch_begin(&arena, 0);
	CHECK_INT(rate_log_create(&arena, 6000, 40, &log), NUM_OK);
	fill(&log, 1, 3, value);
	CHECK_INT(rate_log_count(&log), 0);
	rate_log_keep(&log, 3, value);
	CHECK_INT(rate_log_count(&log), 1);
	check_log(&log);

	CHECK_INT(rate_log_create(&arena, 2500, 40, &log), NUM_OK);
	fill(&log, 1, 7, value);
	rate_log_keep(&log, 7, value);
	rate_log_hold(&log);
	fill(&log, 8, 11, value);
	CHECK_INT(rate_log_count(&log), 4); /* 1, 5, 7, 9 */
	CHECK(has(&log, 7));
	rate_log_keep(&log, 11, value);
	CHECK(!has(&log, 7) && has(&log, 11));
	check_log(&log);
	rate_log_restore(&log);
	CHECK(has(&log, 7) && !has(&log, 11));
	check_log(&log);

	/* no rates, no log */
	CHECK_INT(rate_log_create(&arena, 0, 40, &log), NUM_OK);
	rate_log_add(&log, 1, NULL);
	rate_log_keep(&log, 1, NULL);
	rate_log_hold(&log);
	rate_log_restore(&log);
	CHECK_INT(rate_log_count(&log), 0);
	scratch_end(&arena);
}

int
main(void)
{
	RUN(test_gap);
	RUN(test_phases);
	RUN(test_loss);
	RUN(test_answer);
	RUN(test_bounded);
	RUN(test_kept);
	return unit_end();
}
