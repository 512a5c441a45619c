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

#include "num/blas.h"
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
#include "train/rates.h"

/* Factorisations of fewer parameters than this are not worth loading BLAS
 * for: they take less than some milliseconds. */
#define BLAS_FROM_PARAMS 400

#define DEFAULT_TEMPERATURE 1.0

/* Rows that make a worker process worth while: a pass over them takes as long
 * as calling it some ten times. */
#define WORKER_ROWS 50000

/* What the curves of thresholds take of a row. */
#define CURVE_ROW_BYTES 64

static double
seconds_since(instr_time start)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, start);
	return INSTR_TIME_GET_DOUBLE(now);
}

static char *
describe_source(const TrainCall *call)
{
	return psprintf("source %s", call->report.source_name);
}

static const FairCriterion *
criterion_of(const TrainCall *call, const TrainRate *rate)
{
	return call->constraints.items[rate->constraint].criterion;
}

/* A criterion asks for a rate that a group does not have. */
static void
refuse_undefined(const TrainCall *call, const TrainRate *rate)
{
	const DataAttribute *attribute = &call->data->attributes[rate->attribute];
	const FairCriterion *criterion = criterion_of(call, rate);

	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	     errmsg("group \"%s\" of protected attribute \"%s\" has no %s",
	            attribute->group_names[rate->group], attribute->name,
	            criterion->event_name[rate->event]),
	     fair_criterion_needs_label(criterion)
	         ? errdetail("None of its training rows has the label that "
	                     "criterion \"%s\" looks at.",
	                     criterion->name)
	         : errdetail("All of its rows are held out."),
	     errhint("Leave such groups out of the constraint with options "
	             "=> '{\"undefined\": \"skip\"}', merge them with "
	             "others, or choose %s.",
	             fair_criterion_needs_label(criterion) ? "demographic_parity"
	                                                   : "another split")));
}

static void
warn_of_unconstrained(TrainCall *call, const TrainRate *rate)
{
	const DataAttribute *attribute = &call->data->attributes[rate->attribute];
	char *warning =
		psprintf("group \"%s\" of \"%s\" is not constrained on "
	             "%s: " UINT64_FORMAT " training rows, min_group is %d",
	             attribute->group_names[rate->group], attribute->name,
	             criterion_of(call, rate)->event_name[rate->event], rate->rows,
	             call->min_group);
	ListCell *cell;

	/* several constraints may look at the same event */
	foreach (cell, call->warnings)
		if (strcmp(lfirst(cell), warning) == 0)
			return;
	call->warnings = lappend(call->warnings, warning);
}

/* A constraint without a single band would be kept by any model. */
static void
refuse_unconstrained(const TrainCall *call, int number)
{
	bool of_loss = call->constraints.items[number].criterion->of_loss;

	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("no protected attribute has %s large enough to constrain",
	                of_loss ? "a group that is" : "two groups that are"),
	         call->constraints.n > 1
	             ? errdetail("The constraint is %s.",
	                         constraints_describe(&call->constraints, number))
	             : 0,
	         errhint("Lower option min_group (now %d) or merge groups.",
	                 call->min_group)));
}

/* Looks at the groups before the search starts: undefined rates are refused
 * or, like small groups, listed. */
static void
check_groups(TrainCall *call, const TrainSettings *settings)
{
	Rates *rates;

	if (call->constraints.n == 0 || call->method->judged_only)
		return;
	report_status(rates_create(&call->arena, call->data, settings, &rates),
	              &call->arena, describe_source(call));
	for (uint32 k = 0; k < rates->n_rates; k++)
	{
		const TrainRate *rate = &rates->rates[k];

		if (!rate->defined && strcmp(call->undefined, "error") == 0)
			refuse_undefined(call, rate);
		if (!rate->constrained)
			warn_of_unconstrained(call, rate);
	}
	for (int c = 0; c < call->constraints.n; c++)
	{
		bool found = false;

		for (uint32 b = 0; b < rates->n_bands && !found; b++)
			found = rates_band_constraint(rates, &rates->bands[b]) ==
			        &call->constraints.items[c];
		if (!found)
			refuse_unconstrained(call, c);
	}
}

static void
choose_kernels(TrainCall *call)
{
	const char *reason;
	const char *path = setting_string("fairpg.blas_library");

	call->uses_blas = false;
	if (call->deterministic || call->data->n_params < BLAS_FROM_PARAMS)
		return;
	call->uses_blas = blas_load(path != NULL && path[0] != '\0' ? path : NULL,
	                            &reason) == NUM_OK;
}

/* Whether all rows are in memory, and may stay there while several processes
 * look at them: whether the fit finds room beside them. */
static bool
rows_may_stay(const TrainCall *call)
{
	size_t limit = call->arena.limit_bytes;
	size_t wanted = limit / 4;

	if (call->method != NULL && call->method->decides_by_group)
		wanted += CURVE_ROW_BYTES * call->data->part[DATA_TRAIN].n_rows;
	return call->report.store->n_bytes == 0 &&
	       (limit == 0 || arena_used(&call->arena) + wanted < limit);
}

