/*
 * subgroup_rows.c
 *    The rows of a search of subgroups.
 *
 * First the rate of all rows and how many subgroups were tested, then the
 * worst of them, those whose effect is the largest for certain before the
 * others.  With a split each is followed by what the other half says of it.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "fair/interval.h"
#include "fair/metric.h"
#include "fair/pooling.h"
#include "pg/report.h"
#include "pg/subgroups.h"

/* Groups of one pool: beyond that it takes longer than anybody waits. */
#define POOLED_MAX 1000

/* All subgroups by the same columns. */
typedef struct Pool
{
	int n;
	FairSubgroup *members;
	FairPooled *rates; /* NULL: there are too many */
} Pool;

typedef struct SubgroupReport
{
	const SubgroupCall *call;
	Rows *rows;
	NumArena *arena;
	NumMonitor *monitor;
	const FairSubgroups *found; /* to be pooled; or NULL */
	List *pools;                /* of Pool */
} SubgroupReport;

/* One row of the result; NaN and NULL become SQL NULL. */
typedef struct SubgroupRow
{
	const char *kind;
	int rank; /* 0: none */
	const char *attribute;
	const char *group_name;
	const char *metric;
	FairSubgroup figures;
	FairPooled pooled;
	int64 n;
	int64 n_rest;
	const char *verdict;
	const char *flag;
	const char *reason;
} SubgroupRow;

static void
put(const SubgroupReport *report, const SubgroupRow *row)
{
	const FairSubgroup *figures = &row->figures;
	RowMaker maker;

	row_begin_among(&maker, report->rows);
	row_put_text(&maker, row->kind);
	row_put_count(&maker, row->rank);
	row_put_text(&maker, row->attribute);
	row_put_text(&maker, row->group_name);
	row_put_text(&maker, row->metric);
	row_put_real(&maker, figures->value);
	row_put_real(&maker, figures->rest);
	row_put_real(&maker, figures->effect);
	row_put_real(&maker, figures->low);
	row_put_real(&maker, figures->high);
	row_put(&maker, Int64GetDatum(row->n));
	row_put_count(&maker, row->n_rest);
	row_put_real(&maker, figures->p);
	row_put_real(&maker, figures->p_adjusted);
	row_put_real(&maker, row->pooled.value);
	row_put_real(&maker, row->pooled.low);
	row_put_real(&maker, row->pooled.high);
	row_put_text(&maker, row->verdict);
	row_put_text(&maker, row->flag);
	row_put_text(&maker, row->reason);
	row_end_among(&maker, report->rows);
}

static SubgroupRow
empty_row(const char *kind, const char *metric)
{
	SubgroupRow row = { .kind = kind,
		                .metric = metric,
		                .figures = { .value = NAN,
		                             .rest = NAN,
		                             .effect = NAN,
		                             .low = NAN,
		                             .high = NAN,
		                             .p = NAN,
		                             .p_adjusted = NAN },
		                .pooled = { NAN, NAN, NAN, NAN } };

	return row;
}

/* The rate of all rows of a half, with its own interval. */
static void
put_overall(const SubgroupReport *report, const FairShare *all,
            const char *kind)
{
	const SubgroupCall *call = report->call;
	SubgroupRow row = empty_row(kind, fair_metric_name(call->metric));

	row.n = (int64) all->n;
	if (all->over > 0)
	{
		row.figures.value = all->of / all->over;
		fair_wilson(row.figures.value, all->over * all->over / all->squared,
		            call->audit.level, &row.figures.low, &row.figures.high);
	}
	else
		row.reason = "no rows that the metric is over";
	if (row.n < call->audit.min_group)
		row.flag = "small";
	put(report, &row);
}

static void
put_tested(const SubgroupReport *report, const SubgroupCounts *counts)
{
	SubgroupRow row = empty_row("search", "n_tested");

	row.figures.value = (double) counts->found.n;
	row.n = (int64) counts->all[0].n;
	put(report, &row);
	row.metric = "n_scans";
	row.figures.value = counts->n_scans;
	row.reason = counts->crossed ? NULL
	                             : "there are more than max_cells combinations "
	                               "of all columns";
	put(report, &row);
}

