/*
 * interval_plot.h
 *    Rows of a mark and its interval on one axis: dot plots, forest plots and
 *    tornadoes are this.
 */
#ifndef FAIRPG_REPORT_INTERVAL_PLOT_H
#define FAIRPG_REPORT_INTERVAL_PLOT_H

#include "report/findings.h"
#include "report/writer.h"

/* Rows drawn at most; the table has all. */
#define INTERVAL_ROWS 60

/* What rows are named by. */
typedef enum IntervalName
{
	NAMED_BY_GROUP,
	NAMED_BY_METRIC,
	NAMED_BY_COLUMN
} IntervalName;

typedef struct IntervalPlot
{
	const char *kind;
	const char *title;
	const char *about;  /* a user's text; NULL: none */
	const char *axis;   /* what the axis measures */
	const char *first;  /* head of the column of names */
	const char *second; /* of a column with x in the table; NULL: none */
	bool ratio;         /* an axis of quotients */
	bool bars;          /* from the reference to the value */
	bool unit;          /* the axis is from 0 to 1 at least */
	IntervalName named_by;
	double reference;       /* a line at this value; NaN: none */
	double bound;           /* and another, for what is too much; NaN: none */
	const char *bound_name; /* what it is */
} IntervalPlot;

/* The chart and its table. */
extern void interval_plot(Writer *writer, const IntervalPlot *plot,
                          const Finding *rows, int n_rows);

/* The kinds there are. */
extern void dot_plot(Writer *writer, const char *metric, const char *attribute,
                     const Finding *rows, int n_rows);
extern void forest_plot(Writer *writer, const char *attribute,
                        const Finding *rows, int n_rows);
extern void gap_plot(Writer *writer, const char *attribute, const Finding *rows,
                     int n_rows);
extern void category_plot(Writer *writer, const char *attribute,
                          const Finding *rows, int n_rows);
extern void
tornado(Writer *writer, const char *metric, const Finding *rows, int n_rows);

#endif
