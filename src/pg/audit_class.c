/*
 * audit_class.c
 *    Counting a source by the class that is predicted and the one of the label.
 *
 * Two levels: a confusion table of one cell for each group, label and class,
 * and these as arrays for each group.  Sums of weights are those of
 * fairpg.outcomes(), which are exact, and are added up in the order of the
 * classes, so no plan and no order of the rows changes a bit of the result.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "fair/tally.h"
#include "pg/args.h"
#include "pg/audit.h"
#include "pg/fairness_stats.h"
#include "pg/outcome_stats.h"
#include "pg/score_stats.h"
#include "pg/stats_image.h"

/* columns of the result behind the groups */
enum
{
	COLUMN_LABELS,  /* [n] number of the label, NULL: it is NULL */
	COLUMN_CLASSES, /* [n] number of the class decided */
	COLUMN_TABLES,  /* [n] rows of both */
	COLUMN_SCORES,  /* probabilities of labels; NULL: no row has one */
	COLUMN_SUMS
};

static char *
build_statement(const AuditCall *call)
{
	const char *weight =
		call->weight == NULL
			? ""
			: psprintf(", %s",
	                   audit_number_column(call, call->weight, "weight"));
	StringInfoData groups;
	StringInfoData sql;

	initStringInfo(&groups);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&groups, "r.g%d, ", c);
	appendStringInfo(&sql,
	                 "%s pg_catalog.array_agg(r.l), pg_catalog.array_agg(r.d),"
	                 " pg_catalog.array_agg(r.o), fairpg.merge(r.p)",
	                 groups.data);
	for (int i = 0; i < call->n_sums; i++)
		appendStringInfo(&sql, ", pg_catalog.sum(r.s%d)::pg_catalog.int8", i);
	appendStringInfoString(&sql, " FROM (SELECT ");
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "src.%s AS g%d, ",
		                 quote_identifier(call->columns[c]), c);
	for (int i = 0; i < call->n_sums; i++)
		appendStringInfo(&sql, "pg_catalog.sum(%s) AS s%d, ", call->sums_sql[i],
		                 i);
	appendStringInfo(&sql,
	                 "%s AS l, %s AS d, fairpg.outcomes(true, true%s) AS o,"
	                 " fairpg.scores(true, %s%s) FILTER (WHERE %s"
	                 " OPERATOR(pg_catalog.>) 0) AS p FROM %s GROUP BY ",
	                 call->label_sql, call->decision_sql, weight,
	                 call->score_sql, weight, call->label_sql,
	                 call->source.from);
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "src.%s, ", quote_identifier(call->columns[c]));
	appendStringInfo(&sql, "%s, %s) AS r", call->label_sql, call->decision_sql);
	for (int c = 0; c < call->n_columns; c++)
		appendStringInfo(&sql, "%s r.g%d", c == 0 ? " GROUP BY" : ",", c);
	/* one more than allowed tells that there are too many */
	appendStringInfo(&sql, " LIMIT %d", setting_int("fairpg.max_groups") + 1);
	return sql.data;
}

/* An array of the result; '*n' is its length. */
static Datum *
array_column(HeapTuple row, TupleDesc desc, int column, bool **nulls, int *n)
{
	bool null;
	Datum value = SPI_getbinval(row, desc, column, &null);
	ArrayType *array = DatumGetArrayTypeP(value);
	Datum *elements;
	int16 length;
	bool by_value;
	char align;

	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align,
	                  &elements, nulls, n);
	return elements;
}

/* Adds the rows of one cell to the tables of all classes. */
static void
add_cell(const FairCells *cell, int label, int class, int n_classes,
         FairCells *tables)
{
	for (int k = 0; k <= n_classes; k++)
	{
		int y = k == n_classes || k + 1 == label ? 1 : 0;
		int d = k == n_classes ? class == label : k + 1 == class;

		tables[k].rows[y][d] += cell->rows[1][1];
		tables[k].weight[y][d] += cell->weight[1][1];
		tables[k].weight_squared[y][d] += cell->weight_squared[1][1];
	}
}

