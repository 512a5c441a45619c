/*
 * test_report_page.c
 *    Whole pages: every tag closed, nothing of a hostile name let out, every
 *    chart with its words and its table, whatever the findings are.
 */
#include <math.h>
#include <stdio.h>

#include "report/audit_json.h"
#include "report/audit_page.h"
#include "report/heat_map.h"
#include "unit.h"

#define HOSTILE "<script>alert(1)</script>\"'&\x01\xe2\x80\xae"
#define MOST 400

static NumArena arena;
static Finding items[MOST];

static const char *
page_of(const Findings *findings)
{
	Writer writer;
	size_t length;

	writer_init(&writer, &arena);
	audit_page(&writer, findings);
	return writer_end(&writer, &length);
}

static int
count(const char *page, const char *word)
{
	int n = 0;

	for (; (page = strstr(page, word)) != NULL; page++)
		n++;
	return n;
}

/* Whether tags are closed in the order they were opened, and all of it is
 * printable ASCII. */
static bool
is_well_formed(const char *page)
{
	const char *open[64];
	size_t lengths[64];
	int depth = 0;

	for (const char *c = page; *c != '\0'; c++)
		if (((unsigned char) *c < 32 && *c != '\n') || (unsigned char) *c > 126)
			return false;
	page = strchr(page, '>') + 1; /* the doctype */
	while ((page = strchr(page, '<')) != NULL)
	{
		bool closing = page[1] == '/';
		const char *name = page + 1 + closing;
		size_t length = strcspn(name, " />");
		const char *end = name;

		while (*end != '>' && *end != '\0')
			if (*end++ == '"')
				end = strchr(end, '"') + 1;
		if (*end == '\0')
			return false;
		if (closing)
		{
			depth--;
			if (depth < 0 || lengths[depth] != length ||
			    strncmp(open[depth], name, length) != 0)
				return false;
		}
		else if (end[-1] != '/')
		{
			open[depth] = name;
			lengths[depth++] = length;
		}
		page = end;
	}
	return depth == 0;
}

/* Rows of some groups, with all that can be wrong with them. */
static FindingList
make_list(int n_groups)
{
	static const char *const names[] = { HOSTILE, "a", "b, c", "" };
	static const char *const metrics[] = { "selection_rate", "tpr", "auc" };
	static const char *const verdicts[] = { "insufficient", NULL, "serious",
		                                    NULL };

	for (int i = 0; i < n_groups; i++)
	{
		Finding *row = &items[i];

		memset(row, 0, sizeof(*row));
		row->attribute = i < n_groups / 2 ? "sex" : HOSTILE "*race";
		row->group = names[i % 4];
		row->metric = metrics[i * 3 / (n_groups + 1)];
		row->value = i % 5 == 4 ? NAN : (i % 10) / 10.0;
		row->low = i % 7 == 6 ? -INFINITY : row->value - 0.1;
		row->high = i % 7 == 5 ? INFINITY : row->value + 0.1;
		row->x = i % 11 == 10 ? NAN : (i % 10) / 10.0;
		row->n = i;
		row->flag = i % 3 == 0 ? "small" : NULL;
		row->reason = i % 5 == 4 ? "no positive labels" : NULL;
		row->verdict = verdicts[i % 4];
		row->note = i % 4 == 0 ? HOSTILE : NULL;
		row->amount = i;
		row->p_adjusted = i % 6 == 0 ? NAN : i / 1000.0;
		row->reference = i % 5 == 0 ? HOSTILE : NULL;
		row->kind = i % 3 == 0 ? "scores" : "decisions";
		row->column = i % 2 == 0 ? HOSTILE : NULL;
		row->fact = i % 2 == 0 ? HOSTILE : NULL;
		row->advice = i % 3 == 0 ? HOSTILE : NULL;
	}
	return (FindingList){ items, n_groups };
}

static Findings
make_findings(int n)
{
	static const Fact facts[] = { { "Source", HOSTILE } };
	FindingList list = make_list(n);
	FactList words = { facts, n > 0 };
	Findings findings = { .title = HOSTILE,
		                  .subject = HOSTILE,
		                  .what = HOSTILE,
		                  .how_to_add = "SELECT",
		                  .evaluated = 1,
		                  .facts = words,
		                  .constraints = list,
		                  .metrics = list,
		                  .gaps = list,
		                  .ratios = list,
		                  .bins = list,
		                  .roc = list,
		                  .frontier = list,
		                  .sensitivity = list,
		                  .stress = list,
		                  .subgroups = list,
		                  .categories = list,
		                  .checks = list,
		                  .agreement = list,
		                  .proxies = list,
		                  .iterations = list,
		                  .warnings = words,
		                  .definitions = words,
		                  .provenance = words };

	return findings;
}

