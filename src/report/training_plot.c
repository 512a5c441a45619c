/*
 * training_plot.c
 *    Loss and gap by iteration.
 *
 * Two panels over one axis: the loss has another unit than the gap, and one
 * picture with two scales would be read wrongly.
 */
#include "report/training_plot.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/chart.h"
#include "report/table.h"

#define WIDTH 720.0
#define LEFT 64.0
#define RIGHT (WIDTH - 24)
#define TOP 34.0
#define PANEL 170.0
#define BETWEEN 44.0

typedef struct Panel
{
	const char *title;
	double top;
	size_t offset; /* of what it shows, in Finding */
	int series;
} Panel;

static double
shown(const Panel *panel, const Finding *row)
{
	return *(const double *) (const void *) ((const char *) row +
	                                         panel->offset);
}

static bool
is_chosen(const Finding *row)
{
	return row->verdict != NULL && strcmp(row->verdict, "chosen") == 0;
}

static int
count_shown(const Panel *panel, const Finding *rows, int n_rows)
{
	int n = 0;

	for (int i = 0; i < n_rows; i++)
		n += isfinite(shown(panel, &rows[i])) ? 1 : 0;
	return n;
}

static void
make_scale(const Panel *panel, const Finding *rows, int n_rows, Scale *scale)
{
	double low = INFINITY;
	double high = -INFINITY;

	for (int i = 0; i < n_rows; i++)
	{
		double value = shown(panel, &rows[i]);

		if (!isfinite(value))
			continue;
		low = fmin(low, value);
		high = fmax(high, value);
	}
	scale_linear(scale, low, high, 4);
	scale_span(scale, panel->top + PANEL, panel->top);
}

static void
draw_line(Writer *writer, const Panel *panel, const Scale scales[2],
          const Finding *rows, int n_rows)
{
	char class[] = "line s1 hollow";
	bool first = true;

	class[6] = (char) ('1' + panel->series);
	writer_void(writer, "path");
	writer_attribute(writer, "class", class);
	writer_attribute(writer, "style", "fill:none");
	writer_attribute_begin(writer, "d");
	for (int i = 0; i < n_rows; i++)
	{
		double value = shown(panel, &rows[i]);

		if (!isfinite(value))
			continue;
		writer_text(writer, first ? "M" : "L");
		writer_real(writer, scale_place(&scales[0], rows[i].amount));
		writer_text(writer, " ");
		writer_real(writer, scale_place(&scales[1], value));
		first = false;
	}
	writer_attribute_end(writer);
}

static void
draw_panel(Writer *writer, const Panel *panel, const Scale *iterations,
           const Finding *rows, int n_rows)
{
	Scale scales[2] = { *iterations };

	make_scale(panel, rows, n_rows, &scales[1]);
	chart_axis_y(writer, &scales[1], LEFT, RIGHT, panel->title);
	draw_line(writer, panel, scales, rows, n_rows);
	for (int i = 0; i < n_rows; i++)
	{
		double x = scale_place(&scales[0], rows[i].amount);
		double y = scale_place(&scales[1], shown(panel, &rows[i]));

		if (!isfinite(shown(panel, &rows[i])))
			continue;
		chart_mark(writer, x, y, panel->series, rows[i].flag != NULL);
		if (!is_chosen(&rows[i]))
			continue;
		writer_void(writer, "circle");
		writer_attribute(writer, "class", "ring");
		writer_attribute_real(writer, "cx", x);
		writer_attribute_real(writer, "cy", y);
		writer_attribute(writer, "r", "10");
	}
}

static void
describe(Writer *writer, const Finding *rows, int n_rows)
{
	const Finding *chosen = NULL;

	for (int i = 0; i < n_rows; i++)
		if (is_chosen(&rows[i]))
			chosen = &rows[i];
	writer_count(writer, n_rows);
	writer_text(writer, " iterations. ");
	if (chosen != NULL)
	{
		writer_text(writer, "The model is iteration ");
		writer_real(writer, chosen->amount);
		writer_text(writer, ", with loss ");
		writer_figure(writer, chosen->x);
		writer_text(writer, " and gap ");
		writer_figure(writer, chosen->value);
		writer_text(writer, ". ");
	}
	writer_text(writer, "The table that follows has every number.");
}

static void
write_table(Writer *writer, const Finding *rows, int n_rows)
{
	static const TableColumn columns[] = {
		{ "Iteration", false }, { "Phase", false },      { "Rows", true },
		{ "Loss", true },       { "Largest gap", true }, { "Remark", false }
	};
	const TableHead head = { "Iterations of the training", NULL, columns, 6,
		                     n_rows };

	table_begin(writer, &head);
	for (int i = 0; i < n_rows; i++)
	{
		table_row(writer);
		writer_open(writer, "th");
		writer_attribute(writer, "scope", "row");
		writer_real(writer, rows[i].amount);
		writer_close(writer);
		table_text(writer, rows[i].kind);
		table_count(writer, rows[i].n);
		table_figure(writer, rows[i].x);
		table_figure(writer, rows[i].value);
		table_text(writer, is_chosen(&rows[i]) ? "the model" : rows[i].flag);
	}
	table_end(writer);
}

void
training_plot(Writer *writer, const Finding *rows, int n_rows)
{
	static const Panel panels[2] = {
		{ "mean loss", TOP, offsetof(Finding, x), 0 },
		{ "largest gap", TOP + PANEL + BETWEEN, offsetof(Finding, value), 1 }
	};
	/* without a criterion there is no gap */
	int n_panels = count_shown(&panels[1], rows, n_rows) > 0 ? 2 : 1;
	double bottom = panels[n_panels - 1].top + PANEL;
	const ChartFrame frame = { "training",
		                       n_panels == 2 ? "Loss and gap by iteration"
		                                     : "Loss by iteration",
		                       NULL, WIDTH, bottom + 46 };
	Scale iterations;

	/* ticks are whole numbers */
	scale_linear(
		&iterations, rows[0].amount, rows[n_rows - 1].amount,
		(int) fmin(8, fmax(1, rows[n_rows - 1].amount - rows[0].amount)));
	scale_span(&iterations, LEFT, RIGHT);
	chart_begin(writer, &frame);
	describe(writer, rows, n_rows);
	chart_draw(writer);
	chart_axis_x(writer, &iterations, TOP, bottom, "iteration");
	for (int i = 0; i < n_panels; i++)
		draw_panel(writer, &panels[i], &iterations, rows, n_rows);
	chart_end(writer);
	write_table(writer, rows, n_rows);
}
