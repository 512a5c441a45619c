/*
 * page.c
 *    A page that is one file.
 */
#include "report/page.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "report/palette.h"

static const char *const rules[] = {
	/* the page */
	"*{box-sizing:border-box}\n"
	"html{background:var(--page);color:var(--text);"
	"font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
	"'DejaVu Sans',sans-serif;-webkit-text-size-adjust:100%}\n"
	"body{max-width:62rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}\n"
	"h1{font-size:1.9rem;line-height:1.2;margin:0 0 .25rem}\n"
	"h2{font-size:1.4rem;line-height:1.25;margin:3rem 0 .75rem;"
	"padding-top:.75rem;border-top:2px solid var(--grid)}\n"
	"h3{font-size:1.1rem;margin:2rem 0 .5rem}\n"
	"p,li,dd{max-width:46rem;overflow-wrap:anywhere}\n"
	"a{color:var(--link)}\n"
	".subject{font-size:1.1rem;color:var(--quiet);margin:0 0 1rem}\n"
	".quiet{color:var(--quiet)}\n"
	"code,pre{font:.9em ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,"
	"monospace;overflow-wrap:anywhere;white-space:pre-wrap}\n"
	"pre{background:var(--panel);padding:.75rem;margin:.5rem 0}\n"
	".skip{position:absolute;left:-100rem}\n"
	".skip:focus{position:static}\n"
	"nav{background:var(--panel);padding:.75rem 1.25rem;margin:1.5rem 0}\n"
	"nav ol{margin:0;padding-left:1.25rem;columns:16rem}\n"
	":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n",
	/* facts and verdicts */
	"dl{display:grid;grid-template-columns:minmax(9rem,16rem) 1fr;"
	"gap:.3rem 1.25rem;margin:1rem 0}\n"
	"dt{color:var(--quiet)}dd{margin:0;min-width:0}\n"
	"dl.long{display:block}dl.long dt{color:var(--text);font-weight:600;"
	"margin-top:.6rem}\n"
	".pass,.fail,.open{font-weight:600;white-space:nowrap}\n"
	".pass{color:var(--pass)}.fail{color:var(--fail)}.open{color:var(--open)}\n"
	".lead{background:var(--panel);padding:.75rem 1.25rem;"
	"border-left:4px solid var(--axis);margin:1rem 0}\n",
	/* tables */
	".scroll{overflow-x:auto;margin:.5rem 0 1rem}\n"
	"table{border-collapse:collapse;font-size:.875rem;"
	"font-variant-numeric:tabular-nums;min-width:min(100%,30rem)}\n"
	"caption{position:absolute;left:-100rem}\n"
	"th,td{padding:.3rem .75rem .3rem 0;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--grid)}\n"
	"td{min-width:4.5rem}"
	"thead th{border-bottom:2px solid var(--axis);vertical-align:bottom}\n"
	"tbody th{font-weight:400;overflow-wrap:break-word;min-width:7rem;"
	"max-width:20rem}\n"
	".num{text-align:right;white-space:nowrap}\n"
	"summary{cursor:pointer;color:var(--link);margin:.25rem 0}\n",
	/* charts */
	"figure{margin:1.5rem 0}\n"
	"figcaption{font-weight:600;margin-bottom:.25rem}\n"
	"svg{display:block;max-width:100%;min-width:40rem;height:auto}\n"
	"svg.narrow{min-width:24rem}\n"
	"svg text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,"
	"'Noto Sans','DejaVu Sans',sans-serif;fill:var(--text);stroke:none;"
	"font-variant-numeric:tabular-nums}\n"
	"svg .note{fill:var(--quiet)}svg .head{font-weight:600}\n"
	"svg .end{text-anchor:end}svg .mid{text-anchor:middle}\n"
	".axis{stroke:var(--axis);fill:none}.grid{stroke:var(--grid);fill:none}\n"
	".zone{fill:var(--band)}\n"
	".bound{stroke:var(--text);fill:none;stroke-dasharray:5 3}\n"
	".mean{stroke:var(--axis);fill:none;stroke-width:2}\n"
	".line{fill:none;stroke-width:2}.whisker{stroke-width:2;fill:none}\n"
	".mark{stroke-width:1.5}.hollow{fill:var(--page)}\n"
	".ring{fill:none;stroke:var(--text);stroke-width:2}\n"
	".below{stroke:var(--fail);fill:var(--fail)}\n"
	".bar{stroke:none;opacity:.55}\n"
	".cell{stroke:var(--page);stroke-width:2}\n"
	".empty{fill:none;stroke:var(--axis);stroke-dasharray:3 3}\n",
	/* small screens */
	"@media (max-width:40rem){dl{display:block}dt{margin-top:.5rem}"
	"body{padding:1rem .75rem 3rem}}\n",
	/* paper: nothing folded, nothing cut in two */
	"@media print{html{font-size:10pt}body{max-width:none;padding:0}"
	"figure,tr,dt,.lead{break-inside:avoid}h2,h3,figcaption{break-after:avoid}"
	"svg{min-width:0}.scroll{overflow:visible}.skip{display:none}"
	"a{color:inherit;text-decoration:none}"
	"summary{display:none}caption{position:static;text-align:left}"
	"details::details-content{content-visibility:visible;block-size:auto;"
	"display:block}}\n",
};

static void
meta(Writer *writer, const char *kind, const char *name, const char *content)
{
	writer_void(writer, "meta");
	writer_attribute(writer, kind, name);
	writer_attribute(writer, "content", content);
}

