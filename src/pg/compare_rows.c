/*
 * compare_rows.c
 *    The rows of a comparison, from the counts of its base groups.
 *
 * First all rows of the source as one group, then for each attribute its
 * groups in the order of their names, then its gaps and its ratios.  A group
 * has every metric of both, then who is decided differently, then how many
 * rows were left out.  Figures are of the rows that both decide.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "fair/adjust.h"
#include "fair/interval.h"
#include "fair/metric.h"
#include "fair/significance.h"
#include "fair/tally.h"
#include "pg/compare.h"
#include "pg/encode.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/report.h"

/* changes of decisions: two directions for all rows and for each label */
#define N_CHANGES 6

static void
read_groups(const CompareReport *report, const AuditAttribute *attribute,
            CompareAttribute *result);
static FairPairedEstimate *
read_aucs(const CompareReport *report, const AuditAttribute *by,
          const CompareAttribute *attribute);
static void
put_attribute(const CompareReport *report, const CompareAttribute *attribute,
              const FairPairedEstimate *aucs);
static void
put_gaps(const CompareReport *report, const CompareAttribute *attribute);

/* Groups are the same whatever b decides. */
static void
check_groups(const CompareCall *call, const AuditBase *bases, int n_bases)
{
	AuditAttribute all = { .name = "protected columns",
		                   .n_columns = call->decision_column };
	FigureAttribute groups;
	NumArena arena;

	if (call->decision_column > SOURCE_MAX_CROSSED)
		return; /* none of the attributes has as many groups */
	host_arena_init(&arena, CurrentMemoryContext, 0);
	for (int c = 0; c < all.n_columns; c++)
		all.columns[c] = c;
	audit_groups(&arena, &all, bases, n_bases, &groups);
	fairness_check_groups(groups.n_groups);
}

void
compare_report(const CompareCall *call, const AuditBase *bases, int n_bases,
               Rows *rows)
{
	NumArena arena;
	NumMonitor monitor;
	CompareReport report = { .call = call,
		                     .bases = bases,
		                     .n_bases = n_bases,
		                     .rows = rows,
		                     .arena = &arena,
		                     .monitor = &monitor };
	CompareAttribute attribute;
	FairPairedEstimate *aucs;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	check_groups(call, bases, n_bases);
	if (call->audit.pair_sql[0] != NULL)
		compare_read_pairs(&report);
	read_groups(&report, NULL, &attribute);
	put_attribute(&report, &attribute, read_aucs(&report, NULL, &attribute));
	for (int a = 0; a < call->audit.n_attributes; a++)
	{
		const AuditAttribute *by = &call->audit.attributes[a];

		read_groups(&report, by, &attribute);
		aucs = read_aucs(&report, by, &attribute);
		put_attribute(&report, &attribute, aucs);
		put_gaps(&report, &attribute);
		if (aucs != NULL)
			compare_put_gap(&report, "auc", &attribute, aucs, 1);
	}
}

/* What b decides in the rows of a base: 0, 1, or 2 for nothing. */
static int
decided_by_b(const CompareCall *call, const AuditBase *base)
{
	const char *value = base->values[call->decision_column];

	if (strcmp(value, UNKNOWN_GROUP) == 0)
		return 2;
	return strcmp(value, "true") == 0;
}

/* Adds the confusion table of a where b decides 'd'. */
static void
add_cells(CompareGroup *group, int d, const FairCells *cells)
{
	for (int a = 0; a < 2; a++)
	{
		int64 rows = (int64) (cells->rows[0][a] + cells->rows[1][a] +
		                      cells->unlabelled_rows[a]);

		group->n_rows += rows;
		if (d == 2)
		{
			group->n_undecided[1] += rows;
			continue;
		}
		for (int y = 0; y < 2; y++)
		{
			group->paired.rows[y][a][d] = cells->rows[y][a];
			group->paired.weight[y][a][d] = cells->weight[y][a];
			group->paired.weight_squared[y][a][d] = cells->weight_squared[y][a];
		}
		group->paired.rows[FAIR_UNLABELLED][a][d] = cells->unlabelled_rows[a];
		group->paired.weight[FAIR_UNLABELLED][a][d] =
			cells->unlabelled_weight[a];
		group->paired.weight_squared[FAIR_UNLABELLED][a][d] =
			cells->unlabelled_weight_squared[a];
	}
	group->n_rows += (int64) cells->undecided_rows;
	group->n_undecided[0] += (int64) cells->undecided_rows;
	if (d == 2)
		group->n_undecided[1] += (int64) cells->undecided_rows;
}

