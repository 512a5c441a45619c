/*
 * status.h
 *    What a function of layers 0 to 2 reports when it cannot do its work.
 *
 * These layers neither print nor jump: they return a status, and pg/report.c
 * is the one place that puts it into words.
 */
#ifndef FAIRPG_NUM_STATUS_H
#define FAIRPG_NUM_STATUS_H

typedef enum NumStatus
{
	NUM_OK = 0,
	NUM_NO_MEMORY,             /* the arena refused */
	NUM_CANCELLED,             /* the monitor said stop */
	NUM_BAD_ARGUMENT,          /* a precondition does not hold */
	NUM_NOT_FINITE,            /* NaN or infinity where a number must be */
	NUM_NOT_POSITIVE_DEFINITE, /* a factorisation broke down */
	NUM_NOT_CONVERGED,         /* out of iterations; the best point is kept */
	NUM_TOO_LARGE,             /* a size or count is beyond what is supported */
	NUM_CORRUPT                /* stored bytes do not decode */
} NumStatus;

#endif
