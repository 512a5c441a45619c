/*
 * judge.c
 *    The verdict on a model.
 */
#include "postgres.h"

#include <math.h>

#include "pg/judge.h"
#include "pg/report.h"

/* Takes the rates that too few rows of a group tell about out of its table;
 * false when it did. */
static bool
clear_small(const FairCriterion *criterion, int min_group, FairCells *cells)
{
	const FairCells all = *cells;
	bool kept = true;

	for (int e = 0; e < criterion->n_events; e++)
		if (fair_event_rows(criterion, e, &all) < (uint64) min_group)
		{
			fair_clear_event(criterion, e, cells);
			kept = false;
		}
	return kept;
}

/* The cells of an attribute's groups, where those of groups too small to
 * judge are cleared. */
static FairCells *
judged_cells(const FigureSettings *settings, const FairCriterion *criterion,
             const FigureAttribute *attribute, Judgement *judgement)
{
	FairCells *cells =
		palloc(sizeof(FairCells) * (Size) Max(attribute->n_groups, 1));

	for (int g = 0; g < attribute->n_groups; g++)
	{
		cells[g] = attribute->groups[g].cells;
		if (!clear_small(criterion, settings->min_group, &cells[g]))
			judgement->warnings = lappend(
				judgement->warnings,
				psprintf("group \"%s\" of \"%s\" is not judged: fewer than %d "
			             "rows of the criterion's event",
			             attribute->groups[g].name, attribute->name,
			             settings->min_group));
	}
	return cells;
}

static const char *
verdict(const Judgement *judgement, double max_gap)
{
	if (isnan(max_gap))
		return NULL;
	if (isnan(judgement->low) || isnan(judgement->high))
		return "insufficient";
	if (judgement->high <= max_gap)
		return "pass";
	if (judgement->low > max_gap)
		return "fail";
	return "insufficient";
}

void
judge_gap(const FigureSettings *settings, const FairCriterion *criterion,
          const FigureAttribute *attributes, int n_attributes, double max_gap,
          Judgement *judgement)
{
	FairBootstrap plan = { .level = settings->level,
		                   .replicates = settings->replicates,
		                   .seed = settings->seed,
		                   .monitor = settings->monitor };

	memset(judgement, 0, sizeof(*judgement));
	judgement->gap = judgement->low = judgement->high = NAN;
	for (int a = 0; a < n_attributes; a++)
	{
		FairCells *cells =
			judged_cells(settings, criterion, &attributes[a], judgement);
		FairGapInterval interval;
		FairGap gap;

		fair_gap(criterion, cells, attributes[a].n_groups, &gap);
		if (isnan(gap.gap))
			continue;
		plan.groups = cells;
		plan.n_groups = attributes[a].n_groups;
		report_status(
			fair_gap_intervals(settings->arena, &plan, criterion, 1, &interval),
			settings->arena, "gap interval");
		/* the gap of an attribute that looks smaller may be the larger one */
		judgement->low = fmax(judgement->low, interval.gap_low);
		judgement->high = fmax(judgement->high, interval.gap_high);
		if (judgement->gap >= gap.gap)
			continue;
		judgement->attribute = &attributes[a];
		judgement->gap = gap.gap;
		judgement->highest = gap.highest;
		judgement->lowest = gap.lowest;
	}
	judgement->verdict = verdict(judgement, max_gap);
}

char *
judge_worst_group(const FairCriterion *criterion, const Judgement *judgement)
{
	FairGap gap = { .highest = judgement->highest,
		            .lowest = judgement->lowest };

	if (judgement->attribute == NULL)
		return NULL;
	return psprintf(
		"%s: %s", judgement->attribute->name,
		judgement->attribute->groups[fair_gap_worst(criterion, &gap)].name);
}
