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
#include "pg/host.h"
#include "pg/stress.h"

#define N_RESULT_COLUMNS 17
/* the ends of an interval of 95 percent are then off by about an eighteenth of
 * its width */
#define REPLICATES 2000

typedef struct StressOptions
{
	JsonbContainer *scenarios;
	JsonbContainer *amounts[STRESS_SCENARIOS];
	JsonbContainer *features;
	JsonbContainer *groups;
} StressOptions;

static void read_call(FunctionCallInfo fcinfo, StressCall *call);
static void read_options(Jsonb *options, StressCall *call, StressOptions *read);
static void read_counts(const StressCall *call, ChangeCounts *counts);
static void
report(const StressCall *call, const ChangeCounts *counts, Rows *rows);
static void choose_scenarios(StressCall *call, const StressOptions *options);

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
	StressCall call = { .change.audit.purpose = "stress test" };
	ChangeCounts counts;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	SPI_connect();
	read_call(fcinfo, &call);
	read_counts(&call, &counts);
	fairness_check_groups(counts.n_cells);
	stress_make_items(&call, &counts);
	report(&call, &counts, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, StressCall *call)
{
	StressOptions options = { 0 };

	change_read_sides(fcinfo, &call->change);
	change_read_columns(fcinfo, &call->change);
	read_options(PG_ARGISNULL(CHANGE_ARG_OPTIONS)
	                 ? NULL
	                 : PG_GETARG_JSONB_P(CHANGE_ARG_OPTIONS),
	             call, &options);
	choose_scenarios(call, &options);
	change_read_source(fcinfo, &call->change);
	if (call->change.model != NULL)
		stress_read_features(call, options.features);
	stress_add_variants(call);
}

/* Counts the source; a part is what a variant decides the other way. */
static void
read_counts(const StressCall *call, ChangeCounts *counts)
{
	const AuditCall *audit = &call->change.audit;
	int n_bases;
	AuditBase *bases = audit_count(audit, &n_bases);
	int *variants = palloc(sizeof(int) * (Size) Max(n_bases, 1));

	change_check_values(&call->change, bases, n_bases);
	for (int b = 0; b < n_bases; b++)
		variants[b] = atoi(bases[b].values[call->variant_column]);
	change_read_counts(audit,
	                   &(ChangeParts){ bases, n_bases, variants,
	                                   call->variant_column, call->n_variants },
	                   counts);
}

/* The columns of the result that say what is tried. */
static void
put_item(const ChangeReport *report, RowMaker *row)
{
	const StressItem *item = report->item;

	row_put_text(row, stress_scenario_name(item->scenario));
	row_put_text(row, item->subject);
	row_put_real(row, item->amount);
}

static void
report(const StressCall *call, const ChangeCounts *counts, Rows *rows)
{
	NumArena arena;
	NumMonitor monitor;
	ChangeReport changes = { .call = &call->change,
		                     .counts = counts,
		                     .make_tables = stress_tables,
		                     .put_item = put_item,
		                     .rows = rows };
	ListCell *cell;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	change_report_begin(&changes, &arena, &monitor);
	foreach (cell, call->items)
	{
		StressItem *item = lfirst(cell);

		change_report_item(&changes, item, item->scenario == STRESS_BASELINE);
	}
}

static void
read_options(Jsonb *options, StressCall *call, StressOptions *read)
{
	AuditCall *audit = &call->change.audit;
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
		{ "group_metrics", ARGS_BOOLEAN, &call->change.group_metrics },
		{ "replicates", ARGS_INT, &audit->replicates, 100, 1000000 },
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX },
		{ NULL }
	};

	audit->replicates = REPLICATES;
	args_options(options, known);
	if (read->groups != NULL)
		call->groups = args_strings(read->groups, "groups", &call->n_groups);
	if (read->features != NULL && call->change.model == NULL)
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
			return call->change.side.kind != COMPARE_DECISION;
		case STRESS_LABEL_NOISE:
			*needed = "a label";
			return call->change.audit.label != NULL;
		case STRESS_MISSING_FEATURE:
		case STRESS_SHIFTED_FEATURE:
			*needed = "a model";
			return call->change.model != NULL;
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
