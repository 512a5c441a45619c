/*
 * bias_rows.c
 *    The rows of a bias audit, from the counts of its base groups.
 *
 * First all applicants together, then each table: its categories in the order
 * of their names, and those whose category is not known.  Counts and rates are
 * of every category; what compares one with the reference is left out, with
 * the reason, where there is nothing to compare.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "fair/adjust.h"
#include "fair/significance.h"
#include "pg/bias_audit.h"
#include "pg/encode.h"
#include "pg/host.h"
#include "pg/report.h"

/* One table under work. */
typedef struct BiasReport
{
	const BiasCall *call;
	Rows *rows;
	NumArena *arena;
	NumMonitor *monitor;
	const char *kind;
	const char *table;     /* NULL: all applicants */
	const char *attribute; /* likewise */
	BiasCategory *categories;
	int n_categories;
	int reference;       /* -1: none */
	const char *missing; /* why there is none */
} BiasReport;

static BiasCategory category_of(const FigureGroup *group);
static void put_overall(const BiasReport *report, const AuditBase *bases,
                        const BiasCategory *everybody);
static void put_table(BiasReport *report, int table, const AuditBase *bases,
                      int n_bases, const BiasCategory *everybody);

void
bias_report(const BiasCall *call, const AuditBase *bases, int n_bases,
            Rows *rows)
{
	NumArena arena;
	NumMonitor monitor;
	BiasReport report = {
		.call = call, .rows = rows, .arena = &arena, .monitor = &monitor
	};
	FigureGroup overall;
	BiasCategory everybody;

	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	audit_overall(&arena, bases, n_bases, &overall);
	everybody = category_of(&overall);
	put_overall(&report, bases, &everybody);
	for (int t = 0; t < call->audit.n_attributes; t++)
		put_table(&report, t, bases, n_bases, &everybody);
}

static BiasCategory
category_of(const FigureGroup *group)
{
	const FairCells *cells = &group->cells;
	BiasCategory category = { .name = group->name, .share = NAN };

	/* without a label */
	category.selected = (int64) cells->unlabelled_rows[1];
	category.applicants =
		(int64) (cells->unlabelled_rows[0] + cells->unlabelled_rows[1]);
	category.undecided = (int64) cells->undecided_rows;
	return category;
}

static double
rate_of(const BiasCategory *category)
{
	return category->applicants > 0
	           ? (double) category->selected / (double) category->applicants
	           : NAN;
}

/* The ratio of two rates, rounded once: where it is four fifths, it is the
 * number 0.8. */
static double
ratio_of(int64 selected, int64 applicants, int64 reference_selected,
         int64 reference_applicants)
{
	return ((double) selected * (double) reference_applicants) /
	       ((double) applicants * (double) reference_selected);
}

static void
put(const BiasReport *report, const char *group_name, const Figure *figure)
{
	RowMaker row;

	row_begin_among(&row, report->rows);
	row_put_text(&row, report->kind);
	row_put_text(&row, report->table);
	row_put_text(&row, report->attribute);
	row_put_text(&row, group_name);
	row_put_text(&row, figure->metric);
	row_put_real(&row, figure->value);
	row_put_real(&row, figure->low);
	row_put_real(&row, figure->high);
	row_put(&row, Int64GetDatum(figure->n));
	row_put_text(&row, figure->flag);
	row_put_text(&row, figure->reason);
	row_end_among(&row, report->rows);
}

static Figure
figure_of(const char *metric, double value, int64 n)
{
	Figure figure = {
		.metric = metric, .value = value, .low = NAN, .high = NAN, .n = n
	};

	return figure;
}

/* A figure that is neither an interval nor in need of a word. */
static void
put_plain(const BiasReport *report, const char *group_name, const char *metric,
          double value, int64 n)
{
	Figure figure = figure_of(metric, value, n);

	put(report, group_name, &figure);
}

