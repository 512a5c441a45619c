/*
 * train_tighten.c
 *    Options "tighten" and "cross_fit": a search for tighter bounds, so that
 *    those of the caller hold on rows not seen.
 *
 * First the bounds are searched for as they are.  That model tells how precisely
 * the rows that judge it know its rates, and, with folds, by how much it flatters
 * itself (train/margin.h).  The bounds less that are searched for anew, so the
 * model is the very one that a call with those bounds would give.  Verdicts
 * and reports keep the caller's bounds.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "pg/host.h"
#include "pg/report.h"
#include "pg/train/call.h"
#include "train/cross_fit.h"

/* "tighten": true */
#define DEFAULT_TIGHTEN 1.0
#define MOST_TIGHTEN 6.0

/* Fewer training rows than this of a group's event tell little of what a model
 * flatters itself by: the standard error of a rate is two percent then. */
#define CROSS_FIT_ROWS 500

void
train_read_tighten(const JsonbValue *tighten, TrainCall *call)
{
	call->tighten = 0;
	if (tighten == NULL)
		return;
	if (tighten->type == jbvBool)
	{
		call->tighten = tighten->val.boolean ? DEFAULT_TIGHTEN : 0;
		return;
	}
	if (tighten->type == jbvNumeric)
		call->tighten = DatumGetFloat8(DirectFunctionCall1(
			numeric_float8_no_overflow, NumericGetDatum(tighten->val.numeric)));
	if (tighten->type != jbvNumeric ||
	    !(call->tighten >= 0 && call->tighten <= MOST_TIGHTEN))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("option \"tighten\" must be true, false, or a number "
		                "from 0 to %g",
		                MOST_TIGHTEN),
		         errdetail("It is how many standard errors a bound is "
		                   "tightened by; true stands for %g.",
		                   DEFAULT_TIGHTEN)));
}

static void
warn(TrainCall *call, char *warning)
{
	call->warnings = lappend(call->warnings, warning);
}

static DataPart
judging_part(const TrainCall *call)
{
	return call->data->part[DATA_HELD_OUT].n_rows > 0 ? DATA_HELD_OUT
	                                                  : DATA_TRAIN;
}

/* 'group "Female" of "sex" has 590 held-out rows for tpr' */
static char *
describe_culprit(const TrainCall *call, int c, const TrainCulprit *culprit,
                 DataPart part)
{
	const DataAttribute *attribute =
		&call->data->attributes[culprit->attribute];

	return psprintf(
		"group \"%s\" of \"%s\" has " UINT64_FORMAT " %s rows for %s",
		attribute->group_names[culprit->group], attribute->name, culprit->rows,
		part == DATA_TRAIN ? "training" : "held-out",
		call->constraints.items[c].criterion->event_name[culprit->event]);
}

/* ---- what the first model tells ---- */

/* Which constraints have groups that are large enough; the others are named. */
static bool
find_cross_fitted(TrainCall *call, const TrainEvidence *evidence, bool *fitted)
{
	bool any = false;

	for (int c = 0; c < call->constraints.n; c++)
	{
		TrainCulprit least;

		train_margin_least(evidence, &call->constraints.items[c], &least);
		fitted[c] = least.attribute >= 0 && least.rows >= CROSS_FIT_ROWS;
		any = any || fitted[c];
		if (!fitted[c] && least.attribute >= 0)
			warn(call, psprintf("%s is not cross-fitted: %s, and it takes %d",
			                    constraints_describe(&call->constraints, c),
			                    describe_culprit(call, c, &least, DATA_TRAIN),
			                    CROSS_FIT_ROWS));
	}
	return any;
}

/* What the constraints have come to by models that have not seen the rows. */
static NumStatus
measure_optimism(TrainCall *call, const TrainSettings *settings,
                 TrainEvidence evidence)
{
	bool *fitted = palloc(sizeof(bool) * call->constraints.n);
	Certificate certificate;
	NumStatus status;

	if (!find_cross_fitted(call, &evidence, fitted))
		return NUM_OK;
	host_monitor_phase(&call->monitor, "cross-fitting");
	status = train_cross_fit(&call->arena, call->data, settings,
	                         call->result.coef, &call->monitor, &certificate);
	evidence.certificate = &certificate;
	for (int c = 0; c < call->constraints.n && status == NUM_OK; c++)
		if (fitted[c])
			status = train_margin_reached(&call->arena, &evidence,
			                              &call->constraints.items[c],
			                              &call->margins[c].out_of_fold);
	return status;
}

