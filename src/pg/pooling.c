/*
 * pooling.c
 *    Rates of many groups beside what the pool of them says.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "fair/metric.h"
#include "fair/pooling.h"
#include "pg/disparity.h"
#include "pg/export.h"
#include "pg/fairness_stats.h"
#include "pg/host.h"
#include "pg/outcome_stats.h"
#include "pg/report.h"
#include "pg/rows.h"

/* pooled_rates(fairness_stats, metric text, level float8) returns a row for
 * each group. */
FAIRPG_FUNCTION(fairpg_pooled_rates);

Datum
fairpg_pooled_rates(PG_FUNCTION_ARGS)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int metric = outcome_metric_number(name);
	double level = stats_level(fcinfo, 2);
	FairnessGroups groups;
	FairMetricValue *values;
	FairCount *counts;
	FairPooled *pooled;
	NumMonitor monitor;
	NumArena arena;
	Rows rows;

	if (!fair_metric_is_share(metric))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("metric \"%s\" is no share of rows and cannot be "
		                "pooled",
		                name)));
	rows_begin(&rows, fcinfo, 11);
	fairness_groups_arg(fcinfo, &groups);
	values = palloc(sizeof(FairMetricValue) * (Size) (groups.n_groups + 1));
	counts = palloc(sizeof(FairCount) * (Size) (groups.n_groups + 1));
	pooled = palloc(sizeof(FairPooled) * (Size) (groups.n_groups + 1));
	for (int g = 0; g < groups.n_groups; g++)
	{
		fair_metric_value(metric, &groups.cells[g], level, &values[g]);
		counts[g].n = values[g].effective;
		counts[g].successes =
			isnan(values[g].value) ? 0 : values[g].value * counts[g].n;
	}
	host_arena_init(&arena, CurrentMemoryContext, 0);
	host_monitor_quiet(&monitor);
	report_status(fair_pool_rates(&arena, &monitor, counts, groups.n_groups,
	                              level, pooled),
	              &arena, "pooled rates");
	for (int g = 0; g < groups.n_groups; g++)
	{
		RowMaker row;

		row_begin_among(&row, &rows);
		row_put_text(&row, disparity_group_name(&groups, g));
		row_put(&row, Int64GetDatum((int64) values[g].rows));
		row_put_real(&row, values[g].effective);
		row_put_real(&row, values[g].value);
		row_put_real(&row, values[g].low);
		row_put_real(&row, values[g].high);
		row_put_real(&row, pooled[g].value);
		row_put_real(&row, pooled[g].low);
		row_put_real(&row, pooled[g].high);
		row_put_real(&row, pooled[g].pooling);
		row_put_text(&row, values[g].reason != NULL ? values[g].reason
		                   : isnan(pooled[g].value)
		                       ? "no other group has the metric"
		                       : NULL);
		row_end_among(&row, &rows);
	}
	PG_RETURN_NULL();
}
