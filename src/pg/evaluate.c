/*
 * evaluate.c
 *    fairpg.evaluate(): a stored version measured on labelled rows, and the
 *    result stored.
 *
 * It is an audit of the scores that the version gives: the source is wrapped
 * in a query that adds examine() to each row, and one statement counts all of
 * it by the protected columns.  So the same holds as for audits: one scan, in
 * parallel where the planner can, as the caller, with sums whose order is no
 * matter.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "fair/metric.h"
#include "fair/ranking.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/evaluation.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/judge.h"
#include "pg/version.h"

/* Confidence of every interval that an evaluation reports. */
#define LEVEL 0.95

enum
{
	ARG_MODEL,
	ARG_SOURCE,
	ARG_VERSION,
	ARG_LABEL,
	ARG_POSITIVE,
	ARG_PROTECTED,
	ARG_WEIGHT,
	ARG_SEED,
	ARG_OPTIONS,
	ARG_NAME,
	ARG_COMMENT
};

/* sums over the rows, in the order of SUM_SQL */
enum
{
	SUM_NULL,
	SUM_UNSEEN,
	SUM_OUT_OF_RANGE,
	N_SUMS
};

typedef struct EvaluateCall
{
	char *model;
	char *source;
	VersionSpec spec;
	AuditCall audit;

	/* what came of it */
	StoreEvaluation row;
	int64 evaluation;
	ConstraintList constraints;
	Judgements judgements;
	List *warnings;
} EvaluateCall;

/*
 * Wraps the source so that every row carries what the model makes of it.
 * OFFSET 0 keeps the planner from moving the call to each place that uses its
 * result, where it would run again; it does not stand in the way of parallel
 * workers.
 */
static void
add_scores(EvaluateCall *call)
{
	static const char *const fields[N_SUMS] = { "n_null", "n_unseen",
		                                        "n_out_of_range" };
	AuditCall *audit = &call->audit;
	char *examined = source_free_name(&audit->source, "fairpg_examined");
	const char **sums = palloc(sizeof(char *) * N_SUMS);

	if (call->spec.n_classes > 0)
	{
		(void) source_column(&audit->source, audit->label, "label");
		audit->source.from = psprintf(
			"(SELECT src.*, fairpg.examine_class(%s, src.*, src.%s, %d) AS %s"
			" FROM %s OFFSET 0) AS src",
			quote_literal_cstr(call->model), quote_identifier(audit->label),
			call->spec.version, examined, audit->source.from);
		audit->label_sql = psprintf("(src.%s).label_number", examined);
		audit->score_sql = psprintf("(src.%s).label_probability", examined);
		audit->decision_sql = psprintf("(src.%s).class_number", examined);
	}
	else
	{
		audit->source.from = psprintf(
			"(SELECT src.*, fairpg.examine(%s, src.*, %d) AS %s FROM %s"
			" OFFSET 0) AS src",
			quote_literal_cstr(call->model), call->spec.version, examined,
			audit->source.from);
		audit->score_sql = psprintf("(src.%s).prediction", examined);
		audit->decision_sql = psprintf("(src.%s).decision", examined);
	}
	for (int i = 0; i < N_SUMS; i++)
		sums[i] = psprintf("(src.%s).%s", examined, fields[i]);
	audit->sums_sql = sums;
	audit->n_sums = N_SUMS;
}

static void
read_options(FunctionCallInfo fcinfo, EvaluateCall *call)
{
	AuditCall *audit = &call->audit;
	const ArgsOption known[] = {
		{ "replicates", ARGS_INT, &audit->replicates, 100, 1000000 },
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX },
		{ NULL }
	};

	audit->level = LEVEL;
	audit->seed = PG_ARGISNULL(ARG_SEED) ? 0 : PG_GETARG_INT64(ARG_SEED);
	audit->replicates = FAIR_REPLICATES;
	audit->min_group = call->spec.min_group != NULL
	                       ? pg_strtoint32(call->spec.min_group)
	                       : setting_int("fairpg.min_group");
	args_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             known);
}