static void
pages_are_well_formed_and_let_nothing_out(void)
{
	static const int sizes[] = { 0, 1, 2, 7, 40, MOST };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		Findings findings = make_findings(sizes[i]);
		const char *page = page_of(&findings);

		CHECK(page != NULL);
		if (page == NULL)
			continue;
		CHECK(is_well_formed(page));
		CHECK(strstr(page, "<script") == NULL);
		CHECK(strstr(page, "\"nan") == NULL && strstr(page, "inf\"") == NULL);
		CHECK(count(page, "&lt;script&gt;") > 0);
	}
}

static void
charts_have_words_for_who_cannot_see_them(void)
{
	Findings findings = make_findings(40);
	const char *page = page_of(&findings);
	int n = count(page, "<svg ");

	CHECK(n > 10);
	CHECK(count(page, "<svg role=\"img\"") == n);
	CHECK(count(page, "<figure ") == n && count(page, "<desc ") == n);
	CHECK(count(page, "<desc id=\"about") == n);
	CHECK(count(page, "</desc>") == n && count(page, "\"></desc>") == 0);
	CHECK(count(page, "<table>") == count(page, "<caption "));
	for (int kind = 0; kind < 12; kind++)
	{
		static const char *const kinds[] = {
			"\"forest\"",    "\"dots\"",    "\"gaps\"",     "\"heat\"",
			"\"roc\"",       "\"tornado\"", "\"frontier\"", "\"reliability\"",
			"\"agreement\"", "\"proxies\"", "\"training\"", "\"categories\""
		};

		CHECK(strstr(page, kinds[kind]) != NULL);
	}
}

static void
a_version_never_evaluated_has_a_page(void)
{
	Findings findings = { .title = "t",
		                  .subject = "m, version 1",
		                  .what = "It was never evaluated.",
		                  .how_to_add = "" };
	const char *page = page_of(&findings);

	CHECK(page != NULL && is_well_formed(page));
	CHECK(strstr(page, "never evaluated") != NULL);
	CHECK(strstr(page, "id=\"gaps\"") == NULL);
}

/* Of 400 groups the picture has the first 60, the table has all. */
static void
tables_have_every_row(void)
{
	Findings findings = { .title = "t",
		                  .subject = "s",
		                  .what = "w",
		                  .how_to_add = "",
		                  .evaluated = 1,
		                  .ratios = make_list(MOST) };
	const char *page;

	for (int i = 0; i < MOST; i++)
		items[i].attribute = "one";
	page = page_of(&findings);
	CHECK(count(page, "<th scope=\"row\">") == MOST);
	CHECK(strstr(page, "the first 60 rows") != NULL);
}

/* The classes of cells that are coloured, by number. */
static void
colours_of(const double *values, int n, int *used)
{
	static const char *const groups[] = { "a, c", "a, d", "b, c", "b, d" };
	Writer writer;
	size_t length;
	const char *chart;

	for (int i = 0; i < n; i++)
		items[i] = (Finding){ .attribute = "x*y",
			                  .group = groups[i],
			                  .metric = "selection_rate",
			                  .value = values[i],
			                  .low = NAN,
			                  .high = NAN,
			                  .n = 100 };
	writer_init(&writer, &arena);
	heat_map(&writer, "selection_rate", "x*y", items, n);
	chart = writer_end(&writer, &length);
	*used = 0;
	for (char step = '1'; step <= '9'; step++)
	{
		char class[] = "\"cell h1\"";

		class[7] = step;
		*used += strstr(chart, class) != NULL ? 1 : 0;
	}
}

static void
colours_do_not_exaggerate(void)
{
	int used;

	colours_of((const double[]){ 0.656, 0.648, 0.656, 0.65 }, 4, &used);
	CHECK(used <= 2); /* next to each other */
	colours_of((const double[]){ 0.1, 0.3, 0.5, 0.9 }, 4, &used);
	CHECK_INT(used, 4);
	colours_of((const double[]){ 0, 0, 0, 0 }, 4, &used);
	CHECK_INT(used, 1);
}

/* The page of a heat map of these groups. */
static const char *
heat_of(const char *const *groups, int n)
{
	Writer writer;
	size_t length;

	for (int i = 0; i < n; i++)
		items[i] = (Finding){
			.group = groups[i], .value = 0.5, .low = NAN, .high = NAN, .n = 100
		};
	writer_init(&writer, &arena);
	heat_map(&writer, "selection_rate", "x*y", items, n);
	return writer_end(&writer, &length);
}

