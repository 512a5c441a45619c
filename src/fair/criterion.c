/*
 * criterion.c
 *    The table of fairness criteria, and the gap between groups.
 *
 * Adding a criterion is a file with its rate, a declaration in criterion.h and
 * a line in the table.
 */
#include "fair/criterion.h"

#include <math.h>
#include <string.h>

static const FairCriterion *const criteria[] = {
	&fair_demographic_parity, &fair_equal_opportunity,
	&fair_predictive_equality, &fair_equalized_odds, &fair_error_rate_parity,
	/* those of decisions before this line */
	&fair_group_loss, &fair_mean_parity, NULL
};

const FairCriterion *const *
fair_criterion_table(void)
{
	return criteria;
}

const FairCriterion *
fair_criterion_of_event(const FairCriterion *criterion, int event)
{
	return criterion->alone[event] != NULL ? criterion->alone[event]
	                                       : criterion;
}

bool
fair_criterion_decided(const FairCriterion *criterion)
{
	return !criterion->of_loss && !criterion->of_mean;
}

int
fair_criterion_of_decisions(void)
{
	int n = 0;

	while (criteria[n] != NULL && fair_criterion_decided(criteria[n]))
		n++;
	return n;
}

const FairCriterion *
fair_criterion_find(const char *name)
{
	for (int c = 0; criteria[c] != NULL; c++)
		if (strcmp(criteria[c]->name, name) == 0)
			return criteria[c];
	return NULL;
}

void
fair_rate_of_all(int event, const double label_weight[2], FairRate *rate)
{
	double total = label_weight[0] + label_weight[1];

	(void) event;
	rate->defined = total > 0;
	rate->constant = 0;
	rate->weight = total;
	rate->share[0] = rate->defined ? label_weight[0] / total : 0;
	rate->share[1] = rate->defined ? label_weight[1] / total : 0;
}

void
fair_rate_given_label(int y, const double label_weight[2], FairRate *rate)
{
	rate->defined = label_weight[y] > 0;
	rate->constant = 0;
	rate->weight = label_weight[y];
	rate->share[y] = rate->defined ? 1 : 0;
	rate->share[1 - y] = 0;
}

bool
fair_criterion_needs_label(const FairCriterion *criterion)
{
	return !criterion->ignores_label;
}

/*
 * The rate of one group from its confusion table.  Selection needs no label:
 * rows whose label is unknown count there, and only there.
 */
static bool
group_rate(const FairCriterion *criterion, int event, const FairCells *cells,
           double *value)
{
	double by_label[2];
	FairRate rate;

	if (criterion->ignores_label)
	{
		double selected = cells->weight[0][1] + cells->weight[1][1] +
		                  cells->unlabelled_weight[1];
		double total = selected + cells->weight[0][0] + cells->weight[1][0] +
		               cells->unlabelled_weight[0];

		*value = total > 0 ? selected / total : 0;
		return total > 0;
	}
	for (int y = 0; y < 2; y++)
		by_label[y] = cells->weight[y][0] + cells->weight[y][1];
	criterion->rate(event, by_label, &rate);
	if (!rate.defined)
		return false;
	*value = rate.constant;
	for (int y = 0; y < 2; y++)
		if (rate.share[y] != 0)
			*value += rate.share[y] * (cells->weight[y][1] / by_label[y]);
	return true;
}

/* The gap and ratio of one event; false when fewer than two groups have it. */
static bool
event_gap(const FairCriterion *criterion, int event, const FairCells *groups,
          int n_groups, FairGap *result)
{
	double low = INFINITY;
	double high = -INFINITY;
	int n_defined = 0;

	result->event = event;
	for (int g = 0; g < n_groups; g++)
	{
		double value;

		if (!group_rate(criterion, event, &groups[g], &value))
			continue;
		n_defined++;
		if (value < low)
		{
			low = value;
			result->lowest = g;
		}
		if (value > high)
		{
			high = value;
			result->highest = g;
		}
	}
	result->n_undefined = n_groups - n_defined;
	if (n_defined < 2)
		return false;
	result->gap = high - low;
	result->ratio = high > 0 ? low / high : NAN;
	return true;
}

