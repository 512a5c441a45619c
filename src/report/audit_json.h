/*
 * audit_json.h
 *    The report of an audit: the same chapters and rows for programs.
 */
#ifndef FAIRPG_REPORT_AUDIT_JSON_H
#define FAIRPG_REPORT_AUDIT_JSON_H

#include "report/findings.h"
#include "report/json.h"

/* A change of names or meanings makes this another number;
 * doc/audit_report.schema.json describes what is written. */
#define AUDIT_JSON_LAYOUT 1

extern void audit_json(JsonWriter *json, const Findings *findings);

#endif
