/*
 * blas.c
 *    The fence around BLAS.
 *
 * What loading does, and why:
 *  - signals are blocked meanwhile, so that a thread the library might start
 *    would inherit a closed mask and never run the server's handlers;
 *  - the library is told to use one thread, and its processor override is
 *    hidden from it: a name that does not fit the processor ends in an illegal
 *    instruction, which would take the whole server down;
 *  - a process that has another BLAS in its global scope is left alone: the
 *    two would call into each other;
 *  - a library that reports being threaded is closed again and refused;
 *  - before the first call 256 MB of address space are tried: when mapping
 *    fails inside the library, some versions retry for ever, deaf to cancel;
 *  - one small factorisation makes the library map its buffer at once; it
 *    keeps that buffer and uses it for every routine.
 *
 * The library's own answer to a bad argument is xerbla_(), which prints to
 * standard output and goes on.  Replacing it would mean exporting a symbol of
 * that name from our module to the whole process, so instead every argument is
 * checked here before the call, and xerbla_() is never reached.
 *
 * One call does at most some hundred million multiplications; between calls
 * the monitor is looked at.  The library may skip zeros and so lose a NaN,
 * which is why results are checked, not only arguments.
 *
 * The only static state of layers 0 to 2 is here: a loaded library is a
 * property of the process.
 */
#include "num/blas.h"

#include <dlfcn.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PROBE_BYTES ((size_t) 256 * 1024 * 1024)

/* Rows and columns of the blocks that a factorisation is cut into. */
#define BLOCK 128

/* Multiplications in one call of a rank-k update, and the rows below which
 * cutting it up further would cost more in memory traffic than it gains. */
#define CALL_WORK 125000000.0
#define LEAST_ROWS 16

typedef void (*PotrfFunction)(const char *uplo, const int *n, double *a,
                              const int *lda, int *info);
typedef void (*SyrkFunction)(const char *uplo, const char *trans, const int *n,
                             const int *k, const double *alpha, const double *a,
                             const int *lda, const double *beta, double *c,
                             const int *ldc);
typedef void (*TrsmFunction)(const char *side, const char *uplo,
                             const char *transa, const char *diag, const int *m,
                             const int *n, const double *alpha, const double *a,
                             const int *lda, double *b, const int *ldb);
typedef void (*GemmFunction)(const char *transa, const char *transb,
                             const int *m, const int *n, const int *k,
                             const double *alpha, const double *a,
                             const int *lda, const double *b, const int *ldb,
                             const double *beta, double *c, const int *ldc);
typedef int (*ParallelFunction)(void);

typedef struct Blas
{
	PotrfFunction potrf;
	SyrkFunction syrk;
	TrsmFunction trsm;
	GemmFunction gemm;
} Blas;

/* All NULL until the library is loaded. */
static Blas blas;

static const double one = 1.0;
static const double minus_one = -1.0;

/* ISO C has no conversion from an object to a function pointer; POSIX
 * promises that the representations agree. */
typedef union Symbol
{
	void *object;
	PotrfFunction potrf;
	SyrkFunction syrk;
	TrsmFunction trsm;
	GemmFunction gemm;
	ParallelFunction parallel;
} Symbol;

