/*
 * train_judge.c
 *    The verdict on a trained model, from its certificate.
 *
 * The gap that is reported is the largest difference between any two groups
 * of one protected attribute whose event has at least min_group rows in the
 * part that is judged; the others are named in the warnings.  Its interval is
 * a bootstrap of the confusion tables.  A bound is passed when the whole
 * interval is within it, failed when the whole interval is beyond it, and
 * otherwise the rows do not suffice to tell.
 */
#include "postgres.h"

#include <math.h>

#include "fair/bootstrap.h"
#include "pg/report.h"
#include "pg/train/call.h"

#define GAP_LEVEL 0.95

/* Clears the cells of a group that some event of the criterion finds too
 * small; false when it did. */
static bool
clear_small(const FairCriterion *criterion, int min_group, FairCells *cells)
{
	const double one[2] = { 1, 1 };
	uint64_t rows[2];
	bool kept = true;

	for (int y = 0; y < 2; y++)
		rows[y] = cells->rows[y][0] + cells->rows[y][1];
	for (int e = 0; e < criterion->n_events; e++)
	{
		FairRate rate;
		uint64_t event_rows = 0;

		criterion->rate(e, one, &rate);
		for (int y = 0; y < 2; y++)
			if (rate.share[y] != 0)
				event_rows += rows[y];
		if (event_rows >= (uint64_t) min_group)
			continue;
		kept = false;
		for (int y = 0; y < 2; y++)
			if (rate.share[y] != 0)
				for (int d = 0; d < 2; d++)
				{
					cells->weight[y][d] = 0;
					cells->weight_squared[y][d] = 0;
					cells->rows[y][d] = 0;
				}
	}
	return kept;
}

FairCells *
train_judged_groups(TrainCall *call, const Certificate *part, int attribute)
{
	const DataAttribute *a = &call->data->attributes[attribute];
	FairCells *groups = palloc(sizeof(FairCells) * a->n_groups);

	certificate_groups(call->data, a, part->base, groups);
	for (uint32 g = 0; g < a->n_groups; g++)
		if (!clear_small(call->criterion, call->min_group, &groups[g]))
			call->warnings = lappend(
				call->warnings,
				psprintf("group \"%s\" of \"%s\" is not judged: fewer than %d "
			             "rows of the criterion's event",
			             a->group_names[g], a->name, call->min_group));
	return groups;
}

static void
judge_gap(TrainCall *call)
{
	FairCells *worst_groups = NULL;
	FairGap worst = { .gap = NAN };
	FairBootstrap plan = { .level = GAP_LEVEL,
		                   .replicates = FAIR_REPLICATES,
		                   .seed = (uint64_t) call->seed,
		                   .monitor = &call->monitor };
	FairGapInterval interval;

	for (uint32 a = 0; a < call->data->n_attributes; a++)
	{
		FairCells *groups = train_judged_groups(call, call->judged, (int) a);
		FairGap gap;

		fair_gap(call->criterion, groups,
		         (int) call->data->attributes[a].n_groups, &gap);
		if (isnan(gap.gap) || worst.gap >= gap.gap)
			continue;
		worst = gap;
		worst_groups = groups;
		call->gap.attribute = (int) a;
	}
	if (worst_groups == NULL)
		return;
	call->gap.gap = worst.gap;
	call->gap.highest = worst.highest;
	call->gap.lowest = worst.lowest;
	call->gap.event = worst.event;
	plan.groups = worst_groups;
	plan.n_groups = (int) call->data->attributes[call->gap.attribute].n_groups;
	report_status(
		fair_gap_intervals(&call->arena, &plan, call->criterion, 1, &interval),
		&call->arena, "gap interval");
	call->gap.low = interval.gap_low;
	call->gap.high = interval.gap_high;
}

static const char *
verdict(const TrainCall *call)
{
	if (!call->has_max_gap)
		return NULL;
	if (isnan(call->gap.low) || isnan(call->gap.high))
		return "insufficient";
	if (call->gap.high <= call->max_gap)
		return "pass";
	if (call->gap.low > call->max_gap)
		return "fail";
	return "insufficient";
}

void
train_judge(TrainCall *call)
{
	call->gap.attribute = -1;
	call->gap.gap = call->gap.low = call->gap.high = NAN;
	if (call->criterion != NULL)
		judge_gap(call);
	call->verdict = verdict(call);

	if (call->judged == &call->train_part)
		call->warnings =
			lappend(call->warnings,
		            pstrdup("no rows were held out: quality figures are of "
		                    "the training rows"));
	if (call->result.outcome == TRAIN_INFEASIBLE)
		call->warnings = lappend(
			call->warnings,
			psprintf("no model met max_gap %g on the training rows; this is "
		             "the closest, with a gap of %.4f",
		             call->max_gap, call->result.gap));
	if (call->result.outcome == TRAIN_ITERATION_LIMIT)
		call->warnings = lappend(
			call->warnings,
			psprintf("the search stopped after %d iterations without having "
		             "converged; this is the best point it saw",
		             call->iterations));
	if (call->train_part.positive_share <= 0 ||
	    call->train_part.positive_share >= 1)
	{
		call->result.outcome = TRAIN_CONSTANT;
		call->warnings = lappend(
			call->warnings,
			psprintf("the model decides %s for every training row",
		             call->train_part.positive_share <= 0 ? "negative"
		                                                  : "positive"));
	}
}
