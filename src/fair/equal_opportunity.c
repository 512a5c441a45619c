/*
 * equal_opportunity.c
 *    The positive of each group are selected alike: P(decision = 1 | label = 1).
 */
#include "fair/criterion.h"

static void
rate_true_positive(int event, const double label_weight[2], FairRate *rate)
{
	(void) event;
	fair_rate_given_label(1, label_weight, rate);
}

const FairCriterion fair_equal_opportunity = { .name = "equal_opportunity",
	                                           .description =
	                                               "equal true positive rates",
	                                           .n_events = 1,
	                                           .event_name = { "tpr" },
	                                           .rate = rate_true_positive };
