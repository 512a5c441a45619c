/*
 * evaluation.c
 *    Storing what a version, or the decisions of anybody, were measured at.
 */
#include "postgres.h"

#include <math.h>

#include "fair/metric.h"
#include "fair/ranking.h"
#include "pg/evaluation.h"

void
evaluation_describe(StoreEvaluation *evaluation, const FigureSettings *settings,
                    const FigureGroup *overall)
{
	const FairCells *cells = &overall->cells;
	FairMetricValue figure;
	FairRanking ranking;

	evaluation->accuracy = evaluation->auc = evaluation->loss = NAN;
	if (settings->of_numbers)
	{
		FairEstimate loss;

		fair_squared_error(&overall->errors, settings->level, &loss);
		evaluation->n_rows = (int64) overall->errors.rows;
		evaluation->loss = loss.value;
		return;
	}
	if (!settings->has_label)
	{
		fair_metric_value(fair_metric_find("selection_rate"), cells,
		                  settings->level, &figure);
		evaluation->n_rows = (int64) figure.rows;
		return;
	}
	fair_metric_value(fair_metric_find("accuracy"), cells, settings->level,
	                  &figure);
	evaluation->n_rows = (int64) figure.rows;
	evaluation->n_null_label =
		(int64) (cells->unlabelled_rows[0] + cells->unlabelled_rows[1]);
	evaluation->accuracy = figure.value;
	if (overall->scores == NULL)
		return;
	fair_ranking(overall->scores, settings->level, &ranking);
	evaluation->auc = ranking.auc;
	evaluation->loss = ranking.log_loss;
}

List *
evaluation_warnings(const StoreEvaluation *evaluation,
                    const FigureAttribute *attributes, int n_attributes)
{
	List *warnings = NIL;

	for (int a = 0; a < n_attributes; a++)
		if (attributes[a].n_groups == 1)
			warnings = lappend(
				warnings, psprintf("protected attribute \"%s\" has one group "
			                       "only",
			                       attributes[a].name));
	if (evaluation->row_security)
		warnings = lappend(
			warnings, pstrdup("row security was active: only the rows that the "
		                      "caller may see were measured"));
	return warnings;
}

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
	int room = 0;
	int n = 0;

	for (int g = 0; g < attribute->n_groups; g++)
	{
		int n_figures;
		Figure *figures = (of_all ? figures_of_all_classes : figures_of_group)(
			settings, &attribute->groups[g], &n_figures);

		/* a group without any score has fewer figures than others */
		if (n + n_figures > room)
		{
			Size bytes;

			room = n + n_figures * (attribute->n_groups - g);
			bytes = sizeof(StoreMetric) * (Size) room;
			rows = rows == NULL ? palloc_extended(bytes, MCXT_ALLOC_HUGE)
			                    : repalloc_huge(rows, bytes);
		}
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

/* A gap of rates. */
static StoreGap
gap_of_rates(const FigureAttribute *attribute, const FigureGap *figure)
{
	const FairGap *gap = &figure->gap;
	StoreGap row = { .attribute = attribute->name,
		             .criterion = figure->criterion->name,
		             .value = gap->gap,
		             .low = figure->interval.gap_low,
		             .high = figure->interval.gap_high,
		             .ratio = gap->ratio,
		             .ratio_low = figure->interval.ratio_low,
		             .ratio_high = figure->interval.ratio_high,
		             .n = figure->n,
		             .flag = figure->flag,
		             .reason = figure->reason };

	if (isnan(gap->gap))
		return row;
	row.highest_group = attribute->groups[gap->highest].name;
	row.lowest_group = attribute->groups[gap->lowest].name;
	row.worst_group =
		attribute->groups[fair_gap_worst(figure->criterion, gap)].name;
	return row;
}

/* A gap of a figure of scores, or of numbers that are predicted. */
static StoreGap
gap_of_figures(const FigureAttribute *attribute, const FigureScoreGap *gap)
{
	const Figure *figure = &gap->figure;
	StoreGap row = { .attribute = attribute->name,
		             .criterion = figure->metric,
		             .value = figure->value,
		             .low = figure->low,
		             .high = figure->high,
		             .ratio = NAN,
		             .ratio_low = NAN,
		             .ratio_high = NAN,
		             .n = figure->n,
		             .flag = figure->flag,
		             .reason = figure->reason };

	if (gap->worst >= 0)
		row.worst_group = attribute->groups[gap->worst].name;
	return row;
}

/* The gaps that an audit shows, in its order. */
static void
store_gaps(int64 evaluation, const FigureSettings *settings,
           const FigureAttribute *attribute, int class)
{
	int n_rates;
	int n_figures = 0;
	FigureGap *rates = figures_of_gaps(settings, attribute, &n_rates);
	FigureScoreGap *figures = NULL;
	StoreGap *rows;

	if (settings->of_numbers)
		figures = figures_of_number_gaps(settings, attribute, &n_figures);
	else if (class == 0)
		figures = figures_of_score_gaps(settings, attribute, &n_figures);
	rows = palloc(sizeof(StoreGap) * (Size) Max(n_rates + n_figures, 1));
	for (int g = 0; g < n_rates; g++)
		rows[g] = gap_of_rates(attribute, &rates[g]);
	for (int g = 0; g < n_figures; g++)
		rows[n_rates + g] = gap_of_figures(attribute, &figures[g]);
	for (int g = 0; g < n_rates + n_figures; g++)
	{
		rows[g].class_number = class;
		rows[g].class = class > 0 ? settings->class_names[class - 1] : NULL;
	}
	store_insert_gaps(evaluation, rows, n_rates + n_figures);
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

static void
store_ratios(int64 evaluation, const FigureSettings *settings,
             const FigureAttribute *attribute, int class)
{
	StoreRatio *rows = four_fifths(settings, attribute);

	for (int g = 0; class > 0 && g < attribute->n_groups; g++)
	{
		rows[g].class_number = class;
		rows[g].class = settings->class_names[class - 1];
	}
	store_insert_ratios(evaluation, rows, attribute->n_groups);
}

int64
evaluation_store(const StoreEvaluation *evaluation,
                 const FigureSettings *settings,
                 const FigureAttribute *attributes, int n_attributes,
                 const ConstraintList *list, const Judgements *judgements)
{
	StoreEvaluation row = *evaluation;
	int64 number;

	row.level = settings->level;
	row.seed = (int64) settings->seed;
	row.min_group = settings->min_group;
	row.replicates = settings->replicates;
	number = store_insert_evaluation(&row);
	for (int a = 0; a < n_attributes; a++)
	{
		store_groups(number, settings, &attributes[a], 0);
		if (settings->n_classes == 0)
			store_gaps(number, settings, &attributes[a], 0);
		if (settings->n_classes == 0 && !settings->of_numbers)
			store_ratios(number, settings, &attributes[a], 0);
		for (int c = 0; c < settings->n_classes; c++)
		{
			FigureAttribute *of_class = figures_of_class(&attributes[a], c);

			store_groups(number, settings, of_class, c + 1);
			store_gaps(number, settings, of_class, c + 1);
			store_ratios(number, settings, of_class, c + 1);
		}
	}
	store_constraints(number, list, judgements);
	return number;
}
