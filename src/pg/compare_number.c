/*
 * compare_number.c
 *    Comparisons of numbers that are predicted: errors of both, by group.
 *
 * Counted as an audit of the predictions of a, which brings the groups and their
 * rows; beside its sums the statement keeps each row with both predictions.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "pg/compare.h"
#include "pg/host.h"
#include "pg/report.h"

/* sums over the rows of the source */
enum
{
	SUM_UNPREDICTED_B, /* labelled rows without a prediction of b */
	SUM_BAD_B,         /* predictions of b that are no finite number */
	N_SUMS
};

/* Which figures are compared, and which way is better; the gap of the means has
 * the name of its criterion. */
static const struct
{
	const char *name;
	const char *gap_name;
	int direction;
} figures[] = { { "mean_squared_error", "mean_squared_error", -1 },
	            { "root_mean_squared_error", "root_mean_squared_error", -1 },
	            { "mean_absolute_error", "mean_absolute_error", -1 },
	            { "r_squared", "r_squared", 1 },
	            { "mean_prediction", "mean_parity", 0 },
	            { "mean_residual", "mean_residual", 0 } };

void
compare_add_numbers(CompareCall *call)
{
	AuditCall *audit = &call->audit;
	const char **sums = palloc(sizeof(char *) * N_SUMS);
	char *names[2];
	char *b;
	char *finite;

	if (audit->label == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		         errmsg("predicted numbers are compared by their errors, "
		                "and need a label"),
		         errhint("Name the column with the numbers themselves "
		                 "by argument \"label\".")));
	for (int s = 0; s < 2; s++)
		names[s] = pstrdup(quote_identifier(source_free_name(
			&audit->source, s == 0 ? "fairpg_a" : "fairpg_b")));
	audit->source.from =
		psprintf("(SELECT src.*, %s AS %s, %s AS %s FROM %s OFFSET 0) AS src",
	             call->sides[0].score_sql, names[0], call->sides[1].score_sql,
	             names[1], audit->source.from);
	audit->of_numbers = true;
	if (call->sides[0].kind == COMPARE_PREDICTION)
		audit->prediction = call->sides[0].name;
	audit->score_sql = psprintf("src.%s", names[0]);
	b = psprintf("src.%s", names[1]);
	finite = psprintf("pg_catalog.abs(%s) OPERATOR(pg_catalog.<=) %.17g", b,
	                  FAIR_MAX_NUMBER);
	audit->pair_sql[0] = audit->score_sql;
	audit->pair_sql[1] = psprintf("CASE WHEN %s THEN %s END", finite, b);
	sums[SUM_UNPREDICTED_B] =
		psprintf("CASE WHEN %s IS NOT NULL AND %s IS NULL THEN 1 ELSE 0 END",
	             audit_number_column(audit, audit->label, "label"), b);
	sums[SUM_BAD_B] = psprintf("CASE WHEN %s THEN 0 WHEN %s IS NULL THEN 0"
	                           " ELSE 1 END",
	                           finite, b);
	audit->sums_sql = sums;
	audit->n_sums = N_SUMS;
}

void
compare_check_numbers(const CompareCall *call, const AuditBase *bases,
                      int n_bases)
{
	const CompareSide *side = &call->sides[1];
	int64 n_bad = 0;

	for (int b = 0; b < n_bases; b++)
		n_bad += bases[b].sums[SUM_BAD_B];
	if (n_bad == 0)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
	     side->kind == COMPARE_PREDICTION
	         ? errmsg("prediction column \"%s\" is not finite "
	                  "in " INT64_FORMAT " rows",
	                  side->name, n_bad)
	         : errmsg("the prediction is not finite in " INT64_FORMAT " rows",
	                  n_bad),
	     errdetail("Numbers beyond %.2g do not count as finite.",
	               FAIR_MAX_NUMBER),
	     errhint("Leave such rows out with a query as source, or make the "
	             "value NULL.")));
}

