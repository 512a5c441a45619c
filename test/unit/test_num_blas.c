/*
 * test_num_blas.c
 *    The fence around BLAS: what loading leaves behind, and the library
 *    against our own kernels.
 *
 * Cases run in order: the library can be loaded once in a process, so the
 * refusals come first.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "num/arena.h"
#include "num/blas.h"
#include "num/dense.h"
#include "num/random.h"
#include "unit.h"

/* A number from /proc/self/status, -1 when there is none of that name. */
static long
process_status(const char *field)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long value = -1;

	if (file == NULL)
		return -1;
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, field, strlen(field)) == 0)
			value = strtol(line + strlen(field) + 1, NULL, 10);
	fclose(file);
	return value;
}

static void
check_refused(const char *path, NumStatus status, const char *reason)
{
	const char *said = "";
	long size = process_status("VmSize");

	CHECK_INT(blas_load(path, &said), status);
	CHECK_TEXT(said, reason);
	CHECK(!blas_available());
	CHECK_INT(process_status("Threads"), 1);
	/* what the C library keeps of a failed load */
	CHECK(labs(process_status("VmSize") - size) <= 4096);
}

static void
what_is_no_serial_openblas_is_refused(void)
{
	check_refused("libopenblas.so.0", NUM_BAD_ARGUMENT,
	              "the path of the library is not absolute");
	check_refused("", NUM_BAD_ARGUMENT,
	              "the path of the library is not absolute");
	check_refused("/nowhere/libopenblas.so.0", NUM_BAD_ARGUMENT,
	              "the library could not be opened");
	check_refused("/etc/passwd", NUM_BAD_ARGUMENT,
	              "the library could not be opened");
	if (access("/lib/x86_64-linux-gnu/libutil.so.1", R_OK) == 0)
		check_refused("/lib/x86_64-linux-gnu/libutil.so.1", NUM_BAD_ARGUMENT,
		              "the library is not OpenBLAS with LAPACK");
}

static void
nothing_is_done_without_the_library(void)
{
	double a[1] = { 4 };
	DenseRows rows = { a, 1, 1, 1 };

	CHECK_INT(blas_cholesky(a, 1, 1), NUM_BAD_ARGUMENT);
	CHECK_INT(blas_syrk_lower(&rows, a, 1, NULL), NUM_BAD_ARGUMENT);
	CHECK(a[0] == 4);
}

static void
too_little_address_space_is_refused(void)
{
	struct rlimit before;
	struct rlimit tight;

	CHECK(getrlimit(RLIMIT_AS, &before) == 0);
	tight = before;
	tight.rlim_cur =
		((rlim_t) process_status("VmSize") + 200 * 1024) * (rlim_t) 1024;
	CHECK(setrlimit(RLIMIT_AS, &tight) == 0);
	check_refused(NULL, NUM_NO_MEMORY,
	              "256 MB of address space could not be had");
	/* enough for the first look, not for the one after loading */
	tight.rlim_cur =
		((rlim_t) process_status("VmSize") + 266 * 1024) * (rlim_t) 1024;
	CHECK(setrlimit(RLIMIT_AS, &tight) == 0);
	check_refused(NULL, NUM_NO_MEMORY,
	              "256 MB of address space could not be had");
	CHECK(setrlimit(RLIMIT_AS, &before) == 0);
}

static void
loading_leaves_threads_signals_and_environment_alone(void)
{
	const char *reason = "";
	sigset_t before;
	sigset_t after;

	setenv("OPENBLAS_NUM_THREADS", "7", 1);
	unsetenv("OPENBLAS_CORETYPE");
	sigemptyset(&before);
	sigaddset(&before, SIGUSR2);
	sigprocmask(SIG_SETMASK, &before, NULL);
	CHECK_INT(process_status("Threads"), 1);

	CHECK_INT(blas_load(NULL, &reason), NUM_OK);
	CHECK(reason == NULL);
	CHECK(blas_available());

	CHECK_INT(process_status("Threads"), 1);
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (int s = 1; s < 32; s++)
		CHECK_INT(sigismember(&after, s), s == SIGUSR2);
	CHECK_TEXT(getenv("OPENBLAS_NUM_THREADS"), "7");
	CHECK(getenv("OPENBLAS_CORETYPE") == NULL);
	unsetenv("OPENBLAS_NUM_THREADS");
	sigemptyset(&before);
	sigprocmask(SIG_SETMASK, &before, NULL);

	/* a second time it is just there */
	CHECK_INT(blas_load("/nowhere", &reason), NUM_OK);
	CHECK(reason == NULL);
}