/* "sex*age" and "sex = f and 25 < age <= 40". */
static void
name_subgroup(const SubgroupCall *call, SubgroupRow *row)
{
	StringInfoData attribute;
	StringInfoData name;

	initStringInfo(&attribute);
	initStringInfo(&name);
	for (int k = 0; k < row->figures.n_conditions; k++)
	{
		const SubgroupColumn *column = &call->columns[row->figures.column[k]];

		appendStringInfo(&attribute, "%s%s", k > 0 ? "*" : "", column->name);
		appendStringInfo(&name, "%s%s", k > 0 ? " and " : "",
		                 subgroup_condition(column, row->figures.level[k]));
	}
	row->attribute = attribute.data;
	row->group_name = name.data;
}

/* Whether the test says that a subgroup differs, the way that is bad. */
static const char *
verdict_of(const SubgroupCall *call, const FairSubgroup *figures)
{
	if (isnan(figures->p_adjusted))
		return NULL;
	if (figures->p_adjusted >= 1 - call->audit.level)
		return "no decision";
	if (call->worst == FAIR_WORST_EITHER)
		return figures->effect > 0 ? "higher" : "lower";
	return (figures->effect > 0) == (call->worst == FAIR_WORST_HIGH) ? "worse"
	                                                                 : "better";
}

/* Two subgroups by values of the same columns. */
static bool
same_columns(const FairSubgroup *a, const FairSubgroup *b)
{
	return a->n_conditions == b->n_conditions &&
	       memcmp(a->column, b->column, sizeof(int) * a->n_conditions) == 0;
}

/* The rates of all subgroups by the same columns as one of them, which share no
 * rows, each with help from the others. */
static Pool *
make_pool(const SubgroupReport *report, const FairSubgroup *subgroup)
{
	const FairSubgroups *found = report->found;
	Pool *pool = palloc0(sizeof(Pool));
	FairCount *counts = palloc(sizeof(FairCount) * (Size) POOLED_MAX);

	pool->members = palloc(sizeof(FairSubgroup) * (Size) POOLED_MAX);
	for (size_t i = 0; i < found->n; i++)
	{
		const FairShare *share = &found->list[i].share;
		double effective;

		if (!same_columns(&found->list[i], subgroup))
			continue;
		if (pool->n == POOLED_MAX)
			return pool; /* without rates: it would take too long */
		effective =
			share->over > 0 ? share->over * share->over / share->squared : 0;
		counts[pool->n].n = effective;
		counts[pool->n].successes =
			effective > 0 ? effective * fmin(share->of / share->over, 1) : 0;
		pool->members[pool->n++] = found->list[i];
	}
	pool->rates = palloc(sizeof(FairPooled) * (Size) pool->n);
	report_status(fair_pool_rates(report->arena, report->monitor, counts,
	                              pool->n, report->call->audit.level,
	                              pool->rates),
	              report->arena, "pooling subgroups");
	return pool;
}

/* The pooled rate of one that was found. */
static FairPooled
pooled_rate(SubgroupReport *report, const FairSubgroup *subgroup)
{
	FairPooled none = { NAN, NAN, NAN, NAN };
	Pool *pool = NULL;
	ListCell *cell;

	foreach (cell, report->pools)
		if (same_columns(&((Pool *) lfirst(cell))->members[0], subgroup))
			pool = lfirst(cell);
	if (pool == NULL)
	{
		pool = make_pool(report, subgroup);
		report->pools = lappend(report->pools, pool);
	}
	for (int i = 0; i < pool->n && pool->rates != NULL; i++)
		if (fair_subgroup_within(&pool->members[i], subgroup))
			return pool->rates[i];
	return none;
}

