/*
 * recalibration.c
 *    Logistic recalibration: Y ~ a + b logit(P), and with b fixed at 1.
 *
 * Newton's method on two coefficients; the loss is convex, and a step that
 * does not lower it is halved.
 */
#include "fair/calibration_rows.h"

#include <math.h>

#include "num/special.h"

#define MAX_STEPS 100
#define MAX_HALVINGS 40

typedef struct Fit
{
	double a;
	double b;
	double loss;
	double gradient[2];
	double curvature[3]; /* aa, ab, bb */
} Fit;

/* Loss and its derivatives at a and b. */
static void
evaluate(const CalibrationRows *rows, const double *logit, Fit *fit)
{
	fit->loss = 0;
	fit->gradient[0] = fit->gradient[1] = 0;
	fit->curvature[0] = fit->curvature[1] = fit->curvature[2] = 0;
	for (size_t i = 0; i < rows->n; i++)
	{
		double x = logit[i];
		double z = fit->a + fit->b * x;
		double all = rows->weight[0][i] + rows->weight[1][i];
		double p;
		/* log(1 + e^z) less z is the loss of a positive row */
		double loss = num_logistic(z, &p);
		double off = all * p - rows->weight[1][i];
		double bend = all * p * (1 - p);

		fit->loss += all * loss - rows->weight[1][i] * z;
		fit->gradient[0] += off;
		fit->gradient[1] += off * x;
		fit->curvature[0] += bend;
		fit->curvature[1] += bend * x;
		fit->curvature[2] += bend * x * x;
	}
}

/* The Newton step; false where the curvature has no inverse. */
static bool
newton_step(const Fit *fit, bool slope_fixed, double step[2])
{
	const double *h = fit->curvature;
	double det = h[0] * h[2] - h[1] * h[1];

	step[1] = 0;
	if (slope_fixed)
	{
		step[0] = fit->gradient[0] / h[0];
		return h[0] > 0;
	}
	if (!(det > 1e-14 * h[0] * h[2]))
		return false;
	step[0] = (h[2] * fit->gradient[0] - h[1] * fit->gradient[1]) / det;
	step[1] = (h[0] * fit->gradient[1] - h[1] * fit->gradient[0]) / det;
	return true;
}

/* Goes to the least loss; false where there is none that is found. */
static bool
minimise(const CalibrationRows *rows, const double *logit, bool slope_fixed,
         Fit *fit)
{
	double total = rows->total[0] + rows->total[1];

	evaluate(rows, logit, fit);
	for (int i = 0; i < MAX_STEPS; i++)
	{
		Fit next;
		double step[2];
		double shrink = 1;

		if (!newton_step(fit, slope_fixed, step))
			return false;
		for (int j = 0; j < MAX_HALVINGS; j++, shrink /= 2)
		{
			next.a = fit->a - shrink * step[0];
			next.b = fit->b - shrink * step[1];
			evaluate(rows, logit, &next);
			if (next.loss <= fit->loss + 1e-13 * total)
				break;
		}
		*fit = next;
		if (fabs(step[0]) <= 1e-12 * (1 + fabs(fit->a)) &&
		    fabs(step[1]) <= 1e-12 * (1 + fabs(fit->b)))
			return true;
	}
	return false;
}

/* Why there is no fit of a slope, or NULL. */
static const char *
no_slope(const CalibrationRows *rows, const double *logit)
{
	double least[2] = { INFINITY, INFINITY };
	double most[2] = { -INFINITY, -INFINITY };

	for (size_t i = 0; i < rows->n; i++)
		for (int y = 0; y < 2; y++)
			if (rows->weight[y][i] > 0)
			{
				least[y] = fmin(least[y], logit[i]);
				most[y] = fmax(most[y], logit[i]);
			}
	if (fmin(least[0], least[1]) == fmax(most[0], most[1]))
		return "all scores are alike";
	if (most[0] <= least[1] || most[1] <= least[0])
		return "the score separates the labels";
	return NULL;
}

static void
set_fit(const FairCalibrationPlan *plan, double value, double variance,
        FairScoreFigure *figure)
{
	static const double everywhere[2] = { -INFINITY, INFINITY };

	calibration_normal(plan, value, sqrt(variance), everywhere, figure);
}

NumStatus
recalibrate(NumArena *arena, const CalibrationRows *rows,
            const FairCalibrationPlan *plan, FairScoreFigure *parts)
{
	double *logit = arena_alloc(arena, rows->n, sizeof(double));
	FairScoreFigure *slope = &parts[FAIR_CALIBRATION_SLOPE];
	FairScoreFigure *intercept = &parts[FAIR_CALIBRATION_INTERCEPT];
	FairScoreFigure *offset = &parts[FAIR_CALIBRATION_OFFSET];
	/* information is of effective rows */
	double scale = (rows->total[0] + rows->total[1]) / rows->effective;
	Fit fit = { .a = 0, .b = 1 };

	if (logit == NULL)
		return NUM_NO_MEMORY;
	for (size_t i = 0; i < rows->n; i++)
	{
		double p =
			fmin(fmax(rows->score[i], FAIR_LOGIT_CLIP), 1 - FAIR_LOGIT_CLIP);

		logit[i] = num_log(p / (1 - p));
	}
	if (minimise(rows, logit, true, &fit))
		set_fit(plan, fit.a, scale / fit.curvature[0], offset);
	else
		offset->reason = "the fit did not converge";
	slope->reason = no_slope(rows, logit);
	fit = (Fit){ .a = 0, .b = 1 };
	if (slope->reason == NULL && !minimise(rows, logit, false, &fit))
		slope->reason = "the fit did not converge";
	intercept->reason = slope->reason;
	if (slope->reason == NULL)
	{
		const double *h = fit.curvature;
		double det = h[0] * h[2] - h[1] * h[1];

		set_fit(plan, fit.b, scale * h[0] / det, slope);
		set_fit(plan, fit.a, scale * h[2] / det, intercept);
	}
	arena_release(arena, logit, rows->n, sizeof(double));
	return NUM_OK;
}
