/*
 * audit_chapters.h
 *    The chapters of a report: each writes what stands below its title.
 */
#ifndef FAIRPG_REPORT_AUDIT_CHAPTERS_H
#define FAIRPG_REPORT_AUDIT_CHAPTERS_H

#include "report/findings.h"
#include "report/writer.h"

extern void summary_chapter(Writer *writer, const Findings *findings);
extern void limits_chapter(Writer *writer, const Findings *findings);
extern void gaps_chapter(Writer *writer, const Findings *findings);
extern void ratios_chapter(Writer *writer, const Findings *findings);
extern void groups_chapter(Writer *writer, const Findings *findings);
extern void intersections_chapter(Writer *writer, const Findings *findings);
extern void calibration_chapter(Writer *writer, const Findings *findings);
extern void roc_chapter(Writer *writer, const Findings *findings);
extern void subgroups_chapter(Writer *writer, const Findings *findings);
extern void sensitivity_chapter(Writer *writer, const Findings *findings);
extern void stress_chapter(Writer *writer, const Findings *findings);
extern void frontier_chapter(Writer *writer, const Findings *findings);
extern void definitions_chapter(Writer *writer, const Findings *findings);
extern void provenance_chapter(Writer *writer, const Findings *findings);

/* How many findings from the first one share its attribute, and the metric
 * where that is asked for. */
extern int finding_run(const Finding *items, int n_items, int by_metric);

#endif
