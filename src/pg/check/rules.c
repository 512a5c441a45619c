/*
 * rules.c
 *    From which figure on a finding is a note, a warning, or serious.
 *
 * The one place of these numbers.  fairpg.check_rules() lists them, and
 * options of a call may change them.  Where no rule of the field exists, the
 * numbers are fairpg's own, and their source says so.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/args.h"
#include "pg/check/rules.h"
#include "pg/export.h"
#include "pg/rows.h"

typedef struct Rule
{
	const char *name;
	const char *figure; /* what is compared */
	double from[3];     /* note, warning, serious; INFINITY: never */
	const char *source;
} Rule;

static const Rule table[CHECK_N_RULES] = {
	[RULE_SHORTFALL] = { "shortfall",
	                     "1 - share of the group / its share of the reference",
	                     { 0.1, 0.2, 0.5 },
	                     "0.2 by analogy with four-fifths, 29 CFR 1607.4(D)" },
	[RULE_IMBALANCE] = { "imbalance",
	                     "share of the more frequent label",
	                     { 0.8, 0.95, 0.99 },
	                     "Google, Machine Learning Crash Course: minority "
	                     "below 20 % moderate, below 1 % extreme" },
	[RULE_LABEL_GAP] = { "label_gap",
	                     "difference of label rates, group against the rest",
	                     { 0.05, 0.1, 0.2 },
	                     "fairpg" },
	[RULE_MISSING] = { "missing",
	                   "share of rows without a value",
	                   { 0.05, 0.2, 0.5 },
	                   "fairpg" },
	[RULE_MISSING_GAP] = { "missing_gap",
	                       "difference of that share, group against the rest",
	                       { 0.01, 0.05, 0.2 },
	                       "fairpg" },
	[RULE_DUPLICATES] = { "duplicates",
	                      "share of rows equal to another one counted before",
	                      { 0.01, 0.05, 0.2 },
	                      "fairpg" },
	[RULE_CONTRADICTIONS] = { "contradictions",
	                          "share of rows with an equal one of another "
	                          "label",
	                          { 0.001, 0.02, 0.1 },
	                          "fairpg" },
	[RULE_DOMINANT] = { "dominant",
	                    "share of the most frequent value",
	                    { 0.95, 0.99, INFINITY },
	                    "fairpg" },
	[RULE_IDENTIFIER] = { "identifier",
	                      "different values by rows with a value",
	                      { 0.5, 0.95, INFINITY },
	                      "fairpg" },
	[RULE_ROW_ORDER] = { "row_order",
	                     "share of changes from row to row in one direction",
	                     { 0.99, INFINITY, INFINITY },
	                     "fairpg" },
	[RULE_SAME_COLUMN] = { "same_column",
	                       "Goodman and Kruskal's lambda between two columns, "
	                       "the smaller of both ways",
	                       { 0.95, 0.999, INFINITY },
	                       "fairpg" },
	[RULE_LEAK_AUC] = { "leak_auc",
	                    "AUC of one feature for the label, or 1 less it",
	                    { 0.9, 0.95, 0.99 },
	                    "fairpg" },
	[RULE_LEAK_ASSOCIATION] = { "leak_association",
	                            "Cramer's V of one feature and the label",
	                            { 0.8, 0.9, 0.98 },
	                            "fairpg" },
	[RULE_LEAK_MISSING] = { "leak_missing",
	                        "difference of missing values between labels",
	                        { 0.1, 0.5, 0.95 },
	                        "fairpg" },
	[RULE_PROXY] = { "proxy",
	                 "Cramer's V of one feature and an attribute",
	                 { 0.1, 0.3, 0.5 },
	                 "Cohen 1988: small, medium and large effect" },
	[RULE_PROXY_AUC] = { "proxy_auc",
	                     "AUC of one feature for a group, or 1 less it",
	                     { 0.56, 0.64, 0.71 },
	                     "Rice and Harris 2005: the AUC of Cohen's effects" },
	[RULE_PROXY_RATIO] = { "proxy_ratio",
	                       "correlation ratio of one feature and an attribute",
	                       { 0.1, 0.24, 0.37 },
	                       "Cohen 1988: f of 0.1, 0.25 and 0.4" },
	[RULE_JOINT_AUC] = { "joint_auc",
	                     "AUC of all features together for a group",
	                     { 0.6, 0.7, 0.9 },
	                     "Hosmer and Lemeshow 2000: acceptable from 0.7, "
	                     "outstanding from 0.9; note: fairpg" },
	[RULE_DISAGREEMENT] = { "disagreement",
	                        "1 - Krippendorff's alpha",
	                        { 0.2, 0.333, 0.6 },
	                        "Krippendorff 2004: rely on alpha from 0.8, not "
	                        "below 0.667; serious: fairpg" },
	[RULE_MAJORITY_GAP] = { "majority_gap",
	                        "difference of labels against the majority, group "
	                        "against the rest",
	                        { 0.02, 0.05, 0.1 },
	                        "fairpg" },
};

