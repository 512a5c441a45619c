/*
 * counterfactual.c
 *    fairpg.counterfactual_flips(): whose decision changes when nothing but a
 *    protected value is another.
 *
 * One statement for each column sets it to every value that occurs, beside what
 * it is, and lets the model decide of both.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "fair/interval.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/compare.h"
#include "pg/encode.h"
#include "pg/export.h"
#include "pg/model_cache.h"

#define N_RESULT_COLUMNS 10

/* Each value that occurs is a decision more for each row. */
#define MOST_VALUES 20

enum
{
	ARG_MODEL,
	ARG_SOURCE,
	ARG_VERSION,
	ARG_PROTECTED,
	ARG_LEVEL,
	ARG_OPTIONS
};

/* What a row of decisions comes to, in the order of the statement: any other
 * value changes it, makes it positive, makes it negative. */
static const char *const changes[] = { "flip_rate", "to_positive",
	                                   "to_negative" };

#define N_CHANGES ((int) lengthof(changes))

typedef struct FlipCall
{
	CompareSide side;
	AuditCall audit;
	Rows rows;
} FlipCall;

static void
read_call(FunctionCallInfo fcinfo, FlipCall *call)
{
	AuditCall *audit = &call->audit;
	char *model = args_text_required(fcinfo, ARG_MODEL, "model");
	char *source = args_text_required(fcinfo, ARG_SOURCE, "source");
	int version = 0;
	const ArgsOption known[] = {
		{ "min_group", ARGS_INT, &audit->min_group, 1, PG_INT32_MAX }, { NULL }
	};

	if (!PG_ARGISNULL(ARG_VERSION))
	{
		version = PG_GETARG_INT32(ARG_VERSION);
		if (version <= 0)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
			                errmsg("model \"%s\" version %d does not exist",
			                       model, version),
			                errhint("Versions are counted from 1.")));
	}
	audit->level = audit_level_arg(fcinfo, ARG_LEVEL);
	audit->min_group = setting_int("fairpg.min_group");
	args_options(PG_ARGISNULL(ARG_OPTIONS) ? NULL
	                                       : PG_GETARG_JSONB_P(ARG_OPTIONS),
	             known);
	call->side.argument = "a";
	call->side.must_decide = true;
	compare_read_side(&call->side, psprintf("model:%s", model), version);
	source_open(source, &audit->source);
	if (!PG_ARGISNULL(ARG_PROTECTED))
		call->side.protected_names =
			args_text_array(PG_GETARG_ARRAYTYPE_P(ARG_PROTECTED), "protected",
		                    &call->side.n_protected);
	if (call->side.n_protected == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("argument \"protected\" is empty")));
	audit_resolve(audit, call->side.protected_names, call->side.n_protected);
}

static bool
is_feature(const FlipCall *call, const char *column)
{
	const CompiledModel *compiled =
		model_cache_find(call->side.name, call->side.version, false);

	for (int s = 0; s < compiled->n_sources; s++)
		if (strcmp(compiled->sources[s].name, column) == 0)
			return true;
	return false;
}

/* The values that a column has. */
typedef struct FlipValues
{
	int n;
	char *names[MOST_VALUES];
	Oid types[MOST_VALUES]; /* all that of the column */
	Datum values[MOST_VALUES];
} FlipValues;

static void
read_values(const FlipCall *call, const char *column, FlipValues *values)
{
	const Source *source = &call->audit.source;
	int at = source_find_column(source, column);
	const char *quoted = quote_identifier(column);
	int nest_level;
	bool null;

	audit_run(psprintf("SELECT src.%s FROM %s WHERE src.%s IS NOT NULL"
	                   " GROUP BY src.%s ORDER BY CAST(src.%s AS"
	                   " pg_catalog.text) COLLATE \"C\" LIMIT %d",
	                   quoted, source->from, quoted, quoted, quoted,
	                   MOST_VALUES + 1),
	          0, NULL, NULL);
	if (SPI_processed > MOST_VALUES)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("column \"%s\" has more than %d different values",
		                column, MOST_VALUES),
		         errhint("Use a query as source that has fewer, or name other "
		                 "columns in protected.")));
	values->n = (int) SPI_processed;
	nest_level = NewGUCNestLevel();
	audit_pin_output_style();
	for (int v = 0; v < values->n; v++)
	{
		HeapTuple row = SPI_tuptable->vals[v];

		values->names[v] = SPI_getvalue(row, SPI_tuptable->tupdesc, 1);
		values->types[v] = TupleDescAttr(source->columns, at)->atttypid;
		/* lives as long as the result, until SPI_finish() */
		values->values[v] = SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &null);
	}
	AtEOXact_GUC(true, nest_level);
}

