/*
 * conditional.c
 *    Whom decisions turn away, within strata that are alike in what they say.
 */
#include "fair/conditional.h"

#include <math.h>
#include <string.h>

/* Share of group d among those with a decision; 0 of nobody, for certain. */
static FairDisparity
share(const FairStratum *stratum, int decision, double level)
{
	double weight = stratum->weight[0][decision] + stratum->weight[1][decision];
	double squared =
		stratum->squared[0][decision] + stratum->squared[1][decision];
	FairDisparity result = { 0, 0, 0 };

	if (!(weight > 0))
		return result;
	result.value = stratum->weight[1][decision] / weight;
	fair_wilson(result.value, weight * weight / squared, level, &result.low,
	            &result.high);
	return result;
}

static double
weight_of(const FairStratum *stratum, int group)
{
	return stratum->weight[group][0] + stratum->weight[group][1];
}

FairDisparity
fair_demographic_disparity(const FairStratum *stratum, double level)
{
	FairDisparity away = share(stratum, 0, level);
	FairDisparity taken = share(stratum, 1, level);
	FairDisparity result = { NAN, NAN, NAN };
	FairInterval ends;

	if (!(weight_of(stratum, 0) + weight_of(stratum, 1) > 0))
		return result;
	ends = fair_difference_of(away.value, (FairInterval){ away.low, away.high },
	                          taken.value,
	                          (FairInterval){ taken.low, taken.high });
	result.value = away.value - taken.value;
	result.low = ends.low;
	result.high = ends.high;
	return result;
}

FairTwoRates
fair_stratum_rates(const FairStratum *stratum)
{
	FairTwoRates rates = { { 0, 0 }, { 0, 0 } };

	for (int side = 0; side < 2; side++)
	{
		int group = 1 - side;
		double weight = weight_of(stratum, group);
		double squared =
			stratum->squared[group][0] + stratum->squared[group][1];

		if (!(weight > 0))
			continue;
		rates.n[side] = weight * weight / squared;
		rates.successes[side] =
			rates.n[side] * (stratum->weight[group][1] / weight);
	}
	return rates;
}

static void
add_stratum(FairStratum *all, const FairStratum *stratum)
{
	for (int g = 0; g < 2; g++)
		for (int d = 0; d < 2; d++)
		{
			all->weight[g][d] += stratum->weight[g][d];
			all->squared[g][d] += stratum->squared[g][d];
		}
}

void
fair_conditional(const FairStratum *strata, size_t n_strata, double level,
                 FairTwoRates *rates, FairConditional *result)
{
	FairStratum all;
	double total;
	double below = 0;
	double above = 0;

	memset(result, 0, sizeof(*result));
	memset(&all, 0, sizeof(all));
	for (size_t s = 0; s < n_strata; s++)
	{
		add_stratum(&all, &strata[s]);
		rates[s] = fair_stratum_rates(&strata[s]);
	}
	result->all = fair_demographic_disparity(&all, level);
	result->conditional = (FairDisparity){ NAN, NAN, NAN };
	fair_mantel_haenszel(rates, n_strata, level, &result->tests);
	total = weight_of(&all, 0) + weight_of(&all, 1);
	if (!(total > 0))
		return;
	result->conditional.value = 0;
	for (size_t s = 0; s < n_strata; s++)
	{
		double part =
			(weight_of(&strata[s], 0) + weight_of(&strata[s], 1)) / total;
		FairDisparity own = fair_demographic_disparity(&strata[s], level);

		if (!(part > 0))
			continue;
		if (!(strata[s].weight[0][0] + strata[s].weight[1][0] > 0) ||
		    !(strata[s].weight[0][1] + strata[s].weight[1][1] > 0))
			result->decided_alike++;
		result->conditional.value += part * own.value;
		below += part * part * (own.value - own.low) * (own.value - own.low);
		above += part * part * (own.high - own.value) * (own.high - own.value);
	}
	result->conditional.low = result->conditional.value - sqrt(below);
	result->conditional.high = result->conditional.value + sqrt(above);
}
