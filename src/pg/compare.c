/*
 * compare.c
 *    fairpg.compare(): two models, or two versions of one, or two columns of
 *    decisions, scores or predicted numbers, on the same rows.
 *
 * The source is wrapped in a query that adds what either decides, and counted
 * by one statement as for an audit, with the decision of b as one column more
 * to group by: the confusion tables of a for each decision of b are the table
 * of both.  Predicted numbers are kept row by row instead.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "utils/builtins.h"

#include "fair/bootstrap.h"
#include "pg/args.h"
#include "pg/compare.h"
#include "pg/export.h"
#include "pg/stats_image.h"

#define N_RESULT_COLUMNS 16

enum
{
	ARG_A,
	ARG_B,
	ARG_SOURCE,
	ARG_PROTECTED,
	ARG_LABEL,
	ARG_POSITIVE,
	ARG_VERSION_A,
	ARG_VERSION_B,
	ARG_THRESHOLD,
	ARG_WEIGHT,
	ARG_LEVEL,
	ARG_SEED,
	ARG_OPTIONS
};

static void read_call(FunctionCallInfo fcinfo, CompareCall *call);
static void read_sides(FunctionCallInfo fcinfo, CompareCall *call);
static void read_options(Jsonb *options, CompareCall *call);
static void choose_label(FunctionCallInfo fcinfo, CompareCall *call);
static char **
choose_protected(FunctionCallInfo fcinfo, const CompareCall *call, int *n);
static void add_decisions(CompareCall *call);
static void
check_values(const CompareCall *call, AuditBase *bases, int n_bases);

/*
 * compare(a text, b text, source text, protected text[], label text,
 *         positive text, version_a integer, version_b integer,
 *         threshold float8, weight text, level float8, seed bigint,
 *         options jsonb)
 * returns table (kind text, attribute text, group_name text, metric text,
 *         value_a float8, value_b float8, value float8, low float8,
 *         high float8, n bigint, n_changed bigint, p_value float8,
 *         p_adjusted float8, verdict text, flag text, reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_compare);

Datum
fairpg_compare(PG_FUNCTION_ARGS)
{
	CompareCall call = { .audit = { .purpose = "comparison" } };
	AuditBase *bases;
	int n_bases;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	read_call(fcinfo, &call);
	SPI_connect();
	if (call.of_numbers)
	{
		bases = audit_count_numbers(&call.audit, &n_bases);
		compare_check_numbers(&call, bases, n_bases);
		compare_report_numbers(&call, bases, n_bases, &rows);
	}
	else
	{
		bases = audit_count(&call.audit, &n_bases);
		check_values(&call, bases, n_bases);
		compare_report(&call, bases, n_bases, &rows);
	}
	SPI_finish();
	PG_RETURN_NULL();
}

static void
read_call(FunctionCallInfo fcinfo, CompareCall *call)
{
	AuditCall *audit = &call->audit;
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");
	char **attributes;
	int n_attributes;

	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	audit->seed = PG_ARGISNULL(ARG_SEED) ? 0 : PG_GETARG_INT64(ARG_SEED);
	audit->weight = args_text_or_null(fcinfo, ARG_WEIGHT);
	call->weighted = audit->weight != NULL;
	read_sides(fcinfo, call);
	read_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             call);
	source_open(source, &audit->source);
	choose_label(fcinfo, call);
	attributes = choose_protected(fcinfo, call, &n_attributes);
	audit_resolve(audit, attributes, n_attributes);
	for (int s = 0; s < 2; s++)
		compare_resolve_side(audit, &call->sides[s]);
	if (call->of_numbers)
		compare_add_numbers(call);
	else
		add_decisions(call);
}

static int
version_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	int version;

	if (PG_ARGISNULL(arg))
		return 0;
	version = PG_GETARG_INT32(arg);
	if (version <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("version %d does not exist", version),
		                errhint("Versions are counted from 1.")));
	return version;
}

static void
read_sides(FunctionCallInfo fcinfo, CompareCall *call)
{
	static const char *const names[2] = { "a", "b" };

	if (PG_ARGISNULL(ARG_THRESHOLD) || isnan(PG_GETARG_FLOAT8(ARG_THRESHOLD)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"threshold\" must be a number")));
	for (int s = 0; s < 2; s++)
	{
		CompareSide *side = &call->sides[s];

		side->argument = names[s];
		side->threshold = PG_GETARG_FLOAT8(ARG_THRESHOLD);
		compare_read_side(side, args_text_required(fcinfo, ARG_A + s, names[s]),
		                  version_arg(fcinfo, ARG_VERSION_A + s, names[s]));
	}
	call->of_numbers = call->sides[0].of_numbers;
	if (call->of_numbers != call->sides[1].of_numbers)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("a number that is predicted cannot be compared with a "
		                "decision"),
		         errdetail("Argument \"%s\" names what predicts numbers, "
		                   "argument \"%s\" what decides.",
		                   names[call->of_numbers ? 0 : 1],
		                   names[call->of_numbers ? 1 : 0])));
}

static void
read_options(Jsonb *options, CompareCall *call)
{
	AuditCall *audit = &call->audit;
	char *mcnemar = "exact";
	const ArgsOption known[] = {
		{ "replicates", ARGS_INT, &audit->replicates, 100, 1000000 },
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX },
		{ "threshold_b", ARGS_REAL, &call->sides[1].threshold, -INFINITY,
		  INFINITY },
		{ "mcnemar", ARGS_TEXT, &mcnemar },
		{ "auc", ARGS_BOOLEAN, &call->auc },
		{ NULL }
	};

	call->auc = true;
	audit->replicates = FAIR_REPLICATES;
	audit->min_group = setting_int("fairpg.min_group");
	args_options(options, known);
	call->mid_p = strcmp(mcnemar, "mid_p") == 0;
	if (!call->mid_p && strcmp(mcnemar, "exact") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("option \"mcnemar\" must be \"exact\" or "
		                       "\"mid_p\"")));
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The label that was given, or that of the models where the source has it. */
static void
choose_label(FunctionCallInfo fcinfo, CompareCall *call)
{
	AuditCall *audit = &call->audit;
	const CompareSide *from = &call->sides[0];
	const CompareSide *other = &call->sides[1];

	audit->label = args_text_or_null(fcinfo, ARG_LABEL);
	audit->positive = args_text_or_null(fcinfo, ARG_POSITIVE);
	if (audit->positive != NULL && audit->label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"positive\" needs a label")));
	if (audit->positive != NULL && call->of_numbers)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("predicted numbers do not take argument \"positive\""),
		         errdetail("Their labels are numbers, none of which is the "
		                   "positive one.")));
	if (from->kind != COMPARE_MODEL)
		from = other;
	if (audit->label != NULL || from->kind != COMPARE_MODEL)
		return;
	if (other->kind == COMPARE_MODEL &&
	    !(same_text(from->label, other->label) &&
	      same_text(from->positive, other->positive)))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("the models were trained on different labels"),
		         errdetail("Model \"%s\" has label \"%s\", model \"%s\" has "
		                   "label \"%s\".",
		                   from->name, from->label, other->name, other->label),
		         errhint("Say by which label to judge them, with argument "
		                 "\"label\".")));
	if (source_find_column(&audit->source, from->label) < 0)
		return;
	audit->label = from->label;
	audit->positive = from->positive;
}

