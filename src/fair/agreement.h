/*
 * agreement.h
 *    How far several people agree who gave labels to the same rows.
 *
 * Labels are classes without order, from 1; 0 says that somebody gave none.  Rows
 * with fewer than two labels say nothing.
 *
 * Coefficients are one less the ratio of the disagreement seen to the one that
 * labels given at random, with the same shares, would have: 1 is full agreement,
 * 0 that of chance.  Their intervals come from the influence of a row (the delta
 * method), whose variance is taken to be in proportion to the disagreement, so
 * that they do not shrink to nothing where it is small.
 *
 * References: Cohen, Educational and Psychological Measurement 20 (1960);
 * Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969), for its variance;
 * Fleiss, Psychological Bulletin 76 (1971); Krippendorff, Content Analysis, 2nd
 * ed. (2004), chapter 11.
 */
#ifndef FAIRPG_FAIR_AGREEMENT_H
#define FAIRPG_FAIR_AGREEMENT_H

#include <stddef.h>
#include <stdint.h>

#define FAIR_MOST_CLASSES 64

typedef struct FairRatings
{
	size_t n;             /* rows */
	size_t raters;        /* labels of a row that there may be, up to 255 */
	uint32_t classes;     /* up to FAIR_MOST_CLASSES */
	const uint8_t *label; /* [n][raters] */
} FairRatings;

typedef struct FairAgreement
{
	double value; /* NaN: no row has two labels, or all labels are one */
	double low;
	double high;
	size_t rows; /* with two labels or more */
} FairAgreement;

/* The mean over rows of the share of pairs of labels that agree, with a Wilson
 * interval on the rows that have the variance seen. */
extern void fair_agreement_rate(const FairRatings *ratings, double level,
                                FairAgreement *agreement);

/* Krippendorff's alpha for classes without order. */
extern void fair_krippendorff_alpha(const FairRatings *ratings, double level,
                                    FairAgreement *agreement);

/* Fleiss' kappa; NaN also where rows with two labels have different numbers of
 * them. */
extern void fair_fleiss_kappa(const FairRatings *ratings, double level,
                              FairAgreement *agreement);

/* Cohen's kappa of two raters, from 0. */
extern void fair_cohen_kappa(const FairRatings *ratings, const size_t pair[2],
                             double level, FairAgreement *agreement);

/* The class that most labels of a row are, or 0 where two or more share that
 * place or there are none. */
extern uint8_t fair_majority(const FairRatings *ratings, size_t row);

#endif
