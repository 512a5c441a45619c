/*
 * audit_rows.c
 *    The rows of an audit, from the counts of its base groups.
 *
 * First all rows of the source as one group, then for each attribute its
 * groups in the order of their names, then its gaps and its ratios.  The
 * draws of the intervals of an attribute depend on its counts and the seed
 * alone, so they are those of gap_interval() over the same groups.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/bootstrap.h"
#include "fair/metric.h"
#include "fair/ranking.h"
#include "fair/scores.h"
#include "fair/tally.h"
#include "pg/audit.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/report.h"
#include "pg/stats_image.h"

typedef struct AuditGroup
{
	char *name;
	FairCells cells;
	const uint8 *scores; /* image, or NULL */
} AuditGroup;

/* One row of the result; NaN and NULL become SQL NULL. */
typedef struct AuditRow
{
	const char *kind;
	const char *attribute;
	const char *group_name;
	const char *metric;
	double value;
	double low;
	double high;
	int64 n;
	const char *flag;
	const char *reason;
} AuditRow;

typedef struct Audit
{
	const AuditCall *call;
	const AuditBase *bases;
	int n_bases;
	Rows *rows;
	NumArena arena;
	NumMonitor monitor;
} Audit;

static void
report_group(Audit *audit, const char *attribute, const AuditGroup *group);
static void report_ranking(Audit *audit, AuditRow row, const AuditGroup *group);
static AuditGroup *
attribute_groups(Audit *audit, const AuditAttribute *attribute, int *n_groups);
static void
merge_bases(Audit *audit, const int *members, int n_members, AuditGroup *group);
static void report_gaps(Audit *audit, const AuditAttribute *attribute,
                        const AuditGroup *groups, int n_groups);

void
audit_report(const AuditCall *call, const AuditBase *bases, int n_bases,
             Rows *rows)
{
	Audit audit = {
		.call = call, .bases = bases, .n_bases = n_bases, .rows = rows
	};
	int *everybody = palloc(sizeof(int) * (Size) n_bases);
	AuditGroup overall = { 0 };

	host_arena_init(&audit.arena, CurrentMemoryContext, 0);
	fairness_monitor(&audit.monitor);
	for (int b = 0; b < n_bases; b++)
		everybody[b] = b;
	merge_bases(&audit, everybody, n_bases, &overall);
	report_group(&audit, NULL, &overall);

	for (int a = 0; a < call->n_attributes; a++)
	{
		const AuditAttribute *attribute = &call->attributes[a];
		int n_groups;
		AuditGroup *groups = attribute_groups(&audit, attribute, &n_groups);

		for (int g = 0; g < n_groups; g++)
			report_group(&audit, attribute->name, &groups[g]);
		report_gaps(&audit, attribute, groups, n_groups);
	}
}

