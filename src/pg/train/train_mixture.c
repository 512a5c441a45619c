/*
 * train_mixture.c
 *    A model whose decisions several members share.
 */
#include "postgres.h"

#include <math.h>

#include "pg/report.h"
#include "pg/train/call.h"

void
train_set_members(TrainCall *call)
{
	const TrainResult *result = &call->result;
	Model **models = palloc(sizeof(Model *) * result->n_members);
	double *shares = palloc(sizeof(double) * result->n_members);

	if (result->n_members > MODEL_MAX_MEMBERS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("the mixture has more than %d members",
		                       MODEL_MAX_MEMBERS),
		                errhint("Constrain fewer groups, or raise max_gap.")));
	for (uint32 m = 0; m < result->n_members; m++)
	{
		shares[m] = result->members[m].share;
		models[m] = call->compiled;
		if (m > 0)
			report_status(
				model_from_coefficients(call->arena, call->data, MODEL_LOGISTIC,
			                            call->threshold,
			                            result->members[m].coef, &models[m]),
				call->arena, "mixture");
	}
	report_status(model_mix(call->arena, models, shares, result->n_members,
	                        &call->compiled),
	              call->arena, "mixture");
	if (call->data->drawn)
		report_status(model_draw_by(call->arena, call->compiled,
		                            call->extract.key, call->report.key_input),
		              call->arena, "mixture");
	call->warnings = lappend(
		call->warnings,
		psprintf("%u models share the decisions: which of them decides a row "
	             "is drawn by a hash of %s",
	             result->n_members,
	             call->data->drawn
	                 ? psprintf("column \"%s\", which decisions therefore need",
	                            call->extract.key)
	                 : "the row's scores"));
}

/* The largest gap of a constraint between groups large enough. */
static double
expected_gap_of(const TrainCall *call, const FairConstraint *constraint)
{
	double largest = NAN;

	for (uint32 a = 0; a < call->data->n_attributes; a++)
	{
		const DataAttribute *attribute = &call->data->attributes[a];
		FairCells *groups = palloc(sizeof(FairCells) * attribute->n_groups);
		FairGap gap;

		if (!fair_constraint_covers(constraint, (int) a))
			continue;
		certificate_groups(call->data, attribute, call->judged->base_expected,
		                   groups);
		for (uint32 g = 0; g < attribute->n_groups; g++)
			for (int e = 0; e < constraint->criterion->n_events; e++)
				if (fair_event_rows(constraint->criterion, e, &groups[g]) <
				    (uint64) call->min_group)
					fair_clear_event(constraint->criterion, e, &groups[g]);
		fair_gap(constraint->criterion, groups, (int) attribute->n_groups,
		         &gap);
		largest = fmax(largest, gap.gap);
	}
	return largest;
}

double
train_expected_gap(const TrainCall *call)
{
	if (call->judged->base_expected == NULL || call->judgements.chosen < 0)
		return NAN;
	return expected_gap_of(call,
	                       &call->constraints.items[call->judgements.chosen]);
}
