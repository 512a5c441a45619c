/*
 * chart.c
 *    What all charts are made of.
 */
#include "report/chart.h"

#include <math.h>
#include <string.h>

#include "report/number.h"

/* the mean width of a character of 12 units */
#define CHARACTER_WIDTH 6.6
#define WIDE_CHARACTER_WIDTH 12.5

void
chart_begin(Writer *writer, const ChartFrame *frame)
{
	char id[24];
	char about_id[24];

	writer_new_id(writer, "chart", id, sizeof(id));
	writer_new_id(writer, "about", about_id, sizeof(about_id));
	writer_open(writer, "figure");
	writer_attribute(writer, "data-chart", frame->kind);
	writer_open(writer, "figcaption");
	writer_text(writer, frame->title);
	if (frame->about != NULL)
		writer_name(writer, frame->about);
	writer_close(writer);
	writer_open(writer, "div");
	writer_attribute(writer, "class", "scroll");
	writer_open(writer, "svg");
	writer_attribute(writer, "role", "img");
	if (frame->width < 500)
		writer_attribute(writer, "class", "narrow");
	writer_attribute_begin(writer, "aria-labelledby");
	writer_texts(writer, id, " ", about_id, NULL);
	writer_attribute_end(writer);
	writer_attribute_begin(writer, "viewBox");
	writer_text(writer, "0 0 ");
	writer_real(writer, frame->width);
	writer_text(writer, " ");
	writer_real(writer, frame->height);
	writer_attribute_end(writer);
	writer_attribute_real(writer, "width", frame->width);
	writer_open(writer, "title");
	writer_attribute(writer, "id", id);
	writer_texts(writer, frame->title, frame->about, NULL);
	writer_close(writer);
	writer_open(writer, "desc");
	writer_attribute(writer, "id", about_id);
}

void
chart_draw(Writer *writer)
{
	writer_close(writer);
}

void
chart_end(Writer *writer)
{
	writer_close(writer); /* svg */
	writer_close(writer); /* div */
	writer_close(writer); /* figure */
}

/* Corners of the shapes around 0, in half units; a circle has none. */
static const struct
{
	int n;
	double corners[12][2];
} shapes[MARK_SHAPES] = {
	{ 0, { { 0 } } },
	{ 4, { { -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 } } },
	{ 3, { { 0, -1.3 }, { 1.25, 1 }, { -1.25, 1 } } },
	{ 4, { { 0, -1.45 }, { 1.45, 0 }, { 0, 1.45 }, { -1.45, 0 } } },
	{ 3, { { 0, 1.3 }, { 1.25, -1 }, { -1.25, -1 } } },
	{ 12,
	  { { -0.45, -1.3 },
	    { 0.45, -1.3 },
	    { 0.45, -0.45 },
	    { 1.3, -0.45 },
	    { 1.3, 0.45 },
	    { 0.45, 0.45 },
	    { 0.45, 1.3 },
	    { -0.45, 1.3 },
	    { -0.45, 0.45 },
	    { -1.3, 0.45 },
	    { -1.3, -0.45 },
	    { -0.45, -0.45 } } }
};

#define MARK_SIZE 4.2

void
chart_mark(Writer *writer, double x, double y, int series, bool hollow)
{
	const int shape = series % MARK_SHAPES;
	const char digit[2] = { (char) ('1' + shape), '\0' };

	writer_void(writer, shapes[shape].n == 0 ? "circle" : "polygon");
	writer_attribute_begin(writer, "class");
	writer_texts(writer, "mark s", digit, hollow ? " hollow" : NULL, NULL);
	writer_attribute_end(writer);
	if (shapes[shape].n == 0)
	{
		writer_attribute_real(writer, "cx", x);
		writer_attribute_real(writer, "cy", y);
		writer_attribute_real(writer, "r", MARK_SIZE * 1.1);
		return;
	}
	writer_attribute_begin(writer, "points");
	for (int i = 0; i < shapes[shape].n; i++)
	{
		writer_text(writer, i > 0 ? " " : NULL);
		writer_real(writer, x + shapes[shape].corners[i][0] * MARK_SIZE);
		writer_text(writer, ",");
		writer_real(writer, y + shapes[shape].corners[i][1] * MARK_SIZE);
	}
	writer_attribute_end(writer);
}

void
chart_line(Writer *writer, const char *class, const ChartLine *line)
{
	writer_void(writer, "line");
	writer_attribute(writer, "class", class);
	writer_attribute_real(writer, "x1", line->x1);
	writer_attribute_real(writer, "y1", line->y1);
	writer_attribute_real(writer, "x2", line->x2);
	writer_attribute_real(writer, "y2", line->y2);
}

void
chart_rectangle(Writer *writer, const char *class, const ChartLine *corners)
{
	writer_void(writer, "rect");
	writer_attribute(writer, "class", class);
	writer_attribute_real(writer, "x", fmin(corners->x1, corners->x2));
	writer_attribute_real(writer, "y", fmin(corners->y1, corners->y2));
	writer_attribute_real(writer, "width", fabs(corners->x2 - corners->x1));
	writer_attribute_real(writer, "height", fabs(corners->y2 - corners->y1));
}

static void
text_begin(Writer *writer, double x, double y, const char *class)
{
	writer_open(writer, "text");
	if (class != NULL)
		writer_attribute(writer, "class", class);
	writer_attribute_real(writer, "x", x);
	writer_attribute_real(writer, "y", y);
}

