/*
 * test_report_writer.c
 *    What the writer lets out: nothing but ASCII that is well formed, whatever
 *    the text; numbers as people write them; colours that can be read.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/json.h"
#include "report/number.h"
#include "report/palette.h"
#include "report/scale.h"
#include "report/writer.h"
#include "unit.h"

static NumArena arena;

static const char *
written(const char *text)
{
	Writer writer;
	size_t length;

	writer_init(&writer, &arena);
	writer_leaf(&writer, "b", NULL, text);
	return writer_end(&writer, &length);
}

static void
markup_in_text_is_text(void)
{
	CHECK(strcmp(written("<script>alert('1&2')</script>\""),
	             "<b>&lt;script&gt;alert(&#x27;1&amp;2&#x27;)&lt;/script&gt;"
	             "&quot;</b>") == 0);
}

static void
attributes_are_escaped_alike(void)
{
	Writer writer;
	size_t length;

	writer_init(&writer, &arena);
	writer_void(&writer, "i");
	writer_attribute(&writer, "title", "\" onload=\"x\n");
	CHECK(strcmp(writer_end(&writer, &length),
	             "<i title=\"&quot; onload=&quot;x&#xa;\"/>") == 0);
}

/* The examples of RFC 3629, section 7, and its sections 3 and 10. */
static void
utf8_becomes_references(void)
{
	CHECK(strcmp(written("A\xe2\x89\xa2\xce\x91."),
	             "<b>A&#x2262;&#x391;.</b>") == 0);
	CHECK(strcmp(written("\xf0\xa3\x8e\xb4"), "<b>&#x233b4;</b>") == 0);
	/* too long a form of "/", a surrogate, beyond Unicode, cut off */
	CHECK(strcmp(written("\xc0\xaf"), "<b>&#xfffd;&#xfffd;</b>") == 0);
	CHECK(strcmp(written("\xed\xa1\x8c"), "<b>&#xfffd;&#xfffd;&#xfffd;</b>") ==
	      0);
	CHECK(strcmp(written("\xf5x"), "<b>&#xfffd;x</b>") == 0);
	CHECK(strcmp(written("\xe2\x89"), "<b>&#xfffd;&#xfffd;</b>") == 0);
	CHECK(strcmp(written("\xe2<"), "<b>&#xfffd;&lt;</b>") == 0);
}

static void
control_characters_are_replaced(void)
{
	CHECK(strcmp(written("a\x01\x7f\tb"), "<b>a&#xfffd;&#xfffd;\tb</b>") == 0);
	CHECK(strcmp(written("\xc2\x85"), "<b>&#xfffd;</b>") == 0);
	CHECK(strcmp(written("\xef\xbf\xbf"), "<b>&#xfffd;</b>") == 0);
}

static void
misuse_and_want_of_memory_give_no_page(void)
{
	NumArena small;
	Writer writer;
	size_t length;

	writer_init(&writer, &arena);
	writer_open(&writer, "p");
	CHECK(writer_end(&writer, &length) == NULL);
	writer_init(&writer, &arena);
	writer_close(&writer);
	CHECK(writer.out.status == NUM_BAD_ARGUMENT);
	writer_init(&writer, &arena);
	writer_style(&writer, "a{}</style>");
	CHECK(writer.out.status == NUM_BAD_ARGUMENT);
	arena_init_malloc(&small, 20000);
	writer_init(&writer, &small);
	writer_open(&writer, "p");
	for (int i = 0; i < 100000; i++)
		writer_text(&writer, "<<");
	writer_close(&writer);
	CHECK(writer_end(&writer, &length) == NULL);
	CHECK(writer.out.status == NUM_NO_MEMORY);
}

static void
write_number(char text[JSON_NUMBER_CHARS], double value)
{
	snprintf(text, JSON_NUMBER_CHARS, "%.17g", value);
}

