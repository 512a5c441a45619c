/*
 * audit.c
 *    fairpg.audit(): how each group fares by decisions or scores that are
 *    already there.
 *
 * The source is read once, by one statement that groups by all protected
 * columns together; the groups of single columns and of intersections are
 * sums of these (sums of counts, and exact sums of weights, so it does not
 * matter which way they were added).  Intervals come from the counts.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "fair/bootstrap.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/export.h"
#include "pg/stats_image.h"

#define N_RESULT_COLUMNS 10
#define MAX_REPLICATES 1000000

static void check_prediction(FunctionCallInfo fcinfo, const AuditCall *call);
static void read_options(Jsonb *options, AuditCall *call);
static void resolve_attribute(AuditCall *call, const char *name,
                              const char *role, AuditAttribute *attribute);

/*
 * audit(source text, protected text[], label text, decision text, score text,
 *       threshold float8, positive text, weight text, level float8,
 *       seed bigint, options jsonb, prediction text)
 * returns table (kind text, attribute text, group_name text, metric text,
 *       value float8, low float8, high float8, n bigint, flag text,
 *       reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_audit);

Datum
fairpg_audit(PG_FUNCTION_ARGS)
{
	AuditCall call = { .purpose = "audit" };
	AuditBase *bases;
	int n_bases;
	Rows rows;

	rows_begin(&rows, fcinfo, N_RESULT_COLUMNS);
	audit_read_call(fcinfo, &call);
	SPI_connect();
	bases = call.of_numbers ? audit_count_numbers(&call, &n_bases)
	                        : audit_count(&call, &n_bases);
	audit_report(&call, bases, n_bases, &rows);
	SPI_finish();
	PG_RETURN_NULL();
}

/* Numbers are predicted of numbers, and nothing is decided. */
static void
check_prediction(FunctionCallInfo fcinfo, const AuditCall *call)
{
	const char *other = call->decision != NULL ? "decision"
	                    : call->score != NULL  ? "score"
	                    : !PG_ARGISNULL(6)     ? "positive"
	                                           : NULL;

	if (other != NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("arguments \"%s\" and \"prediction\" cannot both be "
		                "given",
		                other),
		         errdetail("A prediction is a number, of a label that is a "
		                   "number.")));
	if (call->label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"prediction\" needs a label")));
}

void
audit_read_call(FunctionCallInfo fcinfo, AuditCall *call)
{
	char *source = args_text_required(fcinfo, 0, "source");
	char **attributes;
	int n_attributes;

	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"protected\" must not be null")));
	call->label = args_text_or_null(fcinfo, 2);
	call->decision = args_text_or_null(fcinfo, 3);
	call->score = args_text_or_null(fcinfo, 4);
	call->prediction = args_text_or_null(fcinfo, 11);
	call->of_numbers = call->prediction != NULL;
	if (call->of_numbers)
		check_prediction(fcinfo, call);
	else
		audit_check_decision(call, "With a score, the decision is score >= "
		                           "threshold.  Numbers that are predicted are "
		                           "given by the argument \"prediction\".");
	if (PG_ARGISNULL(5) || isnan(PG_GETARG_FLOAT8(5)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"threshold\" must be a number")));
	call->threshold = PG_GETARG_FLOAT8(5);
	call->positive = args_text_or_null(fcinfo, 6);
	if (call->positive != NULL && call->label == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"positive\" needs a label")));
	call->weight = args_text_or_null(fcinfo, 7);
	call->level = audit_level_arg(fcinfo, 8);
	call->seed = PG_ARGISNULL(9) ? 0 : PG_GETARG_INT64(9);
	read_options(PG_ARGISNULL(10) ? NULL : PG_GETARG_JSONB_P(10), call);

	attributes =
		args_text_array(PG_GETARG_ARRAYTYPE_P(1), "protected", &n_attributes);
	source_open(source, &call->source);
	audit_resolve(call, attributes, n_attributes);
}

double
audit_level_arg(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
		                errmsg("argument \"level\" must not be null")));
	return stats_level(fcinfo, number);
}

void
audit_check_decision(const AuditCall *call, const char *hint)
{
	if ((call->decision == NULL) == (call->score == NULL))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         call->score == NULL
		             ? errmsg("one of the arguments \"decision\" and "
		                      "\"score\" must be given")
		             : errmsg("arguments \"decision\" and \"score\" cannot "
		                      "both be given"),
		         errhint("%s", hint)));
}

static void
read_options(Jsonb *options, AuditCall *call)
{
	const ArgsOption known[] = {
		{ "replicates", ARGS_INT, &call->replicates, 100, MAX_REPLICATES },
		{ "min_group", ARGS_INT, &call->min_group, 1, PG_INT32_MAX },
		{ NULL }
	};

	call->replicates = FAIR_REPLICATES;
	call->min_group = setting_int("fairpg.min_group");
	args_options(options, known);
}

void
audit_resolve(AuditCall *call, char **attributes, int n_attributes)
{
	call->n_attributes = n_attributes;
	call->attributes =
		palloc0(sizeof(AuditAttribute) * (Size) (n_attributes + 1));
	/* room for as many columns as all attributes together can name */
	call->columns = palloc0(
		sizeof(char *) * (Size) (call->n_attributes * SOURCE_MAX_CROSSED + 1));
	for (int a = 0; a < call->n_attributes; a++)
	{
		for (int b = 0; b < a; b++)
			if (strcmp(attributes[a], attributes[b]) == 0)
				ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
				                errmsg("attribute \"%s\" is listed twice in "
				                       "argument \"protected\"",
				                       attributes[a])));
		resolve_attribute(call, attributes[a],
		                  a == n_attributes - 1 && call->last_role != NULL
		                      ? call->last_role
		                      : "protected",
		                  &call->attributes[a]);
	}
}

int
audit_add_column(AuditCall *call, const char *name, const char *role)
{
	int at = source_column(&call->source, name, role);
	Oid type = TupleDescAttr(call->source.columns, at)->atttypid;

	if (!OidIsValid(lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr))
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("%s column \"%s\" of type %s cannot define groups",
		                role, name, format_type_be(type)),
		         errhint("Use a query as source that makes a text of it.")));
	for (int c = 0; c < call->n_columns; c++)
		if (strcmp(call->columns[c], name) == 0)
			return c;
	call->columns[call->n_columns] = name;
	return call->n_columns++;
}

static void
resolve_attribute(AuditCall *call, const char *name, const char *role,
                  AuditAttribute *attribute)
{
	char *names[SOURCE_MAX_CROSSED];

	attribute->name = name;
	attribute->n_columns = source_attribute(&call->source, name, role, names);
	for (int c = 0; c < attribute->n_columns; c++)
		attribute->columns[c] = audit_add_column(call, names[c], role);
}
