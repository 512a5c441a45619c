/*
 * evaluation.h
 *    Storing what a version, or the decisions of anybody, were measured at.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_EVALUATION_H
#define FAIRPG_PG_EVALUATION_H

#include "pg/figures.h"
#include "pg/judge.h"
#include "pg/store.h"

/* The figures of all rows together that stand in the evaluation itself, where
 * decisions or numbers are measured: rows and, as far as there are labels and
 * scores, the quality of both.  Who counts numbers knows the rows without a
 * label. */
extern void
evaluation_describe(StoreEvaluation *evaluation, const FigureSettings *settings,
                    const FigureGroup *overall);

/* Warnings, as char *, of what holds for any evaluation. */
extern List *
evaluation_warnings(const StoreEvaluation *evaluation,
                    const FigureAttribute *attributes, int n_attributes);

/* Stores an evaluation with every figure, gap and impact ratio of the
 * attributes, and the judgement of every constraint of 'list'; returns its
 * number.  How intervals were made is taken from the settings. */
extern int64
evaluation_store(const StoreEvaluation *evaluation,
                 const FigureSettings *settings,
                 const FigureAttribute *attributes, int n_attributes,
                 const ConstraintList *list, const Judgements *judgements);

/* four_fifths.c: the impact ratio of each group of an attribute, in their
 * order; what tells classes apart is left open. */
extern StoreRatio *
four_fifths(const FigureSettings *settings, const FigureAttribute *attribute);

#endif