void
chart_text(Writer *writer, double x, double y, const char *class,
           const char *text)
{
	text_begin(writer, x, y, class);
	writer_text(writer, text);
	writer_close(writer);
}

/* The width of the character that begins here; 0 of the further bytes of
 * one. */
static double
character_width(const char *at)
{
	unsigned char byte = (unsigned char) *at;

	if ((byte & 0xc0) == 0x80)
		return 0;
	return byte >= 0xe0 ? WIDE_CHARACTER_WIDTH : CHARACTER_WIDTH;
}

double
chart_text_width(const char *text)
{
	double width = 0;

	for (; *text != '\0'; text++)
		width += character_width(text);
	return width;
}

/* What fits of the beginning, or of the end, in bytes. */
static size_t
fitting(const char *text, size_t length, double width, bool from_end)
{
	size_t n = 0;
	size_t fits = 0;

	while (n < length)
	{
		size_t at = from_end ? length - 1 - n : n;

		width -= character_width(text + at);
		n++;
		if (width < 0)
			break;
		/* never in the middle of a character */
		if (from_end ? (text[at] & 0xc0) != 0x80
		             : n == length || (text[n] & 0xc0) != 0x80)
			fits = n;
	}
	return fits;
}

void
chart_label(Writer *writer, const ChartLabel *place, const char *text)
{
	size_t length = strlen(text);
	double width = place->width - WIDE_CHARACTER_WIDTH;
	char part[512];
	size_t head;
	size_t tail;

	text_begin(writer, place->x, place->y, place->class);
	if (chart_text_width(text) <= place->width)
	{
		writer_text(writer, text);
		writer_close(writer);
		return;
	}
	head = fitting(text, length, width * 0.6, false);
	tail = fitting(text, length, width * 0.4, true);
	if (head >= sizeof(part))
		head = 0;
	memcpy(part, text, head);
	part[head] = '\0';
	writer_leaf(writer, "title", NULL, text);
	writer_texts(writer, part, "\xe2\x80\xa6", text + (length - tail), NULL);
	writer_close(writer);
}

void
chart_axis_x(Writer *writer, const Scale *scale, double top, double bottom,
             const char *title)
{
	writer_open(writer, "g");
	writer_attribute(writer, "aria-hidden", "true");
	for (int i = 0; i < scale->n_ticks; i++)
	{
		double x = scale_place(scale, scale->ticks[i]);
		char text[NUMBER_CHARS];

		chart_line(writer, "grid", &(ChartLine){ x, top, x, bottom });
		if (scale->log)
			number_short(text, scale->ticks[i]);
		else
			number_fixed(text, scale->ticks[i], scale->decimals);
		chart_text(writer, x, bottom + 16, "mid note", text);
	}
	chart_line(writer, "axis",
	           &(ChartLine){ scale->from, bottom, scale->to, bottom });
	if (title != NULL)
		chart_text(writer, (scale->from + scale->to) / 2, bottom + 34,
		           "mid note", title);
	writer_close(writer);
}

void
chart_axis_y(Writer *writer, const Scale *scale, double left, double right,
             const char *title)
{
	writer_open(writer, "g");
	writer_attribute(writer, "aria-hidden", "true");
	for (int i = 0; i < scale->n_ticks; i++)
	{
		double y = scale_place(scale, scale->ticks[i]);
		char text[NUMBER_CHARS];

		chart_line(writer, "grid", &(ChartLine){ left, y, right, y });
		number_fixed(text, scale->ticks[i], scale->decimals);
		chart_text(writer, left - 6, y + 4, "end note", text);
	}
	chart_line(writer, "axis",
	           &(ChartLine){ left, scale->from, left, scale->to });
	if (title != NULL)
		/* above the axis: turned text is hard to read */
		chart_text(writer, left - 30, fmin(scale->from, scale->to) - 10, "note",
		           title);
	writer_close(writer);
}

/* An arrow head at 'x' that points to 'to'. */
static void
arrow(Writer *writer, const char *class, double x, double y, double to)
{
	writer_void(writer, "path");
	writer_attribute(writer, "class", class);
	writer_attribute_begin(writer, "d");
	writer_text(writer, "M");
	writer_real(writer, to);
	writer_text(writer, " ");
	writer_real(writer, y - 4);
	writer_text(writer, "L");
	writer_real(writer, x);
	writer_text(writer, " ");
	writer_real(writer, y);
	writer_text(writer, "L");
	writer_real(writer, to);
	writer_text(writer, " ");
	writer_real(writer, y + 4);
	writer_attribute_end(writer);
}

void
chart_whisker(Writer *writer, const Scale *scale, double y, double low,
              double high, const char *class)
{
	double from = scale_place(scale, low);
	double to = scale_place(scale, high);

	if (isnan(low) || isnan(high))
		return;
	chart_line(writer, class, &(ChartLine){ from, y, to, y });
	if (low < scale->low)
		arrow(writer, class, from, y, from + 6);
	else
		chart_line(writer, class, &(ChartLine){ from, y - 4, from, y + 4 });
	if (high > scale->high)
		arrow(writer, class, to, y, to - 6);
	else
		chart_line(writer, class, &(ChartLine){ to, y - 4, to, y + 4 });
}
