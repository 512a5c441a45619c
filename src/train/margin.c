/*
 * margin.c
 *    How much room a bound needs to hold on rows that are not the training
 *    rows.
 *
 * The largest error of any pair of groups counts, not that of the pair which is
 * furthest apart: a bound is kept for sure when every pair keeps it for sure, and
 * all groups of an event lie in one band.
 *
 * Reference: Thomas et al., Science 366 (2019), who ask a candidate for what
 * the test that follows will ask.
 */
#include "train/margin.h"

#include <math.h>
#include <string.h>

#include "num/special.h"

/* Rows of either kind that are added to a rate. */
#define ADDED 2.0

/* The groups of one attribute; of the three arrays the one that the constraint
 * is about. */
typedef struct Groups
{
	const DataAttribute *attribute;
	FairCells *cells;
	FairLoss *losses;
	FairErrors *errors;
} Groups;

/* A rate of a group, as far as its certificate tells it. */
typedef struct Estimate
{
	double value;
	double variance;  /* of one row */
	double effective; /* share of the rows that weights leave; <= 1 */
	bool defined;
} Estimate;

static int
count_margins(const Dataset *data, const FairConstraint *constraints, int n)
{
	int count = 0;

	for (int c = 0; c < n; c++)
		for (int a = 0; a < (int) data->n_attributes; a++)
			if (fair_constraint_covers(&constraints[c], a))
				count += constraints[c].criterion->n_events;
	return count;
}

NumStatus
train_margin_split(NumArena *arena, const Dataset *data,
                   const FairConstraint *constraints, int n,
                   TrainMargin **margins, int *n_margins)
{
	size_t count = (size_t) count_margins(data, constraints, n);
	size_t n_attributes = data->n_attributes;
	TrainMargin *margin = arena_alloc(arena, count, sizeof(TrainMargin));
	bool *only = arena_alloc(arena, n_attributes * n_attributes, sizeof(bool));

	if (margin == NULL || only == NULL)
		return NUM_NO_MEMORY;
	*margins = margin;
	*n_margins = (int) count;
	for (size_t a = 0; a < n_attributes; a++)
		for (size_t b = 0; b < n_attributes; b++)
			only[a * n_attributes + b] = a == b;
	for (int c = 0; c < n; c++)
		for (int a = 0; a < (int) n_attributes; a++)
		{
			if (!fair_constraint_covers(&constraints[c], a))
				continue;
			for (int e = 0; e < constraints[c].criterion->n_events; e++)
			{
				*margin = (TrainMargin){ .constraint = c,
					                     .attribute = a,
					                     .event = e,
					                     .alone = constraints[c],
					                     .out_of_fold = NAN,
					                     .error = NAN,
					                     .worst = { .attribute = -1 } };
				margin->alone.criterion =
					fair_criterion_of_event(constraints[c].criterion, e);
				margin->alone.attributes = only + (size_t) a * n_attributes;
				margin++;
			}
		}
	return NUM_OK;
}

static NumStatus
groups_create(NumArena *arena, const TrainEvidence *evidence, int attribute,
              const FairCriterion *criterion, Groups *groups)
{
	const Dataset *data = evidence->data;
	const Certificate *certificate = evidence->certificate;
	const DataAttribute *of = &data->attributes[attribute];

	memset(groups, 0, sizeof(*groups));
	groups->attribute = of;
	if (criterion->of_mean)
	{
		groups->errors = arena_alloc(arena, of->n_groups, sizeof(FairErrors));
		if (groups->errors == NULL)
			return NUM_NO_MEMORY;
		certificate_errors(data, of, certificate->base_errors, groups->errors);
		return NUM_OK;
	}
	if (criterion->of_loss)
	{
		groups->losses = arena_alloc(arena, of->n_groups, sizeof(FairLoss));
		if (groups->losses == NULL)
			return NUM_NO_MEMORY;
		certificate_losses(data, of, certificate->base_loss, groups->losses);
		return NUM_OK;
	}
	groups->cells = arena_alloc(arena, of->n_groups, sizeof(FairCells));
	if (groups->cells == NULL)
		return NUM_NO_MEMORY;
	certificate_groups(data, of, certificate->base, groups->cells);
	return NUM_OK;
}

/* Rows of a part that a rate of a group is taken over. */
static uint64_t
event_rows(const Dataset *data, DataPart part, const TrainCulprit *of,
           const FairCriterion *criterion)
{
	const double one[2] = { 1, 1 };
	const uint64_t *cell_rows = data->part[part].cell_rows;
	const uint32_t *group_of_base =
		data->attributes[of->attribute].group_of_base;
	FairRate rate;
	uint64_t rows = 0;

	criterion->rate(of->event, one, &rate);
	for (uint32_t b = 0; b < data->n_base_groups; b++)
	{
		if (group_of_base[b] != of->group)
			continue;
		for (uint32_t y = 0; y < 2; y++)
			if (rate.share[y] != 0)
				rows += cell_rows[2 * b + y];
	}
	return rows;
}

