/*
 * search_private.h
 *    What the files of the search share.
 */
#ifndef FAIRPG_TRAIN_SEARCH_PRIVATE_H
#define FAIRPG_TRAIN_SEARCH_PRIVATE_H

#include "train/band.h"
#include "train/few_rows.h"
#include "train/proximal_band.h"
#include "train/search.h"

/* The last step, and what it was to do (search_secant.c). */
typedef struct Secant
{
	double squared; /* its squared length in the norm of H; 0: there is none */
	double *step;   /* [stride] */
	double *dual;   /* [stride] H times it */
	double *expected; /* [n_active] hard rates after it */
} Secant;

struct Search
{
	Newton *newton;
	double *offset; /* [n_active] */
	double *place;  /* [n_active] s - o, then c of band.h */
	double *solved; /* [n_active][stride] H^-1 J' */
	double *m;      /* [n_active][n_active] J H^-1 J' */
	Secant secant;
	Band *bands;     /* those of the rates, as wide as the step may make them */
	double most;     /* of a multiplier */
	double *aim;     /* [n_constraints] */
	int *since_kept; /* [n_constraints] iterations since its bound was kept */
	bool has_offset;
	bool curved; /* the last pass brought a new Hessian and Jacobian */

	ProximalBand *proximal; /* makes the step; NULL: neither l1 nor signs */

	int counting_rounds; /* in which the rows of small groups are counted */
	bool looks;          /* at points on the way of each step */
	FewRows *few; /* what it counts them with; NULL: not made yet, or there
	                   * are none */

	/* the run under way */
	uint32_t block_stride;
	int curved_every;
	int patience;
	bool brief;     /* the run begins close to its end, and passes are dear */
	bool near;      /* and is still there: hard rates are taken at their word */
	bool from_near; /* the search began at a model of more rows */
	int iteration;
	double least_loss; /* of its feasible points */
	int since_better;
	bool over;
	bool converged; /* it ended with a feasible point and no more patience */
};

/* Memory of 'search->secant' for the search's rates and coefficients. */
extern NumStatus search_secant_create(Search *search);

/* Notes the step that newton->step holds, which is the 'part' in (0, 1] of the
 * step of the multipliers / part, and has the 'squared' length in the norm of
 * H. */
extern void search_secant_note(Search *search, double part, double squared);

/* Changes the Jacobian, and solved, by what the step noted last did to the hard
 * rates.  Only where both are those that the step was made with. */
extern void search_secant_learn(Search *search);

#endif
