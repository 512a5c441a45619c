/*
 * frontier_plot.h
 *    Accuracy against gap: what each bound costs, and what was chosen.
 */
#ifndef FAIRPG_REPORT_FRONTIER_PLOT_H
#define FAIRPG_REPORT_FRONTIER_PLOT_H

#include "report/findings.h"
#include "report/writer.h"

/* Points in the order of their bounds: x the quality (named 'quality'), value
 * the gap with its interval; verdict "chosen" of the one that was. */
extern void frontier_plot(Writer *writer, const char *quality,
                          const Finding *points, int n_points);

#endif
