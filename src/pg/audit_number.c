/*
 * audit_number.c
 *    Counting a source by how far predicted numbers are from labels.
 *
 * Sums are those of fairpg.errors(), which are exact, so no plan and no order of
 * the rows changes a bit of the result.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "fair/tally.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/error_stats.h"
#include "pg/fairness_stats.h"
#include "pg/score_pairs.h"

/* columns of the result behind the groups */
enum
{
	COLUMN_ALL,        /* rows */
	COLUMN_UNLABELLED, /* without label */
	COLUMN_BAD,        /* values that are none, for each of 'roles' */
	COLUMN_ERRORS = COLUMN_BAD + 3,
	COLUMN_SUMS /* those of the call, and behind them the pairs */
};

static const char *const roles[] = { "label", "prediction", "weight" };

/*
 * Two levels: rows as (protected columns, weight, label, prediction), and sums
 * over them.  Rows with a value that is none only count, and make an error.
 */
static char *
build_statement(const AuditCall *call)
{
	static const char *const number =
		"(pg_catalog.abs(%s) OPERATOR(pg_catalog.<=) %.17g) IS FALSE";
	const char *label = audit_number_column(call, call->label, "label");
	const char *prediction =
		call->score_sql != NULL
			? call->score_sql
			: audit_number_column(call, call->prediction, "prediction");
	const char *weight =
		call->weight == NULL
			? "CAST(1 AS pg_catalog.float8)"
			: audit_number_column(call, call->weight, "weight");
	StringInfoData bad[3];
	StringInfoData sql;

	for (int i = 0; i < 3; i++)
		initStringInfo(&bad[i]);
	appendStringInfo(&bad[0], number, "r.y", FAIR_MAX_NUMBER);
	appendStringInfo(&bad[1], number, "r.p", FAIR_MAX_NUMBER);
	appendStringInfo(&bad[2],
	                 "(r.w OPERATOR(pg_catalog.=) 0 OR"
	                 " r.w OPERATOR(pg_catalog.>=) %g AND"
	                 " r.w OPERATOR(pg_catalog.<=) %.1f) IS NOT TRUE",
	                 FAIR_MIN_WEIGHT, FAIR_MAX_WEIGHT);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "r.g%d, ", c);
	appendStringInfoString(&sql, "pg_catalog.count(*), pg_catalog.count(*)"
	                             " FILTER (WHERE r.y IS NULL)");
	for (int i = 0; i < 3; i++)
		appendStringInfo(&sql, ", pg_catalog.count(*) FILTER (WHERE %s)",
		                 bad[i].data);
	appendStringInfo(&sql,
	                 ", fairpg.errors(r.y, r.p, r.w) FILTER (WHERE NOT (%s OR"
	                 " %s OR %s))",
	                 bad[0].data, bad[1].data, bad[2].data);
	for (int i = 0; i < call->n_sums; i++)
		appendStringInfo(&sql, ", pg_catalog.sum(r.s%d)", i);
	if (call->pair_sql[0] != NULL)
		appendStringInfo(&sql,
		                 ", fairpg.score_pairs(r.y, r.p, r.q, r.w)"
		                 " FILTER (WHERE NOT (%s OR %s OR %s))",
		                 bad[0].data, bad[1].data, bad[2].data);
	appendStringInfoString(&sql, " FROM (SELECT ");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "src.%s AS g%d, ",
		                 quote_identifier(call->columns[c]), c);
	for (int i = 0; i < call->n_sums; i++)
		appendStringInfo(&sql, "%s AS s%d, ", call->sums_sql[i], i);
	if (call->pair_sql[0] != NULL)
		appendStringInfo(&sql, "%s AS q, ", call->pair_sql[1]);
	appendStringInfo(&sql, "%s AS y, %s AS p, %s AS w FROM %s) AS r", label,
	                 prediction, weight, call->source.from);
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "%s r.g%d", c == 0 ? " GROUP BY" : ",", c);
	/* one more than allowed tells that there are too many */
	appendStringInfo(&sql, " LIMIT %d", setting_int("fairpg.max_groups") + 1);
	return sql.data;
}

