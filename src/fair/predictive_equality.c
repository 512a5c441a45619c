/*
 * predictive_equality.c
 *    The negative of each group are selected alike: P(decision = 1 | label = 0).
 */
#include "fair/criterion.h"

static void
rate_false_positive(int event, const double label_weight[2], FairRate *rate)
{
	(void) event;
	fair_rate_given_label(0, label_weight, rate);
}

const FairCriterion fair_predictive_equality = {
	.name = "predictive_equality",
	.description = "equal false positive rates",
	.n_events = 1,
	.event_name = { "fpr" },
	.rate = rate_false_positive
};
