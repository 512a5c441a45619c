/*
 * train_args.c
 *    Reading and checking a call of fairpg.train().
 *
 * Everything that can be refused without reading a row is refused here, each
 * with its own message.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "data/builder.h"
#include "pg/args.h"
#include "pg/train/call.h"
#include "train/offer.h"

static char *
known_methods(void)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainMethod *m = train_method_table(); m->name; m++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", m->name);
	return list.data;
}

static char *
known_families(void)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainFamily *f = train_family_table(); f->name; f++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", f->name);
	return list.data;
}

static char **
name_list(FunctionCallInfo fcinfo, int arg, const char *name, int *count)
{
	*count = 0;
	if (PG_ARGISNULL(arg))
		return NULL;
	return args_text_array(PG_GETARG_ARRAYTYPE_P(arg), name, count);
}

static void
read_sources(FunctionCallInfo fcinfo, TrainCall *call)
{
	ExtractRequest *extract = &call->extract;

	call->model = args_text_required(fcinfo, TRAIN_ARG_MODEL, "model");
	extract->source = args_text_required(fcinfo, TRAIN_ARG_SOURCE, "source");
	extract->label = args_text_required(fcinfo, TRAIN_ARG_LABEL, "label");
	extract->positive = args_text_or_null(fcinfo, TRAIN_ARG_POSITIVE);
	extract->protected_attributes = name_list(
		fcinfo, TRAIN_ARG_PROTECTED, "protected", &extract->n_protected);
	extract->features =
		name_list(fcinfo, TRAIN_ARG_FEATURES, "features", &extract->n_features);
	if (!PG_ARGISNULL(TRAIN_ARG_FEATURES) && extract->n_features == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("argument \"features\" must not be an empty list"),
		         errhint("Leave it out for every usable column.")));
	extract->exclude =
		name_list(fcinfo, TRAIN_ARG_EXCLUDE, "exclude", &extract->n_exclude);
	extract->weight = args_text_or_null(fcinfo, TRAIN_ARG_WEIGHT);
	call->split = args_text_required(fcinfo, TRAIN_ARG_SPLIT, "split");
	extract->split = call->split;
	call->seed =
		PG_ARGISNULL(TRAIN_ARG_SEED) ? 0 : PG_GETARG_INT64(TRAIN_ARG_SEED);
	extract->seed = call->seed;
	call->comment = args_text_or_null(fcinfo, TRAIN_ARG_COMMENT);
}

static TrainSolver
find_solver(const char *name)
{
	static const char *const names[] = { [TRAIN_SOLVER_AUTO] = "auto",
		                                 [TRAIN_SOLVER_NEWTON] = "newton",
		                                 [TRAIN_SOLVER_LBFGS] = "lbfgs" };

	for (int s = 0; s < (int) lengthof(names); s++)
		if (strcmp(names[s], name) == 0)
			return (TrainSolver) s;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("option \"solver\" must be auto, newton or lbfgs")));
	return TRAIN_SOLVER_AUTO;
}

/* Reads the options; '*constraints' is the list among them, or NULL. */
static void
read_options(FunctionCallInfo fcinfo, TrainCall *call,
             JsonbContainer **constraints)
{
	char *nulls = pstrdup("indicator");
	char *key = NULL;
	char *solver = "auto";
	int max_levels = 256;
	Jsonb *monotone = NULL;
	Jsonb *early_stop = NULL;
	JsonbValue *start = NULL;
	JsonbValue *tighten = NULL;
	ArgsOption known[] = {
		{ "l2", ARGS_REAL, &call->l2, 0, 1e6 },
		{ "l1", ARGS_REAL, &call->l1, 0, 1e6 },
		{ "monotone", ARGS_OBJECT, &monotone, 0, 0 },
		{ "temperature", ARGS_REAL, &call->temperature, 0.05, 5 },
		{ "threshold", ARGS_REAL, &call->threshold, 0.0001, 0.9999 },
		{ "iterations", ARGS_INT, &call->iterations, 1, 10000 },
		{ "early_stop", ARGS_OBJECT, &early_stop, 0, 0 },
		{ "tighten", ARGS_VALUE, &tighten, 0, 0 },
		{ "cross_fit", ARGS_INT, &call->cross_fit, 2, DATA_MOST_FOLDS },
		{ "min_group", ARGS_INT, &call->min_group, 1, 1e9 },
		{ "undefined", ARGS_TEXT, &call->undefined, 0, 0 },
		{ "max_levels", ARGS_INT, &max_levels, 2, 1e6 },
		{ "nulls", ARGS_TEXT, &nulls, 0, 0 },
		{ "key", ARGS_TEXT, &key, 0, 0 },
		{ "deterministic", ARGS_BOOLEAN, &call->deterministic, 0, 0 },
		{ "solver", ARGS_TEXT, &solver, 0, 0 },
		{ "constraints", ARGS_ARRAY, constraints, 0, 0 },
		{ "start", ARGS_VALUE, &start, 0, 0 },
		{ NULL }
	};

	call->l2 = 1e-4;
	call->l1 = 0;
	call->temperature = NAN;
	call->threshold = 0.5;
	call->iterations = 40;
	call->min_group = setting_int("fairpg.min_group");
	call->undefined = pstrdup("error");
	call->deterministic = false;
	call->cross_fit = 0;
	*constraints = NULL;
	call->options = PG_ARGISNULL(TRAIN_ARG_OPTIONS)
	                    ? NULL
	                    : PG_GETARG_JSONB_P(TRAIN_ARG_OPTIONS);
	args_options(call->options, known);

	if (strcmp(call->undefined, "error") != 0 &&
	    strcmp(call->undefined, "skip") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"undefined\" must be error or skip")));
	call->solver = find_solver(solver);
	train_read_signs(monotone, call);
	train_read_early_stop(early_stop, &call->early_stop);
	train_read_start(start, call);
	train_read_tighten(tighten, call);
	call->extract.n_folds = call->cross_fit;
	call->extract.nulls = nulls;
	call->extract.key = key;
	call->extract.max_levels = max_levels;
	call->extract.max_groups = setting_int("fairpg.max_groups");
}

