/*
 * subgroup_judge.c
 *    How surely subgroups fare differently from everybody else.
 */
#include <math.h>
#include <stdlib.h>

#include "fair/significance.h"
#include "fair/subgroup.h"

/* Below these the exact test is taken. */
#define SMALL_ROWS 30
#define SMALL_EXPECTED 5

/* Both rates: counts, or under weights on effective rows (Kish). */
static FairTwoRates
effective_rates(const FairShare *part, const FairShare *rest, bool weighted)
{
	const FairShare *both[2] = { part, rest };
	FairTwoRates two = { { 0, 0 }, { 0, 0 } };

	for (int i = 0; i < 2; i++)
	{
		double rate = both[i]->over > 0 ? both[i]->of / both[i]->over : 0;

		if (!weighted)
		{
			two.successes[i] = both[i]->of;
			two.n[i] = both[i]->over;
			continue;
		}
		two.n[i] = both[i]->squared > 0
		               ? both[i]->over * both[i]->over / both[i]->squared
		               : 0;
		two.successes[i] = two.n[i] * fmin(rate, 1);
	}
	return two;
}

/* Whether the normal distribution may stand for the exact one. */
static bool
many(const FairTwoRates *two)
{
	double n = two->n[0] + two->n[1];
	double successes = two->successes[0] + two->successes[1];
	double fewer = fmin(successes, n - successes);
	double smaller = fmin(two->n[0], two->n[1]);

	return smaller >= SMALL_ROWS && fewer * smaller / n >= SMALL_EXPECTED;
}

static NumStatus
test_rates(const FairSubgroupTest *test, const FairTwoRates *two, double *p)
{
	FairTest result;
	NumStatus status = NUM_OK;

	/* rates over effective rows are no counts */
	if (test->weighted || many(two))
		fair_two_proportions(two, &result);
	else
		status = fair_fisher(two, test->monitor, &result);
	*p = status == NUM_OK ? result.p : NAN;
	return status;
}

static NumStatus
judge(const FairSubgroupTest *test, FairSubgroup *subgroup)
{
	FairShare rest = fair_share_rest(&test->all, &subgroup->share);
	FairTwoRates two = effective_rates(&subgroup->share, &rest, test->weighted);
	FairInterval interval;

	subgroup->value = subgroup->rest = subgroup->effect = NAN;
	subgroup->low = subgroup->high = subgroup->p = NAN;
	subgroup->certain = NAN;
	if (subgroup->share.over > 0)
		subgroup->value = subgroup->share.of / subgroup->share.over;
	if (!(subgroup->share.over > 0 && rest.over > 0))
		return NUM_OK;
	subgroup->rest = rest.of / rest.over;
	subgroup->effect = subgroup->value - subgroup->rest;
	interval = fair_newcombe(&two, test->level);
	subgroup->low = interval.low;
	subgroup->high = interval.high;
	subgroup->certain = test->worst == FAIR_WORST_LOW ? -interval.high
	                    : test->worst == FAIR_WORST_HIGH
	                        ? interval.low
	                        : fmax(-interval.high, interval.low);
	return test_rates(test, &two, &subgroup->p);
}

NumStatus
fair_subgroup_judge(NumArena *arena, const FairSubgroupTest *test,
                    FairSubgroup *list, size_t n)
{
	double *p = arena_alloc(arena, n, sizeof(double));
	NumStatus status = NUM_OK;

	if (p == NULL)
		return NUM_NO_MEMORY;
	for (size_t i = 0; i < n && status == NUM_OK; i++)
	{
		if (i % 1024 == 0 && monitor_stop(test->monitor))
			return NUM_CANCELLED;
		status = judge(test, &list[i]);
		p[i] = list[i].p;
	}
	if (status == NUM_OK)
		status = fair_adjust(arena, test->monitor, test->adjustment, p, n, p);
	for (size_t i = 0; i < n && status == NUM_OK; i++)
		list[i].p_adjusted = p[i];
	arena_release(arena, p, n, sizeof(double));
	return status;
}

static int
compare_subgroups(const void *a, const void *b)
{
	const FairSubgroup *x = a;
	const FairSubgroup *y = b;

	if (isnan(x->certain) != isnan(y->certain))
		return isnan(x->certain) ? 1 : -1;
	if (x->certain > y->certain)
		return -1;
	if (x->certain < y->certain)
		return 1;
	if (x->n_conditions != y->n_conditions)
		return x->n_conditions < y->n_conditions ? -1 : 1;
	for (int i = 0; i < x->n_conditions; i++)
	{
		if (x->column[i] != y->column[i])
			return x->column[i] < y->column[i] ? -1 : 1;
		if (x->level[i] != y->level[i])
			return x->level[i] < y->level[i] ? -1 : 1;
	}
	return 0;
}

void
fair_subgroup_sort(FairSubgroup *list, size_t n)
{
	if (n > 1)
		qsort(list, n, sizeof(FairSubgroup), compare_subgroups);
}
