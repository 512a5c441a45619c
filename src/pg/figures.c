/*
 * figures.c
 *    Every figure that fairpg reports of groups.
 *
 * The draws of the intervals of an attribute depend on its counts and the seed
 * alone, so they are those of gap_interval() over the same groups.
 */
#include "postgres.h"

#include <math.h>

#include "nodes/pg_list.h"

#include "fair/metric.h"
#include "pg/figures.h"
#include "pg/report.h"

/* figures of a group beside the metrics and those of scores */
#define OTHER_FIGURES 2

static const char *
small_flag(const FigureSettings *settings, uint64 rows)
{
	return rows < (uint64) settings->min_group ? "small" : NULL;
}

static void
add_figure(const FigureSettings *settings, const char *metric, double value,
           uint64 rows, const char *reason, Figure *figure)
{
	figure->metric = metric;
	figure->value = value;
	figure->low = figure->high = NAN;
	figure->n = (int64) rows;
	figure->flag = small_flag(settings, rows);
	figure->reason = reason;
}

/* How many rows the figures leave out; their number. */
static int
count_figures(const FigureSettings *settings, const FairCells *cells,
              Figure *figures)
{
	uint64 unlabelled = cells->unlabelled_rows[0] + cells->unlabelled_rows[1];
	uint64 rows = unlabelled + cells->undecided_rows;
	int n = 0;

	for (int i = 0; i < 4; i++)
		rows += cells->rows[i / 2][i % 2];
	if (settings->has_label)
		add_figure(settings, "n_unlabelled", (double) unlabelled, rows, NULL,
		           &figures[n++]);
	add_figure(settings, "n_undecided", (double) cells->undecided_rows, rows,
	           NULL, &figures[n++]);
	/* a count is certain however small it is */
	for (int i = 0; i < n; i++)
		figures[i].flag = NULL;
	return n;
}

Figure *
figures_of_group(const FigureSettings *settings, const FigureGroup *group,
                 int *n_figures)
{
	Figure *figures;
	int n = 0;

	if (settings->of_numbers)
		return figures_of_numbers(settings, &group->errors, n_figures);
	figures =
		palloc(sizeof(Figure) * (Size) (fair_metric_count() +
	                                    figures_score_count() + OTHER_FIGURES));
	for (int m = 0; m < fair_metric_count(); m++)
	{
		FairMetricValue value;

		if (!settings->has_label && fair_metric_needs_label(m))
			continue;
		fair_metric_value(m, &group->cells, settings->level, &value);
		add_figure(settings, fair_metric_name(m), value.value, value.rows,
		           value.reason, &figures[n]);
		figures[n].low = value.low;
		figures[n++].high = value.high;
	}
	if (group->scores != NULL)
		n += figures_of_scores(settings, group, figures + n);
	else if (group->loss.rows > 0)
	{
		add_figure(settings, "log_loss", NAN, group->loss.rows, NULL,
		           &figures[n]);
		fair_loss_interval(&group->loss, settings->level, &figures[n].value,
		                   &figures[n].low, &figures[n].high);
		n++;
	}
	n += count_figures(settings, &group->cells, figures + n);
	*n_figures = n;
	return figures;
}

Figure *
figures_of_all_classes(const FigureSettings *settings, const FigureGroup *group,
                       int *n_figures)
{
	Figure *figures = palloc(sizeof(Figure) * 2);
	FairMetricValue value;

	fair_metric_value(fair_metric_find("accuracy"), &group->cells,
	                  settings->level, &value);
	add_figure(settings, "accuracy", value.value, value.rows, value.reason,
	           &figures[0]);
	figures[0].low = value.low;
	figures[0].high = value.high;
	add_figure(settings, "log_loss", NAN, group->loss.rows, NULL, &figures[1]);
	fair_loss_interval(&group->loss, settings->level, &figures[1].value,
	                   &figures[1].low, &figures[1].high);
	*n_figures = 2;
	return figures;
}

FigureAttribute *
figures_of_class(const FigureAttribute *attribute, int class)
{
	FigureAttribute *copy = palloc(sizeof(FigureAttribute));

	copy->name = attribute->name;
	copy->n_groups = attribute->n_groups;
	copy->groups = palloc0(sizeof(FigureGroup) * (Size) Max(copy->n_groups, 1));
	for (int g = 0; g < copy->n_groups; g++)
	{
		copy->groups[g].name = attribute->groups[g].name;
		copy->groups[g].cells = attribute->groups[g].classes[class];
	}
	return copy;
}

const char *
figures_gap_reason(const FairGap *gap, int n_groups)
{
	if (n_groups == 1)
		return "there is one group only";
	if (isnan(gap->gap))
		return "fewer than two groups have the rate";
	if (gap->n_undefined == 1)
		return "1 group does not have the rate";
	if (gap->n_undefined > 1)
		return psprintf("%d groups do not have the rate", gap->n_undefined);
	return NULL;
}

