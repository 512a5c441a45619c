/*
 * fairness_access.c
 *    Accessors of the type fairness_stats: groups, gaps and their intervals.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "fair/bootstrap.h"
#include "fair/tally.h"
#include "pg/compat.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/figures.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/report.h"
#include "pg/rows.h"

void
fairness_groups_arg(FunctionCallInfo fcinfo, FairnessGroups *groups)
{
	groups->entries = fairness_entries(
		stats_payload(&fairness_kind, PG_GETARG_VARLENA_P(0), NULL),
		&groups->n_groups);
	groups->cells = palloc(sizeof(FairCells) * (Size) (groups->n_groups + 1));
	for (int g = 0; g < groups->n_groups; g++)
		fair_tally_cells(groups->entries[g].tally, &groups->cells[g]);
}

const FairCriterion *
fairness_criterion(const char *name)
{
	const FairCriterion *criterion = fair_criterion_find(name);
	StringInfoData known;

	if (criterion != NULL && fair_criterion_decided(criterion))
		return criterion;
	initStringInfo(&known);
	for (int c = 0; c < fair_criterion_of_decisions(); c++)
		appendStringInfo(&known, "%s%s", known.len == 0 ? "" : ", ",
		                 fair_criterion_table()[c]->name);
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("criterion \"%s\" is not known", name),
	                errhint("Known criteria: %s.", known.data)));
	return NULL;
}

/* The gap of the first argument by the criterion that the second one names;
 * NaN in gap->gap when there is none. */
static const FairCriterion *
gap_args(FunctionCallInfo fcinfo, FairnessGroups *groups, FairGap *gap)
{
	const FairCriterion *criterion =
		fairness_criterion(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	fairness_groups_arg(fcinfo, groups);
	fair_gap(criterion, groups->cells, groups->n_groups, gap);
	return criterion;
}

/* gap(fairness_stats, criterion text) returns float8: largest difference
 * between two groups; NULL when fewer than two have the rate. */
FAIRPG_FUNCTION(fairpg_gap);

Datum
fairpg_gap(PG_FUNCTION_ARGS)
{
	FairnessGroups groups;
	FairGap gap;

	gap_args(fcinfo, &groups, &gap);
	if (isnan(gap.gap))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gap.gap);
}

/* ratio(fairness_stats, criterion text) returns float8: lowest rate divided
 * by the highest; NULL when undefined or both are zero. */
FAIRPG_FUNCTION(fairpg_ratio);

Datum
fairpg_ratio(PG_FUNCTION_ARGS)
{
	FairnessGroups groups;
	FairGap gap;

	gap_args(fcinfo, &groups, &gap);
	if (isnan(gap.ratio))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gap.ratio);
}

/* gap_reason(fairness_stats, criterion text) returns text: why there is no
 * gap or ratio, or which groups it leaves out; NULL when it is complete. */
FAIRPG_FUNCTION(fairpg_gap_reason);

Datum
fairpg_gap_reason(PG_FUNCTION_ARGS)
{
	FairnessGroups groups;
	FairGap gap;
	const char *reason;

	gap_args(fcinfo, &groups, &gap);
	reason = figures_gap_reason(&gap, groups.n_groups);
	if (reason == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(reason));
}

/* worst_group(fairness_stats, criterion text) returns text: the group that
 * the gap is to the disadvantage of; see fair_gap_worst(). */
FAIRPG_FUNCTION(fairpg_worst_group);

Datum
fairpg_worst_group(PG_FUNCTION_ARGS)
{
	FairnessGroups groups;
	FairGap gap;
	const FairCriterion *criterion = gap_args(fcinfo, &groups, &gap);
	const FairnessEntry *worst;

	if (isnan(gap.gap))
		PG_RETURN_NULL();
	worst = &groups.entries[fair_gap_worst(criterion, &gap)];
	PG_RETURN_TEXT_P(
		cstring_to_text_with_len(worst->name, (int) worst->name_bytes));
}

/* The bootstrap intervals of the first argument by the second; arguments 2
 * and 3 are level and seed. */