/* A bound, NaN when it is not given.  One that is NaN becomes infinite, which
 * no bound may be. */
static double
bound_arg(FunctionCallInfo fcinfo, int arg)
{
	double bound = PG_ARGISNULL(arg) ? NAN : PG_GETARG_FLOAT8(arg);

	return isnan(bound) && !PG_ARGISNULL(arg) ? INFINITY : bound;
}

/* The constraints of the call: first the one that the arguments make, then
 * those of the option. */
static void
read_constraints(FunctionCallInfo fcinfo, TrainCall *call,
                 JsonbContainer *option)
{
	char *fairness = args_text_required(fcinfo, TRAIN_ARG_FAIRNESS, "fairness");
	double max_gap = bound_arg(fcinfo, TRAIN_ARG_MAX_GAP);
	double min_ratio = bound_arg(fcinfo, TRAIN_ARG_MIN_RATIO);
	double max_loss = bound_arg(fcinfo, TRAIN_ARG_MAX_LOSS);
	bool bounded = !isnan(max_gap) || !isnan(min_ratio) || !isnan(max_loss);

	call->has_penalty = !PG_ARGISNULL(TRAIN_ARG_PENALTY);
	call->penalty = call->has_penalty ? PG_GETARG_FLOAT8(TRAIN_ARG_PENALTY) : 0;
	if (call->has_penalty && !(isfinite(call->penalty) && call->penalty >= 0))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("penalty must be a finite number greater than or "
		                "equal to zero")));

	call->constraints.attributes = call->extract.protected_attributes;
	call->constraints.n_attributes = call->extract.n_protected;
	if (strcmp(fairness, "none") != 0)
	{
		FairConstraint constraint = constraints_make(
			constraints_criterion(fairness), max_gap, min_ratio, max_loss);

		constraints_append(&call->constraints, &constraint);
	}
	else if (bounded || call->has_penalty)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("bounds and penalty need a fairness criterion"),
		                errhint("Set fairness to one of: %s.",
		                        constraints_known_criteria())));
	if (option != NULL)
		constraints_read(&call->constraints, option, false);
	call->fairness = constraints_names(&call->constraints);
}

/* The methods that take a criterion with one of the bounds 'from' to 'to'. */
static char *
methods_for(const TrainFamily *family, const FairCriterion *criterion,
            FairBound from, FairBound to)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainMethod *m = train_method_table(); m->name != NULL; m++)
	{
		bool offered = false;

		for (int kind = from; kind <= (int) to; kind++)
			offered =
				offered || train_offers(family, m, criterion, (FairBound) kind);
		if (offered)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", m->name);
	}
	return list.data;
}

static void
refuse_criterion(const TrainCall *call, const FairCriterion *criterion)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("method \"%s\" does not take fairness criterion \"%s\"",
	                call->method->name, criterion->name),
	         errhint("Methods that take it: %s.",
	                 methods_for(call->family, criterion, FAIR_NO_BOUND,
	                             FAIR_MAX_LOSS))));
}

