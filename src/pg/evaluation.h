/*
 * evaluation.h
 *    Storing what a version was measured at.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_EVALUATION_H
#define FAIRPG_PG_EVALUATION_H

#include "pg/figures.h"
#include "pg/judge.h"
#include "pg/store.h"

/* Stores an evaluation with every figure and every gap of the attributes, and
 * the judgement of every constraint of 'list'; returns its number. */
extern int64
evaluation_store(const StoreEvaluation *evaluation,
                 const FigureSettings *settings,
                 const FigureAttribute *attributes, int n_attributes,
                 const ConstraintList *list, const Judgements *judgements);

#endif