/* A row like the source's with one column replaced. */
static void
append_other_row(StringInfo sql, const Source *source, const char *column,
                 int v)
{
	appendStringInfoString(sql, " CROSS JOIN LATERAL (SELECT ");
	for (int c = 0; c < source->columns->natts; c++)
	{
		const char *name = NameStr(TupleDescAttr(source->columns, c)->attname);

		if (strcmp(name, column) == 0)
			appendStringInfo(sql, "%s$%d AS %s", c == 0 ? "" : ", ", v + 1,
			                 quote_identifier(name));
		else
			appendStringInfo(sql, "%ssrc.%s", c == 0 ? "" : ", ",
			                 quote_identifier(name));
	}
	appendStringInfo(sql, ") AS other%d", v);
}

/* For each group its decided rows, of these those that any other value changes,
 * and the same of each value by itself. */
static char *
flip_statement(const FlipCall *call, const char *column, int n)
{
	const Source *source = &call->audit.source;
	const char *model = quote_literal_cstr(call->side.name);
	StringInfoData sql;
	StringInfoData more;
	StringInfoData less;

	initStringInfo(&sql);
	initStringInfo(&more);
	initStringInfo(&less);
	for (int v = 0; v < n; v++)
	{
		appendStringInfo(&more, "%s r.d%d", v == 0 ? "" : " OR", v);
		appendStringInfo(&less, "%s NOT r.d%d", v == 0 ? "" : " OR", v);
	}
	appendStringInfo(&sql,
	                 "SELECT r.g, pg_catalog.count(r.d),"
	                 " pg_catalog.count(*) FILTER (WHERE NOT r.d AND (%s) OR"
	                 " r.d AND (%s)), pg_catalog.count(*) FILTER (WHERE NOT r.d"
	                 " AND (%s)), pg_catalog.count(*) FILTER (WHERE r.d AND"
	                 " (%s))",
	                 more.data, less.data, more.data, less.data);
	for (int v = 0; v < n; v++)
		appendStringInfo(&sql,
		                 ", pg_catalog.count(*) FILTER (WHERE NOT r.d AND r.d%d"
		                 " OR r.d AND NOT r.d%d), pg_catalog.count(*) FILTER"
		                 " (WHERE NOT r.d AND r.d%d), pg_catalog.count(*)"
		                 " FILTER (WHERE r.d AND NOT r.d%d)",
		                 v, v, v, v);
	appendStringInfo(&sql,
	                 " FROM (SELECT src.%s AS g, fairpg.decide(%s, src.*, %d)"
	                 " AS d",
	                 quote_identifier(column), model, call->side.version);
	for (int v = 0; v < n; v++)
		appendStringInfo(&sql, ", fairpg.decide(%s, other%d, %d) AS d%d", model,
		                 v, call->side.version, v);
	appendStringInfo(&sql, " FROM %s", source->from);
	for (int v = 0; v < n; v++)
		append_other_row(&sql, source, column, v);
	appendStringInfo(&sql, " OFFSET 0) AS r GROUP BY r.g ORDER BY"
	                       " CAST(r.g AS pg_catalog.text) COLLATE \"C\"");
	return sql.data;
}

/* Of whom a rate is: decided rows of a group of a column, set to a value. */
typedef struct FlipRate
{
	const char *column;
	const char *group;  /* NULL: all rows */
	const char *set_to; /* NULL: any other value */
	double n;
	const char *reason; /* why nothing can change */
} FlipRate;

