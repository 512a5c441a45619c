/*
 * train_tighten.c
 *    Options "tighten" and "cross_fit": a search for tighter bounds, so that
 *    those of the caller hold on rows not seen.
 *
 * First the bounds are searched for as they are.  That model tells how precisely
 * the rows that judge it know its rates, and, with folds, by how much it flatters
 * itself (train/margin.h).  The bounds less that, of each rate in each attribute,
 * are searched for anew, so the model is the very one that a call with a list of
 * those bounds would give.  Verdicts and reports keep the caller's bounds.
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
describe_culprit(const TrainCall *call, const TrainMargin *margin,
                 const TrainCulprit *culprit, DataPart part)
{
	const DataAttribute *attribute =
		&call->data->attributes[culprit->attribute];

	return psprintf("group \"%s\" of \"%s\" has " UINT64_FORMAT
	                " %s rows for %s",
	                attribute->group_names[culprit->group], attribute->name,
	                culprit->rows, part == DATA_TRAIN ? "training" : "held-out",
	                margin->alone.criterion->event_name[culprit->event]);
}

/* The constraint, and which rate of it where it has several:
 * 'equalized_odds max_gap 0.05 of sex (tpr of sex)'. */
static char *
describe_margin(const TrainCall *call, const TrainMargin *margin)
{
	char *constraint =
		constraints_describe(&call->constraints, margin->constraint);
	int rates = 0;

	for (int m = 0; m < call->n_margins; m++)
		rates += call->margins[m].constraint == margin->constraint;
	if (rates == 1)
		return constraint;
	return psprintf("%s (%s of %s)", constraint,
	                margin->alone.criterion->event_name[0],
	                call->data->attributes[margin->attribute].name);
}

/* ---- what the first model tells ---- */

/* Which rates have groups that are large enough; the others are named. */
static bool
find_cross_fitted(TrainCall *call, const TrainEvidence *evidence, bool *fitted)
{
	bool any = false;

	for (int m = 0; m < call->n_margins; m++)
	{
		const TrainMargin *margin = &call->margins[m];
		TrainCulprit least;

		train_margin_least(evidence, &margin->alone, &least);
		fitted[m] = least.attribute >= 0 && least.rows >= CROSS_FIT_ROWS;
		any = any || fitted[m];
		if (!fitted[m] && least.attribute >= 0 && !isnan(margin->reached))
			warn(call,
			     psprintf("%s is not cross-fitted: %s, and it takes %d",
			              describe_margin(call, margin),
			              describe_culprit(call, margin, &least, DATA_TRAIN),
			              CROSS_FIT_ROWS));
	}
	return any;
}

/* What the rates have come to by models that have not seen the rows. */
static NumStatus
measure_optimism(TrainCall *call, const TrainSettings *settings,
                 TrainEvidence evidence)
{
	bool *fitted = palloc(sizeof(bool) * call->n_margins);
	Certificate certificate;
	NumStatus status;

	if (!find_cross_fitted(call, &evidence, fitted))
		return NUM_OK;
	host_monitor_phase(&call->monitor, "cross-fitting");
	status = train_cross_fit(call->arena, call->data, settings,
	                         call->result.coef, &call->monitor, &certificate);
	evidence.certificate = &certificate;
	for (int m = 0; m < call->n_margins && status == NUM_OK; m++)
		if (fitted[m])
			status = train_margin_reached(call->arena, &evidence,
			                              &call->margins[m].alone,
			                              &call->margins[m].out_of_fold);
	return status;
}

/* Scores the training rows by the model that was found. */
static NumStatus
score_training(TrainCall *call, Certificate *certificate)
{
	train_compile(call);
	return train_certify_rows(call, certificate, NULL);
}

/* Makes and fills call->margins. */
static NumStatus
measure_margins(TrainCall *call, const TrainSettings *settings)
{
	TrainEvidence evidence = { .data = call->data,
		                       .min_group = (uint64_t) call->min_group,
		                       .certificate = &call->train_part,
		                       .judges = judging_part(call) };
	NumStatus status = score_training(call, &call->train_part);

	if (status == NUM_OK)
		status = train_margin_split(
			call->arena, call->data, call->constraints.items,
			call->constraints.n, &call->margins, &call->n_margins);
	for (int m = 0; m < call->n_margins && status == NUM_OK; m++)
	{
		TrainMargin *margin = &call->margins[m];

		status = train_margin_reached(call->arena, &evidence, &margin->alone,
		                              &margin->reached);
		if (status == NUM_OK && call->tighten > 0)
			status = train_margin_error(call->arena, &evidence, &margin->alone,
			                            margin);
	}
	if (call->cross_fit > 0 && status == NUM_OK)
		status = measure_optimism(call, settings, evidence);
	for (int m = 0; m < call->n_margins; m++)
		train_margin_apply(&call->margins[m].alone, call->tighten,
		                   &call->margins[m]);
	return status;
}

/* ---- what follows ---- */

/* Says what a bound has become, and why not more. */
static void
warn_of_margin(TrainCall *call, const TrainMargin *margin)
{
	char *name = describe_margin(call, margin);
	StringInfoData text;

	/* a rate that no two groups have is not constrained in the first place */
	if (call->tighten > 0 && isnan(margin->error) && !isnan(margin->reached))
		warn(call, psprintf("%s is not tightened by standard errors: no groups "
		                    "have %d rows to judge it by",
		                    name, call->min_group));
	if (margin->bound == margin->alone.bound)
		return;
	initStringInfo(&text);
	appendStringInfo(&text, "%s is tightened to %.4g in training", name,
	                 margin->bound);
	if (margin->limited)
	{
		appendStringInfoString(
			&text, ", the most that is done, which is less than asked for");
		if (margin->worst.attribute >= 0)
			appendStringInfo(&text, ": %s",
			                 describe_culprit(call, margin, &margin->worst,
			                                  judging_part(call)));
		if (margin->rows_needed > 0)
			appendStringInfo(&text, ", and it takes " UINT64_FORMAT,
			                 margin->rows_needed);
	}
	warn(call, text.data);
}

