/*
 * predict_bind.h
 *    A model bound to the columns of a row.
 */
#ifndef FAIRPG_PG_PREDICT_BIND_H
#define FAIRPG_PG_PREDICT_BIND_H

#include "pg/model_cache.h"

/* The columns that a row has to offer. */
typedef struct RowShape
{
	int n_columns;
	const char **names; /* NULL for one that is not there, such as dropped */
	Oid *types;
	bool planned;             /* the planner chose the columns */
	const char *missing_hint; /* what to do when one is missing */
} RowShape;

typedef struct Binding Binding;

/* Binds every column that the model reads to the one of the same name, for
 * decisions also those that its groups are told by; raises an error for one
 * that is missing or of another class of type.  Lives in CurrentMemoryContext,
 * as do things it remembers later. */
extern Binding *binding_make(const CompiledModel *compiled,
                             const RowShape *shape, bool decides);

/* What in a row the model has to make do with; values of features, elements
 * of arrays one by one. */
typedef struct InputCounts
{
	int n_null;
	int n_unseen;       /* categories without a level of their own */
	int n_out_of_range; /* numbers beyond those of the training rows */
} InputCounts;

/* The prediction for a row with these values, in the order of the shape: a
 * probability, or a number where the model predicts one.  Raises an error for a
 * number that is not finite. */
extern double
binding_probability(Binding *binding, const NullableDatum *values);

/* The raw scores of all classes of a multinomial model for a row, valid until
 * the next call. */
extern const double *
binding_class_scores(Binding *binding, const NullableDatum *values);

/* Likewise, with '*counts' filled. */
extern const double *
binding_examine_classes(Binding *binding, const NullableDatum *values,
                        InputCounts *counts);

/* Whether that probability reaches the threshold, which may be that of the
 * row's group; for a binding that decides.  Raises an error for a group that
 * the model does not know.  A mixture decides the row whose probability was
 * taken last, by the member that the row draws. */
extern bool binding_decision(Binding *binding, const NullableDatum *values,
                             double probability);

/* The expectation of that decision over the draw of a mixture; of other models
 * the decision itself. */
extern double binding_expectation(const Binding *binding, bool decision);

/* What a column of the model adds to the raw score of a row: 'first' and then
 * 'second', which is 0 but for NULL numbers; and the number itself, NaN for
 * NULL and for categories. */
typedef struct Contribution
{
	double first;
	double second;
	double number;
} Contribution;

/* Those of all columns of the model, in order, by the coefficients of a member
 * or class, 0 where the model has none: the intercept and then each of them,
 * added one by one, are the raw score bit by bit. */
extern void binding_contributions(Binding *binding, const NullableDatum *values,
                                  uint32 member, Contribution *contributions);

/* Where in the row a source of the model (CompiledModel) stands; and for each
 * source [n_sources] what in the row the model has to make do with. */
extern int binding_place(const Binding *binding, int source);
extern void
binding_examine_sources(Binding *binding, const NullableDatum *values,
                        InputCounts *counts);

/* The name of the row's group, valid until the next call; for a binding that
 * decides by a model with groups. */
extern const char *binding_group(Binding *binding, const NullableDatum *values);

/* What binding_decision() takes beside scores: the threshold of the row's
 * group, or of all rows; and of a mixture the draw of a row, of which the
 * members' scores are 'z'. */
extern double binding_threshold(Binding *binding, const NullableDatum *values);
extern double
binding_draw(Binding *binding, const NullableDatum *values, const double *z);

/* As binding_probability(), with '*counts' filled. */
extern double binding_examine(Binding *binding, const NullableDatum *values,
                              InputCounts *counts);

#endif
