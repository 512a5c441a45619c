/*
 * store_frontier.h
 *    Frontiers in the store: a row for each, and one for each of its points.
 *
 * Include after postgres.h.
 */
#ifndef FAIRPG_PG_STORE_FRONTIER_H
#define FAIRPG_PG_STORE_FRONTIER_H

#include "pg/store.h"

/* What all points have in common; NaN and NULL as in store.h. */
typedef struct StoreFrontier
{
	const char *model;
	const char *family;
	const char *fairness;
	const char *method;
	const char *source;
	const char *label;
	const char *positive;
	char **protected_names;
	int n_protected;
	int folds;
	const char *judged_on; /* part of an evaluation (StoreEvaluation) */
	double threshold;
	int64 rows_train;
	int64 rows_test;
	int64 rows_dropped;
	double seconds;
	int64 memory_bytes;
	char **warnings;
	int n_warnings;
	const char *comment;
	bool row_security;
} StoreFrontier;

/* Returns the number of the new frontier. */
extern int64 store_insert_frontier(const StoreFrontier *frontier);

/* A point: its model, how the search ended, and how it does on the training
 * rows and on those it is judged by. */
typedef struct StorePoint
{
	int64 frontier;
	int point; /* from 1 */
	double max_gap;
	double max_loss;
	const char *status;
	const char *stopped_because;
	const char *verdict;
	const char *spec; /* JSON text of the call of train() that it stands for */
	const uint8_t *artifact;
	size_t artifact_bytes;
	int iterations;
	double train_loss;
	double train_accuracy;
	double train_gap;
	double loss;
	double accuracy;
	double auc;
	double gap;
	double gap_low;
	double gap_high;
	const char *worst_group;
	bool pareto;
	char **warnings;
	int n_warnings;
} StorePoint;

extern void store_insert_point(const StorePoint *point);

#endif
