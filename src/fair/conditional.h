/*
 * conditional.h
 *    Whom decisions turn away, within strata that are alike in what they say.
 *
 * With d the group that is looked at, its demographic disparity is its share of
 * those who were turned away less its share of those who were taken; above 0 it
 * is turned away more than others.  The conditional one is the mean of those of
 * the strata, weighted by their rows.
 *
 * As in Clarify, the share of d among nobody is 0, so that a stratum where all
 * are decided alike counts with all of the other share; such strata are counted.
 *
 * References: Wachter, Mittelstadt and Russell, Why fairness cannot be automated,
 * Computer Law & Security Review 41 (2021); Hardt et al., KDD 2021 (Clarify,
 * CDDL and CDDPL); intervals of sums from those of their terms: Zou and Donner,
 * Statistics in Medicine 27 (2008).
 */
#ifndef FAIRPG_FAIR_CONDITIONAL_H
#define FAIRPG_FAIR_CONDITIONAL_H

#include <stddef.h>

#include "fair/significance.h"

/* Weights of decided rows: [0] all others, [1] group d; [decision]. */
typedef struct FairStratum
{
	double weight[2][2];
	double squared[2][2]; /* sums of squared weights */
} FairStratum;

typedef struct FairDisparity
{
	double value; /* NaN without decided rows */
	double low;
	double high;
} FairDisparity;

typedef struct FairConditional
{
	FairDisparity all;         /* of all strata as one */
	FairDisparity conditional; /* CDD */
	FairStrata tests;          /* of d against all others, on effective rows */
	size_t decided_alike;      /* strata with one kind of decision only */
} FairConditional;

/* The disparity within one stratum, with Wilson's intervals of both shares on
 * effective rows (Kish). */
extern FairDisparity
fair_demographic_disparity(const FairStratum *stratum, double level);

/* The effective rows of group d and of all others as two rates of being taken. */
extern FairTwoRates fair_stratum_rates(const FairStratum *stratum);

/* What the strata say together; 'rates' is room for n_strata. */
extern void
fair_conditional(const FairStratum *strata, size_t n_strata, double level,
                 FairTwoRates *rates, FairConditional *result);

#endif
