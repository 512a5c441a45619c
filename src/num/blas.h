/*
 * blas.h
 *    The fence around BLAS.
 *
 * Nothing else in the project calls BLAS or LAPACK.  The library is loaded
 * late, by the process that trains, and only the serial build: a threaded one
 * would start threads inside a server process that handles signals as if it
 * had none.
 */
#ifndef FAIRPG_NUM_BLAS_H
#define FAIRPG_NUM_BLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "num/status.h"

#ifndef FAIRPG_OPENBLAS_PATH
#define FAIRPG_OPENBLAS_PATH                                                   \
	"/usr/lib/x86_64-linux-gnu/openblas-serial/libopenblas.so.0"
#endif

/*
 * Loads the library at 'path' (NULL: the path above), once; later calls
 * answer what the first successful one did.  Anything but NUM_OK leaves the
 * process as it was, with '*reason' saying why in a clause.
 */
extern NumStatus blas_load(const char *path, const char **reason);

/* True after a successful blas_load(). */
extern bool blas_available(void);

/* As dense_cholesky(), in an order of operations of the library's choosing.
 * Needs blas_available(). */
extern NumStatus blas_cholesky(double *a, size_t n, size_t stride);

#endif
