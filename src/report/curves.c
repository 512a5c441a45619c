/*
 * curves.c
 *    Curves of groups in a square from 0 to 1.
 *
 * Up to six curves are told apart by colour, mark and name in one square.
 * More of them become a square for each six.
 */
#include "report/curves.h"

#include <math.h>
#include <string.h>

#include "report/chart.h"
#include "report/palette.h"
#include "report/remark.h"
#include "report/table.h"

#define SIDE 360.0
#define LEFT 44.0
#define TOP 30.0
#define KEY_WIDTH 250.0
#define WIDTH (LEFT + SIDE + 24 + KEY_WIDTH)
#define HEIGHT (TOP + SIDE + 46)

typedef struct CurveKind
{
	const char *kind;
	const char *title;
	const char *x;
	const char *y;
	const char *amount; /* head of a column with it in the table; or NULL */
	bool with_intervals;
	bool with_marks;
} CurveKind;

static const char *
group_of(const Finding *row)
{
	return row->group == NULL ? "all rows" : row->group;
}

/* How many rows from the first one belong to the same group. */
static int
group_rows(const Finding *rows, int n_rows)
{
	int n = 1;

	while (n < n_rows && strcmp(group_of(&rows[n]), group_of(rows)) == 0)
		n++;
	return n;
}

static void
draw_path(Writer *writer, const Scale *x, const Scale *y, const Finding *rows,
          int n_rows)
{
	bool first = true;

	for (int i = 0; i < n_rows; i++)
	{
		if (isnan(rows[i].x) || isnan(rows[i].value))
			continue;
		writer_text(writer, first ? "M" : "L");
		writer_real(writer, scale_place(x, rows[i].x));
		writer_text(writer, " ");
		writer_real(writer, scale_place(y, rows[i].value));
		first = false;
	}
}

static void
draw_curve(Writer *writer, const CurveKind *kind, const Scale scales[2],
           const Finding *rows, const int part[2])
{
	const int n_rows = part[0];
	const int series = part[1];
	const char digit[2] = { (char) ('1' + series), '\0' };
	char class[] = "line s1 hollow";

	class[6] = digit[0];
	writer_void(writer, "path");
	writer_attribute(writer, "class", class);
	writer_attribute(writer, "style", "fill:none");
	writer_attribute_begin(writer, "d");
	draw_path(writer, &scales[0], &scales[1], rows, n_rows);
	writer_attribute_end(writer);
	class[7] = '\0';
	for (int i = 0; i < n_rows && kind->with_marks; i++)
	{
		double x = scale_place(&scales[0], rows[i].x);

		if (isnan(rows[i].x) || isnan(rows[i].value))
			continue;
		if (kind->with_intervals && !isnan(rows[i].low) && !isnan(rows[i].high))
			chart_line(writer, class,
			           &(ChartLine){ x, scale_place(&scales[1], rows[i].low), x,
			                         scale_place(&scales[1], rows[i].high) });
		chart_mark(writer, x, scale_place(&scales[1], rows[i].value), series,
		           rows[i].flag != NULL);
	}
}

static void
draw_key(Writer *writer, const Finding *row, int series)
{
	double y = TOP + 14 + series * 24;

	chart_mark(writer, LEFT + SIDE + 36, y - 4, series, false);
	chart_label(writer,
	            &(ChartLabel){ LEFT + SIDE + 50, y, KEY_WIDTH - 30, NULL },
	            group_of(row));
}

static void
write_table(Writer *writer, const CurveKind *kind, const char *attribute,
            const Finding *rows, int n_rows)
{
	TableColumn columns[6] = { { "Group", false } };
	TableHead head = { kind->title, attribute, columns, 1, n_rows, false };
	bool remarks = false;

	for (int i = 0; i < n_rows; i++)
		remarks = remarks || finding_has_remark(&rows[i]);
	if (kind->amount != NULL)
		columns[head.n_columns++] = (TableColumn){ kind->amount, true };
	columns[head.n_columns++] = (TableColumn){ kind->x, true };
	columns[head.n_columns++] = (TableColumn){ kind->y, true };
	columns[head.n_columns++] = (TableColumn){ "n", true };
	if (remarks)
		columns[head.n_columns++] = (TableColumn){ "Remark", false };
	table_begin(writer, &head);
	for (int i = 0; i < n_rows; i++)
	{
		table_row(writer);
		table_header(writer, group_of(&rows[i]));
		if (kind->amount != NULL)
			table_figure(writer, rows[i].amount);
		table_figure(writer, rows[i].x);
		table_interval(writer, rows[i].value, rows[i].low, rows[i].high);
		table_count(writer, rows[i].n);
		if (!remarks)
			continue;
		table_cell(writer);
		finding_remark(writer, &rows[i]);
		writer_close(writer);
	}
	table_end(writer);
}

/* One square with the first six groups of the rows; returns the rows it took. */
static int
square(Writer *writer, const CurveKind *kind, const char *attribute,
       const Finding *rows, int n_rows)
{
	const ChartFrame frame = { kind->kind, kind->title, attribute, WIDTH,
		                       HEIGHT };
	Scale scales[2];
	int done = 0;

	scale_linear(&scales[0], 0, 1, 5);
	scales[1] = scales[0];
	scale_span(&scales[0], LEFT, LEFT + SIDE);
	scale_span(&scales[1], TOP + SIDE, TOP);
	chart_begin(writer, &frame);
	writer_texts(writer, "A curve for each group, ", kind->y, " against ",
	             kind->x, ". The table that follows has every number.", NULL);
	chart_draw(writer);
	chart_axis_x(writer, &scales[0], TOP, TOP + SIDE, kind->x);
	chart_axis_y(writer, &scales[1], LEFT, LEFT + SIDE, kind->y);
	chart_line(writer, "bound",
	           &(ChartLine){ LEFT, TOP + SIDE, LEFT + SIDE, TOP });
	for (int series = 0; series < PALETTE_SERIES && done < n_rows; series++)
	{
		int n = group_rows(rows + done, n_rows - done);

		draw_curve(writer, kind, scales, rows + done,
		           (const int[2]){ n, series });
		draw_key(writer, rows + done, series);
		done += n;
	}
	chart_end(writer);
	return done;
}

static void
curves(Writer *writer, const CurveKind *kind, const char *attribute,
       const Finding *rows, int n_rows)
{
	for (int done = 0; done < n_rows;)
		done += square(writer, kind, attribute, rows + done, n_rows - done);
	write_table(writer, kind, attribute, rows, n_rows);
}

void
reliability_curves(Writer *writer, const char *attribute, const Finding *rows,
                   int n_rows)
{
	static const CurveKind kind = {
		"reliability", "Whether scores are probabilities: ",
		"mean score",  "rate that came true",
		NULL,          true,
		true
	};

	curves(writer, &kind, attribute, rows, n_rows);
}

void
roc_curves(Writer *writer, const char *attribute, const Finding *rows,
           int n_rows)
{
	static const CurveKind kind = { "roc",
		                            "ROC curves: ",
		                            "false positive rate",
		                            "true positive rate",
		                            "Threshold",
		                            false,
		                            true };

	curves(writer, &kind, attribute, rows, n_rows);
}