/* What a method does with the kind of bound that the arguments gave. */
static void
check_bound(const TrainCall *call, const FairConstraint *constraint)
{
	const TrainMethod *method = call->method;
	bool needs = method->needs_max_gap;
	const char *given = fair_bound_name(constraint->kind);

	if (needs && constraint->kind == FAIR_NO_BOUND)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		     errmsg("method \"%s\" needs %s", method->name,
		            constraint->criterion->of_loss   ? "max_loss"
		            : constraint->criterion->of_mean ? "max_gap"
		            : method->takes_constraints      ? "max_gap or min_ratio"
		                                             : "max_gap"),
		     constraint->criterion->of_loss
		         ? errhint("max_loss is the largest mean loss allowed of any "
		                   "group: log-loss in nats, for example 0.5, or for "
		                   "numbers the squared error.")
		     : call->has_penalty
		         ? errhint("penalty is the strength of method => "
		                   "'penalty'; with this method write max_gap => "
		                   "0.02, for example, instead.")
		     : constraint->criterion->of_mean
		         ? errhint("max_gap is the largest difference allowed between "
		                   "the mean predictions of any two groups, in the "
		                   "units of the label.")
		         : errhint("max_gap is the largest difference allowed "
		                   "between the rates of any two groups, for "
		                   "example 0.02; min_ratio is their least "
		                   "quotient, for example 0.8.")));
	if (!needs && !method->judged_only && constraint->kind != FAIR_NO_BOUND)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take %s", method->name, given),
		         method->needs_penalty
		             ? errhint("Write penalty => 5, for example, instead of "
		                       "it, or method => 'constraint' to keep the "
		                       "bound.")
		             : errhint("Leave it out, or write method => "
		                       "'constraint' to keep the bound.")));
	if (needs && !method->takes_constraints && constraint->kind != FAIR_MAX_GAP)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" needs max_gap instead of %s",
		                method->name, given),
		         errhint("Methods that take %s: %s.", given,
		                 methods_for(call->family, constraint->criterion,
		                             constraint->kind, constraint->kind))));
}

/* What a mixture of decisions is no way to. */
static void
check_mixture(const TrainCall *call)
{
	for (int c = 0; c < call->constraints.n; c++)
	{
		const FairCriterion *criterion = call->constraints.items[c].criterion;

		if (criterion->of_loss)
			refuse_criterion(call, criterion);
	}
	if (call->threshold != 0.5)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take option \"threshold\"",
		                call->method->name),
		         errdetail("It makes the fewest wrong decisions, and both "
		                   "kinds count alike."),
		         errhint("Use method \"constraint\" for another threshold.")));
}

/* The method, its constraints and its strength must fit each other. */
static void
check_method(const TrainCall *call, bool by_argument)
{
	const TrainMethod *method = call->method;
	const FairConstraint *first = &call->constraints.items[0];

	if (!method->takes_constraints && (call->constraints.n > 1 || !by_argument))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take option \"constraints\"",
		                method->name),
		         errhint("Use method \"constraint\" to keep several bounds.")));
	if (!method->takes_constraints &&
	    method->of_loss != first->criterion->of_loss)
		refuse_criterion(call, first->criterion);
	if (method->mixes)
		check_mixture(call);
	if (by_argument)
		check_bound(call, first);
	if (method->needs_penalty && !call->has_penalty)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("method \"%s\" needs penalty", method->name),
		                errhint("Write penalty => 5, for example: it weighs "
		                        "the spread of the group rates against the "
		                        "mean loss.")));
	if (!method->needs_penalty && call->has_penalty)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take penalty", method->name),
		         method->needs_max_gap
		             ? errhint("Leave it out: this method keeps a bound, "
		                       "such as max_gap => 0.02; or write method => "
		                       "'penalty'.")
		             : errhint("Leave it out, or write method => "
		                       "'penalty'.")));
}

static void
resolve_names(FunctionCallInfo fcinfo, TrainCall *call)
{
	char *family = args_text_required(fcinfo, TRAIN_ARG_FAMILY, "family");

	call->family = train_family_find(family);
	if (call->family != NULL)
		call->extract.label_kind = call->family->label;
	call->fairness = args_text_required(fcinfo, TRAIN_ARG_FAIRNESS, "fairness");
	call->method_name = args_text_required(fcinfo, TRAIN_ARG_METHOD, "method");
	if (call->family == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("family \"%s\" does not exist", family),
		                errhint("The families are: %s.", known_families())));
	if (strcmp(call->fairness, "none") != 0 &&
	    fair_criterion_find(call->fairness) == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("fairness criterion \"%s\" does not exist",
		                       call->fairness),
		                errhint("The criteria are: none, %s.",
		                        constraints_known_criteria())));
	call->method = train_method_find(call->method_name);
	if (call->method == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not exist", call->method_name),
		         errhint("The methods are: %s.", known_methods())));
}

