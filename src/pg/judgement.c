/*
 * judgement.c
 *    Verdicts on counts and on stored groups, and the rows that would decide.
 *
 * The rule is the one that models are judged by: fair/constraint.h for an
 * interval and a bound, judge.h for groups.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "fair/decision.h"
#include "pg/args.h"
#include "pg/disparity.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/judge.h"
#include "pg/rows.h"
#include "pg/statistics.h"
#include "pg/stats_image.h"

static void
check_bound(const FairConstraint *constraint)
{
	bool of_loss = constraint->kind == FAIR_MAX_LOSS;

	if (!(constraint->bound >= 0) || isinf(constraint->bound) ||
	    (!of_loss && constraint->bound > 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"bound\" must be %s",
		                       of_loss ? "a number that is not negative"
		                               : "between 0 and 1")));
}

static void
refuse_loss(const FairConstraint *constraint)
{
	if (constraint->kind == FAIR_MAX_LOSS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("rates have no bound of kind \"max_loss\""),
		                errhint("Known kinds: max_gap, min_ratio.")));
}

/* A bound and its kind, arguments 'number' and 'number' + 1; the criterion is
 * left open. */
static FairConstraint
bound_args(FunctionCallInfo fcinfo, int number)
{
	FairConstraint constraint = { .bound = PG_GETARG_FLOAT8(number),
		                          .kind = FAIR_MAX_GAP };
	const char *kind = text_to_cstring(PG_GETARG_TEXT_PP(number + 1));
	int k = FAIR_MAX_GAP;

	while (k < FAIR_N_BOUNDS &&
	       strcmp(fair_bound_name((FairBound) k), kind) != 0)
		k++;
	if (k == FAIR_N_BOUNDS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("kind of bound \"%s\" is not known", kind),
		                errhint("Known kinds: max_gap, min_ratio, max_loss.")));
	constraint.kind = (FairBound) k;
	check_bound(&constraint);
	return constraint;
}

/* verdict(low float8, high float8, bound float8, kind text) returns text. */
FAIRPG_FUNCTION(fairpg_verdict);

Datum
fairpg_verdict(PG_FUNCTION_ARGS)
{
	FairConstraint constraint;
	double low = PG_ARGISNULL(0) ? NAN : PG_GETARG_FLOAT8(0);
	double high = PG_ARGISNULL(1) ? NAN : PG_GETARG_FLOAT8(1);

	if (PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	constraint = bound_args(fcinfo, 2);
	if (low > high)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"low\" must not be greater than \"high\"")));
	PG_RETURN_TEXT_P(
		cstring_to_text(fair_constraint_verdict(&constraint, low, high)));
}

/* Rows as a number of the server; NULL where there are none to speak of. */
static void
put_rows(RowMaker *row, double rows)
{
	if (isnan(rows) || !(rows <= FAIR_ROWS_MAX))
		row_put_count(row, 0);
	else
		row_put(row, Int64GetDatum((int64) ceil(rows)));
}

/* rows_to_decide(value float8, low float8, high float8, n float8, bound float8,
 * kind text) returns bigint; NULL where no number of rows would. */
FAIRPG_FUNCTION(fairpg_rows_to_decide);

Datum
fairpg_rows_to_decide(PG_FUNCTION_ARGS)
{
	double value = PG_GETARG_FLOAT8(0);
	double low = PG_GETARG_FLOAT8(1);
	double high = PG_GETARG_FLOAT8(2);
	double n = PG_GETARG_FLOAT8(3);
	FairConstraint constraint = bound_args(fcinfo, 4);
	double rows;

	if (!(low <= value && value <= high))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"value\" must be between \"low\" and "
		                       "\"high\"")));
	if (!(n >= 0) || isinf(n))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"n\" must be a number that is not "
		                       "negative")));
	/* a whole number that rounding has put a little too high is itself */
	rows = ceil(n * fair_constraint_rows(&constraint, value, low, high) *
	            (1 - 1e-12));
	if (!(rows > 0 && rows <= FAIR_ROWS_MAX))
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) rows);
}

/* The row of a verdict on counts of which 'n' may grow. */
static Datum
decision_row(FunctionCallInfo fcinfo, const FairDecision *decision, double n)
{
	RowMaker row;

	row_begin(&row, fcinfo);
	row_put_text(&row, decision->verdict);
	row_put_real(&row, decision->value);
	row_put_end(&row, decision->low);
	row_put_end(&row, decision->high);
	row_put_text(&row, NULL);
	put_rows(&row, n);
	put_rows(&row, decision->rows_needed);
	row_put_texts(&row, NIL);
	return row_end(&row);
}

/* judge_rate(successes float8, n float8, bound float8, kind text, level float8,
 * method text) returns judgement. */
FAIRPG_FUNCTION(fairpg_judge_rate);