/*
 * The groups of an attribute, or of NULL all rows as one.  They are read three
 * times, for what b decides, each time from all bases but with those empty
 * where b decides something else; so there are the same groups each time.
 */
static void
read_groups(const CompareReport *report, const AuditAttribute *attribute,
            CompareAttribute *result)
{
	int n_bases = report->n_bases;
	uint8 *empty = palloc(FAIR_TALLY_PLAIN_BYTES);
	AuditBase *part = palloc(sizeof(AuditBase) * (Size) n_bases);

	fair_tally_clear(empty);
	memset(result, 0, sizeof(*result));
	for (int d = 0; d < 3; d++)
	{
		FigureGroup overall;
		FigureAttribute groups = { .n_groups = 1, .groups = &overall };

		for (int b = 0; b < n_bases; b++)
		{
			part[b] = report->bases[b];
			if (decided_by_b(report->call, &part[b]) != d)
				part[b].tally = empty;
		}
		if (attribute == NULL)
			audit_overall(report->arena, part, n_bases, &overall);
		else
			audit_groups(report->arena, attribute, part, n_bases, &groups);
		if (result->groups == NULL)
			result->groups =
				palloc0(sizeof(CompareGroup) * (Size) Max(groups.n_groups, 1));
		result->n_groups = groups.n_groups;
		result->name = attribute == NULL ? NULL : attribute->name;
		for (int g = 0; g < groups.n_groups; g++)
		{
			result->groups[g].name = groups.groups[g].name;
			add_cells(&result->groups[g], d, &groups.groups[g].cells);
		}
	}
}

/* The AUCs of the groups; NULL where they were not asked for. */
static FairPairedEstimate *
read_aucs(const CompareReport *report, const AuditAttribute *by,
          const CompareAttribute *attribute)
{
	FairPairedGroups groups;
	FairPairedEstimate *aucs;

	if (report->pairs == NULL)
		return NULL;
	groups = compare_pair_groups(report, by, attribute);
	aucs = palloc(sizeof(FairPairedEstimate) * Max(groups.n_groups, 1));
	report_status(
		fair_paired_auc(report->arena, report->monitor, &groups, aucs),
		report->arena, "AUCs");
	return aucs;
}

void
compare_put(const CompareReport *report, const char *kind,
            const char *attribute, const char *group_name,
            const CompareFigure *figure)
{
	RowMaker row;

	row_begin_among(&row, report->rows);
	row_put_text(&row, kind);
	row_put_text(&row, attribute);
	row_put_text(&row, group_name);
	row_put_text(&row, figure->metric);
	row_put_real(&row, figure->value_a);
	row_put_real(&row, figure->value_b);
	row_put_real(&row, figure->value);
	row_put_real(&row, figure->low);
	row_put_real(&row, figure->high);
	row_put(&row, Int64GetDatum(figure->n));
	if (figure->n_changed < 0)
		row_put_null(&row);
	else
		row_put(&row, Int64GetDatum(figure->n_changed));
	row_put_real(&row, figure->p);
	row_put_real(&row, figure->p_adjusted);
	row_put_text(&row, figure->verdict);
	row_put_text(&row, figure->flag);
	row_put_text(&row, figure->reason);
	row_end_among(&row, report->rows);
}

CompareFigure
compare_figure(const char *metric)
{
	CompareFigure figure = { .metric = metric,
		                     .value_a = NAN,
		                     .value_b = NAN,
		                     .value = NAN,
		                     .low = NAN,
		                     .high = NAN,
		                     .p = NAN,
		                     .p_adjusted = NAN };

	return figure;
}

