/*
 * job.c
 *    fairpg.train_job() and fairpg.retrain_job(): trainings for schedulers.
 *
 * A training of an hour inside of one transaction would hold its snapshot for
 * an hour, and vacuum would wait for it in the whole database.  So a job is
 * three transactions:
 *
 *   1. it is noted as running, where everybody can see that;
 *   2. the rows are read; from its commit on there is neither snapshot nor lock,
 *      and the passes and the certificate need neither;
 *   3. the version is stored, and the job is noted as finished.
 *
 * Whatever goes wrong in the second or third is rolled back, noted in one more
 * transaction, and raised.
 *
 * Steps that use SPI or snapshots run inside of a subtransaction, so that an
 * error in them leaves nothing on their stacks when the transaction ends under
 * a procedure that goes on.  What must outlive a transaction is in a context of
 * the portal; rows in shared memory have a mapping that is pinned, and those in
 * a file one that is of the session, which are given back with the context,
 * however that goes.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/store.h"
#include "pg/store_run.h"
#include "pg/train/call.h"
#include "pg/train/replay.h"
#include "pg/train/shared_rows.h"
#include "pg/train/spill.h"

typedef struct Job
{
	const char *procedure; /* "train_job" */
	FunctionCallInfo fcinfo;
	bool repeats; /* the arguments are those of fairpg.retrain() */
	MemoryContext context;
	MemoryContextCallback end; /* of the context */
	char *model;
	int64 run;
	TrainCall call;
	Replay replay;
	ErrorData *error; /* what ended it */
	bool is_pinned;   /* call.report.shared is not of a transaction any more */
} Job;

/* The transactions of a job are its own. */
static void
check_transaction(FunctionCallInfo fcinfo, const char *procedure)
{
	if (fcinfo->context != NULL && IsA(fcinfo->context, CallContext) &&
	    !castNode(CallContext, fcinfo->context)->atomic)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
	     errmsg("fairpg.%s() cannot run inside a transaction block, a "
	            "function or a statement of several",
	            procedure),
	     errdetail("It commits when it has read the rows, so that training "
	               "holds no snapshot."),
	     errhint("Call it by itself, or use fairpg.%s(), which is part of "
	             "the transaction.",
	             strcmp(procedure, "train_job") == 0 ? "train" : "retrain")));
}

static void
commit(void)
{
	SPI_commit();
	InvalidateCatalogSnapshot();
}