/* One value in an array, without what surrounds it. */
static const char *
json_value(const char *text, double value)
{
	JsonWriter json;
	size_t length;
	char *written;

	json_init(&json, &arena, write_number);
	json_begin_array(&json, NULL);
	if (text != NULL)
		json_text(&json, NULL, text);
	else
		json_real(&json, NULL, value);
	json_end(&json);
	written = (char *) json_finish(&json, &length);
	if (written == NULL)
		return "";
	written[length - 3] = '\0';
	return written + 4;
}

static const char *
json_integers(int64_t value)
{
	JsonWriter json;
	size_t length;
	char *written;

	json_init(&json, &arena, write_number);
	json_integer(&json, NULL, value);
	written = (char *) json_finish(&json, &length);
	written[length - 1] = '\0';
	return written;
}

static void
json_means_what_was_put_in(void)
{
	JsonWriter json;
	size_t length;

	CHECK(strcmp(json_value("a\"\\\n", 0), "\"a\\\"\\\\\\u000a\"") == 0);
	CHECK(strcmp(json_value("\xc3\xa9\xf0\x9f\x98\x80", 0),
	             "\"\\u00e9\\ud83d\\ude00\"") == 0);
	CHECK(strcmp(json_value("\xff\x7f", 0), "\"\\ufffd\\u007f\"") == 0);
	CHECK(strcmp(json_value(NULL, 0.5), "0.5") == 0);
	CHECK(strcmp(json_value(NULL, NAN), "null") == 0);
	CHECK(strcmp(json_value(NULL, -INFINITY), "\"-Infinity\"") == 0);
	CHECK(strtod(json_value(NULL, 1.0 / 3), NULL) == 1.0 / 3);
	CHECK(strtod(json_value(NULL, 5e-324), NULL) == 5e-324);
	CHECK(strcmp(json_integers(INT64_MIN), "-9223372036854775808") == 0);
	CHECK(strcmp(json_integers(0), "0") == 0);
	/* a name is asked for in objects, and only there */
	json_init(&json, &arena, write_number);
	json_begin_object(&json, NULL);
	json_text(&json, NULL, "a");
	json_end(&json);
	CHECK(json_finish(&json, &length) == NULL);
	json_init(&json, &arena, write_number);
	json_begin_array(&json, NULL);
	CHECK(json_finish(&json, &length) == NULL);
}

static const char *
figure(double value)
{
	static char text[NUMBER_CHARS];

	number_figure(text, value);
	return text;
}

static void
numbers_read_as_people_write_them(void)
{
	char text[NUMBER_CHARS];

	CHECK(strcmp(figure(0.1235), "0.124") == 0);
	CHECK(strcmp(figure(0.9999), "1.000") == 0);
	CHECK(strcmp(figure(0), "0.000") == 0);
	CHECK(strcmp(figure(NAN), "undefined") == 0);
	CHECK(strcmp(figure(INFINITY), "\xe2\x88\x9e") == 0);
	CHECK(strcmp(figure(-0.25), "\xe2\x88\x92"
	                            "0.250") == 0);
	CHECK(strcmp(figure(123456.7), "123,457") == 0);
	CHECK(strcmp(figure(4.2e-7), "4.2\xc2\xb7"
	                             "10^\xe2\x88\x92"
	                             "7") == 0);
	number_count(text, INT64_MIN);
	CHECK(strcmp(text, "\xe2\x88\x92"
	                   "9,223,372,036,854,775,808") == 0);
	number_plain(text, -0.001, 2);
	CHECK(strcmp(text, "0.00") == 0);
}

/* Every number of four digits, against the C library. */
static void
fixed_numbers_are_those_of_the_library(void)
{
	for (int i = 0; i <= 10000; i++)
	{
		char text[NUMBER_CHARS];
		char wanted[NUMBER_CHARS];

		number_plain(text, i / 10000.0, 4);
		snprintf(wanted, sizeof(wanted), "%.4f", i / 10000.0);
		CHECK(strcmp(text, wanted) == 0);
	}
}

