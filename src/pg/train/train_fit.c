/*
 * train_fit.c
 *    From a dataset to a model: what is checked first, who makes the passes,
 *    and the fit itself.
 */
#include "postgres.h"

#include <math.h>

#include "data/builder.h"
#include "num/blas.h"
#include "pg/args.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/train/call.h"
#include "pg/train/shared_rows.h"
#include "pg/train/spill.h"
#include "pg/train/team.h"
#include "train/frontier.h"
#include "train/rates.h"

/* Factorisations of fewer parameters than this are not worth loading BLAS
 * for: they take less than some milliseconds. */
#define BLAS_FROM_PARAMS 400

#define DEFAULT_TEMPERATURE 1.0

/* Rows that make a worker process worth while: a pass over them takes as long
 * as calling it some ten times. */
#define WORKER_ROWS 50000

/* Classes that a warning names. */
#define NAMED_CLASSES 5

/* What the curves of thresholds take of a row. */
#define CURVE_ROW_BYTES 64

/* What a certificate takes of a row. */
#define JUDGE_ROW_BYTES 16

double
train_seconds_since(instr_time start)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, start);
	return INSTR_TIME_GET_DOUBLE(now);
}

char *
train_describe_source(const TrainCall *call)
{
	return psprintf("source %s", call->report.source_name);
}

static const FairCriterion *
criterion_of(const TrainCall *call, const TrainRate *rate)
{
	return call->constraints.items[rate->constraint].criterion;
}

/* Whether rates of the criterion are taken over other rows for each class of
 * the label. */
