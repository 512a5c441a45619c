/*
 * heat_map.c
 *    A metric of every combination of two attributes.
 *
 * Every cell says its value and its number of rows, so that the colour only
 * helps to find the dark ones.
 */
#include "report/heat_map.h"

#include <math.h>
#include <string.h>

#include "report/chart.h"
#include "report/number.h"
#include "report/palette.h"

#define NAMES_LEAST 80.0
#define NAMES_MOST 220.0
#define LEAST_RANGE 0.2
#define CELL_WIDTH 92.0
#define CELL_HEIGHT 44.0
#define TOP 34.0
#define PART_CHARS 256
#define MOST 40 /* rows or columns; the table has all */

/* A part of a combined name: where it begins and how long it is, in the
 * quotation marks that it may have. */
typedef struct Part
{
	const char *text;
	size_t length;
} Part;

typedef struct Grid
{
	Part parts[2][MOST];
	int n[2];
	double left; /* where the cells begin */
} Grid;

/* How long the first value of a combined name is.  One with a comma or a
 * quotation mark in it stands in quotation marks, its own ones doubled, so that
 * a comma outside of them ends it. */
static size_t
first_length(const char *name)
{
	bool quoted = false;
	size_t n = 0;

	for (; name[n] != '\0'; n++)
	{
		if (name[n] == '"')
			quoted = !quoted;
		if (!quoted && name[n] == ',')
			break;
	}
	return n;
}

static void
split(const char *name, Part parts[2])
{
	size_t length = first_length(name);

	parts[0] = (Part){ name, length };
	parts[1].text = name + length;
	if (strncmp(parts[1].text, ", ", 2) == 0)
		parts[1].text += 2;
	parts[1].length = strlen(parts[1].text);
}

/* Without quotation marks, where the part is one value in them: a further
 * part of three columns or more may be several values. */
static void
unquote(char *text)
{
	char *to = text;

	if (text[0] != '"' || text[first_length(text)] != '\0')
		return;
	for (const char *c = text + 1; *c != '\0'; c++)
	{
		if (*c == '"' && *++c == '\0')
			break;
		*to++ = *c;
	}
	*to = '\0';
}

/* The place of a part in the grid, added where it is new; -1: no room. */
static int
place_of(Grid *grid, int side, const Part *part)
{
	for (int i = 0; i < grid->n[side]; i++)
		if (grid->parts[side][i].length == part->length &&
		    memcmp(grid->parts[side][i].text, part->text, part->length) == 0)
			return i;
	if (grid->n[side] == MOST)
		return -1;
	grid->parts[side][grid->n[side]] = *part;
	return grid->n[side]++;
}

/* The value as it is read, of which a very long one loses its end. */
static void
part_text(const Part *part, char text[PART_CHARS])
{
	size_t length =
		part->length < PART_CHARS ? part->length : (size_t) PART_CHARS - 1;

	memcpy(text, part->text, length);
	text[length] = '\0';
	unquote(text);
}

static void
part_label(Writer *writer, const ChartLabel *place, const Part *part)
{
	char text[PART_CHARS];

	part_text(part, text);
	chart_label(writer, place, text);
}

/* Room for the names at the left. */
static void
find_left(Grid *grid)
{
	grid->left = NAMES_LEAST;
	for (int i = 0; i < grid->n[1]; i++)
	{
		char text[PART_CHARS];

		part_text(&grid->parts[1][i], text);
		grid->left = fmax(grid->left, chart_text_width(text) + 16);
	}
	grid->left = fmin(grid->left, NAMES_MOST);
}

