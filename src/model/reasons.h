/*
 * reasons.h
 *    Why the score of a row is below that of the average row.
 */
#ifndef FAIRPG_MODEL_REASONS_H
#define FAIRPG_MODEL_REASONS_H

#include "model/model.h"

/* Of one feature.  What it adds on average is by the coefficients of the numbers
 * themselves, as fairpg_catalog.coefficient has them. */
typedef struct Reason
{
	uint32_t feature;    /* the caller's number */
	double contribution; /* to the score, beyond the average */
	double average;
} Reason;

/*
 * Adds what the columns of a model that has averages add to the score of a row
 * by one member (0 where there are none), 'added' [n_columns], to the reasons
 * of their features, which 'feature_of_column' [n_columns] numbers.  Of a
 * mixture each member counts by its share.
 */
extern void
reasons_add(const Model *model, uint32_t member, const double *added,
            const int *feature_of_column, Reason *reasons);

/* What a row's threshold takes from its score, beside the model's own: less
 * than 0 where that is the lower one, -infinity where the row cannot reach its
 * threshold whatever its score. */
extern double reasons_of_threshold(const Model *model, double threshold);

/* Puts the 'first' most adverse of 'n' reasons in front, the least contribution
 * first, of equal ones in the order they had.  What is beyond is lost. */
extern void reasons_rank(Reason *reasons, uint32_t n, uint32_t first);

#endif
