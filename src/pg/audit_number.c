/*
 * audit_number.c
 *    Counting a source by how far predicted numbers are from labels.
 *
 * Sums are of type numeric, in which additions are exact: each term is what
 * its float8 says in 15 digits, so no plan and no order of the rows changes a
 * bit of the result.
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
#include "pg/fairness_stats.h"

#define MINUS " OPERATOR(pg_catalog.-) "
#define TIMES " OPERATOR(pg_catalog.*) "
#define BY " OPERATOR(pg_catalog./) "

/* Sums of a base group, in the order of 'terms'. */
enum
{
	SUM_WEIGHT,
	SUM_WEIGHT_SQUARED,
	SUM_LABEL,
	SUM_LABEL_SQUARED,
	SUM_PREDICTION,
	SUM_PREDICTION_SQUARED,
	SUM_ABSOLUTE,
	SUM_SQUARED,
	SUM_FOURTH,
	N_TERMS
};

/* Each of a row with weight w, label y and prediction p. */
static const char *const terms[N_TERMS] = {
	[SUM_WEIGHT] = "r.w",
	[SUM_WEIGHT_SQUARED] = "r.w" TIMES "r.w",
	[SUM_LABEL] = "r.w" TIMES "r.y",
	[SUM_LABEL_SQUARED] = "r.w" TIMES "r.y" TIMES "r.y",
	[SUM_PREDICTION] = "r.w" TIMES "r.p",
	[SUM_PREDICTION_SQUARED] = "r.w" TIMES "r.p" TIMES "r.p",
	[SUM_ABSOLUTE] = "r.w" TIMES "pg_catalog.abs(r.e)",
	[SUM_SQUARED] = "r.w" TIMES "r.e" TIMES "r.e",
	[SUM_FOURTH] = "r.w" TIMES "r.e" TIMES "r.e" TIMES "r.e" TIMES "r.e",
};

/* columns of the result behind the groups */
enum
{
	COUNT_ALL,
	COUNT_ROWS,       /* with label and weight */
	COUNT_UNLABELLED, /* without label */
	COUNT_LABELS,     /* that are not finite */
	COUNT_WEIGHTS,    /* that are none */
	N_COUNTS
};

/*
 * Two levels: rows as (protected columns, weight, label, prediction), and sums
 * over them.  Rows whose label is NULL or whose weight is 0 only count.
 */
static char *
build_statement(const AuditCall *call)
{
	const char *label = audit_number_column(call, call->label, "label");
	const char *weight =
		call->weight == NULL
			? "CAST(1 AS pg_catalog.float8)"
			: audit_number_column(call, call->weight, "weight");
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "r.g%d, ", c);
	appendStringInfoString(
		&sql, "pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE r.used),"
			  " pg_catalog.count(*) FILTER (WHERE r.y IS NULL),"
			  " pg_catalog.count(*) FILTER (WHERE r.y IS NOT NULL AND NOT"
			  " pg_catalog.abs(r.y) OPERATOR(pg_catalog.<) 'Infinity'),"
			  " pg_catalog.count(*) FILTER (WHERE r.bad)");
	for (int t = 0; t < N_TERMS; t++)
		appendStringInfo(&sql,
		                 ", CAST(pg_catalog.sum(CAST(%s AS pg_catalog.numeric))"
		                 " FILTER (WHERE r.used) AS pg_catalog.float8)",
		                 terms[t]);
	for (int i = 0; i < call->n_sums; i++)
		appendStringInfo(&sql, ", pg_catalog.sum(r.s%d)", i);
	appendStringInfoString(&sql, " FROM (SELECT q.*, q.p" MINUS
	                             "q.y AS e, q.y IS NOT NULL AND NOT q.bad AND"
	                             " q.w OPERATOR(pg_catalog.>) 0 AS used"
	                             " FROM (SELECT ");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "src.%s AS g%d, ",
		                 quote_identifier(call->columns[c]), c);
	for (int i = 0; i < call->n_sums; i++)
		appendStringInfo(&sql, "%s AS s%d, ", call->sums_sql[i], i);
	appendStringInfo(
		&sql,
		"(%s" MINUS "$1)" BY "$2 AS y, (%s" MINUS "$1)" BY "$2 AS p, %s AS w,"
		" (%s BETWEEN 0 AND %.1f) IS NOT TRUE AS bad FROM %s) AS q)"
		" AS r",
		label, call->score_sql, weight, weight, FAIR_MAX_WEIGHT,
		call->source.from);
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

