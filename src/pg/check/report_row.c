/*
 * report_row.c
 *    One row of what check_data() reports, and the words in it.
 */
#include "postgres.h"

#include <math.h>

#include "pg/check/check.h"

CheckRow
check_row(const char *check, const char *metric)
{
	CheckRow row = { .check = check,
		             .severity = severity_name(SEVERITY_OK),
		             .metric = metric,
		             .value = NAN,
		             .low = NAN,
		             .high = NAN };

	return row;
}

void
check_put(const CheckCall *call, const CheckRow *row)
{
	RowMaker maker;

	row_begin_among(&maker, call->rows);
	row_put_text(&maker, row->check);
	row_put_text(&maker, row->severity);
	row_put_text(&maker, row->attribute);
	row_put_text(&maker, row->column);
	row_put_text(&maker, row->group);
	row_put_text(&maker, row->metric);
	row_put_real(&maker, row->value);
	row_put_real(&maker, row->low);
	row_put_real(&maker, row->high);
	row_put(&maker, Int64GetDatum(row->n));
	row_put_text(&maker, row->fact);
	row_put_text(&maker, row->advice);
	row_end_among(&maker, call->rows);
}

char *
check_sampled(const CheckCall *call)
{
	if (call->sample.n == call->n_rows)
		return psprintf("%zu rows", call->sample.n);
	return psprintf("a random sample of %zu rows", call->sample.n);
}

/* Three digits where a share is small, so that it does not read as none. */
char *
check_percent(double share)
{
	double percent = 100 * share;

	if (percent == 0 || fabs(percent) >= 0.1)
		return psprintf("%.1f %%", percent);
	return psprintf("%.2g %%", percent);
}

char *
check_between(const CheckCall *call, double low, double high)
{
	if (isnan(low) || isnan(high))
		return "";
	return psprintf(" (%g %% interval %s to %s)", 100 * call->level,
	                check_percent(low), check_percent(high));
}
