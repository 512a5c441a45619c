/*
 * change_rows.c
 *    Figures as rows: for each thing that is tried the metrics of all rows, and
 *    the gaps of each attribute, as they would be.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "fair/metric.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/change.h"

typedef struct ChangeFigure
{
	const char *kind;
	const char *attribute;
	const char *group_name;
	Figure figure; /* as it would be */
	double baseline;
	double low; /* of the change */
	double high;
	const char *certain; /* why the change has no interval */
} ChangeFigure;

static void put(const ChangeReport *report, const ChangeFigure *figure);
static void put_metrics(const ChangeReport *report, int attribute,
                        const FairPaired *tables);
static void
put_gaps(const ChangeReport *report, int attribute, const FairPaired *tables);

void
change_report_begin(ChangeReport *report, NumArena *arena, NumMonitor *monitor)
{
	report->tables =
		palloc(sizeof(FairPaired) * (Size) Max(report->counts->n_cells, 1));
	report->settings = audit_settings(&report->call->audit, arena, monitor);
	/* much that is tried leaves the tables of some attribute as they are */
	figures_remember(&report->settings);
}

void
change_report_item(ChangeReport *report, const void *item, bool is_baseline)
{
	FairPaired *tables = report->tables;
	int everybody = report->call->audit.n_attributes;

	report->item = item;
	report->is_baseline = is_baseline;
	report->make_tables(report, everybody, tables);
	put_metrics(report, everybody, tables);
	for (int a = 0; a < everybody; a++)
	{
		report->make_tables(report, a, tables);
		if (report->call->group_metrics)
			put_metrics(report, a, tables);
		put_gaps(report, a, tables);
	}
}

static void
put(const ChangeReport *report, const ChangeFigure *figure)
{
	const Figure *after = &figure->figure;
	bool is_baseline = report->is_baseline;
	double change = after->value - figure->baseline;
	const char *reason = after->reason;
	RowMaker row;

	if (reason == NULL && !is_baseline)
		reason =
			isnan(change) ? "it is undefined at the baseline" : figure->certain;
	row_begin_among(&row, report->rows);
	row_put_text(&row, figure->kind);
	report->put_item(report, &row);
	row_put_text(&row, figure->attribute);
	row_put_text(&row, figure->group_name);
	row_put_text(&row, after->metric);
	row_put_real(&row, after->value);
	row_put_real(&row, after->low);
	row_put_real(&row, after->high);
	row_put_real(&row, figure->baseline);
	row_put_real(&row, is_baseline ? NAN : change);
	row_put_real(&row, is_baseline || isnan(change) ? NAN : figure->low);
	row_put_real(&row, is_baseline || isnan(change) ? NAN : figure->high);
	row_put(&row, Int64GetDatum(after->n));
	row_put_text(&row, after->flag);
	row_put_text(&row, reason);
	row_end_among(&row, report->rows);
}

static FairPairedPlan
make_plan(const ChangeReport *report, const FairPaired *tables, int n_groups)
{
	const FigureSettings *settings = &report->settings;
	FairPairedPlan plan = { .groups = tables,
		                    .n_groups = n_groups,
		                    .level = settings->level,
		                    .replicates = settings->replicates,
		                    .seed = settings->seed,
		                    .monitor = settings->monitor };

	return plan;
}

/* Whether a table is the same before and after, in what 'needs_label' says. */
static bool
is_same(const FairPaired *table, bool needs_label)
{
	uint64 others = 0;

	if (table->kind == FAIR_PAIRED_WEIGHTS)
	{
		for (int i = 0; i < 6; i++)
			others += table->rows[i / 2][i % 2][1];
		return others == 0 || table->factor == 1;
	}
	if (table->kind == FAIR_PAIRED_LABELS && !needs_label)
		return true;
	for (int i = 0; i < 6; i++)
		if (table->kind == FAIR_PAIRED_DECISIONS || i / 2 < FAIR_UNLABELLED)
			others += table->weight[i / 2][i % 2][!(i % 2)] > 0;
	return others == 0;
}

/* Why a change of nothing is certain, or is not known to be. */
static const char *
same_reason(FairPairedKind kind)
{
	return kind == FAIR_PAIRED_DECISIONS ? "no row is decided differently"
	                                     : "it does not depend on this";
}

/* The ends of resampling, unless they have no width. */
static void
take_draws(ChangeFigure *figure, bool same, FairPairedKind kind, double low,
           double high)
{
	figure->low = figure->high = NAN;
	if (same)
		figure->certain = same_reason(kind);
	if (same && kind != FAIR_PAIRED_DECISIONS)
		figure->low = figure->high = 0;
	else if (low < high)
	{
		figure->low = low;
		figure->high = high;
	}
	else if (!same)
		figure->certain = "resampling finds no other value";
}

