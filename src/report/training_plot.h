/*
 * training_plot.h
 *    Loss and gap by iteration.
 */
#ifndef FAIRPG_REPORT_TRAINING_PLOT_H
#define FAIRPG_REPORT_TRAINING_PLOT_H

#include "report/findings.h"
#include "report/writer.h"

/* Iterations in their order: amount its number, x the loss, value the gap, n
 * the rows it read, kind its phase; flagged where bounds were not kept,
 * verdict "chosen" of the one that is the model. */
extern void training_plot(Writer *writer, const Finding *rows, int n_rows);

#endif
