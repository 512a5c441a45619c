/*
 * train.c
 *    fairpg.train(): from a table to a stored, certified model version.
 *
 * The order of work is: read and check the call; extract the rows once; fit;
 * turn the coefficients into the model that predict() will use; certify that
 * model on the training and the held-out rows; store; answer.  Nothing is
 * written before everything has been computed, so whatever goes wrong on the
 * way leaves no row.  Only in a repeatable read transaction, where a version
 * that another session stores meanwhile makes ours fail, is the number of the
 * version taken before the work: the failure then comes at once, and a
 * training of the same model that is under way is waited for.
 *
 * All memory of the run is in one context, "fairpg training", a child of the
 * caller's; what the arena hands out is counted against fairpg.train_mem.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/rows.h"
#include "pg/store.h"
#include "pg/train/call.h"
#include "pg/train/replay.h"
#include "pg/train/shared_rows.h"
#include "pg/train/spill.h"
#include "pg/train/team.h"

/* Tells that the training would have been faster with more memory. */
static void
warn_of_files(TrainCall *call)
{
	uint64 bytes = call->report.waited_bytes + call->report.store->n_bytes;

	if (bytes > 0)
		call->warnings =
			lappend(call->warnings,
		            psprintf("rows beyond fairpg.train_mem were in temporary "
		                     "files: " UINT64_FORMAT " kB were written",
		                     bytes / 1024));
	spill_end(call->report.store);
}

void
train_end_rows(TrainCall *call)
{
	call->memory_bytes = call->arena->peak_bytes;
	if (call->report.shared != NULL)
		call->memory_bytes =
			Max(call->memory_bytes, call->report.shared->arena.peak_bytes);
	warn_of_files(call);
}

/* Gives back what other processes see. */
static void
release_rows(TrainCall *call)
{
	call->arena->beside = NULL;
	if (call->report.shared != NULL && call->report.shared->area != NULL)
		shared_rows_detach(call->report.shared);
}

/* Nobody looks at the rows any more.  Processes that have shared the passes give
 * back their memory, while this one judges. */
static void
let_rows_go(TrainCall *call)
{
	if (call->team == NULL)
		return;
	/* a process that is late would miss what it is to attach to */
	if (team_is_complete(call->team))
		release_rows(call);
	team_dismiss(call->team);
}

void
train_certified(TrainCall *call)
{
	char *object = train_describe_source(call);
	instr_time start;
	bool has_held_out = call->data->part[DATA_HELD_OUT].n_rows > 0;

	INSTR_TIME_SET_CURRENT(start);
	host_monitor_phase(&call->monitor, "certifying");
	report_status(train_certify_rows(call, &call->train_part,
	                                 has_held_out ? &call->held_out : NULL),
	              call->arena, object);
	call->judged = has_held_out ? &call->held_out : &call->train_part;
	let_rows_go(call);
	train_judge(call);
	/* nothing can be stored before the workers have gone */
	if (call->team != NULL)
		train_draw_intervals(call);
	train_fit_end(call);
	call->expected_gap = train_expected_gap(call);
	report_status(model_encode(call->arena, call->compiled, &call->artifact,
	                           &call->artifact_bytes),
	              call->arena, object);
	call->certify_seconds = train_seconds_since(start);
	call->seconds = train_seconds_since(call->begun);
	train_end_rows(call);
}

void
train_begin(TrainCall *call, FunctionCallInfo fcinfo, const Replay *replay)
{
	INSTR_TIME_SET_CURRENT(call->begun);
	train_read_call(fcinfo, call);
	call->kept = replay_describe(fcinfo);
	call->replay = replay;
}

void
train_extract(TrainCall *call, StoreUse use, MemoryContext context)
{
	store_require(use);
	store_check_model_name(call->model);
	train_check_signs(call);
	if (use == STORE_TO_TRAIN && IsolationUsesXactSnapshot() && !call->is_job)
		call->version = store_next_version(call->model);
	call->arena = MemoryContextAlloc(context, sizeof(NumArena));
	host_arena_init(call->arena, context, setting_train_mem_bytes());
	train_load_start(call);
	host_monitor_begin(&call->monitor, call->model);
	call->extract.monitor = &call->monitor;
	call->extract.have_read = train_have_read;
	call->extract.host = call;
	host_monitor_phase(&call->monitor, "reading");
	call->data = extract_dataset(&call->extract, call->arena, &call->report);
	call->warnings = list_copy(call->report.warnings);
	if (call->replay != NULL)
		call->warnings = list_concat(call->warnings, call->replay->warnings);
}

void
train_release(TrainCall *call)
{
	release_rows(call);
	host_monitor_end(&call->monitor);
}

static Datum
result_row(FunctionCallInfo fcinfo, TrainCall *call)
{
	Judgement judgement = train_chosen(call);
	RowMaker row;

	row_begin(&row, fcinfo);
	row_put_text(&row, call->model);
	row_put(&row, Int32GetDatum(call->version));
	row_put_text(&row, call->family->name);
	row_put_text(&row, call->fairness);
	row_put_text(&row, call->method_name);
	row_put_text(&row, train_outcome_name(call->result.outcome));
	row_put(&row, Int32GetDatum(call->result.iterations));
	row_put(&row, Int64GetDatum((int64) call->train_part.rows));
	row_put(&row, Int64GetDatum((int64) call->held_out.rows));
	row_put(&row, Int64GetDatum((int64) call->report.rows_dropped));
	row_put_real(&row, call->judged->loss);
	row_put_real(&row, call->judged->accuracy);
	row_put_real(&row, call->judged->auc);
	row_put_real(&row, judgement.gap);
	row_put_real(&row, judgement.gap_low);
	row_put_real(&row, judgement.gap_high);
	row_put_text(&row, call->judgements.verdict);
	row_put_text(&row, judge_worst_group(&judgement));
	row_put_real(&row, call->seconds);
	row_put(&row, Int64GetDatum((int64) call->memory_bytes));
	row_put_texts(&row, call->warnings);
	row_put_count(&row, call->judgements.rows_needed);
	return row_end(&row);
}

Datum
train_run(FunctionCallInfo fcinfo, const char *what, const Replay *replay)
{
	MemoryContext context = AllocSetContextCreate(
		CurrentMemoryContext, "fairpg training", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	TrainCall *call = palloc0(sizeof(TrainCall));
	Datum result;

	train_begin(call, fcinfo, replay);
	PreventCommandIfReadOnly(what);
	train_extract(call, STORE_TO_TRAIN, context);
	train_fit(call);
	train_certified(call);
	train_store(call);
	train_release(call);

	MemoryContextSwitchTo(caller);
	result = result_row(fcinfo, call);
	MemoryContextDelete(context);
	return result;
}

/*
 * train(model, source, label, positive, protected, features, exclude, family,
 *       fairness, max_gap, min_ratio, max_loss, method, penalty, weight,
 *       split, seed, options, comment) returns fairpg.train_result
 *
 * Trains one model as the caller and stores it as a new version of 'model'.
 * Quality figures in the answer are of the held-out rows; without any they
 * are of the training rows, and a warning says so.
 */
FAIRPG_FUNCTION(fairpg_train);
Datum
fairpg_train(PG_FUNCTION_ARGS)
{
	return train_run(fcinfo, "fairpg.train()", NULL);
}