/* What a search has come to. */
typedef struct Found
{
	ArenaNest nest; /* holds it */
	bool infeasible;
	bool alike; /* it decides alike for everybody */
} Found;

/* Searches for the bounds of the settings, into call->result. */
static void
search_for(TrainCall *call, const TrainSettings *settings, Found *found)
{
	host_monitor_phase(&call->monitor, "fitting");
	memset(&call->result, 0, sizeof(call->result));
	arena_nest_begin(&found->nest, call->arena);
	report_status(train_family_fit(call->family, call->method)(
					  &found->nest.arena, call->data, settings, &call->monitor,
					  &call->result),
	              call->arena, train_describe_source(call));
	found->infeasible = call->result.outcome == TRAIN_INFEASIBLE;
}

/* Restates what a search with a constraint for each rate has come to by the
 * constraints of the call. */
static void
restate_result(TrainCall *call)
{
	TrainResult *result = &call->result;
	double *reached =
		palloc(sizeof(double) * call->constraints.n); /* as result->reached */

	for (int c = 0; c < call->constraints.n; c++)
		reached[c] = NAN;
	for (int m = 0; m < call->n_margins; m++)
	{
		const TrainMargin *margin = &call->margins[m];
		double *of = &reached[margin->constraint];

		*of = margin->alone.kind == FAIR_MIN_RATIO
		          ? fmin(*of, result->reached[m])
		          : fmax(*of, result->reached[m]);
	}
	result->reached = reached;
	for (uint32 r = 0; r < result->n_rates; r++)
	{
		const TrainMargin *margin = &call->margins[result->rates[r].constraint];

		result->rates[r].constraint = margin->constraint;
		result->rates[r].event = margin->event;
	}
}

/* Whether the model found decides alike for everybody. */
static bool
decides_alike(TrainCall *call)
{
	Certificate certificate;

	report_status(score_training(call, &certificate), call->arena,
	              train_describe_source(call));
	return train_decides_alike(call, &certificate);
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
	return (!kept && !first->infeasible) || (second->alike && !first->alike);
}

/* Searches for the tightened bounds.  Memory for one search is enough, so what
 * is of no use is found again by the way that it was found. */
static void
search_again(TrainCall *call, const TrainSettings *settings, Found *first)
{
	FairConstraint *tightened =
		palloc(sizeof(FairConstraint) * call->n_margins);
	TrainSettings again = *settings;
	Found second;

	for (int m = 0; m < call->n_margins; m++)
	{
		tightened[m] = call->margins[m].alone;
		tightened[m].bound = call->margins[m].bound;
	}
	again.constraints = tightened;
	again.n_constraints = call->n_margins;
	arena_nest_end(&first->nest);
	search_for(call, &again, &second);
	restate_result(call);
	second.alike = !first->alike && decides_alike(call);
	if (!is_worse(call, first, &second))
		return;
	arena_nest_end(&second.nest);
	warn(call,
	     pstrdup("no model of use keeps the tightened bounds: this is the one "
	             "of the bounds as they were given"));
	for (int m = 0; m < call->n_margins; m++)
		call->margins[m].bound = call->margins[m].alone.bound;
	search_for(call, settings, first);
}

void
train_tighten(TrainCall *call, const TrainSettings *settings)
{
	Found first;
	bool tightened = false;

	search_for(call, settings, &first);
	report_status(measure_margins(call, settings), call->arena,
	              train_describe_source(call));
	first.alike = train_decides_alike(call, &call->train_part);
	for (int m = 0; m < call->n_margins; m++)
	{
		const TrainMargin *margin = &call->margins[m];

		warn_of_margin(call, margin);
		tightened = tightened || margin->bound != margin->alone.bound;
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
write_margin(StringInfo json, const TrainCall *call, const TrainMargin *margin)
{
	const FairConstraint *constraint =
		&call->constraints.items[margin->constraint];
	const DataAttribute *attribute = &call->data->attributes[margin->attribute];
	const TrainCulprit *worst = &margin->worst;
	bool known = worst->attribute >= 0;

	appendStringInfo(json, "{\"position\": %d", margin->constraint + 1);
	write_text(json, "criterion", constraint->criterion->name);
	write_text(json, "bound_kind", fair_bound_name(constraint->kind));
	write_number(json, "bound", constraint->bound);
	write_text(json, "attribute", attribute->name);
	write_text(json, "metric",
	           constraint->criterion->event_name[margin->event]);
	write_number(json, "training_bound", margin->bound);
	write_number(json, "standard_error", margin->error);
	write_number(json, "in_sample", margin->reached);
	write_number(json, "out_of_fold", margin->out_of_fold);
	write_text(json, "group_name",
	           known ? attribute->group_names[worst->group] : NULL);
	write_number(json, "rows", known ? (double) worst->rows : NAN);
	write_number(json, "rows_needed",
	             margin->rows_needed > 0 ? (double) margin->rows_needed : NAN);
	appendStringInfoChar(json, '}');
}

void
train_write_margins(StringInfo json, const TrainCall *call)
{
	if (call->n_margins == 0)
	{
		appendStringInfoString(json, "null");
		return;
	}
	appendStringInfoChar(json, '[');
	for (int m = 0; m < call->n_margins; m++)
	{
		if (m > 0)
			appendStringInfoString(json, ", ");
		write_margin(json, call, &call->margins[m]);
	}
	appendStringInfoChar(json, ']');
}
