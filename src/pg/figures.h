/*
 * figures.h
 *    Every figure that fairpg reports of groups: metrics of each group, and
 *    gaps between the groups of an attribute.
 *
 * audit(), evaluate() and train() count in different ways and report alike:
 * each brings its groups here.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_FIGURES_H
#define FAIRPG_PG_FIGURES_H

#include "fair/bootstrap.h"
#include "fair/cells.h"
#include "fair/criterion.h"
#include "fair/errors.h"
#include "fair/loss.h"
#include "fair/score_figure.h"
#include "num/arena.h"
#include "num/monitor.h"

typedef struct FigureGroup
{
	const char *name;
	FairCells cells;
	const uint8 *scores;     /* image of fair/scores.h, or NULL */
	const uint8 *all_scores; /* that of all groups, or NULL: the group is not to
	                          * be set against the others */
	const FairScoreFigures *score_figures; /* of 'scores', or NULL: not yet */
	FairLoss loss;     /* where that is known without scores, or was taken
	                      * from them; else all 0 */
	FairErrors errors; /* where numbers are predicted; else all 0 */
	const FairCells *classes; /* [n_classes] of each class against all others;
	                           * 'cells' then count label 1 for all rows, and
	                           * decision 1 for those decided as labelled */
} FigureGroup;

typedef struct FigureAttribute
{
	const char *name; /* "sex*race" */
	int n_groups;
	FigureGroup *groups;
} FigureAttribute;

typedef struct FigureSettings
{
	bool has_label;  /* false: leave out what needs labels */
	bool of_numbers; /* numbers are predicted: no decisions, no scores */
	int n_classes;   /* that are predicted; 0: none */
	const char **class_names; /* [n_classes] */
	double level;             /* of intervals, in (0, 1) */
	int replicates;           /* of the intervals of gaps */
	uint64 seed;
	int min_group; /* figures over fewer rows are flagged */
	NumArena *arena;
	NumMonitor *monitor;
	struct FigureMemory *memory; /* figures_remember(), or NULL */
} FigureSettings;

/* One figure of one group; NaN and NULL where there is none. */
typedef struct Figure
{
	const char *metric;
	double value;
	double low;
	double high;
	int64 n;            /* rows it is taken over */
	const char *flag;   /* "small" */
	const char *reason; /* why it is undefined */
} Figure;

/* One criterion over the groups of an attribute. */
typedef struct FigureGap
{
	const FairCriterion *criterion;
	FairGap gap;
	FairGapInterval interval; /* NaN where the gap is undefined */
	int64 n;                  /* rows of all groups that the rates count */
	const char *flag;         /* "small", "incomplete" */
	const char *reason;
} FigureGap;

/* All figures of a group, and their number; in CurrentMemoryContext. */
extern Figure *figures_of_group(const FigureSettings *settings,
                                const FigureGroup *group, int *n_figures);

/* From now on intervals that have been drawn once are known, in
 * CurrentMemoryContext, to those who judge and those who report alike. */
extern void figures_remember(FigureSettings *settings);

/* The intervals of every criterion of decisions over the groups, in the order
 * of fair_criterion_table(). */
extern const FairGapInterval *
figures_intervals(const FigureSettings *settings, const FairCells *groups,
                  int n_groups);

/* All gaps between the groups of an attribute, likewise. */
extern FigureGap *
figures_of_gaps(const FigureSettings *settings,
                const FigureAttribute *attribute, int *n_gaps);

/* The figures of all classes together, and an attribute whose cells are those
 * of one class, from 0, against all others; likewise. */
extern Figure *figures_of_all_classes(const FigureSettings *settings,
                                      const FigureGroup *group, int *n_figures);
extern FigureAttribute *
figures_of_class(const FigureAttribute *attribute, int class);

/* figures_score.c: the figures of a group that come from its scores, for
 * figures_of_group(); the most there are, and their number. */
extern int figures_score_count(void);
extern int figures_of_scores(const FigureSettings *settings,
                             const FigureGroup *group, Figure *figures);

/* Measures the scores of an attribute's groups once, for all that follows, and
 * sets each against the others of 'overall'. */
extern void
figures_measure_scores(const FigureSettings *settings,
                       const FigureGroup *overall, FigureAttribute *attribute);

/* The gap of one figure of scores, and its worst group, or -1. */
typedef struct FigureScoreGap
{
	Figure figure;
	int worst;
} FigureScoreGap;

extern FigureScoreGap figures_score_gap(const FigureSettings *settings,
                                        const FairScoreFigures *const *groups,
                                        int n_groups, int figure);

/* The gaps of all figures of scores that are reported, the largest xAUC
 * disparity and the largest ABROCA of any two groups, of groups that have been
 * measured; none where some have no scores. */
extern FigureScoreGap *
figures_of_score_gaps(const FigureSettings *settings,
                      const FigureAttribute *attribute, int *n_gaps);

/* "small" where a figure of scores is of few rows, or of few of the rarer label
 * where it needs both; why it is undefined, or that scores were pooled, likewise
 * of any error that comes of that. */
extern const char *
figures_score_flag(const FigureSettings *settings,
                   const FairScoreFigures *figures, int figure);
extern const char *
figures_score_reason(const FairScoreFigures *figures, int figure);
extern const char *figures_pooled(double error);

/* figures_number.c: those of numbers that are predicted, for
 * figures_of_group(); and the gap of their means, or of groups without rows
 * NaN. */
extern Figure *figures_of_numbers(const FigureSettings *settings,
                                  const FairErrors *errors, int *n_figures);
extern void
figures_mean_gap(const FigureSettings *settings,
                 const FigureAttribute *attribute, FigureGap *figure);

/* The gaps of all figures of numbers that are predicted. */
extern FigureScoreGap *
figures_of_number_gaps(const FigureSettings *settings,
                       const FigureAttribute *attribute, int *n_gaps);

/* Why there is no gap between that many groups, or how many it leaves out;
 * NULL when it is complete. */
extern const char *figures_gap_reason(const FairGap *gap, int n_groups);

#endif
