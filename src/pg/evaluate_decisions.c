/*
 * evaluate_decisions.c
 *    fairpg.evaluate_decisions(): an audit of anybody's decisions, scores or
 *    predictions, stored as evaluations of models are.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "miscadmin.h"

#include "pg/args.h"
#include "pg/audit.h"
#include "pg/evaluation.h"
#include "pg/export.h"
#include "pg/host.h"

/* the first arguments are those of fairpg.audit() */
enum
{
	ARG_SOURCE = 0,
	ARG_NAME = 12,
	ARG_COMMENT
};

typedef struct DecisionsCall
{
	AuditCall audit;
	StoreEvaluation row;
	int64 evaluation;
	List *warnings;
} DecisionsCall;

static void
read_call(FunctionCallInfo fcinfo, DecisionsCall *call)
{
	AuditCall *audit = &call->audit;
	StoreEvaluation *row = &call->row;

	audit_read_call(fcinfo, audit);
	*row = (StoreEvaluation){
		.name = args_text_or_null(fcinfo, ARG_NAME),
		.source = args_text_required(fcinfo, ARG_SOURCE, "source"),
		.relation = audit->source.relation,
		.part = "external",
		.label = audit->label,
		.positive = audit->positive,
		.n_protected = audit->n_attributes,
		.decision = audit->decision,
		.score = audit->score,
		.prediction = audit->prediction,
		.threshold = audit->score != NULL ? audit->threshold : NAN,
		.weight = audit->weight,
		.comment = args_text_or_null(fcinfo, ARG_COMMENT),
		.row_security = audit->source.row_security
	};
	row->protected_names =
		palloc(sizeof(char *) * (Size) Max(audit->n_attributes, 1));
	for (int a = 0; a < audit->n_attributes; a++)
		row->protected_names[a] = pstrdup(audit->attributes[a].name);
}

/* Counts, measures and stores. */
static void
evaluate(DecisionsCall *call, NumMonitor *monitor)
{
	const AuditCall *audit = &call->audit;
	NumArena arena;
	FigureSettings settings = audit_settings(audit, &arena, monitor);
	FigureAttribute *attributes =
		palloc(sizeof(FigureAttribute) * (Size) (audit->n_attributes + 1));
	ConstraintList no_constraints = { .n = 0 };
	Judgements no_judgements = { .n = 0 };
	FigureGroup overall;
	int n_bases;
	AuditBase *bases = audit->of_numbers ? audit_count_numbers(audit, &n_bases)
	                                     : audit_count(audit, &n_bases);

	host_arena_init(&arena, CurrentMemoryContext, 0);
	audit_overall(&arena, bases, n_bases, &overall);
	evaluation_describe(&call->row, &settings, &overall);
	for (int b = 0; b < n_bases; b++)
		call->row.n_null_label += bases[b].n_unlabelled;
	for (int a = 0; a < audit->n_attributes; a++)
	{
		audit_groups(&arena, &audit->attributes[a], bases, n_bases,
		             &attributes[a]);
		figures_measure_scores(&settings, &overall, &attributes[a]);
	}
	call->warnings =
		evaluation_warnings(&call->row, attributes, audit->n_attributes);
	call->evaluation =
		evaluation_store(&call->row, &settings, attributes, audit->n_attributes,
	                     &no_constraints, &no_judgements);
}

static Datum
result_row(FunctionCallInfo fcinfo, const DecisionsCall *call)
{
	const StoreEvaluation *row = &call->row;
	RowMaker maker;

	row_begin(&maker, fcinfo);
	row_put(&maker, Int64GetDatum(call->evaluation));
	row_put_null(&maker); /* model */
	row_put_null(&maker); /* version */
	row_put(&maker, Int64GetDatum(row->n_rows));
	row_put(&maker, Int64GetDatum(row->n_null_label));
	row_put_null(&maker); /* n_null_value */
	row_put_null(&maker); /* n_unseen_level */
	row_put_null(&maker); /* n_out_of_range */
	row_put_real(&maker, row->loss);
	row_put_real(&maker, row->accuracy);
	row_put_real(&maker, row->auc);
	row_put_null(&maker); /* gap */
	row_put_null(&maker); /* gap_low */
	row_put_null(&maker); /* gap_high */
	row_put_null(&maker); /* verdict */
	row_put_null(&maker); /* worst_group */
	row_put_texts(&maker, call->warnings);
	row_put_null(&maker); /* rows_needed */
	return row_end(&maker);
}

/*
 * evaluate_decisions(source text, protected text[], label text, decision text,
 *                    score text, threshold float8, positive text, weight text,
 *                    level float8, seed bigint, options jsonb,
 *                    prediction text, name text, comment text)
 * returns fairpg.evaluation_result
 *
 * There is no bound to be judged by, so what is about one is NULL.
 */
FAIRPG_FUNCTION(fairpg_evaluate_decisions);

Datum
fairpg_evaluate_decisions(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	DecisionsCall call = { .audit = { .purpose = "evaluation" } };
	NumMonitor monitor;
	MemoryContext spi;
	Datum result;

	PreventCommandIfReadOnly("fairpg.evaluate_decisions()");
	store_require(STORE_TO_EVALUATE);
	SPI_connect();
	read_call(fcinfo, &call);
	host_monitor_begin(&monitor, "decisions");
	host_monitor_phase(&monitor, "evaluating");
	evaluate(&call, &monitor);
	host_monitor_end(&monitor);
	spi = MemoryContextSwitchTo(caller);
	result = result_row(fcinfo, &call);
	MemoryContextSwitchTo(spi);
	SPI_finish();
	return result;
}
