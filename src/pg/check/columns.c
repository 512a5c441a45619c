/*
 * columns.c
 *    Columns that are no good as features, whatever the labels are.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fair/interval.h"
#include "pg/check/check.h"

/* A text is prose when it has so many bytes and blanks on average, and so
 * great a share of different values. */
#define PROSE_BYTES 30
#define PROSE_BLANKS 3
#define PROSE_DISTINCT 0.2

/* changes from row to row without which no order is spoken of */
#define LEAST_CHANGES 100

static CheckRow
column_row(const CheckCall *call, const CheckFeature *feature,
           const char *check, const char *metric)
{
	CheckRow row = check_row(check, metric);

	row.column = feature->input.name;
	row.n = (int64) call->n_rows;
	return row;
}

static void
check_usable(const CheckCall *call, const CheckFeature *feature)
{
	CheckRow row = column_row(call, feature, "unusable", "type");

	if (feature->input.encoder.input != ENCODE_NONE)
		return;
	row.severity = severity_name(SEVERITY_WARNING);
	row.fact = psprintf("Column \"%s\" is of type %s, which cannot be a "
	                    "feature; of it only NULLs are looked at.",
	                    row.column, format_type_be(feature->input.type));
	row.advice = "Make a number, a text or a date of it in a query given as "
				 "source, or exclude it.";
	check_put(call, &row);
}

static void
check_finite(const CheckCall *call, const CheckFeature *feature)
{
	CheckRow row = column_row(call, feature, "unusable", "not_finite");

	if (feature->n_not_finite == 0)
		return;
	row.value = (double) feature->n_not_finite / (double) call->n_rows;
	fair_wilson(row.value, (double) call->n_rows, call->level, &row.low,
	            &row.high);
	row.severity = severity_name(SEVERITY_WARNING);
	row.fact = psprintf(
		"Column \"%s\" is NaN, infinite or beyond 3.4e38 in " UINT64_FORMAT
		" rows.",
		row.column, feature->n_not_finite);
	row.advice = "Training refuses such values: make NULL or a number of "
				 "them.";
	check_put(call, &row);
}

/* One value, or one nearly everywhere. */
static void
check_constant(const CheckCall *call, int f)
{
	const CheckFeature *feature = &call->features[f];
	CheckRow row = column_row(call, feature, "constant", "dominant_share");
	size_t rows = (size_t) values_rows(&feature->values);
	size_t most = (size_t) values_most_frequent(&feature->values);

	if (feature->input.encoder.input == ENCODE_NONE ||
	    call->n_rows < (uint64) call->min_group)
		return;
	/* beyond so many values only some are counted, and the most frequent one
	 * need not be among them: it is in the sample */
	if (feature->values.bits > 0)
		most = check_most_frequent(call, f, &rows);
	row.n = (int64) rows;
	if (feature->n_present == 0)
	{
		row.severity = severity_name(SEVERITY_WARNING);
		row.fact =
			psprintf("Column \"%s\" has no value in any row.", row.column);
		row.advice = "Leave it out.";
		check_put(call, &row);
		return;
	}
	if (rows == 0)
		return;
	row.value = (double) most / (double) rows;
	fair_wilson(row.value, (double) rows, call->level, &row.low, &row.high);
	row.severity = rules_judge(&call->rules, RULE_DOMINANT, row.value);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) == 0)
		return;
	row.fact = feature->values.n == 1
	               ? psprintf("Column \"%s\" has one value only.", row.column)
	               : psprintf("Column \"%s\" has the same value in %s of the "
	                          "rows that have one.",
	                          row.column, check_percent(row.value));
	row.advice = feature->values.n == 1
	                 ? "It tells nothing: leave it out."
	                 : "It tells of few rows: what is learnt from those may "
	                   "not hold for others.";
	check_put(call, &row);
}

/* Numbers that count or name rather than measure, texts, and other types. */
static bool
may_identify(const CheckFeature *feature)
{
	Oid type = feature->input.type;

	return type == INT2OID || type == INT4OID || type == INT8OID ||
	       feature->input.encoder.input == ENCODE_TEXT;
}

/* Different values by rows with one, of the values that were kept. */
static double
distinct_share(const CheckFeature *feature)
{
	uint64 rows = values_rows(&feature->values);

	return rows == 0 ? NAN : (double) feature->values.n / (double) rows;
}

static bool
is_prose(const CheckFeature *feature)
{
	double n = (double) feature->n_present;

	return feature->input.encoder.input == ENCODE_TEXT && n > 0 &&
	       (double) feature->n_bytes / n >= PROSE_BYTES &&
	       (double) feature->n_blanks / n >= PROSE_BLANKS &&
	       distinct_share(feature) >= PROSE_DISTINCT;
}