static double
sum_column(HeapTuple row, TupleDesc desc, int column)
{
	bool null;
	Datum value = SPI_getbinval(row, desc, column, &null);

	return null ? 0 : DatumGetFloat8(value);
}

static void
refuse_values(const AuditCall *call, int64 bad_labels, int64 bad_weights)
{
	if (bad_labels > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("label column \"%s\" is not finite in " INT64_FORMAT
		                " rows",
		                call->label, bad_labels),
		         errhint("Leave such rows out with a query as source, or "
		                 "make the value NULL.")));
	if (bad_weights > 0)
		ereport(ERROR,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("weight column \"%s\" is null, negative or too large "
		                "in " INT64_FORMAT " rows",
		                call->weight, bad_weights),
		         errhint("Weights are numbers from 0 to %.0f; only their "
		                 "ratios matter.",
		                 FAIR_MAX_WEIGHT)));
}

/* The errors of one row of the result, from column 'first' on. */
static FairErrors *
read_errors(HeapTuple row, TupleDesc desc, int first, double centre,
            double unit)
{
	FairErrors *errors = palloc0(sizeof(FairErrors));
	double square = unit * unit;
	double sum[N_TERMS];

	for (int t = 0; t < N_TERMS; t++)
		sum[t] = sum_column(row, desc, first + N_COUNTS + t);
	errors->rows = (uint64) count_column(row, desc, first + COUNT_ROWS);
	errors->centre = centre;
	errors->weight = sum[SUM_WEIGHT];
	errors->weight_squared = sum[SUM_WEIGHT_SQUARED];
	errors->label = unit * sum[SUM_LABEL];
	errors->label_squared = square * sum[SUM_LABEL_SQUARED];
	errors->prediction = unit * sum[SUM_PREDICTION];
	errors->prediction_squared = square * sum[SUM_PREDICTION_SQUARED];
	errors->absolute = unit * sum[SUM_ABSOLUTE];
	errors->squared = square * sum[SUM_SQUARED];
	errors->fourth = square * square * sum[SUM_FOURTH];
	return errors;
}

AuditBase *
audit_count_numbers(const AuditCall *call, double centre, double unit,
                    int *n_bases)
{
	Oid types[2] = { FLOAT8OID, FLOAT8OID };
	Datum values[2] = { Float8GetDatum(centre), Float8GetDatum(unit) };
	int first = call->n_columns + 1;
	int64 bad_labels = 0;
	int64 bad_weights = 0;
	int64 rows = 0;
	int nest_level;
	TupleDesc desc;
	AuditBase *bases;

	audit_run(build_statement(call), 2, types, values);
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
		bases[b].errors = read_errors(row, desc, first, centre, unit);
		bases[b].n_unlabelled =
			count_column(row, desc, first + COUNT_UNLABELLED);
		bad_labels += count_column(row, desc, first + COUNT_LABELS);
		bad_weights += count_column(row, desc, first + COUNT_WEIGHTS);
		rows += count_column(row, desc, first + COUNT_ALL);
		bases[b].sums = palloc(sizeof(int64) * (Size) (call->n_sums + 1));
		for (int i = 0; i < call->n_sums; i++)
			bases[b].sums[i] =
				count_column(row, desc, first + N_COUNTS + N_TERMS + i);
	}
	AtEOXact_GUC(true, nest_level);
	refuse_values(call, bad_labels, bad_weights);
	if (rows == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("source %s has no rows", call->source.name)));
	return bases;
}
