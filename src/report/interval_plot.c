/*
 * interval_plot.c
 *    Rows of a mark and its interval on one axis.
 *
 * Names stand at the left, numbers at the right, so that the picture can be
 * read without its table.
 */
#include "report/interval_plot.h"

#include <math.h>
#include <string.h>

#include "report/chart.h"
#include "report/number.h"
#include "report/page.h"
#include "report/remark.h"
#include "report/table.h"

#define WIDTH 760.0
#define ROW_HEIGHT 24.0
#define TOP 34.0
#define BOTTOM 44.0
#define NUMBERS_WIDTH 235.0
#define NAMES_LEAST 90.0
#define NAMES_MOST 240.0

static const char *
row_name(const IntervalPlot *plot, const Finding *row)
{
	const char *name = plot->named_by == NAMED_BY_METRIC   ? row->metric
	                   : plot->named_by == NAMED_BY_COLUMN ? row->column
	                                                       : row->group;

	return name == NULL ? "" : name;
}

static double
names_width(const IntervalPlot *plot, const Finding *rows, int n_rows)
{
	double width = NAMES_LEAST;

	for (int i = 0; i < n_rows; i++)
		width = fmax(width, chart_text_width(row_name(plot, &rows[i])) + 14);
	return fmin(width, NAMES_MOST);
}

static void
widen(double value, double *low, double *high)
{
	if (!isfinite(value))
		return;
	*low = fmin(*low, value);
	*high = fmax(*high, value);
}

static void
make_scale(const IntervalPlot *plot, const Finding *rows, int n_rows,
           Scale *scale)
{
	double low = INFINITY;
	double high = -INFINITY;

	for (int i = 0; i < n_rows; i++)
	{
		widen(rows[i].value, &low, &high);
		widen(rows[i].low, &low, &high);
		widen(rows[i].high, &low, &high);
	}
	widen(plot->reference, &low, &high);
	widen(plot->bound, &low, &high);
	if (plot->unit)
		widen(0, &low, &high);
	if (plot->ratio)
		scale_ratio(scale, low, high);
	else
		scale_linear(scale, low, high, 5);
}

/* Whether a value lies beyond what is called too much or too little. */
static bool
is_beyond(const IntervalPlot *plot, double value)
{
	if (isnan(plot->bound) || isnan(value))
		return false;
	return plot->ratio ? value < plot->bound : value > plot->bound;
}

static void
draw_numbers(Writer *writer, const Finding *row, double y)
{
	char n[NUMBER_CHARS];

	writer_open(writer, "text");
	writer_attribute(writer, "class", "end");
	writer_attribute_real(writer, "x", WIDTH - 62);
	writer_attribute_real(writer, "y", y + 4);
	interval_text(writer, row->value, row->low, row->high);
	writer_close(writer);
	number_count(n, row->n);
	chart_text(writer, WIDTH - 2, y + 4, "end note", n);
}

static void
draw_row(Writer *writer, const IntervalPlot *plot, const Scale *scale,
         const Finding *row, double y)
{
	bool beyond = is_beyond(plot, row->value);
	bool uncertain = row->flag != NULL;

	chart_label(writer, &(ChartLabel){ 0, y + 4, scale->from - 14, NULL },
	            row_name(plot, row));
	draw_numbers(writer, row, y);
	if (isnan(row->value))
		return;
	if (plot->bars)
		chart_rectangle(writer, beyond ? "bar below" : "bar s1",
		                &(ChartLine){ scale_place(scale, plot->reference),
		                              y - 6, scale_place(scale, row->value),
		                              y + 6 });
	chart_whisker(writer, scale, y, row->low, row->high,
	              beyond ? "whisker s2" : "whisker s1");
	/* beyond the bound: another shape as well as another colour */
	chart_mark(writer, scale_place(scale, row->value), y, beyond ? 1 : 0,
	           uncertain);
}

static void
describe(Writer *writer, const IntervalPlot *plot, const Finding *rows,
         int n_rows)
{
	const Finding *least = NULL;
	const Finding *most = NULL;

	for (int i = 0; i < n_rows; i++)
	{
		if (isnan(rows[i].value))
			continue;
		if (least == NULL || rows[i].value < least->value)
			least = &rows[i];
		if (most == NULL || rows[i].value > most->value)
			most = &rows[i];
	}
	writer_text(writer, "Rows: ");
	writer_count(writer, n_rows);
	writer_text(writer, ". ");
	if (least == NULL)
	{
		writer_text(writer, "None has a value.");
		return;
	}
	writer_texts(writer, "Lowest: ", row_name(plot, least), ", ", NULL);
	interval_text(writer, least->value, least->low, least->high);
	writer_texts(writer, ". Highest: ", row_name(plot, most), ", ", NULL);
	interval_text(writer, most->value, most->low, most->high);
	writer_text(writer, ". The table that follows has every number.");
}

static void
draw_bound(Writer *writer, const IntervalPlot *plot, const Scale *scale,
           double bottom)
{
	double x;

	if (!isnan(plot->reference))
	{
		x = scale_place(scale, plot->reference);
		chart_line(writer, "axis", &(ChartLine){ x, TOP - 6, x, bottom });
	}
	if (isnan(plot->bound))
		return;
	x = scale_place(scale, plot->bound);
	chart_line(writer, "bound", &(ChartLine){ x, TOP - 6, x, bottom });
	chart_text(writer, x, TOP - 10, "mid note", plot->bound_name);
}

/* Columns that say nothing are left out. */
static bool
has_remarks(const Finding *rows, int n_rows)
{
	for (int i = 0; i < n_rows; i++)
		if (finding_has_remark(&rows[i]))
			return true;
	return false;
}

