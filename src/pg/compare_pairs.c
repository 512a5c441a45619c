/*
 * compare_pairs.c
 *    Figures of a comparison that need the rows themselves: AUCs and errors of
 *    both, by group.
 *
 * The rows of all base groups are brought together once and sorted; the groups of
 * an attribute are then said by which base group each row is of.
 */
#include "postgres.h"

#include <math.h>

#include "fair/adjust.h"
#include "pg/compare.h"
#include "pg/fairness_stats.h"
#include "pg/report.h"
#include "pg/score_pairs.h"

void
compare_read_pairs(CompareReport *report)
{
	size_t n = 0;

	for (int b = 0; b < report->n_bases; b++)
		n += report->bases[b].n_pairs;
	report->pairs =
		palloc_extended(sizeof(FairPairedRow) * Max(n, 1), MCXT_ALLOC_HUGE);
	for (int b = 0; b < report->n_bases; b++)
		for (size_t i = 0; i < report->bases[b].n_pairs; i++)
		{
			ScorePair pair;

			memcpy(&pair, report->bases[b].pairs + i * sizeof(ScorePair),
			       sizeof(ScorePair));
			report->pairs[report->n_pairs++] =
				(FairPairedRow){ .label = pair.label,
				                 .score = { pair.score[0], pair.score[1] },
				                 .weight = pair.weight,
				                 .part = (uint32) b };
		}
	report_status(fair_paired_rows_sort(report->arena, report->monitor,
	                                    report->pairs, report->n_pairs),
	              report->arena, "sorting scores");
}

/* The place of a group by its name; groups are in the order of these. */
static uint32
find_group(const CompareAttribute *groups, const char *name)
{
	int low = 0;
	int high = groups->n_groups;

	while (high - low > 1)
	{
		int middle = low + (high - low) / 2;
		const char *other = groups->groups[middle].name;

		if (fairness_compare_names(other, (uint32) strlen(other), name,
		                           (uint32) strlen(name)) <= 0)
			low = middle;
		else
			high = middle;
	}
	return (uint32) low;
}

FairPairedGroups
compare_pair_groups(const CompareReport *report, const AuditAttribute *by,
                    const CompareAttribute *groups)
{
	uint32 *group_of = palloc0(sizeof(uint32) * (Size) Max(report->n_bases, 1));

	for (int b = 0; by != NULL && b < report->n_bases; b++)
	{
		char *name = audit_group_name(by, report->bases[b].values);

		group_of[b] = find_group(groups, name);
		pfree(name);
	}
	return (FairPairedGroups){ .rows = report->pairs,
		                       .n = report->n_pairs,
		                       .group_of = group_of,
		                       .n_groups = (size_t) groups->n_groups };
}

static CompareFigure
figure_of_estimate(const CompareReport *report, const char *metric,
                   int direction, const FairPairedEstimate *estimate)
{
	CompareFigure figure = compare_figure(metric);
	FairPairedDifference difference;

	fair_paired_difference(estimate, report->call->audit.level, &difference);
	figure.value_a = estimate->value[0];
	figure.value_b = estimate->value[1];
	figure.value = difference.value;
	figure.low = difference.low;
	figure.high = difference.high;
	figure.p = figure.p_adjusted = difference.p;
	figure.reason = difference.reason;
	figure.n = (int64) estimate->rows;
	figure.n_changed = -1;
	if (!isnan(figure.value) &&
	    estimate->rarer < (uint64) report->call->audit.min_group)
		figure.flag = "small";
	figure.verdict = compare_verdict(&figure, direction);
	return figure;
}

CompareFigure *
compare_estimates(const CompareReport *report, const char *metric,
                  int direction, const FairPairedEstimate *estimates,
                  int n_groups, int stride)
{
	CompareFigure *figures =
		palloc(sizeof(CompareFigure) * (Size) Max(n_groups, 1));
	double *p = palloc(sizeof(double) * (Size) Max(n_groups, 1));

	for (int g = 0; g < n_groups; g++)
	{
		figures[g] = figure_of_estimate(report, metric, direction,
		                                &estimates[g * stride]);
		p[g] = figures[g].p;
	}
	report_status(fair_adjust(report->arena, report->monitor, FAIR_HOLM, p,
	                          (size_t) n_groups, p),
	              report->arena, "adjusting p-values");
	for (int g = 0; g < n_groups; g++)
		figures[g].p_adjusted = p[g];
	pfree(p);
	return figures;
}

void
compare_put_gap(const CompareReport *report, const char *metric,
                const CompareAttribute *attribute,
                const FairPairedEstimate *estimates, int stride)
{
	const AuditCall *audit = &report->call->audit;
	FairPairedGapPlan plan = { .level = audit->level,
		                       .replicates = audit->replicates,
		                       .seed = (uint64) audit->seed,
		                       .monitor = report->monitor };
	CompareFigure figure = compare_figure(metric);
	FairPairedGap gap;

	report_status(fair_paired_gap(report->arena, &plan, estimates,
	                              (size_t) attribute->n_groups, (size_t) stride,
	                              &gap),
	              report->arena, "intervals of gaps");
	figure.value_a = gap.value[0];
	figure.value_b = gap.value[1];
	figure.value = gap.difference.value;
	figure.low = gap.difference.low;
	figure.high = gap.difference.high;
	figure.n = (int64) gap.rows;
	figure.n_changed = -1;
	figure.reason = gap.difference.reason;
	if (figure.reason == NULL)
		figure.reason = figures_gap_reason(
			&(FairGap){ .gap = gap.value[1],
		                .n_undefined = (int) gap.n_undefined },
			attribute->n_groups);
	for (int g = 0; g < attribute->n_groups; g++)
		if (estimates[g * stride].rows > 0 &&
		    estimates[g * stride].rarer < (uint64) audit->min_group)
			figure.flag = "small";
	if (gap.n_undefined > 0 && !isnan(figure.value))
		figure.flag = "incomplete";
	figure.verdict = compare_verdict(&figure, -1);
	compare_put(report, "gap", attribute->name, NULL, &figure);
}
