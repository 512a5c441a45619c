/*
 * audit_data.c
 *    The chapters on the rows themselves, before any model.
 */
#include "report/audit_chapters.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/interval_plot.h"
#include "report/table.h"

static bool
is_severity(const Finding *row, const char *severity)
{
	return row->verdict != NULL && strcmp(row->verdict, severity) == 0;
}

static int
count_severity(const FindingList *list, const char *severity)
{
	int n = 0;

	for (int i = 0; i < list->n; i++)
		n += is_severity(&list->items[i], severity) ? 1 : 0;
	return n;
}

/* "Of 60 figures, 3 are serious, 2 are warnings, ..." */
static void
severities_in_words(Writer *writer, const FindingList *list)
{
	writer_text(writer, "Of ");
	writer_count(writer, list->n);
	writer_text(writer, " figures on the rows themselves, before any model, ");
	writer_count(writer, count_severity(list, "serious"));
	writer_text(writer, " are serious, ");
	writer_count(writer, count_severity(list, "warning"));
	writer_text(writer, " are warnings, ");
	writer_count(writer, count_severity(list, "note"));
	writer_text(writer, " are notes, and ");
	writer_count(writer, count_severity(list, "ok"));
	writer_text(writer, " gave no cause for remark.");
}

/* What asks for attention, or the rest. */
static bool
asks_for_attention(const Finding *row)
{
	return is_severity(row, "serious") || is_severity(row, "warning");
}

static void
facts_table(Writer *writer, const FindingList *list, bool attention)
{
	static const TableColumn columns[] = { { "Severity", false },
		                                   { "Check", false },
		                                   { "Fact", false },
		                                   { "Advice", false },
		                                   { "n", true } };
	int n = 0;
	TableHead head = { attention ? "What asks for attention"
		                         : "Notes, and what gave no cause for remark",
		               NULL,
		               columns,
		               5,
		               0,
		               attention };

	for (int i = 0; i < list->n; i++)
		n += asks_for_attention(&list->items[i]) == attention ? 1 : 0;
	if (n == 0)
		return;
	head.n_rows = n;
	table_begin(writer, &head);
	for (int i = 0; i < list->n; i++)
	{
		const Finding *row = &list->items[i];

		if (asks_for_attention(row) != attention)
			continue;
		table_row(writer);
		table_header(writer, row->verdict);
		table_text(writer, row->kind);
		table_text(writer, row->fact);
		table_text(writer, row->advice);
		table_count(writer, row->n);
	}
	table_end(writer);
}

static void
agreement_part(Writer *writer, const FindingList *list)
{
	writer_leaf(writer, "h3", NULL, "Agreement of annotators");
	if (list->n == 0)
	{
		writer_leaf(writer, "p", NULL,
		            "The labels are not known to come from several people, so "
		            "how far people agree on them is not known either.");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "How far those who gave the labels agree, of all rows and of "
	            "each group: 1 is full agreement, and a coefficient of 0 is "
	            "what chance gives. Where people agree less on the labels of a "
	            "group, its figures say less.");
	for (int done = 0; done < list->n;)
	{
		const Finding *first = &list->items[done];
		int n = 1;

		while (done + n < list->n &&
		       strcmp(first[n].metric, first->metric) == 0)
			n++;
		interval_plot(writer,
		              &(IntervalPlot){ .kind = "agreement",
		                               .title = "Agreement: ",
		                               .about = first->metric,
		                               .axis = "agreement",
		                               .first = "Group",
		                               .unit = true,
		                               .reference = NAN,
		                               .bound = NAN },
		              first, n);
		done += n;
	}
}

void
data_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *checks = &findings->checks;

	if (checks->n + findings->agreement.n == 0)
	{
		not_stored(writer, findings, "data_checks");
		return;
	}
	paragraph_begin(writer, NULL);
	severities_in_words(writer, checks);
	writer_close(writer);
	facts_table(writer, checks, true);
	facts_table(writer, checks, false);
	agreement_part(writer, &findings->agreement);
}

/* What the measures of association tell. */
static const struct
{
	const char *metric;
	const char *title;
	const char *axis;
	double reference;
} measures[] = { { "cramers_v", "What each feature alone tells of ",
	               "Cram\xc3\xa9r's V (0: nothing, 1: everything)", 0 },
	             { "correlation_ratio", "What each number alone tells of ",
	               "correlation ratio (0: nothing, 1: everything)", 0 },
	             { "auc", "How well each number alone ranks groups of ",
	               "AUC (0.5: not at all)", 0.5 },
	             { "joint_auc", "What all features together tell of ",
	               "AUC on rows held out (0.5: nothing, 1: everything)",
	               0.5 } };

static void
proxy_plot(Writer *writer, const Finding *rows, int n_rows)
{
	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		if (strcmp(rows->metric, measures[i].metric) == 0)
		{
			bool joint = strcmp(rows->metric, "joint_auc") == 0;

			interval_plot(writer,
			              &(IntervalPlot){ .kind = "proxies",
			                               .title = measures[i].title,
			                               .about = attribute_name(rows),
			                               .axis = measures[i].axis,
			                               .first = joint ? "Group" : "Feature",
			                               .unit = measures[i].reference == 0,
			                               .named_by = joint ? NAMED_BY_GROUP
			                                                 : NAMED_BY_COLUMN,
			                               .reference = measures[i].reference,
			                               .bound = NAN },
			              rows, n_rows);
		}
}

void
proxies_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *list = &findings->proxies;

	if (list->n == 0)
	{
		not_stored(writer, findings, "proxies");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "How much the features say of a protected attribute that is "
	            "not one of them. What tells much of it can stand for it: a "
	            "model that does not see the attribute still sees these.");
	for (int done = 0; done < list->n;)
	{
		const Finding *first = &list->items[done];
		int n = finding_run(first, list->n - done, 1);

		if (done == 0 || finding_run(first - 1, 2, 0) == 1)
			attribute_heading(writer, first);
		proxy_plot(writer, first, n);
		done += n;
	}
}
