/*
 * host.c
 *    The server as layers 0 to 2 see it: an arena and a monitor.
 *
 * Progress is shown as the application name, which every view of sessions
 * has, needs no shared memory of ours and no preloading.  The name that the
 * session set itself is put back when the work ends, also when it ends by an
 * error: callbacks at the end of transactions and subtransactions see to it.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "pg/host.h"

#define ALIGNMENT 64

/* shown at most so often */
#define PROGRESS_INTERVAL_MS 50

/* The piece that the context gave stands just before the aligned memory. */
static void *
host_alloc(NumArena *arena, size_t size_bytes)
{
	char *raw;
	char *aligned;

	if (size_bytes > MaxAllocHugeSize - ALIGNMENT - sizeof(void *))
		return NULL;
	raw = MemoryContextAllocExtended(arena->host,
	                                 size_bytes + ALIGNMENT + sizeof(void *),
	                                 MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	if (raw == NULL)
		return NULL;
	aligned = raw + sizeof(void *);
	aligned += ALIGNMENT - (uintptr_t) aligned % ALIGNMENT;
	((void **) aligned)[-1] = raw;
	return aligned;
}

static void
host_release(NumArena *arena, void *memory, size_t size_bytes)
{
	pfree(((void **) memory)[-1]);
}

void
host_arena_init(NumArena *arena, MemoryContext context, size_t limit_bytes)
{
	arena->alloc = host_alloc;
	arena->release = host_release;
	arena->host = context;
	arena->used_bytes = 0;
	arena->peak_bytes = 0;
	arena->limit_bytes = limit_bytes;
	arena->beside = NULL;
	arena->reclaim = NULL;
	arena->reclaim_owner = NULL;
	arena->refused_bytes = 0;
}

/* What is shown now; static because the callbacks outlive every call. */
static bool showing = false;
static bool callbacks_registered = false;
static SubTransactionId showing_in = InvalidSubTransactionId;
static char shown_name[NAMEDATALEN];
static TimestampTz shown_at;

/* The view of sessions is shared by databases of all encodings, so what is
 * shown there is ASCII, as the server makes application_name be. */
static void
show(char *text)
{
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char) *c < 32 || (unsigned char) *c > 126)
			*c = '?';
	pgstat_report_appname(text);
}

static void
stop_showing(void)
{
	if (!showing)
		return;
	showing = false;
	pgstat_report_appname(application_name ? application_name : "");
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_COMMIT)
		stop_showing();
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine,
                      SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && mine == showing_in)
		stop_showing();
}

/* Answers cancel requests by not returning. */
static bool
host_stop(NumMonitor *monitor)
{
	CHECK_FOR_INTERRUPTS();
	return false;
}

static void
host_progress(NumMonitor *monitor, int done, int total, double loss, double gap)
{
	char text[NAMEDATALEN];
	TimestampTz now = GetCurrentTimestamp();

	if (!showing ||
	    !TimestampDifferenceExceeds(shown_at, now, PROGRESS_INTERVAL_MS))
		return;
	shown_at = now;
	if (isnan(gap))
		snprintf(text, sizeof(text), "fairpg %.30s %d/%d loss %.4f", shown_name,
		         done, total, loss);
	else
		snprintf(text, sizeof(text), "fairpg %.20s %d/%d loss %.4f gap %.4f",
		         shown_name, done, total, loss, gap);
	show(text);
}

void
host_monitor_quiet(NumMonitor *monitor)
{
	*monitor = (NumMonitor){ .stop = host_stop };
}

void
host_monitor_begin(NumMonitor *monitor, const char *name)
{
	monitor->stop = host_stop;
	monitor->progress = host_progress;
	monitor->host = NULL;
	if (!callbacks_registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		callbacks_registered = true;
	}
	strlcpy(shown_name, name, sizeof(shown_name));
	showing = true;
	showing_in = GetCurrentSubTransactionId();
	shown_at = 0;
}

void
host_monitor_phase(NumMonitor *monitor, const char *phase)
{
	char text[NAMEDATALEN];

	if (!showing)
		return;
	snprintf(text, sizeof(text), "fairpg %.30s %s", shown_name, phase);
	show(text);
}

void
host_monitor_end(NumMonitor *monitor)
{
	stop_showing();
}