static void
page_head(Writer *writer, const char *title, const char *subject)
{
	writer_open(writer, "head");
	writer_void(writer, "meta");
	writer_attribute(writer, "charset", "utf-8");
	/* what no text of a user can lift: no script, nothing from elsewhere */
	meta(writer, "http-equiv", "Content-Security-Policy",
	     "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
	     "form-action 'none'");
	meta(writer, "name", "viewport", "width=device-width, initial-scale=1");
	meta(writer, "name", "referrer", "no-referrer");
	meta(writer, "name", "generator", "fairpg");
	writer_open(writer, "title");
	writer_texts(writer, title, ": ", subject, NULL);
	writer_close(writer);
	writer_open(writer, "style");
	palette_rules(writer);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		writer_style(writer, rules[i]);
	writer_close(writer);
	writer_close(writer);
}

void
page_begin(Writer *writer, const char *title, const char *subject)
{
	writer_doctype(writer);
	writer_open(writer, "html");
	writer_attribute(writer, "lang", "en");
	page_head(writer, title, subject);
	writer_open(writer, "body");
	writer_open(writer, "a");
	writer_attribute(writer, "class", "skip");
	writer_attribute(writer, "href", "#main");
	writer_text(writer, "Skip to the report");
	writer_close(writer);
	writer_open(writer, "header");
	writer_leaf(writer, "h1", NULL, title);
	writer_open(writer, "p");
	writer_attribute(writer, "class", "subject");
	writer_name(writer, subject);
	writer_close(writer);
}

static void
open_with_id(Writer *writer, const char *element, const char *id)
{
	writer_open(writer, element);
	writer_attribute(writer, "id", id);
}

void
page_contents(Writer *writer, const PageChapter *chapters, int n_chapters)
{
	writer_close(writer);
	writer_open(writer, "nav");
	writer_attribute(writer, "aria-label", "Chapters");
	writer_open(writer, "ol");
	for (int i = 0; i < n_chapters; i++)
	{
		writer_open(writer, "li");
		writer_open(writer, "a");
		writer_attribute_begin(writer, "href");
		writer_texts(writer, "#", chapters[i].id, NULL);
		writer_attribute_end(writer);
		writer_text(writer, chapters[i].title);
		writer_close(writer);
		writer_close(writer);
	}
	writer_close(writer);
	writer_close(writer);
	open_with_id(writer, "main", "main");
}

void
page_end(Writer *writer)
{
	writer_close(writer);
	writer_close(writer);
	writer_close(writer);
}

void
chapter_begin(Writer *writer, const PageChapter *chapter)
{
	writer_open(writer, "section");
	writer_attribute(writer, "id", chapter->id);
	writer_attribute_begin(writer, "aria-labelledby");
	writer_texts(writer, chapter->id, "-title", NULL);
	writer_attribute_end(writer);
	writer_open(writer, "h2");
	writer_attribute_begin(writer, "id");
	writer_texts(writer, chapter->id, "-title", NULL);
	writer_attribute_end(writer);
	writer_text(writer, chapter->title);
	writer_close(writer);
}

void
chapter_end(Writer *writer)
{
	writer_close(writer);
}

void
paragraph_begin(Writer *writer, const char *class)
{
	writer_open(writer, "p");
	if (class != NULL)
		writer_attribute(writer, "class", class);
}

void
facts_begin(Writer *writer)
{
	writer_open(writer, "dl");
}

void
fact_begin(Writer *writer, const char *term)
{
	writer_leaf(writer, "dt", NULL, term);
	writer_open(writer, "dd");
}

void
fact_end(Writer *writer)
{
	writer_close(writer);
}

void
fact(Writer *writer, const char *term, const char *description)
{
	if (description == NULL || description[0] == '\0')
		return;
	fact_begin(writer, term);
	writer_name(writer, description);
	fact_end(writer);
}

void
fact_count(Writer *writer, const char *term, int64_t value)
{
	fact_begin(writer, term);
	writer_count(writer, value);
	fact_end(writer);
}

void
fact_figure(Writer *writer, const char *term, double value)
{
	if (isnan(value))
		return;
	fact_begin(writer, term);
	writer_figure(writer, value);
	fact_end(writer);
}

void
facts_end(Writer *writer)
{
	writer_close(writer);
}

void
verdict_mark(Writer *writer, const char *verdict)
{
	static const struct
	{
		const char *verdict;
		const char *class;
		const char *text;
	} known[] = {
		{ "pass", "pass", "\xe2\x9c\x93 pass" },
		{ "fail", "fail", "\xe2\x9c\x97 fail" },
		{ "insufficient", "open", "? insufficient data" },
	};

	for (size_t i = 0; verdict != NULL && i < sizeof(known) / sizeof(known[0]);
	     i++)
		if (strcmp(known[i].verdict, verdict) == 0)
		{
			writer_leaf(writer, "span", known[i].class, known[i].text);
			return;
		}
	writer_leaf(writer, "span", "quiet",
	            verdict == NULL ? "measured only" : verdict);
}

void
interval_text(Writer *writer, double value, double low, double high)
{
	writer_figure(writer, value);
	if (isnan(value) || isnan(low) || isnan(high))
		return;
	writer_text(writer, " (");
	writer_figure(writer, low);
	writer_text(writer, " to ");
	writer_figure(writer, high);
	writer_text(writer, ")");
}
