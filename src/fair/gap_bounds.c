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
#include "fair/metric.h"
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

/* The level of intervals that hold together for all pairs of 'n' groups. */
static double
wide_level(const FairBootstrap *plan, int n, int n_events)
{
	return 1 - (1 - plan->level) / (0.5 * n * (n - 1) * n_events);
}

static void
fill_rate(double value, FairInterval ends, FairInterval wide, GroupRate *rate)
{
	double log_value = num_log(value);

	rate->value = value;
	rate->below_wide = square(value - wide.low);
	rate->above_wide = square(wide.high - value);
	rate->log_low_wide = num_log(wide.low);
	rate->log_high_wide = num_log(wide.high);
	rate->log_below_wide = square(log_value - rate->log_low_wide);
	rate->log_above_wide = square(rate->log_high_wide - log_value);
	rate->below = square(value - ends.low);
	rate->above = square(ends.high - value);
	rate->log_below = square(log_value - num_log(ends.low));
	rate->log_above = square(num_log(ends.high) - log_value);
	rate->log_value = log_value;
}

/* The rates of an event, without the groups that have none; their number. */
static int
list_rates(const FairBootstrap *plan, const FairCriterion *criterion, int event,
           GroupRate *rates)
{
	double value;
	double effective;
	double wide;
	int n_rates = 0;
	int n = 0;

	for (int g = 0; g < plan->n_groups; g++)
		n_rates += fair_group_rate(criterion, event, &plan->groups[g], &value,
		                           &effective);
	wide = wide_level(plan, n_rates, criterion->n_events);
	for (int g = 0; g < plan->n_groups && n_rates >= 2; g++)
	{
		FairInterval ends[2];

		if (!fair_group_rate(criterion, event, &plan->groups[g], &value,
		                     &effective))
			continue;
		fair_wilson(value, effective, plan->level, &ends[0].low, &ends[0].high);
		fair_wilson(value, effective, wide, &ends[1].low, &ends[1].high);
		fill_rate(value, ends[0], ends[1], &rates[n++]);
	}
	return n;
}

/* The values of a metric, likewise. */
static int
list_values(const FairBootstrap *plan, int metric, GroupRate *rates)
{
	const FairIntervalMethod *wilson = fair_interval_methods(FAIR_OF_RATE);
	int n_rates = 0;
	int n = 0;

	for (int g = 0; g < plan->n_groups; g++)
		n_rates += !isnan(fair_metric_figure(metric, &plan->groups[g]));
	for (int g = 0; g < plan->n_groups && n_rates >= 2; g++)
	{
		const FairCells *cells = &plan->groups[g];
		double value = fair_metric_figure(metric, cells);

		if (!isnan(value))
			fill_rate(value,
			          fair_metric_ends(metric, cells, plan->level, wilson),
			          fair_metric_ends(metric, cells,
			                           wide_level(plan, n_rates, 1), wilson),
			          &rates[n++]);
	}
	return n;
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

/* The means over all pairs of the ends that face equality. */
static NumStatus
scan_means(const GroupRate *rates, int n, NumMonitor *monitor,
           FairGapBounds *bounds)
{
	double low = 0;
	double ratio_high = 0;
	double n_ratios = 0;

	for (int i = 0; i < n; i++)
	{
		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		for (int j = 0; j < i; j++)
		{
			const GroupRate *p =
				rates[i].value < rates[j].value ? &rates[i] : &rates[j];
			const GroupRate *q = p == &rates[i] ? &rates[j] : &rates[i];
			double quotient_low = INFINITY;
			double quotient_high = INFINITY;

			low += fmax(
				q->value - p->value - sqrt(q->below_wide + p->above_wide), 0);
			if (!(q->value > 0))
				continue;
			scan_ratio(p, q, &quotient_low, &quotient_high);
			ratio_high += num_exp(fmin(quotient_high, 0));
			n_ratios++;
		}
	}
	bounds->mean_low = n > 1 ? low / (0.5 * n * (n - 1)) : NAN;
	bounds->mean_ratio_high = n_ratios > 0 ? ratio_high / n_ratios : NAN;
	return NUM_OK;
}

static void
begin_bounds(FairGapBounds *bounds)
{
	bounds->low = 0;
	bounds->high = 0;
	/* logarithms, until the end */
	bounds->ratio_low = bounds->ratio_high = INFINITY;
	bounds->n_defined = 0;
}

/* Takes in the pairs of one event. */
static NumStatus
add_bounds(const FairBootstrap *plan, const GroupRate *rates, int n,
           FairGapBounds *bounds)
{
	if (n < 2)
		return NUM_OK;
	bounds->n_defined = n > bounds->n_defined ? n : bounds->n_defined;
	return scan_pairs(rates, n, plan->monitor, bounds);
}

static void
end_bounds(FairGapBounds *bounds)
{
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
	begin_bounds(bounds);
	for (int e = 0; e < criterion->n_events && status == NUM_OK; e++)
	{
		int n = list_rates(plan, criterion, e, rates);

		status = add_bounds(plan, rates, n, bounds);
	}
	arena_release(arena, rates, room, sizeof(GroupRate));
	end_bounds(bounds);
	return status;
}

NumStatus
fair_metric_bounds(NumArena *arena, const FairBootstrap *plan, int metric,
                   FairGapBounds *bounds)
{
	size_t room = (size_t) plan->n_groups;
	GroupRate *rates = arena_alloc(arena, room, sizeof(GroupRate));
	NumStatus status;
	int n;

	if (rates == NULL)
		return NUM_NO_MEMORY;
	begin_bounds(bounds);
	n = list_values(plan, metric, rates);
	status = add_bounds(plan, rates, n, bounds);
	if (status == NUM_OK)
		status = scan_means(rates, n, plan->monitor, bounds);
	arena_release(arena, rates, room, sizeof(GroupRate));
	end_bounds(bounds);
	return status;
}

void
fair_gap_widen(const FairGapBounds *bounds, int n_events,
               FairGapInterval *interval)
{
	/* of two groups there is one difference an event and no bias to mend;
	 * Bonferroni over the events would only lose what resampling knows */
	bool mend = bounds->n_defined > 2 || n_events == 1;

	if (isnan(interval->gap_low) || isnan(bounds->low))
		return;
	interval->gap_high = fmax(interval->gap_high, bounds->high);
	if (mend)
		interval->gap_low = fmin(interval->gap_low, bounds->low);
	if (isnan(interval->ratio_low) || isnan(bounds->ratio_low))
		return;
	interval->ratio_low = fmin(interval->ratio_low, bounds->ratio_low);
	if (mend)
		interval->ratio_high = fmax(interval->ratio_high, bounds->ratio_high);
}
