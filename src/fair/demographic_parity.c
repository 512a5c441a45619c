/*
 * demographic_parity.c
 *    Groups are selected alike: P(decision = 1).
 */
#include "fair/criterion.h"

const FairCriterion fair_demographic_parity = {
	.name = "demographic_parity",
	.description = "equal selection rates",
	.n_events = 1,
	.event_name = { "selection_rate" },
	.rate = fair_rate_of_all,
	.ignores_label = true
};