/* How many, how many of them selected, and at what rate. */
static void
put_counts(const BiasReport *report, const BiasCategory *category)
{
	const BiasCall *call = report->call;
	int64 n = category->applicants;
	Figure figure;

	put_plain(report, category->name, "applicants", (double) n, n);
	put_plain(report, category->name, "n_undecided",
	          (double) category->undecided, n + category->undecided);
	put_plain(report, category->name,
	          call->scoring ? "above_cutoff" : "selected",
	          (double) category->selected, n);
	figure = figure_of(call->scoring ? "scoring_rate" : "selection_rate",
	                   rate_of(category), n);
	fair_wilson(figure.value, (double) n, call->audit.level, &figure.low,
	            &figure.high);
	if (n < call->audit.min_group)
		figure.flag = "small";
	if (n == 0)
		figure.reason = "no decisions";
	put(report, category->name, &figure);
}

static void
put_overall(const BiasReport *report, const AuditBase *bases,
            const BiasCategory *everybody)
{
	const BiasCall *call = report->call;
	BiasReport overall = *report;

	overall.kind = "overall";
	put_counts(&overall, everybody);
	if (call->scoring)
		put_plain(&overall, NULL, "cutoff",
		          DatumGetFloat8(DirectFunctionCall1(
					  float8in,
					  CStringGetDatum(bases[0].values[call->cutoff_column]))),
		          everybody->applicants);
}

static bool
is_unknown(const AuditAttribute *attribute, const AuditBase *base)
{
	for (int c = 0; c < attribute->n_columns; c++)
		if (strcmp(base->values[attribute->columns[c]], UNKNOWN_GROUP) == 0)
			return true;
	return false;
}

/* Splits the bases of a table into its categories and those not known. */
static void
read_categories(BiasReport *report, int table, const AuditBase *bases,
                int n_bases, BiasCategory *unknown)
{
	const AuditAttribute *attribute = &report->call->audit.attributes[table];
	AuditBase *known = palloc(sizeof(AuditBase) * (Size) n_bases);
	AuditBase *others = palloc(sizeof(AuditBase) * (Size) n_bases);
	int n_known = 0;
	int n_others = 0;
	FigureAttribute groups;
	FigureGroup rest;

	for (int b = 0; b < n_bases; b++)
		if (is_unknown(attribute, &bases[b]))
			others[n_others++] = bases[b];
		else
			known[n_known++] = bases[b];
	audit_groups(report->arena, attribute, known, n_known, &groups);
	report->categories =
		palloc(sizeof(BiasCategory) * (Size) Max(groups.n_groups, 1));
	report->n_categories = groups.n_groups;
	for (int g = 0; g < groups.n_groups; g++)
		report->categories[g] = category_of(&groups.groups[g]);
	audit_overall(report->arena, others, n_others, &rest);
	rest.name = UNKNOWN_GROUP;
	*unknown = category_of(&rest);
}

/* Shares, and who is left out for having too small a one. */
static void
share_out(BiasReport *report, const BiasCategory *everybody,
          const BiasCategory *unknown)
{
	int64 total = everybody->applicants;

	if (report->call->share_of_known)
		total -= unknown->applicants;
	for (int g = 0; g < report->n_categories; g++)
	{
		BiasCategory *category = &report->categories[g];

		category->share = total > 0 ? (double) category->applicants / total : 0;
		category->excluded = category->share < report->call->small_share;
	}
}

/* The category that was asked for. */
static int
find_reference(const BiasReport *report, const char *name)
{
	for (int g = 0; g < report->n_categories; g++)
		if (strcmp(report->categories[g].name, name) == 0)
			return g;
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("reference \"%s\" does not occur in attribute \"%s\"", name,
	                report->attribute),
	         errhint("Write it as column group_name of the result does.")));
	return -1;
}

/* The reference that was asked for, or the category with the highest rate; of
 * equal ones the larger. */
