/*
 * label_distance.h
 *    How far the labels of one group are from those of everybody else.
 *
 * The measures of data before training that Amazon SageMaker Clarify names, in
 * its signs: d is the group that is looked at, a all other rows.  Labels are
 * classes with any order; p[k] is the share of label k among the labelled
 * weight.  Natural logarithms.
 *
 *     class_imbalance   CI    (n_a - n_d) / (n_a + n_d)
 *     dpl               DPL   q_a - q_d, shares of the positive label
 *     kl                KL    sum P_a ln(P_a / P_d)
 *     js                JS    (KL(P_a, M) + KL(P_d, M)) / 2, M the mean of both
 *     lp                LP    Euclidean norm of P_a - P_d
 *     tvd               TVD   half the sum of |P_a - P_d|
 *     ks                KS    largest |P_a - P_d|
 *
 * One difference: a label that one side lacks counts with share 0, where Clarify
 * drops it without renormalising the rest.  So kl is infinite where d lacks a
 * label that a has, and is never below 0.
 *
 * Reference: Hardt et al., KDD 2021; aws/amazon-sagemaker-clarify,
 * bias/metrics/pretraining.py.
 */
#ifndef FAIRPG_FAIR_LABEL_DISTANCE_H
#define FAIRPG_FAIR_LABEL_DISTANCE_H

#include <stddef.h>

typedef struct FairLabelDistance
{
	double class_imbalance;
	double dpl; /* NaN where no label is the positive one */
	double kl;  /* infinite where d lacks a label of a's */
	double js;
	double lp;
	double tvd;
	double ks;
} FairLabelDistance;

/* Labelled weight by label of the two sides, each >= 0. */
typedef struct FairLabelSides
{
	size_t n_labels;
	const double *a; /* [n_labels] */
	const double *d; /* [n_labels] */
	double weight_a; /* of all rows, labelled or not: for class_imbalance */
	double weight_d;
	const double *positive; /* [n_labels] 1 for labels that count as positive,
	                         * else 0; NULL: none is known */
} FairLabelSides;

/* Measures other than class_imbalance are NaN where a side has no labelled
 * weight; that one where neither has any weight. */
extern void
fair_label_distance(const FairLabelSides *sides, FairLabelDistance *distance);

/*
 * Conditional demographic disparity of labels (CDDL): of strata with labelled
 * weight, the mean by that weight of the share of d among the negative rows less
 * its share among the positive ones.  Arrays by stratum, [n][2]: weight of
 * label 0 and 1, of d and of all rows.  As in Clarify, a share among no rows is 0.
 * NaN without any weight.
 */
extern double
fair_cddl(size_t n_strata, const double (*d)[2], const double (*all)[2]);

#endif