static void
write_table(Writer *writer, const IntervalPlot *plot, const Finding *rows,
            int n_rows)
{
	TableColumn columns[5] = { { plot->first, false } };
	TableHead head = { plot->title, plot->about, columns, 1, n_rows, false };
	bool remarks = has_remarks(rows, n_rows);

	if (plot->second != NULL)
		columns[head.n_columns++] = (TableColumn){ plot->second, true };
	columns[head.n_columns++] = (TableColumn){ "Value (interval)", true };
	columns[head.n_columns++] = (TableColumn){ "n", true };
	if (remarks)
		columns[head.n_columns++] = (TableColumn){ "Remark", false };
	table_begin(writer, &head);
	for (int i = 0; i < n_rows; i++)
	{
		const Finding *row = &rows[i];

		table_row(writer);
		table_header(writer, row_name(plot, row));
		if (plot->second != NULL)
			table_figure(writer, row->x);
		table_interval(writer, row->value, row->low, row->high);
		table_count(writer, row->n);
		if (!remarks)
			continue;
		table_cell(writer);
		finding_remark(writer, row);
		writer_close(writer);
	}
	table_end(writer);
}

void
interval_plot(Writer *writer, const IntervalPlot *plot, const Finding *rows,
              int n_rows)
{
	int n_drawn = n_rows < INTERVAL_ROWS ? n_rows : INTERVAL_ROWS;
	double bottom = TOP + n_drawn * ROW_HEIGHT;
	double left = names_width(plot, rows, n_drawn) + 14;
	ChartFrame frame = { plot->kind, plot->title, plot->about, WIDTH,
		                 bottom + BOTTOM };
	Scale scale;

	make_scale(plot, rows, n_drawn, &scale);
	scale_span(&scale, left, WIDTH - NUMBERS_WIDTH);
	chart_begin(writer, &frame);
	describe(writer, plot, rows, n_rows);
	chart_draw(writer);
	chart_axis_x(writer, &scale, TOP - 6, bottom, plot->axis);
	chart_text(writer, 0, TOP - 12, "note", plot->first);
	chart_text(writer, WIDTH - 62, TOP - 12, "end note", "value (interval)");
	chart_text(writer, WIDTH - 2, TOP - 12, "end note", "n");
	draw_bound(writer, plot, &scale, bottom);
	for (int i = 0; i < n_drawn; i++)
		draw_row(writer, plot, &scale, &rows[i], TOP + (i + 0.5) * ROW_HEIGHT);
	chart_end(writer);
	if (n_drawn < n_rows)
		writer_leaf(writer, "p", "quiet",
		            "The picture has the first 60 rows, the table has all.");
	write_table(writer, plot, rows, n_rows);
}

/* What the rates that are drawn are shares of. */
static const char *
share_of(const char *metric)
{
	static const char *const known[][2] = {
		{ "selection_rate", "share of the group that is selected" },
		{ "tpr", "share selected of those with the positive label" },
		{ "fpr", "share selected of those with the negative label" },
		{ "error_rate", "share decided otherwise than labelled" },
		{ "mean_prediction", "mean of what is predicted" }
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(metric, known[i][0], strlen(known[i][0])) == 0)
			return known[i][1];
	return "value";
}

void
dot_plot(Writer *writer, const char *metric, const char *attribute,
         const Finding *rows, int n_rows)
{
	const IntervalPlot plot = { .kind = "dots",
		                        .title = metric,
		                        .about = attribute,
		                        .axis = share_of(metric),
		                        .first = "Group",
		                        .reference = NAN,
		                        .bound = NAN };

	interval_plot(writer, &plot, rows, n_rows);
}

void
forest_plot(Writer *writer, const char *attribute, const Finding *rows,
            int n_rows)
{
	const IntervalPlot plot = {
		.kind = "forest",
		.title = "Selection rate by that of the group selected most: ",
		.about = attribute,
		.axis = "impact ratio (1: selected as often as the reference)",
		.first = "Group",
		.ratio = true,
		.reference = 1,
		.bound = 0.8,
		.bound_name = "four fifths"
	};

	interval_plot(writer, &plot, rows, n_rows);
}

void
category_plot(Writer *writer, const char *attribute, const Finding *rows,
              int n_rows)
{
	const IntervalPlot plot = {
		.kind = "categories",
		.title = "Rate by that of the category with the highest one: ",
		.about = attribute,
		.axis = "impact ratio (1: as often as the reference)",
		.first = "Category",
		.second = "Rate",
		.ratio = true,
		.reference = 1,
		.bound = 0.8,
		.bound_name = "four fifths"
	};

	interval_plot(writer, &plot, rows, n_rows);
}

void
gap_plot(Writer *writer, const char *attribute, const Finding *rows, int n_rows)
{
	bool of_scores = rows->kind != NULL && strcmp(rows->kind, "scores") == 0;
	const IntervalPlot plot = { .kind = "gaps",
		                        .title = of_scores ? "Gaps of scores, by "
		                                           : "Gaps of decisions, by ",
		                        .about = attribute,
		                        .axis = "difference of two groups",
		                        .first = "Criterion",
		                        .unit = true,
		                        .named_by = NAMED_BY_METRIC,
		                        .reference = 0,
		                        .bound = NAN };

	interval_plot(writer, &plot, rows, n_rows);
}

void
tornado(Writer *writer, const char *metric, const Finding *rows, int n_rows)
{
	const IntervalPlot plot = { .kind = "tornado",
		                        .title = "What moves ",
		                        .about = metric,
		                        .axis = "change",
		                        .first = "Scenario",
		                        .second = "Before",
		                        .bars = true,
		                        .reference = 0,
		                        .bound = NAN };

	interval_plot(writer, &plot, rows, n_rows);
}
