/*
 * pooling.c
 *    Rates of many groups, each with help from all of them.
 */
#include "fair/pooling.h"

#include <math.h>
#include <stdbool.h>

#include "num/special.h"

/* The grid: steps of log M, and of the logit of m in standard deviations. */
#define LOG_ROWS_STEP 0.5
#define LEAST_LOG_ROWS (-2.0)
#define LOG_ROWS_BEYOND 8.0
#define MEAN_NODES 7
#define MEAN_SPAN 3.0

/* Nodes below this weight do not show in a probability of some digits. */
#define LEAST_WEIGHT 1e-7

/* Pooling that does not show in an interval. */
#define LITTLE_POOLING 0.005

#define GOLDEN 0.61803398874989485
#define LOGIT_MAX 30.0

typedef struct Pool
{
	const FairCount *groups;
	int n_groups;
} Pool;

/* A place on the grid with its probability, up to a factor. */
typedef struct Node
{
	double a; /* of the beta distribution of rates */
	double b;
	double weight; /* a logarithm, until weigh() */
} Node;

/* log of B(a + x, b + n - x) / B(a, b) */
static double
log_group(const FairCount *group, double a, double b)
{
	double x = group->successes;
	double y = group->n - x;

	return (x > 0 ? num_log_gamma(a + x) - num_log_gamma(a) : 0) +
	       (y > 0 ? num_log_gamma(b + y) - num_log_gamma(b) : 0) -
	       (num_log_gamma(a + b + x + y) - num_log_gamma(a + b));
}

/* log of the probability of all counts and of the logit of m, given M. */
static double
log_density(const Pool *pool, double logit, double rows)
{
	double m = num_sigmoid(logit);
	double sum = -num_log1pexp(logit) - num_log1pexp(-logit);

	for (int g = 0; g < pool->n_groups; g++)
		if (pool->groups[g].n > 0)
			sum += log_group(&pool->groups[g], m * rows,
			                 num_sigmoid(-logit) * rows);
	return sum;
}

/* The likeliest logit between two, by golden section. */
static double
likeliest_logit(const Pool *pool, double rows, double low, double high)
{
	double left = high - GOLDEN * (high - low);
	double right = low + GOLDEN * (high - low);
	double at_left = log_density(pool, left, rows);
	double at_right = log_density(pool, right, rows);

	while (high - low > 1e-4)
	{
		if (at_left > at_right)
		{
			high = right;
			right = left;
			at_right = at_left;
			left = high - GOLDEN * (high - low);
			at_left = log_density(pool, left, rows);
		}
		else
		{
			low = left;
			left = right;
			at_left = at_right;
			right = low + GOLDEN * (high - low);
			at_right = log_density(pool, right, rows);
		}
	}
	return low + (high - low) / 2;
}

/* The nodes of one M: where m is likely. */
static void
fill_nodes(const Pool *pool, double log_rows, double log_prior, double *logit,
           Node *nodes)
{
	double rows = num_exp(log_rows);
	/* the likeliest m hardly changes from one M to the next */
	double reach = isnan(*logit) ? LOGIT_MAX : 4;
	double middle = isnan(*logit) ? 0 : *logit;
	double step = 0.05;
	double peak;
	double curvature;
	double deviation;

	middle = likeliest_logit(pool, rows, middle - reach, middle + reach);
	*logit = middle;
	peak = log_density(pool, middle, rows);
	curvature = 2 * peak - log_density(pool, middle - step, rows) -
	            log_density(pool, middle + step, rows);
	deviation = step / sqrt(fmax(curvature, 1e-6));
	for (int i = 0; i < MEAN_NODES; i++)
	{
		double t = MEAN_SPAN * (2.0 * i / (MEAN_NODES - 1) - 1);
		double at = middle + t * deviation;

		nodes[i].a = num_sigmoid(at) * rows;
		nodes[i].b = num_sigmoid(-at) * rows;
		nodes[i].weight =
			log_density(pool, at, rows) + log_prior + num_log(deviation);
	}
}

/* The probability that the rate of a group is at most 'rate'. */
static double
mixture_cdf(const FairCount *group, const Node *nodes, int n_nodes, double rate)
{
	double sum = 0;

	for (int i = 0; i < n_nodes; i++)
		if (nodes[i].weight > LEAST_WEIGHT)
			sum += nodes[i].weight *
			       num_beta_cdf(nodes[i].a + group->successes,
			                    nodes[i].b + group->n - group->successes, rate);
	return sum;
}

/* Where that probability is 'p', near 'guess': the Illinois method between
 * ends that are halved towards where it stays behind. */