/* All of a gap but its interval. */
static void
describe_gap(const FigureSettings *settings, const FairCriterion *criterion,
             const FairCells *cells, int n_groups, FigureGap *figure)
{
	bool some_small = false;

	memset(figure, 0, sizeof(*figure));
	figure->criterion = criterion;
	fair_gap(criterion, cells, n_groups, &figure->gap);
	for (int g = 0; g < n_groups; g++)
		for (int e = 0; e < criterion->n_events; e++)
		{
			uint64 rows = fair_event_rows(criterion, e, &cells[g]);

			/* a group without the rate takes no part in the gap */
			if (rows > 0 && small_flag(settings, rows) != NULL)
				some_small = true;
			/* the events of a criterion share no rows */
			figure->n += (int64) rows;
		}
	figure->reason = figures_gap_reason(&figure->gap, n_groups);
	if (figure->gap.n_undefined > 0 && !isnan(figure->gap.gap))
		figure->flag = "incomplete";
	else if (some_small)
		figure->flag = "small";
}

/* Intervals that have been drawn. */
typedef struct FigureDrawn
{
	FairCells *groups;
	int n_groups;
	FairGapInterval *intervals;
} FigureDrawn;

typedef struct FigureMemory
{
	MemoryContext context;
	List *drawn; /* of FigureDrawn */
} FigureMemory;

void
figures_remember(FigureSettings *settings)
{
	settings->memory = palloc0(sizeof(FigureMemory));
	settings->memory->context = CurrentMemoryContext;
}

static FairGapInterval *
draw_intervals(const FigureSettings *settings, const FairCells *groups,
               int n_groups)
{
	int n_criteria = fair_criterion_of_decisions();
	FairGapInterval *intervals =
		palloc(sizeof(FairGapInterval) * (Size) n_criteria);
	FairBootstrap plan = { .groups = groups,
		                   .n_groups = n_groups,
		                   .level = settings->level,
		                   .replicates = settings->replicates,
		                   .seed = settings->seed,
		                   .monitor = settings->monitor };

	report_status(fair_gap_intervals(settings->arena, &plan,
	                                 fair_criterion_table(), n_criteria,
	                                 intervals),
	              settings->arena, "intervals of gaps");
	return intervals;
}

const FairGapInterval *
figures_intervals(const FigureSettings *settings, const FairCells *groups,
                  int n_groups)
{
	FigureMemory *memory = settings->memory;
	Size bytes = sizeof(FairCells) * (Size) n_groups;
	MemoryContext before;
	FigureDrawn *drawn;
	ListCell *cell;

	if (memory == NULL)
		return draw_intervals(settings, groups, n_groups);
	foreach (cell, memory->drawn)
	{
		drawn = lfirst(cell);
		if (drawn->n_groups == n_groups &&
		    memcmp(drawn->groups, groups, bytes) == 0)
			return drawn->intervals;
	}
	before = MemoryContextSwitchTo(memory->context);
	drawn = palloc(sizeof(FigureDrawn));
	drawn->groups = palloc(Max(bytes, 1));
	memcpy(drawn->groups, groups, bytes);
	drawn->n_groups = n_groups;
	drawn->intervals = draw_intervals(settings, groups, n_groups);
	memory->drawn = lappend(memory->drawn, drawn);
	MemoryContextSwitchTo(before);
	return drawn->intervals;
}

FigureGap *
figures_of_gaps(const FigureSettings *settings,
                const FigureAttribute *attribute, int *n_gaps)
{
	const FairCriterion *const *criteria = fair_criterion_table();
	int n_criteria = fair_criterion_of_decisions();
	int n_groups = attribute->n_groups;
	FairCells *cells = palloc(sizeof(FairCells) * (Size) Max(n_groups, 1));
	const FairGapInterval *intervals;
	FigureGap *figures;
	int n = 0;

	if (settings->of_numbers)
	{
		figures = palloc(sizeof(FigureGap));
		figures_mean_gap(settings, attribute, figures);
		*n_gaps = 1;
		return figures;
	}
	for (int g = 0; g < n_groups; g++)
		cells[g] = attribute->groups[g].cells;
	intervals = figures_intervals(settings, cells, n_groups);
	figures = palloc(sizeof(FigureGap) * (Size) n_criteria);
	for (int c = 0; c < n_criteria; c++)
	{
		if (!settings->has_label && fair_criterion_needs_label(criteria[c]))
			continue;
		describe_gap(settings, criteria[c], cells, n_groups, &figures[n]);
		figures[n].interval = intervals[c];
		if (isnan(figures[n].gap.gap))
			figures[n].interval.gap_low = figures[n].interval.gap_high = NAN;
		if (isnan(figures[n].gap.ratio))
			figures[n].interval.ratio_low = figures[n].interval.ratio_high =
				NAN;
		n++;
	}
	*n_gaps = n;
	return figures;
}
