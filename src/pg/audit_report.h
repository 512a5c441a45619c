/*
 * audit_report.h
 *    fairpg.audit_report(): what it reads of the store.
 */
#ifndef FAIRPG_PG_AUDIT_REPORT_H
#define FAIRPG_PG_AUDIT_REPORT_H

#include "report/findings.h"

typedef struct AuditReportCall
{
	char *title; /* of the page */
	char *model; /* NULL: an evaluation without one */
	int version;
	int64 evaluation; /* 0: the version was never evaluated */
	bool as_json;
} AuditReportCall;

/* A list of the report: a query with the parameters $1 evaluation, $2 model
 * and $3 version, which are NULL where there is none. */
typedef struct AuditReportList
{
	const char *sql;
	size_t offset; /* of the list in Findings */
	bool facts;    /* of two columns: term, text; else those of Finding */
} AuditReportList;

/* audit_report_lists.c: ends with a NULL. */
extern const AuditReportList audit_report_lists[];

/* audit_report_read.c: everything that the report tells, in
 * CurrentMemoryContext. */
extern void audit_report_read(const AuditReportCall *call, Findings *findings);

#endif
