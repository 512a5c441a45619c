/*
 * mean_parity.c
 *    The model predicts alike for all groups on average.
 */
#include "fair/criterion.h"

const FairCriterion fair_mean_parity = { .name = "mean_parity",
	                                     .description =
	                                         "equal mean predictions",
	                                     .n_events = 1,
	                                     .event_name = { "mean_prediction" },
	                                     .rate = fair_rate_of_all,
	                                     .of_mean = true };