static void
put_rate(FlipCall *call, const FlipRate *of, int change, double flips)
{
	double rate = of->n > 0 ? flips / of->n : NAN;
	double low;
	double high;
	RowMaker row;

	fair_wilson(rate, of->n, call->audit.level, &low, &high);
	row_begin_among(&row, &call->rows);
	row_put_text(&row, of->column);
	row_put_text(&row, of->group);
	row_put_text(&row, of->set_to);
	row_put_text(&row, changes[change]);
	row_put_real(&row, rate);
	/* what cannot change is certain */
	row_put_end(&row, of->reason != NULL ? NAN : low);
	row_put_end(&row, of->reason != NULL ? NAN : high);
	row_put(&row, Int64GetDatum((int64) of->n));
	row_put_text(&row, of->n < call->audit.min_group ? "small" : NULL);
	row_put_text(&row, of->reason != NULL ? of->reason
	                   : of->n > 0        ? NULL
	                                      : "no decided rows");
	row_end_among(&row, &call->rows);
}

static double
count_column(uint64 r, int column)
{
	bool null;

	return (double) DatumGetInt64(SPI_getbinval(
		SPI_tuptable->vals[r], SPI_tuptable->tupdesc, column, &null));
}

/* The rows of one column, from what the statement has counted. */
static void
put_column(FlipCall *call, const char *column, const FlipValues *values)
{
	FlipRate all = { .column = column };
	double total[N_CHANGES] = { 0 };
	int nest_level = NewGUCNestLevel();

	audit_pin_output_style();
	for (uint64 r = 0; r < SPI_processed; r++)
	{
		char *own =
			SPI_getvalue(SPI_tuptable->vals[r], SPI_tuptable->tupdesc, 1);
		FlipRate rate = { .column = column,
			              .group = own == NULL ? UNKNOWN_GROUP : own,
			              .n = count_column(r, 2) };

		all.n += rate.n;
		for (int change = 0; change < N_CHANGES; change++)
		{
			total[change] += count_column(r, 3 + change);
			put_rate(call, &rate, change, count_column(r, 3 + change));
		}
		for (int v = 0; v < values->n; v++)
		{
			rate.set_to = values->names[v];
			for (int change = 0; change < N_CHANGES; change++)
				if (own == NULL || strcmp(own, rate.set_to) != 0)
					put_rate(call, &rate, change,
					         count_column(r, 3 + N_CHANGES * (v + 1) + change));
		}
	}
	for (int change = 0; change < N_CHANGES; change++)
		put_rate(call, &all, change, total[change]);
	AtEOXact_GUC(true, nest_level);
}

static void
flip_column(FlipCall *call, const char *column)
{
	FlipValues values;

	if (!is_feature(call, column))
	{
		audit_run(psprintf("SELECT NULL, pg_catalog.count(*) FROM %s",
		                   call->audit.source.from),
		          0, NULL, NULL);
		for (int change = 0; change < N_CHANGES; change++)
			put_rate(call,
			         &(FlipRate){ .column = column,
			                      .n = count_column(0, 2),
			                      .reason = "the column is no feature of the "
			                                "model" },
			         change, 0);
		return;
	}
	read_values(call, column, &values);
	if (values.n == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("column \"%s\" has no values", column)));
	/* values of rows are parameters: errors show the statement */
	audit_run(flip_statement(call, column, values.n), values.n, values.types,
	          values.values);
	put_column(call, column, &values);
}

/*
 * counterfactual_flips(model text, source text, version integer,
 *       protected text[], level float8, options jsonb)
 * returns table (attribute text, group_name text, set_to text, metric text,
 *       value float8, low float8, high float8, n bigint, flag text,
 *       reason text)
 *
 * Runs as the caller and writes nothing.
 */
FAIRPG_FUNCTION(fairpg_counterfactual_flips);

Datum
fairpg_counterfactual_flips(PG_FUNCTION_ARGS)
{
	FlipCall call = { .audit = { .purpose = "counterfactual flips" } };

	rows_begin(&call.rows, fcinfo, N_RESULT_COLUMNS);
	SPI_connect();
	read_call(fcinfo, &call);
	for (int c = 0; c < call.audit.n_columns; c++)
		flip_column(&call, call.audit.columns[c]);
	SPI_finish();
	PG_RETURN_NULL();
}