static void
interval_args(FunctionCallInfo fcinfo, FairGapInterval *interval)
{
	const FairCriterion *criterion =
		fairness_criterion(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	double level = stats_level(fcinfo, 2);
	FairnessGroups groups;
	FairBootstrap plan;
	NumArena arena;
	NumMonitor monitor;

	fairness_groups_arg(fcinfo, &groups);
	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	plan = (FairBootstrap){ .groups = groups.cells,
		                    .n_groups = groups.n_groups,
		                    .level = level,
		                    .replicates = FAIR_REPLICATES,
		                    .seed = (uint64) PG_GETARG_INT64(3),
		                    .monitor = &monitor };
	report_status(fair_gap_intervals(&arena, &plan, &criterion, 1, interval),
	              &arena, "interval of a gap");
}

/* gap_interval(fairness_stats, criterion text, level float8, seed bigint)
 * returns interval: bootstrap percentile interval of gap(). */
FAIRPG_FUNCTION(fairpg_gap_interval);

Datum
fairpg_gap_interval(PG_FUNCTION_ARGS)
{
	FairGapInterval interval;

	interval_args(fcinfo, &interval);
	return outcome_interval(fcinfo, interval.gap_low, interval.gap_high);
}

/* ratio_interval(fairness_stats, criterion text, level float8, seed bigint)
 * returns interval: the same of ratio(). */
FAIRPG_FUNCTION(fairpg_ratio_interval);

Datum
fairpg_ratio_interval(PG_FUNCTION_ARGS)
{
	FairGapInterval interval;

	interval_args(fcinfo, &interval);
	return outcome_interval(fcinfo, interval.ratio_low, interval.ratio_high);
}

/* n(fairness_stats) returns bigint: rows with a decision, in all groups. */
FAIRPG_FUNCTION(fairpg_fairness_n);

Datum
fairpg_fairness_n(PG_FUNCTION_ARGS)
{
	FairnessGroups groups;
	uint64 rows = 0;

	fairness_groups_arg(fcinfo, &groups);
	for (int g = 0; g < groups.n_groups; g++)
		for (int d = 0; d < 2; d++)
			rows += groups.cells[g].rows[0][d] + groups.cells[g].rows[1][d] +
			        groups.cells[g].unlabelled_rows[d];
	PG_RETURN_INT64((int64) rows);
}

/* overall(fairness_stats) returns outcome_stats: all groups as one. */
FAIRPG_FUNCTION(fairpg_overall);

Datum
fairpg_overall(PG_FUNCTION_ARGS)
{
	uint8 empty[FAIR_TALLY_PLAIN_BYTES];
	uint8 total[FAIR_TALLY_WEIGHTED_BYTES];
	bool weighted = false;
	int n_groups;
	FairnessEntry *entries = fairness_entries(
		stats_payload(&fairness_kind, PG_GETARG_VARLENA_P(0), NULL), &n_groups);

	for (int g = 0; g < n_groups; g++)
		weighted = weighted || fair_tally_weighted(entries[g].tally);
	fair_tally_clear(empty);
	if (weighted)
		fair_tally_widen(empty, total);
	else
		fair_tally_clear(total);
	for (int g = 0; g < n_groups; g++)
		stats_check(fair_tally_merge(total, entries[g].tally));
	PG_RETURN_POINTER(outcome_from_tally(total));
}

/* outcome(fairness_stats, grp text) returns outcome_stats: one group, or
 * NULL when there is none of that name. */
FAIRPG_FUNCTION(fairpg_outcome);

Datum
fairpg_outcome(PG_FUNCTION_ARGS)
{
	const text *name = PG_GETARG_TEXT_PP(1);
	int n_groups;
	FairnessEntry *entries = fairness_entries(
		stats_payload(&fairness_kind, PG_GETARG_VARLENA_P(0), NULL), &n_groups);

	for (int g = 0; g < n_groups; g++)
		if (fairness_compare_names(entries[g].name, entries[g].name_bytes,
		                           VARDATA_ANY(name),
		                           VARSIZE_ANY_EXHDR(name)) == 0)
			PG_RETURN_POINTER(outcome_from_tally(entries[g].tally));
	PG_RETURN_NULL();
}

/* groups(fairness_stats) returns a row for each group, in the order of the
 * bytes of their names. */
FAIRPG_FUNCTION(fairpg_groups);

Datum
fairpg_groups(PG_FUNCTION_ARGS)
{
	int n_columns = 1 + outcome_row_columns();
	Datum *values = palloc(sizeof(Datum) * (Size) n_columns);
	bool *nulls = palloc(sizeof(bool) * (Size) n_columns);
	Rows rows;
	FairnessGroups groups;

	fairness_groups_arg(fcinfo, &groups);
	rows_begin(&rows, fcinfo, n_columns);
	for (int g = 0; g < groups.n_groups; g++)
	{
		values[0] = PointerGetDatum(cstring_to_text_with_len(
			groups.entries[g].name, (int) groups.entries[g].name_bytes));
		nulls[0] = false;
		outcome_row(&groups.cells[g], values + 1, nulls + 1);
		rows_add(&rows, values, nulls);
	}
	PG_RETURN_NULL();
}