static bool
address_space_left(void)
{
	void *probe = mmap(NULL, PROBE_BYTES, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (probe == MAP_FAILED)
		return false;
	munmap(probe, PROBE_BYTES);
	return true;
}

/* A variable of the environment while it is replaced. */
typedef struct Variable
{
	const char *name;
	bool was_set;
	bool replaced;
	char value[128];
} Variable;

/* Sets 'name' to 'value', or unsets it for NULL.  A value too long to be put
 * back is left alone. */
static void
variable_replace(Variable *variable, const char *name, const char *value)
{
	const char *old = getenv(name);

	variable->name = name;
	variable->was_set = old != NULL;
	variable->replaced = false;
	if (old != NULL)
	{
		if (strlen(old) >= sizeof(variable->value))
			return;
		strcpy(variable->value, old);
	}
	variable->replaced =
		(value != NULL ? setenv(name, value, 1) : unsetenv(name)) == 0;
}

static void
variable_restore(const Variable *variable)
{
	if (!variable->replaced)
		return;
	if (variable->was_set)
		setenv(variable->name, variable->value, 1);
	else
		unsetenv(variable->name);
}

static void *
open_quietly(const char *path)
{
	Variable threads;
	Variable processor;
	sigset_t all;
	sigset_t before;
	void *library;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	variable_replace(&threads, "OPENBLAS_NUM_THREADS", "1");
	variable_replace(&processor, "OPENBLAS_CORETYPE", NULL);
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	variable_restore(&processor);
	variable_restore(&threads);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return library;
}

/* Why the library is no good, or NULL with 'found' filled. */
static const char *
find_functions(void *library, Blas *found)
{
	Symbol parallel;
	Symbol symbol;

	parallel.object = dlsym(library, "openblas_get_parallel");
	symbol.object = dlsym(library, "dpotrf_");
	found->potrf = symbol.potrf;
	symbol.object = dlsym(library, "dsyrk_");
	found->syrk = symbol.syrk;
	symbol.object = dlsym(library, "dtrsm_");
	found->trsm = symbol.trsm;
	symbol.object = dlsym(library, "dgemm_");
	found->gemm = symbol.gemm;
	if (parallel.object == NULL || found->potrf == NULL ||
	    found->syrk == NULL || found->trsm == NULL || found->gemm == NULL)
		return "the library is not OpenBLAS with LAPACK";
	if (parallel.parallel() != 0)
		return "the library is a threaded build";
	return NULL;
}

NumStatus
blas_load(const char *path, const char **reason)
{
	static const char no_space[] = "256 MB of address space could not be had";
	Blas found;
	double warm = 1;
	int n = 1;
	int info = 0;
	void *library;

	*reason = NULL;
	if (blas_available())
		return NUM_OK;
	if (path == NULL)
		path = FAIRPG_OPENBLAS_PATH;
	if (path[0] != '/')
		*reason = "the path of the library is not absolute";
	else if (dlsym(RTLD_DEFAULT, "dgemm_") != NULL)
		*reason = "the process has another BLAS library loaded";
	if (*reason != NULL)
		return NUM_BAD_ARGUMENT;
	/* loading takes some space too, so it is tried before and after */
	if (!address_space_left())
	{
		*reason = no_space;
		return NUM_NO_MEMORY;
	}
	library = open_quietly(path);
	if (library == NULL)
	{
		*reason = "the library could not be opened";
		return NUM_BAD_ARGUMENT;
	}
	*reason = find_functions(library, &found);
	if (*reason == NULL && !address_space_left())
		*reason = no_space;
	if (*reason != NULL)
	{
		dlclose(library);
		return *reason == no_space ? NUM_NO_MEMORY : NUM_BAD_ARGUMENT;
	}
	found.potrf("U", &n, &warm, &n, &info);
	blas = found;
	return NUM_OK;
}

bool
blas_available(void)
{
	return blas.potrf != NULL;
}

/* The rows of the lower triangle of 'a' are finite numbers. */
static bool
lower_finite(const double *a, size_t n, size_t stride)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
			if (!isfinite(a[i * stride + j]))
				return false;
	return true;
}

/* The rule by which dense_cholesky() gives up, after the fact: the diagonal
 * entry that a pivot came from is the squared length of its row of L. */
static bool
pivots_hold(const double *l, size_t n, size_t stride)
{
	for (size_t i = 0; i < n; i++)
	{
		const double *row = l + i * stride;
		double square = 0;

		for (size_t j = 0; j <= i; j++)
			square += row[j] * row[j];
		if (!(row[i] > 0 && row[i] * row[i] > DENSE_PIVOT_TOLERANCE * square) ||
		    !isfinite(square))
			return false;
	}
	return true;
}