static Estimate
mean_estimate(double sum, double squared, double weight, double weight_squared,
              uint64_t rows)
{
	Estimate estimate = { .defined = weight > 0 && rows > 0 };

	if (!estimate.defined)
		return estimate;
	estimate.value = sum / weight;
	estimate.variance =
		fmax(squared / weight - estimate.value * estimate.value, 0);
	estimate.effective = weight * weight / weight_squared / (double) rows;
	return estimate;
}

static Estimate
group_estimate(const Groups *groups, uint32_t group,
               const FairCriterion *criterion, int event)
{
	Estimate estimate = { 0 };
	double rows;

	if (criterion->of_mean)
	{
		const FairErrors *of = &groups->errors[group];

		return mean_estimate(of->prediction, of->prediction_squared, of->weight,
		                     of->weight_squared, of->rows);
	}
	if (criterion->of_loss)
	{
		const FairLoss *of = &groups->losses[group];

		return mean_estimate(of->sum, of->squared, of->weight,
		                     of->weight_squared, of->rows);
	}
	if (!fair_group_rate(criterion, event, &groups->cells[group],
	                     &estimate.value, &rows))
		return estimate;
	estimate.defined = rows > 0;
	estimate.value = (estimate.value * rows + ADDED) / (rows + 2 * ADDED);
	estimate.variance = estimate.value * (1 - estimate.value);
	estimate.effective = rows / (double) fair_event_rows(criterion, event,
	                                                     &groups->cells[group]);
	return estimate;
}

/* The largest error so far, squared. */
typedef struct Scan
{
	const TrainEvidence *evidence;
	const FairConstraint *constraint;
	double largest; /* < 0: none */
	TrainCulprit worst;
} Scan;

/* Squared error of a rate over the rows that judge; < 0: it is not judged. */
static double
squared_error(const Scan *scan, const Groups *groups, TrainCulprit *rate)
{
	const TrainEvidence *evidence = scan->evidence;
	const FairCriterion *criterion = scan->constraint->criterion;
	Estimate estimate =
		group_estimate(groups, rate->group, criterion, rate->event);
	uint64_t in_training;
	double per_row;
	double error;

	rate->rows = event_rows(evidence->data, evidence->judges, rate, criterion);
	in_training = event_rows(evidence->data, DATA_TRAIN, rate, criterion);
	if (!estimate.defined || rate->rows == 0 ||
	    rate->rows < evidence->min_group || in_training < evidence->min_group)
		return -1;
	per_row = 1 / (double) rate->rows;
	if (evidence->judges != DATA_TRAIN)
		per_row += 1 / (double) in_training;
	error = estimate.variance / estimate.effective * per_row;
	if (scan->constraint->kind == FAIR_MIN_RATIO)
		error /= estimate.value * estimate.value;
	return error;
}

/* The pair of groups of one attribute and event with the largest error. */
static void
scan_event(Scan *scan, const Groups *groups, int attribute, int event)
{
	bool alone = scan->constraint->criterion->of_loss;
	double first = -1;
	double second = alone ? 0 : -1;
	TrainCulprit culprit = { .attribute = -1 };

	for (uint32_t g = 0; g < groups->attribute->n_groups; g++)
	{
		TrainCulprit rate = { attribute, event, g, 0 };
		double error = squared_error(scan, groups, &rate);

		if (error > first)
		{
			second = alone ? 0 : first;
			first = error;
			culprit = rate;
		}
		else if (!alone && error > second)
			second = error;
	}
	if (first < 0 || second < 0 || !(first + second > scan->largest))
		return;
	scan->largest = first + second;
	scan->worst = culprit;
}

NumStatus
train_margin_error(NumArena *arena, const TrainEvidence *evidence,
                   const FairConstraint *constraint, TrainMargin *margin)
{
	Scan scan = { evidence, constraint, -1, { .attribute = -1 } };

	for (int a = 0; a < (int) evidence->data->n_attributes; a++)
	{
		Groups groups;
		NumStatus status;

		if (!fair_constraint_covers(constraint, a))
			continue;
		status =
			groups_create(arena, evidence, a, constraint->criterion, &groups);
		if (status != NUM_OK)
			return status;
		for (int e = 0; e < constraint->criterion->n_events; e++)
			scan_event(&scan, &groups, a, e);
	}
	margin->error = scan.largest >= 0 ? sqrt(scan.largest) : NAN;
	margin->worst = scan.worst;
	return NUM_OK;
}

