/*
 * audit_summary.c
 *    The chapters in words: what was found, what cannot be judged, what the
 *    words mean, where it comes from.
 */
#include "report/audit_chapters.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/page.h"
#include "report/remark.h"
#include "report/table.h"

static void
write_facts(Writer *writer, const FactList *facts)
{
	facts_begin(writer);
	for (int i = 0; i < facts->n; i++)
		fact(writer, facts->items[i].term, facts->items[i].text);
	facts_end(writer);
}

static int
count_verdicts(const FindingList *list, const char *verdict)
{
	int n = 0;

	for (int i = 0; i < list->n; i++)
		if (list->items[i].verdict != NULL &&
		    strcmp(list->items[i].verdict, verdict) == 0)
			n++;
	return n;
}

/* "2 of 3 constraints pass, 1 fails." */
static void
verdicts_in_words(Writer *writer, const FindingList *constraints)
{
	if (constraints->n == 0)
	{
		writer_text(writer, "No bound was set, so there is nothing to pass or "
		                    "to fail: the figures stand for themselves.");
		return;
	}
	writer_text(writer, "Of ");
	writer_count(writer, constraints->n);
	writer_text(writer,
	            constraints->n == 1 ? " constraint, " : " constraints, ");
	writer_count(writer, count_verdicts(constraints, "pass"));
	writer_text(writer, " passed, ");
	writer_count(writer, count_verdicts(constraints, "fail"));
	writer_text(writer, " failed, and of ");
	writer_count(writer, count_verdicts(constraints, "insufficient"));
	writer_text(writer, " the rows cannot tell.");
}

static bool
same_kind(const Finding *row, const char *kind)
{
	return row->kind != NULL && strcmp(row->kind, kind) == 0;
}

/* The largest gap of decisions (figures of scores have other units), of those
 * that rest on enough rows where that is asked for; or NULL. */
static const Finding *
largest_gap(const FindingList *gaps, bool enough)
{
	const Finding *largest = NULL;

	for (int i = 0; i < gaps->n; i++)
		if (isfinite(gaps->items[i].value) &&
		    same_kind(&gaps->items[i], "decisions") &&
		    (!enough || gaps->items[i].flag == NULL) &&
		    (largest == NULL || gaps->items[i].value > largest->value))
			largest = &gaps->items[i];
	return largest;
}

static void
gap_in_words(Writer *writer, const Finding *gap)
{
	interval_text(writer, gap->value, gap->low, gap->high);
	writer_text(writer, ", n ");
	writer_count(writer, gap->n);
	writer_texts(writer, ", in ", gap->metric, " by ", NULL);
	writer_name(writer, gap->attribute);
	writer_text(writer, gap->note == NULL ? NULL : ": ");
	finding_groups(writer, gap);
}

/* A gap of a group of two people is the largest of most audits, and says
 * little: it is not told without that, nor without one that says more. */
static void
largest_gap_in_words(Writer *writer, const FindingList *gaps)
{
	const Finding *largest = largest_gap(gaps, false);
	const Finding *firm = largest_gap(gaps, true);

	if (largest == NULL)
		return;
	writer_text(writer, " The largest gap of decisions is ");
	gap_in_words(writer, largest);
	if (largest->flag == NULL)
	{
		writer_text(writer, ".");
		return;
	}
	writer_text(writer, "; it rests on a group of few rows.");
	if (firm == NULL)
	{
		writer_text(writer, " So do all others.");
		return;
	}
	writer_text(writer, " The largest without such groups is ");
	gap_in_words(writer, firm);
	writer_text(writer, ".");
}

static void
constraints_table(Writer *writer, const FindingList *constraints)
{
	static const TableColumn columns[] = {
		{ "Constraint", false },      { "Bound", true },
		{ "Value (interval)", true }, { "n", true },
		{ "Verdict", false },         { "Worst group", false },
		{ "Rows needed", true }
	};
	const TableHead head = { "Constraints and their verdicts", NULL, columns, 7,
		                     constraints->n };

	if (constraints->n == 0)
		return;
	table_begin(writer, &head);
	for (int i = 0; i < constraints->n; i++)
	{
		const Finding *row = &constraints->items[i];

		table_row(writer);
		table_header(writer, row->metric);
		if (isnan(row->x))
			table_text(writer, "none");
		else
			table_figure(writer, row->x);
		table_interval(writer, row->value, row->low, row->high);
		table_count(writer, row->n);
		table_cell(writer);
		verdict_mark(writer, row->verdict);
		writer_close(writer);
		table_text(writer, row->note);
		if (row->rows_needed > 0)
			table_count(writer, row->rows_needed);
		else
			table_text(writer, NULL);
	}
	table_end(writer);
}

