/*
 * audit_query.c
 *    The statement that counts the source of an audit, and what it returns.
 *
 * The user's names are quoted, the user's values are parameters, and every
 * operator is written with its schema, since the statement runs under the
 * caller's search_path, which a query given as source may rely on.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "fair/tally.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/compat.h"
#include "pg/encode.h"
#include "pg/fairness_stats.h"
#include "pg/outcome_stats.h"
#include "pg/score_pairs.h"
#include "pg/score_stats.h"

#define MAX_PARAMETERS 2 /* positive value, threshold */
#define IS "OPERATOR(pg_catalog.=)"
#define IS_NOT "OPERATOR(pg_catalog.<>)"

typedef struct AuditQuery
{
	const AuditCall *call;
	StringInfoData select;
	int n_parameters;
	Oid *types; /* those of the call, and room for MAX_PARAMETERS */
	Datum *values;

	/* expressions */
	char *label;
	char *decision;
	char *score;  /* NULL without one */
	char *weight; /* with a comma before it, or "" */

	/* columns of which the statement counts values other than 0 and 1, by
	 * expressions that are 1 for these */
	int n_checked;
	const char *checked[2];
	const char *checked_name[2];
	const char *checked_role[2];
} AuditQuery;

static void copy_parameters(AuditQuery *query);
static void add_label(AuditQuery *query);
static void add_decision(AuditQuery *query);
static char *zero_one(AuditQuery *query, const char *name, const char *role);
static void build_statement(AuditQuery *query);
static void check_result(const AuditQuery *query);
static AuditBase *read_bases(const AuditQuery *query, int *n_bases);
static void add_context(void *call);

AuditBase *
audit_count(const AuditCall *call, int *n_bases)
{
	AuditQuery query = { .call = call };

	copy_parameters(&query);
	add_label(&query);
	add_decision(&query);
	query.weight = "";
	if (call->weight_sql != NULL)
		query.weight = psprintf(", %s", call->weight_sql);
	else if (call->weight != NULL)
		query.weight =
			psprintf(", %s", audit_number_column(call, call->weight, "weight"));
	build_statement(&query);
	audit_run_call(call, query.select.data, query.n_parameters, query.types,
	               query.values);
	if (call->limit > 0 && SPI_processed > (uint64) call->limit)
	{
		*n_bases = -1;
		return NULL;
	}
	if (call->limit == 0)
		fairness_check_groups(
			((int64) SPI_processed + Max(call->n_parts, 1) - 1) /
			Max(call->n_parts, 1));
	check_result(&query);
	return read_bases(&query, n_bases);
}

/* Those of the call come first, as its expressions number them. */
static void
copy_parameters(AuditQuery *query)
{
	const AuditCall *call = query->call;
	int n = call->n_parameters;

	query->n_parameters = n;
	query->types = palloc(sizeof(Oid) * (Size) (n + MAX_PARAMETERS));
	query->values = palloc(sizeof(Datum) * (Size) (n + MAX_PARAMETERS));
	for (int i = 0; i < n; i++)
	{
		query->types[i] = call->parameter_types[i];
		query->values[i] = call->parameter_values[i];
	}
}

/* Says which column was at fault when an aggregate refuses a value. */
static void
add_context(void *call)
{
	const AuditCall *audit = call;

	if (audit->score != NULL && audit->weight != NULL)
		errcontext("%s of source %s with score \"%s\" and weight \"%s\"",
		           audit->purpose, audit->source.name, audit->score,
		           audit->weight);
	else if (audit->score != NULL)
		errcontext("%s of source %s with score \"%s\"", audit->purpose,
		           audit->source.name, audit->score);
	else if (audit->weight != NULL)
		errcontext("%s of source %s with weight \"%s\"", audit->purpose,
		           audit->source.name, audit->weight);
	else
		errcontext("%s of source %s", audit->purpose, audit->source.name);
}

/* Base type of a column of the source, or an error that names it. */
static Oid
column_type(const AuditCall *call, const char *name, const char *role)
{
	int at = source_column(&call->source, name, role);

	return getBaseType(TupleDescAttr(call->source.columns, at)->atttypid);
}

/* A column as an expression of its base type. */
static char *
column_value(const char *name, Oid type)
{
	return psprintf("CAST(src.%s AS %s)", quote_identifier(name),
	                format_type_be_qualified(type));
}

static bool
is_number(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID ||
	       type == FLOAT4OID || type == FLOAT8OID || type == NUMERICOID;
}

