/*
 * percentile.h
 *    Percentiles of replicates.
 */
#ifndef FAIRPG_FAIR_PERCENTILE_H
#define FAIRPG_FAIR_PERCENTILE_H

/* The ends between which the middle 'level' of 'n' values lies, by linear
 * interpolation between order statistics; NaN where there are none.  The
 * values, none of them NaN, come into another order.  O(n) expected. */
extern void fair_percentiles(double *values, int n, double level, double *low,
                             double *high);

/*
 * The interval of a size (a mean of differences without their signs, an area
 * between two curves) from draws of it.  A size of drawn rows is larger than that
 * of the rows, 'seen', by about as much as that is larger than the true one; so
 * the lower end is the upper percentile reflected at 'seen', not below zero, and
 * the upper end, which that would put too low, has the spread of the draws alone.
 */
extern void fair_size_interval(double *values, int n, double level, double seen,
                               double *low, double *high);

#endif
