/*
 * remark.h
 *    What there is to say of a finding besides its numbers.
 */
#ifndef FAIRPG_REPORT_REMARK_H
#define FAIRPG_REPORT_REMARK_H

#include "report/findings.h"
#include "report/writer.h"

/* Whether there is anything to say. */
extern bool finding_has_remark(const Finding *finding);

/* Its note, what it is compared with, the adjusted p-value, the verdict, and
 * why it is flagged or undefined: "against b, p 0.0123, fail; small: 12 rows".
 * Nothing where there is nothing of that. */
extern void finding_remark(Writer *writer, const Finding *finding);

/* "a against b", of the two groups that are farthest apart, or one of them. */
extern void finding_groups(Writer *writer, const Finding *finding);

#endif
