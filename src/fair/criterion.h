/*
 * criterion.h
 *    Fairness criteria: which group rates must be alike.
 *
 * A criterion has one or more events; an event is a rate that every group
 * has.  With m[g][y] the weighted mean decision of the rows of group g with
 * label y, the rate of group g is
 *
 *     rate = constant + share[0] * m[g][0] + share[1] * m[g][1]
 *
 * where constant and shares depend only on the group's base counts.  That is
 * all training needs to know (multipliers on rates become coefficients on
 * cells), and all an audit needs (apply it to the confusion table).  The gap
 * of an event is the largest difference between any two groups; the gap of a
 * criterion is the largest over its events.
 *
 *     demographic_parity   P(decision = 1)
 *     equal_opportunity    P(decision = 1 | label = 1)       TPR
 *     predictive_equality  P(decision = 1 | label = 0)       FPR
 *     equalized_odds       both of the last two
 *     error_rate_parity    P(decision <> label)
 *     group_loss           mean log-loss; m[g][y] is then the mean loss of the
 *                          cell instead of its mean decision, and what counts
 *                          is how large it is, not how it differs; of a
 *                          family that predicts numbers the mean squared error
 *     mean_parity          mean prediction, of such a family; m[g][0] is then
 *                          the mean prediction of the group
 *
 * Each is a file of its own that defines one FairCriterion; criterion.c lists
 * them.
 *
 * Reference: Agarwal et al., "A Reductions Approach to Fair Classification",
 * ICML 2018, section 2; Hardt et al., NeurIPS 2016.
 */
#ifndef FAIRPG_FAIR_CRITERION_H
#define FAIRPG_FAIR_CRITERION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fair/cells.h"
#include "num/status.h"

#define FAIR_MAX_EVENTS 2

typedef struct FairRate
{
	bool defined; /* false when the group has no rows of the event */
	double constant;
	double share[2]; /* by label */
	double weight;   /* of the rows the rate is taken over */
} FairRate;

typedef struct FairCriterion
{
	const char *name;
	const char *description; /* one clause for messages and lists */
	int n_events;
	const char *event_name[FAIR_MAX_EVENTS]; /* "selection_rate", "tpr", ... */
	/* fills '*rate' from the weights of a group's two cells, by label */
	void (*rate)(int event, const double label_weight[2], FairRate *rate);
	bool ignores_label; /* rows count whether or not they have a label */
	bool of_errors;     /* the highest rate is the worst, not the lowest */
	bool of_loss;       /* of losses: a confusion table cannot tell it */
	bool of_mean;       /* of predicted numbers: likewise */
	/* by event, the criterion of that event alone; NULL: it has but one */
	const struct FairCriterion *alone[FAIR_MAX_EVENTS];
} FairCriterion;

extern const FairCriterion fair_demographic_parity;
extern const FairCriterion fair_equal_opportunity;
extern const FairCriterion fair_predictive_equality;
extern const FairCriterion fair_equalized_odds;
extern const FairCriterion fair_error_rate_parity;
extern const FairCriterion fair_group_loss;
extern const FairCriterion fair_mean_parity;

/* The criterion of that name, or NULL. */
extern const FairCriterion *fair_criterion_find(const char *name);

/* All criteria, those of decisions before the others, ending with NULL. */
extern const FairCriterion *const *fair_criterion_table(void);

/* The criterion that has this event alone, as its event 0. */
extern const FairCriterion *
fair_criterion_of_event(const FairCriterion *criterion, int event);

/* Whether it is one of decisions, which a confusion table tells. */
extern bool fair_criterion_decided(const FairCriterion *criterion);

/* How many of them are of decisions, and so have a gap in any confusion
 * table; they come first. */
extern int fair_criterion_of_decisions(void);

/* The rate of rows with label 'y' alone; for the rate functions. */
extern void
fair_rate_given_label(int y, const double label_weight[2], FairRate *rate);

/* The rate of all rows of a group, each label by its part of them. */
extern void
fair_rate_of_all(int event, const double label_weight[2], FairRate *rate);

/* The rate of an event of decisions as a share of rows: those counted, of those
 * it is taken over.  A bit a cell: 1 << (2 * label + decision), and 1 << (4 +
 * decision) of unlabelled rows. */
typedef struct FairEventCells
{
	unsigned part;
	unsigned whole;
} FairEventCells;

extern FairEventCells
fair_event_cells(const FairCriterion *criterion, int event);

/* True when some rate of the criterion is taken over labelled rows only. */
extern bool fair_criterion_needs_label(const FairCriterion *criterion);

typedef struct FairGap
{
	double gap;      /* largest difference between two groups; NaN when
	                     * fewer than two groups have the rate */
	int event;       /* where it is */
	int highest;     /* group with the highest rate of that event */
	int lowest;      /* group with the lowest */
	int n_undefined; /* groups without one of the rates */
	double ratio;    /* lowest / highest of the event with the least
	                     * ratio; NaN when undefined or 0/0 */
	int ratio_event;
	int ratio_highest; /* groups of that event; -1 without a ratio */
	int ratio_lowest;
} FairGap;

/*
 * The gap between 'n_groups' groups.  Groups without a rate are left out and
 * counted.  O(groups), allocates nothing.
 */
extern void fair_gap(const FairCriterion *criterion, const FairCells *groups,
                     int n_groups, FairGap *result);

/* The rate of one group and the effective number of rows it is taken over
 * (Kish: squared sum of weights by sum of squared weights); false, and nothing
 * written, when the group does not have it. */
extern bool
fair_group_rate(const FairCriterion *criterion, int event,
                const FairCells *cells, double *value, double *effective);

/* Rows of one group that rate 'event' is taken over. */
extern uint64_t fair_event_rows(const FairCriterion *criterion, int event,
                                const FairCells *cells);

/* Takes the rows of one rate out of a group's table, which then has no such
 * rate. */
extern void
fair_clear_event(const FairCriterion *criterion, int event, FairCells *cells);

/* The group that a gap is to the disadvantage of: the one with the lowest
 * rate or, where the rate is one of errors, the highest; -1 without a gap. */
extern int fair_gap_worst(const FairCriterion *criterion, const FairGap *gap);

/* The same of a ratio. */
extern int fair_ratio_worst(const FairCriterion *criterion, const FairGap *gap);

#endif
