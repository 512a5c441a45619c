/*
 * gap_bounds.c
 *    Bounds of a gap and a ratio from the intervals of their pairs of groups.
 *
 * Newcombe's interval of p - q with Wilson's (l1, u1) and (l2, u2) is
 *
 *     p - q - sqrt((p - l1)^2 + (u2 - q)^2)  to
 *     p - q + sqrt((u1 - p)^2 + (q - l2)^2)
 *
 * and that of log p - log q is the same with logarithms throughout.
 */
#include "fair/gap_bounds.h"

#include <math.h>

#include "fair/interval.h"
#include "num/special.h"

/* A rate of one group: squared distances to the ends of its intervals. */
typedef struct GroupRate
{
	double value;
	double below_wide; /* of the interval for the lower bound */
	double above_wide;
	double below; /* of the one for the upper bound */
	double above;

	/* the same of logarithms; of a ratio it is the lower end that takes the
	 * narrow interval */
	double log_value; /* -infinity for a rate of 0, as are its distances */
	double log_low_wide;
	double log_high_wide;
	double log_below_wide;
	double log_above_wide;
	double log_below;
	double log_above;
} GroupRate;

static double
square(double x)
{
	return x * x;
}

/* The rates of an event, without the groups that have none; their number. */
static int
list_rates(const FairCriterion *criterion, int event, const FairCells *groups,
           int n_groups, GroupRate *rates)
{
	int n = 0;

	for (int g = 0; g < n_groups; g++)
	{
		double effective;

		/* the effective rows wait in 'below' until the number is known */
		if (fair_group_rate(criterion, event, &groups[g], &rates[n].value,
		                    &effective))
			rates[n++].below = effective;
	}
	return n;
}

static void
fill_rates(GroupRate *rates, int n, double level, double wide_level)
{
	for (int i = 0; i < n; i++)
	{
		GroupRate *rate = &rates[i];
		double effective = rate->below;
		double log_value = num_log(rate->value);
		double low;
		double high;

		fair_wilson(rate->value, effective, wide_level, &low, &high);
		rate->below_wide = square(rate->value - low);
		rate->above_wide = square(high - rate->value);
		rate->log_low_wide = num_log(low);
		rate->log_high_wide = num_log(high);
		rate->log_below_wide = square(log_value - rate->log_low_wide);
		rate->log_above_wide = square(rate->log_high_wide - log_value);
		fair_wilson(rate->value, effective, level, &low, &high);
		rate->below = square(rate->value - low);
		rate->above = square(high - rate->value);
		rate->log_below = square(log_value - num_log(low));
		rate->log_above = square(num_log(high) - log_value);
		rate->log_value = log_value;
	}
}

/* What one ordered pair says of the logarithm of the least ratio. */
static void
scan_ratio(const GroupRate *p, const GroupRate *q, double *low, double *high)
{
	double quotient = p->log_value - q->log_value;

	/* nothing is a part of zero */
	if (!(q->value > 0))
		return;
	if (!(p->value > 0))
	{
		*low = -INFINITY;
		*high = fmin(*high, p->log_high_wide - q->log_low_wide);
		return;
	}
	*low = fmin(*low, quotient - sqrt(p->log_below + q->log_above));
	*high = fmin(*high, quotient + sqrt(p->log_above_wide + q->log_below_wide));
}

/* The largest lower and upper ends over all ordered pairs, and the least ones
 * of the logarithms of ratios. */
static NumStatus
scan_pairs(const GroupRate *rates, int n, NumMonitor *monitor,
           FairGapBounds *bounds)
{
	for (int i = 0; i < n; i++)
	{
		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		for (int j = 0; j < n; j++)
		{
			double difference = rates[i].value - rates[j].value;

			if (i == j)
				continue;
			bounds->low =
				fmax(bounds->low, difference - sqrt(rates[i].below_wide +
			                                        rates[j].above_wide));
			bounds->high =
				fmax(bounds->high,
			         difference + sqrt(rates[i].above + rates[j].below));
			scan_ratio(&rates[i], &rates[j], &bounds->ratio_low,
			           &bounds->ratio_high);
		}
	}
	return NUM_OK;
}

NumStatus
fair_gap_bounds(NumArena *arena, const FairBootstrap *plan,
                const FairCriterion *criterion, FairGapBounds *bounds)
{
	size_t room = (size_t) plan->n_groups;
	GroupRate *rates = arena_alloc(arena, room, sizeof(GroupRate));
	NumStatus status = NUM_OK;

	if (rates == NULL)
		return NUM_NO_MEMORY;
	bounds->low = 0;
	bounds->high = 0;
	/* logarithms, until the end */
	bounds->ratio_low = bounds->ratio_high = INFINITY;
	bounds->n_defined = 0;
	for (int e = 0; e < criterion->n_events && status == NUM_OK; e++)
	{
		int n = list_rates(criterion, e, plan->groups, plan->n_groups, rates);
		double n_intervals = 0.5 * n * (n - 1) * criterion->n_events;

		if (n < 2)
			continue;
		bounds->n_defined = n > bounds->n_defined ? n : bounds->n_defined;
		fill_rates(rates, n, plan->level, 1 - (1 - plan->level) / n_intervals);
		status = scan_pairs(rates, n, plan->monitor, bounds);
	}
	arena_release(arena, rates, room, sizeof(GroupRate));
	bounds->high = fmin(bounds->high, 1);
	if (bounds->n_defined < 2)
		bounds->low = bounds->high = NAN;
	if (bounds->ratio_low < INFINITY)
	{
		bounds->ratio_low = num_exp(fmin(bounds->ratio_low, 0));
		bounds->ratio_high = num_exp(fmin(bounds->ratio_high, 0));
	}
	else
		bounds->ratio_low = bounds->ratio_high = NAN;
	return status;
}
