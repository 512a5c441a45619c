/*
 * score_figure.h
 *    The table of figures of scores, and gaps between groups in them.
 *
 * Works on images of scores (fair/scores.h) that fair_scores_valid() accepts.
 */
#ifndef FAIRPG_FAIR_SCORE_FIGURE_H
#define FAIRPG_FAIR_SCORE_FIGURE_H

#include "fair/calibration.h"

/* Number of figures: auc, brier, log_loss, mean_score, and the parts of
 * fair/calibration.h. */
#define FAIR_SCORE_FIGURES (4 + FAIR_CALIBRATION_PARTS)
#define FAIR_FIGURE_AUC 0
#define FAIR_FIGURE_BRIER 1
#define FAIR_FIGURE_LOG_LOSS 2
#define FAIR_FIGURE_MEAN_SCORE 3
#define FAIR_FIGURE_OF_PART(part) (4 + (int) (part))

/* Name of a figure; its number by name, or -1; whether it needs labels. */
extern const char *fair_score_figure_name(int figure);
extern int fair_score_figure_find(const char *name);
extern bool fair_score_figure_needs_label(int figure);

/* Whether groups are compared by it: not by p-values and test statistics, of
 * which larger groups have larger ones, nor by what a perfect score would
 * have. */
extern bool fair_score_figure_compares(int figure);

typedef struct FairScoreFigures
{
	FairScoreFigure figure[FAIR_SCORE_FIGURES];
	uint64_t rows; /* with a score, labelled or not */
	uint64_t rows_negative;
	uint64_t rows_positive;
	uint64_t rows_unlabelled;
	uint64_t rows_unscored;
	double auc_error; /* pooling: see fair/roc.h and fair/calibration.h */
	double ece_error;
	int n_bins;
	FairScoreBin *bins; /* in the arena */
} FairScoreFigures;

/* Every figure of an image.  O(entries). */
extern NumStatus
fair_score_figures(NumArena *arena, const uint8_t *image,
                   const FairCalibrationPlan *plan, FairScoreFigures *result);

typedef struct FairScoreGap
{
	double gap; /* largest less least; NaN with fewer than two groups */
	double low; /* NaN where the figure has no intervals */
	double high;
	int highest;
	int lowest;
	int worst; /* group that it is to the disadvantage of; -1 without a gap */
	int n_undefined;
} FairScoreGap;

/* The level of plan->wide_level at which the intervals of all pairs of groups
 * hold together (Bonferroni). */
extern double fair_score_wide_level(double level, int n_groups);

/*
 * The gap of one figure between groups, group g having figures[g].  The
 * interval of a difference comes from the two intervals (Zou and Donner,
 * Statistics in Medicine 27, 2008); that of the gap from those of all pairs, as
 * in fair/gap_bounds.h: the largest upper end, and the largest lower end of
 * wide intervals, not below zero.  O(groups^2).
 */
extern void fair_score_gap(const FairScoreFigure *const *figures, int n_groups,
                           int figure, FairScoreGap *gap);

/* Which of two values of a figure is the worse one. */
typedef enum FairWorse
{
	FAIR_LOWER_IS_WORSE,
	FAIR_HIGHER_IS_WORSE,
	FAIR_FAR_FROM_ZERO_IS_WORSE,
	FAIR_FAR_FROM_ONE_IS_WORSE,
	FAIR_NOT_COMPARED
} FairWorse;

/* The same of a figure of another table, in place 'figure' of each group's. */
extern void fair_figure_gap(const FairScoreFigure *const *groups, int n_groups,
                            int figure, FairWorse worse, FairScoreGap *gap);

/* The interval of a - b from those of two figures, at plan->level. */
extern void
fair_figure_difference(const FairScoreFigure *a, const FairScoreFigure *b,
                       FairScoreFigure *difference);

#endif
