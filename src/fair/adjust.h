/*
 * adjust.h
 *    P-values of many tests, adjusted for their number.
 */
#ifndef FAIRPG_FAIR_ADJUST_H
#define FAIRPG_FAIR_ADJUST_H

#include <stddef.h>

#include "num/arena.h"
#include "num/monitor.h"
#include "num/status.h"

/*
 * An adjusted p-value is the least level at which its test is still rejected:
 *
 *     holm                  by a procedure that keeps the probability of any
 *                           false rejection, whatever the tests have to do
 *                           with one another: for gates
 *     benjamini_hochberg    by one that keeps the expected share of false
 *                           rejections (the q-value), for tests that are
 *                           independent or lean the same way: for scans
 *     benjamini_yekutieli   by one that does so for any tests
 *
 * References: Holm, Scandinavian Journal of Statistics 6 (1979); Benjamini and
 * Hochberg, JRSS B 57 (1995); Benjamini and Yekutieli, Annals of Statistics 29
 * (2001).
 */
typedef enum FairAdjustment
{
	FAIR_HOLM,
	FAIR_BENJAMINI_HOCHBERG,
	FAIR_BENJAMINI_YEKUTIELI
} FairAdjustment;

/* Names by number, the default first; NULL beyond the last. */
extern const char *fair_adjustment_name(int adjustment);

/*
 * Writes the adjusted p-values of 'n' tests to 'adjusted', which may be 'p'.
 * NaN stands for a test that was not made: it stays where it is and does not
 * count.  NUM_BAD_ARGUMENT where a p-value is not within 0 and 1;
 * NUM_NO_MEMORY, NUM_CANCELLED.  O(n log n).
 */
extern NumStatus
fair_adjust(NumArena *arena, NumMonitor *monitor, FairAdjustment adjustment,
            const double *p, size_t n, double *adjusted);

#endif