static void
put_text(Datum *value, bool *null, const char *text)
{
	*null = text == NULL;
	*value = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static void
put_number(Datum *value, bool *null, double number)
{
	*null = isnan(number);
	*value = Float8GetDatum(isnan(number) ? 0 : number);
}

static void
put_row(Audit *audit, const AuditRow *row)
{
	Datum values[10];
	bool nulls[10] = { false };

	put_text(&values[0], &nulls[0], row->kind);
	put_text(&values[1], &nulls[1], row->attribute);
	put_text(&values[2], &nulls[2], row->group_name);
	put_text(&values[3], &nulls[3], row->metric);
	put_number(&values[4], &nulls[4], row->value);
	put_number(&values[5], &nulls[5], row->low);
	put_number(&values[6], &nulls[6], row->high);
	values[7] = Int64GetDatum(row->n);
	put_text(&values[8], &nulls[8], row->flag);
	put_text(&values[9], &nulls[9], row->reason);
	rows_add(audit->rows, values, nulls);
}

static const char *
small_flag(const Audit *audit, uint64 rows)
{
	return rows < (uint64) audit->call->min_group ? "small" : NULL;
}

/* Every figure of one group; NULL for 'attribute' means all rows. */
static void
report_group(Audit *audit, const char *attribute, const AuditGroup *group)
{
	const FairCells *cells = &group->cells;
	AuditRow row = { .kind = attribute == NULL ? "overall" : "group",
		             .attribute = attribute,
		             .group_name = group->name,
		             .low = NAN,
		             .high = NAN };
	uint64 decided = cells->unlabelled_rows[0] + cells->unlabelled_rows[1];
	uint64 unlabelled = decided;

	for (int m = 0; m < fair_metric_count(); m++)
	{
		FairMetricValue value;

		if (audit->call->label == NULL && fair_metric_needs_label(m))
			continue;
		fair_metric_value(m, cells, audit->call->level, &value);
		row.metric = fair_metric_name(m);
		row.value = value.value;
		row.low = value.low;
		row.high = value.high;
		row.n = (int64) value.rows;
		row.flag = small_flag(audit, value.rows);
		row.reason = value.reason;
		put_row(audit, &row);
	}
	row.flag = row.reason = NULL;
	row.low = row.high = NAN;
	report_ranking(audit, row, group);

	/* what the figures above leave out */
	for (int i = 0; i < 4; i++)
		decided += cells->rows[i / 2][i % 2];
	row.n = (int64) (decided + cells->undecided_rows);
	if (audit->call->label != NULL)
	{
		row.metric = "n_unlabelled";
		row.value = (double) unlabelled;
		put_row(audit, &row);
	}
	row.metric = "n_undecided";
	row.value = (double) cells->undecided_rows;
	put_row(audit, &row);
}

/* The figures that come from scores, where there are any. */
static void
report_ranking(Audit *audit, AuditRow row, const AuditGroup *group)
{
	FairRanking ranking;
	uint64 labelled;

	if (group->scores == NULL)
		return;
	fair_ranking(group->scores, audit->call->level, &ranking);
	labelled = ranking.rows_positive + ranking.rows_negative;
	if (audit->call->label != NULL)
	{
		AuditRow auc = row;

		auc.metric = "auc";
		auc.value = ranking.auc;
		auc.low = ranking.auc_low;
		auc.high = ranking.auc_high;
		auc.n = (int64) labelled;
		auc.flag = small_flag(
			audit, Min(ranking.rows_positive, ranking.rows_negative));
		auc.reason = ranking.auc_reason;
		put_row(audit, &auc);

		row.n = (int64) labelled;
		row.flag = small_flag(audit, labelled);
		row.reason = ranking.loss_reason;
		row.metric = "brier";
		row.value = ranking.brier;
		put_row(audit, &row);
		row.metric = "log_loss";
		row.value = ranking.log_loss;
		put_row(audit, &row);
	}
	row.metric = "mean_score";
	row.value = ranking.mean_score;
	row.n = (int64) ranking.rows;
	row.flag = small_flag(audit, ranking.rows);
	row.reason = ranking.mean_reason;
	put_row(audit, &row);
}

/* ---- groups ---- */

typedef struct NamedBase
{
	char *name;
	int base;
} NamedBase;

static int
compare_named(const void *a, const void *b)
{
	const NamedBase *x = a;
	const NamedBase *y = b;

	return fairness_compare_names(x->name, (uint32) strlen(x->name), y->name,
	                              (uint32) strlen(y->name));
}

/* "Female, Black" */
static char *
name_of_base(const AuditBase *base, const AuditAttribute *attribute)
{
	StringInfoData name;

	initStringInfo(&name);
	for (int c = 0; c < attribute->n_columns; c++)
		appendStringInfo(&name, "%s%s", c == 0 ? "" : ", ",
		                 base->values[attribute->columns[c]]);
	return name.data;
}

/* The groups of an attribute in the order of their names, and their number;
 * a group is all base groups of one name. */
static AuditGroup *
attribute_groups(Audit *audit, const AuditAttribute *attribute, int *n_groups)
{
	int n = audit->n_bases;
	NamedBase *named = palloc(sizeof(NamedBase) * (Size) n);
	AuditGroup *groups = palloc0(sizeof(AuditGroup) * (Size) n);
	int *members = palloc(sizeof(int) * (Size) n);

	for (int b = 0; b < n; b++)
	{
		named[b].name = name_of_base(&audit->bases[b], attribute);
		named[b].base = b;
	}
	qsort(named, (size_t) n, sizeof(NamedBase), compare_named);

	*n_groups = 0;
	for (int b = 0; b < n;)
	{
		AuditGroup *group = &groups[(*n_groups)++];
		int n_members = 0;

		CHECK_FOR_INTERRUPTS();
		group->name = named[b].name;
		while (b < n && strcmp(named[b].name, group->name) == 0)
			members[n_members++] = named[b++].base;
		merge_bases(audit, members, n_members, group);
	}
	return groups;
}

/* Sums up base groups; the sums are exact, so their order is no matter. */
static void
merge_bases(Audit *audit, const int *members, int n_members, AuditGroup *group)
{
	uint8 empty[FAIR_TALLY_PLAIN_BYTES];
	uint8 tally[FAIR_TALLY_WEIGHTED_BYTES];
	FairScores scores;
	uint8 *image;

	fair_tally_clear(empty);
	fair_tally_widen(empty, tally);
	for (int i = 0; i < n_members; i++)
		stats_check(fair_tally_merge(tally, audit->bases[members[i]].tally));
	fair_tally_cells(tally, &group->cells);

	if (audit->call->score == NULL)
		return;
	if (n_members == 1)
	{
		group->scores = audit->bases[members[0]].scores;
		return;
	}
	stats_check(fair_scores_init(&scores, &audit->arena));
	for (int i = 0; i < n_members; i++)
	{
		CHECK_FOR_INTERRUPTS();
		stats_check(
			fair_scores_merge_image(&scores, audit->bases[members[i]].scores));
	}
	image = palloc(fair_scores_bytes(&scores));
	stats_check(fair_scores_write(&scores, image));
	fair_scores_release(&scores);
	group->scores = image;
}

/* ---- gaps ---- */

/* Rows that the rates of a criterion are taken over in one group, and the
 * fewest of any of its rates; false when the group lacks one. */
static bool
criterion_rows(const FairCriterion *criterion, const FairCells *cells,
               uint64 *rows, uint64 *fewest)
{
	uint64 by_label[2];
	const double one[2] = { 1, 1 };
	bool used[2] = { false, false };

	*fewest = PG_UINT64_MAX;
	for (int y = 0; y < 2; y++)
		by_label[y] = cells->rows[y][0] + cells->rows[y][1];
	*rows = 0;
	for (int e = 0; e < criterion->n_events; e++)
	{
		uint64 event_rows = 0;
		FairRate rate;

		criterion->rate(e, one, &rate);
		for (int y = 0; y < 2; y++)
			if (rate.share[y] != 0)
			{
				event_rows += by_label[y];
				used[y] = true;
			}
		if (!fair_criterion_needs_label(criterion))
			event_rows += cells->unlabelled_rows[0] + cells->unlabelled_rows[1];
		*fewest = Min(*fewest, event_rows);
	}
	for (int y = 0; y < 2; y++)
		*rows += used[y] ? by_label[y] : 0;
	if (!fair_criterion_needs_label(criterion))
		*rows += cells->unlabelled_rows[0] + cells->unlabelled_rows[1];
	return *fewest > 0;
}

/* What the gap and the ratio of one criterion have in common. */
static AuditRow
describe_gap(Audit *audit, const FairCriterion *criterion, const FairGap *gap,
             const AuditGroup *groups, int n_groups)
{
	AuditRow row = { .metric = criterion->name };
	char *reason = palloc(FAIRNESS_REASON_BYTES);
	bool some_small = false;

	for (int g = 0; g < n_groups; g++)
	{
		uint64 rows;
		uint64 fewest;

		if (criterion_rows(criterion, &groups[g].cells, &rows, &fewest) &&
		    small_flag(audit, fewest) != NULL)
			some_small = true;
		row.n += (int64) rows;
	}
	if (fairness_reason(gap, reason))
		row.reason = reason;
	if (!isnan(gap->gap))
		row.group_name = groups[fairness_worst(criterion, gap)].name;
	if (gap->n_undefined > 0 && !isnan(gap->gap))
		row.flag = "incomplete";
	else if (some_small)
		row.flag = "small";
	return row;
}

/* The gaps and then the ratios of an attribute, by every criterion. */
static void
report_gaps(Audit *audit, const AuditAttribute *attribute,
            const AuditGroup *groups, int n_groups)
{
	const AuditCall *call = audit->call;
	const FairCriterion *criteria = fair_criterion_table();
	int n_criteria = 0;
	FairGapInterval *intervals;
	FairCells *cells = palloc(sizeof(FairCells) * (Size) n_groups);
	FairBootstrap plan = { .groups = cells,
		                   .n_groups = n_groups,
		                   .level = call->level,
		                   .replicates = call->replicates,
		                   .seed = (uint64) call->seed,
		                   .monitor = &audit->monitor };

	for (int g = 0; g < n_groups; g++)
		cells[g] = groups[g].cells;
	while (criteria[n_criteria].name != NULL)
		n_criteria++;
	intervals = palloc(sizeof(FairGapInterval) * (Size) n_criteria);
	report_status(fair_gap_intervals(&audit->arena, &plan, criteria, n_criteria,
	                                 intervals),
	              &audit->arena, "intervals of gaps");

	for (int ratios = 0; ratios < 2; ratios++)
		for (int c = 0; c < n_criteria; c++)
		{
			FairGap gap;
			AuditRow row;

			if (call->label == NULL && fair_criterion_needs_label(&criteria[c]))
				continue;
			fair_gap(&criteria[c], cells, n_groups, &gap);
			row = describe_gap(audit, &criteria[c], &gap, groups, n_groups);
			row.kind = ratios ? "ratio" : "gap";
			row.attribute = attribute->name;
			row.value = ratios ? gap.ratio : gap.gap;
			row.low = row.high = NAN;
			if (!isnan(row.value))
			{
				row.low =
					ratios ? intervals[c].ratio_low : intervals[c].gap_low;
				row.high =
					ratios ? intervals[c].ratio_high : intervals[c].gap_high;
			}
			/* the least ratio may be that of another rate than the gap */
			if (ratios && criteria[c].n_events > 1)
				row.group_name = NULL;
			if (ratios && !isnan(gap.gap) && isnan(gap.ratio))
				row.reason = "the highest rate is zero";
			put_row(audit, &row);
		}
}
