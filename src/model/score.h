/*
 * score.h
 *    From values to a raw score, one row at a time.
 *
 * A scorer is a model made ready for rows: every category has a hash table
 * from the bytes of a level to its coefficient.  The caller walks over the
 * columns in order and adds what score_number(), score_level() and their like
 * give to the intercept; the additions are what fixes the bits, so everybody
 * who scores a row writes
 *
 *     z = model->intercept;
 *     for each column, in order: z += contribution
 *
 * where a NULL number makes two additions, coef * fill and then null_coef.
 * model_score_block() makes the same additions over the rows of a dataset.
 */
#ifndef FAIRPG_MODEL_SCORE_H
#define FAIRPG_MODEL_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "num/arena.h"
#include "num/special.h"
#include "num/status.h"

typedef struct ScoreLevel ScoreLevel;

typedef struct ScoreColumn
{
	const ModelColumn *column;

	/* DATA_CATEGORY */
	ScoreLevel *levels; /* hash table of the VALUE levels, or NULL */
	uint32_t mask;      /* its size - 1 */
	double null_coef;   /* of a NULL: its level's, or unseen_coef */
} ScoreColumn;

typedef struct Scorer
{
	const Model *model;
	ScoreColumn *columns; /* [model->n_columns] */
	/* [model->n_members] of each member; the first has 'columns' */
	ScoreColumn **member_columns;
} Scorer;

/* Makes a scorer that lives in the arena and points into the model.  The
 * monitor, if there is one, is asked every some thousand levels. */
extern NumStatus scorer_build(NumArena *arena, const Model *model,
                              NumMonitor *monitor, Scorer **scorer);

/* What a category with these bytes contributes; '*seen', when not NULL, says
 * whether training knew the level. */
extern double score_level(const ScoreColumn *column, const char *name,
                          uint32_t length, bool *seen);

/* What a number contributes; infinite or NaN when x is, or when it is too
 * large for the stored form, which the caller refuses. */
static inline double
score_number(const ModelColumn *column, double x)
{
	return column->coef * (double) (float) (x - column->pivot);
}

/* The score after a NULL number. */
static inline double
score_add_null(const ModelColumn *column, double z)
{
	z += column->coef * (double) column->fill;
	return z + column->null_coef;
}

/* One value of a row, for callers that hold a whole row. */
typedef struct ScoreValue
{
	bool null;
	double number;    /* DATA_NUMBER */
	const char *name; /* DATA_CATEGORY, bytes of the level */
	uint32_t length;
} ScoreValue;

/* What a raw score predicts: a probability, or of a linear model the number
 * itself. */
static inline double
model_prediction(const Model *model, double z)
{
	return model->family == MODEL_LINEAR ? z : num_sigmoid(z);
}

/* The raw score of one row with a value for each column, in order; of a
 * mixture that of its first member. */
extern double
model_score_values(const Scorer *scorer, const ScoreValue *values);

/* The raw scores of all members of a mixture, into z [n_members]. */
extern void
mixture_score_values(const Scorer *scorer, const ScoreValue *values, double *z);

#endif
