/*
 * analysis_table.c
 *    The analyses that fairpg.add_analyses() knows.
 *
 * To add one: a line at the end, the columns that its function has and no other
 * in fairpg_catalog.analysis_row, and a view of its name in fairpg_report.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "pg/analyses.h"

static const char *
skip_unless_decided(const Evaluated *evaluated)
{
	if (evaluated->prediction != NULL)
		return "predicted numbers decide nothing";
	if (evaluated->model == NULL || strcmp(evaluated->family, "logistic") == 0)
		return NULL;
	if (strcmp(evaluated->family, "linear") == 0)
		return "the model predicts numbers, and decides nothing";
	return "the model predicts classes";
}

static const char *
skip_without_scores(const Evaluated *evaluated, Jsonb *given)
{
	if (evaluated->decision != NULL)
		return "the evaluation has decisions and no scores";
	return skip_unless_decided(evaluated);
}

static const char *
skip_calibration(const Evaluated *evaluated, Jsonb *given)
{
	const char *reason = skip_without_scores(evaluated, given);

	if (reason != NULL)
		return reason;
	if (evaluated->label == NULL)
		return "the evaluation has no label";
	if (!evaluated->has_loss)
		return "some scores are not within 0 and 1";
	return NULL;
}

static const char *
skip_subgroups(const Evaluated *evaluated, Jsonb *given)
{
	if (evaluated->n_protected == 0 && !analysis_given(given, "columns"))
		return "the evaluation has no protected columns, and none are given as "
			   "argument \"columns\"";
	return skip_unless_decided(evaluated);
}

static const char *
skip_bias_audit(const Evaluated *evaluated, Jsonb *given)
{
	if (analysis_sex(evaluated) == NULL && analysis_race(evaluated) == NULL &&
	    !analysis_given(given, "sex") && !analysis_given(given, "race") &&
	    !analysis_given(given, "protected"))
		return "no protected column is named as sex or race usually are, and "
			   "none is given as argument \"sex\" or \"race\"";
	return skip_unless_decided(evaluated);
}

static const char *
skip_without_groups(const Evaluated *evaluated, Jsonb *given)
{
	if (evaluated->n_protected == 0 && !analysis_given(given, "protected"))
		return "the evaluation has no protected columns";
	return NULL;
}

static const char *
skip_change(const Evaluated *evaluated, Jsonb *given)
{
	const char *reason = skip_without_groups(evaluated, given);

	return reason != NULL ? reason : skip_unless_decided(evaluated);
}

static const AnalysisArgument calibration[] = {
	{ "source", FROM_SOURCE },   { "protected", FROM_PROTECTED },
	{ "label", FROM_LABEL },     { "positive", FROM_POSITIVE },
	{ "score", FROM_SCORE },     { "model", FROM_MODEL },
	{ "version", FROM_VERSION }, { "weight", FROM_WEIGHT },
	{ "level", FROM_LEVEL },     { "seed", FROM_SEED },
	{ "options", FROM_OPTIONS }, { NULL }
};

static const AnalysisArgument subgroups[] = {
	{ "source", FROM_DECIDED_SOURCE }, { "columns", FROM_COLUMNS },
	{ "label", FROM_LABEL },           { "decision", FROM_DECISION },
	{ "score", FROM_SCORE },           { "threshold", FROM_THRESHOLD },
	{ "positive", FROM_POSITIVE },     { "weight", FROM_WEIGHT },
	{ "level", FROM_LEVEL },           { "seed", FROM_SEED },
	{ "options", FROM_OPTIONS },       { NULL }
};

static const AnalysisArgument bias_audit[] = { { "source",
	                                             FROM_DECIDED_SOURCE },
	                                           { "sex", FROM_SEX },
	                                           { "race", FROM_RACE },
	                                           { "decision", FROM_DECISION },
	                                           { "score", FROM_SCORE },
	                                           { "level", FROM_LEVEL },
	                                           { "options", FROM_OPTIONS },
	                                           { NULL } };

static const AnalysisArgument check_data[] = {
	{ "source", FROM_SOURCE },   { "protected", FROM_PROTECTED },
	{ "label", FROM_LABEL },     { "features", FROM_FEATURES },
	{ "exclude", FROM_EXCLUDE }, { "positive", FROM_POSITIVE },
	{ "weight", FROM_WEIGHT },   { "seed", FROM_SEED },
	{ "options", FROM_OPTIONS }, { NULL }
};

static const AnalysisArgument stress[] = { { "model", FROM_MODEL },
	                                       { "source", FROM_SOURCE },
	                                       { "version", FROM_VERSION },
	                                       { "label", FROM_LABEL },
	                                       { "positive", FROM_POSITIVE },
	                                       { "protected", FROM_PROTECTED },
	                                       { "weight", FROM_WEIGHT },
	                                       { "level", FROM_LEVEL },
	                                       { "seed", FROM_SEED },
	                                       { "options", FROM_OPTIONS },
	                                       { "decision", FROM_OWN_DECISION },
	                                       { "score", FROM_SCORE },
	                                       { "threshold", FROM_THRESHOLD },
	                                       { NULL } };

static const AnalysisArgument sensitivity[] = { { "model", FROM_MODEL },
	                                            { "source", FROM_SOURCE },
	                                            { "version", FROM_VERSION },
	                                            { "label", FROM_LABEL },
	                                            { "positive", FROM_POSITIVE },
	                                            { "protected", FROM_PROTECTED },
	                                            { "weight", FROM_WEIGHT },
	                                            { "level", FROM_LEVEL },
	                                            { "seed", FROM_SEED },
	                                            { "options", FROM_OPTIONS },
	                                            { "decision",
	                                              FROM_OWN_DECISION },
	                                            { "score", FROM_SCORE },
	                                            { "threshold", FROM_THRESHOLD },
	                                            { NULL } };

const Analysis analysis_table[] = {
	{ "calibration", "calibration", calibration, skip_calibration },
	{ "threshold_sweep", "threshold_sweep", calibration, skip_without_scores },
	{ "subgroups", "subgroups", subgroups, skip_subgroups },
	{ "bias_audit", "bias_audit", bias_audit, skip_bias_audit },
	{ "data_checks", "check_data", check_data, NULL },
	{ "proxies", "check_data", check_data, skip_without_groups, "proxies" },
	{ "stress", "stress", stress, skip_change },
	{ "sensitivity", "sensitivity", sensitivity, skip_change },
	{ NULL }
};

char *
analysis_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (const Analysis *a = analysis_table; a->name != NULL; a++)
		appendStringInfo(&names, "%s%s", a == analysis_table ? "" : ", ",
		                 a->name);
	return names.data;
}
