/*
 * roc.h
 *    ROC curves of two sets of rows against each other: AUC, xAUC, ABROCA.
 *
 * Works on images of scores (fair/scores.h) that fair_scores_valid() accepts.
 * Allocates nothing; each function is one or two walks over the entries.
 */
#ifndef FAIRPG_FAIR_ROC_H
#define FAIRPG_FAIR_ROC_H

#include <stdint.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/* The rows of an image, without those of another that are among them. */
typedef struct FairSide
{
	const uint8_t *image;
	const uint8_t *less; /* or NULL */
} FairSide;

typedef struct FairAuc
{
	double auc;       /* NaN: undefined, and then the reason says why */
	double error;     /* the AUC of unpooled scores differs by no more */
	double variance;  /* of DeLong, DeLong and Clarke-Pearson */
	double effective; /* rows that the interval takes */
	double low;
	double high;
	uint64_t rows_negative;
	uint64_t rows_positive;
	const char *reason;
} FairAuc;

/*
 * The chance that a positive row of one side has a higher score than a
 * negative row of another one, ties counting one half, each pair by the product
 * of its weights.  Both sides the same: the AUC.  Of two groups: xAUC (Kallus
 * and Zhou, NeurIPS 2019).  A group and all others: BPSN and BNSP AUC (Borkan et
 * al., WWW 2019).
 *
 * The interval, at 'level' in (0, 1), is a Wilson interval on the number of
 * rows that gives the variance of DeLong, DeLong and Clarke-Pearson (Biometrics
 * 44, 1988), so it stays within [0, 1]; where that variance is zero, or the
 * rarer label has fewer than ten effective rows, on no more than those.  It is
 * widened by 'error'.
 */
extern void
fair_auc_between(const FairSide *positives, const FairSide *negatives,
                 double level, FairAuc *result);

/* The interval of a result at another level. */
extern void
fair_auc_interval(const FairAuc *auc, double level, double *low, double *high);

typedef struct FairAbroca
{
	double area;  /* NaN: undefined */
	double error; /* that of unpooled scores differs by no more */
	double low;   /* by fair_abroca_interval() alone; else NaN */
	double high;
	const char *reason;
} FairAbroca;

/*
 * The area between the ROC curves of two sets of rows (Gardner, Brooks and
 * Baker, LAK 2019), exactly: tied scores are straight lines, what is vertical
 * stays vertical, and pieces are split where the curves cross.
 */
extern void
fair_abroca(const FairSide *a, const FairSide *b, FairAbroca *result);

/* How an interval is drawn. */
typedef struct FairDraws
{
	double level; /* in (0, 1) */
	int replicates;
	uint64_t seed;
	NumMonitor *monitor;
} FairDraws;

/*
 * The same with an interval: rows of each label and side are drawn from up to 100
 * cells of neighbouring scores, as many as they are worth (Kish), and their areas
 * are taken by fair_size_interval(), widened by 'error'.
 */
extern NumStatus
fair_abroca_interval(NumArena *arena, const FairSide sides[2],
                     const FairDraws *plan, FairAbroca *result);

#endif