void
summary_chapter(Writer *writer, const Findings *findings)
{
	paragraph_begin(writer, "lead");
	writer_text(writer, findings->what);
	if (findings->evaluated)
	{
		writer_text(writer, " ");
		verdicts_in_words(writer, &findings->constraints);
		largest_gap_in_words(writer, &findings->gaps);
	}
	writer_close(writer);
	write_facts(writer, &findings->facts);
	if (!findings->evaluated)
		return;
	constraints_table(writer, &findings->constraints);
	if (findings->constraints.n == 0)
		return;
	writer_leaf(writer, "p", "quiet",
	            "A verdict is of the whole interval: pass when it is within "
	            "the bound, fail when it is beyond it, insufficient data when "
	            "the bound is inside of it.");
}

/* What may be said of a figure that should not be trusted alone. */
int
finding_is_limited(const Finding *row)
{
	return row->flag != NULL || isnan(row->value);
}

static int
count_limited(const FindingList *list)
{
	int n = 0;

	for (int i = 0; i < list->n; i++)
		n += finding_is_limited(&list->items[i]);
	return n;
}

static void
limited_rows(Writer *writer, const FindingList *list)
{
	for (int i = 0; i < list->n; i++)
	{
		const Finding *row = &list->items[i];

		if (!finding_is_limited(row))
			continue;
		table_row(writer);
		table_header(writer, row->attribute);
		table_text(writer, row->group == NULL ? "all groups" : row->group);
		table_text(writer, row->metric);
		table_interval(writer, row->value, row->low, row->high);
		table_count(writer, row->n);
		table_text(writer, row->reason != NULL ? row->reason : row->flag);
	}
}

static void
undecided(Writer *writer, const FindingList *constraints)
{
	for (int i = 0; i < constraints->n; i++)
	{
		const Finding *row = &constraints->items[i];

		if (row->verdict == NULL || strcmp(row->verdict, "insufficient") != 0)
			continue;
		writer_open(writer, "li");
		writer_texts(writer, "Whether ", row->metric, " keeps its bound of ",
		             NULL);
		writer_figure(writer, row->x);
		writer_text(writer, ": the interval of ");
		interval_text(writer, row->value, row->low, row->high);
		writer_text(writer, " has the bound inside, from ");
		writer_count(writer, row->n);
		writer_text(writer, " rows of the groups that decide it.");
		if (row->rows_needed > 0)
		{
			writer_text(writer, " If the value stayed as it is, ");
			writer_count(writer, row->rows_needed);
			writer_text(writer, " such rows would decide it.");
		}
		writer_close(writer);
	}
}

void
limits_chapter(Writer *writer, const Findings *findings)
{
	static const TableColumn columns[] = {
		{ "Attribute", false },       { "Group", false }, { "Figure", false },
		{ "Value (interval)", true }, { "n", true },      { "Why", false }
	};
	int n = count_limited(&findings->metrics) + count_limited(&findings->gaps);
	const TableHead head = { "Figures that are undefined or flagged", NULL,
		                     columns, 6, n };

	if (n == 0 && findings->warnings.n == 0 &&
	    count_verdicts(&findings->constraints, "insufficient") == 0)
	{
		writer_leaf(writer, "p", NULL,
		            "Every figure is defined, none rests on too few rows, and "
		            "no verdict is open.");
		return;
	}
	writer_open(writer, "ul");
	undecided(writer, &findings->constraints);
	for (int i = 0; i < findings->warnings.n; i++)
	{
		writer_open(writer, "li");
		writer_name(writer, findings->warnings.items[i].text);
		writer_close(writer);
	}
	writer_open(writer, "li");
	writer_count(writer, n);
	writer_text(writer, " of ");
	writer_count(writer, findings->gaps.n + findings->metrics.n);
	writer_text(writer, " figures are undefined or rest on few rows.");
	writer_close(writer);
	writer_close(writer);
	if (n == 0)
		return;
	table_begin(writer, &head);
	limited_rows(writer, &findings->gaps);
	limited_rows(writer, &findings->metrics);
	table_end(writer);
}

void
definitions_chapter(Writer *writer, const Findings *findings)
{
	writer_leaf(
		writer, "p", NULL,
		"A group is everybody with the same value of a protected "
		"attribute; those where it is not known are the group "
		"(unknown). An interval holds the true value with the "
		"confidence that the summary states, as far as chance goes; n is "
		"the number of rows that the figure is taken over.");
	writer_open(writer, "dl");
	writer_attribute(writer, "class", "long");
	for (int i = 0; i < findings->definitions.n; i++)
		fact(writer, findings->definitions.items[i].term,
		     findings->definitions.items[i].text);
	writer_close(writer);
}

void
provenance_chapter(Writer *writer, const Findings *findings)
{
	write_facts(writer, &findings->provenance);
}