static void
draw_cell(Writer *writer, const Finding *row, double x, double y, int step)
{
	char text[NUMBER_CHARS + 4] = "n ";
	char heat[] = "cell h1";
	char class[] = "mid t1";
	const ChartLine corners = { x, y, x + CELL_WIDTH, y + CELL_HEIGHT };

	heat[6] = (char) ('1' + step);
	class[5] = (char) ('1' + step);
	chart_rectangle(writer, isnan(row->value) ? "empty" : heat, &corners);
	if (isnan(row->value))
		memcpy(class, "mid", 4);
	number_figure(text, row->value);
	chart_text(writer, x + CELL_WIDTH / 2, y + 19, class, text);
	memcpy(text, "n ", 3);
	number_count(text + 2, row->n);
	if (row->flag != NULL && strlen(text) < NUMBER_CHARS)
		memcpy(text + strlen(text), " *", 3);
	chart_text(writer, x + CELL_WIDTH / 2, y + 35, class, text);
}

/* From where to where colours go.  Values that are nearly alike must look so:
 * the range is a fifth of the largest at least. */
static void
find_range(const Finding *rows, int n_rows, double *low, double *high)
{
	double lack;

	*low = INFINITY;
	*high = -INFINITY;
	for (int i = 0; i < n_rows; i++)
		if (isfinite(rows[i].value))
		{
			*low = fmin(*low, rows[i].value);
			*high = fmax(*high, rows[i].value);
		}
	lack = LEAST_RANGE * fmax(fabs(*low), fabs(*high)) - (*high - *low);
	if (!isfinite(lack) || lack <= 0)
		return;
	*low -= lack / 2;
	*high += lack / 2;
}

static void
draw_cells(Writer *writer, Grid *grid, const Finding *rows, int n_rows)
{
	double low;
	double high;

	find_range(rows, n_rows, &low, &high);
	for (int i = 0; i < n_rows; i++)
	{
		double part = high > low ? (rows[i].value - low) / (high - low) : 0;
		int step = isfinite(part) ? (int) (part * PALETTE_HEAT) : 0;
		Part parts[2];
		int at[2];

		split(rows[i].group == NULL ? "" : rows[i].group, parts);
		at[0] = place_of(grid, 0, &parts[0]);
		at[1] = place_of(grid, 1, &parts[1]);
		if (at[0] >= 0 && at[1] >= 0)
			draw_cell(writer, &rows[i], grid->left + at[0] * CELL_WIDTH,
			          TOP + at[1] * CELL_HEIGHT,
			          step < PALETTE_HEAT ? step : PALETTE_HEAT - 1);
	}
}

static bool
any_flag(const Finding *rows, int n_rows)
{
	for (int i = 0; i < n_rows; i++)
		if (rows[i].flag != NULL)
			return true;
	return false;
}

void
heat_map(Writer *writer, const char *metric, const char *attribute,
         const Finding *rows, int n_rows)
{
	Grid grid = { .left = NAMES_LEAST };
	ChartFrame frame = { "heat", metric, attribute, 0, 0 };

	for (int i = 0; i < n_rows; i++)
	{
		Part parts[2];

		split(rows[i].group == NULL ? "" : rows[i].group, parts);
		place_of(&grid, 0, &parts[0]);
		place_of(&grid, 1, &parts[1]);
	}
	find_left(&grid);
	frame.width = grid.left + grid.n[0] * CELL_WIDTH + 4;
	frame.height = TOP + grid.n[1] * CELL_HEIGHT + 24;
	chart_begin(writer, &frame);
	writer_text(writer, "A cell for each combination, with its value and its "
	                    "number of rows. The table of the attribute has every "
	                    "number with its interval.");
	chart_draw(writer);
	for (int i = 0; i < grid.n[0]; i++)
		part_label(writer,
		           &(ChartLabel){ grid.left + (i + 0.5) * CELL_WIDTH, TOP - 10,
		                          CELL_WIDTH - 6, "mid note" },
		           &grid.parts[0][i]);
	for (int i = 0; i < grid.n[1]; i++)
		part_label(writer,
		           &(ChartLabel){ grid.left - 10, TOP + (i + 0.6) * CELL_HEIGHT,
		                          grid.left - 14, "end note" },
		           &grid.parts[1][i]);
	draw_cells(writer, &grid, rows, n_rows);
	if (any_flag(rows, n_rows))
		chart_text(writer, 0, frame.height - 6, "note", "* few rows");
	chart_end(writer);
}
