/*
 * page.h
 *    A page that is one file: no script, nothing loaded from elsewhere,
 *    readable on screens light and dark, on paper and by a screen reader.
 *
 *        page_begin(&writer, "Fairness audit", "credit, version 2");
 *        page_contents(&writer, chapters, n);
 *        chapter_begin(&writer, "gaps", "Gaps between groups");
 *        ...
 *        chapter_end(&writer);
 *        page_end(&writer);
 */
#ifndef FAIRPG_REPORT_PAGE_H
#define FAIRPG_REPORT_PAGE_H

#include "report/writer.h"

typedef struct PageChapter
{
	const char *id; /* a constant: letters and '-' */
	const char *title;
} PageChapter;

/* Head and style; the header of the page is open, and what it says may
 * follow its title. */
extern void page_begin(Writer *writer, const char *title, const char *subject);

/* Ends the header: the list of chapters, and the main part begins. */
extern void
page_contents(Writer *writer, const PageChapter *chapters, int n_chapters);
extern void page_end(Writer *writer);

extern void chapter_begin(Writer *writer, const PageChapter *chapter);
extern void chapter_end(Writer *writer);

/* A paragraph, of which the text follows until writer_close(); the class may
 * be NULL, "quiet" or "lead". */
extern void paragraph_begin(Writer *writer, const char *class);

/* A list of facts: term and description; where there is none the fact is left
 * out. */
extern void facts_begin(Writer *writer);
extern void fact(Writer *writer, const char *term, const char *description);

/* The same, with what follows until fact_end() as the description. */
extern void fact_begin(Writer *writer, const char *term);
extern void fact_end(Writer *writer);
extern void fact_count(Writer *writer, const char *term, int64_t value);
extern void fact_figure(Writer *writer, const char *term, double value);
extern void facts_end(Writer *writer);

/* A verdict in words with a sign: pass, fail, insufficient; NULL: not judged. */
extern void verdict_mark(Writer *writer, const char *verdict);

/* "0.123 (0.100 to 0.150)", or "undefined". */
extern void
interval_text(Writer *writer, double value, double low, double high);

#endif