static void
scales_hold_what_they_are_given(void)
{
	static const double ends[][2] = { { 0, 1 },        { 0.01, 0.013 },
		                              { -5, 1e6 },     { 3, 3 },
		                              { NAN, 2 },      { 0, INFINITY },
		                              { 1e-9, 2e-9 },  { -1e9, -9e8 },
		                              { 0.123, 0.987 } };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
	{
		Scale scale;
		double step;

		scale_linear(&scale, ends[i][0], ends[i][1], 5);
		scale_span(&scale, 10, 110);
		CHECK(scale.n_ticks >= 2 && scale.n_ticks < SCALE_MAX_TICKS);
		if (isfinite(ends[i][0]) && isfinite(ends[i][1]))
			CHECK(scale.low <= ends[i][0] + fabs(ends[i][0]) * 1e-6 &&
			      scale.high >= ends[i][1] - fabs(ends[i][1]) * 1e-6);
		step = scale.ticks[1] - scale.ticks[0];
		for (int t = 1; t < scale.n_ticks; t++)
			CHECK(fabs(scale.ticks[t] - scale.ticks[t - 1] - step) <
			      step * 1e-6);
		CHECK(scale_place(&scale, scale.low) == 10);
		CHECK(scale_place(&scale, INFINITY) == 110);
	}
}

/* On a scale of ratios a half is as far from 1 as 2 is. */
static void
ratios_lie_by_quotients(void)
{
	Scale scale;

	scale_ratio(&scale, 0.5, 2);
	scale_span(&scale, 0, 100);
	CHECK(fabs(scale_place(&scale, 1) - 50) < 1e-9);
	scale_ratio(&scale, 0, INFINITY);
	scale_span(&scale, 0, 100);
	CHECK(scale_place(&scale, 0) == 0);
	CHECK(scale_place(&scale, INFINITY) == 100);
}

/* Relative luminance and contrast as WCAG 2.2 defines them. */
static double
luminance(const char *colour)
{
	static const double weights[3] = { 0.2126, 0.7152, 0.0722 };
	unsigned parts[3];
	double sum = 0;

	if (sscanf(colour, "#%2x%2x%2x", &parts[0], &parts[1], &parts[2]) != 3)
		return NAN;
	for (int i = 0; i < 3; i++)
	{
		double c = parts[i] / 255.0;

		sum += weights[i] *
		       (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double
contrast(const char *a, const char *b)
{
	double x = luminance(a);
	double y = luminance(b);

	return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static const PaletteColour *
find_colour(const char *name)
{
	for (int i = 0; i < palette_count(); i++)
		if (strcmp(palette_colour(i)->name, name) == 0)
			return palette_colour(i);
	return NULL;
}

static void
colours_stand_out_in_light_and_dark(void)
{
	CHECK(fabs(contrast("#ffffff", "#000000") - 21) < 1e-9);
	CHECK(fabs(contrast("#777777", "#ffffff") - 4.48) < 0.005);
	for (int i = 0; i < palette_count(); i++)
	{
		const PaletteColour *colour = palette_colour(i);
		double least = colour->role == PALETTE_TEXT   ? 4.5
		               : colour->role == PALETTE_MARK ? 3
		                                              : 0;
		const PaletteColour *ground;

		if (colour->on == NULL)
			continue;
		ground = find_colour(colour->on);
		CHECK(ground != NULL);
		CHECK(contrast(colour->light, ground->light) >= least);
		CHECK(contrast(colour->dark, ground->dark) >= least);
	}
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(markup_in_text_is_text);
	RUN(attributes_are_escaped_alike);
	RUN(utf8_becomes_references);
	RUN(control_characters_are_replaced);
	RUN(misuse_and_want_of_memory_give_no_page);
	RUN(json_means_what_was_put_in);
	RUN(numbers_read_as_people_write_them);
	RUN(fixed_numbers_are_those_of_the_library);
	RUN(scales_hold_what_they_are_given);
	RUN(ratios_lie_by_quotients);
	RUN(colours_stand_out_in_light_and_dark);
	return unit_end();
}
