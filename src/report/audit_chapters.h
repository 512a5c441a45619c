/*
 * audit_chapters.h
 *    The chapters of a report: each writes what stands below its title.
 */
#ifndef FAIRPG_REPORT_AUDIT_CHAPTERS_H
#define FAIRPG_REPORT_AUDIT_CHAPTERS_H

#include "report/findings.h"
#include "report/page.h"
#include "report/writer.h"

typedef struct AuditChapter
{
	PageChapter chapter;
	void (*write)(Writer *writer, const Findings *findings);
	bool needs_evaluation;
	const char *analysis; /* that it shows; NULL: what every evaluation has */
} AuditChapter;

/* In the order of the report; one without 'write' ends them. */
extern const AuditChapter audit_chapters[];

/* audit_summary.c */
extern void summary_chapter(Writer *writer, const Findings *findings);
extern void limits_chapter(Writer *writer, const Findings *findings);
extern void definitions_chapter(Writer *writer, const Findings *findings);
extern void provenance_chapter(Writer *writer, const Findings *findings);

/* audit_charts.c */
extern void gaps_chapter(Writer *writer, const Findings *findings);
extern void ratios_chapter(Writer *writer, const Findings *findings);
extern void groups_chapter(Writer *writer, const Findings *findings);
extern void intersections_chapter(Writer *writer, const Findings *findings);

/* audit_analyses.c */
extern void categories_chapter(Writer *writer, const Findings *findings);
extern void calibration_chapter(Writer *writer, const Findings *findings);
extern void roc_chapter(Writer *writer, const Findings *findings);
extern void subgroups_chapter(Writer *writer, const Findings *findings);
extern void sensitivity_chapter(Writer *writer, const Findings *findings);
extern void stress_chapter(Writer *writer, const Findings *findings);

/* audit_data.c */
extern void data_chapter(Writer *writer, const Findings *findings);
extern void proxies_chapter(Writer *writer, const Findings *findings);

/* audit_model.c */
extern void frontier_chapter(Writer *writer, const Findings *findings);
extern void training_chapter(Writer *writer, const Findings *findings);

/* How many findings from the first one share its attribute, and the metric
 * where that is asked for. */
extern int finding_run(const Finding *items, int n_items, int by_metric);

/* Whether a figure is undefined or flagged; whether it is one of those that
 * heat maps show. */
extern int finding_is_limited(const Finding *row);
extern int finding_is_in_heat_map(const Finding *row);

/* The heading of what belongs to an attribute, and its name in sentences. */
extern void attribute_heading(Writer *writer, const Finding *finding);
extern const char *attribute_name(const Finding *finding);

/* Whether an analysis was added to the evaluation. */
extern bool findings_have(const Findings *findings, const char *analysis);

/* Says why there is nothing of an analysis, and how to have what there could
 * be. */
extern void
not_stored(Writer *writer, const Findings *findings, const char *analysis);

#endif
