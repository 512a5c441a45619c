/*
 * palette.c
 *    The colours of pages and charts, as custom properties of CSS.
 */
#include "report/palette.h"

#include <stddef.h>

static const PaletteColour colours[] = {
	{ "page", PALETTE_GROUND, NULL, "#ffffff", "#14171a" },
	{ "panel", PALETTE_GROUND, NULL, "#f4f6f8", "#1e2328" },
	{ "text", PALETTE_TEXT, "panel", "#1a1d21", "#e8eaed" },
	{ "quiet", PALETTE_TEXT, "panel", "#545b63", "#b0b7bf" },
	{ "link", PALETTE_TEXT, "panel", "#0b57a0", "#8ab8ff" },
	{ "axis", PALETTE_MARK, "page", "#70767e", "#8b929a" },
	{ "grid", PALETTE_FAINT, "page", "#dde1e5", "#30363c" },
	{ "band", PALETTE_FAINT, "page", "#f0f2f4", "#21262b" },
	{ "pass", PALETTE_TEXT, "panel", "#0a6b4a", "#5fd3a5" },
	{ "fail", PALETTE_TEXT, "panel", "#a8231b", "#ff9a90" },
	{ "open", PALETTE_TEXT, "panel", "#6f5200", "#e6bb50" },
	{ "s1", PALETTE_MARK, "page", "#0b62a8", "#6db3f2" },
	{ "s2", PALETTE_MARK, "page", "#b5460f", "#f2935c" },
	{ "s3", PALETTE_MARK, "page", "#0b7a55", "#4fc79a" },
	{ "s4", PALETTE_MARK, "page", "#8f3b86", "#d58fd0" },
	{ "s5", PALETTE_MARK, "page", "#806000", "#d9b64a" },
	{ "s6", PALETTE_MARK, "page", "#3d444c", "#c3c9d0" },
	{ "h1", PALETTE_GROUND, NULL, "#f0f5fa", "#1a2530" },
	{ "h2", PALETTE_GROUND, NULL, "#d3e3f2", "#20364c" },
	{ "h3", PALETTE_GROUND, NULL, "#a9cae6", "#274a6b" },
	{ "h4", PALETTE_GROUND, NULL, "#7db2da", "#2f6190" },
	{ "h5", PALETTE_GROUND, NULL, "#2a70ad", "#74aede" },
	{ "h6", PALETTE_GROUND, NULL, "#0b4577", "#b9d8f2" },
	{ "t1", PALETTE_TEXT, "h1", "#14171a", "#eef2f5" },
	{ "t2", PALETTE_TEXT, "h2", "#14171a", "#eef2f5" },
	{ "t3", PALETTE_TEXT, "h3", "#14171a", "#eef2f5" },
	{ "t4", PALETTE_TEXT, "h4", "#14171a", "#eef2f5" },
	{ "t5", PALETTE_TEXT, "h5", "#ffffff", "#14171a" },
	{ "t6", PALETTE_TEXT, "h6", "#ffffff", "#14171a" },
};

int
palette_count(void)
{
	return (int) (sizeof(colours) / sizeof(colours[0]));
}

const PaletteColour *
palette_colour(int number)
{
	return &colours[number];
}

static void
properties(Writer *writer, bool dark)
{
	for (int i = 0; i < palette_count(); i++)
	{
		writer_style(writer, "--");
		writer_style(writer, colours[i].name);
		writer_style(writer, ":");
		writer_style(writer, dark ? colours[i].dark : colours[i].light);
		writer_style(writer, ";");
	}
}

void
palette_rules(Writer *writer)
{
	writer_style(writer, "\n:root{color-scheme:light dark;");
	properties(writer, false);
	/* only of screens: a dark page would waste ink */
	writer_style(writer,
	             "}\n@media screen and (prefers-color-scheme:dark){:root{");
	properties(writer, true);
	writer_style(writer, "}}\n");
	for (int i = 0; i < PALETTE_SERIES; i++)
	{
		const char digit[2] = { (char) ('1' + i), '\0' };

		/* .s2 draws and fills with the colour of series 2 */
		writer_style(writer, ".s");
		writer_style(writer, digit);
		writer_style(writer, "{stroke:var(--s");
		writer_style(writer, digit);
		writer_style(writer, ");fill:var(--s");
		writer_style(writer, digit);
		writer_style(writer, ")}\n");
	}
	for (int i = 0; i < PALETTE_HEAT; i++)
	{
		const char digit[2] = { (char) ('1' + i), '\0' };

		writer_style(writer, ".h");
		writer_style(writer, digit);
		writer_style(writer, "{fill:var(--h");
		writer_style(writer, digit);
		writer_style(writer, ")}svg .t");
		writer_style(writer, digit);
		writer_style(writer, "{fill:var(--t");
		writer_style(writer, digit);
		writer_style(writer, ")}\n");
	}
}
