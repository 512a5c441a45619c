/*
 * bias_audit.c
 *    fairpg.bias_audit(): rates of selection and impact ratios by sex, by race
 *    or ethnicity, and by both, in the shape of New York City's Local Law 144.
 *
 * Counting is an audit without labels.  Where scores are audited the source is
 * wrapped in a query that keeps its rows, takes a quantile of all scores and
 * compares each score with it, so the source is read once there as well.  What
 * the law's rules put in numbers (four fifths, two percent, the median) are
 * options.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/bias_audit.h"
#include "pg/encode.h"
#include "pg/export.h"
#include "pg/stats_image.h"

#define N_RESULT_COLUMNS 11

enum
{
	ARG_SOURCE,
	ARG_SEX,
	ARG_RACE,
	ARG_DECISION,
	ARG_SCORE,
	ARG_PROTECTED,
	ARG_LEVEL,
	ARG_OPTIONS
};

static void read_call(FunctionCallInfo fcinfo, BiasCall *call);
static void read_options(Jsonb *options, BiasCall *call);
static void resolve_tables(FunctionCallInfo fcinfo, BiasCall *call);
static void read_references(BiasCall *call);
static void add_cutoff(BiasCall *call);
static void check_scores(const BiasCall *call, AuditBase *bases, int n_bases);
static void join_unknown(const BiasCall *call, AuditBase *bases, int n_bases);

/*
 * bias_audit(source text, sex text, race text, decision text, score text,
 *            protected text[], level float8, options jsonb)
 * returns table (kind text, audit_table text, attribute text,
 *            group_name text, metric text, value float8, low float8,
 *            high float8, n bigint, flag text, reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_bias_audit);

Datum
fairpg_bias_audit(PG_FUNCTION_ARGS)
{
	BiasCall call = { .audit = { .purpose = "bias audit" } };
	AuditBase *bases;
	int n_bases;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	read_call(fcinfo, &call);
	SPI_connect();
	bases = audit_count(&call.audit, &n_bases);
	check_scores(&call, bases, n_bases);
	join_unknown(&call, bases, n_bases);
	bias_report(&call, bases, n_bases, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, BiasCall *call)
{
	AuditCall *audit = &call->audit;
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");

	audit->decision = args_text_or_null(fcinfo, ARG_DECISION);
	audit->score = args_text_or_null(fcinfo, ARG_SCORE);
	audit_check_decision(audit,
	                     "With a score, who scores above the median of all "
	                     "counts as selected.");
	call->scoring = audit->score != NULL;
	call->cutoff_column = -1;
	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	read_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             call);
	source_open(source, &audit->source);
	resolve_tables(fcinfo, call);
	read_references(call);
	if (call->scoring)
		add_cutoff(call);
}

static void
read_options(Jsonb *options, BiasCall *call)
{
	char *share_of = "all";
	JsonbContainer *unknown = NULL;
	const ArgsOption known[] = {
		{ "least_ratio", ARGS_REAL, &call->least_ratio, 0, 1 },
		{ "small_share", ARGS_REAL, &call->small_share, 0, 1 },
		{ "share_of", ARGS_TEXT, &share_of },
		{ "quantile", ARGS_REAL, &call->quantile, 0, 1 },
		{ "reference", ARGS_OBJECT, &call->reference },
		{ "unknown", ARGS_ARRAY, &unknown },
		{ "min_group", ARGS_INT, &call->audit.min_group, 1, PG_INT32_MAX },
		{ NULL }
	};

	call->least_ratio = 0.8;
	call->small_share = 0.02;
	call->quantile = 0.5;
	call->audit.min_group = setting_int("fairpg.min_group");
	args_options(options, known);
	call->share_of_known = strcmp(share_of, "known") == 0;
	if (!call->share_of_known && strcmp(share_of, "all") != 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("option \"share_of\" must be \"all\" or \"known\""),
		         errhint("It says whether applicants whose category is not "
		                 "known count where shares are taken.")));
	if (unknown != NULL)
		call->unknown = args_strings(unknown, "unknown", &call->n_unknown);
}

/* A column as an attribute: one that is named "a*b" is no intersection, which
 * source_attribute() sees to. */
static void
add_table(BiasCall *call, char **attributes, const char *name, char *attribute)
{
	int n = call->audit.n_attributes++;

	call->tables[n].name = name;
	attributes[n] = attribute;
}

/* Sex, race, both, and whatever else is to be a table. */
static void
resolve_tables(FunctionCallInfo fcinfo, BiasCall *call)
{
	AuditCall *audit = &call->audit;
	char *sex = args_text_or_null(fcinfo, ARG_SEX);
	char *race = args_text_or_null(fcinfo, ARG_RACE);
	char **attributes;
	char **others;
	int n_others;

	others = args_text_array(PG_ARGISNULL(ARG_PROTECTED)
	                             ? NULL
	                             : PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED),
	                         "protected", &n_others);
	call->tables = palloc0(sizeof(BiasTable) * (Size) (n_others + 3));
	attributes = palloc(sizeof(char *) * (Size) (n_others + 3));
	if (sex != NULL)
		(void) source_column(&audit->source, sex, "sex");
	if (race != NULL)
		(void) source_column(&audit->source, race, "race");
	if (sex != NULL)
		add_table(call, attributes, "sex", sex);
	if (race != NULL)
		add_table(call, attributes, "race_ethnicity", race);
	if (sex != NULL && race != NULL)
	{
		if (strcmp(sex, race) == 0)
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
			                errmsg("arguments \"sex\" and \"race\" name the "
			                       "same column")));
		if (strchr(sex, '*') != NULL || strchr(race, '*') != NULL)
			ereport(ERROR,
			        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			         errmsg("columns \"%s\" and \"%s\" cannot be crossed", sex,
			                race),
			         errdetail("An asterisk in a name separates columns."),
			         errhint("Use a query as source that gives them other "
			                 "names.")));
		add_table(call, attributes, "intersectional",
		          psprintf("%s*%s", sex, race));
	}
	for (int i = 0; i < n_others; i++)
		add_table(call, attributes, others[i], others[i]);
	if (audit->n_attributes == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("one of the arguments \"sex\", \"race\" and "
		                       "\"protected\" must be given")));
	audit_resolve(audit, attributes, audit->n_attributes);
}

