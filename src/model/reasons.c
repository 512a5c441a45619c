/*
 * reasons.c
 *    Why the score of a row is below that of the average row.
 *
 * A score is the intercept and what each column adds to it.  A feature j is a
 * reason for a low score as far as it adds less to the row x than to the rows
 * of the training on average, each by its weight:
 *
 *     contribution_j(x) = added_j(x) - mean of added_j over the training rows
 *
 * For a number that is coef * (x - mean), for a level of a category its
 * coefficient less the weighted mean of all of them.  All contributions of a
 * row sum to what its score is above the mean score.  Regulation B calls that
 * the difference from the average applicant (12 CFR part 1002, Supplement I,
 * comment 9(b)(2)-5).
 *
 * Of a mixture scores are those expected over the draw, so members count by
 * their shares.  A threshold of the row's group is a reason beside its
 * features: it moves the score that the row needs.
 */
#include "model/reasons.h"

#include <math.h>

#include "num/special.h"

void
reasons_add(const Model *model, uint32_t member, const double *added,
            const int *feature_of_column, Reason *reasons)
{
	const ModelColumn *columns =
		model->n_members > 0 ? model->members[member].columns : model->columns;
	double share = model->n_members > 0 ? model->members[member].share : 1;

	for (uint32_t c = 0; c < model->n_columns; c++)
	{
		Reason *reason = &reasons[feature_of_column[c]];

		reason->contribution += share * (added[c] - columns[c].average);
		/* of the number itself, not of its distance from the pivot */
		reason->average +=
			share * (columns[c].average + columns[c].coef * columns[c].pivot);
	}
}

/* The raw score of a probability; above 1 there is none that reaches it. */
static double
log_odds(double probability)
{
	if (!(probability > 0))
		return -INFINITY;
	if (!(probability < 1))
		return INFINITY;
	return num_log(probability) - num_log1p(-probability);
}

double
reasons_of_threshold(const Model *model, double threshold)
{
	return log_odds(model->threshold) - log_odds(threshold);
}

void
reasons_rank(Reason *reasons, uint32_t n, uint32_t first)
{
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		Reason reason = reasons[i];
		uint32_t place = n_kept;

		/* insertion: lists are short, or few of them are wanted */
		while (place > 0 &&
		       reason.contribution < reasons[place - 1].contribution)
			place--;
		if (place == first)
			continue;
		if (n_kept < first)
			n_kept++;
		for (uint32_t k = n_kept - 1; k > place; k--)
			reasons[k] = reasons[k - 1];
		reasons[place] = reason;
	}
}
