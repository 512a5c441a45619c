/*
 * audit_analyses.c
 *    The chapters with charts of what was added to an evaluation.
 */
#include "report/audit_chapters.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/curves.h"
#include "report/interval_plot.h"

bool
findings_have(const Findings *findings, const char *analysis)
{
	for (int i = 0; i < findings->analyses.n; i++)
		if (strcmp(findings->analyses.items[i].term, analysis) == 0)
			return true;
	return false;
}

void
not_stored(Writer *writer, const Findings *findings, const char *analysis)
{
	if (findings_have(findings, analysis))
	{
		writer_leaf(writer, "p", NULL,
		            "This was looked at, and these rows have nothing of the "
		            "kind.");
		return;
	}
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

/* Rates and ratios of the categories of a bias audit, a picture for each kind
 * of categories; the unknown have no ratio. */
void
categories_chapter(Writer *writer, const Findings *findings)
{
	const FindingList *list = &findings->categories;

	if (list->n == 0)
	{
		not_stored(writer, findings, "bias_audit");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "Rates and impact ratios by sex, by race or ethnicity, and by "
	            "both together, in the shape that New York City's Local Law "
	            "144 asks for: a ratio is the rate of the category by that of "
	            "the category with the highest one. Categories with too few "
	            "rows are shown with the reason why they are left out.");
	for (int done = 0; done < list->n;)
	{
		const Finding *first = &list->items[done];
		int n = finding_run(first, list->n - done, 0);

		category_plot(writer, first->attribute, first, n);
		done += n;
	}
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
	            "not. n counts the positive rows.");
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
	writer_leaf(writer, "p", NULL,
	            "Combinations of values of the protected columns, each against "
	            "everybody else, in the order of how surely it fares worse. "
	            "Of many combinations some look bad by chance: p is adjusted "
	            "for all that were tried, and only where it is small the last "
	            "column says worse or better.");
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
		                               .second = "Its own value",
		                               .reference = 0,
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
	const FindingList *list = &findings->stress;

	if (list->n == 0)
	{
		not_stored(writer, findings, "stress");
		return;
	}
	writer_leaf(writer, "p", NULL,
	            "What would become of accuracy and gaps on other rows than "
	            "these: a group with half or twice its rows, another "
	            "threshold, wrong labels in a group, a feature that is missing "
	            "or shifted by so many of its standard deviations (sd). The "
	            "changes are of the same rows; the twenty largest of each are "
	            "shown.");
	tornadoes(writer, list);
}
