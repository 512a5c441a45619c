/*
 * inequality.h
 *    Generalized entropy of what decisions give to people.
 *
 * The benefit of a row is decision - label + 1: 0 for a false negative, 2 for a
 * false positive, 1 for a decision that is right.  With mu the mean benefit
 *
 *     GE(alpha) = (mean of (b / mu)^alpha - 1) / (alpha (alpha - 1))
 *     GE(1)     = mean of b / mu ln(b / mu), Theil's index; 0 ln 0 = 0
 *     GE(0)     = - mean of ln(b / mu), the mean log deviation
 *
 * It is 0 where all have the same benefit.  Between groups it is that of the
 * groups' mean benefits, each as often as the group has rows.
 *
 * Reference: Speicher et al., "A Unified Approach to Quantifying Algorithmic
 * Unfairness", KDD 2018.
 */
#ifndef FAIRPG_FAIR_INEQUALITY_H
#define FAIRPG_FAIR_INEQUALITY_H

#include "fair/cells.h"

/* Of the rows with label and decision, by weight.  NaN without any, and where
 * all are false negatives; infinite for alpha <= 0 and a false negative.
 * 'alpha' is finite. */
extern double fair_entropy(const FairCells *cells, double alpha);

/* Between groups; groups without such rows are left out. */
extern double
fair_entropy_between(const FairCells *groups, int n_groups, double alpha);

#endif
