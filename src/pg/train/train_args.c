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

#include "pg/args.h"
#include "pg/train/call.h"

/* Arguments of fairpg.train() in the order of its declaration. */
enum
{
	ARG_MODEL,
	ARG_SOURCE,
	ARG_LABEL,
	ARG_POSITIVE,
	ARG_PROTECTED,
	ARG_FEATURES,
	ARG_EXCLUDE,
	ARG_FAMILY,
	ARG_FAIRNESS,
	ARG_MAX_GAP,
	ARG_METHOD,
	ARG_PENALTY,
	ARG_WEIGHT,
	ARG_SPLIT,
	ARG_SEED,
	ARG_OPTIONS,
	ARG_COMMENT
};

/* "none, demographic_parity, ..." */
static char *
known_criteria(void)
{
	StringInfoData list;

	initStringInfo(&list);
	appendStringInfoString(&list, "none");
	for (const FairCriterion *c = fair_criterion_table(); c->name; c++)
		appendStringInfo(&list, ", %s", c->name);
	return list.data;
}

static char *
known_methods(void)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainMethod *m = train_method_table(); m->name; m++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", m->name);
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

	call->model = args_text_required(fcinfo, ARG_MODEL, "model");
	extract->source = args_text_required(fcinfo, ARG_SOURCE, "source");
	extract->label = args_text_required(fcinfo, ARG_LABEL, "label");
	extract->positive = args_text_or_null(fcinfo, ARG_POSITIVE);
	extract->protected_attributes =
		name_list(fcinfo, ARG_PROTECTED, "protected", &extract->n_protected);
	extract->features =
		name_list(fcinfo, ARG_FEATURES, "features", &extract->n_features);
	extract->exclude =
		name_list(fcinfo, ARG_EXCLUDE, "exclude", &extract->n_exclude);
	extract->weight = args_text_or_null(fcinfo, ARG_WEIGHT);
	call->split = args_text_required(fcinfo, ARG_SPLIT, "split");
	extract->split = call->split;
	call->seed = PG_ARGISNULL(ARG_SEED) ? 0 : PG_GETARG_INT64(ARG_SEED);
	extract->seed = call->seed;
	call->comment = args_text_or_null(fcinfo, ARG_COMMENT);
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

static void
read_options(FunctionCallInfo fcinfo, TrainCall *call)
{
	char *nulls = pstrdup("indicator");
	char *key = NULL;
	char *solver = "auto";
	int max_levels = 256;
	Jsonb *monotone = NULL;
	ArgsOption known[] = {
		{ "l2", ARGS_REAL, &call->l2, 0, 1e6 },
		{ "l1", ARGS_REAL, &call->l1, 0, 1e6 },
		{ "monotone", ARGS_OBJECT, &monotone, 0, 0 },
		{ "temperature", ARGS_REAL, &call->temperature, 0.05, 5 },
		{ "threshold", ARGS_REAL, &call->threshold, 0.0001, 0.9999 },
		{ "iterations", ARGS_INT, &call->iterations, 1, 10000 },
		{ "min_group", ARGS_INT, &call->min_group, 1, 1e9 },
		{ "undefined", ARGS_TEXT, &call->undefined, 0, 0 },
		{ "max_levels", ARGS_INT, &max_levels, 2, 1e6 },
		{ "nulls", ARGS_TEXT, &nulls, 0, 0 },
		{ "key", ARGS_TEXT, &key, 0, 0 },
		{ "deterministic", ARGS_BOOLEAN, &call->deterministic, 0, 0 },
		{ "solver", ARGS_TEXT, &solver, 0, 0 },
		{ NULL }
	};

	call->l2 = 1e-4;
	call->l1 = 0;
	call->temperature = 1.0;
	call->threshold = 0.5;
	call->iterations = 40;
	call->min_group = setting_int("fairpg.min_group");
	call->undefined = pstrdup("error");
	call->deterministic = false;
	call->options =
		PG_ARGISNULL(ARG_OPTIONS) ? NULL : PG_GETARG_JSONB_P(ARG_OPTIONS);
	args_options(call->options, known);

	if (strcmp(call->undefined, "error") != 0 &&
	    strcmp(call->undefined, "skip") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"undefined\" must be error or skip")));
	call->solver = find_solver(solver);
	train_read_signs(monotone, call);
	call->extract.nulls = nulls;
	call->extract.key = key;
	call->extract.max_levels = max_levels;
	call->extract.max_groups = setting_int("fairpg.max_groups");
}

