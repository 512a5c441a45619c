/*
 * test_num_lbfgs.c
 *    The minimiser on functions whose minimum is known.
 */
#include "num/lbfgs.h"
#include "num/special.h"
#include "unit.h"

#define MOST 200

static const LbfgsSettings usual = { 10, 500, 1e-9 };

static NumStatus
minimise(size_t n, LbfgsFunction function, const LbfgsSettings *settings,
         double *x, LbfgsResult *result)
{
	LbfgsProblem problem = { n, function, NULL };
	NumArena arena;
	NumStatus status;

	arena_init_malloc(&arena, 0);
	status = lbfgs_minimise(&arena, &problem, settings, NULL, x, result);
	CHECK_INT(arena.used_bytes, 0);
	return status;
}

/* Sum of 100 (x1 - x0^2)^2 + (1 - x0)^2 over pairs; minimum 0 at ones. */
static NumStatus
rosenbrock(void *context, const double *x, double *value, double *gradient)
{
	*value = 0;
	(void) context;
	for (size_t i = 0; i < 100; i += 2)
	{
		double a = x[i + 1] - x[i] * x[i];
		double b = 1 - x[i];

		*value += 100 * a * a + b * b;
		gradient[i] = -400 * a * x[i] - 2 * b;
		gradient[i + 1] = 200 * a;
	}
	return NUM_OK;
}

static void
the_curved_valley_is_followed(void)
{
	double x[100];
	LbfgsResult result;

	for (int i = 0; i < 100; i++)
		x[i] = i % 2 == 0 ? -1.2 - 0.01 * i : 1;
	CHECK_INT(minimise(100, rosenbrock, &usual, x, &result), NUM_OK);
	for (int i = 0; i < 100; i++)
		CHECK_NEAR(x[i], 1, 1e-8);
	CHECK(result.gradient_norm <= 1e-9);
	/* scipy's L-BFGS-B takes 300 iterations and 334 evaluations */
	CHECK(result.iterations > 10 && result.iterations < 300);
	CHECK(result.evaluations < 2 * result.iterations);
}

/* Curvatures from 1 to 1000, minimum at i. */
static NumStatus
long_valley(void *context, const double *x, double *value, double *gradient)
{
	(void) context;
	*value = 3;
	for (size_t i = 0; i < MOST; i++)
	{
		double curvature = pow(10, 3.0 * (double) i / (MOST - 1));
		double off = x[i] - (double) i;

		*value += 0.5 * curvature * off * off;
		gradient[i] = curvature * off;
	}
	return NUM_OK;
}

static void
unequal_scales_are_learnt(void)
{
	double x[MOST] = { 0 };
	LbfgsResult result;
	LbfgsSettings settings = { 20, 2000, 1e-7 };

	CHECK_INT(minimise(MOST, long_valley, &settings, x, &result), NUM_OK);
	for (int i = 0; i < MOST; i++)
		CHECK_NEAR(x[i], i, 1e-7);
	CHECK_NEAR(result.value, 3, 1e-10);
}

/* Logistic regression of 60 rows with ridge 0.1. */
static NumStatus
logistic(void *context, const double *x, double *value, double *gradient)
{
	(void) context;
	*value = 0;
	for (int j = 0; j < 4; j++)
	{
		*value += 0.05 * x[j] * x[j];
		gradient[j] = 0.1 * x[j];
	}
	for (int i = 0; i < 60; i++)
	{
		double row[4] = { 1, i * 7 % 13 - 6, i * 11 % 17 / 8.0 - 1,
			              i * 5 % 9 - 4 };
		bool label = (i * i + 3 * i) % 5 < 2;
		double z = 0;

		for (int j = 0; j < 4; j++)
			z += x[j] * row[j];
		*value += num_logloss(z, label);
		for (int j = 0; j < 4; j++)
			gradient[j] += (num_sigmoid(z) - label) * row[j];
	}
	return NUM_OK;
}

/* Newton's method in numpy, long double, to a gradient of 1e-17. */
static void
a_logistic_fit_matches_numpy(void)
{
	static const double want[4] = { -0.39982958075604802, 0.029043219100677406,
		                            0.096430219511526291,
		                            0.042929702787858411 };
	double x[4] = { 0 };
	LbfgsResult result;

	CHECK_INT(minimise(4, logistic, &usual, x, &result), NUM_OK);
	for (int j = 0; j < 4; j++)
		CHECK_NEAR(x[j], want[j], 1e-9);
	CHECK_CLOSE(result.value, 40.181709641331352, 1e-13);
}

/* x - log x, whose first steps overshoot into x < 0, where it is NaN; the
 * second variable answers infinity. */
