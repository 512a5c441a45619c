/*
 * train_judge.c
 *    The verdict on a trained model, from its certificate.
 */
#include "postgres.h"

#include <math.h>

#include "pg/train/call.h"

/* Confidence of every interval that training reports. */
#define LEVEL 0.95

/* The tables of each class against all others, by group. */
static void
add_classes(const TrainCall *call, const DataAttribute *from,
            const Certificate *part, FigureGroup *groups)
{
	uint32 n = part->n_classes;
	FairCells *of_class = palloc(sizeof(FairCells) * from->n_groups);
	FairCells *all = palloc_extended(
		sizeof(FairCells) * from->n_groups * (Size) n, MCXT_ALLOC_HUGE);

	for (uint32 c = 0; c < n; c++)
	{
		certificate_classes(call->data, from, part, c, of_class);
		for (uint32 g = 0; g < from->n_groups; g++)
			all[g * n + c] = of_class[g];
	}
	for (uint32 g = 0; g < from->n_groups; g++)
		groups[g].classes = all + (Size) g * n;
}

FigureAttribute *
train_groups(const TrainCall *call, const Certificate *part)
{
	uint32 n = call->data->n_attributes;
	FigureAttribute *result = palloc(sizeof(FigureAttribute) * Max(n, 1));

	for (uint32 a = 0; a < n; a++)
	{
		const DataAttribute *from = &call->data->attributes[a];
		FairCells *cells = palloc(sizeof(FairCells) * from->n_groups);
		FairLoss *losses = palloc(sizeof(FairLoss) * from->n_groups);
		FairErrors *errors = palloc(sizeof(FairErrors) * from->n_groups);
		FigureAttribute *to = &result[a];

		certificate_groups(call->data, from, part->base, cells);
		certificate_losses(call->data, from, part->base_loss, losses);
		if (part->base_errors != NULL)
			certificate_errors(call->data, from, part->base_errors, errors);
		to->name = from->name;
		to->n_groups = (int) from->n_groups;
		to->groups = palloc0(sizeof(FigureGroup) * from->n_groups);
		for (uint32 g = 0; g < from->n_groups; g++)
		{
			to->groups[g].name = from->group_names[g];
			to->groups[g].cells = cells[g];
			to->groups[g].loss = losses[g];
			if (part->base_errors != NULL)
				to->groups[g].errors = errors[g];
		}
		if (part->n_classes > 0)
			add_classes(call, from, part, to->groups);
	}
	return result;
}

static void
warn(TrainCall *call, char *warning)
{
	call->warnings = lappend(call->warnings, warning);
}

/* "a gap of 0.0312", in the words of the bound. */
static char *
describe_reached(const FairConstraint *constraint, double reached)
{
	if (constraint->kind == FAIR_MAX_LOSS)
		return psprintf("a group loss of %.4f", reached);
	return psprintf("a %s of %.4f",
	                constraint->kind == FAIR_MIN_RATIO ? "ratio" : "gap",
	                reached);
}

/* The constraints that the answer exceeds, or those that it keeps, with what
 * they have come to; empty when there are none. */
static char *
list_reached(const TrainCall *call, bool exceeded)
{
	const ConstraintList *list = &call->constraints;
	StringInfoData text;

	initStringInfo(&text);
	for (int c = 0; c < list->n; c++)
	{
		double reached = call->result.reached[c];

		if ((fair_constraint_excess(&list->items[c], reached) > 0) == exceeded)
			appendStringInfo(&text, "%s%s with %s", text.len > 0 ? "; " : "",
			                 constraints_describe(list, c),
			                 describe_reached(&list->items[c], reached));
	}
	return text.data;
}

/* Which bounds the closest model exceeds, and which it keeps instead: those
 * that cannot be had together. */
static void
warn_of_infeasible(TrainCall *call)
{
	const FairConstraint *first = &call->constraints.items[0];
	char *kept = list_reached(call, false);

	if (call->constraints.n == 1)
		warn(call,
		     psprintf("no model met %s %g on the training rows; this is the "
		              "closest, with %s",
		              fair_bound_name(first->kind), first->bound,
		              describe_reached(first, call->result.reached[0])));
	else
		warn(call,
		     psprintf("no model kept all constraints on the training rows; "
		              "this is the closest; it exceeds: %s%s%s",
		              list_reached(call, true),
		              kept[0] != '\0' ? "; it keeps: " : "", kept));
}

/* What the way the search ended means for the reader. */
static void
warn_of_outcome(TrainCall *call)
{
	if (call->result.outcome == TRAIN_INFEASIBLE)
		warn_of_infeasible(call);
	if (call->result.outcome == TRAIN_ITERATION_LIMIT)
		warn(call, psprintf("the search stopped after %d iterations without "
		                    "having converged; this is the best point it saw",
		                    call->iterations));
}

