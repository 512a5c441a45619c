/*
 * report.c
 *    What layers 0 to 2 could not do, in words.
 *
 * The one place that turns a NumStatus into an error.  Statuses that only a
 * mistake of ours can cause are internal errors.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "pg/report.h"

static void
report_memory(const NumArena *arena, const char *object)
{
	if (arena == NULL || arena->limit_bytes == 0)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
		                errmsg("out of memory while working on %s", object)));
	ereport(
		ERROR,
		(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
	     errmsg("%s needs more memory than fairpg.train_mem allows", object),
	     errdetail("%zu kB were in use and %zu kB more were needed, the limit "
	               "is %zu kB.",
	               arena_used(arena) / 1024,
	               (arena->refused_bytes + 1023) / 1024,
	               arena->limit_bytes / 1024),
	     errhint("Raise fairpg.train_mem (or maintenance_work_mem, which "
	             "it follows when it is 0), or read fewer rows or "
	             "columns.")));
}

void
report_status(NumStatus status, const NumArena *arena, const char *object)
{
	switch (status)
	{
		case NUM_OK:
			return;
		case NUM_NO_MEMORY:
			report_memory(arena, object);
			break;
		case NUM_CANCELLED:
			CHECK_FOR_INTERRUPTS();
			ereport(ERROR, (errcode(ERRCODE_QUERY_CANCELED),
			                errmsg("work on %s was cancelled", object)));
			break;
		case NUM_NOT_FINITE:
			ereport(
				ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			     errmsg("computation on %s left the range of numbers", object),
			     errhint("Look for columns with extreme values, or raise "
			             "option l2.")));
			break;
		case NUM_NOT_POSITIVE_DEFINITE:
		case NUM_NOT_CONVERGED:
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
			                errmsg("fitting %s did not succeed", object),
			                errhint("Raise option l2.")));
			break;
		case NUM_TOO_LARGE:
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			                errmsg("%s is too large", object)));
			break;
		case NUM_CORRUPT:
			ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
			                errmsg("stored bytes of %s are damaged", object)));
			break;
		case NUM_BAD_ARGUMENT:
			elog(ERROR, "precondition failed for %s", object);
			break;
	}
}