/* One metric of one group. */
static void
put_metric(const ChangeReport *report, int metric, const FairPaired *table,
           const FairPairedInterval *drawn, ChangeFigure *figure)
{
	FairCells sides[2];
	FairMetricValue value;
	bool same = is_same(table, fair_metric_needs_label(metric));

	for (int s = 0; s < 2; s++)
		fair_paired_side(table, s, &sides[s]);
	fair_metric_value(metric, &sides[1], report->settings.level, &value);
	figure->baseline = fair_metric_figure(metric, &sides[0]);
	figure->figure =
		(Figure){ .metric = fair_metric_name(metric),
		          .value = same ? figure->baseline : value.value,
		          .low = value.low,
		          .high = value.high,
		          .n = (int64) value.rows,
		          .reason = value.reason,
		          .flag = value.rows < (uint64) report->settings.min_group
		                      ? "small"
		                      : NULL };
	figure->certain = NULL;
	if (table->kind == FAIR_PAIRED_DECISIONS && fair_paired_same_rows(metric))
	{
		FairPairedMetric paired;

		fair_paired_metric(metric, table, report->settings.level, &paired);
		figure->low = paired.low;
		figure->high = paired.high;
	}
	else
		take_draws(figure, same, table->kind, drawn[metric].low,
		           drawn[metric].high);
	put(report, figure);
}

static void
put_metrics(const ChangeReport *report, int attribute, const FairPaired *tables)
{
	static const char *const names[] = { "accuracy", "selection_rate", "tpr",
		                                 "fpr" };
	const ChangeAttribute *groups = &report->counts->attributes[attribute];
	FairPairedInterval *drawn =
		palloc0(sizeof(FairPairedInterval) * (Size) fair_metric_count());

	for (int g = 0; g < groups->n_groups; g++)
	{
		ChangeFigure figure = { .kind = "metric",
			                    .attribute = groups->name,
			                    .group_name = groups->names[g] };
		FairPairedPlan plan = make_plan(report, &tables[g], 1);

		if (tables[g].kind != FAIR_PAIRED_DECISIONS)
			report_status(
				fair_paired_metrics(report->settings.arena, &plan, drawn),
				report->settings.arena, "intervals of differences");
		for (int i = 0; i < lengthof(names); i++)
		{
			int metric = fair_metric_find(names[i]);

			if (report->settings.has_label || !fair_metric_needs_label(metric))
				put_metric(report, metric, &tables[g], drawn, &figure);
		}
	}
	pfree(drawn);
}

/* One gap, with the interval of its change. */
static void
put_gap(const ChangeReport *report, const FigureAttribute *after,
        const FigureGap *gap, const FairPaired *tables,
        const FairGapInterval *drawn)
{
	AuditRow row = audit_gap_row(after, gap, false);
	ChangeFigure figure = { .kind = "gap",
		                    .attribute = after->name,
		                    .group_name = row.group_name,
		                    .figure = row.figure };
	FairCells *before =
		palloc(sizeof(FairCells) * (Size) Max(after->n_groups, 1));
	bool same = true;
	FairGap was;

	for (int g = 0; g < after->n_groups; g++)
	{
		fair_paired_side(&tables[g], 0, &before[g]);
		same &= is_same(&tables[g], fair_criterion_needs_label(gap->criterion));
	}
	fair_gap(gap->criterion, before, after->n_groups, &was);
	figure.baseline = was.gap;
	if (same)
		figure.figure.value = was.gap;
	take_draws(&figure, same, tables[0].kind, drawn->gap_low, drawn->gap_high);
	put(report, &figure);
	pfree(before);
}

static void
put_gaps(const ChangeReport *report, int attribute, const FairPaired *tables)
{
	const ChangeAttribute *groups = &report->counts->attributes[attribute];
	const FairCriterion *const *criteria = fair_criterion_table();
	int n_criteria = fair_criterion_of_decisions();
	FairGapInterval *drawn =
		palloc0(sizeof(FairGapInterval) * (Size) n_criteria);
	FairPairedPlan plan = make_plan(report, tables, groups->n_groups);
	FigureAttribute after = { .name = groups->name,
		                      .n_groups = groups->n_groups,
		                      .groups = palloc0(sizeof(FigureGroup) *
		                                        (Size) groups->n_groups) };
	FigureGap *gaps;
	int n_gaps;

	for (int g = 0; g < groups->n_groups; g++)
	{
		after.groups[g].name = groups->names[g];
		fair_paired_side(&tables[g], 1, &after.groups[g].cells);
	}
	gaps = figures_of_gaps(&report->settings, &after, &n_gaps);
	if (!report->is_baseline)
		report_status(fair_paired_gaps(report->settings.arena, &plan, criteria,
		                               n_criteria, drawn),
		              report->settings.arena, "intervals of gaps");
	/* of all criteria those that there are labels for, in the same order */
	for (int c = 0, g = 0; g < n_gaps; c++)
		if (criteria[c] == gaps[g].criterion)
			put_gap(report, &after, &gaps[g++], tables, &drawn[c]);
	pfree(drawn);
}
