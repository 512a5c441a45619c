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

#endif
