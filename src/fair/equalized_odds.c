/*
 * equalized_odds.c
 *    The positive and the negative of each group are selected alike.
 */
#include "fair/criterion.h"

/* Event 0 is the true positive rate, event 1 the false positive rate. */
static void
rate_odds(int event, const double label_weight[2], FairRate *rate)
{
	fair_rate_given_label(event == 0 ? 1 : 0, label_weight, rate);
}

const FairCriterion fair_equalized_odds = {
	.name = "equalized_odds",
	.description = "equal true positive and false positive rates",
	.n_events = 2,
	.event_name = { "tpr", "fpr" },
	.rate = rate_odds,
	.alone = { &fair_equal_opportunity, &fair_predictive_equality }
};