/* Whether a model predicts one number for all rows of a part, as far as its
 * digits tell. */
static bool
predicts_one_number(const TrainCall *call, const Certificate *part)
{
	FairErrors all = { 0 };
	double mean;

	for (uint32 b = 0; b < call->data->n_base_groups; b++)
		fair_errors_merge(&all, &part->base_errors[b]);
	mean = all.prediction / all.weight;
	return !(all.prediction_squared / all.weight - mean * mean >
	         1e-18 * call->data->label_sd * call->data->label_sd);
}

/* Whether one class is decided for all rows of a part. */
static bool
decides_one_class(const TrainCall *call, const Certificate *part)
{
	int n_decided = 0;

	for (uint32 c = 0; c < part->n_classes; c++)
	{
		uint64 decided = 0;

		for (uint32 b = 0; b < call->data->n_base_groups; b++)
		{
			const FairCells *cells =
				&part->base_classes[(Size) b * part->n_classes + c];

			decided += cells->rows[0][1] + cells->rows[1][1];
		}
		n_decided += decided > 0 ? 1 : 0;
	}
	return n_decided <= 1;
}

bool
train_decides_alike(const TrainCall *call, const Certificate *part)
{
	if (part->base_errors != NULL)
		return predicts_one_number(call, part);
	if (part->n_classes > 0)
		return decides_one_class(call, part);
	return !(part->positive_share > 0 && part->positive_share < 1);
}

/* A model that decides alike for everybody is fair by every measure. */
static void
note_constant(TrainCall *call)
{
	/* of a frontier only the judged part has been scored */
	bool of_train = call->train_part.rows > 0;
	const Certificate *part = of_train ? &call->train_part : call->judged;

	if (!train_decides_alike(call, part))
		return;
	/* that a bound was missed says more */
	if (call->result.outcome != TRAIN_INFEASIBLE)
		call->result.outcome = TRAIN_CONSTANT;
	if (part->base_errors != NULL)
		warn(call,
		     psprintf("the model predicts the same number for every %s row",
		              of_train ? "training" : "held-out"));
	else if (part->n_classes > 0)
		warn(call, pstrdup("the model decides for the same class in every "
		                   "training row"));
	else
		warn(call, psprintf("the model decides %s for every %s row",
		                    part->positive_share <= 0 ? "negative" : "positive",
		                    of_train ? "training" : "held-out"));
}

const char **
train_class_names(const TrainCall *call)
{
	uint32 n = call->data->n_classes;
	const char **names = palloc(sizeof(char *) * Max(n, 1));

	for (uint32 c = 0; c < n; c++)
		names[c] = pnstrdup(call->data->classes[c].name,
		                    call->data->classes[c].length);
	return names;
}

void
train_judge(TrainCall *call)
{
	call->figures = (FigureSettings){ .has_label = true,
		                              .of_numbers = call->family->label ==
		                                            DATA_LABEL_NUMBER,
		                              .n_classes = (int) call->data->n_classes,
		                              .class_names = train_class_names(call),
		                              .level = LEVEL,
		                              .replicates = FAIR_REPLICATES,
		                              .seed = (uint64) call->seed,
		                              .min_group = call->min_group,
		                              .arena = call->arena,
		                              .monitor = &call->monitor };
	figures_remember(&call->figures);
	judge_constraints(&call->figures, &call->constraints,
	                  train_groups(call, call->judged), &call->judgements);
	call->warnings = list_concat(call->warnings, call->judgements.warnings);
	if (call->judged == &call->train_part && !call->out_of_fold)
		warn(call, pstrdup("no rows were held out: quality figures are of "
		                   "the training rows"));
	warn_of_outcome(call);
	note_constant(call);
	call->warnings = list_concat(call->warnings, call->judgements.needs);
}

void
train_draw_intervals(TrainCall *call)
{
	const Certificate *parts[] = { &call->train_part, &call->held_out };

	for (int p = 0; p < lengthof(parts); p++)
	{
		FigureAttribute *attributes;
		int n;

		if (parts[p]->rows == 0 || call->data->label != DATA_LABEL_BINARY)
			continue;
		attributes = train_groups(call, parts[p]);
		/* call->figures remembers what was drawn */
		for (uint32 a = 0; a < call->data->n_attributes; a++)
			(void) figures_of_gaps(&call->figures, &attributes[a], &n);
	}
}

Judgement
train_chosen(const TrainCall *call)
{
	if (call->judgements.chosen < 0)
		return (Judgement){ .gap = NAN, .gap_low = NAN, .gap_high = NAN };
	return call->judgements.items[call->judgements.chosen];
}
