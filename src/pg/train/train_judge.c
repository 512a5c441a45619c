/*
 * train_judge.c
 *    The verdict on a trained model, from its certificate.
 */
#include "postgres.h"

#include <math.h>

#include "pg/train/call.h"

/* Confidence of every interval that training reports. */
#define LEVEL 0.95

FigureAttribute *
train_groups(const TrainCall *call, const Certificate *part)
{
	uint32 n = call->data->n_attributes;
	FigureAttribute *result = palloc(sizeof(FigureAttribute) * Max(n, 1));

	for (uint32 a = 0; a < n; a++)
	{
		const DataAttribute *from = &call->data->attributes[a];
		FairCells *cells = palloc(sizeof(FairCells) * from->n_groups);
		FigureAttribute *to = &result[a];

		certificate_groups(call->data, from, part->base, cells);
		to->name = from->name;
		to->n_groups = (int) from->n_groups;
		to->groups = palloc0(sizeof(FigureGroup) * from->n_groups);
		for (uint32 g = 0; g < from->n_groups; g++)
		{
			to->groups[g].name = from->group_names[g];
			to->groups[g].cells = cells[g];
		}
	}
	return result;
}

static void
warn(TrainCall *call, char *warning)
{
	call->warnings = lappend(call->warnings, warning);
}

/* What the way the search ended means for the reader. */
static void
warn_of_outcome(TrainCall *call)
{
	if (call->result.outcome == TRAIN_INFEASIBLE)
		warn(call, psprintf("no model met max_gap %g on the training rows; "
		                    "this is the closest, with a gap of %.4f",
		                    call->max_gap, call->result.gap));
	if (call->result.outcome == TRAIN_ITERATION_LIMIT)
		warn(call, psprintf("the search stopped after %d iterations without "
		                    "having converged; this is the best point it saw",
		                    call->iterations));
}

/* A model that decides alike for everybody is fair by every measure. */
static void
note_constant(TrainCall *call)
{
	double share = call->train_part.positive_share;

	if (share > 0 && share < 1)
		return;
	call->result.outcome = TRAIN_CONSTANT;
	warn(call, psprintf("the model decides %s for every training row",
	                    share <= 0 ? "negative" : "positive"));
}

void
train_judge(TrainCall *call)
{
	call->figures = (FigureSettings){ .has_label = true,
		                              .level = LEVEL,
		                              .replicates = FAIR_REPLICATES,
		                              .seed = (uint64) call->seed,
		                              .min_group = call->min_group,
		                              .arena = &call->arena,
		                              .monitor = &call->monitor };
	call->judgement.gap = NAN;
	call->judgement.low = call->judgement.high = NAN;
	if (call->criterion != NULL)
	{
		judge_gap(&call->figures, call->criterion,
		          train_groups(call, call->judged),
		          (int) call->data->n_attributes,
		          call->has_max_gap ? call->max_gap : NAN, &call->judgement);
		call->worst_group =
			judge_worst_group(call->criterion, &call->judgement);
		call->warnings = list_concat(call->warnings, call->judgement.warnings);
	}
	if (call->judged == &call->train_part)
		warn(call, pstrdup("no rows were held out: quality figures are of "
		                   "the training rows"));
	warn_of_outcome(call);
	note_constant(call);
}