static void
read_call(FunctionCallInfo fcinfo, EvaluateCall *call)
{
	AuditCall *audit = &call->audit;
	VersionSpec *spec = &call->spec;

	call->model = args_text_required(fcinfo, ARG_MODEL, "model");
	call->source = args_text_required(fcinfo, ARG_SOURCE, "source");
	version_read(call->model, version_arg(fcinfo, ARG_VERSION, call->model),
	             spec);
	audit->purpose = "evaluation";
	audit->of_numbers = spec->of_numbers;
	audit->label = version_text_arg(fcinfo, ARG_LABEL, spec->label);
	audit->n_classes = spec->n_classes;
	if ((spec->of_numbers || spec->n_classes > 0) &&
	    !PG_ARGISNULL(ARG_POSITIVE))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("model \"%s\" version %d does not take argument "
		                "\"positive\"",
		                call->model, spec->version),
		         spec->of_numbers
		             ? errdetail("Its labels are numbers, none of which is the "
		                         "positive one.")
		             : errdetail("Each class of its labels is judged against "
		                         "all others.")));
	/* another label has another positive value */
	audit->positive = version_text_arg(
		fcinfo, ARG_POSITIVE, PG_ARGISNULL(ARG_LABEL) ? spec->positive : NULL);
	audit->weight = version_text_arg(fcinfo, ARG_WEIGHT, spec->weight);
	read_options(fcinfo, call);
	source_open(call->source, &audit->source);
	if (!PG_ARGISNULL(ARG_PROTECTED))
		spec->protected_names =
			args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED), "protected",
		                    &spec->n_protected);
	audit_resolve(audit, spec->protected_names, spec->n_protected);
	add_scores(call);
	call->row =
		(StoreEvaluation){ .model = call->model,
		                   .version = spec->version,
		                   .name = args_text_or_null(fcinfo, ARG_NAME),
		                   .source = call->source,
		                   .relation = audit->source.relation,
		                   .part = "external",
		                   .label = audit->label,
		                   .positive = audit->positive,
		                   .protected_names = spec->protected_names,
		                   .n_protected = spec->n_protected,
		                   .threshold = spec->threshold,
		                   .weight = audit->weight,
		                   .comment = args_text_or_null(fcinfo, ARG_COMMENT),
		                   .row_security = audit->source.row_security };
}

/* The quality of all rows together, where classes are predicted. */
static void
describe_classes(StoreEvaluation *row, FigureGroup *overall)
{
	FairMetricValue accuracy;
	double low;
	double high;

	fair_metric_value(fair_metric_find("accuracy"), &overall->cells, LEVEL,
	                  &accuracy);
	row->n_rows = (int64) accuracy.rows;
	row->accuracy = accuracy.value;
	row->auc = NAN;
	row->loss = NAN;
	if (overall->scores == NULL)
		return;
	fair_loss_of_scores(overall->scores, &overall->loss);
	fair_loss_interval(&overall->loss, LEVEL, &row->loss, &low, &high);
}

/* The figures of all rows together, which stand in the evaluation itself. */
static void
describe_overall(EvaluateCall *call, const FigureSettings *settings,
                 const AuditBase *bases, int n_bases, FigureGroup *overall)
{
	StoreEvaluation *row = &call->row;
	int64 sums[N_SUMS] = { 0 };

	for (int b = 0; b < n_bases; b++)
		for (int i = 0; i < N_SUMS; i++)
			sums[i] += bases[b].sums[i];
	row->n_null_value = sums[SUM_NULL];
	row->n_unseen_level = sums[SUM_UNSEEN];
	row->n_out_of_range = sums[SUM_OUT_OF_RANGE];
	if (call->spec.n_classes > 0)
		describe_classes(row, overall);
	else
		evaluation_describe(row, settings, overall);
	for (int b = 0; b < n_bases; b++)
		row->n_null_label += bases[b].n_unlabelled;
	if (row->n_rows == 0 && row->n_null_label == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("all weights of source %s are zero",
		                       call->audit.source.name)));
	if (row->n_rows == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		         errmsg("label column \"%s\" is null in all rows",
		                call->audit.label),
		         call->spec.of_numbers || call->spec.n_classes > 0
		             ? 0
		             : errhint("fairpg.audit() measures decisions and scores "
		                       "that have no labels yet.")));
}

/* The scores tell what constraints on losses want to know. */
static void
add_losses(FigureAttribute *attributes, int n_attributes)
{
	for (int a = 0; a < n_attributes; a++)
		for (int g = 0; g < attributes[a].n_groups; g++)
			if (attributes[a].groups[g].scores != NULL)
				fair_loss_of_scores(attributes[a].groups[g].scores,
				                    &attributes[a].groups[g].loss);
}

static void
judge(EvaluateCall *call, const FigureSettings *settings,
      FigureAttribute *attributes)
{
	ConstraintList *list = &call->constraints;

	list->attributes = call->spec.protected_names;
	list->n_attributes = call->audit.n_attributes;
	constraints_read(list, &call->spec.constraints->root, true);
	if (!call->spec.of_numbers)
		add_losses(attributes, call->audit.n_attributes);
	judge_constraints(settings, list, attributes, &call->judgements);
	call->warnings = call->judgements.warnings;
	call->warnings = list_concat(
		call->warnings,
		evaluation_warnings(&call->row, attributes, call->audit.n_attributes));
}

/* A model that decides alike for everybody is fair by every measure. */
static void
note_constant(EvaluateCall *call, const FairCells *cells)
{
	uint64 decided[2];

	for (int d = 0; d < 2; d++)
		decided[d] =
			cells->rows[0][d] + cells->rows[1][d] + cells->unlabelled_rows[d];
	if (decided[0] > 0 && decided[1] > 0)
		return;
	call->warnings = lappend(
		call->warnings, psprintf("the model decides %s for every row",
	                             decided[0] > 0 ? "negative" : "positive"));
}

