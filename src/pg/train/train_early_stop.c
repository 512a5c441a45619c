/*
 * train_early_stop.c
 *    Option "early_stop": how long a search goes on without getting better.
 */
#include "postgres.h"

#include "pg/args.h"
#include "pg/train/call.h"

#define DEFAULT_PATIENCE 5

void
train_read_early_stop(Jsonb *option, TrainEarlyStop *early_stop)
{
	char *metric = pstrdup(train_metric_name(TRAIN_METRIC_GAP));
	ArgsOption known[] = {
		{ "metric", ARGS_TEXT, &metric, 0, 0 },
		{ "patience", ARGS_INT, &early_stop->patience, 1, 10000 },
		{ "min_delta", ARGS_REAL, &early_stop->min_delta, 0, 1000 },
		{ NULL }
	};

	memset(early_stop, 0, sizeof(*early_stop));
	if (option == NULL)
		return;
	early_stop->patience = DEFAULT_PATIENCE;
	args_options(option, known);
	for (TrainMetric m = 0; train_metric_name(m) != NULL; m++)
		if (strcmp(metric, train_metric_name(m)) == 0)
		{
			early_stop->metric = m;
			return;
		}
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("metric \"%s\" of option \"early_stop\" does not exist",
	                metric),
	         errhint("The metrics are: gap, loss.")));
}