static void
choose_reference(BiasReport *report, const BiasTable *table)
{
	report->reference = -1;
	report->missing = "no category has a share large enough to be compared";
	if (table->reference != NULL)
		report->reference = find_reference(report, table->reference);
	for (int g = 0; g < report->n_categories && table->reference == NULL; g++)
	{
		const BiasCategory *category = &report->categories[g];
		const BiasCategory *best = report->reference < 0
		                               ? NULL
		                               : &report->categories[report->reference];

		if (category->excluded || category->applicants == 0)
			continue;
		if (best == NULL || rate_of(category) > rate_of(best) ||
		    (rate_of(category) == rate_of(best) &&
		     category->applicants > best->applicants))
			report->reference = g;
	}
	if (report->reference >= 0 &&
	    report->categories[report->reference].selected == 0)
	{
		report->missing = table->reference != NULL
		                      ? "nobody of the reference is selected"
		                      : "nobody is selected";
		report->reference = -1;
	}
}

/* Why a category is not compared with the reference; NULL when it is. */
static const char *
not_compared(const BiasReport *report, int g)
{
	const BiasCategory *category = &report->categories[g];

	if (category->applicants == 0)
		return "no decisions";
	if (category->excluded && g != report->reference)
		return psprintf("share of %.4g below %g: no reference, no ratio",
		                category->share, report->call->small_share);
	return report->reference < 0 ? report->missing : NULL;
}

/* What the tests and intervals are of. */
static FairTwoRates
against_reference(const BiasReport *report, int g)
{
	const BiasCategory *category = &report->categories[g];
	const BiasCategory *reference = &report->categories[report->reference];
	FairTwoRates two = {
		{ (double) category->selected, (double) reference->selected },
		{ (double) category->applicants, (double) reference->applicants }
	};

	return two;
}

/* How many selections more would bring the ratio up to the least one. */
static int64
shortfall_of(const BiasReport *report, const BiasCategory *category,
             const BiasCategory *reference)
{
	double least = report->call->least_ratio;
	double wanted = least * rate_of(reference) * (double) category->applicants;
	int64 selected = Max((int64) wanted - 1, category->selected);

	while (ratio_of(selected, category->applicants, reference->selected,
	                reference->applicants) < least)
		selected++;
	return selected - category->selected;
}

static void
put_ratio(const BiasReport *report, int g, const FairTwoRates *two)
{
	const BiasCategory *category = &report->categories[g];
	const BiasCategory *reference = &report->categories[report->reference];
	const BiasCall *call = report->call;
	FairInterval interval = fair_koopman(two, call->audit.level);
	Figure figure =
		figure_of("impact_ratio",
	              ratio_of(category->selected, category->applicants,
	                       reference->selected, reference->applicants),
	              category->applicants + reference->applicants);

	figure.low = interval.low;
	figure.high = interval.high;
	if (figure.value < call->least_ratio)
	{
		figure.flag = "below";
		figure.reason =
			interval.high < call->least_ratio
				? psprintf("the whole interval is below %g", call->least_ratio)
				: psprintf("the interval goes beyond %g", call->least_ratio);
	}
	else
	{
		if (Min(category->applicants, reference->applicants) <
		    call->audit.min_group)
			figure.flag = "small";
		if (interval.low < call->least_ratio)
			figure.reason =
				psprintf("the interval reaches below %g", call->least_ratio);
	}
	put(report, category->name, &figure);
}

/* The ratio if one selection of the reference had gone to the category. */
static void
put_one_moved(const BiasReport *report, const BiasCategory *category,
              const BiasCategory *reference)
{
	double least = report->call->least_ratio;
	double before = ratio_of(category->selected, category->applicants,
	                         reference->selected, reference->applicants);
	Figure figure = figure_of("ratio_one_moved", NAN,
	                          category->applicants + reference->applicants);

	if (category->selected == category->applicants)
		figure.reason = "all are selected";
	else if (reference->selected == 1)
		figure.reason = "one of the reference is selected";
	else
		figure.value = ratio_of(category->selected + 1, category->applicants,
		                        reference->selected - 1, reference->applicants);
	if (before < 1 && figure.value > 1)
	{
		figure.flag = "flips";
		figure.reason = "one selection turns it into the higher rate";
	}
	else if (before < least && figure.value >= least)
	{
		figure.flag = "flips";
		figure.reason = psprintf("one selection lifts it to %g", least);
	}
	put(report, category->name, &figure);
}

