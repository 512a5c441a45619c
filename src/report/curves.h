/*
 * curves.h
 *    Curves of groups in a square from 0 to 1: reliability and ROC.
 */
#ifndef FAIRPG_REPORT_CURVES_H
#define FAIRPG_REPORT_CURVES_H

#include "report/findings.h"
#include "report/writer.h"

/* Rows of one attribute, those of a group together, in the order of x: how
 * often what was scored x came true, with intervals. */
extern void reliability_curves(Writer *writer, const char *attribute,
                               const Finding *rows, int n_rows);

/* True positive rate by false positive rate. */
extern void roc_curves(Writer *writer, const char *attribute,
                       const Finding *rows, int n_rows);

#endif
