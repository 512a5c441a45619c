/*
 * chart.h
 *    What all charts are made of: a figure with a title and a description
 *    that screen readers tell, marks, axes, labels.
 *
 *        chart_begin(&writer, "gaps-sex", title, about, width, height);
 *        writer_text(...)                 the description, in words
 *        chart_draw(&writer);
 *        ...                              shapes
 *        chart_end(&writer);
 *        table_begin(...)                 the same as numbers
 */
#ifndef FAIRPG_REPORT_CHART_H
#define FAIRPG_REPORT_CHART_H

#include "report/scale.h"
#include "report/writer.h"

typedef struct ChartFrame
{
	const char *kind; /* of chart, such as "forest": data-chart of the figure */
	const char *title; /* ours */
	const char *about; /* a user's text after it; NULL: none */
	double width;
	double height;
} ChartFrame;

extern void chart_begin(Writer *writer, const ChartFrame *frame);
extern void chart_draw(Writer *writer);
extern void chart_end(Writer *writer);

/* The shapes of marks, in the order of series. */
#define MARK_SHAPES 6

/* A mark of series 'series', from 0, at a place; hollow marks are of what is
 * less certain. */
extern void
chart_mark(Writer *writer, double x, double y, int series, bool hollow);

/* A line of a class. */
typedef struct ChartLine
{
	double x1;
	double y1;
	double x2;
	double y2;
} ChartLine;
extern void
chart_line(Writer *writer, const char *class, const ChartLine *line);

extern void
chart_rectangle(Writer *writer, const char *class, const ChartLine *corners);

/* Text at a place: of the class "end" it ends there, of "mid" its middle is
 * there. */
extern void chart_text(Writer *writer, double x, double y, const char *class,
                       const char *text);

/* Text that must fit into a width: the middle of a longer one is left out, and
 * the whole is its title.  'class' as above. */
typedef struct ChartLabel
{
	double x;
	double y;
	double width;
	const char *class;
} ChartLabel;
extern void
chart_label(Writer *writer, const ChartLabel *place, const char *text);

/* About how wide a text is, in the units of charts. */
extern double chart_text_width(const char *text);

/* Grid, axis and numbers below it, from y 'top' to 'bottom'; the title, which
 * may be NULL, stands below. */
extern void chart_axis_x(Writer *writer, const Scale *scale, double top,
                         double bottom, const char *title);

/* The same at the left, from x 'left' to 'right'. */
extern void chart_axis_y(Writer *writer, const Scale *scale, double left,
                         double right, const char *title);

/* An interval along x: a whisker whose ends are arrows where it goes on beyond
 * the scale. */
extern void chart_whisker(Writer *writer, const Scale *scale, double y,
                          double low, double high, const char *class);

#endif