static NumStatus
fenced(void *context, const double *x, double *value, double *gradient)
{
	(void) context;
	*value = 1000 * x[0] - log(x[0]) + x[1] + (x[1] > 0 ? 1 / x[1] : INFINITY);
	gradient[0] = 1000 - 1 / x[0];
	gradient[1] = 1 - 1 / (x[1] * x[1]);
	return NUM_OK;
}

static void
the_search_stays_inside_the_domain(void)
{
	double x[2] = { 50, 0.001 };
	double outside[2] = { -1, 1 };
	LbfgsResult result;

	CHECK_INT(minimise(2, fenced, &usual, x, &result), NUM_OK);
	CHECK_NEAR(x[0], 0.001, 1e-10);
	CHECK_NEAR(x[1], 1, 1e-8);
	CHECK_INT(minimise(2, fenced, &usual, outside, &result), NUM_NOT_FINITE);
	CHECK(outside[0] == -1 && outside[1] == 1);
}

static NumStatus
slope_without_end(void *context, const double *x, double *value,
                  double *gradient)
{
	(void) context;
	*value = -x[0];
	gradient[0] = -1;
	return NUM_OK;
}

/* A gradient of the wrong sign: no step lowers the value. */
static NumStatus
lying_gradient(void *context, const double *x, double *value, double *gradient)
{
	(void) context;
	*value = x[0] * x[0];
	gradient[0] = -2 * x[0];
	return NUM_OK;
}

static void
hopeless_functions_end_with_a_status(void)
{
	double x[1] = { 1 };
	double y[1] = { 1 };
	LbfgsResult result;

	CHECK_INT(minimise(1, slope_without_end, &usual, x, &result),
	          NUM_NOT_CONVERGED);
	CHECK(isfinite(x[0]));
	CHECK_INT(minimise(1, lying_gradient, &usual, y, &result),
	          NUM_NOT_CONVERGED);
	CHECK(y[0] == 1 && result.value == 1 && result.gradient_norm == 2);
}

static void
iterations_are_limited_and_values_fall(void)
{
	double last = INFINITY;

	for (int limit = 0; limit < 40; limit++)
	{
		LbfgsSettings settings = { 5, limit, 1e-9 };
		double x[100];
		LbfgsResult result;

		for (int i = 0; i < 100; i++)
			x[i] = i % 2 == 0 ? -1.2 : 1;
		minimise(100, rosenbrock, &settings, x, &result);
		CHECK(result.iterations <= limit);
		CHECK(result.value <= last);
		last = result.value;
	}
}

static NumStatus
refuses(void *context, const double *x, double *value, double *gradient)
{
	(void) context;
	(void) x;
	(void) value;
	(void) gradient;
	return NUM_CORRUPT;
}

static int looks;

static bool
stop_at_fifth(NumMonitor *monitor)
{
	(void) monitor;
	return ++looks >= 5;
}

static void
statuses_come_through(void)
{
	LbfgsSettings no_memory = { 0, 10, 1e-9 };
	LbfgsSettings no_tolerance = { 5, 10, NAN };
	LbfgsSettings huge = { 100000, 10, 1e-9 };
	NumMonitor monitor = { stop_at_fifth, NULL, NULL };
	LbfgsProblem problem = { 100, rosenbrock, NULL };
	NumArena arena;
	LbfgsResult result;
	double x[100] = { 0 };

	CHECK_INT(minimise(1, refuses, &usual, x, &result), NUM_CORRUPT);
	CHECK_INT(minimise(4, logistic, &no_memory, x, &result), NUM_BAD_ARGUMENT);
	CHECK_INT(minimise(4, logistic, &no_tolerance, x, &result),
	          NUM_BAD_ARGUMENT);
	CHECK_INT(minimise(4, logistic, &huge, x, &result), NUM_TOO_LARGE);
	arena_init_malloc(&arena, 1000);
	CHECK_INT(lbfgs_minimise(&arena, &problem, &usual, NULL, x, &result),
	          NUM_NO_MEMORY);
	arena_init_malloc(&arena, 0);
	looks = 0;
	CHECK_INT(lbfgs_minimise(&arena, &problem, &usual, &monitor, x, &result),
	          NUM_CANCELLED);
	CHECK_INT(looks, 5);
	CHECK_INT(arena.used_bytes, 0);
}

int
main(void)
{
	RUN(the_curved_valley_is_followed);
	RUN(unequal_scales_are_learnt);
	RUN(a_logistic_fit_matches_numpy);
	RUN(the_search_stays_inside_the_domain);
	RUN(hopeless_functions_end_with_a_status);
	RUN(iterations_are_limited_and_values_fall);
	RUN(statuses_come_through);
	return unit_end();
}
