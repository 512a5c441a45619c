/*
 * stress.c
 *    fairpg.stress(): what happens to accuracy and gaps when the mix of groups,
 *    the cutoff, the labels or a feature are not what they were.
 *
 * The source is read once, whatever the number of scenarios: decision_changes()
 * says of each row which of them decide it the other way, and each that does
 * makes one more row to be counted.  Mixes and labels need no row at all: what
 * becomes of them follows from the counts.  Moved features take one scan
 * before, for standard deviations and most frequent values.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "executor/spi.h"
#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/model_cache.h"
#include "pg/stress.h"

#define N_RESULT_COLUMNS 17
/* the ends of an interval of 95 percent are then off by about an eighteenth of
 * its width */
#define REPLICATES 2000

enum
{
	ARG_MODEL,
	ARG_SOURCE,
	ARG_VERSION,
	ARG_LABEL,
	ARG_POSITIVE,
	ARG_PROTECTED,
	ARG_WEIGHT,
	ARG_LEVEL,
	ARG_SEED,
	ARG_OPTIONS,
	ARG_DECISION,
	ARG_SCORE,
	ARG_THRESHOLD
};

typedef struct StressOptions
{
	JsonbContainer *scenarios;
	JsonbContainer *amounts[STRESS_SCENARIOS];
	JsonbContainer *features;
	JsonbContainer *groups;
} StressOptions;

static void read_call(FunctionCallInfo fcinfo, StressCall *call);
static void read_options(Jsonb *options, StressCall *call, StressOptions *read);
static void read_sides(FunctionCallInfo fcinfo, StressCall *call);
static void choose_scenarios(StressCall *call, const StressOptions *options);
static void check_values(const StressCall *call, AuditBase *bases, int n_bases);

/*
 * stress(model text, source text, version integer, label text, positive text,
 *        protected text[], weight text, level float8, seed bigint,
 *        options jsonb, decision text, score text, threshold float8)
 * returns table (kind text, scenario text, subject text, amount float8,
 *        attribute text, group_name text, metric text, value float8,
 *        low float8, high float8, baseline float8, change float8,
 *        change_low float8, change_high float8, n bigint, flag text,
 *        reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_stress);

Datum
fairpg_stress(PG_FUNCTION_ARGS)
{
	StressCall call = { .audit = { .purpose = "stress test" } };
	StressCounts counts;
	AuditBase *bases;
	int n_bases;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	SPI_connect();
	read_call(fcinfo, &call);
	bases = audit_count(&call.audit, &n_bases);
	check_values(&call, bases, n_bases);
	stress_read_counts(&call, bases, n_bases, &counts);
	fairness_check_groups(counts.n_cells);
	stress_make_items(&call, &counts);
	stress_report(&call, &counts, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, StressCall *call)
{
	AuditCall *audit = &call->audit;
	VersionSpec *spec = &call->spec;
	StressOptions options = { 0 };
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");

	read_sides(fcinfo, call);
	audit->label = version_text_arg(fcinfo, ARG_LABEL, spec->label);
	audit->positive = version_text_arg(
		fcinfo, ARG_POSITIVE, PG_ARGISNULL(ARG_LABEL) ? spec->positive : NULL);
	if (audit->positive != NULL && audit->label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"positive\" needs a label")));
	audit->weight = version_text_arg(fcinfo, ARG_WEIGHT, spec->weight);
	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	audit->seed = PG_ARGISNULL(ARG_SEED) ? 0 : PG_GETARG_INT64(ARG_SEED);
	read_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             call, &options);
	choose_scenarios(call, &options);
	source_open(source, &audit->source);
	if (!PG_ARGISNULL(ARG_PROTECTED))
		spec->protected_names =
			args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED), "protected",
		                    &spec->n_protected);
	else if (call->model == NULL)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"protected\" must not be null"),
		                errhint("Only a model brings its own.")));
	audit_resolve(audit, spec->protected_names, spec->n_protected);
	compare_resolve_side(audit, &call->side);
	if (call->model != NULL)
		stress_read_features(call, options.features);
	stress_add_variants(call);
}

/* The model, or the column, that decides. */
static void
read_sides(FunctionCallInfo fcinfo, StressCall *call)
{
	CompareSide *side = &call->side;
	char *decision = args_text_or_null(fcinfo, ARG_DECISION);
	char *score = args_text_or_null(fcinfo, ARG_SCORE);

	call->model = args_text_or_null(fcinfo, ARG_MODEL);
	if ((call->model != NULL) + (decision != NULL) + (score != NULL) != 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("one of the arguments \"model\", \"decision\" and "
		                "\"score\" must be given")));
	if (PG_ARGISNULL(ARG_THRESHOLD) || isnan(PG_GETARG_FLOAT8(ARG_THRESHOLD)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"threshold\" must be a number")));
	side->threshold = PG_GETARG_FLOAT8(ARG_THRESHOLD);
	side->argument = "model";
	if (call->model == NULL)
	{
		if (!PG_ARGISNULL(ARG_VERSION))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("argument \"version\" needs a model")));
		side->kind = decision != NULL ? COMPARE_DECISION : COMPARE_SCORE;
		side->name = decision != NULL ? decision : score;
		return;
	}
	/* finds the version, and refuses one that does not decide */
	compare_read_side(side, psprintf("model:%s", call->model),
	                  version_arg(fcinfo, ARG_VERSION, call->model));
	version_read(call->model, side->version, &call->spec);
}