static void
put_subgroup(SubgroupReport *report, const char *kind, int rank,
             const FairSubgroup *figures, const FairShare *all)
{
	const SubgroupCall *call = report->call;
	SubgroupRow row = empty_row(kind, fair_metric_name(call->metric));
	FairShare rest = fair_share_rest(all, &figures->share);

	if (report->found != NULL)
		row.pooled = pooled_rate(report, figures);

	row.rank = rank;
	row.figures = *figures;
	row.n = (int64) figures->share.n;
	row.n_rest = (int64) rest.n;
	name_subgroup(call, &row);
	if (figures->share.n == 0)
		row.reason = "no rows that the metric is over";
	else if (rest.n == 0)
		row.reason = "no rows outside of it that the metric is over";
	if (Min(row.n, row.n_rest) < call->audit.min_group)
		row.flag = "small";
	row.verdict = verdict_of(call, figures);
	put(report, &row);
}

/* A subgroup that says no more than one with fewer conditions that has been
 * chosen: it has the same rows. */
static bool
said_already(const FairSubgroup *chosen, int n, const FairSubgroup *subgroup)
{
	for (int i = 0; i < n; i++)
		if (chosen[i].share.rows == subgroup->share.rows &&
		    chosen[i].n_conditions < subgroup->n_conditions &&
		    fair_subgroup_within(&chosen[i], subgroup))
			return true;
	return false;
}

static void
judge(const SubgroupReport *report, const FairShare *all, FairSubgroup *list,
      size_t n)
{
	const SubgroupCall *call = report->call;
	FairSubgroupTest test = { .all = *all,
		                      .level = call->audit.level,
		                      .worst = call->worst,
		                      .weighted = call->audit.weight != NULL,
		                      .adjustment = call->adjustment,
		                      .monitor = report->monitor };

	report_status(fair_subgroup_judge(report->arena, &test, list, n),
	              report->arena, "judging subgroups");
}

/* The worst that say something of their own. */
static FairSubgroup *
choose(const SubgroupReport *report, const FairSubgroups *found, int *n)
{
	FairSubgroup *chosen =
		palloc(sizeof(FairSubgroup) * (Size) report->call->top);

	*n = 0;
	for (size_t i = 0; i < found->n && *n < report->call->top; i++)
		if (!said_already(chosen, *n, &found->list[i]))
			chosen[(*n)++] = found->list[i];
	return chosen;
}

void
subgroup_report(const SubgroupCall *call, NumArena *arena, NumMonitor *monitor,
                SubgroupCounts *counts, Rows *rows)
{
	SubgroupReport report = {
		.call = call, .rows = rows, .arena = arena, .monitor = monitor
	};
	FairSubgroup *chosen;
	FairSubgroup *again;
	int n;

	put_overall(&report, &counts->all[0], "overall");
	if (call->split != NULL)
		put_overall(&report, &counts->all[1], "overall_confirm");
	put_tested(&report, counts);
	if (counts->found.n == 0)
		return;
	judge(&report, &counts->all[0], counts->found.list, counts->found.n);
	fair_subgroup_sort(counts->found.list, counts->found.n);
	chosen = choose(&report, &counts->found, &n);
	again = palloc(sizeof(FairSubgroup) * (Size) n);
	memcpy(again, chosen, sizeof(FairSubgroup) * (Size) n);
	if (call->split != NULL)
	{
		for (int i = 0; i < n; i++)
			again[i].share = subgroup_other_share(counts, &chosen[i]);
		judge(&report, &counts->all[1], again, (size_t) n);
	}
	for (int i = 0; i < n; i++)
	{
		report.found = call->pooled ? &counts->found : NULL;
		put_subgroup(&report, call->split != NULL ? "found" : "subgroup", i + 1,
		             &chosen[i], &counts->all[0]);
		report.found = NULL;
		if (call->split != NULL)
			put_subgroup(&report, "confirm", i + 1, &again[i], &counts->all[1]);
	}
}
