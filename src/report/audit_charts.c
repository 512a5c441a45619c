/*
 * audit_charts.c
 *    The chapters with charts.
 */
#include "report/audit_chapters.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/curves.h"
#include "report/frontier_plot.h"
#include "report/heat_map.h"
#include "report/interval_plot.h"
#include "report/page.h"
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

static const char *
attribute_name(const Finding *finding)
{
	return finding->attribute == NULL ? "all rows" : finding->attribute;
}

static void
attribute_heading(Writer *writer, const Finding *finding)
{
	writer_open(writer, "h3");
	writer_text(writer, finding->attribute == NULL ? NULL : "By ");
	writer_name(writer,
	            finding->attribute == NULL ? "All rows" : finding->attribute);
	writer_close(writer);
}

/* Says how to have what this chapter would show. */
static void
not_stored(Writer *writer, const Findings *findings, const char *analysis)
{
	paragraph_begin(writer, NULL);
	if (findings->how_to_add == NULL)
	{
		writer_text(writer, "This evaluation does not have it, and its rows "
		                    "cannot be read again: ");
		writer_leaf(writer, "code", NULL, "fairpg.evaluate()");
		writer_text(writer, " on a source makes one that can have it.");
		writer_close(writer);
		return;
	}
	writer_text(writer, "This evaluation does not have it. To add it: ");
	writer_open(writer, "code");
	writer_texts(writer, findings->how_to_add, "'{", analysis, "}')", NULL);
	writer_close(writer);
	writer_close(writer);
}

void
gaps_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *gaps = &findings->gaps;

	if (gaps->n == 0)
		writer_leaf(writer, "p", NULL, "There are no groups to compare.");
	for (int done = 0; done < gaps->n;)
	{
		const Finding *first = &gaps->items[done];
		int n = finding_run(first, gaps->n - done, 0);

		attribute_heading(writer, first);
		gap_plot(writer, first->attribute, first, n);
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

void
intersections_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *metrics = &findings->metrics;
	int n_drawn = 0;

	for (int done = 0; done < metrics->n;)
	{
		const Finding *first = &metrics->items[done];
		int n = finding_run(first, metrics->n - done, 1);

		if (first->attribute != NULL && strchr(first->attribute, '*') != NULL &&
		    is_drawn(first->metric))
		{
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

void
calibration_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *bins = &findings->bins;

	if (bins->n == 0)
	{
		not_stored(writer, findings, "calibration");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "Of those who are given a score, that share should turn out to "
	            "be positive: marks on the dashed line are right, marks below "
	            "it are of scores too high.");
	for (int done = 0; done < bins->n;)
	{
		const Finding *first = &bins->items[done];
		int n = finding_run(first, bins->n - done, 0);

		attribute_heading(writer, first);
		reliability_curves(writer, attribute_name(first), first, n);
		done += n;
	}
}

void
roc_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *roc = &findings->roc;

	if (roc->n == 0)
	{
		not_stored(writer, findings, "threshold_sweep");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "What share of the positive, and of the negative, rows of each "
	            "group is selected at each threshold. The higher a curve, the "
	            "better the score tells them apart; on the dashed line it does "
	            "not.");
	for (int done = 0; done < roc->n;)
	{
		const Finding *first = &roc->items[done];
		int n = finding_run(first, roc->n - done, 0);

		attribute_heading(writer, first);
		roc_curves(writer, attribute_name(first), first, n);
		done += n;
	}
}

void
subgroups_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *list = &findings->subgroups;

	if (list->n == 0)
	{
		not_stored(writer, findings, "subgroups");
		return;
	}
	for (int done = 0; done < list->n;)
	{
		const Finding *first = &list->items[done];
		int n = finding_run(first, list->n - done, 1);

		interval_plot(writer,
		              &(IntervalPlot){ .kind = "subgroups",
		                               .title = "Those who fare worst in ",
		                               .about = first->metric,
		                               .axis = "difference from everybody else",
		                               .first = "Subgroup",
		                               .reference = NAN,
		                               .bound = NAN },
		              first, n);
		done += n;
	}
}

/* A tornado of each metric. */
static void
tornadoes(Writer *writer, const FindingList *list)
{
	for (int done = 0; done < list->n;)
	{
		const Finding *first = &list->items[done];
		int n = finding_run(first, list->n - done, 1);

		tornado(writer, first->metric, first, n);
		done += n;
	}
}

void
sensitivity_chapter(Writer *writer, const Findings *findings)
{
	if (findings->sensitivity.n == 0)
	{
		not_stored(writer, findings, "sensitivity");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "What becomes of a figure when one feature says the same of "
	            "everybody (drop) or is shuffled among all rows (permute), and "
	            "when the rows of one segment are left out. The model is not "
	            "fitted again.");
	tornadoes(writer, &findings->sensitivity);
}

void
stress_chapter(Writer *writer, const Findings *findings)
{
	if (findings->stress.n == 0)
		not_stored(writer, findings, "stress");
	else
		tornadoes(writer, &findings->stress);
}

void
frontier_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *points = &findings->frontier;

	if (points->n == 0)
	{
		paragraph_begin(writer, NULL);
		writer_text(writer, "No frontier was computed for this model. ");
		writer_leaf(writer, "code", NULL, "fairpg.frontier()");
		writer_text(writer, " trains one model for each of several bounds.");
		writer_close(writer);
		return;
	}
	frontier_plot(writer, points->items[0].metric, points->items, points->n);
}
