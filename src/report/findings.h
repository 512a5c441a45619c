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
	double x;      /* the other coordinate: score, bound, baseline, accuracy */
	double amount; /* a threshold, the number of an iteration */
	double p_adjusted;
	int64_t n;
	int64_t rows_needed; /* 0: not known, or no need */
	const char *flag;
	const char *reason;
	const char *verdict;
	const char *reference; /* the group that it is compared with */
	const char *kind;      /* of finding: a check, a phase */
	const char *column;    /* that it is about */
	const char *fact;
	const char *advice;
	const char *note; /* a further word: the worst group, ... */
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
	const char *model;       /* NULL: none */
	int version;             /* 0: none */
	int64_t evaluation;      /* its number */
	int evaluated;           /* whether there is an evaluation at all */
	FactList facts;          /* on which rows, when, by whom */
	FindingList constraints; /* x: the bound, note: the worst group */
	FindingList metrics;     /* of groups */
	FindingList gaps;        /* note and reference: the two farthest apart;
	                          * kind: "decisions" or "scores" */
	FindingList ratios;
	FindingList categories;  /* of a bias audit; attribute: its table */
	FindingList bins;        /* calibration; x: mean score, value: rate */
	FindingList roc;         /* x: false positive rate, value: true one;
	                          * amount: threshold */
	FindingList frontier;    /* x: accuracy, value: gap; verdict: "chosen" */
	FindingList sensitivity; /* as stress, of a feature or rows taken away */
	FindingList stress;      /* value: the change, x: before it; kind: the
	                          * metric, metric: with its attribute */
	FindingList subgroups;   /* value: difference from the rest, x: its own */
	FindingList checks;      /* of the data; verdict: severity */
	FindingList agreement;   /* of annotators, the same */
	FindingList proxies;     /* the same */
	FindingList iterations;  /* of the training; amount: number, x: loss,
	                          * value: gap, verdict: "chosen" */
	FactList analyses;       /* names of those that were added */
	FactList warnings;
	FactList definitions;
	FactList provenance;
} Findings;

#endif