static int64
count_column(HeapTuple row, TupleDesc desc, int column)
{
	bool null;
	Datum value = SPI_getbinval(row, desc, column, &null);

	return null ? 0 : DatumGetInt64(value);
}

/* The sums of one row of the result; none where no row of the group counts. */
static FairErrorSums *
read_errors(HeapTuple row, TupleDesc desc, int column)
{
	FairErrorSums *errors = palloc0(sizeof(FairErrorSums));
	bool null;
	Datum value = SPI_getbinval(row, desc, column, &null);

	if (!null)
		error_sums_of(value, errors);
	return errors;
}

/* The rows that have both predictions; none where no row counts. */
static void
read_pairs(HeapTuple row, TupleDesc desc, int column, AuditBase *base)
{
	bool null;
	Datum value = SPI_getbinval(row, desc, column, &null);

	if (!null)
		base->pairs = score_pairs_of(value, &base->n_pairs);
}

static void
refuse_values(const AuditCall *call, const int64 *bad)
{
	const char *const columns[] = { call->label, call->prediction,
		                            call->weight };

	for (int i = 0; i < 2; i++)
		if (bad[i] > 0)
			ereport(
				ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			     columns[i] != NULL
			         ? errmsg("%s column \"%s\" is not finite in " INT64_FORMAT
			                  " rows",
			                  roles[i], columns[i], bad[i])
			         : errmsg("the prediction is not finite in " INT64_FORMAT
			                  " rows",
			                  bad[i]),
			     errdetail("Numbers beyond %.2g do not count as finite.",
			               FAIR_MAX_NUMBER),
			     errhint("Leave such rows out with a query as source, or "
			             "make the value NULL.")));
	if (bad[2] > 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		     errmsg("weight column \"%s\" is null, negative, too small or "
		            "too large in " INT64_FORMAT " rows",
		            call->weight, bad[2]),
		     errhint("Weights are 0, or numbers from %g to %.0f; only their "
		             "ratios matter.",
		             FAIR_MIN_WEIGHT, FAIR_MAX_WEIGHT)));
}

AuditBase *
audit_count_numbers(const AuditCall *call, int *n_bases)
{
	int first = call->n_columns + 1;
	int64 bad[3] = { 0 };
	int64 rows = 0;
	int nest_level;
	TupleDesc desc;
	AuditBase *bases;

	audit_run(build_statement(call), call->n_parameters, call->parameter_types,
	          call->parameter_values);
	fairness_check_groups((int64) SPI_processed);
	desc = SPI_tuptable->tupdesc;
	nest_level = NewGUCNestLevel();
	audit_pin_output_style();
	*n_bases = (int) SPI_processed;
	bases = palloc0(sizeof(AuditBase) * (Size) Max(SPI_processed, 1));
	for (int b = 0; b < *n_bases; b++)
	{
		HeapTuple row = SPI_tuptable->vals[b];

		bases[b].values = audit_group_values(call, row, desc);
		bases[b].errors = read_errors(row, desc, first + COLUMN_ERRORS);
		bases[b].n_unlabelled =
			count_column(row, desc, first + COLUMN_UNLABELLED);
		for (int i = 0; i < 3; i++)
			bad[i] += count_column(row, desc, first + COLUMN_BAD + i);
		rows += count_column(row, desc, first + COLUMN_ALL);
		bases[b].sums = palloc(sizeof(int64) * (Size) (call->n_sums + 1));
		for (int i = 0; i < call->n_sums; i++)
			bases[b].sums[i] = count_column(row, desc, first + COLUMN_SUMS + i);
		if (call->pair_sql[0] != NULL)
			read_pairs(row, desc, first + COLUMN_SUMS + call->n_sums,
			           &bases[b]);
	}
	AtEOXact_GUC(true, nest_level);
	refuse_values(call, bad);
	if (rows == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("source %s has no rows", call->source.name)));
	return bases;
}
