/*
 * margin.h
 *    How much room a bound needs to hold on rows that are not the training
 *    rows.
 *
 * A gap that just keeps its bound on the training rows is beyond it on every
 * second set of other rows, by chance alone.  So a search may be asked for less:
 * for the bound less some standard errors of what it is about, at the number of
 * rows that will judge it, and less what the model has by having seen its rows.
 *
 * A constraint may be on rates that are known very differently: of equalized
 * odds on Adult, true positive rates have six times the error of false positive
 * ones.  So every rate in every attribute has a margin of its own.
 */
#ifndef FAIRPG_TRAIN_MARGIN_H
#define FAIRPG_TRAIN_MARGIN_H

#include "train/certificate.h"
#include "train/train.h"

/* What bounds are looked at by. */
typedef struct TrainEvidence
{
	const Dataset *data;
	uint64_t min_group; /* groups with fewer rows of an event stay out */
	const Certificate *certificate; /* of the training rows */
	DataPart judges;                /* the rows that will judge the model */
} TrainEvidence;

/* A group's rate: where it is, and over how many rows. */
typedef struct TrainCulprit
{
	int attribute; /* -1: none */
	int event;
	uint32_t group;
	uint64_t rows;
} TrainCulprit;

typedef struct TrainMargin
{
	/* one rate of a constraint in one attribute */
	int constraint; /* place in the list */
	int attribute;
	int event;            /* of that constraint's criterion */
	FairConstraint alone; /* a constraint on nothing else, with the bound of
	                       * the list */

	double reached;     /* gap, ratio or largest loss of the training rows */
	double out_of_fold; /* the same by models that have not seen the rows;
	                     * NaN: not measured */
	double error;       /* standard error at the size of the rows that judge, of
	                     * a ratio that of its logarithm; NaN: nobody judges */
	TrainCulprit worst; /* the group that most of the error comes from, with
	                     * the rows that judge it */

	/* what train_margin_apply() makes of them */
	double optimism; /* by how much 'reached' flatters, >= 0 */
	double bound;    /* to ask a search for */
	bool limited;    /* the whole margin would have taken more than the most
	                  * that is taken of a bound */
	uint64_t
		rows_needed; /* of the group 'worst' for the whole margin, all other
	                       * rows growing alike; 0: not limited, or no number of
	                       * rows would do */
} TrainMargin;

/* The most of a bound that a margin takes: with all of it only a model that
 * decides alike for everybody would be left. */
#define TRAIN_MARGIN_MOST 0.75

/* The margins of a list of constraints, by constraint, attribute and event, with
 * nothing measured yet; they are the arena's. */
extern NumStatus train_margin_split(NumArena *arena, const Dataset *data,
                                    const FairConstraint *constraints, int n,
                                    TrainMargin **margins, int *n_margins);

/* What a constraint has come to by the certificate, the worst of its attributes
 * and events: gap, ratio or largest loss of the groups with min_group training
 * rows; NaN where there are none. */
extern NumStatus
train_margin_reached(NumArena *arena, const TrainEvidence *evidence,
                     const FairConstraint *constraint, double *reached);

/*
 * Standard error of the gap, the logarithm of the ratio, or the largest loss of
 * a constraint over the rows that judge, when it is such on the training rows,
 * into margin->error and margin->worst: of the pair of groups (for losses, the
 * group) and the event that have the largest.  A rate p has the error
 * p'(1 - p') (1 / n + 1 / m) for n rows of the group's event that judge and m
 * that train, since both are samples; where the training rows judge it is one of
 * them.  p' is p with two rows of either kind added (Agresti and Coull, The
 * American Statistician 52, 1998: a rate of 0 is not known for sure).  Of a mean
 * it is the variance times that.  Rates and variances are those of the training
 * rows; under weights rows count less in the proportion in which these do
 * (Kish).  Groups with fewer than min_group rows in either part are not judged
 * there, and take no part.
 */
extern NumStatus
train_margin_error(NumArena *arena, const TrainEvidence *evidence,
                   const FairConstraint *constraint, TrainMargin *margin);

/* The tightened bound for 'z' standard errors, z >= 0. */
extern void train_margin_apply(const FairConstraint *constraint, double z,
                               TrainMargin *margin);

/* The group of a constraint with the fewest training rows of an event, of those
 * with min_group or more; the certificate is not looked at. */
extern void
train_margin_least(const TrainEvidence *evidence,
                   const FairConstraint *constraint, TrainCulprit *least);

#endif
