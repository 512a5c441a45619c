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
	const char *class;   /* where, of a label that has classes; else NULL */
	const char *verdict; /* pass, fail, insufficient; NULL: no bound */

	/* rows that the verdict hangs on: those of the event and the two groups
	 * (for losses the one) that decide it, and how many of them would decide it
	 * if the value stayed as it is; 0: none are known to */
	int64 rows;
	int64 rows_needed;
	double growth; /* of rows, until it is decided */
} Judgement;

/* A list of them. */
typedef struct Judgements
{
	int n;
	Judgement *items;    /* [n], as the constraints */
	int chosen;          /* the one that is beyond its bound most, or nearest to
	                      * it; -1: none */
	const char *verdict; /* the worst of all; NULL: no bounds */
	int64 rows_needed;   /* the most of those that are insufficient; 0: none */
	List *warnings;      /* of char *: groups that were not judged */
	List *needs; /* of char *: what it takes where rows do not suffice */
} Judgements;

/*
 * Judges each constraint between the groups of the attributes, which are
 * numbered as the list has them; where the label has classes, for each of them
 * against all others.  Groups with fewer than settings->min_group
 * rows of an event are left out and named in the warnings.  A bound is
 * passed when the whole interval keeps it, failed when the whole interval
 * exceeds it, and otherwise the rows do not suffice to tell.
 */
extern void
judge_constraints(const FigureSettings *settings, const ConstraintList *list,
                  const FigureAttribute *attributes, Judgements *judgements);

/* "sex: female": the attribute that is worst, and the group that this is to
 * the disadvantage of, with the class in question where the label has some, as
 * in "sex: female (class high)"; NULL where nothing could be judged. */
extern char *judge_worst_group(const Judgement *judgement);

#endif