char *
audit_number_column(const AuditCall *call, const char *name, const char *role)
{
	Oid type = column_type(call, name, role);

	if (!is_number(type))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
		                errmsg("%s column \"%s\" of type %s is not a number",
		                       role, name, format_type_be(type))));
	return psprintf("CAST(src.%s AS pg_catalog.float8)",
	                quote_identifier(name));
}

char *
audit_flag_column(const AuditCall *call, const char *name, const char *role,
                  char **wrong)
{
	Oid type = column_type(call, name, role);
	char *column = psprintf("src.%s", quote_identifier(name));

	*wrong = "0";
	if (type == BOOLOID)
		return column_value(name, type);
	if (!is_number(type))
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("%s column \"%s\" of type %s is neither boolean nor "
		                "a number",
		                role, name, format_type_be(type)),
		         call->label == name
		             ? errhint("Say which value is the positive one, for "
		                       "example positive => 'yes'.")
		             : errhint("Use a query as source that makes a boolean "
		                       "of it.")));
	*wrong = psprintf("CASE WHEN %s " IS_NOT " '0' AND %s " IS_NOT
	                  " '1' THEN 1 ELSE 0 END",
	                  column, column);
	return psprintf("(%s " IS " '1')", column_value(name, type));
}

/* A boolean column as it is, or a number that is to be 0 or 1. */
static char *
zero_one(AuditQuery *query, const char *name, const char *role)
{
	char *wrong;
	char *value = audit_flag_column(query->call, name, role, &wrong);

	if (strcmp(wrong, "0") != 0)
	{
		query->checked[query->n_checked] = wrong;
		query->checked_name[query->n_checked] = name;
		query->checked_role[query->n_checked++] = role;
	}
	return value;
}

/* A parameter of the statement, as it is written there. */
static char *
add_parameter(AuditQuery *query, Oid type, Datum value)
{
	query->types[query->n_parameters] = type;
	query->values[query->n_parameters] = value;
	return psprintf("$%d", ++query->n_parameters);
}

static void
add_label(AuditQuery *query)
{
	const AuditCall *call = query->call;
	Oid type;
	Oid input;
	Oid parameter;
	Datum value;

	if (call->label == NULL)
	{
		query->label = "CAST(NULL AS pg_catalog.bool)";
		return;
	}
	if (call->positive == NULL)
	{
		query->label = zero_one(query, call->label, "label");
		return;
	}
	type = column_type(call, call->label, "label");
	if (!OidIsValid(lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr))
		ereport(ERROR,
		        (errcode(ERRCODE_DATATYPE_MISMATCH),
		         errmsg("label column \"%s\" of type %s cannot be a label",
		                call->label, format_type_be(type)),
		         errhint("Use a query as source that makes a boolean of "
		                 "it.")));
	/* the value is read the way the column's type reads its own */
	getTypeInputInfo(type, &input, &parameter);
	value = OidInputFunctionCall(input, call->positive, parameter, -1);
	if (type == BPCHAROID || type == VARCHAROID || type == NAMEOID)
	{
		char *text = pstrdup(call->positive);

		/* blanks at the end of a character(n) do not count */
		for (Size n = strlen(text);
		     type == BPCHAROID && n > 0 && text[n - 1] == ' '; n--)
			text[n - 1] = '\0';
		type = TEXTOID;
		value = CStringGetTextDatum(text);
	}
	query->label = psprintf("(%s " IS " %s)", column_value(call->label, type),
	                        add_parameter(query, type, value));
}

static void
add_decision(AuditQuery *query)
{
	const AuditCall *call = query->call;

	if (call->decision_sql != NULL && call->score_sql == NULL)
	{
		query->decision = pstrdup(call->decision_sql);
		return;
	}
	if (call->score == NULL && call->score_sql == NULL)
	{
		query->decision = zero_one(query, call->decision, "decision");
		return;
	}
	query->score = call->score_sql != NULL
	                   ? pstrdup(call->score_sql)
	                   : audit_number_column(call, call->score, "score");
	query->decision =
		call->decision_sql != NULL
			? pstrdup(call->decision_sql)
			: psprintf("(%s OPERATOR(pg_catalog.>=) %s)", query->score,
	                   add_parameter(query, FLOAT8OID,
	                                 Float8GetDatum(call->threshold)));
}

/* Which of the columns a row of grouping sets is not grouped by, as bits, the
 * first column being the highest. */
static void
add_grouping(AuditQuery *query)
{
	const AuditCall *call = query->call;

	appendStringInfoString(&query->select, ", CAST(GROUPING(");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&query->select, "%ssrc.%s", c == 0 ? "" : ", ",
		                 quote_identifier(call->columns[c]));
	appendStringInfoString(&query->select, ") AS pg_catalog.int8)");
}

