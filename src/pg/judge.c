/*
 * judge.c
 *    The verdict on a model.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"

#include "pg/judge.h"
#include "pg/report.h"

/* Classes that a warning names. */
#define NAMED_CLASSES 5

/* More rows than anybody will have. */
#define MOST_ROWS 1e15

static void
warn_once(Judgements *judgements, char *warning)
{
	ListCell *cell;

	foreach (cell, judgements->warnings)
		if (strcmp(lfirst(cell), warning) == 0)
			return;
	judgements->warnings = lappend(judgements->warnings, warning);
}

static void
warn_of_small(const FigureSettings *settings, const FigureAttribute *attribute,
              int group, Judgements *judgements)
{
	warn_once(judgements,
	          psprintf("group \"%s\" of \"%s\" is not judged: fewer than %d "
	                   "rows of the criterion's event",
	                   attribute->groups[group].name, attribute->name,
	                   settings->min_group));
}

/* Likewise by the classes of which a group has too few rows. */
static void
warn_of_small_classes(const FigureSettings *settings,
                      const FairCriterion *criterion,
                      const FigureAttribute *attribute, int group,
                      Judgements *judgements)
{
	const FairCells *classes = attribute->groups[group].classes;
	StringInfoData list;
	int n = 0;

	if (!fair_criterion_needs_label(criterion))
	{
		/* the same rows for each of them */
		if (fair_event_rows(criterion, 0, &classes[0]) <
		    (uint64) settings->min_group)
			warn_of_small(settings, attribute, group, judgements);
		return;
	}
	initStringInfo(&list);
	for (int k = 0; k < settings->n_classes; k++)
		if (fair_event_rows(criterion, 0, &classes[k]) <
		        (uint64) settings->min_group &&
		    n++ < NAMED_CLASSES)
			appendStringInfo(&list, "%s\"%s\"", n > 1 ? ", " : "",
			                 settings->class_names[k]);
	if (n == 0)
		return;
	if (n > NAMED_CLASSES)
		appendStringInfo(&list, " and %d more", n - NAMED_CLASSES);
	warn_once(judgements,
	          psprintf("group \"%s\" of \"%s\" is not judged on %s: fewer than "
	                   "%d rows labelled so",
	                   attribute->groups[group].name, attribute->name,
	                   n == 1 ? psprintf("class %s", list.data)
	                          : psprintf("%d classes (%s)", n, list.data),
	                   settings->min_group));
}

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

/* The cells of an attribute's groups, of all or of one class, from 0, where
 * those of groups too small to judge are cleared. */
static FairCells *
judged_cells(const FigureSettings *settings, const FairCriterion *criterion,
             const FigureAttribute *attribute, int class,
             Judgements *judgements)
{
	FairCells *cells =
		palloc(sizeof(FairCells) * (Size) Max(attribute->n_groups, 1));

	for (int g = 0; g < attribute->n_groups; g++)
	{
		const FigureGroup *group = &attribute->groups[g];

		cells[g] =
			settings->n_classes > 0 ? group->classes[class] : group->cells;
		if (clear_small(criterion, settings->min_group, &cells[g]))
			continue;
		if (settings->n_classes == 0)
			warn_of_small(settings, attribute, g, judgements);
	}
	return cells;
}

/*
 * Notes which rows the verdict hangs on.  It fails as soon as one value is
 * beyond the bound for certain, so of those beyond it the one counts that takes
 * the fewest more rows; it passes when all are within for certain, so of
 * those the one that takes the most.
 */
static void
take_rows(const FairConstraint *constraint, const double value_low_high[3],
          uint64 rows, Judgement *judgement)
{
	double value = value_low_high[0];
	double growth = fair_constraint_rows(constraint, value, value_low_high[1],
	                                     value_low_high[2]);
	bool beyond = fair_constraint_excess(constraint, value) > 0;
	bool was_beyond = fair_constraint_excess(constraint, judgement->value) > 0;

	if (isnan(growth))
		return;
	if (!isnan(judgement->growth) &&
	    (beyond == was_beyond ? (beyond ? growth >= judgement->growth
	                                    : growth <= judgement->growth)
	                          : was_beyond))
		return;
	judgement->growth = growth;
	judgement->rows = (int64) rows;
}

/* Takes a value of one attribute into the judgement.  What looks less bad in
 * one attribute may be worse in truth, so the ends are the worst of each. */
static void
take_value(const FairConstraint *constraint, const FigureAttribute *attribute,
           const double value_low_high[3], int worst, uint64 rows,
           Judgement *judgement)
{
	bool least = constraint->kind == FAIR_MIN_RATIO;
	double value = value_low_high[0];
	double *low = &judgement->low;
	double *high = &judgement->high;

	take_rows(constraint, value_low_high, rows, judgement);
	*low =
		least ? fmin(*low, value_low_high[1]) : fmax(*low, value_low_high[1]);
	*high =
		least ? fmin(*high, value_low_high[2]) : fmax(*high, value_low_high[2]);
	if (isnan(value) ||
	    (least ? judgement->value <= value : judgement->value >= value))
		return;
	judgement->value = value;
	judgement->attribute = attribute;
	judgement->worst = worst;
}

