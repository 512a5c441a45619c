/*
 * scale.h
 *    From values to places on a chart, and the ticks in between.
 */
#ifndef FAIRPG_REPORT_SCALE_H
#define FAIRPG_REPORT_SCALE_H

#include <stdbool.h>

#define SCALE_MAX_TICKS 16

typedef struct Scale
{
	bool log;
	double low; /* values at the ends; above 0 where log */
	double high;
	double from; /* places of the ends, which may run backwards */
	double to;
	double ticks[SCALE_MAX_TICKS];
	int n_ticks;
	int decimals; /* that tell the ticks apart */
} Scale;

/* A scale over at least 'low' to 'high', with ends on ticks at round values:
 * 1, 2 or 5 times a power of ten apart, about 'wanted' of them.  Ends that are
 * no numbers or in the wrong order are mended. */
extern void scale_linear(Scale *scale, double low, double high, int wanted);

/* The same for ratios: ticks at round values, distances by quotients. */
extern void scale_ratio(Scale *scale, double low, double high);

/* Where the ends lie. */
extern void scale_span(Scale *scale, double from, double to);

/* The place of a value; of one beyond an end that of the end. */
extern double scale_place(const Scale *scale, double value);

#endif