/* The tables of a base group, from one row of the result. */
static void
read_tables(const AuditCall *call, HeapTuple row, TupleDesc desc,
            AuditBase *base, int64 *n_unknown)
{
	int first = call->n_columns + 1;
	int n_classes = call->n_classes;
	FairCells *cells =
		palloc0(sizeof(FairCells) * (Size) ((n_classes + 1) * (n_classes + 1)));
	FairCells *tables = palloc0(sizeof(FairCells) * (Size) (n_classes + 1));
	bool *unlabelled;
	bool *nulls;
	int n;
	Datum *labels =
		array_column(row, desc, first + COLUMN_LABELS, &unlabelled, &n);
	Datum *classes =
		array_column(row, desc, first + COLUMN_CLASSES, &nulls, &n);
	Datum *counted = array_column(row, desc, first + COLUMN_TABLES, &nulls, &n);

	for (int i = 0; i < n; i++)
	{
		FairCells cell;

		fair_tally_cells(
			stats_payload(&outcome_kind,
		                  (struct varlena *) PG_DETOAST_DATUM(counted[i]),
		                  NULL),
			&cell);
		if (unlabelled[i])
			base->n_unlabelled += (int64) cell.rows[1][1];
		else
			cells[DatumGetInt32(labels[i]) * (n_classes + 1) +
			      DatumGetInt32(classes[i])] = cell;
	}
	for (int l = 0; l <= n_classes; l++)
		for (int d = 1; d <= n_classes; d++)
		{
			const FairCells *cell = &cells[l * (n_classes + 1) + d];

			if (l == 0)
				*n_unknown += (int64) cell->rows[1][1];
			add_cell(cell, l, d, n_classes, tables);
		}
	base->n_classes = n_classes;
	base->classes = tables;
	pfree(cells);
}

static void
read_base(const AuditCall *call, HeapTuple row, TupleDesc desc, AuditBase *base,
          int64 *n_unknown)
{
	int first = call->n_columns + 1;
	bool null;
	Datum value;

	base->values = audit_group_values(call, row, desc);
	read_tables(call, row, desc, base, n_unknown);
	value = SPI_getbinval(row, desc, first + COLUMN_SCORES, &null);
	if (!null)
		base->scores = stats_payload(
			&score_kind, (struct varlena *) PG_DETOAST_DATUM(value), NULL);
	base->sums = palloc(sizeof(int64) * (Size) (call->n_sums + 1));
	for (int i = 0; i < call->n_sums; i++)
	{
		value = SPI_getbinval(row, desc, first + COLUMN_SUMS + i, &null);
		base->sums[i] = null ? 0 : DatumGetInt64(value);
	}
}

/* Says which column was at fault when an aggregate refuses a value. */
static void
add_context(void *call)
{
	const AuditCall *audit = call;

	if (audit->weight != NULL)
		errcontext("%s of source %s with weight \"%s\"", audit->purpose,
		           audit->source.name, audit->weight);
	else
		errcontext("%s of source %s", audit->purpose, audit->source.name);
}

AuditBase *
audit_count_classes(const AuditCall *call, int *n_bases, int64 *n_unknown)
{
	char *statement = build_statement(call);
	ErrorContextCallback context = { .previous = error_context_stack,
		                             .callback = add_context,
		                             .arg = unconstify(AuditCall *, call) };
	int nest_level;
	AuditBase *bases;
	bool null;

	error_context_stack = &context;
	audit_run(statement, 0, NULL, NULL);
	fairness_check_groups((int64) SPI_processed);
	error_context_stack = context.previous;
	nest_level = NewGUCNestLevel();
	audit_pin_output_style();
	*n_unknown = 0;
	*n_bases = (int) SPI_processed;
	bases = palloc0(sizeof(AuditBase) * (Size) Max(SPI_processed, 1));
	/* without groups there is a row also where there are no rows */
	if (SPI_processed > 0)
		(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
		                     call->n_columns + 1 + COLUMN_CLASSES, &null);
	if (SPI_processed == 0 || null)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("source %s has no rows", call->source.name)));
	for (int b = 0; b < *n_bases; b++)
		read_base(call, SPI_tuptable->vals[b], SPI_tuptable->tupdesc, &bases[b],
		          n_unknown);
	AtEOXact_GUC(true, nest_level);
	return bases;
}
