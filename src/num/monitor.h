/*
 * monitor.h
 *    How long work lets others look in and stop it.
 *
 * Every loop over rows, iterations or groups reaches monitor_stop() at least
 * every few milliseconds of work, between blocks and outside library calls.
 * The owner's function may longjmp; that is safe because layers 0 to 2 own
 * nothing but arena memory.
 */
#ifndef FAIRPG_NUM_MONITOR_H
#define FAIRPG_NUM_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

typedef struct NumMonitor NumMonitor;

struct NumMonitor
{
	/* true when the work should stop (the caller returns NUM_CANCELLED) */
	bool (*stop)(NumMonitor *monitor);
	/* progress: 'done' of 'total' iterations, objective and gap so far; may
	 * be NULL */
	void (*progress)(NumMonitor *monitor, int done, int total, double loss,
	                 double gap);
	void *host;
};

static inline bool
monitor_stop(NumMonitor *monitor)
{
	return monitor != NULL && monitor->stop != NULL && monitor->stop(monitor);
}

static inline void
monitor_progress(NumMonitor *monitor, int done, int total, double loss,
                 double gap)
{
	if (monitor != NULL && monitor->progress != NULL)
		monitor->progress(monitor, done, total, loss, gap);
}

#endif
