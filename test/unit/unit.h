/*
 * unit.h
 *    The harness of the unit tests: named cases made of checks, TAP out.
 *
 * A test program is one file test_<room>_<file>.c.  A case is a function
 * without arguments; its name, read with spaces for underscores, is the fact
 * it checks.  main() runs the cases and ends with "return unit_end();".
 *
 *     static void
 *     sigmoid_of_zero_is_one_half(void)
 *     {
 *         CHECK(num_sigmoid(0) == 0.5);
 *     }
 *
 * A failed check prints where and what, marks its case, and goes on, so one
 * run shows all that is wrong.
 */
#ifndef FAIRPG_TEST_UNIT_H
#define FAIRPG_TEST_UNIT_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Failures shown per case; a broken loop would print a million. */
#define UNIT_SHOWN 10

typedef struct Unit
{
	int case_failures;
	int n_passed;
	int n_failed;
} Unit;

static Unit unit;

/* True where the place of a failure may still be printed. */
static inline bool
unit_failure(const char *file, int line)
{
	unit.case_failures++;
	if (unit.case_failures > UNIT_SHOWN)
		return false;
	printf("# %s:%d: ", file, line);
	return true;
}

static inline void
unit_check(bool holds, const char *text, const char *file, int line)
{
	if (!holds && unit_failure(file, line))
		printf("%s does not hold\n", text);
}

static inline void
unit_check_near(double got, double want, double tolerance, const char *text,
                const char *file, int line)
{
	double error = fabs(got - want);

	if (got == want || (isnan(got) && isnan(want)))
		return;
	if (!(error <= tolerance) && unit_failure(file, line))
		printf("%s is %.17g, not %.17g within %g\n", text, got, want,
		       tolerance);
}

static inline void
unit_check_int(intmax_t got, intmax_t want, const char *text, const char *file,
               int line)
{
	if (got != want && unit_failure(file, line))
		printf("%s is %" PRIdMAX ", not %" PRIdMAX "\n", text, got, want);
}

static inline void
unit_check_text(const char *got, const char *want, const char *text,
                const char *file, int line)
{
	if ((got == NULL || strcmp(got, want) != 0) && unit_failure(file, line))
		printf("%s is \"%s\", not \"%s\"\n", text, got == NULL ? "(null)" : got,
		       want);
}

/* The condition holds. */
#define CHECK(condition) unit_check((condition), #condition, __FILE__, __LINE__)

/* |got - want| <= tolerance; NaN is near NaN only. */
#define CHECK_NEAR(got, want, tolerance)                                       \
	unit_check_near((got), (want), (tolerance), #got, __FILE__, __LINE__)

/* |got - want| <= tolerance |want| */
#define CHECK_CLOSE(got, want, tolerance)                                      \
	unit_check_near((got), (want), (tolerance) *fabs(want), #got, __FILE__,    \
	                __LINE__)

/* Equal integers, booleans or enum members. */
#define CHECK_INT(got, want)                                                   \
	unit_check_int((intmax_t) (got), (intmax_t) (want), #got, __FILE__,        \
	               __LINE__)

#define CHECK_TEXT(got, want)                                                  \
	unit_check_text((got), (want), #got, __FILE__, __LINE__)

static inline void
unit_run(const char *name, void (*test)(void))
{
	unit.case_failures = 0;
	test();
	if (unit.case_failures > UNIT_SHOWN)
		printf("# ... and %d more\n", unit.case_failures - UNIT_SHOWN);
	if (unit.case_failures == 0)
		unit.n_passed++;
	else
		unit.n_failed++;
	printf("%s - ", unit.case_failures == 0 ? "ok" : "not ok");
	for (const char *c = name; *c != '\0'; c++)
		putchar(*c == '_' ? ' ' : *c);
	putchar('\n');
	fflush(stdout);
}

#define RUN(test) unit_run(#test, test)

/* A case that cannot be run here, and why: counted by none. */
static inline void
unit_skip(const char *name, const char *why)
{
	printf("ok - %s # SKIP %s\n", name, why);
}

/* The plan line and the exit status of main(). */
static inline int
unit_end(void)
{
	printf("1..%d\n", unit.n_passed + unit.n_failed);
	return unit.n_failed == 0 ? 0 : 1;
}

#endif
