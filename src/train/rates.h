/*
 * rates.h
 *    Group rates of the constraints, read off the cell sums of a pass.
 *
 * A rate is what a criterion says of a group: a mean decision, hard or
 * smooth, or a mean loss.  Rates are listed constraint by constraint, attribute
 * by attribute, event by event, group by group.  Those of one constraint,
 * attribute and event that are constrained form a band.
 *
 * Where labels are classes every event is one of each class against all others,
 * and has a band for each of them.  Cell sums are then those of each class, and
 * handed over as an array of them, [n_classes]; else they are one.
 */
#ifndef FAIRPG_TRAIN_RATES_H
#define FAIRPG_TRAIN_RATES_H

#include "model/linear.h"
#include "train/band.h"
#include "train/train.h"

typedef struct Rates
{
	const Dataset *data;
	const FairConstraint *constraints;
	int n_constraints;
	uint64_t min_group;
	uint32_t n_rates; /* all */
	TrainRate *rates;
	uint32_t n_active; /* constrained ones, in the order of the bands */
	uint32_t *active;  /* [n_active] place in rates */
	uint32_t n_bands;
	Band *bands;         /* over the active ones, as wide as the bounds say */
	uint64_t least_rows; /* of any active rate */
	bool of_decisions;   /* some active rate is a mean decision */
	bool of_errors;      /* some of these is one of errors */
	bool of_losses;      /* some active rate is a mean loss */

	/* filled by rates_read(), [n_active]; of losses both are the same */
	double *hard;
	double *soft;
} Rates;

/* Lists the rates of the training rows; groups with fewer than min_group
 * rows of an event, among which those of cells with a factor of 0 count, stay
 * out of its band, and bands of one group are dropped unless they are of losses.  Without constraints there are no rates. */
extern NumStatus rates_create(NumArena *arena, const Dataset *data,
                              const TrainSettings *settings, Rates **rates);

/* Whether active rate k is one that another constraint before it has, too. */
extern bool rates_repeated(const Rates *rates, uint32_t k);

/* Weight and rows of the training rows of each cell, [2 * n_base_groups], under
 * the settings' factors. */
extern void
train_cell_totals(const Dataset *data, const TrainSettings *settings,
                  double *weight, uint64_t *rows);

/* The same of each class against all others, into 'weight' and 'rows'
 * [n_classes][2 * n_base_groups], over one in 4^sample training rows. */
extern NumStatus
train_class_totals(const Dataset *data, uint32_t sample, NumMonitor *monitor,
                   double *weight, uint64_t *rows);

/* Whether a part of the rows, given by its rows in each cell, tells enough of
 * every active rate: at least 'least' rows, and a quarter or more of what an
 * even part of 1 in 'stride' would have.  Where labels are classes cell_rows is
 * [n_classes][2 * n_base_groups]. */
extern bool rates_served_by(const Rates *rates, const uint64_t *cell_rows,
                            uint64_t least, uint32_t stride);

/* Whether active rate k counts the rows of a cell. */
extern bool rates_has_cell(const Rates *rates, uint32_t k, uint32_t cell);

/* Active rate k of decisions is a constant, which is the result, and for every
 * row that is decided 1 its weight times part[label], under the weights of this
 * pass. */
extern double rates_parts(const Rates *rates, uint32_t k,
                          const LinearSums *sums, double part[2]);

/* Hard and smooth rates of the active groups.  NUM_BAD_ARGUMENT when the
 * pass read no row of one of them (a sample that was too thin). */
extern NumStatus rates_read(Rates *rates, const LinearSums *sums);

/* The constraint that a band belongs to. */
extern const FairConstraint *
rates_band_constraint(const Rates *rates, const Band *band);

/* Gap, ratio or largest loss of one band under 'value' [n_active], whichever
 * its constraint bounds.  Rates that are all zero have the ratio 1. */
extern double
rates_band_reached(const Rates *rates, const Band *band, const double *value);

/* What each constraint has reached in hard rates, into 'reached'
 * [n_constraints] (the worst of its bands; NaN: it has none); the result is
 * the sum of the parts by which bounds are exceeded (fair_constraint_excess()),
 * 0 when all of them are kept. */
extern double rates_judge(const Rates *rates, double *reached);

/* By how much the loss could fall if rates within the bands 'asked' [n_bands]
 * for, which are those of the rates with other widths and ratios, went all the
 * way to their ends, at the prices that 'multiplier' [n_active] says.  The
 * multipliers of a gap are once those that push up and once those that push
 * down, so half of them are its price.  Rates beyond the ends have no room.
 * Never too little where the loss is convex in what has room, and the
 * multipliers are those of the point: they price the first bit of the room, and
 * the rest of it is worth less.  Every band has a bound. */
extern double rates_worth_of_room(const Rates *rates, const Band *asked,
                                  const double *multiplier);

/* Largest difference of hard rates within a band; where no rate is a mean
 * decision the largest loss; 0 without bands. */
extern double rates_gap(const Rates *rates);

/* Gradients of the smooth rates: 'jacobian' is [n_active][stride]. */
extern void rates_jacobian(const Rates *rates, const LinearSums *sums,
                           size_t stride, uint32_t n_params, double *jacobian);

/* What multipliers on the rates are as coefficients on the cells: the sum
 * over rates of multiplier * d rate / d (weighted decision, or weighted loss,
 * of a row of the cell), times the total weight, so that they stand beside
 * unnormalised sums of losses.  Both arrays are [2 * n_base_groups], where
 * labels are classes of each of them. */
extern void rates_cell_coefficients(const Rates *rates, const LinearSums *sums,
                                    const double *multiplier, double *decision,
                                    double *loss);

#endif
