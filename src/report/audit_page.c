/*
 * audit_page.c
 *    The report of an audit: the whole page.
 */
#include "report/audit_page.h"

#include <stddef.h>

#include "report/audit_chapters.h"

const AuditChapter audit_chapters[] = {
	{ { "summary", "Summary" }, summary_chapter, false, NULL },
	{ { "limits", "What cannot be judged" }, limits_chapter, true, NULL },
	{ { "gaps", "Gaps between groups" }, gaps_chapter, true, NULL },
	{ { "ratios", "Impact ratios" }, ratios_chapter, true, NULL },
	{ { "categories", "Bias audit by category" },
	  categories_chapter,
	  true,
	  "bias_audit" },
	{ { "groups", "Every group" }, groups_chapter, true, NULL },
	{ { "intersections", "Intersections" }, intersections_chapter, true, NULL },
	{ { "calibration", "Calibration" },
	  calibration_chapter,
	  true,
	  "calibration" },
	{ { "roc", "Ranking" }, roc_chapter, true, "threshold_sweep" },
	{ { "subgroups", "Subgroups" }, subgroups_chapter, true, "subgroups" },
	{ { "sensitivity", "What drives the gaps" },
	  sensitivity_chapter,
	  true,
	  "sensitivity" },
	{ { "stress", "Stress" }, stress_chapter, true, "stress" },
	{ { "data", "The data" }, data_chapter, true, "data_checks" },
	{ { "proxies", "Proxies" }, proxies_chapter, true, "proxies" },
	{ { "frontier", "What fairness costs" }, frontier_chapter, false, NULL },
	{ { "training", "The training" }, training_chapter, false, NULL },
	{ { "definitions", "Definitions" }, definitions_chapter, true, NULL },
	{ { "provenance", "Provenance" }, provenance_chapter, false, NULL },
	{ { NULL, NULL }, NULL, false, NULL },
};

#define N_CHAPTERS ((int) (sizeof(audit_chapters) / sizeof(audit_chapters[0])))

/* Whether there is anything that the chapter could be about. */
static bool
is_shown(const AuditChapter *chapter, const Findings *findings)
{
	return findings->evaluated || !chapter->needs_evaluation;
}

void
audit_page(Writer *writer, const Findings *findings)
{
	PageChapter shown[N_CHAPTERS];
	int n_shown = 0;

	for (const AuditChapter *c = audit_chapters; c->write != NULL; c++)
		if (is_shown(c, findings))
			shown[n_shown++] = c->chapter;
	page_begin(writer, findings->title, findings->subject);
	page_contents(writer, shown, n_shown);
	for (const AuditChapter *c = audit_chapters; c->write != NULL; c++)
	{
		if (!is_shown(c, findings))
			continue;
		chapter_begin(writer, &c->chapter);
		c->write(writer, findings);
		chapter_end(writer);
	}
	page_end(writer);
}
