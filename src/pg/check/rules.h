/*
 * rules.h
 *    From which figure on a finding is a note, a warning, or serious.
 *
 * Internal to src/pg/check.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_CHECK_RULES_H
#define FAIRPG_PG_CHECK_RULES_H

#include "utils/jsonb.h"

typedef enum CheckRule
{
	RULE_SHORTFALL,
	RULE_IMBALANCE,
	RULE_LABEL_GAP,
	RULE_MISSING,
	RULE_MISSING_GAP,
	RULE_DUPLICATES,
	RULE_CONTRADICTIONS,
	RULE_DOMINANT,
	RULE_IDENTIFIER,
	RULE_ROW_ORDER,
	RULE_SAME_COLUMN,
	RULE_LEAK_AUC,
	RULE_LEAK_ASSOCIATION,
	RULE_LEAK_MISSING,
	RULE_PROXY,
	RULE_PROXY_AUC,
	RULE_PROXY_RATIO,
	RULE_JOINT_AUC,
	RULE_DISAGREEMENT,
	RULE_MAJORITY_GAP,
	CHECK_N_RULES
} CheckRule;

typedef enum CheckSeverity
{
	SEVERITY_OK,
	SEVERITY_NOTE,
	SEVERITY_WARNING,
	SEVERITY_SERIOUS,
	CHECK_SEVERITIES
} CheckSeverity;

/* From which figure on; the first entry is not used. */
typedef struct CheckRules
{
	double from[CHECK_N_RULES][CHECK_SEVERITIES];
} CheckRules;

extern void rules_default(CheckRules *rules);

/* Changes those that option "thresholds" names, each by an array of three
 * numbers that do not fall; anything else is refused, and the hint lists
 * the names. */
extern void rules_change(CheckRules *rules, Jsonb *thresholds);

/* "ok", "note", "warning" or "serious" for a figure; NaN is "ok". */
extern const char *
rules_judge(const CheckRules *rules, CheckRule rule, double figure);

extern const char *severity_name(CheckSeverity severity);

/* The graver of two. */
extern const char *severity_worse(const char *a, const char *b);

#endif
