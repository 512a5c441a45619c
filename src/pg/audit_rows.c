/*
 * audit_rows.c
 *    The rows of an audit, from the counts of its base groups.
 *
 * First all rows of the source as one group, then for each attribute its
 * groups in the order of their names, then its gaps and its ratios.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "pg/audit.h"
#include "pg/host.h"

static void put_group(Rows *rows, const FigureSettings *settings,
                      const char *attribute, const FigureGroup *group);
static void put_gaps(Rows *rows, const FigureSettings *settings,
                     const FigureAttribute *attribute);

FigureSettings
audit_settings(const AuditCall *call, NumArena *arena, NumMonitor *monitor)
{
	FigureSettings settings = { .has_label = call->label != NULL,
		                        .of_numbers = call->of_numbers,
		                        .level = call->level,
		                        .replicates = call->replicates,
		                        .seed = (uint64) call->seed,
		                        .min_group = call->min_group,
		                        .arena = arena,
		                        .monitor = monitor };

	return settings;
}

void
audit_report(const AuditCall *call, const AuditBase *bases, int n_bases,
             Rows *rows)
{
	NumArena arena;
	NumMonitor monitor;
	FigureSettings settings = audit_settings(call, &arena, &monitor);
	FigureGroup overall;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	audit_overall(&arena, bases, n_bases, &overall);
	put_group(rows, &settings, NULL, &overall);
	for (int a = 0; a < call->n_attributes; a++)
	{
		FigureAttribute attribute;

		audit_groups(&arena, &call->attributes[a], bases, n_bases, &attribute);
		figures_measure_scores(&settings, &overall, &attribute);
		for (int g = 0; g < attribute.n_groups; g++)
			put_group(rows, &settings, attribute.name, &attribute.groups[g]);
		put_gaps(rows, &settings, &attribute);
	}
}

static void
put_text(Datum *value, bool *null, const char *text)
{
	*null = text == NULL;
	*value = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static void
put_number(Datum *value, bool *null, double number)
{
	*null = isnan(number);
	*value = Float8GetDatum(isnan(number) ? 0 : number);
}

static void
put_row(Rows *rows, const AuditRow *row)
{
	const Figure *figure = &row->figure;
	Datum values[10];
	bool nulls[10] = { false };

	put_text(&values[0], &nulls[0], row->kind);
	put_text(&values[1], &nulls[1], row->attribute);
	put_text(&values[2], &nulls[2], row->group_name);
	put_text(&values[3], &nulls[3], figure->metric);
	put_number(&values[4], &nulls[4], figure->value);
	put_number(&values[5], &nulls[5], figure->low);
	put_number(&values[6], &nulls[6], figure->high);
	values[7] = Int64GetDatum(figure->n);
	put_text(&values[8], &nulls[8], figure->flag);
	put_text(&values[9], &nulls[9], figure->reason);
	rows_add(rows, values, nulls);
}

/* Every figure of one group; NULL for 'attribute' means all rows. */
static void
put_group(Rows *rows, const FigureSettings *settings, const char *attribute,
          const FigureGroup *group)
{
	int n_figures;
	Figure *figures = figures_of_group(settings, group, &n_figures);
	AuditRow row = { .kind = attribute == NULL ? "overall" : "group",
		             .attribute = attribute,
		             .group_name = group->name };

	for (int f = 0; f < n_figures; f++)
	{
		row.figure = figures[f];
		put_row(rows, &row);
	}
}

/* The group that a gap or a ratio is to the disadvantage of. */
static const char *
worst_group(const FigureAttribute *attribute, const FigureGap *gap, bool ratio)
{
	/* the least ratio may be that of another rate than the gap */
	if (isnan(gap->gap.gap) || (ratio && gap->criterion->n_events > 1))
		return NULL;
	return attribute->groups[fair_gap_worst(gap->criterion, &gap->gap)].name;
}

AuditRow
audit_gap_row(const FigureAttribute *attribute, const FigureGap *gap,
              bool ratio)
{
	const FairGapInterval *interval = &gap->interval;
	AuditRow row = {
		.kind = ratio ? "ratio" : "gap",
		.attribute = attribute->name,
		.group_name = worst_group(attribute, gap, ratio),
		.figure = { .metric = gap->criterion->name,
		            .value = ratio ? gap->gap.ratio : gap->gap.gap,
		            .low = ratio ? interval->ratio_low : interval->gap_low,
		            .high = ratio ? interval->ratio_high : interval->gap_high,
		            .n = gap->n,
		            .flag = gap->flag,
		            .reason = gap->reason }
	};

	if (ratio && !isnan(gap->gap.gap) && isnan(gap->gap.ratio))
		row.figure.reason = "the highest rate is zero";
	return row;
}

/* The gaps of figures of scores, or of numbers that are predicted. */
static void
put_figure_gaps(Rows *rows, const FigureSettings *settings,
                const FigureAttribute *attribute)
{
	int n_gaps;
	FigureScoreGap *gaps =
		settings->of_numbers
			? figures_of_number_gaps(settings, attribute, &n_gaps)
			: figures_of_score_gaps(settings, attribute, &n_gaps);

	for (int g = 0; g < n_gaps; g++)
	{
		int worst = gaps[g].worst;
		AuditRow row = { .kind = "gap",
			             .attribute = attribute->name,
			             .group_name =
			                 worst < 0 ? NULL : attribute->groups[worst].name,
			             .figure = gaps[g].figure };

		put_row(rows, &row);
	}
}

/* The gaps of an attribute by every criterion, those of its scores or numbers,
 * and then the ratios, which numbers have none of: their zero is anywhere. */
static void
put_gaps(Rows *rows, const FigureSettings *settings,
         const FigureAttribute *attribute)
{
	int n_gaps;
	FigureGap *gaps = figures_of_gaps(settings, attribute, &n_gaps);

	for (int ratio = 0; ratio < (settings->of_numbers ? 1 : 2); ratio++)
	{
		for (int g = 0; g < n_gaps; g++)
		{
			AuditRow row = audit_gap_row(attribute, &gaps[g], ratio == 1);

			put_row(rows, &row);
		}
		if (ratio == 0)
			put_figure_gaps(rows, settings, attribute);
	}
}