static void
read_strength(FunctionCallInfo fcinfo, TrainCall *call)
{
	call->has_max_gap = !PG_ARGISNULL(ARG_MAX_GAP);
	call->max_gap = call->has_max_gap ? PG_GETARG_FLOAT8(ARG_MAX_GAP) : 0;
	if (call->has_max_gap && !(call->max_gap >= 0 && call->max_gap <= 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("max_gap must be between 0 and 1"),
		                errhint("max_gap is the largest difference allowed "
		                        "between the rates of any two groups; 0.02 "
		                        "is two percentage points.")));
	call->has_penalty = !PG_ARGISNULL(ARG_PENALTY);
	call->penalty = call->has_penalty ? PG_GETARG_FLOAT8(ARG_PENALTY) : 0;
	if (call->has_penalty && !(isfinite(call->penalty) && call->penalty >= 0))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("penalty must be a finite number greater than or "
		                "equal to zero")));
}

/* The method and its strength must fit each other. */
static void
check_strength(const TrainCall *call)
{
	const TrainMethod *method = call->method;

	if (method->needs_max_gap && !call->has_max_gap)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" needs max_gap", method->name),
		         errhint("max_gap is the largest difference allowed between "
		                 "the rates of any two groups, for example 0.02.")));
	if (!method->needs_max_gap && !method->judged_only && call->has_max_gap)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take max_gap", method->name),
		         errhint("Use method \"constraint\" to bound the gap.")));
	if (method->needs_penalty && !call->has_penalty)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("method \"%s\" needs penalty", method->name),
		                errhint("penalty weighs the spread of the group rates "
		                        "against the mean loss, for example 5.")));
	if (!method->needs_penalty && call->has_penalty)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take penalty", method->name),
		         errhint("Use method \"penalty\".")));
}

static void
resolve_names(FunctionCallInfo fcinfo, TrainCall *call)
{
	call->family = args_text_required(fcinfo, ARG_FAMILY, "family");
	call->fairness = args_text_required(fcinfo, ARG_FAIRNESS, "fairness");
	call->method_name = args_text_required(fcinfo, ARG_METHOD, "method");
	if (strcmp(call->family, "logistic") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("family \"%s\" does not exist", call->family),
		                errhint("The families are: logistic.")));
	call->criterion = fair_criterion_find(call->fairness);
	if (call->criterion == NULL && strcmp(call->fairness, "none") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("fairness criterion \"%s\" does not exist",
		                       call->fairness),
		                errhint("The criteria are: %s.", known_criteria())));
	call->method = train_method_find(call->method_name);
	if (call->method == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not exist", call->method_name),
		         errhint("The methods are: %s.", known_methods())));
}

/* "penalty, reweigh" of the methods that take l1, or signs. */
static char *
methods_that_take(bool l1)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const TrainMethod *m = train_method_table(); m->name; m++)
		if (l1 ? m->takes_l1 : m->takes_signs)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", m->name);
	return list.data;
}

/* What method and solver can do about l1 and monotone. */
static void
check_regularisation(const TrainCall *call)
{
	const TrainMethod *method = call->method;
	bool has_l1 = call->l1 > 0;
	bool has_signs = call->n_signed > 0;

	if (method != NULL &&
	    ((has_l1 && !method->takes_l1) || (has_signs && !method->takes_signs)))
	{
		bool of_l1 = has_l1 && !method->takes_l1;

		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("method \"%s\" does not take option \"%s\"",
		                method->name, of_l1 ? "l1" : "monotone"),
		         errhint("Methods that take it: %s; and a training without a "
		                 "fairness criterion.",
		                 methods_that_take(of_l1))));
	}
	if ((has_l1 || has_signs) && call->solver == TRAIN_SOLVER_LBFGS)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("solver lbfgs does not take option \"%s\"",
		                has_l1 ? "l1" : "monotone"),
		         errhint("Use solver newton, which takes memory for two or "
		                 "three square matrices of the coefficients.")));
}

void
train_read_call(FunctionCallInfo fcinfo, TrainCall *call)
{
	read_sources(fcinfo, call);
	resolve_names(fcinfo, call);
	read_strength(fcinfo, call);
	read_options(fcinfo, call);
	if (call->criterion == NULL)
	{
		if (call->has_max_gap || call->has_penalty)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("max_gap and penalty need a fairness criterion"),
			         errhint("Set fairness to one of: %s.", known_criteria())));
		if (call->method->judged_only)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("method \"%s\" needs a fairness criterion to judge "
			                "its result by",
			                call->method->name),
			         errhint("For example fairness => 'demographic_parity'.")));
		call->method = NULL;
		call->method_name = pstrdup("none");
		check_regularisation(call);
		return;
	}
	if (call->extract.n_protected == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("fairness criterion \"%s\" needs a protected column",
		                call->fairness),
		         errhint("Name the columns that define the groups, for "
		                 "example protected => '{sex}'.")));
	check_strength(call);
	check_regularisation(call);
}