/* Fills call->margins. */
static NumStatus
measure_margins(TrainCall *call, const TrainSettings *settings)
{
	TrainEvidence evidence = { .data = call->data,
		                       .min_group = (uint64_t) call->min_group,
		                       .certificate = &call->train_part,
		                       .judges = judging_part(call) };
	NumStatus status;

	train_compile(call);
	status = train_certify(&call->arena, call->data, call->compiled, DATA_TRAIN,
	                       &call->monitor, &call->train_part);
	for (int c = 0; c < call->constraints.n && status == NUM_OK; c++)
	{
		const FairConstraint *constraint = &call->constraints.items[c];
		TrainMargin *margin = &call->margins[c];

		margin->out_of_fold = NAN;
		margin->error = NAN;
		margin->worst.attribute = -1;
		status = train_margin_reached(&call->arena, &evidence, constraint,
		                              &margin->reached);
		if (status == NUM_OK && call->tighten > 0)
			status =
				train_margin_error(&call->arena, &evidence, constraint, margin);
	}
	if (call->cross_fit > 0 && status == NUM_OK)
		status = measure_optimism(call, settings, evidence);
	for (int c = 0; c < call->constraints.n; c++)
		train_margin_apply(&call->constraints.items[c], call->tighten,
		                   &call->margins[c]);
	return status;
}

/* ---- what follows ---- */

/* Says what a bound has become, and why not more. */
static void
warn_of_margin(TrainCall *call, int c)
{
	const TrainMargin *margin = &call->margins[c];
	char *name = constraints_describe(&call->constraints, c);
	StringInfoData text;

	if (call->tighten > 0 && isnan(margin->error))
		warn(call, psprintf("%s is not tightened by standard errors: no groups "
		                    "have %d rows to judge it by",
		                    name, call->min_group));
	if (margin->bound == call->constraints.items[c].bound)
		return;
	initStringInfo(&text);
	appendStringInfo(&text, "%s is tightened to %.4g in training", name,
	                 margin->bound);
	if (margin->limited)
	{
		appendStringInfoString(
			&text, ", the most that is done, which is less than asked for");
		if (margin->worst.attribute >= 0)
			appendStringInfo(
				&text, ": %s",
				describe_culprit(call, c, &margin->worst, judging_part(call)));
		if (margin->rows_needed > 0)
			appendStringInfo(&text, ", and it takes " UINT64_FORMAT,
			                 margin->rows_needed);
	}
	warn(call, text.data);
}

static bool
is_constant(const TrainCall *call, const TrainResult *result)
{
	for (uint32 j = 1; j < call->data->n_params; j++)
		if (result->coef[j] != 0)
			return false;
	return true;
}

/* What a search has come to. */
typedef struct Found
{
	ArenaNest nest; /* holds it */
	bool infeasible;
	bool constant;
} Found;

/* Searches for the bounds of the settings, into call->result. */
static void
search_for(TrainCall *call, const TrainSettings *settings, Found *found)
{
	host_monitor_phase(&call->monitor, "fitting");
	memset(&call->result, 0, sizeof(call->result));
	arena_nest_begin(&found->nest, &call->arena);
	report_status(train_family_fit(call->family, call->method)(
					  &found->nest.arena, call->data, settings, &call->monitor,
					  &call->result),
	              &call->arena, train_describe_source(call));
	found->infeasible = call->result.outcome == TRAIN_INFEASIBLE;
	found->constant = is_constant(call, &call->result);
}

/* Whether the model of the tightened bounds is worse than the one before it by
 * the bounds as they were given; a search that missed only the tightened ones has
 * missed nothing that was asked for. */