#define MOST 700

static double a[MOST * (MOST + 3)];
static double own[MOST * (MOST + 3)];
static double other[MOST * (MOST + 3)];

static void
fill(double *to, size_t n, uint64_t seed)
{
	NumRandom random;

	num_random_seed(&random, seed);
	for (size_t i = 0; i < n; i++)
		to[i] = num_random_uniform(&random) - 0.5;
}

/* Largest difference of two lower triangles. */
static double
difference(const double *x, const double *y, size_t n, size_t stride)
{
	double worst = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
		{
			double apart = fabs(x[i * stride + j] - y[i * stride + j]);

			if (!(apart <= worst))
				worst = apart;
		}
	return worst;
}

static void
the_two_rank_k_updates_agree(void)
{
	static const size_t sizes[] = { 1, 2, 63, 200, 700 };
	DenseRows nothing = { a, 5, 0, 0 };

	for (int s = 0; s < 5; s++)
	{
		size_t n = sizes[s];
		size_t stride = n + 3;
		DenseRows rows = { a, 600, n, stride };

		fill(a, rows.n_rows * stride, n);
		fill(own, n * stride, 5);
		memcpy(other, own, n * stride * sizeof(double));
		dense_syrk_lower(&rows, own, stride);
		CHECK_INT(blas_syrk_lower(&rows, other, stride, NULL), NUM_OK);
		CHECK_NEAR(difference(own, other, n, stride), 0, 1e-12);
		for (size_t i = 0; i < n; i++)
			for (size_t j = i + 1; j < stride; j++)
				CHECK(own[i * stride + j] == other[i * stride + j]);
	}
	CHECK_INT(blas_syrk_lower(&nothing, own, 0, NULL), NUM_OK);
}

static void
the_two_factorisations_agree(void)
{
	static const size_t sizes[] = { 1, 2, 17, 127, 128, 129, 257, 700 };

	for (int s = 0; s < 8; s++)
	{
		size_t n = sizes[s];
		size_t stride = n + n % 3;
		DenseRows rows = { a, n, n, stride };
		double b[MOST];
		double x[MOST];

		fill(a, n * stride, 50 + n);
		memset(own, 0, n * stride * sizeof(double));
		dense_syrk_lower(&rows, own, stride);
		for (size_t i = 0; i < n; i++)
		{
			own[i * stride + i] += 1;
			for (size_t j = i + 1; j < stride; j++)
				own[i * stride + j] = NAN;
			b[i] = x[i] = (double) (i % 5);
		}
		memcpy(other, own, n * stride * sizeof(double));
		CHECK_INT(dense_cholesky(own, n, stride, NULL), NUM_OK);
		CHECK_INT(blas_cholesky(other, n, stride), NUM_OK);
		CHECK_NEAR(difference(own, other, n, stride), 0, 1e-11);
		dense_cholesky_solve(own, n, stride, b);
		dense_cholesky_solve(other, n, stride, x);
		for (size_t i = 0; i < n; i++)
		{
			CHECK_NEAR(x[i], b[i], 1e-10);
			for (size_t j = i + 1; j < stride; j++)
				CHECK(isnan(other[i * stride + j]));
		}
	}
	CHECK_INT(blas_cholesky(own, 0, 0), NUM_OK);
}