/* Runs a step in a subtransaction of its own, under a new snapshot. */
static void
run_step(Job *job, void (*step)(Job *))
{
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(job->context);
	PG_TRY();
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		step(job);
		PopActiveSnapshot();
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(job->context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(job->context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(job->context);
	CurrentResourceOwner = owner;
}

static void
begin_step(Job *job)
{
	job->run = store_begin_run(job->model, job->procedure);
}

/* When the context ends: what of the rows is not in it. */
static void
give_rows_back(void *arg)
{
	Job *job = arg;
	ExtractReport *report = &job->call.report;

	if (report->store != NULL)
		spill_end(report->store);
	if (job->is_pinned && report->shared->area != NULL)
		shared_rows_detach(report->shared);
}

/* Makes rows in shared memory outlive the transaction. */
static void
keep_rows(Job *job)
{
	if (job->call.report.shared == NULL)
		return;
	dsa_pin_mapping(job->call.report.shared->area);
	job->is_pinned = true;
}

static void
read_step(Job *job)
{
	FunctionCallInfo arguments = job->fcinfo;

	if (job->repeats)
	{
		replay_find(job->fcinfo, STORE_TO_TRAIN, &job->replay);
		arguments = job->replay.arguments;
	}
	train_begin(&job->call, arguments, job->repeats ? &job->replay : NULL);
	job->call.is_job = true;
	job->call.extract.outlives = true;
	train_extract(&job->call, STORE_TO_TRAIN, job->context);
	store_run_rows(job->run, (int64) job->call.report.rows_read);
	keep_rows(job);
}

static void
store_step(Job *job)
{
	train_store(&job->call);
	store_finish_run(job->run, job->call.version);
}

static void
fail_step(Job *job)
{
	store_fail_run(job->run, job->error);
}

static void
work(Job *job)
{
	run_step(job, read_step);
	commit();
	if (job->repeats)
		error_context_stack = &job->replay.context;
	host_monitor_begin(&job->call.monitor, job->model);
	train_fit(&job->call);
	train_certified(&job->call);
	/* an hour's work is not to be lost to a version that was stored by others
	 * at the same time */
	XactIsoLevel = XACT_READ_COMMITTED;
	run_step(job, store_step);
	train_release(&job->call);
	commit();
}

/* An error that comes of noting another must not hide it. */
static void
warn_of_error(const Job *job)
{
	ErrorData *error;

	MemoryContextSwitchTo(job->context);
	error = CopyErrorData();
	FlushErrorState();
	ereport(WARNING,
	        (errcode(error->sqlerrcode),
	         errmsg("run " INT64_FORMAT " could not be noted as ended: %s",
	                job->run, error->message)));
}

/* Notes the error, and raises it. */
static void
fail(Job *job)
{
	MemoryContextSwitchTo(job->context);
	job->error = CopyErrorData();
	FlushErrorState();
	host_monitor_end(&job->call.monitor);
	give_rows_back(job);
	SPI_rollback();
	PG_TRY();
	{
		run_step(job, fail_step);
		commit();
	}
	PG_CATCH();
	{
		warn_of_error(job);
	}
	PG_END_TRY();
	ReThrowError(job->error);
}

static void
run_job(FunctionCallInfo fcinfo, const char *procedure, bool repeats)
{
	MemoryContext caller = CurrentMemoryContext;
	Job *job;

	check_transaction(fcinfo, procedure);
	PreventCommandIfReadOnly(psprintf("fairpg.%s()", procedure));
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	job = MemoryContextAllocZero(PortalContext, sizeof(Job));
	job->context = AllocSetContextCreate(PortalContext, "fairpg training",
	                                     ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(job->context);
	job->procedure = procedure;
	job->fcinfo = fcinfo;
	job->repeats = repeats;
	job->end.func = give_rows_back;
	job->end.arg = job;
	MemoryContextRegisterResetCallback(job->context, &job->end);
	job->model = args_text_required(fcinfo, 0, "model");
	store_check_model_name(job->model);
	store_require(STORE_TO_RUN_JOB);
	MemoryContextSwitchTo(job->context);
	run_step(job, begin_step);
	commit();
	PG_TRY();
	{
		work(job);
	}
	PG_CATCH();
	{
		fail(job);
	}
	PG_END_TRY();
	ereport(
		NOTICE,
		(errmsg("model \"%s\" version %d was trained", job->model,
	            job->call.version),
	     errdetail("Status %s, run " INT64_FORMAT " of fairpg_report.runs.",
	               train_outcome_name(job->call.result.outcome), job->run)));
	SPI_finish();
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(job->context);
	pfree(job);
}

/*
 * train_job(arguments of train)
 *
 * Trains as fairpg.train() does, in transactions of its own.
 */
FAIRPG_FUNCTION(fairpg_train_job);
Datum
fairpg_train_job(PG_FUNCTION_ARGS)
{
	run_job(fcinfo, "train_job", false);
	PG_RETURN_VOID();
}

/*
 * retrain_job(arguments of retrain)
 *
 * Trains as fairpg.retrain() does, in transactions of its own.
 */
FAIRPG_FUNCTION(fairpg_retrain_job);
Datum
fairpg_retrain_job(PG_FUNCTION_ARGS)
{
	run_job(fcinfo, "retrain_job", true);
	PG_RETURN_VOID();
}