void
fair_gap(const FairCriterion *criterion, const FairCells *groups, int n_groups,
         FairGap *result)
{
	FairGap worst = { .gap = NAN,
		              .highest = -1,
		              .lowest = -1,
		              .ratio = NAN,
		              .ratio_highest = -1,
		              .ratio_lowest = -1 };

	for (int e = 0; e < criterion->n_events; e++)
	{
		FairGap one = { .highest = -1, .lowest = -1 };
		bool defined = event_gap(criterion, e, groups, n_groups, &one);

		if (one.n_undefined > worst.n_undefined)
			worst.n_undefined = one.n_undefined;
		if (!defined)
			continue;
		if (!(worst.gap >= one.gap))
		{
			worst.gap = one.gap;
			worst.event = e;
			worst.highest = one.highest;
			worst.lowest = one.lowest;
		}
		if (!isnan(one.ratio) && !(worst.ratio <= one.ratio))
		{
			worst.ratio = one.ratio;
			worst.ratio_event = e;
			worst.ratio_highest = one.highest;
			worst.ratio_lowest = one.lowest;
		}
	}
	*result = worst;
}

/* Which labels the rows of a rate have. */
static void
event_labels(const FairCriterion *criterion, int event, bool used[2])
{
	const double one[2] = { 1, 1 };
	FairRate rate;

	criterion->rate(event, one, &rate);
	for (int y = 0; y < 2; y++)
		used[y] = rate.share[y] != 0;
}

FairEventCells
fair_event_cells(const FairCriterion *criterion, int event)
{
	const double one[2] = { 1, 1 };
	FairEventCells cells = { 0, 0 };
	FairRate rate;

	criterion->rate(event, one, &rate);
	for (int y = 0; y < 2; y++)
	{
		if (rate.share[y] == 0)
			continue;
		cells.whole |= 3u << (2 * y);
		/* where decisions lower the rate it is the others that it counts */
		cells.part |= (rate.share[y] > 0 ? 2u : 1u) << (2 * y);
	}
	if (criterion->ignores_label)
	{
		cells.whole |= 3u << 4;
		cells.part |= 2u << 4;
	}
	return cells;
}

bool
fair_group_rate(const FairCriterion *criterion, int event,
                const FairCells *cells, double *value, double *effective)
{
	double total = 0;
	double squared = 0;
	bool used[2];

	if (!group_rate(criterion, event, cells, value))
		return false;
	event_labels(criterion, event, used);
	for (int d = 0; d < 2; d++)
	{
		for (int y = 0; y < 2; y++)
			if (used[y])
			{
				total += cells->weight[y][d];
				squared += cells->weight_squared[y][d];
			}
		if (!fair_criterion_needs_label(criterion))
		{
			total += cells->unlabelled_weight[d];
			squared += cells->unlabelled_weight_squared[d];
		}
	}
	*effective = squared > 0 ? total * total / squared : 0;
	return true;
}

uint64_t
fair_event_rows(const FairCriterion *criterion, int event,
                const FairCells *cells)
{
	uint64_t rows = 0;
	bool used[2];

	event_labels(criterion, event, used);
	for (int y = 0; y < 2; y++)
		if (used[y])
			rows += cells->rows[y][0] + cells->rows[y][1];
	if (!fair_criterion_needs_label(criterion))
		rows += cells->unlabelled_rows[0] + cells->unlabelled_rows[1];
	return rows;
}

void
fair_clear_event(const FairCriterion *criterion, int event, FairCells *cells)
{
	bool used[2];

	event_labels(criterion, event, used);
	for (int d = 0; d < 2; d++)
	{
		for (int y = 0; y < 2; y++)
			if (used[y])
			{
				cells->weight[y][d] = 0;
				cells->weight_squared[y][d] = 0;
				cells->rows[y][d] = 0;
			}
		if (!fair_criterion_needs_label(criterion))
		{
			cells->unlabelled_weight[d] = 0;
			cells->unlabelled_weight_squared[d] = 0;
			cells->unlabelled_rows[d] = 0;
		}
	}
}

int
fair_gap_worst(const FairCriterion *criterion, const FairGap *gap)
{
	return criterion->of_errors ? gap->highest : gap->lowest;
}

int
fair_ratio_worst(const FairCriterion *criterion, const FairGap *gap)
{
	return criterion->of_errors ? gap->ratio_highest : gap->ratio_lowest;
}
