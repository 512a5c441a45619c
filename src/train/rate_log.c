/*
 * rate_log.c
 *    The group rates of a training, iteration by iteration.
 */
#include "train/rate_log.h"

#include <string.h>

NumStatus
rate_log_create(NumArena *arena, uint32_t n_rates, size_t most_iterations,
                RateLog *log)
{
	size_t capacity = n_rates > 0 ? RATE_LOG_VALUES / n_rates : 0;

	memset(log, 0, sizeof(*log));
	if (n_rates == 0)
		return NUM_OK;
	if (capacity > most_iterations)
		capacity = most_iterations;
	log->n_rates = n_rates;
	log->capacity = capacity < 2 ? 0 : (uint32_t) capacity;
	log->every = 1;
	log->best = arena_alloc(arena, n_rates, sizeof(double));
	log->held = arena_alloc(arena, n_rates, sizeof(double));
	if (log->best == NULL || log->held == NULL)
		return NUM_NO_MEMORY;
	if (log->capacity == 0)
		return NUM_OK;
	log->iteration = arena_alloc(arena, log->capacity, sizeof(int));
	log->value =
		arena_alloc(arena, (size_t) log->capacity * n_rates, sizeof(double));
	return log->iteration == NULL || log->value == NULL ? NUM_NO_MEMORY
	                                                    : NUM_OK;
}

/* Whether the iteration is one of those that are kept now. */
static bool
is_taken(const RateLog *log, int iteration)
{
	return (uint32_t) (iteration - 1) % log->every == 0;
}

/* Drops every second iteration. */
static void
thin(RateLog *log)
{
	uint32_t n = 0;

	log->every *= 2;
	for (uint32_t i = 0; i < log->n; i++)
	{
		if (!is_taken(log, log->iteration[i]))
			continue;
		log->iteration[n] = log->iteration[i];
		memmove(log->value + (size_t) n * log->n_rates,
		        log->value + (size_t) i * log->n_rates,
		        log->n_rates * sizeof(double));
		n++;
	}
	log->n = n;
}

void
rate_log_add(RateLog *log, int iteration, const double *value)
{
	if (log->capacity == 0)
		return;
	while (log->n == log->capacity && is_taken(log, iteration))
		thin(log);
	if (!is_taken(log, iteration))
		return;
	log->iteration[log->n] = iteration;
	memcpy(log->value + (size_t) log->n * log->n_rates, value,
	       log->n_rates * sizeof(double));
	log->n++;
}

void
rate_log_keep(RateLog *log, int iteration, const double *value)
{
	if (log->n_rates == 0)
		return;
	log->best_iteration = iteration;
	memcpy(log->best, value, log->n_rates * sizeof(double));
}

void
rate_log_hold(RateLog *log)
{
	if (log->n_rates == 0)
		return;
	log->held_iteration = log->best_iteration;
	memcpy(log->held, log->best, log->n_rates * sizeof(double));
}

void
rate_log_restore(RateLog *log)
{
	if (log->n_rates > 0)
		rate_log_keep(log, log->held_iteration, log->held);
}

/* Where the answer belongs among those kept; '*among' when it is one of
 * them. */
static uint32_t
place_of_best(const RateLog *log, bool *among)
{
	uint32_t place = 0;

	while (place < log->n && log->iteration[place] < log->best_iteration)
		place++;
	*among = place < log->n && log->iteration[place] == log->best_iteration;
	return place;
}

uint32_t
rate_log_count(const RateLog *log)
{
	bool among;

	if (log->best_iteration == 0)
		return log->n;
	place_of_best(log, &among);
	return log->n + (among ? 0 : 1);
}

const double *
rate_log_get(const RateLog *log, uint32_t i, int *iteration)
{
	if (log->best_iteration > 0)
	{
		bool among;
		uint32_t place = place_of_best(log, &among);

		if (!among && i == place)
		{
			*iteration = log->best_iteration;
			return log->best;
		}
		if (!among && i > place)
			i--;
	}
	*iteration = log->iteration[i];
	return log->value + (size_t) i * log->n_rates;
}