/* One row for each combination of values of the protected columns: the
 * values, the confusion table, the scores, counts of values that are neither
 * 0 nor 1, the sums asked for, and the pairs of scores. */
static void
build_statement(AuditQuery *query)
{
	const AuditCall *call = query->call;
	StringInfo select = &query->select;

	initStringInfo(select);
	appendStringInfoString(select, "SELECT ");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(select, "src.%s, ",
		                 quote_identifier(call->columns[c]));
	appendStringInfo(select, "fairpg.outcomes(%s, %s%s)", query->label,
	                 query->decision, query->weight);
	if (query->score != NULL)
		appendStringInfo(select, ", fairpg.scores(%s, %s%s)", query->label,
		                 query->score, query->weight);
	for (int i = 0; i < query->n_checked; i++)
		appendStringInfo(select, ", pg_catalog.sum(%s)", query->checked[i]);
	for (int i = 0; i < call->n_sums; i++)
		appendStringInfo(select, ", pg_catalog.sum(%s)", call->sums_sql[i]);
	if (call->grouping_sql != NULL)
		add_grouping(query);
	if (call->pair_sql[0] != NULL)
		appendStringInfo(select,
		                 ", fairpg.score_pairs(CAST(CAST(%s AS pg_catalog.int4)"
		                 " AS pg_catalog.float8), %s, %s%s)",
		                 query->label, call->pair_sql[0], call->pair_sql[1],
		                 query->weight);
	appendStringInfo(select, " FROM %s", call->source.from);
	if (call->grouping_sql != NULL)
		appendStringInfo(select, " GROUP BY %s", call->grouping_sql);
	else
		for (int c = 0; c < call->n_columns; c++)
			appendStringInfo(select, "%s src.%s", c == 0 ? " GROUP BY" : ",",
			                 quote_identifier(call->columns[c]));
	/* one more than allowed tells that there are too many */
	appendStringInfo(select, " LIMIT " INT64_FORMAT,
	                 call->limit > 0
	                     ? call->limit + 1
	                     : (int64) setting_int("fairpg.max_groups") *
	                               Max(call->n_parts, 1) +
	                           1);
}

/* Whether a value is long. */
static bool
has_large(int n, const Oid *types, const Datum *values)
{
	for (int i = 0; i < n; i++)
		if (get_typlen(types[i]) == -1 && DatumGetPointer(values[i]) != NULL &&
		    VARSIZE_ANY(DatumGetPointer(values[i])) > 65536)
			return true;
	return false;
}

/* Read only in two senses: SPI refuses a statement that writes, and the
 * transaction is so marked meanwhile, for functions in it (a failure restores
 * the mark with the transaction). */
void
audit_run(const char *statement, int n_parameters, Oid *types, Datum *values)
{
	bool was_read_only = XactReadOnly;
	int options = CURSOR_OPT_PARALLEL_OK;
	int nest_level = NewGUCNestLevel();
	SPIPlanPtr plan;
	int code;

	/* else each worker would read large values as a part of the plan */
	if (has_large(n_parameters, types, values))
		options |= CURSOR_OPT_GENERIC_PLAN;
	plan = SPI_prepare_cursor(statement, n_parameters, types, options);

	if (plan == NULL)
		elog(ERROR, "source could not be prepared: %s",
		     SPI_result_code_string(SPI_result));
	source_without_jit();
	XactReadOnly = true;
	code = SPI_execute_plan(plan, values, NULL, true, 0);
	XactReadOnly = was_read_only;
	AtEOXact_GUC(true, nest_level);
	if (code != SPI_OK_SELECT)
		elog(ERROR, "source could not be read: %s",
		     SPI_result_code_string(code));
}

void
audit_run_call(const AuditCall *call, const char *statement, int n_parameters,
               Oid *types, Datum *values)
{
	ErrorContextCallback context = { .previous = error_context_stack,
		                             .callback = add_context,
		                             .arg = unconstify(AuditCall *, call) };

	error_context_stack = &context;
	audit_run(statement, n_parameters, types, values);
	error_context_stack = context.previous;
}

void
audit_refuse_empty(const AuditCall *call)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("source %s has no rows", call->source.name)));
}

