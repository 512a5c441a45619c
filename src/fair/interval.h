/*
 * interval.h
 *    Intervals for rates.
 */
#ifndef FAIRPG_FAIR_INTERVAL_H
#define FAIRPG_FAIR_INTERVAL_H

/*
 * Wilson score interval of a rate that is 'rate' over 'n' rows; 'n' may be an
 * effective number (Kish), so it need not be whole.  'level' in (0, 1).  Both
 * ends are NaN when n is not above zero.
 *
 * Reference: Wilson, JASA 22 (1927); Brown, Cai and DasGupta, Statistical
 * Science 16 (2001).
 */
extern void
fair_wilson(double rate, double n, double level, double *low, double *high);

#endif