static bool
is_worse(TrainCall *call, const Found *first, const Found *second)
{
	TrainResult *result = &call->result;
	bool kept = true;

	for (int c = 0; c < call->constraints.n; c++)
		if (fair_constraint_excess(&call->constraints.items[c],
		                           result->reached[c]) > 0)
			kept = false;
	if (second->infeasible && kept)
		result->outcome = call->family->label == DATA_LABEL_NUMBER
		                      ? TRAIN_CONVERGED
		                      : TRAIN_ITERATION_LIMIT;
	return (!kept && !first->infeasible) ||
	       (second->constant && !first->constant);
}

/* Searches for the tightened bounds.  Memory for one search is enough, so what
 * is of no use is found again by the way that it was found. */
static void
search_again(TrainCall *call, const TrainSettings *settings, Found *first)
{
	Size list = sizeof(FairConstraint) * call->constraints.n;
	FairConstraint *tightened = palloc(list);
	TrainSettings again = *settings;
	Found second;

	memcpy(tightened, call->constraints.items, list);
	for (int c = 0; c < call->constraints.n; c++)
		tightened[c].bound = call->margins[c].bound;
	again.constraints = tightened;
	arena_nest_end(&first->nest);
	search_for(call, &again, &second);
	if (!is_worse(call, first, &second))
		return;
	arena_nest_end(&second.nest);
	warn(call,
	     pstrdup("no model of use keeps the tightened bounds: this is the one "
	             "of the bounds as they were given"));
	for (int c = 0; c < call->constraints.n; c++)
		call->margins[c].bound = call->constraints.items[c].bound;
	search_for(call, settings, first);
}

void
train_tighten(TrainCall *call, const TrainSettings *settings)
{
	Found first;
	bool tightened = false;

	search_for(call, settings, &first);
	call->margins = palloc0(sizeof(TrainMargin) * call->constraints.n);
	report_status(measure_margins(call, settings), &call->arena,
	              train_describe_source(call));
	for (int c = 0; c < call->constraints.n; c++)
	{
		warn_of_margin(call, c);
		if (call->margins[c].bound != call->constraints.items[c].bound)
			tightened = true;
	}
	if (tightened)
		search_again(call, settings, &first);
}

/* ---- records ---- */

static void
write_number(StringInfo json, const char *key, double value)
{
	if (isfinite(value))
		appendStringInfo(json, ", \"%s\": %.17g", key, value);
	else
		appendStringInfo(json, ", \"%s\": null", key);
}

static void
write_text(StringInfo json, const char *key, const char *value)
{
	appendStringInfo(json, ", \"%s\": ", key);
	if (value == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, value);
}

static void
write_margin(StringInfo json, const TrainCall *call, int c)
{
	const FairConstraint *constraint = &call->constraints.items[c];
	const TrainMargin *margin = &call->margins[c];
	const TrainCulprit *worst = &margin->worst;
	bool known = worst->attribute >= 0;
	const DataAttribute *attribute =
		known ? &call->data->attributes[worst->attribute] : NULL;

	appendStringInfo(json, "{\"position\": %d", c + 1);
	write_text(json, "criterion", constraint->criterion->name);
	write_text(json, "bound_kind", fair_bound_name(constraint->kind));
	write_number(json, "bound", constraint->bound);
	write_number(json, "training_bound", margin->bound);
	write_number(json, "standard_error", margin->error);
	write_number(json, "in_sample", margin->reached);
	write_number(json, "out_of_fold", margin->out_of_fold);
	write_text(json, "attribute", known ? attribute->name : NULL);
	write_text(json, "group_name",
	           known ? attribute->group_names[worst->group] : NULL);
	write_text(json, "metric",
	           known ? constraint->criterion->event_name[worst->event] : NULL);
	write_number(json, "rows", known ? (double) worst->rows : NAN);
	write_number(json, "rows_needed",
	             margin->rows_needed > 0 ? (double) margin->rows_needed : NAN);
	appendStringInfoChar(json, '}');
}

void
train_write_margins(StringInfo json, const TrainCall *call)
{
	if (call->margins == NULL)
	{
		appendStringInfoString(json, "null");
		return;
	}
	appendStringInfoChar(json, '[');
	for (int c = 0; c < call->constraints.n; c++)
	{
		if (c > 0)
			appendStringInfoString(json, ", ");
		write_margin(json, call, c);
	}
	appendStringInfoChar(json, ']');
}