void
rules_default(CheckRules *rules)
{
	for (int r = 0; r < CHECK_N_RULES; r++)
		for (int s = 0; s < 3; s++)
			rules->from[r][s + 1] = table[r].from[s];
}

static void
refuse_thresholds(const char *name)
{
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("thresholds of \"%s\" must be three numbers that do not "
	                "fall",
	                name),
	         errdetail("They say from where on a finding is a note, a warning, "
	                   "and serious.")));
}

static void
read_thresholds(double *from, JsonbContainer *array, const char *name)
{
	JsonbIterator *iterator = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue value;
	int n = 0;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (value.type != jbvNumeric || n == 3)
			refuse_thresholds(name);
		from[++n] = DatumGetFloat8(DirectFunctionCall1(
			numeric_float8_no_overflow, NumericGetDatum(value.val.numeric)));
	}
	if (n != 3 || !(from[1] <= from[2] && from[2] <= from[3]))
		refuse_thresholds(name);
}

void
rules_change(CheckRules *rules, Jsonb *thresholds)
{
	JsonbContainer *given[CHECK_N_RULES] = { NULL };
	ArgsOption known[CHECK_N_RULES + 1] = { { NULL } };

	if (thresholds == NULL)
		return;
	for (int r = 0; r < CHECK_N_RULES; r++)
		known[r] = (ArgsOption){ table[r].name, ARGS_ARRAY, &given[r], 0, 0 };
	args_object(&thresholds->root, known);
	for (int r = 0; r < CHECK_N_RULES; r++)
		if (given[r] != NULL)
			read_thresholds(rules->from[r], given[r], table[r].name);
}

const char *
severity_name(CheckSeverity severity)
{
	static const char *const names[CHECK_SEVERITIES] = { "ok", "note",
		                                                 "warning", "serious" };

	return names[severity];
}

const char *
rules_judge(const CheckRules *rules, CheckRule rule, double figure)
{
	CheckSeverity severity = SEVERITY_OK;

	for (int s = SEVERITY_NOTE; s < CHECK_SEVERITIES; s++)
		if (figure >= rules->from[rule][s])
			severity = (CheckSeverity) s;
	return severity_name(severity);
}

static int
rank_of(const char *severity)
{
	for (int s = 0; s < CHECK_SEVERITIES; s++)
		if (strcmp(severity, severity_name((CheckSeverity) s)) == 0)
			return s;
	return 0;
}

const char *
severity_worse(const char *a, const char *b)
{
	return rank_of(a) >= rank_of(b) ? a : b;
}

/*
 * check_rules() returns rows (rule text, figure text, note float8, warning
 *                             float8, serious float8, source text)
 */
FAIRPG_FUNCTION(fairpg_check_rules);
Datum
fairpg_check_rules(PG_FUNCTION_ARGS)
{
	Rows rows;

	rows_begin(&rows, fcinfo, 6);
	for (int r = 0; r < CHECK_N_RULES; r++)
	{
		RowMaker row;

		row_begin_among(&row, &rows);
		row_put_text(&row, table[r].name);
		row_put_text(&row, table[r].figure);
		for (int s = 0; s < 3; s++)
			row_put_real(&row, table[r].from[s]);
		row_put_text(&row, table[r].source);
		row_end_among(&row, &rows);
	}
	return (Datum) 0;
}