/* Which way is better: 1 up, -1 down, 0 neither. */
static int
direction_of(int metric)
{
	static const char *const down[] = { "fpr", "fnr", "false_discovery_rate",
		                                "false_omission_rate", "error_rate" };
	const char *name = fair_metric_name(metric);

	if (!fair_metric_needs_label(metric))
		return 0;
	for (int i = 0; i < lengthof(down); i++)
		if (strcmp(down[i], name) == 0)
			return -1;
	return 1;
}

const char *
compare_verdict(const CompareFigure *figure, int direction)
{
	if (isnan(figure->value))
		return NULL;
	if (!(figure->low > 0 || figure->high < 0))
		return "no decision";
	if (direction == 0)
		return figure->low > 0 ? "higher" : "lower";
	return (figure->low > 0) == (direction > 0) ? "better" : "worse";
}

static double
mcnemar_p(const CompareReport *report, uint64 first, uint64 last)
{
	FairTest test;

	/* counts of rows, not of what they weigh */
	if (report->call->weighted)
		return NAN;
	report_status(
		fair_mcnemar((double) first, (double) last, report->monitor, &test),
		NULL, "McNemar's test");
	return report->call->mid_p ? test.mid_p : test.p;
}

/* The ends of resampling, unless they have no width: it sees no doubt where the
 * counts at hand allow for no other value. */
static void
take_draws(CompareFigure *figure, double low, double high)
{
	if (low < high)
	{
		figure->low = low;
		figure->high = high;
	}
	else if (figure->reason == NULL)
		figure->reason = figure->n_changed > 0
		                     ? "resampling finds no other value"
		                     : "no row is decided differently";
}

/* A metric of a group; 'draws' are the intervals of what has no formula. */
static CompareFigure
metric_figure(const CompareReport *report, const CompareGroup *group,
              int metric, const FairPairedInterval *draws)
{
	CompareFigure figure = compare_figure(fair_metric_name(metric));
	const CompareCall *call = report->call;
	FairPairedMetric paired;

	fair_paired_metric(metric, &group->paired, call->audit.level, &paired);
	figure.value_a = paired.value[0];
	figure.value_b = paired.value[1];
	figure.value = paired.value[1] - paired.value[0];
	figure.n = (int64) paired.rows;
	figure.n_changed = (int64) paired.n_changed;
	figure.reason = paired.reason;
	if (isnan(figure.value))
		return figure;
	if (fair_paired_same_rows(metric))
	{
		figure.low = paired.low;
		figure.high = paired.high;
		figure.p = mcnemar_p(report, paired.first, paired.last);
	}
	else
		take_draws(&figure, draws[metric].low, draws[metric].high);
	if (figure.n < call->audit.min_group)
		figure.flag = "small";
	figure.verdict = compare_verdict(&figure, direction_of(metric));
	return figure;
}

/* Every metric of every group: [group][metric]. */
static CompareFigure *
all_metrics(const CompareReport *report, const CompareAttribute *attribute)
{
	const AuditCall *audit = &report->call->audit;
	int n_metrics = fair_metric_count();
	CompareFigure *figures =
		palloc(sizeof(CompareFigure) * (Size) Max(attribute->n_groups, 1) *
	           (Size) n_metrics);
	FairPairedInterval *draws =
		palloc0(sizeof(FairPairedInterval) * (Size) n_metrics);
	FairPairedPlan plan = { .n_groups = 1,
		                    .level = audit->level,
		                    .replicates = audit->replicates,
		                    .seed = (uint64) audit->seed,
		                    .monitor = report->monitor };

	for (int g = 0; g < attribute->n_groups; g++)
	{
		plan.groups = &attribute->groups[g].paired;
		if (audit->label != NULL)
			report_status(fair_paired_metrics(report->arena, &plan, draws),
			              report->arena, "intervals of differences");
		for (int m = 0; m < n_metrics; m++)
			figures[g * n_metrics + m] =
				metric_figure(report, &attribute->groups[g], m, draws);
	}
	return figures;
}

/* Adjusts the p-values of a metric for the number of groups. */
static void
adjust(const CompareReport *report, CompareFigure *figures, int n_groups)
{
	double *p = palloc(sizeof(double) * (Size) Max(n_groups, 1));

	for (int m = 0; m < fair_metric_count(); m++)
	{
		for (int g = 0; g < n_groups; g++)
			p[g] = figures[g * fair_metric_count() + m].p;
		report_status(fair_adjust(report->arena, report->monitor, FAIR_HOLM, p,
		                          (size_t) n_groups, p),
		              report->arena, "adjusting p-values");
		for (int g = 0; g < n_groups; g++)
			figures[g * fair_metric_count() + m].p_adjusted = p[g];
	}
}