Datum
fairpg_judge_rate(PG_FUNCTION_ARGS)
{
	FairTwoRates one = { { PG_GETARG_FLOAT8(0), 0 },
		                 { PG_GETARG_FLOAT8(1), 0 } };
	FairConstraint constraint = { .bound = PG_GETARG_FLOAT8(2) };
	const char *kind = text_to_cstring(PG_GETARG_TEXT_PP(3));
	FairDecision decision;

	statistics_check_counts(one.successes[0], one.n[0], "successes", "n");
	if (strcmp(kind, "max_rate") == 0)
		constraint.kind = FAIR_MAX_GAP;
	else if (strcmp(kind, "min_rate") == 0)
		constraint.kind = FAIR_MIN_RATIO;
	else
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("kind of bound \"%s\" is not known", kind),
		                errhint("Known kinds: max_rate, min_rate.")));
	check_bound(&constraint);
	fair_decide(&one, &constraint, stats_level(fcinfo, 4),
	            stats_method(fcinfo, 5, FAIR_OF_RATE), &decision);
	PG_RETURN_DATUM(decision_row(fcinfo, &decision, one.n[0]));
}

/* judge_rates(a float8, n1 float8, b float8, n2 float8, bound float8, kind
 * text, level float8, method text) returns judgement; a NULL method is the
 * default one. */
FAIRPG_FUNCTION(fairpg_judge_rates);

Datum
fairpg_judge_rates(PG_FUNCTION_ARGS)
{
	const FairIntervalMethod *method;
	FairEstimand estimand;
	FairTwoRates two;
	FairConstraint constraint;
	double level;
	FairDecision decision;

	for (int a = 0; a < 7; a++)
		if (PG_ARGISNULL(a))
			PG_RETURN_NULL();
	two = statistics_two_rates(fcinfo);
	constraint = bound_args(fcinfo, 4);
	level = stats_level(fcinfo, 6);
	refuse_loss(&constraint);
	estimand =
		constraint.kind == FAIR_MIN_RATIO ? FAIR_OF_RATIO : FAIR_OF_DIFFERENCE;
	method = PG_ARGISNULL(7) ? fair_interval_methods(estimand)
	                         : stats_method(fcinfo, 7, estimand);
	fair_decide(&two, &constraint, level, method, &decision);
	PG_RETURN_DATUM(decision_row(fcinfo, &decision, two.n[0]));
}

/* The groups of a fairness_stats as an attribute. */
static FigureAttribute
attribute_of(const FairnessGroups *groups)
{
	FigureAttribute attribute = { .name = "group",
		                          .n_groups = groups->n_groups };

	attribute.groups =
		palloc0(sizeof(FigureGroup) * (Size) Max(groups->n_groups, 1));
	for (int g = 0; g < groups->n_groups; g++)
	{
		attribute.groups[g].name =
			pnstrdup(groups->entries[g].name, groups->entries[g].name_bytes);
		attribute.groups[g].cells = groups->cells[g];
	}
	return attribute;
}

/* judge(fairness_stats, criterion text, bound float8, kind text, level float8,
 * seed bigint, min_group integer) returns judgement. */
FAIRPG_FUNCTION(fairpg_judge);

Datum
fairpg_judge(PG_FUNCTION_ARGS)
{
	char *names[1] = { "group" };
	FairConstraint constraint;
	ConstraintList list = {
		.items = &constraint, .n = 1, .attributes = names, .n_attributes = 1
	};
	FairnessGroups groups;
	FigureAttribute attribute;
	FigureSettings settings = { .has_label = true,
		                        .replicates = FAIR_REPLICATES };
	const Judgement *judgement;
	Judgements judgements;
	NumMonitor monitor;
	NumArena arena;
	RowMaker row;

	for (int a = 0; a < 6; a++)
		if (PG_ARGISNULL(a))
			PG_RETURN_NULL();
	constraint = bound_args(fcinfo, 2);
	constraint.criterion =
		fairness_criterion(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	refuse_loss(&constraint);
	fairness_groups_arg(fcinfo, &groups);
	attribute = attribute_of(&groups);
	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	settings.level = stats_level(fcinfo, 4);
	settings.seed = (uint64) PG_GETARG_INT64(5);
	settings.min_group =
		PG_ARGISNULL(6) ? setting_int("fairpg.min_group") : PG_GETARG_INT32(6);
	if (settings.min_group < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"min_group\" must be at least 1")));
	settings.arena = &arena;
	settings.monitor = &monitor;
	judge_constraints(&settings, &list, &attribute, &judgements);
	judgement = &judgements.items[0];
	row_begin(&row, fcinfo);
	row_put_text(&row, judgement->verdict);
	row_put_real(&row, judgement->value);
	row_put_end(&row, judgement->low);
	row_put_end(&row, judgement->high);
	row_put_text(&row, judgement->attribute == NULL
	                       ? NULL
	                       : attribute.groups[judgement->worst].name);
	row_put_count(&row, judgement->rows);
	put_rows(&row, judgement->rows_needed > 0 ? (double) judgement->rows_needed
	               : strcmp(judgement->verdict, "insufficient") == 0
	                   ? NAN
	                   : (double) judgement->rows);
	row_put_texts(&row, judgements.warnings);
	PG_RETURN_DATUM(row_end(&row));
}
