/*
 * cells.h
 *    The counts that every group metric is a function of.
 *
 * FairCells holds one group's confusion table, weighted and in rows, and the
 * rows whose label or decision is not known.  Sums of weights are plain
 * doubles here: whoever fills them (an aggregate's exact sums, a block pass in
 * fixed order, a GROUP BY) has already settled the order of summation.
 */
#ifndef FAIRPG_FAIR_CELLS_H
#define FAIRPG_FAIR_CELLS_H

#include <stdint.h>

typedef struct FairCells
{
	/* [label][decision], both 0 or 1; rows where both are known */
	double weight[2][2];
	double weight_squared[2][2];
	uint64_t rows[2][2];

	/* decision known, label NULL: [decision] */
	double unlabelled_weight[2];
	double unlabelled_weight_squared[2];
	uint64_t unlabelled_rows[2];

	/* decision NULL, whatever the label */
	uint64_t undecided_rows;
} FairCells;

#endif