static double
mixture_quantile(const FairCount *group, const Node *nodes, int n_nodes,
                 double p, double guess)
{
	double low = 0;
	double high = 1;
	double at_low = -p;
	double at_high = 1 - p;
	double rate = guess;

	for (int i = 0; i < 100 && high - low > 1e-9; i++)
	{
		double at = mixture_cdf(group, nodes, n_nodes, rate) - p;

		if (at < 0)
		{
			low = rate;
			at_low = at;
			at_high /= 2;
		}
		else
		{
			high = rate;
			at_high = at;
			at_low /= 2;
		}
		/* every third time by halves, so that both ends come closer */
		rate = i % 3 == 2 ? low + (high - low) / 2
		                  : low - at_low * (high - low) / (at_high - at_low);
		if (!(rate > low && rate < high))
			rate = low + (high - low) / 2;
	}
	return low + (high - low) / 2;
}

/* The estimate of one group from all nodes, whose weights add up to 1. */
static void
pool_group(const FairCount *group, const Node *nodes, int n_nodes, double level,
           FairPooled *pooled)
{
	double mean = 0;
	double pooling = 0;
	double variance = 0;
	double total;

	for (int i = 0; i < n_nodes; i++)
	{
		double a = nodes[i].a + group->successes;
		double b = nodes[i].b + group->n - group->successes;

		mean += nodes[i].weight * a / (a + b);
		pooling += nodes[i].weight * (nodes[i].a + nodes[i].b) / (a + b);
	}
	for (int i = 0; i < n_nodes; i++)
	{
		double a = nodes[i].a + group->successes;
		double b = nodes[i].b + group->n - group->successes;
		double off = a / (a + b) - mean;

		variance += nodes[i].weight *
		            (a / (a + b) * (b / (a + b)) / (a + b + 1) + off * off);
	}
	total = mean * (1 - mean) / variance - 1;
	pooled->value = mean;
	pooled->pooling = pooling;
	/* the beta distribution with that mean and variance, which it is nearly
	 * where the pool hardly counts, */
	pooled->low =
		num_beta_quantile(mean * total, (1 - mean) * total, (1 - level) / 2);
	pooled->high =
		num_beta_quantile(mean * total, (1 - mean) * total, (1 + level) / 2);
	if (pooling < LITTLE_POOLING)
		return;
	/* else the mixture itself */
	pooled->low =
		mixture_quantile(group, nodes, n_nodes, (1 - level) / 2, pooled->low);
	pooled->high =
		mixture_quantile(group, nodes, n_nodes, (1 + level) / 2, pooled->high);
}

/* Turns logarithms of weights into weights that add up to 1. */
static void
weigh(Node *nodes, int n_nodes)
{
	double most = -INFINITY;
	double sum = 0;

	for (int i = 0; i < n_nodes; i++)
		most = fmax(most, nodes[i].weight);
	for (int i = 0; i < n_nodes; i++)
	{
		nodes[i].weight = num_exp(nodes[i].weight - most);
		sum += nodes[i].weight;
	}
	for (int i = 0; i < n_nodes; i++)
		nodes[i].weight /= sum;
}

/* The harmonic mean of the groups' rows, and how many groups have any. */
static double
typical_rows(const FairCount *groups, int n_groups, int *n_counted)
{
	double sum = 0;

	*n_counted = 0;
	for (int g = 0; g < n_groups; g++)
		if (groups[g].n > 0)
		{
			sum += 1 / groups[g].n;
			(*n_counted)++;
		}
	return *n_counted / sum;
}

NumStatus
fair_pool_rates(NumArena *arena, NumMonitor *monitor, const FairCount *groups,
                int n_groups, double level, FairPooled *pooled)
{
	Pool pool = { groups, n_groups };
	int n_counted;
	double centre = num_log(typical_rows(groups, n_groups, &n_counted));
	double logit = NAN;
	double reach;
	size_t n_nodes;
	size_t used = 0;
	Node *nodes;

	for (int g = 0; g < n_groups; g++)
		pooled[g] = (FairPooled){ NAN, NAN, NAN, NAN };
	if (n_counted < 2)
		return NUM_OK;
	reach = fmax(centre, 2) + LOG_ROWS_BEYOND - LEAST_LOG_ROWS;
	n_nodes = (size_t) (reach / LOG_ROWS_STEP + 1) * MEAN_NODES;
	nodes = arena_alloc(arena, n_nodes, sizeof(Node));
	if (nodes == NULL)
		return NUM_NO_MEMORY;
	for (; used < n_nodes; used += MEAN_NODES)
	{
		double log_rows =
			LEAST_LOG_ROWS + LOG_ROWS_STEP * (double) (used / MEAN_NODES);
		double off = log_rows - centre;

		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		fill_nodes(&pool, log_rows, -num_log1pexp(off) - num_log1pexp(-off),
		           &logit, nodes + used);
	}
	weigh(nodes, (int) n_nodes);
	for (int g = 0; g < n_groups; g++)
	{
		if (monitor_stop(monitor))
			return NUM_CANCELLED;
		if (groups[g].n > 0)
			pool_group(&groups[g], nodes, (int) n_nodes, level, &pooled[g]);
	}
	arena_release(arena, nodes, n_nodes, sizeof(Node));
	return NUM_OK;
}
