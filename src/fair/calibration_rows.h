/*
 * calibration_rows.h
 *    Labelled scores as columns, and the logistic fits over them: what
 *    calibration.c and recalibration.c share, and nobody else.
 */
#ifndef FAIRPG_FAIR_CALIBRATION_ROWS_H
#define FAIRPG_FAIR_CALIBRATION_ROWS_H

#include "fair/calibration.h"

/* Distinct scores upwards, with the rows that have one of the two labels. */
typedef struct CalibrationRows
{
	size_t n;
	double *score; /* of pooled ones the middle of what they can be */
	double *half;  /* half the width of that; 0 where none were pooled */
	double *rows;
	double *squared;   /* weights */
	double *weight[2]; /* by label */

	double total[2]; /* weight by label */
	double effective;
} CalibrationRows;

/* Sets value and both intervals of a figure from a standard error on the
 * scale of the value; ends are kept within 'least' and 'most'. */
extern void
calibration_normal(const FairCalibrationPlan *plan, double value, double error,
                   const double range[2], FairScoreFigure *figure);

/* Fills in slope, intercept and offset, of which values are NaN so far. */
extern NumStatus
recalibrate(NumArena *arena, const CalibrationRows *rows,
            const FairCalibrationPlan *plan, FairScoreFigure *parts);

#endif