static bool
takes_l1(const TrainMethod *method)
{
	return method->takes_l1;
}

static bool
takes_signs(const TrainMethod *method)
{
	return method->takes_signs;
}

static bool
takes_early_stop(const TrainMethod *method)
{
	return method->takes_early_stop;
}

static bool
takes_margin(const TrainMethod *method)
{
	return method->takes_margin;
}

/* "penalty, reweigh" of the methods that take an option. */
static char *
methods_that_take(bool (*takes)(const TrainMethod *))
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainMethod *m = train_method_table(); m->name; m++)
		if (takes(m))
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", m->name);
	return list.data;
}

static void
refuse_option(const TrainMethod *method, const char *option,
              bool (*takes)(const TrainMethod *))
{
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("method \"%s\" does not take option \"%s\"", method->name,
	                option),
	         errhint("Methods that take it: %s; and a training without a "
	                 "fairness criterion.",
	                 methods_that_take(takes))));
}

/* What method and solver can do about l1 and monotone. */
static void
check_regularisation(const TrainCall *call)
{
	const TrainMethod *method = call->method;
	bool has_l1 = call->l1 > 0;
	bool has_signs = call->n_signed > 0;

	if (method != NULL && has_l1 && !method->takes_l1)
		refuse_option(method, "l1", takes_l1);
	if (method != NULL && has_signs && !method->takes_signs)
		refuse_option(method, "monotone", takes_signs);
	if ((has_l1 || has_signs) && call->solver == TRAIN_SOLVER_LBFGS)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("solver lbfgs does not take option \"%s\"",
		                has_l1 ? "l1" : "monotone"),
		         errhint("Use solver newton, which takes memory for two or "
		                 "three square matrices of the coefficients.")));
}

/* Early stopping is for searches that follow a criterion. */
static void
check_early_stop(const TrainCall *call)
{
	if (call->early_stop.patience == 0)
		return;
	if (call->method == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("option \"early_stop\" needs a fairness criterion"),
		         errhint("A plain fit ends by itself after some steps.")));
	if (!call->method->takes_early_stop)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take option \"early_stop\"",
		                call->method->name),
		         errhint("Methods that take it: %s.",
		                 methods_that_take(takes_early_stop))));
}

/* Bounds are tightened of a search that keeps them. */
static void
check_margin(const TrainCall *call)
{
	const char *option = call->cross_fit > 0 ? "cross_fit" : "tighten";

	if (call->cross_fit == 0 && !(call->tighten > 0))
		return;
	if (call->method == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("option \"%s\" needs a fairness criterion", option),
		         errhint("It tightens the bound of one.")));
	if (!call->method->takes_margin)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("method \"%s\" does not take option \"%s\"",
		                       call->method->name, option),
		                errhint("Methods that take it: %s.",
		                        methods_that_take(takes_margin))));
}

void
train_read_call(FunctionCallInfo fcinfo, TrainCall *call)
{
	JsonbContainer *option;
	bool by_argument;

	read_sources(fcinfo, call);
	resolve_names(fcinfo, call);
	by_argument = strcmp(call->fairness, "none") != 0;
	read_options(fcinfo, call, &option);
	read_constraints(fcinfo, call, option);
	train_check_family(call);
	if (call->constraints.n == 0)
	{
		if (call->method->of_loss || call->method->judged_only)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("method \"%s\" needs a fairness criterion",
			                call->method->name),
			         call->method->of_loss
			             ? errhint("Set fairness => 'group_loss'.")
			             : errhint("The result is judged by it; for example "
			                       "fairness => 'demographic_parity'.")));
		call->method = NULL;
		call->method_name = pstrdup("none");
		check_regularisation(call);
		check_early_stop(call);
		check_margin(call);
		return;
	}
	if (call->extract.n_protected == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("fairness criterion \"%s\" needs a protected column",
		                call->constraints.items[0].criterion->name),
		         errhint("Name the columns that define the groups, for "
		                 "example protected => '{sex}'.")));
	check_method(call, by_argument);
	check_regularisation(call);
	check_early_stop(call);
	check_margin(call);
	call->extract.draws = call->method->mixes;
	if (call->method->decides_by_group && call->extract.n_protected != 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" takes exactly one protected attribute",
		                call->method_name),
		         errdetail("A row has one threshold, which is that of its "
		                   "group."),
		         errhint("Use an intersection such as protected => "
		                 "'{sex*race}', or method \"constraint\".")));
}
