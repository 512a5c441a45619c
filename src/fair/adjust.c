/*
 * adjust.c
 *    P-values of many tests, adjusted for their number.
 */
#include "fair/adjust.h"

#include <math.h>

/* Steps between two looks at the monitor. */
#define STEPS_A_LOOK 16384

typedef struct Ranked
{
	double p;
	size_t place;
} Ranked;

const char *
fair_adjustment_name(int adjustment)
{
	static const char *const names[] = { "holm", "benjamini_hochberg",
		                                 "benjamini_yekutieli" };

	return adjustment <= FAIR_BENJAMINI_YEKUTIELI ? names[adjustment] : NULL;
}

/* Puts the first of tests[first .. n - 1], which else are a heap with the
 * largest on top, to its place in it. */
static void
sift(Ranked *tests, size_t first, size_t n)
{
	Ranked moved = tests[first];

	for (;;)
	{
		size_t child = 2 * first + 1;

		if (child >= n)
			break;
		if (child + 1 < n && tests[child + 1].p > tests[child].p)
			child++;
		if (!(tests[child].p > moved.p))
			break;
		tests[first] = tests[child];
		first = child;
	}
	tests[first] = moved;
}

/* Sorts by p-value in place; equal ones come in any order, which does not
 * show in what becomes of them. */
static NumStatus
sort_tests(Ranked *tests, size_t n, NumMonitor *monitor)
{
	for (size_t i = n / 2; i > 0; i--)
		sift(tests, i - 1, n);
	for (size_t last = n; last > 1; last--)
	{
		Ranked largest = tests[0];

		if (last % STEPS_A_LOOK == 0 && monitor_stop(monitor))
			return NUM_CANCELLED;
		tests[0] = tests[last - 1];
		tests[last - 1] = largest;
		sift(tests, 0, last - 1);
	}
	return NUM_OK;
}

static void
holm(const Ranked *tests, size_t n, double *adjusted)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
	{
		most = fmax(most, fmin((double) (n - i) * tests[i].p, 1));
		adjusted[tests[i].place] = most;
	}
}

/* 'factor' is 1, or what any dependence costs. */
static void
step_up(const Ranked *tests, size_t n, double factor, double *adjusted)
{
	double least = 1;

	for (size_t i = n; i > 0; i--)
	{
		least = fmin(least, (double) n * factor / (double) i * tests[i - 1].p);
		adjusted[tests[i - 1].place] = least;
	}
}

/* 1 + 1/2 + ... + 1/n */
static double
harmonic(size_t n)
{
	double sum = 0;

	for (size_t i = n; i > 0; i--)
		sum += 1 / (double) i;
	return sum;
}

NumStatus
fair_adjust(NumArena *arena, NumMonitor *monitor, FairAdjustment adjustment,
            const double *p, size_t n, double *adjusted)
{
	Ranked *tests;
	size_t n_tests = 0;
	NumStatus status;

	for (size_t i = 0; i < n; i++)
		if (p[i] < 0 || p[i] > 1)
			return NUM_BAD_ARGUMENT;
	tests = arena_alloc(arena, n, sizeof(Ranked));
	if (tests == NULL)
		return NUM_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
	{
		adjusted[i] = p[i];
		if (!isnan(p[i]))
			tests[n_tests++] = (Ranked){ p[i], i };
	}
	status = sort_tests(tests, n_tests, monitor);
	if (status != NUM_OK)
	{
		arena_release(arena, tests, n, sizeof(Ranked));
		return status;
	}
	switch (adjustment)
	{
		case FAIR_HOLM:
			holm(tests, n_tests, adjusted);
			break;
		case FAIR_BENJAMINI_HOCHBERG:
			step_up(tests, n_tests, 1, adjusted);
			break;
		case FAIR_BENJAMINI_YEKUTIELI:
			step_up(tests, n_tests, harmonic(n_tests), adjusted);
			break;
	}
	arena_release(arena, tests, n, sizeof(Ranked));
	return NUM_OK;
}
