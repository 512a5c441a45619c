/*
 * predict_variants.h
 *    A row encoded once, to be scored as it is and otherwise.
 *
 * Internal to predict_variants.c and predict_shares.c.  Include after postgres.h.
 */
#ifndef FAIRPG_PG_PREDICT_VARIANTS_H
#define FAIRPG_PG_PREDICT_VARIANTS_H

#include "pg/predict_state.h"

/* What each column of the model adds to the raw score of a row, the score before
 * each of them, and the score; of every member of a mixture. */
typedef struct RowScores
{
	int n_members;               /* 1 where the model is no mixture */
	Contribution *contributions; /* [n_members][columns + 1] */
	double *before;              /* [n_members][columns + 1] */
	double *z;                   /* [n_members] */
} RowScores;

/* Room for it, in CurrentMemoryContext; filling it from state->values. */
extern void row_scores_make(const Model *model, RowScores *row);
extern void row_scores_take(PredictState *state, RowScores *row);

/* The first of the columns that a feature makes, and how many follow each other:
 * of an array more than one.  An error where the model has no such feature. */
extern int predict_feature_columns(const CompiledModel *compiled,
                                   const char *feature, int *n_columns);

#endif
