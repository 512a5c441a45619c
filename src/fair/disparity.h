/*
 * disparity.h
 *    Disparities: what a metric of several groups comes to as one number.
 *
 * With m_g the metric of group g, over the groups that have it, and m that of
 * all rows:
 *
 *     difference               largest m_g less least m_g
 *     ratio                    least m_g by largest m_g
 *     difference_to_overall    largest |m_g - m|
 *     ratio_to_overall         least of m_g / m and m / m_g
 *     mean_difference          mean of |m_g - m_h| over all pairs of groups
 *     mean_ratio               mean of the smaller by the larger, likewise;
 *                              pairs of zeros are left out
 *     minimum, maximum         least, largest m_g
 *     worst                    the one of these that is worse to be in
 *     difference_to_reference  m_g less that of the reference, signed; without
 *                              a g that of all other groups as one
 *     ratio_to_reference       m_g by that of the reference, likewise
 */
#ifndef FAIRPG_FAIR_DISPARITY_H
#define FAIRPG_FAIR_DISPARITY_H

#include <stdbool.h>

#include "fair/bootstrap.h"
#include "fair/cells.h"
#include "fair/interval.h"

typedef enum FairOperator
{
	FAIR_DIFFERENCE,
	FAIR_RATIO,
	FAIR_DIFFERENCE_TO_OVERALL,
	FAIR_RATIO_TO_OVERALL,
	FAIR_MEAN_DIFFERENCE,
	FAIR_MEAN_RATIO,
	FAIR_MINIMUM,
	FAIR_MAXIMUM,
	FAIR_WORST,
	/* those that take a reference from here on */
	FAIR_DIFFERENCE_TO_REFERENCE,
	FAIR_RATIO_TO_REFERENCE
} FairOperator;

#define FAIR_N_OPERATORS (FAIR_RATIO_TO_REFERENCE + 1)
#define FAIR_N_PLAIN_OPERATORS FAIR_DIFFERENCE_TO_REFERENCE

/* Name by number, and number by name, which is -1 where there is none. */
extern const char *fair_operator_name(FairOperator op);
extern int fair_operator_find(const char *name);

extern bool fair_operator_takes_reference(FairOperator op);

/* Groups and what is asked of them. */
typedef struct FairComparison
{
	const FairCells *groups;
	int n_groups;
	int metric;    /* of metric.h */
	int reference; /* -1: none */
	int group;     /* with a reference: -1 is all other groups as one */
} FairComparison;

typedef struct FairDisparity
{
	double value;  /* NaN: undefined */
	int group;     /* that it is about: the one with the worse of the values,
	                     * or that is farthest from the overall one; -1: none */
	uint64_t rows; /* in the metric's denominators, of the groups that count */
	int n_undefined;    /* groups without the metric that count */
	const char *reason; /* why it is undefined, else NULL */
} FairDisparity;

/* The disparity.  'values' has room for one number of each group; operators with
 * a reference need none, and take NULL.
 * O(groups log groups) for the means, else O(groups). */
extern void fair_disparity(const FairComparison *comparison, FairOperator op,
                           double *values, FairDisparity *result);

/*
 * Intervals of every plain operator and of 'n_metrics' metrics, by operator
 * within metrics; comparison->metric does not matter.  They begin with the
 * bootstrap of bootstrap.h; 'plan' has the groups.
 *
 * Operators whose values absolute differences make are biased away from
 * equality.  So differences and ratios are widened as in gap_bounds.h, as if
 * the metric were a criterion; means and distances to all rows have the end
 * that faces equality moved out to what intervals say that hold for all pairs,
 * or all groups, together (Bonferroni).  Least and largest values have no
 * bootstrap: the lower end of the least one is the least of all groups' lower
 * ends, its upper end the least of the upper ends of intervals that hold
 * together.
 */
extern NumStatus
fair_disparity_intervals(NumArena *arena, const FairBootstrap *plan,
                         const int *metrics, int n_metrics,
                         FairInterval *intervals);

/* The interval of an operator with a reference: Newcombe's of a difference,
 * Koopman's of a ratio of shares of rows, Zou and Donner's of other ratios; on
 * effective rows (Kish).  NaN where undefined. */
extern FairInterval fair_reference_interval(const FairComparison *comparison,
                                            FairOperator op, double level);

/* All groups but one, as one; -1 leaves none out. */
extern FairCells fair_cells_but(const FairCells *groups, int n_groups, int but);

/* Adds the rows of 'more' to 'cells'. */
extern void fair_cells_add(FairCells *cells, const FairCells *more);

#endif
