/*
 * judge.h
 *    The verdict on a model: what it has come to against the bounds it was
 *    given.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_JUDGE_H
#define FAIRPG_PG_JUDGE_H

#include "nodes/pg_list.h"

#include "pg/constraints.h"
#include "pg/figures.h"

/* One constraint. */
typedef struct Judgement
{
	/* what the bound is about (gap, ratio or largest loss) with its interval,
	 * the worst over the attributes; NaN where nothing could be judged */
	double value;
	double low;
	double high;

	/* what is reported as the gap: the gap of the rates also where their
	 * ratio is bounded, and the value where losses are */
	double gap;
	double gap_low;
	double gap_high;

	const FigureAttribute *attribute; /* with the worst value; NULL: none */
	int worst;                        /* group it is to the disadvantage of */
	const char *verdict; /* pass, fail, insufficient; NULL: no bound */
} Judgement;

/* A list of them. */
typedef struct Judgements
{
	int n;
	Judgement *items;    /* [n], as the constraints */
	int chosen;          /* the one that is beyond its bound most, or nearest to
	                      * it; -1: none */
	const char *verdict; /* the worst of all; NULL: no bounds */
	List *warnings;      /* of char *: groups that were not judged */
} Judgements;

/*
 * Judges each constraint between the groups of the attributes, which are
 * numbered as the list has them.  Groups with fewer than settings->min_group
 * rows of an event are left out and named in the warnings.  A bound is
 * passed when the whole interval keeps it, failed when the whole interval
 * exceeds it, and otherwise the rows do not suffice to tell.
 */
extern void
judge_constraints(const FigureSettings *settings, const ConstraintList *list,
                  const FigureAttribute *attributes, Judgements *judgements);

/* "sex: female": the attribute that is worst, and the group that this is to
 * the disadvantage of; NULL where nothing could be judged. */
extern char *judge_worst_group(const Judgement *judgement);

#endif
