/*
 * evaluation.c
 *    Storing what a version was measured at.
 */
#include "postgres.h"

#include <math.h>

#include "pg/evaluation.h"

/* Figures of the groups; 'class' is 0, or the number of the one that the
 * attribute's cells are of. */
static void
store_groups(int64 evaluation, const FigureSettings *settings,
             const FigureAttribute *attribute, int class)
{
	bool of_all = settings->n_classes > 0 && class == 0;
	const char *class_name =
		class > 0 ? settings->class_names[class - 1] : NULL;
	StoreMetric *rows = NULL;
	int n = 0;

	for (int g = 0; g < attribute->n_groups; g++)
	{
		int n_figures;
		Figure *figures = (of_all ? figures_of_all_classes : figures_of_group)(
			settings, &attribute->groups[g], &n_figures);

		/* all groups have as many figures */
		if (rows == NULL)
			rows = palloc_extended(sizeof(StoreMetric) *
			                           (Size) attribute->n_groups *
			                           (Size) n_figures,
			                       MCXT_ALLOC_HUGE);
		for (int f = 0; f < n_figures; f++)
			rows[n++] = (StoreMetric){ .attribute = attribute->name,
				                       .group_name = attribute->groups[g].name,
				                       .metric = figures[f].metric,
				                       .value = figures[f].value,
				                       .low = figures[f].low,
				                       .high = figures[f].high,
				                       .n = figures[f].n,
				                       .flag = figures[f].flag,
				                       .reason = figures[f].reason,
				                       .class_number = class,
				                       .class = class_name };
		pfree(figures);
	}
	store_insert_metrics(evaluation, rows, n);
}

static void
store_gaps(int64 evaluation, const FigureSettings *settings,
           const FigureAttribute *attribute, int class)
{
	int n;
	FigureGap *gaps = figures_of_gaps(settings, attribute, &n);
	StoreGap *rows = palloc0(sizeof(StoreGap) * (Size) n);

	for (int g = 0; g < n; g++)
	{
		const FairGap *gap = &gaps[g].gap;

		rows[g] =
			(StoreGap){ .attribute = attribute->name,
			            .criterion = gaps[g].criterion->name,
			            .value = gap->gap,
			            .low = gaps[g].interval.gap_low,
			            .high = gaps[g].interval.gap_high,
			            .ratio = gap->ratio,
			            .n = gaps[g].n,
			            .flag = gaps[g].flag,
			            .reason = gaps[g].reason,
			            .class_number = class,
			            .class = class > 0 ? settings->class_names[class - 1]
			                               : NULL };
		if (isnan(gap->gap))
			continue;
		rows[g].highest_group = attribute->groups[gap->highest].name;
		rows[g].lowest_group = attribute->groups[gap->lowest].name;
	}
	store_insert_gaps(evaluation, rows, n);
}

static void
store_constraints(int64 evaluation, const ConstraintList *list,
                  const Judgements *judgements)
{
	StoreConstraint *rows =
		palloc0(sizeof(StoreConstraint) * (Size) Max(list->n, 1));

	for (int c = 0; c < list->n; c++)
	{
		const FairConstraint *constraint = &list->items[c];
		const Judgement *judgement = &judgements->items[c];
		const char *kind = fair_bound_name(constraint->kind);

		rows[c] =
			(StoreConstraint){ .position = c + 1,
			                   .criterion = constraint->criterion->name,
			                   .measure = constraints_measure(constraint),
			                   .bound_kind = kind,
			                   .bound = constraint->bound,
			                   .attributes = constraints_attributes(list, c),
			                   .value = judgement->value,
			                   .low = judgement->low,
			                   .high = judgement->high,
			                   .verdict = judgement->verdict,
			                   .rows = judgement->rows,
			                   .rows_needed = judgement->rows_needed,
			                   .worst_group = judge_worst_group(judgement) };
	}
	store_insert_constraints(evaluation, rows, list->n);
}

int64
evaluation_store(const StoreEvaluation *evaluation,
                 const FigureSettings *settings,
                 const FigureAttribute *attributes, int n_attributes,
                 const ConstraintList *list, const Judgements *judgements)
{
	int64 number = store_insert_evaluation(evaluation);

	for (int a = 0; a < n_attributes; a++)
	{
		store_groups(number, settings, &attributes[a], 0);
		if (settings->n_classes == 0)
			store_gaps(number, settings, &attributes[a], 0);
		for (int c = 0; c < settings->n_classes; c++)
		{
			FigureAttribute *of_class = figures_of_class(&attributes[a], c);

			store_groups(number, settings, of_class, c + 1);
			store_gaps(number, settings, of_class, c + 1);
		}
	}
	store_constraints(number, list, judgements);
	return number;
}