/* What the figures leave out, and how many rows they are of. */
static void
put_counts(const CompareReport *report, const CompareAttribute *attribute,
           const FairPairedGroups *groups, const FigureGroup *group, int g)
{
	const char *kind = attribute->name == NULL ? "overall" : "group";
	const FairErrors *errors = &group->errors;
	int64 compared = 0;
	int64 unpredicted = 0;
	CompareFigure figure = compare_figure("n_compared");

	for (int b = 0; b < report->n_bases; b++)
		if (groups->group_of[b] == (uint32) g)
		{
			compared += (int64) report->bases[b].n_pairs;
			unpredicted += report->bases[b].sums[SUM_UNPREDICTED_B];
		}
	figure.n = (int64) (errors->rows + errors->unlabelled_rows +
	                    errors->unpredicted_rows);
	figure.n_changed = -1;
	figure.value = (double) compared;
	compare_put(report, kind, attribute->name, group->name, &figure);
	figure.metric = "n_unpredicted";
	figure.value_a = (double) errors->unpredicted_rows;
	figure.value_b = (double) unpredicted;
	figure.value = figure.value_b - figure.value_a;
	compare_put(report, kind, attribute->name, group->name, &figure);
	figure.metric = "n_unlabelled";
	figure.value_a = figure.value_b = NAN;
	figure.value = (double) errors->unlabelled_rows;
	compare_put(report, kind, attribute->name, group->name, &figure);
}

/* Every figure of every group, then the gaps. */
static void
put_attribute(const CompareReport *report, const AuditAttribute *by,
              const FigureAttribute *read)
{
	const char *kind = by == NULL ? "overall" : "group";
	Size n = (Size) Max(read->n_groups, 1);
	CompareAttribute attribute = { .name = read->name,
		                           .n_groups = read->n_groups,
		                           .groups =
		                               palloc0(sizeof(CompareGroup) * n) };
	FairPairedEstimate *errors =
		palloc(sizeof(FairPairedEstimate) * FAIR_ERROR_FIGURES * n);
	CompareFigure *rows[lengthof(figures)];
	FairPairedGroups groups;

	for (int g = 0; g < read->n_groups; g++)
		attribute.groups[g].name = read->groups[g].name;
	groups = compare_pair_groups(report, by, &attribute);
	report_status(
		fair_paired_errors(report->arena, report->monitor, &groups, errors),
		report->arena, "errors");
	for (int f = 0; f < (int) lengthof(figures); f++)
		rows[f] =
			compare_estimates(report, figures[f].name, figures[f].direction,
		                      &errors[fair_error_figure_find(figures[f].name)],
		                      read->n_groups, FAIR_ERROR_FIGURES);
	for (int g = 0; g < read->n_groups; g++)
	{
		for (int f = 0; f < (int) lengthof(figures); f++)
			compare_put(report, kind, read->name, read->groups[g].name,
			            &rows[f][g]);
		put_counts(report, &attribute, &groups, &read->groups[g], g);
	}
	for (int f = 0; by != NULL && f < (int) lengthof(figures); f++)
		compare_put_gap(report, figures[f].gap_name, &attribute,
		                &errors[fair_error_figure_find(figures[f].name)],
		                FAIR_ERROR_FIGURES);
}

void
compare_report_numbers(const CompareCall *call, const AuditBase *bases,
                       int n_bases, Rows *rows)
{
	NumArena arena;
	NumMonitor monitor;
	CompareReport report = { .call = call,
		                     .bases = bases,
		                     .n_bases = n_bases,
		                     .rows = rows,
		                     .arena = &arena,
		                     .monitor = &monitor };
	FigureGroup overall;
	FigureAttribute all = { .n_groups = 1, .groups = &overall };

	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	compare_read_pairs(&report);
	audit_overall(&arena, bases, n_bases, &overall);
	put_attribute(&report, NULL, &all);
	for (int a = 0; a < call->audit.n_attributes; a++)
	{
		FigureAttribute read;

		audit_groups(&arena, &call->audit.attributes[a], bases, n_bases, &read);
		put_attribute(&report, &call->audit.attributes[a], &read);
	}
}