/* Rows of an event in two groups, or 0 without a pair. */
static uint64
pair_rows(const FairCriterion *criterion, int event, const FairCells *cells,
          int a, int b)
{
	if (a < 0 || b < 0)
		return 0;
	return fair_event_rows(criterion, event, &cells[a]) +
	       fair_event_rows(criterion, event, &cells[b]);
}

/* Where a criterion of decisions has its place in the table. */
static int
place_of(const FairCriterion *criterion)
{
	const FairCriterion *const *table = fair_criterion_table();
	int c = 0;

	while (table[c] != criterion)
		c++;
	return c;
}

/* Gap and ratio of one attribute's rates, of all or of one class. */
static void
judge_class(const FigureSettings *settings, const FairConstraint *constraint,
            const FigureAttribute *attribute, int class, Judgements *judgements,
            Judgement *judgement)
{
	const FairCriterion *criterion = constraint->criterion;
	FairCells *cells =
		judged_cells(settings, criterion, attribute, class, judgements);
	double before = judgement->value;
	FairGapInterval interval;
	FairGap gap;

	fair_gap(criterion, cells, attribute->n_groups, &gap);
	if (isnan(gap.gap))
		return;
	interval = figures_intervals(settings, cells,
	                             attribute->n_groups)[place_of(criterion)];
	judgement->gap = fmax(judgement->gap, gap.gap);
	judgement->gap_low = fmax(judgement->gap_low, interval.gap_low);
	judgement->gap_high = fmax(judgement->gap_high, interval.gap_high);
	if (constraint->kind == FAIR_MIN_RATIO)
		take_value(
			constraint, attribute,
			(double[3]){ gap.ratio, interval.ratio_low, interval.ratio_high },
			fair_ratio_worst(criterion, &gap),
			pair_rows(criterion, gap.ratio_event, cells, gap.ratio_highest,
		              gap.ratio_lowest),
			judgement);
	else
		take_value(
			constraint, attribute,
			(double[3]){ gap.gap, interval.gap_low, interval.gap_high },
			fair_gap_worst(criterion, &gap),
			pair_rows(criterion, gap.event, cells, gap.highest, gap.lowest),
			judgement);
	if (settings->n_classes > 0 && judgement->value != before &&
	    !isnan(judgement->value))
		judgement->class = settings->class_names[class];
}

static void
judge_rates(const FigureSettings *settings, const FairConstraint *constraint,
            const FigureAttribute *attribute, Judgements *judgements,
            Judgement *judgement)
{
	for (int k = 0; k < Max(settings->n_classes, 1); k++)
		judge_class(settings, constraint, attribute, k, judgements, judgement);
	for (int g = 0; g < attribute->n_groups && settings->n_classes > 0; g++)
		warn_of_small_classes(settings, constraint->criterion, attribute, g,
		                      judgements);
}

/*
 * The largest loss of a group of one attribute.  As with gaps, the largest of
 * many noisy means is larger than the largest true one: its upper end is that
 * of the group that has it, its lower end comes from intervals that are wide
 * enough for all groups to hold together (Bonferroni).
 */
static void
judge_losses(const FigureSettings *settings, const FairConstraint *constraint,
             const FigureAttribute *attribute, Judgements *judgements,
             Judgement *judgement)
{
	double joint = 1 - (1 - settings->level) / Max(attribute->n_groups, 1);

	for (int g = 0; g < attribute->n_groups; g++)
	{
		const FairLoss *loss = &attribute->groups[g].loss;
		double figures[3];
		double mean;
		double high;

		if (loss->rows < (uint64) settings->min_group)
		{
			warn_of_small(settings, attribute, g, judgements);
			continue;
		}
		fair_loss_interval(loss, settings->level, &figures[0], &figures[1],
		                   &figures[2]);
		fair_loss_interval(loss, joint, &mean, &figures[1], &high);
		take_value(constraint, attribute, figures, g, loss->rows, judgement);
	}
	judgement->gap = judgement->value;
	judgement->gap_low = judgement->low;
	judgement->gap_high = judgement->high;
}

