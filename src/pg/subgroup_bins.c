/*
 * subgroup_bins.c
 *    Numbers, dates and times in bins between their quantiles.
 *
 * One scan takes the quantiles of all of them that have more values than there
 * are to be bins.  A value that is several quantiles at once, and the largest
 * value where it is one, is told apart from those on either side, so that many
 * zeros are a bin of their own.  NaN is no number and a bin of its own.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/encode.h"
#include "pg/subgroups.h"

#define NAN_BIN (-1)

static Oid
type_of(const SubgroupCall *call, const SubgroupColumn *column)
{
	const Source *source = &call->audit.source;
	int at = source_find_column(source, column->name);

	return getBaseType(TupleDescAttr(source->columns, at)->atttypid);
}

bool
subgroup_is_number(const SubgroupCall *call, const SubgroupColumn *column)
{
	switch (type_of(call, column))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return true;
		default:
			return false;
	}
}

/* The column as an expression of its base type. */
static char *
value_sql(const SubgroupCall *call, const SubgroupColumn *column)
{
	return psprintf("CAST(src.%s AS %s)", quote_identifier(column->name),
	                format_type_be_qualified(type_of(call, column)));
}

/* Whether the column has a number: a condition. */
static char *
number_sql(const SubgroupCall *call, const SubgroupColumn *column)
{
	Oid type = type_of(call, column);
	char *value = value_sql(call, column);

	if (type != FLOAT4OID && type != FLOAT8OID && type != NUMERICOID)
		return psprintf("%s IS NOT NULL", value);
	return psprintf("%s OPERATOR(pg_catalog.<>) CAST('NaN' AS %s)", value,
	                format_type_be_qualified(type));
}

/* Cuts from sorted quantiles, of which the last is the largest value. */
static void
set_cuts(SubgroupColumn *column, const SubgroupCut *quantiles, int n)
{
	const char *largest = quantiles[n - 1].name;

	for (int i = 0; i < n - 1;)
	{
		SubgroupCut cut = quantiles[i];
		int times = 0;

		while (i < n - 1 && strcmp(quantiles[i].name, cut.name) == 0)
		{
			times++;
			i++;
		}
		cut.from = true;
		if (times > 1 || strcmp(cut.name, largest) == 0)
			column->cuts[column->n_cuts++] = cut;
		cut.from = false;
		if (strcmp(cut.name, largest) != 0)
			column->cuts[column->n_cuts++] = cut;
	}
}

/* What the scan says of a number: how many values there are, and quantiles. */
static void
read_column(const SubgroupCall *call, SubgroupColumn *column, int place)
{
	TupleDesc desc = SPI_tuptable->tupdesc;
	HeapTuple row = SPI_tuptable->vals[0];
	Oid type = type_of(call, column);
	int16 length;
	bool by_value;
	char align;
	Datum *elements;
	bool *nulls;
	SubgroupCut *quantiles;
	int n;
	bool null;
	int64 n_values = DatumGetInt64(SPI_getbinval(row, desc, place, &null));
	Datum array = SPI_getbinval(row, desc, place + 1, &null);

	if (null || n_values <= call->bins)
		return;
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(DatumGetArrayTypeP(array), type, length, by_value, align,
	                  &elements, &nulls, &n);
	quantiles = palloc(sizeof(SubgroupCut) * (Size) n);
	for (int i = 0; i < n; i++)
		quantiles[i] =
			(SubgroupCut){ elements[i], encode_group_name(type, elements[i]),
			               false };
	set_cuts(column, quantiles, n);
}