static void
read_options(Jsonb *options, StressCall *call, StressOptions *read)
{
	AuditCall *audit = &call->audit;
	const ArgsOption known[] = {
		{ "scenarios", ARGS_ARRAY, &read->scenarios },
		{ "group_mix", ARGS_ARRAY, &read->amounts[STRESS_GROUP_MIX] },
		{ "threshold", ARGS_ARRAY, &read->amounts[STRESS_THRESHOLD] },
		{ "label_noise", ARGS_ARRAY, &read->amounts[STRESS_LABEL_NOISE] },
		{ "shifted_feature", ARGS_ARRAY,
		  &read->amounts[STRESS_SHIFTED_FEATURE] },
		{ "features", ARGS_ARRAY, &read->features },
		{ "groups", ARGS_ARRAY, &read->groups },
		{ "intersections", ARGS_BOOLEAN, &call->intersections },
		{ "by_group", ARGS_BOOLEAN, &call->by_group },
		{ "group_metrics", ARGS_BOOLEAN, &call->group_metrics },
		{ "replicates", ARGS_INT, &audit->replicates, 100, 1000000 },
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX },
		{ NULL }
	};

	audit->replicates = REPLICATES;
	audit->min_group = call->spec.min_group != NULL
	                       ? pg_strtoint32(call->spec.min_group)
	                       : setting_int("fairpg.min_group");
	args_options(options, known);
	if (read->groups != NULL)
		call->groups = args_strings(read->groups, "groups", &call->n_groups);
	if (read->features != NULL && call->model == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"features\" needs a model")));
}

/* Whether there is what a scenario needs; '*needed' says what that is. */
static bool
applies(const StressCall *call, StressScenario scenario, const char **needed)
{
	switch (scenario)
	{
		case STRESS_THRESHOLD:
			*needed = "a model or a score";
			return call->side.kind != COMPARE_DECISION;
		case STRESS_LABEL_NOISE:
			*needed = "a label";
			return call->audit.label != NULL;
		case STRESS_MISSING_FEATURE:
		case STRESS_SHIFTED_FEATURE:
			*needed = "a model";
			return call->model != NULL;
		default:
			return true;
	}
}

static StressScenario
find_scenario(const char *name)
{
	for (int s = STRESS_GROUP_MIX; s < STRESS_SCENARIOS; s++)
		if (strcmp(name, stress_scenario_name((StressScenario) s)) == 0)
			return (StressScenario) s;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("scenario \"%s\" does not exist", name),
	                errhint("The scenarios are: group_mix, threshold, "
	                        "label_noise, missing_feature, "
	                        "shifted_feature.")));
	return STRESS_BASELINE;
}

static void
choose_scenarios(StressCall *call, const StressOptions *options)
{
	static double defaults[STRESS_SCENARIOS][4] = {
		[STRESS_GROUP_MIX] = { 0.5, 2 },
		[STRESS_THRESHOLD] = { -0.1, -0.05, 0.05, 0.1 },
		[STRESS_LABEL_NOISE] = { 0.1 },
		[STRESS_SHIFTED_FEATURE] = { -1, 1 }
	};
	static const int n_defaults[STRESS_SCENARIOS] = { [STRESS_GROUP_MIX] = 2,
		                                              [STRESS_THRESHOLD] = 4,
		                                              [STRESS_LABEL_NOISE] = 1,
		                                              [STRESS_SHIFTED_FEATURE] =
		                                                  2 };
	static const double least[STRESS_SCENARIOS] = { 0, 1e-6,     -DBL_MAX,
		                                            0, -DBL_MAX, -1000 };
	static const double most[STRESS_SCENARIOS] = { 0, 1e6,     DBL_MAX,
		                                           1, DBL_MAX, 1000 };
	const char *needed;

	for (int s = STRESS_GROUP_MIX; s < STRESS_SCENARIOS; s++)
	{
		call->asked[s] = options->scenarios == NULL &&
		                 applies(call, (StressScenario) s, &needed);
		call->amounts[s] = (StressAmounts){ defaults[s], n_defaults[s] };
		if (options->amounts[s] != NULL)
			call->amounts[s].values = args_numbers(
				options->amounts[s], stress_scenario_name((StressScenario) s),
				least[s], most[s], &call->amounts[s].n);
	}
	if (options->scenarios != NULL)
	{
		int n;
		char **names = args_strings(options->scenarios, "scenarios", &n);

		for (int i = 0; i < n; i++)
		{
			StressScenario scenario = find_scenario(names[i]);

			if (!applies(call, scenario, &needed))
				ereport(ERROR,
				        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				         errmsg("scenario \"%s\" needs %s", names[i], needed)));
			call->asked[scenario] = true;
		}
	}
}

/* Decisions other than 0 and 1, scores that are no number. */
static void
check_values(const StressCall *call, AuditBase *bases, int n_bases)
{
	const CompareSide *side = &call->side;
	int64 n_wrong = 0;

	for (int b = 0; b < n_bases; b++)
		n_wrong += bases[b].sums[0];
	if (n_wrong > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         side->kind == COMPARE_DECISION
		             ? errmsg("decision column \"%s\" has values other than 0 "
		                      "and 1",
		                      side->name)
		             : errmsg("score column \"%s\" has NaN", side->name)));
}
