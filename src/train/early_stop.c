/*
 * early_stop.c
 *    When a search has gone on long enough without its metric getting better.
 */
#include "train/early_stop.h"

#include <math.h>
#include <string.h>

static const char *const metric_names[] = {
	[TRAIN_METRIC_GAP] = "gap",
	[TRAIN_METRIC_LOSS] = "loss",
};

static const char *const reasons[] = {
	[TRAIN_METRIC_GAP] = "patience on gap",
	[TRAIN_METRIC_LOSS] = "patience on loss",
};

const char *
train_metric_name(TrainMetric metric)
{
	return metric <= TRAIN_METRIC_LOSS ? metric_names[metric] : NULL;
}

void
early_stop_begin(const TrainSettings *settings, EarlyStop *early_stop)
{
	memset(early_stop, 0, sizeof(*early_stop));
	if (settings->early_stop.patience > 0)
		early_stop->rule = &settings->early_stop;
}

static double
metric_of(const TrainEarlyStop *rule, const TrainLog *row)
{
	return rule->metric == TRAIN_METRIC_GAP ? row->gap : row->loss;
}

static bool
is_better(const EarlyStop *early_stop, const TrainLog *row, double violation)
{
	const TrainEarlyStop *rule = early_stop->rule;
	double value = metric_of(rule, row);

	if (rule->metric != TRAIN_METRIC_GAP)
	{
		if (row->feasible != early_stop->has_kept)
			return row->feasible;
		if (!row->feasible)
			return violation < early_stop->least_violation;
	}
	return value < early_stop->best - rule->min_delta;
}

void
early_stop_see(EarlyStop *early_stop, const TrainLog *row, double violation)
{
	if (early_stop->rule == NULL)
		return;
	if (early_stop->phase == NULL || strcmp(early_stop->phase, row->phase) != 0)
	{
		early_stop->phase = row->phase;
		early_stop->best = INFINITY;
		early_stop->least_violation = INFINITY;
		early_stop->has_kept = false;
		early_stop->since = 0;
	}
	if (is_better(early_stop, row, violation))
	{
		early_stop->best = metric_of(early_stop->rule, row);
		early_stop->least_violation = violation;
		early_stop->has_kept = row->feasible;
		early_stop->since = 0;
	}
	else
		early_stop->since++;
	early_stop->stops = early_stop->since >= early_stop->rule->patience;
}

bool
early_stop_chooses(const TrainSettings *settings)
{
	if (settings->early_stop.patience == 0)
		return false;
	for (int c = 0; c < settings->n_constraints; c++)
		if (settings->constraints[c].kind != FAIR_NO_BOUND)
			return false;
	return true;
}

const char *
early_stop_reason(const TrainEarlyStop *rule)
{
	return reasons[rule->metric];
}