int
subgroup_find_bins(SubgroupCall *call)
{
	StringInfoData select;
	StringInfoData shares;
	int n = 0;

	initStringInfo(&shares);
	for (int b = 1; b <= call->bins; b++)
		appendStringInfo(&shares, "%s%.17g", b > 1 ? "," : "",
		                 (double) b / call->bins);
	initStringInfo(&select);
	for (int c = 0; c < call->n_columns; c++)
	{
		char *value;
		char *is_number;

		if (!subgroup_is_number(call, &call->columns[c]))
			continue;
		value = value_sql(call, &call->columns[c]);
		is_number = number_sql(call, &call->columns[c]);
		appendStringInfo(
			&select,
			"%s pg_catalog.count(DISTINCT %s) FILTER (WHERE %s),"
			" pg_catalog.percentile_disc(CAST('{%s}' AS pg_catalog.float8[]))"
			" WITHIN GROUP (ORDER BY %s) FILTER (WHERE %s)",
			n++ == 0 ? "SELECT" : ",", value, is_number, shares.data, value,
			is_number);
	}
	if (n == 0)
		return 0;
	appendStringInfo(&select, " FROM %s", call->audit.source.from);
	audit_run(select.data, 0, NULL, NULL);
	n = 0;
	for (int c = 0; c < call->n_columns; c++)
		if (subgroup_is_number(call, &call->columns[c]))
		{
			read_column(call, &call->columns[c], 2 * n + 1);
			n++;
		}
	return 1;
}

/* A value as a parameter of the call. */
static int
add_parameter(AuditCall *audit, Oid type, Datum value)
{
	int n = audit->n_parameters++;

	if (n == 0)
	{
		Size room = SUBGROUP_COLUMNS_MAX * 2 * SUBGROUP_BINS_MAX;

		audit->parameter_types = palloc(sizeof(Oid) * room);
		audit->parameter_values = palloc(sizeof(Datum) * room);
	}
	audit->parameter_types[n] = type;
	audit->parameter_values[n] = value;
	return n + 1;
}

/* How many of the cuts a value has passed, or NAN_BIN. */
char *
subgroup_bin_sql(SubgroupCall *call, const SubgroupColumn *column)
{
	char *value = value_sql(call, column);
	Oid type = type_of(call, column);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql,
	                 "CASE WHEN %s IS NULL THEN NULL WHEN NOT (%s) THEN %d",
	                 value, number_sql(call, column), NAN_BIN);
	/* the highest first */
	for (int i = column->n_cuts - 1; i >= 0; i--)
		appendStringInfo(
			&sql, " WHEN %s OPERATOR(pg_catalog.%s) $%d THEN %d", value,
			column->cuts[i].from ? ">=" : ">",
			add_parameter(&call->audit, type, column->cuts[i].value), i + 1);
	appendStringInfoString(&sql, " ELSE 0 END");
	return sql.data;
}

/* A bin by its number. */
static char *
bin_condition(const SubgroupColumn *column, int bin)
{
	const SubgroupCut *below = bin > 0 ? &column->cuts[bin - 1] : NULL;
	const SubgroupCut *above = bin < column->n_cuts ? &column->cuts[bin] : NULL;

	if (below == NULL)
		return psprintf("%s %s %s", column->name,
		                above->from ? "<" : "<=", above->name);
	if (above == NULL)
		return psprintf("%s %s %s", column->name, below->from ? ">=" : ">",
		                below->name);
	if (strcmp(below->name, above->name) == 0)
		return psprintf("%s = %s", column->name, below->name);
	return psprintf("%s %s %s %s %s", below->name, below->from ? "<=" : "<",
	                column->name, above->from ? "<" : "<=", above->name);
}

static bool
is_bin(const SubgroupColumn *column, const char *value)
{
	return column->n_cuts > 0 && strcmp(value, UNKNOWN_GROUP) != 0 &&
	       atoi(value) != NAN_BIN;
}

const char *
subgroup_level(const SubgroupColumn *column, const char *value)
{
	if (is_bin(column, value))
		return bin_condition(column, atoi(value));
	if (column->n_cuts > 0 && strcmp(value, UNKNOWN_GROUP) != 0)
		return "NaN";
	return value;
}

char *
subgroup_condition(const SubgroupColumn *column, int level)
{
	const char *value = column->levels[level];

	if (is_bin(column, value))
		return bin_condition(column, atoi(value));
	return psprintf("%s = %s", column->name, subgroup_level(column, value));
}