/* The gap between the mean predictions of one attribute's groups. */
static void
judge_means(const FigureSettings *settings, const FairConstraint *constraint,
            const FigureAttribute *attribute, Judgements *judgements,
            Judgement *judgement)
{
	int n_groups = attribute->n_groups;
	FairErrors *errors = palloc(sizeof(FairErrors) * (Size) Max(n_groups, 1));
	FairMeanGap gap;

	for (int g = 0; g < n_groups; g++)
	{
		errors[g] = attribute->groups[g].errors;
		if (errors[g].rows >= (uint64) settings->min_group)
			continue;
		errors[g] = (FairErrors){ 0 };
		warn_of_small(settings, attribute, g, judgements);
	}
	fair_mean_gap(errors, n_groups, settings->level, &gap);
	if (isnan(gap.gap.value))
		return;
	take_value(constraint, attribute,
	           (double[3]){ gap.gap.value, gap.gap.low, gap.gap.high },
	           gap.lowest, errors[gap.lowest].rows + errors[gap.highest].rows,
	           judgement);
	judgement->gap = judgement->value;
	judgement->gap_low = judgement->low;
	judgement->gap_high = judgement->high;
}

/* What it takes to decide, where the rows do not suffice. */
static void
note_need(const ConstraintList *list, int number, Judgements *judgements)
{
	const FairConstraint *constraint = &list->items[number];
	Judgement *judgement = &judgements->items[number];
	const char *measure = constraints_measure(constraint);
	double needed;

	if (judgement->verdict == NULL ||
	    strcmp(judgement->verdict, "insufficient") != 0 ||
	    isnan(judgement->growth) || judgement->rows == 0)
		return;
	needed = ceil(judgement->growth * (double) judgement->rows);
	if (!(needed <= MOST_ROWS))
	{
		judgements->needs =
			lappend(judgements->needs,
		            psprintf("%s is not decided by " INT64_FORMAT
		                     " rows, nor by any number of them if the %s stays "
		                     "at %.4g",
		                     constraints_describe(list, number),
		                     judgement->rows, measure, judgement->value));
		return;
	}
	judgement->rows_needed = (int64) needed;
	judgements->rows_needed =
		Max(judgements->rows_needed, judgement->rows_needed);
	judgements->needs = lappend(
		judgements->needs,
		psprintf(
			"%s is not decided by " INT64_FORMAT
			" rows of the groups and the event in question: about " INT64_FORMAT
			" would decide it if the %s stays at %.4g",
			constraints_describe(list, number), judgement->rows,
			judgement->rows_needed, measure, judgement->value));
}

/* The worse of two verdicts. */
static const char *
worse(const char *a, const char *b)
{
	static const char *const order[] = { "fail", "insufficient", "pass" };

	for (int i = 0; i < (int) lengthof(order); i++)
		if ((a != NULL && strcmp(a, order[i]) == 0) ||
		    (b != NULL && strcmp(b, order[i]) == 0))
			return order[i];
	return NULL;
}

typedef void (*Judge)(const FigureSettings *settings,
                      const FairConstraint *constraint,
                      const FigureAttribute *attribute, Judgements *judgements,
                      Judgement *judgement);

static Judge
judge_of(const FairCriterion *criterion)
{
	if (criterion->of_loss)
		return judge_losses;
	return criterion->of_mean ? judge_means : judge_rates;
}

void
judge_constraints(const FigureSettings *settings, const ConstraintList *list,
                  const FigureAttribute *attributes, Judgements *judgements)
{
	double most = -INFINITY;

	*judgements = (Judgements){ .n = list->n, .chosen = -1 };
	judgements->items = palloc(sizeof(Judgement) * (Size) Max(list->n, 1));
	for (int c = 0; c < list->n; c++)
	{
		const FairConstraint *constraint = &list->items[c];
		Judgement *judgement = &judgements->items[c];
		double excess;

		*judgement = (Judgement){ .value = NAN,
			                      .low = NAN,
			                      .high = NAN,
			                      .gap = NAN,
			                      .gap_low = NAN,
			                      .gap_high = NAN,
			                      .growth = NAN };
		for (int a = 0; a < list->n_attributes; a++)
			if (fair_constraint_covers(constraint, a))
				judge_of(constraint->criterion)(settings, constraint,
				                                &attributes[a], judgements,
				                                judgement);
		judgement->verdict = fair_constraint_verdict(constraint, judgement->low,
		                                             judgement->high);
		judgements->verdict = worse(judgements->verdict, judgement->verdict);
		note_need(list, c, judgements);
		excess = fair_constraint_excess(constraint, judgement->value);
		if (judgements->chosen >= 0 && !(excess > most))
			continue;
		judgements->chosen = c;
		most = isnan(excess) ? -INFINITY : excess;
	}
}

char *
judge_worst_group(const Judgement *judgement)
{
	if (judgement->attribute == NULL)
		return NULL;
	if (judgement->class != NULL)
		return psprintf("%s: %s (class %s)", judgement->attribute->name,
		                judgement->attribute->groups[judgement->worst].name,
		                judgement->class);
	return psprintf("%s: %s", judgement->attribute->name,
	                judgement->attribute->groups[judgement->worst].name);
}