/* Who is approved by one and refused by the other. */
static void
put_changes(const CompareReport *report, const char *attribute,
            const CompareGroup *group)
{
	static const struct
	{
		const char *metric;
		int label;
		bool gained;
	} changes[N_CHANGES] = { { "approved_to_refused", -1, false },
		                     { "refused_to_approved", -1, true },
		                     { "approved_to_refused_positive", 1, false },
		                     { "refused_to_approved_positive", 1, true },
		                     { "approved_to_refused_negative", 0, false },
		                     { "refused_to_approved_negative", 0, true } };
	const AuditCall *audit = &report->call->audit;

	for (int i = 0; i < N_CHANGES; i++)
	{
		CompareFigure figure = compare_figure(changes[i].metric);
		FairChanges counts;

		if (audit->label == NULL && changes[i].label >= 0)
			continue;
		fair_changes(&group->paired, changes[i].label, &counts);
		figure.n = (int64) counts.rows;
		figure.n_changed =
			(int64) (changes[i].gained ? counts.gained : counts.lost);
		if (counts.weight > 0)
			figure.value = (changes[i].gained ? counts.weight_gained
			                                  : counts.weight_lost) /
			               counts.weight;
		else
			figure.reason = "no rows that both decide";
		fair_wilson(figure.value, counts.effective, audit->level, &figure.low,
		            &figure.high);
		if (counts.rows > 0 && figure.n < audit->min_group)
			figure.flag = "small";
		compare_put(report, "change", attribute, group->name, &figure);
	}
}

/* How many rows count, and how many do not. */
static void
put_counts(const CompareReport *report, const char *kind, const char *attribute,
           const CompareGroup *group)
{
	FairChanges all;
	FairChanges unlabelled;
	CompareFigure figure;

	fair_changes(&group->paired, -1, &all);
	figure = compare_figure("n_compared");
	figure.value = (double) all.rows;
	figure.n = group->n_rows;
	figure.n_changed = (int64) (all.gained + all.lost);
	compare_put(report, kind, attribute, group->name, &figure);
	figure.metric = "n_undecided";
	figure.value_a = (double) group->n_undecided[0];
	figure.value_b = (double) group->n_undecided[1];
	figure.value = figure.value_b - figure.value_a;
	figure.n_changed = 0;
	compare_put(report, kind, attribute, group->name, &figure);
	if (report->call->audit.label == NULL)
		return;
	fair_changes(&group->paired, FAIR_UNLABELLED, &unlabelled);
	figure = compare_figure("n_unlabelled");
	figure.value = (double) unlabelled.rows;
	figure.n = (int64) all.rows;
	figure.n_changed = (int64) (unlabelled.gained + unlabelled.lost);
	compare_put(report, kind, attribute, group->name, &figure);
}

static void
put_attribute(const CompareReport *report, const CompareAttribute *attribute,
              const FairPairedEstimate *aucs)
{
	const char *kind = attribute->name == NULL ? "overall" : "group";
	int n_metrics = fair_metric_count();
	CompareFigure *figures = all_metrics(report, attribute);
	CompareFigure *of_auc =
		aucs == NULL
			? NULL
			: compare_estimates(report, "auc", 1, aucs, attribute->n_groups, 1);

	adjust(report, figures, attribute->n_groups);
	for (int g = 0; g < attribute->n_groups; g++)
	{
		const CompareGroup *group = &attribute->groups[g];

		for (int m = 0; m < n_metrics; m++)
		{
			/* the base rate is one of labels alone */
			if (strcmp(fair_metric_name(m), "base_rate") == 0 ||
			    (report->call->audit.label == NULL &&
			     fair_metric_needs_label(m)))
				continue;
			compare_put(report, kind, attribute->name, group->name,
			            &figures[g * n_metrics + m]);
		}
		if (of_auc != NULL)
			compare_put(report, kind, attribute->name, group->name, &of_auc[g]);
		put_changes(report, attribute->name, group);
		put_counts(report, kind, attribute->name, group);
	}
}

