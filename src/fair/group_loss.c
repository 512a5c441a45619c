/*
 * group_loss.c
 *    The model serves each group well enough: its mean log-loss, in nats.
 */
#include "fair/criterion.h"

const FairCriterion fair_group_loss = { .name = "group_loss",
	                                    .description =
	                                        "no group with a large mean loss",
	                                    .n_events = 1,
	                                    .event_name = { "log_loss" },
	                                    .rate = fair_rate_of_all,
	                                    .of_errors = true,
	                                    .of_loss = true };
