/*
 * rate_log.h
 *    The group rates of a training, iteration by iteration.
 *
 * There may be tens of thousands of rates and thousands of iterations, so that
 * what is kept is bounded: every iteration while there is room for
 * RATE_LOG_VALUES values; when that is full, every second of them is dropped,
 * and from then on only every second one is taken, and so on.  The iteration
 * that is the answer so far is kept in any case, and is all there is where
 * there is room for fewer than two.
 *
 * Internal to src/train.
 */
#ifndef FAIRPG_TRAIN_RATE_LOG_H
#define FAIRPG_TRAIN_RATE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "num/arena.h"
#include "num/status.h"

#define RATE_LOG_VALUES 10000

typedef struct RateLog
{
	uint32_t n_rates;   /* 0: nothing is kept */
	uint32_t capacity;  /* iterations there is room for */
	uint32_t every;     /* one iteration in so many is kept */
	uint32_t n;         /* iterations kept */
	int *iteration;     /* [capacity] ascending */
	double *value;      /* [capacity][n_rates] */
	int best_iteration; /* 0: none */
	double *best;       /* [n_rates] */
	int held_iteration; /* see rate_log_hold() */
	double *held;       /* [n_rates] */
} RateLog;

/* An empty log of at most 'most_iterations'. */
extern NumStatus rate_log_create(NumArena *arena, uint32_t n_rates,
                                 size_t most_iterations, RateLog *log);

/* The rates of an iteration, which are counted from 1 and only grow. */
extern void rate_log_add(RateLog *log, int iteration, const double *value);

/* This iteration is the answer so far. */
extern void rate_log_keep(RateLog *log, int iteration, const double *value);

/* The answer so far is put aside, while another one is looked for; and is the
 * answer after all. */
extern void rate_log_hold(RateLog *log);
extern void rate_log_restore(RateLog *log);

/* How many iterations are kept, the answer included; and of the i-th of them,
 * in order, the number and the rates [n_rates]. */
extern uint32_t rate_log_count(const RateLog *log);
extern const double *
rate_log_get(const RateLog *log, uint32_t i, int *iteration);

#endif