/* One criterion of both, without the interval. */
static CompareFigure
gap_figure(const CompareReport *report, const CompareAttribute *attribute,
           const FairCriterion *criterion, FairCells *const sides[2],
           bool ratio)
{
	CompareFigure figure = compare_figure(criterion->name);
	FairGap gaps[2];
	bool some_small = false;

	for (int s = 0; s < 2; s++)
		fair_gap(criterion, sides[s], attribute->n_groups, &gaps[s]);
	figure.value_a = ratio ? gaps[0].ratio : gaps[0].gap;
	figure.value_b = ratio ? gaps[1].ratio : gaps[1].gap;
	figure.value = figure.value_b - figure.value_a;
	for (int g = 0; g < attribute->n_groups; g++)
	{
		const FairPaired *paired = &attribute->groups[g].paired;
		bool counted[2] = { false, false };

		for (int e = 0; e < criterion->n_events; e++)
		{
			uint64 rows = fair_event_rows(criterion, e, &sides[0][g]);
			double one[2] = { 1, 1 };
			FairRate rate;

			criterion->rate(e, one, &rate);
			counted[0] |= rate.share[0] != 0;
			counted[1] |= rate.share[1] != 0;
			figure.n += (int64) rows;
			some_small |= rows > 0 && rows < report->call->audit.min_group;
		}
		for (int y = 0; y < 3; y++)
			if (y == FAIR_UNLABELLED ? criterion->ignores_label : counted[y])
				figure.n_changed +=
					(int64) (paired->rows[y][0][1] + paired->rows[y][1][0]);
	}
	figure.reason = figures_gap_reason(&gaps[1], attribute->n_groups);
	if (ratio && isnan(figure.value) && !isnan(gaps[1].gap))
		figure.reason = "the highest rate is zero";
	if (gaps[1].n_undefined > 0 && !isnan(gaps[1].gap))
		figure.flag = "incomplete";
	else if (some_small)
		figure.flag = "small";
	return figure;
}

/* The gaps and then the ratios of an attribute, by every criterion. */
static void
put_gaps(const CompareReport *report, const CompareAttribute *attribute)
{
	const AuditCall *audit = &report->call->audit;
	const FairCriterion *const *criteria = fair_criterion_table();
	int n_criteria = fair_criterion_of_decisions();
	int n_groups = attribute->n_groups;
	FairPaired *paired = palloc(sizeof(FairPaired) * (Size) Max(n_groups, 1));
	FairGapInterval *intervals =
		palloc(sizeof(FairGapInterval) * (Size) n_criteria);
	FairCells *sides[2];
	FairPairedPlan plan = { .groups = paired,
		                    .n_groups = n_groups,
		                    .level = audit->level,
		                    .replicates = audit->replicates,
		                    .seed = (uint64) audit->seed,
		                    .monitor = report->monitor };

	for (int s = 0; s < 2; s++)
		sides[s] = palloc(sizeof(FairCells) * (Size) Max(n_groups, 1));
	for (int g = 0; g < n_groups; g++)
	{
		paired[g] = attribute->groups[g].paired;
		for (int s = 0; s < 2; s++)
			fair_paired_side(&paired[g], s, &sides[s][g]);
	}
	report_status(
		fair_paired_gaps(report->arena, &plan, criteria, n_criteria, intervals),
		report->arena, "intervals of gaps");
	for (int ratio = 0; ratio < 2; ratio++)
		for (int c = 0; c < n_criteria; c++)
		{
			CompareFigure figure;

			if (audit->label == NULL && fair_criterion_needs_label(criteria[c]))
				continue;
			figure =
				gap_figure(report, attribute, criteria[c], sides, ratio == 1);
			if (!isnan(figure.value))
				take_draws(
					&figure,
					ratio ? intervals[c].ratio_low : intervals[c].gap_low,
					ratio ? intervals[c].ratio_high : intervals[c].gap_high);
			figure.verdict = compare_verdict(&figure, ratio ? 1 : -1);
			compare_put(report, ratio ? "ratio" : "gap", attribute->name, NULL,
			            &figure);
		}
}
