/*
 * change_call.c
 *    The arguments that stress() and sensitivity() have in common.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/change.h"

/* The model, or the column, that decides. */
void
change_read_sides(FunctionCallInfo fcinfo, ChangeCall *call)
{
	CompareSide *side = &call->side;
	char *decision = args_text_or_null(fcinfo, CHANGE_ARG_DECISION);
	char *score = args_text_or_null(fcinfo, CHANGE_ARG_SCORE);

	call->model = args_text_or_null(fcinfo, CHANGE_ARG_MODEL);
	if ((call->model != NULL) + (decision != NULL) + (score != NULL) != 1)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("one of the arguments \"model\", \"decision\" and "
		                "\"score\" must be given")));
	if (PG_ARGISNULL(CHANGE_ARG_THRESHOLD) ||
	    isnan(PG_GETARG_FLOAT8(CHANGE_ARG_THRESHOLD)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"threshold\" must be a number")));
	side->threshold = PG_GETARG_FLOAT8(CHANGE_ARG_THRESHOLD);
	side->argument = "model";
	if (call->model == NULL)
	{
		if (!PG_ARGISNULL(CHANGE_ARG_VERSION))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("argument \"version\" needs a model")));
		side->kind = decision != NULL ? COMPARE_DECISION : COMPARE_SCORE;
		side->name = decision != NULL ? decision : score;
		return;
	}
	/* finds the version, and refuses one that does not decide */
	side->must_decide = true;
	compare_read_side(side, psprintf("model:%s", call->model),
	                  version_arg(fcinfo, CHANGE_ARG_VERSION, call->model));
	version_read(call->model, side->version, &call->spec);
}

/* What follows of the arguments by themselves. */
void
change_read_columns(FunctionCallInfo fcinfo, ChangeCall *call)
{
	AuditCall *audit = &call->audit;
	VersionSpec *spec = &call->spec;

	audit->label = version_text_arg(fcinfo, CHANGE_ARG_LABEL, spec->label);
	audit->positive = version_text_arg(
		fcinfo, CHANGE_ARG_POSITIVE,
		PG_ARGISNULL(CHANGE_ARG_LABEL) ? spec->positive : NULL);
	if (audit->positive != NULL && audit->label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"positive\" needs a label")));
	audit->weight = version_text_arg(fcinfo, CHANGE_ARG_WEIGHT, spec->weight);
	audit->level = audit_level_arg(fcinfo, CHANGE_ARG_LEVEL);
	audit->seed =
		PG_ARGISNULL(CHANGE_ARG_SEED) ? 0 : PG_GETARG_INT64(CHANGE_ARG_SEED);
	audit->min_group = spec->min_group != NULL
	                       ? pg_strtoint32(spec->min_group)
	                       : setting_int("fairpg.min_group");
}

void
change_read_source(FunctionCallInfo fcinfo, ChangeCall *call)
{
	AuditCall *audit = &call->audit;
	VersionSpec *spec = &call->spec;
	char *source = args_text_required(fcinfo, CHANGE_ARG_SOURCE, "source");

	source_open(source, &audit->source);
	if (!PG_ARGISNULL(CHANGE_ARG_PROTECTED))
		spec->protected_names =
			args_text_array(PG_GETARG_ARRAYTYPE_P(CHANGE_ARG_PROTECTED),
		                    "protected", &spec->n_protected);
	else if (call->model == NULL)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"protected\" must not be null"),
		                errhint("Only a model brings its own.")));
	audit_resolve(audit, spec->protected_names, spec->n_protected);
	compare_resolve_side(audit, &call->side);
}

void
change_check_values(const ChangeCall *call, const AuditBase *bases, int n_bases)
{
	const CompareSide *side = &call->side;
	int64 n_wrong = 0;

	for (int b = 0; b < n_bases; b++)
		n_wrong += bases[b].sums[0];
	if (n_wrong > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         side->kind == COMPARE_DECISION
		             ? errmsg("decision column \"%s\" has values other than 0 "
		                      "and 1",
		                      side->name)
		             : errmsg("score column \"%s\" has NaN", side->name)));
}
