/*
 * blas.h
 *    The fence around BLAS.
 *
 * Nothing else in the project calls BLAS or LAPACK.  The library is loaded
 * late, by the process that trains, and only the serial build: a threaded one
 * would start threads inside a server process that handles signals as if it
 * had none.
 *
 * Everything here has a twin in dense.h that does the same work in an order
 * of operations of our own.  Results of this file may differ between machines
 * in their last bits.
 */
#ifndef FAIRPG_NUM_BLAS_H
#define FAIRPG_NUM_BLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "num/dense.h"
#include "num/monitor.h"
#include "num/status.h"

#ifndef FAIRPG_OPENBLAS_PATH
#define FAIRPG_OPENBLAS_PATH                                                   \
	"/usr/lib/x86_64-linux-gnu/openblas-serial/libopenblas.so.0"
#endif

/*
 * Loads the library at 'path' (absolute; NULL: the path above), once; later
 * calls answer what the first successful one did.  NUM_NO_MEMORY or
 * NUM_BAD_ARGUMENT leaves the process as it was, with '*reason' saying why in
 * a clause; else '*reason' is NULL.  Keeps 128 MB of address space (some 2 MB
 * of memory) until the process ends.
 */
extern NumStatus blas_load(const char *path, const char **reason);

/* True after a successful blas_load(). */
extern bool blas_available(void);

/* As dense_cholesky(), without a monitor: for matrices of some hundred rows.
 * Needs blas_available(). */
extern NumStatus blas_cholesky(double *a, size_t n, size_t stride);

/*
 * As dense_cholesky(), looking at the monitor about every ten milliseconds;
 * the factor is laid out alike, so dense_cholesky_solve() takes either.
 * NUM_TOO_LARGE when a size does not fit the library's 32-bit integers.  Needs
 * blas_available().
 */
extern NumStatus
blas_cholesky_watched(double *a, size_t n, size_t stride, NumMonitor *monitor);

/* As dense_syrk_lower(), looking at the monitor between calls to the library;
 * also NUM_NOT_FINITE, when an entry came out infinite or NaN.  Needs
 * blas_available(). */
extern NumStatus blas_syrk_lower(const DenseRows *a, double *c, size_t stride,
                                 NumMonitor *monitor);

#endif