/* The groups that were given, or those of a model. */
static char **
choose_protected(FunctionCallInfo fcinfo, const CompareCall *call, int *n)
{
	if (!PG_ARGISNULL(ARG_PROTECTED))
		return args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED),
		                       "protected", n);
	for (int s = 0; s < 2; s++)
		if (call->sides[s].kind == COMPARE_MODEL)
		{
			*n = call->sides[s].n_protected;
			return call->sides[s].protected_names;
		}
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
	                errmsg("argument \"protected\" must not be null"),
	                errhint("Only a model brings its own; '{}' stands for "
	                        "none.")));
	return NULL;
}

/* Both scores as columns of the wrapped source, named as none of it is. */
static char *
add_scores(CompareCall *call)
{
	AuditCall *audit = &call->audit;
	char *columns = "";

	for (int s = 0; s < 2; s++)
	{
		const char *name = quote_identifier(source_free_name(
			&audit->source, s == 0 ? "fairpg_score_a" : "fairpg_score_b"));

		columns =
			psprintf("%s, %s AS %s", columns, call->sides[s].score_sql, name);
		audit->pair_sql[s] = psprintf("src.%s", name);
	}
	return columns;
}

/*
 * Wraps the source so that every row carries both decisions, and both scores
 * where their AUCs can be told.  OFFSET 0 keeps
 * the planner from moving the calls to each place that uses their result.
 */
static void
add_decisions(CompareCall *call)
{
	AuditCall *audit = &call->audit;
	char *names[2];
	const char **sums = palloc(sizeof(char *) * 2);
	char *scores = "";

	for (int s = 0; s < 2; s++)
	{
		names[s] =
			source_free_name(&audit->source, s == 0 ? "fairpg_a" : "fairpg_b");
		sums[s] = call->sides[s].wrong_sql;
	}
	if (call->auc && audit->label != NULL && call->sides[0].score_sql != NULL &&
	    call->sides[1].score_sql != NULL)
		scores = add_scores(call);
	audit->source.from =
		psprintf("(SELECT src.*, %s AS %s, %s AS %s%s FROM %s OFFSET 0) AS src",
	             call->sides[0].decision_sql, quote_identifier(names[0]),
	             call->sides[1].decision_sql, quote_identifier(names[1]),
	             scores, audit->source.from);
	audit->decision_sql = psprintf("src.%s", quote_identifier(names[0]));
	audit->sums_sql = sums;
	audit->n_sums = 2;
	/* not one of the attributes, but what is counted apart */
	call->decision_column = audit->n_columns;
	audit->columns[audit->n_columns++] = names[1];
	audit->n_parts = 3;
}

/* Decisions other than 0 and 1, scores that are no number. */
static void
check_values(const CompareCall *call, AuditBase *bases, int n_bases)
{
	for (int s = 0; s < 2; s++)
	{
		const CompareSide *side = &call->sides[s];
		int64 n_wrong = 0;

		for (int b = 0; b < n_bases; b++)
			n_wrong += bases[b].sums[s];
		if (n_wrong == 0)
			continue;
		if (side->kind == COMPARE_DECISION)
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			     errmsg("decision column \"%s\" has values other than 0 "
			            "and 1",
			            side->name),
			     errhint("Scores are named like this: score:%s.", side->name)));
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("score column \"%s\" has NaN in " INT64_FORMAT " rows",
		                side->name, n_wrong),
		         errhint("NaN neither reaches a threshold nor misses it. Make "
		                 "it NULL, which counts as not decided.")));
	}
}