/* All that sets a category against the reference. */
static void
put_comparison(const BiasReport *report, int g, double adjusted)
{
	const BiasCategory *category = &report->categories[g];
	const BiasCategory *reference = &report->categories[report->reference];
	FairTwoRates two = against_reference(report, g);
	int64 n = category->applicants + reference->applicants;
	const char *name = category->name;
	FairTest z;
	FairTest fisher;

	fair_two_proportions(&two, &z);
	report_status(fair_fisher(&two, report->monitor, &fisher), NULL,
	              "Fisher's test");
	put_ratio(report, g, &two);
	put_plain(report, name, "shortfall",
	          (double) shortfall_of(report, category, reference),
	          category->applicants);
	put_one_moved(report, category, reference);
	put_plain(report, name, "z", z.statistic, n);
	put_plain(report, name, "z_p", z.p, n);
	put_plain(report, name, "fisher_p", fisher.p, n);
	put_plain(report, name, "fisher_mid_p", fisher.mid_p, n);
	put_plain(report, name, "holm_p", adjusted, n);
}

/* Fisher's p of every category that is compared, adjusted by Holm for their
 * number; NaN of the others. */
static double *
adjusted_p(const BiasReport *report)
{
	int n = report->n_categories;
	double *p = palloc(sizeof(double) * (Size) Max(n, 1));

	for (int g = 0; g < n; g++)
	{
		FairTwoRates two;
		FairTest fisher;

		p[g] = NAN;
		if (g == report->reference || not_compared(report, g) != NULL)
			continue;
		two = against_reference(report, g);
		report_status(fair_fisher(&two, report->monitor, &fisher), NULL,
		              "Fisher's test");
		p[g] = fisher.p;
	}
	report_status(fair_adjust(report->arena, report->monitor, FAIR_HOLM, p,
	                          (size_t) n, p),
	              report->arena, "adjusting p-values");
	return p;
}

static void
put_category(const BiasReport *report, int g, const double *adjusted)
{
	const BiasCategory *category = &report->categories[g];
	const char *why_not = not_compared(report, g);
	Figure figure;

	put_counts(report, category);
	figure = figure_of("share", category->share, category->applicants);
	if (category->excluded)
		figure.flag = "excluded";
	put(report, category->name, &figure);
	if (why_not == NULL && g != report->reference)
	{
		put_comparison(report, g, adjusted[g]);
		return;
	}
	figure = figure_of("impact_ratio", why_not == NULL ? 1 : NAN,
	                   category->applicants);
	figure.flag = why_not == NULL      ? "reference"
	              : category->excluded ? "excluded"
	                                   : NULL;
	figure.reason = why_not;
	put(report, category->name, &figure);
}

static void
put_table(BiasReport *report, int table, const AuditBase *bases, int n_bases,
          const BiasCategory *everybody)
{
	const BiasCall *call = report->call;
	BiasCategory unknown;
	double *adjusted = NULL;

	report->kind = "category";
	report->table = call->tables[table].name;
	report->attribute = call->audit.attributes[table].name;
	read_categories(report, table, bases, n_bases, &unknown);
	share_out(report, everybody, &unknown);
	choose_reference(report, &call->tables[table]);
	if (report->reference >= 0)
		adjusted = adjusted_p(report);
	for (int g = 0; g < report->n_categories; g++)
		put_category(report, g, adjusted);
	report->kind = "unknown";
	put_counts(report, &unknown);
}
