/*
 * audit_page.h
 *    The report of an audit: the whole page.
 */
#ifndef FAIRPG_REPORT_AUDIT_PAGE_H
#define FAIRPG_REPORT_AUDIT_PAGE_H

#include "report/findings.h"
#include "report/writer.h"

extern void audit_page(Writer *writer, const Findings *findings);

#endif