static void
bad_matrices_are_refused(void)
{
	double negative[4] = { 1, 0, 2, 1 };
	double singular[4] = { 1, 0, 1, 1 };
	double nearly[4] = { 1, 0, 1, 1 + 1e-15 };
	double nan[4] = { 1, 0, NAN, 1 };
	double infinite[4] = { 1, 0, 1, INFINITY };
	double huge[1] = { 1e200 };
	DenseRows with_nan = { nan, 2, 2, 2 };
	DenseRows overlapping = { nan, 2, 2, 1 };
	DenseRows too_large = { huge, 1, 1, 1 };

	CHECK_INT(blas_cholesky(negative, 2, 2), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(blas_cholesky(singular, 2, 2), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(blas_cholesky(nearly, 2, 2), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(blas_cholesky(nan, 2, 2), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(blas_cholesky(infinite, 2, 2), NUM_NOT_POSITIVE_DEFINITE);
	CHECK_INT(blas_cholesky(nan, 2, 1), NUM_BAD_ARGUMENT);
	CHECK_INT(blas_cholesky(nan, 2, (size_t) 1 << 31), NUM_TOO_LARGE);
	/* a breakdown in a later block */
	memset(own, 0, sizeof(own));
	for (size_t i = 0; i < 300; i++)
		own[i * 300 + i] = i == 290 ? -1 : 1;
	CHECK_INT(blas_cholesky(own, 300, 300), NUM_NOT_POSITIVE_DEFINITE);

	CHECK_INT(blas_syrk_lower(&overlapping, own, 2, NULL), NUM_BAD_ARGUMENT);
	CHECK_INT(blas_syrk_lower(&with_nan, own, (size_t) 1 << 40, NULL),
	          NUM_TOO_LARGE);
	memset(own, 0, sizeof(own));
	CHECK_INT(blas_syrk_lower(&with_nan, own, 2, NULL), NUM_NOT_FINITE);
	memset(own, 0, sizeof(own));
	CHECK_INT(blas_syrk_lower(&too_large, own, 1, NULL), NUM_NOT_FINITE);
}

static int looks;

static bool
stop_at_third(NumMonitor *monitor)
{
	(void) monitor;
	return ++looks >= 3;
}

static void
a_monitor_stops_the_work_in_between(void)
{
	NumMonitor monitor = { stop_at_third, NULL, NULL };
	DenseRows rows = { a, MOST, MOST, MOST };

	memset(own, 0, sizeof(own));
	for (size_t i = 0; i < MOST; i++)
		own[i * MOST + i] = 1;
	looks = 0;
	CHECK_INT(blas_cholesky_watched(own, MOST, MOST, &monitor), NUM_CANCELLED);
	CHECK_INT(looks, 3);
	looks = 0;
	memset(a, 0, sizeof(a));
	CHECK_INT(blas_syrk_lower(&rows, own, MOST, &monitor), NUM_CANCELLED);
}

/* Also after a good deal of work. */
static void
there_is_still_one_thread(void)
{
	CHECK_INT(process_status("Threads"), 1);
}

int
main(void)
{
	RUN(what_is_no_serial_openblas_is_refused);
	RUN(nothing_is_done_without_the_library);
	if (access(FAIRPG_OPENBLAS_PATH, R_OK) != 0)
	{
		unit_skip("blas agrees with our own kernels",
		          "libopenblas0-serial is not installed");
		return unit_end();
	}
#if defined(UNIT_SANITIZED) || defined(UNIT_VALGRIND)
	unit_skip("too little address space is refused",
	          "the tool needs the address space");
	(void) too_little_address_space_is_refused;
#else
	RUN(too_little_address_space_is_refused);
#endif
	RUN(loading_leaves_threads_signals_and_environment_alone);
	RUN(the_two_rank_k_updates_agree);
	RUN(the_two_factorisations_agree);
	RUN(bad_matrices_are_refused);
	RUN(a_monitor_stops_the_work_in_between);
	RUN(there_is_still_one_thread);
	return unit_end();
}
