/*
 * rates.h
 *    Group rates of a criterion, read off the cell sums of a pass.
 *
 * Rates are listed attribute by attribute, event by event, group by group.
 * Those of one attribute and event that are constrained form a band.
 */
#ifndef FAIRPG_TRAIN_RATES_H
#define FAIRPG_TRAIN_RATES_H

#include "model/linear.h"
#include "train/band.h"
#include "train/train.h"

typedef struct Rates
{
	const Dataset *data;
	const FairCriterion *criterion;
	uint32_t n_rates; /* all */
	TrainRate *rates;
	uint32_t n_active; /* constrained ones, in the order of the bands */
	uint32_t *active;  /* [n_active] place in rates */
	uint32_t n_bands;
	Band *bands;         /* over the active ones */
	uint64_t least_rows; /* of any active rate */

	/* filled by rates_read(), [n_active] */
	double *hard;
	double *soft;
} Rates;

/* Lists the rates of the training rows; groups with fewer than min_group
 * rows of an event stay out of its band, and bands of one group are dropped.
 * Without a criterion there are no rates. */
extern NumStatus rates_create(NumArena *arena, const Dataset *data,
                              const TrainSettings *settings, Rates **rates);

/* Whether a part of the rows, given by its rows in each cell, tells enough of
 * every active rate: at least 'least' rows, and a quarter or more of what an
 * even part of 1 in 'stride' would have. */
extern bool rates_served_by(const Rates *rates, const uint64_t *cell_rows,
                            uint64_t least, uint32_t stride);

/* Hard and smooth rates of the active groups.  NUM_BAD_ARGUMENT when the
 * pass read no row of one of them (a sample that was too thin). */
extern NumStatus rates_read(Rates *rates, const LinearSums *sums);

/* Largest difference of hard (or soft) rates within a band; 0: no bands. */
extern double rates_gap(const Rates *rates, const double *value);

/* Gradients of the smooth rates: 'jacobian' is [n_active][stride]. */
extern void rates_jacobian(const Rates *rates, const LinearSums *sums,
                           size_t stride, uint32_t n_params, double *jacobian);

/* What multipliers on the rates are as coefficients on the cells: the sum
 * over rates of multiplier * d rate / d (weighted decision of a row of the
 * cell), times the total weight, so that they stand beside unnormalised sums
 * of losses.  'cell' is [2 * n_base_groups]. */
extern void rates_cell_coefficients(const Rates *rates, const LinearSums *sums,
                                    const double *multiplier, double *cell);

#endif
