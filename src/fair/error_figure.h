/*
 * error_figure.h
 *    The table of figures of predicted numbers, and gaps between groups in
 *    them.
 */
#ifndef FAIRPG_FAIR_ERROR_FIGURE_H
#define FAIRPG_FAIR_ERROR_FIGURE_H

#include "fair/errors.h"
#include "fair/score_figure.h"

#define FAIR_ERROR_FIGURES 7

/* Name of a figure; its number by name, or -1. */
extern const char *fair_error_figure_name(int figure);
extern int fair_error_figure_find(const char *name);

/* Every figure of a group, with intervals at 'level' and 'wide_level'. */
extern void
fair_error_figures(const FairErrors *errors, double level, double wide_level,
                   FairScoreFigure result[FAIR_ERROR_FIGURES]);

/* The gap of one figure between groups, as fair_score_gap().  A higher number is
 * taken for the better one to get: the worst group has the lowest mean, or is
 * predicted furthest below what it has. */
extern void fair_error_gap(const FairScoreFigure *const *groups, int n_groups,
                           int figure, FairScoreGap *gap);

#endif