static void
check_prose(const CheckCall *call, const CheckFeature *feature)
{
	CheckRow row = column_row(call, feature, "free_text", "mean_bytes");

	row.n = (int64) feature->n_present;
	row.value = (double) feature->n_bytes / (double) feature->n_present;
	row.severity = severity_name(SEVERITY_WARNING);
	row.fact =
		psprintf("Column \"%s\" looks like free text: %.0f bytes on "
	             "average, and %s of its values are different.",
	             row.column, row.value, check_percent(distinct_share(feature)));
	row.advice = "Texts of people name them and their groups; a category "
				 "learns nothing from them: exclude it, or make features of "
				 "what it says.";
	check_put(call, &row);
}

static void
check_identifier(const CheckCall *call, const CheckFeature *feature)
{
	CheckRow row = column_row(call, feature, "identifier", "distinct_share");

	if (!may_identify(feature) || feature->n_present < (uint64) call->min_group)
		return;
	if (is_prose(feature))
	{
		check_prose(call, feature);
		return;
	}
	row.n = (int64) feature->n_present;
	row.value = distinct_share(feature);
	row.severity = rules_judge(&call->rules, RULE_IDENTIFIER, row.value);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) == 0)
		return;
	row.fact =
		psprintf("Column \"%s\" has %s%.0f different values in " UINT64_FORMAT
	             " rows, %s.",
	             row.column, feature->values.bits > 0 ? "about " : "",
	             row.value * (double) feature->n_present, feature->n_present,
	             check_percent(row.value));
	row.advice =
		strcmp(row.severity, severity_name(SEVERITY_NOTE)) == 0
			? "If it names rows rather than measures something, exclude it."
			: "It looks like an identifier: a model remembers rows by it and "
			  "learns nothing for others. Exclude it.";
	check_put(call, &row);
}

/* Whether a name is, or ends with, what keys are called. */
static bool
named_like_key(const char *name)
{
	static const char *const endings[] = { "id",  "key",  "uuid", "guid",
		                                   "ssn", "iban", "nr",   "number" };
	size_t n = strlen(name);

	for (int i = 0; i < lengthof(endings); i++)
	{
		size_t m = strlen(endings[i]);

		if (n >= m && pg_strcasecmp(name + n - m, endings[i]) == 0 &&
		    (n == m || name[n - m - 1] == '_' || name[n - m - 1] == ' '))
			return true;
	}
	return false;
}

static void
check_name(const CheckCall *call, const CheckFeature *feature)
{
	CheckRow row = column_row(call, feature, "identifier", "name");

	if (!named_like_key(feature->input.name))
		return;
	row.severity = severity_name(SEVERITY_NOTE);
	row.fact = psprintf("Column \"%s\" is named like a key.", row.column);
	row.advice = "If it only identifies, exclude it.";
	check_put(call, &row);
}

/* Numbers and dates that follow the order in which rows are read. */
static void
check_order(const CheckCall *call, const CheckFeature *feature)
{
	CheckRow row = column_row(call, feature, "row_order", "order_share");
	uint64 changes = feature->n_rises + feature->n_falls;
	uint64 most = Max(feature->n_rises, feature->n_falls);

	if (changes < LEAST_CHANGES)
		return;
	row.value = (double) most / (double) changes;
	fair_wilson(row.value, (double) changes, call->level, &row.low, &row.high);
	row.severity = rules_judge(&call->rules, RULE_ROW_ORDER, row.value);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) == 0)
		return;
	row.n = (int64) changes;
	row.fact = psprintf(
		"Column \"%s\" %s from row to row in %s of " UINT64_FORMAT " changes.",
		row.column, feature->n_rises >= feature->n_falls ? "rises" : "falls",
		check_percent(row.value), changes);
	row.advice = "It tells when a row was written: hold out later rows rather "
				 "than random ones, and look whether it should be a feature.";
	check_put(call, &row);
}

void
check_columns(CheckCall *call)
{
	CheckRow row = check_row("columns", "columns");

	row.value = call->n_features;
	row.n = (int64) call->n_rows;
	row.fact = psprintf("%d column%s looked at as features.", call->n_features,
	                    call->n_features == 1 ? " is" : "s are");
	check_put(call, &row);
	for (int f = 0; f < call->n_features && call->n_rows > 0; f++)
	{
		const CheckFeature *feature = &call->features[f];

		CHECK_FOR_INTERRUPTS();
		check_usable(call, feature);
		check_finite(call, feature);
		check_constant(call, f);
		check_identifier(call, feature);
		check_name(call, feature);
		check_order(call, feature);
	}
}
