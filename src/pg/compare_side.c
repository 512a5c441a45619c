/*
 * compare_side.c
 *    One of the two that fairpg.compare() sets side by side: a version of a
 *    model, or a column with decisions, scores or predicted numbers.
 *
 *     credit            the newest version of model "credit"
 *     credit@3          version 3 of it
 *     model:credit      the same where the name begins like one of these
 *     decision:approved column "approved"
 *     score:points      column "points" that reaches the threshold
 *     prediction:pay    column "pay" with numbers that were predicted
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "pg/args.h"
#include "pg/compare.h"
#include "pg/model_cache.h"

/* Takes "@3" off the end of a name; 0 where there is none. */
static int
split_version(char *name)
{
	char *at = strrchr(name, '@');
	int64 version = 0;

	if (at == NULL || at == name || at[1] == '\0')
		return 0;
	for (const char *c = at + 1; *c != '\0'; c++)
	{
		if (*c < '0' || *c > '9')
			return 0;
		version = Min(version * 10 + (*c - '0'), PG_INT32_MAX);
	}
	*at = '\0';
	if (version == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
		                errmsg("model \"%s\" version 0 does not exist", name),
		                errhint("Versions are counted from 1.")));
	return (int) version;
}

/* Label and groups that a version was trained with. */
static void
read_training(CompareSide *side)
{
	MemoryContext caller = CurrentMemoryContext;
	int nest_level = store_spi_begin();
	Oid types[2] = { TEXTOID, INT4OID };
	Datum values[2] = { CStringGetTextDatum(side->name),
		                Int32GetDatum(side->version) };
	int result = SPI_execute_with_args(
		"SELECT label, spec ->> 'positive', protected"
		" FROM fairpg_catalog.model_version WHERE model = $1 AND version = $2",
		2, types, values, NULL, true, 1);
	HeapTuple row;
	TupleDesc desc;
	bool null;

	if (result != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "model version could not be read: %s",
		     SPI_result_code_string(result));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	MemoryContextSwitchTo(caller);
	side->label = SPI_getvalue(row, desc, 1);
	side->positive = SPI_getvalue(row, desc, 2);
	side->protected_names =
		args_text_array(DatumGetArrayTypeP(SPI_getbinval(row, desc, 3, &null)),
	                    "protected", &side->n_protected);
	store_spi_end(nest_level);
	MemoryContextSwitchTo(caller);
}

static bool
take_prefix(const char **text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*text, prefix, n) != 0)
		return false;
	*text += n;
	return true;
}

void
compare_read_side(CompareSide *side, const char *text, int version)
{
	const CompiledModel *compiled;

	side->kind = COMPARE_MODEL;
	if (take_prefix(&text, "decision:"))
		side->kind = COMPARE_DECISION;
	else if (take_prefix(&text, "score:"))
		side->kind = COMPARE_SCORE;
	else if (take_prefix(&text, "prediction:"))
		side->kind = COMPARE_PREDICTION;
	else
		(void) take_prefix(&text, "model:");
	side->name = pstrdup(text);
	side->of_numbers = side->kind == COMPARE_PREDICTION;
	if (side->kind != COMPARE_MODEL)
	{
		if (version != 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("argument \"version_%s\" needs a model",
			                       side->argument)));
		return;
	}
	/* with the version given, "@" is a part of the name */
	if (version == 0)
		version = split_version(side->name);
	compiled = model_cache_find(side->name, version, false);
	side->version = compiled->version;
	if (side->must_decide && compiled->model->family != MODEL_LOGISTIC)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("%s does not decide between two labels",
		                       model_title(compiled)),
		                errhint("fairpg.evaluate() measures it.")));
	side->of_numbers = compiled->model->family == MODEL_LINEAR;
	if (!side->of_numbers && compiled->model->family != MODEL_LOGISTIC)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("%s decides between more than two classes",
		                       model_title(compiled)),
		                errhint("Compare one class at a time, as decisions: "
		                        "fairpg.predict_class() = 'name' in a query "
		                        "as source. fairpg.evaluate() measures all.")));
	read_training(side);
}

void
compare_resolve_side(const AuditCall *audit, CompareSide *side)
{
	char *value;

	side->score_sql = NULL;
	side->wrong_sql = "0";
	switch (side->kind)
	{
		case COMPARE_MODEL:
			side->decision_sql =
				side->of_numbers
					? NULL
					: psprintf("fairpg.decide(%s, src.*, %d)",
			                   quote_literal_cstr(side->name), side->version);
			side->score_sql =
				psprintf("fairpg.predict(%s, src.*, %d)",
			             quote_literal_cstr(side->name), side->version);
			break;
		case COMPARE_DECISION:
			side->decision_sql = audit_flag_column(
				audit, side->name, "decision", &side->wrong_sql);
			break;
		case COMPARE_SCORE:
			value = audit_number_column(audit, side->name, "score");
			side->decision_sql =
				psprintf("(%s OPERATOR(pg_catalog.>=) CAST('%.17g' AS"
			             " pg_catalog.float8))",
			             value, side->threshold);
			side->score_sql = psprintf("NULLIF(%s, 'NaN')", value);
			side->wrong_sql =
				psprintf("CASE WHEN %s OPERATOR(pg_catalog.=) 'NaN' THEN 1"
			             " ELSE 0 END",
			             value);
			break;
		case COMPARE_PREDICTION:
			side->score_sql =
				audit_number_column(audit, side->name, "prediction");
			break;
	}
}