/* Rows stay where they are, or need not any more. */
static void
keep_rows(TrainCall *call, bool stay)
{
	NumArena *rows = &call->report.shared->arena;

	call->arena.reclaim = stay ? NULL : rows->reclaim;
}

/* Processes to share the passes with; NULL where it is not worth while or none
 * is to be had. */
static Team *
gather_team(TrainCall *call)
{
	uint64 rows = call->data->part[DATA_TRAIN].n_rows;
	int workers = call->is_job ? 0 : setting_workers();
	int wanted = (int) Min((uint64) workers, rows / WORKER_ROWS);
	Team *team;

	if (call->report.shared == NULL || wanted == 0 ||
	    !call->family->many_passes || !rows_may_stay(call))
		return NULL;
	keep_rows(call, true);
	team =
		team_begin(call->data, call->report.shared, wanted, !call->uses_blas);
	if (team == NULL)
	{
		keep_rows(call, false);
		call->warnings =
			lappend(call->warnings,
		            pstrdup("no parallel worker was free: one process made "
		                    "all passes"));
	}
	return team;
}

void
train_fit(TrainCall *call)
{
	TrainSettings settings = { .constraints = call->constraints.items,
		                       .n_constraints = call->constraints.n,
		                       .penalty = call->penalty,
		                       .l2 = call->l2,
		                       .l1 = call->l1,
		                       .signs = train_find_signs(call),
		                       .temperature = isnan(call->temperature)
		                                          ? DEFAULT_TEMPERATURE
		                                          : call->temperature,
		                       .tries_sharper = isnan(call->temperature),
		                       .threshold = call->threshold,
		                       .max_iterations = call->iterations,
		                       .min_group = (uint64_t) call->min_group,
		                       .solver = call->solver,
		                       .early_stop = call->early_stop,
		                       .start = train_find_start(call) };
	char *object = describe_source(call);
	Team *team;
	instr_time start;
	NumStatus status;

	INSTR_TIME_SET_CURRENT(start);
	check_groups(call, &settings);
	train_check_memory(call);
	choose_kernels(call);
	settings.own_kernels = !call->uses_blas;
	host_monitor_phase(&call->monitor, "fitting");
	team = gather_team(call);
	settings.team = team == NULL ? NULL : team_of_passes(team);
	status = train_family_fit(call->family, call->method)(
		&call->arena, call->data, &settings, &call->monitor, &call->result);
	report_status(status, &call->arena, object);
	if (team != NULL)
	{
		team_end(team);
		keep_rows(call, false);
	}
	train_warn_of_cells(call);
	report_status(model_from_coefficients(&call->arena, call->data,
	                                      call->family->model, call->threshold,
	                                      call->result.coef, &call->compiled),
	              &call->arena, object);
	if (call->result.group_thresholds != NULL)
		train_set_groups(call);
	if (call->result.n_members > 1)
		train_set_members(call);
	call->fit_seconds = seconds_since(start);
}

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
train_certified(TrainCall *call)
{
	char *object = describe_source(call);
	instr_time start;

	INSTR_TIME_SET_CURRENT(start);
	host_monitor_phase(&call->monitor, "certifying");
	report_status(train_certify(&call->arena, call->data, call->compiled,
	                            DATA_TRAIN, &call->monitor, &call->train_part),
	              &call->arena, object);
	call->judged = &call->train_part;
	if (call->data->part[DATA_HELD_OUT].n_rows > 0)
	{
		report_status(train_certify(&call->arena, call->data, call->compiled,
		                            DATA_HELD_OUT, &call->monitor,
		                            &call->held_out),
		              &call->arena, object);
		call->judged = &call->held_out;
	}
	train_judge(call);
	call->expected_gap = train_expected_gap(call);
	report_status(model_encode(&call->arena, call->compiled, &call->artifact,
	                           &call->artifact_bytes),
	              &call->arena, object);
	call->certify_seconds = seconds_since(start);
	call->seconds = seconds_since(call->begun);
	train_count_memory(call);
	warn_of_files(call);
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
train_extract(TrainCall *call, MemoryContext context)
{
	store_require(STORE_TO_TRAIN);
	store_check_model_name(call->model);
	train_check_signs(call);
	if (IsolationUsesXactSnapshot() && !call->is_job)
		call->version = store_next_version(call->model);
	host_arena_init(&call->arena, context, setting_train_mem_bytes());
	train_load_start(call);
	host_monitor_begin(&call->monitor, call->model);
	call->extract.monitor = &call->monitor;
	host_monitor_phase(&call->monitor, "reading");
	call->data = extract_dataset(&call->extract, &call->arena, &call->report);
	call->warnings = list_copy(call->report.warnings);
	if (call->replay != NULL)
		call->warnings = list_concat(call->warnings, call->replay->warnings);
}

void
train_count_memory(TrainCall *call)
{
	call->memory_bytes = call->arena.peak_bytes;
	if (call->report.shared != NULL)
		call->memory_bytes =
			Max(call->memory_bytes, call->report.shared->arena.peak_bytes);
}

void
train_release(TrainCall *call)
{
	call->arena.beside = NULL;
	if (call->report.shared != NULL)
		shared_rows_detach(call->report.shared);
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
	train_extract(call, context);
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