static bool
needs_class(const TrainCall *call, const FairCriterion *criterion)
{
	return call->data->label == DATA_LABEL_CLASS &&
	       fair_criterion_needs_label(criterion);
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
	     needs_class(call, criterion)
	         ? errmsg("group \"%s\" of protected attribute \"%s\" has no %s "
	                  "of class \"%s\"",
	                  attribute->group_names[rate->group], attribute->name,
	                  criterion->event_name[rate->event],
	                  train_class_names(call)[rate->class])
	         : errmsg("group \"%s\" of protected attribute \"%s\" has no %s",
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

/* Whether a group is large enough to be missed in a constraint: by its training
 * rows of either label or, where it has none, by those held out. */
static bool
is_large(const TrainCall *call, const TrainRate *rate)
{
	const Dataset *data = call->data;
	const uint32 *group_of = data->attributes[rate->attribute].group_of_base;
	uint64 rows[DATA_PARTS] = { 0 };

	for (uint32 b = 0; b < data->n_base_groups; b++)
		for (int part = 0; part < DATA_PARTS; part++)
			if (group_of[b] == rate->group)
				rows[part] += data->part[part].cell_rows[2 * b] +
				              data->part[part].cell_rows[2 * b + 1];
	return (rows[DATA_TRAIN] > 0 ? rows[DATA_TRAIN] : rows[DATA_HELD_OUT]) >=
	       (uint64) call->min_group;
}

/* Several constraints may look at the same event. */
static void
warn_once(TrainCall *call, char *warning)
{
	ListCell *cell;

	foreach (cell, call->warnings)
		if (strcmp(lfirst(cell), warning) == 0)
			return;
	call->warnings = lappend(call->warnings, warning);
}

/* The classes of the label on which a group is not constrained, if 'rate' is the
 * first of them; NULL: another one was.  Rates are listed class by class. */
static char *
unconstrained_classes(const TrainCall *call, const TrainRate *rate)
{
	uint32 n_groups = call->data->attributes[rate->attribute].n_groups;
	const char **names = train_class_names(call);
	const TrainRate *of_class = rate - (size_t) rate->class * n_groups;
	StringInfoData list;
	int n = 0;

	initStringInfo(&list);
	for (uint32 k = 0; k < call->data->n_classes; k++, of_class += n_groups)
	{
		if (of_class->constrained)
			continue;
		if (k < rate->class)
			return NULL;
		if (n++ < NAMED_CLASSES)
			appendStringInfo(&list, "%s\"%s\"", n > 1 ? ", " : "", names[k]);
	}
	if (n > NAMED_CLASSES)
		appendStringInfo(&list, " and %d more", n - NAMED_CLASSES);
	return n == 1 ? psprintf("class %s", list.data)
	              : psprintf("%d classes (%s)", n, list.data);
}

static void
warn_of_unconstrained_classes(TrainCall *call, const TrainRate *rate)
{
	const DataAttribute *attribute = &call->data->attributes[rate->attribute];
	char *classes = unconstrained_classes(call, rate);

	if (classes == NULL)
		return;
	warn_once(call,
	          psprintf("group \"%s\" of \"%s\" is not constrained on %s of %s: "
	                   "fewer training rows than min_group, %d",
	                   attribute->group_names[rate->group], attribute->name,
	                   criterion_of(call, rate)->event_name[rate->event],
	                   classes, call->min_group));
}

static void
warn_of_unconstrained(TrainCall *call, const TrainRate *rate)
{
	const DataAttribute *attribute = &call->data->attributes[rate->attribute];
	char *warning =
		psprintf("group \"%s\" of \"%s\" is not constrained on "
	             "%s: " UINT64_FORMAT " training %s, min_group is %d",
	             attribute->group_names[rate->group], attribute->name,
	             criterion_of(call, rate)->event_name[rate->event], rate->rows,
	             rate->rows == 1 ? "row" : "rows", call->min_group);

	warn_once(call, warning);
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

/* Looks at the groups before the search starts: undefined rates of groups that
 * would else be constrained are refused or, like small groups, listed. */
static void
check_groups(TrainCall *call, const TrainSettings *settings)
{
	Rates *rates;

	if (call->constraints.n == 0 || call->method->judged_only)
		return;
	report_status(rates_create(call->arena, call->data, settings, &rates),
	              call->arena, train_describe_source(call));
	for (uint32 k = 0; k < rates->n_rates; k++)
	{
		const TrainRate *rate = &rates->rates[k];

		if (!rate->defined && strcmp(call->undefined, "error") == 0 &&
		    is_large(call, rate))
			refuse_undefined(call, rate);
		if (rate->constrained)
			continue;
		if (needs_class(call, criterion_of(call, rate)))
			warn_of_unconstrained_classes(call, rate);
		else
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

/* What is left without a fold must have groups to constrain. */
static void
check_groups_without(const TrainCall *call, const TrainSettings *settings,
                     uint32 fold)
{
	const Dataset *data = call->data;
	TrainSettings without = *settings;
	double *factor = palloc(sizeof(double) * 2 * (Size) data->n_base_groups);
	ArenaNest nest;
	Rates *rates;
	NumStatus status;
	bool found;

	train_leave_out(data, fold, factor);
	without.cell_factor = factor;
	arena_nest_begin(&nest, call->arena);
	status = rates_create(&nest.arena, data, &without, &rates);
	found = status == NUM_OK && rates->n_active > 0;
	arena_nest_end(&nest);
	report_status(status, call->arena, train_describe_source(call));
	if (!found)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("too many folds for the training rows"),
		         errdetail("Without fold %u of %u no protected attribute has "
		                   "groups to constrain.",
		                   fold + 1, data->n_folds),
		         errhint("Merge small groups with others, or use no folds.")));
	pfree(factor);
}

/* Every fold needs both labels where there are two, or a row at all, and so does
 * what is left without it. */
static void
check_folds(const TrainCall *call, const TrainSettings *settings)
{
	const Dataset *data = call->data;
	const uint64_t *cell_rows = data->part[DATA_TRAIN].cell_rows;
	uint64 rows[DATA_MOST_FOLDS][2] = { 0 };
	int n_labels = data->label == DATA_LABEL_BINARY ? 2 : 1;

	for (uint32 c = 0; c < 2 * data->n_base_groups && data->n_folds > 0; c++)
		rows[data->fold_of_base[c / 2]][c & 1] += cell_rows[c];
	for (uint32 f = 0; f < data->n_folds; f++)
	{
		for (int y = 0; y < n_labels; y++)
			if (rows[f][y] == 0)
				ereport(ERROR,
				        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				         errmsg("too many folds for the training rows"),
				         n_labels == 1
				             ? errdetail("Fold %u of %u has no row.", f + 1,
				                         data->n_folds)
				             : errdetail("Fold %u of %u has no row with a %s "
				                         "label.",
				                         f + 1, data->n_folds,
				                         y == 1 ? "positive" : "negative"),
				         errhint("Use fewer folds.")));
		check_groups_without(call, settings, f);
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
	size_t limit = call->arena->limit_bytes;
	size_t wanted = limit / 4;

	if (call->method != NULL && call->method->decides_by_group)
		wanted += CURVE_ROW_BYTES * call->data->part[DATA_TRAIN].n_rows;
	if (call->cross_fit > 0 || call->tighten > 0)
		wanted += JUDGE_ROW_BYTES * call->data->part[DATA_TRAIN].n_rows;
	return call->report.store->n_bytes == 0 &&
	       (limit == 0 || arena_used(call->arena) + wanted < limit);
}

/* Rows stay where they are, or need not any more. */
static void
keep_rows(TrainCall *call, bool stay)
{
	NumArena *rows = &call->report.shared->arena;

	call->arena->reclaim = stay ? NULL : rows->reclaim;
}

/* How many workers a fit of so many rows is worth. */
static int
workers_wanted(const TrainCall *call, uint64 rows)
{
	if (call->report.shared == NULL || call->is_job ||
	    !call->family->many_passes)
		return 0;
	return (int) Min((uint64) setting_workers(), rows / WORKER_ROWS);
}

FinishTeam *
train_have_read(void *host, const ExtractReport *report)
{
	TrainCall *call = host;
	int wanted = workers_wanted(call, report->rows_train);

	if (wanted == 0)
		return NULL;
	call->team = team_launch(report->shared, wanted);
	/* those that read may still be in the way */
	if (call->team != NULL && team_size(call->team) < wanted)
		train_fit_end(call);
	return call->team == NULL ? NULL : team_of_finishing(call->team);
}

/* Processes to share the passes with; none where it is not worth while or none
 * is to be had. */
static void
gather_team(TrainCall *call)
{
	int wanted = workers_wanted(call, call->data->part[DATA_TRAIN].n_rows);

	if (wanted == 0 || !rows_may_stay(call))
	{
		train_fit_end(call);
		return;
	}
	if (call->team == NULL)
		call->team = team_launch(call->report.shared, wanted);
	if (call->team == NULL)
	{
		call->warnings =
			lappend(call->warnings,
		            pstrdup("no parallel worker was free: one process made "
		                    "all passes"));
		return;
	}
	keep_rows(call, true);
	team_begin(call->team, call->data, !call->uses_blas);
}

void
train_fit_begin(TrainCall *call, TrainSettings *settings)
{
	*settings = (TrainSettings){ .constraints = call->constraints.items,
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
	check_groups(call, settings);
	check_folds(call, settings);
	train_check_memory(call);
	choose_kernels(call);
	settings->own_kernels = !call->uses_blas;
	host_monitor_phase(&call->monitor, "fitting");
	gather_team(call);
	settings->team = call->team == NULL ? NULL : team_of_passes(call->team);
}

void
train_fit_end(TrainCall *call)
{
	if (call->team == NULL)
		return;
	team_end(call->team);
	call->team = NULL;
	keep_rows(call, false);
}

NumStatus
train_certify_rows(TrainCall *call, Certificate *train, Certificate *held_out)
{
	return train_certify_together(
		call->arena, call->data, call->compiled,
		call->team == NULL ? NULL : team_of_certificates(call->team),
		&call->monitor, (CertificatePair){ train, held_out });
}

void
train_fit(TrainCall *call)
{
	char *object = train_describe_source(call);
	TrainSettings settings;
	instr_time start;

	INSTR_TIME_SET_CURRENT(start);
	train_fit_begin(call, &settings);
	if (call->tighten > 0 || call->cross_fit > 0)
		train_tighten(call, &settings);
	else
		report_status(train_family_fit(call->family, call->method)(
						  call->arena, call->data, &settings, &call->monitor,
						  &call->result),
		              call->arena, object);
	train_warn_of_cells(call);
	train_compile(call);
	if (call->result.group_thresholds != NULL)
		train_set_groups(call);
	if (call->result.n_members > 1)
		train_set_members(call);
	call->fit_seconds = train_seconds_since(start);
}

void
train_compile(TrainCall *call)
{
	if (call->data->label == DATA_LABEL_CLASS)
	{
		report_status(model_from_classes(call->arena, call->data,
		                                 call->result.class_coef,
		                                 &call->compiled),
		              call->arena, train_describe_source(call));
		return;
	}
	report_status(model_from_coefficients(call->arena, call->data,
	                                      call->family->model, call->threshold,
	                                      call->result.coef, &call->compiled),
	              call->arena, train_describe_source(call));
}
