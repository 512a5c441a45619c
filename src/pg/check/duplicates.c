/*
 * duplicates.c
 *    Rows that are equal, and equal rows whose labels contradict each other.
 *
 * Rows are equal when features and protected columns have the same values;
 * columns of types that cannot be features do not count.
 */
#include "postgres.h"

#include <math.h>

#include "fair/interval.h"
#include "pg/check/check.h"

typedef struct Contents
{
	uint64 rows;
	uint64 further;      /* rows that have an equal one, label included, before
	                      * them */
	uint64 largest;      /* equal rows at most */
	uint64 contradicted; /* rows with an equal one of another label */
} Contents;

/* Rows with equal features lie side by side once sorted. */
static void
count_contents(CheckCall *call, Contents *contents)
{
	Values *values = &call->contents;

	memset(contents, 0, sizeof(*contents));
	check_status(call, values_sort(values, &call->monitor));
	for (uint32 i = 0; i < values->n;)
	{
		uint64 hash = values->slots[i].hash;
		uint64 labelled = 0;
		int labels = 0;

		for (; i < values->n && values->slots[i].hash == hash; i++)
		{
			const ValueSlot *slot = &values->slots[i];

			contents->rows += slot->rows;
			contents->further += slot->rows - 1;
			contents->largest = Max(contents->largest, slot->rows);
			if (slot->tag == CHECK_LABEL_NULL)
				continue;
			labels++;
			labelled += slot->rows;
		}
		if (labels > 1)
			contents->contradicted += labelled;
	}
	values_release(values);
}

static void
put_share(const CheckCall *call, CheckRow *row, uint64 rows,
          const Contents *contents)
{
	row->value = (double) rows / (double) contents->rows;
	row->n = (int64) contents->rows;
	fair_wilson(row->value, (double) contents->rows, call->level, &row->low,
	            &row->high);
}

/* "of a sample of 1000 rows" */
static char *
looked_at(const CheckCall *call, const Contents *contents)
{
	if (call->contents.bits == 0)
		return psprintf("of " UINT64_FORMAT " rows", contents->rows);
	return psprintf("of a random part of the contents with " UINT64_FORMAT
	                " rows",
	                contents->rows);
}

void
check_duplicates(CheckCall *call)
{
	CheckRow row = check_row("duplicates", "duplicate_share");
	Contents contents;

	if (call->n_rows == 0)
		return;
	count_contents(call, &contents);
	if (contents.rows == 0)
		return;
	put_share(call, &row, contents.further, &contents);
	row.severity = rules_judge(&call->rules, RULE_DUPLICATES, row.value);
	if (contents.further == 0)
		row.fact = psprintf("None %s is equal to another one in all columns.",
		                    looked_at(call, &contents));
	else
		row.fact = psprintf(UINT64_FORMAT
		                    " %s, %s, are equal to a row before them in "
		                    "all columns; the largest set has " UINT64_FORMAT
		                    " equal rows.",
		                    contents.further, looked_at(call, &contents),
		                    check_percent(row.value), contents.largest);
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "Look whether they are different people: the same one "
					 "twice weighs double, and in training and held-out rows "
					 "alike flatters every figure.";
	check_put(call, &row);
	if (call->label == NULL)
		return;

	row = check_row("duplicates", "contradiction_share");
	row.column = call->label;
	put_share(call, &row, contents.contradicted, &contents);
	row.severity = rules_judge(&call->rules, RULE_CONTRADICTIONS, row.value);
	row.fact = psprintf(UINT64_FORMAT " %s, %s, have an equal row with another "
	                                  "label.",
	                    contents.contradicted, looked_at(call, &contents),
	                    check_percent(row.value));
	if (strcmp(row.severity, severity_name(SEVERITY_OK)) != 0)
		row.advice = "No model can tell them apart by these columns: labels "
					 "are noisy, or a column that matters is missing.";
	check_put(call, &row);
}
