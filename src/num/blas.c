/*
 * blas.c
 *    The fence around BLAS.
 *
 * What loading does, and why:
 *  - signals are blocked meanwhile, so that a thread the library might start
 *    would inherit a closed mask and never run the server's handlers;
 *  - a library that reports being threaded is closed again and refused;
 *  - before the first call 256 MB of address space are tried: when mapping
 *    fails inside the library, some versions retry for ever, deaf to cancel;
 *  - one small factorisation makes the library map its buffer at once.
 *
 * A factorisation is one call of at most some hundred milliseconds; between
 * calls the caller looks at its monitor.  Sizes are checked to fit the
 * library's 32-bit integers.  The only static state of layers 0 to 2 is here:
 * a loaded library is a property of the process.
 */
#include "num/blas.h"

#include <dlfcn.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <sys/mman.h>

#define PROBE_BYTES ((size_t) 256 * 1024 * 1024)

typedef void (*PotrfFunction)(const char *uplo, const int *n, double *a,
							  const int *lda, int *info);
typedef int (*ParallelFunction)(void);

static PotrfFunction potrf = NULL;

/* ISO C has no conversion from an object to a function pointer; POSIX
 * promises that the representations agree. */
typedef union Symbol
{
	void *object;
	PotrfFunction potrf;
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

static void *
open_quietly(const char *path)
{
	sigset_t all;
	sigset_t before;
	void *library;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return library;
}

NumStatus
blas_load(const char *path, const char **reason)
{
	double one = 1;
	int n = 1;
	int info;
	void *library;
	Symbol parallel;
	Symbol factor;

	*reason = NULL;
	if (potrf != NULL)
		return NUM_OK;
	if (!address_space_left())
	{
		*reason = "256 MB of address space could not be had";
		return NUM_NO_MEMORY;
	}
	library = open_quietly(path != NULL ? path : FAIRPG_OPENBLAS_PATH);
	if (library == NULL)
	{
		*reason = "the library could not be opened";
		return NUM_BAD_ARGUMENT;
	}
	parallel.object = dlsym(library, "openblas_get_parallel");
	factor.object = dlsym(library, "dpotrf_");
	if (parallel.object == NULL || factor.object == NULL)
		*reason = "the library is not OpenBLAS with LAPACK";
	else if (parallel.parallel() != 0)
		*reason = "the library is a threaded build";
	if (*reason != NULL)
	{
		dlclose(library);
		return NUM_BAD_ARGUMENT;
	}
	factor.potrf("U", &n, &one, &n, &info);
	potrf = factor.potrf;
	return NUM_OK;
}

bool
blas_available(void)
{
	return potrf != NULL;
}

/* The lower triangle by rows is the upper triangle by columns. */
NumStatus
blas_cholesky(double *a, size_t n, size_t stride)
{
	int order;
	int leading;
	int info = 0;

	if (n > INT_MAX || stride > INT_MAX || stride < n)
		return NUM_TOO_LARGE;
	order = (int) n;
	leading = (int) stride;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(a[i * stride + i]))
			return NUM_NOT_POSITIVE_DEFINITE;
	potrf("U", &order, a, &leading, &info);
	if (info < 0)
		return NUM_BAD_ARGUMENT;
	if (info > 0)
		return NUM_NOT_POSITIVE_DEFINITE;
	for (size_t i = 0; i < n; i++)
		if (!(a[i * stride + i] > 0))
			return NUM_NOT_POSITIVE_DEFINITE;
	return NUM_OK;
}