/*
 * What the block of 'width' columns at 'first', already factored itself, does
 * to the rows below it.  A matrix by rows is its transpose by columns, so the
 * library is told of an upper triangle.
 */
static NumStatus
update_below(double *a, size_t n, size_t stride, size_t first, size_t width,
             NumMonitor *monitor)
{
	size_t below = first + width;
	int leading = (int) stride;
	int inner = (int) width;
	int rows = (int) (n - below);

	if (rows == 0)
		return NUM_OK;
	blas.trsm("L", "U", "T", "N", &inner, &rows, &one,
	          a + first * stride + first, &leading, a + below * stride + first,
	          &leading);
	for (size_t top = below; top < n; top += BLOCK)
	{
		double *strip = a + top * stride;
		int height = (int) (n - top < BLOCK ? n - top : BLOCK);
		int left = (int) (top - below);

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		if (left > 0)
			blas.gemm("T", "N", &left, &height, &inner, &minus_one,
			          a + below * stride + first, &leading, strip + first,
			          &leading, &one, strip + below, &leading);
		blas.syrk("U", "T", &height, &inner, &minus_one, strip + first,
		          &leading, &one, strip + top, &leading);
	}
	return NUM_OK;
}

NumStatus
blas_cholesky_watched(double *a, size_t n, size_t stride, NumMonitor *monitor)
{
	int leading;

	if (!blas_available() || stride < n)
		return NUM_BAD_ARGUMENT;
	if (stride > INT_MAX)
		return NUM_TOO_LARGE;
	if (n == 0)
		return NUM_OK;
	if (!lower_finite(a, n, stride))
		return NUM_NOT_POSITIVE_DEFINITE;
	leading = (int) stride;
	for (size_t first = 0; first < n; first += BLOCK)
	{
		size_t width = n - first < BLOCK ? n - first : BLOCK;
		int order = (int) width;
		int info = 0;
		NumStatus status;

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		blas.potrf("U", &order, a + first * stride + first, &leading, &info);
		if (info != 0)
			return info > 0 ? NUM_NOT_POSITIVE_DEFINITE : NUM_BAD_ARGUMENT;
		status = update_below(a, n, stride, first, width, monitor);
		if (status != NUM_OK)
			return status;
	}
	return pivots_hold(a, n, stride) ? NUM_OK : NUM_NOT_POSITIVE_DEFINITE;
}

NumStatus
blas_cholesky(double *a, size_t n, size_t stride)
{
	return blas_cholesky_watched(a, n, stride, NULL);
}

NumStatus
blas_syrk_lower(const DenseRows *a, double *c, size_t stride,
                NumMonitor *monitor)
{
	size_t n = a->n_columns;
	double most = CALL_WORK / ((double) n * (double) n);
	size_t rows = LEAST_ROWS;
	int order;
	int a_leading;
	int c_leading;

	if (!blas_available() || a->stride < n || stride < n)
		return NUM_BAD_ARGUMENT;
	if (a->stride > INT_MAX || stride > INT_MAX)
		return NUM_TOO_LARGE;
	if (n == 0)
		return NUM_OK;
	order = (int) n;
	a_leading = (int) a->stride;
	c_leading = (int) stride;
	/* CALL_WORK itself at most, for one column */
	if (most > LEAST_ROWS)
		rows = (size_t) most;
	for (size_t first = 0; first < a->n_rows; first += rows)
	{
		size_t left = a->n_rows - first;
		int inner = (int) (left < rows ? left : rows);

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		blas.syrk("U", "N", &order, &inner, &one, a->first + first * a->stride,
		          &a_leading, &one, c, &c_leading);
	}
	return lower_finite(c, n, stride) ? NUM_OK : NUM_NOT_FINITE;
}