/* The same of classes. */
static void
note_one_class(EvaluateCall *call, const FigureGroup *overall)
{
	int n_decided = 0;

	for (int k = 0; k < call->spec.n_classes; k++)
		n_decided +=
			overall->classes[k].rows[0][1] + overall->classes[k].rows[1][1] > 0;
	if (n_decided == 1)
		call->warnings = lappend(
			call->warnings,
			pstrdup("the model decides for the same class in every row"));
}

/* Counts the source; '*n_unknown' are the rows whose label is no class that
 * the model knows. */
static AuditBase *
count(const EvaluateCall *call, int *n_bases, int64 *n_unknown)
{
	*n_unknown = 0;
	if (call->spec.of_numbers)
		return audit_count_numbers(&call->audit, n_bases);
	if (call->spec.n_classes > 0)
		return audit_count_classes(&call->audit, n_bases, n_unknown);
	return audit_count(&call->audit, n_bases);
}

/* Counts, measures and stores. */
static void
evaluate(EvaluateCall *call, NumMonitor *monitor)
{
	NumArena arena;
	FigureSettings settings = audit_settings(&call->audit, &arena, monitor);
	FigureAttribute *attributes =
		palloc(sizeof(FigureAttribute) * (Size) (call->audit.n_attributes + 1));
	FigureGroup overall;
	int64 n_unknown;
	int n_bases;
	AuditBase *bases = count(call, &n_bases, &n_unknown);

	settings.n_classes = call->spec.n_classes;
	settings.class_names = (const char **) call->spec.classes;
	host_arena_init(&arena, CurrentMemoryContext, 0);
	audit_overall(&arena, bases, n_bases, &overall);
	describe_overall(call, &settings, bases, n_bases, &overall);
	for (int a = 0; a < call->audit.n_attributes; a++)
	{
		audit_groups(&arena, &call->audit.attributes[a], bases, n_bases,
		             &attributes[a]);
		/* probabilities of classes are not of one label */
		if (call->spec.n_classes == 0)
			figures_measure_scores(&settings, &overall, &attributes[a]);
	}
	host_monitor_phase(monitor, "judging");
	figures_remember(&settings);
	judge(call, &settings, attributes);
	if (call->spec.n_classes > 0)
		note_one_class(call, &overall);
	else
		note_constant(call, &overall.cells);
	if (n_unknown > 0)
		call->warnings =
			lappend(call->warnings,
		            psprintf(INT64_FORMAT " rows have a label that is no class "
		                                  "of the model: they count as decided "
		                                  "wrong, and have no loss",
		                     n_unknown));
	call->warnings = list_concat(call->warnings, call->judgements.needs);
	call->evaluation = evaluation_store(&call->row, &settings, attributes,
	                                    call->audit.n_attributes,
	                                    &call->constraints, &call->judgements);
}

static Datum
result_row(FunctionCallInfo fcinfo, const EvaluateCall *call)
{
	const StoreEvaluation *row = &call->row;
	Judgement judgement = { .gap = NAN, .gap_low = NAN, .gap_high = NAN };
	RowMaker maker;

	if (call->judgements.chosen >= 0)
		judgement = call->judgements.items[call->judgements.chosen];

	row_begin(&maker, fcinfo);
	row_put(&maker, Int64GetDatum(call->evaluation));
	row_put_text(&maker, row->model);
	row_put(&maker, Int32GetDatum(row->version));
	row_put(&maker, Int64GetDatum(row->n_rows));
	row_put(&maker, Int64GetDatum(row->n_null_label));
	row_put(&maker, Int64GetDatum(row->n_null_value));
	row_put(&maker, Int64GetDatum(row->n_unseen_level));
	row_put(&maker, Int64GetDatum(row->n_out_of_range));
	row_put_real(&maker, row->loss);
	row_put_real(&maker, row->accuracy);
	row_put_real(&maker, row->auc);
	row_put_real(&maker, judgement.gap);
	row_put_real(&maker, judgement.gap_low);
	row_put_real(&maker, judgement.gap_high);
	row_put_text(&maker, call->judgements.verdict);
	row_put_text(&maker, judge_worst_group(&judgement));
	row_put_texts(&maker, call->warnings);
	row_put_count(&maker, call->judgements.rows_needed);
	return row_end(&maker);
}

/*
 * evaluate(model text, source text, version integer, label text,
 *          positive text, protected text[], weight text, seed bigint,
 *          options jsonb, name text, comment text)
 * returns fairpg.evaluation_result
 *
 * What is not given is as it was in the training of the version.
 */
FAIRPG_FUNCTION(fairpg_evaluate);

Datum
fairpg_evaluate(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	EvaluateCall call = { 0 };
	NumMonitor monitor;
	MemoryContext spi;
	Datum result;

	PreventCommandIfReadOnly("fairpg.evaluate()");
	store_require(STORE_TO_EVALUATE);
	SPI_connect();
	read_call(fcinfo, &call);
	host_monitor_begin(&monitor, call.model);
	host_monitor_phase(&monitor, "evaluating");
	evaluate(&call, &monitor);
	host_monitor_end(&monitor);
	spi = MemoryContextSwitchTo(caller);
	result = result_row(fcinfo, &call);
	MemoryContextSwitchTo(spi);
	SPI_finish();
	return result;
}
