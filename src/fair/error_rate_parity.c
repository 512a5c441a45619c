/*
 * error_rate_parity.c
 *    Decisions are as often wrong in each group: P(decision <> label).
 */
#include "fair/criterion.h"

/* The positives decided 0 and the negatives decided 1. */
static void
rate_error(int event, const double label_weight[2], FairRate *rate)
{
	double total = label_weight[0] + label_weight[1];

	(void) event;
	rate->defined = total > 0;
	rate->weight = total;
	rate->constant = rate->defined ? label_weight[1] / total : 0;
	rate->share[0] = rate->defined ? label_weight[0] / total : 0;
	rate->share[1] = rate->defined ? -label_weight[1] / total : 0;
}

const FairCriterion fair_error_rate_parity = { .name = "error_rate_parity",
	                                           .description =
	                                               "equal error rates",
	                                           .n_events = 1,
	                                           .event_name = { "error_rate" },
	                                           .rate = rate_error,
	                                           .of_errors = true };
