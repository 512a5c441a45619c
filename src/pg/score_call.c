/*
 * score_call.c
 *    What fairpg.calibration() and fairpg.threshold_sweep() are asked, and the
 *    scores that they count.
 *
 * Either a column has the scores, or a stored model gives them: then the source
 * is wrapped in a query that adds predict() to each row.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/compare.h"
#include "pg/host.h"
#include "pg/score_call.h"
#include "pg/stats_image.h"

#define MAX_REPLICATES 1000000

static void
read_options(Jsonb *options, AuditCall *audit)
{
	const ArgsOption known[] = {
		{ "replicates", ARGS_INT, &audit->replicates, 100, MAX_REPLICATES },
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX },
		{ NULL }
	};

	audit->min_group = setting_int("fairpg.min_group");
	args_options(options, known);
}

/* Finds the model; false where a column has the scores. */
static bool
read_model(FunctionCallInfo fcinfo, CompareSide *side)
{
	char *model = args_text_or_null(fcinfo, SCORE_ARG_MODEL);
	bool has_version = !PG_ARGISNULL(SCORE_ARG_VERSION);

	if ((model == NULL) == PG_ARGISNULL(SCORE_ARG_SCORE))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         model == NULL
		             ? errmsg("one of the arguments \"score\" and \"model\" "
		                      "must be given")
		             : errmsg("arguments \"score\" and \"model\" cannot both "
		                      "be given")));
	if (model == NULL && has_version)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"version\" needs a model")));
	if (model == NULL)
		return false;
	if (has_version && PG_GETARG_INT32(SCORE_ARG_VERSION) <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" version %d does not exist", model,
		                       PG_GETARG_INT32(SCORE_ARG_VERSION)),
		                errhint("Versions are counted from 1.")));
	side->argument = "model";
	side->must_decide = true;
	compare_read_side(side, psprintf("model:%s", model),
	                  has_version ? PG_GETARG_INT32(SCORE_ARG_VERSION) : 0);
	return true;
}

/* Wraps the source so that every row carries its score.  OFFSET 0 keeps the
 * planner from moving the call to each place that uses its result. */
static void
add_model_scores(AuditCall *audit, const CompareSide *side)
{
	const char *name =
		quote_identifier(source_free_name(&audit->source, "fairpg_score"));

	audit->source.from = psprintf(
		"(SELECT src.*, fairpg.predict(%s, src.*, %d) AS %s FROM %s OFFSET 0)"
		" AS src",
		quote_literal_cstr(side->name), side->version, name,
		audit->source.from);
	audit->score_sql = psprintf("src.%s", name);
}

void
score_call_read(FunctionCallInfo fcinfo, const char *purpose, int replicates,
                ScoreCall *call)
{
	AuditCall *audit = &call->audit;
	char *source = args_text_required(fcinfo, SCORE_ARG_SOURCE, "source");
	CompareSide side = { 0 };
	bool of_model;
	char **attributes = NULL;
	int n_attributes = 0;

	memset(call, 0, sizeof(*call));
	audit->purpose = purpose;
	audit->replicates = replicates;
	if (PG_ARGISNULL(SCORE_ARG_LEVEL))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"level\" must not be null")));
	audit->level = stats_level(fcinfo, SCORE_ARG_LEVEL);
	audit->seed =
		PG_ARGISNULL(SCORE_ARG_SEED) ? 0 : PG_GETARG_INT64(SCORE_ARG_SEED);
	audit->weight = args_text_or_null(fcinfo, SCORE_ARG_WEIGHT);
	audit->score = args_text_or_null(fcinfo, SCORE_ARG_SCORE);
	audit->label = args_text_or_null(fcinfo, SCORE_ARG_LABEL);
	audit->positive = args_text_or_null(fcinfo, SCORE_ARG_POSITIVE);
	read_options(PG_ARGISNULL(SCORE_ARG_OPTIONS)
	                 ? NULL
	                 : PG_GETARG_JSONB_P(SCORE_ARG_OPTIONS),
	             audit);
	of_model = read_model(fcinfo, &side);
	source_open(source, &audit->source);
	if (of_model && audit->label == NULL &&
	    source_find_column(&audit->source, side.label) >= 0)
	{
		audit->label = side.label;
		if (audit->positive == NULL)
			audit->positive = side.positive;
	}
	if (audit->positive != NULL && audit->label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"positive\" needs a label")));
	if (!PG_ARGISNULL(SCORE_ARG_PROTECTED))
		attributes = args_text_array(PG_GETARG_ARRAYTYPE_P(SCORE_ARG_PROTECTED),
		                             "protected", &n_attributes);
	else if (of_model)
	{
		attributes = side.protected_names;
		n_attributes = side.n_protected;
	}
	audit_resolve(audit, attributes, n_attributes);
	if (of_model)
		add_model_scores(audit, &side);
	else
		audit->score_sql = audit_number_column(audit, audit->score, "score");
}

void
score_call_count(ScoreCall *call, ScoreGroups *groups)
{
	AuditCall *audit = &call->audit;
	int n_bases;
	AuditBase *bases = audit_count(audit, &n_bases);

	host_arena_init(&call->arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&call->monitor);
	audit_overall(&call->arena, bases, n_bases, &groups->overall);
	groups->attributes =
		palloc(sizeof(FigureAttribute) * (Size) (audit->n_attributes + 1));
	for (int a = 0; a < audit->n_attributes; a++)
		audit_groups(&call->arena, &audit->attributes[a], bases, n_bases,
		             &groups->attributes[a]);
}
