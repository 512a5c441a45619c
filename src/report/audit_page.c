/*
 * audit_page.c
 *    The report of an audit: the whole page.
 */
#include "report/audit_page.h"

#include <stddef.h>

#include "report/audit_chapters.h"
#include "report/page.h"

static const struct
{
	PageChapter chapter;
	void (*write)(Writer *writer, const Findings *findings);
	bool needs_evaluation;
} chapters[] = {
	{ { "summary", "Summary" }, summary_chapter, false },
	{ { "limits", "What cannot be judged" }, limits_chapter, true },
	{ { "gaps", "Gaps between groups" }, gaps_chapter, true },
	{ { "ratios", "Impact ratios" }, ratios_chapter, true },
	{ { "groups", "Every group" }, groups_chapter, true },
	{ { "intersections", "Intersections" }, intersections_chapter, true },
	{ { "calibration", "Calibration" }, calibration_chapter, true },
	{ { "roc", "Ranking" }, roc_chapter, true },
	{ { "subgroups", "Subgroups" }, subgroups_chapter, true },
	{ { "sensitivity", "What drives the gaps" }, sensitivity_chapter, true },
	{ { "stress", "Stress" }, stress_chapter, true },
	{ { "frontier", "What fairness costs" }, frontier_chapter, false },
	{ { "definitions", "Definitions" }, definitions_chapter, true },
	{ { "provenance", "Provenance" }, provenance_chapter, false },
};

#define N_CHAPTERS ((int) (sizeof(chapters) / sizeof(chapters[0])))

void
audit_page(Writer *writer, const Findings *findings)
{
	PageChapter shown[N_CHAPTERS];
	int n_shown = 0;

	for (int i = 0; i < N_CHAPTERS; i++)
		if (findings->evaluated || !chapters[i].needs_evaluation)
			shown[n_shown++] = chapters[i].chapter;
	page_begin(writer, findings->title, findings->subject);
	page_contents(writer, shown, n_shown);
	for (int i = 0; i < N_CHAPTERS; i++)
	{
		if (!findings->evaluated && chapters[i].needs_evaluation)
			continue;
		chapter_begin(writer, &chapters[i].chapter);
		chapters[i].write(writer, findings);
		chapter_end(writer);
	}
	page_end(writer);
}
