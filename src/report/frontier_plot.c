/*
 * frontier_plot.c
 *    Accuracy against gap: what each bound costs, and what was chosen.
 */
#include "report/frontier_plot.h"

#include <math.h>
#include <string.h>

#include "report/chart.h"
#include "report/table.h"

#define WIDTH 680.0
#define HEIGHT 400.0
#define LEFT 60.0
#define TOP 48.0
#define RIGHT (WIDTH - 24)
#define BOTTOM (HEIGHT - 50)

static bool
is_chosen(const Finding *point)
{
	return point->verdict != NULL && strcmp(point->verdict, "chosen") == 0;
}

/* Where the name of a point stands: none overlaps another. */
typedef struct NamePlace
{
	double left;
	double right;
	double y;
} NamePlace;

#define NAME_HEIGHT 13.0
#define MOST_NAMES 100

/* A place that is free behind the interval, on its height, above or below, or
 * before it where there is no room at the right; false where all are taken: the
 * table has the name. */
static bool
find_place(NamePlace *places, int n, const ChartLine *interval, double width)
{
	static const double offsets[] = { 4, -10, 18, 32 };

	for (size_t o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++)
	{
		NamePlace place = { interval->x2 + 8, interval->x2 + 8 + width,
			                interval->y1 + offsets[o] };
		bool is_free = true;

		if (place.right > WIDTH)
		{
			place.left = interval->x1 - 8 - width;
			place.right = interval->x1 - 8;
		}
		for (int i = 0; i < n; i++)
			is_free = is_free && (fabs(places[i].y - place.y) >= NAME_HEIGHT ||
			                      places[i].right < place.left ||
			                      place.right < places[i].left);
		if (!is_free || place.y > BOTTOM || place.y < TOP - 8)
			continue;
		places[n] = place;
		return true;
	}
	return false;
}

/* From end to end of what is drawn for a point. */
static ChartLine
interval_of(const Finding *point, const Scale *gap, double y)
{
	double x = scale_place(gap, point->value);

	if (isnan(point->low) || isnan(point->high))
		return (ChartLine){ x, y, x, y };
	return (ChartLine){ scale_place(gap, point->low), y,
		                scale_place(gap, point->high), y };
}

static void
make_scales(const Finding *points, int n_points, Scale *gap, Scale *quality)
{
	double most = 0;
	double low = INFINITY;
	double high = -INFINITY;

	for (int i = 0; i < n_points; i++)
	{
		if (isfinite(points[i].value))
			most = fmax(most, points[i].value);
		if (isfinite(points[i].high))
			most = fmax(most, points[i].high);
		if (!isfinite(points[i].x))
			continue;
		low = fmin(low, points[i].x);
		high = fmax(high, points[i].x);
	}
	scale_linear(gap, 0, most > 0 ? most : 1, 6);
	scale_linear(quality, low, high, 5);
	scale_span(gap, LEFT, RIGHT);
	scale_span(quality, BOTTOM, TOP);
}

static void
write_table(Writer *writer, const char *quality, const Finding *points,
            int n_points)
{
	const TableColumn columns[] = { { "Bound", false },
		                            { quality, true },
		                            { "Gap (interval)", true },
		                            { "n", true },
		                            { "Remark", false } };
	const TableHead head = { "Points of the frontier", NULL, columns, 5,
		                     n_points };

	table_begin(writer, &head);
	for (int i = 0; i < n_points; i++)
	{
		table_row(writer);
		table_header(writer, points[i].group);
		table_figure(writer, points[i].x);
		table_interval(writer, points[i].value, points[i].low, points[i].high);
		table_count(writer, points[i].n);
		table_text(writer, points[i].note);
	}
	table_end(writer);
}

void
frontier_plot(Writer *writer, const char *quality, const Finding *points,
              int n_points)
{
	const ChartFrame frame = { "frontier", "What each bound costs", NULL, WIDTH,
		                       HEIGHT };
	NamePlace places[MOST_NAMES];
	int n_places = 0;
	Scale gap;
	Scale scale;

	make_scales(points, n_points, &gap, &scale);
	chart_begin(writer, &frame);
	writer_count(writer, n_points);
	writer_texts(writer, " models, one for each bound: ", quality,
	             " against the largest gap, with its interval. The chosen one "
	             "is in a ring.",
	             NULL);
	chart_draw(writer);
	chart_axis_x(writer, &gap, TOP, BOTTOM, "largest gap between two groups");
	chart_axis_y(writer, &scale, LEFT, RIGHT, quality);
	for (int i = 0; i < n_points; i++)
	{
		double x = scale_place(&gap, points[i].value);
		double y = scale_place(&scale, points[i].x);
		ChartLine interval;

		if (isnan(points[i].value) || isnan(points[i].x))
			continue;
		chart_whisker(writer, &gap, y, points[i].low, points[i].high,
		              "whisker s1");
		chart_mark(writer, x, y, 0, points[i].flag != NULL);
		interval = interval_of(&points[i], &gap, y);
		if (points[i].group != NULL && n_places < MOST_NAMES &&
		    find_place(places, n_places, &interval,
		               chart_text_width(points[i].group)))
		{
			chart_text(writer, places[n_places].left, places[n_places].y,
			           "note", points[i].group);
			n_places++;
		}
		if (!is_chosen(&points[i]))
			continue;
		writer_void(writer, "circle");
		writer_attribute(writer, "class", "ring");
		writer_attribute_real(writer, "cx", x);
		writer_attribute_real(writer, "cy", y);
		writer_attribute(writer, "r", "11");
		chart_text(writer, x - 14, y + 26, "head", "chosen");
	}
	chart_end(writer);
	write_table(writer, quality, points, n_points);
}