/* Takes the groups out that a constraint leaves alone. */
static void
clear_small(const TrainEvidence *evidence, const Groups *groups, int attribute,
            const FairCriterion *criterion)
{
	for (uint32_t g = 0; g < groups->attribute->n_groups; g++)
		for (int e = 0; e < criterion->n_events; e++)
		{
			TrainCulprit rate = { attribute, e, g, 0 };

			if (event_rows(evidence->data, DATA_TRAIN, &rate, criterion) >=
			    evidence->min_group)
				continue;
			if (groups->errors != NULL)
				memset(&groups->errors[g], 0, sizeof(FairErrors));
			else if (groups->losses != NULL)
				memset(&groups->losses[g], 0, sizeof(FairLoss));
			else
				fair_clear_event(criterion, e, &groups->cells[g]);
		}
}

/* What a constraint has come to in one attribute. */
static double
groups_reached(const Groups *groups, const FairConstraint *constraint)
{
	uint32_t n = groups->attribute->n_groups;
	FairGap gap;

	if (groups->errors != NULL)
	{
		FairMeanGap mean;

		fair_mean_gap(groups->errors, (int) n, 0.95, &mean);
		return mean.gap.value;
	}
	if (groups->losses != NULL)
	{
		double largest = NAN;

		for (uint32_t g = 0; g < n; g++)
			if (groups->losses[g].weight > 0)
				largest = fmax(largest, groups->losses[g].sum /
				                            groups->losses[g].weight);
		return largest;
	}
	fair_gap(constraint->criterion, groups->cells, (int) n, &gap);
	if (constraint->kind != FAIR_MIN_RATIO)
		return gap.gap;
	/* nobody is selected */
	return isnan(gap.ratio) && !isnan(gap.gap) ? 1 : gap.ratio;
}

NumStatus
train_margin_reached(NumArena *arena, const TrainEvidence *evidence,
                     const FairConstraint *constraint, double *reached)
{
	*reached = NAN;
	for (int a = 0; a < (int) evidence->data->n_attributes; a++)
	{
		Groups groups;
		NumStatus status;
		double value;

		if (!fair_constraint_covers(constraint, a))
			continue;
		status =
			groups_create(arena, evidence, a, constraint->criterion, &groups);
		if (status != NUM_OK)
			return status;
		clear_small(evidence, &groups, a, constraint->criterion);
		value = groups_reached(&groups, constraint);
		*reached = constraint->kind == FAIR_MIN_RATIO ? fmin(*reached, value)
		                                              : fmax(*reached, value);
	}
	return NUM_OK;
}

void
train_margin_apply(const FairConstraint *constraint, double z,
                   TrainMargin *margin)
{
	bool least = constraint->kind == FAIR_MIN_RATIO;
	double bound = constraint->bound;
	double end = least ? bound + TRAIN_MARGIN_MOST * (1 - bound)
	                   : bound - TRAIN_MARGIN_MOST * bound;
	double error = isnan(margin->error) ? 0 : z * margin->error;
	double by_error = least ? bound * num_exp(error) : bound - error;
	double flattery = least ? margin->reached - margin->out_of_fold
	                        : margin->out_of_fold - margin->reached;
	double room;

	margin->optimism = flattery > 0 ? flattery : 0;
	margin->bound =
		least ? by_error + margin->optimism : by_error - margin->optimism;
	margin->limited = least ? margin->bound > end : margin->bound < end;
	margin->rows_needed = 0;
	if (!margin->limited)
		return;
	margin->bound = end;
	/* an error shrinks as one over the root of the rows */
	room = least ? num_log((end - margin->optimism) / bound)
	             : bound - end - margin->optimism;
	if (error > 0 && room > 0)
		margin->rows_needed = (uint64_t) fmin(
			ceil((double) margin->worst.rows * (error / room) * (error / room)),
			1e18);
}

void
train_margin_least(const TrainEvidence *evidence,
                   const FairConstraint *constraint, TrainCulprit *least)
{
	const Dataset *data = evidence->data;
	const FairCriterion *criterion = constraint->criterion;

	*least = (TrainCulprit){ .attribute = -1 };
	for (int a = 0; a < (int) data->n_attributes; a++)
	{
		if (!fair_constraint_covers(constraint, a))
			continue;
		for (int e = 0; e < criterion->n_events; e++)
			for (uint32_t g = 0; g < data->attributes[a].n_groups; g++)
			{
				TrainCulprit rate = { a, e, g, 0 };

				rate.rows = event_rows(data, DATA_TRAIN, &rate, criterion);
				if (rate.rows == 0 || rate.rows < evidence->min_group ||
				    (least->attribute >= 0 && rate.rows >= least->rows))
					continue;
				*least = rate;
			}
	}
}
