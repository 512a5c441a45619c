/*
 * audit_charts.c
 *    The chapters with charts of what every evaluation has.
 */
#include "report/audit_chapters.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/heat_map.h"
#include "report/interval_plot.h"
#include "report/table.h"

static int
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int
finding_run(const Finding *items, int n_items, int by_metric)
{
	int n = 1;

	while (n < n_items && same(items[n].attribute, items->attribute) &&
	       (!by_metric || same(items[n].metric, items->metric)))
		n++;
	return n;
}

const char *
attribute_name(const Finding *finding)
{
	return finding->attribute == NULL ? "all rows" : finding->attribute;
}

void
attribute_heading(Writer *writer, const Finding *finding)
{
	writer_open(writer, "h3");
	writer_text(writer, finding->attribute == NULL ? NULL : "By ");
	writer_name(writer,
	            finding->attribute == NULL ? "All rows" : finding->attribute);
	writer_close(writer);
}

void
gaps_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *gaps = &findings->gaps;

	if (gaps->n == 0)
	{
		writer_leaf(writer, "p", NULL, "There are no groups to compare.");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "The largest difference between any two groups of an "
	            "attribute, of each criterion: 0 means that all groups are "
	            "treated alike in it. n counts the rows of all groups that the "
	            "criterion is about; a hollow mark stands for few rows in one "
	            "of them. The interval takes into account that the two "
	            "groups were not chosen beforehand.");
	for (int done = 0; done < gaps->n;)
	{
		const Finding *first = &gaps->items[done];
		int n = finding_run(first, gaps->n - done, 0);

		attribute_heading(writer, first);
		for (int i = 0; i < n;)
		{
			int n_kind = 1;

			while (i + n_kind < n &&
			       same(first[i + n_kind].kind, first[i].kind))
				n_kind++;
			gap_plot(writer, first->attribute, first + i, n_kind);
			i += n_kind;
		}
		done += n;
	}
}

void
ratios_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *ratios = &findings->ratios;

	if (ratios->n == 0)
	{
		writer_leaf(writer, "p", NULL, "There are no rates to divide.");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "How often a group is selected, divided by how often the group "
	            "selected most is. Below four fifths is where the Uniform "
	            "Guidelines of the United States (29 CFR 1607.4 D) generally "
	            "see evidence of adverse impact; a square marks "
	            "what lies there, and a hollow mark stands for few rows.");
	for (int done = 0; done < ratios->n;)
	{
		const Finding *first = &ratios->items[done];
		int n = finding_run(first, ratios->n - done, 0);

		forest_plot(writer, first->attribute, first, n);
		done += n;
	}
}

/* All metrics of all groups of one attribute. */
static void
metrics_table(Writer *writer, const Finding *rows, int n_rows)
{
	static const TableColumn columns[] = { { "Group", false },
		                                   { "Metric", false },
		                                   { "Value (interval)", true },
		                                   { "n", true },
		                                   { "Remark", false } };
	const TableHead head = { "All metrics by ", rows->attribute, columns, 5,
		                     n_rows };

	table_begin(writer, &head);
	for (int i = 0; i < n_rows; i++)
	{
		table_row(writer);
		table_header(writer, rows[i].group);
		table_text(writer, rows[i].metric);
		table_interval(writer, rows[i].value, rows[i].low, rows[i].high);
		table_count(writer, rows[i].n);
		table_text(writer,
		           rows[i].reason != NULL ? rows[i].reason : rows[i].flag);
	}
	table_end(writer);
}

static int
is_drawn(const char *metric)
{
	static const char *const drawn[] = { "selection_rate", "tpr", "fpr",
		                                 "error_rate", "mean_prediction" };

	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++)
		if (strncmp(metric, drawn[i], strlen(drawn[i])) == 0)
			return 1;
	return 0;
}

void
groups_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *metrics = &findings->metrics;

	if (metrics->n == 0)
	{
		writer_leaf(writer, "p", NULL, "There are no groups to measure.");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "The rates of each group by itself, with the rows n that each "
	            "is taken over: those with the positive label, for instance, "
	            "where it is a share of these. Where intervals of two groups "
	            "lie apart, chance hardly explains the difference. Hollow "
	            "marks rest on few rows.");
	for (int done = 0; done < metrics->n;)
	{
		const Finding *first = &metrics->items[done];
		int n = finding_run(first, metrics->n - done, 0);

		attribute_heading(writer, first);
		for (int i = 0; i < n;)
		{
			int n_groups = finding_run(first + i, n - i, 1);

			if (is_drawn(first[i].metric))
				dot_plot(writer, first[i].metric, NULL, first + i, n_groups);
			i += n_groups;
		}
		metrics_table(writer, first, n);
		done += n;
	}
}

int
finding_is_in_heat_map(const Finding *row)
{
	return row->attribute != NULL && strchr(row->attribute, '*') != NULL &&
	       is_drawn(row->metric);
}

void
intersections_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *metrics = &findings->metrics;
	int n_drawn = 0;

	for (int done = 0; done < metrics->n;)
	{
		const Finding *first = &metrics->items[done];
		int n = finding_run(first, metrics->n - done, 1);

		if (finding_is_in_heat_map(first))
		{
			if (n_drawn == 0)
				writer_leaf(writer, "p", NULL,
				            "The same rates where attributes meet: groups can "
				            "fare worse together than each of them alone. n "
				            "are the rows that the rate is taken over; their "
				            "intervals are in the tables of the chapter "
				            "before.");
			if (n_drawn++ == 0 || !same(first->attribute, first[-1].attribute))
				attribute_heading(writer, first);
			heat_map(writer, first->metric, NULL, first, n);
		}
		done += n;
	}
	if (n_drawn == 0)
		writer_leaf(writer, "p", NULL,
		            "No intersection of attributes was measured. An evaluation "
		            "with protected => '{a*b}' does.");
}
