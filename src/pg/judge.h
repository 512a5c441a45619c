/*
 * judge.h
 *    The verdict on a model: its largest gap against the bound it was given.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_JUDGE_H
#define FAIRPG_PG_JUDGE_H

#include "nodes/pg_list.h"

#include "pg/figures.h"

typedef struct Judgement
{
	const FigureAttribute *attribute; /* with the largest gap; NULL: none */
	double gap;                       /* NaN: no gap could be judged */
	double low;                       /* of the largest over all attributes */
	double high;
	int highest; /* groups of the attribute */
	int lowest;
	const char *verdict; /* pass, fail, insufficient; NULL: no bound */
	List *warnings;      /* of char *: groups that were not judged */
} Judgement;

/*
 * Judges the gaps of a criterion between the groups of each attribute.  Groups
 * with fewer than settings->min_group rows of one of its events are left out
 * of the gap and named in the warnings.  A bound ('max_gap'; NaN: none) is
 * passed when the whole interval is within it, failed when the whole interval
 * is beyond it, and otherwise the rows do not suffice to tell.
 */
extern void
judge_gap(const FigureSettings *settings, const FairCriterion *criterion,
          const FigureAttribute *attributes, int n_attributes, double max_gap,
          Judgement *judgement);

/* "sex: female": the attribute with the largest gap and the group that the gap
 * is to the disadvantage of; NULL without a gap. */
extern char *
judge_worst_group(const FairCriterion *criterion, const Judgement *judgement);

#endif
