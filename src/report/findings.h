/*
 * findings.h
 *    What a report tells: figures in lists, facts in pairs of words.
 */
#ifndef FAIRPG_REPORT_FINDINGS_H
#define FAIRPG_REPORT_FINDINGS_H

#include <stdint.h>

/* One figure.  A list uses the fields that it has a use for; the others are
 * NULL, or NaN where they are numbers.  Texts are UTF-8. */
typedef struct Finding
{
	const char *attribute;
	const char *group;
	const char *metric;
	double value;
	double low;
	double high;
	double x; /* the other coordinate: score, bound, baseline, accuracy */
	int64_t n;
	int64_t rows_needed; /* 0: not known, or no need */
	const char *flag;
	const char *reason;
	const char *verdict;
	const char *note; /* a further word: the reference, the worst group, ... */
} Finding;

typedef struct FindingList
{
	const Finding *items;
	int n;
} FindingList;

typedef struct Fact
{
	const char *term;
	const char *text;
} Fact;

typedef struct FactList
{
	const Fact *items;
	int n;
} FactList;

typedef struct Findings
{
	const char *title;       /* of the page */
	const char *subject;     /* "credit, version 2" */
	const char *what;        /* what was measured, a sentence */
	const char *how_to_add;  /* the call that adds analyses, without its list;
	                          * NULL: none can be added */
	int evaluated;           /* whether there is an evaluation at all */
	FactList facts;          /* on which rows, when, by whom */
	FindingList constraints; /* x: the bound, note: the worst group */
	FindingList metrics;     /* of groups */
	FindingList gaps;        /* note: the groups that are farthest apart */
	FindingList ratios;      /* note: the group divided by */
	FindingList bins;        /* calibration; x: mean score, value: rate */
	FindingList roc;         /* x: false positive rate, value: true one */
	FindingList frontier;    /* x: accuracy, value: gap; verdict: "chosen" */
	FindingList sensitivity; /* change of a metric without a feature, or rows */
	FindingList stress;      /* change of a metric when something else does */
	FindingList subgroups;
	FactList warnings;
	FactList definitions;
	FactList provenance;
} Findings;

#endif