/* Values with commas and quotation marks, as names of groups have them. */
static void
heat_maps_know_values_from_each_other(void)
{
	static const char *const two[] = { "\"a, b\", c", "\"a, b\", \"d, e\"",
		                               "f, c", "f, \"d, e\"" };
	static const char *const marks[] = { "\"say \"\"no\"\"\", c", "f, \"\"" };
	static const char *const three[] = { "f, \"a, b\", c", "f, \"a\"\"\"" };
	const char *chart = heat_of(two, 4);

	CHECK(strstr(chart, ">a, b</text>") != NULL);
	CHECK(strstr(chart, ">d, e</text>") != NULL);
	CHECK_INT(count(chart, "<rect "), 4);
	CHECK_INT(count(chart, ">f</text>") + count(chart, ">c</text>"), 2);
	chart = heat_of(marks, 2);
	CHECK(strstr(chart, ">say &quot;no&quot;</text>") != NULL);
	chart = heat_of(three, 2);
	CHECK(strstr(chart, ">&quot;a, b&quot;, c</text>") != NULL);
	CHECK(strstr(chart, ">a&quot;</text>") != NULL);
}

static void
write_number(char text[JSON_NUMBER_CHARS], double value)
{
	snprintf(text, JSON_NUMBER_CHARS, "%.17g", value);
}

/* A gap of two people is not the headline by itself. */
static void
the_summary_says_on_what_it_rests(void)
{
	Findings findings = {
		.title = "t", .subject = "s", .what = "w", .evaluated = 1
	};
	const char *page;

	for (int i = 0; i < 3; i++)
		items[i] = (Finding){ .attribute = "sex",
			                  .metric = "demographic_parity",
			                  .kind = i == 2 ? "scores" : "decisions",
			                  .value = i == 2   ? 3
			                           : i == 1 ? 0.25
			                                    : 1,
			                  .low = NAN,
			                  .high = NAN,
			                  .x = NAN,
			                  .amount = NAN,
			                  .p_adjusted = NAN,
			                  .n = 100,
			                  .flag = i == 0 ? "small" : NULL };
	findings.gaps = (FindingList){ items, 3 };
	page = page_of(&findings);
	CHECK(strstr(page, "is 1.000, n 100") != NULL);
	CHECK(strstr(page, "it rests on a group of few rows") != NULL);
	CHECK(strstr(page, "without such groups is 0.250, n 100") != NULL);
	items[0].flag = NULL;
	page = page_of(&findings);
	CHECK(strstr(page, "is 1.000, n 100") != NULL);
	CHECK(strstr(page, "it rests on") == NULL);
	items[0].flag = items[1].flag = "small";
	page = page_of(&findings);
	CHECK(strstr(page, "So do all others.") != NULL);
}

static const char *
json_of(const Findings *findings)
{
	JsonWriter json;
	size_t length;

	json_init(&json, &arena, write_number);
	audit_json(&json, findings);
	return json_finish(&json, &length);
}

/* Whether brackets are closed in their order, outside of strings, and all of it
 * is printable ASCII. */
static bool
is_balanced(const char *json)
{
	char open[64];
	int depth = 0;

	for (; *json != '\0'; json++)
	{
		if (((unsigned char) *json < 32 && *json != '\n') ||
		    (unsigned char) *json > 126)
			return false;
		if (*json == '"')
			for (json++; *json != '"'; json++)
				if (*json == '\0' || (*json == '\\' && *++json == '\0'))
					return false;
		if (*json == '{' || *json == '[')
			open[depth++] = *json == '{' ? '}' : ']';
		if ((*json == '}' || *json == ']') &&
		    (depth == 0 || open[--depth] != *json))
			return false;
	}
	return depth == 0;
}

static void
json_is_ascii_and_has_the_chapters_of_the_page(void)
{
	static const int sizes[] = { 0, 1, 40, MOST };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		Findings findings = make_findings(sizes[i]);
		const char *page = page_of(&findings);
		const char *json = json_of(&findings);

		CHECK(json != NULL && is_balanced(json));
		CHECK(strstr(json, " nan") == NULL && strstr(json, " inf") == NULL);
		CHECK_INT(count(json, "\"title\": "), 1 + count(page, "<section "));
	}
	{
		Findings never = { .title = "t", .subject = "s", .what = "w" };
		const char *json = json_of(&never);

		CHECK(strstr(json, "\"evaluated\": false") != NULL);
		CHECK(strstr(json, "\"evaluation\": null") != NULL);
		CHECK(strstr(json, "\"gaps\"") == NULL);
	}
}

int
main(void)
{
	arena_init_malloc(&arena, 0);
	RUN(pages_are_well_formed_and_let_nothing_out);
	RUN(charts_have_words_for_who_cannot_see_them);
	RUN(a_version_never_evaluated_has_a_page);
	RUN(tables_have_every_row);
	RUN(colours_do_not_exaggerate);
	RUN(heat_maps_know_values_from_each_other);
	RUN(the_summary_says_on_what_it_rests);
	RUN(json_is_ascii_and_has_the_chapters_of_the_page);
	return unit_end();
}