/* The categories that the user has chosen for references, by table. */
static void
read_references(BiasCall *call)
{
	int n = call->audit.n_attributes;
	ArgsOption *known = palloc0(sizeof(ArgsOption) * (Size) (n + 1));

	if (call->reference == NULL)
		return;
	for (int t = 0; t < n; t++)
		known[t] = (ArgsOption){ call->tables[t].name, ARGS_TEXT,
			                     &call->tables[t].reference };
	args_object(&call->reference->root, known);
}

/*
 * Wraps the source so that each row says whether its score is above the
 * quantile of all, which stands beside it.  Scores whose difference is beyond
 * a float8 are halved, which loses no digit, for the quantile between them.  The second WITH sees the first,
 * and the user's query sees neither.
 */
static void
add_cutoff(BiasCall *call)
{
	AuditCall *audit = &call->audit;
	char *score = audit_number_column(audit, audit->score, "score");
	char *kept = source_free_name(&audit->source, "fairpg_score");
	char *cutoff = source_free_name(&audit->source, "fairpg_cutoff");
	const char **sums = palloc(sizeof(char *));
	StringInfoData from;

	initStringInfo(&from);
	appendStringInfoString(&from, "(WITH kept AS MATERIALIZED (SELECT ");
	for (int c = 0; c < audit->n_columns; c++)
		appendStringInfo(&from, "src.%s, ",
		                 quote_identifier(audit->columns[c]));
	appendStringInfo(
		&from,
		"%s AS %s FROM %s), scale AS MATERIALIZED (SELECT CAST(CASE WHEN"
		" pg_catalog.max(pg_catalog.abs(kept.%s)) OPERATOR(pg_catalog.>) 1e307"
		" THEN 0.5 ELSE 1 END AS pg_catalog.float8) AS unit FROM kept),"
		" cut AS MATERIALIZED (SELECT"
		" pg_catalog.percentile_cont(CAST('%.17g' AS pg_catalog.float8))"
		" WITHIN GROUP (ORDER BY kept.%s OPERATOR(pg_catalog.*)"
		" (SELECT scale.unit FROM scale)) OPERATOR(pg_catalog./)"
		" (SELECT scale.unit FROM scale) AS %s FROM kept)"
		" SELECT kept.*, cut.%s FROM kept CROSS JOIN cut) AS src",
		score, kept, audit->source.from, kept, call->quantile, kept, cutoff,
		cutoff);
	audit->source.from = from.data;
	audit->decision_sql =
		psprintf("(src.%s OPERATOR(pg_catalog.>) src.%s)", kept, cutoff);
	sums[0] = psprintf("CASE WHEN src.%s OPERATOR(pg_catalog.=) 'NaN' THEN 1"
	                   " ELSE 0 END",
	                   kept);
	audit->sums_sql = sums;
	audit->n_sums = 1;
	/* a value of every group, though of no attribute */
	call->cutoff_column = audit->n_columns;
	audit->columns[audit->n_columns++] = cutoff;
}

/* Scores that have no order, or no median. */
static void
check_scores(const BiasCall *call, AuditBase *bases, int n_bases)
{
	int64 n_nan = 0;

	if (!call->scoring)
		return;
	for (int b = 0; b < n_bases; b++)
		n_nan += bases[b].sums[0];
	if (n_nan > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("score column \"%s\" has NaN in " INT64_FORMAT " rows",
		                call->audit.score, n_nan),
		         errhint("NaN is neither above nor below other scores. Make "
		                 "it NULL, which counts as not assessed.")));
	if (strcmp(bases[0].values[call->cutoff_column], UNKNOWN_GROUP) == 0)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("score column \"%s\" is null in all rows",
		                       call->audit.score)));
	if (strcmp(bases[0].values[call->cutoff_column], "NaN") == 0)
		ereport(ERROR,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("quantile of score column \"%s\" lies between two "
		                "infinities",
		                call->audit.score)));
}

/* Values that stand for "not known" are the group of NULL. */
static void
join_unknown(const BiasCall *call, AuditBase *bases, int n_bases)
{
	for (int b = 0; b < n_bases; b++)
		for (int c = 0; c < call->audit.n_columns; c++)
			for (int u = 0; u < call->n_unknown; u++)
				if (c != call->cutoff_column &&
				    strcmp(bases[b].values[c], call->unknown[u]) == 0)
					bases[b].values[c] = UNKNOWN_GROUP;
}
