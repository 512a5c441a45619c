/*
 * ridge_private.h
 *    The insides of ridge.h, for ridge.c and ridge_create.c.
 */
#ifndef FAIRPG_TRAIN_RIDGE_PRIVATE_H
#define FAIRPG_TRAIN_RIDGE_PRIVATE_H

#include "model/gram.h"
#include "train/band.h"
#include "train/rates.h"
#include "train/ridge.h"

struct Ridge
{
	NumArena *arena;
	const Dataset *data;
	TrainSettings settings;
	FairConstraint *constraints; /* [n_constraints] with the bounds at hand */
	NumMonitor *monitor;
	LinearPlan *plan;
	const Gram *walked; /* the sums of the walk, of every fold */
	const Gram *gram;   /* of the rows at hand, by group */
	uint32_t *base_of;  /* [gram->n_base] a base group of each group */
	Rates *rates;
	uint32_t n;
	size_t stride;
	uint32_t n_active;
	uint32_t *place; /* of columns, as layout_places() has it */

	Band *bands; /* of the program */
	uint32_t n_bands;
	bool least;           /* the largest loss is what is minimised */
	double *group_weight; /* [n_active] */

	/* at the multipliers at hand */
	double *multiplier; /* [n_active] */
	double *coef;       /* [stride] w(m) */
	double *value;      /* [n_active] v */
	double f;
	double q;

	/* working arrays */
	double *trial;      /* [n_active] multipliers */
	double *set_factor; /* [n_sets] of XX in H */
	double *factored;   /* [n_sets] those that 'factor' is of */
	bool has_factor;
	double *set_loss; /* [n_sets] half the squared errors */
	double *product;  /* [n_sets][stride] XX w */
	double *factor;   /* [n][stride] of H */
	double *right;    /* [stride] */
	double *rest;     /* [stride] */
	double *jacobian; /* [n_active][stride] */
	double *solved;   /* [n_active][stride] */
	double *m;        /* [n_active][n_active] */
	double *c;        /* [n_active] */
};

static inline const TrainRate *
ridge_rate(const Ridge *ridge, uint32_t k)
{
	return &ridge->rates->rates[ridge->rates->active[k]];
}

static inline bool
ridge_is_loss(const Ridge *ridge, uint32_t k)
{
	return ridge->constraints[ridge_rate(ridge, k)->constraint]
	    .criterion->of_loss;
}

/* Whether a group of the sums belongs to the group of a rate. */
static inline bool
ridge_has_base(const Ridge *ridge, uint32_t k, uint32_t base)
{
	const TrainRate *rate = ridge_rate(ridge, k);
	const DataAttribute *attribute = &ridge->data->attributes[rate->attribute];

	return attribute->group_of_base[ridge->base_of[base]] == rate->group;
}

#endif