/* Sums up what the statement counted to check the source as a whole. */
static void
check_result(const AuditQuery *query)
{
	const AuditCall *call = query->call;
	int outcomes = call->n_columns + 1;
	int checks = outcomes + 1 + (query->score != NULL);
	FairCells total = { 0 };
	bool empty = true;
	bool null;

	for (uint64 r = 0; r < SPI_processed; r++)
	{
		HeapTuple row = SPI_tuptable->vals[r];
		Datum value =
			SPI_getbinval(row, SPI_tuptable->tupdesc, outcomes, &null);
		FairCells cells;

		if (null)
			continue; /* no rows at all */
		empty = false;
		fair_tally_cells(
			stats_payload(&outcome_kind,
		                  (struct varlena *) PG_DETOAST_DATUM(value), NULL),
			&cells);
		for (int d = 0; d < 2; d++)
			total.rows[1][d] += cells.rows[1][d];
		total.undecided_rows += cells.undecided_rows;
		for (int i = 0; i < query->n_checked; i++)
			if (DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc,
			                                checks + i, &null)) > 0)
				ereport(ERROR,
				        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				         errmsg("%s column \"%s\" has values other than 0 "
				                "and 1",
				                query->checked_role[i], query->checked_name[i]),
				         query->checked_name[i] == call->label
				             ? errhint("Name the positive value with "
				                       "positive.")
				             : errhint("Give scores by the argument "
				                       "\"score\".")));
	}
	/* of grouping sets it may be that none is large enough */
	if (empty && call->grouping_sql == NULL)
		audit_refuse_empty(call);
	/* rows without a decision might have it: then nobody can tell */
	if (call->positive != NULL && total.undecided_rows == 0 &&
	    total.rows[1][0] + total.rows[1][1] == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("positive value \"%s\" does not occur in label "
		                       "column \"%s\"",
		                       call->positive, call->label)));
}

static const char *
group_value(HeapTuple row, TupleDesc desc, int column)
{
	bool null;
	const char *name;
	uint32 length;
	Datum value = SPI_getbinval(row, desc, column + 1, &null);
	Oid type = getBaseType(TupleDescAttr(desc, column)->atttypid);

	if (null)
		return UNKNOWN_GROUP;
	name = encode_group_name(type, value);
	length = (uint32) strlen(name);
	return encode_value_name(name, &length);
}

const char **
audit_group_values(const AuditCall *call, HeapTuple row, TupleDesc desc)
{
	const char **values = palloc(sizeof(char *) * (Size) (call->n_columns + 1));

	for (int c = 0; c < call->n_columns; c++)
		values[c] = group_value(row, desc, c);
	return values;
}

/* Nor are names of the types that encode_group_name() leaves to themselves to
 * depend on what the caller likes. */
void
audit_pin_output_style(void)
{
	(void) set_config_option("IntervalStyle", "postgres", PGC_USERSET,
	                         PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static AuditBase *
read_bases(const AuditQuery *query, int *n_bases)
{
	const AuditCall *call = query->call;
	TupleDesc desc = SPI_tuptable->tupdesc;
	AuditBase *bases = palloc(sizeof(AuditBase) * (Size) SPI_processed);
	int first_sum =
		call->n_columns + 2 + (query->score != NULL) + query->n_checked;
	int nest_level = NewGUCNestLevel();
	bool null;

	*n_bases = (int) SPI_processed;
	audit_pin_output_style();
	for (int b = 0; b < *n_bases; b++)
	{
		HeapTuple row = SPI_tuptable->vals[b];
		Datum value;

		bases[b].values = audit_group_values(call, row, desc);
		bases[b].errors = NULL;
		bases[b].classes = NULL;
		bases[b].n_unlabelled = 0;
		value = SPI_getbinval(row, desc, call->n_columns + 1, &null);
		bases[b].tally = stats_payload(
			&outcome_kind, (struct varlena *) PG_DETOAST_DATUM(value), NULL);
		bases[b].scores = NULL;
		if (query->score != NULL)
		{
			value = SPI_getbinval(row, desc, call->n_columns + 2, &null);
			bases[b].scores = stats_payload(
				&score_kind, (struct varlena *) PG_DETOAST_DATUM(value), NULL);
		}
		bases[b].sums = palloc(sizeof(int64) * (Size) (call->n_sums + 1));
		for (int i = 0; i < call->n_sums; i++)
		{
			value = SPI_getbinval(row, desc, first_sum + i, &null);
			bases[b].sums[i] = null ? 0 : DatumGetInt64(value);
		}
		bases[b].grouping = 0;
		if (call->grouping_sql != NULL)
			bases[b].grouping = DatumGetInt64(
				SPI_getbinval(row, desc, first_sum + call->n_sums, &null));
		bases[b].pairs = NULL;
		bases[b].n_pairs = 0;
		if (call->pair_sql[0] != NULL)
			bases[b].pairs =
				score_pairs_of(SPI_getbinval(row, desc,
			                                 first_sum + call->n_sums +
			                                     (call->grouping_sql != NULL),
			                                 &null),
			                   &bases[b].n_pairs);
	}
	AtEOXact_GUC(true, nest_level);
	return bases;
}
